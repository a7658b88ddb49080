//! Fused optimizer steps: every tensor is read and written once.
//!
//! Blocks of each operand are loaded into f32 (f64 for f64 parameters), updated and stored; parameters of f16 and bf16
//! so compute in f32, and the states may have a dtype of their own.

use super::elementwise::cast::{BLOCK, Chain};
use super::elementwise::walk::Nest;
use super::pool::parallel_for;
use super::simd;
use crate::dtype::DType;
use crate::error::Result;
use crate::function::{AdamW, Sgd};
use crate::view::{In, Out};

const GRAIN: usize = 8_192;

/// An operand of a step, read, and written back when `writes`.
struct Operand {
    at: *mut u8,
    size: usize,
    load: Chain,
    store: Chain,
    writes: bool,
}

// SAFETY: an address; threads work on separate elements.
unsafe impl Sync for Operand {}

impl Operand {
    fn new(x: In, class: DType, writes: bool) -> Operand {
        Operand {
            at: x.origin() as *mut u8,
            size: x.dtype.size(),
            load: Chain::convert(x.dtype, class),
            store: Chain::convert(class, x.dtype),
            writes,
        }
    }
}

fn reading<'a>(x: &Out<'a>) -> In<'a> {
    In { base: x.base, dtype: x.dtype, layout: x.layout }
}

#[repr(align(64))]
struct Line<T>([T; BLOCK]);

/// Walks all operands (the last is the parameter, whose order counts) and calls `update(blocks, n)`: n
/// contiguous elements of T each, in place where the operand's memory is that, else in a block loaded and stored around it.
fn run<T: Copy + Default, const K: usize>(
    inputs: [In; K],
    writes: [bool; K],
    class: DType,
    update: &(dyn Fn([*mut T; K], usize) + Sync),
) -> Result<()> {
    let param = &inputs[K - 1];
    let n = param.layout.numel() as usize;
    if n == 0 {
        return Ok(());
    }
    let operands: [Operand; K] = std::array::from_fn(|k| Operand::new(inputs[k], class, writes[k]));
    let nest = Nest::<K>::new(param.layout.shape(), std::array::from_fn(|k| inputs[k].layout.strides()));
    let inner = nest.strides[nest.shape.len() - 1];
    let size = size_of::<T>() as isize;
    let body = |range| {
        let mut lines: [Line<T>; K] = std::array::from_fn(|_| Line([T::default(); BLOCK]));
        nest.walk(range, |offsets, n| {
            let mut done = 0;
            while done < n {
                let m = (n - done).min(BLOCK);
                let place = |k: usize| {
                    let o: &Operand = &operands[k];
                    let position = offsets[k] + done as i64 * inner[k];
                    (o.at.wrapping_offset(position as isize * o.size as isize), inner[k] as isize * o.size as isize)
                };
                let direct = |k: usize| operands[k].load.is_identity() && inner[k] == 1;
                let mut blocks = [std::ptr::null_mut(); K];
                for k in 0..K {
                    let (at, step) = place(k);
                    if direct(k) {
                        blocks[k] = at as *mut T;
                        continue;
                    }
                    blocks[k] = lines[k].0.as_mut_ptr();
                    // SAFETY: the nest stays inside the operand; the line holds m ≤ BLOCK elements of the class.
                    unsafe { operands[k].load.run(at, step, blocks[k] as *mut u8, size, m) };
                }
                update(blocks, m);
                for k in (0..K).filter(|&k| operands[k].writes && !direct(k)) {
                    let (at, step) = place(k);
                    // SAFETY: as above.
                    unsafe { operands[k].store.run(blocks[k] as *const u8, size, at, step, m) };
                }
                done += m;
            }
        })
    };
    if n <= GRAIN {
        body(0..n);
        return Ok(());
    }
    parallel_for(n, GRAIN, &body)
}

