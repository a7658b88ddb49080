// What the environment and tests order, what is counted, and what is said at exit.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "modules.h"

namespace mock {

static const char *env(const char *name) { return getenv(name); }
static long long env_number(const char *name, long long otherwise) {
    const char *text = env(name);
    return text && *text ? atoll(text) : otherwise;
}

State::State() {
    driver_version = (int)env_number("MOCK_CUDA_DRIVER_VERSION", 12040);
    init_error = (int)env_number("MOCK_CUDA_INIT_ERROR", 0);
    capability = (int)env_number("MOCK_CUDA_CAPABILITY", 80);
    multiprocessors = (int)env_number("MOCK_CUDA_MULTIPROCESSORS", 4);
    memory = (size_t)env_number("MOCK_CUDA_MEMORY", 2ll << 30);
    defer = env_number("MOCK_CUDA_DEFER", 0) != 0;
    trace = env_number("MOCK_CUDA_TRACE", 0) != 0;
    peer = env_number("MOCK_CUDA_PEER", 1) != 0;
    lose_at = env_number("MOCK_CUDA_LOSE_DEVICE", -1);
    crash_at = env_number("MOCK_CUDA_CRASH_LAUNCH", -1);
    if (const char *order = env("MOCK_CUDA_ORDER")) on_host::set_order(order);
    // MOCK_CUDA_FAIL=function:nth:code,…
    if (const char *orders_text = env("MOCK_CUDA_FAIL")) {
        std::string rest = orders_text;
        while (!rest.empty()) {
            std::string one = rest.substr(0, rest.find(','));
            rest.erase(0, one.size() + 1);
            size_t a = one.find(':'), b = one.find(':', a + 1);
            if (a == std::string::npos || b == std::string::npos) continue;
            orders.push_back({one.substr(0, a), atoll(one.c_str() + a + 1), 1, atoi(one.c_str() + b + 1)});
        }
    }
    for (int i = 0, n = (int)env_number("MOCK_CUDA_DEVICES", 1); i < n; i++) {
        devices.push_back(std::make_unique<Device>());
        devices[i]->ordinal = i;
    }
    pthread_atfork(nullptr, nullptr, [] { state().forked = true; });
}

State &state() {
    // Never destroyed: calls come after main, too.
    static State *all = new State;
    return *all;
}

CUresult State::enter(const char *function, bool needs_init, bool needs_context) {
    stats.calls++;
    if (exiting) return CUDA_ERROR_DEINITIALIZED;
    if (forked && needs_init) {
        violate(format("%s is called in a forked child", function));
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    if (needs_init && !initialised) return CUDA_ERROR_NOT_INITIALIZED;
    if (in_host_function()) {
        violate(format("%s is called from a host function", function));
        return CUDA_ERROR_NOT_PERMITTED;
    }
    if (needs_context && lose_at >= 0 && lose_at-- == 0 && current()) current()->device.lost = CUDA_ERROR_LAUNCH_FAILED;
    for (size_t i = 0; i < orders.size(); i++) {
        Order &o = orders[i];
        if (strncmp(function, o.prefix.c_str(), o.prefix.size()) != 0 || o.nth-- > 0) continue;
        CUresult code = o.code;
        if (--o.times <= 0) orders.erase(orders.begin() + (ptrdiff_t)i);
        failed++;
        return code;
    }
    if (needs_context) {
        Context *context = current();
        if (!context) return CUDA_ERROR_INVALID_CONTEXT;
        if (context->references == 0) return CUDA_ERROR_CONTEXT_IS_DESTROYED;
        if (context->device.lost) return context->device.lost;
    }
    return CUDA_SUCCESS;
}

void State::violate(std::string text) {
    stats.violations++;
    if (!env("MOCK_CUDA_QUIET")) fprintf(stderr, "mock cuda: %s\n", text.c_str());
    if (violations.size() < 1000) violations.push_back(std::move(text));
}

// Appended to the file that MOCK_CUDA_REPORT names.
void State::report() {
    for (auto &[_, b] : blocks) check_guards(b);
    const char *path = env("MOCK_CUDA_REPORT");
    if (!path || !*path) return;
    std::string text = format("process %d: %lld calls, %lld launches\n", (int)getpid(), (long long)stats.calls, (long long)stats.launches);
    text += format("device memory: %lld allocations, %lld frees, %lld blocks of %lld bytes live, at most %lld\n", (long long)stats.allocations,
                   (long long)stats.frees, (long long)stats.live_blocks, (long long)stats.live_bytes, (long long)stats.peak_bytes);
    text += format("pinned memory: %lld allocations, %lld frees, %lld blocks of %lld bytes live\n", (long long)stats.host_allocations,
                   (long long)stats.host_frees, (long long)stats.host_live_blocks, (long long)stats.host_live_bytes);
    text += format("live: %lld events, %lld streams, %lld modules, %lld contexts; %lld pieces of work never ran\n", (long long)stats.events_live,
                   (long long)stats.streams_live, (long long)stats.modules_live, (long long)stats.contexts_live, (long long)stats.pending);
    for (auto &[name, count] : launches) text += format("launched %s %lld\n", name.c_str(), (long long)count);
    for (auto &v : violations) text += "violation: " + v + "\n";
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return;
    ssize_t written = write(file, text.data(), text.size());
    (void)written;
    close(file);
}

}  // namespace mock

using namespace mock;

// ---- initialisation and exit ----

static struct sigaction former_handler;

// Says whose address a fault hit, then lets the former handler have it.
static void on_fault(int signal, siginfo_t *info, void *) {
    for (auto &d : state().devices)
        if (d->arena.holds(info->si_addr)) {
            char text[200];
            int n = snprintf(text, sizeof text, "mock cuda: the host touches %p, memory of device %d\n", info->si_addr, d->ordinal);
            ssize_t written = write(2, text, (size_t)n);
            (void)written;
        }
    sigaction(signal, &former_handler, nullptr);
}

static void at_exit() {
    Lock lock(state().mutex, std::try_to_lock);
    if (!lock.owns_lock()) return;
    state().exiting = true;
    if (state().initialised && !state().forked) state().report();
}

DRIVER_API CUresult cuInit(unsigned flags) {
    return call("cuInit", NO_INIT, NO_CONTEXT, [&](State &s, Lock &) -> CUresult {
        if (flags) return CUDA_ERROR_INVALID_VALUE;
        if (s.forked && s.initialised) {
            s.violate("cuInit is called in a forked child");
            return CUDA_ERROR_NOT_INITIALIZED;
        }
        if (s.init_error) return s.init_error;
        if (s.devices.empty()) return CUDA_ERROR_NO_DEVICE;
        if (!s.initialised) {
            struct sigaction handler = {};
            handler.sa_sigaction = on_fault;
            handler.sa_flags = SA_SIGINFO | SA_ONSTACK;
            sigaction(SIGSEGV, &handler, &former_handler);
            atexit(at_exit);
        }
        s.initialised = true;
        return CUDA_SUCCESS;
    });
}

DRIVER_API CUresult cuDriverGetVersion(int *version) {
    if (!version) return CUDA_ERROR_INVALID_VALUE;
    *version = state().driver_version;
    return CUDA_SUCCESS;
}

// ---- what tests order and ask ----

DRIVER_API void mock_cuda_stats(MockCudaStats *out) {
    Lock lock(state().mutex);
    *out = state().stats;
}

DRIVER_API int64_t mock_cuda_launches(const char *kernel) {
    Lock lock(state().mutex);
    if (!kernel) return state().stats.launches;
    auto at = state().launches.find(kernel);
    return at == state().launches.end() ? 0 : at->second;
}

static size_t hand_out(const std::string &text, char *buffer, size_t size) {
    if (buffer && size) snprintf(buffer, size, "%s", text.c_str());
    return text.size() + 1;
}

DRIVER_API size_t mock_cuda_launch_list(char *buffer, size_t size) {
    Lock lock(state().mutex);
    std::string text;
    for (auto &[name, count] : state().launches) text += format("%s %lld\n", name.c_str(), (long long)count);
    return hand_out(text, buffer, size);
}

DRIVER_API void mock_cuda_fail(const char *function, int64_t nth, int64_t times, int code) {
    Lock lock(state().mutex);
    std::string prefix = function ? function : "";
    auto &orders = state().orders;
    for (size_t i = orders.size(); i-- > 0;)
        if (orders[i].prefix == prefix) orders.erase(orders.begin() + i);
    if (nth >= 0) orders.push_back({prefix, nth, times, code});
}

DRIVER_API int64_t mock_cuda_failed(void) {
    Lock lock(state().mutex);
    return state().failed;
}

DRIVER_API void mock_cuda_lose_device(int64_t nth) {
    Lock lock(state().mutex);
    state().lose_at = nth;
}

DRIVER_API void mock_cuda_crash_launch(int64_t nth) {
    Lock lock(state().mutex);
    state().crash_at = nth;
}

DRIVER_API void mock_cuda_set_memory(size_t bytes) {
    Lock lock(state().mutex);
    state().memory = bytes;
}

DRIVER_API void mock_cuda_set_defer(int on) {
    Lock lock(state().mutex);
    state().defer = on;
    if (!on)
        for (auto &d : state().devices) drain(lock, *d);
}

DRIVER_API void mock_cuda_set_order(int order) { on_host::set_order((on_host::Order)order); }

DRIVER_API int64_t mock_cuda_check(void) {
    Lock lock(state().mutex);
    for (auto &[_, b] : state().blocks) check_guards(b);
    return state().stats.violations;
}

DRIVER_API size_t mock_cuda_violation(int64_t index, char *buffer, size_t size) {
    Lock lock(state().mutex);
    if (index < 0 || (size_t)index >= state().violations.size()) return 0;
    return hand_out(state().violations[index], buffer, size);
}

DRIVER_API void mock_cuda_forget_violations(void) {
    Lock lock(state().mutex);
    state().violations.clear();
    state().stats.violations = 0;
}

DRIVER_API void *mock_cuda_current(void) { return current(); }

DRIVER_API void mock_cuda_violate(const char *text) {
    Lock lock(state().mutex);
    state().violate(text);
}
