// A large matrix A by a B of at most N ≤ 8 columns: bounded by how fast A is read, each element once. The launcher
// exchanges the operands (Cᵀ = Bᵀ·Aᵀ) where it is A that has few rows. Any strides and alignment; sixteen bytes at a
// time where they are neighbours and aligned.
#pragma once
#include "block.cuh"
#include "gemm.cuh"

constexpr int GEMV_THREADS = 256, GEMV_WARPS = GEMV_THREADS / 32;

// Elements of S in 16 bytes.
template <class S>
constexpr int CHUNK = 16 / (int)sizeof(S);

// Whether runs along the dim of stride `inner` are runs in memory, each start of which is a multiple of 16 bytes.
template <class S>
HOST_DEVICE bool in_chunks(const S *base, i64 inner, i64 outer) {
    return inner == 1 && outer % CHUNK<S> == 0 && (u64)base % 16 == 0;
}

template <class S>
HOST_DEVICE Vec<S, CHUNK<S>> load_chunk(const S *p) {
    return *(const Vec<S, CHUNK<S>> *)p;
}

// Element (row, column) of C, or of this split's part of it.
template <class S, class C>
HOST_DEVICE void finish_one(const Gemm &g, const Work &w, i64 row, i64 column, C sum) {
    i64 at = w.c + row * g.c_m + column * g.c_n;
    if (g.partial) {
        ((C *)g.partial)[(i64)w.split * g.batch.count * g.m * g.n + at] = sum;
        return;
    }
    if (g.bias) sum += convert<C>(((const S *)g.bias)[row * g.bias_m + column * g.bias_n]);
    ((S *)g.c)[at] = convert<S>(sum);
}

constexpr int GEMV_ROWS = 4;  // rows to a warp

// A whose neighbours are neighbours along k: a warp takes GEMV_ROWS rows and its lanes go along k. g.option warps
// share rows, each with its part of k.
template <class S, int N>
HOST_DEVICE void gemv_rows(const Gemm &g) {
    typedef typename Compute<S>::type C;
    constexpr int R = GEMV_ROWS, V = CHUNK<S>;
    __shared__ C parts[GEMV_WARPS][R * N];
    Work w;
    if (!find_work(g, g.tiles_m, w)) return;
    i32 warp = threadIdx.x / 32, sharing = (i32)g.option, depth = (i32)w.depth;
    i64 row0 = ((i64)w.tile * (GEMV_WARPS / sharing) + warp / sharing) * R;
    const S *a = (const S *)g.a + w.a + row0 * g.a_m + w.k * g.a_k;
    const S *b = (const S *)g.b + w.b + w.k * g.b_k;
    i32 rows = (i32)(g.m - row0 < R ? g.m - row0 : R), columns = (i32)g.n;
    i64 row[R], column[N];  // where they start; the last one once more for those that are not there
#pragma unroll
    for (int r = 0; r < R; r++) row[r] = min(r, rows - 1) * g.a_m;
#pragma unroll
    for (int c = 0; c < N; c++) column[c] = min(c, columns - 1) * g.b_n;

    C sum[R][N];
#pragma unroll
    for (int r = 0; r < R; r++)
#pragma unroll
        for (int c = 0; c < N; c++) sum[r][c] = 0;
    i32 turn = warp % sharing * 32 + (i32)lane(), turns = sharing * 32, done = 0;
    if (rows > 0 && in_chunks(a, g.a_k, g.a_m) && in_chunks(b, g.b_k, g.b_n)) {
        done = depth / V * V;
#pragma unroll 2
        for (i32 k = turn * V; k < done; k += turns * V) {
            Vec<S, V> from_a[R];
#pragma unroll
            for (int r = 0; r < R; r++) from_a[r] = load_chunk(a + row[r] + k);
#pragma unroll
            for (int c = 0; c < N; c++) {
                Vec<S, V> from_b = load_chunk(b + column[c] + k);
#pragma unroll
                for (int e = 0; e < V; e++)
#pragma unroll
                    for (int r = 0; r < R; r++) sum[r][c] += convert<C>(from_a[r].at[e]) * convert<C>(from_b.at[e]);
            }
        }
    }
    // The rest, or all that is not aligned, one by one.
    if (rows > 0) {
#pragma unroll 1
        for (i32 k = done + turn; k < depth; k += turns) {
            C from_a[R];
#pragma unroll
            for (int r = 0; r < R; r++) from_a[r] = convert<C>(a[row[r] + k * g.a_k]);
#pragma unroll
            for (int c = 0; c < N; c++) {
                C from_b = convert<C>(b[column[c] + k * g.b_k]);
#pragma unroll
                for (int r = 0; r < R; r++) sum[r][c] += from_a[r] * from_b;
            }
        }
    }
#pragma unroll
    for (int r = 0; r < R; r++)
#pragma unroll
        for (int c = 0; c < N; c++) {
            C all = sum[r][c];
#pragma unroll
            for (int o = 16; o > 0; o /= 2) all += __shfl_xor_sync(ALL, all, o);
            if (lane() == 0) parts[warp][r * N + c] = all;
        }
    __syncthreads();
    // The first of the warps that share rows adds what they have, in their order.
    i32 r = (i32)lane() / N, c = (i32)lane() % N;
    if (warp % sharing == 0 && r < rows && c < columns) {
        C all = parts[warp][lane()];
        for (i32 i = 1; i < sharing; i++) all += parts[warp + i][lane()];
        finish_one<S>(g, w, row0 + r, c, all);
    }
}

