// The small values that functions take: dtypes, devices, numbers, shapes, and a look into memory.
#ifndef TENDON_TYPES_HPP
#define TENDON_TYPES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <type_traits>

#if defined(__has_include)
#if __has_include(<stdfloat>) && __cplusplus > 202002L
#include <stdfloat>
#endif
#endif

#include "error.hpp"

namespace tendon {

enum class DType : TensorDType {
    invalid = TENSOR_DTYPE_INVALID,
    boolean = TENSOR_DTYPE_BOOL,
    u8 = TENSOR_DTYPE_U8,
    u16 = TENSOR_DTYPE_U16,
    u32 = TENSOR_DTYPE_U32,
    u64 = TENSOR_DTYPE_U64,
    i8 = TENSOR_DTYPE_I8,
    i16 = TENSOR_DTYPE_I16,
    i32 = TENSOR_DTYPE_I32,
    i64 = TENSOR_DTYPE_I64,
    f16 = TENSOR_DTYPE_F16,
    bf16 = TENSOR_DTYPE_BF16,
    f32 = TENSOR_DTYPE_F32,
    f64 = TENSOR_DTYPE_F64,
};

// As the C functions take it.
constexpr TensorDType c_dtype(DType dtype) noexcept { return static_cast<TensorDType>(dtype); }
// "f32"
inline const char *name(DType dtype) noexcept { return tensor_dtype_name(c_dtype(dtype)); }
// Bytes of one element.
inline std::size_t size_of(DType dtype) noexcept { return tensor_dtype_size(c_dtype(dtype)); }

// The bits of a 16-bit float, for programs that have no type of their own for it.
struct Half {
    std::uint16_t bits;
};
struct BFloat16 {
    std::uint16_t bits;
};

// The dtype of a C++ type, as dtype_of<T>::value. Name a 16-bit float of your own so:
//
//   template <> struct tendon::dtype_of<my::half> : tendon::dtype_is<tendon::DType::f16> {};
//
// It must have the bits of the dtype and nothing else.
template <DType D> using dtype_is = std::integral_constant<DType, D>;

namespace types_detail { // apart from detail, which each style has for itself
template <class T> constexpr DType integer_dtype() {
    static_assert(sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8, "no dtype has this size");
    constexpr bool sign = std::is_signed_v<T>;
    switch (sizeof(T)) {
    case 1: return sign ? DType::i8 : DType::u8;
    case 2: return sign ? DType::i16 : DType::u16;
    case 4: return sign ? DType::i32 : DType::u32;
    default: return sign ? DType::i64 : DType::u64;
    }
}
template <class T>
constexpr bool is_text =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>
#ifdef __cpp_char8_t
    || std::is_same_v<T, char8_t>
#endif
    ;
} // namespace types_detail

template <class T, class = void> struct dtype_of {};
template <> struct dtype_of<bool> : dtype_is<DType::boolean> {};
template <> struct dtype_of<float> : dtype_is<DType::f32> {};
template <> struct dtype_of<double> : dtype_is<DType::f64> {};
template <> struct dtype_of<Half> : dtype_is<DType::f16> {};
template <> struct dtype_of<BFloat16> : dtype_is<DType::bf16> {};
// All integer types by their size, `long` and `long long` alike. Characters are text.
template <class T>
struct dtype_of<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool> && !types_detail::is_text<T>>>
    : dtype_is<types_detail::integer_dtype<T>()> {};
#ifdef __STDCPP_FLOAT16_T__
template <> struct dtype_of<std::float16_t> : dtype_is<DType::f16> {};
#endif
#ifdef __STDCPP_BFLOAT16_T__
template <> struct dtype_of<std::bfloat16_t> : dtype_is<DType::bf16> {};
#endif

template <class T, class = void> struct has_dtype : std::false_type {};
template <class T> struct has_dtype<T, std::void_t<decltype(dtype_of<std::remove_cv_t<T>>::value)>> : std::true_type {};
template <class T> constexpr bool has_dtype_v = has_dtype<T>::value;
template <class T> constexpr DType dtype_v = dtype_of<std::remove_cv_t<T>>::value;

// Device::cpu(), Device::cuda(0). Device() is "the default" where options take it.
class Device {
  public:
    constexpr Device() noexcept : device_{0, 0} {}
    constexpr explicit Device(TensorDevice device) noexcept : device_(device) {}
    static constexpr Device cpu() noexcept { return Device(TensorDevice{TENSOR_DEVICE_CPU, 0}); }
    static constexpr Device cuda(std::int32_t ordinal = 0) noexcept {
        return Device(TensorDevice{TENSOR_DEVICE_CUDA, ordinal});
    }
    // The current device of the calling thread.
    static constexpr Device cuda_current() noexcept { return cuda(-1); }

    constexpr bool is_cpu() const noexcept { return device_.type == TENSOR_DEVICE_CPU; }
    constexpr bool is_cuda() const noexcept { return device_.type == TENSOR_DEVICE_CUDA; }
    constexpr std::int32_t index() const noexcept { return device_.index; }
    constexpr TensorDevice c() const noexcept { return device_; }
    friend constexpr bool operator==(Device a, Device b) noexcept {
        return a.device_.type == b.device_.type && a.device_.index == b.device_.index;
    }
    friend constexpr bool operator!=(Device a, Device b) noexcept { return !(a == b); }

