// Where tensors come from: filled, random, from numbers in braces, and over memory that is there already.
#ifndef TENDON_MAKE_HPP
#define TENDON_MAKE_HPP

#include <array>
#include <functional>
#include <memory>

#include "context.hpp"
#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

inline Returns<Tensor> empty(const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_empty, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> zeros(const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_zeros, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> ones(const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_ones, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> full(const Shape &shape, Scalar value, const Options &options = {}) {
    return Tensor::made_by(tensor_full, shape.data(), shape.size(), value.c(), options.c());
}
inline Returns<Tensor> scalar(Scalar value, const Options &options = {}) {
    return Tensor::made_by(tensor_scalar, value.c(), options.c());
}
inline Returns<Tensor> arange(Scalar start, Scalar end, Scalar step = 1, const Options &options = {}) {
    return Tensor::made_by(tensor_arange, start.c(), end.c(), step.c(), options.c());
}
inline Returns<Tensor> arange(Scalar end, const Options &options = {}) { return arange(0, end, 1, options); }
inline Returns<Tensor> linspace(double start, double end, std::int64_t steps, const Options &options = {}) {
    return Tensor::made_by(tensor_linspace, start, end, steps, options.c());
}
inline Returns<Tensor> eye(std::int64_t n, std::int64_t m, const Options &options = {}) {
    return Tensor::made_by(tensor_eye, n, m, options.c());
}
inline Returns<Tensor> eye(std::int64_t n, const Options &options = {}) { return eye(n, n, options); }
inline Returns<Tensor> rand(const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_rand, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> randn(const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_randn, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> randint(std::int64_t low, std::int64_t high, const Shape &shape, const Options &options = {}) {
    return Tensor::made_by(tensor_randint, low, high, shape.data(), shape.size(), options.c());
}
inline Returns<Tensor> randperm(std::int64_t n, const Options &options = {}) {
    return Tensor::made_by(tensor_randperm, n, options.c());
}
inline Returns<Tensor> empty_like(Operand x, const Options &options = {}) {
    return Tensor::made_by(tensor_empty_like, x, options.c());
}
inline Returns<Tensor> zeros_like(Operand x, const Options &options = {}) {
    return Tensor::made_by(tensor_zeros_like, x, options.c());
}
inline Returns<Tensor> ones_like(Operand x, const Options &options = {}) {
    return Tensor::made_by(tensor_ones_like, x, options.c());
}
inline Returns<Tensor> rand_like(Operand x, const Options &options = {}) {
    return Tensor::made_by(tensor_rand_like, x, options.c());
}
inline Returns<Tensor> randn_like(Operand x, const Options &options = {}) {
    return Tensor::made_by(tensor_randn_like, x, options.c());
}
inline Returns<Tensor> full_like(Operand x, Scalar value, const Options &options = {}) {
    return Tensor::made_by(tensor_full_like, x, value.c(), options.c());
}

namespace detail {

struct Ragged {
    std::size_t expected = 0, got = 0;
};

// Lists in lists, from the outside in: the shape by the first element of each, then every element checked against it.
template <class T> struct Nested {
    using Element = T;
    static constexpr std::size_t depth = 0;
    static void measure(const T &, std::int64_t *) noexcept {}
    static bool gather(const T &number, const std::int64_t *, T *&to, Ragged &) noexcept {
        *to++ = number;
        return true;
    }
};
template <class T> struct Nested<std::initializer_list<T>> {
    using Inner = Nested<T>;
    using Element = typename Inner::Element;
    static constexpr std::size_t depth = Inner::depth + 1;
    static void measure(const std::initializer_list<T> &list, std::int64_t *sizes) noexcept {
        *sizes = static_cast<std::int64_t>(list.size());
        if (list.size() > 0) {
            Inner::measure(*list.begin(), sizes + 1);
        } else {
            std::fill(sizes + 1, sizes + depth, std::int64_t(0));
        }
    }
    static bool gather(const std::initializer_list<T> &list, const std::int64_t *sizes, Element *&to,
                       Ragged &ragged) noexcept {
        if (static_cast<std::int64_t>(list.size()) != *sizes) {
            ragged = {static_cast<std::size_t>(*sizes), list.size()};
            return false;
        }
        for (const T &inner : list) {
            if (!Inner::gather(inner, sizes + 1, to, ragged)) return false;
        }
        return true;
    }
};

template <class L> Returns<Tensor> from_nested(const L &list, const Options &options) {
    using Element = typename Nested<L>::Element;
    Shape shape;
    Nested<L>::measure(list, shape.resize(Nested<L>::depth));
    const auto count = static_cast<std::size_t>(shape.numel());
    const std::unique_ptr<Element[]> numbers(new (std::nothrow) Element[count > 0 ? count : 1]);
    if (numbers == nullptr) {
        TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_OUT_OF_MEMORY, "tensor: no memory for %zu numbers", count));
    }
    Element *to = numbers.get();
    Ragged ragged;
    if (!Nested<L>::gather(list, shape.data(), to, ragged)) {
        TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_SHAPE,
                                     "tensor: a list has %zu elements where the first of its level has %zu", ragged.got,
                                     ragged.expected));
    }
    return Tensor::made_by(tensor_from_host_copy, numbers.get(), count * sizeof(Element), c_dtype(dtype_v<Element>),
                           shape.data(), shape.size(), options.c());
}

template <class C> using element_of = std::remove_pointer_t<decltype(std::data(std::declval<C &>()))>;
template <class C> using if_elements = std::enable_if_t<has_dtype_v<element_of<C>>, int>;

// Looks at elements that another owns, like a span: nothing is destroyed with it, and its own const is not theirs.
template <class C, class = void> struct IsView : std::false_type {};
template <class C>
struct IsView<C, std::void_t<element_of<const C>>>
    : std::bool_constant<std::is_class_v<C> && std::is_trivially_destructible_v<C> &&
                         std::is_same_v<element_of<C>, element_of<const C>>> {};
template <class T, std::size_t N> struct IsView<std::array<T, N>, void> : std::false_type {};
// The array behind it goes with the expression that made it, so a temporary one is no better than an owner; see take().
template <class T> struct IsList : std::false_type {};
template <class T> struct IsList<std::initializer_list<T>> : std::true_type {};

// C as a forwarding reference deduces it: a temporary that owns its elements, or a temporary look at another's.
template <class C, bool = std::is_lvalue_reference_v<C>> struct Temporary {
    static constexpr bool view = IsView<std::remove_cv_t<C>>::value && !IsList<std::remove_cv_t<C>>::value;
    static constexpr bool owner = !view;
};
template <class C> struct Temporary<C, true> {
    static constexpr bool view = false, owner = false;
};
template <class C> using if_temporary_owner = std::enable_if_t<Temporary<C>::owner, int>;
template <class C> using if_temporary_view = std::enable_if_t<Temporary<C>::view, int>;

template <class C> bool lies_inside(const void *elements, const C &container) noexcept {
    const void *const first = std::addressof(container), *const last = std::addressof(container) + 1;
    const std::less<const void *> before;
    return !before(elements, first) && before(elements, last);
}

} // namespace detail

// The numbers, up to four levels deep, in the dtype of their C++ type: tensor({{1.f, 2.f}, {3.f, 4.f}}). tensor<float>({1, 2})
// names another type.
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor> tensor(std::initializer_list<T> numbers, const Options &options = {}) {
    return detail::from_nested(numbers, options);
}
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor> tensor(std::initializer_list<std::initializer_list<T>> numbers, const Options &options = {}) {
    return detail::from_nested(numbers, options);
}
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor> tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> numbers,
                       const Options &options = {}) {
    return detail::from_nested(numbers, options);
}
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor>
tensor(std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<T>>>> numbers,
       const Options &options = {}) {
    return detail::from_nested(numbers, options);
}

