/* What every family of functions says to arguments that it cannot take: status and words are part of the contract. */
#include <pthread.h>
#include <stdint.h>

#include "test.h"

#define INVALID TENSOR_ERR_INVALID_ARGUMENT
#define OPTIONS TENSOR_ERR_INVALID_OPTIONS
#define SHAPE TENSOR_ERR_SHAPE
#define DTYPE TENSOR_ERR_DTYPE
#define DEVICE TENSOR_ERR_DEVICE
#define INDEX TENSOR_ERR_INDEX
#define BOUNDS TENSOR_ERR_OUT_OF_BOUNDS
#define AUTOGRAD TENSOR_ERR_AUTOGRAD
#define FORMAT TENSOR_ERR_FORMAT
#define NO_MEMORY TENSOR_ERR_OUT_OF_MEMORY

/* The handle output of every call below: NULL after each failure. */
static Tensor *out;
static Tensor *const marked = (Tensor *)(uintptr_t)0x5a5a;

#define REFUSED(call, status, text)                                    \
    do {                                                               \
        out = marked;                                                  \
        EXPECT_ERROR(call, status, text);                              \
        if (out != NULL) {                                             \
            FAIL("the output of a failed call is not NULL: %s", #call); \
        }                                                              \
    } while (0)

static Tensor *f(const int64_t *shape, size_t ndim) {
    return test_full(1, shape, ndim);
}

static Tensor *of_dtype(TensorDType dtype, const int64_t *shape, size_t ndim) {
    TensorOptions options = TENSOR_OPTIONS_INIT;
    Tensor *x = NULL;
    options.dtype = dtype;
    OK(tensor_ones(shape, ndim, &options, &x));
    return x;
}

static TensorScalar i(int64_t n) {
    return tensor_scalar_i(n);
}

static void shapes(void) {
    REFUSED(tensor_zeros(DIMS(-1, 4), NULL, &out), SHAPE, "tensor_zeros: sizes must not be negative, got -1 in [-1, 4]");
    REFUSED(tensor_zeros(DIMS(INT64_MIN), NULL, &out), SHAPE, "tensor_zeros: sizes must not be negative, got -9223372036854775808 in [-9223372036854775808]");
    REFUSED(tensor_zeros(DIMS(1LL << 31, 1LL << 31, 1LL << 31), NULL, &out), SHAPE, "tensor_zeros: the number of elements of [2147483648, 2147483648, 2147483648] does not fit 63 bits");
    REFUSED(tensor_zeros(DIMS(INT64_MAX, 2), NULL, &out), SHAPE, "tensor_zeros: the number of elements of [9223372036854775807, 2] does not fit 63 bits");
    REFUSED(tensor_zeros(DIMS(0, INT64_MAX, INT64_MAX), NULL, &out), SHAPE, "tensor_zeros: the number of elements of [0, 9223372036854775807, 9223372036854775807] does not fit 63 bits");
    REFUSED(tensor_empty(DIMS(1LL << 60), NULL, &out), NO_MEMORY, "tensor_empty: out of memory: 4611686018427387904 bytes asked for");
    REFUSED(tensor_zeros(DIMS(1LL << 62), NULL, &out), NO_MEMORY, "tensor_zeros: [4611686018427387904] of f32 has more bytes than the address space");
    REFUSED(tensor_ones(DIMS(1LL << 45), NULL, &out), NO_MEMORY, "tensor_ones: out of memory: 140737488355328 bytes asked for");
    REFUSED(tensor_rand(DIMS(1LL << 60), NULL, &out), NO_MEMORY, "tensor_rand: out of memory: 4611686018427387904 bytes asked for");
    REFUSED(tensor_randint(0, 9, DIMS(1LL << 60), NULL, &out), NO_MEMORY, "tensor_randint: [1152921504606846976] of i64 has more bytes than the address space");
    REFUSED(tensor_randperm(1LL << 60, NULL, &out), NO_MEMORY, "tensor_randperm: [1152921504606846976] of i64 has more bytes than the address space");
    REFUSED(tensor_randperm(-1, NULL, &out), SHAPE, "tensor_randperm: sizes must not be negative, got -1 in [-1]");
    REFUSED(tensor_eye(-1, 3, NULL, &out), SHAPE, "tensor_eye: sizes must not be negative, got -1 in [-1, 3]");
    REFUSED(tensor_eye(1LL << 31, 1LL << 31, NULL, &out), NO_MEMORY, "tensor_eye: [2147483648, 2147483648] of f32 has more bytes than the address space");
    REFUSED(tensor_linspace(0, 1, -5, NULL, &out), SHAPE, "tensor_linspace: sizes must not be negative, got -5 in [-5]");
    REFUSED(tensor_linspace(0, 1, 1LL << 60, NULL, &out), NO_MEMORY, "tensor_linspace: out of memory: 4611686018427387904 bytes asked for");
    REFUSED(tensor_zeros(NULL, 2, NULL, &out), TENSOR_ERR_NULL_POINTER, "tensor_zeros: shape is NULL");
    int64_t many[65];
    for (int k = 0; k < 65; k++) {
        many[k] = 1;
    }
    REFUSED(tensor_zeros(many, 65, NULL, &out), SHAPE, "tensor_zeros: shape has 65 entries, a tensor has at most 64 dimensions");
    REFUSED(tensor_zeros(many, SIZE_MAX, NULL, &out), SHAPE, "tensor_zeros: shape has 18446744073709551615 entries, a tensor has at most 64 dimensions");
    REFUSED(tensor_zeros(NULL, SIZE_MAX, NULL, &out), SHAPE, "tensor_zeros: shape has 18446744073709551615 entries, a tensor has at most 64 dimensions");
    Tensor *x = NULL, *y = NULL;
    OK(tensor_zeros(many, 64, NULL, &x));
    REFUSED(tensor_unsqueeze(x, 0, &out), SHAPE, "tensor_unsqueeze: a shape has at most 64 dimensions");
    REFUSED(tensor_stack((const Tensor *const[]){x}, 1, 0, &out), SHAPE, "tensor_stack: a shape has at most 64 dimensions");
    REFUSED(tensor_expand(x, many, 65, &out), SHAPE, "tensor_expand: shape has 65 entries, a tensor has at most 64 dimensions");
    REFUSED(tensor_reshape(x, many, 65, &out), SHAPE, "tensor_reshape: shape has 65 entries, a tensor has at most 64 dimensions");
    REFUSED(tensor_sum(x, many, 65, NULL, &out), SHAPE, "tensor_sum: dims has 65 entries, a tensor has at most 64 dimensions");
    REFUSED(tensor_one_hot(x, 3, &out), DTYPE, "tensor_one_hot: index must be i64 or i32, got f32");
    y = of_dtype(TENSOR_DTYPE_I64, many, 64);
    REFUSED(tensor_one_hot(y, 3, &out), SHAPE, "tensor_one_hot: a shape has at most 64 dimensions, got 65");
    test_release(y);
    test_release(x);
}

static void borrowing(void) {
    static _Alignas(64) float host[16];
    TensorHostBufferOptions o = TENSOR_HOST_BUFFER_OPTIONS_INIT;
#define S(...) DIMS(__VA_ARGS__)
#define BUFFER(data, nbytes, dtype, ...) tensor_from_host_buffer(data, nbytes, dtype, __VA_ARGS__, &o, &out)
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(17)), BOUNDS, "tensor_from_host_buffer: shape [17] with strides [1] and offset 0 of f32 needs 68 bytes, the buffer has 64");
    REFUSED(BUFFER(host, 63, TENSOR_DTYPE_F32, S(4, 4)), BOUNDS, "tensor_from_host_buffer: shape [4, 4] with strides [4, 1] and offset 0 of f32 needs 64 bytes, the buffer has 63");
    REFUSED(BUFFER(host, 0, TENSOR_DTYPE_U8, S(1)), BOUNDS, "tensor_from_host_buffer: shape [1] with strides [1] and offset 0 of u8 needs 1 bytes, the buffer has 0");
    REFUSED(BUFFER(NULL, 64, TENSOR_DTYPE_F32, S(4)), TENSOR_ERR_NULL_POINTER, "tensor_from_host_buffer: data is NULL");
    REFUSED(BUFFER(NULL, 0, TENSOR_DTYPE_F32, NULL, 0), TENSOR_ERR_NULL_POINTER, "tensor_from_host_buffer: data is NULL");
    /* The message holds the address. */
    out = marked;
    CHECK(BUFFER(host, SIZE_MAX, TENSOR_DTYPE_F32, S(4)) == BOUNDS && out == NULL);
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(-4)), SHAPE, "tensor_from_host_buffer: sizes must not be negative, got -4 in [-4]");
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(1LL << 60)), BOUNDS, "tensor_from_host_buffer: shape [1152921504606846976] with strides [1] and offset 0 of f32 needs 4611686018427387904 bytes, the buffer has 64");
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(INT64_MAX)), BOUNDS, "tensor_from_host_buffer: shape [9223372036854775807] with strides [1] and offset 0 of f32 needs 36893488147419103228 bytes, the buffer has 64");
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(INT64_MAX, 3)), SHAPE, "tensor_from_host_buffer: the number of elements of [9223372036854775807, 3] does not fit 63 bits");
    REFUSED(BUFFER(host, 64, 0, S(4)), DTYPE, "tensor_from_host_buffer: dtype is 0 (TENSOR_DTYPE_INVALID)");
    REFUSED(BUFFER(host, 64, -1, S(4)), DTYPE, "tensor_from_host_buffer: dtype is -1, which is no dtype");
    REFUSED(BUFFER(host, 64, 16, S(4)), DTYPE, "tensor_from_host_buffer: dtype is 16, which is no dtype");
    REFUSED(BUFFER(host, 64, INT32_MIN, S(4)), DTYPE, "tensor_from_host_buffer: dtype is -2147483648, which is no dtype");
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_COMPLEX64, S(4)), TENSOR_ERR_UNSUPPORTED, "tensor_from_host_buffer: dtype is complex64, which is reserved");
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_COMPLEX128, S(4)), TENSOR_ERR_UNSUPPORTED, "tensor_from_host_buffer: dtype is complex128, which is reserved");
    o.offset = -1;
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4)), BOUNDS, "tensor_from_host_buffer: shape [4] with strides [1] and offset -1 starts 1 elements before data");
    o.offset = 13;
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4)), BOUNDS, "tensor_from_host_buffer: shape [4] with strides [1] and offset 13 of f32 needs 68 bytes, the buffer has 64");
    o.offset = INT64_MAX;
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4)), SHAPE, "tensor_from_host_buffer: strides [1] over shape [4] overflow 63 bits");
    o.offset = 0;
    o.strides = (const int64_t[]){5, 1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4, 2)), BOUNDS, "tensor_from_host_buffer: shape [4, 2] with strides [5, 1] and offset 0 of f32 needs 68 bytes, the buffer has 64");
    o.strides = (const int64_t[]){-4, 1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4, 4)), BOUNDS, "tensor_from_host_buffer: shape [4, 4] with strides [-4, 1] and offset 0 starts 12 elements before data");
    o.offset = 12;
    o.strides = (const int64_t[]){-4, -1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4, 4)), BOUNDS, "tensor_from_host_buffer: shape [4, 4] with strides [-4, -1] and offset 12 starts 3 elements before data");
    o.offset = 0;
    o.strides = (const int64_t[]){INT64_MAX, 1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4, 4)), SHAPE, "tensor_from_host_buffer: strides [9223372036854775807, 1] over shape [4, 4] overflow 63 bits");
    o.strides = (const int64_t[]){INT64_MIN, 1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(4, 4)), SHAPE, "tensor_from_host_buffer: strides [-9223372036854775808, 1] over shape [4, 4] overflow 63 bits");
    o.strides = (const int64_t[]){INT64_MAX, 1};
    REFUSED(BUFFER(host, 64, TENSOR_DTYPE_F32, S(2, 4)), SHAPE, "tensor_from_host_buffer: strides [9223372036854775807, 1] over shape [2, 4] overflow 63 bits");
    o.strides = NULL;
    char *odd = (char *)host + 2;
    out = marked;
    CHECK(tensor_from_host_buffer(odd, 8, TENSOR_DTYPE_F32, S(2), NULL, &out) == TENSOR_ERR_MISALIGNED);
    CHECK(out == NULL && strncmp(tendon_last_error_message(), "tensor_from_host_buffer: data is 0x", 35) == 0 &&
          strstr(tendon_last_error_message(), ", f32 needs a multiple of 4") != NULL);
    CHECK(tensor_from_host_buffer((char *)host + 4, 8, TENSOR_DTYPE_F64, S(1), NULL, &out) == TENSOR_ERR_MISALIGNED);

    REFUSED(tensor_from_host_copy(host, 63, TENSOR_DTYPE_F32, DIMS(4, 4), NULL, &out), BOUNDS, "tensor_from_host_copy: shape [4, 4] of f32 has 64 bytes, nbytes is 63");
    REFUSED(tensor_from_host_copy(host, 64, TENSOR_DTYPE_F32, DIMS(4), NULL, &out), BOUNDS, "tensor_from_host_copy: shape [4] of f32 has 16 bytes, nbytes is 64");
    REFUSED(tensor_from_host_copy(NULL, 16, TENSOR_DTYPE_F32, DIMS(4), NULL, &out), TENSOR_ERR_NULL_POINTER, "tensor_from_host_copy: data is NULL");
    REFUSED(tensor_from_host_copy(host, 16, 77, DIMS(4), NULL, &out), DTYPE, "tensor_from_host_copy: dtype is 77, which is no dtype");
    TensorOptions other = TENSOR_OPTIONS_INIT;
    other.dtype = TENSOR_DTYPE_F64;
    REFUSED(tensor_from_host_copy(host, 16, TENSOR_DTYPE_F32, DIMS(4), &other, &out), DTYPE, "tensor_from_host_copy: options.dtype is f64, dtype is f32: leave options.dtype at 0");
}

