// The other style: without exceptions and without RTTI every function returns a Result.
// tendon-test: flags=-fno-exceptions -fno-rtti
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "check.hpp"
#include "dlpack_structs.h"

#if !defined(TENDON_NO_EXCEPTIONS) || defined(__cpp_exceptions)
#error "this is the test of the style without exceptions"
#endif

using tendon::DType;
using tendon::Result;
using tendon::Shape;

// Results are not ignored, and what could hide a failure does not compile.
static_assert(!std::is_copy_constructible_v<tendon::Tensor> && std::is_nothrow_move_constructible_v<tendon::Tensor>);
static_assert(!std::is_constructible_v<bool, Result<bool>> && !std::is_constructible_v<bool, Result<std::int64_t>> &&
              !std::is_constructible_v<bool, Result<double>> && std::is_constructible_v<bool, Result<tendon::Tensor>> &&
              std::is_constructible_v<bool, Result<void>>);
// What a temporary holds comes as a value; elements only of a tensor that has a name.
static_assert(std::is_same_v<decltype(std::declval<Result<Shape>>().value()), Shape> &&
              std::is_same_v<decltype(*std::declval<Result<Shape>>()), Shape> &&
              std::is_same_v<decltype(*std::declval<Result<Shape> &>()), Shape &>);
template <class R, class = void> struct arrow_spans : std::false_type {};
template <class R>
struct arrow_spans<R, std::void_t<decltype(std::declval<R>()->template span<float>())>> : std::true_type {};
static_assert(arrow_spans<Result<tendon::Tensor> &>::value && !arrow_spans<Result<tendon::Tensor>>::value);
static_assert(std::is_same_v<decltype(std::declval<tendon::Tensor &>().sum()), Result<tendon::Tensor>>);
static_assert(std::is_same_v<decltype(std::declval<tendon::Tensor &>() += 1), Result<void>>);

// Each step by itself.
static Result<double> loss_of(const std::vector<float> &data, const tendon::Tensor &w) {
    TENDON_TRY(const auto x, tendon::borrow(data, {2, 1}));
    TENDON_TRY(const auto y, matmul(w, x));
    TENDON_TRY(auto loss, (y * y)->sum());
    TENDON_CHECK(loss.backward());
    return loss.item<double>();
}

// Operands that failed hand their error on, so expressions nest.
static Result<tendon::Tensor> layer(const tendon::Tensor &w, const tendon::Tensor &x, const tendon::Tensor &b) {
    return tanh(matmul(w, x) + b) * 2 - 1;
}

static Result<void> everything() {
    std::vector<float> data = {3, 1};
    TENDON_TRY(auto w, tendon::tensor({{1.f, -1.f}, {0.5f, 2.f}}, tendon::requires_grad()));
    TENDON_TRY(const double loss, loss_of(data, w));
    CHECK(loss == 2 * 2 + 3.5 * 3.5);
    TENDON_TRY(const auto grad, w.grad());
    TENDON_TRY(const auto numbers, grad.to_vector<float>());
    CHECK(numbers == std::vector<float>({12, 4, 21, 7}));

    TENDON_TRY(const auto x, tendon::borrow(data, {2, 1}));
    TENDON_TRY(const auto b, tendon::zeros({2, 1}));
    TENDON_TRY(const auto y, layer(w, x, b));
    TENDON_TRY(const std::string text, y.to_string());
    CHECK(text.rfind("tensor(", 0) == 0);
    std::ostringstream stream;
    stream << b;
    CHECK(stream.str() == "tensor([[0.],\n        [0.]])");
    stream << tendon::Tensor();
    CHECK(stream.fail());

    // The first error comes through, not one of the steps behind it.
    const auto bad = layer(x, x, b);
    CHECK(!bad && bad.error().code() == TENSOR_ERR_SHAPE &&
          std::strstr(bad.error().what(), "tensor_matmul") != nullptr);
    const auto right = 1 - (2 / (pow(2, matmul(x, x)) + 1));
    CHECK(!right && std::strstr(right.error().what(), "tensor_matmul") != nullptr);
    TENDON_TRY(auto target, tendon::zeros({2, 1}));
    const Result<void> written = target += matmul(x, x);
    CHECK(!written && std::strstr(written.error().what(), "tensor_matmul") != nullptr);
    const auto summed = matmul(x, x).then([](const tendon::Tensor &z) { return z.sum(); });
    CHECK(!summed && std::strstr(summed.error().what(), "tensor_matmul") != nullptr);
    // The value of a failure is empty, and says so.
    CHECK(!bad.value().defined() && bad->sum().error().code() == TENSOR_ERR_INVALID_HANDLE);

    TENDON_CHECK(target += 1);
    TENDON_CHECK(target.mul_(3));
    TENDON_TRY(const auto first, target[0]);
    TENDON_TRY(const int three, first.item<int>());
    CHECK(three == 3);
    CHECK(first.item<bool>().value() && first.shape().value() == Shape(1) && first.dtype().value() == DType::f32);
    CHECK(x.ndim().value() == 2 && !x.is_leaf().error().code() && x.device()->is_cpu());
    TENDON_TRY(const auto again, target.retain());
    CHECK(again.is_same(target).value());
    TENDON_TRY(const auto both, tendon::cat({target, again}, 1));
    TENDON_TRY(const auto parts, both.split(1, 1));
    CHECK(parts.size() == 2);
    TENDON_TRY(const auto grads, grad_of(*((w * w)->sum()), {w}));
    CHECK(grads.size() == 1);

    TENDON_TRY(const auto taken, tendon::take(std::vector<double>{1, 2}));
    CHECK(*taken.data<double>().value() == 1 && taken.span<double>()->size() == 2);
    int released = 0;
    {
        TENDON_TRY(const auto lent, tendon::borrow(data, {2}, tendon::BorrowOptions().on_release([&] { released++; })));
    }
    CHECK(released == 1);
    CHECK(tendon::tensor({{1, 2}, {3}}).error().code() == TENSOR_ERR_SHAPE);
    CHECK(tendon::scalar(300)->item<std::uint8_t>().error().code() == TENSOR_ERR_INVALID_ARGUMENT);
    return {};
}

