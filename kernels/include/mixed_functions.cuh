// Elementwise functions over operands of any dtypes, in one class of arithmetic.
#pragma once
#include "binary.cuh"
#include "mixed.cuh"
#include "unary.cuh"

template <class C>
HOST_DEVICE void unary_mixed(const Mixed<2> &m) {
    i64 at[2][MIXED_COUNT];
    const int count = mixed_places(m.nest, at);
    if (count == 0) return;
    C x[MIXED_COUNT];
    load_operand<0>(m, at, x);
    const C low = from_bits<C>(m.value[0]), high = from_bits<C>(m.value[1]);
#pragma unroll 1
    for (int i = 0; i < MIXED_COUNT; i++) shift(x, unary::run(m.function, x[0], low, high));
    store_all_as(m.base[1], at[1], count, m.dtype[1], x);
}

template <class C>
HOST_DEVICE void binary_mixed(const Mixed<3> &m) {
    i64 at[3][MIXED_COUNT];
    const int count = mixed_places(m.nest, at);
    if (count == 0) return;
    C a[MIXED_COUNT], b[MIXED_COUNT];
    load_operand<0>(m, at, a);
    load_operand<1>(m, at, b);
#pragma unroll 1
    for (int i = 0; i < MIXED_COUNT; i++) {
        C y = m.function >= binary::number_eq ? (C)binary::comparison(m.function, a[0], b[0])
                                              : binary::value(m.function, a[0], b[0], m.common != 0);
        shift(a, y);
        shift(b, b[0]);
    }
    store_all_as(m.base[2], at[2], count, m.dtype[2], a);
}

#define MIXED_KERNELS(c)                                                        \
    KERNEL(MIXED_THREADS, unary_mixed_##c, Mixed<2> m) { unary_mixed<c>(m); }   \
    KERNEL(MIXED_THREADS, binary_mixed_##c, Mixed<3> m) { binary_mixed<c>(m); }