/* The rules of option structs are the same for all of them. */
static void option_structs(void) {
    Tensor *x = f(DIMS(2, 2));
    TensorOptions o = TENSOR_OPTIONS_INIT;
    o.struct_size = 0;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: TensorOptions.struct_size is 0, expected sizeof(TensorOptions), 20");
    o.struct_size = 3;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: TensorOptions.struct_size is 3, expected sizeof(TensorOptions), 20");
    o.struct_size = sizeof o - 1;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: TensorOptions.struct_size is 19, expected sizeof(TensorOptions), 20");
    o.struct_size = UINT32_MAX;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: TensorOptions.struct_size is 4294967295, expected sizeof(TensorOptions), 20");
    o.struct_size = 4097;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: TensorOptions.struct_size is 4097, expected sizeof(TensorOptions), 20");
    struct {
        TensorOptions known;
        unsigned char later[40];
    } longer = {TENSOR_OPTIONS_INIT, {0}};
    longer.known.struct_size = sizeof longer;
    OK(tensor_ones(DIMS(2), &longer.known, &out));
    test_release(out);
    longer.later[39] = 1;
    REFUSED(tensor_ones(DIMS(2), &longer.known, &out), OPTIONS, "tensor_ones: TensorOptions has 60 bytes, this version knows 20, and byte 59 is not 0: an option that it does not have");
    /* A caller of an older version: what it does not know has its default, not what lies there. */
    TensorAdamWOptions adamw = TENSOR_ADAMW_OPTIONS_INIT;
    TensorOptimizer *optimizer = NULL;
    double lr = 0;
    adamw.lr = 0.25;
    adamw.beta1 = 7;
    adamw.struct_size = 16;
    OK(tensor_adamw_create((Tensor *const[]){x}, 1, &adamw, &optimizer));
    OK(tensor_optimizer_lr(optimizer, &lr));
    CHECK(lr == 0.25);
    OK(tensor_optimizer_release(optimizer));
    TensorReduceOptions reduce = TENSOR_REDUCE_OPTIONS_INIT;
    reduce.struct_size = 8;
    reduce.keepdim = true;
    OK(tensor_sum(x, NULL, 0, &reduce, &out));
    EXPECT_EQ(tensor_ndim(out), 0);
    test_release(out);
    reduce.struct_size = sizeof reduce;
    reduce.reserved[6] = 1;
    REFUSED(tensor_sum(x, NULL, 0, &reduce, &out), OPTIONS, "tensor_sum: reserved bytes of TensorReduceOptions are not 0: start from its _INIT macro");
    reduce.reserved[6] = 0;
    reduce.dtype = 99;
    REFUSED(tensor_sum(x, NULL, 0, &reduce, &out), DTYPE, "tensor_sum: options.dtype is 99, which is no dtype");
    reduce.dtype = TENSOR_DTYPE_COMPLEX64;
    REFUSED(tensor_sum(x, NULL, 0, &reduce, &out), TENSOR_ERR_UNSUPPORTED, "tensor_sum: options.dtype is complex64, which is reserved");
    reduce.dtype = TENSOR_DTYPE_F64;
    REFUSED(tensor_max(x, NULL, 0, &reduce, &out), OPTIONS, "tensor_max: options.dtype is f64, this function takes none: leave it 0");
    REFUSED(tensor_argmax(x, NULL, &reduce, &out), OPTIONS, "tensor_argmax: options.dtype is f64, this function takes none: leave it 0");
    REFUSED(tensor_any(x, NULL, 0, &reduce, &out), OPTIONS, "tensor_any: options.dtype is f64, this function takes none: leave it 0");
    reduce.dtype = TENSOR_DTYPE_I64;
    REFUSED(tensor_mean(x, NULL, 0, &reduce, &out), DTYPE, "tensor_mean: mean needs floats, got i64: convert the tensor or ask for a float dtype");

    o = (TensorOptions)TENSOR_OPTIONS_INIT;
    o.reserved[0] = 1;
    REFUSED(tensor_ones(DIMS(2), &o, &out), OPTIONS, "tensor_ones: reserved bytes of TensorOptions are not 0: start from its _INIT macro");
    o.reserved[0] = 0;
    o.dtype = 99;
    REFUSED(tensor_ones(DIMS(2), &o, &out), DTYPE, "tensor_ones: options.dtype is 99, which is no dtype");
    o.dtype = TENSOR_DTYPE_COMPLEX128;
    REFUSED(tensor_ones(DIMS(2), &o, &out), TENSOR_ERR_UNSUPPORTED, "tensor_ones: options.dtype is complex128, which is reserved");
    o.dtype = 0;
    o.device = tensor_device_of(7, 0);
    REFUSED(tensor_ones(DIMS(2), &o, &out), DEVICE, "tensor_ones: options.device.type is 7, which is no type of device");
    o.device = tensor_device_of(TENSOR_DEVICE_CPU, 1);
    REFUSED(tensor_ones(DIMS(2), &o, &out), DEVICE, "tensor_ones: options.device is cpu:1, there is only cpu:0");
    o.device = tensor_device_of(0, 1);
    REFUSED(tensor_ones(DIMS(2), &o, &out), DEVICE, "tensor_ones: options.device.type is 0, which is no type of device");
    o.device = TENSOR_CUDA(-2);
    REFUSED(tensor_ones(DIMS(2), &o, &out), DEVICE, "tensor_ones: options.device is cuda:-2, expected an ordinal from 0, or -1 for the current device");
    o.device = tensor_device_of(0, 0);
    o.requires_grad = true;
    o.dtype = TENSOR_DTYPE_I32;
    REFUSED(tensor_ones(DIMS(2), &o, &out), AUTOGRAD, "tensor_ones: only float tensors can require grad, this one would be i32");

    TensorDivOptions division = TENSOR_DIV_OPTIONS_INIT;
    division.rounding = 3;
    REFUSED(tensor_div(x, x, &division, &out), INVALID, "tensor_div: options.rounding is 3, which is no TENSOR_ROUNDING_");
    division.rounding = -1;
    REFUSED(tensor_div(x, x, &division, &out), INVALID, "tensor_div: options.rounding is -1, which is no TENSOR_ROUNDING_");
    TensorLossOptions loss = TENSOR_LOSS_OPTIONS_INIT;
    loss.reduction = 3;
    REFUSED(tensor_mse_loss(x, x, &loss, &out), INVALID, "tensor_mse_loss: options.reduction is 3, which is no TENSOR_REDUCTION_");
    TensorSoftmaxOptions softmax = TENSOR_SOFTMAX_OPTIONS_INIT;
    softmax.dtype = 1234;
    REFUSED(tensor_softmax(x, 0, &softmax, &out), DTYPE, "tensor_softmax: options.dtype is 1234, which is no dtype");
    softmax.dtype = TENSOR_DTYPE_I64;
    REFUSED(tensor_log_softmax(x, 0, &softmax, &out), DTYPE, "tensor_log_softmax: log_softmax needs floats, got i64: ask for a float dtype");
    TensorPrintOptions print = TENSOR_PRINT_OPTIONS_INIT;
    char text[200];
    print.precision = -1;
    EXPECT_ERROR(tensor_to_string(x, &print, text, sizeof text, NULL), OPTIONS, "tensor_to_string: options are precision -1, threshold 1000, edge_items 3, line_width 80: expected no negative number, and a precision of at most 64");
    print.precision = 65;
    EXPECT_ERROR(tensor_to_string(x, &print, text, sizeof text, NULL), OPTIONS, "tensor_to_string: options are precision 65, threshold 1000, edge_items 3, line_width 80: expected no negative number, and a precision of at most 64");
    print.precision = 4;
    print.edge_items = -3;
    EXPECT_ERROR(tensor_to_string(x, &print, text, sizeof text, NULL), OPTIONS, "tensor_to_string: options are precision 4, threshold 1000, edge_items -3, line_width 80: expected no negative number, and a precision of at most 64");
    TendonMemoryInfo info = TENDON_MEMORY_INFO_INIT;
    info.struct_size = 0;
    EXPECT_ERROR(tendon_memory_info(&info), OPTIONS, "tendon_memory_info: TendonMemoryInfo.struct_size is 0, expected sizeof(TendonMemoryInfo), 32");
    info.struct_size = sizeof info;
    info.reserved = 1;
    EXPECT_ERROR(tendon_memory_info(&info), OPTIONS, "tendon_memory_info: reserved bytes of TendonMemoryInfo are not 0: start from its _INIT macro");
    test_release(x);
}

