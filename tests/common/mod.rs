//! What the Rust tests share: a thin owner of C handles, plain f64 arrays as the reference's values, and the op table.
//!
//! `TENDON_TEST_DEVICE=cuda:0` puts the tensors of the tests on that device.

#![allow(dead_code)]
// Every call of a C function is unsafe. That none does harm, whatever it is given, is what the tests are about.
#![allow(clippy::undocumented_unsafe_blocks)]

pub mod array;
pub mod rows;

use array::Array;
use std::ffi::CStr;
use std::ptr::{null, null_mut};
use tendon::c_api::*;

/// One handle, released on drop.
pub struct T(pub *mut Tensor);

impl Drop for T {
    fn drop(&mut self) {
        if !self.0.is_null() {
            unsafe { tensor_release(self.0) };
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub status: TensorStatus,
    pub message: String,
}

pub type R<V> = Result<V, Failure>;

pub fn check(status: TensorStatus) -> R<()> {
    if status == TENSOR_OK {
        return Ok(());
    }
    let message = unsafe { CStr::from_ptr(tendon_last_error_message()) }.to_string_lossy().into_owned();
    Err(Failure { status, message })
}

/// Calls a function whose last argument is the output handle.
pub fn out(call: impl FnOnce(*mut *mut Tensor) -> TensorStatus) -> R<T> {
    let mut handle = null_mut();
    let status = call(&mut handle);
    if status != TENSOR_OK {
        assert!(handle.is_null(), "on failure the output is NULL");
    }
    check(status)?;
    assert!(!handle.is_null());
    Ok(T(handle))
}

pub const FLOATS: [TensorDType; 4] = [TENSOR_DTYPE_F64, TENSOR_DTYPE_F32, TENSOR_DTYPE_F16, TENSOR_DTYPE_BF16];
pub const INTS: [TensorDType; 5] =
    [TENSOR_DTYPE_I64, TENSOR_DTYPE_I32, TENSOR_DTYPE_I16, TENSOR_DTYPE_I8, TENSOR_DTYPE_U8];

pub const CPU: TensorDevice = TensorDevice { r#type: TENSOR_DEVICE_CPU, index: 0 };

pub fn cuda(index: i32) -> TensorDevice {
    TensorDevice { r#type: TENSOR_DEVICE_CUDA, index }
}

/// Where [`tensor`] puts what it makes.
pub fn device() -> TensorDevice {
    static DEVICE: std::sync::OnceLock<TensorDevice> = std::sync::OnceLock::new();
    *DEVICE.get_or_init(|| match std::env::var("TENDON_TEST_DEVICE").as_deref() {
        Err(_) | Ok("" | "cpu") => CPU,
        Ok(name) => match name.strip_prefix("cuda:").map(str::parse) {
            Some(Ok(index)) => cuda(index),
            _ => panic!("TENDON_TEST_DEVICE={name}: expected cpu or cuda:N"),
        },
    })
}

pub fn device_of(x: &T) -> TensorDevice {
    let mut device = CPU;
    check(unsafe { tensor_device(x.0, &mut device) }).unwrap();
    device
}

pub fn to_device(x: &T, device: TensorDevice) -> R<T> {
    out(|o| unsafe { tensor_to_device(x.0, device, null(), o) })
}

pub fn to_cpu(x: &T) -> R<T> {
    out(|o| unsafe { tensor_to_cpu(x.0, o) })
}

/// A tensor of `dtype` with the array's values, on the tests' device.
pub fn tensor(a: &Array, dtype: TensorDType) -> R<T> {
    let x = cpu_tensor(a, dtype)?;
    if device() == CPU { Ok(x) } else { to_device(&x, device()) }
}

/// The same on the CPU.
pub fn cpu_tensor(a: &Array, dtype: TensorDType) -> R<T> {
    let bytes: Vec<u8> = a.data.iter().flat_map(|x| x.to_ne_bytes()).collect();
    let x = out(|o| unsafe {
        tensor_from_host_copy(
            bytes.as_ptr().cast(),
            bytes.len(),
            TENSOR_DTYPE_F64,
            a.shape.as_ptr(),
            a.shape.len(),
            null(),
            o,
        )
    })?;
    to_dtype(&x, dtype)
}

pub fn to_dtype(x: &T, dtype: TensorDType) -> R<T> {
    out(|o| unsafe { tensor_to_dtype(x.0, dtype, null(), o) })
}

pub fn shape(x: &T) -> Vec<i64> {
    let ndim = unsafe { tensor_ndim(x.0) };
    assert!(ndim >= 0);
    (0..ndim as i64).map(|d| unsafe { tensor_size(x.0, d) }).collect()
}

/// The values as f64, in C order, from any device.
pub fn values(x: &T) -> R<Array> {
    let wide = to_dtype(&to_cpu(x)?, TENSOR_DTYPE_F64)?;
    let shape = shape(x);
    let mut data = vec![0f64; shape.iter().product::<i64>() as usize];
    check(unsafe { tensor_copy_to_host(wide.0, data.as_mut_ptr().cast(), data.len() * 8) })?;
    Ok(Array { shape, data })
}

pub fn requires_grad(x: &T) -> R<()> {
    check(unsafe { tensor_set_requires_grad(x.0, 1) })
}

/// Serialises tests that change or count process-wide state.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    LOCK.lock().unwrap_or_else(|e| e.into_inner())
}

/// Nothing is alive: no tensor, no storage, no handle.
pub fn nothing_lives() {
    assert_eq!(
        unsafe { (tendon_live_handle_count(), tendon_live_tensor_count(), tendon_live_storage_count()) },
        (0, 0, 0),
        "live handles, tensors and storages"
    );
}
