/*
 * A fuzz target over sequences of calls of the C API.
 *
 * An input is a stream of bytes: one names a function of the table at the end, the next ones become its arguments, and so
 * on until the bytes or the calls of a case are used up. Handles are picked from small tables in which some are live, some
 * were released and some are of another kind; a few are made up. After each call the promises of the header are checked,
 * at the end of a case everything is released and nothing may be alive.
 *
 * Built by tests/fuzz/run.sh with clang -fsanitize=fuzzer; with -DREPLAY it has a main() of its own that runs the files
 * named on the command line, with any compiler. tests/fuzz_calls.rs checks that the table has every function.
 */
#include "tendon.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- the input ---- */

static const uint8_t *at, *end;

static uint8_t byte(void) { return at < end ? *at++ : 0; }

/* ---- findings ---- */

static const char *current = "start"; /* the function that runs */
static uint64_t cases, calls, failures;

static _Noreturn void finding(const char *what, long long a, long long b)
{
    fprintf(stderr, "FINDING in %s: %s (%lld, %lld); last error: %s\n", current, what, a, b,
            tendon_last_error_message());
    abort();
}

#define REQUIRE(condition) do { if (!(condition)) finding(#condition, 0, 0); } while (0)

/* A status that the header names; a defect of the library is never one. */
static TensorStatus answered(TensorStatus status)
{
    calls++;
    if (status == TENSOR_OK) return status;
    failures++;
    if (status == TENSOR_ERR_INTERNAL) finding("TENSOR_ERR_INTERNAL", status, 0);
    if (strcmp(tendon_status_name(status), "TENSOR_ERR_UNKNOWN") == 0) finding("unknown status", status, 0);
    if (tendon_last_error_status() != status) finding("stored another status", status, tendon_last_error_status());
    size_t n = strlen(current);
    const char *message = tendon_last_error_message();
    if (strncmp(message, current, n) != 0 || strncmp(message + n, ": ", 2) != 0 || message[n + 2] == 0)
        finding("the message does not begin with the name", status, 0);
    return status;
}

/* ---- handles ---- */

enum { TENSORS = 16, OTHERS = 4, HIDDEN = 400, DEEPEST = 6, CALLS_OF_A_CASE = 300, LARGEST_KEPT = 4096 };

typedef struct {
    void *handle;
    bool owned;
} Slot;

static Slot tensors[TENSORS], optimizers[OTHERS], tokens[OTHERS], streams[OTHERS], events[OTHERS], queues[OTHERS],
    dicts[OTHERS];
static TensorScope *scopes[DEEPEST];
static TensorMode *modes[DEEPEST];
static int open_scopes, open_modes;
/* Tensors whose gradient might hold a graph that holds them: their gradients are taken away at the end. */
static Tensor *hidden[HIDDEN];
static int hiding;

static uint8_t arena[8192] __attribute__((aligned(64)));
static uint8_t scratch[65536] __attribute__((aligned(64)));
static int64_t lent, returned;

static void *made_up(uint8_t b)
{
    uintptr_t live = (uintptr_t)tensors[b % TENSORS].handle;
    switch (b / TENSORS % 8) {
    case 0: return NULL;
    case 1: return (void *)(uintptr_t)b;
    case 2: return arena;
    case 3: return (void *)UINTPTR_MAX;
    case 4: return (void *)(live ^ (UINT64_C(1) << 63));
    case 5: return (void *)(live ^ (UINT64_C(1) << 58));
    case 6: return (void *)(live ^ (UINT64_C(1) << 30));
    default: return (void *)(live | UINT64_C(0x03ffffff) << 32);
    }
}

/* Mostly an entry of `table`, rarely one of another table or a made-up number. */
static void *pick(const Slot *table, int n)
{
    uint8_t b = byte();
    if (b < 0xe8) return table[b % n].handle;
    if (b < 0xf0) {
        void *others[] = {optimizers[b % OTHERS].handle, tokens[b % OTHERS].handle, scopes[b % DEEPEST],
                          modes[b % DEEPEST], tensors[b % TENSORS].handle};
        return others[b % 5];
    }
    return made_up(byte());
}

static Tensor *tensor(void) { return pick(tensors, TENSORS); }
static TensorOptimizer *optimizer(void) { return pick(optimizers, OTHERS); }
static TendonCancelToken *token(void) { return pick(tokens, OTHERS); }
static TensorDict *dict(void) { return pick(dicts, OTHERS); }
static TendonReleaseQueue *queue(void) { return pick(queues, OTHERS); }
static TendonCudaStream *stream(void) { return pick(streams, OTHERS); }
static TendonCudaEvent *event(void) { return pick(events, OTHERS); }

static void hide(Tensor *x)
{
    Tensor *again = NULL;
    if (hiding == HIDDEN || tensor_retain(x, &again) != TENSOR_OK) return;
    if (open_scopes > 0) REQUIRE(tensor_scope_keep(scopes[0], again) == TENSOR_OK);
    hidden[hiding++] = again;
}

static void keep_tensor(Tensor *x)
{
    Slot *slot = &tensors[byte() % TENSORS];
    if (slot->owned) {
        const char *before = current;
        current = "tensor_release";
        answered(tensor_release(slot->handle));
        current = before;
    }
    *slot = (Slot){x, true};
}

/* What must hold of every tensor that is handed out. */
static void adopt(Tensor *x)
{
    int64_t shape[64], product = 1;
    int32_t ndim = tensor_ndim(x);
    if (ndim < 0 || ndim > 64) finding("ndim", ndim, 0);
    REQUIRE(tensor_shape(x, shape, 64) == TENSOR_OK);
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] < 0 || tensor_size(x, i) != shape[i]) finding("size", shape[i], tensor_size(x, i));
        empty |= shape[i] == 0;
    }
    for (int i = 0; i < ndim && !empty; i++) REQUIRE(!__builtin_mul_overflow(product, shape[i], &product));
    if (empty) product = 0;
    int64_t numel = tensor_numel(x);
    if (numel != product) finding("numel", numel, product);
    size_t size = tensor_dtype_size(tensor_dtype(x));
    REQUIRE(size > 0);
    int64_t nbytes;
    if (__builtin_mul_overflow(numel, (int64_t)size, &nbytes)) nbytes = INT64_MAX;
    if (tensor_nbytes(x) != nbytes) finding("nbytes", tensor_nbytes(x), nbytes);
    REQUIRE(tensor_is_same(x, x) == 1);
    int32_t requires = tensor_requires_grad(x);
    REQUIRE(requires == 0 || requires == 1);
    if (requires && tensor_is_leaf(x) == 1) hide(x);
    if (numel > LARGEST_KEPT) {
        REQUIRE(tensor_release(x) == TENSOR_OK);
    } else {
        keep_tensor(x);
    }
}

static Tensor *const POISON = (Tensor *)(uintptr_t)0x55;

/* Runs `call` with `out` as the place of its one new tensor. */
#define EMIT(call)                                                                   \
    do {                                                                             \
        Tensor *made = POISON;                                                       \
        Tensor **out = byte() == 0xff ? NULL : &made;                                \
        TensorStatus status = answered(call);                                        \
        if (out == NULL) {                                                           \
            REQUIRE(status != TENSOR_OK);                                            \
        } else if (status != TENSOR_OK) {                                            \
            REQUIRE(made == NULL);                                                   \
        } else {                                                                     \
            REQUIRE(made != NULL && made != POISON);                                 \
            adopt(made);                                                             \
        }                                                                            \
    } while (0)

/* ---- plain values ---- */

static int64_t number(void)
{
    static const int64_t odd[] = {INT64_MIN, INT64_MAX, INT64_MIN + 1, INT64_C(1) << 62, INT64_C(1) << 31, -1,
                                  INT32_MAX, UINT32_MAX, 64, 65, 127, 128, 255, 256, 1000, -1000};
    uint8_t b = byte();
    return b < 0xe8 ? b % 12 - 3 : odd[byte() % 16];
}

static double real(void)
{
    static const double odd[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 1e-300, 0.5, 1.0, 0.1,
                                 0.999, 9223372036854775808.0, -9.3e18, 2.5};
    uint8_t b = byte();
    return b < 0xc0 ? (b - 64) / 16.0 : odd[b % 16];
}

static TensorDType dtype(void)
{
    static const TensorDType often[] = {TENSOR_DTYPE_F32, TENSOR_DTYPE_F64, TENSOR_DTYPE_I64, TENSOR_DTYPE_BOOL};
    static const TensorDType odd[] = {0, 14, 15, 16, -1, INT32_MAX, INT32_MIN, 255};
    uint8_t b = byte();
    return b < 0x80 ? often[b % 4] : b < 0xf8 ? 1 + b % 13 : odd[b % 8];
}

static TensorScalar scalar(void)
{
    uint8_t b = byte();
    TensorScalar s = {b < 0xf0 ? 1 + b % 3 : (int8_t)byte(), 0, {0}};
    if (s.kind == TENSOR_SCALAR_FLOAT) s.value.f = real();
    else s.value.i = number();
    if (b == 0xff) s.reserved = 1;
    return s;
}

/* Small sizes, or sizes of which no tensor can be made: at most LARGEST_KEPT elements or more than fit the machine. */
static size_t shape_of(int64_t shape[8])
{
    uint8_t b = byte();
    if (b == 0xff) return byte() < 0x80 ? 65 : (size_t)-1; /* refused before the sizes are read */
    size_t ndim = b % 7;
    int64_t numel = 1;
    for (size_t i = 0; i < ndim; i++) {
        uint8_t s = byte();
        shape[i] = s < 0xf0 ? s % 9 : s < 0xf8 ? -1 - s % 3 : INT64_C(1) << (50 + s % 13);
        if (shape[i] > 0 && shape[i] < 9) {
            if (numel * shape[i] > LARGEST_KEPT) shape[i] = 1;
            numel *= shape[i];
        }
    }
    return ndim;
}

static size_t dims_of(int64_t dims[8])
{
    uint8_t b = byte();
    if (b == 0xff) return 65;
    size_t n = b % 5;
    for (size_t i = 0; i < n; i++) dims[i] = number();
    return n;
}

static size_t inputs_of(Tensor *list[8])
{
    size_t n = byte() % 8;
    for (size_t i = 0; i < n; i++) list[i] = tensor();
    return n;
}

/* ---- options ---- */

