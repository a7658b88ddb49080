// kernels: unary_* binary_* mixed_* select
// Every elementwise kernel over every layout and way, against the functions of unary.cuh and binary.cuh one element at a
// time; the functions themselves are tested in functions_test.cc.
#include "walks.h"

#include "binary.cuh"
#include "unary.cuh"

using namespace walks;

static const Dims LONG = {9003}, FEW = {33, 70}, MANY = {16, 6, 5};

template <class T>
static constexpr u32 VECTOR = 16 / sizeof(T);

// Values near those where functions change their ways; exact in every dtype.
template <class T>
static T sample(i64 n) {
    static const double values[] = {0, 1, -1, 2, 0.5, -2, 3, -0.25, 7, -0.0, 100, -100, INFINITY, -INFINITY, NAN, 25};
    if constexpr (std::is_same_v<T, boolean>) {
        return {(u8)(n % 3 == 0 ? 0 : n % 5)};
    } else if constexpr (std::is_integral_v<T>) {
        static const i64 whole[] = {0, 1, -1, 2, 3, -5, 7, 100, -100, limits<i64>::low, limits<i64>::high, 1ll << 31, 12};
        return (T)whole[(size_t)(n % 13)];
    } else {
        return convert<T>(values[(size_t)(n % 16)]);
    }
}

template <class T>
static void check(Array<T> &got, i64 n, T want, const std::string &what) {
    if (!same(got[n], want)) on_host::failed(__FILE__, __LINE__, what + ": element " + on_host::shown(n));
}

// ---- unary ----

template <template <class> class F, class T>
static void unary_function(const char *name) {
    typedef typename unary::Apply<F, T>::Output Out;
    typedef Arithmetic<T> C;
    auto want = [](T x) { return convert<Out>(F<C>::run(convert<C>(x))); };
    std::string kernel = std::string("unary_") + name + "_" + Name<T>::name;
    for (const Dims &sizes : {Dims{}, Dims{3}, LONG, MANY})
        for (Layout layout : {FLAT, PADDED})
            for (bool in_place : {false, true}) {
                Array<T> x(sizes, layout);
                x.fill(sample<T>);
                Array<T> before = x;
                if constexpr (std::is_same_v<Out, T>) {
                    if (in_place) {
                        auto launch = plan(SIMPLE, VECTOR<T>, sizes, {Operand(x), Operand(x)});
                        start(kernel, launch);
                        if (launch.allowed)
                            for (i64 n = 0; n < product(sizes); n++) check(x, n, want(before[n]), kernel);
                        continue;
                    }
                }
                Array<Out> y(sizes, FLAT);
                auto launch = plan(SIMPLE, VECTOR<T>, sizes, {Operand(x), Operand(y)}, !in_place);
                CHECK(launch.allowed);
                start(kernel, launch);
                for (i64 n = 0; n < product(sizes); n++) check(y, n, want(x[n]), kernel);
            }
}

// The kernel that is told which function.
template <class T>
static void unary_any(i32 function, bool everywhere) {
    typedef Arithmetic<T> C;
    const C low = (C)-1, high = (C)5;
    u64 bounds[2] = {};
    memcpy(&bounds[0], &low, sizeof(C)), memcpy(&bounds[1], &high, sizeof(C));
    std::string kernel = std::string("unary_any_") + Name<T>::name;
    auto want = [&](T x) { return convert<T>(unary::run(function, convert<C>(x), low, high)); };
    for (const Dims &sizes : everywhere ? std::vector<Dims>{{}, LONG, FEW, MANY} : std::vector<Dims>{FEW})
        for (int from = 0; from < LAYOUTS; from++)
            for (Layout to : {FLAT, SHIFTED, PADDED, STEPPED, TURNED})
                for (Way way : {BY_LINES, BY_SINGLES, BY_TILES}) {
                    if (!everywhere && (to != FLAT || (from != TURNED && from != STEPPED))) continue;
                    Array<T> x(sizes, (Layout)from), y(sizes, to);
                    x.fill(sample<T>);
                    auto launch = plan(way, std::min(VECTOR<T>, 4u), sizes, {Operand(x), Operand(y)}, from % 2 == 0);
                    if (!launch.allowed) continue;
                    launch.walk.value[0] = bounds[0], launch.walk.value[1] = bounds[1];
                    start(kernel, launch, function);
                    for (i64 n = 0; n < product(sizes); n++) check(y, n, want(x[n]), kernel);
                    // In place.
                    if (from == ROW || from == COLUMN || from == ONE || way == BY_TILES) continue;
                    Array<T> before = x;
                    launch = plan(way, std::min(VECTOR<T>, 4u), sizes, {Operand(x), Operand(x)});
                    launch.walk.value[0] = bounds[0], launch.walk.value[1] = bounds[1];
                    start(kernel, launch, function);
                    for (i64 n = 0; n < product(sizes); n++) check(x, n, want(before[n]), kernel + " in place");
                }
}