static void scalars(void) {
    Tensor *x = f(DIMS(2));
    Tensor *whole = of_dtype(TENSOR_DTYPE_I32, DIMS(2));
    TensorScalar bad = tensor_scalar_f(1);
    bad.kind = 0;
    REFUSED(tensor_add_scalar(x, bad, &out), INVALID, "tensor_add_scalar: b.kind is 0, which is no kind of scalar");
    bad.kind = 5;
    REFUSED(tensor_full(DIMS(2), bad, NULL, &out), INVALID, "tensor_full: value.kind is 5, which is no kind of scalar");
    bad.kind = TENSOR_SCALAR_COMPLEX;
    REFUSED(tensor_scalar(bad, NULL, &out), TENSOR_ERR_UNSUPPORTED, "tensor_scalar: value is complex, which is reserved");
    bad = tensor_scalar_f(1);
    bad.reserved = 9;
    REFUSED(tensor_clamp(x, &bad, NULL, &out), INVALID, "tensor_clamp: low.reserved is 9, expected 0: use tensor_scalar_f, _i or _b");
    REFUSED(tensor_clamp(x, NULL, NULL, &out), INVALID, "tensor_clamp: at least one of low and high must be given");
    EXPECT_ERROR(tensor_clamp_(x, NULL, NULL), INVALID, "tensor_clamp_: at least one of low and high must be given");
    EXPECT_ERROR(tensor_add_scalar_(whole, tensor_scalar_f(0.5)), DTYPE, "tensor_add_scalar_: the result is f32, it does not convert to i32 in place");
    EXPECT_ERROR(tensor_div_scalar_(whole, i(2)), DTYPE, "tensor_div_scalar_: the result is f32, it does not convert to i32 in place");
    REFUSED(tensor_arange(i(0), i(5), i(0), NULL, &out), INVALID, "tensor_arange: step must not be 0");
    REFUSED(tensor_arange(i(0), i(5), i(-1), NULL, &out), INVALID, "tensor_arange: step -1 leads away from end: start is 0, end is 5");
    REFUSED(tensor_arange(i(0), i(5), tensor_scalar_f(0), NULL, &out), INVALID, "tensor_arange: start, end and step must be finite and step not 0: 0, 5, 0");
    REFUSED(tensor_arange(i(0), tensor_scalar_f(NAN), i(1), NULL, &out), INVALID, "tensor_arange: start, end and step must be finite and step not 0: 0, NaN, 1");
    REFUSED(tensor_arange(i(0), tensor_scalar_f(INFINITY), i(1), NULL, &out), INVALID, "tensor_arange: start, end and step must be finite and step not 0: 0, inf, 1");
    REFUSED(tensor_arange(i(INT64_MIN), i(INT64_MAX), i(1), NULL, &out), SHAPE, "tensor_arange: 18446744073709552000 numbers do not fit a tensor");
    REFUSED(tensor_arange(i(0), tensor_scalar_f(1e300), tensor_scalar_f(1e-300), NULL, &out), SHAPE, "tensor_arange: inf numbers do not fit a tensor");
    REFUSED(tensor_arange(i(0), i(1LL << 60), i(1), NULL, &out), NO_MEMORY, "tensor_arange: [1152921504606846976] of i64 has more bytes than the address space");
    REFUSED(tensor_randint(5, 5, DIMS(2), NULL, &out), INVALID, "tensor_randint: low is 5, expected less than high, which is 5");
    REFUSED(tensor_randint(5, -5, DIMS(2), NULL, &out), INVALID, "tensor_randint: low is 5, expected less than high, which is -5");
    TensorOptions o = TENSOR_OPTIONS_INIT;
    o.dtype = TENSOR_DTYPE_BOOL;
    REFUSED(tensor_randint(0, 5, DIMS(2), &o, &out), DTYPE, "tensor_randint: bool holds 0 and 1, not 0 to 4");
    REFUSED(tensor_arange(i(0), i(2), i(1), &o, &out), DTYPE, "tensor_arange: arange is not defined for bool");
    REFUSED(tensor_linspace(0, 1, 2, &o, &out), DTYPE, "tensor_linspace: linspace is not defined for bool");
    REFUSED(tensor_randperm(2, &o, &out), DTYPE, "tensor_randperm: randperm is not defined for bool");
    o.dtype = TENSOR_DTYPE_I64;
    REFUSED(tensor_rand(DIMS(2), &o, &out), DTYPE, "tensor_rand: rand makes floats, not i64");
    REFUSED(tensor_randn(DIMS(2), &o, &out), DTYPE, "tensor_randn: randn makes floats, not i64");
    REFUSED(tensor_rand_like(whole, NULL, &out), DTYPE, "tensor_rand_like: rand makes floats, not i32");
    REFUSED(tensor_dropout(x, 1.5, NULL, &out), INVALID, "tensor_dropout: p is 1.5, expected a probability from 0 to 1");
    REFUSED(tensor_dropout(x, NAN, NULL, &out), INVALID, "tensor_dropout: p is NaN, expected a probability from 0 to 1");
    REFUSED(tensor_dropout(whole, 0.5, NULL, &out), DTYPE, "tensor_dropout: dropout needs floats, got i32");
    EXPECT_ERROR(tendon_set_num_threads(0), INVALID, "tendon_set_num_threads: n is 0, expected at least 1");
    EXPECT_ERROR(tendon_set_num_threads(-4), INVALID, "tendon_set_num_threads: n is -4, expected at least 1");
    EXPECT_ERROR(tendon_set_num_threads(100000), INVALID, "tendon_set_num_threads: the number of threads is 100000, expected 1 to 1024");
    EXPECT_ERROR(tendon_set_float32_matmul_precision(2), INVALID, "tendon_set_float32_matmul_precision: precision is 2, expected one of TENDON_PRECISION_...");
    EXPECT_EQ(tendon_float32_matmul_precision(), TENDON_PRECISION_HIGHEST);
    OK(tendon_set_float32_matmul_precision(TENDON_PRECISION_HIGH));
    EXPECT_EQ(tendon_float32_matmul_precision(), TENDON_PRECISION_HIGH);
    OK(tendon_set_float32_matmul_precision(TENDON_PRECISION_HIGHEST));
    TensorDType promoted = 77;
    EXPECT_ERROR(tensor_promote_types(TENSOR_DTYPE_U64, TENSOR_DTYPE_I32, &promoted), DTYPE, "tensor_promote_types: u64 and i32 do not promote: u16, u32 and u64 mix only with themselves and with floats");
    EXPECT_ERROR(tensor_promote_types(99, TENSOR_DTYPE_I32, &promoted), DTYPE, "tensor_promote_types: a is 99, which is no dtype");
    EXPECT_ERROR(tensor_result_type(NULL, 0, &promoted), INVALID, "tensor_result_type: n is 0, expected at least one tensor");
    CHECK(tensor_dtype_size(99) == 0);
    EXPECT_EQ(tendon_last_error_status(), DTYPE);
    CHECK(strcmp(tensor_dtype_name(99), "invalid") == 0);
    test_release(whole);
    test_release(x);
}

