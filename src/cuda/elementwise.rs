//! Elementwise functions. A function of one dtype over lines of whole vectors has a kernel of its own; other layouts of
//! one dtype go to a kernel that is told which function, through tiles where an operand lies across the output; other
//! mixtures of dtypes to a kernel per class of arithmetic.
//!
//! Every input layout has the output's shape (broadcast dims have stride 0). An input may be the output's very range.

mod job;

use super::fill::fill;
use super::mixed::wrap;
use super::{Queue, copy};
use crate::dtype::DType;
use crate::error::Result;
use crate::function::{Binary, Unary};
use crate::scalar::Scalar;
use crate::view::{In, Out};
use job::{Job, Kernel, Operand};

/// The number of clamp in `unary::Function` of kernels/include/unary.cuh.
const CLAMP: i32 = Unary::ALL.len() as i32;

/// The modules of the kernels for one dtype: unary and binary functions.
fn modules(dtype: DType) -> [&'static str; 2] {
    match dtype {
        DType::F32 => ["unary_f32", "binary_f32"],
        DType::F16 => ["unary_f16", "binary_f16"],
        DType::BF16 => ["unary_bf16", "binary_bf16"],
        DType::F64 => ["unary_f64", "binary_f64"],
        DType::I64 => ["unary_i64", "binary_i64"],
        DType::I32 => ["unary_i32", "binary_i32"],
        DType::I16 => ["unary_i16", "binary_i16"],
        DType::I8 => ["unary_i8", "binary_i8"],
        DType::U64 => ["unary_u64", "binary_u64"],
        DType::U32 => ["unary_u32", "binary_u32"],
        DType::U16 => ["unary_u16", "binary_u16"],
        DType::U8 => ["unary_u8", "binary_u8"],
        // LogicalNot; comparisons and logical functions.
        DType::Bool => ["unary_bool", "binary_bool"],
    }
}

/// The module of the kernels for mixed dtypes that compute in a class.
fn mixed_module(class: DType) -> &'static str {
    match class {
        DType::F32 => "mixed_f32",
        DType::F64 => "mixed_f64",
        DType::U64 => "mixed_u64",
        _ => "mixed_i64",
    }
}

/// `out = op(x)`: `torch.neg`, `torch.exp`, … `compute` is the dtype to work in (f16 and bf16 work in f32 and round
/// once); functions that integers do not have work in `compute.to_float()`. LogicalNot and IsNan give bools.
pub fn unary(queue: &Queue, op: Unary, x: In, compute: DType, out: Out) -> Result<()> {
    let compute = if op.takes_integers() { compute } else { compute.to_float() };
    if !compute.is_float() {
        match op {
            Unary::IsNan => return fill(queue, out, Scalar::Bool(false)),
            Unary::Floor | Unary::Ceil | Unary::Round | Unary::Trunc if x.dtype == compute => {
                return copy::copy(queue, x, out);
            }
            _ => {}
        }
    }
    let result = if op.gives_bool() { DType::Bool } else { compute };
    let same = x.dtype == compute && out.dtype == result && (compute != DType::Bool || op.gives_bool());
    let module = same.then(|| modules(compute)[0]);
    run_unary(queue, op.name(), op as i32, [0; 2], module, x, compute, out)
}

/// The gradient of `op`, one of `Unary::GRADIENTS`: `g` times its derivative, from `saved`, which is x or op(x). One
/// float dtype.
pub fn unary_gradient(queue: &Queue, op: Unary, g: In, saved: In, out: Out) -> Result<()> {
    let dtype = out.dtype;
    let module = match dtype {
        DType::F16 => "gradient_f16",
        DType::BF16 => "gradient_bf16",
        DType::F32 => "gradient_f32",
        _ => "gradient_f64",
    };
    let any = Kernel { module, name: ["gradient_any_", dtype.name(), "", ""] };
    Job {
        operands: [Operand::input(g, None), Operand::input(saved, None), Operand::output(out)],
        simple: Some(Kernel { module, name: ["gradient_", op.name(), "_", dtype.name()] }),
        any: Some(any),
        // There is one dtype.
        mixed: any,
        number: Some(op as i32),
        values: [0; 2],
        common: false,
    }
    .run(queue)
}

/// `out = min(max(x, low), high)`: `torch.clamp`, in the output's dtype. NaN stays NaN; a NaN bound makes everything
/// NaN; with low > high the result is high.
pub fn clamp(queue: &Queue, x: In, low: Option<Scalar>, high: Option<Scalar>, out: Out) -> Result<()> {
    let mut bounds = bounds(out.dtype, low, high);
    let mut module = (x.dtype == out.dtype).then(|| modules(out.dtype)[0]);
    // The kernels of integers below 64 bits compute in these types. A bound that wraps when it becomes the result is for
    // the class.
    let range = match out.dtype {
        DType::I8 | DType::I16 | DType::I32 | DType::U8 | DType::U16 => Some((i32::MIN as i64, i32::MAX as i64)),
        DType::U32 => Some((0, u32::MAX as i64)),
        _ => None,
    };
    if let Some((least, most)) = range {
        let [low, high] = bounds.map(|b| b as i64);
        if low > most || high < least {
            module = None;
        } else {
            bounds = [low.max(least) as u64, high.min(most) as u64];
        }
    }
    run_unary(queue, "clamp", CLAMP, bounds, module, x, out.dtype, out)
}

