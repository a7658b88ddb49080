//! Every row of the op table: values against a slow f64 reference in every dtype and memory layout, gradients of first
//! and second order against finite differences, and that the checks would see an error.

#![allow(clippy::undocumented_unsafe_blocks)]

mod common;

use common::array::{Array, Rng, indices};
use common::rows::{Gradient, Input, InputKind, Row, integer, number, rows};
use common::*;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{null, null_mut};
use tendon::backward::planted;
use tendon::c_api::*;

fn dtype_name(dtype: TensorDType) -> String {
    unsafe { std::ffi::CStr::from_ptr(tensor_dtype_name(dtype)) }.to_string_lossy().into_owned()
}

/// Relative precision of a float dtype.
fn epsilon(dtype: TensorDType) -> f64 {
    match dtype {
        TENSOR_DTYPE_F64 => 2f64.powi(-52),
        TENSOR_DTYPE_F32 => 2f64.powi(-23),
        TENSOR_DTYPE_F16 => 2f64.powi(-10),
        _ => 2f64.powi(-7),
    }
}

/// The rows; with `TENDON_TEST_EVERY=N` only every N-th, for tools under which all of them take too long.
fn some_rows() -> Vec<Row> {
    let every = std::env::var("TENDON_TEST_EVERY").ok();
    let step: usize = every.map_or(1, |n| n.parse().expect("TENDON_TEST_EVERY is a number"));
    rows().into_iter().step_by(step.max(1)).collect()
}

/// What a test found wrong: one row that fails hides no other, and a run on another machine tells all of it.
#[derive(Default)]
struct Wrong {
    said: Vec<String>,
    count: usize,
    /// The device is gone: all that follows would fail.
    lost: bool,
}

impl Wrong {
    /// Runs `check`; what it panics with is kept.
    fn guard(&mut self, row: &Row, check: impl FnOnce()) {
        const SHOWN: usize = 40;
        if self.lost {
            return;
        }
        let Err(panic) = catch_unwind(AssertUnwindSafe(check)) else { return };
        let text = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => text.to_string(),
            (None, None) => "a panic without words".to_string(),
        };
        self.lost = text.contains(" is lost");
        self.count += 1;
        if self.said.len() < SHOWN {
            self.said.push(if text.starts_with(&row.name) { text } else { format!("{}: {text}", row.name) });
        }
    }

    fn end(self) {
        let lost = if self.lost { "; the device is lost, the rest was not run" } else { "" };
        let shown = self.said.len();
        assert!(self.count == 0, "{} wrong{lost}; the first {shown}:\n{}", self.count, self.said.join("\n"));
    }
}

/// How an input lies in memory.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Placement {
    Contiguous,
    /// The first and last dim of its memory are exchanged.
    Transposed,
    /// Every second element of a larger tensor along the last dim, starting past its beginning.
    Strided,
}

fn input(i: &Input, dtype: TensorDType, placement: Placement) -> R<T> {
    let dtype = match i.kind {
        InputKind::Index => TENSOR_DTYPE_I64,
        InputKind::Bool => TENSOR_DTYPE_BOOL,
        _ => dtype,
    };
    let last = i.array.shape.len().wrapping_sub(1);
    match placement {
        Placement::Transposed if i.array.shape.len() > 1 => {
            let mut dims: Vec<usize> = (0..=last).collect();
            dims.swap(0, last);
            let x = tensor(&i.array.permute(&dims), dtype)?;
            out(|o| unsafe { tensor_transpose(x.0, 0, -1, o) })
        }
        Placement::Strided if !i.array.shape.is_empty() => {
            let mut wide = i.array.shape.clone();
            wide[last] = 2 * wide[last] + 1;
            let spread = Array::from_fn(&wide, |at| {
                let mut source = at.to_vec();
                source[last] = (at[last] - 1) / 2;
                if at[last] % 2 == 1 { i.array.at(&source) } else { -7.0 }
            });
            let x = tensor(&spread, dtype)?;
            out(|o| unsafe { tensor_slice(x.0, -1, 1, i64::MAX, 2, o) })
        }
        _ => tensor(&i.array, dtype),
    }
}

