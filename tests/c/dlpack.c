/* DLPack both ways: memory is shared, and each deleter runs once. */
#include <unistd.h>

#include "dlpack_producer.h"

static const void *address(const Tensor *x) {
    const void *data = NULL;
    OK(tensor_data_strided(x, &data));
    return data;
}

static struct DLManagedTensorVersioned *exported(const Tensor *x) {
    struct DLManagedTensorVersioned *m = NULL;
    OK(tensor_to_dlpack_versioned(x, NULL, &m));
    return m;
}

/* ---- what is exported ---- */

static void every_dtype(void) {
    static const struct {
        TensorDType dtype;
        int code, bits;
    } all[] = {{TENSOR_DTYPE_BOOL, kDLBool, 8},  {TENSOR_DTYPE_U8, kDLUInt, 8},    {TENSOR_DTYPE_U16, kDLUInt, 16},
               {TENSOR_DTYPE_U32, kDLUInt, 32},  {TENSOR_DTYPE_U64, kDLUInt, 64},  {TENSOR_DTYPE_I8, kDLInt, 8},
               {TENSOR_DTYPE_I16, kDLInt, 16},   {TENSOR_DTYPE_I32, kDLInt, 32},   {TENSOR_DTYPE_I64, kDLInt, 64},
               {TENSOR_DTYPE_F16, kDLFloat, 16}, {TENSOR_DTYPE_BF16, kDLBfloat, 16}, {TENSOR_DTYPE_F32, kDLFloat, 32},
               {TENSOR_DTYPE_F64, kDLFloat, 64}};
    EXPECT_EQ(sizeof all / sizeof *all, 13);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        TensorOptions options = TENSOR_OPTIONS_INIT;
        Tensor *x = NULL, *y = NULL;
        DLManagedTensor *m = NULL;
        options.dtype = all[i].dtype;
        OK(tensor_ones(DIMS(2, 3), &options, &x));
        OK(tensor_to_dlpack(x, NULL, &m));
        EXPECT_EQ(m->dl_tensor.dtype.code, all[i].code);
        EXPECT_EQ(m->dl_tensor.dtype.bits, all[i].bits);
        EXPECT_EQ(m->dl_tensor.dtype.lanes, 1);
        OK(tensor_from_dlpack(m, NULL, &y));
        EXPECT_EQ(tensor_dtype(y), all[i].dtype);
        HOLDS(y, 1, 1, 1, 1, 1, 1);
        test_release(x);
        test_release(y);
    }
}

static void fields(void) {
    Tensor *x = FLOATS(DIMS(2, 3), 0, 1, 2, 3, 4, 5), *t = NULL, *column = NULL, *wide = NULL, *one = NULL, *none = NULL;
    OK(tensor_transpose(x, 0, 1, &t));
    OK(tensor_narrow(x, 1, 1, 1, &column));
    OK(tensor_expand(column, DIMS(2, 4), &wide));
    struct DLManagedTensorVersioned *m = exported(t);
    const DLTensor *d = &m->dl_tensor;
    EXPECT_EQ(m->version.major, 1);
    EXPECT_EQ(m->version.minor, 1);
    EXPECT_EQ(m->flags, 0);
    CHECK(d->data == address(x) && d->byte_offset == 0 && d->ndim == 2);
    EXPECT_EQ(d->device.device_type, kDLCPU);
    EXPECT_EQ(d->device.device_id, 0);
    CHECK(d->shape[0] == 3 && d->shape[1] == 2 && d->strides[0] == 1 && d->strides[1] == 3);
    m->deleter(m);
    /* The pointer is that of the first element. */
    m = exported(wide);
    d = &m->dl_tensor;
    CHECK(d->data == (const float *)address(x) + 1 && d->byte_offset == 0);
    CHECK(d->shape[0] == 2 && d->shape[1] == 4 && d->strides[0] == 3 && d->strides[1] == 0);
    m->deleter(m);

    OK(tensor_scalar(tensor_scalar_f(7), NULL, &one));
    m = exported(one);
    CHECK(m->dl_tensor.ndim == 0 && *(float *)m->dl_tensor.data == 7);
    m->deleter(m);
    OK(tensor_zeros(DIMS(3, 0, 2), NULL, &none));
    m = exported(none);
    CHECK(m->dl_tensor.ndim == 3 && m->dl_tensor.data == NULL && m->dl_tensor.shape[1] == 0 && m->dl_tensor.strides != NULL);
    m->deleter(m);
    test_release(x);
    test_release(t);
    test_release(column);
    test_release(wide);
    test_release(one);
    test_release(none);
}

