// The fibers behind cuda_on_host.h: a block's threads, the barriers between them, and who runs next.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cuda_on_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <algorithm>
#include <mutex>
#include <vector>

#undef threadIdx
#undef blockIdx

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ON_HOST_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ON_HOST_ADDRESS_SANITIZER
#endif
#ifdef ON_HOST_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
// Functions that leave a fiber for good: AddressSanitizer would mark their frames and never unmark them.
#define UNWATCHED __attribute__((noinline, no_sanitize_address))

#if !defined(__x86_64__) || defined(ON_HOST_UCONTEXT)
#include <ucontext.h>
#endif

namespace on_host {

Thread *thread;
Dim3 block_index, block_size, grid_size;
char *dynamic_shared;
uint64_t block_number;

namespace {

enum State { READY, AT_BLOCK_BARRIER, AT_WARP_BARRIER, DONE };
enum Meeting { MEET, EXCHANGE, BALLOT, MATCH };

#if !defined(__x86_64__) || defined(ON_HOST_UCONTEXT)
typedef ucontext_t Context;
#else
typedef void *Context;  // the stack pointer; the rest is on the stack
#endif

struct Fiber : Thread {
    Context context;
    State state;
    char *stack;
    void *fake_stack;
    // While it waits:
    Place place;
    unsigned mask;
    Meeting meeting;
    uint64_t bits;  // what it brings, then what it takes away
    unsigned lane;  // whose bits it wants
};

constexpr size_t STACK = 256 << 10, GUARD = 16 << 10;
constexpr unsigned MOST_THREADS = 1024;
constexpr unsigned char GARBAGE = 0xCD;

Order order = FORWARD;
unsigned seed;
uint64_t random_state;

std::mutex launching;
const Kernel *running;
void (*body)(void **);
void **arguments;
char *stacks;
std::vector<Fiber> fibers(MOST_THREADS);
unsigned count, alive, waiting;  // threads of the block, those that have not returned, those at its barrier
int voted_or, voted_and, voted_count, vote_or, vote_and, vote_count;
Context scheduler;
const void *scheduler_stack;
size_t scheduler_stack_size;
void *scheduler_fake_stack;

// xorshift64*
unsigned random_below(unsigned n) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (unsigned)((random_state * 0x2545F4914F6CDD1Dull >> 32) * n >> 32);
}

void shuffle(std::vector<unsigned> &turn) {
    for (unsigned i = (unsigned)turn.size(); i > 1; i--) std::swap(turn[i - 1], turn[random_below(i)]);
}

void turns(std::vector<unsigned> &turn, unsigned n) {
    turn.resize(n);
    for (unsigned i = 0; i < n; i++) turn[i] = order == BACKWARD ? n - 1 - i : i;
    if (order == RANDOM) shuffle(turn);
}

Fiber *self() { return static_cast<Fiber *>(thread); }

[[noreturn]] __attribute__((format(printf, 1, 2))) void fail(const char *format, ...) {
    fprintf(stderr, "cuda_on_host: %s, block (%u, %u, %u) of (%u, %u, %u)", running ? running->name : "?",
            block_index.x, block_index.y, block_index.z, grid_size.x, grid_size.y, grid_size.z);
    if (thread) fprintf(stderr, ", thread (%u, %u, %u)", thread->index.x, thread->index.y, thread->index.z);
    const char *orders[] = {"forward", "backward", "random"};
    fprintf(stderr, ", order %s", orders[order]);
    if (order == RANDOM) fprintf(stderr, ":%u", seed);
    fprintf(stderr, ":\n  ");
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\n");
    abort();
}

// ---- switching ----

#if !defined(__x86_64__) || defined(ON_HOST_UCONTEXT)
void change(Context *save, Context *to) { swapcontext(save, to); }

void prepare(Fiber *f, void (*entry)()) {
    getcontext(&f->context);
    f->context.uc_stack.ss_sp = f->stack;
    f->context.uc_stack.ss_size = STACK;
    f->context.uc_link = nullptr;
    makecontext(&f->context, entry, 0);
}
#else
extern "C" void on_host_change(void **save, void **to);
// What a call must keep: %rbx, %rbp, %r12 to %r15. The rest the caller has saved.
asm(".text\n.globl on_host_change\n.hidden on_host_change\n.type on_host_change,@function\non_host_change:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp,(%rdi)\nmov (%rsi),%rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n"
    ".size on_host_change,.-on_host_change\n");

void change(Context *save, Context *to) { on_host_change(save, to); }

void prepare(Fiber *f, void (*entry)()) {
    void **sp = (void **)(f->stack + STACK);
    *--sp = nullptr;  // the return address of `entry`, which does not return
    *--sp = (void *)entry;
    for (int i = 0; i < 6; i++) *--sp = nullptr;
    f->context = sp;
}
#endif

UNWATCHED void run(Fiber *f) {
    thread = f;
#ifdef ON_HOST_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(&scheduler_fake_stack, f->stack, STACK);
#endif
    change(&scheduler, &f->context);
#ifdef ON_HOST_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr);
#endif
    thread = nullptr;
}

UNWATCHED void to_scheduler() {
    Fiber *f = self();
#ifdef ON_HOST_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(f->state == DONE ? nullptr : &f->fake_stack, scheduler_stack, scheduler_stack_size);
#endif
    change(&f->context, &scheduler);
#ifdef ON_HOST_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(f->fake_stack, &scheduler_stack, &scheduler_stack_size);
#endif
}

// ---- barriers ----

bool same(const Place &a, const Place &b) {
    return a.line == b.line && (a.what == b.what || !strcmp(a.what, b.what)) &&
           (a.file == b.file || !strcmp(a.file, b.file));
}

void different(const Fiber &a, const Fiber &b) {
    fail("threads meet at different places: thread %u in %s at %s:%d, thread %u in %s at %s:%d", a.linear, a.place.what,
         a.place.file, a.place.line, b.linear, b.place.what, b.place.file, b.place.line);
}

// Lets all go when all that still run have come. Who has returned from the kernel is not waited for.
void try_block() {
    if (waiting < alive) return;
    waiting = 0;
    const Fiber *first = nullptr;
    for (unsigned t = 0; t < count; t++) {
        Fiber &f = fibers[t];
        if (f.state == DONE) continue;
        if (!first) first = &f;
        if (!same(f.place, first->place)) different(*first, f);
        f.state = READY;
    }
    voted_or = vote_or, voted_and = vote_and, voted_count = vote_count;
    vote_or = 0, vote_and = 1, vote_count = 0;
}

// The same for the lanes of `mask` in the warp that starts at thread `base`.
void try_warp(unsigned base, unsigned mask) {
    unsigned lanes = std::min(32u, count - base), here = 0;
    const Fiber *first = nullptr;
    for (unsigned i = 0; i < lanes; i++) {
        const Fiber &f = fibers[base + i];
        if (!(mask >> i & 1) || f.state == DONE) continue;
        if (f.state != AT_WARP_BARRIER || f.mask != mask) return;
        here |= 1u << i;
        if (!first) first = &f;
    }
    uint64_t brought[32], garbage;
    memset(&garbage, GARBAGE, sizeof garbage);
    unsigned set = 0;
    for (unsigned i = 0; i < lanes; i++) {
        brought[i] = fibers[base + i].bits;
        if (here >> i & 1) set |= (unsigned)(brought[i] & 1) << i;
    }
    for (unsigned i = 0; i < lanes; i++) {
        if (!(here >> i & 1)) continue;
        Fiber &f = fibers[base + i];
        if (!same(f.place, first->place)) different(*first, f);
        if (f.meeting == EXCHANGE) f.bits = here >> f.lane & 1 ? brought[f.lane] : garbage;
        if (f.meeting == BALLOT) f.bits = set;
        if (f.meeting == MATCH) {
            f.bits = 0;
            for (unsigned j = 0; j < lanes; j++)
                if (here >> j & 1 && brought[j] == brought[i]) f.bits |= 1ull << j;
        }
        f.state = READY;
    }
}

uint64_t meet(Place place, unsigned mask, Meeting meeting, uint64_t bits, unsigned lane) {
    Fiber *f = self();
    if (!(mask >> (f->linear & 31) & 1))
        fail("%s at %s:%d: mask 0x%08x leaves out the calling lane", place.what, place.file, place.line, mask);
    f->place = place;
    f->mask = mask;
    f->meeting = meeting;
    f->bits = bits;
    f->lane = lane & 31;
    f->state = AT_WARP_BARRIER;
    try_warp(f->linear & ~31u, mask);
    if (f->state != READY) to_scheduler();
    return f->bits;
}

void leave() {
    Fiber *f = self();
    f->state = DONE;
    alive--;
    try_block();
    unsigned base = f->linear & ~31u;
    for (unsigned t = base; t < base + 32 && t < count; t++)
        if (fibers[t].state == AT_WARP_BARRIER) try_warp(base, fibers[t].mask);
}

UNWATCHED void fiber_main() {
#ifdef ON_HOST_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_stack_size);
#endif
    body(arguments);
    leave();
    to_scheduler();
    __builtin_unreachable();
}

[[noreturn]] void stuck() {
    std::vector<bool> told(count);
    char text[4096] = "threads wait for each other at different barriers:";
    auto say = [&](const char *format, auto... values) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, format, values...);
    };
    for (unsigned t = 0; t < count; t++) {
        const Fiber &f = fibers[t];
        if (f.state == DONE || told[t]) continue;
        say("\n  %s at %s:%d", f.place.what, f.place.file, f.place.line);
        if (f.state == AT_WARP_BARRIER) say(" with mask 0x%08x", f.mask);
        const char *between = ": threads ";
        for (unsigned u = t; u < count; u++) {
            auto alike = [&](unsigned i) {
                const Fiber &g = fibers[i];
                return i < count && g.state == f.state && same(g.place, f.place) &&
                       (f.state == AT_BLOCK_BARRIER || g.mask == f.mask);
            };
            if (!alike(u)) continue;
            unsigned last = u;
            while (last + 1 < count && alike(last + 1)) last++;
            say(last > u ? "%s%u to %u" : "%s%u", between, u, last);
            std::fill(told.begin() + u, told.begin() + last + 1, true);
            between = ", ";
            u = last;
        }
    }
    fail("%s\n  returned: %u of %u threads", text, count - alive, count);
}

