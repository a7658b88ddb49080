/* The cost of small ops through the C API: eight f32 elements, so that all that is measured is the way there and back.
 * Prints the median and the minimum of 101 repetitions, in nanoseconds per operation. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <tendon.h>
#include <time.h>

static void must(TensorStatus status) {
    if (status != TENSOR_OK) {
        fprintf(stderr, "%s\n", tendon_last_error_message());
        exit(1);
    }
}

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static Tensor *a, *b, *ga, *gb, *one;

static void bench(const char *name, void (*run)(void), int inner) {
    double times[101];
    for (int i = 0; i < inner; i++) run();
    for (int r = 0; r < 101; r++) {
        const double start = now_ns();
        for (int i = 0; i < inner; i++) run();
        times[r] = (now_ns() - start) / inner;
    }
    qsort(times, 101, sizeof times[0], by_value);
    printf("%-44s med %10.1f ns  min %10.1f ns\n", name, times[50], times[0]);
    fflush(stdout);
}

static void new_randn(const int64_t *shape, size_t ndim, bool requires_grad, Tensor **out) {
    TensorOptions options = TENSOR_OPTIONS_INIT;
    options.requires_grad = requires_grad;
    must(tensor_randn(shape, ndim, &options, out));
}

/* x = a + b; x = x * a; x = x - b; … ten ops, as in small_libtorch.cpp. */
static Tensor *chain(const Tensor *p, const Tensor *q) {
    typedef TensorStatus (*Op)(const Tensor *, const Tensor *, Tensor **);
    static const Op ops[10] = {tensor_add, tensor_mul, tensor_sub, tensor_mul, tensor_add,
                               tensor_mul, tensor_sub, tensor_mul, tensor_add, tensor_mul};
    const Tensor *others[10] = {q, p, q, q, p, p, q, q, p, q};
    Tensor *x = NULL, *y;
    for (int i = 0; i < 10; i++) {
        must(ops[i](i == 0 ? p : x, others[i], &y));
        if (x) must(tensor_release(x));
        x = y;
    }
    return x;
}

static void empty8(void) {
    const int64_t shape[1] = {8};
    Tensor *x;
    must(tensor_empty(shape, 1, NULL, &x));
    must(tensor_release(x));
}
static void add8(void) {
    Tensor *x;
    must(tensor_add(a, b, &x));
    must(tensor_release(x));
}
static void add8_scalar(void) {
    Tensor *x;
    must(tensor_add_scalar(a, tensor_scalar_f(1.0), &x));
    must(tensor_release(x));
}
static void add8_in_place(void) { must(tensor_add_(a, b)); }
static void relu8(void) {
    Tensor *x;
    must(tensor_relu(a, &x));
    must(tensor_release(x));
}
static void view8(void) {
    const int64_t shape[2] = {2, 4};
    Tensor *x;
    must(tensor_view(a, shape, 2, &x));
    must(tensor_release(x));
}
static void sum8(void) {
    Tensor *x;
    must(tensor_sum(a, NULL, 0, NULL, &x));
    must(tensor_release(x));
}
static void add8_recorded(void) {
    Tensor *x;
    must(tensor_add(ga, gb, &x));
    must(tensor_release(x));
}
static void mul8_recorded(void) {
    Tensor *x;
    must(tensor_mul(ga, gb, &x));
    must(tensor_release(x));
}
static void chain10(void) { must(tensor_release(chain(a, b))); }
static void chain10_recorded(void) { must(tensor_release(chain(ga, gb))); }
static void chain10_backward(void) {
    Tensor *x = chain(ga, gb), *s;
    must(tensor_set_grad(ga, NULL));
    must(tensor_set_grad(gb, NULL));
    must(tensor_sum(x, NULL, 0, NULL, &s));
    must(tensor_backward(s, NULL));
    must(tensor_release(s));
    must(tensor_release(x));
}
static void add8_backward(void) {
    Tensor *x;
    must(tensor_set_grad(ga, NULL));
    must(tensor_set_grad(gb, NULL));
    must(tensor_add(ga, gb, &x));
    TensorBackwardOptions options = TENSOR_BACKWARD_OPTIONS_INIT;
    options.gradient = one;
    must(tensor_backward(x, &options));
    must(tensor_release(x));
}
static Tensor *m8[2], *m64[2];
static void mm8(void) {
    Tensor *x;
    must(tensor_matmul(m8[0], m8[1], &x));
    must(tensor_release(x));
}
static void mm64(void) {
    Tensor *x;
    must(tensor_matmul(m64[0], m64[1], &x));
    must(tensor_release(x));
}
static Tensor *s8x64;
static void softmax8x64(void) {
    Tensor *x;
    must(tensor_softmax(s8x64, -1, NULL, &x));
    must(tensor_release(x));
}

int main(void) {
    const int64_t eight[1] = {8}, square8[2] = {8, 8}, square64[2] = {64, 64}, rows[2] = {8, 64};
    must(tendon_set_num_threads(1));
    new_randn(eight, 1, false, &a);
    new_randn(eight, 1, false, &b);
    new_randn(eight, 1, true, &ga);
    new_randn(eight, 1, true, &gb);
    must(tensor_ones(eight, 1, NULL, &one));
    for (int i = 0; i < 2; i++) {
        new_randn(square8, 2, false, &m8[i]);
        new_randn(square64, 2, false, &m64[i]);
    }
    new_randn(rows, 2, false, &s8x64);

    printf("tendon %s\n", tendon_version_string());
    bench("empty8", empty8, 2000);
    bench("add8", add8, 2000);
    bench("add8 scalar (a + 1)", add8_scalar, 2000);
    bench("add8 in place", add8_in_place, 2000);
    bench("relu8", relu8, 2000);
    bench("view 8 -> 2x4", view8, 2000);
    bench("sum8", sum8, 2000);
    bench("mm8", mm8, 1000);
    bench("mm64", mm64, 500);
    bench("softmax 8x64", softmax8x64, 1000);
    bench("chain10 no grad", chain10, 500);
    bench("add8 recorded", add8_recorded, 2000);
    bench("mul8 recorded (saves 2)", mul8_recorded, 2000);
    bench("chain10 recorded", chain10_recorded, 200);
    bench("add8 forward + backward", add8_backward, 200);
    bench("chain10 forward + sum + backward", chain10_backward, 100);
    return 0;
}
