// Copies and fills. Pageable host memory is read at the call and written before it returns; pinned memory is touched
// when the stream gets there.
#include <cstring>
#include "state.h"

namespace mock {

// What one side of a copy is.
struct Side {
    const char *p;
    size_t bytes;
    Block *block;  // NULL: pageable host memory
    bool on_device() const { return block && block->device; }
    bool pinned() const { return block && !block->device; }
};

static bool see(const char *function, const char *which, const void *p, size_t bytes, Side &side) {
    State &s = state();
    side = {(const char *)p, bytes, find_block(p, bytes)};
    // Where a block of pinned memory ends other host memory may begin.
    if (side.pinned() && (const char *)p == side.block->end()) side.block = nullptr;
    if (side.block) return true;
    std::string what = describe(p);
    bool host = what.find("in host memory") != std::string::npos;
    Block *next = nullptr;
    auto at = s.blocks.lower_bound((uintptr_t)p);
    if (at != s.blocks.end() && at->first < (uintptr_t)p + bytes) next = &at->second;
    if (host && p && !next) return true;
    s.violate(std::string(function) + ": " + which + " of " + std::to_string(bytes) + " bytes is " + what);
    return false;
}

// Queues a copy of `bytes` from `from` to `to`, whatever they are.
static CUresult copy(Lock &lock, const char *function, void *to, const void *from, size_t bytes, CUstream handle, bool blocking) {
    State &s = state();
    Stream *stream = find_stream(handle);
    if (!stream) return CUDA_ERROR_INVALID_HANDLE;
    if (!bytes) return CUDA_SUCCESS;
    Side source, target;
    if (!see(function, "the source", from, bytes, source) || !see(function, "the target", to, bytes, target)) return CUDA_ERROR_INVALID_VALUE;
    if (source.on_device() && target.on_device() && source.p < target.p + bytes && target.p < source.p + bytes) {
        s.violate(std::string(function) + ": source and target overlap");
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (source.on_device() && target.on_device() && source.block->device != target.block->device) s.stats.copies_between_devices++;
    else if (source.on_device() && target.on_device()) s.stats.copies_on_device++;
    else if (target.on_device()) s.stats.copies_to_device++;
    else if (source.on_device()) s.stats.copies_to_host++;
    s.stats.copied_bytes += (int64_t)bytes;

    Work work{function, nullptr};
    for (const Side *side : {&source, &target})
        if (side->block) work.blocks.push_back(side->block->serial);
    if (source.on_device()) work.other = source.block->device;
    if (target.on_device() && target.block->device != &stream->device) work.other = target.block->device;
    std::shared_ptr<std::vector<char>> staged;
    if (!source.block) {
        staged = std::make_shared<std::vector<char>>((const char *)from, (const char *)from + bytes);
        from = staged->data();
    }
    work.run = [=] {
        memmove(to, from, bytes);
        (void)staged;
    };
    enqueue(lock, *stream, std::move(work));
    if (!target.block || blocking) {
        s.stats.waits++;
        drain(lock, *stream);
        return stream->device.lost;
    }
    return CUDA_SUCCESS;
}

static CUresult fill(Lock &lock, const char *function, CUdeviceptr to, uint32_t pattern, size_t width, size_t count, CUstream handle) {
    State &s = state();
    Stream *stream = find_stream(handle);
    if (!stream) return CUDA_ERROR_INVALID_HANDLE;
    if (!count) return CUDA_SUCCESS;
    Side target;
    if (to % width || !see(function, "the target", (void *)to, count * width, target) || !target.block) return CUDA_ERROR_INVALID_VALUE;
    s.stats.fills++;
    Work work{function, [=] {
                  for (size_t i = 0; i < count; i++) memcpy((char *)to + i * width, &pattern, width);
              }};
    work.blocks = {target.block->serial};
    work.other = target.block->device;
    enqueue(lock, *stream, std::move(work));
    return CUDA_SUCCESS;
}

// One side must be what the function's name says.
static CUresult require(bool holds, const char *what) {
    if (!holds) state().violate(what);
    return holds ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

static bool is_device(CUdeviceptr p) {
    Block *b = find_block((void *)p);
    return b && (b->device || !b->registered);
}

}  // namespace mock

using namespace mock;

DRIVER_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
    return call("cuMemcpyHtoDAsync_v2", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        if (CUresult e = require(!bytes || is_device(to), "cuMemcpyHtoDAsync: the target is no device memory")) return e;
        return copy(lock, "cuMemcpyHtoDAsync", (void *)to, from, bytes, stream, false);
    });
}

