// Elementary functions by one name for f32 and f64, and integer arithmetic that wraps.
#pragma once
#include "types.cuh"

// The type that elementwise functions of T work in: a bool is 0 or 1; what is smaller than a register becomes an i32.
template <class T> struct ArithmeticOf { typedef typename Compute<T>::type type; };
template <> struct ArithmeticOf<boolean> { typedef u8 type; };
template <> struct ArithmeticOf<u8> { typedef i32 type; };
template <> struct ArithmeticOf<i8> { typedef i32 type; };
template <> struct ArithmeticOf<u16> { typedef i32 type; };
template <> struct ArithmeticOf<i16> { typedef i32 type; };
template <class T>
using Arithmetic = typename ArithmeticOf<T>::type;

// What a kernel over T writes when its function gives an R: a bool, else T again.
template <class T, class R> struct OutputOf { typedef T type; };
template <class T> struct OutputOf<T, bool> { typedef boolean type; };

namespace math {

#define MATH_FUNCTION(name)                               \
    HOST_DEVICE f32 name(f32 x) { return ::name##f(x); } \
    HOST_DEVICE f64 name(f64 x) { return ::name(x); }
MATH_FUNCTION(exp)
MATH_FUNCTION(expm1)
MATH_FUNCTION(log)
MATH_FUNCTION(log1p)
MATH_FUNCTION(sin)
MATH_FUNCTION(cos)
MATH_FUNCTION(tanh)
MATH_FUNCTION(erf)
MATH_FUNCTION(sqrt)
MATH_FUNCTION(floor)
MATH_FUNCTION(ceil)
MATH_FUNCTION(rint)
MATH_FUNCTION(trunc)
MATH_FUNCTION(fabs)
#undef MATH_FUNCTION
#define MATH_FUNCTION(name)                                         \
    HOST_DEVICE f32 name(f32 x, f32 y) { return ::name##f(x, y); } \
    HOST_DEVICE f64 name(f64 x, f64 y) { return ::name(x, y); }
MATH_FUNCTION(pow)
MATH_FUNCTION(fmod)
MATH_FUNCTION(copysign)
#undef MATH_FUNCTION

template <class T>
HOST_DEVICE bool is_nan(T x) {
    return x != x;
}

// `1 / (1 + e^{−x})`. e^{−|x|} never overflows, and small results keep all their digits.
template <class T>
HOST_DEVICE T sigmoid(T x) {
    T e = exp(-fabs(x));
    return (x < 0 ? e : (T)1) / (1 + e);
}

// x · Φ(x), Φ the normal distribution.
template <class T>
HOST_DEVICE T gelu(T x) {
    return x * (T)0.5 * (1 + erf(x * (T)0.70710678118654752440));
}

// `x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³)))`
template <class T>
HOST_DEVICE T gelu_tanh(T x) {
    return (T)0.5 * x * (1 + tanh((T)0.79788456080286535588 * (x + (T)0.044715 * x * x * x)));
}

// `log(1 + eˣ)`, x itself above 20.
template <class T>
HOST_DEVICE T softplus(T x) {
    return x > 20 ? x : log1p(exp(x));
}

// ⌊a / b⌋ as Python has it: from the exact remainder, with its sign of zero and its infinities.
template <class T>
HOST_DEVICE T floor_divide(T a, T b) {
    T rest = fmod(a, b), whole = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) whole -= 1;
    T down = floor(whole);
    if (whole - down > (T)0.5) down += 1;
    if (whole == 0) down = copysign((T)0, a / b);
    return b == 0 ? a / b : down;
}

// `a − b·⌊a / b⌋`: has the sign of b.
template <class T>
HOST_DEVICE T remainder(T a, T b) {
    T rest = fmod(a, b);
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

// min(max(x, low), high). NaN stays NaN; a NaN bound makes everything NaN; with low > high the result is high.
template <class T>
HOST_DEVICE T clamp(T x, T low, T high) {
    T y = x >= low || is_nan(x) ? x : low;
    return y <= high || is_nan(y) ? y : high;
}

// ---- integers: results modulo 2^bits ----

template <class T>
using Bits = typename Unsigned<sizeof(T)>::type;

// Floats are signed too.
template <class T>
constexpr bool IS_SIGNED = (T)-1 < (T)1;

template <class T>
HOST_DEVICE T wrapping_add(T a, T b) {
    return (T)((Bits<T>)a + (Bits<T>)b);
}
template <class T>
HOST_DEVICE T wrapping_sub(T a, T b) {
    return (T)((Bits<T>)a - (Bits<T>)b);
}
template <class T>
HOST_DEVICE T wrapping_mul(T a, T b) {
    return (T)((Bits<T>)a * (Bits<T>)b);
}

// ⌊a / b⌋, 0 when b is 0.
template <class T>
HOST_DEVICE T integer_floor_divide(T a, T b) {
    if (b == 0) return 0;
    if constexpr (IS_SIGNED<T>) {
        if (b == -1) return wrapping_sub((T)0, a);
        T q = a / b, r = a - q * b;
        return r != 0 && (r < 0) != (b < 0) ? q - 1 : q;
    } else {
        return a / b;
    }
}

// a − b·⌊a / b⌋, 0 when b is 0.
template <class T>
HOST_DEVICE T integer_remainder(T a, T b) {
    if (b == 0) return 0;
    if constexpr (IS_SIGNED<T>) {
        if (b == -1) return 0;
        T r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    } else {
        return a % b;
    }
}

// a^b; a negative power is 0, save for the bases 1 and −1.
template <class T>
HOST_DEVICE T integer_pow(T a, T b) {
    if constexpr (IS_SIGNED<T>) {
        if (b < 0) return a == 1 ? 1 : a == -1 ? 1 - 2 * (b & 1) : 0;
    }
    Bits<T> y = 1, base = (Bits<T>)a, power = (Bits<T>)b;
    while (power != 0) {
        if (power & 1) y *= base;
        base *= base;
        power >>= 1;
    }
    return (T)y;
}

}  // namespace math
