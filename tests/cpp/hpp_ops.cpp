// Every function that computes, by its C++ name, with a value that only that function gives; operators with numbers on both
// sides; options.
#include <array>

#include "check.hpp"

using namespace tendon;

static void unary() {
    const auto x = tensor({-1.5, 0.25, 2.0});
    const auto at = [](const tendon::Tensor &y, std::int64_t i) { return y[i].item<double>(); };
    CHECK(at(neg(x), 0) == 1.5 && at(-x, 2) == -2 && at(abs(x), 0) == 1.5 && at(sign(x), 0) == -1);
    CHECK(near(at(exp(x), 2), std::exp(2.0)) && near(at(log(x), 1), std::log(0.25)) && at(sqrt(x), 1) == 0.5);
    CHECK(at(rsqrt(x), 1) == 2 && at(reciprocal(x), 1) == 4 && at(square(x), 0) == 2.25);
    CHECK(near(at(sin(x), 2), std::sin(2.0)) && near(at(cos(x), 2), std::cos(2.0)) &&
          near(at(tanh(x), 1), std::tanh(0.25)));
    CHECK(near(at(sigmoid(x), 2), 1 / (1 + std::exp(-2.0))) && at(relu(x), 0) == 0 && at(relu(x), 2) == 2);
    CHECK(near(at(softplus(x), 1), std::log1p(std::exp(0.25))) && near(at(erf(x), 1), std::erf(0.25)));
    CHECK(near(at(expm1(x), 1), std::expm1(0.25)) && near(at(log1p(x), 1), std::log1p(0.25)));
    CHECK(at(floor(x), 0) == -2 && at(ceil(x), 0) == -1 && at(round(x), 0) == -2 && at(trunc(x), 0) == -1);
    CHECK(holds(logical_not(x), DType::boolean, {3}, {0, 0, 0}) &&
          holds(logical_not(zeros({1})), DType::boolean, {1}, {1}));
    CHECK(holds(isnan(tensor({1.f, NAN})), DType::boolean, {2}, {0, 1}));
    CHECK(near(at(gelu(x), 2), 2 * 0.5 * std::erfc(-2 / std::sqrt(2.0))));
    CHECK(at(gelu(x, GeluOptions().tanh_approximation()), 2) != at(gelu(x), 2));
}

static void binary() {
    const auto a = tensor({1.f, 4.f}), b = tensor({2.f, 2.f});
    CHECK(holds(a + b, {2}, {3, 6}) && holds(a - b, {2}, {-1, 2}) && holds(a * b, {2}, {2, 8}) &&
          holds(a / b, {2}, {0.5, 2}));
    CHECK(holds(pow(a, b), {2}, {1, 16}) && holds(maximum(a, b), {2}, {2, 4}) && holds(minimum(a, b), {2}, {1, 2}));
    CHECK(holds(div(a, b, Rounding::floor), {2}, {0, 2}));
    CHECK(holds(div(neg(a), b, DivOptions().rounding(Rounding::trunc)), {2}, {0, -2}));
    CHECK(holds(a == b, DType::boolean, {2}, {0, 0}) && holds(a != b, DType::boolean, {2}, {1, 1}));
    CHECK(holds(a < b, DType::boolean, {2}, {1, 0}) && holds(a <= b, DType::boolean, {2}, {1, 0}));
    CHECK(holds(a > b, DType::boolean, {2}, {0, 1}) && holds(a >= b, DType::boolean, {2}, {0, 1}));
    const auto t = tensor({true, true, false, false}), u = tensor({true, false, true, false});
    CHECK(holds(logical_and(t, u), DType::boolean, {4}, {1, 0, 0, 0}) &&
          holds(logical_or(t, u), DType::boolean, {4}, {1, 1, 1, 0}));
    CHECK(holds(logical_xor(t, u), DType::boolean, {4}, {0, 1, 1, 0}));
    CHECK(holds(where(t, tensor({1.f, 2.f, 3.f, 4.f}), zeros({})), {4}, {1, 2, 0, 0}));
    CHECK(holds(clamp(a, 2, 3), {2}, {2, 3}) && holds(clamp(a, std::nullopt, 3), {2}, {1, 3}) &&
          holds(clamp(a, 2), {2}, {2, 4}));
    CHECK(holds(dropout(a, 0.5, DropoutOptions().inference()), {2}, {1, 4}) && holds(dropout(a, 1), {2}, {0, 0}));
}

