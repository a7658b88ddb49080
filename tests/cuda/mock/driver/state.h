// The state of the mock driver: devices, memory, streams, modules, and what tests ordered to go wrong.
// One mutex guards all of it. Work (kernels, copies, host functions) runs with the mutex released.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>
#include "cuda_types.h"
#include "mock_cuda.h"

#define DRIVER_API extern "C" __attribute__((visibility("default")))

namespace mock {

typedef std::unique_lock<std::mutex> Lock;

struct Device;
struct Stream;

// ---- objects behind handles ----

enum class Kind { Context, Stream, Event, Module, Function };

// Never freed, so that a stale handle is told from a live one.
struct Object {
    Kind kind;
    bool alive = true;
    explicit Object(Kind kind) : kind(kind) {}
    virtual ~Object() {}
};

struct Context : Object {
    static constexpr Kind KIND = Kind::Context;
    Device &device;
    int references = 0;
    explicit Context(Device &device) : Object(KIND), device(device) {}
};

// The work of a stream up to number `ticket`.
struct Point {
    Stream *stream = nullptr;
    uint64_t ticket = 0;
};

struct Work {
    std::string what;
    std::function<void()> run;
    std::vector<Point> after = {};      // what must be done before
    std::vector<uint64_t> blocks = {};  // serial numbers of the blocks that it touches
    Device *other = nullptr;            // a second device whose memory it touches
    bool is_host_function = false;
};

struct Stream : Object {
    static constexpr Kind KIND = Kind::Stream;
    Device &device;
    unsigned flags;
    int priority;
    std::deque<Work> queue;
    uint64_t issued = 0, done = 0;
    bool busy = false;  // somebody runs its first work
    Stream(Device &device, unsigned flags, int priority) : Object(KIND), device(device), flags(flags), priority(priority) {}
};

struct Event : Object {
    static constexpr Kind KIND = Kind::Event;
    Device &device;
    unsigned flags;
    Point point;  // the record; stream NULL: never recorded
    std::shared_ptr<double> seconds;
    Event(Device &device, unsigned flags) : Object(KIND), device(device), flags(flags) {}
};

struct Module : Object {
    static constexpr Kind KIND = Kind::Module;
    Device &device;
    std::string ptx;
    std::map<std::string, struct Function *> functions;
    Module(Device &device, std::string ptx) : Object(KIND), device(device), ptx(std::move(ptx)) {}
};

// ---- memory ----

struct Block {
    Device *device;  // NULL: pinned host memory
    char *begin;
    size_t bytes;
    uint64_t serial;
    bool registered = false;  // the caller's own memory, pinned in place
    char *end() const { return begin + bytes; }
};

// The addresses of one device. Its pages can be touched only while work runs on the device, so that a host that reads
// device memory faults, as on a machine with a GPU.
struct Arena {
    static constexpr size_t CAPACITY = size_t(1) << 40;
    char *base = nullptr;
    size_t used = 0;
    int open = 0;
    std::mutex mutex;
    void reserve();
    char *take(size_t bytes);
    void enter();
    void leave();
    bool holds(const void *p) const { return base && (char *)p >= base && (char *)p < base + CAPACITY; }
    // Whether it lies among the blocks, or between them.
    bool has_given(const void *p) const { return base && (char *)p >= base && (char *)p < base + used; }
};

struct Access {
    std::vector<Arena *> arenas;
    Access(Device *device, Device *other = nullptr);
    ~Access();
};

struct Device {
    int ordinal;
    Arena arena;
    size_t live_bytes = 0;
    CUresult lost = CUDA_SUCCESS;  // what every call returns after a crash
    Context context{*this};
    Stream null_stream{*this, 0, 0};
    std::vector<Device *> peers;  // whose memory its kernels may touch
};

// ---- all of it ----

struct Order {
    std::string prefix;
    int64_t nth, times;
    CUresult code;
};

struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool initialised = false, forked = false, exiting = false, defer = false, trace = false, peer = true;
    int driver_version, init_error, capability, multiprocessors;
    size_t memory;
    std::vector<std::unique_ptr<Device>> devices;
    std::unordered_map<const void *, std::unique_ptr<Object>> objects;
    std::vector<Stream *> streams;  // alive or with work left
    std::map<uintptr_t, Block> blocks;
    std::map<uintptr_t, size_t> freed;
    std::unordered_map<uint64_t, uintptr_t> block_of_serial;
    uint64_t next_serial = 1;
    MockCudaStats stats{};
    std::map<std::string, int64_t> launches;
    std::vector<std::string> violations;
    std::vector<Order> orders;
    int64_t lose_at = -1, crash_at = -1, failed = 0;

    State();
    // What a call returns before it does anything; counts it.
    CUresult enter(const char *function, bool needs_init, bool needs_context);
    void violate(std::string text);
    template <class T, class... A>
    T *make(A &&...a) {
        T *object = new T(std::forward<A>(a)...);
        objects[object].reset(object);
        return object;
    }
    // The live object behind a handle; NULL when there is none of that kind.
    template <class T>
    T *find(const void *handle) {
        auto at = objects.find(handle);
        return at != objects.end() && at->second->alive && at->second->kind == T::KIND ? static_cast<T *>(at->second.get()) : nullptr;
    }
    void report();
};

State &state();

// The current context of this thread; NULL when there is none.
Context *current();
bool in_host_function();
const char *error_name(CUresult code);

// ---- memory.cc ----
Block *find_block(const void *p, size_t bytes = 0);
std::string describe(const void *p);
void check_guards(const Block &block);
void free_all(Device &device);
size_t memory_left(const Device &device);

// ---- streams.cc ----
// The stream behind a handle, seen from the current context; NULL when there is none.
Stream *find_stream(CUstream handle);
void enqueue(Lock &lock, Stream &stream, Work work);
// Runs the stream's work up to `ticket`.
void advance(Lock &lock, Stream &stream, uint64_t ticket);
void drain(Lock &lock, Stream &stream);
void drain(Lock &lock, Device &device);

template <class F>
CUresult call(const char *function, bool needs_init, bool needs_context, F body) {
    State &s = state();
    Lock lock(s.mutex);
    CUresult code = s.enter(function, needs_init, needs_context);
    if (code == CUDA_SUCCESS) code = body(s, lock);
    if (s.trace) fprintf(stderr, "mock cuda: %s -> %d\n", function, code);
    return code;
}

// What ends a capture that other code of the process has under way (MOCK_CUDA_CAPTURING=elsewhere), unless the calling
// thread says that it is beside that.
CUresult beside_captures(State &s, const char *function);

// For the bodies of entry points.
constexpr bool INIT = true, CONTEXT = true, NO_INIT = false, NO_CONTEXT = false;

template <class... A>
std::string format(const char *pattern, A... a) {
    char text[512];
    snprintf(text, sizeof text, pattern, a...);
    return text;
}

}  // namespace mock
