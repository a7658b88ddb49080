/* What the C tests share: checks that say where they failed, tensors in one line, and the count of what lives. */
#ifndef TENDON_TEST_H
#define TENDON_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tendon.h"

#define FAIL(...)                                            \
    do {                                                     \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);      \
        fprintf(stderr, __VA_ARGS__);                        \
        fputc('\n', stderr);                                 \
        test_failures++;                                     \
    } while (0)

#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition)) {                                  \
            FAIL("not true: %s", #condition);                \
        }                                                    \
    } while (0)

/* Without what this call makes the program cannot go on. */
#define OK(call)                                                                             \
    do {                                                                                     \
        TensorStatus test_status = (call);                                                   \
        if (test_status != TENSOR_OK) {                                                      \
            FAIL("%s\n    %d %s", #call, test_status, tendon_last_error_message());          \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

#define EXPECT_ERROR(call, expected, text) test_expect(__FILE__, __LINE__, #call, (call), (expected), (text))

#define EXPECT_EQ(a, b)                                                                      \
    do {                                                                                     \
        long long test_a = (long long)(a), test_b = (long long)(b);                          \
        if (test_a != test_b) {                                                              \
            FAIL("%s is %lld, expected %s = %lld", #a, test_a, #b, test_b);                  \
        }                                                                                    \
    } while (0)

static volatile int test_failures;

static inline int test_expect(const char *file, int line, const char *call, TensorStatus got, TensorStatus expected,
                              const char *text) {
    if (got == expected && tendon_last_error_status() == expected && strcmp(tendon_last_error_message(), text) == 0) {
        return 1;
    }
    fprintf(stderr, "%s:%d: %s\n    got      %s \"%s\"\n    expected %s \"%s\"\n", file, line, call, tendon_status_name(got),
            got == TENSOR_OK ? "" : tendon_last_error_message(), tendon_status_name(expected), text);
    test_failures++;
    return 0;
}

/* 0 when all is well and nothing lives any more: what main returns. */
static inline int test_end(void) {
    if (tendon_live_tensor_count() != 0 || tendon_live_storage_count() != 0 || tendon_live_handle_count() != 0) {
        FAIL("at the end live %lld tensors, %lld storages, %lld handles", (long long)tendon_live_tensor_count(),
             (long long)tendon_live_storage_count(), (long long)tendon_live_handle_count());
    }
    if (test_failures > 0) {
        fprintf(stderr, "%d failures\n", test_failures);
    }
    return test_failures > 0;
}

/* Under valgrind everything takes 20 to 50 times as long. */
static inline int test_under_valgrind(void) {
    return getenv("TENDON_VALGRIND") != NULL;
}

static inline double test_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline void test_sleep(double seconds) {
    struct timespec rest = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&rest, &rest) != 0) {
    }
}

/* A list of numbers with its length, for shapes and dims. */
#define DIMS(...) ((const int64_t[]){__VA_ARGS__}), (sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static inline int64_t test_product(const int64_t *shape, size_t ndim) {
    int64_t n = 1;
    for (size_t i = 0; i < ndim; i++) {
        n *= shape[i];
    }
    return n;
}

/* A tensor of any dtype from its bytes in C order. */
static inline Tensor *test_make(TensorDType dtype, const void *data, const int64_t *shape, size_t ndim) {
    Tensor *x = NULL;
    OK(tensor_from_host_copy(data, (size_t)test_product(shape, ndim) * tensor_dtype_size(dtype), dtype, shape, ndim, NULL,
                             &x));
    return x;
}

/* FLOATS(DIMS(2, 2), 1, 2, 3, 4) */
#define FLOATS_(shape, ndim, ...) test_make(TENSOR_DTYPE_F32, (const float[]){__VA_ARGS__}, shape, ndim)
#define FLOATS(...) FLOATS_(__VA_ARGS__)

/* f32, each element `value`. */
static inline Tensor *test_full(double value, const int64_t *shape, size_t ndim) {
    Tensor *x = NULL;
    OK(tensor_full(shape, ndim, tensor_scalar_f(value), NULL, &x));
    return x;
}

static inline Tensor *test_leaf(double value, const int64_t *shape, size_t ndim) {
    Tensor *x = test_full(value, shape, ndim);
    OK(tensor_set_requires_grad(x, true));
    return x;
}

static inline double test_item(const Tensor *x) {
    double value = NAN;
    OK(tensor_item_f64(x, &value));
    return value;
}

/* Whether a float tensor holds exactly these numbers in C order. */
static inline int test_holds(const Tensor *x, const double *expected, int64_t n) {
    TensorConvertOptions copy = TENSOR_CONVERT_OPTIONS_INIT;
    Tensor *wide = NULL;
    Tensor *plain = NULL;
    Tensor *detached = NULL;
    const double *got = NULL;
    int same = tensor_numel(x) == n;
    copy.copy = true;
    OK(tensor_detach(x, &detached));
    OK(tensor_to_dtype(detached, TENSOR_DTYPE_F64, &copy, &wide));
    OK(tensor_contiguous(wide, &plain));
    OK(tensor_data_f64(plain, &got));
    for (int64_t i = 0; same && i < n; i++) {
        if (got[i] != expected[i]) {
            fprintf(stderr, "    element %lld is %.9g, expected %.9g\n", (long long)i, got[i], expected[i]);
            same = 0;
        }
    }
    OK(tensor_release(detached));
    OK(tensor_release(wide));
    OK(tensor_release(plain));
    return same;
}

#define HOLDS(x, ...)                                                                                  \
    do {                                                                                               \
        const double test_numbers[] = {__VA_ARGS__};                                                   \
        if (!test_holds((x), test_numbers, (int64_t)(sizeof test_numbers / sizeof test_numbers[0]))) { \
            FAIL("%s does not hold %s", #x, #__VA_ARGS__);                                             \
        }                                                                                              \
    } while (0)

static inline void test_release(Tensor *x) {
    OK(tensor_release(x));
}

#endif
