// Errors, and the two styles of the C++ interface.
//
// With exceptions a function returns its value and throws tendon::Error. Without them (-fno-exceptions, or
// TENDON_NO_EXCEPTIONS defined before the include) the same function returns tendon::Result of that value. Every function
// is written once; Returns<T> below is the difference. Files of both styles can be linked together: the two live in
// different inline namespaces, and a tensor goes from one to the other as its C handle (Tensor::release, Tensor::adopt).
#ifndef TENDON_ERROR_HPP
#define TENDON_ERROR_HPP

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include "../tendon.h"

#if !defined(TENDON_NO_EXCEPTIONS) && !defined(__cpp_exceptions)
#define TENDON_NO_EXCEPTIONS
#endif

#ifdef TENDON_NO_EXCEPTIONS
#define TENDON_DETAIL_STYLE returning
#else
#define TENDON_DETAIL_STYLE throwing
#endif

namespace tendon {

// A status with its sentence. Nothing is allocated for success; when there is no memory for the sentence of a failure,
// what() is the name of the status.
class Error : public std::exception {
  public:
    Error() noexcept = default;
    Error(TensorStatus code, const char *message) noexcept : code_(code) {
        if (code == TENSOR_OK || message == nullptr) return;
        const std::size_t size = std::strlen(message) + 1;
        text_ = new (std::nothrow) char[size];
        if (text_ != nullptr) std::memcpy(text_, message, size);
    }
    Error(const Error &other) noexcept : Error(other.code_, other.text_) {}
    Error(Error &&other) noexcept
        : code_(std::exchange(other.code_, TENSOR_OK)), text_(std::exchange(other.text_, nullptr)) {}
    Error &operator=(Error other) noexcept {
        std::swap(code_, other.code_);
        std::swap(text_, other.text_);
        return *this;
    }
    ~Error() override { delete[] text_; }

    // The last error of this thread, which has this status.
    static Error last(TensorStatus code) noexcept { return Error(code, tendon_last_error_message()); }

    // An error of this side of the border, with a message as for printf.
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    static Error of(TensorStatus code, const char *format, ...) noexcept {
        char text[256];
        va_list arguments;
        va_start(arguments, format);
        (void)std::vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        return Error(code, text);
    }

    // One of TENSOR_ERR_...; TENSOR_OK for none.
    TensorStatus code() const noexcept { return code_; }
    // "TENSOR_ERR_SHAPE"
    const char *name() const noexcept { return code_ == TENSOR_OK ? "TENSOR_OK" : tendon_status_name(code_); }
    // Function, argument, expected, got.
    const char *what() const noexcept override { return text_ != nullptr ? text_ : name(); }