macro_rules! steps {
    ($T:ident, $sgd:ident, $adamw:ident) => {
        fn $sgd(param: Out, grad: In, buffer: Option<Out>, first_step: bool, h: Sgd) -> Result<()> {
            let class = param.dtype.class();
            let sign = h.sign() as $T;
            let (lr, momentum, decay) = (h.lr as $T, h.momentum as $T, h.weight_decay as $T);
            let fresh = (1.0 - h.dampening) as $T;
            let Some(buffer) = buffer else {
                return run::<$T, 2>([grad, reading(&param)], [false, true], class, &|[g, p], n| {
                    simd::dispatch(
                        #[inline(always)]
                        move || {
                            for i in 0..n {
                                // SAFETY: `run` passes n elements of each operand.
                                unsafe { *p.add(i) -= lr * (sign * *g.add(i) + decay * *p.add(i)) };
                            }
                        },
                    )
                });
            };
            let nesterov = h.nesterov;
            let operands = [grad, reading(&buffer), reading(&param)];
            run::<$T, 3>(operands, [false, true, true], class, &|[g, b, p], n| {
                simd::dispatch(
                    #[inline(always)]
                    move || {
                        for i in 0..n {
                            // SAFETY: `run` passes n elements of each operand.
                            unsafe {
                                let g = sign * *g.add(i) + decay * *p.add(i);
                                // The first step reads nothing from the buffer, which may hold anything.
                                let m = if first_step { g } else { momentum * *b.add(i) + fresh * g };
                                *b.add(i) = m;
                                *p.add(i) -= lr * if nesterov { g + momentum * m } else { m };
                            }
                        }
                    },
                )
            })
        }

        fn $adamw(param: Out, grad: In, m: Out, v: Out, max: Option<Out>, step: i64, h: AdamW) -> Result<()> {
            let class = param.dtype.class();
            let f = h.factors();
            let (sign, keep, decay) = (f.sign as $T, f.keep as $T, f.decay as $T);
            let (fresh, beta2, fresh2, eps) = (f.fresh as $T, f.beta2 as $T, f.fresh2 as $T, f.eps as $T);
            let (pace, root) = h.corrections(step);
            let (pace, root) = (pace as $T, root as $T);
            macro_rules! update {
                ($i:ident, $g:ident, $m:ident, $v:ident, $p:ident, |$seen:ident| $largest:expr) => {{
                    let p = *$p.add($i) * keep;
                    let g = sign * *$g.add($i) + decay * p;
                    let m = *$m.add($i) + fresh * (g - *$m.add($i));
                    let $seen = beta2 * *$v.add($i) + fresh2 * (g * g);
                    *$m.add($i) = m;
                    *$v.add($i) = $seen;
                    *$p.add($i) = p - pace * m / ($largest.sqrt() * root + eps);
                }};
            }
            let Some(max) = max else {
                let operands = [grad, reading(&m), reading(&v), reading(&param)];
                return run::<$T, 4>(operands, [false, true, true, true], class, &|[g, m, v, p], n| {
                    simd::dispatch(
                        #[inline(always)]
                        move || {
                            for i in 0..n {
                                // SAFETY: `run` passes n elements of each operand.
                                unsafe { update!(i, g, m, v, p, |sq| sq) }
                            }
                        },
                    )
                });
            };
            let operands = [grad, reading(&m), reading(&v), reading(&max), reading(&param)];
            run::<$T, 5>(operands, [false, true, true, true, true], class, &|[g, m, v, x, p], n| {
                simd::dispatch(
                    #[inline(always)]
                    move || {
                        for i in 0..n {
                            // SAFETY: `run` passes n elements of each operand.
                            unsafe {
                                update!(i, g, m, v, p, |sq| {
                                    let seen = *x.add(i);
                                    let top = if sq > seen { sq } else { seen };
                                    *x.add(i) = top;
                                    top
                                })
                            }
                        }
                    },
                )
            })
        }
    };
}

steps!(f32, sgd_f32, adamw_f32);
steps!(f64, sgd_f64, adamw_f64);

/// One step of SGD. With `g` the gradient (negated to maximize) plus `weight_decay·p`, and with a momentum buffer
/// `b ← momentum·b + (1 − dampening)·g` (`b ← g` at the first step), the step `s` is `b`, or `g + momentum·b` with
/// `nesterov`, or `g` without a buffer: `p ← p − lr·s`.
pub fn sgd(param: Out, grad: In, momentum_buf: Option<Out>, first_step: bool, hyper: Sgd) -> Result<()> {
    match param.dtype.class() {
        DType::F64 => sgd_f64(param, grad, momentum_buf, first_step, hyper),
        _ => sgd_f32(param, grad, momentum_buf, first_step, hyper),
    }
}

/// One step of AdamW or Adam; `step` counts from 1.
///
/// `p ← p·(1 − lr·weight_decay)` (Adam: `g ← g + weight_decay·p`), `m ← m + (1−β₁)(g − m)`, `v ← β₂·v + (1−β₂)·g²`,
/// `p ← p − lr/(1−β₁ᵗ) · m / (√(v̂)/√(1−β₂ᵗ) + eps)`; v̂ is v, or with AMSGrad the largest v so far.
pub fn adamw(
    param: Out,
    grad: In,
    exp_avg: Out,
    exp_avg_sq: Out,
    max_exp_avg_sq: Option<Out>,
    step: i64,
    hyper: AdamW,
) -> Result<()> {
    match param.dtype.class() {
        DType::F64 => adamw_f64(param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq, step, hyper),
        _ => adamw_f32(param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq, step, hyper),
    }
}