static void many_dims(void) {
    int64_t shape[64];
    Tensor *x = NULL, *y = NULL;
    for (int i = 0; i < 64; i++) {
        shape[i] = i % 16 == 0 ? 2 : 1;
    }
    OK(tensor_ones(shape, 64, NULL, &x));
    struct DLManagedTensorVersioned *m = exported(x);
    EXPECT_EQ(m->dl_tensor.ndim, 64);
    CHECK(memcmp(m->dl_tensor.shape, shape, sizeof shape) == 0);
    CHECK(m->dl_tensor.strides[0] == 8 && m->dl_tensor.strides[48] == 1);
    OK(tensor_from_dlpack_versioned(m, NULL, &y));
    EXPECT_EQ(tensor_ndim(y), 64);
    CHECK(address(x) == address(y));
    test_release(x);
    test_release(y);
}

/* ---- shared memory ---- */

static void both_write(void) {
    Tensor *x = FLOATS(DIMS(2, 2), 1, 2, 3, 4);
    struct DLManagedTensorVersioned *m = exported(x);
    ((float *)m->dl_tensor.data)[3] = 40;
    HOLDS(x, 1, 2, 3, 40);
    OK(tensor_fill_(x, tensor_scalar_f(5)));
    CHECK(((float *)m->dl_tensor.data)[0] == 5);
    /* What the consumer writes is not counted. */
    EXPECT_EQ(tensor_version(x), 1);
    m->deleter(m);

    float memory[4] = {1, 2, 3, 4};
    Produced p;
    produce(&p, memory, f32, DIMS(2, 2), NULL);
    Tensor *y = taken(&p, NULL);
    CHECK(address(y) == memory);
    memory[1] = 20;
    HOLDS(y, 1, 20, 3, 4);
    OK(tensor_fill_(y, tensor_scalar_f(6)));
    CHECK(memory[0] == 6 && memory[3] == 6);
    test_release(x);
    EXPECT_EQ(p.calls, 0);
    test_release(y);
    EXPECT_EQ(p.calls, 1);
    CHECK(p.argument == &p.versioned);
}

static void there_and_back(void) {
    Tensor *x = FLOATS(DIMS(2, 3), 0, 1, 2, 3, 4, 5), *t = NULL, *y = NULL, *z = NULL;
    DLManagedTensor *old = NULL;
    OK(tensor_transpose(x, 0, 1, &t));
    const void *data = address(x);
    OK(tensor_from_dlpack_versioned(exported(t), NULL, &y));
    OK(tensor_to_dlpack(y, NULL, &old));
    OK(tensor_from_dlpack(old, NULL, &z));
    CHECK(address(z) == data && tensor_stride(z, 0) == 1 && tensor_stride(z, 1) == 3);
    OK(tensor_fill_(x, tensor_scalar_f(9)));
    /* Each is a family of its own. */
    EXPECT_EQ(tensor_version(x), 1);
    EXPECT_EQ(tensor_version(z), 0);
    CHECK(tensor_is_view(z) == 0 && tensor_is_leaf(z) == 1);
    test_release(x);
    test_release(t);
    test_release(y);
    HOLDS(z, 9, 9, 9, 9, 9, 9);
    EXPECT_EQ(tendon_live_storage_count(), 3);
    test_release(z);
    EXPECT_EQ(tendon_live_storage_count(), 0);
}