#ifndef TENDON_NO_EXCEPTIONS
template <class T, std::enable_if_t<has_dtype_v<T>, int>>
Tensor::Tensor(std::initializer_list<T> numbers) : Tensor(tensor(numbers)) {}
template <class T, std::enable_if_t<has_dtype_v<T>, int>>
Tensor::Tensor(std::initializer_list<std::initializer_list<T>> numbers) : Tensor(tensor(numbers)) {}
template <class T, std::enable_if_t<has_dtype_v<T>, int>>
Tensor::Tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> numbers)
    : Tensor(tensor(numbers)) {}
#endif

// How memory is borrowed. Strides and offset are in elements.
class BorrowOptions {
  public:
    // Writes are errors. Borrowing const elements sets it by itself.
    BorrowOptions &read_only(bool on = true) noexcept { return read_only_ = on, *this; }
    // One per dimension; may be negative or zero. C order without.
    BorrowOptions &strides(const Strides &strides) noexcept { return strides_ = strides, *this; }
    // Where element [0, 0, ...] lies in the memory.
    BorrowOptions &offset(std::int64_t elements) noexcept { return offset_ = elements, *this; }
    // Called once, after the last use, by whoever ended it or by release_queue, and destroyed then. What it throws goes no further. It may
    // own the memory: [owner = std::move(pointer)] {}.
    template <class F> BorrowOptions &on_release(F release) {
        if constexpr (std::is_copy_constructible_v<F>) {
            release_ = std::move(release);
        } else { // a std::function can be copied, so what cannot is shared
            release_ = [shared = std::make_shared<F>(std::move(release))] { (*shared)(); };
        }
        return *this;
    }

