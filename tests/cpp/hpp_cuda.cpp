// CUDA from C++: where there is no device each function says so; where there is one, streams, events and device memory.
#include "check.hpp"

using tendon::Device;
namespace cuda = tendon::cuda;

static void without_device() {
    const auto x = tendon::ones({2});
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "tendon_cuda_device_count", (void)cuda::device_count());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::device_properties());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::memory_info());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::memory_stats());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", cuda::reset_peak_memory_stats());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::can_access_peer(0, 1));
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", cuda::synchronize());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", cuda::set_current_device(0));
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::Stream::create());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::Stream::from_native(0, nullptr));
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::Stream::current());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)cuda::Event::create());
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)x.to(Device::cuda()));
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)tendon::zeros({2}, Device::cuda(0)));
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "", (void)x.pin_memory());
    float nowhere = 0;
    THROWS(TENSOR_ERR_CUDA_UNAVAILABLE, "",
           (void)tendon::borrow_device(&nowhere, 4, Device::cuda(), tendon::DType::f32, {1}));
    // Empty handles are errors before anything else.
    const cuda::Stream stream;
    const cuda::Event event;
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", const cuda::StreamGuard on(stream));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)cuda::StreamGuard::begin(stream));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", stream.synchronize());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)stream.is_done());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", stream.wait(stream));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", stream.wait(event));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)stream.device());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)stream.native());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", event.record(stream));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", event.synchronize());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)event.is_done());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)event.elapsed(event));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)event.native());
}

static void with_device() {
    CHECK(cuda::device_count() >= 1 && cuda::device_properties().multiprocessors > 0 && cuda::memory_info().total > 0);
    const int current = cuda::current_device();
    cuda::set_current_device(0);
    cuda::reset_peak_memory_stats();
    std::vector<float> data = {1, 2, 3, 4};
    const auto x = tendon::borrow(data, {2, 2}).to(Device::cuda(0));
    CHECK(x.device() == Device::cuda(0) && x.cuda_data() != nullptr);
    THROWS(TENSOR_ERR_NOT_ON_CPU, "tensor_to_cpu", (void)x.data<float>());
    CHECK(holds((x + 1).to_cpu(), {2, 2}, {2, 3, 4, 5}) &&
          (2 / x).to_vector<float>() == std::vector<float>({2, 1, 2.f / 3, 0.5}));
    const auto stream = cuda::Stream::create(), before = cuda::Stream::current();
    const auto start = cuda::Event::create(0, true), end = cuda::Event::create(0, true);
    tendon::Tensor y;
    {
        const cuda::StreamGuard on(stream);
        stream.wait(before);
        CHECK(cuda::Stream::current().native() == stream.native());
        start.record(stream);
        y = matmul(x, x) * 2;
        end.record(stream);
    }
    CHECK(cuda::Stream::current().native() == before.native() && stream.device() == 0);
    before.wait(end);
    end.synchronize();
    stream.synchronize();
    CHECK(end.is_done() && stream.is_done() && start.elapsed(end) >= 0 && end.native() != nullptr);
    CHECK(holds(y.to_cpu(), {2, 2}, {14, 20, 30, 44}));
    {
        const auto again = cuda::Stream::from_native(0, stream.native());
        auto guard = cuda::StreamGuard::begin(again);
        CHECK(cuda::Stream::current().native() == stream.native());
        guard.end();
        CHECK(cuda::Stream::current().native() == before.native());
    }
    // The device's memory of one tensor as another.
    auto owner = tendon::zeros({3}, Device::cuda(0));
    int released = 0;
    {
        auto view = tendon::borrow_device(owner.cuda_data_mut(), 12, Device::cuda(0), tendon::DType::f32, {3},
                                          tendon::BorrowOptions().on_release([&] { released++; }));
        view += 5;
        CHECK(holds(owner.to_cpu(), {3}, {5, 5, 5}));
    }
    cuda::synchronize();
    CHECK(released == 1 && x.to_cpu().pin_memory().is_pinned() && cuda::memory_stats().allocations > 0);
    cuda::set_current_device(current);
}

// "device" as an argument: there must be one.
int main(int argc, char **argv) {
    CHECK(argc < 2 || std::strcmp(argv[1], "device") != 0 || cuda::is_available());
    if (cuda::is_available()) {
        with_device();
    } else {
        without_device();
    }
    tendon::set_float32_matmul_precision(tendon::Precision::high);
    CHECK(tendon::float32_matmul_precision() == tendon::Precision::high);
    tendon::set_float32_matmul_precision(tendon::Precision::highest);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", tendon::call(tendon_set_float32_matmul_precision, 7));
    return test_end();
}
