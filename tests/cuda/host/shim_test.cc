// kernels:
// The host shim itself: what it runs right, and what it must see.
#include "test.h"

KERNEL(1024, numbers, u32 *out) {
    u32 block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    u32 thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    out[block * blockDim.x * blockDim.y * blockDim.z + thread] = block * 1000 + thread;
}

TEST(every_thread_of_every_block_runs_once) {
    Buffer<u32> out(2 * 3 * 4 * 60);
    run("numbers", {2, 3, 4}, {3, 4, 5}, 0, out.at());
    for (u32 i = 0; i < out.size(); i++) CHECK_EQ(out[i], i / 60 * 1000 + i % 60);
}

// ---- warps ----

KERNEL(96, shuffles, i32 *out) {
    i32 t = (i32)threadIdx.x;
    i32 *own = out + t * 8;
    own[0] = __shfl_xor_sync(~0u, t, 5);
    own[1] = __shfl_sync(~0u, t, 7);
    own[2] = __shfl_sync(~0u, t, 9, 8);
    own[3] = __shfl_down_sync(~0u, t, 3u, 16);
    own[4] = __shfl_up_sync(~0u, t, 3u, 16);
    own[5] = (i32)__ballot_sync(~0u, t % 3 == 0);
    own[6] = (i32)__match_any_sync(~0u, t % 4);
    own[7] = __any_sync(~0u, t == 40) * 2 + __all_sync(~0u, t >= 32);
}

TEST(shuffles_and_votes) {
    Buffer<i32> out(96 * 8);
    run("shuffles", {1}, {96}, 0, out.at());
    for (i32 t = 0; t < 96; t++) {
        i32 warp = t / 32 * 32, lane = t % 32, *own = out.at((size_t)t * 8);
        CHECK_EQ(own[0], warp + (lane ^ 5));
        CHECK_EQ(own[1], warp + 7);
        CHECK_EQ(own[2], t / 8 * 8 + 1);
        CHECK_EQ(own[3], t % 16 + 3 < 16 ? t + 3 : t);
        CHECK_EQ(own[4], t % 16 >= 3 ? t - 3 : t);
        u32 thirds = 0, fourths = 0x11111111u << t % 4;
        for (i32 i = 0; i < 32; i++) thirds |= (u32)((warp + i) % 3 == 0) << i;
        CHECK_EQ(own[5], (i32)thirds);
        CHECK_EQ(own[6], (i32)fourths);
        CHECK_EQ(own[7], (warp == 32) * 2 + (warp >= 32));
    }
}

KERNEL(32, half_a_warp, i32 *out) {
    i32 t = (i32)threadIdx.x;
    out[t] = 0;
    if (t < 16) out[t] = __shfl_xor_sync(0xffffu, t, 1);
    __syncwarp();
    if (t >= 16) out[t] = __shfl_xor_sync(0xffff0000u, t, 1);
}

TEST(lanes_meet_by_their_mask) {
    Buffer<i32> out(32);
    run("half_a_warp", {1}, {32}, 0, out.at());
    for (i32 t = 0; t < 32; t++) CHECK_EQ(out[(size_t)t], t ^ 1);
}

KERNEL(64, lane_that_is_not_there, i32 *out) { out[threadIdx.x] = __shfl_xor_sync(~0u, (i32)threadIdx.x, 16); }

TEST(lanes_that_are_not_there_give_garbage) {
    Buffer<i32> out(40);
    run("lane_that_is_not_there", {1}, {40}, 0, out.at());
    CHECK_EQ(out[3], 19);
    CHECK_EQ(out[35], (i32)0xcdcdcdcd);
}

KERNEL(32, mask_without_caller, i32 *out) { out[threadIdx.x] = __shfl_sync(1u, 1, 0); }

// ---- blocks ----