/* Room behind every options struct, so that a larger struct_size reads zeros. */
typedef union {
    TensorHostBufferOptions host;
    TensorOptions make;
    TensorPrintOptions print;
    TensorConvertOptions convert;
    TensorDlpackOptions dlpack;
    TensorBackwardOptions backward;
    TensorGradOptions grad;
    TensorDivOptions div;
    TensorGeluOptions gelu;
    TensorDropoutOptions dropout;
    TensorReduceOptions reduce;
    TensorVarOptions var;
    TensorSoftmaxOptions softmax;
    TensorCrossEntropyOptions cross_entropy;
    TensorLossOptions loss;
    TensorSgdOptions sgd;
    TensorAdamWOptions adamw;
    TensorLoadOptions load;
    TensorSaveOptions save;
    TensorCsvOptions csv;
    TendonMemoryInfo memory;
    uint32_t struct_size;
    uint8_t bytes[256];
} Options;

static Options options;

/* Any byte may stand where C has a bool. */
static uint8_t flag(void)
{
    uint8_t any = byte();
    return any < 0xf0 ? any & 1 : any;
}

#define FLAG(field)               \
    do {                          \
        uint8_t any = flag();     \
        memcpy(&(field), &any, 1); \
    } while (0)

/* NULL, or the options as they were set; rarely of another size or with a reserved byte that is not zero. */
static const void *finished(size_t reserved)
{
    uint8_t b = byte();
    if (b >= 0xf8) options.struct_size = byte();
    else if (b >= 0xf0) options.bytes[reserved] = byte();
    else if (b >= 0xe0) return NULL;
    return &options;
}

#define START(field, init)                    \
    do {                                      \
        memset(&options, 0, sizeof options);  \
        options.field = init;                 \
        if (byte() & 1) return NULL;          \
    } while (0)

static const TensorOptions *make_options(void)
{
    START(make, ((TensorOptions)TENSOR_OPTIONS_INIT));
    options.make.dtype = byte() & 1 ? dtype() : TENSOR_DTYPE_F64;
    if (byte() >= 0xe0) options.make.device = (TensorDevice){byte() % 4, (int8_t)byte() % 3};
    FLAG(options.make.requires_grad);
    return finished(offsetof(TensorOptions, reserved));
}

static const TensorReduceOptions *reduce_options(void)
{
    START(reduce, ((TensorReduceOptions)TENSOR_REDUCE_OPTIONS_INIT));
    if (byte() & 1) options.reduce.dtype = dtype();
    FLAG(options.reduce.keepdim);
    return finished(offsetof(TensorReduceOptions, reserved));
}

static const TensorSoftmaxOptions *softmax_options(void)
{
    START(softmax, ((TensorSoftmaxOptions)TENSOR_SOFTMAX_OPTIONS_INIT));
    options.softmax.dtype = dtype();
    return finished(0);
}

static const TensorDivOptions *div_options(void)
{
    START(div, ((TensorDivOptions)TENSOR_DIV_OPTIONS_INIT));
    options.div.rounding = byte() % 4;
    return finished(0);
}

static const TensorGeluOptions *gelu_options(void)
{
    START(gelu, ((TensorGeluOptions)TENSOR_GELU_OPTIONS_INIT));
    FLAG(options.gelu.tanh_approximation);
    return finished(offsetof(TensorGeluOptions, reserved));
}

static const TensorDropoutOptions *dropout_options(void)
{
    START(dropout, ((TensorDropoutOptions)TENSOR_DROPOUT_OPTIONS_INIT));
    FLAG(options.dropout.inference);
    return finished(offsetof(TensorDropoutOptions, reserved));
}

static const TensorVarOptions *var_options(void)
{
    START(var, ((TensorVarOptions)TENSOR_VAR_OPTIONS_INIT));
    FLAG(options.var.keepdim);
    options.var.correction = real();
    return finished(offsetof(TensorVarOptions, reserved));
}

static const TensorConvertOptions *convert_options(void)
{
    START(convert, ((TensorConvertOptions)TENSOR_CONVERT_OPTIONS_INIT));
    FLAG(options.convert.copy);
    return finished(offsetof(TensorConvertOptions, reserved));
}

static const TensorDlpackOptions *dlpack_options(void)
{
    START(dlpack, ((TensorDlpackOptions)TENSOR_DLPACK_OPTIONS_INIT));
    uint8_t b = byte();
    options.dlpack.copy = b < 0xf8 ? b % 3 : (int8_t)byte();
    if (byte() >= 0xe0) options.dlpack.device = (TensorDevice){byte() % 4, (int8_t)byte() % 3};
    if (b & 8) options.dlpack.stream = (int8_t)byte() % 3;
    if (b & 16) options.dlpack.max_version_major = byte() % 3;
    if (b & 32) options.dlpack.max_version_minor = byte();
    FLAG(options.dlpack.stream_stays_valid);
    if (b & 64) options.dlpack.release_queue = queue();
    return finished(offsetof(TensorDlpackOptions, reserved));
}

static const TensorLossOptions *loss_options(void)
{
    START(loss, ((TensorLossOptions)TENSOR_LOSS_OPTIONS_INIT));
    options.loss.reduction = byte() % 4;
    return finished(0);
}

static const TensorCrossEntropyOptions *cross_entropy_options(void)
{
    START(cross_entropy, ((TensorCrossEntropyOptions)TENSOR_CROSS_ENTROPY_OPTIONS_INIT));
    options.cross_entropy.reduction = byte() % 4;
    options.cross_entropy.ignore_index = number();
    options.cross_entropy.label_smoothing = byte() & 1 ? real() : 0.1;
    if (byte() & 1) options.cross_entropy.weight = tensor();
    return finished(0);
}

static const TensorBackwardOptions *backward_options(void)
{
    START(backward, ((TensorBackwardOptions)TENSOR_BACKWARD_OPTIONS_INIT));
    FLAG(options.backward.retain_graph);
    FLAG(options.backward.create_graph);
    if (byte() & 1) options.backward.gradient = tensor();
    return finished(offsetof(TensorBackwardOptions, reserved));
}

static const TensorGradOptions *grad_options(void)
{
    START(grad, ((TensorGradOptions)TENSOR_GRAD_OPTIONS_INIT));
    FLAG(options.grad.retain_graph);
    FLAG(options.grad.create_graph);
    FLAG(options.grad.allow_unused);
    if (byte() & 1) options.grad.gradient = tensor();
    return finished(offsetof(TensorGradOptions, reserved));
}

static const TensorPrintOptions *print_options(void)
{
    START(print, ((TensorPrintOptions)TENSOR_PRINT_OPTIONS_INIT));
    options.print.precision = (int8_t)byte();
    options.print.threshold = number();
    options.print.edge_items = number();
    options.print.line_width = number();
    return finished(0);
}

static const TensorSgdOptions *sgd_options(void)
{
    START(sgd, ((TensorSgdOptions)TENSOR_SGD_OPTIONS_INIT));
    FLAG(options.sgd.nesterov);
    FLAG(options.sgd.maximize);
    options.sgd.lr = real();
    if (byte() & 1) options.sgd.momentum = real();
    if (byte() & 1) options.sgd.dampening = real();
    if (byte() & 1) options.sgd.weight_decay = real();
    return finished(offsetof(TensorSgdOptions, reserved));
}

static const TensorAdamWOptions *adamw_options(void)
{
    START(adamw, ((TensorAdamWOptions)TENSOR_ADAMW_OPTIONS_INIT));
    FLAG(options.adamw.amsgrad);
    FLAG(options.adamw.maximize);
    options.adamw.lr = real();
    if (byte() & 1) options.adamw.beta1 = real();
    if (byte() & 1) options.adamw.beta2 = real();
    if (byte() & 1) options.adamw.eps = real();
    return finished(offsetof(TensorAdamWOptions, reserved));
}

/* ---- one caller per signature ---- */

typedef void (*Function)(void);
typedef const struct Entry Entry;
struct Entry {
    const char *name;
    void (*run)(Function);
    Function function;
};

#define AS(type) ((type)(void *)function)
#define IGNORED (void)function

static void unary(Function function)
{
    Tensor *x = tensor();
    EMIT(AS(TensorStatus (*)(const Tensor *, Tensor **))(x, out));
}

static void binary(Function function)
{
    Tensor *a = tensor(), *b = tensor();
    EMIT(AS(TensorStatus (*)(const Tensor *, const Tensor *, Tensor **))(a, b, out));
}

static void ternary(Function function)
{
    Tensor *a = tensor(), *b = tensor(), *c = byte() & 1 ? tensor() : NULL;
    EMIT(AS(TensorStatus (*)(const Tensor *, const Tensor *, const Tensor *, Tensor **))(a, b, c, out));
}

static void with_scalar(Function function)
{
    Tensor *a = tensor();
    TensorScalar b = scalar();
    EMIT(AS(TensorStatus (*)(const Tensor *, TensorScalar, Tensor **))(a, b, out));
}

/* A write to a leaf may change what others see; all that can fail must fail before. */
static void in_place(Function function) { answered(AS(TensorStatus (*)(Tensor *))(tensor())); }

static void in_place_binary(Function function)
{
    Tensor *x = tensor(), *b = tensor();
    answered(AS(TensorStatus (*)(Tensor *, const Tensor *))(x, b));
}

static void in_place_scalar(Function function)
{
    Tensor *x = tensor();
    answered(AS(TensorStatus (*)(Tensor *, TensorScalar))(x, scalar()));
}

static void clamps(Function function)
{
    TensorScalar low = scalar(), high = scalar();
    uint8_t b = byte();
    const TensorScalar *l = b & 1 ? &low : NULL, *h = b & 2 ? &high : NULL;
    Tensor *x = tensor();
    if (function == (Function)(void *)tensor_clamp_) {
        answered(tensor_clamp_(x, l, h));
    } else {
        EMIT(tensor_clamp(x, l, h, out));
    }
}

static void make(Function function)
{
    int64_t shape[8];
    size_t ndim = shape_of(shape);
    const TensorOptions *o = make_options();
    EMIT(AS(TensorStatus (*)(const int64_t *, size_t, const TensorOptions *, Tensor **))(shape, ndim, o, out));
}

static void like(Function function)
{
    Tensor *x = tensor();
    const TensorOptions *o = make_options();
    EMIT(AS(TensorStatus (*)(const Tensor *, const TensorOptions *, Tensor **))(x, o, out));
}

