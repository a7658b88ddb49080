// CUDA device code on the CPU: a block runs on one OS thread, each of its CUDA threads is a fiber.
// A barrier switches fibers; shared memory is static thread_local. The order in which fibers run is a choice
// (forward, backward, random), so that code that leans on one of them is found out.
// Not covered: real concurrency between threads of a warp, memory ordering, blocks that run at the same time.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#define __device__
#define __global__
#define __host__
#define __constant__ static const
#define __shared__ static thread_local
#define __forceinline__ inline
#define __restrict__ __restrict
#define __align__(n) __attribute__((aligned(n)))
#define HOST_DEVICE inline

namespace on_host {

struct Dim3 {
    unsigned x, y, z;
};

enum State { READY, AT_BLOCK_BARRIER, AT_WARP_BARRIER, DONE };

struct Fiber {
    void *stack_pointer;
    char *stack;
    Dim3 thread;
    unsigned linear;
    State state;
};

struct Warp {
    unsigned alive, waiting;
    uint64_t slot[32];  // what a shuffle exchanges
};

struct Block {
    std::vector<Fiber> fibers;
    std::vector<Warp> warps;
    unsigned alive, waiting;
    void *scheduler;  // stack pointer of the thread that runs the block
    void (*body)(void **);
    void **arguments;
    char *dynamic_shared;
    int votes, vote_result;
};

enum Order { FORWARD, BACKWARD, RANDOM };

inline Order order = FORWARD;
inline thread_local Block *block;
inline thread_local Fiber *fiber;
inline thread_local Dim3 block_index, block_size, grid_size;

constexpr size_t STACK = 128 << 10;

extern "C" void on_host_switch(void **save, void *to);
#ifdef ON_HOST_IMPLEMENTATION
#if !defined(__x86_64__)
#error "on_host_switch is written for x86-64"
#endif
asm(".text\n.globl on_host_switch\n.type on_host_switch,@function\non_host_switch:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp,(%rdi)\nmov %rsi,%rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");
#endif

inline void to_scheduler() {
    Fiber *self = fiber;
    on_host_switch(&self->stack_pointer, block->scheduler);
}

inline void release_warp(unsigned w) {
    for (unsigned t = w * 32; t < w * 32 + 32 && t < block->fibers.size(); t++)
        if (block->fibers[t].state == AT_WARP_BARRIER) block->fibers[t].state = READY;
    block->warps[w].waiting = 0;
}

inline void release_block() {
    for (Fiber &f : block->fibers)
        if (f.state == AT_BLOCK_BARRIER) f.state = READY;
    block->waiting = 0;
    block->vote_result = block->votes;
    block->votes = 0;
}

inline void block_barrier() {
    fiber->state = AT_BLOCK_BARRIER;
    if (++block->waiting == block->alive) release_block();
    else to_scheduler();
}

inline void warp_barrier() {
    unsigned w = fiber->linear / 32;
    fiber->state = AT_WARP_BARRIER;
    if (++block->warps[w].waiting == block->warps[w].alive) release_warp(w);
    else to_scheduler();
}

inline void fiber_main() {
    block->body(block->arguments);
    fiber->state = DONE;
    unsigned w = fiber->linear / 32;
    block->alive--;
    block->warps[w].alive--;
    // As the hardware does: who has exited is not waited for.
    if (block->alive && block->waiting == block->alive) release_block();
    if (block->warps[w].alive && block->warps[w].waiting == block->warps[w].alive) release_warp(w);
    to_scheduler();
    __builtin_unreachable();
}

template <class T>
T exchange(T value, unsigned source_lane) {
    static_assert(sizeof(T) <= 8);
    Warp &w = block->warps[fiber->linear / 32];
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(T));
    w.slot[fiber->linear & 31] = bits;
    warp_barrier();
    bits = w.slot[source_lane & 31];
    warp_barrier();
    T out;
    memcpy(&out, &bits, sizeof(T));
    return out;
}

struct Stacks {
    std::vector<char *> all;
    ~Stacks() {
        for (char *s : all) free(s);
    }
};

inline void run_block(void (*body)(void **), void **arguments, std::mt19937 &random, char *dynamic_shared) {
    static thread_local Stacks stacks;
    unsigned n = block_size.x * block_size.y * block_size.z;
    while (stacks.all.size() < n) stacks.all.push_back((char *)aligned_alloc(64, STACK));
    Block b{};
    block = &b;
    b.fibers.resize(n);
    b.warps.assign((n + 31) / 32, Warp{});
    b.alive = n;
    b.body = body;
    b.arguments = arguments;
    b.dynamic_shared = dynamic_shared;
    for (unsigned t = 0; t < n; t++) {
        Fiber &f = b.fibers[t];
        f = Fiber{nullptr, stacks.all[t],
                  {t % block_size.x, t / block_size.x % block_size.y, t / (block_size.x * block_size.y)}, t, READY};
        b.warps[t / 32].alive++;
        void **sp = (void **)(f.stack + STACK);
        *--sp = nullptr;
        *--sp = (void *)fiber_main;
        for (int i = 0; i < 6; i++) *--sp = nullptr;
        f.stack_pointer = sp;
    }
    std::vector<unsigned> turn(n);
    for (unsigned i = 0; i < n; i++) turn[i] = order == BACKWARD ? n - 1 - i : i;
    while (b.alive) {
        bool progress = false;
        if (order == RANDOM) std::shuffle(turn.begin(), turn.end(), random);
        for (unsigned i : turn) {
            if (b.fibers[i].state != READY) continue;
            progress = true;
            fiber = &b.fibers[i];
            on_host_switch(&b.scheduler, fiber->stack_pointer);
        }
        if (!progress) {
            fprintf(stderr, "cuda_on_host: threads wait at different barriers (block %u)\n", block_index.x);
            abort();
        }
    }
    block = nullptr;
}

