// The binary functions, by the names and in the order of `function::Binary` in src/function.rs.
#pragma once
#include "math.cuh"
#include "walk.cuh"

#define BINARY_VALUES(EACH) \
    EACH(add) EACH(sub) EACH(mul) EACH(div) EACH(pow) EACH(maximum) EACH(minimum) EACH(floor_divide) EACH(remainder)
#define BINARY_COMPARISONS(EACH) \
    EACH(eq) EACH(ne) EACH(lt) EACH(le) EACH(gt) EACH(ge) EACH(logical_and) EACH(logical_or) EACH(logical_xor)

namespace binary {

template <class C> struct add {
    static HOST_DEVICE C run(C a, C b) {
        if constexpr (is_float<C>::value) return a + b;
        else return math::wrapping_add(a, b);
    }
};
template <class C> struct sub {
    static HOST_DEVICE C run(C a, C b) {
        if constexpr (is_float<C>::value) return a - b;
        else return math::wrapping_sub(a, b);
    }
};
template <class C> struct mul {
    static HOST_DEVICE C run(C a, C b) {
        if constexpr (is_float<C>::value) return a * b;
        else return math::wrapping_mul(a, b);
    }
};
// Of integers it is never asked for: they divide in a float.
template <class C> struct div {
    static HOST_DEVICE C run(C a, C b) {
        if constexpr (is_float<C>::value) return a / b;
        else return a;
    }
};
// NaN if either is NaN.
template <class C> struct maximum {
    static HOST_DEVICE C run(C a, C b) { return a > b || math::is_nan(a) ? a : b; }
};
template <class C> struct minimum {
    static HOST_DEVICE C run(C a, C b) { return a < b || math::is_nan(a) ? a : b; }
};

// Long functions stand once in a module.
template <class C>
NOINLINE C called_pow(C a, C b) {
    if constexpr (is_float<C>::value) return math::pow(a, b);
    else return math::integer_pow(a, b);
}
template <class C>
NOINLINE C called_floor_divide(C a, C b) {
    if constexpr (is_float<C>::value) return math::floor_divide(a, b);
    else return math::integer_floor_divide(a, b);
}
template <class C>
NOINLINE C called_remainder(C a, C b) {
    if constexpr (is_float<C>::value) return math::remainder(a, b);
    else return math::integer_remainder(a, b);
}
template <class C> struct pow {
    static HOST_DEVICE C run(C a, C b) { return called_pow(a, b); }
};
template <class C> struct floor_divide {
    static HOST_DEVICE C run(C a, C b) { return called_floor_divide(a, b); }
};
template <class C> struct remainder {
    static HOST_DEVICE C run(C a, C b) { return called_remainder(a, b); }
};

#define COMPARISON(name, expression) \
    template <class C> struct name { \
        static HOST_DEVICE bool run(C a, C b) { return expression; } \
    };
COMPARISON(eq, a == b)
COMPARISON(ne, a != b)
COMPARISON(lt, a < b)
COMPARISON(le, a <= b)
COMPARISON(gt, a > b)
COMPARISON(ge, a >= b)
COMPARISON(logical_and, (a != 0) & (b != 0))
COMPARISON(logical_or, (a != 0) | (b != 0))
COMPARISON(logical_xor, (a != 0) ^ (b != 0))
#undef COMPARISON

// a^b where b is one number for all: the common powers are their own functions.
template <class C>
HOST_DEVICE C common_pow(C a, C b) {
    if (b == 2) return a * a;
    if (b == (C)0.5) return math::sqrt(a);
    if (b == -1) return 1 / a;
    return pow<C>::run(a, b);
}

enum Function : i32 {
#define NUMBER(name) number_##name,
    BINARY_VALUES(NUMBER) BINARY_COMPARISONS(NUMBER)
#undef NUMBER
};

#define CASE(name) \
    case number_##name: return name<C>::run(a, b);

// Function number `function`, of those that give numbers. `common`: b is one number for all.
template <class C>
HOST_DEVICE C value(i32 function, C a, C b, bool common) {
    if constexpr (is_float<C>::value) {
        if (function == number_pow && common) return common_pow(a, b);
    }
    switch (function) { BINARY_VALUES(CASE) }
    return a;
}

// Function number `function`, of those that give bools.
template <class C>
HOST_DEVICE bool comparison(i32 function, C a, C b) {
    switch (function) { BINARY_COMPARISONS(CASE) }
    return false;
}
#undef CASE

// One function of T.
template <template <class> class F, class T>
struct Apply {
    static constexpr bool ROLLED = false;
    typedef Arithmetic<T> C;
    typedef typename OutputOf<T, decltype(F<C>::run(C{}, C{}))>::type Output;
    HOST_DEVICE Apply(const Walk<3> &) {}
    template <class L>
    HOST_DEVICE Output operator()(const L &lines, int i) const {
        return convert<Output>(F<C>::run(convert<C>(lines.x[i]), convert<C>(lines.rest.x[i])));
    }
};

template <class T>
struct Apply<pow, T> {
    static constexpr bool ROLLED = false;
    typedef Arithmetic<T> C;
    typedef T Output;
    bool common;
    HOST_DEVICE Apply(const Walk<3> &w) : common(w.access[1] == UNIFORM) {}
    template <class L>
    HOST_DEVICE T operator()(const L &lines, int i) const {
        C a = convert<C>(lines.x[i]), b = convert<C>(lines.rest.x[i]);
        if constexpr (is_float<C>::value) {
            if (common) return convert<T>(common_pow(a, b));
        }
        return convert<T>(pow<C>::run(a, b));
    }
};

#define CASE(name)                                                                                               \
    case number_##name:                                                                                          \
        for (int i = 0; i < V; i++)                                                                              \
            y[i] = convert<Output>(name<C>::run(convert<C>(lines.x[i]), convert<C>(lines.rest.x[i])));           \
        return true;

// Function number `function`, of those that give T.
template <class T>
struct AnyValue {
    static constexpr bool ROLLED = true;
    typedef Arithmetic<T> C;
    typedef T Output;
    i32 function;
    bool common;

