// The workloads of small.c in libtorch, without Python in the measure.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

template <class F>
static void bench(const char *name, F run, int inner) {
    using clock = std::chrono::steady_clock;
    double times[101];
    for (int i = 0; i < inner; i++) run();
    for (double &t : times) {
        const auto start = clock::now();
        for (int i = 0; i < inner; i++) run();
        t = std::chrono::duration<double, std::nano>(clock::now() - start).count() / inner;
    }
    std::sort(times, times + 101);
    std::printf("%-44s med %10.1f ns  min %10.1f ns\n", name, times[50], times[0]);
    std::fflush(stdout);
}

static torch::Tensor chain(const torch::Tensor &p, const torch::Tensor &q) {
    auto x = p + q;
    x = x * p;
    x = x - q;
    x = x * q;
    x = x + p;
    x = x * p;
    x = x - q;
    x = x * q;
    x = x + p;
    return x * q;
}

int main() {
    at::set_num_threads(1);
    const auto a = torch::randn({8}), b = torch::randn({8}), one = torch::ones({8});
    const auto ga = torch::randn({8}, torch::requires_grad()), gb = torch::randn({8}, torch::requires_grad());
    const auto m8 = torch::randn({8, 8}), n8 = torch::randn({8, 8}), m64 = torch::randn({64, 64}), n64 = torch::randn({64, 64});
    const auto s8x64 = torch::randn({8, 64});
    const auto clear = [&] {
        ga.mutable_grad().reset();
        gb.mutable_grad().reset();
    };
    std::printf("libtorch %s\n", TORCH_VERSION);
    bench("empty8", [&] { auto x = torch::empty({8}); }, 2000);
    bench("add8", [&] { auto x = a + b; }, 2000);
    bench("add8 scalar (a + 1)", [&] { auto x = a + 1.0; }, 2000);
    bench("add8 in place", [&] { a.add_(b); }, 2000);
    bench("relu8", [&] { auto x = torch::relu(a); }, 2000);
    bench("view 8 -> 2x4", [&] { auto x = a.view({2, 4}); }, 2000);
    bench("sum8", [&] { auto x = a.sum(); }, 2000);
    bench("mm8", [&] { auto x = torch::mm(m8, n8); }, 1000);
    bench("mm64", [&] { auto x = torch::mm(m64, n64); }, 500);
    bench("softmax 8x64", [&] { auto x = torch::softmax(s8x64, -1); }, 1000);
    bench("chain10 no grad", [&] { auto x = chain(a, b); }, 500);
    bench("add8 recorded", [&] { auto x = ga + gb; }, 2000);
    bench("mul8 recorded (saves 2)", [&] { auto x = ga * gb; }, 2000);
    bench("chain10 recorded", [&] { auto x = chain(ga, gb); }, 200);
    bench("add8 forward + backward", [&] { clear(); (ga + gb).backward(one); }, 200);
    bench("chain10 forward + sum + backward", [&] { clear(); chain(ga, gb).sum().backward(); }, 100);
}
