// kernels: gradient_*
// Gradients of unary functions: each kernel, and the one that is told which, over every layout.
#include "walks.h"

#include "gradient.cuh"

using namespace walks;

static const Dims LONG = {5003}, FEW = {33, 40}, MANY = {16, 6, 5};

template <class T>
static constexpr u32 VECTOR = 16 / sizeof(T);

template <class T>
static T sample(i64 n) {
    static const double values[] = {0, 1, -1, 2, 0.5, -2, 3, -0.25, 7, -0.0, 100, -100, INFINITY, -INFINITY, NAN, 25};
    return convert<T>(values[(size_t)(n % 16)]);
}
template <class T>
static T arriving(i64 n) {
    return convert<T>((double)(n % 7) - 2.5);
}

// The formulas once more, in f64: g·f'(x), of x or of y = f(x).
static f64 formula(i32 function, f64 g, f64 v) {
    const f64 pi = 3.14159265358979323846;
    switch (function) {
        case unary::number_abs: return g * ((v > 0) - (v < 0));
        case unary::number_sqrt: return g / (2 * v);
        case unary::number_rsqrt: return -0.5 * g * v * v * v;
        case unary::number_reciprocal: return -g * v * v;
        case unary::number_square: return 2 * g * v;
        case unary::number_tanh: return g * (1 - v * v);
        case unary::number_sigmoid: return g * v * (1 - v);
        case unary::number_relu: return v <= 0 ? 0 : g;
        case unary::number_gelu: return g * (0.5 * erfc(-v / sqrt(2)) + v * exp(-v * v / 2) / sqrt(2 * pi));
        case unary::number_gelu_tanh: {
            f64 a = sqrt(2 / pi), t = ::tanh(a * (v + 0.044715 * v * v * v));
            return g * 0.5 * (1 + t + v * (1 - t * t) * a * (1 + 3 * 0.044715 * v * v));
        }
        case unary::number_erf: return g * 2 / sqrt(pi) * exp(-v * v);
        case unary::number_expm1: return g * (v + 1);
        case unary::number_log1p: return g / (v + 1);
        default: return g / (1 + exp(-v));
    }
}

template <class T>
static void check(Array<T> &got, i64 n, Array<T> &g, Array<T> &v, i32 function, const std::string &what) {
    f64 x = convert<f64>(v[n]), want = formula(function, convert<f64>(g[n]), x), y = convert<f64>(got[n]);
    f64 epsilon = sizeof(T) == 8 ? 1e-13 : sizeof(T) == 4 ? 1e-5 : std::is_same_v<T, f16> ? 1e-3 : 8e-3;
    f64 most = std::is_same_v<T, f16> ? 65504 : 3e38;
    bool same = y == want || (y != y && want != want) || fabs(y - want) <= epsilon * (fabs(want) + 1) ||
                (fabs(want) > most && fabs(y) >= most);
    // Infinite times 0, in one order of the factors.
    if (!same && !(fabs(x) > 1e3 && (y != y || want != want)))
        on_host::failed(__FILE__, __LINE__, what + " at " + on_host::shown(x) + ": " + on_host::shown(y) + ", expected " + on_host::shown(want));
}

template <class T>
static void one_function(const char *name, i32 function) {
    std::string kernel = std::string("gradient_") + name + "_" + Name<T>::name;
    for (const Dims &sizes : {Dims{}, Dims{3}, LONG, MANY})
        for (Layout layout : {FLAT, PADDED}) {
            Array<T> g(sizes, FLAT), v(sizes, layout), y(sizes, FLAT);
            g.fill(arriving<T>), v.fill(sample<T>);
            auto launch = plan(SIMPLE, VECTOR<T>, sizes, {Operand(g), Operand(v), Operand(y)});
            CHECK(launch.allowed);
            start(kernel, launch);
            for (i64 n = 0; n < product(sizes); n++) check(y, n, g, v, function, kernel);
        }
}

template <class T>
static void any_function(i32 function) {
    std::string kernel = std::string("gradient_any_") + Name<T>::name;
    for (Layout of_g : {FLAT, ROW, ONE, TURNED})
        for (Layout of_v : {FLAT, STEPPED, RAGGED, TURNED})
            for (Way way : {BY_LINES, BY_SINGLES, BY_TILES}) {
                Array<T> g(FEW, of_g), v(FEW, of_v), y(FEW, FLAT);
                g.fill(arriving<T>), v.fill(sample<T>);
                auto launch = plan(way, std::min(VECTOR<T>, 4u), FEW, {Operand(g), Operand(v), Operand(y)}, of_v == FLAT);
                if (!launch.allowed) continue;
                start(kernel, launch, function);
                for (i64 n = 0; n < product(FEW); n++) check(y, n, g, v, function, kernel);
            }
}

template <class T>
static void all() {
#define RUN(name) one_function<T>(#name, unary::number_##name);
    GRADIENTS(RUN)
#undef RUN
    for (i32 f : {(i32)unary::number_abs, (i32)unary::number_tanh, (i32)unary::number_relu, (i32)unary::number_gelu, (i32)unary::number_softplus})
        any_function<T>(f);
}

TEST(gradients_of_f32) { all<f32>(); }
TEST(gradients_of_f64) { all<f64>(); }
TEST(gradients_of_f16) { all<f16>(); }
TEST(gradients_of_bf16) { all<bf16>(); }