static void views(void) {
    Tensor *x = f(DIMS(2, 3, 4));
    Tensor *number = f(NULL, 0);
    Tensor *turned = NULL;
    Tensor *parts[4] = {marked, marked, marked, marked};
    size_t count = 0;
    REFUSED(tensor_reshape(x, DIMS(5, 5), &out), SHAPE, "tensor_reshape: shape [5, 5] has 25 elements, the tensor has 24");
    REFUSED(tensor_reshape(x, DIMS(-1, -1), &out), SHAPE, "tensor_reshape: only one size may be -1, got [-1, -1]");
    REFUSED(tensor_reshape(x, DIMS(-1, 5), &out), SHAPE, "tensor_reshape: shape [-1, 5] does not divide 24 elements");
    REFUSED(tensor_reshape(x, DIMS(-1, 0), &out), SHAPE, "tensor_reshape: -1 in [-1, 0] cannot be worked out: the other sizes hold 0 elements");
    REFUSED(tensor_reshape(x, DIMS(-2, -12), &out), SHAPE, "tensor_reshape: sizes must not be negative, got -2 in [-2, -12]");
    REFUSED(tensor_reshape(x, NULL, 3, &out), TENSOR_ERR_NULL_POINTER, "tensor_reshape: shape is NULL");
    OK(tensor_transpose(x, 0, 2, &turned));
    REFUSED(tensor_view(turned, DIMS(24), &out), TENSOR_ERR_NOT_CONTIGUOUS, "tensor_view: shape [4, 3, 2] with strides [1, 4, 12] cannot be viewed as [24] without a copy: call tensor_reshape");
    REFUSED(tensor_view(turned, DIMS(23), &out), SHAPE, "tensor_view: shape [23] has 23 elements, the tensor has 24");
    REFUSED(tensor_expand(x, DIMS(3, 4), &out), SHAPE, "tensor_expand: shape [3, 4] has fewer dimensions than [2, 3, 4]");
    REFUSED(tensor_expand(x, DIMS(2, 3, 5), &out), SHAPE, "tensor_expand: shape [2, 3, 4] does not expand to [2, 3, 5]");
    REFUSED(tensor_expand(x, DIMS(-1, 2, 3, 4), &out), SHAPE, "tensor_expand: shape [2, 3, 4] does not expand to [-1, 2, 3, 4]");
    REFUSED(tensor_expand(number, DIMS(1LL << 40, 1LL << 40), &out), SHAPE, "tensor_expand: the number of elements of [1099511627776, 1099511627776] does not fit 63 bits");
    REFUSED(tensor_flatten(x, 2, 1, &out), INVALID, "tensor_flatten: start_dim 2 comes after end_dim 1");
    REFUSED(tensor_flatten(x, 3, -1, &out), SHAPE, "tensor_flatten: dim is 3, expected -3 to 2 for rank 3");
    REFUSED(tensor_transpose(x, 0, 3, &out), SHAPE, "tensor_transpose: dim is 3, expected -3 to 2 for rank 3");
    REFUSED(tensor_transpose(x, -4, 0, &out), SHAPE, "tensor_transpose: dim is -4, expected -3 to 2 for rank 3");
    REFUSED(tensor_permute(x, DIMS(0, 1), &out), SHAPE, "tensor_permute: dims [0, 1] must name each of the 3 dimensions once");
    REFUSED(tensor_permute(x, DIMS(0, 1, 1), &out), SHAPE, "tensor_permute: dim 1 appears twice in [0, 1, 1]");
    REFUSED(tensor_permute(x, DIMS(0, 1, 3), &out), SHAPE, "tensor_permute: dim is 3, expected -3 to 2 for rank 3");
    REFUSED(tensor_permute(x, NULL, 3, &out), TENSOR_ERR_NULL_POINTER, "tensor_permute: dims is NULL");
    REFUSED(tensor_squeeze(x, DIMS(0, 0), &out), SHAPE, "tensor_squeeze: dim 0 appears twice in [0, 0]");
    REFUSED(tensor_squeeze(x, DIMS(9), &out), SHAPE, "tensor_squeeze: dim is 9, expected -3 to 2 for rank 3");
    REFUSED(tensor_unsqueeze(x, 4, &out), SHAPE, "tensor_unsqueeze: dim is 4, expected -4 to 3 for rank 4");
    REFUSED(tensor_unsqueeze(x, -5, &out), SHAPE, "tensor_unsqueeze: dim is -5, expected -4 to 3 for rank 4");
    REFUSED(tensor_select(x, 1, 3, &out), INDEX, "tensor_select: index is 3, expected -3 to 2 for dim 1 of [2, 3, 4]");
    REFUSED(tensor_select(x, 1, -4, &out), INDEX, "tensor_select: index is -4, expected -3 to 2 for dim 1 of [2, 3, 4]");
    REFUSED(tensor_select(x, 3, 0, &out), SHAPE, "tensor_select: dim is 3, expected -3 to 2 for rank 3");
    REFUSED(tensor_select(number, 0, 0, &out), SHAPE, "tensor_select: select needs at least one dimension, got a rank-0 tensor");
    REFUSED(tensor_slice(x, 0, 0, 2, 0, &out), INVALID, "tensor_slice: step is 0, expected at least 1");
    REFUSED(tensor_slice(x, 0, 0, 2, -1, &out), INVALID, "tensor_slice: step is -1, expected at least 1");
    REFUSED(tensor_slice(number, 0, 0, 2, 1, &out), SHAPE, "tensor_slice: slice needs at least one dimension, got a rank-0 tensor");
    REFUSED(tensor_slice(x, INT64_MIN, 0, 2, 1, &out), SHAPE, "tensor_slice: dim is -9223372036854775808, expected -3 to 2 for rank 3");
    REFUSED(tensor_narrow(x, 1, 2, 2, &out), INDEX, "tensor_narrow: start 2 and length 2 leave dim 1 of [2, 3, 4]");
    REFUSED(tensor_narrow(x, 1, 0, -1, &out), INDEX, "tensor_narrow: start 0 and length -1 leave dim 1 of [2, 3, 4]");
    REFUSED(tensor_narrow(x, 1, INT64_MAX, INT64_MAX, &out), INDEX, "tensor_narrow: start 9223372036854775807 and length 9223372036854775807 leave dim 1 of [2, 3, 4]");
    REFUSED(tensor_narrow(x, 1, INT64_MIN, 1, &out), INDEX, "tensor_narrow: start -9223372036854775808 and length 1 leave dim 1 of [2, 3, 4]");
    REFUSED(tensor_narrow(number, 0, 0, 1, &out), SHAPE, "tensor_narrow: narrow needs at least one dimension, got a rank-0 tensor");
    EXPECT_ERROR(tensor_split(x, 1, 2, parts, 3, &count), INVALID, "tensor_split: capacity is 3, there are 4 tensors");
    CHECK(parts[0] == NULL && parts[2] == NULL && parts[3] == marked && count == 4);
    EXPECT_ERROR(tensor_split(x, 0, 2, parts, 4, &count), INVALID, "tensor_split: size is 0, expected at least 1");
    EXPECT_ERROR(tensor_split(x, -1, 2, parts, 4, &count), INVALID, "tensor_split: size is -1, expected at least 1");
    EXPECT_ERROR(tensor_split(x, 1, 3, parts, 4, &count), SHAPE, "tensor_split: dim is 3, expected -3 to 2 for rank 3");
    EXPECT_ERROR(tensor_split(number, 1, 0, parts, 4, &count), SHAPE, "tensor_split: split needs at least one dimension, got a rank-0 tensor");
    EXPECT_ERROR(tensor_split(x, 1, 0, NULL, 0, &count), INVALID, "tensor_split: capacity is 0, there are 2 tensors");
    EXPECT_EQ(count, 2);
    EXPECT_ERROR(tensor_chunk(x, 0, 0, parts, 4, &count), INVALID, "tensor_chunk: chunks is 0, expected at least 1");
    EXPECT_ERROR(tensor_chunk(x, 4, 2, parts, 2, &count), INVALID, "tensor_chunk: capacity is 2, there are 4 tensors");
    EXPECT_ERROR(tensor_chunk(number, 1, 0, parts, 4, &count), SHAPE, "tensor_chunk: chunk needs at least one dimension, got a rank-0 tensor");
    Tensor *y = f(DIMS(2, 3, 5));
    REFUSED(tensor_cat((const Tensor *const[]){x, y}, 2, 0, &out), SHAPE, "tensor_cat: tensor 1 is [2, 3, 5], expected the sizes of [2, 3, 4] except along dim 0");
    REFUSED(tensor_cat((const Tensor *const[]){x, y}, 2, 3, &out), SHAPE, "tensor_cat: dim is 3, expected -3 to 2 for rank 3");
    REFUSED(tensor_cat((const Tensor *const[]){x, number}, 2, 0, &out), SHAPE, "tensor_cat: tensor 1 is [], expected the sizes of [2, 3, 4] except along dim 0");
    REFUSED(tensor_cat((const Tensor *const[]){number, number}, 2, 0, &out), SHAPE, "tensor_cat: rank-0 tensors cannot be joined: use stack");
    REFUSED(tensor_cat(NULL, 0, 0, &out), INVALID, "tensor_cat: expected at least one tensor, got none");
    REFUSED(tensor_cat(NULL, 2, 0, &out), TENSOR_ERR_NULL_POINTER, "tensor_cat: tensors is NULL");
    REFUSED(tensor_stack((const Tensor *const[]){x, y}, 2, 0, &out), SHAPE, "tensor_stack: tensor 1 is [2, 3, 5], expected [2, 3, 4] like the first");
    REFUSED(tensor_stack(NULL, 0, 0, &out), INVALID, "tensor_stack: expected at least one tensor, got none");
    REFUSED(tensor_stack((const Tensor *const[]){x, NULL}, 2, 0, &out), TENSOR_ERR_INVALID_HANDLE, "tensor_stack: tensors[1] is NULL");
    EXPECT_EQ(tensor_size(x, 3), -1);
    CHECK(strcmp(tendon_last_error_message(), "tensor_size: dim is 3, expected -3 to 2 for rank 3") == 0);
    EXPECT_EQ(tensor_stride(x, -4), -1);
    int64_t sizes[2] = {7, 7};
    EXPECT_ERROR(tensor_shape(x, sizes, 2), INVALID, "tensor_shape: capacity is 2, x has 3 dimensions");
    EXPECT_ERROR(tensor_strides(x, sizes, 0), INVALID, "tensor_strides: capacity is 0, x has 3 dimensions");
    CHECK(sizes[0] == 7 && sizes[1] == 7);
    test_release(y);
    test_release(turned);
    test_release(number);
    test_release(x);
}

