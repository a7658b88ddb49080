// The C header from C++17: the defaults of all option structs, the inline helpers, TENSOR_TRY in functions and lambdas, and
// results that must be used. Compiled with -Wall -Wextra -Werror.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "tendon.h"

static int failures;

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                             \
        }                                                                           \
    } while (0)

// Plain C structs on this side of the border too.
template <class T>
constexpr bool plain = std::is_standard_layout<T>::value && std::is_trivially_copyable<T>::value;
static_assert(plain<TensorOptions> && plain<TensorHostBufferOptions> && plain<TensorScalar> && plain<TensorDevice>, "");
static_assert(sizeof(TensorScalar) == 24, "the first version fixed it");
static_assert(std::is_same<TensorStatus, std::int32_t>::value, "");
static_assert(sizeof(TensorDevice) == 8, "");

// The _INIT macros say what NULL means.
static void defaults() {
    const TensorHostBufferOptions host = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    const TensorOptions make = TENSOR_OPTIONS_INIT;
    const TensorReduceOptions reduce = TENSOR_REDUCE_OPTIONS_INIT;
    const TensorVarOptions var = TENSOR_VAR_OPTIONS_INIT;
    const TensorBackwardOptions backward = TENSOR_BACKWARD_OPTIONS_INIT;
    const TensorGradOptions grad = TENSOR_GRAD_OPTIONS_INIT;
    const TensorGeluOptions gelu = TENSOR_GELU_OPTIONS_INIT;
    const TensorDivOptions div = TENSOR_DIV_OPTIONS_INIT;
    const TensorSoftmaxOptions softmax = TENSOR_SOFTMAX_OPTIONS_INIT;
    const TensorCrossEntropyOptions entropy = TENSOR_CROSS_ENTROPY_OPTIONS_INIT;
    const TensorLossOptions loss = TENSOR_LOSS_OPTIONS_INIT;
    const TensorDropoutOptions dropout = TENSOR_DROPOUT_OPTIONS_INIT;
    const TensorConvertOptions convert = TENSOR_CONVERT_OPTIONS_INIT;
    const TensorPrintOptions print = TENSOR_PRINT_OPTIONS_INIT;
    const TensorSgdOptions sgd = TENSOR_SGD_OPTIONS_INIT;
    const TensorAdamWOptions adamw = TENSOR_ADAMW_OPTIONS_INIT;
    TendonMemoryInfo memory = TENDON_MEMORY_INFO_INIT;
    CHECK(host.struct_size == sizeof host && !host.read_only && host.strides == nullptr && host.release == nullptr);
    CHECK(make.struct_size == sizeof make && make.dtype == TENSOR_DTYPE_INVALID && !make.requires_grad);
    CHECK(reduce.struct_size == sizeof reduce && !reduce.keepdim);
    CHECK(var.struct_size == sizeof var && var.correction == 1.0);
    CHECK(backward.struct_size == sizeof backward && backward.gradient == nullptr);
    CHECK(grad.struct_size == sizeof grad && !grad.allow_unused);
    CHECK(gelu.struct_size == sizeof gelu && !gelu.tanh_approximation);
    CHECK(div.struct_size == sizeof div && div.rounding == TENSOR_ROUNDING_NONE);
    CHECK(softmax.struct_size == sizeof softmax && softmax.dtype == 0);
    CHECK(entropy.struct_size == sizeof entropy && entropy.ignore_index == -100 && entropy.weight == nullptr);
    CHECK(loss.struct_size == sizeof loss && loss.reduction == TENSOR_REDUCTION_MEAN);
    CHECK(dropout.struct_size == sizeof dropout && !dropout.inference);
    CHECK(convert.struct_size == sizeof convert && !convert.copy);
    CHECK(print.struct_size == sizeof print && print.precision == 4 && print.threshold == 1000 && print.line_width == 80);
    CHECK(sgd.struct_size == sizeof sgd && sgd.lr == 1e-3 && sgd.momentum == 0);
    CHECK(adamw.struct_size == sizeof adamw && adamw.beta2 == 0.999 && adamw.weight_decay == 1e-2);
    CHECK(tendon_memory_info(&memory) == TENSOR_OK && memory.live_bytes >= 0);
}

