// kernels: index index_hopper
// Reading and adding by index against plain loops: strides, wide elements, duplicates, indices out of range.
#include "test.h"

#include "index.cuh"

using on_host::Dim3;

static Divisor divisor(u32 n) {
    u32 shift = 0;
    while (((u64)1 << shift) < n) shift++;
    return {n, (u32)((((u64)1 << 32) * (((u64)1 << shift) - n)) / n + 1), shift};
}

struct Dim {
    u32 size;
    i64 stride[3];
};

// The outermost first.
static Nest<3> nest(std::vector<Dim> dims) {
    Nest<3> made{};
    made.rank = (i32)dims.size();
    made.count = 1;
    for (i32 d = 0; d < made.rank; d++) {
        const Dim &dim = dims[dims.size() - 1 - (size_t)d];
        made.size[d] = divisor(dim.size);
        made.count *= dim.size;
        for (int k = 0; k < 3; k++) made.stride[k][d] = dim.stride[k];
    }
    return made;
}

static Dim3 grid(u32 count) { return {(count + 1023) / 1024}; }

constexpr u32 OP = 3;

// Indices of either type, and what is noted of bad ones.
struct Indices {
    ErrorRecord record{};
    Buffer<i64> wide;
    Buffer<i32> narrow;
    bool is_i64;

    Indices(std::vector<i64> values, bool is_i64) : wide(values.size()), narrow(values.size()), is_i64(is_i64) {
        for (size_t i = 0; i < values.size(); i++) wide[i] = values[i], narrow[i] = (i32)values[i];
    }

    Index argument(i64 limit, i64 inner, i64 first = 0) {
        void *data = is_i64 ? (void *)wide.at() : (void *)narrow.at();
        return {data, limit, first, inner, (i64)wide.size(), 1, &record, is_i64, OP};
    }

    void check_record(i64 position, i64 value, i64 limit) {
        CHECK_EQ(record.taken, 2u);
        CHECK_EQ(record.op, OP);
        CHECK_EQ(record.position, position);
        CHECK_EQ(record.value, value);
        CHECK_EQ(record.limit, limit);
        record = {};
    }
};

static i64 below(i64 n) { return (i64)(on_host::generator()() % (u64)n); }

static std::vector<i64> some_indices(i64 count, i64 limit) {
    std::vector<i64> all((size_t)count);
    for (i64 &i : all) i = below(limit);
    return all;
}

template <class T>
static T element(u64 n) {
    T x;
    unsigned char bytes[sizeof(T)];
    for (size_t i = 0; i < sizeof(T); i++) bytes[i] = (unsigned char)((n * 2654435761u >> (i % 4) * 8) + i);
    memcpy(&x, bytes, sizeof(T));
    return x;
}

template <class T>
static bool same(const T &a, const T &b) {
    return !memcmp(&a, &b, sizeof(T));
}

// index_select along the middle of [outer, n, inner], in elements of T; x has a gap of `gap` after each row.
template <class T>
static void select_rows(const char *kernel, u32 outer, u32 n, u32 inner, u32 count, u32 gap, bool is_i64) {
    u32 row = inner + gap;
    Buffer<T> x((size_t)outer * n * row), y((size_t)outer * count * inner);
    for (size_t i = 0; i < x.size(); i++) x[i] = element<T>(i);
    std::vector<i64> index = some_indices(count, n);
    Indices indices(index, is_i64);
    Nest<3> loops = nest({{outer, {(i64)count * inner, (i64)n * row, 0}}, {count, {inner, 0, 1}}, {inner, {1, 1, 0}}});
    run(kernel, grid(loops.count), {256}, 0, loops, y.at(), x.at(), (i64)row, indices.argument(n, inner));
    for (u32 o = 0; o < outer; o++)
        for (u32 k = 0; k < count; k++)
            for (u32 i = 0; i < inner; i++)
                CHECK(same(y[((size_t)o * count + k) * inner + i], x[((size_t)o * n + (size_t)index[k]) * row + i]));
    CHECK_EQ(indices.record.taken, 0u);
}

