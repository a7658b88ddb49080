//! Reductions and softmax of sizes and layouts that take every form of launch, against the CPU's: one block and several
//! for an output, rows that begin anywhere, columns, dims that do not merge.

use super::common::array::{Array, Rng};
use super::common::*;
use super::process::{apart, part};
use std::ptr::null;
use tendon::c_api::*;

type Reduction = unsafe extern "C" fn(
    *const Tensor,
    *const i64,
    usize,
    *const TensorReduceOptions,
    *mut *mut Tensor,
) -> TensorStatus;

fn reduced(f: Reduction, x: &T, dims: &[i64]) -> T {
    out(|o| unsafe { f(x.0, dims.as_ptr(), dims.len(), null(), o) }).unwrap()
}

fn var(x: &T, dims: &[i64]) -> T {
    out(|o| unsafe { tensor_var(x.0, dims.as_ptr(), dims.len(), null(), o) }).unwrap()
}

fn arg(largest: bool, x: &T, dim: Option<i64>) -> T {
    let dim = dim.as_ref().map_or(null(), |d| d as *const i64);
    let f = if largest { tensor_argmax } else { tensor_argmin };
    out(|o| unsafe { f(x.0, dim, null(), o) }).unwrap()
}

fn random(shape: &[i64], dtype: TensorDType) -> T {
    let mut rng = Rng(shape.iter().sum::<i64>() as u64);
    cpu_tensor(&Array::new(shape, || rng.uniform(-2.0, 3.0)), dtype).unwrap()
}

/// As `permute` does to a tensor of `shape`; an empty list leaves it.
fn permuted(x: &T, order: &[i64]) -> T {
    if order.is_empty() {
        return out(|o| unsafe { tensor_clone(x.0, o) }).unwrap();
    }
    out(|o| unsafe { tensor_permute(x.0, order.as_ptr(), order.len(), o) }).unwrap()
}

/// What results may differ by, relative to the largest: some steps of f32 or f64, or one of rounding to a half.
fn allowed(dtype: TensorDType) -> f64 {
    match dtype {
        TENSOR_DTYPE_F64 => 2f64.powi(-47),
        TENSOR_DTYPE_F32 => 2f64.powi(-20),
        TENSOR_DTYPE_F16 => 2f64.powi(-9),
        _ => 2f64.powi(-6),
    }
}

/// `there` and again `there`, which must be the same to the last bit, against `here`, to `allowed` of the largest.
#[track_caller]
fn agree(what: &str, here: T, there: impl Fn() -> T, allowed: f64) {
    let (want, got) = (values(&here).unwrap(), values(&there()).unwrap());
    assert_eq!(got.shape, want.shape, "{what}");
    let bits = |a: &Array| a.data.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&got), bits(&values(&there()).unwrap()), "{what}: twice the same");
    let floor = want.largest();
    for (i, (g, w)) in got.data.iter().zip(&want.data).enumerate() {
        assert!(g == w || (g - w).abs() <= allowed * floor, "{what}: at {i} got {g:e}, want {w:e}");
    }
}

const SHAPES: &[(&[i64], &[i64], &[i64])] = &[
    // Shape, order of its dims, dims that go.
    (&[300_007], &[], &[]),
    (&[3, 70_001], &[], &[1]),
    (&[700, 1030], &[], &[1]),
    (&[5000, 12], &[], &[0]),
    (&[1500, 40], &[], &[0]),
    (&[9000, 3], &[], &[0]),
    (&[12, 300, 40], &[], &[1]),
    (&[7, 9, 1000], &[], &[0, 2]),
    (&[257, 300], &[1, 0], &[0]),
    (&[257, 300], &[1, 0], &[1]),
    (&[40, 5, 64], &[1, 2, 0], &[2]),
    // Neither the kept nor the reduced dims merge: more than a launch can walk.
    (&[2; 18], &[1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 17, 16], &[0, 2, 4, 6, 8, 10, 12, 14, 16]),
];

#[test]
fn reductions_agree_with_the_cpu() {
    for dtype in FLOATS {
        part(&format!("float {dtype}"), &[], || {
            for (shape, order, dims) in SHAPES {
                let what = format!("{shape:?} {order:?} {dims:?} of {dtype}");
                let x = permuted(&random(shape, dtype), order);
                let there = permuted(&to_device(&random(shape, dtype), device()).unwrap(), order);
                for (name, f) in [("sum", tensor_sum as Reduction), ("mean", tensor_mean)] {
                    agree(&format!("{name} {what}"), reduced(f, &x, dims), || reduced(f, &there, dims), allowed(dtype));
                }
                for (name, f) in [("max", tensor_max as Reduction), ("min", tensor_min)] {
                    agree(&format!("{name} {what}"), reduced(f, &x, dims), || reduced(f, &there, dims), 0.0);
                }
                agree(&format!("var {what}"), var(&x, dims), || var(&there, dims), 2.0 * allowed(dtype));
                for largest in [true, false] {
                    let dim = dims.first().copied();
                    agree(&format!("arg {what}"), arg(largest, &x, dim), || arg(largest, &there, dim), 0.0);
                    agree(&format!("arg of all {what}"), arg(largest, &x, None), || arg(largest, &there, None), 0.0);
                }
            }
        });
    }
}

