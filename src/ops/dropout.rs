//! Dropout: random zeros while training.

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
    fn scale(&self) -> f64 {
        if self.p < 1.0 { 1.0 / (1.0 - self.p) } else { 0.0 }
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
        masked(x, drawn, self.scale(), y)
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let draw = (self.seed, self.offset);
        cuda::random::dropout(queue, inputs[0], 1.0 - self.p, self.scale(), draw, outputs[0], outputs[1])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::output(1)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(apply_one(&Masked { scale: self.scale() }, &[cx.g()?, &cx.hidden(1)?])?)])
    }
}

/// y = x·mask·scale: what dropout does with a mask that is there. Linear in x, so it is its own gradient.
#[derive(Clone, Copy)]
struct Masked {
    scale: f64,
}

impl Op for Masked {
    fn name(&self) -> &'static str {
        "dropout_backward"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        masked(inputs[0], inputs[1], self.scale, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda::random::masked(queue, inputs[0], inputs[1], self.scale, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves::input(1)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        Ok(smallvec![Some(apply_one(self, &[cx.g()?, &cx.input(1)?])?), None])
    }
}

/// y = x·mask·scale.
fn masked(x: In, mask: In, scale: f64, y: Out) -> Result<()> {
    elementwise::binary(Binary::Mul, x, mask, x.dtype, y)?;
    let bytes = scale.to_ne_bytes();
    let layout = Layout::contiguous(&[]).expand(y.layout.shape())?;
    let scale = In { base: bytes.as_ptr(), dtype: DType::F64, layout: &layout };
    elementwise::binary(Binary::Mul, In { base: y.base, dtype: y.dtype, layout: y.layout }, scale, x.dtype, y)
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
