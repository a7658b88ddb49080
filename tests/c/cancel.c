/* A long call ends soon after another thread cancels it, and leaves no trace: no output, nothing written in place, nothing
 * leaked. tendon-test: no-valgrind (it is about milliseconds; what it does is too slow there) */
#include <pthread.h>
#include <stdatomic.h>
#include <sched.h>

#include "test.h"

typedef struct {
    const char *name;
    TensorStatus (*call)(void);
    /* The tensor that the call writes in place, if it does. */
    Tensor **target;
} Work;

static Tensor *small_f32, *wide_f32, *wide_f64, *large, *target, *leaf, *loss, *indices;
static Tensor *out;

static TensorStatus matmul_f32(void) { return tensor_matmul(wide_f32, wide_f32, &out); }
static TensorStatus matmul_f64(void) { return tensor_matmul(wide_f64, wide_f64, &out); }
static TensorStatus matrix_vector(void) { return tensor_matmul(wide_f32, small_f32, &out); }
static TensorStatus exponential(void) { return tensor_exp(large, &out); }
static TensorStatus tangent(void) { return tensor_tanh(large, &out); }
static TensorStatus add(void) { return tensor_add(large, large, &out); }
static TensorStatus sum(void) { return tensor_sum(large, NULL, 0, NULL, &out); }
static TensorStatus sum_columns(void) { return tensor_sum(wide_f32, DIMS(0), NULL, &out); }
static TensorStatus largest(void) { return tensor_max(large, NULL, 0, NULL, &out); }
static TensorStatus where_largest(void) { return tensor_argmax(large, NULL, NULL, &out); }
static TensorStatus variance(void) { return tensor_var(large, NULL, 0, NULL, &out); }
static TensorStatus softmax_long(void) { return tensor_softmax(large, 0, NULL, &out); }
static TensorStatus softmax_rows(void) { return tensor_softmax(wide_f32, 1, NULL, &out); }
static TensorStatus softmax_columns(void) { return tensor_softmax(wide_f32, 0, NULL, &out); }
static TensorStatus random_normal(void) { return tensor_randn(DIMS(1 << 26), NULL, &out); }
static TensorStatus permutation(void) { return tensor_randperm(1 << 24, NULL, &out); }
static TensorStatus to_f64(void) { return tensor_to_dtype(large, TENSOR_DTYPE_F64, NULL, &out); }
static TensorStatus gather(void) { return tensor_index_select(large, 0, indices, &out); }
static TensorStatus scatter(void) { return tensor_index_add(large, 0, indices, large, &out); }
static TensorStatus zeros(void) { return tensor_zeros(DIMS(1 << 28), NULL, &out); }
static TensorStatus add_in_place(void) { return tensor_add_scalar_(target, tensor_scalar_f(1)); }
static TensorStatus fill_in_place(void) { return tensor_fill_(target, tensor_scalar_f(9)); }
static TensorStatus exp_in_place(void) { return tensor_exp_(target); }

static TensorStatus transposed_copy(void) {
    Tensor *turned = NULL;
    TENSOR_TRY(tensor_transpose(wide_f32, 0, 1, &turned));
    const TensorStatus status = tensor_contiguous(turned, &out);
    OK(tensor_release(turned));
    return status;
}

static TensorStatus backward(void) {
    TensorBackwardOptions options = TENSOR_BACKWARD_OPTIONS_INIT;
    options.retain_graph = true;
    return tensor_backward(loss, &options);
}

/* ---- from another thread ---- */

static TendonCancelToken *token;
static double delay;
static double cancelled_at, worked_at;
static atomic_int started;

