// The unary functions, by the names and in the order of `function::Unary` in src/function.rs.
// `run` is the function in T's compute type, `run_integer` where integers have it too.
#pragma once
#include "math.cuh"
#include "walk.cuh"

#define UNARY_FUNCTIONS(EACH)                                                                                     \
    EACH(neg) EACH(abs) EACH(sign) EACH(exp) EACH(log) EACH(sqrt) EACH(rsqrt) EACH(reciprocal) EACH(square)       \
    EACH(sin) EACH(cos) EACH(tanh) EACH(sigmoid) EACH(relu) EACH(gelu) EACH(gelu_tanh) EACH(erf) EACH(logical_not) \
    EACH(floor) EACH(ceil) EACH(round) EACH(trunc) EACH(isnan) EACH(expm1) EACH(log1p) EACH(softplus)

namespace unary {

// What a function gives: its compute type, or bool.
template <class C> struct neg {
    static HOST_DEVICE C run(C x) {
        if constexpr (is_float<C>::value) return -x;
        else return math::wrapping_sub((C)0, x);
    }
};
template <class C> struct abs {
    static HOST_DEVICE C run(C x) {
        if constexpr (is_float<C>::value) return math::fabs(x);
        else if constexpr (math::IS_SIGNED<C>) return x < 0 ? math::wrapping_sub((C)0, x) : x;
        else return x;
    }
};
// 0 for NaN.
template <class C> struct sign {
    static HOST_DEVICE C run(C x) {
        if constexpr (math::IS_SIGNED<C>) return (C)(x > 0) - (C)(x < 0);
        else return x > 0;
    }
};
template <class C> struct square {
    static HOST_DEVICE C run(C x) {
        if constexpr (is_float<C>::value) return x * x;
        else return math::wrapping_mul(x, x);
    }
};
// NaN stays.
template <class C> struct relu {
    static HOST_DEVICE C run(C x) { return x <= 0 ? 0 : x; }
};
template <class C> struct logical_not {
    static HOST_DEVICE bool run(C x) { return x == 0; }
};
template <class C> struct isnan {
    static HOST_DEVICE bool run(C x) { return x != x; }
};
template <class C> struct reciprocal {
    static HOST_DEVICE C run(C x) { return 1 / x; }
};
template <class C> struct rsqrt {
    static HOST_DEVICE C run(C x) { return 1 / math::sqrt(x); }
};

// Integers are whole already.
#define ROUNDING(name, of)                                                \
    template <class C> struct name {                                      \
        static HOST_DEVICE C run(C x) {                                   \
            if constexpr (is_float<C>::value) return math::of(x);         \
            else return x;                                                \
        }                                                                 \
    };
ROUNDING(floor, floor)
ROUNDING(ceil, ceil)
ROUNDING(round, rint)
ROUNDING(trunc, trunc)
#undef ROUNDING

// Long functions stand once in a module: all in f64, sine and cosine (with their reduction of large numbers) in f32.
#define FUNCTION(name)                                                    \
    NOINLINE f64 called_##name(f64 x) { return math::name(x); }           \
    template <class C> struct name {                                      \
        static HOST_DEVICE C run(C x) {                                   \
            if constexpr (sizeof(C) == 8) return called_##name(x);        \
            else return math::name(x);                                    \
        }                                                                 \
    };
#define LONG_FUNCTION(name)                                               \
    NOINLINE f32 called_##name(f32 x) { return math::name(x); }           \
    NOINLINE f64 called_##name(f64 x) { return math::name(x); }           \
    template <class C> struct name {                                      \
        static HOST_DEVICE C run(C x) { return called_##name(x); }        \
    };
LONG_FUNCTION(sin)
LONG_FUNCTION(cos)
FUNCTION(exp)
FUNCTION(log)
FUNCTION(sqrt)
FUNCTION(tanh)
FUNCTION(sigmoid)
FUNCTION(gelu)
FUNCTION(gelu_tanh)
FUNCTION(erf)
FUNCTION(expm1)
FUNCTION(log1p)
FUNCTION(softplus)
#undef FUNCTION
#undef LONG_FUNCTION

// Whether integers have the function too.
template <template <class> class F> struct takes_integers { static constexpr bool value = false; };
#define TAKES_INTEGERS(name) \
    template <> struct takes_integers<name> { static constexpr bool value = true; };
TAKES_INTEGERS(neg)
TAKES_INTEGERS(abs)
TAKES_INTEGERS(sign)
TAKES_INTEGERS(square)
TAKES_INTEGERS(relu)
TAKES_INTEGERS(logical_not)
TAKES_INTEGERS(floor)
TAKES_INTEGERS(ceil)
TAKES_INTEGERS(round)
TAKES_INTEGERS(trunc)
TAKES_INTEGERS(isnan)
#undef TAKES_INTEGERS

enum Function : i32 {
#define NUMBER(name) number_##name,
    UNARY_FUNCTIONS(NUMBER)
#undef NUMBER
    number_clamp,  // torch.clamp, which has two bounds
};

// Function number `function` of x; a bool as 0 or 1.
template <class C>
HOST_DEVICE C run(i32 function, C x, C low, C high) {
    switch (function) {
#define CASE(name)                                                                                       \
    case number_##name:                                                                                  \
        if constexpr (is_float<C>::value || takes_integers<name>::value) return (C)name<C>::run(x);      \
        else return x;
        UNARY_FUNCTIONS(CASE)
#undef CASE
        case number_clamp: return math::clamp(x, low, high);
    }
    return x;
}

// One function of T.
template <template <class> class F, class T>
struct Apply {
    static constexpr bool ROLLED = false;
    typedef typename OutputOf<T, decltype(F<Arithmetic<T>>::run(Arithmetic<T>{}))>::type Output;
    template <class L>
    HOST_DEVICE Output operator()(const L &lines, int i) const {
        return convert<Output>(F<Arithmetic<T>>::run(convert<Arithmetic<T>>(lines.x[i])));
    }
};

// Function number `function`, of those that give T.
template <class T>
struct Any {
    static constexpr bool ROLLED = true;
    typedef Arithmetic<T> C;
    i32 function;
    C low, high;

    template <class L>
    HOST_DEVICE T operator()(const L &lines) const {
        return convert<T>(run(function, convert<C>(lines.x[0]), low, high));
    }

    template <class L, int V>
    HOST_DEVICE bool short_function(const L &lines, T (&y)[V]) const {
        switch (function) {
#define CASE(name)                                                                        \
    case number_##name:                                                                   \
        for (int i = 0; i < V; i++) y[i] = convert<T>(name<C>::run(convert<C>(lines.x[i]))); \
        return true;
            CASE(neg) CASE(abs) CASE(sign) CASE(square) CASE(relu)
#undef CASE
        }
        return false;
    }
};

template <class T>
struct Clamp {
    static constexpr bool ROLLED = false;
    typedef Arithmetic<T> C;
    C low, high;
    template <class L>
    HOST_DEVICE T operator()(const L &lines, int i) const {
        return convert<T>(math::clamp(convert<C>(lines.x[i]), low, high));
    }
};

}  // namespace unary

// Of type T, which is called t.
#define UNARY_KERNEL_OF(name, t, T)                              \
    KERNEL(WALK_THREADS, unary_##name##_##t, Walk<2> w) {        \
        typedef unary::Apply<unary::name, T> F;                  \
        walk_lines<F::Output, T>(w, F());                        \
    }
#define UNARY_KERNEL(name, t) UNARY_KERNEL_OF(name, t, t)

// The bounds of clamp stand in the parameters' values, in the type of the arithmetic.
#define UNARY_BOUNDS(t) from_bits<Arithmetic<t>>(w.value[0]), from_bits<Arithmetic<t>>(w.value[1])

#define CLAMP_KERNEL(t)                                                             \
    KERNEL(WALK_THREADS, unary_clamp_##t, Walk<2> w) {                              \
        walk_lines<t, t>(w, unary::Clamp<t>{UNARY_BOUNDS(t)});                      \
    }

// Any function that gives `t`, over any layouts.
#define UNARY_ANY_KERNEL(t)                                                                                     \
    KERNEL(WALK_THREADS, unary_any_##t, Walk<2> w, i32 function) {                                              \
        walk_any<(GROUP<t> < 4 ? GROUP<t> : 4), t, t>(w, unary::Any<t>{function, UNARY_BOUNDS(t)});             \
    }

#define UNARY_FLOAT_KERNELS(t)                                                                                   \
    UNARY_KERNEL(neg, t) UNARY_KERNEL(abs, t) UNARY_KERNEL(sign, t) UNARY_KERNEL(exp, t) UNARY_KERNEL(log, t)    \
    UNARY_KERNEL(sqrt, t) UNARY_KERNEL(rsqrt, t) UNARY_KERNEL(reciprocal, t) UNARY_KERNEL(square, t)             \
    UNARY_KERNEL(sin, t) UNARY_KERNEL(cos, t) UNARY_KERNEL(tanh, t) UNARY_KERNEL(sigmoid, t)                     \
    UNARY_KERNEL(relu, t) UNARY_KERNEL(gelu, t) UNARY_KERNEL(gelu_tanh, t) UNARY_KERNEL(erf, t)                  \
    UNARY_KERNEL(logical_not, t) UNARY_KERNEL(floor, t) UNARY_KERNEL(ceil, t) UNARY_KERNEL(round, t)             \
    UNARY_KERNEL(trunc, t) UNARY_KERNEL(isnan, t) UNARY_KERNEL(expm1, t) UNARY_KERNEL(log1p, t)                  \
    UNARY_KERNEL(softplus, t) UNARY_ANY_KERNEL(t) CLAMP_KERNEL(t)

// What integers have; rounding leaves them as they are.
#define UNARY_INTEGER_KERNELS(t)                                                                            \
    UNARY_KERNEL(neg, t) UNARY_KERNEL(abs, t) UNARY_KERNEL(sign, t) UNARY_KERNEL(square, t)                 \
    UNARY_KERNEL(relu, t) UNARY_KERNEL(logical_not, t) UNARY_ANY_KERNEL(t) CLAMP_KERNEL(t)
