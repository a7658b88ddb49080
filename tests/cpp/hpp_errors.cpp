// Errors as exceptions and as values, exceptions of callbacks, and that success allocates nothing.
#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "check.hpp"

static std::atomic<long> allocations;
static bool no_memory = false; // for new (std::nothrow)

// Out of line, or the compiler sees a malloc that is deleted.
#define COUNTED __attribute__((noinline))
COUNTED void *operator new(std::size_t size) {
    allocations++;
    void *memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
COUNTED void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
    allocations++;
    return no_memory ? nullptr : std::malloc(size > 0 ? size : 1);
}
COUNTED void *operator new[](std::size_t size, const std::nothrow_t &tag) noexcept { return operator new(size, tag); }
COUNTED void operator delete(void *memory) noexcept { std::free(memory); }
COUNTED void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
COUNTED void operator delete(void *memory, const std::nothrow_t &) noexcept { std::free(memory); }
COUNTED void operator delete[](void *memory) noexcept { std::free(memory); }
COUNTED void operator delete[](void *memory, std::size_t) noexcept { std::free(memory); }
COUNTED void operator delete[](void *memory, const std::nothrow_t &) noexcept { std::free(memory); }

using tendon::Error;
using tendon::Result;

static void exceptions() {
    const auto x = tendon::ones({2, 1});
    try {
        (void)matmul(x, x);
        CHECK(false);
    } catch (const std::exception &error) {
        CHECK(std::strcmp(error.what(), "tensor_matmul: a is [2, 1] and b is [2, 1]: inner sizes 1 and 2 differ") == 0);
    }
    try {
        (void)tendon::zeros({-1});
        CHECK(false);
    } catch (const Error &error) {
        // It keeps its sentence when others fail afterwards, and copies are alike.
        const Error copy = error;
        THROWS(TENSOR_ERR_DTYPE, "", (void)x.data<int>());
        CHECK(copy.code() == TENSOR_ERR_SHAPE && std::strcmp(copy.what(), error.what()) == 0 &&
              copy.what() != error.what());
        CHECK(std::strcmp(copy.what(), "tensor_zeros: sizes must not be negative, got -1 in [-1]") == 0);
        CHECK(std::strcmp(copy.name(), "TENSOR_ERR_SHAPE") == 0);
        Error other(TENSOR_ERR_IO, "a sentence");
        other = copy;
        other = *&other;
        CHECK(other.code() == TENSOR_ERR_SHAPE && std::strcmp(other.what(), copy.what()) == 0);
        const Error moved = std::move(other);
        CHECK(moved.code() == TENSOR_ERR_SHAPE && other.code() == TENSOR_OK &&
              std::strcmp(other.what(), "TENSOR_OK") == 0);
        // Without memory for the sentence the name is left.
        no_memory = true;
        const Error poor = copy;
        no_memory = false;
        CHECK(poor.code() == TENSOR_ERR_SHAPE);
        CHECK(under_valgrind() || std::strcmp(poor.what(), "TENSOR_ERR_SHAPE") == 0); // it has a new of its own
    }
    tendon::clear_last_error();
    CHECK(tendon::last_error().code() == TENSOR_OK);
    (void)tendon::attempt([&] { return x.item<double>(); });
    CHECK(tendon::last_error().code() == TENSOR_ERR_SHAPE && std::strstr(tendon::last_error().what(), "tensor_item"));
}

static void values() {
    const auto x = tendon::ones({2, 1});
    const auto product = [&](const tendon::Tensor &b) { return tendon::attempt([&] { return matmul(x, b); }); };
    const Result<tendon::Tensor> bad = product(x);
    CHECK(!bad && !bad.has_value() && bad.error().code() == TENSOR_ERR_SHAPE);
    THROWS(TENSOR_ERR_SHAPE, "inner sizes", (void)bad.value());
    Result<tendon::Tensor> good = product(x.transpose(0, 1));
    CHECK(good && good->numel() == 4 && (*good).ndim() == 2 && good.error().code() == TENSOR_OK);
    CHECK(product(x)
              .then([](const tendon::Tensor &y) { return tendon::attempt([&] { return y.sum(); }); })
              .error()
              .code() == TENSOR_ERR_SHAPE);
    CHECK(product(x).value_or(tendon::zeros({5})).numel() == 5);
    const Result<double> sum = std::move(good).then(
        [](const tendon::Tensor &y) { return tendon::attempt([&] { return y.sum().item<double>(); }); });
    CHECK(sum.has_value() && *sum == 4);
    CHECK(tendon::attempt([] { tendon::manual_seed(1); }).has_value());
    CHECK(!tendon::attempt([] { tendon::set_num_threads(0); }));
    // The value of a temporary outlives it in a loop.
    std::vector<std::string> read;
    for (const std::string &text :
         tendon::attempt([] { return std::vector<std::string>(2, "longer than what fits a string without memory"); }).value()) {
        read.push_back(text);
    }
    CHECK(read.size() == 2 && read[1] == "longer than what fits a string without memory");
    // Exceptions of others pass.
    bool passed = false;
    try {
        (void)tendon::attempt([]() -> int { throw std::logic_error("not Tendon's"); });
    } catch (const std::logic_error &) {
        passed = true;
    }
    CHECK(passed);
}