/// The inputs as the dtype rounds them.
fn rounded(inputs: &[Input], dtype: TensorDType) -> Vec<Array> {
    inputs.iter().map(|i| values(&input(i, dtype, Placement::Contiguous).unwrap()).unwrap()).collect()
}

fn compare(row: &Row, what: &str, got: &Array, want: &Array, tolerance: f64) {
    assert_eq!(got.shape, want.shape, "{}: {what}: shape", row.name);
    // Relative to each value, with the output's own magnitude as the floor for those that cancel.
    let floor = 0.05 * want.largest();
    let close =
        |g: f64, w: f64| g == w || (g.is_nan() && w.is_nan()) || (g - w).abs() <= tolerance * w.abs().max(floor);
    let far = got.data.iter().zip(&want.data).filter(|(g, w)| !close(**g, **w)).count();
    for ((g, w), at) in got.data.iter().zip(&want.data).zip(indices(&want.shape)) {
        assert!(
            close(*g, *w),
            "{}: {what}: {far} of {} wrong; at {at:?} got {g:e}, want {w:e}, tolerance {tolerance:e}",
            row.name,
            want.data.len()
        );
    }
}

#[test]
fn values_agree_with_the_reference_in_every_float_dtype_and_layout() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows() {
        let inputs = (row.inputs)(&mut Rng(1));
        for dtype in FLOATS {
            let mut want = None;
            wrong.guard(&row, || want = Some((row.reference)(&rounded(&inputs, dtype))));
            let Some(want) = want else { continue };
            for placement in [Placement::Contiguous, Placement::Transposed, Placement::Strided] {
                if placement != Placement::Contiguous && !row.strided {
                    continue;
                }
                wrong.guard(&row, || {
                    let what = format!("{} {placement:?}", dtype_name(dtype));
                    let x: Vec<T> = inputs.iter().map(|i| input(i, dtype, placement).unwrap()).collect();
                    let got = (row.run)(&x).unwrap_or_else(|e| panic!("{}: {what}: {e:?}", row.name));
                    let tolerance = (row.ulps + 1.0) * epsilon(dtype);
                    compare(&row, &what, &values(&got).unwrap(), &want, tolerance);
                });
            }
        }
        wrong.guard(&row, nothing_lives);
    }
    wrong.end();
}

#[test]
fn integers_are_exact() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.integers) {
        let mut inputs = (row.inputs)(&mut Rng(2));
        for i in &mut inputs {
            if matches!(i.kind, InputKind::Value | InputKind::Constant) {
                // Small whole numbers whose products and sums fit u8.
                i.array.data.iter_mut().for_each(|x| *x = (*x * 2.0).abs().round().min(3.0));
            }
        }
        let arrays: Vec<Array> = inputs.iter().map(|i| i.array.clone()).collect();
        let want = (row.reference)(&arrays);
        for dtype in INTS {
            wrong.guard(row, || {
                let placement = if row.strided { Placement::Strided } else { Placement::Contiguous };
                let x: Vec<T> = inputs.iter().map(|i| input(i, dtype, placement)).collect::<R<_>>().unwrap();
                let got = (row.run)(&x).unwrap_or_else(|e| panic!("{}: {}: {e:?}", row.name, dtype_name(dtype)));
                compare(row, &dtype_name(dtype), &values(&got).unwrap(), &want, 0.0);
            });
        }
    }
    wrong.end();
    nothing_lives();
}

// ---- gradients ----

/// The row as a function of f64 inputs with fixed weights: loss = Σ w·f(x)²·(1 + f(x)/2). The last factor keeps the
/// second order of a square root from vanishing.
struct Probe<'a> {
    row: &'a Row,
    inputs: Vec<Input>,
    weights: Array,
}

