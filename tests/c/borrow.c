/* Memory of the caller as a tensor: without a copy in either direction, in no time whatever its size, and its release
 * callback runs exactly once, wherever the last use ends. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

/* ---- the callback ---- */

typedef struct {
    atomic_int calls;
    void *data;
    pthread_t thread;
} Lent;

static void count(void *data, void *user_data) {
    Lent *lent = user_data;
    lent->data = data;
    lent->thread = pthread_self();
    atomic_fetch_add(&lent->calls, 1);
}

static Tensor *borrow(void *data, size_t nbytes, TensorDType dtype, const int64_t *shape, size_t ndim, Lent *lent) {
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    Tensor *x = NULL;
    options.release = count;
    options.user_data = lent;
    atomic_store(&lent->calls, 0);
    OK(tensor_from_host_buffer(data, nbytes, dtype, shape, ndim, &options, &x));
    return x;
}

/* ---- speed ---- */

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long resident_pages(void) {
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &total, &resident) == 2);
    fclose(file);
    return resident;
}

static void four_gibibytes(void) {
    const size_t nbytes = 4ULL << 30;
    void *data = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) {
        CHECK(!"no address space for 4 GiB");
        return;
    }
    static double seconds[101];
    Lent lent = {0};
    (void)resident_pages();
    /* The first round brings in the pages of the program itself. */
    long before = 0;
    for (int i = -101; i < 101; i++) {
        before = i == 0 ? resident_pages() : before;
        const double start = test_seconds();
        Tensor *x = borrow(data, nbytes, TENSOR_DTYPE_F32, DIMS(1 << 15, 1 << 15), &lent);
        OK(tensor_release(x));
        seconds[i < 0 ? -i - 1 : i] = test_seconds() - start;
        EXPECT_EQ(lent.calls, 1);
    }
    const long after = resident_pages();
    qsort(seconds, 101, sizeof *seconds, by_value);
    printf("borrow and release of 4 GiB: median %.2f us, slowest %.2f us; resident before %ld KiB, after %ld KiB\n",
           seconds[50] * 1e6, seconds[100] * 1e6, before * (sysconf(_SC_PAGESIZE) / 1024),
           after * (sysconf(_SC_PAGESIZE) / 1024));
    if (!test_under_valgrind()) {
        CHECK(seconds[50] < 10e-6);
        CHECK(after - before <= 16);
    }
    munmap(data, nbytes);
}

/* ---- the same bytes on both sides ---- */

static void no_copy(void) {
    float host[6] = {1, 2, 3, 4, 5, 6};
    Lent lent = {0};
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2, 3), &lent);
    Tensor *there = NULL;
    const float *read = NULL;
    float *write = NULL;
    OK(tensor_data_f32(x, &read));
    CHECK(read == host);
    OK(tensor_add_scalar_(x, tensor_scalar_f(10)));
    CHECK(host[0] == 11 && host[5] == 16);
    host[1] = -1;
    HOLDS(x, 11, -1, 13, 14, 15, 16);
    OK(tensor_to_cpu(x, &there));
    OK(tensor_data_mut_f32(there, &write));
    CHECK(write == host);
    write[2] = 7;
    CHECK(host[2] == 7);
    EXPECT_EQ(tensor_shares_memory(x, there), 1);
    test_release(there);
    EXPECT_EQ(lent.calls, 0);
    test_release(x);
    EXPECT_EQ(lent.calls, 1);
    CHECK(lent.data == host);
}

