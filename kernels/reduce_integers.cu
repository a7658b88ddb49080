// arch: 75   sum, max, min, argmax and argmin of integers and bools
#include "reduce.cuh"

using SumOf = Plain<Sum<i64>, AsAnything>;
using MaxOf = Plain<Max<i64>, AsAnything, Signed<i64>>;

KERNEL(FOLD_THREADS, sum_rows_integers, const void *x, IntegerType type, Folding f, Target to) {
    fold_rows(SumOf{{to}, {}}, Integers{x, type}, f);
}
// u8, or bools.
KERNEL(FOLD_THREADS, sum_rows_bytes, const void *x, u32 bools, Folding f, Target to) {
    fold_rows(SumOfBytes{{to}}, Fours<Halves>{x, {bools}}, f);
}
KERNEL(FOLD_THREADS, sum_columns_integers, const void *x, IntegerType type, Folding f, Target to) {
    fold_columns(SumOf{{to}, {}}, Integers{x, type}, f);
}
KERNEL(FOLD_THREADS, max_min_rows_integers, const void *x, IntegerType type, Folding f, Target to, i64 turned) {
    fold_rows(MaxOf{{to}, {turned}}, Integers{x, type}, f);
}
KERNEL(FOLD_THREADS, max_min_columns_integers, const void *x, IntegerType type, Folding f, Target to, i64 turned) {
    fold_columns(MaxOf{{to}, {turned}}, Integers{x, type}, f);
}
KERNEL(FOLD_THREADS, argmax_argmin_rows_integers, const void *x, IntegerType type, Folding f, i64 *out, i64 turned) {
    fold_rows(ArgMax<i64>{out, {turned}}, Integers{x, type}, f);
}
KERNEL(FOLD_THREADS, argmax_argmin_columns_integers, const void *x, IntegerType type, Folding f, i64 *out, i64 turned) {
    fold_columns(ArgMax<i64>{out, {turned}}, Integers{x, type}, f);
}