    // Where the call of on_release waits; the queue need not outlive the tensor.
    BorrowOptions &release_queue(const ReleaseQueue &queue) noexcept { return release_queue_ = queue.option(), *this; }

    TensorHostBufferOptions c() const noexcept {
        TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
        options.read_only = read_only_;
        if (!strides_.empty()) options.strides = strides_.data();
        options.offset = offset_;
        options.release_queue = release_queue_;
        return options;
    }
    const Strides &strides() const noexcept { return strides_; }
    const std::function<void()> &release() const noexcept { return release_; }

  private:
    bool read_only_ = false;
    Strides strides_;
    std::int64_t offset_ = 0;
    std::function<void()> release_;
    const TendonReleaseQueue *release_queue_ = nullptr;
};

namespace detail {

// As the C function wants it, which writes only where it was not told read_only.
template <class T> void *writable(T *data) noexcept { return const_cast<std::remove_const_t<T> *>(data); }

// `kept` is deleted by the release callback once the tensor is there, and here when it could not be made.
template <class Kept, class F, class... A>
Returns<Tensor> lend(std::unique_ptr<Kept> &kept, TensorHostBufferOptions &options, F from_buffer,
                     const A &...arguments) {
    if (kept != nullptr) {
        options.user_data = kept.get();
        options.release = [](void *, void *user_data) {
            const std::unique_ptr<Kept> last(static_cast<Kept *>(user_data));
            if constexpr (std::is_invocable_v<Kept &>) (void)guarded([&] { (*last)(); });
        };
    }
    ::Tensor *out = nullptr;
    TENDON_DETAIL_CHECK(from_buffer(arguments..., &options, &out));
    (void)kept.release();
    return Tensor::adopt(out);
}

// Without options: most borrow so, and a plain call is what it costs.
template <class F, class... A>
Returns<Tensor> borrowed(const Shape &shape, bool read_only, F from_buffer, const A &...arguments) {
    if (!read_only) return Tensor::made_by(from_buffer, arguments..., shape.data(), shape.size(), nullptr);
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.read_only = true;
    return Tensor::made_by(from_buffer, arguments..., shape.data(), shape.size(), &options);
}

template <class F, class... A>
Returns<Tensor> borrowed(const Shape &shape, const BorrowOptions &borrow, bool read_only, F from_buffer,
                         const A &...arguments) {
    TensorHostBufferOptions options = borrow.c();
    options.read_only = options.read_only || read_only;
    if (options.strides != nullptr && borrow.strides().size() != shape.size()) {
        TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_SHAPE, "borrow: strides has %zu numbers and shape has %zu sizes",
                                     borrow.strides().size(), shape.size()));
    }
    std::unique_ptr<std::function<void()>> kept;
    if (borrow.release()) {
        kept.reset(new (std::nothrow) std::function<void()>(borrow.release()));
        if (kept == nullptr) {
            TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_OUT_OF_MEMORY, "borrow: no memory for the release callback"));
        }
    }
    return lend(kept, options, from_buffer, arguments..., shape.data(), shape.size());
}

} // namespace detail