static void strides(void) {
    float memory[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    Produced p;
    Tensor *x;
    /* Backwards from the last element, in both ways of saying where that is. */
    produce(&p, &memory[11], f32, DIMS(3, 2), (const int64_t[]){-4, -1});
    x = taken(&p, NULL);
    HOLDS(x, 11, 10, 7, 6, 3, 2);
    CHECK(address(x) == &memory[11]);
    test_release(x);
    produce(&p, memory, f32, DIMS(3, 2), (const int64_t[]){-4, -1});
    p.versioned.dl_tensor.byte_offset = 11 * sizeof(float);
    x = taken(&p, NULL);
    HOLDS(x, 11, 10, 7, 6, 3, 2);
    OK(tensor_fill_(x, tensor_scalar_f(-1)));
    CHECK(memory[11] == -1 && memory[2] == -1 && memory[1] == 1 && memory[9] == 9);
    struct DLManagedTensorVersioned *m = exported(x);
    CHECK(m->dl_tensor.data == &memory[11] && m->dl_tensor.strides[0] == -4 && m->dl_tensor.byte_offset == 0);
    m->deleter(m);
    test_release(x);
    /* One element many times; strides of single sizes may be anything. */
    produce(&p, &memory[1], f32, DIMS(3, 1, 2), (const int64_t[]){0, INT64_MIN, 3});
    x = taken(&p, NULL);
    HOLDS(x, 1, 4, 1, 4, 1, 4);
    EXPECT_ERROR(tensor_fill_(x, tensor_scalar_f(0)), TENSOR_ERR_OVERLAP,
                 "tensor_fill_: the tensor of shape [3, 1, 2] and strides [0, -9223372036854775808, 3] overlaps itself: "
                 "clone it before writing");
    test_release(x);
    /* Rank 0, and nothing at all. */
    produce(&p, &memory[4], f32, NULL, 0, NULL);
    x = taken(&p, NULL);
    HOLDS(x, 4);
    test_release(x);
    EXPECT_EQ(p.calls, 1);
    produce(&p, NULL, f32, DIMS(3, 0), NULL);
    x = taken(&p, NULL);
    EXPECT_EQ(tensor_numel(x), 0);
    EXPECT_EQ(p.calls, 0);
    test_release(x);
    EXPECT_EQ(p.calls, 1);
}

/* ---- who keeps the memory ---- */

static void it_is_kept(void) {
    float memory[2] = {3, 5};
    Produced p;
    Tensor *x, *view = NULL, *y = NULL, *w = test_leaf(2, DIMS(2));
    produce(&p, memory, f32, DIMS(2), NULL);
    x = taken(&p, NULL);
    OK(tensor_view(x, DIMS(2, 1), &view));
    test_release(x);
    EXPECT_EQ(p.calls, 0);
    test_release(view);
    EXPECT_EQ(p.calls, 1);
    /* By a graph, and by another consumer. */
    produce(&p, memory, f32, DIMS(2), NULL);
    OK(tensor_from_dlpack(&p.old, NULL, &x));
    struct DLManagedTensorVersioned *m = exported(x);
    OK(tensor_mul(x, w, &y));
    test_release(x);
    m->deleter(m);
    EXPECT_EQ(p.calls, 0);
    test_release(y);
    EXPECT_EQ(p.calls, 1);
    CHECK(p.argument == &p.old);
    test_release(w);
    /* A producer that need not be told. */
    produce(&p, memory, f32, DIMS(2), NULL);
    p.versioned.deleter = NULL;
    x = taken(&p, NULL);
    HOLDS(x, 3, 5);
    test_release(x);
    EXPECT_EQ(p.calls, 0);

    x = FLOATS(DIMS(2), 1, 2);
    m = exported(x);
    test_release(x);
    EXPECT_EQ(tendon_live_tensor_count(), 0);
    EXPECT_EQ(tendon_live_storage_count(), 1);
    CHECK(((float *)m->dl_tensor.data)[1] == 2);
    m->deleter(m);
    EXPECT_EQ(tendon_live_storage_count(), 0);
}

static void *delete_there(void *m) {
    struct DLManagedTensorVersioned *managed = m;
    managed->deleter(managed);
    return NULL;
}

static void *release_there(void *x) {
    OK(tensor_release(x));
    return NULL;
}

static void by_another_thread(void) {
    float memory[2] = {3, 5};
    Produced p;
    pthread_t thread;
    produce(&p, memory, f32, DIMS(2), NULL);
    Tensor *x = taken(&p, NULL);
    struct DLManagedTensorVersioned *m = exported(x);
    CHECK(pthread_create(&thread, NULL, release_there, x) == 0);
    pthread_join(thread, NULL);
    EXPECT_EQ(p.calls, 0);
    /* Nothing of the library has run on this one before. */
    CHECK(pthread_create(&thread, NULL, delete_there, m) == 0);
    pthread_join(thread, NULL);
    EXPECT_EQ(p.calls, 1);
    CHECK(pthread_equal(p.thread, thread));
}

static pthread_key_t key;

static void *leave_in_key(void *m) {
    pthread_setspecific(key, m);
    return NULL;
}

static void delete_last(void *m) {
    delete_there(m);
}

static void in_a_thread_destructor(void) {
    pthread_t thread;
    Tensor *x = FLOATS(DIMS(2), 1, 2);
    CHECK(pthread_key_create(&key, delete_last) == 0);
    CHECK(pthread_create(&thread, NULL, leave_in_key, exported(x)) == 0);
    test_release(x);
    pthread_join(thread, NULL);
    EXPECT_EQ(tendon_live_storage_count(), 0);
    pthread_key_delete(key);
}

enum { THREADS = 4, ROUNDS = 500 };

static void *exchange(void *x) {
    for (int i = 0; i < ROUNDS; i++) {
        float memory[2] = {1, 2};
        Produced p;
        Tensor *y = NULL, *sum = NULL;
        OK(tensor_from_dlpack_versioned(exported(x), NULL, &y));
        produce(&p, memory, f32, DIMS(2), NULL);
        Tensor *z = taken(&p, NULL);
        OK(tensor_add(y, z, &sum));
        HOLDS(sum, 11, 22);
        test_release(y);
        test_release(z);
        test_release(sum);
        EXPECT_EQ(p.calls, 1);
    }
    return NULL;
}

static void several_threads(void) {
    Tensor *x = FLOATS(DIMS(2), 10, 20);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, exchange, x) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    test_release(x);
}