#[test]
fn reductions_of_integers_agree_with_the_cpu() {
    let unsigned = [TENSOR_DTYPE_BOOL, TENSOR_DTYPE_U64];
    for dtype in INTS.into_iter().chain(unsigned) {
        part(&format!("integer {dtype}"), &[], || {
            for (shape, order, dims) in SHAPES.iter().skip(dtype as usize % 3).step_by(3) {
                let what = format!("{shape:?} {order:?} {dims:?} of {dtype}");
                let x = permuted(&random(shape, dtype), order);
                let there = permuted(&to_device(&random(shape, dtype), device()).unwrap(), order);
                for f in [tensor_sum as Reduction, tensor_max, tensor_min, tensor_any, tensor_all] {
                    agree(&what, reduced(f, &x, dims), || reduced(f, &there, dims), 0.0);
                }
                agree(&what, arg(true, &x, None), || arg(true, &there, None), 0.0);
            }
        });
    }
}

fn softmax(x: &T, dim: i64, log: bool) -> T {
    let f = if log { tensor_log_softmax } else { tensor_softmax };
    out(|o| unsafe { f(x.0, dim, null(), o) }).unwrap()
}

/// The gradient of Σ w·softmax(x).
fn gradient(x: &T, weights: &T, dim: i64, log: bool) -> T {
    let x = out(|o| unsafe { tensor_detach(x.0, o) }).unwrap();
    requires_grad(&x).unwrap();
    let y = softmax(&x, dim, log);
    let options = TensorBackwardOptions { gradient: weights.0, ..Options::DEFAULT };
    check(unsafe { tensor_backward(y.0, &options) }).unwrap();
    out(|o| unsafe { tensor_grad(x.0, o) }).unwrap()
}

/// Softmax, its logarithm and their gradients, of shapes with the order of their dims, along a dim; to `slack` times what
/// is allowed.
fn softmax_agrees(shapes: &[(&[i64], &[i64], i64)], dtype: TensorDType, slack: f64) {
    for (shape, order, dim) in shapes {
        for log in [false, true] {
            let what = format!("{shape:?} {order:?} along {dim}, log {log}, of {dtype}");
            let x = permuted(&random(shape, dtype), order);
            let there = permuted(&to_device(&random(shape, dtype), device()).unwrap(), order);
            let allowed = slack * allowed(dtype);
            agree(&what, softmax(&x, *dim, log), || softmax(&there, *dim, log), allowed);
            let weights = random(&super::common::shape(&x), dtype);
            let weights_there = to_device(&weights, device()).unwrap();
            let here = gradient(&x, &weights, *dim, log);
            agree(&what, here, || gradient(&there, &weights_there, *dim, log), 2.0 * allowed);
        }
    }
}

#[test]
fn softmax_agrees_with_the_cpu() {
    let shapes: &[(&[i64], &[i64], i64)] = &[
        (&[0, 5, 3], &[], 1),
        (&[0, 40_000], &[], 1),
        (&[3, 0, 2], &[], 1),
        (&[2000, 10], &[], 1),
        (&[64, 1000], &[], 1),
        (&[40, 3001], &[], 1),
        (&[5, 6000], &[], 1),
        (&[3, 12_000], &[], 1),
        (&[3, 40_009], &[], 1),
        (&[9, 20_000], &[], 1),
        (&[3, 70, 50], &[], 1),
        (&[6, 600, 17], &[], 1),
        (&[6, 5000, 3], &[], 1),
        (&[300, 257], &[1, 0], 1),
        (&[300, 257], &[1, 0], 0),
        (&[2; 17], &[2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 16, 15], 4),
    ];
    for dtype in FLOATS {
        part(&format!("softmax {dtype}"), &[], || softmax_agrees(shapes, dtype, 1.0));
    }
}

/// Of so few rows that each has many blocks.
#[test]
fn softmax_of_few_long_rows_agrees_with_the_cpu() {
    let shapes: &[(&[i64], &[i64], i64)] = &[
        (&[1, 100_000], &[], 1),
        (&[3, 70_001], &[], 1),
        (&[100_003, 3], &[], 0),
        (&[2, 20_001, 4], &[], 1),
        // Not dense.
        (&[70_001, 3], &[1, 0], 1),
        (&[3, 50_000], &[1, 0], 0),
    ];
    for dtype in FLOATS {
        // As many as a large device has.
        let env = [("MOCK_CUDA_MULTIPROCESSORS", "132")];
        // The CPU adds up a column one number after the other.
        part(&format!("long {dtype}"), &env, || softmax_agrees(shapes, dtype, 4.0));
    }
}

#[test]
fn nothing_is_folded_into_the_neutral_element() {
    apart(&[], || {
        let x = to_device(&random(&[4, 0, 3], TENSOR_DTYPE_F32), device()).unwrap();
        let values_of = |f| values(&reduced(f, &x, &[1])).unwrap().data;
        assert_eq!(values_of(tensor_sum), [0.0; 12]);
        assert!(values_of(tensor_mean).iter().all(|x| x.is_nan()));
        assert_eq!((values_of(tensor_any), values_of(tensor_all)), (vec![0.0; 12], vec![1.0; 12]));
        assert!(!reduced(tensor_sum, &x, &[0]).0.is_null());
        assert_eq!(unsafe { tensor_numel(softmax(&x, 1, false).0) }, 0);
    });
}
