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

    // The places of element number `n` in C order. With `first`, dims below it are left out: `n` counts over the rest.
    HOST_DEVICE void places(u32 n, i64 (&at)[K], int first = 0) const {
        u32 one[1] = {n};
        i64 place[K][1];
        places_of(one, place, first);
#pragma unroll
        for (int k = 0; k < K; k++) at[k] = place[k][0];
    }

    // The places of several elements.
    template <int M>
    HOST_DEVICE void places_of(u32 (&n)[M], i64 (&at)[K][M], int first = 0) const {
#pragma unroll
        for (int k = 0; k < K; k++)
#pragma unroll
            for (int i = 0; i < M; i++) at[k][i] = 0;
#pragma unroll 1
        for (int d = first; d < rank; d++) {
#pragma unroll
            for (int i = 0; i < M; i++) {
                u32 q = size[d].divide(n[i]), r = n[i] - q * size[d].divisor;
                n[i] = q;
#pragma unroll
                for (int k = 0; k < K; k++) at[k][i] += (i64)r * stride[k][d];
            }
        }
    }
};