static void full(Function function)
{
    int64_t shape[8];
    size_t ndim = shape_of(shape);
    TensorScalar s = scalar();
    const TensorOptions *o = make_options();
    if (function == (Function)(void *)tensor_full) {
        EMIT(tensor_full(shape, ndim, s, o, out));
    } else if (function == (Function)(void *)tensor_scalar) {
        EMIT(tensor_scalar(s, o, out));
    } else {
        Tensor *x = tensor();
        EMIT(tensor_full_like(x, s, o, out));
    }
}

/* At most LARGEST_KEPT numbers, or far too many. */
static int64_t count(void)
{
    int64_t n = number();
    return n > LARGEST_KEPT && n < INT64_C(1) << 50 ? n % LARGEST_KEPT : n;
}

static void arange(Function function)
{
    IGNORED;
    TensorScalar start = scalar(), stop = scalar(), step = scalar();
    double a = start.kind == TENSOR_SCALAR_FLOAT ? start.value.f : (double)start.value.i;
    double b = stop.kind == TENSOR_SCALAR_FLOAT ? stop.value.f : (double)stop.value.i;
    double d = step.kind == TENSOR_SCALAR_FLOAT ? step.value.f : (double)step.value.i;
    double n = (b - a) / d;
    if (n > LARGEST_KEPT && n < 1e15) return;
    const TensorOptions *o = make_options();
    EMIT(tensor_arange(start, stop, step, o, out));
}

static void linspace(Function function)
{
    IGNORED;
    double start = real(), stop = real();
    int64_t n = count();
    const TensorOptions *o = make_options();
    EMIT(tensor_linspace(start, stop, n, o, out));
}

static void eye(Function function)
{
    IGNORED;
    int64_t n = count(), m = count();
    const TensorOptions *o = make_options();
    EMIT(tensor_eye(n, m, o, out));
}

static void randint(Function function)
{
    IGNORED;
    int64_t low = number(), high = number(), shape[8];
    size_t ndim = shape_of(shape);
    const TensorOptions *o = make_options();
    EMIT(tensor_randint(low, high, shape, ndim, o, out));
}

static void randperm(Function function)
{
    IGNORED;
    int64_t n = count();
    const TensorOptions *o = make_options();
    EMIT(tensor_randperm(n, o, out));
}

static void give_back(void *data, void *user_data)
{
    returned++;
    REQUIRE(user_data == &returned && (uint8_t *)data >= arena && (uint8_t *)data < arena + sizeof arena);
    /* A release callback may call the library. */
    Tensor *x = NULL;
    if (tensor_scalar((TensorScalar){TENSOR_SCALAR_INT, 0, {1}}, NULL, &x) == TENSOR_OK) (void)tensor_release(x);
}

static void borrow(Function function)
{
    IGNORED;
    int64_t shape[8], strides[8];
    uint8_t *data = arena + 8 * byte() + (byte() >= 0xf0);
    size_t room = (size_t)(arena + sizeof arena - data);
    size_t nbytes = byte() & 1 ? room : byte();
    TensorDType type = dtype();
    size_t ndim = shape_of(shape);
    memset(&options, 0, sizeof options);
    options.host = (TensorHostBufferOptions)TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.host.read_only = byte() >= 0xc0;
    uint8_t b = byte();
    if (b & 1 && ndim < 8) {
        for (size_t i = 0; i < ndim; i++) strides[i] = number();
        options.host.strides = strides;
    }
    if (b & 2) options.host.offset = number();
    if (b & 4) {
        options.host.release = give_back;
        options.host.user_data = &returned;
    }
    if (b & 8) options.host.release_queue = queue();
    const TensorHostBufferOptions *o = finished(offsetof(TensorHostBufferOptions, reserved));
    bool told = o != NULL && o->release != NULL && o->struct_size >= offsetof(TensorHostBufferOptions, release_queue);
    lent += told;
    Tensor *made = POISON;
    TensorStatus status = answered(tensor_from_host_buffer(data, nbytes, type, shape, ndim, o, &made));
    if (status == TENSOR_OK) {
        adopt(made);
    } else {
        lent -= told;
        REQUIRE(made == NULL);
    }
}

static void host_copy(Function function)
{
    IGNORED;
    int64_t shape[8], numel = 1;
    TensorDType type = dtype();
    size_t ndim = shape_of(shape);
    for (size_t i = 0; i < ndim && i < 8; i++) numel = numel * shape[i] % 100000;
    size_t nbytes = byte() >= 0xf0 ? byte() : (size_t)numel * tensor_dtype_size(type);
    if (nbytes > sizeof arena) nbytes = sizeof arena;
    for (int i = 0; i < 16; i++) arena[byte() * 8 % sizeof arena] = byte();
    const TensorOptions *o = make_options();
    if (o != NULL && byte() < 0xf0) options.make.dtype = 0;
    EMIT(tensor_from_host_copy(arena, nbytes, type, shape, ndim, o, out));
}

static void ask_i32(Function function)
{
    calls++;
    Tensor *x = tensor();
    int32_t n = AS(int32_t (*)(const Tensor *))(x);
    if (n < -1) finding("an answer below -1", n, 0);
}

static void ask_i64(Function function)
{
    calls++;
    Tensor *x = tensor();
    int64_t n = AS(int64_t (*)(const Tensor *))(x);
    if (n < -1) finding("an answer below -1", n, 0);
}

static void ask_dim(Function function)
{
    calls++;
    Tensor *x = tensor();
    int64_t dim = number();
    (void)AS(int64_t (*)(const Tensor *, int64_t))(x, dim);
}

static void ask_two(Function function)
{
    calls++;
    Tensor *a = tensor(), *b = tensor();
    int32_t n = AS(int32_t (*)(const Tensor *, const Tensor *))(a, b);
    if (n < -1 || n > 1) finding("no answer to a question of two", n, 0);
}

static void sizes(Function function)
{
    int64_t out[64];
    Tensor *x = tensor();
    size_t capacity = byte() % 65;
    answered(AS(TensorStatus (*)(const Tensor *, int64_t *, size_t))(x, byte() == 0xff ? NULL : out, capacity));
}

/* Any output of up to 24 bytes. */
static void plain(Function function)
{
    uint64_t out[3] = {0, 0, 0};
    Tensor *x = tensor();
    answered(AS(TensorStatus (*)(const Tensor *, void *))(x, byte() == 0xff ? NULL : out));
}

static void pointer(Function function)
{
    static volatile uint8_t sink;
    uint8_t *data = (uint8_t *)POISON;
    Tensor *x = tensor();
    TensorStatus status = answered(AS(TensorStatus (*)(const Tensor *, const void **))(x, (const void **)&data));
    if (status != TENSOR_OK) {
        REQUIRE(data == NULL);
    } else if (tensor_numel(x) > 0) {
        REQUIRE(data != NULL && data != (uint8_t *)POISON);
        sink = data[0];
    }
    (void)sink;
}

static void copy_to_host(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    int64_t nbytes = tensor_nbytes(x);
    size_t n = nbytes >= 0 && byte() < 0xf0 ? (size_t)nbytes : byte();
    if (n <= sizeof scratch) answered(tensor_copy_to_host(x, scratch, n));
}

static void to_string(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    const TensorPrintOptions *o = print_options();
    size_t needed = 0, capacity = byte() & 1 ? sizeof scratch : byte();
    TensorStatus status = answered(tensor_to_string(x, o, byte() == 0xff ? NULL : (char *)scratch, capacity, &needed));
    if (status == TENSOR_OK && needed <= capacity) REQUIRE(needed > 0 && scratch[needed - 1] == 0);
}

static void dtypes(Function function)
{
    TensorDType a = dtype(), b = dtype(), ab = 0, ba = 0;
    if (function == (Function)(void *)tensor_promote_types) {
        TensorStatus one = answered(tensor_promote_types(a, b, &ab));
        TensorStatus two = answered(tensor_promote_types(b, a, &ba));
        REQUIRE((one == TENSOR_OK) == (two == TENSOR_OK) && ab == ba);
    } else if (function == (Function)(void *)tensor_result_type) {
        Tensor *list[8];
        size_t n = inputs_of(list);
        answered(tensor_result_type((const Tensor *const *)list, n, &ab));
    } else {
        calls++;
        size_t size = tensor_dtype_size(a);
        if (size > 16) finding("size of a dtype", a, (long long)size);
        REQUIRE(tensor_dtype_name(a) != NULL);
    }
}

static void to_device(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    uint8_t b = byte();
    TensorDevice d = {b < 0xc0 ? TENSOR_DEVICE_CPU : (int8_t)byte(), b < 0x80 ? 0 : (int8_t)byte()};
    const TensorConvertOptions *o = convert_options();
    EMIT(tensor_to_device(x, d, o, out));
}

static void to_dtype(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    TensorDType type = dtype();
    const TensorConvertOptions *o = convert_options();
    EMIT(tensor_to_dtype(x, type, o, out));
}

static void releases(Function function)
{
    IGNORED;
    uint8_t b = byte();
    Slot *slot = &tensors[b % TENSORS];
    if (b < 0xe0) {
        /* The number stays in the table: it is stale from now on. */
        answered(tensor_release(slot->handle));
        slot->owned = false;
        if (b & 0x10) {
            TensorStatus again = answered(tensor_release(slot->handle));
            REQUIRE(slot->handle == NULL || again == TENSOR_ERR_INVALID_HANDLE);
        }
    } else {
        answered(tensor_release(made_up(byte())));
    }
}

static void scope_calls(Function function)
{
    uint8_t b = byte();
    TensorScope *s = b < 0xc0 && open_scopes > 0 ? scopes[b % open_scopes] : made_up(b);
    if (function == (Function)(void *)tensor_scope_begin) {
        TensorScope *made = NULL;
        if (open_scopes < DEEPEST && answered(tensor_scope_begin(&made)) == TENSOR_OK) scopes[open_scopes++] = made;
    } else if (function == (Function)(void *)tensor_scope_keep) {
        Tensor *x = tensor();
        answered(tensor_scope_keep(s, x));
    } else if (answered(tensor_scope_end(s)) == TENSOR_OK && s != NULL) {
        REQUIRE(open_scopes > 0 && scopes[open_scopes - 1] == s);
        open_scopes--;
    }
}

