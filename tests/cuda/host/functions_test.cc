// kernels:
// The elementwise functions: their special values, and against the C library in f64.
#include "test.h"

#include "binary.cuh"
#include "unary.cuh"

#include <limits>

static const f64 INF = INFINITY;

template <class T>
static void near(T got, f64 want, f64 scale = 1) {
    f64 tolerance = sizeof(T) == 4 ? 2e-6 : 1e-14;
    if (std::isinf(want) || want != want || want == 0) CHECK_EQ((f64)got, want);
    else CHECK(fabs((f64)got - want) <= tolerance * std::max(fabs(want), scale));
}

template <class T>
static void unary_of_floats() {
    for (f64 x = -30; x < 30; x += 0.37) {
        const T v = (T)x;
        const f64 z = (f64)v;
        near(unary::exp<T>::run(v), ::exp(z), 0);
        near(unary::expm1<T>::run(v), ::expm1(z), 0);
        near(unary::sin<T>::run(v), ::sin(z));
        near(unary::cos<T>::run(v), ::cos(z));
        near(unary::tanh<T>::run(v), ::tanh(z));
        near(unary::erf<T>::run(v), ::erf(z));
        near(unary::sigmoid<T>::run(v), 1 / (1 + ::exp(-z)), 0);
        near(unary::gelu<T>::run(v), z * 0.5 * (1 + ::erf(z * M_SQRT1_2)));
        near(unary::gelu_tanh<T>::run(v), 0.5 * z * (1 + ::tanh(sqrt(2 / M_PI) * (z + 0.044715 * z * z * z))));
        near(unary::softplus<T>::run(v), z > 20 ? z : ::log1p(::exp(z)), 0);
        near(unary::square<T>::run(v), z * z);
        near(unary::reciprocal<T>::run(v), 1 / z);
        near(unary::floor<T>::run(v), ::floor(z));
        near(unary::ceil<T>::run(v), ::ceil(z));
        near(unary::trunc<T>::run(v), ::trunc(z));
        near(unary::round<T>::run(v), ::rint(z));
        near(unary::neg<T>::run(v), -z);
        near(unary::abs<T>::run(v), ::fabs(z));
        if (z > 0) near(unary::log<T>::run(v), ::log(z));
        if (z > -1) near(unary::log1p<T>::run(v), ::log1p(z));
        if (z > 0) near(unary::sqrt<T>::run(v), ::sqrt(z));
        if (z > 0) near(unary::rsqrt<T>::run(v), 1 / ::sqrt(z));
    }
    const T nan = (T)NAN;
    CHECK_EQ(unary::sign<T>::run(nan), 0);
    CHECK_EQ(unary::sign<T>::run((T)-3), -1);
    CHECK(unary::relu<T>::run(nan) != unary::relu<T>::run(nan));
    CHECK(!std::signbit(unary::relu<T>::run((T)-0.0)));
    CHECK(std::signbit(unary::neg<T>::run((T)0.0)));
    CHECK(std::signbit(unary::sqrt<T>::run((T)-0.0)));
    CHECK_EQ(unary::rsqrt<T>::run((T)-0.0), -INF);
    CHECK_EQ(unary::round<T>::run((T)2.5), 2);
    CHECK_EQ(unary::softplus<T>::run((T)1000), 1000);
    CHECK_EQ(unary::sigmoid<T>::run((T)-INF), 0);
    CHECK_EQ(unary::exp<T>::run((T)-INF), 0);
    CHECK_EQ(unary::log<T>::run((T)0), -INF);
    CHECK(unary::isnan<T>::run(nan) && !unary::isnan<T>::run((T)INF));
    CHECK(unary::logical_not<T>::run((T)-0.0) && !unary::logical_not<T>::run(nan));
    CHECK_EQ(math::clamp<T>(nan, 0, 1), nan);
    CHECK_EQ(math::clamp<T>(3, nan, 5), nan);
    CHECK_EQ(math::clamp<T>(3, 0, nan), nan);
    CHECK_EQ(math::clamp<T>(3, 5, 2), 2);
}

TEST(unary_functions) {
    unary_of_floats<f32>();
    unary_of_floats<f64>();
}

