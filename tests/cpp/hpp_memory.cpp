// Memory that is there already: borrowed as it lies, taken over, given back; and looks into tensors.
#include <array>
#include <memory>
#include <deque>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#if __cplusplus >= 202002L
#include <span>
#endif

#include "check.hpp"

using tendon::BorrowOptions;
using tendon::DType;
using tendon::Shape;
using tendon::Strides;

// A half type of the user's.
namespace mine {
struct half {
    std::uint16_t bits;
};
} // namespace mine
template <> struct tendon::dtype_of<mine::half> : tendon::dtype_is<tendon::DType::f16> {};

// Which containers borrow() and take() accept.
template <class C, class = void> struct borrows : std::false_type {};
template <class C> struct borrows<C, std::void_t<decltype(tendon::borrow(std::declval<C>()))>> : std::true_type {};
template <class C, class = void> struct takes : std::false_type {};
template <class C> struct takes<C, std::void_t<decltype(tendon::take(std::declval<C>()))>> : std::true_type {};
static_assert(borrows<std::vector<float> &>::value && borrows<const std::vector<float> &>::value &&
              borrows<double (&)[3]>::value);
static_assert(borrows<std::array<int, 4> &>::value && takes<std::vector<float>>::value);
// What is about to go is not borrowed, what has a name is not taken, and bits, text and scattered elements are neither.
static_assert(!borrows<std::vector<float>>::value && !takes<std::vector<float> &>::value &&
              !takes<const std::vector<float>>::value);
// Nor is it through const, or with a shape or options.
template <class C, class = void> struct borrows_shaped : std::false_type {};
template <class C>
struct borrows_shaped<C, std::void_t<decltype(tendon::borrow(std::declval<C>(), {2, 3}))>> : std::true_type {};
template <class C, class = void> struct borrows_with : std::false_type {};
template <class C>
struct borrows_with<C, std::void_t<decltype(tendon::borrow(std::declval<C>(), {2, 3}, BorrowOptions()))>>
    : std::true_type {};
template <class C>
constexpr bool never = !borrows<C>::value && !borrows_shaped<C>::value && !borrows_with<C>::value;
template <class C>
constexpr bool always = borrows<C>::value && borrows_shaped<C>::value && borrows_with<C>::value;
static_assert(never<std::vector<float>> && never<const std::vector<float>> && never<std::array<int, 4>> &&
              never<const std::array<int, 4>> && never<const std::array<const int, 4>> && never<float[6]> &&
              never<const float[6]> && never<std::initializer_list<float>>);
static_assert(always<std::vector<float> &> && always<const std::vector<float> &> && always<const float (&)[6]> &&
              always<float (&)[6]> && always<const std::array<int, 4> &>);
// A span owns nothing: what it looks at must live, not it.
static_assert(always<tendon::Span<float>> && always<const tendon::Span<const float>> && always<tendon::Span<float> &>);
#if __cplusplus >= 202002L
static_assert(always<std::span<float>> && always<const std::span<const float>> && always<std::span<float, 6>>);
#endif
static_assert(!borrows<std::vector<bool> &>::value && !borrows<std::string &>::value &&
              !borrows<std::deque<float> &>::value);

// Elements are looked at through a tensor that has a name: what an op returns is gone before they are read.
template <class X, class = void> struct shows : std::false_type {};
template <class X> struct shows<X, std::void_t<decltype(std::declval<X>().template data<float>())>> : std::true_type {};
template <class X, class = void> struct spans : std::false_type {};
template <class X> struct spans<X, std::void_t<decltype(std::declval<X>().template span<float>())>> : std::true_type {};
template <class X, class = void> struct writes : std::false_type {};
template <class X>
struct writes<X, std::void_t<decltype(std::declval<X>().template data_mut<float>())>> : std::true_type {};
template <class X, class = void> struct points : std::false_type {};
template <class X> struct points<X, std::void_t<decltype(std::declval<X>().data())>> : std::true_type {};
template <class X, class = void> struct arrow_shows : std::false_type {};
template <class X>
struct arrow_shows<X, std::void_t<decltype(std::declval<X>()->template data<float>())>> : std::true_type {};
using Named = tendon::Tensor &;
using NamedConst = const tendon::Tensor &;
using Temporary = tendon::Tensor;
using TemporaryConst = const tendon::Tensor;
static_assert(shows<Named>::value && shows<NamedConst>::value && spans<Named>::value &&
              spans<NamedConst>::value && writes<Named>::value && points<NamedConst>::value);
