use super::*;
use crate::dtype::DType;
use std::ffi::CStr;
use std::ptr::{null, null_mut};

fn message() -> String {
    // SAFETY: NUL-terminated.
    unsafe { CStr::from_ptr(last_error_message()) }.to_str().unwrap().to_string()
}

#[test]
fn errors_are_stored_with_the_name_and_stay() {
    assert_eq!(call("tensor_f", || fail!(SHAPE, "x is [2]")), TENSOR_ERR_SHAPE);
    assert_eq!(message(), "tensor_f: x is [2]");
    assert_eq!(call("tensor_g", || Ok(())), TENSOR_OK);
    assert_eq!((message().as_str(), last_error_status()), ("tensor_f: x is [2]", TENSOR_ERR_SHAPE));
    clear_last_error();
    assert_eq!((message().as_str(), last_error_status()), ("", TENSOR_OK));
    std::thread::spawn(|| assert_eq!(message(), "")).join().unwrap();
}

#[test]
fn panics_become_internal_errors() {
    let status = call("tensor_f", || panic!("oh {}", 3));
    assert_eq!((status, message().as_str()), (TENSOR_ERR_INTERNAL, "tensor_f: a defect of the library: oh 3"));
    assert_eq!(DEPTH.get(), 0);
}

#[test]
fn long_messages_are_cut_between_characters() {
    let long = "é".repeat(2000);
    call("f", || Err(Error::new(status::IO, long.clone())));
    let got = message();
    assert!(got.len() >= MESSAGE_BYTES - 2 && got.len() < MESSAGE_BYTES, "{}", got.len());
    assert!(got.starts_with("f: éé") && got.ends_with('é'));
    call("f", || fail!(IO, "a\0b"));
    assert_eq!(message(), "f: a b");
}

#[test]
fn outputs_are_null_after_a_failure() {
    let mut out: *mut Tensor = ptr::without_provenance_mut(77);
    // SAFETY: a variable.
    let status = unsafe { emit("tensor_f", &mut out, || fail!(SHAPE, "no")) };
    assert_eq!((status, out), (TENSOR_ERR_SHAPE, null_mut()));
    // SAFETY: NULL is allowed.
    let status = unsafe { emit("tensor_f", null_mut(), || fail!(SHAPE, "no")) };
    assert_eq!((status, message().as_str()), (TENSOR_ERR_NULL_POINTER, "tensor_f: out is NULL"));
}

#[test]
fn a_tensor_goes_out_and_comes_back() {
    let mut out: *mut Tensor = null_mut();
    // SAFETY: a variable.
    let status = unsafe { emit("tensor_f", &mut out, || Value::empty(&[2], DType::F32, crate::device::Device::Cpu)) };
    assert_eq!(status, TENSOR_OK);
    assert_eq!(tensor(out, "x").unwrap().shape(), [2]);
    assert_eq!(call("tensor_release", || release(out, Kind::Tensor, "x")), TENSOR_OK);
    assert_eq!(call("tensor_release", || release(out, Kind::Tensor, "x")), TENSOR_ERR_INVALID_HANDLE);
    assert_eq!(call("tensor_release", || release(null_mut::<Tensor>(), Kind::Tensor, "x")), TENSOR_OK);
    assert_eq!(tensor(null(), "b").err().unwrap().message(), "b is NULL");
}

#[test]
fn arrays_are_checked_before_they_are_read() {
    // SAFETY: refused by NULL or by the count.
    let refused = unsafe {
        [
            sizes(null(), 1, "shape").unwrap_err(),
            sizes(ptr::dangling(), 65, "shape").unwrap_err(),
            slice_of::<i64>(ptr::without_provenance(9), 1, "shape").unwrap_err(),
            slice_of::<i64>(ptr::dangling(), usize::MAX, "shape").unwrap_err(),
        ]
    };
    let statuses = refused.map(|e| e.status());
    assert_eq!(statuses, [status::NULL_POINTER, status::SHAPE, status::MISALIGNED, status::INVALID_ARGUMENT]);
    // SAFETY: none are read.
    unsafe {
        assert!(sizes(null(), 0, "shape").unwrap().is_empty());
        assert!(dims(null(), 3).unwrap().is_empty());
    }
    let handles = [null(), null::<Tensor>()];
    // SAFETY: an array of two.
    let error = unsafe { tensors(handles.as_ptr(), 2, "tensors") }.err().unwrap();
    assert_eq!(error.message(), "tensors[0] is NULL");
}

#[test]
fn unknown_numbers_are_named() {
    assert_eq!(dtype(12, "dtype").unwrap(), DType::F32);
    let of = |n| dtype(n, "dtype").unwrap_err();
    assert_eq!((of(99).status(), of(99).message()), (status::DTYPE, "dtype is 99, which is no dtype"));
    assert_eq!((of(14).status(), of(14).message()), (status::UNSUPPORTED, "dtype is complex64, which is reserved"));
    assert_eq!(of(0).status(), status::DTYPE);
    assert_eq!(of(i32::MIN).status(), status::DTYPE);
    for (r#type, index) in [(0, 0), (1, 1), (2, -2), (3, 0)] {
        assert_eq!(device(TensorDevice { r#type, index }, "device").unwrap_err().status(), status::DEVICE);
    }
    let number = |kind, reserved| TensorScalar { kind, reserved, value: TensorScalarValue { i: 7 } };
    assert_eq!(scalar(number(2, 0), "b").unwrap(), Scalar::Int(7));
    assert_eq!(scalar(number(1, 0), "b").unwrap(), Scalar::Bool(true));
    assert_eq!(scalar(number(2, 1), "b").unwrap_err().status(), status::INVALID_ARGUMENT);
    assert_eq!(scalar(number(4, 0), "b").unwrap_err().status(), status::UNSUPPORTED);
    assert_eq!(scalar(number(0, 0), "b").unwrap_err().status(), status::INVALID_ARGUMENT);
}

#[test]
fn errors_can_be_stored_while_a_thread_ends() {
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            assert_eq!(call("tensor_f", || fail!(SHAPE, "late")), TENSOR_ERR_SHAPE);
            assert_eq!(message(), "tensor_f: late");
        }
    }
    thread_local!(static LATE: Late = const { Late });
    std::thread::spawn(|| LATE.with(|_| ())).join().unwrap();
}
