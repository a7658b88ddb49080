// kernels: gemm_mma_* gemm_reduce
// Matrix products on tensor cores.
#include "gemm_test.h"

using namespace gemm_test;

struct MmaTile {
    i64 bm, bn, step;  // of k, in bytes
    u32 threads;
    size_t shared;
};
// As src/cuda/gemm/choice.rs has them.
static const MmaTile TILES[] = {{128, 256, 128, 256, 147456}, {128, 128, 64, 128, 49152}, {64, 64, 128, 128, 49152}};

template <class S>
static Case mma_case(const MmaTile &t, const char *order, const char *type) {
    std::string tile = std::to_string(t.bm) + "x" + std::to_string(t.bn);
    // Runs start at multiples of 16 bytes.
    return {"gemm_mma_" + tile + "_" + order + "_" + type, t.threads, t.shared, t.bm, t.bn,
            order[0] == 'k' ? "Kr" : "A", order[1] == 'k' ? "Kr" : "A", t.step / (i64)sizeof(S)};
}

template <class S>
static void small_tile(const char *type) {
    for (const char *order : {"kk", "kn", "mk", "mn"}) product_everywhere<S, f32>(mma_case<S>(TILES[2], order, type));
}

// More than one tile, and more steps along k than there are stages.
template <class S>
static void large_tiles(const char *type) {
    for (int tile : {0, 1})
        for (const char *order : {"kk", "kn", "mk", "mn"}) {
            Case t = mma_case<S>(TILES[tile], order, type);
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {t.bm + 9, t.bn - 8, 5 * t.step - 3, 1, 1, 1, true});
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {19, 37, 2 * t.step + 1, 1, 1, 2});
        }
}

TEST(mma_64x64_f16) { small_tile<f16>("f16"); }
TEST(mma_64x64_bf16) { small_tile<bf16>("bf16"); }
TEST(mma_64x64_tf32) { small_tile<f32>("tf32"); }
TEST(mma_large_tiles_f16) { large_tiles<f16>("f16"); }
TEST(mma_large_tiles_bf16) { large_tiles<bf16>("bf16"); }
TEST(mma_large_tiles_tf32) { large_tiles<f32>("tf32"); }

// f32 loses its last 13 bits, rounded to nearest.
TEST(mma_tf32_rounds) {
    Case t = mma_case<f32>(TILES[2], "kk", "tf32");
    Buffer<f32> a{1 + 0x1p-11f, 0, 0, 0}, b{1, 0, 0, 0}, out(1);
    Gemm g{};
    g.a = a.at(), g.b = b.at(), g.c = out.at();
    g.m = g.n = 1, g.k = 1, g.a_m = 4, g.a_k = 1, g.b_k = 1, g.b_n = 4, g.c_m = g.c_n = 1;
    g.k_per_split = 1, g.tiles_m = g.tiles_n = g.splits = 1;
    g.batch = nest<2>({1}, {{0}, {0}});
    // Memory that cp.async may read from starts at multiples of 16 bytes.
    CHECK_EQ((u64)g.a % 16, 0u);
    run(t.kernel.c_str(), {1}, {t.threads}, t.shared, g);
    CHECK_EQ(out[0], 1 + 0x1p-10f);
}