static_assert(!shows<Temporary>::value && !shows<TemporaryConst>::value && !spans<Temporary>::value &&
              !spans<TemporaryConst>::value && !writes<Temporary>::value && !writes<NamedConst>::value &&
              !points<Temporary>::value && !points<TemporaryConst>::value);
static_assert(arrow_shows<tendon::Result<Temporary> &>::value && !arrow_shows<tendon::Result<Temporary>>::value);

static void borrowing() {
    std::vector<float> v = {1, 2, 3, 4, 5, 6};
    const auto x = tendon::borrow(v, {2, 3});
    CHECK(x.data<float>() == v.data() && holds(x, {2, 3}, {1, 2, 3, 4, 5, 6})); // the same memory
    v[0] = 10;
    CHECK(x[0][0].item<float>() == 10);
    x[1].fill_(7);
    CHECK(v[3] == 7 && v[5] == 7 && !x.is_read_only());
    CHECK(tendon::borrow(v).shape() == Shape(6) && tendon::borrow(v).shares_memory(x));

    // Const elements: writes are errors.
    const std::array<double, 3> a = {1, 2, 3};
    auto y = tendon::borrow(a);
    CHECK(y.data<double>() == a.data() && y.is_read_only());
    THROWS(TENSOR_ERR_READ_ONLY, "tensor_add_scalar_", y += 1);
    THROWS(TENSOR_ERR_READ_ONLY, "", (void)y.data_mut<double>());
    auto z = tendon::borrow(v, {6}, BorrowOptions().read_only());
    THROWS(TENSOR_ERR_READ_ONLY, "", z.zero_());

    int numbers[] = {1, 2, 3};
    CHECK(holds(tendon::borrow(numbers), DType::i32, {3}, {1, 2, 3}) &&
          holds(tendon::borrow(numbers, {3, 1}), DType::i32, {3, 1}, {1, 2, 3}));
    CHECK(tendon::borrow(numbers, sizeof numbers, DType::u32, {3}).dtype() == DType::u32);
    CHECK(holds(tendon::borrow(tendon::Span<float>(v.data() + 1, 2)), {2}, {2, 3}) &&
          tendon::borrow(x.span<float>(), {6}).is_read_only() &&
          holds(tendon::borrow(x.span<float>(), {3}, BorrowOptions().strides({2})), {3}, {10, 3, 7}));
    std::vector<float> none;
    CHECK(tendon::borrow(none).numel() == 0);
#if __cplusplus >= 202002L
    std::span<float> span(v);
    const auto over_span = tendon::borrow(span, {3, 2});
    CHECK(over_span.data<float>() == v.data());
    const std::span<const float> read = x.span<float>();
    CHECK(read.data() == v.data() && read.size() == 6);
#endif
    // What does not fit the memory.
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "tensor_from_host_buffer", (void)tendon::borrow(v, {7}));
    THROWS(TENSOR_ERR_SHAPE, "", (void)tendon::borrow(v, {-1}));
}

