// Kernels that read or add where an index says. The meaning is src/cpu/index.rs.
// A thread works on EACH elements that lie a block's width apart, so that all its loads are under way at once.
#pragma once
#include "atomics.cuh"
#include "errors.cuh"
#include "nest.cuh"

constexpr u32 INDEX_THREADS = 256;
constexpr u32 EACH = 4;

// The indices of a launch. The mirror of src/cuda/index.rs.
struct Index {
    const void *data;
    i64 limit;  // 0 ≤ index < limit
    // Of a bad index its number in C order is told: element n of the launch, which is `width` elements that are read or
    // added as one, has number (first + n) · width / inner % count.
    i64 first, inner, count, width;
    ErrorRecord *errors;
    i32 is_i64;  // else i32
    u32 op;      // for the ErrorRecord

    HOST_DEVICE i64 at(i64 place) const {
        return is_i64 ? ((const i64 *)data)[place] : (i64)((const i32 *)data)[place];
    }
};

HOST_DEVICE u32 first_element() { return blockIdx.x * (INDEX_THREADS * EACH) + threadIdx.x; }

// The thread's elements: where each lies in the three operands. Those past the end are as the last one.
HOST_DEVICE void places(const Nest<3> &nest, u32 first, i64 (&at)[EACH][3]) {
    u32 n[EACH];
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        n[k] = min(first + k * INDEX_THREADS, nest.count - 1);
        at[k][0] = at[k][1] = at[k][2] = 0;
    }
    // One loop over the dims for all of them: sizes and strides are read once.
#pragma unroll 1
    for (int d = 0; d < nest.rank; d++) {
        Divisor size = nest.size[d];
        bool last = d + 1 == nest.rank;
#pragma unroll
        for (u32 k = 0; k < EACH; k++) {
            u32 q = last ? 0 : size.divide(n[k]), r = n[k] - q * size.divisor;
            n[k] = q;
#pragma unroll
            for (int j = 0; j < 3; j++) at[k][j] += (i64)r * nest.stride[j][d];
        }
    }
}

// A bad one among the thread's indices, if there is any.
struct Bad {
    bool any = false;
    u32 n = 0;
    i64 value = 0;

    // Whether the index of element `element` is in range.
    HOST_DEVICE bool fits(const Index &index, u32 element, i64 moved) {
        if ((u64)moved < (u64)index.limit) return true;
        any = true;
        n = element;
        value = moved;
        return false;
    }

    HOST_DEVICE void tell(const Index &index) const {
        if (!any) return;
        const i64 element = (index.first + n) * index.width;
        check_index(index.errors, index.op, element / index.inner % index.count, value, index.limit);
    }
};

// out[n] = x[n, moved by index · along]; a bad index reads as 0. The nest is of out, x (0 along the indexed dim) and
// index.
template <class T>
HOST_DEVICE void gather(const Nest<3> &nest, T *__restrict__ out, const T *__restrict__ x, i64 along, const Index &index) {
    u32 first = first_element();
    if (first >= nest.count) return;
    i64 at[EACH][3], moved[EACH];
    T value[EACH];
    Bad bad;
    places(nest, first, at);
#pragma unroll
    for (u32 k = 0; k < EACH; k++) moved[k] = index.at(at[k][2]);
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        value[k] = T{};
        u32 n = min(first + k * INDEX_THREADS, nest.count - 1);
        if (bad.fits(index, n, moved[k])) value[k] = x[at[k][1] + moved[k] * along];
    }
#pragma unroll
    for (u32 k = 0; k < EACH; k++)
        if (first + k * INDEX_THREADS < nest.count) out[at[k][0]] = value[k];
    bad.tell(index);
}

// out[n, moved by index · along] += src[n]. The nest is of src, out (0 along the indexed dim) and index.
template <class T>
HOST_DEVICE void index_add(const Nest<3> &nest, T *__restrict__ out, const T *__restrict__ src, i64 along,
                           const Index &index) {
    u32 first = first_element();
    if (first >= nest.count) return;
    i64 at[EACH][3], moved[EACH];
    T value[EACH];
    Bad bad;
    places(nest, first, at);
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        moved[k] = index.at(at[k][2]);
        value[k] = src[at[k][0]];
    }
#pragma unroll
    for (u32 k = 0; k < EACH; k++) {
        u32 n = first + k * INDEX_THREADS;
        if (n >= nest.count) continue;
        if (bad.fits(index, n, moved[k])) atomic_add(out + at[k][1] + moved[k] * along, value[k]);
    }
    bad.tell(index);
}

#define INDEX_ADD(T, name)                                                                                \
    KERNEL(INDEX_THREADS, index_add_##name, Nest<3> nest, T *out, const T *src, i64 along, Index index) { \
        index_add(nest, out, src, along, index);                                                          \
    }
