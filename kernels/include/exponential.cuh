// Sums of exponentials that do not overflow.
#pragma once
#include "operation.cuh"

HOST_DEVICE f32 exponential(f32 x) { return expf(x); }
HOST_DEVICE f64 exponential(f64 x) { return exp(x); }
HOST_DEVICE f32 logarithm(f32 x) { return logf(x); }
HOST_DEVICE f64 logarithm(f64 x) { return log(x); }

// The largest of some numbers, and Σ exp(x − m) over them.
template <class C>
struct Online {
    C m, sum;

    static HOST_DEVICE Online none() { return Online{lowest<C>(), 0}; }

    // What exponents are taken relative to: m, but 0 where all is −∞ so far.
    static HOST_DEVICE C origin(C m) { return m == lowest<C>() ? C(0) : m; }

    template <int N>
    HOST_DEVICE void take(const C (&v)[N]) {
        C most = Max<C>::join(m, tournament<Max<C>, N>(v)), from = origin(most), e[N];
#pragma unroll
        for (int k = 0; k < N; k++) e[k] = exponential(v[k] - from);
        sum = sum * exponential(m - from) + tournament<Sum<C>, N>(e);
        m = most;
    }

    // Relative to the largest of more numbers.
    HOST_DEVICE C sum_from(C most) const { return sum * exponential(m - origin(most)); }
};

// A Fold (fold.cuh) into that, but for `finish`.
template <class C>
struct OnlineFold {
    typedef C Number;
    typedef Online<C> Acc;

    static HOST_DEVICE Acc none() { return Acc::none(); }

    static HOST_DEVICE Acc join(Acc a, Acc b) {
        C m = Max<C>::join(a.m, b.m);
        return Acc{m, a.sum_from(m) + b.sum_from(m)};
    }

    template <int N, int V>
    HOST_DEVICE void take(Acc &a, C (&v)[N], u32 count, i64, u32, u32) const {
        if (count < N)
#pragma unroll
            for (u32 i = 0; i < N; i++) v[i] = i < count ? v[i] : lowest<C>();
        a.take(v);
    }
};
