//! THE table of op cases. Every C function that computes stands here at least once (a test reads the sources and says
//! which one is missing); every test that ranges over "all ops" walks it.

use super::array::{Array, Rng, erf};
use super::{R, T, check, out};
use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::ptr::{null, null_mut};
use tendon::c_api::*;

type MakeInputs = Box<dyn Fn(&mut Rng) -> Vec<Input> + Send + Sync>;
type Run = Box<dyn Fn(&[T]) -> R<T> + Send + Sync>;
type Reference = Box<dyn Fn(&[Array]) -> Array + Send + Sync>;

pub struct Row {
    /// Tells rows of one function apart.
    pub name: String,
    /// The C functions that the row stands for.
    pub functions: Vec<&'static str>,
    /// The recorded op whose backward formula the row checks.
    pub op: &'static str,
    pub inputs: MakeInputs,
    pub run: Run,
    /// The same in slow f64.
    pub reference: Reference,
    pub gradient: Gradient,
    /// Whether integer inputs give the exact integer answer.
    pub integers: bool,
    /// Inputs may be strided.
    pub strided: bool,
    /// Rounding errors of the op itself, in units of the dtype's precision.
    pub ulps: f64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Gradient {
    /// Checked at orders 1 and 2.
    Checked,
    /// Zero by mathematics: asserted to be zero.
    Zero,
    /// The output does not require grad.
    None,
}

#[derive(Clone)]
pub struct Input {
    pub array: Array,
    pub kind: InputKind,
}

#[derive(Clone, Copy, PartialEq)]
pub enum InputKind {
    /// Takes the dtype under test and a gradient.
    Value,
    /// Takes the dtype under test, but no gradient flows to it.
    Constant,
    /// Always i64.
    Index,
    /// Always bool.
    Bool,
}

fn value(array: Array) -> Input {
    Input { array, kind: InputKind::Value }
}

fn constant(array: Array) -> Input {
    Input { array, kind: InputKind::Constant }
}

/// Values in a range, apart from one another and from `avoid` by far more than a finite difference.
fn spread(rng: &mut Rng, shape: &[i64], low: f64, high: f64, avoid: &[f64]) -> Array {
    let n = super::array::numel(shape);
    let step = (high - low) / (n.max(1) as f64 + 1.0);
    let mut grid: Vec<f64> = (0..n).map(|i| low + step * (i as f64 + 0.5 + rng.uniform(-0.3, 0.3))).collect();
    for x in &mut grid {
        for a in avoid {
            if (*x - a).abs() < 0.02 {
                *x = a + 0.03;
            }
        }
    }
    for i in (1..n).rev() {
        grid.swap(i, rng.below(i as u64 + 1) as usize);
    }
    Array { shape: shape.to_vec(), data: grid }
}

fn ints(rng: &mut Rng, shape: &[i64], below: u64) -> Array {
    Array::new(shape, || rng.below(below) as f64)
}

type Unary = unsafe extern "C" fn(*const Tensor, *mut *mut Tensor) -> TensorStatus;
type Binary = unsafe extern "C" fn(*const Tensor, *const Tensor, *mut *mut Tensor) -> TensorStatus;
type WithScalar = unsafe extern "C" fn(*const Tensor, TensorScalar, *mut *mut Tensor) -> TensorStatus;
type InPlace = unsafe extern "C" fn(*mut Tensor) -> TensorStatus;
type InPlaceBinary = unsafe extern "C" fn(*mut Tensor, *const Tensor) -> TensorStatus;
type InPlaceScalar = unsafe extern "C" fn(*mut Tensor, TensorScalar) -> TensorStatus;

pub fn number(x: f64) -> TensorScalar {
    TensorScalar { kind: TENSOR_SCALAR_FLOAT, reserved: 0, value: TensorScalarValue { f: x } }
}

pub fn integer(x: i64) -> TensorScalar {
    TensorScalar { kind: TENSOR_SCALAR_INT, reserved: 0, value: TensorScalarValue { i: x } }
}

fn clone(x: &T) -> R<T> {
    out(|o| unsafe { tensor_clone(x.0, o) })
}

struct Table(Vec<Row>);

#[allow(clippy::too_many_arguments)]
impl Table {
    fn add(
        &mut self,
        name: &str,
        functions: &[&'static str],
        op: &'static str,
        inputs: impl Fn(&mut Rng) -> Vec<Input> + Send + Sync + 'static,
        run: impl Fn(&[T]) -> R<T> + Send + Sync + 'static,
        reference: impl Fn(&[Array]) -> Array + Send + Sync + 'static,
    ) -> &mut Row {
        self.0.push(Row {
            name: name.into(),
            functions: functions.to_vec(),
            op,
            inputs: Box::new(inputs),
            run: Box::new(run),
            reference: Box::new(reference),
            gradient: Gradient::Checked,
            integers: false,
            strided: true,
            ulps: 4.0,
        });
        self.0.last_mut().unwrap()
    }

    /// A function of each element, over several shapes (rank 0 and no elements among them).
    fn unary(
        &mut self,
        function: &'static str,
        call: Unary,
        op: &'static str,
        range: (f64, f64),
        avoid: &'static [f64],
        f: fn(f64) -> f64,
        gradient: Gradient,
        integers: bool,
    ) {
        for shape in [&[3i64, 4][..], &[], &[0, 3], &[2, 3, 5]] {
            let row = self.add(
                &format!("{function} {shape:?}"),
                &[function],
                op,
                move |r| vec![value(spread(r, shape, range.0, range.1, avoid))],
                move |x| out(|o| unsafe { call(x[0].0, o) }),
                move |x| x[0].map(f),
            );
            row.gradient = gradient;
            row.integers = integers;
        }
    }

    fn binary(
        &mut self,
        function: &'static str,
        call: Binary,
        op: &'static str,
        ranges: [(f64, f64); 2],
        f: fn(f64, f64) -> f64,
        gradient: Gradient,
        integers: bool,
    ) {
        let shapes: [[&'static [i64]; 2]; 6] =
            [[&[3, 4], &[3, 4]], [&[3, 4], &[4]], [&[2, 1, 3], &[4, 1]], [&[], &[3]], [&[0, 3], &[3]], [&[], &[]]];
        for [a, b] in shapes {
            let row = self.add(
                &format!("{function} {a:?} {b:?}"),
                &[function],
                op,
                move |r| {
                    // The second range is a little off the first, so that no two elements tie.
                    let second = spread(r, b, ranges[1].0 + 0.0158, ranges[1].1 + 0.0158, &[0.0]);
                    vec![value(spread(r, a, ranges[0].0, ranges[0].1, &[0.0])), value(second)]
                },
                move |x| out(|o| unsafe { call(x[0].0, x[1].0, o) }),
                move |x| x[0].zip(&x[1], f),
            );
            row.gradient = gradient;
            row.integers = integers;
        }
    }

    fn with_scalar(
        &mut self,
        function: &'static str,
        call: WithScalar,
        op: &'static str,
        s: f64,
        range: (f64, f64),
        f: fn(f64, f64) -> f64,
        gradient: Gradient,
        integers: bool,
    ) {
        for shape in [&[3i64, 4][..], &[], &[0, 3]] {
            let row = self.add(
                &format!("{function} {shape:?}"),
                &[function],
                op,
                move |r| vec![value(spread(r, shape, range.0, range.1, &[s, 0.0]))],
                move |x| {
                    let whole = s.fract() == 0.0;
                    out(|o| unsafe { call(x[0].0, if whole { integer(s as i64) } else { number(s) }, o) })
                },
                move |x| x[0].map(|v| f(v, s)),
            );
            row.gradient = gradient;
            row.integers = integers && s.fract() == 0.0;
        }
    }

    fn in_place(
        &mut self,
        function: &'static str,
        call: InPlace,
        op: &'static str,
        range: (f64, f64),
        f: fn(f64) -> f64,
    ) {
        self.add(
            function,
            &[function],
            op,
            move |r| vec![value(spread(r, &[3, 4], range.0, range.1, &[0.0]))],
            move |x| {
                let y = clone(&x[0])?;
                check(unsafe { call(y.0) })?;
                Ok(y)
            },
            move |x| x[0].map(f),
        );
    }

    fn in_place_binary(
        &mut self,
        function: &'static str,
        call: InPlaceBinary,
        op: &'static str,
        f: fn(f64, f64) -> f64,
    ) {
        for b in [&[3i64, 4][..], &[4], &[]] {
            self.add(
                &format!("{function} {b:?}"),
                &[function],
                op,
                move |r| vec![value(spread(r, &[3, 4], 0.5, 2.0, &[])), value(spread(r, b, 0.5, 2.0, &[]))],
                move |x| {
                    let y = clone(&x[0])?;
                    check(unsafe { call(y.0, x[1].0) })?;
                    Ok(y)
                },
                move |x| x[0].zip(&x[1], f),
            );
        }
    }

    fn in_place_scalar(
        &mut self,
        function: &'static str,
        call: InPlaceScalar,
        op: &'static str,
        f: fn(f64, f64) -> f64,
    ) {
        let row = self.add(
            function,
            &[function],
            op,
            move |r| vec![value(spread(r, &[3, 4], 0.5, 2.0, &[]))],
            move |x| {
                let y = clone(&x[0])?;
                check(unsafe { call(y.0, number(1.5)) })?;
                Ok(y)
            },
            move |x| x[0].map(|v| f(v, 1.5)),
        );
        if function == "tensor_fill_" {
            row.gradient = Gradient::Zero;
        }
    }

    /// A function of one tensor of `shape` that moves elements about.
    fn moving(
        &mut self,
        name: &str,
        functions: &[&'static str],
        op: &'static str,
        shape: &'static [i64],
        run: impl Fn(&T) -> R<T> + Send + Sync + 'static,
        reference: impl Fn(&Array) -> Array + Send + Sync + 'static,
    ) -> &mut Row {
        let row = self.add(
            name,
            functions,
            op,
            move |r| vec![value(spread(r, shape, -2.0, 2.0, &[]))],
            move |x| run(&x[0]),
            move |x| reference(&x[0]),
        );
        row.integers = true;
        row.ulps = 0.0;
        row
    }
}

fn bit(b: bool) -> f64 {
    b as u8 as f64
}

fn half_even(x: f64) -> f64 {
    x.round_ties_even()
}

fn softmax(x: &Array, dim: usize) -> Array {
    let max = x.reduce(&[dim], true, |v| v.iter().cloned().fold(f64::MIN, f64::max));
    let e = x.zip(&max, |a, m| (a - m).exp());
    e.zip(&e.reduce(&[dim], true, |v| v.iter().sum()), |a, s| a / s)
}

fn gelu_tanh(x: f64) -> f64 {
    0.5 * x * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044715 * x * x * x)).tanh())
}

/// All rows.
pub fn rows() -> Vec<Row> {
    let mut t = Table(Vec::new());
    elementwise(&mut t);
    in_place(&mut t);
    reductions(&mut t);
    products(&mut t);
    networks(&mut t);
    indexing(&mut t);
    views(&mut t);
    t.0
}

fn elementwise(t: &mut Table) {
    use Gradient::*;
    let all = (-2.0, 2.0);
    let positive = (0.3, 2.5);
    t.unary("tensor_neg", tensor_neg, "neg", all, &[], |x| -x, Checked, false);
    t.unary("tensor_abs", tensor_abs, "abs", all, &[0.0], f64::abs, Checked, true);
    t.unary("tensor_sign", tensor_sign, "sign", all, &[0.0], |x| if x == 0.0 { 0.0 } else { x.signum() }, Zero, true);
    t.unary("tensor_exp", tensor_exp, "exp", all, &[], f64::exp, Checked, false);
    t.unary("tensor_log", tensor_log, "log", positive, &[], f64::ln, Checked, false);
    t.unary("tensor_sqrt", tensor_sqrt, "sqrt", positive, &[], f64::sqrt, Checked, false);
    t.unary("tensor_rsqrt", tensor_rsqrt, "rsqrt", positive, &[], |x| 1.0 / x.sqrt(), Checked, false);
    t.unary("tensor_reciprocal", tensor_reciprocal, "reciprocal", positive, &[], |x| 1.0 / x, Checked, false);
    t.unary("tensor_square", tensor_square, "square", all, &[], |x| x * x, Checked, true);
    t.unary("tensor_sin", tensor_sin, "sin", all, &[], f64::sin, Checked, false);
    t.unary("tensor_cos", tensor_cos, "cos", all, &[], f64::cos, Checked, false);
    t.unary("tensor_tanh", tensor_tanh, "tanh", all, &[], f64::tanh, Checked, false);
    t.unary("tensor_sigmoid", tensor_sigmoid, "sigmoid", all, &[], |x| 1.0 / (1.0 + (-x).exp()), Checked, false);
    t.unary("tensor_relu", tensor_relu, "relu", (-0.4, 3.6), &[0.0], |x| x.max(0.0), Checked, true);
    t.unary("tensor_erf", tensor_erf, "erf", all, &[], erf, Checked, false);
    t.unary("tensor_expm1", tensor_expm1, "expm1", all, &[], f64::exp_m1, Checked, false);
    t.unary("tensor_log1p", tensor_log1p, "log1p", (-0.6, 2.0), &[], f64::ln_1p, Checked, false);
    t.unary("tensor_softplus", tensor_softplus, "softplus", all, &[], |x| x.exp().ln_1p(), Checked, false);
    t.unary("tensor_floor", tensor_floor, "floor", all, &[-1.0, 0.0, 1.0], f64::floor, Zero, true);
    t.unary("tensor_ceil", tensor_ceil, "ceil", all, &[-1.0, 0.0, 1.0], f64::ceil, Zero, true);
    t.unary("tensor_round", tensor_round, "round", all, &[-1.5, -0.5, 0.5, 1.5], half_even, Zero, true);
    t.unary("tensor_trunc", tensor_trunc, "trunc", all, &[-1.0, 0.0, 1.0], f64::trunc, Zero, true);
    t.unary("tensor_isnan", tensor_isnan, "isnan", all, &[], |x| bit(x.is_nan()), None, true);
    t.unary("tensor_logical_not", tensor_logical_not, "logical_not", all, &[], |x| bit(x == 0.0), None, true);
    unsafe extern "C" fn gelu_exact(x: *const Tensor, o: *mut *mut Tensor) -> TensorStatus {
        unsafe { tensor_gelu(x, null(), o) }
    }
    unsafe extern "C" fn gelu_approximate(x: *const Tensor, o: *mut *mut Tensor) -> TensorStatus {
        let options = TensorGeluOptions { tanh_approximation: 1, ..Options::DEFAULT };
        unsafe { tensor_gelu(x, &options, o) }
    }
    // Not far below zero, where the reference itself cancels.
    t.unary(
        "tensor_gelu",
        gelu_exact,
        "gelu",
        (-1.0, 2.0),
        &[],
        |x| 0.5 * x * (1.0 + erf(x * FRAC_1_SQRT_2)),
        Checked,
        false,
    );
    t.unary("tensor_gelu", gelu_approximate, "gelu", (-1.0, 2.0), &[], gelu_tanh, Checked, false);

    let (ab, pow) = ([all, all], [positive, (-1.5, 2.0)]);
    let divisor = [all, positive];
    t.binary("tensor_add", tensor_add, "add", ab, |a, b| a + b, Checked, true);
    t.binary("tensor_sub", tensor_sub, "sub", ab, |a, b| a - b, Checked, false);
    t.binary("tensor_mul", tensor_mul, "mul", ab, |a, b| a * b, Checked, true);
    unsafe extern "C" fn div(a: *const Tensor, b: *const Tensor, o: *mut *mut Tensor) -> TensorStatus {
        unsafe { tensor_div(a, b, null(), o) }
    }
    unsafe extern "C" fn div_floor(a: *const Tensor, b: *const Tensor, o: *mut *mut Tensor) -> TensorStatus {
        let options = TensorDivOptions { rounding: TENSOR_ROUNDING_FLOOR, ..Options::DEFAULT };
        unsafe { tensor_div(a, b, &options, o) }
    }
    unsafe extern "C" fn div_trunc(a: *const Tensor, b: *const Tensor, o: *mut *mut Tensor) -> TensorStatus {
        let options = TensorDivOptions { rounding: TENSOR_ROUNDING_TRUNC, ..Options::DEFAULT };
        unsafe { tensor_div(a, b, &options, o) }
    }
    t.binary("tensor_div", div, "div", divisor, |a, b| a / b, Checked, false);
    t.binary("tensor_div", div_floor, "floor_divide", divisor, |a, b| (a / b).floor(), Zero, false);
    t.binary("tensor_div", div_trunc, "trunc", divisor, |a, b| (a / b).trunc(), Zero, false);
    t.binary("tensor_pow", tensor_pow, "pow", pow, f64::powf, Checked, false);
    t.binary("tensor_maximum", tensor_maximum, "maximum", ab, f64::max, Checked, true);
    t.binary("tensor_minimum", tensor_minimum, "minimum", ab, f64::min, Checked, true);
    t.binary("tensor_eq", tensor_eq, "eq", ab, |a, b| bit(a == b), None, true);
    t.binary("tensor_ne", tensor_ne, "ne", ab, |a, b| bit(a != b), None, true);
    t.binary("tensor_lt", tensor_lt, "lt", ab, |a, b| bit(a < b), None, true);
    t.binary("tensor_le", tensor_le, "le", ab, |a, b| bit(a <= b), None, true);
    t.binary("tensor_gt", tensor_gt, "gt", ab, |a, b| bit(a > b), None, true);
    t.binary("tensor_ge", tensor_ge, "ge", ab, |a, b| bit(a >= b), None, true);
    t.binary("tensor_logical_and", tensor_logical_and, "logical_and", ab, |a, b| bit(a != 0.0 && b != 0.0), None, true);
    t.binary("tensor_logical_or", tensor_logical_or, "logical_or", ab, |a, b| bit(a != 0.0 || b != 0.0), None, true);
    t.binary(
        "tensor_logical_xor",
        tensor_logical_xor,
        "logical_xor",
        ab,
        |a, b| bit((a != 0.0) != (b != 0.0)),
        None,
        true,
    );

    t.with_scalar("tensor_add_scalar", tensor_add_scalar, "add", 1.5, all, |x, s| x + s, Checked, false);
    t.with_scalar("tensor_add_scalar", tensor_add_scalar, "add", 3.0, all, |x, s| x + s, Checked, true);
    t.with_scalar("tensor_sub_scalar", tensor_sub_scalar, "sub", 1.5, all, |x, s| x - s, Checked, false);
    t.with_scalar("tensor_mul_scalar", tensor_mul_scalar, "mul", 2.0, all, |x, s| x * s, Checked, true);
    t.with_scalar("tensor_div_scalar", tensor_div_scalar, "div", 1.5, all, |x, s| x / s, Checked, false);
    t.with_scalar("tensor_pow_scalar", tensor_pow_scalar, "pow", 1.5, positive, f64::powf, Checked, false);
    t.with_scalar("tensor_pow_scalar", tensor_pow_scalar, "pow", 2.0, all, f64::powf, Checked, true);
    t.with_scalar("tensor_eq_scalar", tensor_eq_scalar, "eq", 1.0, all, |x, s| bit(x == s), None, true);
    t.with_scalar("tensor_ne_scalar", tensor_ne_scalar, "ne", 1.0, all, |x, s| bit(x != s), None, true);
    t.with_scalar("tensor_lt_scalar", tensor_lt_scalar, "lt", 1.0, all, |x, s| bit(x < s), None, true);
    t.with_scalar("tensor_le_scalar", tensor_le_scalar, "le", 1.0, all, |x, s| bit(x <= s), None, true);
    t.with_scalar("tensor_gt_scalar", tensor_gt_scalar, "gt", 1.0, all, |x, s| bit(x > s), None, true);
    t.with_scalar("tensor_ge_scalar", tensor_ge_scalar, "ge", 1.0, all, |x, s| bit(x >= s), None, true);

    for (c, a, b) in [(&[3i64, 4][..], &[3i64, 4][..], &[3i64, 4][..]), (&[3, 1], &[4], &[]), (&[0, 2], &[2], &[])] {
        t.add(
            &format!("tensor_where {c:?} {a:?} {b:?}"),
            &["tensor_where"],
            "where",
            move |r| {
                let cond = Input { array: ints(r, c, 2), kind: InputKind::Bool };
                vec![cond, value(spread(r, a, -2.0, 2.0, &[])), value(spread(r, b, -2.0, 2.0, &[]))]
            },
            |x| out(|o| unsafe { tensor_where(x[0].0, x[1].0, x[2].0, o) }),
            |x| {
                let picked = x[0].zip(&x[1], |c, a| if c != 0.0 { a } else { f64::NAN });
                picked.zip(&x[2], |p, b| if p.is_nan() { b } else { p })
            },
        )
        .integers = true;
    }
    for (low, high) in [(Some(-0.5), Some(1.0)), (Some(-0.5), Option::None), (Option::None, Some(1.0))] {
        t.add(
            &format!("tensor_clamp {low:?} {high:?}"),
            &["tensor_clamp"],
            "clamp",
            |r| vec![value(spread(r, &[4, 5], -2.0, 2.0, &[-0.5, 1.0]))],
            move |x| {
                let (l, h) = (low.map(number), high.map(number));
                let pointer = |s: &Option<TensorScalar>| s.as_ref().map_or(null(), |s| s as *const _);
                out(|o| unsafe { tensor_clamp(x[0].0, pointer(&l), pointer(&h), o) })
            },
            move |x| x[0].map(|v| v.max(low.unwrap_or(f64::MIN)).min(high.unwrap_or(f64::MAX))),
        );
    }
}

fn in_place(t: &mut Table) {
    let positive = (0.3, 2.0);
    t.in_place("tensor_neg_", tensor_neg_, "neg", positive, |x| -x);
    t.in_place("tensor_exp_", tensor_exp_, "exp", positive, f64::exp);
    t.in_place("tensor_sqrt_", tensor_sqrt_, "sqrt", positive, f64::sqrt);
    t.in_place("tensor_relu_", tensor_relu_, "relu", (-2.0, 2.0), |x| x.max(0.0));
    t.in_place("tensor_sigmoid_", tensor_sigmoid_, "sigmoid", positive, |x| 1.0 / (1.0 + (-x).exp()));
    t.in_place("tensor_tanh_", tensor_tanh_, "tanh", positive, f64::tanh);
    t.in_place("tensor_zero_", tensor_zero_, "fill", positive, |_| 0.0);
    t.0.last_mut().unwrap().gradient = Gradient::Zero;
    t.in_place_binary("tensor_add_", tensor_add_, "add", |a, b| a + b);
    t.in_place_binary("tensor_sub_", tensor_sub_, "sub", |a, b| a - b);
    t.in_place_binary("tensor_mul_", tensor_mul_, "mul", |a, b| a * b);
    t.in_place_binary("tensor_div_", tensor_div_, "div", |a, b| a / b);
    t.in_place_binary("tensor_copy_", tensor_copy_, "copy", |_, b| b);
    t.in_place_scalar("tensor_add_scalar_", tensor_add_scalar_, "add", |x, s| x + s);
    t.in_place_scalar("tensor_sub_scalar_", tensor_sub_scalar_, "sub", |x, s| x - s);
    t.in_place_scalar("tensor_mul_scalar_", tensor_mul_scalar_, "mul", |x, s| x * s);
    t.in_place_scalar("tensor_div_scalar_", tensor_div_scalar_, "div", |x, s| x / s);
    t.in_place_scalar("tensor_fill_", tensor_fill_, "fill", |_, s| s);
    t.add(
        "tensor_clamp_",
        &["tensor_clamp_"],
        "clamp",
        |r| vec![value(spread(r, &[4, 5], -2.0, 2.0, &[-0.5, 1.0]))],
        |x| {
            let y = clone(&x[0])?;
            let (low, high) = (number(-0.5), number(1.0));
            check(unsafe { tensor_clamp_(y.0, &low, &high) })?;
            Ok(y)
        },
        |x| x[0].map(|v| v.clamp(-0.5, 1.0)),
    );
    // Writes through views reach the base: fill row by row, scale a column, write a transposed corner.
    t.add(
        "fill a buffer row by row",
        &["tensor_copy_", "tensor_select"],
        "copy_slices",
        |r| vec![value(spread(r, &[3, 4], -2.0, 2.0, &[])), value(spread(r, &[4], -2.0, 2.0, &[]))],
        |x| {
            let buffer = out(|o| unsafe { tensor_zeros_like(x[0].0, null(), o) })?;
            for i in 0..3 {
                let row = out(|o| unsafe { tensor_select(x[0].0, 0, i, o) })?;
                let scaled = out(|o| unsafe { tensor_mul(row.0, x[1].0, o) })?;
                let place = out(|o| unsafe { tensor_select(buffer.0, 0, i, o) })?;
                check(unsafe { tensor_copy_(place.0, scaled.0) })?;
            }
            Ok(buffer)
        },
        |x| x[0].zip(&x[1], |a, b| a * b),
    );
    t.add(
        "scale narrowed thirds in place",
        &["tensor_mul_scalar_", "tensor_narrow"],
        "copy_slices",
        |r| vec![value(spread(r, &[2, 6], -2.0, 2.0, &[]))],
        |x| {
            let y = clone(&x[0])?;
            let parts: Vec<T> =
                (0..3).map(|k| out(|o| unsafe { tensor_narrow(y.0, 1, 2 * k, 2, o) })).collect::<R<_>>()?;
            check(unsafe { tensor_mul_scalar_(parts[0].0, number(3.0)) })?;
            check(unsafe { tensor_mul_scalar_(parts[1].0, number(0.5)) })?;
            // A view made before the writes shows them, and so does its gradient.
            out(|o| unsafe { tensor_add(y.0, y.0, o) })
        },
        |x| Array::from_fn(&[2, 6], |i| 2.0 * x[0].at(i) * [3.0, 3.0, 0.5, 0.5, 1.0, 1.0][i[1] as usize]),
    );
    t.add(
        "write through a transposed, sliced view; read through another",
        &["tensor_transpose", "tensor_slice", "tensor_view"],
        "copy_slices",
        |r| vec![value(spread(r, &[4, 4], -2.0, 2.0, &[])), value(spread(r, &[2, 4], -2.0, 2.0, &[]))],
        |x| {
            let y = clone(&x[0])?;
            let shape = [2i64, 8];
            let other = out(|o| unsafe { tensor_view(y.0, shape.as_ptr(), 2, o) })?;
            let flipped = out(|o| unsafe { tensor_transpose(y.0, 0, 1, o) })?;
            let part = out(|o| unsafe { tensor_slice(flipped.0, 0, 1, 4, 2, o) })?;
            check(unsafe { tensor_copy_(part.0, x[1].0) })?;
            out(|o| unsafe { tensor_square(other.0, o) })
        },
        |x| {
            let whole = Array::from_fn(&[4, 4], |i| {
                let v = if i[1] % 2 == 1 { x[1].at(&[i[1] / 2, i[0]]) } else { x[0].at(i) };
                v * v
            });
            whole.reshape(&[2, 8])
        },
    );
}

fn reductions(t: &mut Table) {
    use Gradient::*;
    type Call = unsafe extern "C" fn(
        *const Tensor,
        *const i64,
        usize,
        *const TensorReduceOptions,
        *mut *mut Tensor,
    ) -> TensorStatus;
    type Fold = fn(&[f64]) -> f64;
    let sum: Fold = |v| v.iter().sum();
    let mean: Fold = |v| v.iter().sum::<f64>() / v.len() as f64;
    let max: Fold = |v| v.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
    let min: Fold = |v| v.iter().cloned().fold(f64::INFINITY, f64::min);
    let any: Fold = |v| bit(v.iter().any(|&x| x != 0.0));
    let every: Fold = |v| bit(v.iter().all(|&x| x != 0.0));
    let kinds: [(&'static str, Call, &'static str, Fold, Gradient, bool); 6] = [
        ("tensor_sum", tensor_sum, "sum", sum, Checked, true),
        ("tensor_mean", tensor_mean, "mean", mean, Checked, false),
        ("tensor_max", tensor_max, "max", max, Checked, true),
        ("tensor_min", tensor_min, "min", min, Checked, true),
        ("tensor_any", tensor_any, "any", any, None, true),
        ("tensor_all", tensor_all, "all", every, None, true),
    ];
    let cases: [(&'static [i64], &'static [i64], bool); 7] = [
        (&[3, 4], &[], false),
        (&[3, 4], &[0], false),
        (&[3, 4], &[-1], true),
        (&[2, 3, 4], &[0, 2], false),
        (&[2, 3, 4], &[1], true),
        (&[], &[], false),
        (&[5, 0], &[0], false),
    ];
    for (function, call, op, fold, gradient, integers) in kinds {
        for (shape, dims, keepdim) in cases {
            let row = t.add(
                &format!("{function} {shape:?} over {dims:?}"),
                &[function],
                op,
                move |r| vec![value(spread(r, shape, -2.0, 2.0, &[]))],
                move |x| {
                    let options = TensorReduceOptions { keepdim: keepdim.into(), ..Options::DEFAULT };
                    out(|o| unsafe { call(x[0].0, dims.as_ptr(), dims.len(), &options, o) })
                },
                move |x| {
                    let dims: Vec<usize> = dims.iter().map(|d| d.rem_euclid(shape.len() as i64) as usize).collect();
                    x[0].reduce(&dims, keepdim, fold)
                },
            );
            row.gradient = gradient;
            row.integers = integers;
        }
    }
    for (shape, dims, keepdim, correction) in
        [(&[3i64, 4][..], &[][..], false, 1.0), (&[3, 4], &[1i64][..], true, 0.0), (&[2, 3, 4], &[0, 2], false, 1.0)]
    {
        t.add(
            &format!("tensor_var {shape:?} over {dims:?}"),
            &["tensor_var"],
            "var",
            move |r| vec![value(spread(r, shape, -2.0, 2.0, &[]))],
            move |x| {
                let options = TensorVarOptions { keepdim: keepdim.into(), correction, ..Options::DEFAULT };
                out(|o| unsafe { tensor_var(x[0].0, dims.as_ptr(), dims.len(), &options, o) })
            },
            move |x| {
                let dims: Vec<usize> = dims.iter().map(|&d| d as usize).collect();
                x[0].reduce(&dims, keepdim, |v| {
                    let mean = v.iter().sum::<f64>() / v.len() as f64;
                    v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (v.len() as f64 - correction)
                })
            },
        );
    }
    type Arg =
        unsafe extern "C" fn(*const Tensor, *const i64, *const TensorReduceOptions, *mut *mut Tensor) -> TensorStatus;
    type Better = fn(f64, f64) -> bool;
    let extremes: [(&'static str, Arg, Better); 2] =
        [("tensor_argmax", tensor_argmax, |a, b| a > b), ("tensor_argmin", tensor_argmin, |a, b| a < b)];
    for (function, call, better) in extremes {
        for dim in [Option::None, Some(0i64), Some(-1)] {
            let row = t.add(
                &format!("{function} {dim:?}"),
                &[function],
                "argmax",
                |r| vec![value(spread(r, &[3, 5], -2.0, 2.0, &[]))],
                move |x| {
                    let pointer = dim.as_ref().map_or(null(), |d| d as *const i64);
                    out(|o| unsafe { call(x[0].0, pointer, null(), o) })
                },
                move |x| {
                    let dims: Vec<usize> = dim.map(|d| d.rem_euclid(2) as usize).into_iter().collect();
                    x[0].reduce(&dims, false, |v| {
                        let mut best = 0;
                        (0..v.len()).for_each(|i| {
                            if better(v[i], v[best]) {
                                best = i
                            }
                        });
                        best as f64
                    })
                },
            );
            row.gradient = None;
            row.integers = true;
        }
    }
}

fn products(t: &mut Table) {
    let cases: [(&'static [i64], &'static [i64]); 9] = [
        (&[3, 4], &[4, 5]),
        (&[4], &[4]),
        (&[3, 4], &[4]),
        (&[4], &[4, 5]),
        (&[2, 3, 4], &[4, 5]),
        (&[2, 3, 4], &[2, 4, 5]),
        (&[2, 1, 3, 4], &[5, 4, 2]),
        (&[4], &[2, 4, 3]),
        (&[0, 4], &[4, 2]),
    ];
    for (a, b) in cases {
        let row = t.add(
            &format!("tensor_matmul {a:?} {b:?}"),
            &["tensor_matmul"],
            "matmul",
            move |r| vec![value(spread(r, a, -2.0, 2.0, &[])), value(spread(r, b, -2.0, 2.0, &[]))],
            |x| out(|o| unsafe { tensor_matmul(x[0].0, x[1].0, o) }),
            move |x| {
                let left = if a.len() == 1 { x[0].reshape(&[1, a[0]]) } else { x[0].clone() };
                let right = if b.len() == 1 { x[1].reshape(&[b[0], 1]) } else { x[1].clone() };
                let y = left.matmul(&right);
                let n = y.shape.len();
                let mut shape = y.shape.clone();
                if b.len() == 1 {
                    shape.remove(n - 1);
                }
                if a.len() == 1 {
                    shape.remove(n - 2);
                }
                y.reshape(&shape)
            },
        );
        row.integers = true;
        row.ulps = 16.0;
    }
    for (x, bias) in [(&[5i64, 4][..], true), (&[5, 4], false), (&[2, 3, 4], true), (&[4], true), (&[0, 4], true)] {
        t.add(
            &format!("tensor_linear {x:?} bias {bias}"),
            &["tensor_linear"],
            "linear",
            move |r| {
                let mut all = vec![value(spread(r, x, -2.0, 2.0, &[])), value(spread(r, &[3, 4], -2.0, 2.0, &[]))];
                if bias {
                    all.push(value(spread(r, &[3], -2.0, 2.0, &[])));
                }
                all
            },
            |x| {
                let bias = x.get(2).map_or(null_mut(), |b| b.0);
                out(|o| unsafe { tensor_linear(x[0].0, x[1].0, bias, o) })
            },
            |x| {
                let y = {
                    let n = x[0].shape.len();
                    let rows = x[0].reshape(&[x[0].shape[..n - 1].iter().product(), 4]);
                    let y = rows.matmul(&x[1].permute(&[1, 0]));
                    y.reshape(&[&x[0].shape[..n - 1], &[3]].concat())
                };
                x.get(2).map_or(y.clone(), |b| y.zip(b, |a, b| a + b))
            },
        )
        .ulps = 16.0;
    }
}

fn networks(t: &mut Table) {
    for (shape, dim) in [(&[3i64, 5][..], -1i64), (&[3, 5], 0), (&[2, 3, 4], 1), (&[], 0), (&[0, 3], 1)] {
        let at = if shape.is_empty() { 0 } else { dim.rem_euclid(shape.len() as i64) as usize };
        let reference = move |x: &Array| if x.shape.is_empty() { x.map(|_| 1.0) } else { softmax(x, at) };
        t.add(
            &format!("tensor_softmax {shape:?} {dim}"),
            &["tensor_softmax"],
            "softmax",
            move |r| vec![value(spread(r, shape, -2.0, 2.0, &[]))],
            move |x| out(|o| unsafe { tensor_softmax(x[0].0, dim, null(), o) }),
            move |x| reference(&x[0]),
        )
        .gradient = if shape.is_empty() { Gradient::Zero } else { Gradient::Checked };
        t.add(
            &format!("tensor_log_softmax {shape:?} {dim}"),
            &["tensor_log_softmax"],
            "log_softmax",
            move |r| vec![value(spread(r, shape, -2.0, 2.0, &[]))],
            move |x| out(|o| unsafe { tensor_log_softmax(x[0].0, dim, null(), o) }),
            move |x| reference(&x[0]).map(f64::ln),
        )
        .gradient = if shape.is_empty() { Gradient::Zero } else { Gradient::Checked };
    }
    for reduction in [TENSOR_REDUCTION_MEAN, TENSOR_REDUCTION_SUM, TENSOR_REDUCTION_NONE] {
        t.add(
            &format!("tensor_mse_loss {reduction}"),
            &["tensor_mse_loss"],
            "square",
            |r| vec![value(spread(r, &[3, 4], -2.0, 2.0, &[])), value(spread(r, &[3, 4], -2.0, 2.0, &[]))],
            move |x| {
                let options = TensorLossOptions { reduction, ..Options::DEFAULT };
                out(|o| unsafe { tensor_mse_loss(x[0].0, x[1].0, &options, o) })
            },
            move |x| reduced(&x[0].zip(&x[1], |a, b| (a - b).powi(2)), reduction, 12.0),
        )
        .ulps = 16.0;
        for (smoothing, weighted) in [(0.0, false), (0.0, true), (0.1, false), (0.1, true)] {
            cross_entropy(t, reduction, smoothing, weighted);
        }
    }
    t.add(
        "tensor_cross_entropy with probabilities",
        &["tensor_cross_entropy"],
        "log_softmax",
        |r| {
            let target = softmax(&spread(r, &[4, 3], -1.0, 1.0, &[]), 1);
            vec![value(spread(r, &[4, 3], -2.0, 2.0, &[])), constant(target)]
        },
        |x| out(|o| unsafe { tensor_cross_entropy(x[0].0, x[1].0, null(), o) }),
        |x| {
            let terms = softmax(&x[0], 1).zip(&x[1], |p, q| -p.ln() * q);
            terms.reduce(&[], false, |v| v.iter().sum::<f64>() / 4.0)
        },
    )
    .ulps = 16.0;
    for inference in [false, true] {
        // The mask is drawn anew at each call from the same seed. The reference reads it off the library's own output
        // for ones: that scale and zeros are right is checked there, its randomness in the tests of random numbers.
        let run = move |x: &T| {
            check(unsafe { tendon_manual_seed(7) })?;
            let options = TensorDropoutOptions { inference: inference.into(), ..Options::DEFAULT };
            out(|o| unsafe { tensor_dropout(x.0, 0.4, &options, o) })
        };
        let row = t.add(
            &format!("tensor_dropout inference {inference}"),
            &["tensor_dropout"],
            "dropout",
            |r| vec![value(spread(r, &[5, 8], 0.5, 2.0, &[]))],
            move |x| run(&x[0]),
            move |x| {
                let ones = super::tensor(&x[0].map(|_| 1.0), TENSOR_DTYPE_F64)
                    .and_then(|x| run(&x))
                    .and_then(|y| super::values(&y));
                let mask = ones.unwrap();
                let dropped = mask.data.iter().filter(|&&m| m == 0.0).count();
                assert!(inference || (8..=24).contains(&dropped), "40 % of 40, give or take: {dropped}");
                let scale = if inference { 1.0 } else { 1.0 / 0.6 };
                assert!(mask.data.iter().all(|&m| m == 0.0 || (m - scale).abs() < 1e-12));
                x[0].zip(&mask, |a, m| a * m)
            },
        );
        if inference {
            row.op = "square";
        }
    }
}

fn reduced(loss: &Array, reduction: i32, count: f64) -> Array {
    match reduction {
        TENSOR_REDUCTION_NONE => loss.clone(),
        TENSOR_REDUCTION_SUM => loss.reduce(&[], false, |v| v.iter().sum()),
        _ => loss.reduce(&[], false, |v| v.iter().sum::<f64>() / count),
    }
}

/// Five samples of three classes; the second sample is ignored.
fn cross_entropy(t: &mut Table, reduction: i32, smoothing: f64, weighted: bool) {
    const WEIGHT: [f64; 3] = [0.5, 1.0, 2.0];
    let weight = move |c: usize| if weighted { WEIGHT[c] } else { 1.0 };
    t.add(
        &format!("tensor_cross_entropy {reduction} smoothing {smoothing} weighted {weighted}"),
        &["tensor_cross_entropy"],
        if smoothing > 0.0 { "log_softmax" } else { "cross_entropy" },
        |r| {
            let target = Array { shape: vec![5], data: vec![0.0, -100.0, 2.0, 1.0, 2.0] };
            vec![value(spread(r, &[5, 3], -2.0, 2.0, &[])), Input { array: target, kind: InputKind::Index }]
        },
        move |x| {
            let classes = Array { shape: vec![3], data: WEIGHT.to_vec() };
            let of = match weighted {
                true => Some(super::tensor(&classes, unsafe { tensor_dtype(x[0].0) })?),
                false => None,
            };
            let options = TensorCrossEntropyOptions {
                reduction,
                label_smoothing: smoothing,
                weight: of.as_ref().map_or(null(), |of| of.0.cast_const()),
                ..Options::DEFAULT
            };
            out(|o| unsafe { tensor_cross_entropy(x[0].0, x[1].0, &options, o) })
        },
        move |x| {
            let logs = softmax(&x[0], 1).map(f64::ln);
            let loss = Array::from_fn(&[5], |i| {
                let target = x[1].data[i[0] as usize];
                if target < 0.0 {
                    return 0.0;
                }
                let picked = -logs.at(&[i[0], target as i64]) * weight(target as usize);
                let even: f64 = (0..3).map(|c| -logs.at(&[i[0], c]) * weight(c as usize)).sum::<f64>() / 3.0;
                (1.0 - smoothing) * picked + smoothing * even
            });
            let total = x[1].data.iter().filter(|&&t| t >= 0.0).map(|&t| weight(t as usize)).sum();
            reduced(&loss, reduction, total)
        },
    )
    .ulps = 16.0;
}

fn indexing(t: &mut Table) {
    let index = |shape: &'static [i64], below: u64| {
        move |r: &mut Rng| Input { array: ints(r, shape, below), kind: InputKind::Index }
    };
    let along = |i: &[i64], dim: usize, k: f64| {
        let mut source = i.to_vec();
        source[dim] = k as i64;
        source
    };
    for dim in [0usize, 1] {
        let picks = index(&[6], 3);
        t.add(
            &format!("tensor_index_select {dim}"),
            &["tensor_index_select"],
            "index_select",
            move |r| vec![value(spread(r, &[3, 3], -2.0, 2.0, &[])), picks(r)],
            move |x| out(|o| unsafe { tensor_index_select(x[0].0, dim as i64, x[1].0, o) }),
            move |x| {
                let shape = if dim == 0 { [6, 3] } else { [3, 6] };
                Array::from_fn(&shape, |i| x[0].at(&along(i, dim, x[1].data[i[dim] as usize])))
            },
        )
        .integers = true;
        t.add(
            &format!("tensor_index_add {dim}"),
            &["tensor_index_add"],
            "index_add",
            move |r| {
                let source = if dim == 0 { &[6, 3][..] } else { &[3, 6] };
                vec![value(spread(r, &[3, 3], -2.0, 2.0, &[])), picks(r), value(spread(r, source, -2.0, 2.0, &[]))]
            },
            move |x| out(|o| unsafe { tensor_index_add(x[0].0, dim as i64, x[1].0, x[2].0, o) }),
            move |x| {
                Array::from_fn(&[3, 3], |i| {
                    let hits = (0..6).filter(|&k| x[1].data[k] as i64 == i[dim]);
                    x[0].at(i) + hits.map(|k| x[2].at(&along(i, dim, k as f64))).sum::<f64>()
                })
            },
        )
        .integers = true;
        let places = index(&[3, 3], 3);
        t.add(
            &format!("tensor_gather {dim}"),
            &["tensor_gather"],
            "gather",
            move |r| vec![value(spread(r, &[3, 3], -2.0, 2.0, &[])), places(r)],
            move |x| out(|o| unsafe { tensor_gather(x[0].0, dim as i64, x[1].0, o) }),
            move |x| Array::from_fn(&[3, 3], |i| x[0].at(&along(i, dim, x[1].at(i)))),
        )
        .integers = true;
        t.add(
            &format!("tensor_scatter_add {dim}"),
            &["tensor_scatter_add"],
            "scatter_add",
            move |r| {
                vec![value(spread(r, &[3, 3], -2.0, 2.0, &[])), places(r), value(spread(r, &[3, 3], -2.0, 2.0, &[]))]
            },
            move |x| out(|o| unsafe { tensor_scatter_add(x[0].0, dim as i64, x[1].0, x[2].0, o) }),
            move |x| {
                let mut y = x[0].clone();
                for i in super::array::indices(&[3, 3]) {
                    let to = along(&i, dim, x[1].at(&i));
                    y.data[(to[0] * 3 + to[1]) as usize] += x[2].at(&i);
                }
                y
            },
        )
        .integers = true;
    }
    t.add(
        "tensor_scatter_add smaller than its source",
        &["tensor_scatter_add"],
        "scatter_add",
        move |r| {
            let places = Input { array: ints(r, &[2, 2], 3), kind: InputKind::Index };
            vec![value(spread(r, &[3, 3], -2.0, 2.0, &[])), places, value(spread(r, &[3, 4], -2.0, 2.0, &[]))]
        },
        |x| out(|o| unsafe { tensor_scatter_add(x[0].0, 0, x[1].0, x[2].0, o) }),
        |x| {
            let mut y = x[0].clone();
            for i in super::array::indices(&[2, 2]) {
                y.data[(x[1].at(&i) as i64 * 3 + i[1]) as usize] += x[2].at(&i);
            }
            y
        },
    );
    for classes in [4i64, -1] {
        let row = t.add(
            &format!("tensor_one_hot {classes}"),
            &["tensor_one_hot"],
            "one_hot",
            |_| {
                let labels = Array { shape: vec![2, 2], data: vec![0.0, 3.0, 1.0, 3.0] };
                vec![Input { array: labels, kind: InputKind::Index }]
            },
            move |x| out(|o| unsafe { tensor_one_hot(x[0].0, classes, o) }),
            |x| Array::from_fn(&[2, 2, 4], |i| bit(x[0].at(&i[..2]) as i64 == i[2])),
        );
        row.gradient = Gradient::None;
    }
}

fn views(t: &mut Table) {
    t.moving(
        "tensor_reshape",
        &["tensor_reshape"],
        "view",
        &[3, 4],
        |x| {
            let shape = [2i64, -1];
            out(|o| unsafe { tensor_reshape(x.0, shape.as_ptr(), 2, o) })
        },
        |x| x.reshape(&[2, 6]),
    );
    t.moving(
        "tensor_view",
        &["tensor_view"],
        "view",
        &[3, 4],
        |x| {
            let shape = [6i64, 2];
            out(|o| unsafe { tensor_view(x.0, shape.as_ptr(), 2, o) })
        },
        |x| x.reshape(&[6, 2]),
    )
    .strided = false;
    t.moving(
        "tensor_view of no elements",
        &["tensor_view"],
        "view",
        &[0, 4],
        |x| {
            let shape = [2i64, 0, 3];
            out(|o| unsafe { tensor_view(x.0, shape.as_ptr(), 3, o) })
        },
        |x| x.reshape(&[2, 0, 3]),
    );
    t.moving(
        "tensor_expand",
        &["tensor_expand"],
        "expand",
        &[3, 1],
        |x| {
            let shape = [2i64, -1, 4];
            out(|o| unsafe { tensor_expand(x.0, shape.as_ptr(), 3, o) })
        },
        |x| Array::from_fn(&[2, 3, 4], |i| x.at(&[i[1], 0])),
    );
    t.moving(
        "tensor_flatten",
        &["tensor_flatten"],
        "view",
        &[2, 3, 4],
        |x| out(|o| unsafe { tensor_flatten(x.0, 1, -1, o) }),
        |x| x.reshape(&[2, 12]),
    );
    t.moving(
        "tensor_transpose",
        &["tensor_transpose"],
        "transpose",
        &[2, 3, 4],
        |x| out(|o| unsafe { tensor_transpose(x.0, 0, -1, o) }),
        |x| x.permute(&[2, 1, 0]),
    );
    t.moving(
        "tensor_permute",
        &["tensor_permute"],
        "permute",
        &[2, 3, 4],
        |x| {
            let dims = [2i64, 0, -2];
            out(|o| unsafe { tensor_permute(x.0, dims.as_ptr(), 3, o) })
        },
        |x| x.permute(&[2, 0, 1]),
    );
    t.moving(
        "tensor_squeeze",
        &["tensor_squeeze"],
        "squeeze",
        &[1, 3, 1],
        |x| {
            let dims = [0i64];
            out(|o| unsafe { tensor_squeeze(x.0, dims.as_ptr(), 1, o) })
        },
        |x| x.reshape(&[3, 1]),
    );
    t.moving(
        "tensor_unsqueeze",
        &["tensor_unsqueeze"],
        "unsqueeze",
        &[3, 4],
        |x| out(|o| unsafe { tensor_unsqueeze(x.0, -1, o) }),
        |x| x.reshape(&[3, 4, 1]),
    );
    t.moving(
        "tensor_select",
        &["tensor_select"],
        "select",
        &[3, 4],
        |x| out(|o| unsafe { tensor_select(x.0, 1, -2, o) }),
        |x| x.slice(1, 2, 3, 1).reshape(&[3]),
    );
    t.moving(
        "tensor_slice",
        &["tensor_slice"],
        "slice",
        &[3, 7],
        |x| out(|o| unsafe { tensor_slice(x.0, 1, 1, 100, 3, o) }),
        |x| x.slice(1, 1, 7, 3),
    );
    t.moving(
        "tensor_narrow",
        &["tensor_narrow"],
        "narrow",
        &[5, 2],
        |x| out(|o| unsafe { tensor_narrow(x.0, 0, 1, 3, o) }),
        |x| x.slice(0, 1, 4, 1),
    );
    type Parts = unsafe extern "C" fn(*const Tensor, i64, i64, *mut *mut Tensor, usize, *mut usize) -> TensorStatus;
    let parts: [(&'static str, Parts, i64); 2] = [("tensor_split", tensor_split, 2), ("tensor_chunk", tensor_chunk, 3)];
    for (function, call, n) in parts {
        // [2, 5] along dim 1 in twos, or in three: sizes 2, 2, 1. Put together again in another order.
        t.moving(
            function,
            &[function],
            "narrow",
            &[2, 5],
            move |x| {
                let mut handles = [null_mut(); 3];
                let mut count = 0;
                check(unsafe { call(x.0, n, 1, handles.as_mut_ptr(), 3, &mut count) })?;
                let owned = handles.map(T);
                assert_eq!(count, 3);
                let order = [owned[2].0.cast_const(), owned[0].0.cast_const(), owned[1].0.cast_const()];
                out(|o| unsafe { tensor_cat(order.as_ptr(), 3, 1, o) })
            },
            |x| Array::from_fn(&[2, 5], |i| x.at(&[i[0], (i[1] + 4) % 5])),
        );
    }
    for (function, op, shape) in [("tensor_cat", "cat", &[4i64, 3][..]), ("tensor_stack", "cat", &[2, 2, 3])] {
        let row = t.add(
            function,
            &[function],
            op,
            |r| vec![value(spread(r, &[2, 3], -2.0, 2.0, &[])), value(spread(r, &[2, 3], -2.0, 2.0, &[]))],
            move |x| {
                let all = [x[0].0.cast_const(), x[1].0.cast_const()];
                out(|o| unsafe {
                    if function == "tensor_cat" {
                        tensor_cat(all.as_ptr(), 2, 0, o)
                    } else {
                        tensor_stack(all.as_ptr(), 2, 0, o)
                    }
                })
            },
            move |x| Array { shape: shape.to_vec(), data: [&x[0].data[..], &x[1].data].concat() },
        );
        row.integers = true;
        row.ulps = 0.0;
    }
    t.moving("tensor_clone", &["tensor_clone"], "copy", &[3, 4], clone, Array::clone);
    t.moving(
        "tensor_contiguous",
        &["tensor_contiguous"],
        "copy",
        &[3, 4],
        |x| {
            let flipped = out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) })?;
            out(|o| unsafe { tensor_contiguous(flipped.0, o) })
        },
        |x| x.permute(&[1, 0]),
    );
    t.moving(
        "tensor_to_dtype",
        &["tensor_to_dtype"],
        "copy",
        &[3, 4],
        |x| {
            let float = unsafe { tensor_dtype(x.0) } >= TENSOR_DTYPE_F16;
            super::to_dtype(x, if float { TENSOR_DTYPE_F64 } else { TENSOR_DTYPE_I64 }).and_then(|y| clone(&y))
        },
        Array::clone,
    );
    // There and back. On the CPU the next two share; the clone gives the row a formula to check.
    t.moving(
        "tensor_to_device",
        &["tensor_to_device"],
        "copy",
        &[3, 4],
        |x| {
            let there = super::to_device(x, super::CPU)?;
            clone(&super::to_device(&there, super::device())?)
        },
        Array::clone,
    );
    t.moving(
        "tensor_to_cpu",
        &["tensor_to_cpu"],
        "copy",
        &[3, 4],
        |x| clone(&super::to_device(&super::to_cpu(x)?, super::device())?),
        Array::clone,
    );
    t.moving(
        "tensor_detach",
        &["tensor_detach"],
        "detach",
        &[3, 4],
        |x| out(|o| unsafe { tensor_detach(x.0, o) }),
        Array::clone,
    )
    .gradient = Gradient::None;
}
