//! Dropout: random zeros while training.

use super::elementwise::{mul, mul_scalar};
use crate::apply::apply_one;
use crate::cpu::elementwise;
use crate::cpu::random as kernel;
use crate::cuda::{self, Queue};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::function::Binary;
use crate::layout::Layout;
use crate::random::Generator;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;

/// y = x·mask / (1 − p), where mask is 1 with probability 1 − p, drawn at (seed, offset).
#[derive(Clone, Copy)]
struct Dropout {
    p: f64,
    seed: u64,
    offset: u64,
}

impl Dropout {
    fn scale(&self) -> Scalar {
        Scalar::Float(if self.p < 1.0 { 1.0 / (1.0 - self.p) } else { 0.0 })
    }
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let x = inputs[0];
        if !x.dtype.is_float() {
            fail!(DTYPE, "dropout needs floats, got {}", x.dtype);
        }
        Ok(Plan::one(x.shape(), x.dtype).with_hidden(x.shape(), DType::Bool))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (x, y, mask) = (inputs[0], outputs[0], outputs[1]);
        kernel::bernoulli_mask(mask, 1.0 - self.p, self.seed, self.offset)?;
        let drawn = In { base: mask.base, dtype: mask.dtype, layout: mask.layout };
        elementwise::binary(Binary::Mul, x, drawn, x.dtype, y)?;
        let bytes = self.scale().to_bytes(DType::F64);
        let layout = Layout::contiguous(&[]).expand(y.layout.shape())?;
        let scale = In { base: bytes.as_ptr(), dtype: DType::F64, layout: &layout };
        elementwise::binary(Binary::Mul, In { base: y.base, dtype: y.dtype, layout: y.layout }, scale, x.dtype, y)
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (scale, draw) = (self.scale().to_f64(), (self.seed, self.offset));
        cuda::random::dropout(queue, inputs[0], 1.0 - self.p, scale, draw, outputs[0], outputs[1])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::output(1)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(mul_scalar(&mul(cx.g()?, &cx.hidden(1)?)?, self.scale())?)])
    }
}

/// `torch.nn.functional.dropout`; the identity when not training.
pub fn dropout(x: &Tensor, p: f64, training: bool) -> Result<Tensor> {
    if !(0.0..=1.0).contains(&p) {
        fail!(INVALID_ARGUMENT, "p is {p}, expected a probability from 0 to 1");
    }
    if !training || p == 0.0 {
        return Ok(x.clone());
    }
    let (seed, offset) = Generator::default_generator().reserve(kernel::bernoulli_blocks(x.numel()));
    apply_one(&Dropout { p, seed, offset }, &[x])
}
