//! Against slow loops in f64 and i128, over views of every kind.

use super::*;
use crate::cpu::elementwise::cast::Number;
use crate::dispatch;
use crate::layout::Layout;

/// Memory with a layout, for tests.
pub struct Array {
    pub bytes: Vec<u64>,
    pub dtype: DType,
    pub layout: Layout,
}

impl Array {
    pub fn new(dtype: DType, layout: Layout) -> Array {
        let high = layout.extent().map_or(0, |(_, high)| high) as usize;
        Array { bytes: vec![0; high + 1], dtype, layout }
    }

    pub fn of(dtype: DType, layout: Layout, values: &[f64]) -> Array {
        let a = Array::new(dtype, layout);
        for i in 0..a.layout.numel() {
            a.set(i, values[i as usize % values.len()]);
        }
        a
    }

    fn at(&self, i: i64) -> *mut u8 {
        let (mut rest, mut position) = (i, self.layout.offset());
        for d in (0..self.layout.ndim()).rev() {
            position += rest % self.layout.shape()[d] * self.layout.strides()[d];
            rest /= self.layout.shape()[d];
        }
        (self.bytes.as_ptr() as *mut u8).wrapping_offset(position as isize * self.dtype.size() as isize)
    }

    pub fn set(&self, i: i64, x: f64) {
        // SAFETY: inside `bytes`, by the layout's extent.
        dispatch!(self.dtype, T => unsafe { (self.at(i) as *mut T).write(T::from_f64(x)) })
    }

    pub fn get(&self, i: i64) -> f64 {
        // SAFETY: as above.
        dispatch!(self.dtype, T => unsafe { (self.at(i) as *const T).read().to_f64() })
    }

    pub fn all(&self) -> Vec<f64> {
        (0..self.layout.numel()).map(|i| self.get(i)).collect()
    }

    pub fn input(&self) -> In<'_> {
        In { base: self.bytes.as_ptr() as *const u8, dtype: self.dtype, layout: &self.layout }
    }

    pub fn output(&self) -> Out<'_> {
        Out { base: self.bytes.as_ptr() as *mut u8, dtype: self.dtype, layout: &self.layout }
    }
}

/// Layouts of one shape: contiguous, permuted, stepped and shifted, reversed, broadcast.
pub fn layouts(shape: &[i64]) -> Vec<Layout> {
    let plain = Layout::contiguous(shape);
    let mut all = vec![Layout::strided(plain.shape(), plain.strides(), 3).unwrap()];
    let reversed: Vec<i64> = shape.iter().rev().copied().collect();
    let back: Vec<i64> = (0..shape.len() as i64).rev().collect();
    all.push(Layout::contiguous(&reversed).permute(&back).unwrap());
    let stepped: Vec<i64> = plain.strides().iter().map(|s| s * 3).collect();
    all.push(Layout::strided(shape, &stepped, 5).unwrap());
    let n: i64 = shape.iter().product::<i64>().max(1);
    let negative: Vec<i64> = plain.strides().iter().map(|s| -s).collect();
    all.push(Layout::strided(shape, &negative, n).unwrap());
    all
}

fn broadcasts(shape: &[i64]) -> Vec<Layout> {
    let mut all = layouts(shape);
    all.push(Layout::contiguous(&[]).expand(shape).unwrap());
    for d in 0..shape.len() {
        let mut thin = shape.to_vec();
        thin[d] = thin[d].min(1);
        all.push(Layout::contiguous(&thin).expand(shape).unwrap());
    }
    all
}

const SHAPES: &[&[i64]] =
    &[&[], &[0], &[1], &[7], &[3, 5], &[4, 1, 9], &[2, 0, 3], &[700, 3], &[3, 1025], &[5, 2, 3, 4]];
const VALUES: &[f64] = &[0.0, 1.0, 2.0, 5.0, 3.0, 7.0, 100.0, 1.0, 0.0, 13.0, 4.0];

fn close(got: f64, want: f64, dtype: DType) -> bool {
    let relative = match dtype {
        DType::F16 if want.abs() < 6e-5 => 0.05,
        DType::F16 => 1e-3,
        DType::BF16 => 8e-3,
        DType::F64 => 1e-12,
        _ => 1e-6,
    };
    let want = if dtype == DType::F16 && want.abs() > 65_520.0 { f64::INFINITY.copysign(want) } else { want };
    got == want || got.is_nan() && want.is_nan() || (got - want).abs() <= relative * want.abs()
}

fn wrap(x: f64, dtype: DType) -> f64 {
    let x = x as i128 as u64;
    match dtype {
        DType::Bool => (x != 0) as u8 as f64,
        DType::U8 => x as u8 as f64,
        DType::U16 => x as u16 as f64,
        DType::U32 => x as u32 as f64,
        DType::U64 => x as f64,
        DType::I8 => x as i8 as f64,
        DType::I16 => x as i16 as f64,
        DType::I32 => x as i32 as f64,
        _ => x as i64 as f64,
    }
}

