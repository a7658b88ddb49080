// Matrix products of f32 and f64 in their own precision, for any strides and alignment, on devices with cp.async.
//
// A tile lies in shared memory as [BK][LINE], whatever its order in global memory: elements are copied one by one, or
// four f32 (two f64) at a time where they are neighbours across and aligned. There are two tiles of each operand: while
// one is multiplied, the next is on its way.
#pragma once
#include "gemm.cuh"
#include "mma.cuh"

// How a thread copies its part of a tile of MN × BK elements.
template <class S, int MN, int BK, int THREADS>
struct Feed {
    static constexpr int LINE = MN + 4;  // the 4 spread the lines over the banks
    static constexpr int BYTES = BK * LINE * (int)sizeof(S);
    static constexpr int CHUNK = 16 / sizeof(S);
    // Elements that the threads copy in one pass: along k, across, and across by chunks.
    static constexpr int ALONG = THREADS / BK, ACROSS = THREADS / MN, WIDE = THREADS / (MN / CHUNK);
    static_assert(THREADS % BK == 0 && THREADS % MN == 0 && BK % WIDE == 0, "every thread copies as much");

    enum Way { ALONG_K, ACROSS_K, IN_CHUNKS } way;
    const S *from;   // this thread's first element
    i64 pass, step;  // elements from pass to pass and from step to step
    i32 x, k;        // where it lies in the tile
    i32 count;       // how many rows of A or columns of B there are, from the tile's first

    HOST_DEVICE Feed(const S *base, i64 across, i64 along, i64 rest) {
        i64 a = across < 0 ? -across : across, l = along < 0 ? -along : along;
        way = l < a ? ALONG_K : across == 1 && along % CHUNK == 0 && (u64)base % 16 == 0 ? IN_CHUNKS : ACROSS_K;
        i32 t = threadIdx.x;
        if (way == ALONG_K) k = t % BK, x = t / BK, pass = ALONG * across;
        else if (way == ACROSS_K) k = t / MN, x = t % MN, pass = ACROSS * along;
        else k = t / (MN / CHUNK), x = t % (MN / CHUNK) * CHUNK, pass = WIDE * along;
        from = base + (x * across + k * along);
        step = BK * along;
        count = rest < MN ? (i32)rest : MN;
    }

    // Begins to copy the next step; `depth` is how many k there are from here. What there is not becomes 0.
    HOST_DEVICE void copy(SharedAddress tile, i32 depth) {
        SharedAddress to = tile + (k * LINE + x) * (u32)sizeof(S);
        const S *p = from;
        if (way == IN_CHUNKS) {
            i32 bytes = min(max(count - x, 0), CHUNK) * (i32)sizeof(S);
#pragma unroll
            for (int i = 0; i < BK / WIDE; i++, p += pass)
                cp_async_16(to + i * WIDE * LINE * (u32)sizeof(S), p, k + i * WIDE < depth ? bytes : 0);
        } else if (way == ALONG_K) {
#pragma unroll
            for (int i = 0; i < MN / ALONG; i++, p += pass)
                one(to + i * ALONG * (u32)sizeof(S), p, x + i * ALONG < count && k < depth);
        } else {
#pragma unroll
            for (int i = 0; i < BK / ACROSS; i++, p += pass)
                one(to + i * ACROSS * LINE * (u32)sizeof(S), p, k + i * ACROSS < depth && x < count);
        }
        from += step;
    }

    static HOST_DEVICE void one(SharedAddress to, const S *p, bool there) {
        if constexpr (sizeof(S) == 4) cp_async_4(to, p, there ? 4 : 0);
        else cp_async_8(to, p, there ? 8 : 0);
    }
};

// Calls multiply(tile of A, tile of B) for every BK of the block's k, in order.
template <class FeedA, class FeedB, int BK, class F>
HOST_DEVICE void for_each_step(FeedA &a, FeedB &b, i32 depth, unsigned char (&tiles)[2][FeedA::BYTES + FeedB::BYTES],
                               F multiply) {
    auto copy = [&](u32 which) {
        a.copy(shared_address(tiles[which]), depth);
        b.copy(shared_address(tiles[which] + FeedA::BYTES), depth);
        cp_async_commit();
        depth -= BK;
    };
    copy(0);
    for (i32 left = depth + BK, now = 0; left > 0; left -= BK, now ^= 1) {
        // This tile has arrived, and all have read the one before, whose place the copy takes.
        cp_async_wait<0>();
        __syncthreads();
        if (depth > 0) copy(now ^ 1);
        multiply(tiles[now], tiles[now] + FeedA::BYTES);
    }
}