static Result<void> surroundings() {
    {
        TENDON_TRY(const auto no_grad, tendon::NoGrad::begin());
        CHECK(!tendon::grad_mode_enabled());
    }
    CHECK(tendon::grad_mode_enabled());
    {
        TENDON_TRY(auto scope, tendon::Scope::begin());
        ::Tensor *handle = nullptr;
        CHECK(tensor_ones(nullptr, 0, nullptr, &handle) == TENSOR_OK);
        TENDON_CHECK(scope.end());
    }
    TENDON_TRY(const auto w, tendon::ones({2}, tendon::requires_grad()));
    TENDON_TRY(auto optimizer, tendon::sgd({w}, tendon::SgdOptions().lr(0.5)));
    TENDON_CHECK((w * w)->sum()->backward());
    TENDON_CHECK(optimizer.step());
    TENDON_TRY(const auto state, optimizer.save());
    TENDON_CHECK(optimizer.load(state));
    TENDON_CHECK(optimizer.zero_grad());
    CHECK(w.to_vector<float>().value() == std::vector<float>({0, 0}) && !w.grad()->defined());

    TENDON_TRY(const auto token, tendon::CancelToken::create());
    TENDON_CHECK(token.cancel());
    {
        TENDON_TRY(const auto watching, token.watch());
        CHECK((w + 1).error().code() == TENSOR_ERR_CANCELLED);
    }
    CHECK((w + 1).has_value() && token.is_cancelled().value());

    TENDON_TRY(const auto queue, tendon::ReleaseQueue::create());
    CHECK(queue.count().value() == 0 && queue.run().value() == 0 && tendon::ReleaseQueue().run().error().code() == TENSOR_ERR_INVALID_HANDLE);

    int logged = 0;
    TENDON_CHECK(tendon::set_log_callback([&](std::int32_t, const char *) { logged++; }));
    CHECK(!tendon::zeros({-1}));
    TENDON_CHECK(tendon::set_log_callback({}));
    CHECK(logged == 1);
    int loops = 0;
    TENDON_CHECK(tendon::set_num_threads(2));
    TENDON_CHECK(tendon::set_parallel_for([&](std::size_t count, tendon::ParallelBody body) {
        loops++;
        for (std::size_t i = 0; i < count; i++) body(i);
    }));
    TENDON_TRY(const auto large, tendon::ones({1 << 20}));
    TENDON_TRY(const auto sum, (large + 1)->sum());
    TENDON_CHECK(tendon::set_parallel_for({}));
    CHECK(loops > 0 && sum.item<double>().value() == 2.0 * (1 << 20));
    CHECK(tendon::memory_info()->live_bytes > 0);
    CHECK(tendon::last_error().code() != TENSOR_OK); // of zeros({-1}) above
    return {};
}

static Result<void> interchange() {
    TENDON_TRY(const auto w, tendon::ones({2}));
    TENDON_TRY(auto dict, tendon::Dict::create());
    TENDON_CHECK(dict.set("w", w));
    TENDON_CHECK(dict.set_metadata("format", "pt"));
    TENDON_TRY(const auto got, dict["w"]);
    CHECK(got.is_same(w).value() && dict.len().value() == 1 && dict.contains("w").value() &&
          *dict.metadata("format") == "pt");
    CHECK(dict.get("b").error().code() == TENSOR_ERR_NOT_FOUND && dict.items()->size() == 1);
    // The items outlive the Result that they came in.
    const std::string long_name = "a name that is too long to lie in the string itself";
    TENDON_CHECK(dict.set(long_name, w));
    std::string names;
    for (const auto &item : dict.items().value()) names += item.name + (item.tensor.is_same(w).value() ? "," : "?");
    for (const auto &[name, x] : *dict.items()) names += name + (x.is_same(w).value() ? "," : "?");
    CHECK(names == "w," + long_name + ",w," + long_name + ",");
    const Result<void> refused = dict.set(std::string("w\0x", 3), w);
    CHECK(!refused && refused.error().code() == TENSOR_ERR_INVALID_ARGUMENT && dict.len().value() == 2);
    TENDON_TRY(auto managed, tendon::to_dlpack(w));
    TENDON_TRY(const auto back, tendon::from_dlpack(std::move(managed)));
    CHECK(back.data<float>().value() == w.data<float>().value() && managed == nullptr);
    CHECK(tendon::from_dlpack(tendon::Dlpack<>()).error().code() == TENSOR_ERR_NULL_POINTER);
    return {};
}

int main() {
    for (const auto &result : {everything(), surroundings(), interchange()}) {
        if (!result) std::fprintf(stderr, "%s: %s\n", result.error().name(), result.error().what());
        CHECK(result.has_value());
    }
    return test_end();
}
