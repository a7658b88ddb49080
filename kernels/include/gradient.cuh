// Gradients of the unary functions in one pass: of g, which arrives, and the saved x or y = f(x). The names and numbers
// are those of unary.cuh, the list is `Unary::GRADIENTS` in src/function.rs.
#pragma once
#include "binary.cuh"
#include "unary.cuh"

#define GRADIENTS(EACH)                                                                                          \
    EACH(abs) EACH(sqrt) EACH(rsqrt) EACH(reciprocal) EACH(square) EACH(tanh) EACH(sigmoid) EACH(relu) EACH(gelu) \
    EACH(gelu_tanh) EACH(erf) EACH(expm1) EACH(log1p) EACH(softplus)

namespace gradient {

#define GRADIENT(name, expression)                                 \
    template <class C> struct name {                               \
        static HOST_DEVICE C run(C g, C v) { return expression; }  \
    };
GRADIENT(abs, g * unary::sign<C>::run(v))
GRADIENT(sqrt, g / (v * 2))
GRADIENT(rsqrt, g * (v * v * v) * (C)-0.5)
GRADIENT(reciprocal, -(g * (v * v)))
GRADIENT(square, g * (v * 2))
GRADIENT(tanh, g * (1 - v * v))
GRADIENT(sigmoid, g * (v * (1 - v)))
GRADIENT(relu, v <= 0 ? 0 : g)
// 2/√π
GRADIENT(erf, g * (unary::exp<C>::run(-(v * v)) * (C)1.12837916709551257390))
GRADIENT(expm1, g * (v + 1))
GRADIENT(log1p, g / (v + 1))
GRADIENT(softplus, g * unary::sigmoid<C>::run(v))
#undef GRADIENT

// Φ(x) + x·φ(x), with Φ = ½(1 + erf(x/√2)) and φ = exp(−x²/2)/√(2π).
template <class C> struct gelu {
    static HOST_DEVICE C run(C g, C x) {
        C cdf = (C)0.5 * (1 + unary::erf<C>::run(x * (C)0.70710678118654752440));
        return g * (cdf + x * (unary::exp<C>::run((C)-0.5 * x * x) * (C)0.39894228040143267794));
    }
};

// With t = tanh(u), u = √(2/π)(x + 0.044715·x³): ½(1 + t) + ½x(1 − t²)u'.
template <class C> struct gelu_tanh {
    static HOST_DEVICE C run(C g, C x) {
        const C slope = (C)0.79788456080286535588, cube = (C)(0.79788456080286535588 * 0.044715);
        C t = unary::tanh<C>::run(x * (slope + cube * x * x));
        return g * ((C)0.5 * (1 + t + x * (1 - t * t) * (slope + 3 * cube * x * x)));
    }
};

// Number `function` of unary.cuh.
template <class C>
HOST_DEVICE C run(i32 function, C g, C v) {
    switch (function) {
#define CASE(name) \
    case unary::number_##name: return name<C>::run(g, v);
        GRADIENTS(CASE)
#undef CASE
    }
    return g;
}

// The same over groups.
template <class T>
struct Any {
    static constexpr bool ROLLED = true;
    typedef Arithmetic<T> C;
    i32 function;

    template <class L>
    HOST_DEVICE T operator()(const L &lines) const {
        return convert<T>(run(function, convert<C>(lines.x[0]), convert<C>(lines.rest.x[0])));
    }

    template <class L, int V>
    HOST_DEVICE bool short_function(const L &lines, T (&y)[V]) const {
        switch (function) {
#define CASE(name)                                                                                    \
    case unary::number_##name:                                                                        \
        for (int i = 0; i < V; i++)                                                                   \
            y[i] = convert<T>(name<C>::run(convert<C>(lines.x[i]), convert<C>(lines.rest.x[i])));     \
        return true;
            CASE(square) CASE(tanh) CASE(sigmoid) CASE(relu)
#undef CASE
        }
        return false;
    }
};

}  // namespace gradient

#define GRADIENT_KERNEL(name, t)                                           \
    KERNEL(WALK_THREADS, gradient_##name##_##t, Walk<3> w) {               \
        walk_lines<t, t, t>(w, binary::Apply<gradient::name, t>(w));       \
    }

#define GRADIENT_KERNELS(t)                                                                                      \
    GRADIENT_KERNEL(abs, t) GRADIENT_KERNEL(sqrt, t) GRADIENT_KERNEL(rsqrt, t) GRADIENT_KERNEL(reciprocal, t)    \
    GRADIENT_KERNEL(square, t) GRADIENT_KERNEL(tanh, t) GRADIENT_KERNEL(sigmoid, t) GRADIENT_KERNEL(relu, t)     \
    GRADIENT_KERNEL(gelu, t) GRADIENT_KERNEL(gelu_tanh, t) GRADIENT_KERNEL(erf, t) GRADIENT_KERNEL(expm1, t)     \
    GRADIENT_KERNEL(log1p, t) GRADIENT_KERNEL(softplus, t)                                                       \
    KERNEL(WALK_THREADS, gradient_any_##t, Walk<3> w, i32 function) {                                            \
        walk_any<(GROUP<t> < 4 ? GROUP<t> : 4), t, t, t>(w, gradient::Any<t>{function});                         \
    }