#[test]
fn add_and_less_over_all_views_and_dtypes() {
    for shape in SHAPES {
        for (la, &dtype) in broadcasts(shape).iter().zip(DType::ALL.iter().cycle()) {
            for lb in &broadcasts(shape) {
                for lo in &layouts(shape) {
                    let a = Array::of(dtype, la.clone(), VALUES);
                    let b = Array::of(dtype, lb.clone(), &[2.0, 3.0, 0.0, 99.0]);
                    let sum = Array::new(dtype, lo.clone());
                    let less = Array::new(DType::Bool, lo.clone());
                    binary(Binary::Add, a.input(), b.input(), dtype, sum.output()).unwrap();
                    binary(Binary::Lt, a.input(), b.input(), dtype, less.output()).unwrap();
                    for i in 0..a.layout.numel() {
                        let want = a.get(i) + b.get(i);
                        let want = if dtype.is_float() { want } else { wrap(want, dtype) };
                        assert!(close(sum.get(i), want, dtype), "{dtype} {shape:?} {la:?} {lb:?} {i}");
                        assert_eq!(less.get(i), (a.get(i) < b.get(i)) as u8 as f64);
                    }
                }
            }
        }
    }
}

#[test]
fn every_binary_in_every_dtype() {
    for &dtype in DType::ALL {
        for &op in Binary::ALL {
            let compute = if op == Binary::Div { dtype.to_float() } else { dtype };
            let result = if op.gives_bool() { DType::Bool } else { compute };
            let line = Layout::contiguous(&[131]);
            let a = Array::of(dtype, line.clone(), &[0.0, 1.0, 2.0, 5.0, -3.0, 7.0, -100.0, 9.0, 13.0]);
            let b = Array::of(dtype, line.clone(), &[1.0, 2.0, -3.0, 0.0, 4.0]);
            let out = Array::new(result, line);
            binary(op, a.input(), b.input(), dtype, out.output()).unwrap();
            for i in 0..131 {
                let (x, y) = (a.get(i), b.get(i));
                let float = dtype.is_float();
                let down = |x: f64, y: f64| if !float && y == 0.0 { 0.0 } else { (x / y).floor() };
                let want = match op {
                    Binary::Add => x + y,
                    Binary::Sub => x - y,
                    Binary::Mul => x * y,
                    Binary::Div => x / y,
                    Binary::Pow if float || (y >= 0.0 && x.powf(y).abs() < 1e15) => x.powf(y),
                    Binary::Pow if y < 0.0 && x != 1.0 => 0.0,
                    Binary::Pow if y < 0.0 => 1.0,
                    Binary::Pow => continue,
                    Binary::Maximum => x.max(y),
                    Binary::Minimum => x.min(y),
                    Binary::FloorDivide => down(x, y),
                    Binary::Remainder if y == 0.0 => {
                        if float {
                            f64::NAN
                        } else {
                            0.0
                        }
                    }
                    Binary::Remainder => x - y * down(x, y),
                    Binary::Eq => (x == y) as u8 as f64,
                    Binary::Ne => (x != y) as u8 as f64,
                    Binary::Lt => (x < y) as u8 as f64,
                    Binary::Le => (x <= y) as u8 as f64,
                    Binary::Gt => (x > y) as u8 as f64,
                    Binary::Ge => (x >= y) as u8 as f64,
                    Binary::LogicalAnd => (x != 0.0 && y != 0.0) as u8 as f64,
                    Binary::LogicalOr => (x != 0.0 || y != 0.0) as u8 as f64,
                    Binary::LogicalXor => ((x != 0.0) != (y != 0.0)) as u8 as f64,
                };
                let want = if result.is_float() { want } else { wrap(want, result) };
                assert!(close(out.get(i), want, result), "{op:?} {dtype}: {x}, {y} = {}, want {want}", out.get(i));
            }
        }
    }
}