template <class T>
static void clamp() {
    typedef Arithmetic<T> C;
    const C low = (C)-1, high = (C)5;
    Array<T> x(LONG, FLAT), y(LONG, FLAT);
    x.fill(sample<T>);
    auto launch = plan(SIMPLE, VECTOR<T>, LONG, {Operand(x), Operand(y)});
    memcpy(&launch.walk.value[0], &low, sizeof(C)), memcpy(&launch.walk.value[1], &high, sizeof(C));
    start(std::string("unary_clamp_") + Name<T>::name, launch);
    for (i64 n = 0; n < LONG[0]; n++) check(y, n, convert<T>(math::clamp(convert<C>(x[n]), low, high)), "clamp");
}

template <class T>
static void unary_floats() {
#define RUN(name) unary_function<unary::name, T>(#name);
    UNARY_FUNCTIONS(RUN)
#undef RUN
    for (i32 f = 0; f <= unary::number_clamp; f++)
        if (f != unary::number_logical_not && f != unary::number_isnan) unary_any<T>(f, f == unary::number_exp);
    clamp<T>();
}

template <class T>
static void unary_integers() {
    unary_function<unary::neg, T>("neg");
    unary_function<unary::abs, T>("abs");
    unary_function<unary::sign, T>("sign");
    unary_function<unary::square, T>("square");
    unary_function<unary::relu, T>("relu");
    unary_function<unary::logical_not, T>("logical_not");
    for (i32 f : {unary::number_neg, unary::number_abs, unary::number_sign, unary::number_square, unary::number_relu, unary::number_clamp})
        unary_any<T>(f, f == unary::number_square);
    clamp<T>();
}

TEST(unary_f32) { unary_floats<f32>(); }
TEST(unary_f16) { unary_floats<f16>(); }
TEST(unary_bf16) { unary_floats<bf16>(); }
TEST(unary_f64) { unary_floats<f64>(); }
TEST(logical_not_of_bool) { unary_function<unary::logical_not, boolean>("logical_not"); }
TEST(unary_i64) { unary_integers<i64>(); }
TEST(unary_i32) { unary_integers<i32>(); }
TEST(unary_i16) { unary_integers<i16>(); }
TEST(unary_i8) { unary_integers<i8>(); }
TEST(unary_u64) { unary_integers<u64>(); }
TEST(unary_u32) { unary_integers<u32>(); }
TEST(unary_u16) { unary_integers<u16>(); }
TEST(unary_u8) { unary_integers<u8>(); }

// ---- binary ----

template <class T>
static u64 bits_of_sample(i64 n) {
    T x = sample<T>(n);
    u64 bits = 0;
    memcpy(&bits, &x, sizeof(T));
    return bits;
}

