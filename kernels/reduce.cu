// arch: 75   any and all; prod, and sums gathered in another class than x's, made small instead of fast
#include "reduce.cuh"

using AnyOf = Plain<Any, AsAnything, Signed<u32>>;

KERNEL(FOLD_THREADS, any_all_rows, const void *x, u32 size, u64 mask, Folding f, Target to, u32 turned) {
    fold_rows(AnyOf{{to}, {turned}}, Truths{x, size, mask}, f);
}
KERNEL(FOLD_THREADS, any_all_rows_bytes, const void *x, Folding f, Target to, u32 turned) {
    fold_rows(Plain<Any, AsTruth>{{{to}, turned}, {}}, Fours<Witness>{x, {turned}}, f);
}
KERNEL(FOLD_THREADS, any_all_columns, const void *x, u32 size, u64 mask, Folding f, Target to, u32 turned) {
    fold_columns(AnyOf{{to}, {turned}}, Truths{x, size, mask}, f);
}

// Gathered in `class`, from and into any dtype.
#define REDUCE_ANYTHING(name, Op, class)                                                              \
    KERNEL(FOLD_THREADS, name##_rows_in_##class, const void *x, i32 dtype, Folding f, Target to) {    \
        fold_rows(Plain<Op<class>, AsAnything>{{to}, {}}, Anything{x, dtype}, f);                     \
    }                                                                                                 \
    KERNEL(FOLD_THREADS, name##_columns_in_##class, const void *x, i32 dtype, Folding f, Target to) { \
        fold_columns(Plain<Op<class>, AsAnything>{{to}, {}}, Anything{x, dtype}, f);                  \
    }

REDUCE_ANYTHING(sum, Sum, f64)
REDUCE_ANYTHING(prod, Prod, f64)
REDUCE_ANYTHING(prod, Prod, i64)
