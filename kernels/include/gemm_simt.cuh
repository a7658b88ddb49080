// Matrix products without tensor cores, for any strides and alignment.
//
// A block of 256 threads computes BM × BN of C, a thread TM × TN of those. Tiles of A and B of BK along k are in
// shared memory twice: while one pair is multiplied, the elements of the next are on their way to registers.
#pragma once
#include "gemm.cuh"

// A thread's elements of a tile, on their way from global to shared memory: groups of 4 neighbours, along k or across.
template <class S, class C, int MN, int BK>
struct Carrier {
    static constexpr int GROUPS = MN * BK / 4 / 256;
    static constexpr int LINE = MN + 4;  // elements of a line of the tile in shared memory; the 4 spread over banks
    static constexpr int PASS_ALONG = 256 / (BK / 4), PASS_ACROSS = 256 / (MN / 4);  // lines from group to group
    static_assert(MN * BK % 1024 == 0 && GROUPS > 0, "every thread carries as much");

    const S *from;           // the first group's first element
    i64 pass, inner, step;   // elements from group to group, from neighbour to neighbour, from step to step of k
    i32 lines, run;          // how many lines there are for this thread, and how many elements of its groups
    u32 to;                  // the first group's place in shared memory
    bool along_k;            // whether the neighbours of a group are neighbours along k
    bool wide;               // whether groups are aligned runs in memory
    S element[GROUPS][4];

    // `across` and `along` are the strides, `count` says how many rows of A or columns of B there are.
    HOST_DEVICE Carrier(const S *base, i64 across, i64 along, i64 count) {
        along_k = (along < 0 ? -along : along) < (across < 0 ? -across : across);
        i64 outer = along_k ? across : along;
        inner = along_k ? along : across;
        wide = inner == 1 && outer % 4 == 0 && (u64)base % (4 * sizeof(S)) == 0;
        i32 per_line = along_k ? BK / 4 : MN / 4;  // groups
        i32 line = threadIdx.x / per_line, first = threadIdx.x % per_line * 4;
        i32 there = count < MN ? (i32)count : MN;
        lines = along_k ? there - line : line;
        run = along_k ? first : there - first;
        from = base + (line * outer + first * inner);
        pass = 256 / per_line * outer;
        step = BK * along;
        to = along_k ? first * LINE + line : line * LINE + first;
    }

    // Loads the next step; `depth` is how many k there are from here. What there is not is 0.
    HOST_DEVICE void load(i32 depth) {
#pragma unroll
        for (int i = 0; i < GROUPS; i++) {
            i32 there = along_k ? (i * PASS_ALONG < lines ? depth - run : 0) : (lines + i * PASS_ACROSS < depth ? run : 0);
            const S *p = from + i * pass;
            if (wide && there >= 4) {
                Vec<S, 4> v = *(const Vec<S, 4> *)p;
#pragma unroll
                for (int e = 0; e < 4; e++) element[i][e] = v.at[e];
            } else {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    if (e < there) element[i][e] = *p;
                    else element[i][e] = S{};
                    p += inner;
                }
            }
        }
        from += step;
    }

    // To shared memory, [BK][LINE].
    HOST_DEVICE void store(C *tile) const {
#pragma unroll
        for (int i = 0; i < GROUPS; i++) {
            if (along_k) {
#pragma unroll
                for (int e = 0; e < 4; e++) tile[to + e * LINE + i * PASS_ALONG] = convert<C>(element[i][e]);
            } else {
                Vec<C, 4> v;
#pragma unroll
                for (int e = 0; e < 4; e++) v.at[e] = convert<C>(element[i][e]);
                *(Vec<C, 4> *)(tile + to + i * PASS_ACROSS * LINE) = v;
            }
        }
    }
};

template <class S, class C, int BM, int BN, int BK, int TM, int TN>
HOST_DEVICE void gemm_simt(const Gemm &g) {
    static_assert(BM / TM == 16 && BN / TN == 16 && TM % 4 == 0 && TN % 4 == 0, "256 threads, 4 by 4 at a time");
    typedef Carrier<S, C, BM, BK> CarrierA;
    typedef Carrier<S, C, BN, BK> CarrierB;
    __shared__ __align__(32) C tile_a[2][BK * CarrierA::LINE];
    __shared__ __align__(32) C tile_b[2][BK * CarrierB::LINE];

    Work w;
    if (!find_work(g, g.tiles_m * g.tiles_n, w)) return;
    u32 tile_row, tile_column;
    find_tile<8>(g, w.tile, tile_row, tile_column);
    i64 row0 = (i64)tile_row * BM, column0 = (i64)tile_column * BN;

    CarrierA a((const S *)g.a + w.a + row0 * g.a_m + w.k * g.a_k, g.a_m, g.a_k, g.m - row0);
    CarrierB b((const S *)g.b + w.b + column0 * g.b_n + w.k * g.b_k, g.b_n, g.b_k, g.n - column0);
    // A warp is 4 × 8 threads of the block's 16 × 16; a thread has 4 by 4 elements every 64 rows and columns.
    u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    u32 y = (warp / 2 * 4 + lane / 8) * 4, x = (warp % 2 * 8 + lane % 8) * 4;

    C sum[TM][TN];
#pragma unroll
    for (int i = 0; i < TM; i++)
#pragma unroll
        for (int j = 0; j < TN; j++) sum[i][j] = 0;

    i32 depth = (i32)w.depth;
    a.load(depth);
    b.load(depth);
    a.store(tile_a[0]);
    b.store(tile_b[0]);
    __syncthreads();
    for (u32 now = 0; depth > 0; now ^= 1) {
        depth -= BK;
        if (depth > 0) {
            a.load(depth);
            b.load(depth);
        }
#pragma unroll
        for (int k = 0; k < BK; k++) {
            C fa[TM], fb[TN];
#pragma unroll
            for (int i = 0; i < TM; i += 4) {
                Vec<C, 4> v = *(const Vec<C, 4> *)(tile_a[now] + k * CarrierA::LINE + i * 16 + y);
#pragma unroll
                for (int e = 0; e < 4; e++) fa[i + e] = v.at[e];
            }
#pragma unroll
            for (int j = 0; j < TN; j += 4) {
                Vec<C, 4> v = *(const Vec<C, 4> *)(tile_b[now] + k * CarrierB::LINE + j * 16 + x);
#pragma unroll
                for (int e = 0; e < 4; e++) fb[j + e] = v.at[e];
            }
#pragma unroll
            for (int i = 0; i < TM; i++)
#pragma unroll
                for (int j = 0; j < TN; j++) sum[i][j] += fa[i] * fb[j];
        }
        if (depth > 0) {
            a.store(tile_a[now ^ 1]);
            b.store(tile_b[now ^ 1]);
            __syncthreads();
        }
    }

#pragma unroll
    for (int j = 0; j < TN; j += 4) {
        Output<4, S, C> out(g, w, row0 + y, column0 + j * 16 + x);
#pragma unroll
        for (int i = 0; i < TM; i += 4) {
            C four[4][4];
#pragma unroll
            for (int r = 0; r < 4; r++)
#pragma unroll
                for (int e = 0; e < 4; e++) four[r][e] = sum[i + r][j + e];
            out.store(i * 16, 1, four);
        }
    }
}

// `blocks`: how many a multiprocessor holds at least; it bounds the registers.
#define GEMM_SIMT(type, compute, bm, bn, bk, tm, tn, blocks) \
    KERNEL_BLOCKS(256, blocks, gemm_simt_##bm##x##bn##_##type, Gemm g) { gemm_simt<type, compute, bm, bn, bk, tm, tn>(g); }