/* Seconds of processor time of all threads. */
static double worked(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void *cancel_later(void *unused) {
    (void)unused;
    while (!atomic_load(&started)) {
        sched_yield();
    }
    test_sleep(delay);
    worked_at = worked();
    cancelled_at = test_seconds();
    OK(tendon_cancel_token_cancel(token));
    return NULL;
}

/* Milliseconds from the cancelling to the answer; negative when the call was done before. On a busy machine a thread may
 * be held up: `*work_ms` is the time that all threads worked meanwhile, which is the library's part. */
static double latency(const Work *work, double after, double *work_ms) {
    pthread_t thread;
    const double start = test_seconds();
    delay = after;
    atomic_store(&started, 0);
    OK(tendon_cancel_token_reset(token));
    CHECK(pthread_create(&thread, NULL, cancel_later, NULL) == 0);
    out = NULL;
    atomic_store(&started, 1);
    const TensorStatus status = work->call();
    const double end = test_seconds();
    const double worked_until = worked();
    pthread_join(thread, NULL);
    if (status == TENSOR_OK) {
        if (out != NULL) {
            OK(tensor_release(out));
            out = NULL;
        }
        return -(end - start) * 1e3;
    }
    if (status != TENSOR_ERR_CANCELLED) {
        FAIL("%s: %s", work->name, tendon_last_error_message());
    }
    CHECK(out == NULL);
    *work_ms = (worked_until - worked_at) * 1e3;
    return (end - cancelled_at) * 1e3;
}

static double numbers_sum(const Tensor *x) {
    Tensor *total = NULL;
    TensorReduceOptions options = TENSOR_REDUCE_OPTIONS_INIT;
    options.dtype = TENSOR_DTYPE_F64;
    OK(tendon_cancel_token_reset(token));
    OK(tensor_sum(x, NULL, 0, &options, &total));
    const double value = test_item(total);
    test_release(total);
    return value;
}

static double worst;

static void check(const Work *work) {
    static const double delays[] = {0.0005, 0.01};
    const int64_t tensors = tendon_live_tensor_count();
    const int64_t storages = tendon_live_storage_count();
    const int64_t handles = tendon_live_handle_count();
    double slowest = 0, most_work = 0, uncancelled = 0;
    int cancelled = 0;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        const double before = work->target ? numbers_sum(*work->target) : 0;
        const int64_t version = work->target ? tensor_version(*work->target) : 0;
        double best = -1, best_work = -1;
        for (int attempt = 0; attempt < 3; attempt++) {
            double work_ms = 0;
            const double ms = latency(work, delays[i], &work_ms);
            if (ms < 0) {
                /* It was done before: not long enough for this delay. */
                uncancelled = -ms > uncancelled ? -ms : uncancelled;
                break;
            }
            cancelled++;
            best = best < 0 || ms < best ? ms : best;
            best_work = best_work < 0 || work_ms < best_work ? work_ms : best_work;
            if (work->target && (numbers_sum(*work->target) != before || tensor_version(*work->target) != version)) {
                FAIL("%s: cancelled, but its target was written", work->name);
            }
            if (best < 5) {
                break;
            }
        }
        slowest = best > slowest ? best : slowest;
        most_work = best_work > most_work ? best_work : most_work;
        if (tendon_live_tensor_count() != tensors || tendon_live_storage_count() != storages ||
            tendon_live_handle_count() != handles) {
            FAIL("%s: cancelled, but something lives on", work->name);
        }
    }
    printf("%-18s cancelled %2d times, slowest answer after %6.2f ms, most work %6.2f ms\n", work->name, cancelled, slowest,
           most_work);
    if (cancelled == 0 && uncancelled > 30) {
        FAIL("%s took %.1f ms and was never cancelled", work->name, uncancelled);
    }
    if (slowest >= 10 && most_work >= 10) {
        FAIL("%s answered %.1f ms after it was cancelled", work->name, slowest);
    }
    worst = slowest > worst ? slowest : worst;
}

