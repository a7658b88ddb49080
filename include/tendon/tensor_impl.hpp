// The bodies behind tensor.hpp.
#ifndef TENDON_TENSOR_IMPL_HPP
#define TENDON_TENSOR_IMPL_HPP

#include <memory>

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {
namespace detail {

// What a C function gets for an argument.
inline const ::Tensor *raw(const Tensor &x) noexcept { return x.handle(); }
template <class T> const T &raw(const T &argument) noexcept { return argument; }

#ifdef TENDON_NO_EXCEPTIONS
inline const ::Tensor *raw(const Operand &x) noexcept { return x.handle(); }
// The error of the first operand that has one.
inline const Error *failed(const Operand &x) noexcept { return x.error(); }
template <class T> const Error *failed(const T &) noexcept { return nullptr; }
inline const Error *first_failed() noexcept { return nullptr; }
template <class A, class... Rest> const Error *first_failed(const A &argument, const Rest &...rest) noexcept {
    const Error *error = failed(argument);
    return error != nullptr ? error : first_failed(rest...);
}
#endif

// Cheap questions answer with a number below 0 when they fail.
inline TensorStatus asked(std::int64_t number) noexcept { return number < 0 ? tendon_last_error_status() : TENSOR_OK; }

// Room for handles that a C function writes.
inline ::Tensor **room(std::vector<Tensor> &tensors) noexcept {
    return static_cast<::Tensor **>(static_cast<void *>(tensors.data()));
}

// The typed pointers of tendon.h by overloading: the integer types, floats and bool. Half precision has one C type for
// two dtypes, and is told apart by the caller.
inline TensorStatus typed(const ::Tensor *x, const bool **out) { return tensor_data_bool(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::uint8_t **out) { return tensor_data_u8(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::uint16_t **out) { return tensor_data_u16(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::uint32_t **out) { return tensor_data_u32(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::uint64_t **out) { return tensor_data_u64(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::int8_t **out) { return tensor_data_i8(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::int16_t **out) { return tensor_data_i16(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::int32_t **out) { return tensor_data_i32(x, out); }
inline TensorStatus typed(const ::Tensor *x, const std::int64_t **out) { return tensor_data_i64(x, out); }
inline TensorStatus typed(const ::Tensor *x, const float **out) { return tensor_data_f32(x, out); }
inline TensorStatus typed(const ::Tensor *x, const double **out) { return tensor_data_f64(x, out); }
inline TensorStatus typed(::Tensor *x, bool **out) { return tensor_data_mut_bool(x, out); }
inline TensorStatus typed(::Tensor *x, std::uint8_t **out) { return tensor_data_mut_u8(x, out); }
inline TensorStatus typed(::Tensor *x, std::uint16_t **out) { return tensor_data_mut_u16(x, out); }
inline TensorStatus typed(::Tensor *x, std::uint32_t **out) { return tensor_data_mut_u32(x, out); }
inline TensorStatus typed(::Tensor *x, std::uint64_t **out) { return tensor_data_mut_u64(x, out); }
inline TensorStatus typed(::Tensor *x, std::int8_t **out) { return tensor_data_mut_i8(x, out); }
inline TensorStatus typed(::Tensor *x, std::int16_t **out) { return tensor_data_mut_i16(x, out); }
inline TensorStatus typed(::Tensor *x, std::int32_t **out) { return tensor_data_mut_i32(x, out); }
inline TensorStatus typed(::Tensor *x, std::int64_t **out) { return tensor_data_mut_i64(x, out); }
inline TensorStatus typed(::Tensor *x, float **out) { return tensor_data_mut_f32(x, out); }
inline TensorStatus typed(::Tensor *x, double **out) { return tensor_data_mut_f64(x, out); }

// The C type that tendon.h has for a dtype. (`long long` and a half type of the user's are read through it.)
template <DType D> struct c_type;
template <> struct c_type<DType::boolean> {
    using type = bool;
};
template <> struct c_type<DType::u8> {
    using type = std::uint8_t;
};
template <> struct c_type<DType::u16> {
    using type = std::uint16_t;
};
template <> struct c_type<DType::u32> {
    using type = std::uint32_t;
};
template <> struct c_type<DType::u64> {
    using type = std::uint64_t;
};
template <> struct c_type<DType::i8> {
    using type = std::int8_t;
};
template <> struct c_type<DType::i16> {
    using type = std::int16_t;
};
template <> struct c_type<DType::i32> {
    using type = std::int32_t;
};
template <> struct c_type<DType::i64> {
    using type = std::int64_t;
};
template <> struct c_type<DType::f16> {
    using type = std::uint16_t;
};
template <> struct c_type<DType::bf16> {
    using type = std::uint16_t;
};
template <> struct c_type<DType::f32> {
    using type = float;
};
template <> struct c_type<DType::f64> {
    using type = double;
};

// Pointer is void * or const void *.
template <class T, class Handle, class Pointer> TensorStatus elements(Handle *x, Pointer *out) {
    static_assert(has_dtype_v<T>,
                  "this type is no dtype's: specialise tendon::dtype_of, or ask for data() without a type");
    using C = typename c_type<dtype_v<T>>::type;
    static_assert(sizeof(T) == sizeof(C) && alignof(T) <= alignof(C) && std::is_trivially_copyable_v<T>,
                  "the type has not the bits of its dtype");
    std::conditional_t<std::is_const_v<Handle>, const C, C> *typed_pointer = nullptr;
    TensorStatus status = TENSOR_OK;
    if constexpr (dtype_v<T> == DType::f16 || dtype_v<T> == DType::bf16) {
        if constexpr (std::is_const_v<Handle>) {
            status = (dtype_v<T> == DType::f16 ? tensor_data_f16 : tensor_data_bf16)(x, &typed_pointer);
        } else {
            status = (dtype_v<T> == DType::f16 ? tensor_data_mut_f16 : tensor_data_mut_bf16)(x, &typed_pointer);
        }
    } else {
        status = typed(x, &typed_pointer);
    }
    *out = typed_pointer;
    return status;
}

} // namespace detail

#ifdef TENDON_NO_EXCEPTIONS
inline Operand::Operand(const Tensor &x) noexcept : handle_(x.handle()) {}
inline Operand::Operand(const Result<Tensor> &x) noexcept
    : handle_(x.value().handle()), error_(x.has_value() ? nullptr : &x.error()) {}
inline Written Tensor::written(TensorStatus status) { return status == TENSOR_OK ? Written() : Error::last(status); }
template <class F> Written Tensor::write(F function, Operand other) {
    return other.error() != nullptr ? Written(*other.error()) : written(function(handle_, other.handle()));
}
#else
inline Written Tensor::written(TensorStatus status) { return detail::check(status), *this; }
template <class F> Written Tensor::write(F function, Operand other) {
    return written(function(handle_, other.handle_));
}
#endif

template <class F, class... A> Returns<Tensor> Tensor::made_by(F function, const A &...arguments) {
#ifdef TENDON_NO_EXCEPTIONS
    if (const Error *error = detail::first_failed(arguments...)) return *error;
#endif
    ::Tensor *out = nullptr;
    TENDON_DETAIL_CHECK(function(detail::raw(arguments)..., &out));
    return adopt(out);
}

inline CrossEntropyOptions &CrossEntropyOptions::weight(const Tensor &of_class) noexcept {
    return set(&TensorCrossEntropyOptions::weight, of_class.handle());
}
inline BackwardOptions &BackwardOptions::gradient(const Tensor &of_loss) noexcept {
    return set(&TensorBackwardOptions::gradient, of_loss.handle());
}
inline GradOptions &GradOptions::gradient(const Tensor &of_output) noexcept {
    return set(&TensorGradOptions::gradient, of_output.handle());
}

inline Returns<std::int64_t> Tensor::answer(std::int64_t number) const {
    TENDON_DETAIL_CHECK(detail::asked(number));
    return number;
}

inline Returns<bool> Tensor::truth(std::int32_t number) const {
    TENDON_DETAIL_CHECK(detail::asked(number));
    return number != 0;
}

inline Returns<Shape> Tensor::sizes(TensorStatus (*of)(const ::Tensor *, std::int64_t *, std::size_t)) const {
    const std::int32_t ndim = tensor_ndim(handle_);
    TENDON_DETAIL_CHECK(detail::asked(ndim));
    Shape shape;
    const auto count = static_cast<std::size_t>(ndim);
    TENDON_DETAIL_CHECK(of(handle_, shape.resize(count), count));
    return shape;
}

// −1 can be a stride, so the question for one of them cannot say that it failed: its bounds are asked first.
inline Returns<std::int64_t> Tensor::stride(std::int64_t dim) const {
    TENDON_DETAIL_CHECK(detail::asked(tensor_size(handle_, dim)));
    return tensor_stride(handle_, dim);
}

inline Returns<DType> Tensor::dtype() const {
    const TensorDType dtype = tensor_dtype(handle_);
    TENDON_DETAIL_CHECK(dtype == TENSOR_DTYPE_INVALID ? tendon_last_error_status() : TENSOR_OK);
    return static_cast<DType>(dtype);
}

inline Returns<Device> Tensor::device() const {
    TensorDevice device = {0, 0};
    TENDON_DETAIL_CHECK(tensor_device(handle_, &device));
    return Device(device);
}

inline Returns<bool> Tensor::is_pinned() const {
    bool pinned = false;
    TENDON_DETAIL_CHECK(tensor_is_pinned(handle_, &pinned));
    return pinned;
}

inline Returns<std::string> Tensor::to_string(const PrintOptions &options) const {
    std::size_t needed = 0;
    TENDON_DETAIL_CHECK(tensor_to_string(handle_, options.c(), nullptr, 0, &needed));
    std::string text(needed, '\0');
    TENDON_DETAIL_CHECK(tensor_to_string(handle_, options.c(), text.data(), text.size(), nullptr));
    text.pop_back(); // the NUL
    return text;
}

inline Returns<const void *> Tensor::address(TensorStatus (*of)(const ::Tensor *, const void **)) const {
    const void *out = nullptr;
    TENDON_DETAIL_CHECK(of(handle_, &out));
    return out;
}

inline Returns<void *> Tensor::address_mut(TensorStatus (*of)(::Tensor *, void **)) {
    void *out = nullptr;
    TENDON_DETAIL_CHECK(of(handle_, &out));
    return out;
}

template <class T> Returns<const T *> Tensor::data() const & {
    const void *out = nullptr;
    TENDON_DETAIL_CHECK(detail::elements<T>(static_cast<const ::Tensor *>(handle_), &out));
    return static_cast<const T *>(out);
}

template <class T> Returns<T *> Tensor::data_mut() & {
    void *out = nullptr;
    TENDON_DETAIL_CHECK(detail::elements<T>(handle_, &out));
    return static_cast<T *>(out);
}

template <class T> Returns<Span<const T>> Tensor::span() const & {
    const void *out = nullptr;
    TENDON_DETAIL_CHECK(detail::elements<T>(static_cast<const ::Tensor *>(handle_), &out));
    return Span<const T>(static_cast<const T *>(out), static_cast<std::size_t>(tensor_numel(handle_)));
}

template <class T> Returns<Span<T>> Tensor::span_mut() & {
    void *out = nullptr;
    TENDON_DETAIL_CHECK(detail::elements<T>(handle_, &out));
    return Span<T>(static_cast<T *>(out), static_cast<std::size_t>(tensor_numel(handle_)));
}

inline Returns<void> Tensor::copy_to_host(void *buffer, std::size_t nbytes) const {
    return call(tensor_copy_to_host, handle_, buffer, nbytes);
}

template <class T> Returns<std::vector<T>> Tensor::to_vector() const {
    static_assert(has_dtype_v<T>, "this type is no dtype's: specialise tendon::dtype_of");
    const std::int64_t numel = tensor_numel(handle_);
    TENDON_DETAIL_CHECK(detail::asked(numel));
    const auto count = static_cast<std::size_t>(numel);
    // Converted outside of any graph.
    Tensor plain, converted;
    const ::Tensor *from = handle_;
    if (tensor_dtype(handle_) != c_dtype(dtype_v<T>)) {
        TENDON_DETAIL_CHECK(tensor_detach(handle_, &plain.handle_));
        TENDON_DETAIL_CHECK(tensor_to_dtype(plain.handle_, c_dtype(dtype_v<T>), nullptr, &converted.handle_));
        from = converted.handle_;
    }
    if constexpr (std::is_same_v<T, bool>) { // std::vector<bool> holds bits
        std::vector<unsigned char> bytes(count);
        TENDON_DETAIL_CHECK(tensor_copy_to_host(from, bytes.data(), count));
        std::vector<bool> truths(count);
        for (std::size_t i = 0; i < count; i++) truths[i] = bytes[i] != 0;
        return truths;
    } else {
        std::vector<T> elements(count);
        TENDON_DETAIL_CHECK(tensor_copy_to_host(from, elements.data(), count * sizeof(T)));
        return elements;
    }
}

template <class T> Returns<T> Tensor::item() const {
    static_assert(std::is_arithmetic_v<T>, "item<T>() gives numbers; item() without a type gives a Scalar");
    if constexpr (std::is_same_v<T, bool>) {
        bool truth = false;
        TENDON_DETAIL_CHECK(tensor_item_bool(handle_, &truth));
        return truth;
    } else if constexpr (std::is_floating_point_v<T>) {
        double number = 0;
        TENDON_DETAIL_CHECK(tensor_item_f64(handle_, &number));
        return static_cast<T>(number);
    } else {
        std::int64_t number = 0;
        TENDON_DETAIL_CHECK(tensor_item_i64(handle_, &number));
        const T narrowed = static_cast<T>(number);
        if (static_cast<std::int64_t>(narrowed) != number || (number < 0) != (narrowed < T(0))) {
            TENDON_DETAIL_FAIL(Error::of(TENSOR_ERR_INVALID_ARGUMENT,
                                         "item: the element is %lld, which %s of %zu bytes cannot hold",
                                         static_cast<long long>(number),
                                         std::is_signed_v<T> ? "a signed integer" : "an unsigned integer", sizeof(T)));
        }
        return narrowed;
    }
}

inline Returns<Scalar> Tensor::item() const {
    TensorScalar scalar = {0, 0, {0}};
    TENDON_DETAIL_CHECK(tensor_item(handle_, &scalar));
    return Scalar(scalar);
}

// How many there are is known before the call, so that there is room for them.
inline Returns<std::vector<Tensor>> Tensor::split(std::int64_t size, std::int64_t dim) const {
    const std::int64_t total = tensor_size(handle_, dim);
    std::vector<Tensor> parts(static_cast<std::size_t>(total > 0 && size > 0 ? (total - 1) / size + 1 : 1));
    std::size_t count = 0;
    TENDON_DETAIL_CHECK(tensor_split(handle_, size, dim, detail::room(parts), parts.size(), &count));
    parts.resize(count);
    return parts;
}

inline Returns<std::vector<Tensor>> Tensor::chunk(std::int64_t chunks, std::int64_t dim) const {
    const std::int64_t total = tensor_size(handle_, dim);
    const std::int64_t most = total > 0 ? std::min(chunks, total) : chunks; // of nothing as many as asked for
    std::vector<Tensor> parts(static_cast<std::size_t>(most > 0 ? most : 1));
    std::size_t count = 0;
    TENDON_DETAIL_CHECK(tensor_chunk(handle_, chunks, dim, detail::room(parts), parts.size(), &count));
    parts.resize(count);
    return parts;
}

// "f32", "cuda:0", "[2, 3]"
inline std::ostream &operator<<(std::ostream &stream, DType dtype) { return stream << name(dtype); }
inline std::ostream &operator<<(std::ostream &stream, Device device) {
    if (device.is_cuda()) return stream << "cuda:" << device.index();
    return stream << (device.is_cpu() ? "cpu" : "default");
}
inline std::ostream &operator<<(std::ostream &stream, const Shape &shape) {
    const char *before = "[";
    for (const std::int64_t size : shape) {
        stream << before << size;
        before = ", ";
    }
    return stream << (shape.empty() ? "[]" : "]");
}

// As PyTorch prints it. Sets failbit when it cannot be printed.
inline std::ostream &operator<<(std::ostream &stream, const Tensor &x) {
#ifdef TENDON_NO_EXCEPTIONS
    const Result<std::string> text = x.to_string();
    if (text.has_value()) return stream << *text;
    stream.setstate(std::ios_base::failbit);
    return stream;
#else
    return stream << x.to_string();
#endif
}

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_TENSOR_IMPL_HPP
