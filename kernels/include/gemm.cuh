// What all kernels for matrix products take, and how they finish.
//
//   C[i, j] = Σₖ A[i, k]·B[k, j] + bias[j]        for every matrix of a batch
//
// A grid is (tiles · splits, batch, batch): x counts the tiles of one matrix, for each split of k; y and z count the
// batch. With more than one split a block stores its part of the sum in `partial`, and gemm_reduce adds the parts in
// their order, so that the result is the same in every run.
#pragma once
#include "nest.cuh"
#include "vector.cuh"

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

// The tile number `tile` of tiles_m × tiles_n. Neighbours in time are neighbours in both directions, in bands of BAND
// rows of tiles, so that what runs at one time reads little of A and of B and finds it in L2. It reads least where it
// is about square: 132 multiprocessors with a tile of 128 × 256 each, in 16 rows.
template <u32 BAND>
HOST_DEVICE void find_tile(const Gemm &g, u32 tile, u32 &row, u32 &column) {
    // No more than all tiles, which a grid can count.
    u32 in_a_band = (g.tiles_m < BAND ? g.tiles_m : BAND) * g.tiles_n;
    u32 band = tile / in_a_band, first = band * BAND, in_band = tile - band * in_a_band;
    u32 height = g.tiles_m - first < BAND ? g.tiles_m - first : BAND;
    column = in_band / height;
    row = first + in_band - column * height;
}

// Bytes that are stored at once of N neighbours.
template <int N, class T>
constexpr u32 TOGETHER = sizeof(T) * N < 16 ? sizeof(T) * N : 16;

// Stores N neighbours at a multiple of TOGETHER bytes.
template <int N, class T>
HOST_DEVICE void store_together(T *to, const T (&x)[N]) {
    typedef Bytes<T, TOGETHER<N, T> / sizeof(T)> Part;
    constexpr u32 COUNT = N * sizeof(T) / sizeof(Part);
    Part parts[COUNT];
    memcpy(parts, x, sizeof(x));
#pragma unroll
    for (u32 i = 0; i < COUNT; i++) reinterpret_cast<Part *>(to)[i] = parts[i];
}

// Sums in the type of C; a NaN stays a NaN.
template <int N, class S, class C>
HOST_DEVICE void round_sums(S (&to)[N], const C (&sum)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) to[i] = convert<S>(sum[i]);
}
#if !defined(TENDON_ON_HOST) && __CUDA_ARCH__ >= 800
// Two by one instruction.
template <int N>
HOST_DEVICE void round_sums(f16 (&to)[N], const f32 (&sum)[N]) {
    u32 pair[N / 2];
#pragma unroll
    for (int i = 0; i < N; i += 2)
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair[i / 2]) : "f"(sum[i + 1]), "f"(sum[i]));
    memcpy(to, pair, sizeof(to));
}
template <int N>
HOST_DEVICE void round_sums(bf16 (&to)[N], const f32 (&sum)[N]) {
    u32 pair[N / 2];
#pragma unroll
    for (int i = 0; i < N; i += 2)
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair[i / 2]) : "f"(sum[i + 1]), "f"(sum[i]));
    memcpy(to, pair, sizeof(to));
}
#endif

// Where a thread writes N neighbouring columns, row by row: to C with the bias, or to this split's part.
template <int N, class S, class C>
struct Output {
    char *to;           // in the first row
    i64 line;           // elements from row to row
    i32 rows, columns;  // how many there are from the first; of the columns at most N
    bool part, whole;   // whether it is `partial`; whether all N columns may be stored at once
    C bias[N];

    HOST_DEVICE Output(const Gemm &g, const Work &w, i64 row, i64 column) {
        part = g.partial;
        line = g.n;
        i64 at = w.c + row * g.n + column;
        if (part) at += (i64)w.split * g.batch.count * g.m * g.n;
        // One base, of which NVRTC can tell that it is global memory.
        to = (char *)(part ? g.partial : g.c) + at * (i64)(part ? sizeof(C) : sizeof(S));
        // A block has far fewer rows.
        rows = g.m - row < 1 << 20 ? (i32)(g.m - row) : 1 << 20;
        columns = g.n - column < N ? (i32)(g.n - column) : N;
        if (columns <= 0) rows = 0;
        // With n a multiple of N every row is aligned as the first one.
        whole = g.n % N == 0 && (u64)to % (part ? TOGETHER<N, C> : TOGETHER<N, S>) == 0;
        // Added to anything -0 changes nothing.
#pragma unroll
        for (int i = 0; i < N; i++)
            bias[i] = g.bias && !part && i < columns ? convert<C>(((const S *)g.bias)[column + i]) : (C)-0.0;
    }

    // R rows, every `step`th from `row` on, counted from the first.
    template <int R>
    HOST_DEVICE void store(i32 row, i32 step, const C (&sum)[R][N]) const {
        if (part) {
            put<C>(row, step, sum);
            return;
        }
        S x[R][N];
#pragma unroll
        for (int r = 0; r < R; r++) {
            C total[N];
#pragma unroll
            for (int i = 0; i < N; i++) total[i] = sum[r][i] + bias[i];
            round_sums(x[r], total);
        }
        put<S>(row, step, x);
    }

    template <class T, int R>
    HOST_DEVICE void put(i32 row, i32 step, const T (&x)[R][N]) const {
        T *at = (T *)to + row * line;
        i64 next = step * line;
        if (whole) {
#pragma unroll
            for (int r = 0; r < R; r++, at += next)
                if (row + r * step < rows) store_together(at, x[r]);
            return;
        }
#pragma unroll
        for (int r = 0; r < R; r++, at += next)
#pragma unroll
            for (int i = 0; i < N; i++)
                if (row + r * step < rows && i < columns) at[i] = x[r][i];
    }
};
