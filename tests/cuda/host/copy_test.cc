// kernels: copy cast cast_integers fill
// Copies and casts over every layout and way, against plain loops; fills.
#include "walks.h"

using namespace walks;

// Sizes, dim 0 the innermost: more than a block in each way; short and ragged lines; one element, and none.
static const Dims SHAPES[] = {{}, {1}, {7}, {17000}, {16381}, {64, 40}, {33, 70}, {5, 3, 7}, {3, 300}, {130, 6, 3}, {0}, {4, 0}};

template <class T>
static void copies() {
    u64 seed = 1;
    for (const Dims &sizes : SHAPES)
        for (int from = 0; from < LAYOUTS; from++)
            for (Layout to : {FLAT, SHIFTED, PADDED, STEPPED, BACKWARD, TURNED})
                for (Way way : {SIMPLE, BY_LINES, BY_SINGLES, BY_TILES}) {
                    Array<T> x(sizes, (Layout)from), y(sizes, to);
                    x.fill([&](i64) { return (T)(seed = seed * 6364136223846793005ull + 1442695040888963407ull, seed >> 40); });
                    bool deep = (seed >> 33 & 1) != 0;
                    auto launch = plan(way, 16 / sizeof(T), sizes, {Operand(x), Operand(y)}, deep);
                    if (!launch.allowed) continue;
                    start(std::string(way == SIMPLE ? "copy_" : "copy_any_") + Name<T>::name, launch);
                    i64 wrong = 0;
                    for (i64 n = 0; n < product(sizes); n++) wrong += x[n] != y[n];
                    if (wrong) on_host::failed(__FILE__, __LINE__, on_host::shown(wrong) + " wrong: layouts " + on_host::shown(from) + " to " + on_host::shown((int)to) + ", way " + on_host::shown((int)way));
                }
}

TEST(copies_of_1_byte) { copies<u8>(); }
TEST(copies_of_2_bytes) { copies<u16>(); }
TEST(copies_of_4_bytes) { copies<u32>(); }
TEST(copies_of_8_bytes) { copies<u64>(); }

TEST(batched_transposes) {
    for (Dims sizes : {Dims{70, 130, 3}, Dims{200, 9, 2}, Dims{3, 1000}, Dims{1000, 8}}) {
        Array<u16> x(sizes, TURNED), y(sizes, FLAT);
        x.fill([](i64 n) { return (u16)n; });
        auto launch = plan(BY_TILES, 8, sizes, {Operand(x), Operand(y)});
        CHECK(launch.walk.access[0] == STAGED && launch.shared > 0);
        start("copy_any_u16", launch);
        for (i64 n = 0; n < product(sizes); n++) CHECK_EQ(x[n], y[n]);
    }
}

// Values that every dtype rounds, saturates or wraps in its own way.
static const double VALUES[] = {0, -0.0, 1, -1, 0.5, 2.5, -2.5, 127.9, 300.7, -300, 65504, 70000, 1e-8, 6e-5, 3.4e38, 1e300, -1e300, INFINITY, -INFINITY, NAN, 2147483648.0, 9.3e18, 1.9e19, 1.00048828125, 1.0009765625};

template <class From, class To>
static void cast_pair(bool direct) {
    for (const Dims &sizes : {Dims{}, Dims{5}, Dims{9001}, Dims{32, 9}, Dims{7, 11}})
        for (Layout layout : {FLAT, SHIFTED, PADDED, TURNED, ROW, ONE}) {
            Array<From> x(sizes, layout);
            Array<To> y(sizes, FLAT);
            x.fill([](i64 n) { return convert<From>(VALUES[(size_t)n % std::size(VALUES)]); });
            auto simple = plan(SIMPLE, 16 / std::max(sizeof(From), sizeof(To)), sizes, {Operand(x), Operand(y)});
            if (direct && simple.allowed) {
                start(std::string("cast_") + Name<From>::name + "_" + Name<To>::name, simple);
                for (i64 n = 0; n < product(sizes); n++) CHECK(same(y[n], convert<To>(x[n])));
            }
            const char *c = std::is_same_v<From, f64> ? "f64" : std::is_same_v<From, u64> ? "u64" : std::is_same_v<From, f32> || std::is_same_v<From, f16> || std::is_same_v<From, bf16> ? "f32" : "i64";
            y.fill([](i64) { return To{}; });
            start(std::string("copy_mixed_") + c, mixed(sizes, {Operand(x, Name<From>::dtype), Operand(y, Name<To>::dtype)}, 0));
            for (i64 n = 0; n < product(sizes); n++) CHECK(same(y[n], convert<To>(x[n])));
        }
}

template <class From>
static void casts() {
    constexpr bool f = std::is_same_v<From, f16> || std::is_same_v<From, bf16> || std::is_floating_point_v<From>;
    constexpr bool single = std::is_same_v<From, f32>;
    constexpr bool small = std::is_same_v<From, boolean> || std::is_same_v<From, u8>;
    constexpr bool i32s = std::is_same_v<From, i32>, i64s = std::is_same_v<From, i64>, whole = small || i32s || i64s;
    cast_pair<From, boolean>(false);
    cast_pair<From, u8>(single);
    cast_pair<From, u16>(false);
    cast_pair<From, u32>(false);
    cast_pair<From, u64>(false);
    cast_pair<From, i8>(false);
    cast_pair<From, i16>(false);
    cast_pair<From, i32>(single || small || i64s);
    cast_pair<From, i64>(single || small || i32s);
    cast_pair<From, f16>((f && !std::is_same_v<From, f16>) || whole);
    cast_pair<From, bf16>((f && !std::is_same_v<From, bf16>) || whole);
    cast_pair<From, f64>((f && !std::is_same_v<From, f64>) || whole);
    cast_pair<From, f32>((f && !single) || whole);
}