void run_block() {
    static std::vector<unsigned> turn;
    block_number++;
    count = alive = block_size.x * block_size.y * block_size.z;
    waiting = 0;
    vote_or = 0, vote_and = 1, vote_count = 0;
    for (unsigned t = 0; t < count; t++) {
        Fiber &f = fibers[t];
        f.index = {t % block_size.x, t / block_size.x % block_size.y, t / (block_size.x * block_size.y)};
        f.linear = t;
        f.state = READY;
        f.stack = stacks + t * (GUARD + STACK) + GUARD;
        prepare(&f, fiber_main);
    }
    turns(turn, count);
    while (alive) {
        bool progress = false;
        for (unsigned t : turn) {
            if (fibers[t].state != READY) continue;
            progress = true;
            run(&fibers[t]);
        }
        if (!progress) stuck();
        if (order == RANDOM) shuffle(turn);
    }
}

std::vector<Kernel> &kernels() {
    static std::vector<Kernel> all;
    return all;
}

}  // namespace

// ---- what cuda_on_host.h declares ----

void set_order(Order wanted, unsigned wanted_seed) {
    std::lock_guard<std::mutex> lock(launching);
    order = wanted;
    seed = wanted_seed;
    random_state = 0x9E3779B97F4A7C15ull * (wanted_seed + 1ull) | 1;
}