static void helpers() {
    CHECK(tensor_scalar_f(0.5).kind == TENSOR_SCALAR_FLOAT && tensor_scalar_f(0.5).value.f == 0.5);
    CHECK(tensor_scalar_i(-3).kind == TENSOR_SCALAR_INT && tensor_scalar_i(-3).value.i == -3);
    CHECK(tensor_scalar_b(true).kind == TENSOR_SCALAR_BOOL && tensor_scalar_b(true).value.i == 1);
    CHECK(tensor_scalar_b(false).value.i == 0 && tensor_scalar_b(false).reserved == 0);
    const TensorDevice cpu = TENSOR_CPU;
    const TensorDevice cuda = TENSOR_CUDA(2);
    CHECK(cpu.type == TENSOR_DEVICE_CPU && cpu.index == 0 && cuda.type == TENSOR_DEVICE_CUDA && cuda.index == 2);
}

struct Release {
    void operator()(Tensor *x) const { tensor_release(x); }
};
using Owned = std::unique_ptr<Tensor, Release>;

// Σ (x·x), by TENSOR_TRY alone.
static TensorStatus sum_of_squares(const Tensor *x, double *out) {
    TensorScope *scope = nullptr;
    TENSOR_TRY(tensor_scope_begin(&scope));
    const auto compute = [&]() -> TensorStatus {
        Tensor *square = nullptr, *sum = nullptr;
        TENSOR_TRY(tensor_mul(x, x, &square));
        TENSOR_TRY(tensor_sum(square, nullptr, 0, nullptr, &sum));
        TENSOR_TRY(tensor_item_f64(sum, out));
        return TENSOR_OK;
    };
    const TensorStatus status = compute();
    TENSOR_TRY(tensor_scope_end(scope));
    return status;
}

static TensorStatus failing(int *reached) {
    Tensor *x = nullptr;
    const std::int64_t shape[] = {-1};
    *reached = 1;
    if (*reached == 1)
        TENSOR_TRY(tensor_zeros(shape, 1, nullptr, &x));
    else
        *reached = 3;
    *reached = 2;
    return TENSOR_OK;
}

// Memory of a std::vector, lent with its owner: the vector goes when the last tensor does.
static int vectors_freed;

static Owned lend(std::vector<float> values) {
    auto *kept = new std::vector<float>(std::move(values));
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.user_data = kept;
    options.release = [](void *, void *user_data) {
        delete static_cast<std::vector<float> *>(user_data);
        vectors_freed++;
    };
    const auto n = static_cast<std::int64_t>(kept->size());
    Tensor *x = nullptr;
    if (tensor_from_host_buffer(kept->data(), kept->size() * sizeof(float), TENSOR_DTYPE_F32, &n, 1, &options, &x) != TENSOR_OK) {
        delete kept;
    }
    return Owned(x);
}

int main() {
    defaults();
    helpers();
    {
        const Owned x = lend({1, 2, 3});
        double sum = 0;
        CHECK(sum_of_squares(x.get(), &sum) == TENSOR_OK && sum == 14);
        int reached = 0;
        CHECK(failing(&reached) == TENSOR_ERR_SHAPE && reached == 1);
        CHECK(std::strcmp(tendon_last_error_message(), "tensor_zeros: sizes must not be negative, got -1 in [-1]") == 0);
        CHECK(sum_of_squares(nullptr, &sum) == TENSOR_ERR_INVALID_HANDLE);
        CHECK(vectors_freed == 0);
    }
    CHECK(vectors_freed == 1);
    CHECK(tendon_live_tensor_count() == 0 && tendon_live_storage_count() == 0 && tendon_live_handle_count() == 0);
    return failures > 0;
}
