// arch: 75   Dropout, mask and result in one pass, and its gradient. The numbers are those of src/cpu/random.rs.
#include "pack.cuh"
#include "philox.cuh"

constexpr u32 THREADS = 256;

// mask[i] = word i < limit (always with `all`); y[i] = x[i] · mask[i] · scale. y and mask lie as x, without gaps; y may
// be x. x and y are aligned to 16 bytes, mask to 8.
template <class T>
HOST_DEVICE void dropout(T *y, boolean *mask, const T *x, u64 n, u64 seed, u64 offset, u32 limit, i32 all, f64 scale) {
    typedef typename Compute<T>::type C;
    constexpr int E = sizeof(T) < 4 ? 8 : 4;
    u64 first = ((u64)blockIdx.x * THREADS + threadIdx.x) * E;
    if (first >= n) return;
    bool whole = first + E <= n;
    Pack<T, E> values{};
    Pack<boolean, E> kept;
    if (whole) values.load(x + first);
    else values.load_some(x + first, (i64)(n - first));
#pragma unroll
    for (int k = 0; k < E; k += 4) {
        Vec<u32, 4> words = philox(seed, offset + (first + k) / 4);
#pragma unroll
        for (int j = 0; j < 4; j++) {
            bool keep = words.at[j] < limit || all;
            kept.at[k + j].byte = keep;
            // Infinity and NaN become NaN where they are dropped.
            values.at[k + j] = convert<T>(convert<C>(values.at[k + j]) * (keep ? (C)1 : (C)0) * (C)scale);
        }
    }
    if (whole) {
        values.store(y + first);
        kept.store(mask + first);
    } else {
        values.store_some(y + first, (i64)(n - first));
        kept.store_some(mask + first, (i64)(n - first));
    }
}

// y[i] = x[i] · mask[i] · scale; memory as for `dropout`.
template <class T>
HOST_DEVICE void masked(T *y, const T *x, const boolean *mask, u64 n, f64 scale) {
    typedef typename Compute<T>::type C;
    constexpr int E = sizeof(T) < 4 ? 8 : 4;
    u64 first = ((u64)blockIdx.x * THREADS + threadIdx.x) * E;
    if (first >= n) return;
    bool whole = first + E <= n;
    Pack<T, E> values{};
    Pack<boolean, E> kept{};
    if (whole) {
        values.load(x + first);
        kept.load(mask + first);
    } else {
        values.load_some(x + first, (i64)(n - first));
        kept.load_some(mask + first, (i64)(n - first));
    }
#pragma unroll
    for (int k = 0; k < E; k++)
        values.at[k] = convert<T>(convert<C>(values.at[k]) * convert<C>(kept.at[k]) * (C)scale);
    if (whole) values.store(y + first);
    else values.store_some(y + first, (i64)(n - first));
}

#define DROPOUT(T)                                                                                                 \
    KERNEL(THREADS, dropout_##T, T *y, boolean *mask, const T *x, u64 n, u64 seed, u64 offset, u32 limit, i32 all, \
           f64 scale) {                                                                                            \
        dropout(y, mask, x, n, seed, offset, limit, all, scale);                                                   \
    }                                                                                                              \
    KERNEL(THREADS, masked_##T, T *y, const T *x, const boolean *mask, u64 n, f64 scale) {                         \
        masked(y, x, mask, n, scale);                                                                              \
    }

DROPOUT(f32)
DROPOUT(f64)
DROPOUT(f16)
DROPOUT(bf16)
