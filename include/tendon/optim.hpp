// Optimizers.
#ifndef TENDON_OPTIM_HPP
#define TENDON_OPTIM_HPP

#include <vector>

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

// Keeps its parameters, and has one owner: it moves and is not copied. One call at a time.
class Optimizer {
  public:
    Optimizer() noexcept = default;
    Optimizer(Optimizer &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Optimizer &operator=(Optimizer &&other) noexcept {
        Optimizer old(std::move(other));
        std::swap(handle_, old.handle_);
        return *this;
    }
    ~Optimizer() { (void)tensor_optimizer_release(handle_); }
    static Optimizer adopt(TensorOptimizer *handle) noexcept {
        Optimizer optimizer;
        optimizer.handle_ = handle;
        return optimizer;
    }
    TensorOptimizer *handle() const noexcept { return handle_; }
    [[nodiscard]] TensorOptimizer *release() noexcept { return std::exchange(handle_, nullptr); }

    Returns<void> step() { return call(tensor_optimizer_step, handle_); }
    Returns<void> zero_grad() { return call(tensor_optimizer_zero_grad, handle_); }
    Returns<void> set_lr(double lr) { return call(tensor_optimizer_set_lr, handle_, lr); }
    Returns<double> lr() const {
        double lr = 0;
        TENDON_DETAIL_CHECK(tensor_optimizer_lr(handle_, &lr));
        return lr;
    }

    // What it remembers, as bytes; load() takes it over in an optimizer of the same type and parameters.
    Returns<std::vector<unsigned char>> save() const {
        std::size_t size = 0;
        TENDON_DETAIL_CHECK(tensor_optimizer_state_size(handle_, &size));
        std::vector<unsigned char> state(size);
        TENDON_DETAIL_CHECK(tensor_optimizer_state_save(handle_, state.data(), state.size(), &size));
        state.resize(size);
        return state;
    }
    Returns<void> load(const void *data, std::size_t nbytes) {
        return call(tensor_optimizer_state_load, handle_, data, nbytes);
    }
    template <class C> auto load(const C &bytes) -> std::enable_if_t<sizeof(*std::data(bytes)) == 1, Returns<void>> {
        return load(std::data(bytes), std::size(bytes));
    }

  private:
    TensorOptimizer *handle_ = nullptr;
};

// sgd({w, b}, SgdOptions().lr(0.1).momentum(0.9))
inline Returns<Optimizer> sgd(const TensorList &params, const SgdOptions &options = {}) {
    TensorOptimizer *out = nullptr;
    TENDON_DETAIL_CHECK(tensor_sgd_create(params.handles_mut(), params.size(), options.c(), &out));
    return Optimizer::adopt(out);
}
inline Returns<Optimizer> adamw(const TensorList &params, const AdamWOptions &options = {}) {
    TensorOptimizer *out = nullptr;
    TENDON_DETAIL_CHECK(tensor_adamw_create(params.handles_mut(), params.size(), options.c(), &out));
    return Optimizer::adopt(out);
}

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_OPTIM_HPP