#[test]
fn every_unary_in_every_dtype() {
    for &dtype in DType::ALL {
        for &op in Unary::ALL {
            let compute = if op.takes_integers() { dtype } else { dtype.to_float() };
            let result = if op.gives_bool() { DType::Bool } else { compute };
            for layout in layouts(&[19, 31]) {
                let x = Array::of(dtype, layout.clone(), &[0.25, 1.0, 2.5, 0.0, 3.0, -0.75, 7.0, 0.5, -2.0]);
                let out = Array::new(result, Layout::contiguous(&[19, 31]));
                unary(op, x.input(), compute, out.output()).unwrap();
                for i in 0..19 * 31 {
                    let v = x.get(i);
                    let want = match op {
                        Unary::Neg => -v,
                        Unary::Abs => v.abs(),
                        Unary::Sign => (v > 0.0) as i8 as f64 - (v < 0.0) as i8 as f64,
                        Unary::Exp => v.exp(),
                        Unary::Log => v.ln(),
                        Unary::Sqrt => v.sqrt(),
                        Unary::Rsqrt => 1.0 / v.sqrt(),
                        Unary::Reciprocal => 1.0 / v,
                        Unary::Square => v * v,
                        Unary::Sin => v.sin(),
                        Unary::Cos => v.cos(),
                        Unary::Tanh => v.tanh(),
                        Unary::Sigmoid => 1.0 / (1.0 + (-v).exp()),
                        Unary::Relu => v.max(0.0),
                        Unary::Gelu => crate::cpu::math::gelu_f64(v),
                        Unary::GeluTanh => crate::cpu::math::gelu_tanh_f64(v),
                        Unary::Erf => crate::cpu::math::erf_f64(v),
                        Unary::LogicalNot => (v == 0.0) as u8 as f64,
                        Unary::Floor => v.floor(),
                        Unary::Ceil => v.ceil(),
                        Unary::Round => v.round_ties_even(),
                        Unary::Trunc => v.trunc(),
                        Unary::IsNan => 0.0,
                        Unary::Expm1 => v.exp_m1(),
                        Unary::Log1p => v.ln_1p(),
                        Unary::Softplus => v.exp().ln_1p(),
                    };
                    let want = if result.is_float() { want } else { wrap(want, result) };
                    assert!(close(out.get(i), want, result), "{op:?} {dtype}({v}) = {}, want {want}", out.get(i));
                }
            }
        }
    }
}

/// Against differences of the functions themselves.
#[test]
fn every_gradient_in_every_float_dtype() {
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        for &op in Unary::GRADIENTS {
            let line = Layout::contiguous(&[19, 31]);
            let values = [0.25, 1.0, 2.5, 0.125, 3.0, 0.75, 7.0, 0.5, 2.0, -0.75, -2.0, -0.25, -4.0];
            let positive = matches!(op, Unary::Sqrt | Unary::Rsqrt | Unary::Log1p);
            let values = &values[..if positive { 9 } else { 13 }];
            let f = |v: f64| {
                let x = Array::of(DType::F64, Layout::contiguous(&[1]), &[v]);
                let y = Array::new(DType::F64, Layout::contiguous(&[1]));
                unary(op, x.input(), DType::F64, y.output()).unwrap();
                y.get(0)
            };
            let of_output = matches!(
                op,
                Unary::Sqrt
                    | Unary::Rsqrt
                    | Unary::Reciprocal
                    | Unary::Tanh
                    | Unary::Sigmoid
                    | Unary::Relu
                    | Unary::Expm1
            );
            for layout in layouts(&[19, 31]) {
                let x = Array::of(dtype, line.clone(), values);
                let saved = Array::new(dtype, layout.clone());
                for i in 0..19 * 31 {
                    saved.set(i, if of_output { f(x.get(i)) } else { x.get(i) });
                }
                let g = Array::of(dtype, layout, &[1.0, -2.0, 0.5]);
                let out = Array::new(dtype, line.clone());
                unary_gradient(op, g.input(), saved.input(), out.output()).unwrap();
                for i in 0..19 * 31 {
                    let v = x.get(i);
                    const H: f64 = 1e-4;
                    // Of fourth order.
                    let slope = (8.0 * (f(v + H) - f(v - H)) - (f(v + 2.0 * H) - f(v - 2.0 * H))) / (12.0 * H);
                    let (got, want) = (out.get(i), g.get(i) * slope);
                    let epsilon = match dtype {
                        DType::F64 => 1e-10,
                        DType::F32 => 1e-6,
                        DType::F16 => 4e-3,
                        _ => 3e-2,
                    };
                    // What was saved is rounded, and 1 − y² magnifies that.
                    let near = (got - want).abs() <= epsilon * (1.0 + want.abs());
                    assert!(near, "{op:?} {dtype}: at {v}: {got}, want {want}");
                }
            }
        }
    }
}

#[test]
fn in_place() {
    for n in [3i64, 700, 40_000] {
        let x = Array::of(DType::F32, Layout::contiguous(&[n]), VALUES);
        let before = x.all();
        binary(Binary::Add, x.input(), x.input(), DType::F32, x.output()).unwrap();
        unary(Unary::Square, x.input(), DType::F32, x.output()).unwrap();
        for (after, b) in x.all().iter().zip(before) {
            assert_eq!(*after, 4.0 * b * b);
        }
    }
}

#[test]
fn an_operand_wraps_to_the_computation() {
    let x = Array::of(DType::U8, Layout::contiguous(&[2]), &[250.0, 3.0]);
    let minus = Array::of(DType::I64, Layout::contiguous(&[]).expand(&[2]).unwrap(), &[-1.0]);
    let out = Array::new(DType::Bool, Layout::contiguous(&[2]));
    binary(Binary::Gt, x.input(), minus.input(), DType::U8, out.output()).unwrap();
    assert_eq!(out.all(), [0.0, 0.0]);
}

