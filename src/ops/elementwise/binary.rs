//! Two inputs that broadcast, or one input and a number.

use super::{log, neg, trunc, where_};
use crate::apply::apply_one;
use crate::cpu::elementwise as kernel;
use crate::cuda::{Queue, elementwise as cuda_kernel};
use crate::dtype::{DType, Operand, result_type};
use crate::error::Result;
use crate::fail;
use crate::function::Binary as Kind;
use crate::layout::{Layout, broadcast_shapes, same_shape};
use crate::ops::create::{zero_of, zeros_of};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;

/// What the arithmetic is done in, and what comes out.
struct Types {
    compute: DType,
    result: DType,
}

#[inline]
fn types(kind: Kind, operands: &[Operand]) -> Result<Types> {
    if let [Operand::Tensor(a), Operand::Tensor(b)] = *operands
        && a == b
        && a.is_float()
        && matches!(kind, Kind::Add | Kind::Sub | Kind::Mul | Kind::Div)
    {
        return Ok(Types { compute: a, result: a });
    }
    types_by_promotion(kind, operands)
}

fn types_by_promotion(kind: Kind, operands: &[Operand]) -> Result<Types> {
    use Kind::*;
    let logical = matches!(kind, LogicalAnd | LogicalOr | LogicalXor);
    let common = match result_type(operands) {
        Ok(Some(dtype)) => dtype,
        // Only whether an element is zero matters: any two dtypes mix.
        _ if logical => DType::F64,
        Ok(None) => fail!(INTERNAL, "{} without operands", kind.name()),
        Err(e) => return Err(e),
    };
    Ok(match kind {
        Sub if common == DType::Bool => fail!(DTYPE, "sub is not defined for bool: use logical_xor"),
        Div => Types { compute: common.to_float(), result: common.to_float() },
        Eq | Ne | Lt | Le | Gt | Ge | LogicalAnd | LogicalOr | LogicalXor => {
            Types { compute: common, result: DType::Bool }
        }
        _ => Types { compute: common, result: common },
    })
}

/// Runs `kernel` over `a` and `b` stretched to the output's shape.
fn stretched(a: In, b: In, out: Out, kernel: impl FnOnce(In, In) -> Result<()>) -> Result<()> {
    let shape = out.layout.shape();
    let (wide_a, wide_b);
    let a = if same_shape(a.layout.shape(), shape) {
        a
    } else {
        wide_a = a.layout.expand(shape)?;
        In { layout: &wide_a, ..a }
    };
    let b = if same_shape(b.layout.shape(), shape) {
        b
    } else {
        wide_b = b.layout.expand(shape)?;
        In { layout: &wide_b, ..b }
    };
    kernel(a, b)
}

#[derive(Clone, Copy)]
pub(crate) struct Binary(pub Kind);

fn operand(x: &In) -> Operand {
    if x.layout.ndim() == 0 { Operand::ZeroDim(x.dtype) } else { Operand::Tensor(x.dtype) }
}

impl Binary {
    fn compute(self, inputs: &[In]) -> Result<DType> {
        Ok(types(self.0, &[operand(&inputs[0]), operand(&inputs[1])])?.compute)
    }
}

