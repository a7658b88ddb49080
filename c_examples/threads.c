/* Two threads add gradients to the same leaf, and one thread stops the work of another.
 *
 * A `const Tensor *` argument is safe in calls of several threads at once, and gradients are added without loss.
 * Scopes, modes, the cancel token that calls watch, and the last error belong to a thread. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <tendon.h>

enum { PASSES = 500 };

static void start(pthread_t *thread, void *(*body)(void *), void *argument) {
    if (pthread_create(thread, NULL, body, argument) != 0) abort();
}

/* ---- gradients from two threads ---- */

typedef struct Job {
    const Tensor *weight;
    float input;
    TensorStatus status;
    char message[256];
} Job;

/* loss = Σ input · weight, so d loss / d weight = input */
static TensorStatus pass(const Job *job) {
    Tensor *product, *loss;
    TENSOR_TRY(tensor_mul_scalar(job->weight, tensor_scalar_f(job->input), &product));
    TENSOR_TRY(tensor_sum(product, NULL, 0, NULL, &loss));
    return tensor_backward(loss, NULL);
}

static void *accumulate(void *argument) {
    Job *job = argument;
    job->status = TENSOR_OK;
    for (int i = 0; i < PASSES && job->status == TENSOR_OK; i++) {
        TensorScope *scope;
        job->status = tensor_scope_begin(&scope);
        if (job->status == TENSOR_OK) job->status = pass(job);
        if (job->status != TENSOR_OK) tendon_last_error_copy(job->message, sizeof job->message); /* of this thread */
        tensor_scope_end(scope);
    }
    return NULL;
}

static TensorStatus two_threads_one_leaf(void) {
    const int64_t shape[] = {3};
    TensorOptions trained = TENSOR_OPTIONS_INIT;
    trained.requires_grad = true;
    Tensor *weight, *gradient;
    const float *g;
    TENSOR_TRY(tensor_ones(shape, 1, &trained, &weight));

    Job jobs[2] = {{.weight = weight, .input = 2}, {.weight = weight, .input = 3}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) start(&threads[i], accumulate, &jobs[i]);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++)
        if (jobs[i].status != TENSOR_OK) fprintf(stderr, "thread %d: %s\n", i, jobs[i].message);

    TENSOR_TRY(tensor_grad(weight, &gradient));
    TENSOR_TRY(tensor_data_f32(gradient, &g));
    printf("%d passes of 2 and of 3, from two threads: gradient %g %g %g\n", PASSES, g[0], g[1], g[2]);
    return tensor_release(weight);
}

/* ---- stopping another thread's work ---- */

typedef struct Worker {
    const TendonCancelToken *token;
    atomic_bool busy; /* with a first product done, or ended */
    TensorStatus status;
    char message[256];
} Worker;

/* Multiplies matrices for ever, or until somebody cancels. */
static TensorStatus multiply(Worker *worker) {
    const int64_t shape[] = {256, 256};
    Tensor *a, *product;
    TENSOR_TRY(tensor_ones(shape, 2, NULL, &a));
    TENSOR_TRY(tendon_set_cancel_token(worker->token)); /* from now on the calls of this thread watch it */
    for (;;) {
        TENSOR_TRY(tensor_matmul(a, a, &product));
        TENSOR_TRY(tensor_release(product));
        worker->busy = true;
    }
}

static void *work(void *argument) {
    Worker *worker = argument;
    TensorScope *scope;
    worker->status = tensor_scope_begin(&scope);
    if (worker->status == TENSOR_OK) worker->status = multiply(worker);
    tendon_last_error_copy(worker->message, sizeof worker->message);
    tensor_scope_end(scope);
    worker->busy = true;
    return NULL;
}

static TensorStatus cancel_from_outside(void) {
    TendonCancelToken *token;
    pthread_t thread;
    TENSOR_TRY(tendon_cancel_token_create(&token));
    Worker worker = {.token = token};
    start(&thread, work, &worker);
    while (!worker.busy) sched_yield();
    TENSOR_TRY(tendon_cancel_token_cancel(token));
    pthread_join(thread, NULL);
    printf("the worker was stopped: %s, %s\n", tendon_status_name(worker.status), worker.message);
    return tendon_cancel_token_release(token);
}

int main(void) {
    TensorScope *scope;
    TensorStatus status = tensor_scope_begin(&scope);
    if (status == TENSOR_OK) status = two_threads_one_leaf();
    if (status == TENSOR_OK) status = cancel_from_outside();
    if (status != TENSOR_OK) fprintf(stderr, "%s\n", tendon_last_error_message());
    tensor_scope_end(scope);
    printf("tensors still alive: %lld\n", (long long)tendon_live_tensor_count());
    return status != TENSOR_OK;
}