// The end of the last use is noticed anywhere; the callback runs where the queue is run.
static void queued() {
    std::vector<float> v = {1, 2, 3};
    int released = 0;
    auto queue = std::make_unique<tendon::ReleaseQueue>();
    const auto options = BorrowOptions().on_release([&] { released++; }).release_queue(*queue);
    auto w = tendon::ones({3}, tendon::requires_grad());
    auto y = w * tendon::borrow(v, {3}, options);
    CHECK(queue->count() == 0);
    y.sum().backward();
    CHECK(queue->count() == 1 && released == 0);
    CHECK(queue->run() == 1 && released == 1 && queue->run() == 0);

    std::thread([last = tendon::borrow(v, {3}, options)] {}).join();
    CHECK(queue->count() == 1 && released == 1);
    CHECK(queue->run() == 1 && released == 2);

    auto kept = tendon::borrow(v, {3}, options);
    (void)tendon::borrow(v, {3}, options);
    auto moved = std::move(*queue);
    CHECK(moved.count() == 1 && released == 2);
    queue.reset();
    CHECK(released == 2);
    auto elsewhere = std::move(moved);
    THROWS(TENSOR_ERR_INVALID_HANDLE, "options.release_queue",
           (void)tendon::borrow(v, {3}, BorrowOptions().on_release([] {}).release_queue(moved)));
    elsewhere = tendon::ReleaseQueue();
    CHECK(released == 3);
    kept = {};
    CHECK(released == 4);
}

// Column-major, reversed, every second, the same again and again: strides in elements.
static void strided() {
    std::vector<double> v(6);
    std::iota(v.begin(), v.end(), 1.0);
    const auto columns = tendon::borrow(v, {2, 3}, BorrowOptions().strides({1, 2}));
    CHECK(holds(columns, DType::f64, {2, 3}, {1, 3, 5, 2, 4, 6}) && columns.data_strided() == v.data() &&
          !columns.is_contiguous());
    THROWS(TENSOR_ERR_NOT_CONTIGUOUS, "tensor_data_f64", (void)columns.data<double>());
    const auto rows = columns.transpose(0, 1);
    CHECK(rows.data<double>() == v.data());
    CHECK(holds(tendon::borrow(v, {6}, BorrowOptions().strides({-1}).offset(5)), DType::f64, {6}, {6, 5, 4, 3, 2, 1}));
    CHECK(holds(tendon::borrow(v, {3}, BorrowOptions().strides({2}).offset(1)), DType::f64, {3}, {2, 4, 6}));
    CHECK(holds(tendon::borrow(v, {2, 2}, BorrowOptions().strides({0, 1})), DType::f64, {2, 2}, {1, 2, 1, 2}));
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "", (void)tendon::borrow(v, {6}, BorrowOptions().strides({2})));
    THROWS(TENSOR_ERR_SHAPE, "strides", (void)tendon::borrow(v, {2, 3}, BorrowOptions().strides({1})));
    // The product in columns lands in the caller's memory.
    std::vector<double> out(4);
    auto target = tendon::borrow(out, {2, 2}, BorrowOptions().strides({1, 2}));
    target.copy_(tendon::tensor({{1, 2}, {3, 4}}));
    CHECK(out == std::vector<double>({1, 3, 2, 4}));
    *static_cast<double *>(target.data_mut_strided()) = 9;
    CHECK(out[0] == 9);
}

static int released_by_owner;

static void release_callbacks() {
    int released = 0;
    float data[4] = {1, 2, 3, 4};
    {
        tendon::Tensor view;
        {
            const auto x = tendon::borrow(data, {4}, BorrowOptions().on_release([&] { released++; }));
            view = x.slice(0, 1);
            const auto copy = x;
        }
        CHECK(released == 0 && holds(view, {3}, {2, 3, 4})); // a view holds the memory
    }
    CHECK(released == 1);
    // Not when it could not be made.
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "",
           (void)tendon::borrow(data, {5}, BorrowOptions().on_release([&] { released++; })));
    CHECK(released == 1);
    // What it throws stays there; what it calls works.
    {
        const auto x = tendon::borrow(data, {4}, BorrowOptions().on_release([&] {
            released += static_cast<int>(tendon::ones({2}).sum().item<double>());
            throw std::runtime_error("from a release callback");
        }));
    }
    CHECK(released == 3);
    // The same options for two tensors: once for each.
    const auto options = BorrowOptions().on_release([&] { released += 10; });
    { const auto a = tendon::borrow(data, {4}, options), b = tendon::borrow(data, {2}, options); }
    CHECK(released == 23);
    // An owner that moves only: it goes with the last use, not with the options.
    struct Gone {
        void operator()(float *memory) const {
            delete[] memory;
            released_by_owner++;
        }
    };
    {
        std::unique_ptr<float[], Gone> owner(new float[2]{1, 2});
        float *const memory = owner.get();
        const auto x = tendon::borrow(memory, 2, {2}, BorrowOptions().on_release([kept = std::move(owner)] {}));
        CHECK(x.data<float>() == memory && released_by_owner == 0 && holds(x, {2}, {1, 2}));
    }
    CHECK(released_by_owner == 1);
}