static void strides(void) {
    float host[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    Tensor *x = NULL;
    const void *origin = NULL;
    int64_t steps[2] = {0, 0};

    /* A region of interest: rows 1 and 2, columns 1 and 2 of a 3 x 4 image. */
    options.strides = (const int64_t[]){4, 1};
    options.offset = 5;
    OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2, 2), &options, &x));
    HOLDS(x, 5, 6, 9, 10);
    OK(tensor_fill_(x, tensor_scalar_f(-1)));
    CHECK(host[4] == 4 && host[5] == -1 && host[6] == -1 && host[7] == 7 && host[9] == -1 && host[10] == -1 && host[11] == 11);
    OK(tensor_data_strided(x, &origin));
    CHECK(origin == host + 5);
    OK(tensor_strides(x, steps, 2));
    EXPECT_EQ(steps[0], 4);
    EXPECT_EQ(steps[1], 1);
    test_release(x);

    /* Upside down and mirrored. */
    for (int i = 0; i < 12; i++) {
        host[i] = (float)i;
    }
    options.strides = (const int64_t[]){-4, -1};
    options.offset = 11;
    OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(3, 4), &options, &x));
    HOLDS(x, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    EXPECT_EQ(tensor_stride(x, 0), -4);
    EXPECT_EQ(tensor_storage_offset(x), 11);
    test_release(x);

    /* One row, seen three times: readable, not writable. */
    options.strides = (const int64_t[]){0, 1};
    options.offset = 8;
    OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(3, 4), &options, &x));
    HOLDS(x, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
    EXPECT_ERROR(tensor_zero_(x), TENSOR_ERR_OVERLAP,
                 "tensor_zero_: the tensor of shape [3, 4] and strides [0, 1] overlaps itself: clone it before writing");
    test_release(x);

    /* Nothing to look at needs no memory. */
    OK(tensor_from_host_buffer(NULL, 0, TENSOR_DTYPE_F32, DIMS(0, 4), NULL, &x));
    EXPECT_EQ(tensor_numel(x), 0);
    test_release(x);
}

static void read_only(void) {
    static const float host[2] = {1, 2};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    Tensor *x = NULL;
    Tensor *view = NULL;
    Tensor *sum = NULL;
    void *data = &options;
    options.read_only = true;
    OK(tensor_from_host_buffer((void *)(uintptr_t)host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &options, &x));
    EXPECT_EQ(tensor_is_read_only(x), 1);
    EXPECT_ERROR(tensor_data_mut(x, &data), TENSOR_ERR_READ_ONLY, "tensor_data_mut: x borrows read-only memory");
    CHECK(data == NULL);
    EXPECT_ERROR(tensor_zero_(x), TENSOR_ERR_READ_ONLY, "tensor_zero_: the tensor borrows read-only memory");
    OK(tensor_select(x, 0, 0, &view));
    EXPECT_EQ(tensor_is_read_only(view), 1);
    EXPECT_ERROR(tensor_fill_(view, tensor_scalar_i(1)), TENSOR_ERR_READ_ONLY,
                 "tensor_fill_: the tensor borrows read-only memory");
    OK(tensor_add(x, x, &sum));
    HOLDS(sum, 2, 4);
    EXPECT_EQ(tensor_is_read_only(sum), 0);
    test_release(sum);
    test_release(view);
    test_release(x);
}

/* ---- the last use ---- */

static void views_hold_it(void) {
    float host[4] = {1, 2, 3, 4};
    Lent lent = {0};
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(4), &lent);
    Tensor *view = NULL, *of_view = NULL, *again = NULL, *alias = NULL;
    OK(tensor_narrow(x, 0, 1, 2, &view));
    OK(tensor_unsqueeze(view, 0, &of_view));
    OK(tensor_retain(of_view, &again));
    OK(tensor_detach(view, &alias));
    test_release(x);
    test_release(view);
    test_release(of_view);
    EXPECT_EQ(lent.calls, 0);
    HOLDS(again, 2, 3);
    test_release(again);
    EXPECT_EQ(lent.calls, 0);
    HOLDS(alias, 2, 3);
    test_release(alias);
    EXPECT_EQ(lent.calls, 1);
}

