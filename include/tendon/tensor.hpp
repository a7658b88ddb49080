// tendon::Tensor: one owner of one handle. tensor_name(x, ...) of tendon.h is x.name(...) here where it asks x, looks at
// it, reduces it or writes it, and name(x, ...) of ops.hpp where it computes from it. Shapes, dtypes and errors stand in
// tendon.h.
#ifndef TENDON_TENSOR_HPP
#define TENDON_TENSOR_HPP

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "options.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

#ifdef TENDON_NO_EXCEPTIONS
// What an op takes: a tensor, or the Result of another op, whose error it then hands on. So expressions nest:
// auto y = tanh(matmul(w, x) + b);
class Operand {
  public:
    Operand(const Tensor &x) noexcept;
    Operand(const Result<Tensor> &x) noexcept;
    ::Tensor *handle() const noexcept { return handle_; }
    const Error *error() const noexcept { return error_; }

  private:
    ::Tensor *handle_;
    const Error *error_ = nullptr;
};
using Written = Result<void>;
#else
using Operand = const Tensor &;
// What functions that write in place return.
using Written = Tensor &;
#endif

// Copying makes another handle of the same tensor, as assigning does in Python; clone() copies the elements. Moving hands
// the handle on and leaves an empty tensor, on which every function fails with TENSOR_ERR_INVALID_HANDLE.
//
// const functions are safe in concurrent calls; the others are exclusive. The objects themselves are guarded as
// std::shared_ptr is: two threads may use two copies. A result that nobody takes is a warning: x.reshape({6}) does not
// change x.
class [[nodiscard]] Tensor {
  public:
    Tensor() noexcept = default;
    Tensor(Tensor &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    // Not for what an op returns: x[0] = y would change a name that is gone. Write x[0].copy_(y).
    Tensor &operator=(Tensor &&other) & noexcept {
        Tensor(std::move(other)).swap(*this);
        return *this;
    }
#ifdef TENDON_NO_EXCEPTIONS
    // Another handle can fail: retain() says so.
    Tensor(const Tensor &) = delete;
    Tensor &operator=(const Tensor &) = delete;
#else
    Tensor(const Tensor &other) {
        if (other.handle_ != nullptr) detail::check(tensor_retain(other.handle_, &handle_));
    }
    Tensor &operator=(const Tensor &other) & {
        Tensor(other).swap(*this);
        return *this;
    }
    // Tensor{1.f, 2.f}, Tensor{{1.f, 2.f}, {3.f, 4.f}}: the numbers, in the dtype of their type. See tensor() in make.hpp.
    template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0> explicit Tensor(std::initializer_list<T> numbers);
    template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
    explicit Tensor(std::initializer_list<std::initializer_list<T>> numbers);
    template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
    explicit Tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> numbers);
#endif
    ~Tensor() {
        if (handle_ != nullptr) (void)tensor_release(handle_);
    }

    // Owns a handle that a C function gave.
    static Tensor adopt(::Tensor *handle) noexcept {
        Tensor x;
        x.handle_ = handle;
        return x;
    }
    // What function(arguments..., &out) makes: the form that most of tendon.h has.
    template <class F, class... A> static Returns<Tensor> made_by(F function, const A &...arguments);
    // Gives the handle up: the caller releases it.
    [[nodiscard]] ::Tensor *release() noexcept { return std::exchange(handle_, nullptr); }
    // Borrowed, for C functions. (A handle is no access to the elements, so const does not matter to it.)
    ::Tensor *handle() const noexcept { return handle_; }
    // Whether there is a tensor. There is no conversion to bool: if (x == y) would look like a comparison.
    bool defined() const noexcept { return handle_ != nullptr; }
    void swap(Tensor &other) noexcept { std::swap(handle_, other.handle_); }
    friend void swap(Tensor &a, Tensor &b) noexcept { a.swap(b); }
    // Another handle of the same tensor: what copying does.
    Returns<Tensor> retain() const { return made_by(tensor_retain, *this); }

