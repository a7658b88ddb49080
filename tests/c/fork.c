/* fork() while other threads compute: the parent goes on, and the child, which has lost all threads but one, computes,
 * differentiates and starts threads of its own. tendon-test: no-valgrind (in a child all that the vanished threads held is
 * lost, and is reported as such) */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static atomic_int done;
static atomic_long computed;

static void one_round(int64_t n) {
    TensorScope *scope = NULL;
    Tensor *product = NULL, *loss = NULL, *grad = NULL, *first = NULL, *corner = NULL;
    OK(tensor_scope_begin(&scope));
    Tensor *x = test_leaf(1, DIMS(n, n));
    OK(tensor_matmul(x, x, &product));
    OK(tensor_sum(product, NULL, 0, NULL, &loss));
    CHECK(test_item(loss) == (double)n * (double)n * (double)n);
    OK(tensor_backward(loss, NULL));
    OK(tensor_grad(x, &grad));
    OK(tensor_select(grad, 0, 0, &first));
    OK(tensor_select(first, 0, n - 1, &corner));
    CHECK(test_item(corner) == 2 * (double)n);
    OK(tensor_scope_end(scope));
}

static void *compute(void *unused) {
    (void)unused;
    while (!atomic_load(&done)) {
        one_round(192);
        atomic_fetch_add(&computed, 1);
    }
    return NULL;
}

static void *one_more(void *unused) {
    (void)unused;
    one_round(64);
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    const int forks = test_under_valgrind() ? 3 : 50;
    const int64_t child_size = test_under_valgrind() ? 64 : 512;
    alarm(test_under_valgrind() ? 600 : 100);
    if (tendon_num_threads() < 2) {
        OK(tendon_set_num_threads(3));
    }
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&threads[i], NULL, compute, NULL) == 0);
    }
    for (int i = 0; i < forks; i++) {
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            pthread_t thread;
            test_failures = 0;
            alarm(test_under_valgrind() ? 300 : 60);
            Tensor *old = test_full(i, DIMS(100000));
            one_round(child_size);
            CHECK(pthread_create(&thread, NULL, one_more, NULL) == 0);
            pthread_join(thread, NULL);
            OK(tendon_set_num_threads(2));
            one_round(child_size / 2);
            OK(tensor_release(old));
            (void)tendon_release_cached_memory();
            _exit(test_failures > 0);
        }
        /* The parent is not to wait for its child to be able to go on. */
        one_round(192);
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            FAIL("child %d ended with %#x", i, status);
        }
    }
    atomic_store(&done, 1);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%d forks while %ld rounds were computed\n", forks, atomic_load(&computed));
    fflush(stdout);

    /* A child of a child, and one that ends by exit: its destructors and atexit handlers run. */
    const pid_t child = fork();
    if (child == 0) {
        one_round(128);
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            one_round(128);
            exit(test_failures > 0);
        }
        int status = 0;
        CHECK(waitpid(grandchild, &status, 0) == grandchild && WIFEXITED(status) && WEXITSTATUS(status) == 0);
        exit(test_failures > 0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return test_end();
}
