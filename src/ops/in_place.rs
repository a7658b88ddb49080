//! Ops that write their result into an existing tensor: the same ops, with another place for the output.

use super::elementwise::{Binary, Clamp, Unary, WithScalar};
use crate::apply::apply_in_place;
use crate::cpu::fill;
use crate::cuda::{Queue, fill as cuda_fill};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::function::{Binary as BinaryKind, Unary as UnaryKind};
use crate::layout::Dims;
use crate::ops::copy::{CopyInto, to_device};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan};
use crate::view::{In, Out};

macro_rules! in_place_functions {
    ($($name:ident, $with_scalar:ident = $kind:ident;)+) => {
        $(pub fn $name(x: &Tensor, b: &Tensor) -> Result<()> {
            apply_in_place(&Binary(BinaryKind::$kind), x, &[x, b])
        }

        pub fn $with_scalar(x: &Tensor, b: Scalar) -> Result<()> {
            apply_in_place(&WithScalar { kind: BinaryKind::$kind, value: b, reversed: false }, x, &[x])
        })+
    };
}

in_place_functions! {
    add, add_scalar = Add;
    sub, sub_scalar = Sub;
    mul, mul_scalar = Mul;
    div, div_scalar = Div;
}

macro_rules! in_place_unary {
    ($($name:ident = $kind:ident;)+) => {
        $(pub fn $name(x: &Tensor) -> Result<()> {
            apply_in_place(&Unary(UnaryKind::$kind), x, &[x])
        })+
    };
}

in_place_unary! {
    neg = Neg;
    exp = Exp;
    sqrt = Sqrt;
    relu = Relu;
    sigmoid = Sigmoid;
    tanh = Tanh;
}

pub fn clamp(x: &Tensor, low: Option<Scalar>, high: Option<Scalar>) -> Result<()> {
    apply_in_place(&Clamp { low, high }, x, &[x])
}

/// `x[…] = source`, broadcast and converted to x's dtype. A source elsewhere comes to x's CUDA device first; to the CPU
/// there is only one way.
pub fn copy(x: &Tensor, source: &Tensor) -> Result<()> {
    let (here, there) = (x.device(), source.device());
    if here == Device::Cpu && there != here {
        fail!(NOT_ON_CPU, "src is on {there} and x on the CPU: call tensor_to_cpu first");
    }
    let source = if here == there { source.clone() } else { to_device(source, here, false)? };
    let source = &source;
    apply_in_place(&CopyInto { shape: Dims::from_slice(x.shape()), dtype: x.dtype() }, x, &[source])
}

/// Every element becomes `value`; no gradient passes.
#[derive(Clone)]
struct Fill {
    shape: Dims,
    dtype: DType,
    value: Scalar,
}

impl Op for Fill {
    fn name(&self) -> &'static str {
        "fill"
    }

    fn infer(&self, _: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(self.shape.clone(), self.dtype))
    }

    fn cpu(&self, _: &[In], outputs: &[Out]) -> Result<()> {
        fill::fill(outputs[0], self.value)
    }

    fn cuda(&self, queue: &Queue, _: &[In], outputs: &[Out]) -> Result<()> {
        cuda_fill::fill(queue, outputs[0], self.value)
    }

    fn vjp(&self, _: &Vjp) -> Result<Grads> {
        Ok(Grads::new())
    }
}

pub fn fill(x: &Tensor, value: Scalar) -> Result<()> {
    value.check_fits(x.dtype())?;
    apply_in_place(&Fill { shape: Dims::from_slice(x.shape()), dtype: x.dtype(), value }, x, &[])
}

pub fn zero(x: &Tensor) -> Result<()> {
    fill(x, Scalar::Int(0))
}
