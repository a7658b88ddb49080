// arch: 75 80  Dropout, mask and result in one pass, and its gradient. The numbers are those of src/cpu/random.rs.
#include "pack.cuh"
#include "philox.cuh"

constexpr u32 THREADS = 256;

// A thread works on PACKS packs of E elements, a block's width apart, so that their loads are under way at once.
constexpr int PACKS = 2;

template <class T>
constexpr int E = sizeof(T) < 4 ? 8 : 4;

template <class T>
HOST_DEVICE u64 first_of(int pack) {
    return (((u64)blockIdx.x * PACKS + pack) * THREADS + threadIdx.x) * E<T>;
}

// Infinity and NaN become NaN where they are dropped.
template <class T>
HOST_DEVICE T masked(T x, boolean mask, f64 scale) {
    typedef typename Compute<T>::type C;
    return convert<T>(convert<C>(x) * convert<C>(mask) * (C)scale);
}

// y[i] = x[i] · mask[i] · scale, where `draw` makes the mask or leaves it as it is. They lie alike, without gaps; y may
// be x. x and y are aligned to 16 bytes, mask to 8.
template <bool DRAWS, class T, class F>
HOST_DEVICE void each_element(T *y, boolean *mask, const T *x, u64 n, f64 scale, F draw) {
    Pack<T, E<T>> values[PACKS] = {};
    Pack<boolean, E<T>> kept[PACKS] = {};
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        u64 at = first_of<T>(p);
        if (at + E<T> > n) continue;
        values[p].load(x + at);
        if (!DRAWS) kept[p].load(mask + at);
    }
#pragma unroll
    for (int p = 0; p < PACKS; p++) {
        u64 at = first_of<T>(p);
        if (at + E<T> > n) {
            // The last elements, one by one.
#pragma unroll 1
            for (u64 i = at; i < n; i++) {
                boolean keep = DRAWS ? draw(i) : mask[i];
                y[i] = masked(x[i], keep, scale);
                if (DRAWS) mask[i] = keep;
            }
            continue;
        }
        if (DRAWS) draw(at, kept[p]);
#pragma unroll
        for (int k = 0; k < E<T>; k++) values[p].at[k] = masked(values[p].at[k], kept[p].at[k], scale);
        values[p].store(y + at);
        if (DRAWS) kept[p].store(mask + at);
    }
}

// Element i is kept where word i < limit, always with `all`.
struct Draw {
    u64 seed, offset;
    u32 limit;
    i32 all;

    HOST_DEVICE boolean operator()(u64 i) const {
        Vec<u32, 4> words = philox(seed, offset + i / 4);
        u32 word = i & 2 ? (i & 1 ? words.at[3] : words.at[2]) : (i & 1 ? words.at[1] : words.at[0]);
        return {(u8)(word < limit || all)};
    }

    template <int N>
    HOST_DEVICE void operator()(u64 first, Pack<boolean, N> &kept) const {
#pragma unroll
        for (int k = 0; k < N; k += 4) {
            Vec<u32, 4> words = philox(seed, offset + (first + k) / 4);
#pragma unroll
            for (int j = 0; j < 4; j++) kept.at[k + j].byte = words.at[j] < limit || all;
        }
    }
};

#define DROPOUT(T)                                                                                                 \
    KERNEL(THREADS, dropout_##T, T *y, boolean *mask, const T *x, u64 n, f64 scale, Draw draw) {                   \
        each_element<true>(y, mask, x, n, scale, draw);                                                            \
    }                                                                                                              \
    KERNEL(THREADS, masked_##T, T *y, boolean *mask, const T *x, u64 n, f64 scale) {                               \
        each_element<false>(y, mask, x, n, scale, Draw{});                                                         \
    }

DROPOUT(f32)
DROPOUT(f64)
DROPOUT(f16)
DROPOUT(bf16)
