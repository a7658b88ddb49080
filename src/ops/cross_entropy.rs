//! The cross entropy of logits with classes or with probabilities.
//!
//! With classes it is an op, which keeps nothing of the size of the logits beside them. It wants them contiguous, [N, C];
//! others are copied. Label smoothing, probabilities and weights that require grad are made of other ops.

use super::copy::{contiguous, to_dtype};
use super::create::{zeros, zeros_of};
use super::elementwise::{add, add_scalar, div, div_scalar, mul, mul_scalar, ne_scalar, neg, sub, where_};
use super::index::{gather, index_select, one_hot};
use super::loss::{Reduction, reduced};
use super::reduce::sum;
use super::softmax::{log_softmax, softmax};
use super::view::{permute, reshape, select, unsqueeze};
use crate::apply::apply_one;
use crate::cpu::cross_entropy as kernel;
use crate::cuda::{self, Queue};
use crate::dtype::DType;
use crate::error::{Result, status};
use crate::fail;
use crate::layout::Dims;
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::tensor::node::Vjp;
use crate::tensor::op::{Grads, Meta, Op, Plan, Saves};
use crate::view::{Classified, In, Out};
use smallvec::{SmallVec, smallvec};

#[derive(Clone)]
pub struct CrossEntropy {
    pub reduction: Reduction,
    /// Targets of this value count for nothing.
    pub ignore_index: i64,
    /// How much of each target is spread evenly over all classes, from 0 to 1.
    pub label_smoothing: f64,
    /// One weight per class.
    pub weight: Option<Tensor>,
}

/// −log softmax(input)[target] (`torch.nn.functional.cross_entropy`).
///
/// `input` is [C], [N, C] or [N, C, d1, …] of floats. `target` holds class numbers (i64 or i32) and has input's shape
/// without C; or it holds probabilities and has input's shape and dtype.
pub fn cross_entropy(input: &Tensor, target: &Tensor, options: &CrossEntropy) -> Result<Tensor> {
    if input.ndim() == 0 {
        fail!(SHAPE, "input has rank 0, expected [C], [N, C] or [N, C, d1, ...]");
    }
    if !input.dtype().is_float() {
        fail!(DTYPE, "input is {}, expected floats", input.dtype());
    }
    if !(0.0..=1.0).contains(&options.label_smoothing) {
        fail!(INVALID_ARGUMENT, "options.label_smoothing is {}, expected 0 to 1", options.label_smoothing);
    }
    let dim = if input.ndim() == 1 { 0 } else { 1 };
    let classes = input.shape()[dim];
    if let Some(weight) = &options.weight
        && (weight.shape() != [classes] || weight.dtype() != input.dtype())
    {
        fail!(
            SHAPE,
            "options.weight is {} {:?}, expected {} [{classes}]",
            weight.dtype(),
            weight.shape(),
            input.dtype()
        );
    }
    if target.dtype().is_float() {
        return with_probabilities(input, target, dim, options);
    }
    with_classes(input, target, dim, options)
}

/// The class weights shaped so that they broadcast over `rank` dims along `dim`.
fn along(weight: &Tensor, dim: usize, rank: usize) -> Result<Tensor> {
    let mut shape: Dims = smallvec::smallvec![1; rank];
    shape[dim] = weight.shape()[0];
    reshape(weight, &shape)
}

fn with_probabilities(input: &Tensor, target: &Tensor, dim: usize, options: &CrossEntropy) -> Result<Tensor> {
    if target.shape() != input.shape() {
        fail!(SHAPE, "target holds probabilities of shape {:?}, expected input's {:?}", target.shape(), input.shape());
    }
    let (s, classes) = (options.label_smoothing, input.shape()[dim]);
    let mut target = target.clone();
    if s > 0.0 {
        let even = Scalar::Float(s / classes.max(1) as f64);
        target = add_scalar(&mul_scalar(&target, Scalar::Float(1.0 - s))?, even)?;
    }
    let mut terms = mul(&log_softmax(input, dim as i64, None)?, &target)?;
    if let Some(weight) = &options.weight {
        terms = mul(&terms, &along(weight, dim, input.ndim())?)?;
    }
    let loss = neg(&sum(&terms, &[dim as i64], false, None)?)?;
    match options.reduction {
        // Per sample, not per weight.
        Reduction::Mean => {
            let samples = input.numel() / classes.max(1);
            div_scalar(&sum(&loss, &[], false, None)?, Scalar::Int(samples))
        }
        other => reduced(loss, other),
    }
}

