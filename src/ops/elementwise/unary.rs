//! One input, one output of its shape.

use super::{add_scalar, div, le_scalar, mul, mul_scalar, scalar_sub, where_};
use crate::apply::apply_one;
use crate::cpu::elementwise as kernel;
use crate::cuda::{Queue, elementwise as cuda_kernel};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::function::Unary as Kind;
use crate::ops::copy::to_dtype;
use crate::ops::create::{zero_of, zeros_of};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{In, Out};
use smallvec::smallvec;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

#[derive(Clone, Copy)]
pub(crate) struct Unary(pub Kind);

impl Unary {
    fn result(self, x: DType) -> Result<DType> {
        use Kind::*;
        Ok(match self.0 {
            IsNan | LogicalNot => DType::Bool,
            Neg | Relu if x == DType::Bool => fail!(DTYPE, "{} is not defined for bool", self.name()),
            Square if x == DType::Bool => DType::I64,
            Neg | Abs | Sign | Square | Relu | Floor | Ceil | Round | Trunc => x,
            _ => x.to_float(),
        })
    }
}

impl Unary {
    /// The dtype to work in.
    fn compute(self, x: DType) -> Result<DType> {
        if self.0.gives_bool() { Ok(x) } else { self.result(x) }
    }
}

impl Op for Unary {
    fn name(&self) -> &'static str {
        match self.0 {
            // One op with an option.
            Kind::GeluTanh => "gelu",
            kind => kind.name(),
        }
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), self.result(inputs[0].dtype)?))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::unary(self.0, inputs[0], self.compute(inputs[0].dtype)?, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::unary(queue, self.0, inputs[0], self.compute(inputs[0].dtype)?, outputs[0])
    }

    fn saves(&self, _needs: u32) -> Saves {
        use Kind::*;
        match self.0 {
            Exp | Sqrt | Rsqrt | Reciprocal | Tanh | Sigmoid | Relu | Expm1 => Saves::output(0),
            Abs | Log | Square | Sin | Cos | Gelu | GeluTanh | Erf | Log1p | Softplus => Saves::input(0),
            Neg | Sign | LogicalNot | Floor | Ceil | Round | Trunc | IsNan => Saves::NOTHING,
        }
    }

    fn differentiable(&self) -> bool {
        !matches!(self.0, Kind::IsNan | Kind::LogicalNot)
    }

    /// In one pass where there is a kernel, unless it is to be differentiated again.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        use Kind::*;
        let g = cx.g()?;
        let (x, y) = (|| cx.input(0), || cx.output(0));
        if mode::current() != Mode::Grad && Kind::GRADIENTS.contains(&self.0) {
            let saved = if self.saves(1).inputs != 0 { x()? } else { y()? };
            return Ok(smallvec![Some(apply_one(&UnaryGradient(self.0), &[g, &saved])?)]);
        }
        Ok(smallvec![Some(match self.0 {
            Neg => neg(g)?,
            Abs => mul(g, &sign(&x()?)?)?,
            // Constant between the steps.
            Sign | Floor | Ceil | Round | Trunc => zeros_of(g)?,
            Exp => mul(g, &y()?)?,
            Log => div(g, &x()?)?,
            // (√x)' = 1 / 2√x
            Sqrt => div(g, &mul_scalar(&y()?, Scalar::Int(2))?)?,
            // (x^-½)' = -½ y³
            Rsqrt => {
                let y = y()?;
                mul_scalar(&mul(g, &mul(&square(&y)?, &y)?)?, Scalar::Float(-0.5))?
            }
            Reciprocal => neg(&mul(g, &square(&y()?)?)?)?,
            Square => mul(g, &mul_scalar(&x()?, Scalar::Int(2))?)?,
            Sin => mul(g, &cos(&x()?)?)?,
            Cos => neg(&mul(g, &sin(&x()?)?)?)?,
            Tanh => mul(g, &scalar_sub(Scalar::Int(1), &square(&y()?)?)?)?,
            Sigmoid => {
                let y = y()?;
                mul(g, &mul(&y, &scalar_sub(Scalar::Int(1), &y)?)?)?
            }
            // NaN passes, as in PyTorch.
            Relu => where_(&le_scalar(&y()?, Scalar::Int(0))?, &zero_of(g)?, g)?,
            Gelu => mul(g, &gelu_derivative(&x()?)?)?,
            // In the class, whose squares do not overflow early; the engine converts the product back.
            GeluTanh => {
                let x = x()?;
                mul(g, &gelu_tanh_derivative(&to_dtype(&x, x.dtype().class())?)?)?
            }
            // erf' = 2/√π · exp(-x²)
            Erf => mul(g, &mul_scalar(&exp(&neg(&square(&x()?)?)?)?, Scalar::Float(FRAC_2_SQRT_PI))?)?,
            Expm1 => mul(g, &add_scalar(&y()?, Scalar::Int(1))?)?,
            Log1p => div(g, &add_scalar(&x()?, Scalar::Int(1))?)?,
            Softplus => mul(g, &sigmoid(&x()?)?)?,
            IsNan | LogicalNot => return Ok(smallvec![None]),
        })])
    }
}

