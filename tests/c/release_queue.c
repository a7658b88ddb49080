/* Release callbacks and deleters that wait for the thread that asks for them, whichever call ended the last use. */
#include <sys/wait.h>
#include <unistd.h>

#include "dlpack_producer.h"

typedef struct {
    int calls;
    void *data;
} Lent;

static void count(void *data, void *user_data) {
    Lent *lent = user_data;
    lent->data = data;
    lent->calls++;
}

static TendonReleaseQueue *queue;
static float memory[4] = {1, 2, 3, 4};

static TensorHostBufferOptions lending(Lent *lent) {
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.release = count;
    options.user_data = lent;
    options.release_queue = queue;
    return options;
}

static Tensor *borrow(Lent *lent) {
    TensorHostBufferOptions options = lending(lent);
    Tensor *x = NULL;
    *lent = (Lent){0};
    OK(tensor_from_host_buffer(memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(4), &options, &x));
    return x;
}

/* Takes one call out of the queue, which must be this one, and makes it. */
static void next_is(const Lent *lent) {
    TendonPendingRelease due = {0};
    EXPECT_EQ(lent->calls, 0);
    OK(tendon_release_queue_next(queue, &due));
    CHECK(due.release == count && due.data == memory && due.user_data == lent);
    if (due.release) due.release(due.data, due.user_data);
    EXPECT_EQ(lent->calls, 1);
    CHECK(lent->data == memory);
}

static void none_waits(void) {
    TendonPendingRelease due = {count, memory, memory};
    EXPECT_EQ(tendon_release_queue_count(queue), 0);
    OK(tendon_release_queue_next(queue, &due));
    CHECK(due.release == NULL && due.data == NULL && due.user_data == NULL);
}

/* ---- what ends the last use ---- */

static void a_release(void) {
    Lent a, b, c;
    Tensor *x = borrow(&a), *y = borrow(&b), *z = borrow(&c), *view = NULL;
    OK(tensor_select(x, 0, 1, &view));
    test_release(y);
    test_release(x);
    EXPECT_EQ(tendon_release_queue_count(queue), 1);
    test_release(view);
    test_release(z);
    EXPECT_EQ(tendon_release_queue_count(queue), 3);
    EXPECT_EQ(a.calls + b.calls + c.calls, 0);
    next_is(&b);
    next_is(&a);
    next_is(&c);
    none_waits();
}

static void backward_and_a_write(void) {
    Lent lent;
    Tensor *w = test_leaf(2, DIMS(4)), *x = borrow(&lent), *y = NULL, *loss = NULL;
    OK(tensor_mul(w, x, &y));
    test_release(x);
    OK(tensor_sum(y, NULL, 0, NULL, &loss));
    EXPECT_EQ(tendon_release_queue_count(queue), 0);
    OK(tensor_backward(loss, NULL));
    next_is(&lent);
    test_release(loss);
    test_release(y);

    x = borrow(&lent);
    OK(tensor_mul(w, x, &y));
    test_release(x);
    EXPECT_EQ(tendon_release_queue_count(queue), 0);
    OK(tensor_copy_(y, w));
    next_is(&lent);
    none_waits();
    test_release(y);
    test_release(w);
}

static void *release_there(void *x) {
    test_release(x);
    return NULL;
}

static void another_thread(void) {
    Lent lent;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, release_there, borrow(&lent)) == 0);
    pthread_join(thread, NULL);
    next_is(&lent);
    none_waits();
}

/* ---- DLPack ---- */

