// kernels:
// kernels/include/types.cuh: every conversion against one that knows nothing of bit patterns.
#include "test.h"

#include "types.cuh"

// ---- the reference ----
// A long double holds every element of every type exactly.

static_assert(std::numeric_limits<long double>::digits >= 64, "the reference needs 64 bits of mantissa");

// A binary float format: digits of the mantissa with the hidden one, exponents of the smallest and largest normal.
struct Format {
    int digits, low, high;
};
constexpr Format HALF = {11, -14, 15}, BRAIN = {8, -126, 127}, SINGLE = {24, -126, 127}, DOUBLE = {53, -1022, 1023};

// x to the nearest number of the format, halves to even; too large: infinity.
static long double nearest(long double x, Format format) {
    if (x == 0 || x != x || isinf(x)) return x;
    int exponent;
    frexpl(x, &exponent);
    exponent = std::max(exponent - 1, format.low);
    long double unit = ldexpl(1, exponent - (format.digits - 1));
    long double y = rintl(x / unit) * unit;
    return fabsl(y) >= ldexpl(1, format.high + 1) ? copysignl(INFINITY, x) : y;
}

// The value of a half float, by its definition.
static long double value_of(u16 bits, int fraction_bits, int bias) {
    int exponent_bits = 15 - fraction_bits;
    int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1), fraction = bits & ((1 << fraction_bits) - 1);
    long double sign = bits >> 15 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1) return fraction ? NAN : sign * (long double)INFINITY;
    if (exponent == 0) return sign * ldexpl(fraction, 1 - bias - fraction_bits);
    return sign * ldexpl(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
}

template <class T> long double value(T x) { return (long double)x; }
template <> long double value(boolean x) { return x.byte != 0; }
template <> long double value(f16 x) { return value_of(x.bits, 10, 15); }
template <> long double value(bf16 x) { return value_of(x.bits, 7, 127); }

template <class T> constexpr bool is_half = std::is_same_v<T, f16> || std::is_same_v<T, bf16>;
template <class T> constexpr bool is_number_float = std::is_floating_point_v<T> || is_half<T>;

// What convert<To>(x) is worth.
template <class To, class From>
static long double expected(From x) {
    long double v = value(x);
    if constexpr (std::is_same_v<To, boolean>) {
        return v != 0;
    } else if constexpr (std::is_integral_v<To>) {
        constexpr long double low = std::numeric_limits<To>::min(), high = std::numeric_limits<To>::max();
        if constexpr (is_number_float<From>) {
            return v != v ? 0 : v <= low ? low : v >= high ? high : truncl(v);
        } else {
            long double range = high - low + 1, wrapped = fmodl(v, range);
            return wrapped < low ? wrapped + range : wrapped > high ? wrapped - range : wrapped;
        }
    } else if constexpr (std::is_same_v<To, f64>) {
        return nearest(v, DOUBLE);
    } else if constexpr (std::is_same_v<To, f32>) {
        return nearest(v, SINGLE);
    } else {
        // Integers through f32, as on the CPU and in PyTorch; f64 is rounded once.
        if constexpr (std::is_integral_v<From>) v = nearest(v, SINGLE);
        return nearest(v, std::is_same_v<To, f16> ? HALF : BRAIN);
    }
}

// ---- what is converted ----

