// Index arithmetic: from the number of an element to its place in each of K operands.
// The mirror of src/cuda/nest.rs, which collapses dims and fills these in.
#pragma once
#include "types.cuh"

constexpr int MAX_DIMS = 8;

// n / divisor without a division, for n < 2^31: (n·multiplier / 2^32 + n) / 2^shift (Granlund and Montgomery, 1994).
struct Divisor {
    u32 divisor, multiplier, shift;

    HOST_DEVICE u32 divide(u32 n) const {
#ifdef TENDON_ON_HOST
        return (u32)((((u64)n * multiplier >> 32) + n) >> shift);
#else
        return (__umulhi(n, multiplier) + n) >> shift;
#endif
    }
};

// Loops over `rank` dims, dim 0 the innermost, of K operands. Strides in elements.
template <int K>
struct Nest {
    i32 rank;
    u32 count;  // elements in all, below 2^31
    Divisor size[MAX_DIMS];
    i64 stride[K][MAX_DIMS];

    // The places of element number `n` in C order.
    HOST_DEVICE void places(u32 n, i64 (&at)[K]) const {
#pragma unroll
        for (int k = 0; k < K; k++) at[k] = 0;
#pragma unroll 1
        for (int d = 0; d + 1 < rank; d++) {
            u32 q = size[d].divide(n), r = n - q * size[d].divisor;
            n = q;
#pragma unroll
            for (int k = 0; k < K; k++) at[k] += (i64)r * stride[k][d];
        }
#pragma unroll
        for (int k = 0; k < K; k++) at[k] += rank ? (i64)n * stride[k][rank - 1] : 0;
    }

    // The places of elements n[0], n[1], …; these are used up. One loop for all: little code, and the divisions of
    // different elements do not wait for each other.
    template <int U>
    HOST_DEVICE void places(u32 (&n)[U], i64 (&at)[K][U]) const {
#pragma unroll
        for (int k = 0; k < K; k++)
#pragma unroll
            for (int u = 0; u < U; u++) at[k][u] = 0;
#pragma unroll 1
        for (int d = 0; d + 1 < rank; d++) {
            Divisor by = size[d];
#pragma unroll
            for (int u = 0; u < U; u++) {
                u32 q = by.divide(n[u]), r = n[u] - q * by.divisor;
                n[u] = q;
#pragma unroll
                for (int k = 0; k < K; k++) at[k][u] += (i64)r * stride[k][d];
            }
        }
#pragma unroll
        for (int k = 0; k < K; k++) {
            i64 step = rank ? stride[k][rank - 1] : 0;
#pragma unroll
            for (int u = 0; u < U; u++) at[k][u] += (i64)n[u] * step;
        }
    }
};