/* A deleter may use the library. */
static Tensor *held_by_producer;

static void delete_and_compute(DLManagedTensor *self) {
    Tensor *y = NULL;
    OK(tensor_exp(held_by_producer, &y));
    test_release(y);
    test_release(held_by_producer);
    delete_old(self);
}

static void deleters_may_compute(void) {
    float memory[1] = {3};
    Produced p;
    Tensor *x = NULL;
    produce(&p, memory, f32, DIMS(1), NULL);
    p.old.deleter = delete_and_compute;
    held_by_producer = FLOATS(DIMS(1), 1);
    OK(tensor_from_dlpack(&p.old, NULL, &x));
    test_release(x);
    EXPECT_EQ(p.calls, 1);
}

/* ---- read-only memory, gradients ---- */

static void read_only(void) {
    static const float memory[2] = {3, 5};
    TensorHostBufferOptions lent = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    TensorDlpackOptions copy = TENSOR_DLPACK_OPTIONS_INIT;
    Tensor *x = NULL, *y = NULL;
    DLManagedTensor *old = (DLManagedTensor *)1;
    lent.read_only = true;
    OK(tensor_from_host_buffer((void *)memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(2), &lent, &x));
    EXPECT_ERROR(tensor_to_dlpack(x, NULL, &old), TENSOR_ERR_READ_ONLY,
                 "tensor_to_dlpack: x borrows read-only memory, which the form without a version cannot say: use "
                 "tensor_to_dlpack_versioned, or options.copy = TENSOR_DLPACK_COPY_ALWAYS");
    CHECK(old == NULL);
    copy.copy = TENSOR_DLPACK_COPY_ALWAYS;
    OK(tensor_to_dlpack(x, &copy, &old));
    CHECK(old->dl_tensor.data != memory && ((float *)old->dl_tensor.data)[1] == 5);
    old->deleter(old);
    struct DLManagedTensorVersioned *m = exported(x);
    EXPECT_EQ(m->flags, DLPACK_FLAG_BITMASK_READ_ONLY);
    CHECK(m->dl_tensor.data == memory);
    OK(tensor_from_dlpack_versioned(m, NULL, &y));
    EXPECT_EQ(tensor_is_read_only(y), 1);
    EXPECT_ERROR(tensor_fill_(y, tensor_scalar_f(0)), TENSOR_ERR_READ_ONLY, "tensor_fill_: the tensor borrows read-only memory");
    test_release(x);
    test_release(y);

    Produced p;
    produce(&p, (void *)memory, f32, DIMS(2), NULL);
    p.versioned.flags = DLPACK_FLAG_BITMASK_READ_ONLY | UINT64_C(0xff00);
    x = taken(&p, NULL);
    EXPECT_EQ(tensor_is_read_only(x), 1);
    test_release(x);
    produce(&p, (void *)memory, f32, DIMS(2), NULL);
    p.versioned.flags = DLPACK_FLAG_BITMASK_READ_ONLY;
    x = taken(&p, &copy);
    EXPECT_EQ(p.calls, 1);
    EXPECT_EQ(tensor_is_read_only(x), 0);
    test_release(x);
}

