// kernels:
// kernels/include/nest.cuh: divisions, and places of elements against plain loops.
#include "test.h"

#include "nest.cuh"

// As src/cuda/nest.rs makes it.
static Divisor divisor(u32 n) {
    Divisor d;
    d.divisor = n;
    d.shift = n == 1 ? 0 : 32 - (u32)__builtin_clz(n - 1);
    d.multiplier = (u32)(((u64)1 << 32) * (((u64)1 << d.shift) - n) / n + 1);
    return d;
}

TEST(divisions) {
    std::vector<u32> numbers;
    for (u32 bit = 0; bit < 31; bit++)
        for (i64 d = -2; d <= 2; d++) numbers.push_back((u32)std::clamp<i64>(((i64)1 << bit) + d, 0, limits<i32>::high));
    for (int i = 0; i < 400; i++) numbers.push_back((u32)(on_host::generator()() >> (33 + on_host::generator()() % 31)));
    for (u32 n : numbers)
        for (u32 by : numbers) {
            if (by == 0) continue;
            Divisor d = divisor(by);
            CHECK_EQ(d.divide(n), n / by);
            CHECK_EQ(d.divide(n / by * by), n / by);
        }
    for (u32 by = 1; by < 300; by++)
        for (u32 n = 0; n < 1000; n++) CHECK_EQ(divisor(by).divide(n), n / by);
    CHECK_EQ(divisor(1u << 31).divide(limits<i32>::high), 0u);
}

KERNEL(128, places, i64 *out, Nest<3> nest) {
    u32 n = blockIdx.x * 128 + threadIdx.x;
    if (n >= nest.count) return;
    i64 at[3];
    nest.places(n, at);
    for (int k = 0; k < 3; k++) out[n * 3 + (u32)k] = at[k];
}

TEST(places_of_elements) {
    auto random = [](i64 low, i64 high) { return low + (i64)(on_host::generator()() % (u64)(high - low + 1)); };
    for (int round = 0; round < 60; round++) {
        Nest<3> nest = {};
        nest.rank = round % (MAX_DIMS + 1);
        nest.count = 1;
        for (int d = 0; d < nest.rank; d++) {
            nest.size[d] = divisor((u32)random(1, nest.rank > 5 ? 3 : 6));
            nest.count *= nest.size[d].divisor;
            // Backwards, still, and further than 32 bits reach.
            for (auto &stride : nest.stride) stride[d] = random(0, 3) ? random(-50, 50) : random(-(1ll << 40), 1ll << 40);
        }
        Buffer<i64> out(nest.count * 3);
        run("places", {(nest.count + 127) / 128}, {128}, 0, out.at(), nest);
        for (u32 n = 0; n < nest.count; n++) {
            i64 want[3] = {};
            u32 rest = n;
            for (int d = 0; d < nest.rank; d++) {
                for (int k = 0; k < 3; k++) want[k] += (i64)(rest % nest.size[d].divisor) * nest.stride[k][d];
                rest /= nest.size[d].divisor;
            }
            for (int k = 0; k < 3; k++) CHECK_EQ(out[n * 3 + (u32)k], want[k]);
        }
    }
}