// A number keeps the tensor's dtype unless it is of a higher kind, on either side.
static void with_numbers() {
    const auto f = tensor({1.f, 4.f}), d = tensor({1.0, 4.0});
    const auto i = tensor<std::int32_t>({1, 4});
    const auto u = tensor<std::uint8_t>({1, 200});
    CHECK(holds(f + 1, {2}, {2, 5}) && holds(1 + f, {2}, {2, 5}) && holds(f - 1, {2}, {0, 3}) &&
          holds(1 - f, {2}, {0, -3}));
    CHECK(holds(f * 2.0, {2}, {2, 8}) && holds(2 * f, {2}, {2, 8}) && holds(f / 2, {2}, {0.5, 2}) &&
          holds(2 / f, {2}, {2, 0.5}));
    CHECK(holds(i - 1, DType::i32, {2}, {0, 3}) && holds(1 - i, DType::i32, {2}, {0, -3}) &&
          holds(0.5 - i, {2}, {-0.5, -3.5}));
    CHECK(holds(201 - u, DType::u8, {2}, {200, 1}) && holds(2.5 - u, {2}, {1.5, -197.5}));
    CHECK(holds(2 / i, {2}, {2, 0.5}) && holds(1.0 - scalar(0.25), {}, {0.75}) && holds(1 / scalar(4.0), {}, {0.25}));
    // 0.1 in the precision of the tensor; 3 / x rounded once.
    CHECK((0.1 - d)[0].item<double>() == 0.1 - 1.0 && (3 / tensor({7.0}))[0].item<double>() == 3.0 / 7.0);
    CHECK(holds(pow(f, 2), {2}, {1, 16}) && holds(pow(2, f), {2}, {2, 16}) &&
          holds(pow(2, i), DType::i32, {2}, {2, 16}));
    CHECK(holds(pow(2.0, i), {2}, {2, 16}));
    CHECK(holds(f == 4, DType::boolean, {2}, {0, 1}) && holds(4 == f, DType::boolean, {2}, {0, 1}));
    CHECK(holds(f != 4, DType::boolean, {2}, {1, 0}) && holds(4 != f, DType::boolean, {2}, {1, 0}));
    CHECK(holds(f < 2, DType::boolean, {2}, {1, 0}) && holds(2 < f, DType::boolean, {2}, {0, 1}));
    CHECK(holds(f <= 1, DType::boolean, {2}, {1, 0}) && holds(4 <= f, DType::boolean, {2}, {0, 1}));
    CHECK(holds(f > 2, DType::boolean, {2}, {0, 1}) && holds(2 > f, DType::boolean, {2}, {1, 0}));
    CHECK(holds(f >= 4, DType::boolean, {2}, {0, 1}) && holds(1 >= f, DType::boolean, {2}, {1, 0}));
    // A bool beside a number is the number's: the same from both sides.
    const auto t = tensor({true, false});
    CHECK(holds(1 - t, DType::i64, {2}, {0, 1}) && holds(t - 1, DType::i64, {2}, {0, -1}) &&
          holds(1.5 - t, {2}, {0.5, 1.5}) && holds(t - 1.5, {2}, {-0.5, -1.5}) &&
          holds(true - i, DType::i32, {2}, {0, -3}));
    THROWS(TENSOR_ERR_DTYPE, "tensor_sub_scalar", (void)(true - t));
    THROWS(TENSOR_ERR_DTYPE, "tensor_sub_scalar", (void)(t - true));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "kind", (void)(UINT64_MAX - t));
}

