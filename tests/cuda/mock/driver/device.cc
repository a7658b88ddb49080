// Devices, their primary contexts, which context is current, and the names of errors.
#include <cstdio>
#include <cstring>
#include "state.h"

namespace mock {

// The stack of current contexts of this thread; no destructor, so that it can be used while the thread ends.
static thread_local Context *stack[16];
static thread_local int depth;

Context *current() { return depth ? stack[depth - 1] : nullptr; }

const char *error_name(CUresult code) {
    switch (code) {
        case CUDA_SUCCESS: return "CUDA_SUCCESS";
        case CUDA_ERROR_INVALID_VALUE: return "CUDA_ERROR_INVALID_VALUE";
        case CUDA_ERROR_OUT_OF_MEMORY: return "CUDA_ERROR_OUT_OF_MEMORY";
        case CUDA_ERROR_NOT_INITIALIZED: return "CUDA_ERROR_NOT_INITIALIZED";
        case CUDA_ERROR_DEINITIALIZED: return "CUDA_ERROR_DEINITIALIZED";
        case CUDA_ERROR_NO_DEVICE: return "CUDA_ERROR_NO_DEVICE";
        case CUDA_ERROR_INVALID_DEVICE: return "CUDA_ERROR_INVALID_DEVICE";
        case CUDA_ERROR_INVALID_IMAGE: return "CUDA_ERROR_INVALID_IMAGE";
        case CUDA_ERROR_INVALID_CONTEXT: return "CUDA_ERROR_INVALID_CONTEXT";
        case CUDA_ERROR_NO_BINARY_FOR_GPU: return "CUDA_ERROR_NO_BINARY_FOR_GPU";
        case CUDA_ERROR_PEER_ACCESS_UNSUPPORTED: return "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED";
        case CUDA_ERROR_INVALID_PTX: return "CUDA_ERROR_INVALID_PTX";
        case CUDA_ERROR_UNSUPPORTED_PTX_VERSION: return "CUDA_ERROR_UNSUPPORTED_PTX_VERSION";
        case CUDA_ERROR_INVALID_HANDLE: return "CUDA_ERROR_INVALID_HANDLE";
        case CUDA_ERROR_NOT_FOUND: return "CUDA_ERROR_NOT_FOUND";
        case CUDA_ERROR_NOT_READY: return "CUDA_ERROR_NOT_READY";
        case CUDA_ERROR_ILLEGAL_ADDRESS: return "CUDA_ERROR_ILLEGAL_ADDRESS";
        case CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES: return "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES";
        case CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED: return "CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED";
        case CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE: return "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE";
        case CUDA_ERROR_CONTEXT_IS_DESTROYED: return "CUDA_ERROR_CONTEXT_IS_DESTROYED";
        case CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED: return "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED";
        case CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED: return "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED";
        case CUDA_ERROR_LAUNCH_FAILED: return "CUDA_ERROR_LAUNCH_FAILED";
        case CUDA_ERROR_NOT_PERMITTED: return "CUDA_ERROR_NOT_PERMITTED";
        case CUDA_ERROR_NOT_SUPPORTED: return "CUDA_ERROR_NOT_SUPPORTED";
        case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: return "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH";
        case CUDA_ERROR_UNKNOWN: return "CUDA_ERROR_UNKNOWN";
    }
    return nullptr;
}

static Device *find_device(CUdevice ordinal) {
    auto &all = state().devices;
    return ordinal >= 0 && (size_t)ordinal < all.size() ? all[ordinal].get() : nullptr;
}

// A context behind a handle, alive.
static Context *find_context(CUcontext handle) {
    for (auto &d : state().devices)
        if (&d->context == handle) return d->context.references ? &d->context : nullptr;
    return nullptr;
}

static bool attribute_of(const Device &d, int attribute, int &value) {
    const State &s = state();
    switch (attribute) {
        case MAX_THREADS_PER_BLOCK: case MAX_BLOCK_DIM_X: case MAX_BLOCK_DIM_Y: value = 1024; break;
        case MAX_BLOCK_DIM_Z: value = 64; break;
        case MAX_GRID_DIM_X: value = 0x7fffffff; break;
        case MAX_GRID_DIM_Y: case MAX_GRID_DIM_Z: value = 65535; break;
        case MAX_SHARED_MEMORY_PER_BLOCK: value = 48 << 10; break;
        // As sm_75, sm_80 and sm_90 have it.
        case MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: value = s.capability < 80 ? 64 << 10 : s.capability < 90 ? 163 << 10 : 227 << 10; break;
        case MAX_SHARED_MEMORY_PER_MULTIPROCESSOR: value = s.capability < 80 ? 64 << 10 : s.capability < 90 ? 164 << 10 : 228 << 10; break;
        case RESERVED_SHARED_MEMORY_PER_BLOCK: value = 1 << 10; break;
        case TOTAL_CONSTANT_MEMORY: value = 64 << 10; break;
        case WARP_SIZE: value = 32; break;
        case MAX_PITCH: value = 0x7fffffff; break;
        case MAX_REGISTERS_PER_BLOCK: case MAX_REGISTERS_PER_MULTIPROCESSOR: value = 64 << 10; break;
        case CLOCK_RATE: case MEMORY_CLOCK_RATE: value = 1000000; break;
        case GLOBAL_MEMORY_BUS_WIDTH: value = 256; break;
        case L2_CACHE_SIZE: value = 4 << 20; break;
        case TEXTURE_ALIGNMENT: value = 512; break;
        case MULTIPROCESSOR_COUNT: value = s.multiprocessors; break;
        case MAX_THREADS_PER_MULTIPROCESSOR: value = s.capability < 80 ? 1024 : 2048; break;
        case MAX_BLOCKS_PER_MULTIPROCESSOR: value = s.capability < 80 ? 16 : 32; break;
        case ASYNC_ENGINE_COUNT: value = 2; break;
        case COMPUTE_CAPABILITY_MAJOR: value = s.capability / 10; break;
        case COMPUTE_CAPABILITY_MINOR: value = s.capability % 10; break;
        case PCI_BUS_ID: value = d.ordinal + 1; break;
        case CAN_MAP_HOST_MEMORY: case CONCURRENT_KERNELS: case UNIFIED_ADDRESSING: case STREAM_PRIORITIES_SUPPORTED: case MANAGED_MEMORY:
        case CONCURRENT_MANAGED_ACCESS: case CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM: case COOPERATIVE_LAUNCH: case HOST_REGISTER_SUPPORTED:
        case MEMORY_POOLS_SUPPORTED: value = 1; break;
        default:
            if (attribute < 1 || attribute > LAST_DEVICE_ATTRIBUTE) return false;
            value = 0;
    }
    return true;
}

}  // namespace mock

