/* What tests, and the mocks of CUDA's other libraries, ask of the mock driver beyond the driver API. */
#ifndef MOCK_CUDA_H
#define MOCK_CUDA_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All fields are int64_t, so that tests in any language read them as a list. */
typedef struct MockCudaStats {
    int64_t calls;
    int64_t allocations, frees, live_blocks, live_bytes, peak_bytes;     /* device memory, all devices */
    int64_t host_allocations, host_frees, host_live_blocks, host_live_bytes; /* pinned host memory */
    int64_t launches;
    int64_t copies_to_device, copies_to_host, copies_on_device, copies_between_devices, copied_bytes, fills;
    int64_t waits;      /* calls that made the host wait: synchronise, copies to or from pageable memory */
    int64_t events_made, events_live, streams_made, streams_live, modules_live, contexts_live;
    int64_t pending;    /* work that is queued and has not run */
    int64_t violations; /* misuse that was seen */
} MockCudaStats;

void mock_cuda_stats(MockCudaStats *out);
/* How often `kernel` was launched; NULL: all kernels. */
int64_t mock_cuda_launches(const char *kernel);
/* Writes "name count" lines of all kernels launched so far; returns the bytes needed, NUL included. */
size_t mock_cuda_launch_list(char *buffer, size_t size);

/* The nth call from now on (0: the next) of a driver function whose name begins with `function` (NULL: any), and those
   after it, `times` in all, do nothing and return `code`. A negative nth takes the order back. */
void mock_cuda_fail(const char *function, int64_t nth, int64_t times, int code);
/* How many calls have failed by order so far. */
int64_t mock_cuda_failed(void);
/* From the nth call that needs a context on, every call on that context's device returns 719 (launch failed), as after
   a kernel's crash. */
void mock_cuda_lose_device(int64_t nth);
/* The nth launch from now on is accepted and crashes when it runs: 700 (illegal address) from then on. */
void mock_cuda_crash_launch(int64_t nth);
/* The bytes that each device has. */
void mock_cuda_set_memory(size_t bytes);
/* Whether work waits until somebody waits for it. */
void mock_cuda_set_defer(int on);
/* In which order the threads of a block run: 0 forward, 1 backward, 2 random. */
void mock_cuda_set_order(int order);

/* Looks at the guard bytes of all blocks; returns the number of violations so far. */
int64_t mock_cuda_check(void);
/* The text of a violation; returns the bytes needed, NUL included, 0 when there is none of that number. */
size_t mock_cuda_violation(int64_t index, char *buffer, size_t size);
void mock_cuda_forget_violations(void);

/* ---- for the mocks of other libraries ---- */

/* The current context of this thread, NULL if none; no call that could fail by order. */
void *mock_cuda_current(void);
/* Notes a misuse. */
void mock_cuda_violate(const char *text);
/* NULL when the bytes are within one live block of the stream's device (or pinned), else what is wrong. */
const char *mock_cuda_range_error(void *stream, const void *begin, size_t bytes);
/* Queues `run(argument)` behind the stream's work; `release(argument)` follows whether it ran or not. The blocks that
   hold `uses` must live until then. Returns a CUresult. */
int mock_cuda_enqueue(void *stream, const char *what, const void *const *uses, size_t use_count, void (*run)(void *),
                      void (*release)(void *), void *argument);

#ifdef __cplusplus
}
#endif
#endif