KERNEL(256, votes, i32 *out, i32 which) {
    i32 t = (i32)threadIdx.x;
    i32 any = __syncthreads_or(t == which), all = __syncthreads_and(t != which), count = __syncthreads_count(t <= which);
    out[t] = any * 10000 + all * 1000 + count;
}

TEST(votes_of_a_block) {
    Buffer<i32> out(256);
    for (i32 which : {-1, 0, 77, 255}) {
        run("votes", {1}, {256}, 0, out.at(), which);
        for (i32 x : out) CHECK_EQ(x, (which >= 0 ? 10000 : 1000) + which + 1);
    }
}

KERNEL(256, early_return, i32 *out, u32 n) {
    __shared__ i32 parts[256];
    if (threadIdx.x >= n) return;
    parts[threadIdx.x] = (i32)threadIdx.x;
    __syncthreads();
    out[threadIdx.x] = parts[n - 1 - threadIdx.x];
}

TEST(who_has_returned_is_not_waited_for) {
    Buffer<i32> out(100);
    run("early_return", {1}, {256}, 0, out.at(), 100u);
    for (i32 t = 0; t < 100; t++) CHECK_EQ(out[(size_t)t], 99 - t);
}

KERNEL(64, reverse, i32 *out) {
    __shared__ i32 parts[64];
    parts[threadIdx.x] = (i32)(blockIdx.x * 64 + threadIdx.x);
    __syncthreads();
    out[blockIdx.x * 64 + threadIdx.x] = parts[63 - threadIdx.x];
}

KERNEL(64, reverse_without_barrier, i32 *out) {
    __shared__ i32 parts[64];
    parts[threadIdx.x] = (i32)(blockIdx.x * 64 + threadIdx.x);
    out[blockIdx.x * 64 + threadIdx.x] = parts[63 - threadIdx.x];
}

// Reads its left neighbour: right when threads run from the first to the last.
KERNEL(64, left_without_barrier, i32 *out) {
    __shared__ i32 parts[64];
    parts[threadIdx.x] = (i32)(blockIdx.x * 64 + threadIdx.x);
    out[blockIdx.x * 64 + threadIdx.x] = threadIdx.x ? parts[threadIdx.x - 1] + 1 : parts[0];
}

static bool right_in(const char *kernel, const char *order, bool reversed) {
    Buffer<i32> out(3 * 64);
    on_host::set_order(order);
    run(kernel, {3}, {64}, 0, out.at());
    bool right = true;
    for (i32 i = 0; i < 3 * 64; i++) right &= out[(size_t)i] == (reversed ? i / 64 * 64 + 63 - i % 64 : i);
    return right;
}

TEST(a_removed_barrier_is_seen) {
    for (const char *order : {"forward", "backward", "random:1", "random:2"}) {
        CHECK(right_in("reverse", order, true));
        CHECK(!right_in("reverse_without_barrier", order, true));
        CHECK_EQ(right_in("left_without_barrier", order, false), !strcmp(order, "forward"));
    }
}

// The first block makes what the others read.
KERNEL(1, first_block_first, i32 *flag, i32 *out) {
    if (blockIdx.x == 0) *flag = 1;
    out[blockIdx.x] = *flag;
}

TEST(an_order_of_blocks_is_seen) {
    for (const char *order : {"forward", "backward", "random:1"}) {
        Buffer<i32> flag = {0}, out(20);
        on_host::set_order(order);
        run("first_block_first", {20}, {1}, 0, flag.at(), out.at());
        i32 sum = 0;
        for (i32 x : out) sum += x;
        CHECK_EQ(sum == 20, !strcmp(order, "forward"));
    }
}

KERNEL(128, divergent, i32 *out) {
    if (threadIdx.x < 32) __syncthreads();
    else __syncwarp();
    if (threadIdx.x < 32) __syncwarp();
    else __syncthreads();
    out[threadIdx.x] = 1;
}

KERNEL(128, two_barriers, i32 *out) {
    if (threadIdx.x < 64) {
        __syncthreads();
    } else {
        __syncthreads();
    }
    out[threadIdx.x] = 1;
}

