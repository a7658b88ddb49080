//! The C functions as C sees them.

use super::*;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

fn message() -> String {
    // SAFETY: NUL-terminated.
    unsafe { CStr::from_ptr(tendon_last_error_message()) }.to_str().unwrap().to_string()
}

fn borrowed(data: &mut [f32], shape: &[i64], options: Option<TensorHostBufferOptions>) -> (TensorStatus, *mut Tensor) {
    let mut x = null_mut();
    let options = options.as_ref().map_or(null(), |o| o as *const _);
    // SAFETY: a slice and its size.
    let status = unsafe {
        tensor_from_host_buffer(
            data.as_mut_ptr().cast(),
            size_of_val(data),
            TENSOR_DTYPE_F32,
            shape.as_ptr(),
            shape.len(),
            options,
            &mut x,
        )
    };
    (status, x)
}

fn made(status_and_handle: (TensorStatus, *mut Tensor)) -> *mut Tensor {
    assert_eq!(status_and_handle.0, TENSOR_OK, "{}", message());
    status_and_handle.1
}

fn is_live(x: *const Tensor) -> bool {
    // SAFETY: any number is allowed.
    unsafe { tensor_ndim(x) >= 0 }
}

#[test]
fn a_round_trip() {
    let mut data = [1.0f32, 2.0, 3.0, 4.0];
    let x = made(borrowed(&mut data, &[2, 2], None));
    let (mut y, mut got) = (null_mut(), null());
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_add(x, x, &mut y), TENSOR_OK, "{}", message());
        assert_eq!(tensor_data_f32(y, &mut got), TENSOR_OK, "{}", message());
        assert_eq!(std::slice::from_raw_parts(got, 4), [2.0, 4.0, 6.0, 8.0]);
        assert_eq!((tensor_size(y, -1), tensor_numel(y), tensor_dtype(y)), (2, 4, TENSOR_DTYPE_F32));
        let mut wrong = got.cast::<f64>();
        assert_eq!(tensor_data_f64(y, &mut wrong), TENSOR_ERR_DTYPE);
        assert!(wrong.is_null());
        assert_eq!(message(), "tensor_data_f64: x is f32, expected f64");
        assert_eq!((tensor_release(x), tensor_release(y)), (TENSOR_OK, TENSOR_OK));
        assert_eq!(tensor_add(x, y, &mut y), TENSOR_ERR_INVALID_HANDLE);
    }
    assert_eq!(message(), "tensor_add: a is not a live tensor handle (it was released, or never was one)");
}

static RELEASED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn count_release(_: *mut c_void, _: *mut c_void) {
    RELEASED.fetch_add(1, SeqCst);
}