    // Questions. Sizes and strides are in elements.
    Returns<std::int64_t> ndim() const { return answer(tensor_ndim(handle_)); }
    Returns<std::int64_t> size(std::int64_t dim) const { return answer(tensor_size(handle_, dim)); }
    Returns<std::int64_t> stride(std::int64_t dim) const;
    Returns<std::int64_t> numel() const { return answer(tensor_numel(handle_)); }
    Returns<std::int64_t> nbytes() const { return answer(tensor_nbytes(handle_)); }
    Returns<std::int64_t> storage_offset() const { return answer(tensor_storage_offset(handle_)); }
    Returns<std::int64_t> version() const { return answer(tensor_version(handle_)); }
    Returns<Shape> shape() const { return sizes(tensor_shape); }
    Returns<Strides> strides() const { return sizes(tensor_strides); }
    Returns<DType> dtype() const;
    Returns<Device> device() const;
    Returns<bool> is_contiguous() const { return truth(tensor_is_contiguous(handle_)); }
    Returns<bool> is_leaf() const { return truth(tensor_is_leaf(handle_)); }
    Returns<bool> requires_grad() const { return truth(tensor_requires_grad(handle_)); }
    Returns<bool> is_view() const { return truth(tensor_is_view(handle_)); }
    Returns<bool> is_read_only() const { return truth(tensor_is_read_only(handle_)); }
    Returns<bool> is_inference() const { return truth(tensor_is_inference(handle_)); }
    Returns<bool> is_same(const Tensor &b) const { return truth(tensor_is_same(handle_, b.handle_)); }
    Returns<bool> shares_memory(const Tensor &b) const { return truth(tensor_shares_memory(handle_, b.handle_)); }
    Returns<bool> is_pinned() const;
    Returns<std::string> to_string(const PrintOptions &options = {}) const;

    // The elements, on the CPU and in C order; T must be the type of the dtype. Borrowed until the last handle of the
    // tensor is released, so the tensor has a name: not (x + 1).span<float>(). The _mut forms count as a write at the time
    // of the call.
    template <class T> Returns<const T *> data() const &;
    template <class T> Returns<T *> data_mut() &;
    template <class T> Returns<Span<const T>> span() const &;
    template <class T> Returns<Span<T>> span_mut() &;
    // The same without a type, ...
    Returns<const void *> data() const & { return address(tensor_data); }
    Returns<void *> data_mut() & { return address_mut(tensor_data_mut); }
    // ... without C order: the address of element [0, 0, ...], the others at strides(); ...
    Returns<const void *> data_strided() const & { return address(tensor_data_strided); }
    Returns<void *> data_mut_strided() & { return address_mut(tensor_data_mut_strided); }
    // ... and on a CUDA device, for kernels of your own.
    Returns<const void *> cuda_data() const & { return address(tensor_cuda_data); }
    Returns<void *> cuda_data_mut() & { return address_mut(tensor_cuda_data_mut); }
    template <class T> void data() const && = delete;
    template <class T> void data_mut() && = delete;
    template <class T> void span() const && = delete;
    template <class T> void span_mut() && = delete;
    void data() const && = delete;
    void data_mut() && = delete;
    void data_strided() const && = delete;
    void data_mut_strided() && = delete;
    void cuda_data() const && = delete;
    void cuda_data_mut() && = delete;

    // Copies, from any device: in the tensor's dtype, and as elements of T, converted where the dtype is another.
    Returns<void> copy_to_host(void *buffer, std::size_t nbytes) const;
    template <class T> Returns<std::vector<T>> to_vector() const;
    // The one element, on the CPU. An integer that T cannot hold is TENSOR_ERR_INVALID_ARGUMENT.
    template <class T> Returns<T> item() const;
    Returns<Scalar> item() const;

    // Conversions: itself if there is nothing to do, unless the options ask for a copy.
    Returns<Tensor> to(Device device, const ConvertOptions &options = {}) const {
        return made_by(tensor_to_device, *this, device.c(), options.c());
    }
    Returns<Tensor> to(DType dtype, const ConvertOptions &options = {}) const {
        return made_by(tensor_to_dtype, *this, c_dtype(dtype), options.c());
    }
    Returns<Tensor> to_cpu() const { return made_by(tensor_to_cpu, *this); }
    Returns<Tensor> contiguous() const { return made_by(tensor_contiguous, *this); }
    Returns<Tensor> clone() const { return made_by(tensor_clone, *this); }
    Returns<Tensor> pin_memory() const { return made_by(tensor_pin_memory, *this); }

    // Gradients. grad() is empty where there is none.
    Written set_requires_grad(bool on = true) { return written(tensor_set_requires_grad(handle_, on)); }
    Returns<void> backward(const BackwardOptions &options = {}) { return call(tensor_backward, handle_, options.c()); }
    Returns<Tensor> grad() const { return made_by(tensor_grad, *this); }
    Written set_grad(const Tensor &grad) { return written(tensor_set_grad(handle_, grad.handle_)); }
    Written clear_grad() { return written(tensor_set_grad(handle_, nullptr)); }
    Written zero_grad() { return written(tensor_zero_grad(handle_)); }
    Returns<Tensor> detach() const { return made_by(tensor_detach, *this); }