impl Op for Binary {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let types = types(self.0, &[inputs[0].operand(), inputs[1].operand()])?;
        Ok(Plan::one(broadcast_shapes(inputs[0].shape(), inputs[1].shape())?, types.result))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let compute = self.compute(inputs)?;
        let out = outputs[0];
        stretched(inputs[0], inputs[1], out, |a, b| kernel::binary(self.0, a, b, compute, out))
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let compute = self.compute(inputs)?;
        let out = outputs[0];
        stretched(inputs[0], inputs[1], out, |a, b| cuda_kernel::binary(queue, self.0, a, b, compute, out))
    }

    fn saves(&self, needs: u32) -> Saves {
        use Kind::*;
        let (a, b) = (needs & 1 != 0, needs & 2 != 0);
        let inputs = |first: bool, second: bool| Saves { inputs: first as u32 | (second as u32) << 1, outputs: 0 };
        match self.0 {
            Mul => inputs(b, a),
            Div => inputs(b, true),
            Pow => Saves { outputs: b as u32, ..inputs(true, true) },
            Maximum | Minimum => inputs(true, true),
            _ => Saves::NOTHING,
        }
    }

    fn differentiable(&self) -> bool {
        use Kind::*;
        matches!(self.0, Add | Sub | Mul | Div | Pow | Maximum | Minimum | FloorDivide | Remainder)
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        use Kind::*;
        let g = cx.g()?;
        let mut grads: Grads = smallvec![None, None];
        let mut set = |i: usize, formula: &dyn Fn() -> Result<Tensor>| -> Result<()> {
            if cx.needs(i) {
                grads[i] = Some(formula()?);
            }
            Ok(())
        };
        match self.0 {
            Add => {
                set(0, &|| Ok(g.clone()))?;
                set(1, &|| Ok(g.clone()))?;
            }
            Sub => {
                set(0, &|| Ok(g.clone()))?;
                set(1, &|| neg(g))?;
            }
            Mul => {
                set(0, &|| mul(g, &cx.input(1)?))?;
                set(1, &|| mul(g, &cx.input(0)?))?;
            }
            // (a/b)' = 1/b · da - (a/b)/b · db
            Div => {
                let b = cx.input(1)?;
                set(0, &|| div(g, &b))?;
                set(1, &|| neg(&mul(g, &div(&div(&cx.input(0)?, &b)?, &b)?)?))?;
            }
            // (aᵇ)' = b·aᵇ⁻¹ · da + aᵇ·ln a · db, where b = 0 gives 0 and so does a = 0 with b ≥ 0.
            Pow => {
                let (a, b) = (cx.input(0)?, cx.input(1)?);
                set(0, &|| {
                    let slope = mul(&b, &pow(&a, &sub_scalar(&b, Scalar::Int(1))?)?)?;
                    mul(g, &where_(&eq_scalar(&b, Scalar::Int(0))?, &zero_of(g)?, &slope)?)
                })?;
                set(1, &|| {
                    let flat = logical_and(&eq_scalar(&a, Scalar::Int(0))?, &ge_scalar(&b, Scalar::Int(0))?)?;
                    let slope = mul(&cx.output(0)?, &log(&a)?)?;
                    mul(g, &where_(&flat, &zero_of(g)?, &slope)?)
                })?;
            }
            // Ties share the gradient evenly, and with a NaN nobody loses, as in PyTorch.
            Maximum | Minimum => {
                let (a, b) = (cx.input(0)?, cx.input(1)?);
                let loses = |x: &Tensor, y: &Tensor| if matches!(self.0, Maximum) { lt(x, y) } else { gt(x, y) };
                let half = mul_scalar(g, Scalar::Float(0.5))?;
                let (shared, zero) = (where_(&eq(&a, &b)?, &half, g)?, zero_of(g)?);
                set(0, &|| where_(&loses(&a, &b)?, &zero, &shared))?;
                set(1, &|| where_(&loses(&b, &a)?, &zero, &shared))?;
            }
            // Steps, as in PyTorch: constant almost everywhere.
            FloorDivide | Remainder => {
                set(0, &|| zeros_of(g))?;
                set(1, &|| zeros_of(g))?;
            }
            _ => {}
        }
        Ok(grads)
    }
}

/// `x ∘ value`, or `value ∘ x` when reversed.
#[derive(Clone, Copy)]
pub(crate) struct WithScalar {
    pub kind: Kind,
    pub value: Scalar,
    pub reversed: bool,
}

impl WithScalar {
    fn types(&self, x: Operand) -> Result<Types> {
        types(self.kind, &[x, Operand::Number(self.value.dtype())])
    }
}