#[test]
fn buffers_are_checked_and_released_once() {
    let options = TensorHostBufferOptions { release: Some(count_release), ..Options::DEFAULT };
    let mut data = [0.0f32; 6];
    let refused = |data: &mut [f32], shape: &[i64], strides: &[i64], offset, status| {
        let strides = if strides.is_empty() { null() } else { strides.as_ptr() };
        let (got, x) = borrowed(data, shape, Some(TensorHostBufferOptions { strides, offset, ..options }));
        assert_eq!((got, x.is_null()), (status, true), "{shape:?}: {}", message());
    };
    refused(&mut data, &[7], &[], 0, TENSOR_ERR_OUT_OF_BOUNDS);
    assert_eq!(
        message(),
        "tensor_from_host_buffer: shape [7] with strides [1] and offset 0 of f32 needs 28 bytes, the buffer has 24"
    );
    refused(&mut data, &[3], &[3], 0, TENSOR_ERR_OUT_OF_BOUNDS);
    refused(&mut data, &[3], &[-1], 1, TENSOR_ERR_OUT_OF_BOUNDS);
    refused(&mut data, &[6], &[], 1, TENSOR_ERR_OUT_OF_BOUNDS);
    refused(&mut data, &[-1], &[], 0, TENSOR_ERR_SHAPE);
    refused(&mut data, &[i64::MAX, 2], &[], 0, TENSOR_ERR_SHAPE);
    refused(&mut data, &[3], &[i64::MAX], 0, TENSOR_ERR_SHAPE);
    refused(&mut data, &[1], &[1], i64::MAX, TENSOR_ERR_SHAPE);
    let (mut x, two) = (null_mut(), [2i64]);
    // SAFETY: refused before anything is read.
    unsafe {
        let mut make = |data: *mut c_void, dtype, shape, ndim| {
            tensor_from_host_buffer(data, 8, dtype, shape, ndim, &options, &mut x)
        };
        let at = data.as_mut_ptr();
        assert_eq!(make(at.byte_add(1).cast(), TENSOR_DTYPE_F32, two.as_ptr(), 1), TENSOR_ERR_MISALIGNED);
        assert_eq!(make(null_mut(), TENSOR_DTYPE_F32, two.as_ptr(), 1), TENSOR_ERR_NULL_POINTER);
        assert_eq!(make(at.cast(), TENSOR_DTYPE_F32, null(), 1), TENSOR_ERR_NULL_POINTER);
        assert_eq!(make(at.cast(), TENSOR_DTYPE_F32, two.as_ptr(), 65), TENSOR_ERR_SHAPE);
        assert_eq!(make(at.cast(), 77, two.as_ptr(), 1), TENSOR_ERR_DTYPE);
        assert_eq!(make(at.cast(), TENSOR_DTYPE_COMPLEX64, two.as_ptr(), 1), TENSOR_ERR_UNSUPPORTED);
    }
    assert_eq!(RELEASED.load(SeqCst), 0, "not when creation failed");

    let backwards = [-1i64];
    let reversed = TensorHostBufferOptions { strides: backwards.as_ptr(), offset: 5, ..options };
    data.copy_from_slice(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let x = made(borrowed(&mut data, &[6], Some(reversed)));
    let (mut first, mut c) = (null(), null_mut());
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_data(x, &mut first), TENSOR_ERR_NOT_CONTIGUOUS);
        assert!(message().contains("call tensor_contiguous, or tensor_data_strided and read the strides"));
        assert_eq!(tensor_data_strided(x, &mut first), TENSOR_OK);
        assert_eq!(*first.cast::<f32>(), 5.0);
        assert_eq!(tensor_contiguous(x, &mut c), TENSOR_OK);
        assert_eq!(tensor_release(x), TENSOR_OK);
        assert_eq!(RELEASED.load(SeqCst), 1);
        assert_eq!(tensor_release(c), TENSOR_OK);
    }
    // No elements: NULL is fine, and release is still called.
    let (mut x, zero) = (null_mut(), [0i64]);
    // SAFETY: nothing to read.
    unsafe {
        let status = tensor_from_host_buffer(null_mut(), 0, TENSOR_DTYPE_F32, zero.as_ptr(), 1, &options, &mut x);
        assert_eq!(status, TENSOR_OK, "{}", message());
        assert_eq!(tensor_release(x), TENSOR_OK);
    }
    assert_eq!(RELEASED.load(SeqCst), 2);
}

#[test]
fn scopes_release_what_they_do_not_keep() {
    let (mut outer, mut inner) = (null_mut(), null_mut());
    let mut data = [0.0f32; 2];
    // SAFETY: handles and variables.
    unsafe {
        let before = made(borrowed(&mut data, &[2], None));
        assert_eq!(tensor_scope_begin(&mut outer), TENSOR_OK);
        let a = made(borrowed(&mut data, &[2], None));
        assert_eq!(tensor_scope_begin(&mut inner), TENSOR_OK);
        let b = made(borrowed(&mut data, &[2], None));
        let c = made(borrowed(&mut data, &[2], None));
        let d = made(borrowed(&mut data, &[2], None));
        assert_eq!(tensor_release(d), TENSOR_OK);
        assert_eq!(tensor_scope_end(outer), TENSOR_ERR_INVALID_ARGUMENT);
        assert!(message().contains("innermost"), "{}", message());
        let on_another = inner.addr();
        let there = move || {
            let inner = std::ptr::without_provenance_mut(on_another);
            assert_eq!(tensor_scope_end(inner), TENSOR_ERR_INVALID_ARGUMENT);
            assert_eq!(message(), "tensor_scope_end: scope was begun on another thread");
            assert_eq!(tensor_scope_keep(inner, null()), TENSOR_ERR_INVALID_HANDLE);
        };
        std::thread::spawn(there).join().unwrap();
        assert!([before, a, b, c].into_iter().all(|x| is_live(x)), "nothing changed");
        assert_eq!(tensor_scope_keep(inner, b), TENSOR_OK);
        assert_eq!(tensor_scope_keep(inner, before), TENSOR_OK);
        assert_eq!(tensor_scope_end(inner), TENSOR_OK);
        assert!(is_live(a) && is_live(b) && !is_live(c));
        assert_eq!(tensor_scope_end(inner), TENSOR_ERR_INVALID_HANDLE);
        assert_eq!(tensor_scope_keep(outer, a), TENSOR_OK);
        assert_eq!(tensor_scope_end(outer), TENSOR_OK);
        assert!(is_live(before) && is_live(a) && !is_live(b));
        assert_eq!((tensor_release(a), tensor_release(before)), (TENSOR_OK, TENSOR_OK));
        // Kept out of both at once.
        assert_eq!((tensor_scope_begin(&mut outer), tensor_scope_begin(&mut inner)), (TENSOR_OK, TENSOR_OK));
        let e = made(borrowed(&mut data, &[2], None));
        assert_eq!(tensor_scope_keep(outer, e), TENSOR_OK);
        assert_eq!((tensor_scope_end(inner), tensor_scope_end(outer)), (TENSOR_OK, TENSOR_OK));
        assert!(is_live(e));
        assert_eq!(tensor_release(e), TENSOR_OK);
    }
}