    // Views, and other shapes. x[i] is x.select(0, i).
    Returns<Tensor> reshape(const Shape &shape) const {
        return made_by(tensor_reshape, *this, shape.data(), shape.size());
    }
    Returns<Tensor> view(const Shape &shape) const { return made_by(tensor_view, *this, shape.data(), shape.size()); }
    Returns<Tensor> expand(const Shape &shape) const {
        return made_by(tensor_expand, *this, shape.data(), shape.size());
    }
    Returns<Tensor> flatten(std::int64_t start_dim = 0, std::int64_t end_dim = -1) const {
        return made_by(tensor_flatten, *this, start_dim, end_dim);
    }
    Returns<Tensor> transpose(std::int64_t dim0, std::int64_t dim1) const {
        return made_by(tensor_transpose, *this, dim0, dim1);
    }
    Returns<Tensor> permute(const Dims &dims) const { return made_by(tensor_permute, *this, dims.data(), dims.size()); }
    Returns<Tensor> squeeze(const Dims &dims = {}) const {
        return made_by(tensor_squeeze, *this, dims.data(), dims.size());
    }
    Returns<Tensor> unsqueeze(std::int64_t dim) const { return made_by(tensor_unsqueeze, *this, dim); }
    Returns<Tensor> select(std::int64_t dim, std::int64_t index) const {
        return made_by(tensor_select, *this, dim, index);
    }
    Returns<Tensor> operator[](std::int64_t index) const { return select(0, index); }
    Returns<Tensor> slice(std::int64_t dim, std::int64_t start, std::int64_t end = INT64_MAX,
                          std::int64_t step = 1) const {
        return made_by(tensor_slice, *this, dim, start, end, step);
    }
    Returns<Tensor> narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const {
        return made_by(tensor_narrow, *this, dim, start, length);
    }
    Returns<std::vector<Tensor>> split(std::int64_t size, std::int64_t dim = 0) const;
    Returns<std::vector<Tensor>> chunk(std::int64_t chunks, std::int64_t dim = 0) const;

