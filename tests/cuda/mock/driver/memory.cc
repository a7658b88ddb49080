// Device memory, pinned host memory, and what a pointer points to.
#include <sys/mman.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "state.h"

namespace mock {

constexpr size_t GUARD = 512, HUGE = 2 << 20;
constexpr unsigned char GUARD_BYTE = 0xA5, FRESH = 0xFF, FREED = 0xDD;  // FRESH is NaN in every float type

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// ---- the addresses of a device ----

void Arena::reserve() {
    if (base) return;
    // The lower half of an address is large, so that a small number beside padding does not look like one.
    constexpr size_t FOUR_GIB = size_t(4) << 30, ONE_GIB = size_t(1) << 30;
    char *p = (char *)mmap(nullptr, CAPACITY + 2 * FOUR_GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) abort();
    base = (char *)round_up((size_t)p, FOUR_GIB) + ONE_GIB;
    madvise(base, CAPACITY, MADV_HUGEPAGE);
}

// Addresses are never used twice. The pages of freed blocks stay, with what is in them, until there are too many.
char *Arena::take(size_t bytes) {
    std::lock_guard<std::mutex> guard(mutex);
    if (used + bytes > CAPACITY) return nullptr;
    char *p = base + used;
    size_t before = round_up(used, HUGE);
    used += bytes;
    size_t after = round_up(used, HUGE);
    if (open && after > before) mprotect(base + before, after - before, PROT_READ | PROT_WRITE);
    return p;
}

void Arena::enter() {
    std::lock_guard<std::mutex> guard(mutex);
    if (open++ == 0 && used) mprotect(base, round_up(used, HUGE), PROT_READ | PROT_WRITE);
}

void Arena::leave() {
    std::lock_guard<std::mutex> guard(mutex);
    if (--open == 0 && used) mprotect(base, round_up(used, HUGE), PROT_NONE);
}

Access::Access(Device *device, Device *other) {
    if (device) {
        arenas.push_back(&device->arena);
        for (Device *peer : device->peers) arenas.push_back(&peer->arena);
    }
    if (other && other != device) arenas.push_back(&other->arena);
    for (Arena *a : arenas) a->enter();
}

Access::~Access() {
    for (Arena *a : arenas) a->leave();
}

// ---- blocks ----

// The live block that holds the bytes; of no bytes, one that holds or ends at the address.
Block *find_block(const void *p, size_t bytes) {
    auto &blocks = state().blocks;
    auto after = blocks.upper_bound((uintptr_t)p);
    if (after == blocks.begin()) return nullptr;
    Block &b = std::prev(after)->second;
    return (char *)p <= b.end() && bytes <= (size_t)(b.end() - (char *)p) ? &b : nullptr;
}

// What an address is, for messages.
std::string describe(const void *p) {
    State &s = state();
    if (Block *b = find_block(p))
        return format("%p, %zu bytes into a block of %zu bytes of %s", p, (size_t)((char *)p - b->begin), b->bytes, b->device ? "a device" : "pinned memory");
    auto after = s.freed.upper_bound((uintptr_t)p);
    if (after != s.freed.begin()) {
        auto [begin, bytes] = *std::prev(after);
        if ((uintptr_t)p <= begin + bytes) return format("%p, in a block of %zu bytes that is freed", p, bytes);
    }
    for (auto &d : s.devices)
        if (d->arena.has_given(p)) return format("%p, in no block of device %d", p, d->ordinal);
    return format("%p, in host memory", p);
}

static void fill(char *p, size_t bytes, unsigned char value) {
    // Of large blocks only both ends: tests ask for blocks that no memory holds.
    constexpr size_t END = 8 << 20;
    if (bytes <= 2 * END) {
        memset(p, value, bytes);
    } else {
        memset(p, value, END);
        memset(p + bytes - END, value, END);
    }
}

void check_guards(const Block &block) {
    if (block.registered) return;
    Access access(block.device);
    for (size_t i = 0; i < GUARD; i++) {
        bool front = (unsigned char)block.begin[-1 - (ptrdiff_t)i] != GUARD_BYTE;
        if (front || (unsigned char)block.end()[i] != GUARD_BYTE) {
            state().violate(format("somebody wrote %zu bytes %s a block of %zu bytes of %s", i + 1, front ? "before" : "behind", block.bytes,
                                   block.device ? "device memory" : "pinned memory"));
            memset(block.begin - GUARD, GUARD_BYTE, GUARD);
            memset(block.end(), GUARD_BYTE, GUARD);
            return;
        }
    }
}

static Block &add_block(Device *device, char *begin, size_t bytes, bool registered) {
    State &s = state();
    Block block{device, begin, bytes, s.next_serial++, registered};
    if (!registered) {
        Access access(device);
        memset(begin - GUARD, GUARD_BYTE, GUARD);
        fill(begin, bytes, FRESH);
        memset(block.end(), GUARD_BYTE, GUARD);
    }
    s.block_of_serial[block.serial] = (uintptr_t)begin;
    return s.blocks[(uintptr_t)begin] = block;
}

static void remove_block(Block block) {
    State &s = state();
    check_guards(block);
    s.block_of_serial.erase(block.serial);
    s.blocks.erase((uintptr_t)block.begin);
    if (block.registered) return;
    if (block.device) {
        s.freed[(uintptr_t)block.begin] = block.bytes;
        // Freed device memory shows what it is for a while.
        static std::deque<std::pair<char *, size_t>> kept;
        static size_t kept_bytes = 0;
        Access access(block.device);
        fill(block.begin, block.bytes, FREED);
        kept.push_back({block.begin, block.bytes});
        kept_bytes += block.bytes;
        while (kept_bytes > 128 << 20) {
            auto [p, n] = kept.front();
            kept.pop_front();
            kept_bytes -= n;
            char *first = (char *)round_up((size_t)p, 4096), *last = (char *)((size_t)(p + n) / 4096 * 4096);
            if (last > first) madvise(first, (size_t)(last - first), MADV_DONTNEED);
        }
    } else {
        fill(block.begin, block.bytes, FREED);
        free(block.begin - round_up(GUARD, 4096));
    }
}

size_t memory_left(const Device &device) {
    size_t limit = state().memory;
    return device.live_bytes < limit ? limit - device.live_bytes : 0;
}

// The end of a context.
void free_all(Device &device) {
    State &s = state();
    std::vector<Block> mine;
    for (auto &[_, b] : s.blocks)
        if (b.device == &device) mine.push_back(b);
    for (Block &b : mine) {
        s.stats.live_blocks--;
        s.stats.live_bytes -= (int64_t)b.bytes;
        remove_block(b);
    }
    device.live_bytes = 0;
}

// Whether queued work still uses the block.
static bool is_used(const Block &block) {
    for (Stream *s : state().streams)
        for (const Work &w : s->queue)
            for (uint64_t serial : w.blocks)
                if (serial == block.serial) return true;
    for (auto &d : state().devices)
        for (const Work &w : d->null_stream.queue)
            for (uint64_t serial : w.blocks)
                if (serial == block.serial) return true;
    return false;
}

static Block *host_block(const void *p) {
    Block *b = find_block(p);
    return b && !b->device ? b : nullptr;
}

}  // namespace mock

