/* The cost of small ops on cuda:0 through the C API: eight f32 elements, so that all that is measured is the way to the
 * device's queue. Prints the median and the minimum of 31 repetitions, in nanoseconds per operation. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static Tensor *a, *b, *leaf;
static int repeats = 1000;

static void bench(const char *name, void (*run)(void)) {
    double times[31];
    for (int i = 0; i < repeats; i++) run();
    for (int r = 0; r < 31; r++) {
        must(tendon_cuda_synchronize(0));
        const double start = now_ns();
        for (int i = 0; i < repeats; i++) run();
        must(tendon_cuda_synchronize(0));
        times[r] = (now_ns() - start) / repeats;
    }
    qsort(times, 31, sizeof times[0], by_value);
    printf("%-32s med %9.1f ns  min %9.1f ns\n", name, times[15], times[0]);
    fflush(stdout);
}

static void add(void) {
    Tensor *x;
    must(tensor_add(a, b, &x));
    must(tensor_release(x));
}
static void add_in_place(void) { must(tensor_add_(a, b)); }
static void relu(void) {
    Tensor *x;
    must(tensor_relu(a, &x));
    must(tensor_release(x));
}
static void sum(void) {
    Tensor *x;
    must(tensor_sum(a, NULL, 0, NULL, &x));
    must(tensor_release(x));
}
static void empty(void) {
    const int64_t shape[1] = {8};
    TensorOptions options = TENSOR_OPTIONS_INIT;
    options.device = TENSOR_CUDA(0);
    Tensor *x;
    must(tensor_empty(shape, 1, &options, &x));
    must(tensor_release(x));
}
/* Ten products, their sum, and its gradient. */
static void chain(void) {
    Tensor *x = leaf, *y;
    for (int i = 0; i < 10; i++) {
        must(tensor_mul(x, leaf, &y));
        if (x != leaf) must(tensor_release(x));
        x = y;
    }
    must(tensor_sum(x, NULL, 0, NULL, &y));
    must(tensor_set_grad(leaf, NULL));
    must(tensor_backward(y, NULL));
    must(tensor_release(x));
    must(tensor_release(y));
}

int main(int argc, char **argv) {
    const int64_t shape[1] = {8};
    TensorOptions options = TENSOR_OPTIONS_INIT;
    options.device = TENSOR_CUDA(0);
    if (argc > 1) repeats = atoi(argv[1]);
    if (repeats < 1) repeats = 1;
    must(tensor_ones(shape, 1, &options, &a));
    must(tensor_ones(shape, 1, &options, &b));
    options.requires_grad = true;
    must(tensor_ones(shape, 1, &options, &leaf));
    bench("empty of 8 f32", empty);
    bench("add of 8 f32", add);
    bench("add in place", add_in_place);
    bench("relu", relu);
    bench("sum", sum);
    bench("10 mul, sum, backward", chain);
    must(tensor_release(a));
    must(tensor_release(b));
    must(tensor_release(leaf));
    return 0;
}
