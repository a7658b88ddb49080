// What tendon.hpp costs over the C calls that it makes: the same work both ways, in turns within one run. Eight f32
// elements, so that all that is measured is the way there and back. Prints medians of 301 repetitions, in nanoseconds per
// operation, and the median of the ratios of neighbours.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tendon.hpp>

static void must(TensorStatus status) {
    if (status != TENSOR_OK) {
        std::fprintf(stderr, "%s\n", tendon_last_error_message());
        std::exit(1);
    }
}

template <class F> static double time_ns(const F &run, int inner) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    for (int i = 0; i < inner; i++) run();
    return std::chrono::duration<double, std::nano>(clock::now() - start).count() / inner;
}

static double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

template <class C, class Cpp> static void bench(const char *name, const C &c, const Cpp &cpp, int inner) {
    std::vector<double> in_c, in_cpp, ratios;
    (void)time_ns(c, inner);
    (void)time_ns(cpp, inner);
    for (int r = 0; r < 301; r++) {
        // Who goes first changes, so that neither always meets the other's caches.
        double a = 0, b = 0;
        if (r % 2 == 0) {
            a = time_ns(c, inner);
            b = time_ns(cpp, inner);
        } else {
            b = time_ns(cpp, inner);
            a = time_ns(c, inner);
        }
        in_c.push_back(a);
        in_cpp.push_back(b);
        ratios.push_back(b / a);
    }
    std::printf("%-36s C %9.1f ns  C++ %9.1f ns  ratio %.3f\n", name, median(in_c), median(in_cpp), median(ratios));
    std::fflush(stdout);
}

// x = a + b; x = x * a; ... ten ops.
static ::Tensor *chain_c(const ::Tensor *p, const ::Tensor *q) {
    using Op = TensorStatus (*)(const ::Tensor *, const ::Tensor *, ::Tensor **);
    static const Op ops[10] = {tensor_add, tensor_mul, tensor_sub, tensor_mul, tensor_add,
                               tensor_mul, tensor_sub, tensor_mul, tensor_add, tensor_mul};
    const ::Tensor *others[10] = {q, p, q, q, p, p, q, q, p, q};
    ::Tensor *x = nullptr;
    for (int i = 0; i < 10; i++) {
        ::Tensor *y = nullptr;
        must(ops[i](i == 0 ? p : x, others[i], &y));
        if (x != nullptr) must(tensor_release(x));
        x = y;
    }
    return x;
}
static tendon::Tensor chain_cpp(const tendon::Tensor &p, const tendon::Tensor &q) {
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
    tendon::set_num_threads(1);
    const auto a = tendon::randn({8}), b = tendon::randn({8}), one = tendon::ones({});
    auto ga = tendon::randn({8}, tendon::requires_grad()), gb = tendon::randn({8}, tendon::requires_grad());
    auto target = tendon::randn({8});
    std::vector<float> memory(8, 1.f);
    double seen = 0;
    std::printf("tendon %s\n", tendon_version_string());

    bench(
        "add8",
        [&] {
            ::Tensor *x = nullptr;
            must(tensor_add(a.handle(), b.handle(), &x));
            must(tensor_release(x));
        },
        [&] { (void)(a + b); }, 2000);
    bench(
        "add8 scalar (a + 1)",
        [&] {
            ::Tensor *x = nullptr;
            must(tensor_add_scalar(a.handle(), tensor_scalar_f(1.0), &x));
            must(tensor_release(x));
        },
        [&] { (void)(a + 1.0); }, 2000);
    bench("add8 in place", [&] { must(tensor_add_(target.handle(), b.handle())); }, [&] { target += b; }, 2000);
    bench(
        "view 8 -> 2x4",
        [&] {
            const std::int64_t shape[2] = {2, 4};
            ::Tensor *x = nullptr;
            must(tensor_view(a.handle(), shape, 2, &x));
            must(tensor_release(x));
        },
        [&] { (void)a.view({2, 4}); }, 2000);
    bench(
        "sum over dim 0, keepdim",
        [&] {
            const std::int64_t dim = 0;
            TensorReduceOptions options = TENSOR_REDUCE_OPTIONS_INIT;
            options.keepdim = true;
            ::Tensor *x = nullptr;
            must(tensor_sum(a.handle(), &dim, 1, &options, &x));
            must(tensor_release(x));
        },
        [&] { (void)a.sum(0, tendon::keepdim()); }, 2000);
    bench(
        "item",
        [&] {
            double value = 0;
            must(tensor_item_f64(one.handle(), &value));
            seen += value;
        },
        [&] { seen += one.item<double>(); }, 5000);
    bench(
        "pointer to the elements",
        [&] {
            const float *data = nullptr;
            must(tensor_data_f32(a.handle(), &data));
            seen += static_cast<double>(data[0]);
        },
        [&] { seen += static_cast<double>(a.data<float>()[0]); }, 5000);
    bench(
        "another handle of the same",
        [&] {
            ::Tensor *x = nullptr;
            must(tensor_retain(a.handle(), &x));
            must(tensor_release(x));
        },
        [&] { const tendon::Tensor x = a; }, 5000);
    bench(
        "borrow 8 floats",
        [&] {
            const std::int64_t shape = 8;
            ::Tensor *x = nullptr;
            must(tensor_from_host_buffer(memory.data(), 32, TENSOR_DTYPE_F32, &shape, 1, nullptr, &x));
            must(tensor_release(x));
        },
        [&] { (void)tendon::borrow(memory); }, 2000);
    bench(
        "ten ops", [&] { must(tensor_release(chain_c(a.handle(), b.handle()))); }, [&] { (void)chain_cpp(a, b); }, 500);
    bench(
        "ten ops, sum, backward",
        [&] {
            ::Tensor *x = chain_c(ga.handle(), gb.handle()), *s = nullptr;
            must(tensor_set_grad(ga.handle(), nullptr));
            must(tensor_set_grad(gb.handle(), nullptr));
            must(tensor_sum(x, nullptr, 0, nullptr, &s));
            must(tensor_backward(s, nullptr));
            must(tensor_release(s));
            must(tensor_release(x));
        },
        [&] {
            const auto x = chain_cpp(ga, gb);
            ga.clear_grad();
            gb.clear_grad();
            auto s = x.sum();
            s.backward();
        },
        100);
    return seen == 0;
}
