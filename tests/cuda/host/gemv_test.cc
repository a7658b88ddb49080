// kernels: gemv_* gemm_reduce
// A matrix by at most 8 columns.
#include "gemm_test.h"

using namespace gemm_test;

template <class S, class C>
static void gemv(const char *type) {
    for (i64 columns : {1, 4, 8}) {
        if (columns == 8 && sizeof(S) == 2) continue;  // tensor cores do those
        std::string suffix = std::to_string(columns) + "_" + type;
        for (u32 sharing : {1u, 8u}) {
            Case t{"gemv_rows_" + suffix, 256, 0, 4 * 8 / (i64)sharing, 8, "KurAg", "Kkg", 64, columns, sharing};
            product_everywhere<S, C>(t);
            product<S, C>(t, 'K', 'K', {t.bm + 1, columns, 300, 2, 1, 3, true, true});
            product<S, C>(t, 'K', 'K', {t.bm + 1, columns, 300, 2, 1, 1, true, true});
        }
        Case t{"gemv_columns_" + suffix, 256, 0, 32 * 16 / (i64)sizeof(S), 8, "Aag", "Kkg", 64, columns, 1};
        product_everywhere<S, C>(t);
        product<S, C>(t, 'A', 'K', {t.bm + 1, columns, 300, 2, 1, 3, true, true});
        product<S, C>(t, 'A', 'K', {t.bm + 1, columns, 300, 2, 1, 1, true, true});
    }
}

TEST(gemv_f16) { gemv<f16, f32>("f16"); }
TEST(gemv_bf16) { gemv<bf16, f32>("bf16"); }
TEST(gemv_f32) { gemv<f32, f32>("f32"); }
TEST(gemv_f64) { gemv<f64, f64>("f64"); }
