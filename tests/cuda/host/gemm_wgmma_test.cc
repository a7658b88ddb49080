// kernels: gemm_wgmma_* gemm_reduce
// Matrix products by warpgroups, as far as the PTX ISA's description of them goes: the layout of tiles and sums, and the
// order of copies, products and waits.
#include "gemm_test.h"

using namespace gemm_test;

template <class S>
static void wgmma(const char *type) {
    for (i64 bn : {128, 256})
        for (const char *order : {"kk", "kn", "mk", "mn"}) {
            std::string name = "gemm_wgmma_128x" + std::to_string(bn) + "_" + order + "_" + type;
            size_t shared = 4 * (128 + (size_t)bn) * 128 + 1024;
            Case t{name, 256, shared, 128, bn, order[0] == 'k' ? "Kr" : "A", order[1] == 'k' ? "Kr" : "A", 64};
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {137, bn - 8, 1, 1, 1, 1, true});
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {70, 37, 400, 1, 1, 1, true});
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {19, bn + 3, 40, 3});
            product<S, f32>(t, t.ways_a[0], t.ways_b[0], {128, bn, 200, 1, 1, 2});
            if (t.ways_a[1]) product<S, f32>(t, t.ways_a[1], t.ways_b[0], {9, 16, 50});
            if (t.ways_b[1]) product<S, f32>(t, t.ways_a[0], t.ways_b[1], {9, 16, 50, 2});
        }
}

TEST(wgmma_f16) { wgmma<f16>("f16"); }
TEST(wgmma_bf16) { wgmma<bf16>("bf16"); }