static void graphs_hold_it(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    Tensor *weight = test_leaf(2, DIMS(2));
    Tensor *product = NULL, *loss = NULL, *grad = NULL;
    OK(tensor_mul(x, weight, &product));
    test_release(x);
    OK(tensor_sum(product, NULL, 0, NULL, &loss));
    test_release(product);
    EXPECT_EQ(lent.calls, 0);
    /* x is needed for the gradient of weight, then no more. */
    OK(tensor_backward(loss, NULL));
    EXPECT_EQ(lent.calls, 1);
    OK(tensor_grad(weight, &grad));
    HOLDS(grad, 3, 5);
    test_release(grad);
    test_release(loss);
    test_release(weight);

    /* A graph that goes without a backward lets go as well. */
    x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    weight = test_leaf(2, DIMS(2));
    OK(tensor_mul(x, weight, &product));
    test_release(x);
    EXPECT_EQ(lent.calls, 0);
    test_release(product);
    EXPECT_EQ(lent.calls, 1);
    test_release(weight);

    /* As a gradient, and as a parameter of an optimizer. */
    weight = test_leaf(2, DIMS(2));
    x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    OK(tensor_set_grad(weight, x));
    test_release(x);
    EXPECT_EQ(lent.calls, 0);
    test_release(weight);
    EXPECT_EQ(lent.calls, 1);
    x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    TensorOptimizer *optimizer = NULL;
    OK(tensor_sgd_create((Tensor *const[]){x}, 1, NULL, &optimizer));
    test_release(x);
    EXPECT_EQ(lent.calls, 0);
    OK(tensor_optimizer_release(optimizer));
    EXPECT_EQ(lent.calls, 1);
}

static void scopes_release_it(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    TensorScope *scope = NULL;
    OK(tensor_scope_begin(&scope));
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    Tensor *y = NULL;
    OK(tensor_unsqueeze(x, 0, &y));
    EXPECT_EQ(lent.calls, 0);
    OK(tensor_scope_end(scope));
    EXPECT_EQ(lent.calls, 1);
}

/* ---- whoever ends it ---- */

static void *release_there(void *x) {
    OK(tensor_release(x));
    return NULL;
}

static void by_another_thread(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    pthread_t thread;
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    CHECK(pthread_create(&thread, NULL, release_there, x) == 0);
    pthread_join(thread, NULL);
    EXPECT_EQ(lent.calls, 1);
    CHECK(pthread_equal(lent.thread, thread));
}

static pthread_key_t key;

static void at_thread_exit(void *x) {
    Tensor *y = NULL;
    /* Computing and failing work here too. */
    OK(tensor_add(x, x, &y));
    HOLDS(y, 6, 10);
    test_release(y);
    EXPECT_ERROR(tensor_select(x, 0, 2, &y), TENSOR_ERR_INDEX, "tensor_select: index is 2, expected -2 to 1 for dim 0 of [2]");
    test_release(x);
}

static void *leave_in_key(void *x) {
    pthread_setspecific(key, x);
    return NULL;
}

static void in_a_thread_destructor(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    pthread_t thread;
    Tensor *x = borrow(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &lent);
    CHECK(pthread_key_create(&key, at_thread_exit) == 0);
    CHECK(pthread_create(&thread, NULL, leave_in_key, x) == 0);
    pthread_join(thread, NULL);
    EXPECT_EQ(lent.calls, 1);
    pthread_key_delete(key);
}

/* ---- what the callback may do ---- */

static void compute(void *data, void *user_data) {
    Tensor *x = test_leaf(2, DIMS(64, 64));
    Tensor *product = NULL, *loss = NULL, *bad = NULL;
    TensorScope *scope = NULL;
    OK(tensor_scope_begin(&scope));
    OK(tensor_matmul(x, x, &product));
    OK(tensor_sum(product, NULL, 0, NULL, &loss));
    OK(tensor_backward(loss, NULL));
    EXPECT_ERROR(tensor_transpose(x, 0, 5, &bad), TENSOR_ERR_SHAPE, "tensor_transpose: dim is 5, expected -2 to 1 for rank 2");
    OK(tensor_scope_end(scope));
    test_release(x);
    count(data, user_data);
}