KERNEL(64, warp_and_block, i32 *out) {
    if (threadIdx.x % 2) __syncwarp();
    else __syncthreads();
    out[threadIdx.x] = 1;
}

TEST(divergent_barriers_are_seen) {
    Buffer<i32> out(128);
    CHECK(dies("divergent, block (1, 0, 0) of (2, 1, 1)", [&] {
        on_host::set_order("backward");
        run("divergent", {2}, {128}, 0, out.at());
    }));
    CHECK(dies("threads meet at different places: thread 0 in __syncthreads at", [&] {
        run("two_barriers", {1}, {128}, 0, out.at());
    }));
    CHECK(dies(": threads 0, 2, 4", [&] { run("warp_and_block", {1}, {64}, 0, out.at()); }));
    CHECK(dies("mask 0x00000001 leaves out the calling lane", [&] { run("mask_without_caller", {1}, {32}, 0, out.at()); }));
}

// ---- bounds ----

KERNEL(64, writes, i32 *out, i32 i) {
    __syncthreads();
    out[i] = 1;
}

KERNEL(64, writes_shared, i32 *out, i32 i) {
    __shared__ i32 parts[64];
    __syncthreads();
    parts[i] = 1;
    __syncthreads();
    out[threadIdx.x] = parts[0];
}

template <class T>
HOST_DEVICE T of_a_template(T x, i32 i) {
    __shared__ T parts[32];
    parts[i] = x;
    __syncthreads();
    return parts[0];
}

KERNEL(64, writes_shared_of_a_template, i32 *out, i32 i) { out[threadIdx.x] = of_a_template<i32>(1, i); }

KERNEL(64, writes_dynamic_shared, i32 *out, i32 i) {
    DYNAMIC_SHARED(i32, parts);
    parts[i] = 1;
    __syncthreads();
    out[threadIdx.x] = parts[0];
}

KERNEL(64, writes_own, i32 *out, i32 i) {
    i32 own[16] = {};
    for (i32 k = 0; k < 16; k++) own[k] = out[k];
    __syncthreads();
    own[i] = 1;
    __syncthreads();
    out[threadIdx.x] = own[0] + own[(i + 1) & 15];
}

TEST(accesses_out_of_bounds_are_seen) {
    Buffer<i32> out(64);
    out[0] = 0;
    struct {
        const char *kernel;
        i32 last;
    } const cases[] = {{"writes", 63}, {"writes_shared", 63}, {"writes_shared_of_a_template", 31},
                       {"writes_dynamic_shared", 31}, {"writes_own", 15}};
    for (auto &c : cases) {
        for (size_t i = 0; i < 16; i++) out[i] = 0;
        run(c.kernel, {2}, {64}, 32 * 4, out.at(), c.last);
        for (i32 i : {c.last + 1, -1}) CHECK(dies("", [&] { run(c.kernel, {2}, {64}, 32 * 4, out.at(), i); }));
    }
}

HOST_DEVICE i32 deep(i32 n) {
    volatile i32 some[64] = {};
    some[n & 63] = n;
    return n ? deep(n - 1) + some[n & 63] : 0;
}

KERNEL(32, deep_recursion, i32 *out, i32 n) { out[threadIdx.x] = deep(n); }

TEST(a_stack_that_overflows_is_seen) {
    Buffer<i32> out(32);
    run("deep_recursion", {1}, {32}, 0, out.at(), 10);
    CHECK_EQ(out[31], 55);
    CHECK(dies("stack-overflow", [&] { run("deep_recursion", {1}, {32}, 0, out.at(), 1 << 20); }));
}

KERNEL(32, misaligned, const f32 *x, f32 *out) {
    const Vec<f32, 4> *v = (const Vec<f32, 4> *)(x + threadIdx.x);
    out[threadIdx.x] = v->at[0] + v->at[3];
}