template <class T>
static std::vector<T> inputs() {
    std::vector<T> all;
    if constexpr (sizeof(T) <= 2) {
        for (u32 bits = 0; bits < 1u << 8 * sizeof(T); bits++) {
            T x;
            memcpy((void *)&x, &bits, sizeof(T));
            all.push_back(x);
        }
    } else if constexpr (std::is_integral_v<T>) {
        for (u32 bit = 0; bit < 8 * sizeof(T); bit++)
            for (int d = -2; d <= 2; d++) {
                all.push_back((T)(((u64)1 << bit) + (u64)(i64)d));
                all.push_back((T)(0 - ((u64)1 << bit) + (u64)(i64)d));
            }
        // Those that floats cannot hold: halfway, and just beside.
        for (u32 digits : {8, 11, 24, 53})
            for (u32 shift = 0; digits + shift < 8 * sizeof(T); shift++)
                for (u64 odd : {0, 1})
                    for (int d = -1; d <= 1; d++) {
                        u64 mantissa = ((u64)1 << (digits - 1)) + odd;
                        all.push_back((T)(((mantissa * 2 + 1) << shift) + (u64)(i64)d));
                    }
        for (int i = 0; i < 3000; i++) all.push_back((T)(on_host::generator()() >> on_host::generator()() % 64));
    } else {
        T infinity = INFINITY;
        for (T x : {T(0), T(0.25), T(0.5), T(1), T(1.5), T(2.5), T(3.999), infinity, std::numeric_limits<T>::max(),
                    std::numeric_limits<T>::min(), std::numeric_limits<T>::denorm_min(), T(NAN)})
            all.push_back(x), all.push_back(-x);
        // About every power of two: the bounds of the integers among them.
        for (int e = -160; e <= 130; e++)
            for (T x : {(T)ldexp(1, e), (T)ldexp(1.5, e)})
                for (T y : {x, std::nextafter(x, T(0)), std::nextafter(x, infinity)}) all.push_back(y), all.push_back(-y);
        // Between two neighbours of f16 and of bf16: halfway, and just beside.
        for (u32 bits = 0; bits < 0x7f80; bits++)
            for (Format format : {HALF, BRAIN}) {
                bool half = format.digits == HALF.digits;
                if (half && bits >= 0x7c00) continue;
                long double a = half ? value(f16{(u16)bits}) : value(bf16{(u16)bits});
                long double unit = ldexpl(1, std::max(a ? ilogbl(a) : -10000, format.low) - (format.digits - 1));
                T middle = (T)(a + unit / 2);
                for (T y : {middle, std::nextafter(middle, T(0)), std::nextafter(middle, infinity)})
                    all.push_back(bits & 1 ? -y : y);
            }
        for (int i = 0; i < 3000; i++) {
            u64 bits = on_host::generator()();
            T x;
            memcpy((void *)&x, &bits, sizeof(T));
            all.push_back(x);
        }
    }
    return all;
}

template <class To, class From>
static void check_pair(const std::vector<From> &xs, const char *to, const char *from) {
    for (From x : xs) {
        long double want = expected<To>(x), got = value(convert<To>(x));
        bool same = got == want ? signbit(got) == signbit(want) || want != 0 || !is_number_float<To> : got != got && want != want;
        if (!same) {
            std::ostringstream text;
            text.precision(20);
            text << from << " " << value(x) << " to " << to << " is " << got << ", not " << want;
            on_host::failed(__FILE__, __LINE__, text.str());
        }
    }
}

#define EVERY_TYPE(X) \
    X(boolean) X(u8) X(u16) X(u32) X(u64) X(i8) X(i16) X(i32) X(i64) X(f16) X(bf16) X(f32) X(f64)

template <class From>
static void check_from(const char *from) {
    std::vector<From> xs = inputs<From>();
#define CHECK_TO(To) check_pair<To>(xs, #To, from);
    EVERY_TYPE(CHECK_TO)
#undef CHECK_TO
}

TEST(conversions) {
#define CHECK_FROM(From) check_from<From>(#From);
    EVERY_TYPE(CHECK_FROM)
#undef CHECK_FROM
}

TEST(conversions_by_a_dtype_at_run_time) {
    i32 dtype = BOOL;
    // 300 saturates or wraps where that is so; both ways through memory of each dtype.
#define CHECK_DTYPE(T)                                                                   \
    {                                                                                    \
        Buffer<T> x(3);                                                                  \
        for (f64 v : {0., 1., 300., -3.75}) {                                            \
            store_as<f64>(x.at(), 2, dtype, v);                                          \
            CHECK_EQ(value(x[2]), value(convert<T>(v)));                                 \
            CHECK_EQ(load_as<f32>(x.at(), 2, dtype), convert<f32>(convert<T>(v)));       \
        }                                                                                \
        store_as<i64>(x.at(), 0, dtype, 1000);                                           \
        CHECK_EQ(load_as<i64>(x.at(), 0, dtype), convert<i64>(convert<T>((i64)1000)));   \
        dtype++;                                                                         \
    }
    EVERY_TYPE(CHECK_DTYPE)
#undef CHECK_DTYPE
}

TEST(sizes) {
    CHECK_EQ(sizeof(boolean), 1u);
    CHECK_EQ(sizeof(f16), 2u);
    CHECK_EQ(sizeof(bf16), 2u);
    CHECK_EQ(sizeof(Vec<f16, 8>), 16u);
    CHECK_EQ(alignof(Vec<f16, 8>), 16u);
    CHECK((std::is_same_v<Compute<bf16>::type, f32>));
    CHECK((std::is_same_v<Compute<i64>::type, i64>));
}
