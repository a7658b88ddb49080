// What computes from tensors: name(x, ...) is tensor_name of tendon.h, and the operators are these.
#ifndef TENDON_OPS_HPP
#define TENDON_OPS_HPP

#include "tensor.hpp"

namespace tendon {
inline namespace TENDON_DETAIL_STYLE {

inline Returns<Tensor> neg(Operand x) { return Tensor::made_by(tensor_neg, x); }
inline Returns<Tensor> abs(Operand x) { return Tensor::made_by(tensor_abs, x); }
inline Returns<Tensor> sign(Operand x) { return Tensor::made_by(tensor_sign, x); }
inline Returns<Tensor> exp(Operand x) { return Tensor::made_by(tensor_exp, x); }
inline Returns<Tensor> log(Operand x) { return Tensor::made_by(tensor_log, x); }
inline Returns<Tensor> sqrt(Operand x) { return Tensor::made_by(tensor_sqrt, x); }
inline Returns<Tensor> rsqrt(Operand x) { return Tensor::made_by(tensor_rsqrt, x); }
inline Returns<Tensor> reciprocal(Operand x) { return Tensor::made_by(tensor_reciprocal, x); }
inline Returns<Tensor> square(Operand x) { return Tensor::made_by(tensor_square, x); }
inline Returns<Tensor> sin(Operand x) { return Tensor::made_by(tensor_sin, x); }
inline Returns<Tensor> cos(Operand x) { return Tensor::made_by(tensor_cos, x); }
inline Returns<Tensor> tanh(Operand x) { return Tensor::made_by(tensor_tanh, x); }
inline Returns<Tensor> sigmoid(Operand x) { return Tensor::made_by(tensor_sigmoid, x); }
inline Returns<Tensor> relu(Operand x) { return Tensor::made_by(tensor_relu, x); }
inline Returns<Tensor> softplus(Operand x) { return Tensor::made_by(tensor_softplus, x); }
inline Returns<Tensor> erf(Operand x) { return Tensor::made_by(tensor_erf, x); }
inline Returns<Tensor> expm1(Operand x) { return Tensor::made_by(tensor_expm1, x); }
inline Returns<Tensor> log1p(Operand x) { return Tensor::made_by(tensor_log1p, x); }
inline Returns<Tensor> floor(Operand x) { return Tensor::made_by(tensor_floor, x); }
inline Returns<Tensor> ceil(Operand x) { return Tensor::made_by(tensor_ceil, x); }
inline Returns<Tensor> round(Operand x) { return Tensor::made_by(tensor_round, x); }
inline Returns<Tensor> trunc(Operand x) { return Tensor::made_by(tensor_trunc, x); }
inline Returns<Tensor> logical_not(Operand x) { return Tensor::made_by(tensor_logical_not, x); }
inline Returns<Tensor> isnan(Operand x) { return Tensor::made_by(tensor_isnan, x); }

inline Returns<Tensor> pow(Operand a, Operand b) { return Tensor::made_by(tensor_pow, a, b); }
inline Returns<Tensor> maximum(Operand a, Operand b) { return Tensor::made_by(tensor_maximum, a, b); }
inline Returns<Tensor> minimum(Operand a, Operand b) { return Tensor::made_by(tensor_minimum, a, b); }
inline Returns<Tensor> logical_and(Operand a, Operand b) { return Tensor::made_by(tensor_logical_and, a, b); }
inline Returns<Tensor> logical_or(Operand a, Operand b) { return Tensor::made_by(tensor_logical_or, a, b); }
inline Returns<Tensor> logical_xor(Operand a, Operand b) { return Tensor::made_by(tensor_logical_xor, a, b); }
inline Returns<Tensor> eq(Operand a, Operand b) { return Tensor::made_by(tensor_eq, a, b); }
inline Returns<Tensor> ne(Operand a, Operand b) { return Tensor::made_by(tensor_ne, a, b); }
inline Returns<Tensor> lt(Operand a, Operand b) { return Tensor::made_by(tensor_lt, a, b); }
inline Returns<Tensor> le(Operand a, Operand b) { return Tensor::made_by(tensor_le, a, b); }
inline Returns<Tensor> gt(Operand a, Operand b) { return Tensor::made_by(tensor_gt, a, b); }
inline Returns<Tensor> ge(Operand a, Operand b) { return Tensor::made_by(tensor_ge, a, b); }
inline Returns<Tensor> matmul(Operand a, Operand b) { return Tensor::made_by(tensor_matmul, a, b); }

inline Returns<Tensor> eq(Operand a, Scalar b) { return Tensor::made_by(tensor_eq_scalar, a, b.c()); }
inline Returns<Tensor> ne(Operand a, Scalar b) { return Tensor::made_by(tensor_ne_scalar, a, b.c()); }
inline Returns<Tensor> lt(Operand a, Scalar b) { return Tensor::made_by(tensor_lt_scalar, a, b.c()); }
inline Returns<Tensor> le(Operand a, Scalar b) { return Tensor::made_by(tensor_le_scalar, a, b.c()); }
inline Returns<Tensor> gt(Operand a, Scalar b) { return Tensor::made_by(tensor_gt_scalar, a, b.c()); }
inline Returns<Tensor> ge(Operand a, Scalar b) { return Tensor::made_by(tensor_ge_scalar, a, b.c()); }
inline Returns<Tensor> pow(Operand a, Scalar b) { return Tensor::made_by(tensor_pow_scalar, a, b.c()); }

inline Returns<Tensor> div(Operand a, Operand b, const DivOptions &options = {}) {
    return Tensor::made_by(tensor_div, a, b, options.c());
}
inline Returns<Tensor> where(Operand cond, Operand a, Operand b) { return Tensor::made_by(tensor_where, cond, a, b); }
// std::nullopt leaves a side open.
inline Returns<Tensor> clamp(Operand x, std::optional<Scalar> low, std::optional<Scalar> high = std::nullopt) {
    return Tensor::made_by(tensor_clamp, x, low ? &low->c() : nullptr, high ? &high->c() : nullptr);
}
inline Returns<Tensor> gelu(Operand x, const GeluOptions &options = {}) {
    return Tensor::made_by(tensor_gelu, x, options.c());
}
inline Returns<Tensor> dropout(Operand x, double p, const DropoutOptions &options = {}) {
    return Tensor::made_by(tensor_dropout, x, p, options.c());
}
inline Returns<Tensor> linear(Operand x, Operand weight) {
    return Tensor::made_by(tensor_linear, x, weight, static_cast<const ::Tensor *>(nullptr));
}
inline Returns<Tensor> linear(Operand x, Operand weight, Operand bias) {
    return Tensor::made_by(tensor_linear, x, weight, bias);
}
inline Returns<Tensor> cross_entropy(Operand input, Operand target, const CrossEntropyOptions &options = {}) {
    return Tensor::made_by(tensor_cross_entropy, input, target, options.c());
}
inline Returns<Tensor> mse_loss(Operand input, Operand target, const LossOptions &options = {}) {
    return Tensor::made_by(tensor_mse_loss, input, target, options.c());
}
// -1 classes: one more than the largest index.
inline Returns<Tensor> one_hot(Operand index, std::int64_t classes = -1) {
    return Tensor::made_by(tensor_one_hot, index, classes);
}
inline Returns<Tensor> cat(const TensorList &tensors, std::int64_t dim = 0) {
    return Tensor::made_by(tensor_cat, tensors.handles(), tensors.size(), dim);
}
inline Returns<Tensor> stack(const TensorList &tensors, std::int64_t dim = 0) {
    return Tensor::made_by(tensor_stack, tensors.handles(), tensors.size(), dim);
}

// d output / d inputs, without touching their grad(); an unused input gives an empty tensor where that is allowed.
inline Returns<std::vector<Tensor>> grad_of(const Tensor &output, const TensorList &inputs,
                                            const GradOptions &options = {}) {
    std::vector<Tensor> grads(inputs.size());
    TENDON_DETAIL_CHECK(
        tensor_grad_of(output.handle(), inputs.handles(), inputs.size(), options.c(), detail::room(grads)));
    return grads;
}

inline Returns<DType> promote_types(DType a, DType b) {
    TensorDType out = TENSOR_DTYPE_INVALID;
    TENDON_DETAIL_CHECK(tensor_promote_types(c_dtype(a), c_dtype(b), &out));
    return static_cast<DType>(out);
}
inline Returns<DType> result_type(const TensorList &tensors) {
    TensorDType out = TENSOR_DTYPE_INVALID;
    TENDON_DETAIL_CHECK(tensor_result_type(tensors.handles(), tensors.size(), &out));
    return static_cast<DType>(out);
}

inline Returns<Tensor> operator+(Operand a, Operand b) { return Tensor::made_by(tensor_add, a, b); }
inline Returns<Tensor> operator-(Operand a, Operand b) { return Tensor::made_by(tensor_sub, a, b); }
inline Returns<Tensor> operator*(Operand a, Operand b) { return Tensor::made_by(tensor_mul, a, b); }
inline Returns<Tensor> operator/(Operand a, Operand b) { return div(a, b); }
inline Returns<Tensor> operator+(Operand a, Scalar b) { return Tensor::made_by(tensor_add_scalar, a, b.c()); }
inline Returns<Tensor> operator-(Operand a, Scalar b) { return Tensor::made_by(tensor_sub_scalar, a, b.c()); }
inline Returns<Tensor> operator*(Operand a, Scalar b) { return Tensor::made_by(tensor_mul_scalar, a, b.c()); }
inline Returns<Tensor> operator/(Operand a, Scalar b) { return Tensor::made_by(tensor_div_scalar, a, b.c()); }
inline Returns<Tensor> operator-(Operand x) { return neg(x); }
inline Returns<Tensor> operator+(Scalar a, Operand b) { return b + a; }
inline Returns<Tensor> operator*(Scalar a, Operand b) { return b * a; }

// bool tensors, element by element. (No &, | and ^: on integers they mean bits. There are logical_and, logical_or, ...)
inline Returns<Tensor> operator==(Operand a, Operand b) { return eq(a, b); }
inline Returns<Tensor> operator!=(Operand a, Operand b) { return ne(a, b); }
inline Returns<Tensor> operator<(Operand a, Operand b) { return lt(a, b); }
inline Returns<Tensor> operator<=(Operand a, Operand b) { return le(a, b); }
inline Returns<Tensor> operator>(Operand a, Operand b) { return gt(a, b); }
inline Returns<Tensor> operator>=(Operand a, Operand b) { return ge(a, b); }
inline Returns<Tensor> operator==(Operand a, Scalar b) { return eq(a, b); }
inline Returns<Tensor> operator!=(Operand a, Scalar b) { return ne(a, b); }
inline Returns<Tensor> operator<(Operand a, Scalar b) { return lt(a, b); }
inline Returns<Tensor> operator<=(Operand a, Scalar b) { return le(a, b); }
inline Returns<Tensor> operator>(Operand a, Scalar b) { return gt(a, b); }
inline Returns<Tensor> operator>=(Operand a, Scalar b) { return ge(a, b); }
inline Returns<Tensor> operator==(Scalar a, Operand b) { return eq(b, a); }
inline Returns<Tensor> operator!=(Scalar a, Operand b) { return ne(b, a); }
inline Returns<Tensor> operator<(Scalar a, Operand b) { return gt(b, a); }
inline Returns<Tensor> operator<=(Scalar a, Operand b) { return ge(b, a); }
inline Returns<Tensor> operator>(Scalar a, Operand b) { return lt(b, a); }
inline Returns<Tensor> operator>=(Scalar a, Operand b) { return le(b, a); }

namespace detail {

inline bool is_float(TensorDType dtype) noexcept { return dtype >= TENSOR_DTYPE_F16 && dtype <= TENSOR_DTYPE_F64; }

// The number as a tensor of rank 0 beside x, of the dtype that the two have together.
inline TensorStatus number_beside(const ::Tensor *x, Scalar number, ::Tensor **out) {
    const TensorDType dtype = tensor_dtype(x);
    TensorOptions options = TENSOR_OPTIONS_INIT;
    TENSOR_TRY(tensor_device(x, &options.device));
    // Else the default of the number: f32, i64 or bool.
    if (is_float(dtype) || (dtype != TENSOR_DTYPE_BOOL && !number.is_float())) options.dtype = dtype;
    return tensor_scalar(number.c(), &options, out);
}

using BinaryFunction = TensorStatus (*)(const ::Tensor *, const ::Tensor *, ::Tensor **);
inline TensorStatus div_plain(const ::Tensor *a, const ::Tensor *b, ::Tensor **out) {
    return tensor_div(a, b, nullptr, out);
}

inline TensorStatus number_first(BinaryFunction function, Scalar number, const ::Tensor *x, ::Tensor **out) {
    ::Tensor *first = nullptr;
    TENSOR_TRY(number_beside(x, number, &first));
    const TensorStatus status = function(first, x, out);
    (void)tensor_release(first);
    return status;
}

// a - x as -x + a, which is exact; a tensor becomes what the two have together first where it has not its kind: float
// beside a float, i64 where it holds bools.
inline TensorStatus number_minus(Scalar a, const ::Tensor *x, ::Tensor **out) {
    Tensor converted, negative;
    ::Tensor *made = nullptr;
    const TensorDType dtype = tensor_dtype(x);
    // Between bools there is no minus, and this says so.
    if (dtype == TENSOR_DTYPE_BOOL && !a.is_int() && !a.is_float()) return tensor_sub_scalar(x, a.c(), out);
    if ((a.is_float() && !is_float(dtype)) || dtype == TENSOR_DTYPE_BOOL) {
        TENSOR_TRY(tensor_to_dtype(x, a.is_float() ? TENSOR_DTYPE_F32 : TENSOR_DTYPE_I64, nullptr, &made));
        converted = Tensor::adopt(made);
        x = made;
    }
    TENSOR_TRY(tensor_neg(x, &made));
    negative = Tensor::adopt(made);
    return tensor_add_scalar(negative.handle(), a.c(), out);
}

inline TensorStatus reversed_sub(const ::Tensor *x, Scalar a, ::Tensor **out) { return number_minus(a, x, out); }
inline TensorStatus reversed_div(const ::Tensor *x, Scalar a, ::Tensor **out) {
    return number_first(div_plain, a, x, out);
}
inline TensorStatus reversed_pow(const ::Tensor *x, Scalar a, ::Tensor **out) {
    return number_first(tensor_pow, a, x, out);
}

} // namespace detail

inline Returns<Tensor> operator-(Scalar a, Operand b) { return Tensor::made_by(detail::reversed_sub, b, a); }
inline Returns<Tensor> operator/(Scalar a, Operand b) { return Tensor::made_by(detail::reversed_div, b, a); }
inline Returns<Tensor> pow(Scalar a, Operand b) { return Tensor::made_by(detail::reversed_pow, b, a); }

} // namespace TENDON_DETAIL_STYLE
} // namespace tendon

#endif // TENDON_OPS_HPP
