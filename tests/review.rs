//! Odd corners of views, in-place writes, graphs and sizes: each test is a case that once went wrong or that no other
//! test would see going wrong.

// Every call of a C function is unsafe; what the tests pass is valid, or is refused.
#![allow(clippy::undocumented_unsafe_blocks)]

mod common;

use common::array::Array;
use common::*;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use tendon::c_api::*;

fn array(shape: &[i64], data: &[f64]) -> Array {
    Array { shape: shape.to_vec(), data: data.to_vec() }
}

fn of(shape: &[i64], data: &[f64]) -> T {
    tensor(&array(shape, data), TENSOR_DTYPE_F64).unwrap()
}

/// Beside memory of the caller's, whatever device the tests are on.
fn on_cpu(shape: &[i64], data: &[f64]) -> T {
    cpu_tensor(&array(shape, data), TENSOR_DTYPE_F64).unwrap()
}

fn leaf(shape: &[i64], data: &[f64]) -> T {
    let x = of(shape, data);
    requires_grad(&x).unwrap();
    x
}

fn zeros(shape: &[i64]) -> T {
    let options = TensorOptions { dtype: TENSOR_DTYPE_F64, device: device(), ..TensorOptions::DEFAULT };
    out(|o| unsafe { tensor_zeros(shape.as_ptr(), shape.len(), &options, o) }).unwrap()
}

fn data(x: &T) -> Vec<f64> {
    values(x).unwrap().data
}

fn grad(x: &T) -> Option<Vec<f64>> {
    let mut g = null_mut();
    check(unsafe { tensor_grad(x.0, &mut g) }).unwrap();
    (!g.is_null()).then(|| data(&T(g)))
}

fn mul(a: &T, b: &T) -> T {
    out(|o| unsafe { tensor_mul(a.0, b.0, o) }).unwrap()
}

fn sum(x: &T) -> T {
    out(|o| unsafe { tensor_sum(x.0, null(), 0, null(), o) }).unwrap()
}

fn select(x: &T, dim: i64, index: i64) -> T {
    out(|o| unsafe { tensor_select(x.0, dim, index, o) }).unwrap()
}

fn detach(x: &T) -> T {
    out(|o| unsafe { tensor_detach(x.0, o) }).unwrap()
}

fn backward(x: &T) -> R<()> {
    check(unsafe { tensor_backward(x.0, null()) })
}

fn live() -> i64 {
    unsafe { tendon_live_tensor_count() }
}

#[test]
fn more_than_32_inputs_have_gradients() {
    let _alone = alone();
    let xs: Vec<T> = (0..70).map(|i| leaf(&[1], &[i as f64])).collect();
    let handles: Vec<*const Tensor> = xs.iter().map(|x| x.0.cast_const()).collect();
    let y = out(|o| unsafe { tensor_cat(handles.as_ptr(), handles.len(), 0, o) }).unwrap();
    backward(&sum(&mul(&y, &y))).unwrap();
    for (i, x) in xs.iter().enumerate() {
        assert_eq!(grad(x), Some(vec![2.0 * i as f64]));
    }
}

/// What is kept of a result is its values: not the graph that made it.
#[test]
fn a_detached_tensor_does_not_keep_the_graph() {
    let _alone = alone();
    let before = live();
    let x = leaf(&[2], &[1.0, 2.0]);
    let mut kept = Vec::new();
    for _ in 0..10 {
        let y = mul(&mul(&x, &x), &x);
        kept.push(detach(&y));
        let mut mode = null_mut();
        check(unsafe { tensor_no_grad_begin(&mut mode) }).unwrap();
        kept.push(select(&y, 0, 0));
        check(unsafe { tensor_mode_end(mode) }).unwrap();
    }
    drop(x);
    assert_eq!(live() - before, kept.len() as i64);
    drop(kept);
    assert_eq!(live(), before);
}

/// x ← f(d) where d is a detached alias of x and a leaf of its own.
#[test]
fn a_tensor_written_from_its_own_detached_alias_dies() {
    let _alone = alone();
    let before = live();
    let x = zeros(&[2]);
    let d = detach(&x);
    requires_grad(&d).unwrap();
    check(unsafe { tensor_copy_(x.0, mul(&d, &of(&[2], &[3.0, 3.0])).0) }).unwrap();
    backward(&sum(&x)).unwrap();
    assert_eq!(grad(&d), Some(vec![3.0, 3.0]));
    drop((x, d));
    assert_eq!(live(), before);
}

