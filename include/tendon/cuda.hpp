// CUDA: devices, streams and events. CUDA's own types pass as void *, so no header of CUDA's is needed.
#ifndef TENDON_CUDA_HPP
#define TENDON_CUDA_HPP

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {
namespace cuda {

// False where there is no device, no driver, or CUDA is switched off: device_count() says why.
inline bool is_available() noexcept {
    std::int32_t count = 0;
    return tendon_cuda_device_count(&count) == TENSOR_OK && count > 0;
}
inline Returns<std::int32_t> device_count() {
    std::int32_t count = 0;
    TENDON_DETAIL_CHECK(tendon_cuda_device_count(&count));
    return count;
}
inline Returns<std::int32_t> current_device() {
    std::int32_t device = 0;
    TENDON_DETAIL_CHECK(tendon_cuda_current_device(&device));
    return device;
}
inline Returns<void> set_current_device(std::int32_t device) { return call(tendon_cuda_set_current_device, device); }
inline Returns<TendonCudaDeviceProperties> device_properties(std::int32_t device = 0) {
    TendonCudaDeviceProperties properties = TENDON_CUDA_DEVICE_PROPERTIES_INIT;
    TENDON_DETAIL_CHECK(tendon_cuda_device_properties(device, &properties));
    return properties;
}
// In bytes.
struct MemoryInfo {
    std::int64_t free, total;
};
inline Returns<MemoryInfo> memory_info(std::int32_t device = 0) {
    MemoryInfo info = {0, 0};
    TENDON_DETAIL_CHECK(tendon_cuda_memory_info(device, &info.free, &info.total));
    return info;
}
inline Returns<TendonCudaMemoryStats> memory_stats(std::int32_t device = 0) {
    TendonCudaMemoryStats stats = TENDON_CUDA_MEMORY_STATS_INIT;
    TENDON_DETAIL_CHECK(tendon_cuda_memory_stats(device, &stats));
    return stats;
}
inline Returns<void> reset_peak_memory_stats(std::int32_t device = 0) {
    return call(tendon_cuda_reset_peak_memory_stats, device);
}
inline Returns<bool> can_access_peer(std::int32_t device, std::int32_t peer) {
    bool can = false;
    TENDON_DETAIL_CHECK(tendon_cuda_can_access_peer(device, peer, &can));
    return can;
}
// Waits for all work of the device.
inline Returns<void> synchronize(std::int32_t device = 0) { return call(tendon_cuda_synchronize, device); }

class Stream;

// A point in a stream's work.
class Event {
  public:
    static Returns<Event> create(std::int32_t device = 0, bool timing = false) {
        Event event;
        TENDON_DETAIL_CHECK(tendon_cuda_event_create(device, timing, &event.handle_));
        return event;
    }
    Event() noexcept = default;
    Event(Event &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Event &operator=(Event &&other) noexcept {
        Event old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~Event() { (void)tendon_cuda_event_release(handle_); }
    TendonCudaEvent *handle() const noexcept { return handle_; }

    Returns<void> record(const Stream &stream) const;
    Returns<void> synchronize() const { return call(tendon_cuda_event_synchronize, handle_); }
    Returns<bool> is_done() const {
        bool is_done = false;
        TENDON_DETAIL_CHECK(tendon_cuda_event_is_done(handle_, &is_done));
        return is_done;
    }
    // Milliseconds of device time from this event to `end`; both with timing, and reached.
    Returns<float> elapsed(const Event &end) const {
        float milliseconds = 0;
        TENDON_DETAIL_CHECK(tendon_cuda_event_elapsed(handle_, end.handle_, &milliseconds));
        return milliseconds;
    }
    // A cudaEvent_t, borrowed.
    Returns<void *> native() const {
        void *event = nullptr;
        TENDON_DETAIL_CHECK(tendon_cuda_event_native(handle_, &event));
        return event;
    }

  private:
    TendonCudaEvent *handle_ = nullptr;
};

// Work that is done in order. Safe from any thread.
class Stream {
  public:
    // Lower priorities are more urgent; 0 is normal.
    static Returns<Stream> create(std::int32_t device = 0, std::int32_t priority = 0) {
        Stream stream;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_create(device, priority, &stream.handle_));
        return stream;
    }
    // A cudaStream_t of the caller's, which must outlive the handle; nullptr is the default stream.
    static Returns<Stream> from_native(std::int32_t device, void *cuda_stream) {
        Stream stream;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_from_native(device, cuda_stream, &stream.handle_));
        return stream;
    }
    // The one that is current on this thread.
    static Returns<Stream> current(std::int32_t device = 0) {
        Stream stream;
        TENDON_DETAIL_CHECK(tendon_cuda_current_stream(device, &stream.handle_));
        return stream;
    }
    Stream() noexcept = default;
    Stream(Stream &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Stream &operator=(Stream &&other) noexcept {
        Stream old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~Stream() { (void)tendon_cuda_stream_release(handle_); }
    TendonCudaStream *handle() const noexcept { return handle_; }

    Returns<void> synchronize() const { return call(tendon_cuda_stream_synchronize, handle_); }
    Returns<bool> is_done() const {
        bool is_done = false;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_is_done(handle_, &is_done));
        return is_done;
    }
    // Later work of this stream waits for what the other has been given so far. The host does not wait.
    Returns<void> wait(const Stream &other) const {
        return call(tendon_cuda_stream_wait_stream, handle_, other.handle_);
    }
    Returns<void> wait(const Event &event) const {
        return call(tendon_cuda_stream_wait_event, handle_, event.handle());
    }
    Returns<std::int32_t> device() const {
        std::int32_t device = 0;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_device(handle_, &device));
        return device;
    }
    // A cudaStream_t, borrowed; nullptr for the default stream.
    Returns<void *> native() const {
        void *stream = nullptr;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_native(handle_, &stream));
        return stream;
    }

  private:
    TendonCudaStream *handle_ = nullptr;
};

inline Returns<void> Event::record(const Stream &stream) const {
    return call(tendon_cuda_event_record, handle_, stream.handle());
}

// cuda::StreamGuard on(stream); the ops of this thread on the stream's device go to it in this block.
class [[nodiscard]] StreamGuard {
  public:
#ifdef TENDON_NO_EXCEPTIONS
    StreamGuard() noexcept = default;
#else
    explicit StreamGuard(const Stream &stream) { detail::check(tendon_cuda_stream_begin(stream.handle(), &handle_)); }
#endif
    static Returns<StreamGuard> begin(const Stream &stream) {
        TendonCudaStreamScope *handle = nullptr;
        TENDON_DETAIL_CHECK(tendon_cuda_stream_begin(stream.handle(), &handle));
        return StreamGuard(handle);
    }
    StreamGuard(StreamGuard &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    StreamGuard &operator=(StreamGuard &&) = delete;
    ~StreamGuard() {
        if (handle_ != nullptr) (void)tendon_cuda_stream_end(handle_);
    }
    Returns<void> end() {
        if (handle_ != nullptr) TENDON_DETAIL_CHECK(tendon_cuda_stream_end(handle_));
        handle_ = nullptr;
        return detail::done();
    }

  private:
    explicit StreamGuard(TendonCudaStreamScope *handle) noexcept : handle_(handle) {}
    TendonCudaStreamScope *handle_ = nullptr;
};

} // namespace cuda
} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_CUDA_HPP
