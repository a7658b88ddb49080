// Named options: x.sum(1, ReduceOptions().keepdim()), zeros({2, 3}, dtype(DType::f64).requires_grad()).
//
// Each class holds one options struct of tendon.h, and a setter for each of its fields. Setters name what they set where
// it is set, take any order, read the same in C++17 and later, and new ones break no caller. (Designated initializers are
// C++20, want the order of the declaration, and could not hold the struct_size that the C side needs.)
#ifndef TENDON_OPTIONS_HPP
#define TENDON_OPTIONS_HPP

#include "types.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

class Tensor;
class ReleaseQueue;

namespace detail {
// C is the struct, Self the class that has the setters.
template <class Self, class C> class OptionsOf {
  public:
    // NULL, the defaults, while nothing was set.
    const C *c() const noexcept { return set_ ? &options_ : nullptr; }
    const C &all() const noexcept { return options_; }

  protected:
    explicit OptionsOf(const C &defaults) noexcept : options_(defaults) {}
    template <class Field, class Value> Self &set(Field C::*field, Value value) noexcept {
        options_.*field = static_cast<Field>(value);
        set_ = true;
        return static_cast<Self &>(*this);
    }

  private:
    C options_;
    bool set_ = false;
};
} // namespace detail

#define TENDON_DETAIL_OPTIONS(Name, C, INIT)                                                                              \
    class Name : public detail::OptionsOf<Name, C> {                                                                      \
      public:                                                                                                             \
        static constexpr C defaults = INIT;                                                                               \
        Name() noexcept : OptionsOf(defaults) {}

// For functions that make tensors. A dtype or a device alone will do: zeros({3}, DType::f64).
TENDON_DETAIL_OPTIONS(Options, TensorOptions, TENSOR_OPTIONS_INIT)
    Options(DType type) noexcept : Options() { dtype(type); }
    Options(Device where) noexcept : Options() { device(where); }
    Options &dtype(DType type) noexcept { return set(&TensorOptions::dtype, type); }
    Options &device(Device where) noexcept { return set(&TensorOptions::device, where.c()); }
    Options &requires_grad(bool on = true) noexcept { return set(&TensorOptions::requires_grad, on); }
};
inline Options dtype(DType type) noexcept { return Options(type); }
inline Options device(Device where) noexcept { return Options(where); }
inline Options requires_grad(bool on = true) noexcept {
    Options options; // in place: a copy would read back what was just written in pieces
    options.requires_grad(on);
    return options;
}

TENDON_DETAIL_OPTIONS(ReduceOptions, TensorReduceOptions, TENSOR_REDUCE_OPTIONS_INIT)
    ReduceOptions &dtype(DType type) noexcept { return set(&TensorReduceOptions::dtype, type); }
    ReduceOptions &keepdim(bool on = true) noexcept { return set(&TensorReduceOptions::keepdim, on); }
};
inline ReduceOptions keepdim(bool on = true) noexcept {
    ReduceOptions options;
    options.keepdim(on);
    return options;
}

TENDON_DETAIL_OPTIONS(VarOptions, TensorVarOptions, TENSOR_VAR_OPTIONS_INIT)
    VarOptions &keepdim(bool on = true) noexcept { return set(&TensorVarOptions::keepdim, on); }
    VarOptions &correction(double value) noexcept { return set(&TensorVarOptions::correction, value); }
};

TENDON_DETAIL_OPTIONS(SoftmaxOptions, TensorSoftmaxOptions, TENSOR_SOFTMAX_OPTIONS_INIT)
    SoftmaxOptions &dtype(DType type) noexcept { return set(&TensorSoftmaxOptions::dtype, type); }
};

TENDON_DETAIL_OPTIONS(GeluOptions, TensorGeluOptions, TENSOR_GELU_OPTIONS_INIT)
    GeluOptions &tanh_approximation(bool on = true) noexcept { return set(&TensorGeluOptions::tanh_approximation, on); }
};

TENDON_DETAIL_OPTIONS(DropoutOptions, TensorDropoutOptions, TENSOR_DROPOUT_OPTIONS_INIT)
    DropoutOptions &inference(bool on = true) noexcept { return set(&TensorDropoutOptions::inference, on); }
};

enum class Rounding : std::int32_t {
    none = TENSOR_ROUNDING_NONE,
    trunc = TENSOR_ROUNDING_TRUNC,
    floor = TENSOR_ROUNDING_FLOOR,
};
TENDON_DETAIL_OPTIONS(DivOptions, TensorDivOptions, TENSOR_DIV_OPTIONS_INIT)
    DivOptions(Rounding how) noexcept : DivOptions() { rounding(how); }
    DivOptions &rounding(Rounding how) noexcept { return set(&TensorDivOptions::rounding, how); }
};

enum class Reduction : std::int32_t {
    mean = TENSOR_REDUCTION_MEAN,
    sum = TENSOR_REDUCTION_SUM,
    none = TENSOR_REDUCTION_NONE,
};
TENDON_DETAIL_OPTIONS(LossOptions, TensorLossOptions, TENSOR_LOSS_OPTIONS_INIT)
    LossOptions(Reduction how) noexcept : LossOptions() { reduction(how); }
    LossOptions &reduction(Reduction how) noexcept { return set(&TensorLossOptions::reduction, how); }
};

