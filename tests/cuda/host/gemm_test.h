// Matrix products by one kernel, compared with sums in f64 (integers: exactly).
#pragma once
#include "test.h"

#include "gemm.cuh"

namespace gemm_test {

inline i64 random_below(i64 n) { return (i64)(on_host::generator()() >> 1) % n; }

// As src/cuda/nest.rs makes it.
inline Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

template <int K>
Nest<K> nest(std::vector<u32> sizes, const std::vector<i64> (&strides)[K]) {
    Nest<K> n{};
    n.rank = (i32)sizes.size();
    n.count = 1;
    for (size_t d = 0; d < sizes.size(); d++) {
        n.size[d] = divisor(sizes[d]);
        n.count *= sizes[d];
        for (int k = 0; k < K; k++) n.stride[k][d] = strides[k][d];
    }
    return n;
}

// Where a batch of matrices of `lines` × k lies; a line is a row of A or a column of B.
struct Layout {
    i64 line, k;      // strides
    i64 batch[2];     // strides of the two batch dims
    i64 count, base;  // elements in all, and which of them is element [0, 0]
};

// 'k': neighbours in memory are neighbours along k. 'a': across. 'K', 'A': the same with room between the runs, which
// start at multiples of 16 bytes. 'r': as 'K', backwards. 'u': as 'K', at odd places. 'g': no neighbours at all.
inline Layout layout(char way, i64 lines, i64 k, int chunk, u32 b0, u32 b1, bool broadcast) {
    Layout l{};
    auto up = [&](i64 n) { return (n + chunk - 1) / chunk * chunk; };
    i64 size = 0;
    switch (way) {
        case 'k': l.line = k, l.k = 1, size = lines * k; break;
        case 'a': l.line = 1, l.k = lines, size = lines * k; break;
        case 'K': l.line = up(k) + chunk, l.k = 1, size = l.line * lines; break;
        case 'A': l.k = up(lines) + chunk, l.line = 1, size = l.k * k; break;
        case 'r': l.line = -(up(k) + chunk), l.k = 1, size = -l.line * lines, l.base = -l.line * (lines - 1); break;
        case 'u': l.line = up(k) + 1, l.k = 1, size = l.line * lines; break;
        default: l.k = 3, l.line = k * 3 + 2, size = l.line * lines; break;
    }
    l.batch[0] = up(size);
    l.batch[1] = broadcast ? 0 : up(size) * b0;
    l.count = up(size) * b0 * (broadcast ? 1 : b1);
    return l;
}

// Numbers of few bits, so that rounding to tf32 loses nothing.
template <class S>
Buffer<S> numbers(i64 count) {
    Buffer<S> x((size_t)count);
    for (S &value : x) {
        i64 n = random_below(17) - 8;
        if constexpr (std::is_integral_v<S>) value = (S)(n * 37);
        else value = convert<S>((f32)n / 4);
    }
    return x;
}

// A kernel, the tile of a block, and the layouts that it takes.
struct Case {
    std::string kernel;
    u32 threads;
    size_t shared;
    i64 bm, bn;
    const char *ways_a, *ways_b;
    i64 step;         // what a split's part of k is a multiple of
    i64 columns = 0;  // of B at most; 0: any number
    u32 option = 0;
};

struct Sizes {
    i64 m, n, k;
    u32 b0 = 1, b1 = 1, splits = 1;
    bool bias = false;
    bool exchanged = false;  // C is written transposed, the bias is along m
    i64 shift = 0;           // where C starts in its memory, which is aligned
};

template <class S, class C>
void product(const Case &t, char way_a, char way_b, Sizes s) {
    constexpr int CHUNK = 16 / (int)sizeof(S);
    Layout la = layout(way_a, s.m, s.k, CHUNK, s.b0, s.b1, false);
    Layout lb = layout(way_b, s.n, s.k, CHUNK, s.b0, s.b1, s.b1 > 1);
    Buffer<S> a = numbers<S>(la.count), b = numbers<S>(lb.count), bias = numbers<S>(s.exchanged ? s.m : s.n);
    u32 batches = s.b0 * s.b1;
    i64 count = batches * s.m * s.n, width = s.exchanged ? s.m : s.n;
    Buffer<S> out((size_t)(s.shift + count));
    Buffer<C> partial((size_t)(s.splits > 1 ? s.splits * count : 0));

    Gemm g{};
    g.a = a.at(la.base), g.b = b.at(lb.base), g.c = out.at(s.shift), g.bias = s.bias ? bias.at() : nullptr;
    g.partial = s.splits > 1 ? partial.at() : nullptr;
    g.m = s.m, g.n = s.n, g.k = s.k;
    g.a_m = la.line, g.a_k = la.k, g.b_k = lb.k, g.b_n = lb.line;
    g.c_m = s.exchanged ? 1 : s.n, g.c_n = s.exchanged ? s.m : 1;
    g.bias_m = s.exchanged, g.bias_n = !s.exchanged;
    g.k_per_split = (s.k + s.splits - 1) / s.splits;
    if (s.splits > 1) g.k_per_split = (g.k_per_split + t.step - 1) / t.step * t.step;
    g.tiles_m = (u32)((s.m + t.bm - 1) / t.bm);
    g.tiles_n = (u32)((s.n + t.bn - 1) / t.bn);
    g.splits = s.splits;
    g.option = t.option;
    std::vector<i64> strides[2] = {{la.batch[0], la.batch[1]}, {lb.batch[0], lb.batch[1]}};
    g.batch = nest<2>({s.b0, s.b1}, strides);

    // The grid may have more blocks than there is work for.
    u32 y = batches > 2 ? 2 : batches, z = batches > 2 ? (batches + 1) / 2 : 1;
    run(t.kernel.c_str(), {g.tiles_m * g.tiles_n * s.splits, y, z}, {t.threads}, t.shared, g);
    if (s.splits > 1) {
        std::string type = t.kernel.substr(t.kernel.rfind('_') + 1);
        std::string reduce = "gemm_reduce_" + (type == "tf32" ? "f32" : type);
        run(reduce.c_str(), {(u32)((count + 1023) / 1024)}, {256}, 0, (const C *)g.partial, g.splits, count, width,
            (const S *)g.bias, out.at(s.shift));
    }

    for (u32 batch = 0; batch < batches; batch++)
        for (i64 i = 0; i < s.m; i++)
            for (i64 j = 0; j < s.n; j++) {
                const S *pa = (const S *)g.a + batch % s.b0 * la.batch[0] + batch / s.b0 * la.batch[1] + i * la.line;
                const S *pb = (const S *)g.b + batch % s.b0 * lb.batch[0] + batch / s.b0 * lb.batch[1] + j * lb.line;
                S got = out[(size_t)(s.shift + batch * s.m * s.n + i * g.c_m + j * g.c_n)];
                size_t at_bias = (size_t)(s.exchanged ? i : j);
                double want = 0, size = 0, unit = 0, value = (double)convert<f64>(got);
                if constexpr (std::is_integral_v<S>) {
                    u64 sum = s.bias ? (u64)bias[at_bias] : 0;
                    for (i64 x = 0; x < s.k; x++) sum += (u64)pa[x * la.k] * (u64)pb[x * lb.k];
                    want = (double)(S)sum;
                } else {
                    if (s.bias) want = convert<f64>(bias[at_bias]);
                    for (i64 x = 0; x < s.k; x++) {
                        double p = convert<f64>(pa[x * la.k]) * convert<f64>(pb[x * lb.k]);
                        want += p, size += fabs(p);
                    }
                    unit = std::is_same_v<S, f16> ? 5e-4 : std::is_same_v<S, bf16> ? 4e-3 : 0;
                }
                double tolerance = unit * fabs(want) + (sizeof(C) == 8 ? 1e-15 : 3e-7) * size;
                if (!(fabs(value - want) <= tolerance)) {
                    std::ostringstream text;
                    text << t.kernel << ": m " << s.m << " n " << s.n << " k " << s.k << ", A " << way_a << ", B " << way_b
                         << ", batch " << s.b0 << " × " << s.b1 << ", splits " << s.splits << ", bias " << s.bias << ": ["
                         << batch << ", " << i << ", " << j << "] is " << value << ", not " << want;
                    on_host::failed(__FILE__, __LINE__, text.str());
                    return;
                }
            }
}

// A ragged size for every pair of layouts; then batches, splits and a bias.
template <class S, class C>
void product_everywhere(const Case &t) {
    i64 m = t.bm, n = t.columns ? t.columns : t.bn, k = t.columns ? 537 : 70;
    bool first = true;
    for (const char *a = t.ways_a; *a; a++)
        for (const char *b = t.ways_b; *b; b++) {
            i64 columns = t.columns ? n - (n > 1) : n + (first ? 9 : -5);
            product<S, C>(t, *a, *b, {m + (first ? 9 : -3), columns, k - 1, 1, 1, 1, random_below(2) == 0});
            first = false;
        }
    char a = t.ways_a[0], b = t.ways_b[0];
    product<S, C>(t, a, b, {1, 1, 1});
    product<S, C>(t, a, b, {7, n, k, 3, 1, 1, true});
    product<S, C>(t, a, b, {5, t.columns ? n : 16, k, 2, 3});
    product<S, C>(t, a, b, {m, n, 4 * t.step, 1, 1, 1, true});
    product<S, C>(t, a, b, {5, n, 4 * t.step - 3, 2, 1, 2, true});
    product<S, C>(t, a, b, {m - 1, t.columns ? n : 9, 7 * t.step, 1, 1, 3});
    product<S, C>(t, a, b, {5, t.columns ? n : 16, k, 2, 1, 1, true, false, 1});
    product<S, C>(t, a, b, {5, t.columns ? n : 16, 4 * t.step, 1, 1, 2, false, false, 1});
}

}  // namespace gemm_test