TEST(misaligned_vectors_are_seen) {
    Buffer<f32> x(8), out(8);
    CHECK(dies("misaligned", [&] { run("misaligned", {1}, {2}, 0, (const f32 *)x.at(), out.at()); }));
}

// ---- launches ----

TEST(wrong_launches_are_seen) {
    Buffer<i32> out(256);
    CHECK(dies("more threads than the kernel is declared for", [&] { run("reverse", {1}, {65}, 0, out.at()); }));
    CHECK(dies("a grid over the limits", [&] { run("reverse", {1, 65536}, {64}, 0, out.at()); }));
    CHECK(dies("an empty grid", [&] { run("reverse", {0}, {64}, 0, out.at()); }));
    CHECK(dies("more dynamic shared memory", [&] { run("reverse", {1}, {64}, 300000, out.at()); }));
    CHECK(dies("the sizes of the arguments", [&] { run("reverse", {1}, {64}, 0, out.at(), 1); }));
    CHECK(on_host::find("no_such_kernel") == nullptr);
}

KERNEL(128, fresh_shared, u32 *out) {
    DYNAMIC_SHARED(u32, parts);
    out[blockIdx.x] = parts[3];
    parts[3] = 1;
}

TEST(dynamic_shared_memory_of_a_block_is_garbage_first) {
    Buffer<u32> out(2);
    run("fresh_shared", {2}, {1}, 16, out.at());
    CHECK_EQ(out[0], 0xcdcdcdcdu);
    CHECK_EQ(out[1], 0xcdcdcdcdu);
}

// ---- functions ----

KERNEL(64, counts, u32 *sum, i32 *most, u64 *wide, f32 *floats, u32 *ring) {
    atomicAdd(sum, 2u);
    atomicMax(most, (i32)threadIdx.x - 10);
    atomicMin(most + 1, (i32)threadIdx.x - 10);
    atomicAdd(wide, 1ull << 40);
    atomicAdd(floats, 0.5f);
    atomicInc(ring, 9u);
}

TEST(atomics) {
    Buffer<u32> sum = {5}, ring = {0};
    Buffer<i32> most = {-100, 100};
    Buffer<u64> wide = {1};
    Buffer<f32> floats = {0};
    run("counts", {2}, {64}, 0, sum.at(), most.at(), wide.at(), floats.at(), ring.at());
    CHECK_EQ(sum[0], 5u + 256);
    CHECK_EQ(most[0], 53);
    CHECK_EQ(most[1], -10);
    CHECK_EQ(wide[0], (128ull << 40) + 1);
    CHECK_EQ(floats[0], 64.f);
    CHECK_EQ(ring[0], 128u % 10);
    i32 high = limits<i32>::high;
    CHECK_EQ(atomicAdd(&high, 1), limits<i32>::high);
    CHECK_EQ(high, limits<i32>::low);
}

TEST(functions_of_cuda) {
    f32 nan = NAN;
    CHECK_EQ(max(nan, 1.f), 1.f);
    CHECK_EQ(min(1.f, nan), 1.f);
    CHECK_EQ(max(3, 5u), 5u);
    CHECK_EQ(__umulhi(0xffffffffu, 0xffffffffu), 0xfffffffeu);
    CHECK_EQ(__mulhi(-1, 5), -1);
    CHECK_EQ(__umul64hi(~0ull, ~0ull), ~0ull - 1);
    CHECK_EQ(__brev(1u), 0x80000000u);
    CHECK_EQ(__clz(0), 32);
    CHECK_EQ(__clzll(1), 63);
    CHECK_EQ(__byte_perm(0x33221100u, 0x77665544u, 0x7153u), 0x77115533u);
    CHECK_EQ(__funnelshift_l(0x80000000u, 1u, 1u), 3u);
    CHECK_EQ(__funnelshift_r(0x80000000u, 1u, 32u), 0x80000000u);
    CHECK_EQ(rsqrtf(4.f), 0.5f);
}
