// Matrix products by warpgroups (wgmma, sm_90a), for the same matrices as gemm_mma.cuh. Sums are kept in f32.
//
// A block of two warpgroups computes 128 × BN of C, each 64 rows. Along k it goes in steps of 64 elements, STAGES of
// which are in shared memory. A warpgroup starts the products of a step and goes on: it begins the copies of a later
// step, and waits for the step before. So a stage is written again two steps after it was multiplied, when a barrier has
// told that both warpgroups are done with it, and the tensor cores always have a step to work on.
#pragma once
#include "gemm_mma.cuh"
#include "wgmma.cuh"

// How a thread copies its part of a tile of MN × 64 elements, as wgmma wants it.
template <int MN, bool ALONG_K, int THREADS>
struct SwizzledTile {
    static constexpr int DEPTH = 64;
    static constexpr int BYTES = MN * 128;
    static constexpr int LINES = ALONG_K ? MN : DEPTH;                // lines of 128 bytes side by side …
    static constexpr int CHUNKS = ALONG_K ? 8 : MN / 8;               // … so that a line of the matrix is so many chunks
    static constexpr int PASS = THREADS / CHUNKS, PASSES = LINES / PASS;
    static constexpr u32 LEADING = ALONG_K ? 16 : DEPTH * 128;        // between 64 lines across; not used along k
    static constexpr u32 K_STEP = ALONG_K ? 32 : 16 * 128;            // bytes from k = 0 to k = 16
    static_assert(THREADS % CHUNKS == 0 && LINES % PASS == 0 && PASS % 8 == 0, "every thread copies as much");

    const char *from;
    i64 pass, step;
    u32 to, line, first;
    i32 lines, bytes;

    // As Tile of gemm_mma.cuh.
    HOST_DEVICE SwizzledTile(const void *base, i64 stride, i64 count) {
        u32 chunk = threadIdx.x % CHUNKS;
        line = threadIdx.x / CHUNKS;
        first = chunk * 16;
        to = chunk / 8 * (DEPTH * 128) + line * 128 + ((chunk % 8 ^ line % 8) << 4);
        from = (const char *)base + (line * stride * 2 + first);
        pass = PASS * stride * 2;
        step = ALONG_K ? 128 : DEPTH * stride * 2;
        lines = count < MN ? (i32)count : MN;
        bytes = min(max(lines * 2 - (i32)first, 0), 16);
    }

    HOST_DEVICE void copy(SharedAddress stage, i32 depth) {
        if (lines == MN && depth >= DEPTH) {
            // Nothing is left out: less to compute.
#pragma unroll
            for (int i = 0; i < PASSES; i++) cp_async_16(stage + (to + i * PASS * 128), from + i * pass, 16);
            from += step;
            return;
        }
        i32 there = min(depth, DEPTH);
        i32 wide = ALONG_K ? min(max(there * 2 - (i32)first, 0), 16) : bytes;
        i32 high = ALONG_K ? lines : there;
#pragma unroll
        for (int i = 0; i < PASSES; i++)
            cp_async_16(stage + (to + i * PASS * 128), from + i * pass, (i32)line + i * PASS < high ? wide : 0);
        from += step;
    }
};

struct WgmmaF16 {
    typedef f16 type;
    template <bool A_ALONG_K, bool B_ALONG_K, int HALVES>
    static HOST_DEVICE void product(f32 (&d)[HALVES][1][16][4], TileDescriptor a, TileDescriptor b) {
        wgmma_f16<A_ALONG_K, B_ALONG_K>(d, a, b);
    }
};
struct WgmmaBF16 {
    typedef bf16 type;
    template <bool A_ALONG_K, bool B_ALONG_K, int HALVES>
    static HOST_DEVICE void product(f32 (&d)[HALVES][1][16][4], TileDescriptor a, TileDescriptor b) {
        wgmma_bf16<A_ALONG_K, B_ALONG_K>(d, a, b);
    }
};

