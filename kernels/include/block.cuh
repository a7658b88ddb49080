// Threads of a warp and of a block working together.
#pragma once
#include "types.cuh"

constexpr u32 ALL = 0xffffffffu;

// Combines `x` over the lanes of a warp; every lane gets the result. In one fixed order: deterministic.
template <class T, class F>
HOST_DEVICE T warp_reduce(T x, F combine) {
#pragma unroll
    for (int o = 16; o; o >>= 1) x = combine(x, __shfl_xor_sync(ALL, x, o));
    return x;
}
