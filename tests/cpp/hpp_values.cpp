// tendon::Tensor as a value: copies, moves, empties, handles, and what must not compile.
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include "check.hpp"

using tendon::DType;
using tendon::Shape;

// Copying can fail, moving and destroying cannot; a Tensor is as large as its handle.
static_assert(std::is_nothrow_move_constructible_v<tendon::Tensor> &&
              std::is_nothrow_move_assignable_v<tendon::Tensor>);
static_assert(std::is_copy_constructible_v<tendon::Tensor> && std::is_nothrow_destructible_v<tendon::Tensor>);
static_assert(sizeof(tendon::Tensor) == sizeof(void *));
// x[0] = y would change nothing, `if (x == y)` would not compare, and a number is no tensor.
static_assert(!std::is_assignable_v<tendon::Tensor &&, const tendon::Tensor &> &&
              !std::is_assignable_v<tendon::Tensor &&, tendon::Tensor>);
static_assert(!std::is_constructible_v<bool, tendon::Tensor> && !std::is_convertible_v<double, tendon::Tensor>);
static_assert(!std::is_copy_constructible_v<tendon::Optimizer> &&
              std::is_nothrow_move_constructible_v<tendon::Optimizer>);
static_assert(!std::is_copy_constructible_v<tendon::NoGrad> && !std::is_move_assignable_v<tendon::NoGrad>);
static_assert(std::is_nothrow_copy_constructible_v<tendon::Error> && std::is_base_of_v<std::exception, tendon::Error>);

static void copies_and_moves() {
    tendon::Tensor x = tendon::tensor({1.f, 2.f, 3.f});
    CHECK(x.defined() && tendon::live_handle_count() == 1);
    {
        const tendon::Tensor y = x; // another handle of the same tensor
        CHECK(y.is_same(x) && y.handle() != x.handle() && tendon::live_handle_count() == 2 &&
              tendon::live_tensor_count() == 1);
        CHECK(x.retain().is_same(x));
    }
    CHECK(tendon::live_handle_count() == 1);

    ::Tensor *const handle = x.handle();
    tendon::Tensor moved = std::move(x);
    CHECK(moved.handle() == handle && !x.defined() && tendon::live_handle_count() == 1);

    // Empty ones: copies of nothing are nothing, every function says so, and they can be filled again.
    tendon::Tensor nothing = x;
    CHECK(!nothing.defined() && !tendon::Tensor().defined());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "tensor_ndim", (void)x.ndim());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "tensor_add", (void)(x + moved));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "tensor_sum", (void)x.sum());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)x.to_string());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", x.add_(1));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", x.backward());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)x.retain());
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)(1 - x));
    x = moved;
    CHECK(x.is_same(moved) && tendon::live_handle_count() == 2);
    x = tendon::Tensor();
    CHECK(!x.defined() && tendon::live_handle_count() == 1);

    // Assigning to itself, by copy and by move.
    tendon::Tensor &alias = moved;
    moved = alias;
    CHECK(holds(moved, {3}, {1, 2, 3}) && tendon::live_handle_count() == 1);
    moved = std::move(alias);
    CHECK(holds(moved, {3}, {1, 2, 3}) && tendon::live_handle_count() == 1);

    // Over another: that one goes.
    tendon::Tensor other = tendon::zeros({2});
    other = std::move(moved);
    CHECK(holds(other, {3}, {1, 2, 3}) && tendon::live_tensor_count() == 1);
    tendon::Tensor third = tendon::ones({1});
    swap(other, third);
    CHECK(holds(third, {3}, {1, 2, 3}) && holds(other, {1}, {1}));
    std::vector<tendon::Tensor> many(10, third);
    many.insert(many.begin(), other);
    many.erase(many.begin() + 1, many.begin() + 9);
    CHECK(many.size() == 3 && holds(many[0], {1}, {1}) && many[2].is_same(third));
}

static void handles() {
    tendon::Tensor x = tendon::full({2}, 5.0);
    // To C, and back.
    ::Tensor *handle = x.release();
    CHECK(!x.defined() && tendon::live_handle_count() == 1 && tensor_numel(handle) == 2);
    x = tendon::Tensor::adopt(handle);
    CHECK(holds(x, {2}, {5, 5}));
    // A function of the C header, by name.
    CHECK(holds(tendon::Tensor::made_by(tensor_neg, x), {2}, {-5, -5}));
    tendon::call(tensor_zero_, x.handle());
    CHECK(holds(x, {2}, {0, 0}));
    // An owner whose handle a scope took: an error and no harm.
    tendon::Tensor kept, lost;
    {
        tendon::Scope scope;
        kept = x + 1;
        lost = x + 2;
        scope.keep(kept);
    }
    CHECK(holds(kept, {2}, {1, 1}));
    THROWS(TENSOR_ERR_INVALID_HANDLE, "", (void)lost.ndim());
}