static void in_place() {
    auto x = tensor({1.f, 4.f});
    const auto b = tensor({2.f, 2.f});
    x += b;
    x -= 1;
    x *= b;
    x /= 2;
    CHECK(holds(x, {2}, {2, 5}));
    x += 1, x -= b, x *= 3, x /= b;
    CHECK(holds(x, {2}, {1.5, 6}));
    CHECK(holds(x.add_(b).sub_(b).mul_(2).div_(3), {2}, {1, 4}));
    CHECK(holds(x.neg_(), {2}, {-1, -4}) && holds(x.relu_(), {2}, {0, 0}) && holds(x.exp_(), {2}, {1, 1}));
    CHECK(holds(x.fill_(4).sqrt_(), {2}, {2, 2}) && holds(x.clamp_(0, 1), {2}, {1, 1}) &&
          holds(x.zero_(), {2}, {0, 0}));
    CHECK(holds(x.sigmoid_(), {2}, {0.5, 0.5}) && near(x.tanh_()[0].item<float>(), std::tanh(0.5), 1e-6));
    CHECK(holds(x.copy_(tensor({7, 8})), {2}, {7, 8}));
    auto m = zeros({2, 2});
    m[0].copy_(x); // a view is written through
    m[1] += 3;
    CHECK(holds(m, {2, 2}, {7, 8, 3, 3}));
}

static void views() {
    const auto x = arange(6.0).reshape({2, 3});
    CHECK(holds(x.view({3, 2}), {3, 2}, {0, 1, 2, 3, 4, 5}) && holds(x.reshape({-1}), {6}, {0, 1, 2, 3, 4, 5}));
    CHECK(holds(x.transpose(0, 1), {3, 2}, {0, 3, 1, 4, 2, 5}) && x.permute({1, 0}).shape() == Shape{3, 2});
    CHECK(x.flatten().shape() == Shape(6) && x.unsqueeze(0).shape() == Shape{1, 2, 3} &&
          x.unsqueeze(0).flatten(0, 1).shape() == Shape{2, 3});
    CHECK(x.unsqueeze(0).unsqueeze(0).squeeze().shape() == Shape{2, 3} &&
          x.unsqueeze(0).unsqueeze(-1).squeeze(0).shape() == Shape{2, 3, 1});
    CHECK(holds(x[-1], {3}, {3, 4, 5}) && holds(x.select(1, 0), {2}, {0, 3}) && holds(x[1][2], {}, {5}));
    CHECK(holds(x.slice(1, 0, 3, 2), {2, 2}, {0, 2, 3, 5}) && holds(x.slice(0, 1), {1, 3}, {3, 4, 5}));
    CHECK(holds(x.narrow(1, 1, 1), {2, 1}, {1, 4}) && holds(ones({1}).expand({2, -1}), {2, 1}, {1, 1}));
    const auto parts = x.split(2, 1);
    CHECK(parts.size() == 2 && holds(parts[1], {2, 1}, {2, 5}));
    CHECK(x.chunk(5, 1).size() == 3 && x.chunk(2)[1].shape() == Shape{1, 3} && zeros({0}).chunk(4).size() == 4);
    CHECK(zeros({0}).split(3).size() == 1);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "tensor_split", (void)x.split(0));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "tensor_chunk", (void)x.chunk(-1));
    THROWS(TENSOR_ERR_SHAPE, "", (void)x.split(1, 5));
    THROWS(TENSOR_ERR_INDEX, "", (void)x[2]);
    CHECK(holds(x.clone().zero_(), {2, 3}, {0, 0, 0, 0, 0, 0}) &&
          holds(x.transpose(0, 1).contiguous(), {3, 2}, {0, 3, 1, 4, 2, 5}));
    CHECK(x.to(DType::f32).is_same(x) && !x.to(DType::f32, ConvertOptions().copy()).is_same(x) &&
          x.to_cpu().is_same(x));
    CHECK(x.to(Device::cpu()).is_same(x) && holds(x.to(DType::i32), DType::i32, {2, 3}, {0, 1, 2, 3, 4, 5}));
    // Lists of tensors: in braces, and as containers.
    const std::vector<tendon::Tensor> list = {x, x};
    const std::array<tendon::Tensor, 2> array = {x[0], x[1]};
    CHECK(cat({x, x}).shape() == Shape{4, 3} && cat(list, 1).shape() == Shape{2, 6} &&
          stack({x, x}, -1).shape() == Shape{2, 3, 2});
    CHECK(holds(stack(array), {2, 3}, {0, 1, 2, 3, 4, 5}) && cat({x, x[0].unsqueeze(0), x * 2}).shape() == Shape{5, 3});
    CHECK(result_type({x, tensor({1.0})}) == DType::f64);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", (void)cat({}));
}