// A whose neighbours are neighbours across: a block takes 32 · CHUNK rows, a lane CHUNK of them, and its warps take
// turns along k.
template <class S, int N>
HOST_DEVICE void gemv_columns(const Gemm &g) {
    typedef typename Compute<S>::type C;
    constexpr int V = CHUNK<S>;
    __shared__ C parts[GEMV_WARPS][32 * V];
    Work w;
    if (!find_work(g, g.tiles_m, w)) return;
    i32 warp = threadIdx.x / 32, depth = (i32)w.depth;
    i64 row0 = (i64)w.tile * 32 * V;
    const S *tile = (const S *)g.a + w.a + row0 * g.a_m + w.k * g.a_k;
    const S *a = tile + lane() * V * g.a_m;
    const S *b = (const S *)g.b + w.b + w.k * g.b_k;
    i32 there = (i32)(g.m - row0 < 32 * V ? g.m - row0 : 32 * V), columns = (i32)g.n;
    i32 rows = there - (i32)lane() * V;  // of this lane, maybe more than V or less than 0
    i64 column[N];  // where they start; the last one once more for those that are not there
#pragma unroll
    for (int c = 0; c < N; c++) column[c] = min(c, columns - 1) * g.b_n;

    C sum[V][N];
#pragma unroll
    for (int r = 0; r < V; r++)
#pragma unroll
        for (int c = 0; c < N; c++) sum[r][c] = 0;
    i32 done = 0;
    if (rows >= V && in_chunks(tile, g.a_m, g.a_k) && in_chunks(b, g.b_k, g.b_n)) {
        done = depth / V * V;
#pragma unroll 1
        for (i32 k = warp * V; k < done; k += GEMV_WARPS * V) {
            Vec<S, V> from_a[V], from_b[N];
#pragma unroll
            for (int e = 0; e < V; e++) from_a[e] = load_chunk(a + (k + e) * g.a_k);
#pragma unroll
            for (int c = 0; c < N; c++) from_b[c] = load_chunk(b + column[c] + k);
#pragma unroll
            for (int e = 0; e < V; e++)
#pragma unroll
                for (int c = 0; c < N; c++) {
                    C factor = convert<C>(from_b[c].at[e]);
#pragma unroll
                    for (int r = 0; r < V; r++) sum[r][c] += convert<C>(from_a[e].at[r]) * factor;
                }
        }
    }
    // The rest, or all that is not aligned, one by one.
#pragma unroll 1
    for (i32 k = done + warp; k < depth; k += GEMV_WARPS) {
        C from_a[V];
#pragma unroll
        for (int r = 0; r < V; r++) {
            from_a[r] = 0;
            if (r < rows) from_a[r] = convert<C>(a[r * g.a_m + k * g.a_k]);
        }
#pragma unroll
        for (int c = 0; c < N; c++) {
            C factor = convert<C>(b[column[c] + k * g.b_k]);
#pragma unroll
            for (int r = 0; r < V; r++) sum[r][c] += from_a[r] * factor;
        }
    }
    // Column by column, the warps' sums in their order.
#pragma unroll
    for (int c = 0; c < N; c++) {
        if (c >= columns) break;
        __syncthreads();
#pragma unroll
        for (int r = 0; r < V; r++) parts[warp][lane() * V + r] = sum[r][c];
        __syncthreads();
        for (i32 row = threadIdx.x; row < there; row += GEMV_THREADS) {
            C all = parts[0][row];
#pragma unroll
            for (int i = 1; i < GEMV_WARPS; i++) all += parts[i][row];
            finish_one<S>(g, w, row0 + row, c, all);
        }
    }
}

// gemv_rows_N_TYPE and gemv_columns_N_TYPE; a multiprocessor holds at least `blocks` of them, so that enough loads are on
// their way.
#define GEMV(type, count, blocks)                                                                                 \
    KERNEL_BLOCKS(GEMV_THREADS, blocks, gemv_rows_##count##_##type, Gemm g) { gemv_rows<type, count>(g); }        \
    KERNEL_BLOCKS(GEMV_THREADS, blocks, gemv_columns_##count##_##type, Gemm g) { gemv_columns<type, count>(g); }