template <class Format, int BN, int STAGES, bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void gemm_wgmma(const Gemm &g) {
    typedef typename Format::type S;
    constexpr int BM = 128, THREADS = 256, DEPTH = 64, HALVES = BN / 128;
    typedef SwizzledTile<BM, A_ALONG_K, THREADS> TileA;
    typedef SwizzledTile<BN, B_ALONG_K, THREADS> TileB;
    constexpr u32 STAGE = TileA::BYTES + TileB::BYTES;
    static_assert(STAGES >= 4, "two stages are read, one is written, one is on its way");
    static_assert(THREADS / 32 * 16 * (128 + 8) * 4 <= STAGES * STAGE, "the warps' slabs fit where the stages were");

    Work w;
    if (!find_work(g, g.tiles_m * g.tiles_n, w)) return;
    u32 tile_row, tile_column;
    find_tile<(BN > 128 ? 16 : 8)>(g, w.tile, tile_row, tile_column);
    i64 row0 = (i64)tile_row * BM, column0 = (i64)tile_column * BN;

    DYNAMIC_SHARED(unsigned char, shared);
    // The swizzle counts lines from multiples of 1024 bytes; the launch has 1024 bytes to spare.
    SharedAddress stages = aligned_to_1024(shared_address(shared));
    TileA a((const S *)g.a + w.a + row0 * g.a_m + w.k * g.a_k, A_ALONG_K ? g.a_m : g.a_k, g.m - row0);
    TileB b((const S *)g.b + w.b + column0 * g.b_n + w.k * g.b_k, B_ALONG_K ? g.b_n : g.b_k, g.n - column0);
    i32 ahead = (i32)w.depth;
    u32 write = 0, read = 0;
    auto copy = [&]() {
        if (ahead > 0) {
            a.copy(stages + write, ahead);
            b.copy(stages + (write + TileA::BYTES), ahead);
        }
        cp_async_commit();
        ahead -= DEPTH;
        write = write == (STAGES - 1) * STAGE ? 0 : write + STAGE;
    };

    u32 warp = threadIdx.x / 32, group = warp / 4;
    // Rows 64·group of A: as many lines further, or the next 64 across.
    u32 first_row = group * 64 * 128;
    f32 sum[HALVES][1][16][4];
#pragma unroll
    for (int h = 0; h < HALVES; h++)
#pragma unroll
        for (int j = 0; j < 16; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) sum[h][0][j][e] = 0;

#pragma unroll
    for (int s = 0; s < STAGES - 2; s++) copy();
#pragma unroll 1
    for (i32 steps = ((i32)w.depth + DEPTH - 1) / DEPTH; steps > 0; steps--) {
        // This step has arrived, for wgmma too; and both warpgroups are done with the step before the last.
        cp_async_wait<STAGES - 3>();
        fence_for_wgmma();
        __syncthreads();
        TileDescriptor from_a = tile_descriptor(stages + (read + first_row), TileA::LEADING);
        TileDescriptor from_b = tile_descriptor(stages + (read + TileA::BYTES), TileB::LEADING);
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < DEPTH / 16; k++)
            Format::template product<A_ALONG_K, B_ALONG_K>(sum, moved(from_a, k * TileA::K_STEP),
                                                           moved(from_b, k * TileB::K_STEP));
        wgmma_commit();
        copy();
        wgmma_wait<1>();
        read = read == (STAGES - 1) * STAGE ? 0 : read + STAGE;
    }
    wgmma_wait<0>();
    // The stages are done with: what was begun has arrived, and all have read it.
    cp_async_wait<0>();
    __syncthreads();
    f32 *slab = (f32 *)shared + warp * 16 * (128 + 8);
#pragma unroll
    for (int h = 0; h < HALVES; h++)
        finish_warp<S, 1, 16>(g, w, row0 + group * 64 + warp % 4 * 16, column0 + h * 128, sum[h], slab);
}

// gemm_wgmma_TILE_AB_TYPE, as in gemm_mma.cuh.
#define GEMM_WGMMA(format, type, bn, stages)                        \
    GEMM_WGMMA_OF(format, type, bn, stages, kk, true, true)         \
    GEMM_WGMMA_OF(format, type, bn, stages, kn, true, false)        \
    GEMM_WGMMA_OF(format, type, bn, stages, mk, false, true)        \
    GEMM_WGMMA_OF(format, type, bn, stages, mn, false, false)

#define GEMM_WGMMA_OF(format, type, bn, stages, order, a_along_k, b_along_k)  \
    KERNEL(256, gemm_wgmma_128x##bn##_##order##_##type, Gemm g) {             \
        gemm_wgmma<format, bn, stages, a_along_k, b_along_k>(g);              \
    }