fn dot(a: &[Array], b: &[Array]) -> f64 {
    a.iter().zip(b).flat_map(|(a, b)| a.data.iter().zip(&b.data)).map(|(x, y)| x * y).sum()
}

fn norm(a: &[Array]) -> f64 {
    dot(a, a).sqrt()
}

impl<'a> Probe<'a> {
    fn new(row: &'a Row, seed: u64) -> Probe<'a> {
        let mut rng = Rng(seed);
        let inputs = (row.inputs)(&mut rng);
        let arrays: Vec<Array> = inputs.iter().map(|i| i.array.clone()).collect();
        let shape = (row.reference)(&arrays).shape;
        let weights = Array::new(&shape, || rng.uniform(0.5, 1.5) * if rng_sign() { 1.0 } else { -1.0 });
        Probe { row, inputs, weights }
    }

    fn values(&self) -> Vec<usize> {
        (0..self.inputs.len()).filter(|&i| self.inputs[i].kind == InputKind::Value).collect()
    }

    /// A random direction over all inputs that take a gradient.
    fn direction(&self, rng: &mut Rng) -> Vec<Array> {
        self.values().iter().map(|&i| Array::new(&self.inputs[i].array.shape, || rng.uniform(-1.0, 1.0))).collect()
    }

    fn shifted(&self, direction: &[Array], h: f64) -> Vec<Input> {
        let mut inputs = self.inputs.clone();
        for (k, &i) in self.values().iter().enumerate() {
            inputs[i].array = inputs[i].array.zip(&direction[k], |x, v| x + h * v);
        }
        inputs
    }

    /// Tracked inputs and the loss.
    fn loss(&self, inputs: &[Input]) -> (Vec<T>, T) {
        let x: Vec<T> = inputs.iter().map(|i| input(i, TENSOR_DTYPE_F64, Placement::Contiguous).unwrap()).collect();
        for &i in &self.values() {
            requires_grad(&x[i]).unwrap();
        }
        let y = (self.row.run)(&x).unwrap_or_else(|e| panic!("{}: {e:?}", self.row.name));
        let w = tensor(&self.weights, TENSOR_DTYPE_F64).unwrap();
        let squares = out(|o| unsafe { tensor_square(y.0, o) }).unwrap();
        let half = out(|o| unsafe { tensor_mul_scalar(y.0, number(0.5), o) }).unwrap();
        let factor = out(|o| unsafe { tensor_add_scalar(half.0, integer(1), o) }).unwrap();
        let terms = out(|o| unsafe { tensor_mul(squares.0, factor.0, o) }).unwrap();
        let weighted = out(|o| unsafe { tensor_mul(terms.0, w.0, o) }).unwrap();
        let loss = out(|o| unsafe { tensor_sum(weighted.0, null(), 0, null(), o) }).unwrap();
        (x, loss)
    }

    fn loss_value(&self, inputs: &[Input]) -> f64 {
        values(&self.loss(inputs).1).unwrap().data[0]
    }

    fn gradient_tensors(&self, x: &[T], loss: &T, create_graph: bool) -> Vec<Option<T>> {
        let wanted: Vec<*const Tensor> = self.values().iter().map(|&i| x[i].0.cast_const()).collect();
        let mut grads = vec![null_mut(); wanted.len()];
        let options =
            TensorGradOptions { create_graph: create_graph.into(), allow_unused: true.into(), ..Options::DEFAULT };
        check(unsafe { tensor_grad_of(loss.0, wanted.as_ptr(), wanted.len(), &options, grads.as_mut_ptr()) })
            .unwrap_or_else(|e| panic!("{}: {e:?}", self.row.name));
        grads.into_iter().map(|g| if g.is_null() { None } else { Some(T(g)) }).collect()
    }

    fn gradient(&self, inputs: &[Input]) -> Vec<Array> {
        self.gradient_by(inputs, false)
    }

    fn gradient_by(&self, inputs: &[Input], create_graph: bool) -> Vec<Array> {
        let (x, loss) = self.loss(inputs);
        let zero = |k: usize| self.inputs[self.values()[k]].array.map(|_| 0.0);
        let tensors = self.gradient_tensors(&x, &loss, create_graph);
        tensors.iter().enumerate().map(|(k, g)| g.as_ref().map_or(zero(k), |g| values(g).unwrap())).collect()
    }

    /// s = ⟨∇loss, u⟩ as a tensor, and its gradient.
    fn second(&self, inputs: &[Input], u: &[Array]) -> Vec<Array> {
        let (x, loss) = self.loss(inputs);
        let first = self.gradient_tensors(&x, &loss, true);
        let mut s: Option<T> = None;
        for (g, u) in first.iter().zip(u) {
            let Some(g) = g else { continue };
            let u = tensor(u, TENSOR_DTYPE_F64).unwrap();
            let product = out(|o| unsafe { tensor_mul(g.0, u.0, o) }).unwrap();
            let part = out(|o| unsafe { tensor_sum(product.0, null(), 0, null(), o) }).unwrap();
            s = Some(match s {
                Some(s) => out(|o| unsafe { tensor_add(s.0, part.0, o) }).unwrap(),
                None => part,
            });
        }
        let zero = |k: usize| self.inputs[self.values()[k]].array.map(|_| 0.0);
        let s = s.expect("some gradient");
        let tensors = self.gradient_tensors(&x, &s, false);
        tensors.iter().enumerate().map(|(k, g)| g.as_ref().map_or(zero(k), |g| values(g).unwrap())).collect()
    }

    /// |analytic − numeric| ≤ 1e-6 · max(|a|, |n|, ‖v‖·‖g‖/√n) at both orders; what is wrong if not.
    fn check(&self, seed: u64) -> Result<(), String> {
        const H: f64 = 1e-5;
        let mut rng = Rng(seed);
        let (v, u) = (self.direction(&mut rng), self.direction(&mut rng));
        let n = v.iter().map(|a| a.data.len()).sum::<usize>() as f64;
        if n == 0.0 {
            return Ok(());
        }
        if self.weights.data.is_empty() {
            // Nothing depends on the inputs.
            let still = norm(&self.gradient(&self.inputs)) == 0.0;
            return if still { Ok(()) } else { Err(format!("{}: a gradient from no elements", self.row.name)) };
        }
        let (ahead, behind) = (self.shifted(&v, H), self.shifted(&v, -H));
        let judge = |order: usize, g: &[Array], numeric: f64| {
            let analytic = dot(g, &v);
            let scale = analytic.abs().max(numeric.abs()).max(norm(&v) * norm(g) / n.sqrt());
            if (analytic - numeric).abs() <= 1e-6 * scale && scale > 0.0 {
                return Ok(());
            }
            Err(format!("{}: order {order}: analytic {analytic:e}, numeric {numeric:e}", self.row.name))
        };
        let first = self.gradient(&self.inputs);
        judge(1, &first, (self.loss_value(&ahead) - self.loss_value(&behind)) / (2.0 * H))?;
        let slope = |inputs: &[Input]| dot(&self.gradient(inputs), &u);
        let second = self.second(&self.inputs, &u);
        judge(2, &second, (slope(&ahead) - slope(&behind)) / (2.0 * H))
    }
}

fn rng_sign() -> bool {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static STATE: AtomicU64 = AtomicU64::new(0);
    Rng(STATE.fetch_add(1, Relaxed)).bits() & 1 == 1
}

#[test]
fn gradients_agree_with_finite_differences_at_orders_1_and_2() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.gradient == Gradient::Checked) {
        for seed in [3, 4] {
            wrong.guard(row, || Probe::new(row, seed).check(seed + 10).unwrap_or_else(|e| panic!("{e}")));
        }
    }
    wrong.end();
    nothing_lives();
}