static void computing(void) {
    Tensor *a = f(DIMS(2, 3));
    Tensor *b = f(DIMS(4, 5));
    Tensor *number = f(NULL, 0);
    Tensor *none = f(DIMS(0, 3));
    Tensor *wide = of_dtype(TENSOR_DTYPE_F64, DIMS(3, 2));
    Tensor *flags = of_dtype(TENSOR_DTYPE_BOOL, DIMS(2, 3));
    Tensor *unsigned_64 = of_dtype(TENSOR_DTYPE_U64, DIMS(2, 3));
    Tensor *signed_64 = of_dtype(TENSOR_DTYPE_I64, DIMS(2, 3));
    REFUSED(tensor_add(a, b, &out), SHAPE, "tensor_add: shapes [2, 3] and [4, 5] do not broadcast: sizes 2 and 4 differ");
    REFUSED(tensor_lt(a, b, &out), SHAPE, "tensor_lt: shapes [2, 3] and [4, 5] do not broadcast: sizes 2 and 4 differ");
    REFUSED(tensor_logical_and(a, b, &out), SHAPE, "tensor_logical_and: shapes [2, 3] and [4, 5] do not broadcast: sizes 2 and 4 differ");
    REFUSED(tensor_sub(flags, flags, &out), DTYPE, "tensor_sub: sub is not defined for bool: use logical_xor");
    REFUSED(tensor_add(unsigned_64, signed_64, &out), DTYPE, "tensor_add: u64 and i64 do not promote: u16, u32 and u64 mix only with themselves and with floats");
    REFUSED(tensor_neg(flags, &out), DTYPE, "tensor_neg: neg is not defined for bool");
    REFUSED(tensor_relu(flags, &out), DTYPE, "tensor_relu: relu is not defined for bool");
    EXPECT_ERROR(tensor_exp_(signed_64), DTYPE, "tensor_exp_: the result is f32, it does not convert to i64 in place");
    EXPECT_ERROR(tensor_add_(signed_64, a), DTYPE, "tensor_add_: the result is f32, it does not convert to i64 in place");
    EXPECT_ERROR(tensor_add_(a, b), SHAPE, "tensor_add_: shapes [2, 3] and [4, 5] do not broadcast: sizes 2 and 4 differ");
    EXPECT_ERROR(tensor_add_(number, a), SHAPE, "tensor_add_: the result has shape [2, 3], the tensor to write has []");
    EXPECT_ERROR(tensor_copy_(a, b), SHAPE, "tensor_copy_: shape [4, 5] does not expand to [2, 3]");
    EXPECT_ERROR(tensor_copy_(number, a), SHAPE, "tensor_copy_: shape [] has fewer dimensions than [2, 3]");
    REFUSED(tensor_where(a, a, a, &out), DTYPE, "tensor_where: cond must be bool, got f32");
    REFUSED(tensor_where(flags, a, b, &out), SHAPE, "tensor_where: shapes [2, 3] and [4, 5] do not broadcast: sizes 2 and 4 differ");
    REFUSED(tensor_clamp(flags, &(const TensorScalar){TENSOR_SCALAR_INT, 0, {1}}, NULL, &out), DTYPE, "tensor_clamp: clamp is not defined for bool");

    REFUSED(tensor_matmul(a, b, &out), SHAPE, "tensor_matmul: a is [2, 3] and b is [4, 5]: inner sizes 3 and 4 differ");
    REFUSED(tensor_matmul(a, number, &out), SHAPE, "tensor_matmul: a is [2, 3] and b is []: both need at least one dimension");
    REFUSED(tensor_matmul(a, wide, &out), DTYPE, "tensor_matmul: a is f32 and b is f64: both must have one dtype");
    Tensor *square_flags = of_dtype(TENSOR_DTYPE_BOOL, DIMS(2, 2));
    REFUSED(tensor_matmul(square_flags, square_flags, &out), DTYPE, "tensor_matmul: matrix products are not defined for bool");
    test_release(square_flags);
    Tensor *batch2 = f(DIMS(2, 4, 3));
    Tensor *batch3 = f(DIMS(3, 3, 4));
    REFUSED(tensor_matmul(batch2, batch3, &out), SHAPE, "tensor_matmul: a is [2, 4, 3] and b is [3, 3, 4]: the dimensions before the last two do not broadcast");
    REFUSED(tensor_linear(a, b, NULL, &out), SHAPE, "tensor_linear: x is [2, 3], expected a last dim of 5 as in weight [4, 5]");
    REFUSED(tensor_linear(a, number, NULL, &out), SHAPE, "tensor_linear: weight is [], expected [out, in]");
    REFUSED(tensor_linear(a, a, b, &out), SHAPE, "tensor_linear: bias is [4, 5], expected [2]");
    REFUSED(tensor_linear(a, wide, NULL, &out), SHAPE, "tensor_linear: x is [2, 3], expected a last dim of 2 as in weight [3, 2]");
    test_release(batch3);
    test_release(batch2);

    REFUSED(tensor_sum(a, DIMS(2), NULL, &out), SHAPE, "tensor_sum: dim is 2, expected -2 to 1 for rank 2");
    REFUSED(tensor_sum(a, DIMS(0, -2), NULL, &out), SHAPE, "tensor_sum: dim 0 appears twice in [0, -2]");
    REFUSED(tensor_mean(signed_64, NULL, 0, NULL, &out), DTYPE, "tensor_mean: mean needs floats, got i64: convert the tensor or ask for a float dtype");
    REFUSED(tensor_max(none, NULL, 0, NULL, &out), SHAPE, "tensor_max: max of no elements is not defined: shape [0, 3]");
    REFUSED(tensor_min(none, DIMS(0), NULL, &out), SHAPE, "tensor_min: min of no elements is not defined: shape [0, 3]");
    REFUSED(tensor_argmax(none, NULL, NULL, &out), SHAPE, "tensor_argmax: argmax of no elements is not defined: shape [0, 3]");
    REFUSED(tensor_argmin(a, &(const int64_t){2}, NULL, &out), SHAPE, "tensor_argmin: dim is 2, expected -2 to 1 for rank 2");
    REFUSED(tensor_var(signed_64, NULL, 0, NULL, &out), DTYPE, "tensor_var: var needs floats, got i64");
    REFUSED(tensor_softmax(a, 2, NULL, &out), SHAPE, "tensor_softmax: dim is 2, expected -2 to 1 for rank 2");
    REFUSED(tensor_softmax(signed_64, 0, NULL, &out), DTYPE, "tensor_softmax: softmax needs floats, got i64: ask for a float dtype");

    test_release(signed_64);
    test_release(unsigned_64);
    test_release(flags);
    test_release(wide);
    test_release(none);
    test_release(number);
    test_release(b);
    test_release(a);
}