// f32 by FFMA: 128 × 128 a block of 256 threads, 8 × 8 a thread.
HOST_DEVICE void gemm_exact_f32(const Gemm &g) {
    constexpr int BM = 128, BN = 128, BK = 16;
    typedef Feed<f32, BM, BK, 256> FeedM;
    __shared__ __align__(128) unsigned char tiles[2][2 * FeedM::BYTES];
    Work w;
    if (!find_work(g, g.tiles_m * g.tiles_n, w)) return;
    u32 tile_row, tile_column;
    find_tile<16>(g, w.tile, tile_row, tile_column);
    i64 row0 = (i64)tile_row * BM, column0 = (i64)tile_column * BN;
    FeedM a((const f32 *)g.a + w.a + row0 * g.a_m + w.k * g.a_k, g.a_m, g.a_k, g.m - row0);
    FeedM b((const f32 *)g.b + w.b + column0 * g.b_n + w.k * g.b_k, g.b_n, g.b_k, g.n - column0);

    // A warp is 4 × 8 threads of the block's 16 × 16; a thread has 4 by 4 elements every 64 rows and columns.
    u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    u32 y = (warp / 2 * 4 + lane / 8) * 4, x = (warp % 2 * 8 + lane % 8) * 4;
    f32 sum[8][8];
#pragma unroll
    for (int i = 0; i < 8; i++)
#pragma unroll
        for (int j = 0; j < 8; j++) sum[i][j] = 0;

    for_each_step<FeedM, FeedM, BK>(a, b, (i32)w.depth, tiles, [&](const void *tile_a, const void *tile_b) {
        const f32 *from_a = (const f32 *)tile_a + y, *from_b = (const f32 *)tile_b + x;
#pragma unroll 8
        for (int k = 0; k < BK; k++) {
            Vec<f32, 4> fa[2], fb[2];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                fa[i] = *(const Vec<f32, 4> *)(from_a + k * FeedM::LINE + i * 64);
                fb[i] = *(const Vec<f32, 4> *)(from_b + k * FeedM::LINE + i * 64);
            }
#pragma unroll
            for (int i = 0; i < 8; i++)
#pragma unroll
                for (int j = 0; j < 8; j++) sum[i][j] += fa[i / 4].at[i % 4] * fb[j / 4].at[j % 4];
        }
    });

#pragma unroll
    for (int j = 0; j < 8; j += 4) {
        Output<4, f32, f32> out(g, w, row0 + y, column0 + j * 16 + x);
#pragma unroll
        for (int i = 0; i < 8; i += 4) {
            f32 four[4][4];
#pragma unroll
            for (int r = 0; r < 4; r++)
#pragma unroll
                for (int e = 0; e < 4; e++) four[r][e] = sum[i + r][j + e];
            out.store(i * 16, 1, four);
        }
    }
}

// f64 on tensor cores: 64 × 64 a block of 128 threads, 32 × 32 a warp.
HOST_DEVICE void gemm_exact_f64(const Gemm &g) {
    constexpr int BM = 64, BN = 64, BK = 16;
    typedef Feed<f64, BM, BK, 128> FeedM;
    __shared__ __align__(128) unsigned char tiles[2][2 * FeedM::BYTES];
    Work w;
    if (!find_work(g, g.tiles_m * g.tiles_n, w)) return;
    u32 tile_row, tile_column;
    find_tile<16>(g, w.tile, tile_row, tile_column);
    i64 row0 = (i64)tile_row * BM, column0 = (i64)tile_column * BN;
    FeedM a((const f64 *)g.a + w.a + row0 * g.a_m + w.k * g.a_k, g.a_m, g.a_k, g.m - row0);
    FeedM b((const f64 *)g.b + w.b + column0 * g.b_n + w.k * g.b_k, g.b_n, g.b_k, g.n - column0);

    u32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    u32 y = warp / 2 * 32, x = warp % 2 * 32;
    f64 sum[4][4][2];
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) sum[i][j][0] = sum[i][j][1] = 0;

    for_each_step<FeedM, FeedM, BK>(a, b, (i32)w.depth, tiles, [&](const void *tile_a, const void *tile_b) {
        const f64 *from_a = (const f64 *)tile_a + lane % 4 * FeedM::LINE + y + lane / 4;
        const f64 *from_b = (const f64 *)tile_b + lane % 4 * FeedM::LINE + x + lane / 4;
#pragma unroll
        for (int k = 0; k < BK; k += 4) {
            f64 fa[4], fb[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                fa[i] = from_a[k * FeedM::LINE + i * 8];
                fb[i] = from_b[k * FeedM::LINE + i * 8];
            }
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) mma_f64(sum[i][j], fa[i], fb[j]);
        }
    });

#pragma unroll
    for (int j = 0; j < 4; j++) {
        Output<2, f64, f64> out(g, w, row0 + y + lane / 4, column0 + x + j * 8 + lane % 4 * 2);
        f64 pairs[4][2];
#pragma unroll
        for (int i = 0; i < 4; i++) pairs[i][0] = sum[i][j][0], pairs[i][1] = sum[i][j][1];
        out.store(0, 8, pairs);
    }
}