static void reductions() {
    const auto x = tensor({{1.f, 5.f, 3.f}, {4.f, 2.f, 6.f}});
    CHECK(holds(x.sum(), {}, {21}) && holds(x.sum(0), {3}, {5, 7, 9}) && holds(x.sum({0, 1}), {}, {21}));
    CHECK(holds(x.sum(1, keepdim()), {2, 1}, {9, 12}) &&
          holds(x.sum({-1}, ReduceOptions().dtype(DType::f64).keepdim()), DType::f64, {2, 1}, {9, 12}));
    CHECK(holds(x.mean(1), {2}, {3, 4}) && holds(x.max(0), {3}, {4, 5, 6}) && holds(x.min(), {}, {1}));
    CHECK(holds((x > 4).any(1), DType::boolean, {2}, {1, 1}) && holds((x > 4).all(), DType::boolean, {}, {0}));
    CHECK(holds(x.argmax(), DType::i64, {}, {5}) && holds(x.argmax(1), DType::i64, {2}, {1, 2}) &&
          holds(x.argmin(0, keepdim()), DType::i64, {1, 3}, {0, 1, 0}));
    CHECK(holds(x.var(1), {2}, {4, 4}) &&
          near(x.var(1, VarOptions().correction(0).keepdim())[0].item<double>(), 8.0 / 3));
    const double e = std::exp(1.0);
    CHECK(near(tensor({0.0, 1.0}).softmax(0)[1].item<double>(), e / (1 + e)) &&
          near(tensor({0.0, 1.0}).log_softmax(-1)[0].item<double>(), -std::log(1 + e)));
    CHECK(tensor({0, 1}).softmax(0, SoftmaxOptions().dtype(DType::f32)).dtype() == DType::f32);
}

static void products_losses_and_indices() {
    const auto w = tensor({{1.f, 2.f}, {3.f, 4.f}}), x = tensor({1.f, 1.f}), b = tensor({10.f, 20.f});
    CHECK(holds(matmul(w, x), {2}, {3, 7}) && holds(linear(x, w), {2}, {3, 7}) &&
          holds(linear(x, w, b), {2}, {13, 27}));
    CHECK(holds(mse_loss(x, b), {}, {(81 + 361) / 2.0}) && holds(mse_loss(x, b, Reduction::sum), {}, {442}));
    CHECK(holds(mse_loss(x, b, LossOptions().reduction(Reduction::none)), {2}, {81, 361}));
    const auto logits = tensor({{0.0, 0.0}, {0.0, 0.0}});
    const auto target = tensor<std::int64_t>({0, 1});
    CHECK(near(cross_entropy(logits, target).item<double>(), std::log(2.0)));
    const auto weight = tensor({1.0, 3.0});
    CHECK(near(
        cross_entropy(logits, target, CrossEntropyOptions().reduction(Reduction::sum).weight(weight)).item<double>(),
        4 * std::log(2.0)));
    CHECK(near(cross_entropy(logits, target,
                             CrossEntropyOptions().reduction(Reduction::sum).ignore_index(0).label_smoothing(0.1))
                   .item<double>(),
               std::log(2.0)));
    const auto index = tensor<std::int64_t>({1, 0, 1});
    CHECK(holds(w.index_select(0, index), {3, 2}, {3, 4, 1, 2, 3, 4}) &&
          holds(one_hot(index), DType::i64, {3, 2}, {0, 1, 1, 0, 0, 1}));
    CHECK(one_hot(index, 5).shape() == Shape{3, 5});
    const auto places = tensor<std::int64_t>({{1, 0}});
    CHECK(holds(w.gather(0, places), {1, 2}, {3, 2}) &&
          holds(w.scatter_add(0, places, tensor({{10.f, 20.f}})), {2, 2}, {1, 22, 13, 4}));
    CHECK(holds(w.index_add(1, tensor<std::int64_t>({0}), tensor({{1.f}, {1.f}})), {2, 2}, {2, 2, 4, 4}));
}

