// kernels:
// kernels/include/block.cuh and errors.cuh.
#include "test.h"

#include "block.cuh"
#include "errors.cuh"

// x ↦ a·x + b over whole numbers that wrap. One after the other is another function than the other way round.
struct Line {
    u64 a, b;
};
HOST_DEVICE Line then(Line f, Line g) { return Line{g.a * f.a, g.a * f.b + g.b}; }

static Line line(u64 i) { return Line{2 * i + 3, i * i + 1}; }

KERNEL(1024, reduce_lines, const Line *x, Line *warps, Line *blocks) {
    u32 i = blockIdx.x * blockDim.x + threadIdx.x;
    warps[i] = warp_reduce(x[i], then);
    // Twice, so that the second call meets what the first has left in shared memory.
    Line all = block_reduce(x[i], Line{1, 0}, then);
    Line again = block_reduce(x[i], Line{1, 0}, then);
    blocks[i] = all.a == again.a && all.b == again.b ? all : Line{0, 0};
}

TEST(reductions_keep_the_order_of_threads) {
    for (u32 threads : {32u, 64u, 96u, 256u, 992u, 1024u}) {
        Buffer<Line> x(2 * threads), warps(2 * threads), blocks(2 * threads);
        for (u32 i = 0; i < x.size(); i++) x[i] = line(i);
        run("reduce_lines", {2}, {threads}, 0, (const Line *)x.at(), warps.at(), blocks.at());
        auto all = [&](u32 first, u32 count) {
            Line f = {1, 0};
            for (u32 i = first; i < first + count; i++) f = then(f, x[i]);
            return f;
        };
        for (u32 i = 0; i < x.size(); i++) {
            Line warp = all(i / 32 * 32, 32), block = all(i / threads * threads, threads);
            CHECK_EQ(warps[i].a, warp.a);
            CHECK_EQ(warps[i].b, warp.b);
            CHECK_EQ(blocks[i].a, block.a);
            CHECK_EQ(blocks[i].b, block.b);
        }
    }
}

KERNEL(512, reduce_types, const f32 *x, f32 *sums, u8 *bytes, f16 *halves, u32 *any) {
    f32 v = x[threadIdx.x];
    sums[threadIdx.x] = block_reduce(v, 0.f, [](f32 a, f32 b) { return a + b; });
    bytes[threadIdx.x] = block_reduce((u8)threadIdx.x, (u8)0, [](u8 a, u8 b) { return (u8)(a ^ b); });
    halves[threadIdx.x] =
        block_reduce(convert<f16>(v), convert<f16>(-1e4f), [](f16 a, f16 b) { return f16_to_f32(b) > f16_to_f32(a) ? b : a; });
    any[threadIdx.x] = block_any(v > 0.999f) * 2 + block_any(v > 5.f);
}

TEST(reductions_of_every_size_of_element) {
    Buffer<f32> x = random_values<f32>(512, 0, 1), sums(512), first(512);
    Buffer<u8> bytes(512);
    Buffer<f16> halves(512);
    Buffer<u32> any(512);
    x[300] = 1;
    run("reduce_types", {1}, {512}, 0, (const f32 *)x.at(), sums.at(), bytes.at(), halves.at(), any.at());
    f64 sum = 0;
    for (f32 v : x) sum += v;
    for (u32 i = 0; i < 512; i++) {
        CHECK_CLOSE(sums[i], sum, 1e-6);
        CHECK_EQ(sums[i], sums[0]);
        CHECK_EQ(bytes[i], 0);
        CHECK_EQ(f16_to_f32(halves[i]), 1.f);
        CHECK_EQ(any[i], 2u);
    }
    // To the last bit the same in every order of threads.
    on_host::set_order("forward");
    run("reduce_types", {1}, {512}, 0, (const f32 *)x.at(), first.at(), bytes.at(), halves.at(), any.at());
    CHECK_EQ(first[0], sums[0]);
}

KERNEL(128, checked_copy, const f32 *x, const i64 *index, f32 *y, i64 limit, ErrorRecord *record) {
    u32 i = blockIdx.x * 128 + threadIdx.x;
    i64 at = index[i];
    if (check_index(record, 7, i, at, limit)) y[i] = x[at];
}

TEST(bad_indices) {
    Buffer<f32> x = random_values<f32>(100, 0, 1), y(256);
    Buffer<i64> index(256);
    for (u32 i = 0; i < 256; i++) index[i] = i * 37 % 100, y[i] = -1;
    ErrorRecord record = {};
    run("checked_copy", {2}, {128}, 0, (const f32 *)x.at(), (const i64 *)index.at(), y.at(), (i64)100, &record);
    CHECK_EQ(record.taken, 0u);
    for (u32 i = 0; i < 256; i++) CHECK_EQ(y[i], x[(size_t)index[i]]);

    i64 low = limits<i64>::low, high = limits<i64>::high;
    for (i64 bad : {(i64)100, (i64)-1, low, high}) {
        record = {};
        index[5] = index[200] = bad;
        y[5] = y[200] = -1;
        run("checked_copy", {2}, {128}, 0, (const f32 *)x.at(), (const i64 *)index.at(), y.at(), (i64)100, &record);
        CHECK_EQ(record.taken, 2u);
        CHECK_EQ(record.op, 7u);
        CHECK_EQ(record.value, bad);
        CHECK_EQ(record.limit, 100);
        CHECK(record.position == 5 || record.position == 200);
        CHECK_EQ(y[5], -1.f);
        CHECK_EQ(y[200], -1.f);
        CHECK_EQ(y[6], x[(size_t)index[6]]);
        // The first that was noted stays.
        ErrorRecord before = record;
        index[5] = index[200] = 1000;
        run("checked_copy", {2}, {128}, 0, (const f32 *)x.at(), (const i64 *)index.at(), y.at(), (i64)100, &record);
        CHECK(!memcmp(&before, &record, sizeof record));
    }
}