impl Op for WithScalar {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), self.types(inputs[0].operand())?.result))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let x = inputs[0];
        let compute = self.types(operand(&x))?.compute;
        let bytes = self.value.to_bytes(compute);
        let layout = Layout::contiguous(&[]);
        // The number is at hand for as long as the kernel runs.
        let number = In { base: bytes.as_ptr(), dtype: compute, layout: &layout };
        let (a, b) = if self.reversed { (number, x) } else { (x, number) };
        let out = outputs[0];
        stretched(a, b, out, |a, b| kernel::binary(self.kind, a, b, compute, out))
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let compute = self.types(operand(&inputs[0]))?.compute;
        cuda_kernel::with_scalar(queue, self.kind, inputs[0], self.value, self.reversed, compute, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        use Kind::*;
        match (self.kind, self.reversed) {
            (Div, true) => Saves { inputs: 1, outputs: 1 },
            (Pow, true) => Saves::output(0),
            (Pow, false) | (Maximum | Minimum, _) => Saves::input(0),
            _ => Saves::NOTHING,
        }
    }

    fn differentiable(&self) -> bool {
        Binary(self.kind).differentiable()
    }

    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        use Kind::*;
        let g = cx.g()?;
        let s = self.value;
        Ok(smallvec![Some(match (self.kind, self.reversed) {
            (Add, _) | (Sub, false) => g.clone(),
            (Sub, true) => neg(g)?,
            (Mul, _) => mul_scalar(g, s)?,
            (Div, false) => div_scalar(g, s)?,
            // (s/x)' = -(s/x)/x
            (Div, true) => neg(&mul(g, &div(&cx.output(0)?, &cx.input(0)?)?)?)?,
            (Pow, false) if s.to_f64() == 0.0 => zeros_of(g)?,
            // x¹ without a power.
            (Pow, false) if s.to_f64() == 2.0 => mul(g, &mul_scalar(&cx.input(0)?, s)?)?,
            (Pow, false) => {
                let less = match s {
                    Scalar::Float(f) => Scalar::Float(f - 1.0),
                    other => Scalar::Int(other.to_i64().wrapping_sub(1)),
                };
                mul(g, &mul_scalar(&pow_scalar(&cx.input(0)?, less)?, s)?)?
            }
            // (sˣ)' = sˣ·ln s
            (Pow, true) if s.to_f64() == 0.0 => zeros_of(g)?,
            (Pow, true) => mul_scalar(&mul(g, &cx.output(0)?)?, Scalar::Float(s.to_f64().ln()))?,
            (Maximum | Minimum, _) => {
                let x = cx.input(0)?;
                let loses = if matches!(self.kind, Maximum) { lt_scalar(&x, s)? } else { gt_scalar(&x, s)? };
                let half = mul_scalar(g, Scalar::Float(0.5))?;
                where_(&loses, &zero_of(g)?, &where_(&eq_scalar(&x, s)?, &half, g)?)?
            }
            _ => zeros_of(g)?,
        })])
    }
}

macro_rules! binary_functions {
    ($($name:ident, $with_scalar:ident = $kind:ident;)+) => {
        $(pub fn $name(a: &Tensor, b: &Tensor) -> Result<Tensor> {
            apply_one(&Binary(Kind::$kind), &[a, b])
        }

        pub fn $with_scalar(a: &Tensor, b: Scalar) -> Result<Tensor> {
            apply_one(&WithScalar { kind: Kind::$kind, value: b, reversed: false }, &[a])
        })+
    };
}

binary_functions! {
    add, add_scalar = Add;
    sub, sub_scalar = Sub;
    mul, mul_scalar = Mul;
    div, div_scalar = Div;
    pow, pow_scalar = Pow;
    maximum, maximum_scalar = Maximum;
    minimum, minimum_scalar = Minimum;
    floor_divide, floor_divide_scalar = FloorDivide;
    eq, eq_scalar = Eq;
    ne, ne_scalar = Ne;
    lt, lt_scalar = Lt;
    le, le_scalar = Le;
    gt, gt_scalar = Gt;
    ge, ge_scalar = Ge;
    logical_and, logical_and_scalar = LogicalAnd;
    logical_or, logical_or_scalar = LogicalOr;
    logical_xor, logical_xor_scalar = LogicalXor;
}

/// a - x
pub fn scalar_sub(a: Scalar, x: &Tensor) -> Result<Tensor> {
    apply_one(&WithScalar { kind: Kind::Sub, value: a, reversed: true }, &[x])
}

/// How a quotient is rounded (`rounding_mode` of `torch.div`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    None,
    Trunc,
    Floor,
}

pub fn div_rounding(a: &Tensor, b: &Tensor, rounding: Rounding) -> Result<Tensor> {
    match rounding {
        Rounding::None => div(a, b),
        Rounding::Floor => floor_divide(a, b),
        Rounding::Trunc => {
            if types(Kind::Add, &[a.meta().operand(), b.meta().operand()])?.result.is_float() {
                return trunc(&div(a, b)?);
            }
            // ⌊a/b⌋, one more where the division leaves a rest and the signs differ.
            let floor = floor_divide(a, b)?;
            let inexact = ne(&mul(&floor, b)?, a)?;
            let zero = Scalar::Int(0);
            let negative = logical_xor(&lt_scalar(a, zero)?, &lt_scalar(b, zero)?)?;
            let defined = ne_scalar(b, zero)?;
            let up = logical_and(&logical_and(&inexact, &negative)?, &defined)?;
            where_(&up, &add_scalar(&floor, Scalar::Int(1))?, &floor)
        }
    }
}
