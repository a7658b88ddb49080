// kernels: optim
// Optimizer steps over many parameters against the formulas in f64: sizes around chunks and vectors, unaligned memory.
#include "test.h"

#include "optim.cuh"

constexpr u32 CHUNK = 2048;

struct Bounds {
    f64 tolerance, low;
};
template <class T> constexpr Bounds bounds = {sizeof(T) == 8 ? 1e-14 : sizeof(T) == 4 ? 1e-6 : 8e-3, 1e-3};

template <class T>
static f64 number(T x) {
    if constexpr (sizeof(T) == 8) return x;
    else return convert<f32>(x);
}

static const std::vector<size_t> SIZES = {1, 5, 8, 2047, 2048, 2049, 5000, 300, 16, 7, 4096, 3};

// A parameter's operands; every third does not begin at a multiple of 16 bytes.
template <class T, int K>
struct Parameter {
    size_t n, shift;
    std::vector<Buffer<T>> memory;
    std::vector<std::vector<f64>> want;

    Parameter(size_t i) : n(SIZES[i]), shift(i % 3 == 2) {
        for (int k = 0; k < K; k++) {
            memory.push_back(random_values<T>(n + shift, k < 3 ? -2 : 0, 2));
            want.emplace_back();
            for (size_t j = 0; j < n; j++) want.back().push_back(number(memory.back()[j + shift]));
        }
    }
    T *at(int k) { return memory[(size_t)k].at(shift); }
    void check(int k) {
        for (size_t j = 0; j < n; j++) {
            f64 got = number(at(k)[j]), expected = want[(size_t)k][j];
            if (fabs(got - expected) <= bounds<T>.tolerance * std::max(fabs(expected), 0.5)) continue;
            on_host::failed(__FILE__, __LINE__, "operand " + std::to_string(k) + ", element " + std::to_string(j) + " of " +
                            std::to_string(n) + ": " + on_host::shown(got) + " and " + on_host::shown(expected));
        }
    }
};

template <class Table>
static u32 add_chunks(Table &table, size_t i, size_t n, u32 first, bool aligned) {
    table.chunks.numel[i] = (i64)n;
    table.chunks.first[i] = first;
    table.chunks.is_aligned[i] = aligned;
    table.chunks.count = (u32)i + 1;
    table.chunks.chunk = CHUNK;
    return first + (u32)((n + CHUNK - 1) / CHUNK);
}

template <class T>
static void sgd_follows(const char *kernel, bool momentum, bool nesterov, f64 sign) {
    typedef typename Compute<T>::type C;
    f64 lr = 0.1, mu = 0.9, dampening = nesterov ? 0 : 0.25, decay = 0.01;
    SgdTable table{};
    std::vector<Parameter<T, 3>> params;
    u32 blocks = 0;
    for (size_t i = 0; i < SIZES.size(); i++) {
        params.emplace_back(i);
        Parameter<T, 3> &p = params.back();
        table.param[i] = p.at(0), table.grad[i] = p.at(1), table.buffer[i] = momentum ? p.at(2) : nullptr;
        table.first_step[i] = i % 2;
        blocks = add_chunks(table, i, p.n, blocks, p.shift == 0);
        for (size_t j = 0; j < p.n; j++) {
            f64 &x = p.want[0][j], &b = p.want[2][j], g = sign * p.want[1][j] + decay * x, step = g;
            if (momentum) {
                b = i % 2 ? g : mu * b + (1 - dampening) * g;
                step = nesterov ? g + mu * b : b;
            }
            x -= lr * step;
        }
        // What the first step finds in the buffer does not matter.
        if (momentum && i % 2) p.at(2)[p.n - 1] = convert<T>(NAN);
    }
    SgdNumbers<C> numbers = {(C)lr, (C)mu, (C)(1 - dampening), (C)decay, (C)sign, nesterov};
    run(kernel, {blocks}, {256}, 0, table, numbers);
    for (Parameter<T, 3> &p : params)
        for (int k = 0; k < 3; k++) p.check(k);
}