using namespace mock;

DRIVER_API CUresult cuGetErrorName(CUresult code, const char **name) {
    *name = error_name(code);
    return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

DRIVER_API CUresult cuGetErrorString(CUresult code, const char **text) {
    *text = code == CUDA_SUCCESS ? "no error" : code == CUDA_ERROR_OUT_OF_MEMORY ? "out of memory" : error_name(code) ? "an error of the mock driver" : nullptr;
    return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

// ---- devices ----

DRIVER_API CUresult cuDeviceGetCount(int *count) {
    return call("cuDeviceGetCount", INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        *count = (int)s.devices.size();
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    return call("cuDeviceGet", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!find_device(ordinal)) return CUDA_ERROR_INVALID_DEVICE;
        *device = ordinal;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
    return call("cuDeviceGetName", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!find_device(device)) return CUDA_ERROR_INVALID_DEVICE;
        if (size <= 0) return CUDA_ERROR_INVALID_VALUE;
        snprintf(name, (size_t)size, "Mock GPU %d", device);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    return call("cuDeviceGetAttribute", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        Device *d = find_device(device);
        if (!d) return CUDA_ERROR_INVALID_DEVICE;
        return attribute_of(*d, attribute, *value) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
    });
}

DRIVER_API CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
    return call("cuDeviceTotalMem_v2", INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!find_device(device)) return CUDA_ERROR_INVALID_DEVICE;
        *bytes = s.memory;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
    return call("cuDeviceGetUuid_v2", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!find_device(device)) return CUDA_ERROR_INVALID_DEVICE;
        for (int i = 0; i < 16; i++) uuid->bytes[i] = (char)(i * 17 + device);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDeviceGetPCIBusId(char *text, int size, CUdevice device) {
    return call("cuDeviceGetPCIBusId", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!find_device(device)) return CUDA_ERROR_INVALID_DEVICE;
        if (size < 13) return CUDA_ERROR_INVALID_VALUE;
        snprintf(text, (size_t)size, "0000:%02x:00.0", device + 1);
        return CUDA_SUCCESS;
    });
}