static void callbacks_may_compute(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    Tensor *x = NULL;
    options.release = compute;
    options.user_data = &lent;
    OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &options, &x));
    test_release(x);
    EXPECT_EQ(lent.calls, 1);
    /* At the end of a scope, which is closed by then. */
    TensorScope *scope = NULL;
    OK(tensor_scope_begin(&scope));
    OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &options, &x));
    OK(tensor_scope_end(scope));
    EXPECT_EQ(lent.calls, 2);
}

/* The callback of each buffer releases the next one: no recursion to speak of may come of it. */
static void chain(void *data, void *user_data) {
    (void)data;
    Tensor **next = user_data;
    OK(tensor_release(*next));
    *next = NULL;
}

static void callbacks_may_release(void) {
    enum { LINKS = 1000 };
    static Tensor *links[LINKS + 1];
    static float host[1];
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.release = chain;
    for (int i = 0; i < LINKS; i++) {
        options.user_data = &links[i];
        OK(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, NULL, 0, &options, &links[i + 1]));
    }
    OK(tensor_release(links[LINKS]));
    for (int i = 0; i < LINKS; i++) {
        CHECK(links[i] == NULL);
    }
}

static void not_after_a_failure(void) {
    float host[2] = {3, 5};
    Lent lent = {0};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    Tensor *x = NULL;
    options.release = count;
    options.user_data = &lent;
    EXPECT_ERROR(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(3), &options, &x), TENSOR_ERR_OUT_OF_BOUNDS,
                 "tensor_from_host_buffer: shape [3] with strides [1] and offset 0 of f32 needs 12 bytes, the buffer has 8");
    EXPECT_ERROR(tensor_from_host_buffer(host, sizeof host, 99, DIMS(2), &options, &x), TENSOR_ERR_DTYPE,
                 "tensor_from_host_buffer: dtype is 99, which is no dtype");
    EXPECT_ERROR(tensor_from_host_buffer((char *)host + 1, 4, TENSOR_DTYPE_F16, DIMS(1), &options, NULL),
                 TENSOR_ERR_NULL_POINTER, "tensor_from_host_buffer: out is NULL");
    options.reserved[1] = 1;
    EXPECT_ERROR(tensor_from_host_buffer(host, sizeof host, TENSOR_DTYPE_F32, DIMS(2), &options, &x),
                 TENSOR_ERR_INVALID_OPTIONS,
                 "tensor_from_host_buffer: reserved bytes of TensorHostBufferOptions are not 0: start from its _INIT macro");
    CHECK(x == NULL);
    EXPECT_EQ(lent.calls, 0);
}

/* ---- after main ---- */

static float late_host[2] = {3, 5};
static Lent in_atexit, after_main;
static Tensor *for_atexit, *for_destructor;

static void at_exit(void) {
    Tensor *y = NULL;
    OK(tensor_mul(for_atexit, for_atexit, &y));
    HOLDS(y, 9, 25);
    test_release(y);
    test_release(for_atexit);
    EXPECT_EQ(in_atexit.calls, 1);
    if (test_failures) {
        _exit(1);
    }
}

__attribute__((destructor)) static void when_unloaded(void) {
    if (for_destructor == NULL) {
        return;
    }
    Tensor *y = NULL;
    OK(tensor_mul(for_destructor, for_destructor, &y));
    HOLDS(y, 9, 25);
    test_release(y);
    test_release(for_destructor);
    EXPECT_EQ(after_main.calls, 1);
    EXPECT_EQ(in_atexit.calls, 1);
    if (test_end() != 0) {
        _exit(1);
    }
}

int main(void) {
    four_gibibytes();
    no_copy();
    strides();
    read_only();
    views_hold_it();
    graphs_hold_it();
    scopes_release_it();
    by_another_thread();
    in_a_thread_destructor();
    callbacks_may_compute();
    callbacks_may_release();
    not_after_a_failure();
    if (test_end() != 0) {
        return 1;
    }
    for_atexit = borrow(late_host, sizeof late_host, TENSOR_DTYPE_F32, DIMS(2), &in_atexit);
    for_destructor = borrow(late_host, sizeof late_host, TENSOR_DTYPE_F32, DIMS(2), &after_main);
    atexit(at_exit);
    return 0;
}
