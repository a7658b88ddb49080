// What the tests of tendon.hpp share.
#ifndef TENDON_TEST_CHECK_HPP
#define TENDON_TEST_CHECK_HPP

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tendon.hpp"

inline int failures = 0;

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        if (!(__VA_ARGS__)) {                                                                                          \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #__VA_ARGS__);                           \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

inline bool under_valgrind() { return std::getenv("TENDON_VALGRIND") != nullptr; }

#ifndef TENDON_NO_EXCEPTIONS

// The statement throws a tendon::Error of this code with these words in its message.
#define THROWS(expected, words, ...)                                                                                   \
    do {                                                                                                               \
        TensorStatus check_code = TENSOR_OK;                                                                           \
        try {                                                                                                          \
            __VA_ARGS__;                                                                                               \
        } catch (const tendon::Error &check_error) {                                                                   \
            check_code = check_error.code();                                                                           \
            if (std::strstr(check_error.what(), words) == nullptr) {                                                   \
                std::fprintf(stderr, "%s:%d: \"%s\" is not in \"%s\"\n", __FILE__, __LINE__, words,                    \
                             check_error.what());                                                                      \
                failures++;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
        if (check_code != (expected)) {                                                                                \
            std::fprintf(stderr, "%s:%d: %s: got %s, expected %s\n", __FILE__, __LINE__, #__VA_ARGS__,                 \
                         tendon_status_name(check_code), tendon_status_name(expected));                                \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

// Exactly these numbers in C order, in this dtype and shape.
inline bool holds(const tendon::Tensor &x, tendon::DType dtype, const tendon::Shape &shape,
                  const std::vector<double> &numbers) {
    if (x.dtype() != dtype || x.shape() != shape) {
        std::fprintf(stderr, "    got %s of rank %d\n", tendon::name(x.dtype()), static_cast<int>(x.ndim()));
        return false;
    }
    const std::vector<double> got = x.to_vector<double>();
    for (std::size_t i = 0; i < got.size(); i++) {
        if (i >= numbers.size() || got[i] != numbers[i]) {
            std::fprintf(stderr, "    element %zu is %.9g\n", i, got[i]);
            return false;
        }
    }
    return got.size() == numbers.size();
}
inline bool holds(const tendon::Tensor &x, const tendon::Shape &shape, const std::vector<double> &numbers) {
    return holds(x, tendon::DType::f32, shape, numbers);
}
inline bool near(double got, double expected, double relative = 1e-6) {
    return std::fabs(got - expected) <= relative * std::fabs(expected);
}

#endif

// 0 when all is well and nothing lives any more: what main returns.
inline int test_end() {
    if (tendon::live_tensor_count() != 0 || tendon::live_storage_count() != 0 || tendon::live_handle_count() != 0) {
        std::fprintf(stderr, "at the end live: %d tensors, %d storages, %d handles\n",
                     static_cast<int>(tendon::live_tensor_count()), static_cast<int>(tendon::live_storage_count()),
                     static_cast<int>(tendon::live_handle_count()));
        failures++;
    }
    return failures > 0;
}

#endif
