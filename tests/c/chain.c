/* Chains of 100,000 ops (a million with TENDON_TEST_FULL=1) on a thread with a stack of 256 KiB, less than three bytes for
 * each: nothing recurses over a graph, neither backward nor the end of it. */
#include <pthread.h>

#include "test.h"

static int links(void) {
    return test_under_valgrind() ? 3000 : getenv("TENDON_TEST_FULL") != NULL ? 1000000 : 100000;
}

typedef enum { PLAIN, VIEWS, IN_PLACE, OVER_VIEWS } Kind;

static const char *const names[] = {"plain ops", "views", "in-place ops", "in-place ops over views"};

/* y = x after so many links, each of which leaves the value as it is. */
static Tensor *chain(const Tensor *x, Kind kind, int n) {
    Tensor *y = NULL;
    OK(tensor_mul_scalar(x, tensor_scalar_f(1), &y));
    for (int i = 0; i < n; i++) {
        Tensor *next = NULL;
        switch (kind) {
            case PLAIN: OK(tensor_add_scalar(y, tensor_scalar_f(0), &next)); break;
            case VIEWS: OK(tensor_reshape(y, DIMS(1), &next)); break;
            case IN_PLACE: OK(tensor_add_scalar_(y, tensor_scalar_f(0))); break;
            case OVER_VIEWS:
                OK(tensor_select(y, 0, 0, &next));
                OK(tensor_add_scalar_(next, tensor_scalar_f(0)));
                OK(tensor_release(next));
                next = NULL;
                break;
        }
        if (next != NULL) {
            OK(tensor_release(y));
            y = next;
        }
    }
    return y;
}

static void nothing_lives(const char *what) {
    if (tendon_live_tensor_count() != 0 || tendon_live_storage_count() != 0) {
        FAIL("after %s live %lld tensors, %lld storages", what, (long long)tendon_live_tensor_count(),
             (long long)tendon_live_storage_count());
    }
}

static void one_kind(Kind kind, int n) {
    const double start = test_seconds();
    Tensor *x = test_leaf(3, DIMS(1));
    Tensor *y = chain(x, kind, n);
    Tensor *grad = NULL;
    const double made = test_seconds();
    OK(tensor_backward(y, NULL));
    const double differentiated = test_seconds();
    OK(tensor_grad(x, &grad));
    CHECK(test_item(y) == 3 && test_item(grad) == 1);
    test_release(grad);
    test_release(y);
    test_release(x);
    nothing_lives(names[kind]);
    /* The last handle goes without a backward. */
    x = test_leaf(3, DIMS(1));
    y = chain(x, kind, n);
    test_release(x);
    const double released = test_seconds();
    test_release(y);
    nothing_lives(names[kind]);
    printf("%d %s: %.2f s forward, %.2f s backward, %.2f s released without\n", n, names[kind], made - start,
           differentiated - made, test_seconds() - released);
}

/* The graph of the gradients is as long as the chain. */
static void with_create_graph(int n) {
    Tensor *x = test_leaf(1, DIMS(1));
    Tensor *y = NULL, *grad = NULL, *second = NULL;
    TensorGradOptions options = TENSOR_GRAD_OPTIONS_INIT;
    options.create_graph = true;
    OK(tensor_mul(x, x, &y));
    for (int i = 0; i < n; i++) {
        Tensor *next = NULL;
        OK(tensor_mul(y, i % 2 ? x : y, &next));
        OK(tensor_release(y));
        y = next;
    }
    OK(tensor_grad_of(y, (const Tensor *const[]){x}, 1, &options, &grad));
    CHECK(tensor_requires_grad(grad) == 1);
    OK(tensor_grad_of(grad, (const Tensor *const[]){x}, 1, NULL, &second));
    test_release(second);
    test_release(grad);
    test_release(y);
    test_release(x);
    nothing_lives("a second derivative");
    /* Released before anything is done with it. */
    x = test_leaf(1, DIMS(1));
    y = chain(x, PLAIN, n);
    OK(tensor_grad_of(y, (const Tensor *const[]){x}, 1, &options, &grad));
    test_release(y);
    test_release(x);
    test_release(grad);
    nothing_lives("the graph of a gradient");
}

/* A million views of one tensor, and as many handles of it. */
static void fan(int n) {
    Tensor **many = malloc(sizeof(Tensor *) * (size_t)n);
    Tensor *x = test_leaf(1, DIMS(2));
    TensorScope *scope = NULL;
    for (int i = 0; i < n; i++) {
        OK(i % 2 ? tensor_select(x, 0, 0, &many[i]) : tensor_retain(x, &many[i]));
    }
    for (int i = 0; i < n; i++) {
        OK(tensor_release(many[i]));
    }
    OK(tensor_scope_begin(&scope));
    for (int i = 0; i < n; i++) {
        OK(tensor_retain(x, &many[i]));
    }
    OK(tensor_scope_end(scope));
    free(many);
    test_release(x);
    nothing_lives("a fan of views");
}

static void *run(void *unused) {
    (void)unused;
    const int n = links();
    one_kind(PLAIN, n);
    one_kind(VIEWS, n);
    one_kind(IN_PLACE, n);
    one_kind(OVER_VIEWS, n / 4);
    with_create_graph(n / 4);
    fan(n);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 256 << 10) == 0);
    CHECK(pthread_create(&thread, &attributes, run, NULL) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return test_end();
}
