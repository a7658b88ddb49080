// Gradients, modes and optimizers from C++.
#include <stdexcept>

#include "check.hpp"

using namespace tendon;

static void backward() {
    auto x = tensor({1.0, 2.0, 3.0}, requires_grad());
    auto loss = (x * x).sum();
    CHECK(!x.grad().defined() && loss.requires_grad() && !loss.is_leaf());
    loss.backward();
    CHECK(holds(x.grad(), DType::f64, {3}, {2, 4, 6}));
    THROWS(TENSOR_ERR_GRAPH_FREED, "", loss.backward());
    x.zero_grad();
    CHECK(holds(x.grad(), DType::f64, {3}, {0, 0, 0}));
    x.set_grad(tensor({1.0, 1.0, 1.0}));
    (x * 2).backward(BackwardOptions().gradient(tensor({1.0, 10.0, 100.0})));
    CHECK(holds(x.grad(), DType::f64, {3}, {3, 21, 201}));
    x.clear_grad();
    CHECK(!x.grad().defined());
    auto twice = square(x).sum();
    twice.backward(BackwardOptions().retain_graph());
    twice.backward();
    CHECK(holds(x.grad(), DType::f64, {3}, {4, 8, 12}));
    THROWS(TENSOR_ERR_AUTOGRAD, "", x.detach().backward());
    THROWS(TENSOR_ERR_AUTOGRAD, "", x += 1);
    CHECK(!x.detach().requires_grad() && x.detach().shares_memory(x));
    auto plain = zeros({2});
    CHECK(plain.set_requires_grad().requires_grad() && !plain.set_requires_grad(false).requires_grad());

    // Through the forms with the number first: d(2 - x), d(2 / x), d(2 ** x).
    auto y = tensor({0.5}, requires_grad());
    CHECK(grad_of((2 - y).sum(), {y})[0].item<double>() == -1 && grad_of((2 / y).sum(), {y})[0].item<double>() == -8);
    CHECK(near(grad_of(pow(2, y).sum(), {y})[0].item<double>(), std::sqrt(2.0) * std::log(2.0)));
}

static void gradients_of_gradients() {
    const auto x = tensor({2.0}, requires_grad()), y = tensor({3.0}, requires_grad()),
               unused = tensor({1.0}, requires_grad());
    const auto z = (x * x * x * y).sum();
    const auto first = grad_of(z, {x, y}, GradOptions().create_graph());
    CHECK(first.size() == 2 && first[0].item<double>() == 36 && first[1].item<double>() == 8);
    const auto second = grad_of(first[0].sum(), {x}, GradOptions().gradient(scalar(1.0, DType::f64)));
    CHECK(second[0].item<double>() == 36 && !x.grad().defined());
    THROWS(TENSOR_ERR_AUTOGRAD, "", (void)grad_of((x * y).sum(), {x, unused}));
    const auto some = grad_of((x * y).sum(), {x, unused}, GradOptions().allow_unused().retain_graph());
    CHECK(some[0].item<double>() == 3 && !some[1].defined());
    const std::vector<tendon::Tensor> inputs = {x, y};
    CHECK(grad_of((x * y).sum(), inputs)[1].item<double>() == 2);
}

static void modes() {
    const auto x = ones({2}, requires_grad());
    {
        const NoGrad no_grad;
        CHECK(!grad_mode_enabled() && !(x * 2).requires_grad());
        {
            const EnableGrad enable_grad;
            CHECK((x * 2).requires_grad());
        }
        CHECK(!grad_mode_enabled());
    }
    CHECK(grad_mode_enabled());
    {
        const InferenceMode inference;
        CHECK((x * 2).is_inference());
    }
    // An exception ends the block and the mode.
    try {
        const NoGrad no_grad;
        throw std::runtime_error("out of here");
    } catch (const std::runtime_error &) {}
    CHECK(grad_mode_enabled());
    // Ended early, begun by name, moved out of a function.
    NoGrad early;
    early.end();
    CHECK(grad_mode_enabled());
    early.end(); // nothing is left
    {
        const auto begun = NoGrad::begin();
        CHECK(!grad_mode_enabled());
    }
    CHECK(grad_mode_enabled());
}

static void optimizers() {
    auto w = tensor({1.0f, -1.0f}, requires_grad()), b = zeros({1}, requires_grad());
    auto plain = sgd({w, b}, SgdOptions().lr(0.5));
    ((w * w).sum() + b.sum()).backward();
    plain.step();
    CHECK(holds(w, {2}, {0, 0}) && holds(b, {1}, {-0.5}) && plain.lr() == 0.5);
    plain.zero_grad();
    CHECK(!w.grad().defined());
    plain.set_lr(0.25);
    CHECK(plain.lr() == 0.25);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", plain.set_lr(-1));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", (void)sgd({w, w}));

    // Momentum goes on from a saved state as if nothing had happened.
    const auto run = [](bool interrupted) {
        const std::vector<tendon::Tensor> params = {tensor({4.0}, requires_grad())};
        const auto options = AdamWOptions().lr(0.1).betas(0.8, 0.9).eps(1e-6).weight_decay(0.01).amsgrad();
        auto optimizer = adamw(params, options);
        for (int i = 0; i < 6; i++) {
            if (interrupted && i == 3) {
                const std::vector<unsigned char> state = optimizer.save();
                optimizer = adamw(params, options);
                optimizer.load(state);
            }
            optimizer.zero_grad();
            (params[0] * params[0]).sum().backward();
            optimizer.step();
        }
        return params[0].item<double>();
    };
    CHECK(run(false) == run(true) && run(false) != 4);
    THROWS(TENSOR_ERR_FORMAT, "", plain.load("abc", 3));
    auto moved = std::move(plain);
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", plain.step());
    moved.step();
    auto momentum = sgd({w}, SgdOptions().lr(0.1).momentum(0.9).nesterov().weight_decay(0.1).maximize());
    momentum = std::move(moved);
    momentum.step();
}

int main() {
    backward();
    gradients_of_gradients();
    modes();
    optimizers();
    return test_end();
}