#[test]
fn modes_nest() {
    let (mut a, mut b) = (null_mut(), null_mut());
    // SAFETY: variables and tokens.
    unsafe {
        assert_eq!((tensor_no_grad_begin(&mut a), tensor_grad_mode_enabled()), (TENSOR_OK, 0));
        assert_eq!((tensor_enable_grad_begin(&mut b), tensor_grad_mode_enabled()), (TENSOR_OK, 1));
        assert_eq!((tensor_mode_end(a), tensor_grad_mode_enabled()), (TENSOR_ERR_INVALID_ARGUMENT, 1));
        assert_eq!((tensor_mode_end(b), tensor_grad_mode_enabled()), (TENSOR_OK, 0));
        assert_eq!((tensor_mode_end(a), tensor_grad_mode_enabled()), (TENSOR_OK, 1));
        assert_eq!(tensor_mode_end(a), TENSOR_ERR_INVALID_HANDLE);
    }
}

#[test]
fn host_access_rules() {
    let mut data = [1.0f32, 2.0];
    let read_only = TensorHostBufferOptions { read_only: 1, ..Options::DEFAULT };
    let x = made(borrowed(&mut data, &[2], Some(read_only)));
    let (mut p, mut token, mut scalar) = (null_mut(), null_mut(), 0.0);
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_data_mut_f32(x, &mut p), TENSOR_ERR_READ_ONLY);
        assert_eq!(tensor_item_f64(x, &mut scalar), TENSOR_ERR_SHAPE);
        assert_eq!(tensor_release(x), TENSOR_OK);
        let x = made(borrowed(&mut data, &[2], None));
        let version = tensor_version(x);
        assert_eq!((tensor_data_mut_f32(x, &mut p), tensor_version(x)), (TENSOR_OK, version + 1));
        assert_eq!(tensor_set_requires_grad(x, 1), TENSOR_OK);
        assert_eq!(tensor_data_mut_f32(x, &mut p), TENSOR_ERR_AUTOGRAD);
        assert!(p.is_null());
        assert_eq!(tensor_no_grad_begin(&mut token), TENSOR_OK);
        assert_eq!(tensor_data_mut_f32(x, &mut p), TENSOR_OK);
        assert_eq!(tensor_mode_end(token), TENSOR_OK);
        assert_eq!(tensor_release(x), TENSOR_OK);
    }
}

#[test]
fn gradients_and_an_optimizer() {
    let mut data = [3.0f32];
    let x = made(borrowed(&mut data, &[1], None));
    let (mut y, mut g, mut o, mut bytes) = (null_mut(), null_mut(), null_mut(), 0.0);
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_grad(x, &mut g), TENSOR_OK);
        assert!(g.is_null());
        assert_eq!(tensor_set_requires_grad(x, 1), TENSOR_OK);
        assert_eq!(tensor_mul(x, x, &mut y), TENSOR_OK);
        assert_eq!(tensor_backward(y, null()), TENSOR_OK, "{}", message());
        assert_eq!(tensor_grad(x, &mut g), TENSOR_OK);
        assert_eq!((tensor_item_f64(g, &mut bytes), bytes), (TENSOR_OK, 6.0));
        let options = TensorSgdOptions { lr: 0.5, ..Options::DEFAULT };
        assert_eq!(tensor_sgd_create(&x, 1, &options, &mut o), TENSOR_OK, "{}", message());
        assert_eq!(tensor_ndim(o.cast()), -1);
        assert_eq!(message(), "tensor_ndim: x is a handle of an optimizer, expected a tensor");
        assert_eq!(tensor_optimizer_step(o), TENSOR_OK, "{}", message());
        assert_eq!((tensor_optimizer_lr(o, &mut bytes), bytes), (TENSOR_OK, 0.5));
        assert_eq!(tensor_optimizer_release(o), TENSOR_OK);
        assert_eq!(tensor_optimizer_step(o), TENSOR_ERR_INVALID_HANDLE);
        for t in [x, y, g] {
            assert_eq!(tensor_release(t), TENSOR_OK);
        }
    }
    assert_eq!(data, [0.0]);
}