/// Backward has kernels of its own for some gradients, and formulas of ops where they are to be differentiated again. Of
/// f64, and numbers that are tame.
#[test]
fn gradients_are_those_of_the_formula() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.gradient == Gradient::Checked) {
        wrong.guard(row, || {
            let probe = Probe::new(row, 7);
            let (kernel, formula) = (probe.gradient_by(&probe.inputs, false), probe.gradient_by(&probe.inputs, true));
            for (k, f) in kernel.iter().zip(&formula) {
                let scale = f.data.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
                for (k, f) in k.data.iter().zip(&f.data) {
                    assert!((k - f).abs() <= 1e-12 * scale, "{}: {k} and {f}", row.name);
                }
            }
        });
    }
    wrong.end();
    nothing_lives();
}

#[test]
fn gradients_that_are_zero_by_mathematics_are_zero() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.gradient == Gradient::Zero) {
        wrong.guard(row, || {
            let probe = Probe::new(row, 5);
            for g in probe.gradient(&probe.inputs) {
                assert!(g.data.iter().all(|x| x.abs() <= 1e-15), "{}: {:?}", row.name, g.data);
            }
        });
    }
    wrong.end();
    nothing_lives();
}

#[test]
fn outputs_without_a_gradient_do_not_require_one() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.gradient == Gradient::None) {
        wrong.guard(row, || {
            let inputs = (row.inputs)(&mut Rng(6));
            let x: Vec<T> = inputs.iter().map(|i| input(i, TENSOR_DTYPE_F64, Placement::Contiguous).unwrap()).collect();
            for (i, x) in inputs.iter().zip(&x).filter(|(i, _)| i.kind == InputKind::Value) {
                let _ = i;
                requires_grad(x).unwrap();
            }
            let y = (row.run)(&x).unwrap();
            assert_eq!(unsafe { tensor_requires_grad(y.0) }, 0, "{}", row.name);
        });
    }
    wrong.end();
    nothing_lives();
}