#[test]
fn a_view_is_no_gradient_of_its_base() {
    let _alone = alone();
    let before = live();
    let x = leaf(&[2, 2], &[1.0; 4]);
    let v = out(|o| unsafe { tensor_transpose(x.0, 0, 1, o) }).unwrap();
    assert_eq!(check(unsafe { tensor_set_grad(x.0, v.0) }).unwrap_err().status, TENSOR_ERR_AUTOGRAD);
    drop((x, v));
    assert_eq!(live(), before);
}

/// An op that reads what it overwrites keeps a copy for backward: x *= w.
#[test]
fn in_place_ops_keep_the_values_that_they_overwrite() {
    let _alone = alone();
    let (a, w) = (leaf(&[2], &[2.0, 3.0]), leaf(&[2], &[5.0, 7.0]));
    let x = mul(&a, &a);
    check(unsafe { tensor_mul_(x.0, w.0) }).unwrap();
    check(unsafe { tensor_div_(x.0, w.0) }).unwrap();
    check(unsafe { tensor_mul_(x.0, w.0) }).unwrap();
    backward(&sum(&x)).unwrap();
    // y = a²·w
    assert_eq!(grad(&w), Some(vec![4.0, 9.0]));
    assert_eq!(grad(&a), Some(vec![20.0, 42.0]));

    // Through a view, and the input that is overwritten on both sides: v ← v·v.
    let (b, y) = (leaf(&[2], &[2.0, 3.0]), zeros(&[2, 2]));
    let v = select(&y, 0, 1);
    check(unsafe { tensor_copy_(v.0, b.0) }).unwrap();
    check(unsafe { tensor_mul_(v.0, v.0) }).unwrap();
    backward(&sum(&y)).unwrap();
    assert_eq!(grad(&b), Some(vec![4.0, 6.0]));
}

#[test]
fn in_place_clamp_passes_the_gradient_within_the_bounds() {
    let _alone = alone();
    let a = leaf(&[3], &[-2.0, 0.5, 2.0]);
    let x = mul(&a, &of(&[3], &[1.0; 3]));
    let bound = |f| TensorScalar { kind: TENSOR_SCALAR_FLOAT, reserved: 0, value: TensorScalarValue { f } };
    check(unsafe { tensor_clamp_(x.0, &bound(-1.0), &bound(1.0)) }).unwrap();
    backward(&sum(&x)).unwrap();
    assert_eq!(grad(&a), Some(vec![0.0, 1.0, 0.0]));
}

/// Integers carry no gradient, so nothing is lost.
#[test]
fn tracked_floats_can_be_copied_into_integers() {
    let _alone = alone();
    let x = leaf(&[2], &[1.5, -2.5]);
    let y = to_dtype(&zeros(&[2]), TENSOR_DTYPE_I32).unwrap();
    check(unsafe { tensor_copy_(y.0, x.0) }).unwrap();
    assert_eq!(data(&y), [1.0, -2.0]);
    assert_eq!(unsafe { tensor_requires_grad(y.0) }, 0);
}

/// A gradient asked for on one branch leaves what the other branch saved.
#[test]
fn grad_of_frees_only_what_it_went_through() {
    let _alone = alone();
    let (a, b) = (leaf(&[1], &[2.0]), leaf(&[1], &[3.0]));
    let other = mul(&b, &b);
    let loss = mul(&mul(&a, &a), &of(&[1], &[1.0]));
    let loss = out(|o| unsafe { tensor_add(loss.0, other.0, o) }).unwrap();
    let (inputs, mut g) = ([a.0.cast_const()], null_mut());
    check(unsafe { tensor_grad_of(loss.0, inputs.as_ptr(), 1, null(), &mut g) }).unwrap();
    assert_eq!(data(&T(g)), [4.0]);
    backward(&other).unwrap();
    assert_eq!(grad(&b), Some(vec![6.0]));
}