TENDON_DETAIL_OPTIONS(CrossEntropyOptions, TensorCrossEntropyOptions, TENSOR_CROSS_ENTROPY_OPTIONS_INIT)
    CrossEntropyOptions &reduction(Reduction how) noexcept { return set(&TensorCrossEntropyOptions::reduction, how); }
    CrossEntropyOptions &ignore_index(std::int64_t target) noexcept {
        return set(&TensorCrossEntropyOptions::ignore_index, target);
    }
    CrossEntropyOptions &label_smoothing(double share) noexcept {
        return set(&TensorCrossEntropyOptions::label_smoothing, share);
    }
    // Not kept: it must live until the call.
    CrossEntropyOptions &weight(const Tensor &of_class) noexcept;
};

TENDON_DETAIL_OPTIONS(ConvertOptions, TensorConvertOptions, TENSOR_CONVERT_OPTIONS_INIT)
    ConvertOptions &copy(bool on = true) noexcept { return set(&TensorConvertOptions::copy, on); }
    ConvertOptions &non_blocking(bool on = true) noexcept { return set(&TensorConvertOptions::non_blocking, on); }
};

TENDON_DETAIL_OPTIONS(PrintOptions, TensorPrintOptions, TENSOR_PRINT_OPTIONS_INIT)
    PrintOptions &precision(std::int32_t digits) noexcept { return set(&TensorPrintOptions::precision, digits); }
    PrintOptions &threshold(std::int64_t elements) noexcept { return set(&TensorPrintOptions::threshold, elements); }
    PrintOptions &edge_items(std::int64_t elements) noexcept { return set(&TensorPrintOptions::edge_items, elements); }
    PrintOptions &line_width(std::int64_t characters) noexcept { return set(&TensorPrintOptions::line_width, characters); }
};

TENDON_DETAIL_OPTIONS(BackwardOptions, TensorBackwardOptions, TENSOR_BACKWARD_OPTIONS_INIT)
    BackwardOptions &retain_graph(bool on = true) noexcept { return set(&TensorBackwardOptions::retain_graph, on); }
    BackwardOptions &create_graph(bool on = true) noexcept { return set(&TensorBackwardOptions::create_graph, on); }
    // Not kept: it must live until the call.
    BackwardOptions &gradient(const Tensor &of_loss) noexcept;
};

TENDON_DETAIL_OPTIONS(GradOptions, TensorGradOptions, TENSOR_GRAD_OPTIONS_INIT)
    GradOptions &retain_graph(bool on = true) noexcept { return set(&TensorGradOptions::retain_graph, on); }
    GradOptions &create_graph(bool on = true) noexcept { return set(&TensorGradOptions::create_graph, on); }
    GradOptions &allow_unused(bool on = true) noexcept { return set(&TensorGradOptions::allow_unused, on); }
    // Not kept: it must live until the call.
    GradOptions &gradient(const Tensor &of_output) noexcept;
};

TENDON_DETAIL_OPTIONS(SgdOptions, TensorSgdOptions, TENSOR_SGD_OPTIONS_INIT)
    SgdOptions &lr(double rate) noexcept { return set(&TensorSgdOptions::lr, rate); }
    SgdOptions &momentum(double value) noexcept { return set(&TensorSgdOptions::momentum, value); }
    SgdOptions &dampening(double value) noexcept { return set(&TensorSgdOptions::dampening, value); }
    SgdOptions &weight_decay(double value) noexcept { return set(&TensorSgdOptions::weight_decay, value); }
    SgdOptions &nesterov(bool on = true) noexcept { return set(&TensorSgdOptions::nesterov, on); }
    SgdOptions &maximize(bool on = true) noexcept { return set(&TensorSgdOptions::maximize, on); }
};

TENDON_DETAIL_OPTIONS(AdamWOptions, TensorAdamWOptions, TENSOR_ADAMW_OPTIONS_INIT)
    AdamWOptions &lr(double rate) noexcept { return set(&TensorAdamWOptions::lr, rate); }
    AdamWOptions &betas(double first, double second) noexcept {
        set(&TensorAdamWOptions::beta1, first);
        return set(&TensorAdamWOptions::beta2, second);
    }
    AdamWOptions &eps(double value) noexcept { return set(&TensorAdamWOptions::eps, value); }
    AdamWOptions &weight_decay(double value) noexcept { return set(&TensorAdamWOptions::weight_decay, value); }
    AdamWOptions &amsgrad(bool on = true) noexcept { return set(&TensorAdamWOptions::amsgrad, on); }
    AdamWOptions &maximize(bool on = true) noexcept { return set(&TensorAdamWOptions::maximize, on); }
};

enum class DlpackCopy : std::int32_t {
    if_needed = TENSOR_DLPACK_COPY_IF_NEEDED,
    always = TENSOR_DLPACK_COPY_ALWAYS,
    never = TENSOR_DLPACK_COPY_NEVER,
};
TENDON_DETAIL_OPTIONS(DlpackOptions, TensorDlpackOptions, TENSOR_DLPACK_OPTIONS_INIT)
    DlpackOptions &copy(DlpackCopy when) noexcept { return set(&TensorDlpackOptions::copy, when); }
    DlpackOptions &device(Device where) noexcept { return set(&TensorDlpackOptions::device, where.c()); }
    DlpackOptions &stream(std::int64_t of_other_side) noexcept { return set(&TensorDlpackOptions::stream, of_other_side); }
    DlpackOptions &max_version(std::uint32_t major, std::uint32_t minor) noexcept {
        set(&TensorDlpackOptions::max_version_major, major);
        return set(&TensorDlpackOptions::max_version_minor, minor);
    }
    DlpackOptions &stream_stays_valid(bool on = true) noexcept { return set(&TensorDlpackOptions::stream_stays_valid, on); }
    // Importing: where the call of the deleter waits.
    DlpackOptions &release_queue(const ReleaseQueue &queue) noexcept;
};

#undef TENDON_DETAIL_OPTIONS

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_OPTIONS_HPP
