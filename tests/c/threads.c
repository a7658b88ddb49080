/* Several threads at once: gradients add up without loss, a handle may be released while another thread uses it, threads
 * leave scopes open, the number of threads changes in mid-computation, the host brings its own. */
#include <pthread.h>
#include <stdatomic.h>

#include "test.h"

static int rounds(int normal, int valgrind) {
    return test_under_valgrind() ? valgrind : normal;
}

static void run(int n, void *(*body)(void *), void *argument) {
    pthread_t threads[8];
    for (int i = 0; i < n; i++) {
        CHECK(pthread_create(&threads[i], NULL, body, argument) == 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
    }
}

/* ---- into the same leaves ---- */

static Tensor *weight, *bias;

/* loss = Σ (x·w + b) with whole numbers: gradients are exact in f32 far below 2²⁴. */
static void *forward_and_backward(void *unused) {
    (void)unused;
    Tensor *x = test_full(1, DIMS(2, 4));
    for (int i = 0; i < rounds(1000, 20); i++) {
        TensorScope *scope = NULL;
        Tensor *product = NULL, *sum = NULL, *loss = NULL;
        OK(tensor_scope_begin(&scope));
        OK(tensor_matmul(x, weight, &product));
        OK(tensor_add(product, bias, &sum));
        OK(tensor_sum(sum, NULL, 0, NULL, &loss));
        OK(tensor_backward(loss, NULL));
        OK(tensor_scope_end(scope));
    }
    test_release(x);
    return NULL;
}

static void gradients_add_up(void) {
    weight = test_leaf(1, DIMS(4, 3));
    bias = test_leaf(1, DIMS(3));
    run(2, forward_and_backward, NULL);
    Tensor *of_weight = NULL, *of_bias = NULL;
    const double n = 2 * 2 * rounds(1000, 20);
    OK(tensor_grad(weight, &of_weight));
    OK(tensor_grad(bias, &of_bias));
    HOLDS(of_weight, n, n, n, n, n, n, n, n, n, n, n, n);
    HOLDS(of_bias, n, n, n);
    test_release(of_bias);
    test_release(of_weight);
    test_release(bias);
    test_release(weight);
}

/* ---- one handle, many hands ---- */

static Tensor *shared;

static void *retain_use_release(void *unused) {
    (void)unused;
    for (int i = 0; i < rounds(20000, 100); i++) {
        Tensor *mine = NULL, *sum = NULL;
        OK(tensor_retain(shared, &mine));
        OK(tensor_add(mine, shared, &sum));
        CHECK(test_item(sum) == 6);
        OK(tensor_release(mine));
        OK(tensor_release(sum));
        if (tensor_release(mine) != TENSOR_ERR_INVALID_HANDLE) {
            FAIL("a second release was taken");
        }
    }
    return NULL;
}

static void one_handle(void) {
    shared = test_full(3, DIMS(1));
    run(4, retain_use_release, NULL);
    CHECK(test_item(shared) == 3);
    test_release(shared);
}

/* ---- a release during use ---- */

static _Atomic(Tensor *) current;
static atomic_int done;
static atomic_long used, refused;

static void *use_it(void *unused) {
    (void)unused;
    while (!atomic_load(&done)) {
        Tensor *sum = NULL;
        const TensorStatus status = tensor_sum(atomic_load(&current), NULL, 0, NULL, &sum);
        if (status == TENSOR_OK) {
            /* Released or not: the call that began with the tensor ended with it. */
            CHECK(test_item(sum) == 1024);
            OK(tensor_release(sum));
            atomic_fetch_add(&used, 1);
        } else {
            CHECK(status == TENSOR_ERR_INVALID_HANDLE);
            atomic_fetch_add(&refused, 1);
        }
    }
    return NULL;
}

static void *replace_it(void *unused) {
    (void)unused;
    for (int i = 0; i < rounds(20000, 100); i++) {
        Tensor *before = atomic_load(&current);
        OK(tensor_release(before));
        atomic_store(&current, test_full(1, DIMS(1024)));
    }
    atomic_store(&done, 1);
    return NULL;
}

static void released_during_use(void) {
    pthread_t threads[3];
    atomic_store(&current, test_full(1, DIMS(1024)));
    CHECK(pthread_create(&threads[0], NULL, use_it, NULL) == 0);
    CHECK(pthread_create(&threads[1], NULL, use_it, NULL) == 0);
    CHECK(pthread_create(&threads[2], NULL, replace_it, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("a handle released while others use it: %ld calls found it, %ld did not\n", atomic_load(&used), atomic_load(&refused));
    test_release(atomic_load(&current));
}

/* ---- what a thread leaves behind ---- */

typedef struct {
    Tensor *tensor;
    TensorScope *scope;
    TensorMode *mode;
} Left;

static void *leave_open(void *out) {
    Left *left = out;
    OK(tensor_scope_begin(&left->scope));
    OK(tensor_no_grad_begin(&left->mode));
    left->tensor = test_full(4, NULL, 0);
    return NULL;
}

static void scopes_left_open(void) {
    Left left = {NULL, NULL, NULL};
    run(1, leave_open, &left);
    /* Its handles stay live, and another thread cannot end it. */
    EXPECT_EQ(tensor_grad_mode_enabled(), 1);
    CHECK(test_item(left.tensor) == 4);
    EXPECT_ERROR(tensor_scope_end(left.scope), TENSOR_ERR_INVALID_ARGUMENT, "tensor_scope_end: scope was begun on another thread");
    EXPECT_ERROR(tensor_mode_end(left.mode), TENSOR_ERR_INVALID_ARGUMENT, "tensor_mode_end: mode was begun on another thread");
    test_release(left.tensor);
}

/* ---- errors ---- */

static void *fail_there(void *unused) {
    (void)unused;
    CHECK(strcmp(tendon_last_error_message(), "") == 0 && tendon_last_error_status() == TENSOR_OK);
    Tensor *out = NULL;
    for (int i = 0; i < 1000; i++) {
        EXPECT_ERROR(tensor_reshape(shared, DIMS(3), &out), TENSOR_ERR_SHAPE,
                     "tensor_reshape: shape [3] has 3 elements, the tensor has 2");
        EXPECT_ERROR(tensor_select(shared, 0, 9, &out), TENSOR_ERR_INDEX,
                     "tensor_select: index is 9, expected -2 to 1 for dim 0 of [2]");
    }
    return NULL;
}

static void errors_are_each_threads_own(void) {
    shared = test_full(1, DIMS(2));
    Tensor *out = NULL;
    EXPECT_ERROR(tensor_transpose(shared, 0, 1, &out), TENSOR_ERR_SHAPE, "tensor_transpose: dim is 1, expected -1 to 0 for rank 1");
    const char *message = tendon_last_error_message();
    run(3, fail_there, NULL);
    CHECK(strcmp(message, "tensor_transpose: dim is 1, expected -1 to 0 for rank 1") == 0);
    CHECK(tendon_last_error_status() == TENSOR_ERR_SHAPE);
    test_release(shared);
}

/* ---- the number of threads ---- */

static void *compute(void *unused) {
    (void)unused;
    Tensor *x = test_full(1, DIMS(256, 256));
    for (int i = 0; i < rounds(200, 2); i++) {
        Tensor *product = NULL, *exponentials = NULL, *sum = NULL;
        OK(tensor_matmul(x, x, &product));
        OK(tensor_sub_scalar(product, tensor_scalar_f(256), &exponentials));
        OK(tensor_exp_(exponentials));
        OK(tensor_sum(exponentials, NULL, 0, NULL, &sum));
        CHECK(test_item(sum) == 256 * 256);
        test_release(sum);
        test_release(exponentials);
        test_release(product);
    }
    test_release(x);
    return NULL;
}

static void *change_threads(void *unused) {
    (void)unused;
    while (!atomic_load(&done)) {
        for (int32_t n = 1; n <= 5; n++) {
            OK(tendon_set_num_threads(n));
            CHECK(tendon_num_threads() == n);
        }
    }
    return NULL;
}

static void threads_change(void) {
    pthread_t changer;
    const int32_t before = tendon_num_threads();
    atomic_store(&done, 0);
    CHECK(pthread_create(&changer, NULL, change_threads, NULL) == 0);
    run(2, compute, NULL);
    atomic_store(&done, 1);
    pthread_join(changer, NULL);
    OK(tendon_set_num_threads(before));
}

/* ---- the host's own loop ---- */

typedef struct {
    TendonParallelBodyFn body;
    void *context;
    size_t count;
    atomic_size_t next;
} Loop;

static atomic_long loops, bodies;

static void *help(void *argument) {
    Loop *loop = argument;
    for (size_t i = atomic_fetch_add(&loop->next, 1); i < loop->count; i = atomic_fetch_add(&loop->next, 1)) {
        loop->body(loop->context, i);
        atomic_fetch_add(&bodies, 1);
    }
    return NULL;
}

static int32_t parallel_for(void *user_data, size_t count, TendonParallelBodyFn body, void *context) {
    pthread_t threads[3];
    Loop loop = {body, context, count, 0};
    CHECK(user_data == &loops);
    atomic_fetch_add(&loops, 1);
    for (int i = 0; i < 3; i++) {
        CHECK(pthread_create(&threads[i], NULL, help, &loop) == 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}

static int32_t parallel_for_that_fails(void *user_data, size_t count, TendonParallelBodyFn body, void *context) {
    (void)user_data, (void)count, (void)body, (void)context;
    return 42;
}

static int32_t parallel_for_that_forgets(void *user_data, size_t count, TendonParallelBodyFn body, void *context) {
    (void)user_data;
    for (size_t i = 0; i + 1 < count; i++) {
        body(context, i);
    }
    return 0;
}

static void host_threads(void) {
    const int32_t before = tendon_num_threads();
    OK(tendon_set_num_threads(4));
    OK(tendon_set_parallel_for(parallel_for, &loops));
    CHECK(tendon_has_feature("parallel_for"));
    compute(NULL);
    run(2, compute, NULL);
    printf("the host ran %ld loops, %ld bodies\n", atomic_load(&loops), atomic_load(&bodies));
    CHECK(atomic_load(&loops) > 0 && atomic_load(&bodies) > atomic_load(&loops));
    Tensor *x = test_full(1, DIMS(1 << 20));
    Tensor *y = x;
    OK(tendon_set_parallel_for(parallel_for_that_fails, NULL));
    EXPECT_ERROR(tensor_exp(x, &y), TENSOR_ERR_CALLBACK, "tensor_exp: the host's parallel_for failed with 42");
    CHECK(y == NULL);
    OK(tendon_set_parallel_for(parallel_for_that_forgets, NULL));
    CHECK(tensor_exp(x, &y) == TENSOR_ERR_CALLBACK && y == NULL);
    OK(tendon_set_parallel_for(NULL, NULL));
    OK(tensor_exp(x, &y));
    test_release(y);
    test_release(x);
    OK(tendon_set_num_threads(before));
}

/* ---- one optimizer ---- */

static TensorOptimizer *optimizer;
static atomic_long steps;

static void *step(void *unused) {
    (void)unused;
    for (int i = 0; i < rounds(2000, 50); i++) {
        const TensorStatus status = tensor_optimizer_step(optimizer);
        if (status == TENSOR_OK) {
            atomic_fetch_add(&steps, 1);
        } else {
            CHECK(status == TENSOR_ERR_INVALID_ARGUMENT);
            CHECK(strcmp(tendon_last_error_message(),
                         "tensor_optimizer_step: optimizer is in use by another call at this moment") == 0);
        }
    }
    return NULL;
}

static void one_optimizer(void) {
    Tensor *x = test_full(0, DIMS(1000));
    Tensor *grad = test_full(-1, DIMS(1000));
    Tensor *first = NULL;
    TensorSgdOptions options = TENSOR_SGD_OPTIONS_INIT;
    options.lr = 1;
    OK(tensor_set_grad(x, grad));
    OK(tensor_sgd_create((Tensor *const[]){x}, 1, &options, &optimizer));
    run(2, step, NULL);
    OK(tensor_select(x, 0, 999, &first));
    CHECK(test_item(first) == (double)atomic_load(&steps));
    test_release(first);
    OK(tensor_optimizer_release(optimizer));
    test_release(grad);
    test_release(x);
}

/* ---- the log ---- */

static atomic_long logged;

static void log_it(void *user_data, int32_t level, const char *message) {
    CHECK(user_data == &logged && level == TENDON_LOG_ERROR && strncmp(message, "tensor_", 7) == 0);
    /* The callback may call: a failure in here is not logged again and leaves no trace. */
    Tensor *x = NULL;
    CHECK(tensor_zeros(DIMS(-1), NULL, &x) == TENSOR_ERR_SHAPE);
    OK(tensor_zeros(DIMS(1), NULL, &x));
    OK(tensor_release(x));
    atomic_fetch_add(&logged, 1);
}

static void logging(void) {
    shared = test_full(1, DIMS(2));
    OK(tendon_set_log_callback(log_it, &logged));
    run(3, fail_there, NULL);
    OK(tendon_set_log_callback(NULL, NULL));
    EXPECT_EQ(atomic_load(&logged), 6000);
    test_release(shared);
}

int main(void) {
    gradients_add_up();
    one_handle();
    released_during_use();
    errors_are_each_threads_own();
    threads_change();
    host_threads();
    one_optimizer();
    logging();
    CHECK(test_end() == 0);
    /* Last, because by its nature it leaves a scope and a mode behind. */
    scopes_left_open();
    EXPECT_EQ(tendon_live_tensor_count(), 0);
    EXPECT_EQ(tendon_live_storage_count(), 0);
    EXPECT_EQ(tendon_live_handle_count(), 2);
    return test_failures > 0;
}
