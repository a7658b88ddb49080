// Matrix products on tensor cores (mma.sync), for matrices that cp.async can read: one stride of each is 1, and its
// rows (or columns) start at multiples of 16 bytes. Sums are kept in f32.
//
// A block computes BM × BN of C, a warp WM × WN of those. Along k it goes in steps of STEP bytes of a row. STAGES of
// them are in shared memory: while one is multiplied, the next are on their way.
//
// A tile of an operand lies in shared memory as it does in global memory: as rows along k ("k lines", one per row of A
// or column of B), else as rows across ("lines" of BM or BN elements, one per k). A line is cut into chunks of 16 bytes,
// and the place of a chunk is its number xor a function of the line, so that the eight addresses of an ldmatrix (or the
// 32 of a load, for tf32) fall on different banks.
#pragma once
#include "gemm.cuh"
#include "mma.cuh"

// How a tile of an operand lies in shared memory, and how a thread copies its part of it.
template <int SIZE, int LINES_MN, int STEP, bool ALONG_K, int THREADS>
struct Tile {
    static constexpr int DEPTH = STEP / SIZE;  // elements along k
    static constexpr int LINE = ALONG_K ? STEP : LINES_MN * SIZE;
    static constexpr int LINES = ALONG_K ? LINES_MN : DEPTH;
    static constexpr int BYTES = LINE * LINES;
    static constexpr int CHUNKS = LINE / 16;
    static constexpr int PASS = THREADS / CHUNKS;  // lines that all threads copy at once
    static constexpr int PASSES = LINES / PASS;
    static_assert(THREADS % CHUNKS == 0 && LINES % PASS == 0 && PASS % 4 == 0, "every thread copies as much");

    // What the number of a chunk is xored with, for the line `i`. Passes are whole periods.
    static HOST_DEVICE u32 twist(u32 i) {
        if constexpr (!ALONG_K && SIZE == 4) return (i & 3) << 1;
        else if constexpr (LINE == 64) return i >> 1 & 3;
        else return i & 7;
    }
    static_assert((SIZE == 4 && !ALONG_K) || PASS % 8 == 0, "passes are whole periods of the twist");

    const char *from;  // this thread's chunk in the first pass
    i64 pass, step;    // bytes from pass to pass and from step to step
    u32 to;            // its place in a stage
    u32 line, first;   // the line in the first pass; the first byte of the chunk in its line
    i32 lines;         // lines that there are, if the lines are rows of A or columns of B
    i32 bytes;         // bytes of the chunk that there are, else

    // `base` is the tile's first element, `count` how many rows of A or columns of B there are from there.
    HOST_DEVICE Tile(const void *base, i64 stride, i64 count) {
        line = threadIdx.x / CHUNKS;
        first = threadIdx.x % CHUNKS * 16;
        to = line * LINE + (first ^ twist(line) << 4);
        from = (const char *)base + (line * stride * SIZE + first);
        pass = PASS * stride * SIZE;
        step = ALONG_K ? STEP : DEPTH * stride * SIZE;
        i32 there = count < LINES_MN ? (i32)count : LINES_MN;
        lines = there;
        bytes = min(max(there * SIZE - (i32)first, 0), 16);
    }

    // Begins to copy the next step to `stage`; `depth` is how many k there are from here, maybe less than 0.
    HOST_DEVICE void copy(SharedAddress stage, i32 depth) {
        // Far below 2^31 bytes: only a step's worth counts.
        i32 there = min(depth, DEPTH);
        i32 wide = ALONG_K ? min(max(there * SIZE - (i32)first, 0), 16) : bytes;
        i32 high = ALONG_K ? lines : there;
#pragma unroll
        for (int i = 0; i < PASSES; i++)
            cp_async_16(stage + (to + i * PASS * LINE), from + i * pass, (i32)line + i * PASS < high ? wide : 0);
        from += step;
    }
};

// Elements of 16 bits: 16 k to a step of mma.
template <class T>
struct Half {
    typedef T type;
    static constexpr int SIZE = 2;
};
struct MmaF16 : Half<f16> {
    static HOST_DEVICE void mma(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_f16(c, a, b); }
};
struct MmaBF16 : Half<bf16> {
    static HOST_DEVICE void mma(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_bf16(c, a, b); }
};
// f32 rounded to 10 bits of mantissa: 8 k to a step of mma.
struct MmaTF32 {
    typedef f32 type;
    static constexpr int SIZE = 4;
    static HOST_DEVICE void mma(f32 (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_tf32(c, a, b); }
};

// A warp's fragments of one step of mma: 16 rows of A to a fragment, 16 columns of B to a pair of fragments. Both are
// four registers of which each holds 8 rows (columns) by 16 bytes along k; only the order of the four differs.
template <int SIZE, int COUNT, bool ALONG_K, bool IS_A, int LINE>
struct Fragments16 {
    u32 at;  // this lane's place in a stage, for the first fragment at k = 0