template <template <class> class F, class T>
static void binary_function(const char *name) {
    typedef typename binary::Apply<F, T>::Output Out;
    typedef Arithmetic<T> C;
    constexpr bool is_pow = std::is_same_v<F<C>, binary::pow<C>> && is_float<C>::value;
    auto want = [](T a, T b, bool common) {
        if constexpr (is_pow) {
            if (common) return convert<Out>(binary::common_pow(convert<C>(a), convert<C>(b)));
        }
        return convert<Out>(F<C>::run(convert<C>(a), convert<C>(b)));
    };
    std::string kernel = std::string("binary_") + name + "_" + Name<T>::name;
    for (const Dims &sizes : {Dims{}, LONG, MANY})
        for (Layout la : {FLAT, ROW, COLUMN})
            for (Layout lb : {FLAT, PADDED, ROW, COLUMN, ONE}) {
                Array<T> a(sizes, la), b(sizes, lb);
                Array<Out> y(sizes, FLAT);
                a.fill(sample<T>);
                b.fill([](i64 n) { return sample<T>(n * 5 + 3); });
                Operand operands[] = {Operand(a), Operand(b), Operand(y)};
                auto launch = plan(SIMPLE, VECTOR<T>, sizes, operands, la == FLAT);
                start(kernel, launch);
                if (!launch.allowed) continue;
                bool common = launch.walk.access[1] == UNIFORM;
                for (i64 n = 0; n < product(sizes); n++) check(y, n, want(a[n], b[n], common), kernel);
            }
    for (const Dims &sizes : {LONG, MANY}) {
        // With numbers on either side, and in place.
        Array<T> a(sizes, FLAT), b(sizes, FLAT);
        Array<Out> y(sizes, FLAT);
        a.fill(sample<T>), b.fill([](i64 n) { return sample<T>(n + 3); });
        start(kernel, plan(SIMPLE, VECTOR<T>, sizes, {Operand(a), Operand(bits_of_sample<T>(3), sizeof(T)), Operand(y)}));
        for (i64 n = 0; n < product(sizes); n++) check(y, n, want(a[n], sample<T>(3), false), kernel + " with a number");
        start(kernel, plan(SIMPLE, VECTOR<T>, sizes, {Operand(bits_of_sample<T>(1), sizeof(T)), Operand(b), Operand(y)}));
        for (i64 n = 0; n < product(sizes); n++) check(y, n, want(sample<T>(1), b[n], false), kernel + " of a number");
        if constexpr (std::is_same_v<Out, T>) {
            Array<T> before = a;
            start(kernel, plan(SIMPLE, VECTOR<T>, sizes, {Operand(a), Operand(b), Operand(a)}));
            for (i64 n = 0; n < product(sizes); n++) check(a, n, want(before[n], b[n], false), kernel + " in place");
        }
    }
}

// The kernels that are told which function.
template <class T, class Out>
static void binary_any(i32 function, bool everywhere) {
    constexpr bool values = std::is_same_v<Out, T> && !std::is_same_v<T, boolean>;
    typedef Arithmetic<T> C;
    std::string kernel = std::string(values ? "binary_any_" : "comparison_any_") + Name<T>::name;
    auto want = [&](T a, T b, bool common) -> Out {
        if constexpr (values) return convert<T>(binary::value(function, convert<C>(a), convert<C>(b), common));
        else return convert<Out>(binary::comparison(function, convert<C>(a), convert<C>(b)));
    };
    for (const Dims &sizes : everywhere ? std::vector<Dims>{{}, LONG, FEW, MANY} : std::vector<Dims>{FEW})
        for (int la = 0; la < LAYOUTS; la++)
            for (Layout lb : {FLAT, TURNED, STEPPED, ONE})
                for (Layout to : {FLAT, PADDED, TURNED})
                    for (Way way : {BY_LINES, BY_SINGLES, BY_TILES}) {
                        if (!everywhere && (to != FLAT || la != TURNED)) continue;
                        Array<T> a(sizes, (Layout)la), b(sizes, lb);
                        Array<Out> y(sizes, to);
                        a.fill(sample<T>), b.fill([](i64 n) { return sample<T>(n * 5 + 3); });
                        auto launch = plan(way, std::min(VECTOR<T>, 4u), sizes, {Operand(a), Operand(b), Operand(y)});
                        if (!launch.allowed) continue;
                        start(kernel, launch, function);
                        bool common = launch.walk.access[1] == UNIFORM;
                        for (i64 n = 0; n < product(sizes); n++) check(y, n, want(a[n], b[n], common), kernel);
                    }
    Array<T> a(FEW, TURNED);
    Array<Out> y(FEW, FLAT);
    a.fill(sample<T>);
    for (Way way : {BY_LINES, BY_SINGLES, BY_TILES}) {
        start(kernel, plan(way, std::min(VECTOR<T>, 4u), FEW, {Operand(a), Operand(bits_of_sample<T>(3), sizeof(T)), Operand(y)}), function);
        for (i64 n = 0; n < product(FEW); n++) check(y, n, want(a[n], sample<T>(3), false), kernel + " with a number");
    }
}