static void deleters(void) {
    static Produced p;
    TensorDlpackOptions options = TENSOR_DLPACK_OPTIONS_INIT;
    TendonPendingRelease due = {0};
    Tensor *x = NULL;
    options.release_queue = queue;
    for (int versioned = 0; versioned < 2; versioned++) {
        for (int copied = 0; copied < 2; copied++) {
            produce(&p, memory, f32, DIMS(4), NULL);
            options.copy = copied ? TENSOR_DLPACK_COPY_ALWAYS : TENSOR_DLPACK_COPY_NEVER;
            if (versioned) {
                OK(tensor_from_dlpack_versioned(&p.versioned, &options, &x));
            } else {
                OK(tensor_from_dlpack(&p.old, &options, &x));
            }
            HOLDS(x, 1, 2, 3, 4);
            EXPECT_EQ(tendon_release_queue_count(queue), copied);
            test_release(x);
            EXPECT_EQ(tendon_release_queue_count(queue), 1);
            EXPECT_EQ(p.calls, 0);
            OK(tendon_release_queue_next(queue, &due));
            CHECK(due.release != NULL && due.data == memory);
            if (due.release) due.release(due.data, due.user_data);
            EXPECT_EQ(p.calls, 1);
            CHECK(p.argument == (versioned ? (void *)&p.versioned : (void *)&p.old));
            none_waits();
        }
    }
    /* A struct that is not taken has no place in the queue. */
    produce(&p, memory, (DLDataType){kDLFloat, 24, 1}, DIMS(4), NULL);
    EXPECT_ERROR(tensor_from_dlpack_versioned(&p.versioned, &options, &x), TENSOR_ERR_UNSUPPORTED,
                 "tensor_from_dlpack_versioned: managed has elements of type float24, which has no dtype here");
    none_waits();
    EXPECT_EQ(p.calls, 0);
}

/* ---- many threads ---- */

enum { THREADS = 4, EACH = 5000 };
static Lent lots[THREADS][EACH];
static atomic_int taken_out;
static atomic_bool given;

static void *give(void *row) {
    for (int i = 0; i < EACH; i++) test_release(borrow((Lent *)row + i));
    return NULL;
}

static void *take(void *unused) {
    (void)unused;
    for (;;) {
        TendonPendingRelease due = {0};
        const bool last = atomic_load(&given);
        OK(tendon_release_queue_next(queue, &due));
        if (due.release) {
            due.release(due.data, due.user_data);
            atomic_fetch_add(&taken_out, 1);
        } else if (last) {
            return NULL;
        }
    }
}

static void many_threads(void) {
    pthread_t givers[THREADS], takers[2];
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&takers[i], NULL, take, NULL) == 0);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&givers[i], NULL, give, lots[i]) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(givers[i], NULL);
    atomic_store(&given, true);
    for (int i = 0; i < 2; i++) pthread_join(takers[i], NULL);
    EXPECT_EQ(taken_out, THREADS * EACH);
    for (int i = 0; i < THREADS; i++) {
        for (int j = 0; j < EACH; j++) EXPECT_EQ(lots[i][j].calls, 1);
    }
    none_waits();
}

/* ---- forks ---- */

static atomic_bool go_on;

static void *churn(void *row) {
    while (atomic_load(&go_on)) {
        TendonPendingRelease due = {0};
        test_release(borrow(row));
        OK(tendon_release_queue_next(queue, &due));
        if (due.release) due.release(due.data, due.user_data);
    }
    return NULL;
}

/* A child finds the queue whole, whatever the other threads were at. */
static void forks(void) {
    pthread_t threads[3];
    const int rounds = getenv("TENDON_TEST_FULL") ? 3000 : 300;
    /* In a child all that the vanished threads held is a leak. */
    if (test_under_valgrind()) return;
    atomic_store(&go_on, true);
    for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, churn, lots[i]) == 0);
    for (int i = 0; i < rounds; i++) {
        const pid_t child = fork();
        if (child == 0) {
            TendonPendingRelease due = {0};
            for (int k = 0; k < 100; k++) test_release(borrow(&lots[3][k]));
            while (tendon_release_queue_count(queue) > 0) {
                if (tendon_release_queue_next(queue, &due) != TENSOR_OK || due.release == NULL) _exit(1);
                due.release(due.data, due.user_data);
            }
            for (int k = 0; k < 100; k++) {
                if (lots[3][k].calls != 1) _exit(2);
            }
            _exit(0);
        }
        int status = -1;
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        EXPECT_EQ(status, 0);
        if (status != 0) break;
    }
    atomic_store(&go_on, false);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    TendonPendingRelease due = {0};
    do {
        OK(tendon_release_queue_next(queue, &due));
    } while (due.release != NULL);
}

/* ---- errors and ends ---- */

#define DEAD "is not a live release queue handle (it was released, or never was one)"