    // `start` is the warp's first row of A or column of B in the tile.
    HOST_DEVICE explicit Fragments16(u32 start) {
        u32 lane = threadIdx.x % 32, matrix = lane / 8, row = lane % 8;
        // Of the four matrices two lie at +8 rows (columns), two at +16 bytes along k.
        u32 right = IS_A ? matrix & 1 : matrix >> 1, deep = IS_A ? matrix >> 1 : matrix & 1;
        if constexpr (ALONG_K) {
            u32 line = start + right * 8 + row;
            at = line * LINE + ((deep ^ (LINE == 64 ? line >> 1 & 3 : line & 7)) << 4);
        } else if constexpr (SIZE == 2) {
            u32 line = deep * 8 + row, chunk = start / 8 + right;
            at = line * LINE + ((chunk ^ (line & 7)) << 4);
        } else {
            u32 line = lane % 4, chunk = start / 4 + (lane >> 4);
            at = line * LINE + ((chunk ^ line << 1) << 4) + (lane >> 2 & 3) * 4;
        }
    }

    // Where fragments differ in bits of the place that no twist reaches they are added, else xored.
    HOST_DEVICE void load(u32 (&r)[COUNT][4], SharedAddress stage, u32 k_step) const {
        if constexpr (ALONG_K) {
            SharedAddress p = stage + (at ^ k_step << 5);
#pragma unroll
            for (int i = 0; i < COUNT; i++) ldmatrix_x4(r[i], p + i * 16 * LINE);
        } else if constexpr (SIZE == 2) {
#pragma unroll
            for (int i = 0; i < COUNT; i++) ldmatrix_x4_transposed(r[i], stage + ((at ^ i << 5) + k_step * 16 * LINE));
        } else {
            // ldmatrix transposes elements of 16 bits only.
#pragma unroll
            for (int i = 0; i < COUNT; i++)
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    u32 right = IS_A ? e & 1 : e >> 1, deep = IS_A ? e >> 1 : e & 1;
                    r[i][e] = load_shared_u32(stage + ((at ^ (i * 4 + right * 2) << 4) + (k_step * 8 + deep * 4) * LINE));
                }
        }
        if constexpr (SIZE == 4) {
#pragma unroll
            for (int i = 0; i < COUNT; i++)
#pragma unroll
                for (int e = 0; e < 4; e++) r[i][e] = to_tf32(r[i][e]);
        }
    }
};

// Stores a warp's sums, whose first row and column are given. They go through shared memory, 16 rows at a time, so that
// a row of C is written as a run, and by code that is short. `slab` is the warp's own, 16 · (WN + 8) floats.
template <class S, int ROWS, int COLUMNS>
HOST_DEVICE void finish_warp(const Gemm &g, const Work &w, i64 row0, i64 column0, f32 (&sum)[ROWS][COLUMNS][4], f32 *slab) {
    constexpr int WN = COLUMNS * 8, LINE = WN + 8;
    constexpr int LANES = WN / 4, PASS = 32 / LANES;  // lanes to a row, and rows that they write at once
    constexpr int AHEAD = 4;                          // rows that a lane reads before it writes
    static_assert(16 % (AHEAD * PASS) == 0, "the rows of a slab in whole turns");
    u32 lane = threadIdx.x % 32, row = lane / LANES, column = lane % LANES * 4;
    Output<4, S, f32> out(g, w, row0 + row, column0 + column);
    const f32 *from = slab + row * LINE + column;
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
        __syncwarp();
#pragma unroll
        for (int j = 0; j < COLUMNS; j++)
#pragma unroll
            for (int h = 0; h < 2; h++) {
                Vec<f32, 2> pair{{sum[i][j][h * 2], sum[i][j][h * 2 + 1]}};
                *(Vec<f32, 2> *)(slab + (lane / 4 + h * 8) * LINE + j * 8 + lane % 4 * 2) = pair;
            }
        __syncwarp();
#pragma unroll 1
        for (int r = 0; r < 16; r += AHEAD * PASS) {
            f32 four[AHEAD][4];
#pragma unroll
            for (int u = 0; u < AHEAD; u++) {
                Vec<f32, 4> v = *(const Vec<f32, 4> *)(from + (r + u * PASS) * LINE);
#pragma unroll
                for (int e = 0; e < 4; e++) four[u][e] = v.at[e];
            }
            out.store(i * 16 + r, PASS, four);
        }
    }
}