using namespace mock;

// ---- device memory ----

DRIVER_API CUresult cuMemAlloc_v2(CUdeviceptr *out, size_t bytes) {
    return call("cuMemAlloc_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!out || !bytes) return CUDA_ERROR_INVALID_VALUE;
        if (CUresult e = beside_captures(s, "cuMemAlloc")) return e;
        Device &d = current()->device;
        if (bytes > memory_left(d)) return CUDA_ERROR_OUT_OF_MEMORY;
        char *p = d.arena.take(GUARD + round_up(bytes, GUARD) + GUARD);
        if (!p) return CUDA_ERROR_OUT_OF_MEMORY;
        add_block(&d, p + GUARD, bytes, false);
        d.live_bytes += bytes;
        s.stats.allocations++;
        s.stats.live_blocks++;
        s.stats.live_bytes += (int64_t)bytes;
        s.stats.peak_bytes = std::max(s.stats.peak_bytes, s.stats.live_bytes);
        *out = (CUdeviceptr)(p + GUARD);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemFree_v2(CUdeviceptr p) {
    return call("cuMemFree_v2", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        if (CUresult e = beside_captures(s, "cuMemFree_v2")) return e;
        if (!p) return CUDA_SUCCESS;
        auto at = s.blocks.find((uintptr_t)p);
        if (at == s.blocks.end() || !at->second.device) {
            s.violate("cuMemFree of " + describe((void *)p));
            return CUDA_ERROR_INVALID_VALUE;
        }
        Device &d = *at->second.device;
        // As the driver does: what is queued on the device comes first.
        drain(lock, d);
        at = s.blocks.find((uintptr_t)p);
        if (at == s.blocks.end()) return CUDA_ERROR_INVALID_VALUE;
        s.stats.frees++;
        s.stats.live_blocks--;
        s.stats.live_bytes -= (int64_t)at->second.bytes;
        d.live_bytes -= at->second.bytes;
        remove_block(at->second);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
    return call("cuMemGetInfo_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        *free = memory_left(current()->device);
        *total = s.memory;
        return CUDA_SUCCESS;
    });
}

// ---- pinned host memory ----

DRIVER_API CUresult cuMemHostAlloc(void **out, size_t bytes, unsigned) {
    return call("cuMemHostAlloc", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!out || !bytes) return CUDA_ERROR_INVALID_VALUE;
        if (CUresult e = beside_captures(s, "cuMemHostAlloc")) return e;
        size_t front = round_up(GUARD, 4096);
        char *p = (char *)aligned_alloc(4096, round_up(front + bytes + GUARD, 4096));
        if (!p) return CUDA_ERROR_OUT_OF_MEMORY;
        add_block(nullptr, p + front, bytes, false);
        s.stats.host_allocations++;
        s.stats.host_live_blocks++;
        s.stats.host_live_bytes += (int64_t)bytes;
        *out = p + front;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemFreeHost(void *p) {
    return call("cuMemFreeHost", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (CUresult e = beside_captures(s, "cuMemFreeHost")) return e;
        auto at = s.blocks.find((uintptr_t)p);
        if (at == s.blocks.end() || at->second.device || at->second.registered) {
            s.violate("cuMemFreeHost of " + describe(p));
            return CUDA_ERROR_INVALID_VALUE;
        }
        if (is_used(at->second)) s.violate("cuMemFreeHost of memory that queued work uses");
        s.stats.host_frees++;
        s.stats.host_live_blocks--;
        s.stats.host_live_bytes -= (int64_t)at->second.bytes;
        remove_block(at->second);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemHostRegister_v2(void *p, size_t bytes, unsigned) {
    return call("cuMemHostRegister_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!p || !bytes) return CUDA_ERROR_INVALID_VALUE;
        auto next = s.blocks.lower_bound((uintptr_t)p);
        bool overlaps = next != s.blocks.end() && next->first < (uintptr_t)p + bytes;
        Block *before = find_block(p, 1);
        if (overlaps || before) return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
        add_block(nullptr, (char *)p, bytes, true);
        s.stats.host_allocations++;
        s.stats.host_live_blocks++;
        s.stats.host_live_bytes += (int64_t)bytes;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemHostUnregister(void *p) {
    return call("cuMemHostUnregister", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        auto at = s.blocks.find((uintptr_t)p);
        if (at == s.blocks.end() || !at->second.registered) return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
        if (is_used(at->second)) s.violate("cuMemHostUnregister of memory that queued work uses");
        s.stats.host_frees++;
        s.stats.host_live_blocks--;
        s.stats.host_live_bytes -= (int64_t)at->second.bytes;
        remove_block(at->second);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *out, void *p, unsigned flags) {
    return call("cuMemHostGetDevicePointer_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (flags || !host_block(p)) {
            s.violate("cuMemHostGetDevicePointer of " + describe(p));
            return CUDA_ERROR_INVALID_VALUE;
        }
        *out = (CUdeviceptr)p;
        return CUDA_SUCCESS;
    });
}

// ---- questions ----

static CUresult ask_pointer(void *data, int attribute, CUdeviceptr p) {
    Block *b = find_block((void *)p, 1);
    if (!b) return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
        case POINTER_CONTEXT: *(CUcontext *)data = b->device ? &b->device->context : nullptr; break;
        case POINTER_MEMORY_TYPE: *(unsigned *)data = b->device ? MEMORYTYPE_DEVICE : MEMORYTYPE_HOST; break;
        case POINTER_DEVICE_POINTER: *(CUdeviceptr *)data = p; break;
        case POINTER_HOST_POINTER:
            if (b->device) return CUDA_ERROR_INVALID_VALUE;
            *(void **)data = (void *)p;
            break;
        case POINTER_BUFFER_ID: *(uint64_t *)data = b->serial; break;
        case POINTER_IS_MANAGED: *(unsigned *)data = 0; break;
        case POINTER_DEVICE_ORDINAL: *(int *)data = b->device ? b->device->ordinal : 0; break;
        case POINTER_RANGE_START_ADDR: *(CUdeviceptr *)data = (CUdeviceptr)b->begin; break;
        case POINTER_RANGE_SIZE: *(size_t *)data = b->bytes; break;
        case POINTER_MAPPED: *(unsigned *)data = 1; break;
        default: return CUDA_ERROR_NOT_SUPPORTED;
    }
    return CUDA_SUCCESS;
}

DRIVER_API CUresult cuPointerGetAttribute(void *data, int attribute, CUdeviceptr p) {
    return call("cuPointerGetAttribute", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult { return ask_pointer(data, attribute, p); });
}

DRIVER_API CUresult cuPointerGetAttributes(unsigned count, int *attributes, void **data, CUdeviceptr p) {
    return call("cuPointerGetAttributes", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        for (unsigned i = 0; i < count; i++) {
            // Of memory that CUDA does not know everything is 0, except for the ordinal (-2).
            CUresult code = ask_pointer(data[i], attributes[i], p);
            if (code == CUDA_SUCCESS) continue;
            bool four = attributes[i] == POINTER_MEMORY_TYPE || attributes[i] == POINTER_IS_MANAGED || attributes[i] == POINTER_DEVICE_ORDINAL ||
                        attributes[i] == POINTER_MAPPED;
            memset(data[i], 0, four ? 4 : 8);
            if (attributes[i] == POINTER_DEVICE_ORDINAL) *(int *)data[i] = -2;
        }
        return CUDA_SUCCESS;
    });
}
