// CUDA device code on the CPU: each CUDA thread of a block is a fiber (cuda_on_host.cc). A barrier switches fibers.
// The order in which blocks and threads run is a choice (forward, backward, random), so that code that leans on one of
// them is found out. What is undefined on a GPU ends the program with a sentence: threads at different barriers,
// launches over the limits. Under AddressSanitizer every access out of bounds is seen, shared memory included.
// Not covered: threads of a warp that run at the same time, memory ordering, blocks that run at the same time,
// shared memory that is declared (not DYNAMIC_SHARED) and read before it is written.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>
#include <utility>

#define __device__
#define __global__
#define __host__
#define __constant__ [[maybe_unused]] static const
// Not thread_local: AddressSanitizer does not watch the bounds of those. Launches wait for each other.
#define __shared__ static
#define __forceinline__ inline
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
#define HOST_DEVICE inline
#define NOINLINE inline __attribute__((noinline))

namespace on_host {

struct Dim3 {
    unsigned x = 1, y = 1, z = 1;
};

enum Order { FORWARD, BACKWARD, RANDOM };

struct Kernel {
    const char *name;
    void (*body)(void **arguments);
    int count;              // of parameters
    const unsigned *sizes;  // of each, in bytes
    int max_threads;        // of a block
};

// ---- for those who launch ----

void set_order(Order order, unsigned seed = 0);
// "forward", "backward", "random" or "random:SEED"; whether it is one of them.
bool set_order(const char *word);

// One of the KERNELs of the files that are linked in; NULL when there is none of that name.
const Kernel *find(const char *name);
size_t kernel_count();
const Kernel *kernel(size_t i);

// Runs every block to its end. `arguments` as cuLaunchKernel takes them: one pointer to each parameter. Launches from
// several threads run one after the other.
void launch(void (*body)(void **), void **arguments, Dim3 grid, Dim3 threads, size_t dynamic_shared);

// What is wrong with such a launch, or NULL. A launch that is wrong ends the program.
const char *wrong_launch(const Kernel *kernel, Dim3 grid, Dim3 threads, size_t dynamic_shared);

// ---- for device code, by the macros and functions below ----

struct Thread {
    Dim3 index;
    unsigned linear;
};
extern Thread *thread;  // the one that runs
extern Dim3 block_index, block_size, grid_size;
extern char *dynamic_shared;
extern uint64_t block_number;  // counts the blocks of all launches; what an emulation keeps for a block ends with it

// Where a thread waits: two threads that meet must wait at the same place.
struct Place {
    const char *what, *file;
    int line;
};
enum Vote { OR, AND, COUNT };
int block_barrier(Place place, Vote vote = OR, int ballot = 0);
void warp_barrier(Place place, unsigned mask);
// What `lane` of the calling thread's warp gave when the mask's lanes met; garbage of lanes that are not among them.
uint64_t exchange(Place place, unsigned mask, uint64_t bits, unsigned lane);
unsigned ballot(Place place, unsigned mask, bool bit);
unsigned match(Place place, unsigned mask, uint64_t bits);
[[noreturn]] void trap(const char *why);

int add(const Kernel &kernel);

template <auto F>
struct Thunk;
template <class... A, void (*F)(A...)>
struct Thunk<F> {
    static constexpr unsigned sizes[sizeof...(A) + 1] = {sizeof(A)..., 0};
    template <size_t... I>
    static void call([[maybe_unused]] void **p, std::index_sequence<I...>) {
        F(*(std::remove_cv_t<A> *)p[I]...);
    }
    static void body(void **p) { call(p, std::index_sequence_for<A...>{}); }
};

template <class T>
uint64_t bits_of(T x) {
    static_assert(sizeof(T) <= 8, "the hardware exchanges 4 or 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &x, sizeof(T));
    return bits;
}

template <class T>
T from_bits(uint64_t bits) {
    T x;
    memcpy(&x, &bits, sizeof(T));
    return x;
}

// Integers wrap.
template <class T>
T sum(T a, T b) {
    if constexpr (std::is_integral_v<T>) return (T)((uint64_t)a + (uint64_t)b);
    else return a + b;
}

// The bits of a lane's number that say which group of `width` lanes it is in.
inline unsigned group(int width) { return ~((unsigned)width - 1); }

}  // namespace on_host

#define KERNEL(threads_at_most, name, ...)                                                                        \
    extern "C" void name(__VA_ARGS__);                                                                            \
    [[maybe_unused]] static const int registered_##name =                                                         \
        on_host::add({#name, on_host::Thunk<&name>::body, (int)(sizeof on_host::Thunk<&name>::sizes / 4 - 1),     \
                      on_host::Thunk<&name>::sizes, threads_at_most});                                            \
    extern "C" void name(__VA_ARGS__)
#define DYNAMIC_SHARED(T, name) T *name = reinterpret_cast<T *>(on_host::dynamic_shared)

#define threadIdx (on_host::thread->index)
#define blockIdx (on_host::block_index)
#define blockDim (on_host::block_size)
#define gridDim (on_host::grid_size)
#define warpSize 32

// ---- barriers and votes ----
// The defaults are evaluated where the call is written.
#define ON_HOST_PLACE(what) \
    on_host::Place { what, file, line }
#define ON_HOST_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(ON_HOST_CALLER) { on_host::block_barrier(ON_HOST_PLACE("__syncthreads")); }
inline int __syncthreads_or(int p, ON_HOST_CALLER) {
    return on_host::block_barrier(ON_HOST_PLACE("__syncthreads_or"), on_host::OR, p);
}
inline int __syncthreads_and(int p, ON_HOST_CALLER) {
    return on_host::block_barrier(ON_HOST_PLACE("__syncthreads_and"), on_host::AND, p);
}
inline int __syncthreads_count(int p, ON_HOST_CALLER) {
    return on_host::block_barrier(ON_HOST_PLACE("__syncthreads_count"), on_host::COUNT, p);
}
inline void __syncwarp(unsigned mask = ~0u, ON_HOST_CALLER) { on_host::warp_barrier(ON_HOST_PLACE("__syncwarp"), mask); }
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
[[noreturn]] inline void __trap() { on_host::trap("__trap"); }

template <class T>
T __shfl_sync(unsigned mask, T x, int lane, int width = 32, ON_HOST_CALLER) {
    unsigned own = on_host::thread->linear & 31, group = on_host::group(width);
    unsigned from = (own & group) | ((unsigned)lane & ~group);
    return on_host::from_bits<T>(on_host::exchange(ON_HOST_PLACE("__shfl_sync"), mask, on_host::bits_of(x), from));
}
template <class T>
T __shfl_xor_sync(unsigned mask, T x, int bits, int width = 32, ON_HOST_CALLER) {
    unsigned own = on_host::thread->linear & 31, from = own ^ (unsigned)bits;
    // Groups above the own one are out of reach.
    if ((from & on_host::group(width)) > (own & on_host::group(width))) from = own;
    return on_host::from_bits<T>(on_host::exchange(ON_HOST_PLACE("__shfl_xor_sync"), mask, on_host::bits_of(x), from));
}
template <class T>
T __shfl_down_sync(unsigned mask, T x, unsigned by, int width = 32, ON_HOST_CALLER) {
    unsigned own = on_host::thread->linear & 31;
    unsigned from = (own & ((unsigned)width - 1)) + by < (unsigned)width ? own + by : own;
    return on_host::from_bits<T>(on_host::exchange(ON_HOST_PLACE("__shfl_down_sync"), mask, on_host::bits_of(x), from));
}
template <class T>
T __shfl_up_sync(unsigned mask, T x, unsigned by, int width = 32, ON_HOST_CALLER) {
    unsigned own = on_host::thread->linear & 31;
    unsigned from = (own & ((unsigned)width - 1)) >= by ? own - by : own;
    return on_host::from_bits<T>(on_host::exchange(ON_HOST_PLACE("__shfl_up_sync"), mask, on_host::bits_of(x), from));
}
inline unsigned __ballot_sync(unsigned mask, int p, ON_HOST_CALLER) {
    return on_host::ballot(ON_HOST_PLACE("__ballot_sync"), mask, p != 0);
}
inline int __any_sync(unsigned mask, int p, ON_HOST_CALLER) {
    return on_host::ballot(ON_HOST_PLACE("__any_sync"), mask, p != 0) != 0;
}
inline int __all_sync(unsigned mask, int p, ON_HOST_CALLER) {
    return on_host::ballot(ON_HOST_PLACE("__all_sync"), mask, p == 0) == 0;
}
template <class T>
unsigned __match_any_sync(unsigned mask, T x, ON_HOST_CALLER) {
    return on_host::match(ON_HOST_PLACE("__match_any_sync"), mask, on_host::bits_of(x));
}
#undef ON_HOST_CALLER
#undef ON_HOST_PLACE

#include "cuda_on_host_functions.h"
