// The kernels for matrix products against sums in f64, over layouts, ragged sizes, batches and splits.
#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "gemm.cuh"

#undef threadIdx
#undef blockIdx

namespace {

u32 random_state = 1;
u32 random_bits() { return random_state = random_state * 1664525 + 1013904223, random_state >> 8; }
i64 below(i64 n) { return random_bits() % n; }

int failures;

Divisor divisor(u32 d) {
    u32 shift = 0;
    while ((u64)1 << shift < d) shift++;
    return {d, (u32)((((u64)1 << 32) * (((u64)1 << shift) - d)) / d + 1), shift};
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

// Memory of exactly the elements that a matrix needs, so that AddressSanitizer sees whoever reads more.
template <class S>
struct Matrix {
    std::vector<char> bytes;
    i64 offset = 0;  // of element [0, 0] from the start, in elements
    S *at() { return (S *)(((u64)bytes.data() + 255) / 256 * 256) + offset; }
};

struct Layout {
    i64 m, k;         // strides of a matrix in its batch
    i64 batch[2];     // strides of the two batch dims
    i64 count, base;  // elements in all, and where element [0, 0] is
};

// How a matrix of rows × columns lies: "k" rows are contiguous, "m" columns are; "K", "M" with room between lines,
// "u" rows with room that is not aligned, "g" with steps in both directions, "r" rows that run backwards.
Layout layout(char way, i64 rows, i64 columns, int chunk, u32 b0, u32 b1, bool broadcast) {
    Layout l{};
    auto up = [&](i64 n) { return (n + chunk - 1) / chunk * chunk; };
    i64 size;
    switch (way) {
        case 'k': l.m = columns, l.k = 1, size = rows * columns; break;
        case 'm': l.m = 1, l.k = rows, size = rows * columns; break;
        case 'K': l.m = up(columns) + chunk, l.k = 1, size = l.m * rows; break;
        case 'M': l.k = up(rows) + chunk, l.m = 1, size = l.k * columns; break;
        case 'u': l.m = up(columns) + 1, l.k = 1, size = l.m * rows; break;
        case 'r': l.m = -(up(columns) + chunk), l.k = 1, size = -l.m * rows, l.base = -l.m * (rows - 1); break;
        default: l.k = 3, l.m = columns * 3 + 2, size = l.m * rows; break;
    }
    l.batch[0] = up(size);
    l.batch[1] = broadcast ? 0 : up(size) * b0;
    l.count = up(size) * b0 * (broadcast ? 1 : b1);
    return l;
}

template <class S>
void fill(Matrix<S> &x, i64 count, i64 base) {
    x.bytes.resize(count * sizeof(S) + 256);
    x.offset = 0;
    for (i64 i = 0; i < count; i++) {
        i64 n = below(17) - 8;  // small, so that sums of f16 stay exact enough
        if constexpr (sizeof(S) == 2 && !std::is_integral_v<S>) x.at()[i] = convert<S>((f32)n / 4);
        else if constexpr (std::is_integral_v<S>) x.at()[i] = (S)(n * 37);
        else x.at()[i] = (S)n / 4;
    }
    x.offset = base;
}

struct Case {
    const char *kernel;
    int threads;
    size_t shared;
    int bm, bn;
    const char *ways_a, *ways_b;
    int step;       // what k_per_split is a multiple of
    int most_rows = 0, most_columns = 0;  // gemv: limits
    int sharing = 0;
};

// C = A·B + bias with one kernel, compared element by element.
template <class S, class C>
void product(const Case &t, i64 m, i64 n, i64 k, char way_a, char way_b, u32 b0, u32 b1, u32 splits, bool with_bias,
             bool exchanged = false) {
    constexpr bool exact = std::is_integral_v<S>;
    int chunk = 16 / sizeof(S);
    // As the kernel sees it A is m × k and B is k × n; `layout` is of rows × k for both.
    Layout la = layout(way_a, m, k, chunk, b0, b1, false), lb = layout(way_b, n, k, chunk, b0, b1, b1 > 1);
    Matrix<S> a, b, bias;
    fill(a, la.count, la.base);
    fill(b, lb.count, lb.base);
    fill(bias, exchanged ? m : n, 0);
    u32 batches = b0 * b1;
    i64 count = batches * m * n;
    std::vector<S> out(count);
    memset((void *)out.data(), 0x77, count * sizeof(S));
    std::vector<C> partial(splits > 1 ? splits * count : 0);

    Gemm g{};
    g.a = a.at(), g.b = b.at(), g.c = out.data(), g.bias = with_bias ? bias.at() : nullptr;
    g.partial = splits > 1 ? partial.data() : nullptr;
    g.m = m, g.n = n, g.k = k;
    g.a_m = la.m, g.a_k = la.k, g.b_k = lb.k, g.b_n = lb.m;
    g.c_m = exchanged ? 1 : n, g.c_n = exchanged ? m : 1;
    g.bias_m = exchanged, g.bias_n = !exchanged;
    g.splits = splits;
    i64 per = (k + splits - 1) / splits;
    g.k_per_split = splits > 1 ? (per + t.step - 1) / t.step * t.step : k;
    if (splits > 1 && g.k_per_split * (splits - 1) >= k) return;  // a split without work
    g.tiles_m = (u32)((m + t.bm - 1) / t.bm);
    g.tiles_n = (u32)((n + t.bn - 1) / t.bn);
    g.option = t.sharing;
    std::vector<i64> strides[2] = {{la.batch[0], la.batch[1]}, {lb.batch[0], lb.batch[1]}};
    g.batch = nest<2>({b0, b1}, strides);

    const on_host::Kernel *kernel = on_host::find(t.kernel);
    if (!kernel) {
        printf("no kernel %s\n", t.kernel);
        exit(1);
    }
    void *arguments[] = {&g};
    u32 tiles = g.tiles_m * g.tiles_n;
    // A grid of more blocks than there is work for, in y and z.
    on_host::launch(kernel->body, arguments, {tiles * splits, batches > 2 ? 2 : batches, batches > 2 ? (batches + 1) / 2 : 1},
                    {(unsigned)t.threads, 1, 1}, t.shared);
    if (splits > 1) {
        std::string name = t.kernel;
        std::string reduce = "gemm_reduce" + name.substr(name.rfind('_'));
        if (name.find("tf32") != name.npos) reduce = "gemm_reduce_f32";
        const on_host::Kernel *r = on_host::find(reduce.c_str());
        C *from = partial.data();
        const S *add = (const S *)g.bias;
        S *to = out.data();
        i64 width = exchanged ? m : n;
        void *list[] = {&from, &splits, &count, &width, &add, &to};
        on_host::launch(r->body, list, {(unsigned)((count + 1023) / 1024), 1, 1}, {256, 1, 1}, 0);
    }

    for (u32 batch = 0; batch < batches; batch++)
        for (i64 i = 0; i < m; i++)
            for (i64 j = 0; j < n; j++) {
                const S *pa = a.at() + batch % b0 * la.batch[0] + batch / b0 * la.batch[1] + i * la.m;
                const S *pb = b.at() + batch % b0 * lb.batch[0] + batch / b0 * lb.batch[1] + j * lb.m;
                S got = out[batch * m * n + i * g.c_m + j * g.c_n];
                bool right;
                double want = 0;
                if constexpr (exact) {
                    S sum = with_bias ? bias.at()[exchanged ? i : j] : 0;
                    for (i64 x = 0; x < k; x++) sum = (S)((u64)sum + (u64)pa[x * la.k] * (u64)pb[x * lb.k]);
                    right = got == sum;
                    want = (double)sum;
                } else {
                    double size = 0;
                    if (with_bias) want = convert<f64>(bias.at()[exchanged ? i : j]);
                    for (i64 x = 0; x < k; x++) {
                        double p = convert<f64>(pa[x * la.k]) * convert<f64>(pb[x * lb.k]);
                        want += p, size += fabs(p);
                    }
                    double unit = sizeof(S) == 8 ? 1e-15 : sizeof(S) == 4 ? 6e-8 : std::is_same_v<S, f16> ? 5e-4 : 4e-3;
                    right = fabs(convert<f64>(got) - want) <= unit * (fabs(want) + (sizeof(S) == 2 ? 1e-3 : 4) * size);
                }
                if (!right) {
                    if (failures++ < 20)
                        printf("%s: m %lld n %lld k %lld, A %c, B %c, batch %u × %u, splits %u, bias %d: [%u, %lld, %lld] is "
                               "%g, not %g\n",
                               t.kernel, m, n, k, way_a, way_b, b0, b1, splits, with_bias, batch, i, j,
                               (double)convert<f64>(got), want);
                    return;
                }
            }
}

// Every pair of layouts over ragged sizes; then batches, splits, a bias.
template <class S, class C>
void all_of(const Case &t, bool thorough) {
    struct Size {
        i64 m, n, k;
    };
    i64 m = t.bm, n = t.bn;
    std::vector<Size> sizes = {{1, 1, 1}, {m - 3, n - 5, 37}, {m + 9, n + 17, 70}, {7, n + 1, 129}, {m, n, 200}};
    if (t.most_columns) sizes = {{1, 1, 1}, {m - 3, 1, 700}, {m * 2 + 3, t.most_columns, 537}, {5, t.most_columns - 1, 1111}};
    for (const char *a = t.ways_a; *a; a++)
        for (const char *b = t.ways_b; *b; b++)
            for (const Size &s : sizes) {
                if (s.n < 1) continue;
                bool bias = below(2);
                product<S, C>(t, s.m, s.n, s.k, *a, *b, 1, 1, 1, bias);
                if (!thorough) break;
            }
    char a = t.ways_a[0], b = t.ways_b[0];
    const Size &s = sizes[2];
    product<S, C>(t, s.m, s.n, 40, a, b, 3, 1, 1, true);
    product<S, C>(t, 5, s.n, 40, a, b, 2, 3, 1, false);
    product<S, C>(t, s.m, s.n, 300, a, b, 1, 1, 3, true);
    product<S, C>(t, 5, s.n, 260, a, b, 3, 1, 2, true);
    if (t.most_columns) product<S, C>(t, s.m, s.n, 300, a, b, 2, 1, 3, true, true);
    if (t.most_columns) product<S, C>(t, s.m, s.n, 300, a, b, 2, 1, 1, true, true);
}

template <class S>
void mma(const char *type, bool thorough) {
    struct Tile {
        int bm, bn, step, threads;
        size_t shared;
    };
    const Tile tiles[] = {{128, 256, 128, 256, 147456}, {128, 128, 64, 128, 49152}, {64, 64, 128, 128, 49152}};
    for (const Tile &t : tiles)
        for (const char *order : {"kk", "kn", "mk", "mn"}) {
            char name[64];
            snprintf(name, sizeof name, "gemm_mma_%dx%d_%s_%s", t.bm, t.bn, order, type);
            // Aligned lines only.
            const char *a = order[0] == 'k' ? "Kr" : "M", *b = order[1] == 'k' ? "Kr" : "M";
            all_of<S, f32>({name, t.threads, t.shared, t.bm, t.bn, a, b, t.step / (int)sizeof(S)}, thorough);
        }
}

template <class S, class C>
void simt(const char *name, int tile, bool thorough) {
    all_of<S, C>({name, 256, 0, tile, tile, "kmugr", "kmugr", 16}, thorough);
}

template <class S, class C>
void gemv(const char *type, bool thorough) {
    for (int columns : {1, 4, 8}) {
        char name[64];
        snprintf(name, sizeof name, "gemv_rows_%d_%s", columns, type);
        for (int sharing : {1, 8})
            all_of<S, C>({name, 256, 0, 4 * 8 / sharing, 8, "Kurmg", "Kkg", 16, 1, columns, sharing}, thorough);
        snprintf(name, sizeof name, "gemv_columns_%d_%s", columns, type);
        all_of<S, C>({name, 256, 0, 32 * 16 / (int)sizeof(S), 8, "Mmg", "Kkg", 16, 1, columns, 1}, thorough);
    }
}

template <class S>
void pack(const char *name) {
    const on_host::Kernel *kernel = on_host::find(name);
    for (i64 inner : {1, 3})
        for (i64 count : {1, 7, 8, 33, 300}) {
            i64 lines = 11, stride = count * inner + 1, width = (count + 15) / 16 * 16;
            u32 batches = 3;
            std::vector<S> from(lines * stride * batches), to(lines * width * batches, 1);
            for (S &x : from) x = (S)random_bits();
            std::vector<i64> strides[1] = {{lines * stride}};
            Nest<1> batch = nest<1>({batches}, strides);
            S *p = from.data(), *q = to.data();
            void *arguments[] = {&p, &lines, &count, &stride, &inner, &batch, &q, &width};
            on_host::launch(kernel->body, arguments, {2, 2, 2}, {256, 1, 1}, 0);
            for (u32 b = 0; b < batches; b++)
                for (i64 l = 0; l < lines; l++)
                    for (i64 i = 0; i < width; i++) {
                        S want = i < count ? from[(b * lines + l) * stride + i * inner] : 0;
                        if (to[(b * lines + l) * width + i] != want && failures++ < 20)
                            printf("%s: batch %u, line %lld, element %lld of %lld\n", name, b, l, i, count);
                    }
        }
}

}  // namespace

// The orders as arguments; "thorough" walks every layout over every size.
int main(int count, char **words) {
    bool thorough = false, ran = false;
    for (int i = 1; i < count; i++)
        if (!strcmp(words[i], "thorough")) thorough = true;
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "thorough")) continue;
        if (!on_host::set_order(words[i])) return fprintf(stderr, "order %s?\n", words[i]), 2;
        ran = true;
        mma<f16>("f16", thorough);
        mma<bf16>("bf16", thorough);
        mma<f32>("tf32", thorough);
        simt<f16, f32>("gemm_simt_128x128_f16", 128, false);
        simt<f16, f32>("gemm_simt_64x64_f16", 64, thorough);
        simt<bf16, f32>("gemm_simt_128x128_bf16", 128, false);
        simt<bf16, f32>("gemm_simt_64x64_bf16", 64, thorough);
        simt<f32, f32>("gemm_simt_128x128_f32", 128, thorough);
        simt<f32, f32>("gemm_simt_64x64_f32", 64, thorough);
        simt<f64, f64>("gemm_simt_64x64_f64", 64, thorough);
        simt<u8, u32>("gemm_simt_64x64_u8", 64, false);
        simt<u16, u32>("gemm_simt_64x64_u16", 64, false);
        simt<u32, u32>("gemm_simt_64x64_u32", 64, thorough);
        simt<u64, u64>("gemm_simt_64x64_u64", 64, false);
        simt<f32, f32>("gemm_128x128_f32", 128, thorough);
        all_of<f64, f64>({"gemm_64x64_f64", 128, 0, 64, 64, "kmugr", "kmugr", 16}, thorough);
        gemv<f16, f32>("f16", thorough);
        gemv<bf16, f32>("bf16", thorough);
        gemv<f32, f32>("f32", thorough);
        gemv<f64, f64>("f64", thorough);
        pack<u16>("gemm_pack_16");
        pack<u32>("gemm_pack_32");
        printf("gemm, %s: %d failures\n", words[i], failures);
    }
    return failures || !ran;
}
