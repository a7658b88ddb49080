// What a NAME_test.cc includes. Its first line names the kernels that it is linked with:
//
//     // kernels: softmax reduce_*
//
//     TEST(softmax_of_one_row) {
//         Buffer<f32> x = random_values<f32>(1000, -2, 2), y(1000);
//         run("softmax_f32", {1}, {128}, 0, x.at(), y.at(), (u32)1000);
//         CHECK_CLOSE(y[0], expected, 1e-6);
//     }
//
// Every test runs once in each order of blocks and threads that run.sh is asked for.
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "types.cuh"

namespace on_host {

// ---- tests ----

struct Test {
    const char *name;
    void (*body)();
};
std::vector<Test> &tests();
inline int add_test(const char *name, void (*body)()) {
    tests().push_back({name, body});
    return 0;
}
#define TEST(name)                                                                          \
    static void test_##name();                                                              \
    [[maybe_unused]] static const int added_##name = on_host::add_test(#name, test_##name); \
    static void test_##name()

// Notes a failure; after some the test ends.
void failed(const char *file, int line, const std::string &what);

template <class T>
std::string shown(const T &x) {
    std::ostringstream text;
    text.precision(std::is_same_v<T, double> ? 17 : 9);
    if constexpr (sizeof(T) == 1 && std::is_integral_v<T>) text << (int)x;
    else text << x;
    return text.str();
}

#define CHECK(condition)                                                     \
    do {                                                                     \
        if (!(condition)) on_host::failed(__FILE__, __LINE__, #condition);   \
    } while (0)

// Equal, or both NaN.
#define CHECK_EQ(a, b) on_host::check_equal(__FILE__, __LINE__, #a " == " #b, a, b)
template <class A, class B>
void check_equal(const char *file, int line, const char *what, A a, B b) {
    std::common_type_t<A, B> x = a, y = b;
    if (x == y || (x != x && y != y)) return;
    failed(file, line, std::string(what) + ": " + shown(x) + " and " + shown(y));
}

// |got - want| ≤ tolerance · |want|; infinities and NaN exactly.
#define CHECK_CLOSE(got, want, tolerance) on_host::check_close(__FILE__, __LINE__, #got, got, want, tolerance)
inline void check_close(const char *file, int line, const char *what, double got, double want, double tolerance) {
    if (got == want || (got != got && want != want) || fabs(got - want) <= tolerance * fabs(want)) return;
    failed(file, line, std::string(what) + " is " + shown(got) + ", not " + shown(want));
}

// Whether `body`, in a process of its own, ends the program, saying `text` among other things.
bool dies(const char *text, const std::function<void()> &body);

// ---- launches ----

// Memory of exactly `n` elements of its own: AddressSanitizer sees the bounds. Fresh elements are garbage.
template <class T>
struct Buffer {
    explicit Buffer(size_t n = 0) : n(n), memory((T *)malloc(n * sizeof(T))) { memset((void *)memory, 0xCD, n * sizeof(T)); }
    Buffer(std::initializer_list<T> values) : Buffer(values.size()) {
        size_t i = 0;
        for (const T &x : values) memory[i++] = x;
    }
    Buffer(const Buffer &other) : Buffer(other.n) { memcpy((void *)memory, other.memory, n * sizeof(T)); }
    Buffer(Buffer &&other) noexcept : n(other.n), memory(other.memory) { other.n = 0, other.memory = nullptr; }
    Buffer &operator=(Buffer other) {
        std::swap(n, other.n), std::swap(memory, other.memory);
        return *this;
    }
    ~Buffer() { free(memory); }
    T *at(size_t i = 0) { return memory + i; }
    T &operator[](size_t i) { return memory[i]; }
    size_t size() const { return n; }
    T *begin() { return memory; }
    T *end() { return memory + n; }

  private:
    size_t n;
    T *memory;
};

// Launches the kernel of that name; the arguments have exactly the types of its parameters.
template <class... A>
void run(const char *name, Dim3 grid, Dim3 threads, size_t shared, A... values) {
    const Kernel *kernel = find(name);
    unsigned sizes[] = {(unsigned)sizeof(A)..., 0};
    if (!kernel || kernel->count != (int)sizeof...(A) || memcmp(sizes, kernel->sizes, sizeof...(A) * sizeof(unsigned))) {
        fprintf(stderr, "run: %s: %s\n", name,
                kernel ? "the sizes of the arguments are not those of the parameters" : "no such kernel");
        abort();
    }
    void *arguments[] = {(void *)&values..., nullptr};
    launch(kernel->body, arguments, grid, threads, shared);
}

// ---- inputs ----

// Anew for every test, the same in every run.
std::mt19937_64 &generator();

template <class T>
Buffer<T> random_values(size_t n, double low, double high) {
    std::uniform_real_distribution<double> values(low, high);
    Buffer<T> x(n);
    for (T &value : x) value = convert<T>(values(generator()));
    return x;
}

}  // namespace on_host

using on_host::Buffer;
using on_host::dies;
using on_host::random_values;
using on_host::run;