// Python's // and %, computed exactly for small whole and halved numbers.
template <class T>
static void divisions() {
    for (f64 a = -10; a <= 10; a += 0.5)
        for (f64 b = -4; b <= 4; b += 0.5) {
            if (b == 0) continue;
            f64 down = ::floor(a / b);
            CHECK_EQ((binary::floor_divide<T>::run((T)a, (T)b)), (T)down);
            CHECK_EQ((binary::remainder<T>::run((T)a, (T)b)), (T)(a - b * down));
        }
    typedef binary::floor_divide<T> floor_divide;
    CHECK_EQ(floor_divide::run(1, 0), INF);
    CHECK_EQ(floor_divide::run(-1, 0), -INF);
    CHECK(math::is_nan(floor_divide::run(0, 0)));
    CHECK(math::is_nan(floor_divide::run((T)INF, 2)));
    CHECK(std::signbit(floor_divide::run((T)-0.0, 3)));
    CHECK(math::is_nan(binary::remainder<T>::run(5, 0)));
    CHECK_EQ((binary::remainder<T>::run(5, (T)INF)), 5);
    CHECK_EQ((binary::remainder<T>::run(-5, (T)INF)), INF);
    const T nan = (T)NAN;
    CHECK(math::is_nan(binary::maximum<T>::run(nan, 1)) && math::is_nan(binary::maximum<T>::run(1, nan)));
    CHECK(math::is_nan(binary::minimum<T>::run(nan, 1)) && math::is_nan(binary::minimum<T>::run(1, nan)));
    CHECK(!binary::eq<T>::run(nan, nan) && binary::ne<T>::run(nan, nan) && !binary::le<T>::run(nan, 1));
    CHECK(binary::logical_and<T>::run(nan, 1) && !binary::logical_xor<T>::run(nan, 1));
    CHECK_EQ(binary::common_pow<T>(-3, 2), 9);
    CHECK(math::is_nan(binary::common_pow<T>(-4, (T)0.5)));
    CHECK_EQ(binary::common_pow<T>(-4, -1), (T)-0.25);
    CHECK_EQ((binary::pow<T>::run((T)-INF, (T)0.5)), INF);
    CHECK_EQ((binary::pow<T>::run(2, 10)), 1024);
}

TEST(divisions_and_powers_of_floats) {
    divisions<f32>();
    divisions<f64>();
}

template <class T>
static void integers() {
    typedef std::numeric_limits<T> limit;
    for (i64 a = limit::is_signed ? -9 : 0; a < 10; a++)
        for (i64 b = limit::is_signed ? -5 : 0; b < 6; b++) {
            i64 down = b == 0 ? 0 : a / b - (a % b != 0 && (a < 0) != (b < 0));
            CHECK_EQ((binary::floor_divide<T>::run((T)a, (T)b)), (T)down);
            CHECK_EQ((binary::remainder<T>::run((T)a, (T)b)), (T)(b == 0 ? 0 : a - b * down));
            u64 power = 1;
            for (i64 i = 0; i < b; i++) power *= (u64)a;
            i64 whole = b >= 0 ? (i64)power : a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
            CHECK_EQ((binary::pow<T>::run((T)a, (T)b)), (T)whole);
        }
    CHECK_EQ((binary::add<T>::run(limit::max(), 1)), limit::min());
    CHECK_EQ((binary::sub<T>::run(limit::min(), 1)), limit::max());
    CHECK_EQ((binary::mul<T>::run(limit::max(), 2)), (T)-2);
    if constexpr (limit::is_signed) {
        CHECK_EQ(unary::abs<T>::run(limit::min()), limit::min());
        CHECK_EQ(unary::neg<T>::run(limit::min()), limit::min());
        CHECK_EQ((binary::floor_divide<T>::run(limit::min(), -1)), limit::min());
        CHECK_EQ((binary::remainder<T>::run(limit::min(), -1)), 0);
        CHECK_EQ(unary::sign<T>::run(-7), -1);
        CHECK_EQ(unary::relu<T>::run(-7), 0);
    }
    CHECK_EQ(unary::sign<T>::run(7), 1);
    CHECK(unary::logical_not<T>::run(0) && !unary::logical_not<T>::run(2));
}

TEST(integers_wrap_and_divide) {
    integers<i64>();
    integers<i32>();
    integers<u64>();
}