bool set_order(const char *word) {
    unsigned wanted_seed = 1;
    if (!strcmp(word, "forward")) set_order(FORWARD);
    else if (!strcmp(word, "backward")) set_order(BACKWARD);
    else if (!strcmp(word, "random") || sscanf(word, "random:%u", &wanted_seed) == 1) set_order(RANDOM, wanted_seed);
    else return false;
    return true;
}

int add(const Kernel &kernel) {
    kernels().push_back(kernel);
    return 0;
}

const Kernel *find(const char *name) {
    for (const Kernel &k : kernels())
        if (!strcmp(k.name, name)) return &k;
    return nullptr;
}

size_t kernel_count() { return kernels().size(); }

const Kernel *kernel(size_t i) { return &kernels()[i]; }

int block_barrier(Place place, Vote vote, int ballot) {
    Fiber *f = self();
    vote_or |= ballot != 0, vote_and &= ballot != 0, vote_count += ballot != 0;
    f->place = place;
    f->state = AT_BLOCK_BARRIER;
    waiting++;
    try_block();
    if (f->state != READY) to_scheduler();
    return vote == OR ? voted_or : vote == AND ? voted_and : voted_count;
}

void warp_barrier(Place place, unsigned mask) { meet(place, mask, MEET, 0, 0); }