struct Counted : std::vector<float> { // a container that says when it goes
    using std::vector<float>::vector;
    Counted(Counted &&) = default;
    Counted &operator=(Counted &&) = default;
    ~Counted() {
        if (!empty()) gone++;
    }
    static inline int gone = 0;
};

// A look at another's elements that hands its const on to them, as Eigen's maps do, and a container that holds its own.
struct Mapped {
    float *at;
    std::size_t count;
    float *data() { return at; }
    const float *data() const { return at; }
    std::size_t size() const { return count; }
};
struct Inside {
    float own[2];
    float *data() { return own; }
    const float *data() const { return own; }
    std::size_t size() const { return 2; }
};

static void taking() {
    std::vector<float> v = {1, 2, 3, 4};
    const float *const before = v.data();
    auto x = tendon::take(std::move(v), {2, 2});
    CHECK(v.empty() && x.data<float>() == before && !x.is_read_only()); // moved, not copied
    const auto y = x + 1;
    x = tendon::Tensor();
    CHECK(holds(y, {2, 2}, {2, 3, 4, 5}));
    {
        auto c = tendon::take(Counted(3, 1.f));
        const auto view = c.slice(0, 1);
        c = tendon::Tensor();
        CHECK(Counted::gone == 0 && holds(view, {2}, {1, 1}));
    }
    CHECK(Counted::gone == 1);
    // A failure leaves the container to the caller.
    Counted mine(3, 2.f);
    const float *const mine_at = mine.data();
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "", (void)tendon::take(std::move(mine), {4}));
    CHECK(mine.data() == mine_at && mine.size() == 3 && Counted::gone == 1);
    // What lies outside of a container that has nothing to destroy is not its own.
    float others[] = {1, 2};
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "does not own", (void)tendon::take(Mapped{others, 2}));
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "does not own", (void)tendon::take(Mapped{others, 2}, {2, 1}));
    CHECK(tendon::take(Mapped{nullptr, 0}).numel() == 0 && holds(tendon::take(Inside{{3, 4}}), {2}, {3, 4}));
    static_assert(tendon::detail::IsView<tendon::Span<float>>::value &&
                  tendon::detail::IsView<std::initializer_list<float>>::value &&
                  !tendon::detail::IsView<std::array<const float, 2>>::value &&
                  !tendon::detail::IsView<std::vector<float>>::value && !tendon::detail::IsView<Inside>::value);
    // An array moves with its elements.
    CHECK(holds(tendon::take(std::array<double, 2>{1, 2}), DType::f64, {2}, {1, 2}));
    const std::vector<int> source = {1, 2};
    const auto copy = tendon::copy_of(source);
    CHECK(copy.data<int>() != source.data() && holds(copy, DType::i32, {2}, {1, 2}) &&
          tendon::copy_of(source, {2, 1}).ndim() == 2);
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "", (void)tendon::copy_of(source, {3}));
}

template <class T> static void one_type(DType dtype) {
    auto x = tendon::tensor<T>({T(1), T(0), T(1)});
    CHECK(x.dtype() == dtype && x.template data<T>()[2] == T(1) && x.template span<T>().size() == 3);
    x.template data_mut<T>()[1] = T(1);
    x.template span_mut<T>()[0] = T(0);
    CHECK(x.template to_vector<T>() == std::vector<T>({T(0), T(1), T(1)}) && x[1].template item<T>() == T(1));
    using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
    THROWS(TENSOR_ERR_DTYPE, "", (void)x.template data<Other>());
    THROWS(TENSOR_ERR_DTYPE, "", (void)x.template data_mut<Other>());
    CHECK(x.template to_vector<Other>() == std::vector<Other>({0, 1, 1})); // a copy is converted
}

