// What all kernels for matrix products take, and how they finish.
//
//   C[i, j] = Σₖ A[i, k]·B[k, j] + bias[j]        for every matrix of a batch
//
// A grid is (tiles · splits, batch, batch): x counts the tiles of one matrix, for each split of k; y and z count the
// batch. With more than one split a block stores its part of the sum in `partial`, and gemm_reduce adds the parts in
// their order, so that the result is the same in every run.
#pragma once
#include "nest.cuh"

// The mirror of src/cuda/gemm/arguments.rs. Strides in elements.
struct Gemm {
    const void *a, *b;
    void *c;
    const void *bias;  // one per column, or null
    void *partial;     // [splits, batch, m, n] in the type that sums are kept in, or null: C is finished at once
    i64 m, n, k;
    i64 a_m, a_k, b_k, b_n;
    i64 c_m, c_n;     // 1 in c_n, but for gemv with exchanged operands
    i64 bias_m, bias_n;  // 0 and 1, but for gemv with exchanged operands
    i64 k_per_split;
    u32 tiles_m, tiles_n, splits;
    u32 option;     // gemv: how many warps share rows
    Nest<2> batch;  // places of A and B
};

// Which matrices and which part of k a block works on.
struct Work {
    u32 batch, split, tile;
    i64 a, b, c;  // where the matrices start, in elements
    i64 k, depth;  // first k and how many
};

// False for blocks that the grid has too many.
HOST_DEVICE bool find_work(const Gemm &g, u32 tiles, Work &w) {
    w.batch = blockIdx.z * gridDim.y + blockIdx.y;
    if (w.batch >= g.batch.count) return false;
    w.split = g.splits > 1 ? blockIdx.x / tiles : 0;
    w.tile = blockIdx.x - w.split * tiles;
    i64 at[2];
    g.batch.places(w.batch, at);
    w.a = at[0];
    w.b = at[1];
    w.c = (i64)w.batch * g.m * g.n;
    w.k = w.split * g.k_per_split;
    w.depth = g.k - w.k < g.k_per_split ? g.k - w.k : g.k_per_split;
    return true;
}

// The tile number `tile` of tiles_m × tiles_n. Neighbours in time are neighbours in both directions, in bands of 8
// rows of tiles, so that what runs at one time reads little of A and of B and finds it in L2.
HOST_DEVICE void find_tile(const Gemm &g, u32 tile, u32 &row, u32 &column) {
    constexpr u32 BAND = 8;
    u32 band = tile / (BAND * g.tiles_n), first = band * BAND;
    u32 height = g.tiles_m - first < BAND ? g.tiles_m - first : BAND;
    u32 in_band = tile - band * BAND * g.tiles_n;
    column = in_band / height;
    row = first + in_band - column * height;
}

// N neighbouring values of a row, starting at `column` of `row`: into `partial`, or with the bias into C.
// `wide` says that rows of C start aligned to N elements.
template <int N, class S, class C>
HOST_DEVICE void finish(const Gemm &g, const Work &w, i64 row, i64 column, const C (&sum)[N], bool wide) {
    if (row >= g.m || column >= g.n) return;
    if (g.partial) {
        C *to = (C *)g.partial + (i64)w.split * g.batch.count * g.m * g.n + w.c + row * g.n + column;
        if (wide) {
            Vec<C, N> v;
#pragma unroll
            for (int i = 0; i < N; i++) v.at[i] = sum[i];
            *(Vec<C, N> *)to = v;
            return;
        }
#pragma unroll
        for (int i = 0; i < N; i++)
            if (column + i < g.n) to[i] = sum[i];
        return;
    }
    S *to = (S *)g.c + w.c + row * g.n + column;
    const S *bias = (const S *)g.bias + column;
    Vec<S, N> v;
#pragma unroll
    for (int i = 0; i < N; i++) {
        C x = sum[i];
        if (g.bias && column + i < g.n) x += convert<C>(bias[i]);
        v.at[i] = convert<S>(x);
    }
    if (wide) {
        *(Vec<S, N> *)to = v;
        return;
    }
#pragma unroll
    for (int i = 0; i < N; i++)
        if (column + i < g.n) to[i] = v.at[i];
}

// Whether `finish` may store N elements of S, or sums of C, at once: everything starts at a multiple of them.
template <int N, class S, class C>
HOST_DEVICE bool wide_rows(const Gemm &g) {
    return g.n % N == 0 && (g.partial ? (u64)g.partial % (N * sizeof(C)) == 0 : (u64)g.c % (N * sizeof(S)) == 0);
}