template <class Format, int BM, int BN, int STEP, int WM, int WN, int STAGES, bool A_ALONG_K, bool B_ALONG_K>
HOST_DEVICE void gemm_mma(const Gemm &g) {
    typedef typename Format::type S;
    constexpr int THREADS = BM / WM * (BN / WN) * 32, SIZE = Format::SIZE, DEPTH = STEP / SIZE;
    constexpr int K_STEPS = STEP / 32;  // 32 bytes along k to a step of mma
    constexpr int ROWS = WM / 16, COLUMNS = WN / 8;
    typedef Tile<SIZE, BM, STEP, A_ALONG_K, THREADS> TileA;
    typedef Tile<SIZE, BN, STEP, B_ALONG_K, THREADS> TileB;
    constexpr u32 STAGE = TileA::BYTES + TileB::BYTES;
    static_assert(THREADS / 32 * 16 * (WN + 8) * 4 <= STAGES * STAGE, "the warps' slabs fit where the stages were");

    Work w;
    if (!find_work(g, g.tiles_m * g.tiles_n, w)) return;
    u32 tile_row, tile_column;
    find_tile<16>(g, w.tile, tile_row, tile_column);
    i64 row0 = (i64)tile_row * BM, column0 = (i64)tile_column * BN;

    DYNAMIC_SHARED(unsigned char, shared);
    SharedAddress stages = shared_address(shared);  // at a multiple of 128, as the twists need it

    TileA a((const S *)g.a + w.a + row0 * g.a_m + w.k * g.a_k, A_ALONG_K ? g.a_m : g.a_k, g.m - row0);
    TileB b((const S *)g.b + w.b + column0 * g.b_n + w.k * g.b_k, B_ALONG_K ? g.b_n : g.b_k, g.n - column0);
    i32 ahead = (i32)w.depth;  // k that no copy has begun for
    u32 write = 0, read = 0;   // stages, in bytes
    auto copy_a = [&]() {
        if (ahead > 0) a.copy(stages + write, ahead);
    };
    auto copy_b = [&]() {
        if (ahead > 0) b.copy(stages + (write + TileA::BYTES), ahead);
        cp_async_commit();
        ahead -= DEPTH;
        write = write == (STAGES - 1) * STAGE ? 0 : write + STAGE;
    };

    u32 warp = threadIdx.x / 32;
    u32 warp_row = warp / (BN / WN) * WM, warp_column = warp % (BN / WN) * WN;
    Fragments16<SIZE, ROWS, A_ALONG_K, true, TileA::LINE> at_a(warp_row);
    Fragments16<SIZE, COLUMNS / 2, B_ALONG_K, false, TileB::LINE> at_b(warp_column);
    // Two of each: one is loaded while the other is multiplied.
    u32 fa[2][ROWS][4], fb[2][COLUMNS / 2][4];
    f32 sum[ROWS][COLUMNS][4];
#pragma unroll
    for (int i = 0; i < ROWS; i++)
#pragma unroll
        for (int j = 0; j < COLUMNS; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) sum[i][j][e] = 0;

#pragma unroll
    for (int s = 0; s < STAGES - 1; s++) copy_a(), copy_b();
    cp_async_wait<STAGES - 2>();
    __syncthreads();
    at_a.load(fa[0], stages, 0);
    at_b.load(fb[0], stages + TileA::BYTES, 0);

    for (i32 steps = ((i32)w.depth + DEPTH - 1) / DEPTH; steps > 0; steps--) {
#pragma unroll
        for (int s = 0; s < K_STEPS; s++) {
            if (s == K_STEPS - 1) {
                // The next stage has arrived; and all warps have read this one, whose place the copy after takes.
                cp_async_wait<STAGES - 2>();
                __syncthreads();
                read = read == (STAGES - 1) * STAGE ? 0 : read + STAGE;
            }
            at_a.load(fa[(s + 1) % 2], stages + read, (s + 1) % K_STEPS);
            at_b.load(fb[(s + 1) % 2], stages + (read + TileA::BYTES), (s + 1) % K_STEPS);
            if (s == 0) copy_a();
            if (s == (K_STEPS > 2)) copy_b();
#pragma unroll
            for (int i = 0; i < ROWS; i++)
#pragma unroll
                for (int j = 0; j < COLUMNS; j++) {
                    // There and back, so that neighbours share a fragment.
                    int c = i % 2 ? COLUMNS - 1 - j : j;
                    u32 pair[2] = {fb[s % 2][c / 2][c % 2 * 2], fb[s % 2][c / 2][c % 2 * 2 + 1]};
                    Format::mma(sum[i][c], fa[s % 2][i], pair);
                }
        }
    }
    // The stages are done with: what was begun has arrived, and all warps have read it.
    cp_async_wait<0>();
    __syncthreads();
    f32 *slab = (f32 *)shared + warp * 16 * (WN + 8);
    finish_warp<S, ROWS, COLUMNS>(g, w, row0 + warp_row, column0 + warp_column, sum, slab);
}

// gemm_mma_TILE_AB_TYPE, where A is "k" (its neighbours in memory are neighbours along k) or "m", B is "k" or "n".
#define GEMM_MMA(format, type, bm, bn, step, wm, wn, stages)                                                            \
    GEMM_MMA_OF(format, type, bm, bn, step, wm, wn, stages, kk, true, true)                                             \
    GEMM_MMA_OF(format, type, bm, bn, step, wm, wn, stages, kn, true, false)                                            \
    GEMM_MMA_OF(format, type, bm, bn, step, wm, wn, stages, mk, false, true)                                            \
    GEMM_MMA_OF(format, type, bm, bn, step, wm, wn, stages, mn, false, false)

#define GEMM_MMA_OF(format, type, bm, bn, step, wm, wn, stages, order, a_along_k, b_along_k)                            \
    KERNEL(bm / wm * (bn / wn) * 32, gemm_mma_##bm##x##bn##_##order##_##type, Gemm g) {                                 \
        gemm_mma<format, bm, bn, step, wm, wn, stages, a_along_k, b_along_k>(g);                                        \
    }