static void looking() {
    one_type<bool>(DType::boolean);
    one_type<std::uint8_t>(DType::u8);
    one_type<std::uint16_t>(DType::u16);
    one_type<std::uint32_t>(DType::u32);
    one_type<std::uint64_t>(DType::u64);
    one_type<std::int8_t>(DType::i8);
    one_type<std::int16_t>(DType::i16);
    one_type<std::int32_t>(DType::i32);
    one_type<std::int64_t>(DType::i64);
    one_type<long long>(DType::i64);
    one_type<float>(DType::f32);
    one_type<double>(DType::f64);

    // 16-bit floats: by their bits, and by a type of the user's.
    auto h = tendon::ones({2}, DType::f16);
    CHECK(h.data<tendon::Half>()[1].bits == 0x3c00 && h.data<mine::half>()[0].bits == 0x3c00);
    h.data_mut<mine::half>()[0].bits = 0x4000;
    CHECK(holds(h, DType::f16, {2}, {2, 1}) && h.to_vector<mine::half>()[0].bits == 0x4000);
    std::vector<mine::half> halves = {{0x3c00}, {0xc000}};
    const auto over_halves = tendon::borrow(halves);
    CHECK(holds(over_halves, DType::f16, {2}, {1, -2}) && over_halves.data() == halves.data());
    auto bf = tendon::ones({1}, DType::bf16);
    CHECK(bf.data<tendon::BFloat16>()->bits == 0x3f80 && bf.data_mut<tendon::BFloat16>()->bits == 0x3f80);
    THROWS(TENSOR_ERR_DTYPE, "", (void)bf.data<tendon::Half>());
    THROWS(TENSOR_ERR_DTYPE, "", (void)h.data<std::uint16_t>());

    // Through a loop, and without a type.
    auto x = tendon::arange(4.0);
    double sum = 0;
    for (const float element : x.span<float>()) sum += static_cast<double>(element);
    CHECK(sum == 6 && x.data() == x.data<float>() && x.data_mut() == x.data_mut<float>());
    float host[4] = {};
    x.copy_to_host(host, sizeof host);
    CHECK(host[3] == 3);
    THROWS(TENSOR_ERR_OUT_OF_BOUNDS, "", x.copy_to_host(host, 4));
    THROWS(TENSOR_ERR_DEVICE, "tensor_cuda_data", (void)x.cuda_data());
    THROWS(TENSOR_ERR_DEVICE, "", (void)x.cuda_data_mut());
    // A tracked tensor is read, also with another type, and written only without recording.
    auto w = tendon::ones({2}, tendon::requires_grad());
    CHECK(w.to_vector<double>() == std::vector<double>({1, 1}) && w.data<float>()[0] == 1);
    THROWS(TENSOR_ERR_AUTOGRAD, "", (void)w.data_mut<float>());

    // One element: numbers that fit.
    CHECK(tendon::scalar(300).item<int>() == 300 && tendon::scalar(2.75).item<int>() == 2 &&
          tendon::scalar(-1).item().to_double() == -1);
    CHECK(tendon::scalar(true).item().is_bool() && tendon::scalar(0.5).item<bool>() &&
          tendon::scalar(255).item<std::uint8_t>() == 255);
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "item: the element is 300, which an unsigned integer of 1 bytes cannot hold",
           (void)tendon::scalar(300).item<std::uint8_t>());
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "item", (void)tendon::scalar(-1).item<std::uint64_t>());
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "item", (void)tendon::scalar(-1).item<unsigned>());
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", (void)tendon::scalar(1e300, DType::f64).item<std::int64_t>());
    THROWS(TENSOR_ERR_SHAPE, "tensor_item", (void)x.item<double>());
}

int main() {
    borrowing();
    queued();
    strided();
    release_callbacks();
    taking();
    looking();
    return test_end();
}