TEST(rows_of_every_size) {
    for (bool is_i64 : {false, true}) {
        select_rows<u8>("gather_1", 2, 5, 7, 9, 0, is_i64);
        select_rows<u16>("gather_2", 1, 40, 1, 3000, 1, is_i64);
        select_rows<u32>("gather_4", 3, 4, 33, 17, 2, is_i64);
        select_rows<u64>("gather_8", 3, 4, 1, 1, 0, is_i64);
        select_rows<Vec<u32, 4>>("gather_16", 2, 50, 64, 31, 3, is_i64);
    }
}

TEST(gather_with_strides) {
    // out [3, 4, 5] along dim 1 of x [3, 7, 6] with strides of its own; index [3, 4, 5] lies transposed.
    Buffer<u32> x(3 * 7 * 6 * 2), y(3 * 4 * 5);
    for (size_t i = 0; i < x.size(); i++) x[i] = (u32)i;
    std::vector<i64> index = some_indices(60, 7);
    Indices indices(index, true);
    i64 sx[3] = {2, 6, 42}, si[3] = {1, 15, 3};
    Nest<3> loops = nest({{3, {20, sx[0], si[0]}}, {4, {5, 0, si[1]}}, {5, {1, sx[2], si[2]}}});
    run("gather_4", grid(60), {256}, 0, loops, y.at(), x.at(), sx[1], indices.argument(7, 1));
    for (i64 a = 0; a < 3; a++)
        for (i64 b = 0; b < 4; b++)
            for (i64 c = 0; c < 5; c++) {
                i64 k = index[(size_t)(a * si[0] + b * si[1] + c * si[2])];
                CHECK_EQ(y[(size_t)(a * 20 + b * 5 + c)], (u32)(a * sx[0] + k * sx[1] + c * sx[2]));
            }
}

TEST(bad_indices_read_as_zero_and_are_noted) {
    for (i64 bad : {(i64)-1, (i64)6, (i64)1 << 40, (i64)(-9223372036854775807ll - 1)}) {
        Buffer<u32> x(6 * 8), y(4 * 8);
        for (u32 &v : x) v = 7;
        Indices indices({5, 0, bad, 3}, true);
        Nest<3> loops = nest({{4, {8, 0, 1}}, {8, {1, 1, 0}}});
        run("gather_4", grid(32), {256}, 0, loops, y.at(), x.at(), (i64)8, indices.argument(6, 8));
        indices.check_record(2, bad, 6);
        for (u32 i = 0; i < 32; i++) CHECK_EQ(y[i], i / 8 == 2 ? 0u : 7u);
    }
    // Of indices that all are bad, one; a launch that begins later counts from there.
    Buffer<u32> y(5000);
    Indices indices(std::vector<i64>(5000, -3), false);
    Nest<3> loops = nest({{5000, {1, 0, 1}}});
    Index argument = indices.argument(0, 1, 100000);
    argument.count = 1000000;
    run("gather_4", grid(5000), {256}, 0, loops, y.at(), (u32 *)nullptr, (i64)1, argument);
    CHECK(indices.record.position >= 100000 && indices.record.position < 105000);
    CHECK_EQ(indices.record.value, -3);
    CHECK_EQ(indices.record.taken, 2u);
}

template <class T>
static f64 number(T x) {
    return (f64)convert<f32>(x);
}
template <>
f64 number(f64 x) {
    return x;
}
template <>
f64 number(u32 x) {
    return x;
}