/// d(a + b): both gradients are 1, but they are two tensors.
#[test]
fn gradients_of_two_leaves_never_share_memory() {
    let _alone = alone();
    let (a, b) = (leaf(&[2], &[1.0, 2.0]), leaf(&[2], &[3.0, 4.0]));
    let seed = leaf(&[2], &[1.0, 1.0]);
    let y = out(|o| unsafe { tensor_add(a.0, b.0, o) }).unwrap();
    let options = TensorBackwardOptions { create_graph: 1, gradient: seed.0, ..TensorBackwardOptions::DEFAULT };
    check(unsafe { tensor_backward(y.0, &options) }).unwrap();
    let handle = |x: &T| out(|o| unsafe { tensor_grad(x.0, o) }).unwrap();
    let (ga, gb) = (handle(&a), handle(&b));
    assert_eq!(unsafe { tensor_shares_memory(ga.0, gb.0) }, 0);
    assert_eq!(unsafe { tensor_shares_memory(ga.0, seed.0) }, 0);
    assert_eq!(unsafe { tensor_requires_grad(ga.0) }, 1);
    for x in [&a, &b] {
        check(unsafe { tensor_set_grad(x.0, null()) }).unwrap();
    }
}

/// Row 0 of a base whose rows are one: the graph could not say what the write does to the others.
#[test]
fn no_recorded_write_into_a_base_that_overlaps_itself() {
    let _alone = alone();
    let mut memory = [1f64, 2.0];
    let (shape, strides) = ([3i64, 2], [0i64, 1]);
    let options = TensorHostBufferOptions { strides: strides.as_ptr(), ..TensorHostBufferOptions::DEFAULT };
    let base = out(|o| unsafe {
        tensor_from_host_buffer(memory.as_mut_ptr().cast(), 16, TENSOR_DTYPE_F64, shape.as_ptr(), 2, &options, o)
    })
    .unwrap();
    let row = select(&base, 0, 0);
    let w = on_cpu(&[2], &[5.0, 6.0]);
    requires_grad(&w).unwrap();
    assert_eq!(check(unsafe { tensor_copy_(row.0, w.0) }).unwrap_err().status, TENSOR_ERR_OVERLAP);
    assert_eq!(memory, [1.0, 2.0]);
}