  private:
    TensorDevice device_;
};

// One number with its kind, because 3 and 3.0 promote differently. Made of any arithmetic type.
class Scalar {
  public:
    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
    Scalar(T number) noexcept : scalar_(of(number)) {}
    explicit Scalar(TensorScalar scalar) noexcept : scalar_(scalar) {}
    Scalar() noexcept : Scalar(0) {}

    bool is_float() const noexcept { return scalar_.kind == TENSOR_SCALAR_FLOAT; }
    bool is_int() const noexcept { return scalar_.kind == TENSOR_SCALAR_INT; }
    bool is_bool() const noexcept { return scalar_.kind == TENSOR_SCALAR_BOOL; }
    double to_double() const noexcept { return is_float() ? scalar_.value.f : static_cast<double>(scalar_.value.i); }
    const TensorScalar &c() const noexcept { return scalar_; }

  private:
    template <class T> static TensorScalar of(T number) noexcept {
        if constexpr (std::is_same_v<T, bool>) {
            return tensor_scalar_b(number);
        } else if constexpr (std::is_floating_point_v<T>) {
            return tensor_scalar_f(static_cast<double>(number));
        } else {
            TensorScalar scalar = tensor_scalar_i(static_cast<std::int64_t>(number));
            // What an int64_t cannot hold is no number: the function that gets it says so.
            if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
                if (number > static_cast<T>(std::numeric_limits<std::int64_t>::max())) scalar.kind = 0;
            }
            return scalar;
        }
    }

    TensorScalar scalar_;
};

// Sizes, strides or dims: a short list of int64_t held in place, so nothing is allocated. Made of one integer, of a
// list in braces, or of anything with data() and size().
class Shape {
  public:
    // More dimensions than a tensor can have are kept as 65, which every function refuses.
    static constexpr std::size_t most = 64;

    // One element of a list in braces: any integer, so that {v.size(), 3} is no narrowing.
    class Extent {
      public:
        template <class I, std::enable_if_t<std::is_integral_v<I>, int> = 0>
        constexpr Extent(I size) noexcept : size_(static_cast<std::int64_t>(size)) {}
        constexpr operator std::int64_t() const noexcept { return size_; }

      private:
        std::int64_t size_;
    };

    Shape() noexcept {}
    Shape(std::initializer_list<Extent> sizes) noexcept { assign(sizes.begin(), sizes.size()); }
    template <class I, std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>, int> = 0>
    Shape(I size) noexcept : count_(1) {
        sizes_[0] = static_cast<std::int64_t>(size);
    }
    template <class C, class E = std::remove_reference_t<decltype(*std::data(std::declval<const C &>()))>,
              std::enable_if_t<std::is_integral_v<std::remove_cv_t<E>> && !std::is_same_v<C, Shape>, int> = 0>
    Shape(const C &sizes) noexcept {
        assign(std::data(sizes), std::size(sizes));
    }
    Shape(const std::int64_t *sizes, std::size_t count) noexcept { assign(sizes, count); }
    Shape(const Shape &other) noexcept { assign(other.sizes_, other.count_); }
    Shape &operator=(const Shape &other) noexcept {
        if (this != &other) assign(other.sizes_, other.count_);
        return *this;
    }

    std::size_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }
    const std::int64_t *data() const noexcept { return sizes_; }
    const std::int64_t *begin() const noexcept { return sizes_; }
    const std::int64_t *end() const noexcept { return sizes_ + count_; }
    std::int64_t operator[](std::size_t i) const noexcept { return sizes_[i]; }
    // The product of the sizes: 1 for none.
    std::int64_t numel() const noexcept {
        std::int64_t n = 1;
        for (const std::int64_t size : *this) n *= size;
        return n;
    }
    friend bool operator==(const Shape &a, const Shape &b) noexcept {
        return a.count_ == b.count_ && std::equal(a.begin(), a.end(), b.begin());
    }
    friend bool operator!=(const Shape &a, const Shape &b) noexcept { return !(a == b); }

    // For functions that write the sizes.
    std::int64_t *resize(std::size_t count) noexcept {
        count_ = std::min(count, most + 1);
        return sizes_;
    }

  private:
    template <class E> void assign(const E *sizes, std::size_t count) noexcept {
        resize(count);
        for (std::size_t i = 0; i < count_; i++) sizes_[i] = static_cast<std::int64_t>(sizes[i]);
    }

    std::size_t count_ = 0;
    std::int64_t sizes_[most + 1]; // the first count_ of them
};
using Dims = Shape;
using Strides = Shape;

// Elements that lie one after another, owned by another: what std::span is from C++20 on, which it converts to.
template <class T> class Span {
  public:
    constexpr Span() noexcept = default;
    constexpr Span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    constexpr T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T *begin() const noexcept { return data_; }
    constexpr T *end() const noexcept { return data_ + size_; }
    constexpr T &operator[](std::size_t i) const noexcept { return data_[i]; }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tendon

#endif // TENDON_TYPES_HPP