static void gradients(void) {
    Tensor *x = test_leaf(2, DIMS(2)), *y = NULL, *plain = NULL;
    struct DLManagedTensorVersioned *m = (void *)1;
    TensorMode *mode = NULL;
    static const char *const message =
        "tensor_to_dlpack_versioned: x requires grad, and backward would not see what the consumer does: detach first";
    EXPECT_ERROR(tensor_to_dlpack_versioned(x, NULL, &m), TENSOR_ERR_AUTOGRAD, message);
    CHECK(m == NULL);
    OK(tensor_exp(x, &y));
    OK(tensor_no_grad_begin(&mode));
    EXPECT_ERROR(tensor_to_dlpack_versioned(y, NULL, &m), TENSOR_ERR_AUTOGRAD, message);
    OK(tensor_mode_end(mode));
    OK(tensor_detach(y, &plain));
    m = exported(plain);
    CHECK(m->dl_tensor.data == address(y));
    m->deleter(m);
    test_release(plain);
    test_release(y);
    test_release(x);
    /* What comes from outside can be a leaf. */
    float memory[2] = {3, 5};
    Produced p;
    Tensor *loss = NULL, *grad = NULL;
    produce(&p, memory, f32, DIMS(2), NULL);
    x = taken(&p, NULL);
    OK(tensor_set_requires_grad(x, true));
    OK(tensor_mul(x, x, &y));
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    OK(tensor_backward(loss, NULL));
    OK(tensor_grad(x, &grad));
    HOLDS(grad, 6, 10);
    test_release(grad);
    test_release(loss);
    test_release(y);
    EXPECT_EQ(p.calls, 0);
    test_release(x);
    EXPECT_EQ(p.calls, 1);
}

/* ---- options ---- */