    template <class L>
    HOST_DEVICE T operator()(const L &lines) const {
        return convert<T>(value(function, convert<C>(lines.x[0]), convert<C>(lines.rest.x[0]), common));
    }

    template <class L, int V>
    HOST_DEVICE bool short_function(const L &lines, T (&y)[V]) const {
        switch (function) { CASE(add) CASE(sub) CASE(mul) CASE(maximum) CASE(minimum) }
        return false;
    }
};

// … of those that give bools.
template <class T>
struct AnyComparison {
    static constexpr bool ROLLED = true;
    typedef Arithmetic<T> C;
    typedef boolean Output;
    i32 function;

    template <class L>
    HOST_DEVICE boolean operator()(const L &lines) const {
        return convert<boolean>(comparison(function, convert<C>(lines.x[0]), convert<C>(lines.rest.x[0])));
    }

    template <class L, int V>
    HOST_DEVICE bool short_function(const L &lines, boolean (&y)[V]) const {
        switch (function) { CASE(eq) CASE(ne) CASE(lt) CASE(le) CASE(gt) CASE(ge) }
        return false;
    }
};
#undef CASE

}  // namespace binary

// Of type T, which is called t.
#define BINARY_KERNEL_OF(name, t, T)                                 \
    KERNEL(WALK_THREADS, binary_##name##_##t, Walk<3> w) {           \
        typedef binary::Apply<binary::name, T> F;                    \
        walk_lines<F::Output, T, T>(w, F(w));                        \
    }
#define BINARY_KERNEL(name, t) BINARY_KERNEL_OF(name, t, t)

// Any function of `function::Binary` over any layouts: those that give `t`, those that give bools.
#define BINARY_ANY_KERNEL(t)                                                                             \
    KERNEL(WALK_THREADS, binary_any_##t, Walk<3> w, i32 function) {                                      \
        binary::AnyValue<t> f{function, w.access[1] == UNIFORM};                                         \
        walk_any<(GROUP<t> < 4 ? GROUP<t> : 4), t, t, t>(w, f);                                          \
    }
#define COMPARISON_ANY_KERNEL_OF(t, T)                                                                   \
    KERNEL(WALK_THREADS, comparison_any_##t, Walk<3> w, i32 function) {                                  \
        walk_any<(GROUP<T> < 4 ? GROUP<T> : 4), boolean, T, T>(w, binary::AnyComparison<T>{function});   \
    }

#define COMPARISON_KERNELS_OF(t, T)                                                                      \
    BINARY_KERNEL_OF(eq, t, T) BINARY_KERNEL_OF(ne, t, T) BINARY_KERNEL_OF(lt, t, T)                     \
    BINARY_KERNEL_OF(le, t, T) BINARY_KERNEL_OF(gt, t, T) BINARY_KERNEL_OF(ge, t, T)                     \
    BINARY_KERNEL_OF(logical_and, t, T) BINARY_KERNEL_OF(logical_or, t, T)                               \
    BINARY_KERNEL_OF(logical_xor, t, T) COMPARISON_ANY_KERNEL_OF(t, T)

#define BINARY_INTEGER_KERNELS(t)                                                                        \
    BINARY_KERNEL(add, t) BINARY_KERNEL(sub, t) BINARY_KERNEL(mul, t) BINARY_KERNEL(pow, t)              \
    BINARY_KERNEL(maximum, t) BINARY_KERNEL(minimum, t) BINARY_KERNEL(floor_divide, t)                   \
    BINARY_KERNEL(remainder, t) BINARY_ANY_KERNEL(t) COMPARISON_KERNELS_OF(t, t)
#define BINARY_FLOAT_KERNELS(t) BINARY_KERNEL(div, t) BINARY_INTEGER_KERNELS(t)