/// x[:, 0] = x[:, 1]: the ranges meet, the elements do not.
#[test]
fn interleaved_views_without_a_common_element_do_not_overlap() {
    let _alone = alone();
    let x = of(&[2, 4], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    check(unsafe { tensor_copy_(select(&x, 1, 0).0, select(&x, 1, 1).0) }).unwrap();
    assert_eq!(data(&x), [2.0, 2.0, 3.0, 4.0, 6.0, 6.0, 7.0, 8.0]);
    let part = |start| out(|o| unsafe { tensor_narrow(x.0, 1, start, 2, o) }).unwrap();
    check(unsafe { tensor_add_(part(0).0, part(2).0) }).unwrap();
    assert_eq!(data(&x), [5.0, 6.0, 3.0, 4.0, 13.0, 14.0, 7.0, 8.0]);
    let step = |start| out(|o| unsafe { tensor_slice(x.0, 1, start, i64::MAX, 2, o) }).unwrap();
    check(unsafe { tensor_copy_(step(1).0, step(0).0) }).unwrap();
    assert_eq!(data(&x), [5.0, 5.0, 3.0, 3.0, 13.0, 13.0, 7.0, 7.0]);
    // One column in common.
    assert_eq!(check(unsafe { tensor_add_(part(0).0, part(1).0) }).unwrap_err().status, TENSOR_ERR_OVERLAP);
}

/// All parameters step, or none.
#[test]
fn an_optimizer_that_fails_has_changed_nothing() {
    let _alone = alone();
    let mut memory = [1f64; 6];
    let shape = [2i64];
    let borrow = |at: *mut f64| {
        out(|o| unsafe { tensor_from_host_buffer(at.cast(), 16, TENSOR_DTYPE_F64, shape.as_ptr(), 1, null(), o) })
            .unwrap()
    };
    let at = memory.as_mut_ptr();
    // The second parameter's gradient lies across its elements.
    let (p, q, g) = (borrow(at), borrow(at.wrapping_add(2)), borrow(at.wrapping_add(3)));
    let params = [p.0, q.0];
    let mut optimizer = null_mut();
    check(unsafe { tensor_sgd_create(params.as_ptr(), 2, null(), &mut optimizer) }).unwrap();
    check(unsafe { tensor_set_grad(p.0, on_cpu(&[2], &[1.0, 1.0]).0) }).unwrap();
    check(unsafe { tensor_set_grad(q.0, g.0) }).unwrap();
    assert_eq!(check(unsafe { tensor_optimizer_step(optimizer) }).unwrap_err().status, TENSOR_ERR_OVERLAP);
    assert_eq!(memory, [1.0; 6]);
    check(unsafe { tensor_optimizer_release(optimizer) }).unwrap();
}

/// The number of views is known before the first is made.
#[test]
fn split_and_chunk_count_before_they_make() {
    let _alone = alone();
    let wide = |n: i64| out(|o| unsafe { tensor_expand(zeros(&[1]).0, &n, 1, o) }).unwrap();
    let (mut parts, mut count) = ([null_mut(); 4], 0usize);
    for n in [1 << 33, 1 << 60] {
        let x = wide(n);
        let status = unsafe { tensor_split(x.0, 1, 0, parts.as_mut_ptr(), 4, &mut count) };
        assert_eq!((status, count as i64), (TENSOR_ERR_INVALID_ARGUMENT, n));
        let status = unsafe { tensor_chunk(x.0, n, 0, parts.as_mut_ptr(), 4, &mut count) };
        assert_eq!((status, count as i64), (TENSOR_ERR_INVALID_ARGUMENT, n));
        check(unsafe { tensor_split(x.0, n / 2, 0, parts.as_mut_ptr(), 4, &mut count) }).unwrap();
        assert_eq!(count, 2);
        drop(parts.map(T));
        parts = [null_mut(); 4];
    }
    // As many empty pieces as asked for, as in PyTorch.
    check(unsafe { tensor_chunk(zeros(&[0]).0, 3, 0, parts.as_mut_ptr(), 4, &mut count) }).unwrap();
    assert_eq!(count, 3);
    drop(parts.map(T));
}

/// Sizes at the end of what 63 bits hold: an answer or a status, never a defect.
#[test]
fn huge_sizes_are_answered() {
    let _alone = alone();
    let huge = 1i64 << 62;
    let x = out(|o| unsafe { tensor_expand(zeros(&[1]).0, &huge, 1, o) }).unwrap();
    let index = to_dtype(&zeros(&[1]), TENSOR_DTYPE_I64).unwrap();
    let mut results: Vec<(&str, R<T>)> = Vec::new();
    let mut note = |name, f: &dyn Fn(*mut *mut Tensor) -> TensorStatus| results.push((name, out(f)));
    unsafe {
        note("clone", &|o| tensor_clone(x.0, o));
        note("add", &|o| tensor_add(x.0, x.0, o));
        note("unsqueeze", &|o| tensor_unsqueeze(x.0, 0, o));
        note("view", &|o| tensor_view(x.0, [1 << 31, 1 << 31].as_ptr(), 2, o));
        note("view too many", &|o| tensor_view(x.0, [1 << 32, 1 << 31].as_ptr(), 2, o));
        note("expand", &|o| tensor_expand(x.0, [4, huge].as_ptr(), 2, o));
        note("cat", &|o| tensor_cat([x.0.cast_const(), x.0.cast_const(), x.0.cast_const()].as_ptr(), 3, 0, o));
        note("stack", &|o| tensor_stack([x.0.cast_const(), x.0.cast_const(), x.0.cast_const()].as_ptr(), 3, 0, o));
        note("slice", &|o| tensor_slice(x.0, 0, i64::MIN, i64::MAX, i64::MAX, o));
        note("narrow", &|o| tensor_narrow(x.0, 0, i64::MAX, i64::MAX, o));
        note("narrow from the end", &|o| tensor_narrow(x.0, 0, i64::MIN, i64::MAX, o));
        note("select", &|o| tensor_select(x.0, 0, i64::MIN, o));
        note("one_hot", &|o| tensor_one_hot(index.0, 1 << 60, o));
        note("one_hot max", &|o| tensor_one_hot(index.0, i64::MAX, o));
        note("eye", &|o| tensor_eye(huge, huge, null(), o));
        note("linspace", &|o| tensor_linspace(0.0, 1.0, i64::MAX, null(), o));
        note("transpose", &|o| tensor_transpose(x.0, i64::MIN, i64::MAX, o));
        note("flatten", &|o| tensor_flatten(x.0, i64::MIN, i64::MAX, o));
        let number = |i| TensorScalar { kind: TENSOR_SCALAR_INT, reserved: 0, value: TensorScalarValue { i } };
        note("arange", &|o| tensor_arange(number(i64::MIN), number(i64::MAX), number(1), null(), o));
        note("arange up", &|o| tensor_arange(number(i64::MAX - 2), number(i64::MAX), number(1), null(), o));
        note("arange wide", &|o| tensor_arange(number(i64::MIN), number(i64::MAX), number(i64::MAX), null(), o));
        let row = out(|o| tensor_expand(zeros(&[1, 1]).0, [1i64 << 31, 1 << 30].as_ptr(), 2, o)).unwrap();
        let column = out(|o| tensor_transpose(row.0, 0, 1, o)).unwrap();
        note("matmul", &|o| tensor_matmul(row.0, column.0, o));
        note("linear", &|o| tensor_linear(row.0, row.0, null(), o));
    }
    for (name, result) in results {
        if let Err(e) = result {
            assert_ne!(e.status, TENSOR_ERR_INTERNAL, "{name}: {}", e.message);
        }
    }
}

#[test]
fn a_rank_0_tensor_has_one_place_for_an_index() {
    let _alone = alone();
    let x = of(&[], &[3.0]);
    let index = |n: usize| to_dtype(&of(&[n as i64], &vec![0.0; n]), TENSOR_DTYPE_I64).unwrap();
    let pick = |n| out(|o| unsafe { tensor_index_select(x.0, 0, index(n).0, o) });
    assert_eq!(data(&pick(1).unwrap()), [3.0]);
    assert_eq!(pick(2).map(|_| ()).unwrap_err().status, TENSOR_ERR_SHAPE);
    assert_eq!(pick(0).map(|_| ()).unwrap_err().status, TENSOR_ERR_SHAPE);
    let flat = out(|o| unsafe { tensor_flatten(x.0, 0, 2, o) });
    assert_eq!(flat.map(|_| ()).unwrap_err().status, TENSOR_ERR_SHAPE);
}

/// 2³² + 1 is no class of an i32 target, and not class 1.
#[test]
fn an_ignore_index_beyond_the_dtype_ignores_nothing() {
    let _alone = alone();
    let x = of(&[2, 2], &[0.0, 1.0, 2.0, 0.0]);
    let target = to_dtype(&of(&[2], &[1.0, 1.0]), TENSOR_DTYPE_I32).unwrap();
    let loss = |ignore_index| {
        let options = TensorCrossEntropyOptions { ignore_index, ..TensorCrossEntropyOptions::DEFAULT };
        data(&out(|o| unsafe { tensor_cross_entropy(x.0, target.0, &options, o) }).unwrap())
    };
    assert_eq!(loss((1 << 32) + 1), loss(-100));
}

/// A number that the dtype cannot hold is refused, not bent.
#[test]
fn fill_refuses_what_does_not_fit() {
    let _alone = alone();
    let x = to_dtype(&zeros(&[2]), TENSOR_DTYPE_U8).unwrap();
    let int = |i| TensorScalar { kind: TENSOR_SCALAR_INT, reserved: 0, value: TensorScalarValue { i } };
    let float = |f| TensorScalar { kind: TENSOR_SCALAR_FLOAT, reserved: 0, value: TensorScalarValue { f } };
    for bad in [int(300), float(300.0), float(f64::NAN), float(f64::INFINITY), int(-300)] {
        assert_eq!(check(unsafe { tensor_fill_(x.0, bad) }).unwrap_err().status, TENSOR_ERR_INVALID_ARGUMENT);
    }
    // Two's complement, as in PyTorch.
    check(unsafe { tensor_fill_(x.0, int(-1)) }).unwrap();
    assert_eq!(data(&x), [255.0, 255.0]);
    let half = to_dtype(&zeros(&[1]), TENSOR_DTYPE_F16).unwrap();
    assert!(check(unsafe { tensor_fill_(half.0, float(1e6)) }).is_err());
    check(unsafe { tensor_fill_(half.0, float(f64::NEG_INFINITY)) }).unwrap();
}

/// A release callback may call anything, also while an optimizer lets go of gradients.
#[test]
fn a_release_callback_may_use_the_optimizer_that_triggers_it() {
    let _alone = alone();
    static mut STATUS: TensorStatus = -1;
    unsafe extern "C" fn release(_: *mut c_void, optimizer: *mut c_void) {
        let mut lr = 0.0;
        unsafe { STATUS = tensor_optimizer_lr(*optimizer.cast::<*mut TensorOptimizer>(), &mut lr) };
    }
    let mut memory = [1f64; 2];
    let p = on_cpu(&[2], &[1.0, 2.0]);
    let mut optimizer: *mut TensorOptimizer = null_mut();
    check(unsafe { tensor_sgd_create([p.0].as_ptr(), 1, null(), &mut optimizer) }).unwrap();
    let options = TensorHostBufferOptions {
        release: Some(release),
        user_data: (&raw mut optimizer).cast(),
        ..TensorHostBufferOptions::DEFAULT
    };
    let g = out(|o| unsafe {
        tensor_from_host_buffer(memory.as_mut_ptr().cast(), 16, TENSOR_DTYPE_F64, [2i64].as_ptr(), 1, &options, o)
    })
    .unwrap();
    check(unsafe { tensor_set_grad(p.0, g.0) }).unwrap();
    drop(g);
    check(unsafe { tensor_optimizer_zero_grad(optimizer) }).unwrap();
    assert_eq!(unsafe { STATUS }, TENSOR_OK);
    check(unsafe { tensor_optimizer_release(optimizer) }).unwrap();
}

/// Views and aliases of a tensor made in inference mode are of that mode too, wherever they are made.
#[test]
fn a_view_of_an_inference_tensor_takes_no_part_in_a_graph() {
    let _alone = alone();
    let mut mode = null_mut();
    check(unsafe { tensor_inference_mode_begin(&mut mode) }).unwrap();
    let x = zeros(&[2, 2]);
    check(unsafe { tensor_mode_end(mode) }).unwrap();
    for v in [select(&x, 0, 0), detach(&x), select(&select(&x, 0, 0), 0, 1)] {
        assert_eq!(unsafe { tensor_is_inference(v.0) }, 1);
        assert_eq!(requires_grad(&v).unwrap_err().status, TENSOR_ERR_AUTOGRAD);
    }
    let copy = out(|o| unsafe { tensor_clone(select(&x, 0, 0).0, o) }).unwrap();
    requires_grad(&copy).unwrap();
}

/// Strides and offsets whose ends fit 63 bits, but whose distance does not.
#[test]
fn strides_that_reach_over_the_whole_range_are_refused() {
    let _alone = alone();
    let mut memory = [0f64; 4];
    let far = 9_000_000_000_000_000_000i64;
    for (n, stride, offset) in [(3i64, far, -far), (3, -far, far), (2, i64::MIN, i64::MAX), (2, i64::MAX, i64::MIN)] {
        let options = TensorHostBufferOptions { strides: &stride, offset, ..TensorHostBufferOptions::DEFAULT };
        let x = out(|o| unsafe {
            tensor_from_host_buffer(memory.as_mut_ptr().cast(), 32, TENSOR_DTYPE_F64, &n, 1, &options, o)
        });
        let status = x.map(|_| ()).unwrap_err().status;
        assert!([TENSOR_ERR_SHAPE, TENSOR_ERR_OUT_OF_BOUNDS].contains(&status), "{status}");
    }
}

#[test]
fn dims_of_a_rank_0_tensor_are_not_repeated() {
    let _alone = alone();
    let x = of(&[], &[3.0]);
    let squeeze = |dims: &[i64]| out(|o| unsafe { tensor_squeeze(x.0, dims.as_ptr(), dims.len(), o) });
    assert!(squeeze(&[-1]).is_ok());
    assert_eq!(squeeze(&[0, -1]).map(|_| ()).unwrap_err().status, TENSOR_ERR_SHAPE);
}

fn text(x: &T, options: &TensorPrintOptions) -> String {
    let mut buffer = vec![0u8; 1 << 16];
    check(unsafe { tensor_to_string(x.0, options, buffer.as_mut_ptr().cast(), buffer.len(), null_mut()) }).unwrap();
    std::ffi::CStr::from_bytes_until_nul(&buffer).unwrap().to_str().unwrap().to_owned()
}

/// As in PyTorch.
#[test]
fn both_sides_of_a_nan_have_the_gradient() {
    let _alone = alone();
    let (a, b) = (leaf(&[4], &[f64::NAN, 1.0, 2.0, 3.0]), leaf(&[4], &[1.0, f64::NAN, 2.0, 5.0]));
    for (op, of_a, of_b) in [
        (tensor_maximum as unsafe extern "C" fn(_, _, _) -> _, [1.0, 1.0, 0.5, 0.0], [1.0, 1.0, 0.5, 1.0]),
        (tensor_minimum, [1.0, 1.0, 0.5, 1.0], [1.0, 1.0, 0.5, 0.0]),
    ] {
        let y = out(|o| unsafe { op(a.0.cast_const(), b.0.cast_const(), o) }).unwrap();
        let sum = out(|o| unsafe { tensor_sum(y.0, null(), 0, null(), o) }).unwrap();
        check(unsafe { tensor_backward(sum.0, null()) }).unwrap();
        assert_eq!((grad(&a), grad(&b)), (Some(of_a.to_vec()), Some(of_b.to_vec())));
        check(unsafe { tensor_set_grad(a.0, null_mut()) }).unwrap();
        check(unsafe { tensor_set_grad(b.0, null_mut()) }).unwrap();
    }
}

/// What the kernel for backward and the formula for `create_graph` must agree on beyond tame numbers.
#[test]
fn gradients_of_cross_entropy_where_it_is_hard() {
    let _alone = alone();
    let nan = f64::NAN;
    let gradients = |dtype, shape: &[i64], logits: &[f64], targets: &[f64], weight: Option<&[f64]>| {
        [false, true].map(|create_graph| {
            let x = to_dtype(&of(shape, logits), dtype).unwrap();
            requires_grad(&x).unwrap();
            let target = to_dtype(&of(&[targets.len() as i64], targets), TENSOR_DTYPE_I64).unwrap();
            let weight = weight.map(|w| to_dtype(&of(&[w.len() as i64], w), dtype).unwrap());
            let weight = weight.as_ref().map_or(null(), |w| w.0.cast_const());
            let options = TensorCrossEntropyOptions { weight, ..TensorCrossEntropyOptions::DEFAULT };
            let loss = out(|o| unsafe { tensor_cross_entropy(x.0, target.0, &options, o) }).unwrap();
            let inputs = [x.0.cast_const()];
            let options = TensorGradOptions { create_graph: create_graph.into(), ..TensorGradOptions::DEFAULT };
            let mut grad = null_mut();
            check(unsafe { tensor_grad_of(loss.0, inputs.as_ptr(), 1, &options, &mut grad) }).unwrap();
            data(&T(grad))
        })
    };
    // All ignored, with and without a class; one ignored row that is no number.
    let none = gradients(TENSOR_DTYPE_F32, &[2, 3], &[1.0, 2.0, nan, 0.0, 1.0, 2.0], &[-100.0, -100.0], None);
    assert_eq!(none, [vec![0.0; 6], vec![0.0; 6]]);
    assert_eq!(gradients(TENSOR_DTYPE_F32, &[2, 0], &[], &[-100.0, -100.0], None), [vec![], vec![]]);
    for grad in gradients(TENSOR_DTYPE_F32, &[2, 2], &[nan, 2.0, 0.0, 0.0], &[-100.0, 1.0], None) {
        assert_eq!(grad, [0.0, 0.0, 0.5, -0.5]);
    }
    // The weights add up to more than f16 holds.
    for grad in gradients(TENSOR_DTYPE_F16, &[10, 2], &[0.0; 20], &[1.0; 10], Some(&[1e4, 1e4])) {
        for pair in grad.chunks(2) {
            assert!((pair[0] - 0.05).abs() < 1e-4 && (pair[1] + 0.05).abs() < 1e-4, "{pair:?}");
        }
    }
}

/// As in PyTorch: a NaN passes relu, and beyond the range of f16's squares gelu is a line.
#[test]
fn gradients_of_activations_where_they_are_hard() {
    let _alone = alone();
    let numbers = [f64::NAN, 300.0, -300.0, 6e4];
    type F = unsafe extern "C" fn(*const Tensor, *mut *mut Tensor) -> TensorStatus;
    let relu: F = tensor_relu;
    unsafe extern "C" fn gelu_tanh(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
        let options = TensorGeluOptions { tanh_approximation: 1, ..TensorGeluOptions::DEFAULT };
        unsafe { tensor_gelu(x, &options, out) }
    }
    for (f, expected) in [(relu, [1.0, 1.0, 0.0, 1.0]), (gelu_tanh, [f64::NAN, 1.0, 0.0, 1.0])] {
        for create_graph in [0, 1] {
            let x = to_dtype(&of(&[4], &numbers), TENSOR_DTYPE_F16).unwrap();
            requires_grad(&x).unwrap();
            let y = out(|o| unsafe { f(x.0, o) }).unwrap();
            let ones = to_dtype(&of(&[4], &[1.0; 4]), TENSOR_DTYPE_F16).unwrap();
            let options = TensorGradOptions { create_graph, gradient: ones.0, ..TensorGradOptions::DEFAULT };
            let (inputs, mut grad) = ([x.0.cast_const()], null_mut());
            check(unsafe { tensor_grad_of(y.0, inputs.as_ptr(), 1, &options, &mut grad) }).unwrap();
            for (got, want) in data(&T(grad)).into_iter().zip(expected) {
                assert!(got == want || (got.is_nan() && want.is_nan()), "{got}, expected {want}");
            }
        }
    }
}

/// Widths and line ends as PyTorch has them.
#[test]
fn text_wraps_where_pytorch_wraps() {
    let _alone = alone();
    let inf = f64::INFINITY;
    let x = to_dtype(&on_cpu(&[3], &[inf, 1.0, -inf]), TENSOR_DTYPE_F32).unwrap();
    assert_eq!(text(&x, &TensorPrintOptions::DEFAULT), "tensor([inf, 1., -inf])");
    // Six columns of 12 characters and ", ": 80 - 8 leaves room for exactly that.
    let row = [1000.5, -4000.25, 30.0, 40.0, 50.0, 60.0, 70.0];
    let y = to_dtype(&on_cpu(&[2, 7], &[row, row].concat()), TENSOR_DTYPE_F32).unwrap();
    let wide = TensorPrintOptions { line_width: 8 + 6 * 12, ..TensorPrintOptions::DEFAULT };
    assert_eq!(
        text(&y, &wide),
        "tensor([[ 1000.5000, -4000.2500,    30.0000,    40.0000,    50.0000,    60.0000,\n            70.0000],\n        \
         [ 1000.5000, -4000.2500,    30.0000,    40.0000,    50.0000,    60.0000,\n            70.0000]])"
    );
    let all = TensorPrintOptions { threshold: 0, edge_items: i64::MAX, ..TensorPrintOptions::DEFAULT };
    assert!(!text(&y, &all).contains("..."));
}

/// Threads that read one view after its base was written all see the new history, and lose no gradient.
#[test]
fn threads_bring_one_view_up_to_date() {
    struct Shared(*mut Tensor);
    unsafe impl Sync for Shared {}
    let _alone = alone();
    let w = leaf(&[2], &[2.0, 3.0]);
    let start = std::sync::Barrier::new(4);
    for round in 1..=400 {
        let base = zeros(&[2, 2]);
        let view = select(&base, 0, 1);
        check(unsafe { tensor_copy_(select(&base, 0, 1).0, mul(&w, &w).0) }).unwrap();
        let (view, start) = (&Shared(view.0), &start);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(move || {
                    start.wait();
                    let sum = out(|o| unsafe { tensor_sum(view.0, null(), 0, null(), o) }).unwrap();
                    let options = TensorBackwardOptions { retain_graph: 1, ..TensorBackwardOptions::DEFAULT };
                    check(unsafe { tensor_backward(sum.0, &options) }).unwrap();
                    let inputs = [view.0.cast_const()];
                    let options = TensorGradOptions { retain_graph: 1, ..TensorGradOptions::DEFAULT };
                    let grad = out(|o| unsafe { tensor_grad_of(sum.0, inputs.as_ptr(), 1, &options, o) }).unwrap();
                    assert_eq!(data(&grad), [1.0, 1.0]);
                });
            }
        });
        assert_eq!(grad(&w), Some(vec![16.0 * round as f64, 24.0 * round as f64]));
    }
}