static void mode_calls(Function function)
{
    uint8_t b = byte();
    if (function == (Function)(void *)tensor_mode_end) {
        TensorMode *m = b < 0xc0 && open_modes > 0 ? modes[b % open_modes] : made_up(b);
        if (answered(tensor_mode_end(m)) == TENSOR_OK && m != NULL) {
            REQUIRE(open_modes > 0 && modes[open_modes - 1] == m);
            open_modes--;
        }
    } else if (open_modes < DEEPEST) {
        TensorMode *made = NULL;
        if (answered(AS(TensorStatus (*)(TensorMode **))(&made)) == TENSOR_OK) modes[open_modes++] = made;
    }
}

static void set_requires_grad(Function function)
{
    Tensor *x = tensor();
    uint8_t on = flag();
    if (answered(AS(TensorStatus (*)(Tensor *, uint8_t))(x, on)) == TENSOR_OK && tensor_requires_grad(x) == 1) hide(x);
}

static void backward(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    const TensorBackwardOptions *o = backward_options();
    answered(tensor_backward(x, o));
}

static void grad(Function function)
{
    IGNORED;
    Tensor *x = tensor(), *made = POISON;
    TensorStatus status = answered(tensor_grad(x, &made));
    if (status != TENSOR_OK) REQUIRE(made == NULL);
    else if (made != NULL) adopt(made);
}

static void set_grad(Function function)
{
    IGNORED;
    Tensor *x = tensor(), *g = byte() & 1 ? tensor() : NULL;
    if (answered(tensor_set_grad(x, g)) == TENSOR_OK) hide(x);
}

static void grad_of(Function function)
{
    IGNORED;
    Tensor *x = tensor(), *list[8], *out[8];
    size_t n = inputs_of(list);
    for (size_t i = 0; i < n; i++) out[i] = POISON;
    const TensorGradOptions *o = grad_options();
    TensorStatus status = answered(tensor_grad_of(x, (const Tensor *const *)list, n, o, out));
    for (size_t i = 0; i < n; i++) {
        if (status != TENSOR_OK) REQUIRE(out[i] == NULL);
        else if (out[i] != NULL) adopt(out[i]);
    }
}

static void shaped(Function function)
{
    int64_t shape[8];
    Tensor *x = tensor();
    size_t n = byte() & 1 ? shape_of(shape) : dims_of(shape);
    EMIT(AS(TensorStatus (*)(const Tensor *, const int64_t *, size_t, Tensor **))(x, shape, n, out));
}

static void one_number(Function function)
{
    Tensor *x = tensor();
    int64_t a = number();
    if (function == (Function)(void *)tensor_one_hot && a > 64) a = INT64_C(1) << 60;
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, Tensor **))(x, a, out));
}

static void two_numbers(Function function)
{
    Tensor *x = tensor();
    int64_t a = number(), b = number();
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, int64_t, Tensor **))(x, a, b, out));
}

static void three_numbers(Function function)
{
    Tensor *x = tensor();
    int64_t a = number(), b = number(), c = number();
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, int64_t, int64_t, Tensor **))(x, a, b, c, out));
}

static void slice(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    int64_t dim = number(), start = number(), stop = number(), step = number();
    EMIT(tensor_slice(x, dim, start, stop, step, out));
}

static void parts(Function function)
{
    Tensor *x = tensor(), *out[8];
    int64_t size = number(), dim = number();
    size_t capacity = byte() % 9, n = 0;
    for (size_t i = 0; i < 8; i++) out[i] = POISON;
    TensorStatus status = answered(AS(TensorStatus (*)(const Tensor *, int64_t, int64_t, Tensor **, size_t, size_t *))(
        x, size, dim, out, capacity, &n));
    for (size_t i = 0; i < capacity; i++) {
        if (status == TENSOR_OK && i < n) {
            REQUIRE(out[i] != NULL && out[i] != POISON);
            adopt(out[i]);
        } else {
            REQUIRE(out[i] == NULL);
        }
    }
    for (size_t i = capacity; i < 8; i++) REQUIRE(out[i] == POISON);
}

static void joins(Function function)
{
    Tensor *list[8];
    size_t n = inputs_of(list);
    int64_t dim = number();
    EMIT(AS(TensorStatus (*)(const Tensor *const *, size_t, int64_t, Tensor **))((const Tensor *const *)list, n, dim,
                                                                                 out));
}

static void reduction(Function function)
{
    int64_t dims[8];
    Tensor *x = tensor();
    size_t n = dims_of(dims);
    const int64_t *d = byte() & 1 ? dims : NULL;
    const void *o = function == (Function)(void *)tensor_var ? (const void *)var_options() : reduce_options();
    EMIT(AS(TensorStatus (*)(const Tensor *, const int64_t *, size_t, const void *, Tensor **))(x, d, n, o, out));
}

static void arg_reduction(Function function)
{
    Tensor *x = tensor();
    int64_t dim = number();
    const int64_t *d = byte() & 1 ? &dim : NULL;
    const TensorReduceOptions *o = reduce_options();
    EMIT(AS(TensorStatus (*)(const Tensor *, const int64_t *, const TensorReduceOptions *, Tensor **))(x, d, o, out));
}

static void softmaxes(Function function)
{
    Tensor *x = tensor();
    int64_t dim = number();
    const TensorSoftmaxOptions *o = softmax_options();
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, const TensorSoftmaxOptions *, Tensor **))(x, dim, o, out));
}

static void div_(Function function)
{
    IGNORED;
    Tensor *a = tensor(), *b = tensor();
    const TensorDivOptions *o = div_options();
    EMIT(tensor_div(a, b, o, out));
}

static void gelu(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    const TensorGeluOptions *o = gelu_options();
    EMIT(tensor_gelu(x, o, out));
}

static void dropout(Function function)
{
    IGNORED;
    Tensor *x = tensor();
    double p = real();
    const TensorDropoutOptions *o = dropout_options();
    EMIT(tensor_dropout(x, p, o, out));
}

static void cross_entropy(Function function)
{
    IGNORED;
    Tensor *x = tensor(), *target = tensor();
    const TensorCrossEntropyOptions *o = cross_entropy_options();
    EMIT(tensor_cross_entropy(x, target, o, out));
}

static void mse_loss(Function function)
{
    IGNORED;
    Tensor *x = tensor(), *target = tensor();
    const TensorLossOptions *o = loss_options();
    EMIT(tensor_mse_loss(x, target, o, out));
}

static void indexing(Function function)
{
    Tensor *x = tensor(), *index = tensor();
    int64_t dim = number();
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, const Tensor *, Tensor **))(x, dim, index, out));
}

static void index_adding(Function function)
{
    Tensor *x = tensor(), *index = tensor(), *src = tensor();
    int64_t dim = number();
    EMIT(AS(TensorStatus (*)(const Tensor *, int64_t, const Tensor *, const Tensor *, Tensor **))(x, dim, index, src,
                                                                                                  out));
}

/* ---- optimizers ---- */

static void keep_other(Slot *table, void *handle, TensorStatus (*release)(void *))
{
    Slot *slot = &table[byte() % OTHERS];
    if (slot->owned) REQUIRE(release(slot->handle) == TENSOR_OK);
    *slot = (Slot){handle, true};
}

static TensorStatus release_optimizer(void *x) { return tensor_optimizer_release(x); }
static TensorStatus release_dict(void *x) { return tensor_dict_release(x); }
static TensorStatus release_stream(void *x) { return tendon_cuda_stream_release(x); }
static TensorStatus release_event(void *x) { return tendon_cuda_event_release(x); }
static TensorStatus release_queue(void *x) { return tendon_release_queue_release(x); }
static TensorStatus release_token(void *x) { return tendon_cancel_token_release(x); }

static void create(Function function)
{
    Tensor *params[8];
    size_t n = inputs_of(params);
    TensorOptimizer *made = (TensorOptimizer *)POISON;
    const void *o = function == (Function)(void *)tensor_sgd_create ? (const void *)sgd_options() : adamw_options();
    TensorStatus status = answered(
        AS(TensorStatus (*)(Tensor *const *, size_t, const void *, TensorOptimizer **))(params, n, o, &made));
    if (status != TENSOR_OK) REQUIRE(made == NULL);
    else keep_other(optimizers, made, release_optimizer);
}