#[test]
fn split_counts_before_it_hands_out() {
    let mut data = [0.0f32; 5];
    let x = made(borrowed(&mut data, &[5], None));
    let (mut out, mut count) = ([std::ptr::without_provenance_mut::<Tensor>(9); 3], 0);
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_split(x, 2, 0, out.as_mut_ptr(), 2, &mut count), TENSOR_ERR_INVALID_ARGUMENT);
        assert_eq!((count, out[0], out[1], out[2].addr()), (3, null_mut(), null_mut(), 9));
        assert_eq!(tensor_split(x, 2, 0, out.as_mut_ptr(), 3, &mut count), TENSOR_OK);
        assert_eq!(out.map(|t| tensor_numel(t)), [2, 2, 1]);
        for t in out.into_iter().chain([x]) {
            assert_eq!(tensor_release(t), TENSOR_OK);
        }
    }
}

#[test]
fn text_into_a_buffer() {
    let mut data = [1.0f32];
    let x = made(borrowed(&mut data, &[1], None));
    let (mut needed, mut buffer) = (0, [1 as c_char; 64]);
    // SAFETY: handles and variables.
    unsafe {
        assert_eq!(tensor_to_string(x, null(), null_mut(), 0, &mut needed), TENSOR_OK, "{}", message());
        assert_eq!(
            tensor_to_string(x, null(), buffer.as_mut_ptr(), needed - 1, null_mut()),
            TENSOR_ERR_INVALID_ARGUMENT
        );
        assert_eq!(tensor_to_string(x, null(), buffer.as_mut_ptr(), needed, null_mut()), TENSOR_OK);
        assert_eq!(CStr::from_ptr(buffer.as_ptr()).to_bytes().len() + 1, needed);
        assert_eq!(tensor_release(x), TENSOR_OK);
    }
}

unsafe extern "C" fn log(user_data: *mut c_void, level: i32, text: *const c_char) {
    // SAFETY: the message is NUL-terminated; a failing call in here is not logged again; user_data is the test's counter.
    unsafe {
        if CStr::from_ptr(text).to_bytes().starts_with(b"tensor_retain: marker") {
            assert_eq!((level, tensor_ndim(null())), (TENDON_LOG_ERROR, -1));
            assert!(CStr::from_ptr(text).to_bytes().starts_with(b"tensor_retain: marker"));
            (*user_data.cast::<AtomicUsize>()).fetch_add(1, SeqCst);
        }
    }
}

#[test]
fn failures_are_logged() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the counter lives for ever.
    unsafe {
        assert_eq!(tendon_set_log_callback(Some(log), (&raw const COUNT).cast_mut().cast()), TENSOR_OK);
        border::call("tensor_retain", || crate::fail!(SHAPE, "marker"));
        assert_eq!((COUNT.load(SeqCst), message().as_str()), (1, "tensor_retain: marker"));
        assert_eq!(tendon_set_log_callback(None, null_mut()), TENSOR_OK);
    }
}

/// The name that a function gives in messages is its own. And what becomes the header is ASCII.
#[test]
fn functions_know_their_names() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/c_api");
    let mut functions = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let documented = text.lines().find(|line| line.trim_start().starts_with("///") && !line.is_ascii());
        assert_eq!(documented, None, "the header is ASCII");
        for part in text.split("pub unsafe extern \"C\" fn ").skip(1) {
            let name = part.split('(').next().unwrap();
            let body = part.split("\n}\n").next().unwrap();
            let quoted: Vec<&str> = body.split('"').skip(1).step_by(2).filter(|w| w.starts_with("ten")).collect();
            let helpers = ["tensor", "tensors", "tensor_data_strided", "tensor_data_mut_strided"];
            assert!(quoted.iter().all(|q| *q == name || helpers.contains(q)), "{name}: {quoted:?}");
            functions += 1;
        }
    }
    assert!(functions > 200, "{functions}");
}