static void making() {
    CHECK(holds(zeros({2}), {2}, {0, 0}) && holds(ones({2}, DType::f64), DType::f64, {2}, {1, 1}) &&
          empty({3}).numel() == 3);
    CHECK(holds(full({2}, 3), DType::i64, {2}, {3, 3}) && holds(scalar(true), DType::boolean, {}, {1}) &&
          holds(scalar(2.5, DType::f64), DType::f64, {}, {2.5}));
    CHECK(holds(arange(3), DType::i64, {3}, {0, 1, 2}) && holds(arange(1, 2, 0.5), {2}, {1, 1.5}) &&
          holds(arange(1, 3), DType::i64, {2}, {1, 2}));
    CHECK(holds(linspace(0, 1, 3), {3}, {0, 0.5, 1}) && holds(eye(2), {2, 2}, {1, 0, 0, 1}) &&
          eye(2, 3).shape() == Shape{2, 3});
    manual_seed(7);
    const auto first = rand({4});
    manual_seed(7);
    CHECK(rand({4}).to_vector<float>() == first.to_vector<float>() &&
          randn({4}, dtype(DType::f64)).dtype() == DType::f64);
    CHECK(holds(randint(3, 4, {2}), DType::i64, {2}, {3, 3}) && randperm(5).sum().item<int>() == 10);
    CHECK(holds(zeros_like(first), {4}, {0, 0, 0, 0}) &&
          holds(ones_like(first, DType::u8), DType::u8, {4}, {1, 1, 1, 1}));
    CHECK(holds(full_like(first, 2), {4}, {2, 2, 2, 2}) && empty_like(first).shape() == Shape(4) &&
          rand_like(first).numel() == 4);
    CHECK(randn_like(first).dtype() == DType::f32 && zeros({1}, requires_grad().dtype(DType::f64)).requires_grad());

    // Numbers in braces, as a function and as a constructor.
    CHECK(holds(tensor({1.f, 2.f}), {2}, {1, 2}) && holds(tensor({{1, 2}, {3, 4}}), DType::i32, {2, 2}, {1, 2, 3, 4}));
    CHECK(holds(tensor({{{1.0}, {2.0}}}), DType::f64, {1, 2, 1}, {1, 2}) &&
          tensor({{{{true}}}}).shape() == Shape{1, 1, 1, 1});
    CHECK(holds(tensor<float>({{1, 2}}, requires_grad()), {1, 2}, {1, 2}));
    CHECK(holds(tendon::Tensor{{1.f, 2.f}, {3.f, 4.f}}, {2, 2}, {1, 2, 3, 4}) && holds(tendon::Tensor{1.f}, {1}, {1}));
    const tendon::Tensor cube{{{1.f}, {2.f}}};
    CHECK(cube.shape() == Shape{1, 2, 1} && tendon::Tensor{cube}.is_same(cube));
    CHECK(tensor(std::initializer_list<float>{}).shape() == Shape(0));
    THROWS(TENSOR_ERR_SHAPE, "a list has 1 elements where the first of its level has 2", (void)tensor({{1, 2}, {3}}));
}

int main() {
    unary();
    binary();
    with_numbers();
    in_place();
    views();
    reductions();
    products_losses_and_indices();
    making();
    return test_end();
}
