//! Gradients, and the modes that decide whether a graph is recorded.

use super::border::{self, Output, call, emit, optional_tensor, tensor};
use super::options::{self, TensorBackwardOptions, TensorGradOptions};
use super::scope;
use super::types::*;
use crate::backward;
use crate::fail;
use crate::list;
use crate::tensor::mode::{self, Mode};

/// Starts or stops recording ops on a leaf. As torch.Tensor.requires_grad_.
///
/// Errors: INVALID_HANDLE, AUTOGRAD for a dtype that is not a float, a tensor made in inference mode, or switching off
/// what an op made.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_set_requires_grad(x: *mut Tensor, on: CBool) -> TensorStatus {
    call("tensor_set_requires_grad", || tensor(x, "x")?.set_requires_grad(on != 0))
}

/// Adds the gradient of `loss` with respect to every leaf that requires grad to the gradient of that leaf. As
/// torch.Tensor.backward.
///
/// `loss` has one element, or the options give its gradient. The graph is freed unless retain_graph or create_graph is
/// set. Errors: INVALID_HANDLE, AUTOGRAD, MODIFIED, GRAPH_FREED, SHAPE, DTYPE, INVALID_OPTIONS, OUT_OF_MEMORY; then no
/// gradient has changed.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_backward(loss: *mut Tensor, options: *const TensorBackwardOptions) -> TensorStatus {
    call("tensor_backward", || {
        // SAFETY: the caller's options.
        let o = unsafe { options::read(options)? };
        let (loss, gradient) = (tensor(loss, "loss")?, optional_tensor(o.gradient, "options.gradient")?);
        let options = backward::Options {
            gradient: gradient.as_ref(),
            retain_graph: o.retain_graph != 0,
            create_graph: o.create_graph != 0,
        };
        backward::backward(&loss, &options)
    })
}

/// The gradient that backward left; NULL and TENSOR_OK when there is none. As torch.Tensor.grad.
///
/// Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release; the tensor itself, not a copy.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_grad(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    call("tensor_grad", || {
        // SAFETY: the caller's variable.
        let out = unsafe { Output::new(out, "out")? };
        if let Some(grad) = tensor(x, "x")?.grad() {
            out.set(border::hand_out(grad)?);
        }
        Ok(())
    })
}

/// Makes `grad` the gradient of `x`; NULL clears it. The tensor itself, not a copy. As torch.Tensor.grad = ...
///
/// `grad` has the shape, dtype and device of `x`. Errors: INVALID_HANDLE, SHAPE, DTYPE, DEVICE, CUDA.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_set_grad(x: *mut Tensor, grad: *const Tensor) -> TensorStatus {
    call("tensor_set_grad", || {
        let (x, grad) = (tensor(x, "x")?, optional_tensor(grad, "grad")?);
        if let Some(grad) = &grad {
            if grad.shape() != x.shape() {
                fail!(SHAPE, "grad is {:?} and x is {:?}: the shapes must be the same", grad.shape(), x.shape());
            }
            if grad.dtype() != x.dtype() || !x.dtype().is_float() {
                fail!(DTYPE, "grad is {} and x is {}: expected one float dtype", grad.dtype(), x.dtype());
            }
            if grad.device() != x.device() {
                fail!(DEVICE, "grad is on {} and x is on {}", grad.device(), x.device());
            }
            // Such a circle would never be freed.
            if grad.same(&x) || grad.is_view_of(&x) {
                fail!(AUTOGRAD, "grad is x itself or a view of it: a tensor cannot be its own gradient");
            }
        }
        x.set_grad(grad)
    })
}

/// Gives `x` a gradient of zeros if it has a gradient. (tensor_optimizer_zero_grad takes gradients away.)
///
/// Errors: INVALID_HANDLE, OUT_OF_MEMORY.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_zero_grad(x: *mut Tensor) -> TensorStatus {
    call("tensor_zero_grad", || backward::zero_grad(&tensor(x, "x")?))
}

/// The gradients of `output` with respect to `n` inputs; none is accumulated. As torch.autograd.grad.
///
/// `out` has room for `n` handles. An input without influence is an error, or NULL with allow_unused.
/// Errors: as tensor_backward. Each handle: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_grad_of(
    output: *const Tensor,
    inputs: *const *const Tensor,
    n: usize,
    options: *const TensorGradOptions,
    out: *mut *mut Tensor,
) -> TensorStatus {
    call("tensor_grad_of", || {
        // SAFETY: the caller's pointers, as documented.
        let (inputs, o) = unsafe {
            border::clear_all(out, n)?;
            (border::tensors(inputs, n, "inputs")?, options::read(options)?)
        };
        let (output, gradient) = (tensor(output, "output")?, optional_tensor(o.gradient, "options.gradient")?);
        let options = backward::Options {
            gradient: gradient.as_ref(),
            retain_graph: o.retain_graph != 0,
            create_graph: o.create_graph != 0,
        };
        let refs = list::collect(inputs.iter())?;
        let grads = backward::grad_of(&output, &refs, &options, o.allow_unused != 0)?;
        // SAFETY: one gradient per input.
        unsafe { border::hand_out_all(grads, out) }
    })
}

/// A tensor over the same memory that is not part of the graph. As torch.Tensor.detach.
///
/// Errors: INVALID_HANDLE. `out`: new reference, release with tensor_release.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_detach(x: *const Tensor, out: *mut *mut Tensor) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { emit("tensor_detach", out, || tensor(x, "x")?.detach()) }
}

/// # Safety
/// `out` is NULL or writable.
unsafe fn begin_mode(name: &str, out: *mut *mut TensorMode, mode: Mode) -> TensorStatus {
    call(name, || {
        // SAFETY: the caller's promise.
        unsafe { Output::new(out, "out")? }.set(scope::begin_mode(mode)?);
        Ok(())
    })
}

/// This thread records nothing from now on. As torch.no_grad.
///
/// `out`: end with tensor_mode_end, on this thread, later modes first.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_no_grad_begin(out: *mut *mut TensorMode) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { begin_mode("tensor_no_grad_begin", out, Mode::NoGrad) }
}

/// This thread records nothing from now on, and what it makes can never be part of a graph. As torch.inference_mode.
///
/// `out`: end with tensor_mode_end, on this thread, later modes first.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_inference_mode_begin(out: *mut *mut TensorMode) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { begin_mode("tensor_inference_mode_begin", out, Mode::Inference) }
}

/// This thread records from now on, also within tensor_no_grad_begin. As torch.enable_grad.
///
/// `out`: end with tensor_mode_end, on this thread, later modes first.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn tensor_enable_grad_begin(out: *mut *mut TensorMode) -> TensorStatus {
    // SAFETY: the caller's variable.
    unsafe { begin_mode("tensor_enable_grad_begin", out, Mode::Grad) }
}

/// Ends a mode; the one before is back.
///
/// Errors: INVALID_HANDLE; INVALID_ARGUMENT when a mode begun after it is still on or it was begun on another thread;
/// nothing changes then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_mode_end(mode: *mut TensorMode) -> TensorStatus {
    call("tensor_mode_end", || scope::end_mode(mode))
}

/// 1 if this thread records for backward, 0 if not (no-grad or inference mode). As torch.is_grad_enabled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tensor_grad_mode_enabled() -> i32 {
    (mode::current() == Mode::Grad).into()
}