#[test]
fn nan_passes() {
    let x = Array::of(DType::F32, Layout::contiguous(&[3]), &[f64::NAN, 1.0, 2.0]);
    let y = Array::of(DType::F32, Layout::contiguous(&[3]), &[1.0, f64::NAN, 3.0]);
    let out = Array::new(DType::F32, Layout::contiguous(&[3]));
    for op in [Binary::Maximum, Binary::Minimum] {
        binary(op, x.input(), y.input(), DType::F32, out.output()).unwrap();
        assert!(out.get(0).is_nan() && out.get(1).is_nan() && !out.get(2).is_nan());
    }
    clamp(x.input(), Some(Scalar::Int(-1)), Some(Scalar::Float(1.5)), out.output()).unwrap();
    assert!(out.get(0).is_nan());
    assert_eq!((out.get(1), out.get(2)), (1.0, 1.5));
    unary(Unary::Relu, x.input(), DType::F32, out.output()).unwrap();
    assert!(out.get(0).is_nan());
}

#[test]
fn select_over_dtypes() {
    for &dtype in DType::ALL {
        for layout in layouts(&[7, 90]) {
            let cond = Array::of(DType::Bool, layout.clone(), &[1.0, 0.0, 0.0]);
            let a = Array::of(dtype, layout, VALUES);
            let b = Array::of(DType::I16, Layout::contiguous(&[90]).expand(&[7, 90]).unwrap(), &[9.0, 1.0]);
            let out = Array::new(dtype, Layout::contiguous(&[7, 90]));
            select(cond.input(), a.input(), b.input(), out.output()).unwrap();
            for i in 0..630 {
                let want = if cond.get(i) != 0.0 { a.get(i) } else { b.get(i) };
                assert_eq!(out.get(i), if dtype == DType::Bool { (want != 0.0) as u8 as f64 } else { want });
            }
        }
    }
}

#[test]
fn softplus_far_from_zero() {
    for dtype in [DType::F32, DType::F64] {
        let values = [1e4, f64::INFINITY, 20.0, 20.5, -80.0, -1e4, f64::NEG_INFINITY, f64::NAN];
        let x = Array::of(dtype, Layout::contiguous(&[8]), &values);
        let out = Array::new(dtype, Layout::contiguous(&[8]));
        unary(Unary::Softplus, x.input(), dtype, out.output()).unwrap();
        let want = [1e4, f64::INFINITY, 20.0f64.exp().ln_1p(), 20.5, (-80.0f64).exp(), 0.0, 0.0];
        let epsilon = if dtype == DType::F32 { f32::EPSILON as f64 } else { f64::EPSILON };
        for (i, want) in want.into_iter().enumerate() {
            let y = out.get(i as i64);
            assert!(y == want || (y / want - 1.0).abs() < 8.0 * epsilon, "{dtype} softplus({}) = {y}", values[i]);
        }
        assert!(out.get(7).is_nan());
    }
}

#[test]
fn sine_of_large_numbers() {
    let x = Array::of(DType::F32, Layout::contiguous(&[600]), &[1e10, 0.5, -3e7, 1e5]);
    let out = Array::new(DType::F32, Layout::contiguous(&[600]));
    unary(Unary::Sin, x.input(), DType::F32, out.output()).unwrap();
    for i in 0..600 {
        assert!((out.get(i) - x.get(i).sin()).abs() <= 6e-8 * x.get(i).sin().abs());
    }
}

#[test]
fn a_nest_splits_anywhere() {
    for layout in layouts(&[5, 3, 4]).iter().chain(&broadcasts(&[70, 3])) {
        let out = Layout::contiguous(layout.shape());
        let nest = walk::Nest::new(layout.shape(), [layout.strides(), out.strides()]);
        let n = out.numel() as usize;
        let pairs = |cuts: &[usize]| {
            let mut seen = Vec::new();
            for cut in cuts.windows(2) {
                let last = nest.strides[nest.shape.len() - 1];
                nest.walk(cut[0]..cut[1], |at, m| {
                    seen.extend((0..m as i64).map(|i| (at[0] + i * last[0], at[1] + i * last[1])));
                });
            }
            seen
        };
        let whole = pairs(&[0, n]);
        assert_eq!(whole.len(), n);
        for cut in 1..n {
            assert_eq!(pairs(&[0, cut / 2, cut, n]), whole);
        }
        let mut outs: Vec<i64> = whole.iter().map(|p| p.1).collect();
        outs.sort_unstable();
        assert!(outs.iter().enumerate().all(|(i, &o)| i as i64 == o));
    }
}