/// The bounds of clamp as bits of the class of `dtype`.
fn bounds(dtype: DType, low: Option<Scalar>, high: Option<Scalar>) -> [u64; 2] {
    let bits = |f: f64| (f as f32).to_bits() as u64;
    match dtype.class() {
        DType::F32 => {
            [bits(low.map_or(f64::NEG_INFINITY, Scalar::to_f64)), bits(high.map_or(f64::INFINITY, Scalar::to_f64))]
        }
        DType::F64 => [
            low.map_or(f64::NEG_INFINITY, Scalar::to_f64).to_bits(),
            high.map_or(f64::INFINITY, Scalar::to_f64).to_bits(),
        ],
        DType::U64 => {
            let whole = |s: Scalar| {
                let s = if s.to_f64() < 0.0 { Scalar::Int(0) } else { s };
                u64::from_le_bytes(s.to_bytes(DType::U64))
            };
            [low.map_or(0, |s| s.to_i64().max(0) as u64), high.map_or(u64::MAX, whole)]
        }
        _ => [low.map_or(i64::MIN, Scalar::to_i64) as u64, high.map_or(i64::MAX, Scalar::to_i64) as u64],
    }
}

#[allow(clippy::too_many_arguments, reason = "a unary function as the kernels know it, and its operands")]
fn run_unary(
    queue: &Queue,
    name: &'static str,
    number: i32,
    bounds: [u64; 2],
    module: Option<&'static str>,
    x: In,
    compute: DType,
    out: Out,
) -> Result<()> {
    let (dtype, class) = (compute.name(), compute.class());
    Job {
        operands: [Operand::input(x, wrap(x.dtype, compute)), Operand::output(out)],
        simple: module.map(|module| Kernel { module, name: ["unary_", name, "_", dtype] }),
        // No kernel of any layouts gives bools.
        any: module
            .filter(|_| out.dtype == compute && compute != DType::Bool)
            .map(|module| Kernel { module, name: ["unary_any_", dtype, "", ""] }),
        mixed: Kernel { module: mixed_module(class), name: ["unary_mixed_", class.name(), "", ""] },
        number: Some(number),
        values: bounds,
        common: false,
    }
    .run(queue)
}

/// `out = op(a, b)`: `torch.add`, `torch.eq`, … in the promoted dtype `compute`. Integers wrap to `compute`;
/// comparisons and logical functions give bools; Div works in `compute.to_float()`.
pub fn binary(queue: &Queue, op: Binary, a: In, b: In, compute: DType, out: Out) -> Result<()> {
    let compute = if op == Binary::Div { compute.to_float() } else { compute };
    let [a, b] = [a, b].map(|x| Operand::input(x, wrap(x.dtype, compute)));
    run_binary(queue, op, a, b, compute, out)
}

/// `out = op(x, number)`, or `op(number, x)` when reversed: [`binary`] with a number of the dtype `compute`.
pub fn with_scalar(
    queue: &Queue,
    op: Binary,
    x: In,
    number: Scalar,
    reversed: bool,
    compute: DType,
    out: Out,
) -> Result<()> {
    let compute = if op == Binary::Div { compute.to_float() } else { compute };
    if op == Binary::Pow && compute.is_float() && !reversed {
        // As PyTorch: the common powers are their own functions.
        let power = f64_of(number, compute);
        for (common, function) in [(2.0, Unary::Square), (0.5, Unary::Sqrt), (-1.0, Unary::Reciprocal)] {
            if power == common {
                return unary(queue, function, x, compute, out);
            }
        }
    }
    let bits = u64::from_le_bytes(number.to_bytes(compute));
    let number = Operand::Number { bits, class_bits: class_bits(number, compute), dtype: compute };
    let x = Operand::input(x, wrap(x.dtype, compute));
    let (a, b) = if reversed { (number, x) } else { (x, number) };
    run_binary(queue, op, a, b, compute, out)
}

/// The number as an element of `dtype`, a float, holds it.
fn f64_of(number: Scalar, dtype: DType) -> f64 {
    let bytes = number.to_bytes(dtype);
    let low = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    match dtype {
        DType::F16 => half::f16::from_bits(low as u16).to_f64(),
        DType::BF16 => half::bf16::from_bits(low as u16).to_f64(),
        DType::F32 => f32::from_bits(low) as f64,
        _ => f64::from_le_bytes(bytes),
    }
}

/// The bits of `number`, an element of `compute`, in the class of `compute`.
fn class_bits(number: Scalar, compute: DType) -> u64 {
    if compute.class() == DType::F32 {
        return (f64_of(number, compute) as f32).to_bits() as u64;
    }
    let low = u64::from_le_bytes(number.to_bytes(compute));
    let shift = 64 - 8 * compute.size() as u32;
    match compute {
        DType::I8 | DType::I16 | DType::I32 => ((low << shift) as i64 >> shift) as u64,
        _ => low,
    }
}