/// The gradient of a unary function, of (g, x or y), as one kernel. Never recorded.
#[derive(Clone, Copy)]
struct UnaryGradient(Kind);

impl Op for UnaryGradient {
    fn name(&self) -> &'static str {
        Unary(self.0).name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (g, saved) = (inputs[0], inputs[1]);
        if g.shape() != saved.shape() || g.dtype != saved.dtype {
            fail!(INTERNAL, "the gradient of {} {:?} is {} {:?}", saved.dtype, saved.shape(), g.dtype, g.shape());
        }
        Ok(Plan::one(g.shape(), g.dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::unary_gradient(self.0, inputs[0], inputs[1], outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        cuda_kernel::unary_gradient(queue, self.0, inputs[0], inputs[1], outputs[0])
    }

    fn differentiable(&self) -> bool {
        false
    }
}

/// Φ(x) + x·φ(x), with Φ = ½(1 + erf(x/√2)) and φ = exp(-x²/2)/√(2π).
fn gelu_derivative(x: &Tensor) -> Result<Tensor> {
    let cdf = mul_scalar(
        &add_scalar(&erf(&mul_scalar(x, Scalar::Float(FRAC_1_SQRT_2))?)?, Scalar::Int(1))?,
        Scalar::Float(0.5),
    )?;
    let density = exp(&mul_scalar(&square(x)?, Scalar::Float(-0.5))?)?;
    let pdf = mul_scalar(&density, Scalar::Float(1.0 / (2.0 * PI).sqrt()))?;
    super::add(&cdf, &mul(x, &pdf)?)
}

/// With t = tanh(u), u = √(2/π)(x + 0.044715x³): ½(1 + t) + ½x(1 - t²)u'.
fn gelu_tanh_derivative(x: &Tensor) -> Result<Tensor> {
    let (c, k) = ((2.0 / PI).sqrt(), 0.044715);
    let x2 = square(x)?;
    let u = mul(x, &add_scalar(&mul_scalar(&x2, Scalar::Float(c * k))?, Scalar::Float(c))?)?;
    let t = tanh(&u)?;
    let du = add_scalar(&mul_scalar(&x2, Scalar::Float(3.0 * c * k))?, Scalar::Float(c))?;
    let bend = mul(&mul(x, &scalar_sub(Scalar::Int(1), &square(&t)?)?)?, &du)?;
    mul_scalar(&super::add(&add_scalar(&t, Scalar::Int(1))?, &bend)?, Scalar::Float(0.5))
}

macro_rules! unary_functions {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)+) => {
        $($(#[$doc])* pub fn $name(x: &Tensor) -> Result<Tensor> {
            apply_one(&Unary(Kind::$kind), &[x])
        })+
    };
}

unary_functions! {
    neg = Neg;
    abs = Abs;
    /// -1, 0 or 1; 0 for NaN, as in PyTorch.
    sign = Sign;
    exp = Exp;
    log = Log;
    sqrt = Sqrt;
    rsqrt = Rsqrt;
    reciprocal = Reciprocal;
    square = Square;
    sin = Sin;
    cos = Cos;
    tanh = Tanh;
    sigmoid = Sigmoid;
    relu = Relu;
    erf = Erf;
    expm1 = Expm1;
    log1p = Log1p;
    /// log(1 + eˣ) (`torch.nn.functional.softplus`).
    softplus = Softplus;
    floor = Floor;
    ceil = Ceil;
    /// To the nearest, halves to even.
    round = Round;
    trunc = Trunc;
    isnan = IsNan;
    logical_not = LogicalNot;
}

/// x·Φ(x), or its tanh approximation (`torch.nn.functional.gelu`).
pub fn gelu(x: &Tensor, tanh_approximation: bool) -> Result<Tensor> {
    apply_one(&Unary(if tanh_approximation { Kind::GeluTanh } else { Kind::Gelu }), &[x])
}