// ---- contexts ----

DRIVER_API CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    return call("cuDevicePrimaryCtxRetain", INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        Device *d = find_device(device);
        if (!d) return CUDA_ERROR_INVALID_DEVICE;
        if (d->lost) return d->lost;
        if (d->context.references++ == 0) {
            s.stats.contexts_live++;
            d->arena.reserve();
        }
        *context = &d->context;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    return call("cuDevicePrimaryCtxRelease_v2", INIT, NO_CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Device *d = find_device(device);
        if (!d) return CUDA_ERROR_INVALID_DEVICE;
        if (d->context.references == 0) return CUDA_ERROR_INVALID_CONTEXT;
        if (--d->context.references == 0) {
            drain(lock, *d);
            free_all(*d);
            d->lost = CUDA_SUCCESS;
            s.stats.contexts_live--;
        }
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
    return call("cuDevicePrimaryCtxGetState", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        Device *d = find_device(device);
        if (!d) return CUDA_ERROR_INVALID_DEVICE;
        *flags = 0;
        *active = d->context.references > 0;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxGetCurrent(CUcontext *context) {
    return call("cuCtxGetCurrent", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        *context = current();
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxSetCurrent(CUcontext context) {
    return call("cuCtxSetCurrent", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!context) {
            if (depth) depth--;
            return CUDA_SUCCESS;
        }
        Context *c = find_context(context);
        if (!c) return CUDA_ERROR_INVALID_CONTEXT;
        if (depth == 0) depth = 1;
        stack[depth - 1] = c;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxPushCurrent_v2(CUcontext context) {
    return call("cuCtxPushCurrent_v2", INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        Context *c = find_context(context);
        if (!c) return CUDA_ERROR_INVALID_CONTEXT;
        if (depth == 16) {
            s.violate("16 contexts are pushed and none popped");
            return CUDA_ERROR_INVALID_VALUE;
        }
        stack[depth++] = c;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxPopCurrent_v2(CUcontext *context) {
    return call("cuCtxPopCurrent_v2", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!depth) return CUDA_ERROR_INVALID_CONTEXT;
        Context *top = stack[--depth];
        if (context) *context = top;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxGetDevice(CUdevice *device) {
    return call("cuCtxGetDevice", INIT, CONTEXT, [&](State &, Lock &) -> CUresult {
        *device = current()->device.ordinal;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxSynchronize(void) {
    return call("cuCtxSynchronize", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        s.stats.waits++;
        Device &d = current()->device;
        drain(lock, d);
        return d.lost;
    });
}

DRIVER_API CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
    return call("cuCtxGetStreamPriorityRange", INIT, CONTEXT, [&](State &, Lock &) -> CUresult {
        if (least) *least = 0;
        if (greatest) *greatest = -5;
        return CUDA_SUCCESS;
    });
}

// ---- peers ----

DRIVER_API CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice other) {
    return call("cuDeviceCanAccessPeer", INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!find_device(device) || !find_device(other)) return CUDA_ERROR_INVALID_DEVICE;
        *can = s.peer && device != other;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuCtxEnablePeerAccess(CUcontext context, unsigned flags) {
    return call("cuCtxEnablePeerAccess", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (CUresult e = beside_captures(s, "cuCtxEnablePeerAccess")) return e;
        Context *peer = find_context(context);
        if (flags) return CUDA_ERROR_INVALID_VALUE;
        if (!peer || peer == current()) return CUDA_ERROR_INVALID_CONTEXT;
        if (!s.peer) return CUDA_ERROR_PEER_ACCESS_UNSUPPORTED;
        auto &peers = current()->device.peers;
        for (Device *d : peers)
            if (d == &peer->device) return CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED;
        peers.push_back(&peer->device);
        return CUDA_SUCCESS;
    });
}