static Tensor *places(const int64_t *numbers, size_t n) {
    return test_make(TENSOR_DTYPE_I64, numbers, &(const int64_t){(int64_t)n}, 1);
}

static void indexing(void) {
    Tensor *x = f(DIMS(3, 2));
    Tensor *index = places(DIMS(0, 3));
    Tensor *below = places(DIMS(-1));
    Tensor *fine = places(DIMS(0, 2));
    Tensor *square = test_make(TENSOR_DTYPE_I64, (const int64_t[]){0, 0, 0, 9}, DIMS(2, 2));
    Tensor *floats = f(DIMS(2));
    Tensor *wide = of_dtype(TENSOR_DTYPE_F64, DIMS(2, 2));
    Tensor *none = of_dtype(TENSOR_DTYPE_I64, DIMS(0));
    REFUSED(tensor_index_select(x, 0, index, &out), INDEX, "tensor_index_select: index 3 is out of bounds for dimension 0 with size 3");
    REFUSED(tensor_index_select(x, 0, below, &out), INDEX, "tensor_index_select: index -1 is out of bounds for dimension 0 with size 3");
    REFUSED(tensor_index_select(x, 0, square, &out), SHAPE, "tensor_index_select: index is [2, 2], expected rank 1");
    REFUSED(tensor_index_select(x, 0, floats, &out), DTYPE, "tensor_index_select: index must be i64 or i32, got f32");
    REFUSED(tensor_index_select(x, 2, fine, &out), SHAPE, "tensor_index_select: dim is 2, expected -2 to 1 for rank 2");
    REFUSED(tensor_gather(x, 0, square, &out), INDEX, "tensor_gather: index 9 is out of bounds for dimension 0 with size 3");
    REFUSED(tensor_gather(x, 0, fine, &out), SHAPE, "tensor_gather: index is [2], expected at most [3, 2] except along dim 0");
    REFUSED(tensor_gather(x, 0, floats, &out), DTYPE, "tensor_gather: index must be i64 or i32, got f32");
    REFUSED(tensor_gather(x, -3, square, &out), SHAPE, "tensor_gather: dim is -3, expected -2 to 1 for rank 2");
    REFUSED(tensor_scatter_add(x, 0, square, x, &out), INDEX, "tensor_scatter_add: index 9 is out of bounds for dimension 0 with size 3");
    REFUSED(tensor_scatter_add(x, 0, square, wide, &out), DTYPE, "tensor_scatter_add: src is f64, expected f32 as x");
    REFUSED(tensor_scatter_add(x, 0, square, floats, &out), SHAPE, "tensor_scatter_add: index is [2, 2], larger than src [2]");
    REFUSED(tensor_index_add(x, 0, index, wide, &out), DTYPE, "tensor_index_add: src is f64, expected f32 as x");
    REFUSED(tensor_index_add(x, 0, fine, x, &out), SHAPE, "tensor_index_add: index is [2] and src is [3, 2], expected rank 1 and [2, 2]");
    REFUSED(tensor_index_add(x, 1, fine, x, &out), INDEX, "tensor_index_add: index 2 is out of bounds for dimension 1 with size 2");
    REFUSED(tensor_one_hot(index, 3, &out), INDEX, "tensor_one_hot: index 3 is out of bounds for classes of number 3");
    REFUSED(tensor_one_hot(below, 3, &out), INDEX, "tensor_one_hot: index -1 is out of bounds for classes of number 3");
    REFUSED(tensor_one_hot(fine, 0, &out), INVALID, "tensor_one_hot: classes is 0, expected at least 1, or -1");
    REFUSED(tensor_one_hot(fine, -2, &out), INVALID, "tensor_one_hot: classes is -2, expected at least 1, or -1");
    REFUSED(tensor_one_hot(none, -1, &out), INVALID, "tensor_one_hot: the number of classes cannot be found in an empty index");
    REFUSED(tensor_one_hot(floats, 3, &out), DTYPE, "tensor_one_hot: index must be i64 or i32, got f32");
    REFUSED(tensor_one_hot(fine, INT64_MAX, &out), SHAPE, "tensor_one_hot: the number of elements of [2, 9223372036854775807] does not fit 63 bits");
    REFUSED(tensor_one_hot(fine, 1LL << 60, &out), NO_MEMORY, "tensor_one_hot: [2, 1152921504606846976] of i64 has more bytes than the address space");
    /* Nothing was written before the bad place was found. */
    HOLDS(x, 1, 1, 1, 1, 1, 1);

    REFUSED(tensor_cross_entropy(x, index, NULL, &out), SHAPE, "tensor_cross_entropy: target is [2], expected [3]: input's shape without its classes");
    Tensor *classes = places(DIMS(0, 1, 2));
    REFUSED(tensor_cross_entropy(x, classes, NULL, &out), INDEX, "tensor_cross_entropy: target: index 2 is out of bounds for dimension 1 with size 2");
    Tensor *good = places(DIMS(0, 1, 1));
    TensorCrossEntropyOptions o = TENSOR_CROSS_ENTROPY_OPTIONS_INIT;
    o.reduction = 7;
    REFUSED(tensor_cross_entropy(x, good, &o, &out), INVALID, "tensor_cross_entropy: options.reduction is 7, which is no TENSOR_REDUCTION_");
    o.reduction = 0;
    o.label_smoothing = 1.5;
    REFUSED(tensor_cross_entropy(x, good, &o, &out), INVALID, "tensor_cross_entropy: options.label_smoothing is 1.5, expected 0 to 1");
    o.label_smoothing = NAN;
    REFUSED(tensor_cross_entropy(x, good, &o, &out), INVALID, "tensor_cross_entropy: options.label_smoothing is NaN, expected 0 to 1");
    o.label_smoothing = 0;
    o.weight = x;
    REFUSED(tensor_cross_entropy(x, good, &o, &out), SHAPE, "tensor_cross_entropy: options.weight is f32 [3, 2], expected f32 [2]");
    o.weight = classes;
    REFUSED(tensor_cross_entropy(x, good, &o, &out), SHAPE, "tensor_cross_entropy: options.weight is i64 [3], expected f32 [2]");
    REFUSED(tensor_cross_entropy(good, good, NULL, &out), DTYPE, "tensor_cross_entropy: input is i64, expected floats");
    REFUSED(tensor_cross_entropy(x, floats, NULL, &out), SHAPE, "tensor_cross_entropy: target holds probabilities of shape [2], expected input's [3, 2]");
    REFUSED(tensor_mse_loss(x, floats, NULL, &out), SHAPE, "tensor_mse_loss: input is [3, 2] and target is [2]: the shapes must be the same");
    test_release(good);
    test_release(classes);
    test_release(none);
    test_release(wide);
    test_release(floats);
    test_release(square);
    test_release(fine);
    test_release(below);
    test_release(index);
    test_release(x);
}

