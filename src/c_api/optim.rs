//! Optimizers: they hold their parameters and what they remember of them.

use super::border::{self, Output, call};
use super::handle::{Held, Kind};
use super::options::{self, TensorAdamWOptions, TensorSgdOptions};
use super::types::*;
use crate::error::Result;
use crate::fail;
use crate::optim::{AdamW, Optimizer, Sgd};
use crate::storage::shared::Shared;
use crate::tensor::Tensor as Value;
use std::ffi::c_void;
use std::sync::{Mutex, TryLockError};

/// Tried, never waited for: a second call at the same time is an error.
pub(super) type SharedOptimizer = Shared<Mutex<Optimizer>>;

/// # Safety
/// `params` is NULL or holds `n` handles, `out` is NULL or writable.
unsafe fn create(
    name: &str,
    params: *const *mut Tensor,
    n: usize,
    out: *mut *mut TensorOptimizer,
    make: impl FnOnce(&[Value]) -> Result<Optimizer>,
) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        let (out, params) = unsafe { (Output::new(out, "out")?, border::tensors(params.cast(), n, "params")?) };
        let optimizer = Shared::new(Mutex::new(make(&params)?))?;
        out.set(border::token(Held::Optimizer(optimizer))?);
        Ok(())
    })
}

fn with<R>(o: *const TensorOptimizer, body: impl FnOnce(&mut Optimizer) -> Result<R>) -> Result<R> {
    let shared = border::held(o, Kind::Optimizer, "optimizer", |held| match held {
        Held::Optimizer(shared) => Some(shared.clone()),
        _ => None,
    })?;
    match shared.try_lock() {
        Ok(mut optimizer) => body(&mut optimizer),
        Err(TryLockError::WouldBlock) => fail!(INVALID_ARGUMENT, "optimizer is in use by another call at this moment"),
        Err(TryLockError::Poisoned(_)) => fail!(INTERNAL, "an earlier call left the optimizer half-done"),
    }
}

/// Stochastic gradient descent, with momentum if asked for. As torch.optim.SGD.
///
/// `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
/// DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with tensor_optimizer_release;
/// scopes do not release it.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_sgd_create(
    params: *const *mut Tensor,
    n: usize,
    options: *const TensorSgdOptions,
    out: *mut *mut TensorOptimizer,
) -> TensorStatus {
    let make = |params: &[Value]| {
        // SAFETY: the caller's options.
        let o = unsafe { options::read(options)? };
        let settings = Sgd {
            lr: o.lr,
            momentum: o.momentum,
            dampening: o.dampening,
            weight_decay: o.weight_decay,
            nesterov: o.nesterov != 0,
            maximize: o.maximize != 0,
        };
        Optimizer::sgd(params, settings)
    };
    // SAFETY: the caller's pointers, as documented.
    unsafe { create("tensor_sgd_create", params, n, out, make) }
}

/// Adam with decoupled weight decay. As torch.optim.AdamW.
///
/// `params` are leaves of float dtypes, none twice; the optimizer keeps them. Errors: INVALID_HANDLE, INVALID_ARGUMENT,
/// DTYPE, AUTOGRAD, READ_ONLY, NULL_POINTER, INVALID_OPTIONS. `out`: new handle, release with tensor_optimizer_release;
/// scopes do not release it.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_adamw_create(
    params: *const *mut Tensor,
    n: usize,
    options: *const TensorAdamWOptions,
    out: *mut *mut TensorOptimizer,
) -> TensorStatus {
    let make = |params: &[Value]| {
        // SAFETY: the caller's options.
        let o = unsafe { options::read(options)? };
        let settings = AdamW {
            lr: o.lr,
            beta1: o.beta1,
            beta2: o.beta2,
            eps: o.eps,
            weight_decay: o.weight_decay,
            amsgrad: o.amsgrad != 0,
            maximize: o.maximize != 0,
        };
        Optimizer::adamw(params, settings)
    };
    // SAFETY: the caller's pointers, as documented.
    unsafe { create("tensor_adamw_create", params, n, out, make) }
}