int main(void) {
    const int64_t n = 6000;
    Tensor *product = NULL, *many = NULL;
    small_f32 = test_full(1, DIMS(n, 1));
    wide_f32 = test_full(1, DIMS(n, n));
    OK(tensor_to_dtype(wide_f32, TENSOR_DTYPE_F64, NULL, &wide_f64));
    large = test_full(0.5, DIMS(1 << 26));
    target = test_full(0.5, DIMS(1 << 26));
    leaf = test_leaf(1, DIMS(1500, 1500));
    OK(tensor_randint(0, 1 << 26, DIMS(1 << 26), NULL, &indices));
    OK(tendon_cancel_token_create(&token));
    OK(tensor_matmul(leaf, leaf, &product));
    for (int i = 0; i < 2; i++) {
        OK(tensor_matmul(product, leaf, &many));
        test_release(product);
        product = many;
    }
    OK(tensor_sum(product, NULL, 0, NULL, &loss));
    test_release(product);
    OK(tendon_set_cancel_token(token));

    const Work works[] = {
        {"matmul f32", matmul_f32, NULL},
        {"matmul f64", matmul_f64, NULL},
        {"matrix x vector", matrix_vector, NULL},
        {"exp", exponential, NULL},
        {"tanh", tangent, NULL},
        {"add", add, NULL},
        {"sum", sum, NULL},
        {"sum of columns", sum_columns, NULL},
        {"max", largest, NULL},
        {"argmax", where_largest, NULL},
        {"var", variance, NULL},
        {"softmax, one row", softmax_long, NULL},
        {"softmax, rows", softmax_rows, NULL},
        {"softmax, columns", softmax_columns, NULL},
        {"randn", random_normal, NULL},
        {"randperm", permutation, NULL},
        {"to_dtype", to_f64, NULL},
        {"transposed copy", transposed_copy, NULL},
        {"index_select", gather, NULL},
        {"index_add", scatter, NULL},
        {"zeros", zeros, NULL},
        {"add_", add_in_place, &target},
        {"fill_", fill_in_place, &target},
        {"exp_", exp_in_place, &target},
        {"backward", backward, NULL},
    };
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        check(&works[i]);
    }
    printf("slowest of all: %.2f ms\n", worst);

    /* A cancelled token answers at once, also to what would not take long, until it is reset. */
    bool cancelled = false;
    Tensor *x = NULL;
    OK(tendon_cancel_token_cancel(token));
    OK(tendon_cancel_token_is_cancelled(token, &cancelled));
    CHECK(cancelled);
    EXPECT_ERROR(tensor_add(small_f32, small_f32, &x), TENSOR_ERR_CANCELLED, "tensor_add: the call was cancelled");
    CHECK(x == NULL);
    const double begun = test_seconds();
    EXPECT_ERROR(tensor_matmul(wide_f32, wide_f32, &x), TENSOR_ERR_CANCELLED, "tensor_matmul: the call was cancelled");
    CHECK(test_seconds() - begun < 0.05);
    /* A gradient is not half there. */
    Tensor *grad = NULL;
    OK(tensor_set_grad(leaf, NULL));
    EXPECT_ERROR(tensor_backward(loss, NULL), TENSOR_ERR_CANCELLED, "tensor_backward: backward of matmul: the call was cancelled");
    OK(tensor_grad(leaf, &grad));
    CHECK(grad == NULL);
    OK(tendon_cancel_token_reset(token));
    OK(tensor_backward(loss, NULL));
    OK(tensor_grad(leaf, &grad));
    CHECK(grad != NULL);
    test_release(grad);
    OK(tensor_add(small_f32, small_f32, &x));
    test_release(x);

    /* Released, the token is still watched; then it is not. */
    OK(tendon_cancel_token_cancel(token));
    OK(tendon_cancel_token_release(token));
    EXPECT_ERROR(tensor_add(small_f32, small_f32, &x), TENSOR_ERR_CANCELLED, "tensor_add: the call was cancelled");
    OK(tendon_set_cancel_token(NULL));
    OK(tensor_add(small_f32, small_f32, &x));
    test_release(x);

    test_release(loss);
    test_release(indices);
    test_release(leaf);
    test_release(target);
    test_release(large);
    test_release(wide_f64);
    test_release(wide_f32);
    test_release(small_f32);
    return test_end();
}
