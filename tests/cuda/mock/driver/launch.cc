// Launches: what they ask for is checked at the call, their arguments are copied, and the host build of the kernel
// runs when the stream gets there.
#include <sys/mman.h>
#include <cstring>
#include "modules.h"

namespace mock {

struct Grid {
    unsigned x, y, z;
};

// The arguments one after the other, and where each begins.
struct Arguments {
    std::vector<char> bytes;
    std::vector<size_t> at;
};

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// From `params`, one pointer per parameter, or from the packed buffer that `extra` names.
static bool read_arguments(const Function &f, void **params, void **extra, Arguments &out) {
    const char *packed = nullptr;
    size_t packed_bytes = 0;
    for (; extra && *extra != LAUNCH_PARAM_END; extra += 2) {
        if (extra[0] == LAUNCH_PARAM_BUFFER_POINTER) packed = (const char *)extra[1];
        else if (extra[0] == LAUNCH_PARAM_BUFFER_SIZE) packed_bytes = *(const size_t *)extra[1];
        else return false;
    }
    if (params && packed) return false;
    size_t offset = 0;
    for (size_t i = 0; i < f.entry.parameters.size(); i++) {
        const Parameter &p = f.entry.parameters[i];
        const char *source;
        if (packed) {
            offset = round_up(offset, p.align);
            if (offset + p.size > packed_bytes) return false;
            source = packed + offset;
            offset += p.size;
        } else {
            if (!params || !params[i]) return false;
            source = (const char *)params[i];
        }
        size_t place = round_up(out.bytes.size(), 16);
        out.bytes.resize(place);
        out.bytes.insert(out.bytes.end(), source, source + p.size);
        out.at.push_back(place);
    }
    return !packed || offset == packed_bytes;
}

static bool is_mapped(uintptr_t address) {
    unsigned char present;
    return mincore((void *)(address & ~uintptr_t(4095)), 1, &present) == 0;
}

// Every word of the arguments that looks like an address must be one that the device may follow. Notes their blocks.
static bool check_pointers(State &s, const Function &f, const Arguments &arguments, Work &work) {
    for (size_t i = 0; i < arguments.at.size(); i++)
        for (size_t o = 0; o + 8 <= f.entry.parameters[i].size; o += 8) {
            uintptr_t word;
            memcpy(&word, &arguments.bytes[arguments.at[i] + o], 8);
            // Sizes and counts are smaller, numbers in floating point larger.
            if (word < (uintptr_t(1) << 32) || word >= (uintptr_t(1) << 47)) continue;
            // A small number in the lower half has padding beside it, in which anything may be.
            if ((uint32_t)word < 1u << 28) continue;
            const char *wrong = nullptr;
            Block *b = find_block((void *)word);
            if (b) {
                bool reachable = !b->device || b->device == &f.module.device;
                for (Device *peer : f.module.device.peers) reachable |= b->device == peer;
                if (!reachable) wrong = "of a device that is no enabled peer";
                else work.blocks.push_back(b->serial);
            } else if (describe((void *)word).find("in host memory") == std::string::npos) {
                wrong = "";
            } else if (is_mapped(word)) {
                wrong = "which no kernel may read";
            }
            if (!wrong) continue;
            s.violate(format("%s: parameter %zu, offset %zu, is %s %s", f.kernel.name, i, o, describe((void *)word).c_str(), wrong));
            return false;
        }
    return true;
}

static CUresult launch(State &s, Lock &lock, CUfunction handle, Grid grid, Grid block, size_t dynamic_shared, CUstream stream_handle, void **params,
                       void **extra) {
    Function *f = s.find<Function>(handle);
    Stream *stream = find_stream(stream_handle);
    if (!f || !stream) {
        s.violate(format("a launch with no live %s", f ? "stream" : "function"));
        return CUDA_ERROR_INVALID_HANDLE;
    }
    const char *name = f->kernel.name;
    if (&f->module.device != &current()->device || &stream->device != &current()->device) {
        s.violate(format("%s: function, stream and current context are not of one device", name));
        return CUDA_ERROR_INVALID_HANDLE;
    }
    uint64_t threads = (uint64_t)block.x * block.y * block.z;
    bool sizes = grid.x && grid.y && grid.z && threads && grid.x <= 0x7fffffff && grid.y <= 65535 && grid.z <= 65535 && block.x <= 1024 &&
                 block.y <= 1024 && block.z <= 64 && threads <= 1024;
    if (!sizes || threads > (uint64_t)f->max_threads()) {
        s.violate(format("%s: a grid of %u×%u×%u blocks of %u×%u×%u threads (at most %d)", name, grid.x, grid.y, grid.z, block.x, block.y, block.z,
                         f->max_threads()));
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (dynamic_shared > f->dynamic_limit || (f->dynamic_limit <= 48 << 10 && dynamic_shared + f->entry.static_shared > 48 << 10)) {
        s.violate(format("%s: %zu bytes of dynamic and %zu of static shared memory, %zu allowed", name, dynamic_shared, f->entry.static_shared,
                         f->dynamic_limit));
        return CUDA_ERROR_INVALID_VALUE;
    }
    auto arguments = std::make_shared<Arguments>();
    if (!read_arguments(*f, params, extra, *arguments)) {
        s.violate(format("%s: the arguments do not fit its %zu parameters", name, f->entry.parameters.size()));
        return CUDA_ERROR_INVALID_VALUE;
    }
    Work work{name, nullptr};
    if (!check_pointers(s, *f, *arguments, work)) {
        // The kernel would crash.
        stream->device.lost = CUDA_ERROR_ILLEGAL_ADDRESS;
        return CUDA_SUCCESS;
    }
    s.stats.launches++;
    s.launches[name]++;
    bool crashes = s.crash_at >= 0 && s.crash_at-- == 0;
    Device *device = &stream->device;
    work.run = [=, body = f->kernel.body] {
        if (crashes) {
            Lock held(state().mutex);
            device->lost = CUDA_ERROR_ILLEGAL_ADDRESS;
            return;
        }
        std::vector<void *> pointers;
        for (size_t at : arguments->at) pointers.push_back(&arguments->bytes[at]);
        on_host::launch(body, pointers.data(), {grid.x, grid.y, grid.z}, {block.x, block.y, block.z}, dynamic_shared);
    };
    enqueue(lock, *stream, std::move(work));
    return CUDA_SUCCESS;
}

}  // namespace mock

using namespace mock;

DRIVER_API CUresult cuLaunchKernel(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned dynamic_shared,
                                   CUstream stream, void **params, void **extra) {
    return call("cuLaunchKernel", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        return launch(s, lock, f, {gx, gy, gz}, {bx, by, bz}, dynamic_shared, stream, params, extra);
    });
}

DRIVER_API CUresult cuLaunchKernelEx(const CUlaunchConfig *c, CUfunction f, void **params, void **extra) {
    return call("cuLaunchKernelEx", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        if (!c) return CUDA_ERROR_INVALID_VALUE;
        return launch(s, lock, f, {c->gridDimX, c->gridDimY, c->gridDimZ}, {c->blockDimX, c->blockDimY, c->blockDimZ}, c->sharedMemBytes, c->hStream,
                      params, extra);
    });
}