template <class T>
static void comparison_any(i32 function, bool everywhere) {
    binary_any<T, boolean>(function, everywhere);
}

template <class T>
static void binary_numbers() {
#define RUN(name) \
    if (is_float<Arithmetic<T>>::value || std::string(#name) != "div") binary_function<binary::name, T>(#name);
    BINARY_VALUES(RUN)
    BINARY_COMPARISONS(RUN)
#undef RUN
    for (i32 f = 0; f <= binary::number_remainder; f++)
        if (is_float<Arithmetic<T>>::value || f != binary::number_div) binary_any<T, T>(f, f == binary::number_sub);
    for (i32 f = binary::number_eq; f <= binary::number_logical_xor; f++) comparison_any<T>(f, f == binary::number_lt);
}

// Integers have no kernel of that name.
template <>
void binary_function<binary::div, i64>(const char *) {}
template <>
void binary_function<binary::div, i32>(const char *) {}

TEST(binary_bool) {
#define RUN(name) binary_function<binary::name, boolean>(#name);
    BINARY_COMPARISONS(RUN)
#undef RUN
    for (i32 f = binary::number_eq; f <= binary::number_logical_xor; f++) comparison_any<boolean>(f, f == binary::number_ne);
}
TEST(binary_f32) { binary_numbers<f32>(); }
TEST(binary_f16) { binary_numbers<f16>(); }
TEST(binary_bf16) { binary_numbers<bf16>(); }
TEST(binary_f64) { binary_numbers<f64>(); }
TEST(binary_i64) { binary_numbers<i64>(); }
TEST(binary_i32) { binary_numbers<i32>(); }
TEST(binary_i16) { binary_numbers<i16>(); }
TEST(binary_i8) { binary_numbers<i8>(); }
TEST(binary_u64) { binary_numbers<u64>(); }
TEST(binary_u32) { binary_numbers<u32>(); }
TEST(binary_u16) { binary_numbers<u16>(); }
TEST(binary_u8) { binary_numbers<u8>(); }

// ---- mixed dtypes ----

template <class C, class A, class B, class Out>
static void mixed_functions(i32 wrap_a, i32 wrap_b) {
    auto wrap = [](C x, i32 dtype) { return wrapped(x, dtype); };
    for (const Dims &sizes : {Dims{}, Dims{1500}, MANY})
        for (Layout la : {FLAT, TURNED, ROW})
            for (Layout to : {FLAT, STEPPED}) {
                Array<A> a(sizes, la);
                Array<B> b(sizes, la == ROW ? TURNED : ONE);
                Array<Out> y(sizes, to);
                a.fill(sample<A>), b.fill([](i64 n) { return sample<B>(n + 3); });
                Operand oa(a, Name<A>::dtype), ob(b, Name<B>::dtype), oy(y, Name<Out>::dtype);
                for (i32 f = 0; f <= unary::number_clamp; f++) {
                    Mixed<2> m = mixed(sizes, {oa, oy}, f);
                    const C low = (C)2, high = (C)9;
                    memcpy(&m.value[0], &low, sizeof(C)), memcpy(&m.value[1], &high, sizeof(C));
                    m.wrap[0] = wrap_a;
                    start(std::string("unary_mixed_") + Name<C>::name, m);
                    for (i64 n = 0; n < product(sizes); n++) {
                        C x = wrap(convert<C>(a[n]), wrap_a);
                        check(y, n, convert<Out>(unary::run(f, x, low, high)), "unary_mixed");
                    }
                }
                for (i32 f = 0; f <= binary::number_logical_xor; f++) {
                    Mixed<3> m = mixed(sizes, {oa, ob, oy}, f);
                    m.wrap[0] = wrap_a, m.wrap[1] = wrap_b;
                    m.common = la != ROW;
                    start(std::string("binary_mixed_") + Name<C>::name, m);
                    for (i64 n = 0; n < product(sizes); n++) {
                        C x = wrap(convert<C>(a[n]), wrap_a), z = wrap(convert<C>(b[n]), wrap_b);
                        C want = f >= binary::number_eq ? (C)binary::comparison(f, x, z) : binary::value(f, x, z, m.common != 0);
                        check(y, n, convert<Out>(want), "binary_mixed");
                    }
                }
                // A number.
                const C three = (C)3;
                u64 bits = 0;
                memcpy(&bits, &three, sizeof(C));
                start(std::string("binary_mixed_") + Name<C>::name, mixed(sizes, {Operand(bits, sizeof(C)), oa, oy}, binary::number_sub));
                for (i64 n = 0; n < product(sizes); n++)
                    check(y, n, convert<Out>(binary::sub<C>::run(three, convert<C>(a[n]))), "with a number");
            }
}

TEST(mixed_f32) {
    mixed_functions<f32, f32, bf16, f32>(0, 0);
    mixed_functions<f32, i64, f16, f16>(0, 0);
    mixed_functions<f32, boolean, u8, boolean>(0, 0);
}
TEST(mixed_f64) {
    mixed_functions<f64, f32, f64, f64>(0, 0);
    mixed_functions<f64, u64, i32, i16>(0, 0);
}
TEST(mixed_i64) {
    mixed_functions<i64, i32, u8, i32>(0, 0);
    mixed_functions<i64, i64, i16, i16>(I16, 0);
    mixed_functions<i64, i64, i32, u8>(U8, U8);
    mixed_functions<i64, i32, i64, i8>(I8, I8);
    mixed_functions<i64, i64, u32, u32>(U32, 0);
    mixed_functions<i64, u16, i64, boolean>(0, U16);
    mixed_functions<i64, i64, boolean, boolean>(BOOL, 0);
    mixed_functions<i64, i64, boolean, i32>(I32, 0);
}
TEST(mixed_u64) { mixed_functions<u64, u64, u8, u64>(0, 0); }

// ---- where ----

template <class T>
static void selects() {
    for (const Dims &sizes : {Dims{}, LONG, FEW, MANY})
        for (Layout lc : {FLAT, TURNED, ROW, COLUMN, SHIFTED})
            for (Layout la : {FLAT, ONE, TURNED})
                for (Layout lb : {FLAT, STEPPED, ROW})
                    for (Way way : {SIMPLE, BY_LINES, BY_SINGLES, BY_TILES}) {
                        Array<boolean> c(sizes, lc);
                        Array<T> a(sizes, la), b(sizes, lb), y(sizes, way <= BY_LINES ? FLAT : PADDED);
                        c.fill([](i64 n) { return boolean{(u8)(n % 3 ? 0 : n % 5)}; });
                        a.fill([](i64 n) { return (T)(n * 7 + 1); }), b.fill([](i64 n) { return (T)(n * 5 + 2); });
                        auto launch = plan(way, way == SIMPLE ? VECTOR<T> : std::min(VECTOR<T>, 4u), sizes, {Operand(c), Operand(a), Operand(b), Operand(y)});
                        start(std::string(way == SIMPLE ? "select_" : "select_any_") + Name<T>::name, launch);
                        if (!launch.allowed) continue;
                        for (i64 n = 0; n < product(sizes); n++) check(y, n, c[n].byte ? a[n] : b[n], "select");
                    }
}
TEST(selects_by_size) {
    selects<u8>();
    selects<u16>();
    selects<u32>();
    selects<u64>();
}

TEST(selects_of_mixed_dtypes) {
    for (Layout layout : {FLAT, TURNED, ROW}) {
        Array<f16> c(FEW, layout);
        Array<i64> a(FEW, STEPPED);
        Array<f64> b(FEW, layout);
        Array<bf16> y(FEW, TURNED);
        c.fill(sample<f16>), a.fill(sample<i64>), b.fill(sample<f64>);
        start("select_mixed", mixed(FEW, {Operand(c, F16), Operand(a, I64), Operand(b, F64), Operand(y, BF16)}, 0));
        for (i64 n = 0; n < product(FEW); n++)
            check(y, n, convert<boolean>(c[n]).byte ? convert<bf16>(a[n]) : convert<bf16>(b[n]), "select_mixed");
    }
}