static void copies(void) {
    _Alignas(8) unsigned char bytes[64];
    float values[6] = {0, 1, 2, 3, 4, 5};
    Produced p;
    TensorDlpackOptions options = TENSOR_DLPACK_OPTIONS_INIT;
    Tensor *x = NULL;
    memcpy(bytes + 2, values, sizeof values);
    /* Not aligned: copied, whatever its strides, and the producer is done. */
    produce(&p, bytes + 2, f32, DIMS(3, 2), NULL);
    x = taken(&p, NULL);
    EXPECT_EQ(p.calls, 1);
    HOLDS(x, 0, 1, 2, 3, 4, 5);
    test_release(x);
    produce(&p, bytes + 2 + 5 * sizeof(float), f32, DIMS(2, 1, 3, 2), (const int64_t[]){-3, INT64_MAX, -1, 0});
    x = taken(&p, NULL);
    HOLDS(x, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
    EXPECT_EQ(p.calls, 1);
    test_release(x);
    options.copy = TENSOR_DLPACK_COPY_NEVER;
    produce(&p, bytes + 2, f32, DIMS(3, 2), NULL);
    CHECK(tensor_from_dlpack_versioned(&p.versioned, &options, &x) == TENSOR_ERR_MISALIGNED && x == NULL);
    CHECK(strstr(tendon_last_error_message(), "f32 needs a multiple of 4: let options.copy be TENSOR_DLPACK_COPY_IF_NEEDED"));
    EXPECT_EQ(p.calls, 0);
    /* Elements of one byte always are aligned. */
    produce(&p, bytes + 1, (DLDataType){kDLUInt, 8, 1}, DIMS(3), NULL);
    x = taken(&p, &options);
    CHECK(address(x) == bytes + 1);
    test_release(x);

    options.copy = TENSOR_DLPACK_COPY_ALWAYS;
    produce(&p, values, f32, DIMS(2, 3), (const int64_t[]){1, 2});
    x = taken(&p, &options);
    EXPECT_EQ(p.calls, 1);
    HOLDS(x, 0, 2, 4, 1, 3, 5);
    CHECK(address(x) != values && tensor_is_contiguous(x) == 1);
    struct DLManagedTensorVersioned *m = NULL;
    OK(tensor_to_dlpack_versioned(x, &options, &m));
    EXPECT_EQ(m->flags, DLPACK_FLAG_BITMASK_IS_COPIED);
    CHECK(m->dl_tensor.data != address(x) && ((float *)m->dl_tensor.data)[1] == 2);
    m->deleter(m);
    options.copy = TENSOR_DLPACK_COPY_NEVER;
    options.device = TENSOR_CPU;
    OK(tensor_to_dlpack_versioned(x, &options, &m));
    CHECK(m->flags == 0 && m->dl_tensor.data == address(x));
    m->deleter(m);
    test_release(x);
}

static void bad_options(void) {
    Tensor *x = FLOATS(DIMS(1), 1), *y = NULL;
    DLManagedTensor *m = NULL;
    struct DLManagedTensorVersioned *v = NULL;
    float memory[1] = {1};
    Produced p;
    produce(&p, memory, f32, DIMS(1), NULL);
    TensorDlpackOptions options = TENSOR_DLPACK_OPTIONS_INIT;
    options.copy = 3;
    EXPECT_ERROR(tensor_to_dlpack(x, &options, &m), TENSOR_ERR_INVALID_ARGUMENT,
                 "tensor_to_dlpack: options.copy is 3, which is no TENSOR_DLPACK_COPY_");
    EXPECT_ERROR(tensor_from_dlpack(&p.old, &options, &y), TENSOR_ERR_INVALID_ARGUMENT,
                 "tensor_from_dlpack: options.copy is 3, which is no TENSOR_DLPACK_COPY_");
    options = (TensorDlpackOptions)TENSOR_DLPACK_OPTIONS_INIT;
    options.reserved[6] = 1;
    EXPECT_ERROR(tensor_to_dlpack(x, &options, &m), TENSOR_ERR_INVALID_OPTIONS,
                 "tensor_to_dlpack: reserved bytes of TensorDlpackOptions are not 0: start from its _INIT macro");
    options = (TensorDlpackOptions)TENSOR_DLPACK_OPTIONS_INIT;
    options.device.type = 9;
    EXPECT_ERROR(tensor_to_dlpack(x, &options, &m), TENSOR_ERR_DEVICE,
                 "tensor_to_dlpack: options.device.type is 9, which is no type of device");
    EXPECT_ERROR(tensor_from_dlpack(&p.old, &options, &y), TENSOR_ERR_DEVICE,
                 "tensor_from_dlpack: options.device.type is 9, which is no type of device");
    /* A consumer's version is a request. */
    options = (TensorDlpackOptions)TENSOR_DLPACK_OPTIONS_INIT;
    options.max_version_major = 1;
    OK(tensor_to_dlpack_versioned(x, &options, &v));
    CHECK(v->version.major == 1 && v->version.minor == 0);
    v->deleter(v);
    options.max_version_major = 7;
    OK(tensor_to_dlpack_versioned(x, &options, &v));
    CHECK(v->version.major == 1 && v->version.minor == 1);
    v->deleter(v);
    options.max_version_major = 0;
    options.max_version_minor = 8;
    EXPECT_ERROR(tensor_to_dlpack_versioned(x, &options, &v), TENSOR_ERR_UNSUPPORTED,
                 "tensor_to_dlpack_versioned: options.max_version is 0.8, which is before 1.0: use tensor_to_dlpack");
    OK(tensor_to_dlpack(x, &options, &m));
    m->deleter(m);
    /* The stream is CUDA's business. */
    options.stream = 0;
    OK(tensor_to_dlpack(x, &options, &m));
    m->deleter(m);
    EXPECT_EQ(p.calls, 0);
    test_release(x);
}

static void scopes_release_it(void) {
    float memory[2] = {3, 5};
    Produced p;
    TensorScope *scope = NULL;
    produce(&p, memory, f32, DIMS(2), NULL);
    OK(tensor_scope_begin(&scope));
    (void)taken(&p, NULL);
    OK(tensor_scope_end(scope));
    EXPECT_EQ(p.calls, 1);
}

/* ---- after main ---- */

static struct DLManagedTensorVersioned *for_atexit, *for_destructor;

static void at_exit(void) {
    CHECK(*(float *)for_atexit->dl_tensor.data == 1);
    for_atexit->deleter(for_atexit);
    EXPECT_EQ(tendon_live_storage_count(), 1);
    if (test_failures) {
        _exit(1);
    }
}

__attribute__((destructor)) static void when_unloaded(void) {
    if (for_destructor == NULL) {
        return;
    }
    CHECK(*(float *)for_destructor->dl_tensor.data == 2);
    for_destructor->deleter(for_destructor);
    if (test_end() != 0) {
        _exit(1);
    }
}

int main(void) {
    every_dtype();
    fields();
    many_dims();
    both_write();
    there_and_back();
    strides();
    it_is_kept();
    by_another_thread();
    in_a_thread_destructor();
    several_threads();
    deleters_may_compute();
    read_only();
    gradients();
    copies();
    bad_options();
    scopes_release_it();
    if (test_end() != 0) {
        return 1;
    }
    Tensor *x = FLOATS(DIMS(1), 1), *y = FLOATS(DIMS(1), 2);
    for_atexit = exported(x);
    for_destructor = exported(y);
    test_release(x);
    test_release(y);
    atexit(at_exit);
    return 0;
}
