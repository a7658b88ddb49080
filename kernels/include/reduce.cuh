// What reductions over dims compute: sum, prod, max, min, any, all, var, argmax, argmin.
#pragma once
#include "fold.cuh"
#include "operation.cuh"

// Where results go.
struct Target {
    void *out;
    f64 divisor;   // what results are divided by, when `divides`
    i32 dtype;     // of the output
    u32 divides;
};

// Writes results as T, rounded once.
template <class T>
struct As {
    Target to;

    template <class C>
    HOST_DEVICE void store(i64 i, C x) const {
        reinterpret_cast<T *>(to.out)[i] = to.divides ? convert<T>((f64)x / to.divisor) : convert<T>(x);
    }
};

// Writes results as a float dtype known at run time, rounded once.
struct AsFloat {
    Target to;

    HOST_DEVICE f64 divided(f64 x) const { return to.divides ? x / to.divisor : x; }

    HOST_DEVICE void store(i64 i, f64 x) const {
        x = divided(x);
        switch (to.dtype) {
            case F16: reinterpret_cast<f16 *>(to.out)[i] = convert<f16>(x); break;
            case BF16: reinterpret_cast<bf16 *>(to.out)[i] = convert<bf16>(x); break;
            case F32: reinterpret_cast<f32 *>(to.out)[i] = (f32)x; break;
            default: reinterpret_cast<f64 *>(to.out)[i] = x; break;
        }
    }
};

// Writes results as a dtype known at run time. Into integers they go through i64: floats saturate there, then wrap.
struct AsAnything {
    Target to;

    HOST_DEVICE void store(i64 i, f64 x) const {
        AsFloat floats{to};
        if (to.dtype < F16) store_integer(i, convert<i64>(floats.divided(x)));
        else floats.store(i, x);
    }
    HOST_DEVICE void store(i64 i, i64 x) const {
        if (to.dtype < F16) store_integer(i, x);
        else store(i, (f64)x);
    }
    HOST_DEVICE void store(i64 i, u32 x) const { store(i, (i64)x); }

    HOST_DEVICE void store_integer(i64 i, i64 x) const {
        switch (to.dtype) {
            case BOOL: reinterpret_cast<u8 *>(to.out)[i] = x != 0; break;
            case U8:
            case I8: reinterpret_cast<u8 *>(to.out)[i] = (u8)x; break;
            case U16:
            case I16: reinterpret_cast<u16 *>(to.out)[i] = (u16)x; break;
            case U32:
            case I32: reinterpret_cast<u32 *>(to.out)[i] = (u32)x; break;
            default: reinterpret_cast<i64 *>(to.out)[i] = x; break;
        }
    }
};

// ---- what is computed ----

// What is done to elements first, and undone at the end.
struct Unchanged {
    template <class C>
    HOST_DEVICE C change(C x) const {
        return x;
    }
};
// Times 1 or −1: the smallest is the largest of the negated.
template <class C>
struct Signed {
    C sign;
    HOST_DEVICE C change(C x) const { return x * sign; }
};
// All hold when none does not.
template <>
struct Signed<u32> {
    u32 turned;
    HOST_DEVICE u32 change(u32 x) const { return x ^ turned; }
};
// Some bits turned over: the highest orders u64 as i64 are, all of them reverse the order.
template <>
struct Signed<i64> {
    i64 turned;
    HOST_DEVICE i64 change(i64 x) const { return x ^ turned; }
};

template <class Op, class Out, class Change = Unchanged>
struct Plain {
    typedef typename Op::Number Number;
    typedef Number Acc;
    Out out;
    Change change;

    static HOST_DEVICE Acc none() { return Op::none(); }
    static HOST_DEVICE Acc join(Acc a, Acc b) { return Op::join(a, b); }
    template <int N, int V>
    HOST_DEVICE void take(Acc &a, Number (&x)[N], u32 count, i64, u32, u32) const {
#pragma unroll
        for (u32 i = 0; i < N; i++) x[i] = change.change(x[i]);
        if (count < N)
#pragma unroll
            for (u32 i = 0; i < N; i++) x[i] = i < count ? x[i] : Op::none();
        a = Op::join(a, tournament<Op, N>(x));
    }
    HOST_DEVICE void finish(Acc a, i64 i) const { out.store(i, change.change(a)); }
};