fn run_binary(queue: &Queue, op: Binary, a: Operand, b: Operand, compute: DType, out: Out) -> Result<()> {
    let result = if op.gives_bool() { DType::Bool } else { compute };
    let same = a.dtype() == compute
        && b.dtype() == compute
        && out.dtype == result
        && (compute != DType::Bool || op.gives_bool());
    let module = same.then(|| modules(compute)[1]);
    let (dtype, class) = (compute.name(), compute.class());
    let any = if op.gives_bool() { "comparison_any_" } else { "binary_any_" };
    Job {
        common: b.is_uniform(),
        operands: [a, b, Operand::output(out)],
        simple: module.map(|module| Kernel { module, name: ["binary_", op.name(), "_", dtype] }),
        any: module.map(|module| Kernel { module, name: [any, dtype, "", ""] }),
        mixed: Kernel { module: mixed_module(class), name: ["binary_mixed_", class.name(), "", ""] },
        number: Some(op as i32),
        values: [0; 2],
    }
    .run(queue)
}

/// `out = cond ? a : b`: `torch.where`. `a` and `b` convert to the output's dtype; any dtype is a condition (`≠ 0`).
pub fn select(queue: &Queue, cond: In, a: In, b: In, out: Out) -> Result<()> {
    let same = cond.dtype == DType::Bool && a.dtype == out.dtype && b.dtype == out.dtype;
    let size = copy::bits(out.dtype.size());
    Job {
        operands: [Operand::input(cond, None), Operand::input(a, None), Operand::input(b, None), Operand::output(out)],
        simple: same.then_some(Kernel { module: "select", name: ["select_", size, "", ""] }),
        any: same.then_some(Kernel { module: "select", name: ["select_any_", size, "", ""] }),
        mixed: Kernel { module: "select", name: ["select_mixed", "", "", ""] },
        number: None,
        values: [0; 2],
        common: false,
    }
    .run(queue)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that kernels know functions by are the places in these lists.
    #[test]
    fn functions_are_numbered_as_in_the_kernels() {
        let names = |file: &str, from: &str, to: &str| -> Vec<String> {
            let path = format!("{}/kernels/include/{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let list = text.split(from).nth(1).unwrap().split(to).next().unwrap();
            list.split("EACH(").skip(1).map(|rest| rest.split(')').next().unwrap().to_string()).collect()
        };
        let unary: Vec<&str> = Unary::ALL.iter().map(|op| op.name()).collect();
        assert_eq!(names("unary.cuh", "#define UNARY_FUNCTIONS(EACH)", "namespace"), unary);
        let gradients: Vec<&str> = Unary::GRADIENTS.iter().map(|op| op.name()).collect();
        assert_eq!(names("gradient.cuh", "#define GRADIENTS(EACH)", "namespace"), gradients);
        let binary: Vec<&str> = Binary::ALL.iter().map(|op| op.name()).collect();
        let mut all = names("binary.cuh", "#define BINARY_VALUES(EACH)", "#define");
        all.extend(names("binary.cuh", "#define BINARY_COMPARISONS(EACH)", "namespace"));
        assert_eq!(all, binary);
        assert!(Unary::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
        assert!(Binary::ALL.iter().enumerate().all(|(i, &op)| op as usize == i));
    }

    #[test]
    fn numbers_in_their_class() {
        let bits = |s, d| class_bits(s, d);
        assert_eq!(bits(Scalar::Float(0.1), DType::F16), (half::f16::from_f64(0.1).to_f32()).to_bits() as u64);
        assert_eq!(bits(Scalar::Float(0.1), DType::F64), 0.1f64.to_bits());
        assert_eq!(bits(Scalar::Int(-3), DType::I8) as i64, -3);
        assert_eq!(bits(Scalar::Int(-3), DType::U8), 253);
        assert_eq!(bits(Scalar::Int(300), DType::I8) as i64, 44);
        assert_eq!(bits(Scalar::Int(-1), DType::U64), u64::MAX);
        assert_eq!(bits(Scalar::Bool(true), DType::Bool), 1);
        assert_eq!(bits(Scalar::Int(2), DType::BF16), 2f32.to_bits() as u64);
    }

    #[test]
    fn bounds_of_clamp() {
        let f = |b: u64| f32::from_bits(b as u32);
        let [low, high] = bounds(DType::F16, Some(Scalar::Float(0.1)), None);
        assert_eq!((f(low), f(high)), (0.1, f32::INFINITY));
        let [low, high] = bounds(DType::U64, Some(Scalar::Int(-5)), Some(Scalar::Float(1e19)));
        assert_eq!((low, high), (0, 10_000_000_000_000_000_000));
        let [low, high] = bounds(DType::U8, None, Some(Scalar::Int(-2)));
        assert_eq!((low as i64, high as i64), (i64::MIN, -2));
    }
}