// index_add along dim 0: out [n, inner] += src [count, inner], with values that add without rounding.
template <class T>
static void add_rows(const char *kernel, u32 n, u32 inner, u32 count) {
    // Whole words: a byte is added within the word that holds it.
    Buffer<T> out(((size_t)n * inner + 3) / 4 * 4), src((size_t)count * inner);
    std::vector<f64> want(out.size());
    for (size_t i = 0; i < out.size(); i++) out[i] = convert<T>((i32)(i % 5)), want[i] = (f64)(i % 5);
    std::vector<i64> index = some_indices(count, n);
    Indices indices(index, true);
    for (u32 k = 0; k < count; k++)
        for (u32 i = 0; i < inner; i++) {
            i32 value = (i32)((k + i) % 3);
            src[(size_t)k * inner + i] = convert<T>(value);
            want[(size_t)index[k] * inner + i] += value;
        }
    Nest<3> loops = nest({{count, {inner, 0, 1}}, {inner, {1, 1, 0}}});
    run(kernel, grid(loops.count), {256}, 0, loops, out.at(), src.at(), (i64)inner, indices.argument(n, inner));
    for (size_t i = 0; i < (size_t)n * inner; i++) CHECK_EQ(number(out[i]), want[i]);
    CHECK_EQ(indices.record.taken, 0u);
}

TEST(additions_with_duplicates) {
    add_rows<u8>("index_add_u8", 9, 7, 100);
    add_rows<u16>("index_add_u16", 9, 7, 700);
    add_rows<u32>("index_add_u32", 3, 1, 5000);
    add_rows<f16>("index_add_f16", 9, 7, 300);
    add_rows<bf16>("index_add_bf16", 9, 7, 100);
    add_rows<bf16>("index_add_native_bf16", 9, 7, 100);
    add_rows<f32>("index_add_f32", 5, 33, 300);
    add_rows<f64>("index_add_f64", 1, 3, 3000);
}

// Two f16 or bf16 at once, some beyond what rounds: 256 + 1 is 256 in bf16.
template <class Pair, class T>
static void add_pairs(const char *kernel) {
    u32 n = 6, pairs = 5, count = 40;
    Buffer<T> out((size_t)n * pairs * 2), src((size_t)count * pairs * 2);
    std::vector<i64> index = some_indices(count, n);
    Indices indices(index, false);
    for (T &v : out) v = convert<T>(0.0f);
    for (size_t i = 0; i < src.size(); i++) src[i] = convert<T>((f32)(i % 7) - 3.0f);
    std::vector<f64> want(out.size());
    for (u32 k = 0; k < count; k++)
        for (u32 i = 0; i < pairs * 2; i++) want[(size_t)index[k] * pairs * 2 + i] += (f64)((k * pairs * 2 + i) % 7) - 3;
    Nest<3> loops = nest({{count, {pairs, 0, 1}}, {pairs, {1, 1, 0}}});
    run(kernel, grid(loops.count), {256}, 0, loops, (Pair *)out.at(), (Pair *)src.at(), (i64)pairs,
        indices.argument(n, pairs));
    for (size_t i = 0; i < out.size(); i++) CHECK_EQ(number(out[i]), want[i]);
    // Each sum rounds once.
    Buffer<T> sum(2), one(2);
    sum[0] = convert<T>(4096.0f), sum[1] = convert<T>(-256.0f);
    one[0] = convert<T>(1.0f), one[1] = convert<T>(-2.5f);
    Indices first({0}, true);
    run(kernel, {1}, {256}, 0, nest({}), (Pair *)sum.at(), (Pair *)one.at(), (i64)1, first.argument(1, 1));
    CHECK_EQ(number(sum[0]), (f64)convert<f32>(convert<T>(4097.0f)));
    CHECK_EQ(number(sum[1]), (f64)convert<f32>(convert<T>(-258.5f)));
}

TEST(pairs_of_halves) {
    add_pairs<f16x2, f16>("index_add_f16x2");
    add_pairs<bf16x2, bf16>("index_add_bf16x2");
    add_pairs<bf16x2, bf16>("index_add_native_bf16x2");
}