#[test]
fn a_formula_that_is_wrong_by_a_thousandth_is_seen_in_every_row() {
    let _alone = alone();
    let mut wrong = Wrong::default();
    for row in some_rows().iter().filter(|r| r.gradient == Gradient::Checked) {
        let probe = Probe::new(row, 3);
        if probe.direction(&mut Rng(0)).iter().all(|a| a.data.is_empty()) || probe.weights.data.is_empty() {
            continue;
        }
        let mut seen = true;
        planted::set(Some((row.op, 1.001)));
        wrong.guard(row, || seen = probe.check(13).is_err());
        planted::set(None);
        wrong.guard(row, || assert!(seen, "{}: an error planted in {} was not seen", row.name, row.op));
    }
    wrong.end();
    nothing_lives();
}

// ---- coverage ----

#[test]
fn every_c_function_that_computes_has_a_row() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/c_api");
    let rows: BTreeSet<&str> = rows().iter().flat_map(|r| r.functions.clone()).collect();
    let files = [
        "compare",
        "convert",
        "elementwise",
        "indexing",
        "inplace",
        "loss",
        "matmul",
        "reduce",
        "softmax",
        "unary",
        "views",
    ];
    let mut missing = Vec::new();
    let mut seen = 0;
    for file in files {
        let source = std::fs::read_to_string(root.join(file).with_extension("rs")).unwrap();
        for line in source.lines().filter(|l| l.starts_with("pub unsafe extern \"C\" fn tensor_")) {
            let name = line.trim_start_matches("pub unsafe extern \"C\" fn ").split('(').next().unwrap().to_string();
            seen += 1;
            if !rows.contains(name.as_str()) {
                missing.push(name);
            }
        }
    }
    assert!(seen > 90, "the sources hold {seen} functions that compute");
    assert!(missing.is_empty(), "no row in the op table: {missing:?}");
}