fn with_classes(input: &Tensor, target: &Tensor, dim: usize, options: &CrossEntropy) -> Result<Tensor> {
    let mut expected = Dims::from_slice(input.shape());
    expected.remove(dim);
    if target.shape() != &expected[..] {
        fail!(
            SHAPE,
            "target is {:?}, expected {:?}: input's shape without its classes",
            target.shape(),
            expected.as_slice()
        );
    }
    if !matches!(target.dtype(), DType::I64 | DType::I32) {
        fail!(DTYPE, "target is {}, expected i64 or i32 class numbers, or float probabilities", target.dtype());
    }
    if options.label_smoothing == 0.0 && !options.weight.as_ref().is_some_and(Tensor::is_tracked) {
        return of_rows(input, target, dim, options);
    }
    let (dim64, dtype) = (dim as i64, input.dtype());
    let logs = log_softmax(input, dim64, None)?;
    let Samples { counted, class } = Samples::new(target, options.ignore_index)?;
    let of_target = gather(&logs, dim64, &unsqueeze(&class, dim64)?).map_err(|e| e.within("target"))?;
    let picked = select(&of_target, dim64, 0)?;
    let zero = zeros(&[], dtype, input.device())?;
    let share = share(&counted, &class, options.weight.as_ref(), dtype)?;
    let mut loss = neg(&where_(&counted, &mul(&picked, &share)?, &zero)?)?;
    let s = options.label_smoothing;
    if s > 0.0 {
        let weighted = match &options.weight {
            Some(weight) => mul(&logs, &along(weight, dim, input.ndim())?)?,
            None => logs,
        };
        let smooth = neg(&where_(&counted, &sum(&weighted, &[dim64], false, None)?, &zero)?)?;
        let even = Scalar::Float(s / input.shape()[dim].max(1) as f64);
        loss = add(&mul_scalar(&loss, Scalar::Float(1.0 - s))?, &mul_scalar(&smooth, even)?)?;
    }
    match options.reduction {
        // Per weight: with no sample counted that is 0/0, as in PyTorch.
        Reduction::Mean => {
            let total = |x: &Tensor| sum(x, &[], false, Some(dtype.class()));
            to_dtype(&div(&total(&loss)?, &total(&share)?)?, dtype)
        }
        other => reduced(loss, other),
    }
}

/// Which samples count, and the class of each; 0 for those that do not.
struct Samples {
    counted: Tensor,
    class: Tensor,
}

impl Samples {
    fn new(target: &Tensor, ignore_index: i64) -> Result<Samples> {
        // In i64, which holds every ignore_index.
        let counted = ne_scalar(&to_dtype(target, DType::I64)?, Scalar::Int(ignore_index))?;
        let class = where_(&counted, target, &zeros(&[], target.dtype(), target.device())?)?;
        Ok(Samples { counted, class })
    }
}

/// What each sample weighs: its class's weight, or 1; ignored ones nothing.
fn share(counted: &Tensor, class: &Tensor, weight: Option<&Tensor>, dtype: DType) -> Result<Tensor> {
    let Some(weight) = weight else { return to_dtype(counted, dtype) };
    let of_class = reshape(&index_select(weight, 0, &reshape(class, &[class.numel()])?)?, class.shape())?;
    where_(counted, &of_class, &zeros(&[], dtype, counted.device())?)
}

/// By the op, which wants one row of logits for each sample.
fn of_rows(input: &Tensor, target: &Tensor, dim: usize, options: &CrossEntropy) -> Result<Tensor> {
    let (mut x, mut classes) = (input.clone(), target.clone());
    if input.ndim() != 2 {
        let last: SmallVec<[i64; 8]> = (0..input.ndim()).filter(|&d| d != dim).chain([dim]).map(|d| d as i64).collect();
        x = reshape(&permute(input, &last)?, &[target.numel(), input.shape()[dim]])?;
        classes = reshape(target, &[target.numel()])?;
    }
    (x, classes) = (contiguous(&x)?, contiguous(&classes)?);
    let weight = options.weight.as_ref().map(contiguous).transpose()?;
    let op = OfRows { ignore_index: options.ignore_index, reduction: options.reduction, dim };
    let mut inputs: SmallVec<[&Tensor; 3]> = smallvec![&x, &classes];
    inputs.extend(&weight);
    let loss = apply_one(&op, &inputs).map_err(|e| if e.status() == status::INDEX { e.within("target") } else { e })?;
    if options.reduction == Reduction::None { reshape(&loss, target.shape()) } else { Ok(loss) }
}