  private:
    TensorStatus code_ = TENSOR_OK;
    char *text_ = nullptr;
};

// The last error of this thread, also of calls that had no way to report it; code() is TENSOR_OK when there is none.
inline Error last_error() {
    // The copying form: no pointer into the library is kept, and the log callback of another call cannot change it.
    char text[1024];
    (void)tendon_last_error_copy(text, sizeof text);
    return Error(tendon_last_error_status(), text);
}

inline void clear_last_error() noexcept { tendon_clear_last_error(); }

inline namespace TENDON_DETAIL_STYLE {

#ifdef TENDON_NO_EXCEPTIONS
template <class T> class Result;
template <class T> using Returns = Result<T>;
#else
template <class T> using Returns = T;
#endif

// The value of a temporary Result behind its `->`. A type of its own where members of T hand out what ends with T.
template <class T> class Passing {
  public:
    explicit Passing(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
    T *operator->() noexcept { return &value_; }

  private:
    T value_;
};

// A value, or why there is none. Ignoring it is a warning.
//
// value() of a failure throws the error; without exceptions it is a default value (an empty tensor, 0), so that nothing
// is undefined and the next function says that its argument is empty.
template <class T> class [[nodiscard]] Result {
  public:
    Result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
    Result(Error error) noexcept : error_(std::move(error)) {}

    bool has_value() const noexcept { return error_.code() == TENSOR_OK; }
    // Not for numbers and bool, where `if (x.numel())` reads like the value: has_value() asks, value() is it.
    template <class U = T, std::enable_if_t<!std::is_arithmetic_v<U>, int> = 0>
    explicit operator bool() const noexcept {
        return has_value();
    }
    const Error &error() const noexcept { return error_; }

    T &value() & { return check(), value_; }
    const T &value() const & { return check(), value_; }
    // Of a temporary the value itself, no reference into what is about to go: for (auto &item : dict.items().value()).
    T value() && { return check(), std::move(value_); }
    const T &&value() const && = delete;
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    const T &&operator*() const && = delete;
    T *operator->() & { return &value(); }
    const T *operator->() const & { return &value(); }
    // x.sum()->item<float>(): for the rest of the expression.
    Passing<T> operator->() && { return Passing<T>(std::move(*this).value()); }
    T value_or(T other) && { return has_value() ? std::move(value_) : std::move(other); }

    // next(value), which returns a Result itself, or the error that is here already.
    template <class F> auto then(F &&next) && -> decltype(next(std::declval<T>())) {
        if (!has_value()) return std::move(error_);
        return std::forward<F>(next)(std::move(value_));
    }

  private:
    void check() const {
#ifndef TENDON_NO_EXCEPTIONS
        if (!has_value()) throw error_;
#endif
    }

    T value_{};
    Error error_;
};

template <> class [[nodiscard]] Result<void> {
  public:
    Result() noexcept = default;
    Result(Error error) noexcept : error_(std::move(error)) {}
    bool has_value() const noexcept { return error_.code() == TENSOR_OK; }
    explicit operator bool() const noexcept { return has_value(); }
    const Error &error() const noexcept { return error_; }

  private:
    Error error_;
};

namespace detail {

#ifdef TENDON_NO_EXCEPTIONS

// Leaves a function that returns Returns<T> when `status` is a failure.
#define TENDON_DETAIL_CHECK(status)                                                                                    \
    do {                                                                                                               \
        if (const TensorStatus tendon_status = (status); tendon_status != TENSOR_OK)                                   \
            return ::tendon::Error::last(tendon_status);                                                               \
    } while (0)
// The same for a failure that the C++ side found.
#define TENDON_DETAIL_FAIL(error) return error
inline Result<void> done() { return {}; }

#else

// What a callback of the caller's threw on this thread, on its way through the library: see set_parallel_for.
inline std::exception_ptr &thrown() noexcept {
    static thread_local std::exception_ptr exception;
    return exception;
}

// Cold: what a call costs is one comparison.
[[noreturn, gnu::cold]] inline void raise(TensorStatus status) {
    if (status == TENSOR_ERR_CALLBACK && thrown()) std::rethrow_exception(std::exchange(thrown(), nullptr));
    throw Error::last(status);
}

inline void check(TensorStatus status) {
    if (status != TENSOR_OK) raise(status);
}

#define TENDON_DETAIL_CHECK(status) ::tendon::detail::check(status)
#define TENDON_DETAIL_FAIL(error) throw error
inline void done() {}

#endif

// Runs what the caller gave us where no exception may leave; false when one would have.
template <class F> bool guarded(F &&run) noexcept {
#ifdef TENDON_NO_EXCEPTIONS
    run();
    return true;
#else
    try {
        run();
        return true;
    } catch (...) {
        return false;
    }
#endif
}

} // namespace detail

// Calls a C function that returns a status: call(tensor_zero_, x.handle()).
template <class F, class... A> Returns<void> call(F function, const A &...arguments) {
    TENDON_DETAIL_CHECK(function(arguments...));
    return detail::done();
}

#ifndef TENDON_NO_EXCEPTIONS
// What `run` returns or the tendon::Error that it throws, as a Result. Other exceptions pass.
template <class F> auto attempt(F &&run) -> Result<std::invoke_result_t<F>> {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            std::forward<F>(run)();
            return {};
        } else {
            return std::forward<F>(run)();
        }
    } catch (const Error &error) {
        return error;
    }
}
#endif

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

// In a function that returns a Result: TENDON_TRY(auto y, matmul(w, x)); declares y, or returns the error.
#define TENDON_TRY(declaration, ...)                                                                                   \
    TENDON_DETAIL_TRY(declaration, TENDON_DETAIL_JOIN(tendon_result_, __LINE__), __VA_ARGS__)
// The same for a Result<void>, and for a value that is not wanted.
#define TENDON_CHECK(...)                                                                                              \
    do {                                                                                                               \
        if (auto tendon_result = (__VA_ARGS__); !tendon_result.has_value()) return tendon_result.error();              \
    } while (0)
#define TENDON_DETAIL_JOIN(a, b) TENDON_DETAIL_JOIN_(a, b)
#define TENDON_DETAIL_JOIN_(a, b) a##b
#define TENDON_DETAIL_TRY(declaration, result, ...)                                                                    \
    auto result = (__VA_ARGS__);                                                                                       \
    if (!result.has_value()) return result.error();                                                                    \
    declaration = std::move(result).value()

#endif // TENDON_ERROR_HPP