static void optimizer_calls(Function function)
{
    TensorOptimizer *o = optimizer();
    double lr = 0;
    size_t n = 0;
    if (function == (Function)(void *)tensor_optimizer_set_lr) {
        answered(tensor_optimizer_set_lr(o, real()));
    } else if (function == (Function)(void *)tensor_optimizer_lr) {
        if (answered(tensor_optimizer_lr(o, &lr)) == TENSOR_OK) REQUIRE(lr >= 0);
    } else if (function == (Function)(void *)tensor_optimizer_state_size) {
        answered(tensor_optimizer_state_size(o, &n));
    } else if (function == (Function)(void *)tensor_optimizer_state_save) {
        size_t capacity = byte() & 1 ? sizeof scratch : byte();
        TensorStatus status = answered(tensor_optimizer_state_save(o, scratch, capacity, &n));
        if (status == TENSOR_OK) REQUIRE(n <= capacity);
    } else if (function == (Function)(void *)tensor_optimizer_state_load) {
        /* Bytes of the case, or what was saved, perhaps with one of them changed or the end cut off. */
        uint8_t b = byte();
        if (b & 1) {
            n = (size_t)(end - at) < 64 ? (size_t)(end - at) : 64;
            answered(tensor_optimizer_state_load(o, at, n));
        } else {
            current = "tensor_optimizer_state_save";
            TensorOptimizer *from = b & 2 ? optimizer() : o;
            TensorStatus saved = answered(tensor_optimizer_state_save(from, scratch, sizeof scratch, &n));
            current = "tensor_optimizer_state_load";
            if (saved != TENSOR_OK) return;
            if (b & 4) scratch[(byte() * 256u + byte()) % n] ^= byte();
            if (b & 8) n -= byte() % n;
            TensorStatus status = answered(tensor_optimizer_state_load(o, scratch, n));
            if (from == o && (b & 12) == 0) REQUIRE(status == TENSOR_OK);
        }
    } else if (function == (Function)(void *)tensor_optimizer_release) {
        Slot *slot = &optimizers[byte() % OTHERS];
        TensorStatus status = answered(tensor_optimizer_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    } else {
        answered(AS(TensorStatus (*)(TensorOptimizer *))(o));
    }
}

/* ---- dicts ---- */

/* One of a few texts, one of which is not UTF-8; rarely NULL. */
static const char *word(void)
{
    static const char *const words[] = {"w", "b", "layer.w", "layer.b", "layer.", "", "gr\xc3\xbcn", "\xff"};
    uint8_t b = byte();
    return b < 0xf8 ? words[b % 8] : NULL;
}

static void dict_calls(Function function)
{
    TensorDict *d = dict(), *made = (TensorDict *)POISON;
    const char *text = NULL, *key = NULL;
    if (function == (Function)(void *)tensor_dict_create) {
        if (answered(tensor_dict_create(&made)) == TENSOR_OK) keep_other(dicts, made, release_dict);
    } else if (function == (Function)(void *)tensor_dict_release) {
        Slot *slot = &dicts[byte() % OTHERS];
        TensorStatus status = answered(tensor_dict_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    } else if (function == (Function)(void *)tensor_dict_len || function == (Function)(void *)tensor_dict_metadata_len) {
        REQUIRE(AS(int64_t (*)(const TensorDict *))(d) >= -1);
    } else if (function == (Function)(void *)tensor_dict_contains) {
        int32_t is = tensor_dict_contains(d, word());
        REQUIRE(is >= -1 && is <= 1);
    } else if (function == (Function)(void *)tensor_dict_get) {
        const char *name = word();
        EMIT(tensor_dict_get(d, name, out));
    } else if (function == (Function)(void *)tensor_dict_at) {
        int64_t i = number();
        EMIT(tensor_dict_at(d, i, out));
    } else if (function == (Function)(void *)tensor_dict_name) {
        if (answered(tensor_dict_name(d, number(), &text)) == TENSOR_OK) REQUIRE(tensor_dict_contains(d, text) == 1);
    } else if (function == (Function)(void *)tensor_dict_set) {
        const char *name = word();
        answered(tensor_dict_set(d, name, tensor()));
    } else if (function == (Function)(void *)tensor_dict_remove) {
        const char *name = word();
        if (answered(tensor_dict_remove(d, name)) == TENSOR_OK) REQUIRE(tensor_dict_contains(d, name) == 0);
    } else if (function == (Function)(void *)tensor_dict_select) {
        const char *prefix = word(), *replacement = word();
        if (answered(tensor_dict_select(d, prefix, replacement, &made)) == TENSOR_OK) {
            REQUIRE(tensor_dict_len(made) <= tensor_dict_len(d));
            keep_other(dicts, made, release_dict);
        } else {
            REQUIRE(made == NULL);
        }
    } else if (function == (Function)(void *)tensor_dict_set_metadata) {
        const char *name = word(), *value = word();
        if (answered(tensor_dict_set_metadata(d, name, value)) != TENSOR_OK) return;
        REQUIRE(tensor_dict_metadata(d, name, &text) == TENSOR_OK && strcmp(text, value) == 0);
    } else if (function == (Function)(void *)tensor_dict_metadata) {
        const char *name = word();
        if (answered(tensor_dict_metadata(d, name, &text)) == TENSOR_OK) REQUIRE(strlen(text) < 16);
    } else if (function == (Function)(void *)tensor_dict_metadata_at) {
        if (answered(tensor_dict_metadata_at(d, number(), &key, &text)) == TENSOR_OK) REQUIRE(strlen(key) < 16);
    } else {
        TensorLoadStats stats = TENSOR_LOAD_STATS_INIT;
        if (answered(tensor_dict_load_stats(d, &stats)) == TENSOR_OK) REQUIRE(stats.mapped_tensors >= 0);
    }
}

/* ---- files ---- */

/* Places where nothing can be read or written: what files do is for fuzz_readers.c. */
static const char *place(void)
{
    static const char *const places[] = {"/dev/null", "/nowhere/file", "", "/dev/null/file", "/", NULL};
    return places[byte() % 6];
}

static const TensorLoadOptions *load_options(void)
{
    START(load, ((TensorLoadOptions)TENSOR_LOAD_OPTIONS_INIT));
    options.load.mmap = byte() % 4;
    return finished(0);
}

static const TensorSaveOptions *save_options(void)
{
    START(save, ((TensorSaveOptions)TENSOR_SAVE_OPTIONS_INIT));
    FLAG(options.save.compress);
    return finished(offsetof(TensorSaveOptions, reserved));
}

static const TensorCsvOptions *csv_options(void)
{
    static const char *const names[] = {"a", "b"};
    START(csv, ((TensorCsvOptions)TENSOR_CSV_OPTIONS_INIT));
    if (byte() & 1) options.csv.dtype = dtype();
    if (byte() & 1) options.csv.delimiter = (char)byte();
    FLAG(options.csv.header);
    FLAG(options.csv.index);
    options.csv.skip_rows = number();
    options.csv.names = byte() & 1 ? names : NULL;
    options.csv.nnames = byte() % 3;
    return finished(offsetof(TensorCsvOptions, reserved));
}

static void csv_calls(Function function)
{
    TensorDict *d = dict(), *made = (TensorDict *)POISON;
    const char *path = place();
    const TensorCsvOptions *o = csv_options();
    if (function == (Function)(void *)tensor_load_csv) {
        EMIT(tensor_load_csv(path, o, out));
    } else if (function == (Function)(void *)tensor_save_csv) {
        REQUIRE(answered(tensor_save_csv(tensor(), path, o)) != TENSOR_OK);
    } else if (function == (Function)(void *)tensor_dict_load_csv) {
        REQUIRE(answered(tensor_dict_load_csv(path, o, &made)) != TENSOR_OK && made == NULL);
    } else {
        REQUIRE(answered(tensor_dict_save_csv(d, path, o)) != TENSOR_OK);
    }
}

static void load_one(Function function)
{
    const char *path = place();
    const TensorLoadOptions *o = load_options();
    EMIT(AS(TensorStatus (*)(const char *, const TensorLoadOptions *, Tensor **))(path, o, out));
}

static void save_one(Function function)
{
    Tensor *x = tensor();
    const char *path = place();
    const TensorSaveOptions *o = save_options();
    REQUIRE(answered(AS(TensorStatus (*)(const Tensor *, const char *, const TensorSaveOptions *))(x, path, o)) != TENSOR_OK);
}

static void load_all(Function function)
{
    TensorDict *made = (TensorDict *)POISON;
    const char *path = place();
    const TensorLoadOptions *o = load_options();
    TensorStatus status = answered(AS(TensorStatus (*)(const char *, const TensorLoadOptions *, TensorDict **))(path, o, &made));
    REQUIRE(status != TENSOR_OK && made == NULL);
}

static void save_all(Function function)
{
    TensorDict *d = dict();
    const char *path = place();
    const TensorSaveOptions *o = save_options();
    REQUIRE(answered(AS(TensorStatus (*)(const TensorDict *, const char *, const TensorSaveOptions *))(d, path, o)) != TENSOR_OK);
}

/* ---- the library ---- */

static void queue_calls(Function function)
{
    if (function == (Function)(void *)tendon_release_queue_create) {
        TendonReleaseQueue *made = NULL;
        if (answered(tendon_release_queue_create(&made)) == TENSOR_OK) keep_other(queues, made, release_queue);
    } else if (function == (Function)(void *)tendon_release_queue_next) {
        TendonPendingRelease due = {0};
        if (answered(tendon_release_queue_next(queue(), &due)) == TENSOR_OK && due.release != NULL) {
            due.release(due.data, due.user_data);
        }
    } else if (function == (Function)(void *)tendon_release_queue_count) {
        REQUIRE(tendon_release_queue_count(queue()) >= -1);
    } else {
        Slot *slot = &queues[byte() % OTHERS];
        TensorStatus status = answered(tendon_release_queue_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    }
}

static void token_calls(Function function)
{
    bool is = false;
    if (function == (Function)(void *)tendon_cancel_token_create) {
        TendonCancelToken *made = NULL;
        if (answered(tendon_cancel_token_create(&made)) == TENSOR_OK) keep_other(tokens, made, release_token);
    } else if (function == (Function)(void *)tendon_cancel_token_is_cancelled) {
        answered(tendon_cancel_token_is_cancelled(token(), &is));
    } else if (function == (Function)(void *)tendon_set_cancel_token) {
        /* Most of the time none, so that most calls do something. */
        answered(tendon_set_cancel_token(byte() < 0xc0 ? NULL : token()));
    } else if (function == (Function)(void *)tendon_cancel_token_release) {
        Slot *slot = &tokens[byte() % OTHERS];
        TensorStatus status = answered(tendon_cancel_token_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    } else {
        answered(AS(TensorStatus (*)(TendonCancelToken *))(token()));
    }
}

/* Streams and events: made where there is a device, else every handle is a wrong one. */
static void cuda_calls(Function function)
{
    static int64_t free_bytes, total_bytes;
    static float milliseconds;
    static int32_t ordinal;
    bool is = false;
    void *native = NULL;
    const int32_t device = (int32_t)(byte() % 4) - 2;
    if (function == (Function)(void *)tendon_cuda_stream_create || function == (Function)(void *)tendon_cuda_current_stream ||
        function == (Function)(void *)tendon_cuda_stream_from_native) {
        TendonCudaStream *made = NULL;
        TensorStatus status =
            function == (Function)(void *)tendon_cuda_current_stream ? tendon_cuda_current_stream(device, &made)
            : function == (Function)(void *)tendon_cuda_stream_create ? tendon_cuda_stream_create(device, 0, &made)
                                                                      : tendon_cuda_stream_from_native(device, NULL, &made);
        if (answered(status) == TENSOR_OK) keep_other(streams, made, release_stream);
    } else if (function == (Function)(void *)tendon_cuda_event_create) {
        TendonCudaEvent *made = NULL;
        if (answered(tendon_cuda_event_create(device, byte() & 1, &made)) == TENSOR_OK)
            keep_other(events, made, release_event);
    } else if (function == (Function)(void *)tendon_cuda_stream_begin) {
        TendonCudaStreamScope *scope = NULL;
        if (answered(tendon_cuda_stream_begin(stream(), &scope)) == TENSOR_OK)
            REQUIRE(tendon_cuda_stream_end(scope) == TENSOR_OK);
    } else if (function == (Function)(void *)tendon_cuda_stream_end) {
        answered(tendon_cuda_stream_end(made_up(byte())));
    } else if (function == (Function)(void *)tendon_cuda_stream_release) {
        Slot *slot = &streams[byte() % OTHERS];
        TensorStatus status = answered(tendon_cuda_stream_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    } else if (function == (Function)(void *)tendon_cuda_event_release) {
        Slot *slot = &events[byte() % OTHERS];
        TensorStatus status = answered(tendon_cuda_event_release(slot->handle));
        REQUIRE(!slot->owned || status == TENSOR_OK);
        slot->owned = false;
    } else if (function == (Function)(void *)tendon_cuda_stream_synchronize) {
        answered(tendon_cuda_stream_synchronize(stream()));
    } else if (function == (Function)(void *)tendon_cuda_stream_native) {
        answered(tendon_cuda_stream_native(stream(), &native));
    } else if (function == (Function)(void *)tendon_cuda_stream_device) {
        answered(tendon_cuda_stream_device(stream(), &ordinal));
    } else if (function == (Function)(void *)tendon_cuda_stream_is_done) {
        answered(tendon_cuda_stream_is_done(stream(), &is));
    } else if (function == (Function)(void *)tendon_cuda_stream_wait_stream) {
        answered(tendon_cuda_stream_wait_stream(stream(), stream()));
    } else if (function == (Function)(void *)tendon_cuda_stream_wait_event) {
        answered(tendon_cuda_stream_wait_event(stream(), event()));
    } else if (function == (Function)(void *)tendon_cuda_event_record) {
        answered(tendon_cuda_event_record(event(), stream()));
    } else if (function == (Function)(void *)tendon_cuda_event_synchronize) {
        answered(tendon_cuda_event_synchronize(event()));
    } else if (function == (Function)(void *)tendon_cuda_event_is_done) {
        answered(tendon_cuda_event_is_done(event(), &is));
    } else if (function == (Function)(void *)tendon_cuda_event_elapsed) {
        answered(tendon_cuda_event_elapsed(event(), event(), &milliseconds));
    } else if (function == (Function)(void *)tendon_cuda_event_native) {
        answered(tendon_cuda_event_native(event(), &native));
    } else if (function == (Function)(void *)tendon_cuda_current_device) {
        answered(tendon_cuda_current_device(&ordinal));
    } else if (function == (Function)(void *)tendon_cuda_can_access_peer) {
        answered(tendon_cuda_can_access_peer(device, 0, &is));
    } else if (function == (Function)(void *)tendon_cuda_memory_info) {
        answered(tendon_cuda_memory_info(device, &free_bytes, byte() & 1 ? &total_bytes : NULL));
    } else if (function == (Function)(void *)tendon_cuda_memory_stats) {
        TendonCudaMemoryStats stats = TENDON_CUDA_MEMORY_STATS_INIT;
        stats.struct_size -= byte() % 16;
        answered(tendon_cuda_memory_stats(device, &stats));
    } else if (function == (Function)(void *)tendon_cuda_device_properties) {
        TendonCudaDeviceProperties properties = TENDON_CUDA_DEVICE_PROPERTIES_INIT;
        properties.struct_size -= byte() % 16;
        answered(tendon_cuda_device_properties(device, &properties));
    } else if (function == (Function)(void *)tensor_cuda_data) {
        const void *data = NULL;
        if (answered(tensor_cuda_data(tensor(), &data)) != TENSOR_OK) REQUIRE(data == NULL);
    } else if (function == (Function)(void *)tensor_cuda_data_mut) {
        if (answered(tensor_cuda_data_mut(tensor(), &native)) != TENSOR_OK) REQUIRE(native == NULL);
    } else if (function == (Function)(void *)tensor_is_pinned) {
        answered(tensor_is_pinned(tensor(), &is));
    } else if (function == (Function)(void *)tensor_pin_memory) {
        Tensor *made = NULL;
        if (answered(tensor_pin_memory(tensor(), &made)) == TENSOR_OK) keep_tensor(made);
        else REQUIRE(made == NULL);
    } else if (function == (Function)(void *)tensor_from_device_buffer) {
        /* Host memory is never taken for a device's. */
        Tensor *made = NULL;
        const int64_t shape[1] = {4};
        answered(tensor_from_device_buffer(arena, 16, byte() & 1 ? TENSOR_CUDA(device) : TENSOR_CPU, TENSOR_DTYPE_F32,
                                           shape, 1, NULL, &made));
        REQUIRE(made == NULL);
    } else {
        answered(AS(TensorStatus (*)(int32_t))(device));
    }
}

/* ---- DLPack ---- */

typedef struct {
    void *data;
    int32_t device_type, device_id, ndim;
    uint8_t code, bits;
    uint16_t lanes;
    int64_t *shape, *strides;
    uint64_t byte_offset;
} DlTensor;

struct DLManagedTensor {
    DlTensor dl_tensor;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensor *self);
};

struct DLManagedTensorVersioned {
    uint32_t major, minor;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self);
    uint64_t flags;
    DlTensor dl_tensor;
};

/* Claims that a tensor must not be made of; what stays true reaches no memory outside of the elements. */
static void disturb(DlTensor *t)
{
    switch (byte()) {
    case 0xf0: t->ndim = (int8_t)byte() < 0 ? -1 : 65; break;
    case 0xf1: t->code = byte() % 2 ? 3 : 17; break;
    case 0xf2: t->lanes = byte() % 4; break;
    case 0xf3: t->bits = 4; break;
    case 0xf4: t->device_type = (int8_t)byte(); break;
    case 0xf5: t->data = NULL; break;
    case 0xf6: t->byte_offset = UINT64_MAX; break;
    case 0xf7: t->shape = NULL; break;
    case 0xf8: if (t->ndim > 0 && t->ndim < 65) t->shape[byte() % t->ndim] = byte() & 1 ? -1 : INT64_MAX; break;
    case 0xf9: if (t->ndim > 0 && t->ndim < 65) t->strides[byte() % t->ndim] = INT64_MAX; break;
    default: break;
    }
}

/* Exports a tensor; then the consumer is done with it, or it comes back, changed or not, as another tensor. */
static void dlpack(Function function)
{
    const bool versioned = function == (Function)(void *)tensor_to_dlpack_versioned ||
                           function == (Function)(void *)tensor_from_dlpack_versioned;
    const bool imports = function == (Function)(void *)tensor_from_dlpack ||
                         function == (Function)(void *)tensor_from_dlpack_versioned;
    const char *name = current;
    struct DLManagedTensor *old = (void *)POISON;
    struct DLManagedTensorVersioned *new = (void *)POISON;
    TensorStatus status;
    current = versioned ? "tensor_to_dlpack_versioned" : "tensor_to_dlpack";
    const TensorDlpackOptions *o = imports ? NULL : dlpack_options();
    status = answered(versioned ? tensor_to_dlpack_versioned(tensor(), o, &new) : tensor_to_dlpack(tensor(), o, &old));
    current = name;
    if (status != TENSOR_OK) {
        REQUIRE(versioned ? new == NULL : old == NULL);
        if (imports) {
            Tensor *made = POISON;
            REQUIRE(answered(versioned ? tensor_from_dlpack_versioned(NULL, NULL, &made)
                                       : tensor_from_dlpack(NULL, NULL, &made)) == TENSOR_ERR_NULL_POINTER);
            REQUIRE(made == NULL);
        }
        return;
    }
    if (!imports) {
        if (versioned) new->deleter(new);
        else old->deleter(old);
        return;
    }
    Tensor *made = POISON;
    disturb(versioned ? &new->dl_tensor : &old->dl_tensor);
    if (versioned && byte() == 0xff) new->major = byte();
    if (versioned && byte() & 1) new->flags ^= byte() % 8;
    o = dlpack_options();
    status = answered(versioned ? tensor_from_dlpack_versioned(new, o, &made) : tensor_from_dlpack(old, o, &made));
    if (status == TENSOR_OK) {
        adopt(made);
    } else {
        REQUIRE(made == NULL);
        if (!versioned) old->deleter(old);
        else if (status != TENSOR_ERR_FORMAT) new->deleter(new);
    }
}

static int32_t serial_for(void *user_data, size_t n, TendonParallelBodyFn body, void *context)
{
    for (size_t i = 0; i < n; i++) body(context, i);
    return user_data == NULL ? 0 : 7;
}

static void log_line(void *user_data, int32_t level, const char *message)
{
    REQUIRE(level == TENDON_LOG_ERROR && message != NULL && user_data == scratch);
    (void)tensor_numel((const Tensor *)message);
}

/* A tensor large enough for several threads, for a moment. */
static void large(void)
{
    int64_t shape[2] = {260, 300};
    Tensor *x = NULL, *y = NULL, *z = NULL;
    if (tensor_rand(shape, 2, NULL, &x) == TENSOR_OK) {
        if (tensor_sum(x, NULL, 0, NULL, &y) == TENSOR_OK) {
            REQUIRE(tensor_add(x, y, &z) == TENSOR_OK || z == NULL);
            (void)tensor_release(z);
            z = NULL;
        }
        REQUIRE(tensor_softmax(x, byte() % 2, NULL, &z) == TENSOR_OK || z == NULL);
    }
    (void)tensor_release(x);
    (void)tensor_release(y);
    (void)tensor_release(z);
}

static void library(Function function)
{
    int32_t n[3];
    char text[64];
    uint8_t b = byte();
    if (function == (Function)(void *)tendon_version_string) {
        calls++;
        REQUIRE(strcmp(tendon_version_string(), TENDON_VERSION_STRING) == 0);
    } else if (function == (Function)(void *)tendon_version) {
        calls++;
        tendon_version(b & 1 ? &n[0] : NULL, b & 2 ? &n[1] : NULL, b & 4 ? &n[2] : NULL);
    } else if (function == (Function)(void *)tendon_has_feature) {
        calls++;
        (void)tendon_has_feature(b & 1 ? "cuda" : b & 2 ? NULL : "cpu");
    } else if (function == (Function)(void *)tendon_set_num_threads) {
        answered(tendon_set_num_threads(b < 0xf0 ? b % 4 : INT32_MIN));
        if (b >= 0x40) return;
        large();
    } else if (function == (Function)(void *)tendon_num_threads) {
        calls++;
        REQUIRE(tendon_num_threads() >= 1);
    } else if (function == (Function)(void *)tendon_set_float32_matmul_precision) {
        answered(tendon_set_float32_matmul_precision(b % 4 - 1));
    } else if (function == (Function)(void *)tendon_float32_matmul_precision) {
        calls++;
        n[0] = tendon_float32_matmul_precision();
        REQUIRE(n[0] == TENDON_PRECISION_HIGHEST || n[0] == TENDON_PRECISION_HIGH);
    } else if (function == (Function)(void *)tendon_set_parallel_for) {
        answered(tendon_set_parallel_for(b & 1 ? serial_for : NULL, b >= 0xf0 ? arena : NULL));
        large();
    } else if (function == (Function)(void *)tendon_last_error_message) {
        calls++;
        REQUIRE(strlen(tendon_last_error_message()) < 1024);
    } else if (function == (Function)(void *)tendon_last_error_copy) {
        calls++;
        REQUIRE(tendon_last_error_copy(b & 1 ? text : NULL, b & 1 ? b % sizeof text : 0) > 0);
    } else if (function == (Function)(void *)tendon_clear_last_error) {
        calls++;
        tendon_clear_last_error();
        REQUIRE(tendon_last_error_status() == TENSOR_OK && tendon_last_error_message()[0] == 0);
    } else if (function == (Function)(void *)tendon_set_log_callback) {
        answered(tendon_set_log_callback(b & 1 ? log_line : NULL, scratch));
    } else if (function == (Function)(void *)tendon_manual_seed) {
        answered(tendon_manual_seed(b));
    } else if (function == (Function)(void *)tendon_release_cached_memory) {
        calls++;
        if (b < 16) REQUIRE(tendon_release_cached_memory() >= 0);
    } else if (function == (Function)(void *)tendon_memory_info) {
        memset(&options, 0, sizeof options);
        options.memory = (TendonMemoryInfo)TENDON_MEMORY_INFO_INIT;
        answered(tendon_memory_info((void *)finished(4)));
    } else if (function == (Function)(void *)tendon_cuda_device_count) {
        answered(tendon_cuda_device_count(&n[0]));
    } else if (function == (Function)(void *)tendon_status_name) {
        calls++;
        REQUIRE(tendon_status_name((TensorStatus)number()) != NULL);
    } else if (function == (Function)(void *)tendon_last_error_status) {
        calls++;
        REQUIRE(strcmp(tendon_status_name(tendon_last_error_status()), "TENSOR_ERR_UNKNOWN") != 0);
    } else if (function == (Function)(void *)tensor_grad_mode_enabled) {
        calls++;
        int32_t on = tensor_grad_mode_enabled();
        REQUIRE(on == 0 || on == 1);
    } else {
        calls++;
        REQUIRE(AS(int64_t (*)(void))() >= 0);
    }
}

/* ---- every function of the header ---- */

#define F(run, name) {#name, run, (Function)(void *)name}

static Entry table[] = {
    F(library, tendon_version_string),
    F(library, tendon_version),
    F(library, tendon_has_feature),
    F(library, tendon_set_num_threads),
    F(library, tendon_num_threads),
    F(library, tendon_set_float32_matmul_precision),
    F(library, tendon_float32_matmul_precision),
    F(library, tendon_set_parallel_for),
    F(library, tendon_last_error_message),
    F(library, tendon_last_error_status),
    F(library, tendon_last_error_copy),
    F(library, tendon_clear_last_error),
    F(library, tendon_status_name),
    F(library, tendon_set_log_callback),
    F(library, tendon_manual_seed),
    F(library, tendon_live_tensor_count),
    F(library, tendon_live_storage_count),
    F(library, tendon_live_handle_count),
    F(library, tendon_release_cached_memory),
    F(library, tendon_memory_info),
    F(queue_calls, tendon_release_queue_create),
    F(queue_calls, tendon_release_queue_next),
    F(queue_calls, tendon_release_queue_count),
    F(queue_calls, tendon_release_queue_release),
    F(token_calls, tendon_cancel_token_create),
    F(token_calls, tendon_cancel_token_cancel),
    F(token_calls, tendon_cancel_token_reset),
    F(token_calls, tendon_cancel_token_is_cancelled),
    F(token_calls, tendon_cancel_token_release),
    F(token_calls, tendon_set_cancel_token),
    F(library, tendon_cuda_device_count),
    F(borrow, tensor_from_host_buffer),
    F(host_copy, tensor_from_host_copy),
    F(make, tensor_empty),
    F(make, tensor_zeros),
    F(make, tensor_ones),
    F(full, tensor_full),
    F(full, tensor_scalar),
    F(arange, tensor_arange),
    F(linspace, tensor_linspace),
    F(eye, tensor_eye),
    F(make, tensor_rand),
    F(make, tensor_randn),
    F(randint, tensor_randint),
    F(randperm, tensor_randperm),
    F(like, tensor_empty_like),
    F(like, tensor_zeros_like),
    F(like, tensor_ones_like),
    F(like, tensor_rand_like),
    F(like, tensor_randn_like),
    F(full, tensor_full_like),
    F(ask_i32, tensor_ndim),
    F(ask_dim, tensor_size),
    F(ask_dim, tensor_stride),
    F(ask_i64, tensor_numel),
    F(ask_i64, tensor_nbytes),
    F(ask_i64, tensor_storage_offset),
    F(sizes, tensor_shape),
    F(sizes, tensor_strides),
    F(ask_i32, tensor_dtype),
    F(plain, tensor_device),
    F(ask_i32, tensor_is_contiguous),
    F(ask_i32, tensor_is_leaf),
    F(ask_i32, tensor_requires_grad),
    F(ask_i32, tensor_is_view),
    F(ask_i32, tensor_is_read_only),
    F(ask_i32, tensor_is_inference),
    F(ask_two, tensor_is_same),
    F(ask_two, tensor_shares_memory),
    F(ask_i64, tensor_version),
    F(dtypes, tensor_dtype_size),
    F(dtypes, tensor_dtype_name),
    F(dtypes, tensor_promote_types),
    F(dtypes, tensor_result_type),
    F(to_string, tensor_to_string),
    F(unary, tensor_to_cpu),
    F(pointer, tensor_data),
    F(pointer, tensor_data_mut),
    F(pointer, tensor_data_strided),
    F(pointer, tensor_data_mut_strided),
    F(copy_to_host, tensor_copy_to_host),
    F(plain, tensor_item),
    F(plain, tensor_item_f64),
    F(plain, tensor_item_i64),
    F(plain, tensor_item_bool),
    F(pointer, tensor_data_bool),
    F(pointer, tensor_data_u8),
    F(pointer, tensor_data_u16),
    F(pointer, tensor_data_u32),
    F(pointer, tensor_data_u64),
    F(pointer, tensor_data_i8),
    F(pointer, tensor_data_i16),
    F(pointer, tensor_data_i32),
    F(pointer, tensor_data_i64),
    F(pointer, tensor_data_f16),
    F(pointer, tensor_data_bf16),
    F(pointer, tensor_data_f32),
    F(pointer, tensor_data_f64),
    F(pointer, tensor_data_mut_bool),
    F(pointer, tensor_data_mut_u8),
    F(pointer, tensor_data_mut_u16),
    F(pointer, tensor_data_mut_u32),
    F(pointer, tensor_data_mut_u64),
    F(pointer, tensor_data_mut_i8),
    F(pointer, tensor_data_mut_i16),
    F(pointer, tensor_data_mut_i32),
    F(pointer, tensor_data_mut_i64),
    F(pointer, tensor_data_mut_f16),
    F(pointer, tensor_data_mut_bf16),
    F(pointer, tensor_data_mut_f32),
    F(pointer, tensor_data_mut_f64),
    F(to_device, tensor_to_device),
    F(to_dtype, tensor_to_dtype),
    F(unary, tensor_contiguous),
    F(unary, tensor_clone),
    F(unary, tensor_retain),
    F(releases, tensor_release),
    F(scope_calls, tensor_scope_begin),
    F(scope_calls, tensor_scope_keep),
    F(scope_calls, tensor_scope_end),
    F(set_requires_grad, tensor_set_requires_grad),
    F(backward, tensor_backward),
    F(grad, tensor_grad),
    F(set_grad, tensor_set_grad),
    F(in_place, tensor_zero_grad),
    F(grad_of, tensor_grad_of),
    F(unary, tensor_detach),
    F(mode_calls, tensor_no_grad_begin),
    F(mode_calls, tensor_inference_mode_begin),
    F(mode_calls, tensor_enable_grad_begin),
    F(mode_calls, tensor_mode_end),
    F(library, tensor_grad_mode_enabled),
    F(shaped, tensor_reshape),
    F(shaped, tensor_view),
    F(shaped, tensor_expand),
    F(two_numbers, tensor_flatten),
    F(two_numbers, tensor_transpose),
    F(shaped, tensor_permute),
    F(shaped, tensor_squeeze),
    F(one_number, tensor_unsqueeze),
    F(two_numbers, tensor_select),
    F(slice, tensor_slice),
    F(three_numbers, tensor_narrow),
    F(parts, tensor_split),
    F(parts, tensor_chunk),
    F(joins, tensor_cat),
    F(joins, tensor_stack),
    F(binary, tensor_add),
    F(binary, tensor_sub),
    F(binary, tensor_mul),
    F(div_, tensor_div),
    F(binary, tensor_pow),
    F(binary, tensor_maximum),
    F(binary, tensor_minimum),
    F(with_scalar, tensor_add_scalar),
    F(with_scalar, tensor_sub_scalar),
    F(with_scalar, tensor_mul_scalar),
    F(with_scalar, tensor_div_scalar),
    F(with_scalar, tensor_pow_scalar),
    F(ternary, tensor_where),
    F(clamps, tensor_clamp),
    F(gelu, tensor_gelu),
    F(dropout, tensor_dropout),
    F(binary, tensor_eq),
    F(binary, tensor_ne),
    F(binary, tensor_lt),
    F(binary, tensor_le),
    F(binary, tensor_gt),
    F(binary, tensor_ge),
    F(with_scalar, tensor_eq_scalar),
    F(with_scalar, tensor_ne_scalar),
    F(with_scalar, tensor_lt_scalar),
    F(with_scalar, tensor_le_scalar),
    F(with_scalar, tensor_gt_scalar),
    F(with_scalar, tensor_ge_scalar),
    F(binary, tensor_logical_and),
    F(binary, tensor_logical_or),
    F(binary, tensor_logical_xor),
    F(unary, tensor_logical_not),
    F(unary, tensor_isnan),
    F(unary, tensor_neg),
    F(unary, tensor_abs),
    F(unary, tensor_sign),
    F(unary, tensor_exp),
    F(unary, tensor_log),
    F(unary, tensor_sqrt),
    F(unary, tensor_rsqrt),
    F(unary, tensor_reciprocal),
    F(unary, tensor_square),
    F(unary, tensor_sin),
    F(unary, tensor_cos),
    F(unary, tensor_tanh),
    F(unary, tensor_sigmoid),
    F(unary, tensor_relu),
    F(unary, tensor_erf),
    F(unary, tensor_expm1),
    F(unary, tensor_log1p),
    F(unary, tensor_softplus),
    F(unary, tensor_floor),
    F(unary, tensor_ceil),
    F(unary, tensor_round),
    F(unary, tensor_trunc),
    F(in_place_binary, tensor_add_),
    F(in_place_binary, tensor_sub_),
    F(in_place_binary, tensor_mul_),
    F(in_place_binary, tensor_div_),
    F(in_place_scalar, tensor_add_scalar_),
    F(in_place_scalar, tensor_sub_scalar_),
    F(in_place_scalar, tensor_mul_scalar_),
    F(in_place_scalar, tensor_div_scalar_),
    F(in_place_binary, tensor_copy_),
    F(in_place_scalar, tensor_fill_),
    F(in_place, tensor_zero_),
    F(clamps, tensor_clamp_),
    F(in_place, tensor_neg_),
    F(in_place, tensor_exp_),
    F(in_place, tensor_sqrt_),
    F(in_place, tensor_relu_),
    F(in_place, tensor_sigmoid_),
    F(in_place, tensor_tanh_),
    F(reduction, tensor_sum),
    F(reduction, tensor_mean),
    F(reduction, tensor_max),
    F(reduction, tensor_min),
    F(reduction, tensor_any),
    F(reduction, tensor_all),
    F(arg_reduction, tensor_argmax),
    F(arg_reduction, tensor_argmin),
    F(reduction, tensor_var),
    F(binary, tensor_matmul),
    F(ternary, tensor_linear),
    F(softmaxes, tensor_softmax),
    F(softmaxes, tensor_log_softmax),
    F(cross_entropy, tensor_cross_entropy),
    F(mse_loss, tensor_mse_loss),
    F(indexing, tensor_index_select),
    F(indexing, tensor_gather),
    F(index_adding, tensor_scatter_add),
    F(index_adding, tensor_index_add),
    F(one_number, tensor_one_hot),
    F(create, tensor_sgd_create),
    F(create, tensor_adamw_create),
    F(optimizer_calls, tensor_optimizer_step),
    F(optimizer_calls, tensor_optimizer_zero_grad),
    F(optimizer_calls, tensor_optimizer_set_lr),
    F(optimizer_calls, tensor_optimizer_lr),
    F(optimizer_calls, tensor_optimizer_state_size),
    F(optimizer_calls, tensor_optimizer_state_save),
    F(optimizer_calls, tensor_optimizer_state_load),
    F(optimizer_calls, tensor_optimizer_release),
    F(cuda_calls, tendon_cuda_can_access_peer),
    F(cuda_calls, tendon_cuda_current_device),
    F(cuda_calls, tendon_cuda_current_stream),
    F(cuda_calls, tendon_cuda_device_properties),
    F(cuda_calls, tendon_cuda_event_create),
    F(cuda_calls, tendon_cuda_event_elapsed),
    F(cuda_calls, tendon_cuda_event_is_done),
    F(cuda_calls, tendon_cuda_event_native),
    F(cuda_calls, tendon_cuda_event_record),
    F(cuda_calls, tendon_cuda_event_release),
    F(cuda_calls, tendon_cuda_event_synchronize),
    F(cuda_calls, tendon_cuda_memory_info),
    F(cuda_calls, tendon_cuda_memory_stats),
    F(cuda_calls, tendon_cuda_reset_peak_memory_stats),
    F(cuda_calls, tendon_cuda_set_current_device),
    F(cuda_calls, tendon_cuda_stream_begin),
    F(cuda_calls, tendon_cuda_stream_create),
    F(cuda_calls, tendon_cuda_stream_device),
    F(cuda_calls, tendon_cuda_stream_end),
    F(cuda_calls, tendon_cuda_stream_from_native),
    F(cuda_calls, tendon_cuda_stream_is_done),
    F(cuda_calls, tendon_cuda_stream_native),
    F(cuda_calls, tendon_cuda_stream_release),
    F(cuda_calls, tendon_cuda_stream_synchronize),
    F(cuda_calls, tendon_cuda_stream_wait_event),
    F(cuda_calls, tendon_cuda_stream_wait_stream),
    F(cuda_calls, tendon_cuda_synchronize),
    F(cuda_calls, tensor_cuda_data),
    F(cuda_calls, tensor_cuda_data_mut),
    F(cuda_calls, tensor_from_device_buffer),
    F(cuda_calls, tensor_is_pinned),
    F(cuda_calls, tensor_pin_memory),
    F(dict_calls, tensor_dict_create),
    F(dict_calls, tensor_dict_release),
    F(dict_calls, tensor_dict_len),
    F(dict_calls, tensor_dict_contains),
    F(dict_calls, tensor_dict_get),
    F(dict_calls, tensor_dict_at),
    F(dict_calls, tensor_dict_name),
    F(dict_calls, tensor_dict_set),
    F(dict_calls, tensor_dict_remove),
    F(dict_calls, tensor_dict_select),
    F(dict_calls, tensor_dict_metadata),
    F(dict_calls, tensor_dict_metadata_len),
    F(dict_calls, tensor_dict_metadata_at),
    F(dict_calls, tensor_dict_set_metadata),
    F(dict_calls, tensor_dict_load_stats),
    F(dlpack, tensor_to_dlpack),
    F(dlpack, tensor_to_dlpack_versioned),
    F(dlpack, tensor_from_dlpack),
    F(dlpack, tensor_from_dlpack_versioned),
    F(load_one, tensor_load_npy),
    F(save_one, tensor_save_npy),
    F(load_all, tensor_dict_load_npz),
    F(save_all, tensor_dict_save_npz),
    F(csv_calls, tensor_load_csv),
    F(csv_calls, tensor_save_csv),
    F(csv_calls, tensor_dict_load_csv),
    F(csv_calls, tensor_dict_save_csv),
    F(load_all, tensor_dict_load_safetensors),
    F(save_all, tensor_dict_save_safetensors),
    F(load_all, tensor_dict_load_pytorch),
};

enum { FUNCTIONS = sizeof table / sizeof table[0] };

/* ---- a case ---- */

static void finish(void)
{
    current = "the end of a case";
    REQUIRE(tendon_set_cancel_token(NULL) == TENSOR_OK);
    REQUIRE(tendon_set_log_callback(NULL, NULL) == TENSOR_OK);
    REQUIRE(tendon_set_parallel_for(NULL, NULL) == TENSOR_OK);
    while (open_modes > 0) REQUIRE(tensor_mode_end(modes[--open_modes]) == TENSOR_OK);
    while (open_scopes > 0) REQUIRE(tensor_scope_end(scopes[--open_scopes]) == TENSOR_OK);
    for (int i = 0; i < OTHERS; i++) {
        if (optimizers[i].owned) REQUIRE(tensor_optimizer_release(optimizers[i].handle) == TENSOR_OK);
        if (dicts[i].owned) REQUIRE(tensor_dict_release(dicts[i].handle) == TENSOR_OK);
        if (tokens[i].owned) REQUIRE(tendon_cancel_token_release(tokens[i].handle) == TENSOR_OK);
        if (queues[i].owned) REQUIRE(tendon_release_queue_release(queues[i].handle) == TENSOR_OK);
        if (streams[i].owned) REQUIRE(tendon_cuda_stream_release(streams[i].handle) == TENSOR_OK);
        if (events[i].owned) REQUIRE(tendon_cuda_event_release(events[i].handle) == TENSOR_OK);
    }
    /* A scope may have released some of them before. */
    for (int i = 0; i < TENSORS; i++) {
        if (tensors[i].owned) (void)tensor_release(tensors[i].handle);
    }
    while (hiding > 0) {
        Tensor *x = hidden[--hiding];
        REQUIRE(tensor_set_grad(x, NULL) == TENSOR_OK);
        REQUIRE(tensor_release(x) == TENSOR_OK);
    }
    memset(tensors, 0, sizeof tensors);
    memset(optimizers, 0, sizeof optimizers);
    memset(tokens, 0, sizeof tokens);
    memset(queues, 0, sizeof queues);
    memset(dicts, 0, sizeof dicts);
    memset(scopes, 0, sizeof scopes);
    memset(modes, 0, sizeof modes);
    int64_t live[3] = {tendon_live_handle_count(), tendon_live_tensor_count(), tendon_live_storage_count()};
    if (live[0] != 0) finding("handles are alive", live[0], 0);
    if (live[1] != 0) finding("tensors are alive", live[1], 0);
    if (live[2] != 0) finding("storages are alive", live[2], 0);
    if (lent != returned) finding("buffers lent and given back", lent, returned);
}

static void say_numbers(void)
{
    fprintf(stderr, "fuzz_calls: %" PRIu64 " cases, %" PRIu64 " calls (%" PRIu64 " of them failed, as they may)\n", cases,
            calls, failures);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    /* What is asked for without sense fails at once. */
    struct rlimit limit = {UINT64_C(4) << 30, UINT64_C(4) << 30};
    setrlimit(RLIMIT_AS, &limit);
    atexit(say_numbers);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    at = data;
    end = data + size;
    cases++;
    /* The same case does the same, whatever ran before it. */
    for (size_t i = 0; i < sizeof arena; i++) arena[i] = (uint8_t)(i % 8 < 6 ? i % 3 : 0);
    REQUIRE(tendon_manual_seed(1) == TENSOR_OK && tendon_set_num_threads(1) == TENSOR_OK);
    tendon_clear_last_error();
    for (int i = 0; i < CALLS_OF_A_CASE && at < end; i++) {
        unsigned high = byte(), low = byte();
        Entry *entry = &table[(high << 8 | low) % FUNCTIONS];
        current = entry->name;
        entry->run(entry->function);
    }
    finish();
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t data[1 << 16];
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t n = fread(data, 1, sizeof data, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, n);
    }
    return 0;
}
#endif
