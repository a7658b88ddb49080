// Streams, events, and when queued work runs.
// Deferred (MOCK_CUDA_DEFER=1), work runs only when somebody waits for it: the latest moment that CUDA allows. Else it
// runs within the call that queues it.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <cstring>

#include "state.h"

namespace mock {

static thread_local bool inside_host_function;

bool in_host_function() { return inside_host_function; }

static double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

Stream *find_stream(CUstream handle) {
    // With the per-thread default stream nothing here is tested: it counts as the legacy one.
    if (!handle || handle == STREAM_LEGACY || handle == STREAM_PER_THREAD) return &current()->device.null_stream;
    return state().find<Stream>(handle);
}

// What the legacy default stream waits for, and what waits for it: all blocking streams of the device.
static void order_with_default_stream(Stream &stream, Work &work) {
    Stream &null = stream.device.null_stream;
    if (&stream == &null) {
        for (Stream *s : state().streams)
            if (&s->device == &stream.device && !(s->flags & STREAM_NON_BLOCKING) && s->done < s->issued) work.after.push_back({s, s->issued});
    } else if (!(stream.flags & STREAM_NON_BLOCKING) && null.done < null.issued) {
        work.after.push_back({&null, null.issued});
    }
}

// Takes the stream's first work and runs it, what it waits for before it. The stream is not busy and not empty.
static void run_first(Lock &lock, Stream &stream) {
    State &s = state();
    stream.busy = true;
    Work work = std::move(stream.queue.front());
    stream.queue.pop_front();
    for (Point p : work.after) advance(lock, *p.stream, p.ticket);
    bool blocks_live = true;
    for (uint64_t serial : work.blocks) blocks_live &= s.block_of_serial.count(serial) > 0;
    if (!blocks_live) s.violate(work.what + " runs on memory that was freed since it was queued");
    if (work.run && blocks_live && (work.is_host_function || !stream.device.lost)) {
        lock.unlock();
        if (work.is_host_function) {
            inside_host_function = true;
            work.run();
            inside_host_function = false;
        } else {
            Access access(&stream.device, work.other);
            work.run();
        }
        work.run = nullptr;
        lock.lock();
    }
    stream.done++;
    stream.busy = false;
    s.stats.pending--;
    s.changed.notify_all();
}

void advance(Lock &lock, Stream &stream, uint64_t ticket) {
    while (stream.done < ticket) {
        if (stream.busy) state().changed.wait(lock);
        else run_first(lock, stream);
    }
}

void drain(Lock &lock, Stream &stream) { advance(lock, stream, stream.issued); }

void drain(Lock &lock, Device &device) {
    drain(lock, device.null_stream);
    // Another thread may add and remove streams in between.
    for (size_t i = 0; i < state().streams.size(); i++)
        if (&state().streams[i]->device == &device) drain(lock, *state().streams[i]);
}

void enqueue(Lock &lock, Stream &stream, Work work) {
    order_with_default_stream(stream, work);
    stream.queue.push_back(std::move(work));
    stream.issued++;
    state().stats.pending++;
    if (!state().defer) drain(lock, stream);
}

static bool is_done(const Point &p) { return !p.stream || p.stream->done >= p.ticket; }

// Now and then a question lets one piece of work run, so that who asks in a loop gets an answer.
static bool ask(Lock &lock, const Point &p) {
    static int asked = 0;
    if (is_done(p)) return true;
    if (++asked % 4 == 0 && !p.stream->busy) run_first(lock, *p.stream);
    return is_done(p);
}

}  // namespace mock

using namespace mock;

// ---- streams ----