inline void launch(void (*body)(void **), void **arguments, Dim3 grid, Dim3 threads, size_t dynamic_shared) {
    std::vector<char> shared(dynamic_shared + 128);
    std::mt19937 random(1234);
    grid_size = grid;
    block_size = threads;
    for (unsigned z = 0; z < grid.z; z++)
        for (unsigned y = 0; y < grid.y; y++)
            for (unsigned x = 0; x < grid.x; x++) {
                block_index = {x, y, z};
                // Nothing may be assumed of fresh shared memory.
                std::fill(shared.begin(), shared.end(), (char)0xCD);
                char *aligned = (char *)(((uintptr_t)shared.data() + 127) & ~(uintptr_t)127);
                run_block(body, arguments, random, aligned);
            }
}

// Every KERNEL of the files that are compiled in, by name; `arguments` are as cuLaunchKernel takes them.
struct Kernel {
    const char *name;
    void (*body)(void **);
    int count;
    int max_threads;
};

inline std::vector<Kernel> &kernels() {
    static std::vector<Kernel> all;
    return all;
}

inline const Kernel *find(const char *name) {
    for (const Kernel &k : kernels())
        if (!strcmp(k.name, name)) return &k;
    return nullptr;
}

template <auto F>
struct Thunk;
template <class... A, void (*F)(A...)>
struct Thunk<F> {
    template <size_t... I>
    static void call(void **p, std::index_sequence<I...>) {
        F(*(std::remove_cv_t<A> *)p[I]...);
    }
    static void body(void **p) { call(p, std::index_sequence_for<A...>{}); }
    static int add(const char *name, int max_threads) {
        kernels().push_back({name, body, (int)sizeof...(A), max_threads});
        return 0;
    }
};

}  // namespace on_host

#define KERNEL(max_threads, name, ...)                                                             \
    extern "C" void name(__VA_ARGS__);                                                             \
    static int registered_##name = on_host::Thunk<&name>::add(#name, max_threads);                 \
    extern "C" void name(__VA_ARGS__)
#define DYNAMIC_SHARED(T, name) T *name = reinterpret_cast<T *>(on_host::block->dynamic_shared)

#define threadIdx (on_host::fiber->thread)
#define blockIdx (on_host::block_index)
#define blockDim (on_host::block_size)
#define gridDim (on_host::grid_size)
#define warpSize 32

inline void __syncthreads() { on_host::block_barrier(); }
inline int __syncthreads_or(int p) {
    on_host::block->votes |= !!p;
    on_host::block_barrier();
    return on_host::block->vote_result;
}
inline void __syncwarp(unsigned = ~0u) { on_host::warp_barrier(); }
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
template <class T>
T __shfl_xor_sync(unsigned, T v, int o, int = 32) {
    return on_host::exchange(v, (on_host::fiber->linear & 31) ^ o);
}
template <class T>
T __shfl_sync(unsigned, T v, int s, int width = 32) {
    unsigned lane = on_host::fiber->linear & 31;
    return on_host::exchange(v, (lane & ~(width - 1)) | (s & (width - 1)));
}
template <class T>
T __shfl_down_sync(unsigned, T v, unsigned o, int width = 32) {
    unsigned lane = on_host::fiber->linear & 31;
    return on_host::exchange(v, (lane & (width - 1)) + o < (unsigned)width ? lane + o : lane);
}
template <class T>
T __shfl_up_sync(unsigned, T v, unsigned o, int width = 32) {
    unsigned lane = on_host::fiber->linear & 31;
    return on_host::exchange(v, (lane & (width - 1)) >= o ? lane - o : lane);
}
inline unsigned __ballot_sync(unsigned, int p) {
    on_host::Warp &w = on_host::block->warps[on_host::fiber->linear / 32];
    w.slot[on_host::fiber->linear & 31] = !!p;
    on_host::warp_barrier();
    unsigned bits = 0;
    unsigned base = on_host::fiber->linear & ~31u;
    for (unsigned i = 0; i < 32; i++)
        if (base + i < on_host::block->fibers.size()) bits |= (unsigned)(w.slot[i] & 1) << i;
    on_host::warp_barrier();
    return bits;
}
inline int __any_sync(unsigned m, int p) { return __ballot_sync(m, p) != 0; }
inline int __all_sync(unsigned m, int p) { return !__any_sync(m, !p); }
// Fibers of a block never run at the same time, blocks neither; launches on several host threads may.
template <class T>
T atomicAdd(T *p, T v) {
    T old = *p;
    *p = old + v;
    return old;
}
template <class T>
T atomicMax(T *p, T v) {
    T old = *p;
    if (v > old) *p = v;
    return old;
}
template <class T>
T atomicOr(T *p, T v) {
    T old = *p;
    *p = old | v;
    return old;
}
template <class T>
T atomicExch(T *p, T v) {
    T old = *p;
    *p = v;
    return old;
}
template <class T>
T atomicCAS(T *p, T expected, T v) {
    T old = *p;
    if (old == expected) *p = v;
    return old;
}
template <class T>
T __ldg(const T *p) {
    return *p;
}
inline float rsqrtf(float x) { return 1.f / sqrtf(x); }
inline double rsqrt(double x) { return 1. / sqrt(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline float __frcp_rn(float a) { return 1.f / a; }
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
using std::max;
using std::min;