// ---- bytes, four at a time ----

// The highest bit of each byte: whether it is not zero.
HOST_DEVICE u32 not_zero(u32 word) { return (((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) & 0x80808080; }

// Unsigned bytes, or bools, added up in both halves of a word: 64 of them and more have room.
struct Halves {
    u32 bools;
    HOST_DEVICE u32 four(u32 word) const {
        word = bools ? not_zero(word) >> 7 : word;
        return (word & 0x00ff00ff) + (word >> 8 & 0x00ff00ff);
    }
    HOST_DEVICE u32 one(u8 byte) const { return four(byte); }
};

struct SumOfBytes {
    typedef u32 Number;
    typedef i64 Acc;
    AsAnything out;

    static HOST_DEVICE Acc none() { return 0; }
    static HOST_DEVICE Acc join(Acc a, Acc b) { return Sum<i64>::join(a, b); }
    template <int N, int V>
    HOST_DEVICE void take(Acc &a, u32 (&x)[N], u32 count, i64, u32, u32) const {
        if (count < N)
#pragma unroll
            for (u32 i = 0; i < N; i++) x[i] = i < count ? x[i] : 0;
        u32 sum = tournament<Sum<u32>, N>(x);
        a += (sum & 0xffff) + (sum >> 16);
    }
    HOST_DEVICE void finish(Acc a, i64 i) const { out.store(i, a); }
};

// Not 0 where one of the bytes is not zero; turned, where one is.
struct Witness {
    u32 turned;
    HOST_DEVICE u32 four(u32 word) const { return turned ? ~not_zero(word) & 0x80808080 : word; }
    HOST_DEVICE u32 one(u8 byte) const { return four(byte * 0x01010101u); }
};

// Whether there is a witness; turned, whether there is none.
struct AsTruth {
    AsAnything out;
    u32 turned;
    HOST_DEVICE void store(i64 i, u32 x) const { out.store(i, (u32)(x != 0) ^ turned); }
};

// ---- var ----

// Σ (x − mean)² in one pass: a few elements exactly, then parts joined (Chan, Golub and LeVeque, 1979).
template <class C, class Out>
struct Var {
    typedef C Number;
    struct Acc {
        C n, mean, m2;
    };
    Out out;

    static HOST_DEVICE Acc none() { return Acc{0, 0, 0}; }

    // d = mean_b − mean_a;  mean = mean_a + d·n_b/n;  m2 = m2_a + m2_b + d²·n_a·n_b/n
    static HOST_DEVICE Acc join(Acc a, Acc b) {
        C n = a.n + b.n;
        C part = n > 0 ? b.n / n : 0;
        C d = b.mean - a.mean;
        // In this order nothing overflows that is then multiplied by the 0 of an empty side.
        return Acc{n, a.mean + d * part, a.m2 + b.m2 + d * (d * (a.n * part))};
    }

    template <int N, int V>
    HOST_DEVICE void take(Acc &a, Number (&x)[N], u32 count, i64, u32, u32) const {
        C n = (C)count, each = C(1) / N;
        if (count < N) {
            each = C(1) / n;
#pragma unroll
            for (u32 i = 0; i < N; i++) x[i] = i < count ? x[i] : 0;
        }
        C mean = tournament<Sum<C>, N>(x) * each;
#pragma unroll
        for (u32 i = 0; i < N; i++) x[i] = i < count ? (x[i] - mean) * (x[i] - mean) : 0;
        a = join(a, Acc{n, mean, tournament<Sum<C>, N>(x)});
    }

    // An infinite mean makes the result NaN, as a difference to it is.
    HOST_DEVICE void finish(Acc a, i64 i) const { out.store(i, a.m2 + (a.mean - a.mean)); }
};

// ---- argmax, argmin ----

// The first place of the largest element; a NaN counts as that.
template <class C>
struct ArgMax {
    typedef C Number;
    struct Acc {
        C value;
        i64 at;
    };
    static constexpr i64 NOWHERE = limits<i64>::high;
    i64 *out;
    Signed<C> change;

    // `at` stays NOWHERE as long as no element is better than `value`.
    static HOST_DEVICE Acc none() { return Acc{lowest<C>(), NOWHERE}; }

    static HOST_DEVICE bool beats(C b, C a) { return b > a || (b != b && a == a); }

    static HOST_DEVICE Acc join(Acc a, Acc b) {
        return beats(b.value, a.value) || (b.at < a.at && !beats(a.value, b.value)) ? b : a;
    }

    // What is best of them, and only when it beats what was there before, which of them that is.
    template <int N, int V>
    HOST_DEVICE void take(Acc &a, Number (&x)[N], u32 count, i64 at, u32 step, u32 each) const {
#pragma unroll
        for (u32 i = 0; i < N; i++) x[i] = change.change(x[i]);
        if (count < N)
#pragma unroll
            for (u32 i = 0; i < N; i++) x[i] = i < count ? x[i] : lowest<C>();
        bool nan = false;
#pragma unroll
        for (u32 i = 0; i < N; i++) nan |= x[i] != x[i];
        // −∞ − −∞ is NaN.
        C best = nan ? lowest<C>() - lowest<C>() : tournament<Larger<C>, N>(x);
        if (!beats(best, a.value)) return;
        u32 k = 0;
        if (nan) {
#pragma unroll
            for (u32 i = N; i-- > 0;) k = x[i] != x[i] ? i : k;
        } else {
#pragma unroll
            for (u32 i = N; i-- > 0;) k = x[i] == best ? i : k;
        }
        a = Acc{best, at + k / V * step + k % V * each};
    }

    // Nowhere: no element is better than the worst there is, so all are that.
    HOST_DEVICE void finish(Acc a, i64 i) const { out[i] = a.at == NOWHERE ? 0 : a.at; }
};

// ---- kernels ----

// sum, max_min and var of floats; sums into any float dtype.
#define REDUCE_FLOATS(T, dtype)                                                                        \
    using Number = Compute<T>::type;                                                                   \
    using SumOf = Plain<Sum<Number>, AsFloat>;                                                         \
    using MaxOf = Plain<Max<Number>, As<T>, Signed<Number>>;                                           \
    using VarOf = Var<Number, As<T>>;                                                                  \
    KERNEL(FOLD_THREADS, sum_rows_##dtype, const T *x, Folding f, Target to) {                         \
        fold_rows(SumOf{{to}, {}}, Elements<T>{x}, f);                                                 \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, sum_columns_##dtype, const T *x, Folding f, Target to) {                      \
        fold_columns(SumOf{{to}, {}}, Elements<T>{x}, f);                                              \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, max_min_rows_##dtype, const T *x, Folding f, Target to, Number sign) {        \
        fold_rows(MaxOf{{to}, {sign}}, Elements<T>{x}, f);                                             \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, max_min_columns_##dtype, const T *x, Folding f, Target to, Number sign) {     \
        fold_columns(MaxOf{{to}, {sign}}, Elements<T>{x}, f);                                          \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, var_rows_##dtype, const T *x, Folding f, Target to) {                         \
        fold_rows(VarOf{{to}}, Elements<T>{x}, f);                                                     \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, var_columns_##dtype, const T *x, Folding f, Target to) {                      \
        fold_columns(VarOf{{to}}, Elements<T>{x}, f);                                                  \
    }

// argmax_argmin of floats.
#define ARGREDUCE_FLOATS(T, dtype)                                                                     \
    using Number = Compute<T>::type;                                                                   \
    KERNEL(FOLD_THREADS, argmax_argmin_rows_##dtype, const T *x, Folding f, i64 *out, Number sign) {    \
        fold_rows(ArgMax<Number>{out, {sign}}, Elements<T>{x}, f);                                     \
    }                                                                                                  \
    KERNEL(FOLD_THREADS, argmax_argmin_columns_##dtype, const T *x, Folding f, i64 *out, Number sign) { \
        fold_columns(ArgMax<Number>{out, {sign}}, Elements<T>{x}, f);                                  \
    }