TEST(casts_of_floats) {
    casts<f32>();
    casts<f16>();
    casts<bf16>();
    casts<f64>();
}
TEST(casts_of_small_integers) {
    casts<boolean>();
    casts<u8>();
    casts<i8>();
    casts<u16>();
    casts<i16>();
}
TEST(casts_of_large_integers) {
    casts<u32>();
    casts<i32>();
    casts<u64>();
    casts<i64>();
}

// The mirror of the struct in kernels/copy.cu.
struct Deep {
    void *base[2];
    i64 count;
    i32 rank, bytes;
    i64 size[64];
    i64 stride[2][64];
};

template <class T>
static void deep_copies() {
    for (int rank : {0, 1, 5, 12}) {
        Dims sizes;
        for (int d = 0; d < rank; d++) sizes.push_back(1 + (d * 7 + 1) % 3);
        for (Layout layout : {STEPPED, TURNED, BACKWARD, ROW}) {
            Array<T> x(sizes, layout), y(sizes, PADDED);
            x.fill([](i64 n) { return (T)(n * 3 + 1); });
            Deep deep = {};
            deep.base[0] = x.base(), deep.base[1] = y.base();
            deep.count = product(sizes), deep.rank = rank, deep.bytes = sizeof(T);
            for (size_t d = 0; d < sizes.size(); d++) {
                deep.size[d] = sizes[d];
                deep.stride[0][d] = x.strides[d], deep.stride[1][d] = y.strides[d];
            }
            run("copy_deep", {3}, {256}, 0, deep);
            for (i64 n = 0; n < product(sizes); n++) CHECK_EQ(x[n], y[n]);
        }
    }
}

TEST(copies_of_many_dims) {
    deep_copies<u8>();
    deep_copies<u16>();
    deep_copies<u32>();
    deep_copies<u64>();
}

template <class T>
static void fills() {
    for (const Dims &sizes : SHAPES)
        for (Layout layout : {FLAT, SHIFTED, PADDED, STEPPED, BACKWARD, TURNED})
            for (Way way : {SIMPLE, BY_LINES, BY_SINGLES}) {
                Array<T> y(sizes, layout);
                auto launch = plan(way, 16 / sizeof(T), sizes, {Operand(y)});
                launch.walk.value[0] = 0x0123456789abcdefull;
                if (!launch.allowed) continue;
                start(std::string(way == SIMPLE ? "fill_" : "fill_any_") + Name<T>::name, launch);
                for (i64 n = 0; n < product(sizes); n++) CHECK_EQ(y[n], (T)0x0123456789abcdefull);
            }
}

TEST(fills_every_layout) {
    fills<u8>();
    fills<u16>();
    fills<u32>();
    fills<u64>();
}

template <class T>
static void ranges(i64 n) {
    Buffer<T> y((size_t)n);
    run("arange_float", {2}, {256}, 0, (void *)y.at(), n, 1.5, -0.3, Name<T>::dtype);
    for (i64 i = 0; i < n; i++) CHECK(same(y[(size_t)i], convert<T>(1.5 + (f64)i * -0.3)));
    run("arange_integer", {2}, {256}, 0, (void *)y.at(), n, (i64)-7, (i64)3, Name<T>::dtype);
    for (i64 i = 0; i < n; i++) CHECK(same(y[(size_t)i], convert<T>((i64)(-7 + 3 * i))));
    f64 start = -0.7, end = 0.7, step = n > 1 ? (end - start) / (f64)(n - 1) : 0;
    run("linspace", {2}, {256}, 0, (void *)y.at(), n, start, end, step, Name<T>::dtype);
    for (i64 i = 0; i < n; i++) {
        f64 want = i < n / 2 || n == 1 ? start + (f64)i * step : end - (f64)(n - 1 - i) * step;
        CHECK(same(y[(size_t)i], convert<T>(want)));
    }
}

TEST(ranges_of_every_dtype) {
    for (i64 n : {(i64)1, (i64)2, (i64)11, (i64)1300}) {
        ranges<u8>(n), ranges<u16>(n), ranges<u32>(n), ranges<u64>(n);
        ranges<i8>(n), ranges<i16>(n), ranges<i32>(n), ranges<i64>(n);
        ranges<f16>(n), ranges<bf16>(n), ranges<f32>(n), ranges<f64>(n), ranges<boolean>(n);
    }
}

TEST(diagonals) {
    Buffer<bf16> y(5 * 7);
    for (bf16 &x : y) x = convert<bf16>(0.f);
    run("diagonal", {1}, {256}, 0, (void *)y.at(), (i64)5, (i64)8, (i32)BF16);
    for (size_t i = 0; i < 35; i++) CHECK_EQ(bf16_to_f32(y[i]), i % 8 == 0 ? 1.f : 0.f);
}
