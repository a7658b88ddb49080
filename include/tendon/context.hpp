// What holds for a thread while an object lives, and what holds for the whole library: gradient modes, scopes, cancelling,
// threads, callbacks, memory, versions.
#ifndef TENDON_CONTEXT_HPP
#define TENDON_CONTEXT_HPP

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {
namespace detail {

// Begins in the constructor and ends in the destructor, on one thread, inner ones first: so it stays in its block.
// (It moves only on its way out of begin().) Without exceptions there is begin() alone.
template <class C, TensorStatus (*Begin)(C **), TensorStatus (*End)(C *)> class [[nodiscard]] Guard {
  public:
#ifdef TENDON_NO_EXCEPTIONS
    Guard() noexcept = default;
#else
    Guard() { check(Begin(&handle_)); }
#endif
    static Returns<Guard> begin() {
        C *handle = nullptr;
        TENDON_DETAIL_CHECK(Begin(&handle));
        return Guard(handle);
    }
    Guard(Guard &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Guard &operator=(Guard &&) = delete;
    ~Guard() {
        if (handle_ != nullptr) (void)End(handle_);
    }
    // Ends it now, and says so when that is not possible here; then it is still on.
    Returns<void> end() {
        if (handle_ != nullptr) TENDON_DETAIL_CHECK(End(handle_));
        handle_ = nullptr;
        return done();
    }

  protected:
    explicit Guard(C *handle) noexcept : handle_(handle) {}
    C *handle_ = nullptr;
};

} // namespace detail

// NoGrad no_grad; this thread records nothing in this block. The others likewise.
using NoGrad = detail::Guard<TensorMode, tensor_no_grad_begin, tensor_mode_end>;
using InferenceMode = detail::Guard<TensorMode, tensor_inference_mode_begin, tensor_mode_end>;
using EnableGrad = detail::Guard<TensorMode, tensor_enable_grad_begin, tensor_mode_end>;
inline bool grad_mode_enabled() noexcept { return tensor_grad_mode_enabled() == 1; }

// For code that makes handles by the C functions: the end releases those made on this thread in the block, whoever owns
// them. A tendon::Tensor from inside that is still used after it must be kept.
class [[nodiscard]] Scope : public detail::Guard<TensorScope, tensor_scope_begin, tensor_scope_end> {
  public:
    Scope() = default;
    static Returns<Scope> begin() {
        TensorScope *handle = nullptr;
        TENDON_DETAIL_CHECK(tensor_scope_begin(&handle));
        return Scope(handle);
    }
    Returns<void> keep(const Tensor &x) {
        return call(tensor_scope_keep, handle_, static_cast<const ::Tensor *>(x.handle()));
    }

  private:
    explicit Scope(TensorScope *handle) noexcept : Guard(handle) {}
};

// Release callbacks and deleters that wait for the thread that calls run(), whichever call ended the last use: for
// memory that belongs to one thread, or to an interpreter. All functions are safe from any thread. When the queue goes
// it makes the calls that wait; those of memory that is still in use are made where that use ends.
class ReleaseQueue {
  public:
    static Returns<ReleaseQueue> create() {
        ReleaseQueue queue{nullptr};
        TENDON_DETAIL_CHECK(tendon_release_queue_create(&queue.handle_));
        return queue;
    }
#ifdef TENDON_NO_EXCEPTIONS
    ReleaseQueue() noexcept = default;
#else
    ReleaseQueue() { detail::check(tendon_release_queue_create(&handle_)); }
#endif
    ReleaseQueue(ReleaseQueue &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    ReleaseQueue &operator=(ReleaseQueue &&other) noexcept {
        ReleaseQueue old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~ReleaseQueue() { (void)tendon_release_queue_release(handle_); }
    const TendonReleaseQueue *handle() const noexcept { return handle_; }
    // For an option. NULL would mean "no queue": of an empty one it is a handle of nothing, which the library refuses.
    const TendonReleaseQueue *option() const noexcept {
        return handle_ != nullptr ? handle_ : reinterpret_cast<const TendonReleaseQueue *>(std::uintptr_t{1});
    }

    // How many calls wait.
    Returns<std::int64_t> count() const {
        const std::int64_t waiting = tendon_release_queue_count(handle_);
        TENDON_DETAIL_CHECK(detail::asked(waiting));
        return waiting;
    }
    // Makes the calls that wait, on this thread; how many there were.
    Returns<std::int64_t> run() const {
        std::int64_t made = 0;
        TendonPendingRelease due = {};
        for (;; ++made) {
            TENDON_DETAIL_CHECK(tendon_release_queue_next(handle_, &due));
            if (due.release == nullptr) return made;
            due.release(due.data, due.user_data);
        }
    }

  private:
    explicit ReleaseQueue(std::nullptr_t) noexcept {}
    TendonReleaseQueue *handle_ = nullptr;
};

inline DlpackOptions &DlpackOptions::release_queue(const ReleaseQueue &queue) noexcept {
    return set(&TensorDlpackOptions::release_queue, queue.option());
}

// A flag by which one thread ends the calls of another. All functions are safe from any thread.
class CancelToken {
  public:
    static Returns<CancelToken> create() {
        CancelToken token{nullptr};
        TENDON_DETAIL_CHECK(tendon_cancel_token_create(&token.handle_));
        return token;
    }
#ifdef TENDON_NO_EXCEPTIONS
    CancelToken() noexcept = default;
#else
    CancelToken() { detail::check(tendon_cancel_token_create(&handle_)); }
#endif
    CancelToken(CancelToken &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    CancelToken &operator=(CancelToken &&other) noexcept {
        CancelToken old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~CancelToken() { (void)tendon_cancel_token_release(handle_); }
    TendonCancelToken *handle() const noexcept { return handle_; }

    Returns<void> cancel() const { return call(tendon_cancel_token_cancel, handle_); }
    Returns<void> reset() const { return call(tendon_cancel_token_reset, handle_); }
    Returns<bool> is_cancelled() const {
        bool cancelled = false;
        TENDON_DETAIL_CHECK(tendon_cancel_token_is_cancelled(handle_, &cancelled));
        return cancelled;
    }

    // The calls of this thread watch the token until the guard goes. Guards do not nest: the end of any ends watching.
    class [[nodiscard]] Watch {
      public:
        Watch() noexcept = default;
        Watch(Watch &&other) noexcept : on_(std::exchange(other.on_, false)) {}
        Watch &operator=(Watch &&) = delete;
        ~Watch() {
            if (on_) ended_ = tendon_set_cancel_token(nullptr);
        }

      private:
        friend class CancelToken;
        bool on_ = false;
        TensorStatus ended_ = TENSOR_OK;
    };
    Returns<Watch> watch() const {
        TENDON_DETAIL_CHECK(tendon_set_cancel_token(handle_));
        Watch guard;
        guard.on_ = true;
        return guard;
    }

  private:
    explicit CancelToken(std::nullptr_t) noexcept {}
    TendonCancelToken *handle_ = nullptr;
};

namespace detail {

// A callback for the whole library. The slot is never freed: another thread may still be in the callback that was before,
// and the library may call after main.
template <class Signature> class Slot {
  public:
    static Slot &get() {
        static Slot *const slot = new Slot();
        return *slot;
    }
    void put(std::function<Signature> function) {
        auto next = function ? std::make_shared<std::function<Signature>>(std::move(function)) : nullptr;
        const std::lock_guard<std::mutex> lock(mutex_);
        function_.swap(next);
    }
    std::shared_ptr<std::function<Signature>> function() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return function_;
    }

  private:
    std::mutex mutex_;
    std::shared_ptr<std::function<Signature>> function_;
};

} // namespace detail

// The messages of failed calls, on the thread of the call; an empty function turns it off. What it throws is dropped.
using LogFunction = void(std::int32_t level, const char *message);

// One piece of parallel work: body(i) for each i below count, on any threads.
class ParallelBody {
  public:
    ParallelBody(TendonParallelBodyFn body, void *context) noexcept : body_(body), context_(context) {}
    void operator()(std::size_t index) const { body_(context_, index); }

  private:
    TendonParallelBodyFn body_;
    void *context_;
};
// Runs the library's loops, and returns when all pieces are done. What it throws ends the computation, and is thrown again
// by the function that computed.
using ParallelForFunction = void(std::size_t count, ParallelBody body);

namespace detail {

inline void log_message(void *, std::int32_t level, const char *message) noexcept {
    (void)guarded([&] {
        if (const auto function = Slot<LogFunction>::get().function()) (*function)(level, message);
    });
}

inline std::int32_t run_parallel(void *, std::size_t count, TendonParallelBodyFn body, void *context) noexcept {
#ifndef TENDON_NO_EXCEPTIONS
    thrown() = nullptr;
    try {
#endif
        const auto function = Slot<ParallelForFunction>::get().function();
        if (function == nullptr) return 1;
        (*function)(count, ParallelBody(body, context));
        return 0;
#ifndef TENDON_NO_EXCEPTIONS
    } catch (...) {
        thrown() = std::current_exception();
        return 1;
    }
#endif
}

} // namespace detail

inline Returns<void> set_log_callback(std::function<LogFunction> log) {
    if (!log) {
        TENDON_DETAIL_CHECK(tendon_set_log_callback(nullptr, nullptr));
        detail::Slot<LogFunction>::get().put({});
        return detail::done();
    }
    detail::Slot<LogFunction>::get().put(std::move(log));
    return call(tendon_set_log_callback, detail::log_message, nullptr);
}

// An empty function gives the loops back to the library's threads. Set it while no other thread computes.
inline Returns<void> set_parallel_for(std::function<ParallelForFunction> run) {
    if (!run) {
        TENDON_DETAIL_CHECK(tendon_set_parallel_for(nullptr, nullptr));
        detail::Slot<ParallelForFunction>::get().put({});
        return detail::done();
    }
    detail::Slot<ParallelForFunction>::get().put(std::move(run));
    return call(tendon_set_parallel_for, detail::run_parallel, nullptr);
}

inline Returns<void> set_num_threads(std::int32_t n) { return call(tendon_set_num_threads, n); }
inline std::int32_t num_threads() noexcept { return tendon_num_threads(); }
inline Returns<void> manual_seed(std::uint64_t seed) { return call(tendon_manual_seed, seed); }

enum class Precision : std::int32_t {
    highest = TENDON_PRECISION_HIGHEST,
    high = TENDON_PRECISION_HIGH
};
inline Returns<void> set_float32_matmul_precision(Precision precision) {
    return call(tendon_set_float32_matmul_precision, static_cast<std::int32_t>(precision));
}
inline Precision float32_matmul_precision() noexcept {
    return static_cast<Precision>(tendon_float32_matmul_precision());
}

inline std::int64_t live_tensor_count() noexcept { return tendon_live_tensor_count(); }
inline std::int64_t live_storage_count() noexcept { return tendon_live_storage_count(); }
inline std::int64_t live_handle_count() noexcept { return tendon_live_handle_count(); }
// In bytes.
inline std::int64_t release_cached_memory() noexcept { return tendon_release_cached_memory(); }
inline Returns<TendonMemoryInfo> memory_info() {
    TendonMemoryInfo info = TENDON_MEMORY_INFO_INIT;
    TENDON_DETAIL_CHECK(tendon_memory_info(&info));
    return info;
}

// Of the library that runs; TENDON_VERSION_... are of the header.
struct Version {
    std::int32_t major, minor, patch;
};
inline Version version() noexcept {
    std::int32_t major = 0, minor = 0, patch = 0;
    tendon_version(&major, &minor, &patch);
    return {major, minor, patch};
}
inline const char *version_string() noexcept { return tendon_version_string(); }
inline bool has_feature(const char *name) noexcept { return tendon_has_feature(name); }

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_CONTEXT_HPP