/// The loss of (x [N, C], target [N], and, if there is one, weight [C]); hidden max and log Σ exp of the rows, and
/// for the mean what they weigh.
#[derive(Clone, Copy)]
struct OfRows {
    ignore_index: i64,
    reduction: Reduction,
    /// What the classes are numbered along in the user's tensor.
    dim: usize,
}

impl OfRows {
    fn classified<'a>(&self, inputs: &[In<'a>]) -> Classified<'a> {
        let weight = inputs.get(2).copied();
        Classified { x: inputs[0], target: inputs[1], weight, ignore_index: self.ignore_index }
    }
}

impl Op for OfRows {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        let (x, rows) = (inputs[0], inputs[1].shape());
        let scalar = Dims::new();
        let plan = match self.reduction {
            Reduction::None => Plan::one(rows, x.dtype),
            _ => Plan::one(scalar.clone(), x.dtype),
        };
        let plan = plan.with_hidden(&[rows[0], 2][..], x.dtype.class());
        Ok(if self.reduction == Reduction::Mean { plan.with_hidden(scalar, x.dtype.class()) } else { plan })
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        kernel::cross_entropy(&self.classified(inputs), self.dim, outputs[0], outputs[1], outputs.get(2).copied())
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let of = self.classified(inputs);
        cuda::cross_entropy::cross_entropy(queue, &of, outputs[0], outputs[1], outputs.get(2).copied())
    }

    fn saves(&self, _needs: u32) -> Saves {
        Saves { inputs: 0b111, outputs: 0b110 }
    }

    /// g·w·(softmax(x) − one_hot(target)), divided for the mean. In one pass, unless it is to be differentiated again.
    fn vjp(&self, cx: &Vjp) -> Result<Grads> {
        let (g, x, target) = (cx.g()?, cx.input(0)?, cx.input(1)?);
        let weight = if cx.inputs() > 2 { Some(cx.input(2)?) } else { None };
        if mode::current() != Mode::Grad {
            let (g, norms) = (contiguous(g)?, cx.hidden(1)?);
            let share = if self.reduction == Reduction::Mean { Some(cx.hidden(2)?) } else { None };
            let op = OfRowsBackward { of: *self, weighted: weight.is_some() };
            let mut inputs: SmallVec<[&Tensor; 6]> = smallvec![&x, &target];
            inputs.extend(&weight);
            inputs.extend([&g, &norms]);
            inputs.extend(&share);
            return Ok(smallvec![Some(apply_one(&op, &inputs)?), None, None]);
        }
        let Samples { counted, class } = Samples::new(&target, self.ignore_index)?;
        let share = share(&counted, &class, weight.as_ref(), x.dtype())?;
        if x.numel() == 0 {
            return Ok(smallvec![Some(zeros_of(&x)?), None, None]);
        }
        // In the class: what all samples weigh may be more than a small dtype holds.
        let dtype = x.dtype().class();
        let mut k = mul(&to_dtype(g, dtype)?, &to_dtype(&share, dtype)?)?;
        if self.reduction == Reduction::Mean {
            k = div(&k, &cx.hidden(2)?)?;
        }
        let hot = to_dtype(&one_hot(&class, x.shape()[1])?, dtype)?;
        let gradient = mul(&unsqueeze(&k, 1)?, &sub(&softmax(&x, 1, Some(dtype))?, &hot)?)?;
        // Ignored samples have none, whatever their logits and the other samples are.
        let gradient = where_(&unsqueeze(&counted, 1)?, &gradient, &zeros(&[], dtype, x.device())?)?;
        Ok(smallvec![Some(gradient), None, None])
    }
}

/// The formula of [`OfRows`]'s gradient as one kernel, of its inputs, then g and what it hid. Never recorded.
#[derive(Clone, Copy)]
struct OfRowsBackward {
    of: OfRows,
    weighted: bool,
}

impl Op for OfRowsBackward {
    fn name(&self) -> &'static str {
        "cross_entropy_backward"
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::one(inputs[0].shape(), inputs[0].dtype))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (of, rest) = inputs.split_at(2 + self.weighted as usize);
        let (of, share) = (self.of.classified(of), rest.get(2).copied());
        kernel::cross_entropy_backward(&of, self.of.dim, rest[0], rest[1], share, outputs[0])
    }

    fn cuda(&self, queue: &Queue, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (of, rest) = inputs.split_at(2 + self.weighted as usize);
        let of = self.of.classified(of);
        cuda::cross_entropy::cross_entropy_backward(queue, &of, rest[0], rest[1], rest.get(2).copied(), outputs[0])
    }

    fn differentiable(&self) -> bool {
        false
    }
}
