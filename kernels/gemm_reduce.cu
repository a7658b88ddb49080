// arch: 75   the second stage of matrix products that were split along k: C = Σₛ partial[s] + bias, in the order of s
#include "gemm.cuh"

// `count` elements of C, contiguous, in rows of `n`; `partial` is [splits, count]. Without splits: zeros or the bias.
template <class S, class C>
HOST_DEVICE void gemm_reduce(const C *partial, u32 splits, i64 count, i64 n, const S *bias, S *out) {
    constexpr int N = 4;
    i64 at = ((i64)blockIdx.x * blockDim.x + threadIdx.x) * N;
    if (at >= count) return;
    C sum[N] = {};
    // The launcher's workspace is aligned; then so are all its parts if `count` is a multiple.
    if (count % N == 0) {
#pragma unroll 4
        for (u32 s = 0; s < splits; s++) {
            Vec<C, N> v = *(const Vec<C, N> *)(partial + s * count + at);
#pragma unroll
            for (int i = 0; i < N; i++) sum[i] += v.at[i];
        }
    } else {
#pragma unroll 1
        for (u32 s = 0; s < splits; s++)
#pragma unroll
            for (int i = 0; i < N; i++)
                if (at + i < count) sum[i] += partial[s * count + at + i];
    }
    i64 column = bias ? at % n : 0;
    S x[N];
#pragma unroll
    for (int i = 0; i < N; i++) {
        if (bias) sum[i] += convert<C>(bias[column]);
        if (++column == n) column = 0;
        x[i] = convert<S>(sum[i]);
    }
    if (at + N <= count && (u64)out % TOGETHER<N, S> == 0) {
        store_together(out + at, x);
        return;
    }
#pragma unroll
    for (int i = 0; i < N; i++)
        if (at + i < count) out[at + i] = x[i];
}

#define GEMM_REDUCE(type, compute)                                                                                    \
    KERNEL(256, gemm_reduce_##type, const compute *partial, u32 splits, i64 count, i64 n, const type *bias, type *out) { \
        gemm_reduce<type, compute>(partial, splits, count, n, bias, out);                                              \
    }
GEMM_REDUCE(f16, f32)
GEMM_REDUCE(bf16, f32)
GEMM_REDUCE(f32, f32)
GEMM_REDUCE(f64, f64)
GEMM_REDUCE(u8, u32)
GEMM_REDUCE(u16, u32)
GEMM_REDUCE(u32, u32)
GEMM_REDUCE(u64, u64)