DRIVER_API CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call("cuMemcpyDtoHAsync_v2", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        if (CUresult e = require(!bytes || is_device(from), "cuMemcpyDtoHAsync: the source is no device memory")) return e;
        return copy(lock, "cuMemcpyDtoHAsync", to, (void *)from, bytes, stream, false);
    });
}

DRIVER_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call("cuMemcpyDtoDAsync_v2", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        if (CUresult e = require(!bytes || (is_device(to) && is_device(from)), "cuMemcpyDtoDAsync: a side is no device memory")) return e;
        return copy(lock, "cuMemcpyDtoDAsync", (void *)to, (void *)from, bytes, stream, false);
    });
}

DRIVER_API CUresult cuMemcpyAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    return call("cuMemcpyAsync", INIT, CONTEXT,
                [&](State &, Lock &lock) -> CUresult { return copy(lock, "cuMemcpyAsync", (void *)to, (void *)from, bytes, stream, false); });
}

DRIVER_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes) {
    return call("cuMemcpyHtoD_v2", INIT, CONTEXT,
                [&](State &, Lock &lock) -> CUresult { return copy(lock, "cuMemcpyHtoD", (void *)to, from, bytes, nullptr, true); });
}

DRIVER_API CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes) {
    return call("cuMemcpyDtoH_v2", INIT, CONTEXT,
                [&](State &, Lock &lock) -> CUresult { return copy(lock, "cuMemcpyDtoH", to, (void *)from, bytes, nullptr, true); });
}

DRIVER_API CUresult cuMemcpyPeerAsync(CUdeviceptr to, CUcontext to_context, CUdeviceptr from, CUcontext from_context, size_t bytes, CUstream stream) {
    return call("cuMemcpyPeerAsync", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Block *target = find_block((void *)to, bytes), *source = find_block((void *)from, bytes);
        bool holds = target && source && target->device && source->device && &target->device->context == to_context &&
                     &source->device->context == from_context;
        if (CUresult e = require(!bytes || holds, "cuMemcpyPeerAsync: the contexts are not those of the memory")) return e;
        // Without access the copy goes through the host, where it need not.
        auto reaches = [](Device &here, Device &there) { return std::count(here.peers.begin(), here.peers.end(), &there) > 0; };
        if (bytes && s.peer && target->device != source->device && !reaches(*target->device, *source->device))
            s.violate("cuMemcpyPeerAsync between devices whose access to each other was not enabled");
        return copy(lock, "cuMemcpyPeerAsync", (void *)to, (void *)from, bytes, stream, false);
    });
}

DRIVER_API CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    return call("cuMemsetD8Async", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult { return fill(lock, "cuMemsetD8Async", to, value, 1, count, stream); });
}

DRIVER_API CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t count, CUstream stream) {
    return call("cuMemsetD16Async", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult { return fill(lock, "cuMemsetD16Async", to, value, 2, count, stream); });
}

DRIVER_API CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream) {
    return call("cuMemsetD32Async", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult { return fill(lock, "cuMemsetD32Async", to, value, 4, count, stream); });
}

// ---- for the mocks of other libraries ----

DRIVER_API const char *mock_cuda_range_error(void *handle, const void *begin, size_t bytes) {
    static thread_local std::string text;
    Lock lock(state().mutex);
    if (!current()) return "no context is current";
    Stream *stream = find_stream(handle);
    if (!stream) return "the stream is no live stream";
    Block *block = find_block(begin, bytes);
    if (!block) {
        text = std::to_string(bytes) + " bytes at " + describe(begin);
        return text.c_str();
    }
    if (block->device && block->device != &stream->device) return "memory of another device";
    return nullptr;
}

DRIVER_API int mock_cuda_enqueue(void *handle, const char *what, const void *const *uses, size_t use_count, void (*run)(void *),
                                 void (*release)(void *), void *argument) {
    std::shared_ptr<void> owner(argument, release);
    return call(what, INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        if (&stream->device != &current()->device) {
            s.violate(std::string(what) + ": the stream is not the current context's");
            return CUDA_ERROR_INVALID_HANDLE;
        }
        Work work{what, [owner, run] { run(owner.get()); }};
        for (size_t i = 0; i < use_count; i++)
            if (Block *b = uses[i] ? find_block(uses[i]) : nullptr) work.blocks.push_back(b->serial);
        enqueue(lock, *stream, std::move(work));
        return CUDA_SUCCESS;
    });
}