// Borrows `count` elements without a copy: the memory must outlive every tensor over it, or on_release says when it is
// free again. All elements that shape and strides reach must be among the `count`.
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor> borrow(T *data, std::size_t count, const Shape &shape) {
    return detail::borrowed(shape, std::is_const_v<T>, tensor_from_host_buffer, detail::writable(data),
                            count * sizeof(T), c_dtype(dtype_v<T>));
}
template <class T, std::enable_if_t<has_dtype_v<T>, int> = 0>
Returns<Tensor> borrow(T *data, std::size_t count, const Shape &shape, const BorrowOptions &options) {
    return detail::borrowed(shape, options, std::is_const_v<T>, tensor_from_host_buffer, detail::writable(data),
                            count * sizeof(T), c_dtype(dtype_v<T>));
}
// The same of a dtype that only the program knows.
inline Returns<Tensor> borrow(void *data, std::size_t nbytes, DType dtype, const Shape &shape,
                              const BorrowOptions &options = {}) {
    return detail::borrowed(shape, options, false, tensor_from_host_buffer, data, nbytes, c_dtype(dtype));
}
// The elements of a vector, array, span or anything else with data() and size(), which must outlive every tensor over
// it. So it has a name: what is about to go is for take(). A span owns nothing and may be a temporary.
template <class C, detail::if_elements<C> = 0> Returns<Tensor> borrow(C &elements) {
    return borrow(std::data(elements), std::size(elements), Shape(std::size(elements)));
}
template <class C, detail::if_elements<C> = 0> Returns<Tensor> borrow(C &elements, const Shape &shape) {
    return borrow(std::data(elements), std::size(elements), shape);
}
template <class C, detail::if_elements<C> = 0>
Returns<Tensor> borrow(C &elements, const Shape &shape, const BorrowOptions &options) {
    return borrow(std::data(elements), std::size(elements), shape, options);
}
template <class C, detail::if_elements<C> = 0, detail::if_temporary_view<C> = 0> Returns<Tensor> borrow(C &&view) {
    return borrow(view);
}
template <class C, detail::if_elements<C> = 0, detail::if_temporary_view<C> = 0>
Returns<Tensor> borrow(C &&view, const Shape &shape) {
    return borrow(view, shape);
}
template <class C, detail::if_elements<C> = 0, detail::if_temporary_view<C> = 0>
Returns<Tensor> borrow(C &&view, const Shape &shape, const BorrowOptions &options) {
    return borrow(view, shape, options);
}
template <class C, detail::if_elements<C> = 0, detail::if_temporary_owner<C> = 0>
Returns<Tensor> borrow(C &&elements) = delete;
template <class C, detail::if_elements<C> = 0, detail::if_temporary_owner<C> = 0>
Returns<Tensor> borrow(C &&elements, const Shape &shape) = delete;
template <class C, detail::if_elements<C> = 0, detail::if_temporary_owner<C> = 0>
Returns<Tensor> borrow(C &&elements, const Shape &shape, const BorrowOptions &options) = delete;

// Memory of a CUDA device, borrowed; see tensor_from_device_buffer.
inline Returns<Tensor> borrow_device(void *data, std::size_t nbytes, Device device, DType dtype, const Shape &shape,
                                     const BorrowOptions &options = {}) {
    return detail::borrowed(shape, options, false, tensor_from_device_buffer, data, nbytes, device.c(), c_dtype(dtype));
}

// Takes a container over without copying its elements: take(std::move(v), {2, 3}). It is destroyed after the last use of
// the tensor. When that fails the container is as it was. What only looks at elements (a span, a list in braces, a map)
// cannot be taken: nothing would keep them.
template <class C, std::enable_if_t<!std::is_lvalue_reference_v<C> && !std::is_const_v<C>, int> = 0,
          detail::if_elements<C> = 0>
Returns<Tensor> take(C &&container, const Shape &shape) {
    using Element = detail::element_of<C>;
    static_assert(!detail::IsView<C>::value,
                  "take() keeps what owns its elements, and this only looks at another's: borrow() it, or copy_of() it");
    // A look with a const of its own (a map of Eigen's) is told from an array by where the elements lie.
    if constexpr (std::is_trivially_destructible_v<C>) {
        if (std::size(container) > 0 && !detail::lies_inside(std::data(container), container)) {
            TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_INVALID_ARGUMENT,
                                         "take: the container does not own its elements: borrow() it, or copy_of() it"));
        }
    }
    std::unique_ptr<C> kept(new (std::nothrow) C(std::move(container)));
    if (kept == nullptr) {
        TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_OUT_OF_MEMORY, "take: no memory to keep the container"));
    }
    struct Back { // to the caller, unless the tensor has it
        std::unique_ptr<C> &kept;
        C &container;
        ~Back() {
            if (kept != nullptr) container = std::move(*kept);
        }
    } back{kept, container};
    TensorHostBufferOptions options = TENSOR_HOST_BUFFER_OPTIONS_INIT;
    options.read_only = std::is_const_v<Element>;
    return detail::lend(kept, options, tensor_from_host_buffer, detail::writable(std::data(*kept)),
                        std::size(*kept) * sizeof(Element), c_dtype(dtype_v<Element>), shape.data(), shape.size());
}
template <class C, std::enable_if_t<!std::is_lvalue_reference_v<C> && !std::is_const_v<C>, int> = 0,
          detail::if_elements<C> = 0>
Returns<Tensor> take(C &&container) {
    const Shape shape(std::size(container));
    return take(std::move(container), shape);
}

// A copy of the elements of a container.
template <class C, detail::if_elements<const C> = 0>
Returns<Tensor> copy_of(const C &elements, const Shape &shape, const Options &options = {}) {
    using Element = detail::element_of<const C>;
    return Tensor::made_by(tensor_from_host_copy, std::data(elements), std::size(elements) * sizeof(Element),
                           c_dtype(dtype_v<Element>), shape.data(), shape.size(), options.c());
}
template <class C, detail::if_elements<const C> = 0> Returns<Tensor> copy_of(const C &elements) {
    return copy_of(elements, Shape(std::size(elements)));
}

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_MAKE_HPP
