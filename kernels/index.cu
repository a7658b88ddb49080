// arch: 75   Reading and adding by index: index_select, gather, index_add, scatter_add, one_hot.
#include "index.cuh"

#define GATHER(T, bytes)                                                                                      \
    KERNEL(INDEX_THREADS, gather_##bytes, Nest<3> nest, T *out, const T *x, i64 along, Index index) {         \
        gather(nest, out, x, along, index);                                                                   \
    }

typedef Vec<u32, 4> u32x4;
GATHER(u8, 1)
GATHER(u16, 2)
GATHER(u32, 4)
GATHER(u64, 8)
GATHER(u32x4, 16)

// Signed integers add as unsigned ones.
INDEX_ADD(boolean, bool)
INDEX_ADD(u8, u8)
INDEX_ADD(u16, u16)
INDEX_ADD(u32, u32)
INDEX_ADD(u64, u64)
INDEX_ADD(f16, f16)
INDEX_ADD(f16x2, f16x2)
INDEX_ADD(bf16, bf16)
INDEX_ADD(bf16x2, bf16x2)
INDEX_ADD(f32, f32)
INDEX_ADD(f64, f64)

// out[i…, c] = (index[i…] == c). The nest is of out, index, and what is c itself, counted from `class_first`.
KERNEL(INDEX_THREADS, one_hot, Nest<3> nest, void *out, i32 dtype, i64 class_first, Index index) {
    u32 first = first_element();
    if (first >= nest.count) return;
    i64 at[EACH][3], value[EACH];
    Bad bad;
    places(nest, first, at);
#pragma unroll
    for (u32 k = 0; k < EACH; k++) value[k] = index.at(at[k][1]);
#pragma unroll
    for (u32 k = 0; k < EACH; k++) bad.fits(index, min(first + k * INDEX_THREADS, nest.count - 1), value[k]);
    if (dtype == I64) {
#pragma unroll
        for (u32 k = 0; k < EACH; k++)
            if (first + k * INDEX_THREADS < nest.count) ((i64 *)out)[at[k][0]] = value[k] == class_first + at[k][2];
    } else {
        for (u32 k = 0; k < EACH; k++)
            if (first + k * INDEX_THREADS < nest.count) store_as<i32>(out, at[k][0], dtype, value[k] == class_first + at[k][2]);
    }
    bad.tell(index);
}

// Only looks whether the indices are in range: what is read or added has no elements.
KERNEL(INDEX_THREADS, check_indices, i64 step, Index index) {
    u64 n = (u64)blockIdx.x * INDEX_THREADS + threadIdx.x;
    if (n < (u64)index.count) check_index(index.errors, index.op, (i64)n, index.at((i64)n * step), index.limit);
}