#[cfg(test)]
mod tests {
    use super::super::elementwise::tests::{Array, layouts};
    use super::*;

    const DTYPES: [DType; 4] = [DType::F32, DType::F64, DType::F16, DType::BF16];

    fn tolerance(dtype: DType) -> f64 {
        match dtype {
            DType::F64 => 1e-13,
            DType::F32 => 3e-6,
            DType::F16 => 6e-3,
            _ => 4e-2,
        }
    }

    #[test]
    fn sgd_follows_the_formula() {
        for dtype in DTYPES {
            for (case, layout) in layouts(&[37, 29]).into_iter().enumerate() {
                for momentum in [false, true] {
                    let h = Sgd {
                        lr: 0.1,
                        momentum: 0.9,
                        dampening: if case == 1 { 0.0 } else { 0.2 },
                        weight_decay: 0.01,
                        nesterov: case == 1,
                        maximize: case == 2,
                    };
                    let p = Array::of(dtype, layout.clone(), &[1.0, -2.0, 0.5]);
                    let g = Array::of(dtype, layouts(&[37, 29])[3 - case].clone(), &[0.25, 3.0, -1.0, 2.0, 0.125]);
                    let b =
                        Array::of(if dtype == DType::F64 { dtype } else { DType::F32 }, layout.clone(), &[f64::NAN]);
                    let (mut want, mut buffer) = (p.all(), vec![0.0; p.all().len()]);
                    for step in 0..3 {
                        sgd(p.output(), g.input(), momentum.then(|| b.output()), step == 0, h).unwrap();
                        for i in 0..want.len() {
                            let g = g.get(i as i64) * if h.maximize { -1.0 } else { 1.0 } + 0.01 * want[i];
                            buffer[i] = if step == 0 { g } else { 0.9 * buffer[i] + (1.0 - h.dampening) * g };
                            let s = match (momentum, h.nesterov) {
                                (false, _) => g,
                                (_, false) => buffer[i],
                                _ => g + 0.9 * buffer[i],
                            };
                            want[i] -= 0.1 * s;
                        }
                    }
                    for (got, want) in p.all().iter().zip(&want) {
                        assert!((got - want).abs() <= tolerance(dtype) * want.abs().max(0.3), "{dtype} {got} {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn adamw_follows_the_formula() {
        for dtype in DTYPES {
            for (case, layout) in layouts(&[41, 27]).into_iter().enumerate() {
                let h = AdamW {
                    lr: 0.05,
                    beta1: 0.9,
                    beta2: 0.99,
                    eps: 1e-6,
                    weight_decay: 0.02,
                    maximize: case == 2,
                    decoupled: case != 3,
                };
                let state = if dtype == DType::F64 { dtype } else { DType::F32 };
                let p = Array::of(dtype, layout.clone(), &[1.0, -2.0, 0.5]);
                let m = Array::of(state, layout.clone(), &[0.0]);
                let v = Array::of(state, layout.clone(), &[0.0]);
                let x = Array::of(state, layout.clone(), &[0.0]);
                let n = p.all().len();
                let (mut want, mut wm, mut wv, mut wx) = (p.all(), vec![0.0; n], vec![0.0; n], vec![0.0f64; n]);
                for step in 1..5 {
                    let scale = 1.0 / step as f64;
                    let g = Array::of(dtype, layout.clone(), &[0.25 * scale, 3.0 * scale, -scale, 2.0 * scale]);
                    let max = (case % 2 == 0).then(|| x.output());
                    adamw(p.output(), g.input(), m.output(), v.output(), max, step, h).unwrap();
                    for i in 0..n {
                        let mut g = g.get(i as i64) * if h.maximize { -1.0 } else { 1.0 };
                        if h.decoupled {
                            want[i] *= 1.0 - 0.05 * 0.02;
                        } else {
                            g += 0.02 * want[i];
                        }
                        wm[i] = 0.9 * wm[i] + (1.0 - 0.9) * g;
                        wv[i] = 0.99 * wv[i] + (1.0 - 0.99) * g * g;
                        wx[i] = wx[i].max(wv[i]);
                        let top = if case % 2 == 0 { wx[i] } else { wv[i] };
                        let denominator = (top / (1.0 - 0.99f64.powi(step as i32))).sqrt() + 1e-6;
                        want[i] -= 0.05 * (wm[i] / (1.0 - 0.9f64.powi(step as i32))) / denominator;
                    }
                }
                for (got, want) in p.all().iter().zip(&want) {
                    assert!((got - want).abs() <= tolerance(dtype) * want.abs().max(0.3), "{dtype} {got} {want}");
                }
            }
        }
    }
}