static void errors(void) {
    Lent lent = {0};
    TensorHostBufferOptions options = lending(&lent);
    TendonPendingRelease due = {0};
    Tensor *x = NULL;
    TendonReleaseQueue *other = NULL;
    OK(tendon_release_queue_create(&other));
    EXPECT_ERROR(tensor_from_host_buffer(memory, 8, TENSOR_DTYPE_F32, DIMS(4), &options, &x), TENSOR_ERR_OUT_OF_BOUNDS,
                 "tensor_from_host_buffer: shape [4] with strides [1] and offset 0 of f32 needs 16 bytes, the buffer has 8");
    none_waits();
    EXPECT_EQ(lent.calls, 0);
    /* Nothing is taken out when there is no place for it. */
    test_release(borrow(&lent));
    EXPECT_ERROR(tendon_release_queue_next(queue, NULL), TENSOR_ERR_NULL_POINTER, "tendon_release_queue_next: out is NULL");
    next_is(&lent);

    lent = (Lent){0};
    options.release_queue = other;
    OK(tendon_release_queue_release(other));
    EXPECT_ERROR(tensor_from_host_buffer(memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(4), &options, &x),
                 TENSOR_ERR_INVALID_HANDLE, "tensor_from_host_buffer: options.release_queue " DEAD);
    CHECK(x == NULL);
    EXPECT_EQ(lent.calls, 0);
    EXPECT_ERROR(tendon_release_queue_next(other, &due), TENSOR_ERR_INVALID_HANDLE, "tendon_release_queue_next: queue " DEAD);
    EXPECT_EQ(tendon_release_queue_count(other), -1);
    EXPECT_ERROR(tendon_release_queue_release(other), TENSOR_ERR_INVALID_HANDLE, "tendon_release_queue_release: queue " DEAD);
    OK(tendon_release_queue_release(NULL));

    /* A queue without a callback is of no use, and does no harm. */
    options = lending(&lent);
    options.release = NULL;
    OK(tensor_from_host_buffer(memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(4), &options, &x));
    test_release(x);
    none_waits();
}

static void at_once(void *data, void *user_data) {
    /* Callbacks may use the library, the very queue too. */
    TendonPendingRelease due = {0};
    Tensor *x = test_full(1, DIMS(2));
    test_release(x);
    EXPECT_ERROR(tendon_release_queue_next(queue, &due), TENSOR_ERR_INVALID_HANDLE, "tendon_release_queue_next: queue " DEAD);
    count(data, user_data);
}

static void the_end_of_a_queue(void) {
    Lent waits, still_used;
    TensorHostBufferOptions options = lending(&still_used);
    Tensor *x = NULL;
    test_release(borrow(&waits));
    still_used = (Lent){0};
    options.release = at_once;
    OK(tensor_from_host_buffer(memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(4), &options, &x));
    OK(tendon_release_queue_release(queue));
    EXPECT_EQ(waits.calls, 1);
    EXPECT_EQ(still_used.calls, 0);
    test_release(x);
    EXPECT_EQ(still_used.calls, 1);
}

static TendonReleaseQueue *_Atomic ending;
static pthread_t owner;

static void *look(void *unused) {
    (void)unused;
    while (atomic_load(&go_on)) (void)!tendon_release_queue_count(atomic_load(&ending));
    return NULL;
}

static void by_the_owner(void *data, void *user_data) {
    (void)data;
    CHECK(pthread_equal(pthread_self(), owner));
    ++*(int *)user_data;
}

/* The calls are made before the release returns, on its thread, also while others look at the queue. */
static void the_end_of_a_queue_in_use(void) {
    pthread_t threads[2];
    owner = pthread_self();
    atomic_store(&go_on, true);
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, look, NULL) == 0);
    for (int i = 0; i < 20000; i++) {
        TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
        TendonReleaseQueue *made = NULL;
        Tensor *x = NULL;
        int calls = 0;
        OK(tendon_release_queue_create(&made));
        atomic_store(&ending, made);
        options.release = by_the_owner;
        options.user_data = &calls;
        options.release_queue = made;
        OK(tensor_from_host_buffer(memory, sizeof memory, TENSOR_DTYPE_F32, DIMS(4), &options, &x));
        test_release(x);
        OK(tendon_release_queue_release(made));
        EXPECT_EQ(calls, 1);
        if (calls != 1) break;
    }
    atomic_store(&go_on, false);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

int main(void) {
    OK(tendon_release_queue_create(&queue));
    none_waits();
    a_release();
    backward_and_a_write();
    another_thread();
    deleters();
    many_threads();
    forks();
    errors();
    the_end_of_a_queue();
    the_end_of_a_queue_in_use();
    return test_end();
}