// TENDON_TRY and TENDON_CHECK in functions that return a Result.
static Result<double> total(const tendon::Tensor &a, const tendon::Tensor &b) {
    TENDON_TRY(const tendon::Tensor y, tendon::attempt([&] { return a + b; }));
    TENDON_CHECK(tendon::attempt([&] { (void)y.shape(); }));
    return tendon::attempt([&] { return y.sum().item<double>(); });
}

static void macros() {
    CHECK(*total(tendon::ones({2}), tendon::ones({2})) == 4);
    CHECK(total(tendon::ones({2}), tendon::ones({3})).error().code() == TENSOR_ERR_SHAPE);
}

static void log_callback() {
    std::string seen;
    int calls = 0;
    tendon::set_log_callback([&](std::int32_t level, const char *message) {
        calls++;
        seen = message;
        if (level == TENDON_LOG_ERROR) throw std::runtime_error("from a log callback"); // goes no further
    });
    THROWS(TENSOR_ERR_SHAPE, "negative", (void)tendon::zeros({-1}));
    CHECK(calls == 1 && seen == "tensor_zeros: sizes must not be negative, got -1 in [-1]");
    tendon::set_log_callback([&](std::int32_t, const char *) { calls += 10; });
    THROWS(TENSOR_ERR_SHAPE, "", (void)tendon::zeros({-1}));
    tendon::set_log_callback({});
    THROWS(TENSOR_ERR_SHAPE, "", (void)tendon::zeros({-1}));
    CHECK(calls == 11);
}

static void parallel_for() {
    tendon::set_num_threads(2);
    int loops = 0;
    tendon::set_parallel_for([&](std::size_t count, tendon::ParallelBody body) {
        loops++;
        std::thread other([&] {
            for (std::size_t i = 0; i < count / 2; i++) body(i);
        });
        for (std::size_t i = count / 2; i < count; i++) body(i);
        other.join();
    });
    const auto x = tendon::ones({1 << 20});
    CHECK((x + 1).sum().item<double>() == 2.0 * (1 << 20) && loops > 0);
    // What it throws comes out of the function that computed, as it was thrown.
    tendon::set_parallel_for([&](std::size_t, tendon::ParallelBody) { throw std::runtime_error("no threads today"); });
    std::string said;
    try {
        (void)(x + 1);
    } catch (const std::runtime_error &error) {
        said = error.what();
    }
    CHECK(said == "no threads today");
    // One that leaves work out is an error of the library's.
    tendon::set_parallel_for([&](std::size_t, tendon::ParallelBody) {});
    THROWS(TENSOR_ERR_CALLBACK, "", (void)(x + 1));
    tendon::set_parallel_for({});
    CHECK((x + 1).sum().item<double>() == 2.0 * (1 << 20));
}

// The way of a success costs no allocation of ours.
static void no_allocations() {
    std::vector<float> data = {1, 2, 3, 4};
    const tendon::Tensor w = tendon::tensor({{1.f, 2.f}, {3.f, 4.f}}, tendon::requires_grad());
    const long before = allocations;
    for (int i = 0; i < 10; i++) {
        const auto x = tendon::borrow(data, {2, 2}, tendon::BorrowOptions().strides({1, 2}));
        auto y = tanh(matmul(w, x)) * 2 + 1 - x / 3;
        tendon::Tensor copy = y;
        copy = x.transpose(0, 1);
        auto z = x.clone();
        z += 1;
        auto loss = tendon::cat({y, x}).sum({0, 1}, tendon::keepdim()).mean();
        loss.backward();
        CHECK(loss.item<double>() > 0 && y.shape() == tendon::Shape{2, 2} && w.grad().numel() == 4);
        const tendon::NoGrad no_grad;
        const auto rows = tendon::stack({x[0], x[1]});
        CHECK(rows.span<float>().size() == 4 && rows.data<float>()[0] == 1 && (x < 3).any().item<bool>());
    }
    CHECK(allocations == before);
    (void)w.to_string();
    CHECK(under_valgrind() || allocations > before); // the count counts
}

int main() {
    exceptions();
    values();
    macros();
    log_callback();
    parallel_for();
    no_allocations();
    return test_end();
}
