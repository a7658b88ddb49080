// Threads of a warp and of a block working together. Blocks have one dim, and whole warps.
#pragma once
#include "types.cuh"

constexpr u32 ALL = 0xffffffffu;

HOST_DEVICE u32 lane() { return threadIdx.x & 31; }

// `x` of the lane whose number differs by `mask`. T: anything that can be copied as bytes, also a struct.
template <class T>
HOST_DEVICE T shuffle_xor(T x, int mask) {
    u32 words[(sizeof(T) + 3) / 4] = {};
    memcpy(words, &x, sizeof(T));
#pragma unroll
    for (u32 &word : words) word = __shfl_xor_sync(ALL, word, mask);
    memcpy(&x, words, sizeof(T));
    return x;
}

// combine(x₀, x₁, …) over the lanes of a warp; every lane gets the result, to the last bit the same.
// In one fixed order, the lower lane on the left: deterministic, and `combine` need only be associative.
template <class T, class F>
HOST_DEVICE T warp_reduce(T x, F combine) {
#pragma unroll
    for (int mask = 1; mask < 32; mask *= 2) {
        T other = shuffle_xor(x, mask);
        x = lane() & mask ? combine(other, x) : combine(x, other);
    }
    return x;
}

// combine(x₀, x₁, …) over the threads of a block, in the order of their numbers; every thread gets the result.
// combine(x, identity) is x. All threads call it; it has barriers, the last one after all have read.
template <class T, class F>
HOST_DEVICE T block_reduce(T x, T identity, F combine) {
    static_assert(sizeof(T) <= 32, "keep the shared memory of a reduction small");
    __shared__ __align__(16) unsigned char bytes[32 * sizeof(T)];
    T *parts = reinterpret_cast<T *>(bytes);
    x = warp_reduce(x, combine);
    if (blockDim.x <= 32) return x;
    if (lane() == 0) parts[threadIdx.x / 32] = x;
    __syncthreads();
    x = warp_reduce(lane() < blockDim.x / 32 ? parts[lane()] : identity, combine);
    __syncthreads();
    return x;
}

// combine(x₀, x₁, …) over each group of `group` neighbouring threads (a power of 2, at most the block), in the order of
// their numbers; every thread of a group gets its result. All threads call it with the same `group`; with barriers for
// more than 32, the last one after all have read.
template <class T, class F>
HOST_DEVICE T group_reduce(T x, u32 group, F combine) {
#pragma unroll 1
    for (u32 mask = 1; mask < 32 && mask < group; mask *= 2) {
        T other = shuffle_xor(x, (int)mask);
        x = lane() & mask ? combine(other, x) : combine(x, other);
    }
    if (group <= 32) return x;
    __shared__ __align__(16) unsigned char bytes[32 * sizeof(T)];
    T *parts = reinterpret_cast<T *>(bytes);
    u32 warps = group / 32, warp = threadIdx.x / 32;
    if (lane() == 0) parts[warp] = x;
    __syncthreads();
    x = parts[(warp & ~(warps - 1)) + (lane() & (warps - 1))];
#pragma unroll 1
    for (u32 mask = 1; mask < warps; mask *= 2) {
        T other = shuffle_xor(x, (int)mask);
        x = lane() & mask ? combine(other, x) : combine(x, other);
    }
    __syncthreads();
    return x;
}

// True in the block that is the last of `blocks` to come here: what the others wrote before is then there to be read.
// `counter` is 0 before the launch, and again afterwards. All threads call it; it has barriers.
HOST_DEVICE bool last_block(u32 *counter, u32 blocks) {
    __shared__ u32 before;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) {
        before = atomicAdd(counter, 1u);
        if (before == blocks - 1) *counter = 0;
    }
    __syncthreads();
    __threadfence();
    return before == blocks - 1;
}

// Whether `x` holds in some thread of the block. All threads call it; a barrier.
HOST_DEVICE bool block_any(bool x) { return __syncthreads_or(x) != 0; }