TEST(integers_wrap_and_bools_or) {
    Buffer<u8> bytes{250, 251, 252, 253};
    Buffer<u64> longs{~0ull, 5};
    Buffer<boolean> bools{{0}, {0}, {7}, {1}};
    Buffer<u8> ten{10, 10, 10, 10, 10};
    Buffer<u64> large{2, ~0ull - 1};
    Buffer<boolean> add{{0}, {3}, {0}, {0}};
    Indices five({0, 1, 2, 3, 3}, true), two({0, 1}, true), four({0, 1, 2, 3}, true);
    Nest<3> line = nest({{5, {1, 0, 1}}});
    run("index_add_u8", {1}, {256}, 0, line, bytes.at(), ten.at(), (i64)1, five.argument(4, 1));
    run("index_add_u64", {1}, {256}, 0, nest({{2, {1, 0, 1}}}), longs.at(), large.at(), (i64)1, two.argument(2, 1));
    run("index_add_bool", {1}, {256}, 0, nest({{4, {1, 0, 1}}}), bools.at(), add.at(), (i64)1, four.argument(4, 1));
    u8 want_bytes[] = {4, 5, 6, 17};
    bool want_bools[] = {false, true, true, true};
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQ(bytes[i], want_bytes[i]);
        CHECK_EQ(bools[i].byte != 0, want_bools[i]);
    }
    CHECK_EQ(longs[0], 1ull);
    CHECK_EQ(longs[1], 3ull);
}

TEST(scatter_add_with_strides) {
    // src [4, 6] into out [4, 9] along dim 1, out transposed in memory; two indices are bad.
    Buffer<f32> out(36), src(24);
    for (f32 &v : out) v = 1;
    std::vector<f64> want(36, 1);
    std::vector<i64> index = some_indices(24, 9);
    index[7] = 9;
    index[20] = -1;
    Indices indices(index, false);
    for (size_t i = 0; i < 24; i++) {
        src[i] = (f32)i;
        if (index[i] >= 0 && index[i] < 9) want[(size_t)index[i] * 4 + i / 6] += (f64)i;
    }
    Nest<3> loops = nest({{4, {6, 1, 6}}, {6, {1, 0, 1}}});
    run("index_add_f32", {1}, {256}, 0, loops, out.at(), src.at(), (i64)4, indices.argument(9, 1));
    for (size_t i = 0; i < 36; i++) CHECK_EQ((f64)out[i], want[i]);
    CHECK_EQ(indices.record.taken, 2u);
    CHECK(indices.record.position == 7 || indices.record.position == 20);
    CHECK_EQ(indices.record.value, indices.record.position == 7 ? 9 : -1);
}

TEST(classes) {
    std::vector<i64> index = some_indices(700, 11);
    index[3] = 11;
    for (bool is_i64 : {false, true}) {
        Indices indices(index, is_i64);
        Nest<3> loops = nest({{700, {11, 1, 0}}, {11, {1, 0, 1}}});
        Buffer<i64> y(7700);
        run("one_hot", grid(7700), {256}, 0, loops, (void *)y.at(), (i32)I64, (i64)0, indices.argument(11, 11));
        indices.check_record(3, 11, 11);
        for (size_t i = 0; i < 7700; i++) CHECK_EQ(y[i], (i64)(index[i / 11] == (i64)(i % 11)));
        // The last five classes alone, as bf16.
        Buffer<bf16> z(7700);
        loops = nest({{700, {11, 1, 0}}, {5, {1, 0, 1}}});
        run("one_hot", grid(3500), {256}, 0, loops, (void *)(z.at() + 6), (i32)BF16, (i64)6, indices.argument(11, 5));
        for (size_t i = 0; i < 7700; i++)
            if (i % 11 >= 6) CHECK_EQ(number(z[i]), (f64)(index[i / 11] == (i64)(i % 11)));
    }
}

TEST(indices_of_nothing_are_looked_at) {
    Indices indices({4, 1, 9, 2}, true);
    Index argument = indices.argument(5, 1);
    argument.count = 2;
    run("check_indices", {1}, {256}, 0, (i64)2, argument);
    indices.check_record(1, 9, 5);
    argument.limit = 10;
    run("check_indices", {1}, {256}, 0, (i64)2, argument);
    CHECK_EQ(indices.record.taken, 0u);
}
