// Associative operations with a neutral element, as reductions need them.
#pragma once
#include "types.cuh"

template <class C>
struct Sum {
    typedef C Number;
    static HOST_DEVICE C none() { return 0; }
    static HOST_DEVICE C join(C a, C b) { return a + b; }
};
// Wraps.
template <>
struct Sum<i64> {
    typedef i64 Number;
    static HOST_DEVICE i64 none() { return 0; }
    static HOST_DEVICE i64 join(i64 a, i64 b) { return (i64)((u64)a + (u64)b); }
};

template <class C>
struct Prod {
    typedef C Number;
    static HOST_DEVICE C none() { return 1; }
    static HOST_DEVICE C join(C a, C b) { return a * b; }
};
// Wraps.
template <>
struct Prod<i64> {
    typedef i64 Number;
    static HOST_DEVICE i64 none() { return 1; }
    static HOST_DEVICE i64 join(i64 a, i64 b) { return (i64)((u64)a * (u64)b); }
};

template <class C>
HOST_DEVICE C lowest() {
    return limits<C>::low;
}
template <>
HOST_DEVICE f32 lowest<f32>() {
    return f32_from_bits(0xff800000);
}
template <>
HOST_DEVICE f64 lowest<f64>() {
    return (f64)lowest<f32>();
}

// One of two; a NaN on either side loses.
template <class C>
struct Larger {
    typedef C Number;
    static HOST_DEVICE C join(C a, C b) { return b > a ? b : a; }
};
template <>
struct Larger<f32> {
    typedef f32 Number;
    static HOST_DEVICE f32 join(f32 a, f32 b) { return fmaxf(a, b); }
};
template <>
struct Larger<f64> {
    typedef f64 Number;
    static HOST_DEVICE f64 join(f64 a, f64 b) { return fmax(a, b); }
};

// A NaN on either side wins.
template <class C>
struct Max {
    typedef C Number;
    static HOST_DEVICE C none() { return lowest<C>(); }
    static HOST_DEVICE C join(C a, C b) { return b > a || b != b ? b : a; }
};

struct Any {
    typedef u32 Number;
    static HOST_DEVICE u32 none() { return 0; }
    static HOST_DEVICE u32 join(u32 a, u32 b) { return a | b; }
};

// op(x[0], …, x[N − 1]), joined like a tournament. N is a power of 2.
template <class Op, int N>
HOST_DEVICE typename Op::Number tournament(const typename Op::Number (&x)[N]) {
    if constexpr (N == 1) {
        return x[0];
    } else {
        typename Op::Number half[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; i++) half[i] = Op::join(x[i], x[i + N / 2]);
        return tournament<Op, N / 2>(half);
    }
}