static CUresult create_stream(State &s, CUstream *out, unsigned flags, int priority) {
    if (!out || flags > STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;
    Stream *stream = s.make<Stream>(current()->device, flags, priority);
    s.streams.push_back(stream);
    s.stats.streams_made++;
    s.stats.streams_live++;
    *out = stream;
    return CUDA_SUCCESS;
}

DRIVER_API CUresult cuStreamCreate(CUstream *out, unsigned flags) {
    return call("cuStreamCreate", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult { return create_stream(s, out, flags, 0); });
}

DRIVER_API CUresult cuStreamCreateWithPriority(CUstream *out, unsigned flags, int priority) {
    return call("cuStreamCreateWithPriority", INIT, CONTEXT,
                [&](State &s, Lock &) -> CUresult { return create_stream(s, out, flags, std::clamp(priority, -5, 0)); });
}

DRIVER_API CUresult cuStreamDestroy_v2(CUstream handle) {
    return call("cuStreamDestroy_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (CUresult e = beside_captures(s, "cuStreamDestroy_v2")) return e;
        Stream *stream = s.find<Stream>(handle);
        if (!stream) {
            s.violate("cuStreamDestroy of no live stream");
            return CUDA_ERROR_INVALID_HANDLE;
        }
        // Its work is done all the same.
        stream->alive = false;
        s.stats.streams_live--;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuStreamSynchronize(CUstream handle) {
    return call("cuStreamSynchronize", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        s.stats.waits++;
        drain(lock, *stream);
        return stream->device.lost;
    });
}

DRIVER_API CUresult cuStreamQuery(CUstream handle) {
    return call("cuStreamQuery", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        bool done = ask(lock, {stream, stream->issued});
        return stream->device.lost ? stream->device.lost : done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
    });
}

DRIVER_API CUresult cuStreamWaitEvent(CUstream handle, CUevent event_handle, unsigned flags) {
    return call("cuStreamWaitEvent", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        Event *event = s.find<Event>(event_handle);
        if (!stream || !event) return CUDA_ERROR_INVALID_HANDLE;
        if (flags) return CUDA_ERROR_INVALID_VALUE;
        if (is_done(event->point)) return CUDA_SUCCESS;
        enqueue(lock, *stream, {"cuStreamWaitEvent", nullptr, {event->point}});
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuStreamGetCtx(CUstream handle, CUcontext *context) {
    return call("cuStreamGetCtx", INIT, CONTEXT, [&](State &, Lock &) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        *context = &stream->device.context;
        return CUDA_SUCCESS;
    });
}

static thread_local int capture_mode;  // 0: global, 1: of this thread, 2: relaxed

CUresult mock::beside_captures(State &s, const char *function) {
    static const bool elsewhere = getenv("MOCK_CUDA_CAPTURING") && !strcmp(getenv("MOCK_CUDA_CAPTURING"), "elsewhere");
    if (!elsewhere || capture_mode != 0) return CUDA_SUCCESS;
    s.violate(format("%s ends a capture that is under way", function));
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

DRIVER_API CUresult cuThreadExchangeStreamCaptureMode(int *mode) {
    return call("cuThreadExchangeStreamCaptureMode", INIT, NO_CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!mode || *mode < 0 || *mode > 2) return CUDA_ERROR_INVALID_VALUE;
        std::swap(*mode, capture_mode);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuStreamIsCapturing(CUstream handle, int *status) {
    return call("cuStreamIsCapturing", INIT, CONTEXT, [&](State &, Lock &) -> CUresult {
        if (!find_stream(handle)) return CUDA_ERROR_INVALID_HANDLE;
        // MOCK_CUDA_CAPTURING=1: every stream says that it is (1: active).
        const char *capturing = getenv("MOCK_CUDA_CAPTURING");
        *status = capturing && *capturing == '1';
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuStreamGetFlags(CUstream handle, unsigned *flags) {
    return call("cuStreamGetFlags", INIT, CONTEXT, [&](State &, Lock &) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        *flags = stream->flags;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuStreamAddCallback(CUstream handle, CUstreamCallback callback, void *user_data, unsigned flags) {
    return call("cuStreamAddCallback", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        if (flags || !callback) return CUDA_ERROR_INVALID_VALUE;
        Work work{"a callback", [=] { callback(handle, stream->device.lost, user_data); }};
        work.is_host_function = true;
        enqueue(lock, *stream, std::move(work));
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuLaunchHostFunc(CUstream handle, CUhostFn function, void *user_data) {
    return call("cuLaunchHostFunc", INIT, CONTEXT, [&](State &, Lock &lock) -> CUresult {
        Stream *stream = find_stream(handle);
        if (!stream) return CUDA_ERROR_INVALID_HANDLE;
        if (!function) return CUDA_ERROR_INVALID_VALUE;
        // Unlike a callback it does not run on a device that is lost.
        Work work{"a host function", [=] {
                      if (!stream->device.lost) function(user_data);
                  }};
        work.is_host_function = true;
        enqueue(lock, *stream, std::move(work));
        return CUDA_SUCCESS;
    });
}

// ---- events ----

DRIVER_API CUresult cuEventCreate(CUevent *out, unsigned flags) {
    return call("cuEventCreate", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (!out || flags > (EVENT_BLOCKING_SYNC | EVENT_DISABLE_TIMING)) return CUDA_ERROR_INVALID_VALUE;
        s.stats.events_made++;
        s.stats.events_live++;
        *out = s.make<Event>(current()->device, flags);
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuEventRecord(CUevent handle, CUstream stream_handle) {
    return call("cuEventRecord", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Event *event = s.find<Event>(handle);
        Stream *stream = find_stream(stream_handle);
        if (!event || !stream) return CUDA_ERROR_INVALID_HANDLE;
        if (&event->device != &stream->device) {
            s.violate("cuEventRecord with a stream of another device");
            return CUDA_ERROR_INVALID_HANDLE;
        }
        auto seconds = std::make_shared<double>(0);
        event->seconds = seconds;
        event->point = {stream, stream->issued + 1};
        enqueue(lock, *stream, {"cuEventRecord", [seconds] { *seconds = now(); }});
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuEventQuery(CUevent handle) {
    return call("cuEventQuery", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Event *event = s.find<Event>(handle);
        if (!event) return CUDA_ERROR_INVALID_HANDLE;
        if (CUresult e = beside_captures(s, "cuEventQuery")) return e;
        bool done = ask(lock, Point(event->point));
        return event->device.lost ? event->device.lost : done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
    });
}

DRIVER_API CUresult cuEventSynchronize(CUevent handle) {
    return call("cuEventSynchronize", INIT, CONTEXT, [&](State &s, Lock &lock) -> CUresult {
        Event *event = s.find<Event>(handle);
        if (!event) return CUDA_ERROR_INVALID_HANDLE;
        s.stats.waits++;
        Point p = event->point;
        if (p.stream) advance(lock, *p.stream, p.ticket);
        return event->device.lost;
    });
}

DRIVER_API CUresult cuEventElapsedTime(float *milliseconds, CUevent start_handle, CUevent end_handle) {
    return call("cuEventElapsedTime", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Event *start = s.find<Event>(start_handle), *end = s.find<Event>(end_handle);
        if (!start || !end || !start->point.stream || !end->point.stream) return CUDA_ERROR_INVALID_HANDLE;
        if ((start->flags | end->flags) & EVENT_DISABLE_TIMING) return CUDA_ERROR_INVALID_HANDLE;
        if (!is_done(start->point) || !is_done(end->point)) return CUDA_ERROR_NOT_READY;
        *milliseconds = (float)(1e3 * (*end->seconds - *start->seconds));
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuEventDestroy_v2(CUevent handle) {
    return call("cuEventDestroy_v2", INIT, CONTEXT, [&](State &s, Lock &) -> CUresult {
        Event *event = s.find<Event>(handle);
        if (!event) {
            s.violate("cuEventDestroy of no live event");
            return CUDA_ERROR_INVALID_HANDLE;
        }
        // Who waits for its record waits on.
        event->alive = false;
        s.stats.events_live--;
        return CUDA_SUCCESS;
    });
}
