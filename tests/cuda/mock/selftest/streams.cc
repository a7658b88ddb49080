// Deferred work: it runs when somebody waits for it and not before; what CUDA stages is staged.
#include "test.h"

static void set(void *flag) { *(int *)flag = 1; }

static void test_order() {
    CUstream a, b;
    OK(cuStreamCreate(&a, STREAM_NON_BLOCKING));
    OK(cuStreamCreate(&b, STREAM_NON_BLOCKING));
    void *memory;
    OK(cuMemHostAlloc(&memory, 8, 0));
    int *pinned = (int *)memory;
    Array x(4), y(4);
    OK(cuMemsetD32Async(x.p, 0, 1, nullptr));
    OK(cuMemsetD32Async(y.p, 0, 1, nullptr));
    OK(cuCtxSynchronize());

    // Pinned memory is read late, pageable memory at the call.
    int pageable = 5;
    pinned[0] = 5;
    OK(cuMemcpyHtoDAsync_v2(x.p, pinned, 4, a));
    OK(cuMemcpyHtoDAsync_v2(y.p, &pageable, 4, b));
    pinned[0] = pageable = 6;
    CHECK(stats().pending == 2);
    CHECK(x.read<int>(a)[0] == 6 && y.read<int>(b)[0] == 5);

    // Without a wait between streams the copy comes too early, with one in time.
    for (bool wait : {false, true}) {
        OK(cuMemsetD32Async(x.p, 0, 1, a));
        OK(cuStreamSynchronize(a));
        OK(cuMemsetD32Async(x.p, 9, 1, a));
        CUevent done;
        OK(cuEventCreate(&done, EVENT_DISABLE_TIMING));
        OK(cuEventRecord(done, a));
        CHECK(cuEventQuery(done) == CUDA_ERROR_NOT_READY);
        OK(cuMemsetD32Async(x.p, 0, 1, a));
        OK(cuMemsetD32Async(x.p, 11, 1, a));
        OK(cuEventRecord(done, a));
        if (wait) OK(cuStreamWaitEvent(b, done, 0));
        OK(cuEventDestroy_v2(done));
        OK(cuMemcpyDtoDAsync_v2(y.p, x.p, 4, b));
        CHECK((y.read<int>(b)[0] == 11) == wait);
        OK(cuStreamSynchronize(a));
    }

    // A question gets its answer in the end.
    OK(cuMemsetD32Async(x.p, 1, 1, a));
    OK(cuMemsetD32Async(x.p, 2, 1, a));
    CHECK(cuStreamQuery(a) == CUDA_ERROR_NOT_READY);
    int asked = 0;
    while (cuStreamQuery(a) == CUDA_ERROR_NOT_READY) CHECK(++asked < 10);
    CHECK(cuStreamQuery(a) == CUDA_SUCCESS);

    // Work that outlives its memory.
    CUdeviceptr p;
    OK(cuMemAlloc_v2(&p, 4));
    OK(cuMemcpyDtoHAsync_v2(pinned, x.p, 4, a));
    pinned[0] = 0;
    OK(cuMemFree_v2(p));
    CHECK(pinned[0] == 2);
    OK(cuMemcpyDtoHAsync_v2(pinned, x.p, 4, a));
    OK(cuMemFreeHost(pinned));
    CHECK(noted("that queued work uses"));
    OK(cuStreamSynchronize(a));
    CHECK(noted("freed since it was queued"));

    // A host function runs in its turn and may not call CUDA.
    int flag = 0;
    OK(cuLaunchHostFunc(a, set, &flag));
    CHECK(!flag);
    OK(cuStreamSynchronize(a));
    CHECK(flag);
    OK(cuLaunchHostFunc(a, [](void *) { cuCtxSynchronize(); }, nullptr));
    OK(cuStreamSynchronize(a));
    CHECK(noted("from a host function"));
    OK(cuStreamDestroy_v2(a));
    OK(cuStreamDestroy_v2(b));
    CHECK(cuStreamDestroy_v2(b) == CUDA_ERROR_INVALID_HANDLE && noted("no live stream"));
}

// The default stream waits for blocking streams and they for it.
static void test_default_stream() {
    CUstream blocking, other;
    OK(cuStreamCreate(&blocking, 0));
    OK(cuStreamCreate(&other, STREAM_NON_BLOCKING));
    Array x(4), y(4);
    OK(cuMemsetD32Async(y.p, 0, 1, other));
    OK(cuStreamSynchronize(other));
    OK(cuMemsetD32Async(x.p, 3, 1, blocking));
    OK(cuMemsetD32Async(y.p, 3, 1, other));
    CHECK(x.read<int>()[0] == 3 && y.read<int>()[0] == 0);
    OK(cuMemsetD32Async(x.p, 4, 1, nullptr));
    CHECK(x.read<int>(blocking)[0] == 4);
    OK(cuStreamDestroy_v2(blocking));
    OK(cuStreamDestroy_v2(other));
}

static void test_events() {
    CUevent start, end;
    OK(cuEventCreate(&start, 0));
    OK(cuEventCreate(&end, 0));
    float milliseconds = -1;
    CHECK(cuEventElapsedTime(&milliseconds, start, end) == CUDA_ERROR_INVALID_HANDLE);
    OK(cuEventRecord(start, nullptr));
    OK(cuEventRecord(end, nullptr));
    CHECK(cuEventElapsedTime(&milliseconds, start, end) == CUDA_ERROR_NOT_READY);
    OK(cuEventSynchronize(end));
    OK(cuEventElapsedTime(&milliseconds, start, end));
    CHECK(milliseconds >= 0 && milliseconds < 1000);
    OK(cuEventDestroy_v2(start));
    OK(cuEventDestroy_v2(end));
}

void test_streams() {
    mock_cuda_set_defer(1);
    test_order();
    test_default_stream();
    test_events();
    mock_cuda_set_defer(0);
    CHECK(stats().pending == 0 && stats().streams_live == 0 && stats().events_live == 0);
}