TEST(sgd) {
    for (bool momentum : {false, true})
        for (bool nesterov : {false, true}) {
            f64 sign = nesterov ? -1 : 1;
            sgd_follows<f32>("sgd_f32", momentum, nesterov, sign);
            sgd_follows<f64>("sgd_f64", momentum, nesterov, sign);
            sgd_follows<f16>("sgd_f16", momentum, nesterov, sign);
            sgd_follows<bf16>("sgd_bf16", momentum, nesterov, sign);
        }
}

template <class T>
static void adamw_follows(const char *kernel, bool amsgrad, bool decoupled, f64 sign) {
    typedef typename Compute<T>::type C;
    f64 lr = 0.05, beta1 = 0.9, beta2 = 0.99, eps = 1e-6, weight_decay = 0.02;
    f64 keep = decoupled ? 1 - lr * weight_decay : 1, decay = decoupled ? 0 : weight_decay;
    AdamWTable<C> table{};
    std::vector<Parameter<T, 5>> params;
    u32 blocks = 0;
    for (size_t i = 0; i < SIZES.size(); i++) {
        params.emplace_back(i);
        Parameter<T, 5> &p = params.back();
        void **operands[] = {table.param, table.grad, table.exp_avg, table.exp_avg_sq, table.max_exp_avg_sq};
        for (int k = 0; k < (amsgrad ? 5 : 4); k++) operands[k][i] = p.at(k);
        f64 step = (f64)i + 1, correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
        table.pace[i] = (C)(lr / correction1), table.root[i] = (C)(1 / sqrt(correction2));
        blocks = add_chunks(table, i, p.n, blocks, p.shift == 0);
        for (size_t j = 0; j < p.n; j++) {
            f64 x = p.want[0][j] * keep, &m = p.want[2][j], &v = p.want[3][j], &top = p.want[4][j];
            f64 g = sign * p.want[1][j] + decay * x;
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            if (amsgrad) top = fmax(top, v);
            p.want[0][j] = x - lr / correction1 * m / (sqrt((amsgrad ? top : v) / correction2) + eps);
        }
    }
    AdamWNumbers<C> numbers = {(C)keep, (C)decay, (C)(1 - beta1), (C)beta2, (C)(1 - beta2), (C)eps, (C)sign};
    run(kernel, {blocks}, {256}, 0, table, numbers);
    for (Parameter<T, 5> &p : params)
        for (int k = 0; k < 5; k++) p.check(k);
}

TEST(adamw) {
    for (bool amsgrad : {false, true})
        for (bool decoupled : {false, true}) {
            f64 sign = amsgrad != decoupled ? -1 : 1;
            adamw_follows<f32>("adamw_f32", amsgrad, decoupled, sign);
            adamw_follows<f64>("adamw_f64", amsgrad, decoupled, sign);
            adamw_follows<f16>("adamw_f16", amsgrad, decoupled, sign);
            adamw_follows<bf16>("adamw_bf16", amsgrad, decoupled, sign);
        }
}

// As src/cuda/optim.rs has them.
static_assert(sizeof(SgdTable) == 3656 && sizeof(SgdNumbers<f64>) == 48);
static_assert(sizeof(AdamWTable<f64>) == 3872 && sizeof(AdamWTable<f32>) == 3424);

// Full tables: the last parameter too, and a kernel's parameters have 4 KiB.
TEST(as_many_as_fit) {
    CHECK(sizeof(SgdTable) + sizeof(SgdNumbers<f64>) <= 4096);
    CHECK(sizeof(AdamWTable<f64>) + sizeof(AdamWNumbers<f64>) <= 4096);
    SgdTable table{};
    Buffer<f32> x(MOST_SGD), g(MOST_SGD);
    u32 blocks = 0;
    for (size_t i = 0; i < MOST_SGD; i++) {
        x[i] = (f32)i, g[i] = 1;
        table.param[i] = x.at(i), table.grad[i] = g.at(i);
        blocks = add_chunks(table, i, 1, blocks, i % 4 == 0);
    }
    run("sgd_f32", {blocks}, {256}, 0, table, SgdNumbers<f32>{2, 0, 1, 0, 1, 0});
    for (size_t i = 0; i < MOST_SGD; i++) CHECK_EQ(x[i], (f32)i - 2);
}
