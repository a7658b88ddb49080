// What the tests of the mock share.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include "cuda_types.h"
#include "mock_cuda.h"

extern "C" {
CUresult cuInit(unsigned);
CUresult cuDeviceGetCount(int *);
CUresult cuDeviceGetAttribute(int *, int, CUdevice);
CUresult cuDevicePrimaryCtxRetain(CUcontext *, CUdevice);
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice);
CUresult cuCtxSetCurrent(CUcontext);
CUresult cuCtxGetCurrent(CUcontext *);
CUresult cuCtxPushCurrent_v2(CUcontext);
CUresult cuCtxPopCurrent_v2(CUcontext *);
CUresult cuCtxSynchronize(void);
CUresult cuCtxEnablePeerAccess(CUcontext, unsigned);
CUresult cuMemAlloc_v2(CUdeviceptr *, size_t);
CUresult cuMemFree_v2(CUdeviceptr);
CUresult cuMemGetInfo_v2(size_t *, size_t *);
CUresult cuMemHostAlloc(void **, size_t, unsigned);
CUresult cuMemFreeHost(void *);
CUresult cuMemHostRegister_v2(void *, size_t, unsigned);
CUresult cuMemHostUnregister(void *);
CUresult cuPointerGetAttribute(void *, int, CUdeviceptr);
CUresult cuPointerGetAttributes(unsigned, int *, void **, CUdeviceptr);
CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void *, size_t, CUstream);
CUresult cuMemcpyDtoHAsync_v2(void *, CUdeviceptr, size_t, CUstream);
CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, size_t, CUstream);
CUresult cuMemcpyPeerAsync(CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, size_t, CUstream);
CUresult cuMemsetD8Async(CUdeviceptr, unsigned char, size_t, CUstream);
CUresult cuMemsetD32Async(CUdeviceptr, unsigned, size_t, CUstream);
CUresult cuStreamCreate(CUstream *, unsigned);
CUresult cuStreamDestroy_v2(CUstream);
CUresult cuStreamQuery(CUstream);
CUresult cuStreamSynchronize(CUstream);
CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned);
CUresult cuLaunchHostFunc(CUstream, CUhostFn, void *);
CUresult cuEventCreate(CUevent *, unsigned);
CUresult cuEventRecord(CUevent, CUstream);
CUresult cuEventQuery(CUevent);
CUresult cuEventSynchronize(CUevent);
CUresult cuEventElapsedTime(float *, CUevent, CUevent);
CUresult cuEventDestroy_v2(CUevent);
CUresult cuModuleLoadData(CUmodule *, const void *);
CUresult cuModuleLoadDataEx(CUmodule *, const void *, unsigned, int *, void **);
CUresult cuModuleUnload(CUmodule);
CUresult cuModuleGetFunction(CUfunction *, CUmodule, const char *);
CUresult cuFuncSetAttribute(CUfunction, int, int);
CUresult cuFuncGetAttribute(int *, int, CUfunction);
CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void **, void **);
CUresult cuLaunchKernelEx(const CUlaunchConfig *, CUfunction, void **, void **);
}

// Ends the program when it does not hold.
#define CHECK(x)                                                            \
    do {                                                                    \
        if (!(x)) {                                                         \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #x); \
            exit(1);                                                        \
        }                                                                   \
    } while (0)
#define OK(x) CHECK((x) == CUDA_SUCCESS)

inline MockCudaStats stats() {
    MockCudaStats s;
    mock_cuda_stats(&s);
    return s;
}

// The call is misuse: it was noted, with these words.
inline bool noted(const char *words) {
    char text[600] = "";
    MockCudaStats s = stats();
    bool found = false;
    for (int64_t i = 0; i < s.violations; i++) {
        mock_cuda_violation(i, text, sizeof text);
        found |= strstr(text, words) != nullptr;
    }
    if (!found) fprintf(stderr, "%d violations, none of \"%s\"; the last: %s\n", (int)s.violations, words, text);
    mock_cuda_forget_violations();
    return found;
}

// An array on the current device.
struct Array {
    CUdeviceptr p = 0;
    size_t bytes;
    explicit Array(size_t bytes) : bytes(bytes) { OK(cuMemAlloc_v2(&p, bytes)); }
    template <class T>
    explicit Array(const std::vector<T> &v) : Array(v.size() * sizeof(T)) {
        OK(cuMemcpyHtoDAsync_v2(p, v.data(), bytes, nullptr));
    }
    Array(const Array &) = delete;
    ~Array() { cuMemFree_v2(p); }
    template <class T>
    std::vector<T> read(CUstream stream = nullptr) const {
        std::vector<T> v(bytes / sizeof(T));
        OK(cuMemcpyDtoHAsync_v2(v.data(), p, bytes, stream));
        return v;
    }
    void *pointer() const { return (void *)p; }
};

void test_driver();
void test_streams();
void test_cublaslt();
void test_cudnn();