/// One update, in place, of every parameter that has a gradient. As torch.optim.Optimizer.step.
///
/// Errors: INVALID_HANDLE, SHAPE, OVERLAP, OUT_OF_MEMORY, INVALID_ARGUMENT when another thread uses the optimizer.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_step(optimizer: *mut TensorOptimizer) -> TensorStatus {
    call("tensor_optimizer_step", || with(optimizer, Optimizer::step))
}

/// Takes the gradients of the parameters away: they have none then, rather than zeros. As
/// torch.optim.Optimizer.zero_grad.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_zero_grad(optimizer: *mut TensorOptimizer) -> TensorStatus {
    call("tensor_optimizer_zero_grad", || {
        // Gradients go after the optimizer is open again: a release callback may use it.
        let params = with(optimizer, |o| Ok(o.params().to_vec()))?;
        for p in &params {
            p.set_grad(None)?;
        }
        Ok(())
    })
}

/// Sets the learning rate. Errors: INVALID_HANDLE, INVALID_ARGUMENT when it is negative or no number.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_set_lr(optimizer: *mut TensorOptimizer, lr: f64) -> TensorStatus {
    call("tensor_optimizer_set_lr", || with(optimizer, |o| o.set_lr(lr)))
}

/// The learning rate.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_lr(optimizer: *const TensorOptimizer, out: *mut f64) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tensor_optimizer_lr", || unsafe { border::put(out, with(optimizer, |o| Ok(o.lr()))?) })
}

/// How many bytes tensor_optimizer_state_save will write.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_state_size(
    optimizer: *const TensorOptimizer,
    out: *mut usize,
) -> TensorStatus {
    // SAFETY: the caller's variable.
    call("tensor_optimizer_state_size", || unsafe { border::put(out, with(optimizer, |o| Ok(o.state_size()))?) })
}

/// Writes what the optimizer remembers (steps, momenta, the learning rate; not the parameters) to the front of `buffer`.
///
/// `*written` is set to the number of bytes; `written` may be NULL. Errors: INVALID_HANDLE, INVALID_ARGUMENT when
/// `capacity` is less than tensor_optimizer_state_size, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_state_save(
    optimizer: *const TensorOptimizer,
    buffer: *mut c_void,
    capacity: usize,
    written: *mut usize,
) -> TensorStatus {
    call("tensor_optimizer_state_save", || {
        border::not_null(buffer, "buffer")?;
        if capacity > isize::MAX as usize {
            fail!(INVALID_ARGUMENT, "capacity is {capacity}, which is no size of a buffer");
        }
        // SAFETY: the caller's buffer, which only this call uses.
        let bytes = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), capacity) };
        let n = with(optimizer, |o| o.state_save(bytes))?;
        if !written.is_null() {
            // SAFETY: the caller's variable.
            unsafe { border::put(written, n)? };
        }
        Ok(())
    })
}

/// Takes over a state that tensor_optimizer_state_save wrote. The optimizer must be of the same type, with parameters of
/// the same number, shapes and dtypes.
///
/// Errors: INVALID_HANDLE, FORMAT (nothing changes then), OUT_OF_MEMORY, NULL_POINTER.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_optimizer_state_load(
    optimizer: *mut TensorOptimizer,
    data: *const c_void,
    nbytes: usize,
) -> TensorStatus {
    call("tensor_optimizer_state_load", || {
        // SAFETY: the caller's bytes.
        let bytes = unsafe { border::slice_of(data.cast::<u8>(), nbytes, "data")? };
        with(optimizer, |o| o.state_load(bytes))
    })
}

/// Ends the optimizer; its parameters live on with their owners. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_optimizer_release(optimizer: *mut TensorOptimizer) -> TensorStatus {
    call("tensor_optimizer_release", || border::release(optimizer, Kind::Optimizer, "optimizer"))
}