static void questions() {
    const tendon::Tensor x = tendon::arange(6).reshape({2, 3});
    CHECK(x.ndim() == 2 && x.numel() == 6 && x.nbytes() == 48 && x.size(0) == 2 && x.size(-1) == 3);
    CHECK(x.shape() == Shape{2, 3} && x.strides() == tendon::Strides{3, 1} && x.stride(0) == 3 &&
          x.shape().numel() == 6);
    CHECK(x.dtype() == DType::i64 && x.device() == tendon::Device::cpu() && x.is_contiguous() && x.is_leaf());
    CHECK(!x.requires_grad() && !x.is_read_only() && !x.is_inference() && !x.is_pinned());
    const tendon::Tensor row = x[1];
    CHECK(row.is_view() && row.storage_offset() == 3 && row.shares_memory(x) && !row.is_same(x));
    CHECK(row.version() == 0 && !x.transpose(0, 1).is_contiguous());
    THROWS(TENSOR_ERR_SHAPE, "tensor_size", (void)x.size(2));
    THROWS(TENSOR_ERR_SHAPE, "", (void)x.stride(2));
    std::int64_t backwards_numbers[] = {1, 2, 3};
    const tendon::Tensor backwards =
        tendon::borrow(backwards_numbers, {3}, tendon::BorrowOptions().strides({-1}).offset(2));
    CHECK(backwards.stride(0) == -1 && holds(backwards, DType::i64, {3}, {3, 2, 1}));
    CHECK(x.to_string() == "tensor([[0, 1, 2],\n        [3, 4, 5]])");
    CHECK(tendon::scalar(3.14159).to_string(tendon::PrintOptions().precision(2)) == "tensor(3.14)");
}

static void small_values() {
    const std::vector<std::size_t> sizes = {4, 5};
    CHECK(Shape(sizes) == Shape{4, 5} && Shape(3) == Shape{3} && Shape().empty() && Shape{}.numel() == 1);
    CHECK(tendon::zeros({sizes.size(), 3}).shape() == Shape{2, 3}); // a size_t is no narrowing
    CHECK(tendon::zeros({}).ndim() == 0 && tendon::zeros(7).shape() == Shape(7));
    Shape a = {1, 2, 3};
    const Shape b = a;
    a = Shape{9};
    CHECK(b == Shape{1, 2, 3} && a != b && a[0] == 9);
    // More than a tensor can have.
    const std::vector<std::int64_t> long_list(100, 1);
    THROWS(TENSOR_ERR_SHAPE, "64", (void)tendon::zeros(long_list));

    CHECK(tendon::Scalar(1).is_int() && tendon::Scalar(1.5f).is_float() && tendon::Scalar(true).is_bool());
    CHECK(tendon::Scalar(2u).to_double() == 2 && tendon::Scalar('a').is_int());
    THROWS(TENSOR_ERR_INVALID_ARGUMENT, "", (void)tendon::full({1}, UINT64_MAX));
    CHECK(tendon::dtype_v<const float> == DType::f32 && tendon::dtype_v<long long> == DType::i64);
    CHECK(tendon::dtype_v<long> == DType::i64 && tendon::dtype_v<unsigned char> == DType::u8 &&
          tendon::dtype_v<bool> == DType::boolean);
    static_assert(!tendon::has_dtype_v<char> && !tendon::has_dtype_v<wchar_t> && !tendon::has_dtype_v<std::string>);
    CHECK(std::strcmp(tendon::name(DType::bf16), "bf16") == 0 && tendon::size_of(DType::f64) == 8);
    CHECK(tendon::Device::cuda(2).index() == 2 && tendon::Device::cuda(1) != tendon::Device::cpu() &&
          tendon::Device::cuda().is_cuda());
    CHECK(tendon::promote_types(DType::u8, DType::f32) == DType::f32);
    THROWS(TENSOR_ERR_DTYPE, "", (void)tendon::promote_types(DType::invalid, DType::f32));
}

static void printing() {
    std::ostringstream out;
    out << Shape{2, 3} << Shape{} << DType::bf16 << tendon::Device::cpu() << tendon::Device::cuda(1)
        << tendon::scalar(1);
    CHECK(out.str() == "[2, 3][]bf16cpucuda:1tensor(1)");
}

int main() {
    printing();
    copies_and_moves();
    handles();
    questions();
    small_values();
    CHECK(tendon::version().minor == TENDON_VERSION_MINOR &&
          std::strcmp(tendon::version_string(), TENDON_VERSION_STRING) == 0);
    CHECK(tendon::has_feature("cpu") && !tendon::has_feature("no such thing"));
    return test_end();
}