static void reading(void) {
    Tensor *x = f(DIMS(2, 3));
    Tensor *turned = NULL;
    Tensor *leaf = test_leaf(1, DIMS(2));
    Tensor *product = NULL;
    const void *data = NULL;
    void *data_mut = NULL;
    const float *floats = NULL;
    const double *doubles = NULL;
    const int64_t *longs = NULL;
    float *floats_mut = NULL;
    double d = 7;
    int64_t n = 7;
    bool truth = true;
    TensorScalar scalar = tensor_scalar_i(7);
    OK(tensor_transpose(x, 0, 1, &turned));
    OK(tensor_mul(leaf, leaf, &product));
    data = data_mut = &d;
    EXPECT_ERROR(tensor_data(turned, &data), TENSOR_ERR_NOT_CONTIGUOUS, "tensor_data: x has shape [3, 2] and strides [1, 3], which is not C order: call tensor_contiguous, or tensor_data_strided and read the strides");
    EXPECT_ERROR(tensor_data_mut(turned, &data_mut), TENSOR_ERR_NOT_CONTIGUOUS, "tensor_data_mut: x has shape [3, 2] and strides [1, 3], which is not C order: call tensor_contiguous, or tensor_data_mut_strided and read the strides");
    CHECK(data == NULL && data_mut == NULL);
    EXPECT_ERROR(tensor_data_f32(turned, &floats), TENSOR_ERR_NOT_CONTIGUOUS, "tensor_data_f32: x has shape [3, 2] and strides [1, 3], which is not C order: call tensor_contiguous, or tensor_data_strided and read the strides");
    EXPECT_ERROR(tensor_data_f64(x, &doubles), DTYPE, "tensor_data_f64: x is f32, expected f64");
    EXPECT_ERROR(tensor_data_i64(x, &longs), DTYPE, "tensor_data_i64: x is f32, expected i64");
    EXPECT_ERROR(tensor_data_mut_f32(leaf, &floats_mut), AUTOGRAD, "tensor_data_mut_f32: x requires grad, and backward would not see what is written: detach first, or use no-grad mode");
    EXPECT_ERROR(tensor_data_mut(product, &data_mut), AUTOGRAD, "tensor_data_mut: x requires grad, and backward would not see what is written: detach first, or use no-grad mode");
    EXPECT_ERROR(tensor_data_mut_strided(leaf, &data_mut), AUTOGRAD, "tensor_data_mut_strided: x requires grad, and backward would not see what is written: detach first, or use no-grad mode");
    OK(tensor_data_f32(leaf, &floats));
    EXPECT_EQ(tensor_version(leaf), 0);
    EXPECT_ERROR(tensor_item(x, &scalar), SHAPE, "tensor_item: x has shape [2, 3] and 6 elements, expected one");
    EXPECT_ERROR(tensor_item_f64(x, &d), SHAPE, "tensor_item_f64: x has shape [2, 3] and 6 elements, expected one");
    EXPECT_ERROR(tensor_item_i64(x, &n), SHAPE, "tensor_item_i64: x has shape [2, 3] and 6 elements, expected one");
    EXPECT_ERROR(tensor_item_bool(x, &truth), SHAPE, "tensor_item_bool: x has shape [2, 3] and 6 elements, expected one");
    CHECK(scalar.kind == TENSOR_SCALAR_INT && scalar.value.i == 7 && d == 7 && n == 7 && truth);
    Tensor *strange = test_full(NAN, NULL, 0);
    EXPECT_ERROR(tensor_item_i64(strange, &n), INVALID, "tensor_item_i64: the element is NaN, which does not fit an int64_t");
    OK(tensor_fill_(strange, tensor_scalar_f(1e30)));
    EXPECT_ERROR(tensor_item_i64(strange, &n), INVALID, "tensor_item_i64: the element is 1000000015047466200000000000000, which does not fit an int64_t");
    OK(tensor_fill_(strange, tensor_scalar_f(-INFINITY)));
    EXPECT_ERROR(tensor_item_i64(strange, &n), INVALID, "tensor_item_i64: the element is -inf, which does not fit an int64_t");
    test_release(strange);
    const uint64_t large = UINT64_MAX;
    strange = test_make(TENSOR_DTYPE_U64, &large, NULL, 0);
    EXPECT_ERROR(tensor_item(strange, &scalar), INVALID, "tensor_item: the element is 18446744073709551615, which does not fit an int64_t");
    EXPECT_ERROR(tensor_item_i64(strange, &n), INVALID, "tensor_item_i64: the element is 18446744073709551615, which does not fit an int64_t");
    CHECK(n == 7);
    test_release(strange);
    char small[23] = "as before";
    EXPECT_ERROR(tensor_copy_to_host(x, small, sizeof small), BOUNDS, "tensor_copy_to_host: shape [2, 3] of f32 needs 24 bytes, the buffer has 23");
    EXPECT_ERROR(tensor_copy_to_host(x, NULL, 24), TENSOR_ERR_NULL_POINTER, "tensor_copy_to_host: buffer is NULL");
    size_t needed = 0;
    EXPECT_ERROR(tensor_to_string(x, NULL, small, sizeof small, &needed), INVALID, "tensor_to_string: capacity is 23, the text needs 45 bytes");
    CHECK(needed > sizeof small && strcmp(small, "as before") == 0);
    EXPECT_ERROR(tensor_to_string(x, NULL, NULL, 10, &needed), TENSOR_ERR_NULL_POINTER, "tensor_to_string: buffer is NULL");
    REFUSED(tensor_to_dtype(x, 99, NULL, &out), DTYPE, "tensor_to_dtype: dtype is 99, which is no dtype");
    REFUSED(tensor_to_dtype(x, 0, NULL, &out), DTYPE, "tensor_to_dtype: dtype is 0 (TENSOR_DTYPE_INVALID)");
    REFUSED(tensor_to_device(x, tensor_device_of(0, 0), NULL, &out), DEVICE, "tensor_to_device: device.type is 0, which is no type of device");
    REFUSED(tensor_to_device(x, tensor_device_of(3, 0), NULL, &out), DEVICE, "tensor_to_device: device.type is 3, which is no type of device");
    REFUSED(tensor_to_device(x, tensor_device_of(TENSOR_DEVICE_CPU, 2), NULL, &out), DEVICE, "tensor_to_device: device is cpu:2, there is only cpu:0");
    test_release(product);
    test_release(leaf);
    test_release(turned);
    test_release(x);
}

static void writing(void) {
    Tensor *x = f(DIMS(4));
    Tensor *front = NULL, *back = NULL, *wide = NULL, *leaf = test_leaf(1, DIMS(2)), *view = NULL;
    OK(tensor_narrow(x, 0, 0, 3, &front));
    OK(tensor_narrow(x, 0, 1, 3, &back));
    EXPECT_ERROR(tensor_add_(front, back), TENSOR_ERR_OVERLAP, "tensor_add_: input 1 shares some of its memory with the tensor to write: clone one of them first");
    EXPECT_ERROR(tensor_copy_(back, front), TENSOR_ERR_OVERLAP, "tensor_copy_: input 0 shares some of its memory with the tensor to write: clone one of them first");
    OK(tensor_expand(x, DIMS(3, 4), &wide));
    EXPECT_ERROR(tensor_mul_scalar_(wide, i(2)), TENSOR_ERR_OVERLAP, "tensor_mul_scalar_: the tensor of shape [3, 4] and strides [0, 1] overlaps itself: clone it before writing");
    EXPECT_ERROR(tensor_zero_(leaf), AUTOGRAD, "tensor_zero_: a leaf that requires grad can be written in place only in no-grad mode");
    EXPECT_ERROR(tensor_add_scalar_(leaf, i(1)), AUTOGRAD, "tensor_add_scalar_: a leaf that requires grad can be written in place only in no-grad mode");
    OK(tensor_select(leaf, 0, 0, &view));
    EXPECT_ERROR(tensor_fill_(view, i(1)), AUTOGRAD, "tensor_fill_: a view of a leaf that requires grad can be written in place only in no-grad mode");
    HOLDS(x, 1, 1, 1, 1);
    EXPECT_EQ(tensor_version(x), 0);
    HOLDS(leaf, 1, 1);
    test_release(view);
    test_release(leaf);
    test_release(wide);
    test_release(back);
    test_release(front);
    test_release(x);
}