uint64_t exchange(Place place, unsigned mask, uint64_t bits, unsigned lane) {
    return meet(place, mask, EXCHANGE, bits, lane);
}

unsigned ballot(Place place, unsigned mask, bool bit) { return (unsigned)meet(place, mask, BALLOT, bit, 0); }

unsigned match(Place place, unsigned mask, uint64_t bits) { return (unsigned)meet(place, mask, MATCH, bits, 0); }

void trap(const char *why) { fail("%s", why); }

const char *wrong_launch(const Kernel *kernel, Dim3 grid, Dim3 threads, size_t shared) {
    if (!kernel) return "no such kernel";
    if (!grid.x || !grid.y || !grid.z || !threads.x || !threads.y || !threads.z) return "an empty grid or block";
    if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) return "a grid over the limits";
    if (threads.x > 1024 || threads.y > 1024 || threads.z > 64 ||
        (uint64_t)threads.x * threads.y * threads.z > (uint64_t)kernel->max_threads)
        return "more threads than the kernel is declared for";
    if (shared > 227 << 10) return "more dynamic shared memory than any device has";
    return nullptr;
}

void launch(void (*kernel_body)(void **), void **kernel_arguments, Dim3 grid, Dim3 threads, size_t shared) {
    std::lock_guard<std::mutex> lock(launching);
    running = nullptr;
    for (const Kernel &k : kernels())
        if (k.body == kernel_body) running = &k;
    body = kernel_body;
    arguments = kernel_arguments;
    grid_size = grid;
    block_size = threads;
    block_index = {0, 0, 0};
    if (const char *why = wrong_launch(running, grid, threads, shared))
        fail("%s: grid (%u, %u, %u), threads (%u, %u, %u), %zu bytes of shared memory", why, grid.x, grid.y, grid.z,
             threads.x, threads.y, threads.z, shared);
    if (!stacks) {
        stacks = (char *)mmap(nullptr, MOST_THREADS * (GUARD + STACK), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (stacks == MAP_FAILED) fail("no memory for stacks");
        // A stack that overflows runs into memory that nobody may touch.
        for (unsigned t = 0; t < MOST_THREADS; t++) mprotect(stacks + t * (GUARD + STACK), GUARD, PROT_NONE);
    }
    // Of exactly the size that was asked for, so that AddressSanitizer sees accesses behind it.
    if (posix_memalign((void **)&dynamic_shared, 128, shared)) fail("no memory for shared memory");
    std::vector<unsigned> turn;
    turns(turn, grid.x * grid.y * grid.z);
    for (unsigned i : turn) {
        block_index = {i % grid.x, i / grid.x % grid.y, i / (grid.x * grid.y)};
        // Nothing may be assumed of fresh shared memory.
        memset(dynamic_shared, GARBAGE, shared);
        run_block();
    }
    free(dynamic_shared);
    dynamic_shared = nullptr;
    running = nullptr;
}

}  // namespace on_host
