// kernels: gemm_f32 gemm_f64 gemm_simt_* gemm_reduce gemm_pack
// Matrix products that take any layout, and what is around all of them.
#include "gemm_test.h"

using namespace gemm_test;

static const char *const ANY = "kaAurg";

template <class S, class C>
static void simt(const char *type, i64 tile) {
    std::string size = std::to_string(tile) + "x" + std::to_string(tile);
    const char *ways = tile == 128 ? "kA" : ANY;
    product_everywhere<S, C>({"gemm_simt_" + size + "_" + type, 256, 0, tile, tile, ways, ways, 16});
}

TEST(exact_f32) { product_everywhere<f32, f32>({"gemm_128x128_f32", 256, 0, 128, 128, "kAaug", "kAaug", 16}); }
TEST(exact_f64) { product_everywhere<f64, f64>({"gemm_64x64_f64", 128, 0, 64, 64, ANY, ANY, 16}); }
TEST(simt_f32) {
    simt<f32, f32>("f32", 64);
    simt<f32, f32>("f32", 128);
}
TEST(simt_f64) { simt<f64, f64>("f64", 64); }
TEST(simt_f16) {
    simt<f16, f32>("f16", 64);
    simt<f16, f32>("f16", 128);
}
TEST(simt_bf16) {
    simt<bf16, f32>("bf16", 64);
    simt<bf16, f32>("bf16", 128);
}
TEST(integers) {
    simt<u8, u32>("u8", 64);
    simt<u16, u32>("u16", 64);
    simt<u32, u32>("u32", 64);
    simt<u64, u64>("u64", 64);
}

// Every tile is found once, band by band.
template <u32 BAND>
static void bands() {
    for (u32 m : {1u, BAND - 1, BAND, BAND + 1, 3 * BAND})
        for (u32 n : {1u, 5u, 70u}) {
            Gemm g{};
            g.tiles_m = m, g.tiles_n = n;
            std::vector<u32> found(m * n);
            for (u32 tile = 0; tile < m * n; tile++) {
                u32 row = m, column = n;
                find_tile<BAND>(g, tile, row, column);
                CHECK(row < m && column < n && row / BAND == tile / (BAND * n));
                if (row < m && column < n) found[row * n + column]++;
            }
            for (u32 times : found) CHECK_EQ(times, 1u);
        }
}

TEST(bands) {
    bands<8>();
    bands<16>();
    // As wide as a grid can be.
    Gemm g{};
    g.tiles_m = 3, g.tiles_n = 0x7fffffff / 3;
    u32 row, column;
    find_tile<16>(g, 0x7ffffffe / 3 * 3 - 1, row, column);
    CHECK_EQ(row, 2u);
    CHECK_EQ(column, g.tiles_n - 1);
    g.tiles_m = 1, g.tiles_n = 0x20000001;
    find_tile<8>(g, 0x20000000, row, column);
    CHECK_EQ(row, 0u);
    CHECK_EQ(column, 0x20000000u);
}

// Without parts there is only the bias.
TEST(reduce_of_nothing) {
    Buffer<bf16> bias = numbers<bf16>(7), out(21);
    run("gemm_reduce_bf16", {1}, {256}, 0, (const f32 *)nullptr, 0u, (i64)21, (i64)7, (const bf16 *)bias.at(), out.at());
    for (size_t i = 0; i < 21; i++) CHECK_EQ(out[i].bits, bias[i % 7].bits);
    run("gemm_reduce_bf16", {1}, {256}, 0, (const f32 *)nullptr, 0u, (i64)21, (i64)7, (const bf16 *)nullptr, out.at());
    for (size_t i = 0; i < 21; i++) CHECK_EQ(out[i].bits, 0);
}

template <class S>
static void pack(const char *name) {
    for (i64 inner : {1, 3})
        for (i64 count : {1, 7, 8, 33, 300}) {
            i64 lines = 11, stride = count * inner + 1, width = (count + 15) / 16 * 16;
            u32 batches = 3;
            Buffer<S> from((size_t)(lines * stride * batches)), to((size_t)(lines * width * batches));
            for (S &x : from) x = (S)random_below(1 << 16);
            Nest<1> batch = nest<1>({batches}, {{lines * stride}});
            run(name, {2, 2, 2}, {256}, 0, (const S *)from.at(), lines, count, stride, inner, batch, to.at(), width);
            for (u32 b = 0; b < batches; b++)
                for (i64 l = 0; l < lines; l++)
                    for (i64 i = 0; i < width; i++) {
                        S want = i < count ? from[(size_t)((b * lines + l) * stride + i * inner)] : 0;
                        CHECK_EQ(to[(size_t)((b * lines + l) * width + i)], want);
                    }
        }
}

TEST(pack_16) { pack<u16>("gemm_pack_16"); }
TEST(pack_32) { pack<u32>("gemm_pack_32"); }