static void optimizers(void) {
    Tensor *x = test_leaf(1, DIMS(2));
    Tensor *y = test_leaf(1, DIMS(3));
    Tensor *whole = of_dtype(TENSOR_DTYPE_I64, DIMS(2));
    Tensor *product = NULL;
    TensorOptimizer *o = (TensorOptimizer *)(uintptr_t)0x5a5a;
    TensorSgdOptions sgd = TENSOR_SGD_OPTIONS_INIT;
    TensorAdamWOptions adamw = TENSOR_ADAMW_OPTIONS_INIT;
    OK(tensor_mul(x, x, &product));
    EXPECT_ERROR(tensor_sgd_create(NULL, 0, NULL, &o), INVALID, "tensor_sgd_create: expected at least one parameter, got none");
    CHECK(o == NULL);
    EXPECT_ERROR(tensor_sgd_create(NULL, 1, NULL, &o), TENSOR_ERR_NULL_POINTER, "tensor_sgd_create: params is NULL");
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x, x}, 2, NULL, &o), INVALID, "tensor_sgd_create: params[0] and params[1] are the same tensor");
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x, whole}, 2, NULL, &o), DTYPE, "tensor_sgd_create: params[1] is i64, expected a float dtype");
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x, product}, 2, NULL, &o), AUTOGRAD, "tensor_sgd_create: params[1] is no leaf: a recorded op made it");
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x, NULL}, 2, NULL, &o), TENSOR_ERR_INVALID_HANDLE, "tensor_sgd_create: params[1] is NULL");
    sgd.lr = -1;
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x}, 1, &sgd, &o), INVALID, "tensor_sgd_create: lr is -1, expected a finite number of at least 0");
    sgd.lr = NAN;
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x}, 1, &sgd, &o), INVALID, "tensor_sgd_create: lr is NaN, expected a finite number of at least 0");
    sgd.lr = 0.1;
    sgd.nesterov = true;
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x}, 1, &sgd, &o), INVALID, "tensor_sgd_create: nesterov needs a momentum above 0 and a dampening of 0");
    sgd.nesterov = false;
    sgd.momentum = -0.5;
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x}, 1, &sgd, &o), INVALID, "tensor_sgd_create: momentum is -0.5, expected at least 0");
    sgd.momentum = 0.9;
    sgd.weight_decay = -0.5;
    EXPECT_ERROR(tensor_sgd_create((Tensor *const[]){x}, 1, &sgd, &o), INVALID, "tensor_sgd_create: weight_decay is -0.5, expected at least 0");
    adamw.beta1 = 1;
    EXPECT_ERROR(tensor_adamw_create((Tensor *const[]){x}, 1, &adamw, &o), INVALID, "tensor_adamw_create: beta1 is 1, expected from 0 up to, not including, 1");
    adamw.beta1 = 0.9;
    adamw.beta2 = -1;
    EXPECT_ERROR(tensor_adamw_create((Tensor *const[]){x}, 1, &adamw, &o), INVALID, "tensor_adamw_create: beta2 is -1, expected from 0 up to, not including, 1");
    adamw.beta2 = 0.999;
    adamw.eps = -1;
    EXPECT_ERROR(tensor_adamw_create((Tensor *const[]){x}, 1, &adamw, &o), INVALID, "tensor_adamw_create: eps is -1, expected at least 0");
    CHECK(o == NULL);

    /* A state fits only an optimizer of the same kind and parameters, and only whole. */
    static unsigned char state[4096], broken[4096];
    size_t size = 0, written = 0;
    Tensor *loss = NULL;
    TensorOptimizer *other = NULL, *longer = NULL;
    adamw = (TensorAdamWOptions)TENSOR_ADAMW_OPTIONS_INIT;
    sgd = (TensorSgdOptions)TENSOR_SGD_OPTIONS_INIT;
    sgd.momentum = 0.9;
    OK(tensor_adamw_create((Tensor *const[]){x, y}, 2, &adamw, &o));
    OK(tensor_sgd_create((Tensor *const[]){x, y}, 2, &sgd, &other));
    OK(tensor_adamw_create((Tensor *const[]){x}, 1, &adamw, &longer));
    OK(tensor_sum(product, NULL, 0, NULL, &loss));
    OK(tensor_backward(loss, NULL));
    OK(tensor_optimizer_step(o));
    EXPECT_ERROR(tensor_optimizer_set_lr(o, -1), INVALID, "tensor_optimizer_set_lr: lr is -1, expected a finite number of at least 0");
    EXPECT_ERROR(tensor_optimizer_set_lr(o, NAN), INVALID, "tensor_optimizer_set_lr: lr is NaN, expected a finite number of at least 0");
    EXPECT_ERROR(tensor_optimizer_set_lr(o, INFINITY), INVALID, "tensor_optimizer_set_lr: lr is inf, expected a finite number of at least 0");
    OK(tensor_optimizer_state_size(o, &size));
    CHECK(size > 0 && size < sizeof state);
    EXPECT_ERROR(tensor_optimizer_state_save(o, state, size - 1, &written), INVALID, "tensor_optimizer_state_save: the state has 105 bytes, the buffer 104");
    CHECK(written == 0);
    EXPECT_ERROR(tensor_optimizer_state_save(o, state, SIZE_MAX, &written), INVALID, "tensor_optimizer_state_save: capacity is 18446744073709551615, which is no size of a buffer");
    OK(tensor_optimizer_state_save(o, state, sizeof state, &written));
    EXPECT_EQ(written, size);
    EXPECT_ERROR(tensor_optimizer_state_load(o, state, SIZE_MAX), INVALID, "tensor_optimizer_state_load: data cannot have 18446744073709551615 entries");
    for (size_t n = 0; n < size; n++) {
        /* A block of exactly these bytes: valgrind sees a read past the end. */
        unsigned char *part = malloc(n + (n == 0));
        memcpy(part, state, n);
        if (tensor_optimizer_state_load(o, part, n) != FORMAT) {
            FAIL("the first %zu of %zu bytes of a state: %s", n, size, tendon_last_error_message());
        }
        free(part);
    }
    EXPECT_ERROR(tensor_optimizer_state_load(o, state, 0), FORMAT, "tensor_optimizer_state_load: the data ends early: 8 bytes wanted, 0 left");
    EXPECT_ERROR(tensor_optimizer_state_load(o, state, size - 1), FORMAT, "tensor_optimizer_state_load: the data ends early: 8 bytes wanted, 7 left");
    EXPECT_ERROR(tensor_optimizer_state_load(o, state, size + 3), FORMAT, "tensor_optimizer_state_load: 3 bytes follow the state");
    EXPECT_ERROR(tensor_optimizer_state_load(other, state, size), FORMAT, "tensor_optimizer_state_load: the state is of \"adamw\", this optimizer is sgd");
    EXPECT_ERROR(tensor_optimizer_state_load(longer, state, size), FORMAT, "tensor_optimizer_state_load: the state has 2 parameters, this optimizer 1");
    memset(broken, 0x41, sizeof broken);
    EXPECT_ERROR(tensor_optimizer_state_load(o, broken, sizeof broken), FORMAT, "tensor_optimizer_state_load: the data is no optimizer state: it does not begin with TNDOPT01");
    /* Any one byte changed: refused or taken, never more than that; counts and sizes of 255 are not believed. */
    for (size_t n = 0; n < size; n++) {
        for (int k = 0; k < 3; k++) {
            memcpy(broken, state, size);
            broken[n] = (unsigned char)(k == 0 ? broken[n] ^ 1 : k == 1 ? 0xff : 0x80);
            const TensorStatus status = tensor_optimizer_state_load(o, broken, size);
            CHECK(status == TENSOR_OK || status == FORMAT);
        }
    }
    OK(tensor_optimizer_state_load(o, state, size));
    memset(broken, 0, sizeof broken);
    OK(tensor_optimizer_state_save(o, broken, sizeof broken, NULL));
    CHECK(memcmp(broken, state, size) == 0);
    OK(tensor_optimizer_release(longer));
    OK(tensor_optimizer_release(other));
    OK(tensor_optimizer_release(o));
    test_release(loss);
    test_release(product);
    test_release(whole);
    test_release(y);
    test_release(x);
}

/* ---- scopes and modes ---- */

static void *end_elsewhere(void *scope_and_mode) {
    void **both = scope_and_mode;
    Tensor *x = both[2];
    EXPECT_ERROR(tensor_scope_end(both[0]), INVALID, "tensor_scope_end: scope was begun on another thread");
    EXPECT_ERROR(tensor_scope_keep(both[0], x), INVALID, "tensor_scope_keep: scope was begun on another thread");
    EXPECT_ERROR(tensor_mode_end(both[1]), INVALID, "tensor_mode_end: mode was begun on another thread");
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    return NULL;
}

static void scopes_and_modes(void) {
    TensorScope *outer = NULL, *inner = NULL;
    TensorMode *no_grad = NULL, *grad = NULL;
    Tensor *x = NULL;
    pthread_t thread;
    OK(tensor_scope_begin(&outer));
    OK(tensor_no_grad_begin(&no_grad));
    x = f(DIMS(2));
    void *both[3] = {outer, no_grad, x};
    CHECK(pthread_create(&thread, NULL, end_elsewhere, both) == 0);
    pthread_join(thread, NULL);
    OK(tensor_scope_begin(&inner));
    OK(tensor_enable_grad_begin(&grad));
    EXPECT_ERROR(tensor_scope_end(outer), INVALID, "tensor_scope_end: scope is not the innermost one: end those begun after it first");
    EXPECT_ERROR(tensor_mode_end(no_grad), INVALID, "tensor_mode_end: mode is not the innermost one: end those begun after it first");
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    EXPECT_EQ(tensor_ndim(x), 1);
    OK(tensor_mode_end(grad));
    EXPECT_EQ(tensor_grad_mode_enabled(), 0);
    EXPECT_ERROR(tensor_mode_end(grad), TENSOR_ERR_INVALID_HANDLE, "tensor_mode_end: mode is not a live mode handle (it was released, or never was one)");
    OK(tensor_mode_end(no_grad));
    OK(tensor_scope_end(inner));
    EXPECT_ERROR(tensor_scope_end(inner), TENSOR_ERR_INVALID_HANDLE, "tensor_scope_end: scope is not a live scope handle (it was released, or never was one)");
    OK(tensor_scope_end(outer));
    EXPECT_ERROR(tensor_release(x), TENSOR_ERR_INVALID_HANDLE, "tensor_release: x is not a live tensor handle (it was released, or never was one)");
}

static void messages(void) {
    char text[8];
    EXPECT_ERROR(tendon_set_num_threads(0), INVALID, "tendon_set_num_threads: n is 0, expected at least 1");
    EXPECT_EQ(tendon_last_error_copy(NULL, 0), 52);
    EXPECT_EQ(tendon_last_error_copy(text, sizeof text), 52);
    CHECK(strcmp(text, "tendon_") == 0);
    CHECK(strcmp(tendon_status_name(INVALID), "TENSOR_ERR_INVALID_ARGUMENT") == 0);
    CHECK(strcmp(tendon_status_name(12345), "TENSOR_ERR_UNKNOWN") == 0);
    tendon_clear_last_error();
    CHECK(strcmp(tendon_last_error_message(), "") == 0 && tendon_last_error_status() == TENSOR_OK);
    CHECK(!tendon_has_feature("no such thing") && tendon_has_feature("cpu"));
}

int main(void) {
    shapes();
    borrowing();
    option_structs();
    scalars();
    views();
    computing();
    indexing();
    reading();
    writing();
    optimizers();
    scopes_and_modes();
    messages();
    return test_end();
}