    // Reductions; no dims are all of them.
    Returns<Tensor> sum(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_sum, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> mean(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_mean, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> max(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_max, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> min(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_min, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> any(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_any, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> all(const Dims &dims = {}, const ReduceOptions &options = {}) const {
        return made_by(tensor_all, *this, dims.data(), dims.size(), options.c());
    }
    Returns<Tensor> var(const Dims &dims = {}, const VarOptions &options = {}) const {
        return made_by(tensor_var, *this, dims.data(), dims.size(), options.c());
    }
    // Without a dim among all elements in C order.
    Returns<Tensor> argmax(std::optional<std::int64_t> dim = std::nullopt, const ReduceOptions &options = {}) const {
        return made_by(tensor_argmax, *this, dim ? &*dim : nullptr, options.c());
    }
    Returns<Tensor> argmin(std::optional<std::int64_t> dim = std::nullopt, const ReduceOptions &options = {}) const {
        return made_by(tensor_argmin, *this, dim ? &*dim : nullptr, options.c());
    }
    Returns<Tensor> softmax(std::int64_t dim, const SoftmaxOptions &options = {}) const {
        return made_by(tensor_softmax, *this, dim, options.c());
    }
    Returns<Tensor> log_softmax(std::int64_t dim, const SoftmaxOptions &options = {}) const {
        return made_by(tensor_log_softmax, *this, dim, options.c());
    }

    // Indexing.
    Returns<Tensor> index_select(std::int64_t dim, Operand index) const {
        return made_by(tensor_index_select, *this, dim, index);
    }
    Returns<Tensor> gather(std::int64_t dim, Operand index) const { return made_by(tensor_gather, *this, dim, index); }
    Returns<Tensor> scatter_add(std::int64_t dim, Operand index, Operand src) const {
        return made_by(tensor_scatter_add, *this, dim, index, src);
    }
    Returns<Tensor> index_add(std::int64_t dim, Operand index, Operand src) const {
        return made_by(tensor_index_add, *this, dim, index, src);
    }

    // In place. With exceptions these return the tensor: x.mul_(2).add_(1).
    Written add_(Operand b) { return write(tensor_add_, b); }
    Written sub_(Operand b) { return write(tensor_sub_, b); }
    Written mul_(Operand b) { return write(tensor_mul_, b); }
    Written div_(Operand b) { return write(tensor_div_, b); }
    Written add_(Scalar b) { return written(tensor_add_scalar_(handle_, b.c())); }
    Written sub_(Scalar b) { return written(tensor_sub_scalar_(handle_, b.c())); }
    Written mul_(Scalar b) { return written(tensor_mul_scalar_(handle_, b.c())); }
    Written div_(Scalar b) { return written(tensor_div_scalar_(handle_, b.c())); }
    Written operator+=(Operand b) { return add_(b); }
    Written operator-=(Operand b) { return sub_(b); }
    Written operator*=(Operand b) { return mul_(b); }
    Written operator/=(Operand b) { return div_(b); }
    Written operator+=(Scalar b) { return add_(b); }
    Written operator-=(Scalar b) { return sub_(b); }
    Written operator*=(Scalar b) { return mul_(b); }
    Written operator/=(Scalar b) { return div_(b); }
    Written copy_(Operand src) { return write(tensor_copy_, src); }
    Written fill_(Scalar value) { return written(tensor_fill_(handle_, value.c())); }
    Written zero_() { return written(tensor_zero_(handle_)); }
    Written clamp_(std::optional<Scalar> low, std::optional<Scalar> high = std::nullopt) {
        return written(tensor_clamp_(handle_, low ? &low->c() : nullptr, high ? &high->c() : nullptr));
    }
    Written neg_() { return written(tensor_neg_(handle_)); }
    Written exp_() { return written(tensor_exp_(handle_)); }
    Written sqrt_() { return written(tensor_sqrt_(handle_)); }
    Written relu_() { return written(tensor_relu_(handle_)); }
    Written sigmoid_() { return written(tensor_sigmoid_(handle_)); }
    Written tanh_() { return written(tensor_tanh_(handle_)); }

  private:
    Written written(TensorStatus status);
    template <class F> Written write(F function, Operand other);
    Returns<std::int64_t> answer(std::int64_t number) const;
    Returns<bool> truth(std::int32_t number) const;
    Returns<Shape> sizes(TensorStatus (*of)(const ::Tensor *, std::int64_t *, std::size_t)) const;
    Returns<const void *> address(TensorStatus (*of)(const ::Tensor *, const void **)) const;
    Returns<void *> address_mut(TensorStatus (*of)(::Tensor *, void **));

    ::Tensor *handle_ = nullptr;
};

// An array of tensors is an array of handles: functions of several tensors copy nothing.
static_assert(sizeof(Tensor) == sizeof(::Tensor *) && std::is_standard_layout_v<Tensor>, "a Tensor is its handle");

// Behind the `->` of a temporary Result the tensor is a temporary too: (x + 1)->span<float>() is deleted as well.
template <> class Passing<Tensor> {
  public:
    class Temporary : public Tensor {
      public:
        explicit Temporary(Tensor x) noexcept : Tensor(std::move(x)) {}
        template <class T> void data() const = delete;
        template <class T> void data_mut() = delete;
        template <class T> void span() const = delete;
        template <class T> void span_mut() = delete;
        void data() const = delete;
        void data_mut() = delete;
        void data_strided() const = delete;
        void data_mut_strided() = delete;
        void cuda_data() const = delete;
        void cuda_data_mut() = delete;
    };
    explicit Passing(Tensor x) noexcept : x_(std::move(x)) {}
    Temporary *operator->() noexcept { return &x_; }

  private:
    Temporary x_;
};

// Several tensors for one call: {a, b}, or anything with data() and size() that holds Tensors. Not kept.
class TensorList {
  public:
    class Item {
      public:
        Item(const Tensor &x) noexcept : handle_(x.handle()) {}

      private:
        ::Tensor *handle_;
    };
    static_assert(sizeof(Item) == sizeof(::Tensor *), "an array of items is an array of handles");

    TensorList() noexcept = default;
    TensorList(std::initializer_list<Item> items) noexcept : TensorList(items.begin(), items.size()) {}
    template <class C, class E = decltype(*std::data(std::declval<const C &>())),
              std::enable_if_t<std::is_same_v<E, const Tensor &> || std::is_same_v<E, Tensor &>, int> = 0>
    TensorList(const C &tensors) noexcept : TensorList(std::data(tensors), std::size(tensors)) {}

    std::size_t size() const noexcept { return size_; }
    const ::Tensor *const *handles() const noexcept { return static_cast<const ::Tensor *const *>(first_); }
    ::Tensor *const *handles_mut() const noexcept { return static_cast<::Tensor *const *>(first_); }

  private:
    TensorList(const void *first, std::size_t size) noexcept : first_(first), size_(size) {}
    const void *first_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#include "tensor_impl.hpp"

#endif // TENDON_TENSOR_HPP
