//! Random fills: `torch.rand`, `randn`, `randint`, `randperm`, `bernoulli`.
//!
//! Each takes the seed and the first block that a generator reserved; `*_blocks` says how many. Numbers depend on the
//! element's place in C order only, never on threads or strides.

use super::cancel;
use super::elementwise::cast::BLOCK;
use super::fill::generate;
use super::math;
use super::simd;
use crate::dtype::{Bool, DType};
use crate::error::Result;
use crate::random::block;
use crate::view::Out;

const GRAIN: usize = 8_192;

/// Words of two numbers per element of a block, and room for the words before and after.
const WORDS: usize = 2 * BLOCK + 8;

/// Words from word `first` of the stream, at least `n`; the first one asked for is at the returned place.
#[inline(always)]
fn words(seed: u64, offset: u64, first: usize, n: usize, into: &mut [u32; WORDS]) -> usize {
    let start = offset.wrapping_add(first as u64 / 4);
    let lead = first % 4;
    let blocks = (lead + n).div_ceil(4);
    for (i, lanes) in into.as_chunks_mut::<4>().0.iter_mut().take(blocks).enumerate() {
        *lanes = block(seed, start.wrapping_add(i as u64));
    }
    lead
}

/// 53 random bits in [0, 1).
#[inline(always)]
fn unit_f64(low: u32, high: u32) -> f64 {
    let bits = (high as u64) << 32 | low as u64;
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

fn blocks(numel: i64, words_each: u64) -> u64 {
    // A pair of normal numbers needs both its words.
    (numel.max(0) as u64).next_multiple_of(2).saturating_mul(words_each).div_ceil(4)
}

pub fn uniform_blocks(numel: i64, dtype: DType) -> u64 {
    blocks(numel, if dtype == DType::F64 { 2 } else { 1 })
}

/// `torch.rand`: in [0, 1), with as many random bits as the dtype's significand has (53 for f64, 24 for f32, 11 for f16,
/// 8 for bf16), so that rounding never reaches 1.
pub fn uniform(out: Out, seed: u64, offset: u64) -> Result<()> {
    if out.dtype == DType::F64 {
        return generate(out, DType::F64, GRAIN, &|first, to, n| {
            let to = to as *mut f64;
            simd::dispatch(
                #[inline(always)]
                move || {
                    let mut w = [0u32; WORDS];
                    let at = words(seed, offset, 2 * first, 2 * n, &mut w);
                    for (i, pair) in w[at..].as_chunks::<2>().0.iter().take(n).enumerate() {
                        // SAFETY: `generate` gives room for n elements.
                        unsafe { to.add(i).write(unit_f64(pair[0], pair[1])) }
                    }
                },
            )
        });
    }
    let bits = match out.dtype {
        DType::F16 => 11,
        DType::BF16 => 8,
        _ => 24,
    };
    let scale = 1.0 / (1u32 << bits) as f32;
    generate(out, DType::F32, GRAIN, &|first, to, n| {
        let to = to as *mut f32;
        simd::dispatch(
            #[inline(always)]
            move || {
                let mut w = [0u32; WORDS];
                let at = words(seed, offset, first, n, &mut w);
                for (i, word) in w[at..].iter().take(n).enumerate() {
                    // SAFETY: `generate` gives room for n elements.
                    unsafe { to.add(i).write((word >> (32 - bits)) as i32 as f32 * scale) }
                }
            },
        )
    })
}

pub fn normal_blocks(numel: i64, dtype: DType) -> u64 {
    uniform_blocks(numel, dtype)
}

/// `torch.randn`: mean 0, variance 1, by Box and Muller. Elements `2k` and `2k+1` are `r·cos θ` and `r·sin θ` with
/// `r = √(−2 ln u₁)`, `θ = 2π·u₂`.
pub fn normal(out: Out, seed: u64, offset: u64) -> Result<()> {
    if out.dtype == DType::F64 {
        return generate(out, DType::F64, GRAIN / 4, &|first, to, n| {
            let to = to as *mut f64;
            let mut w = [0u32; WORDS];
            let even = first & !1;
            let at = words(seed, offset, 2 * even, 2 * (first - even + n).next_multiple_of(2), &mut w);
            for i in 0..n {
                let pair = at + 4 * ((first - even + i) / 2);
                let u = 1.0 - unit_f64(w[pair], w[pair + 1]);
                let angle = unit_f64(w[pair + 2], w[pair + 3]) * std::f64::consts::TAU;
                let y = if (first + i) % 2 == 0 { angle.cos() } else { angle.sin() };
                // SAFETY: `generate` gives room for n elements.
                unsafe { to.add(i).write((-2.0 * u.ln()).sqrt() * y) }
            }
        });
    }
    generate(out, DType::F32, GRAIN / 2, &|first, to, n| {
        let to = to as *mut f32;
        simd::dispatch(
            #[inline(always)]
            move || {
                const PAIRS: usize = BLOCK / 2 + 1;
                let even = first & !1;
                let pairs = (first - even + n).div_ceil(2);
                let mut w = [0u32; WORDS];
                let at = words(seed, offset, even, 2 * pairs, &mut w);
                let mut y = [[0f32; 2]; PAIRS];
                for (y, w) in y.iter_mut().zip(w[at..].as_chunks::<2>().0).take(pairs) {
                    const UNIT: f32 = 1.0 / 4_294_967_296.0;
                    // In (0, 1].
                    let u = w[0] as f32 * UNIT + 0.5 * UNIT;
                    let angle = w[1] as f32 * (UNIT * std::f32::consts::TAU);
                    let r = (-2.0 * math::log(u)).max(0.0).sqrt();
                    *y = [r * math::cos(angle), r * math::sin(angle)];
                }
                for (i, &v) in y.as_flattened()[first - even..].iter().take(n).enumerate() {
                    // SAFETY: `generate` gives room for n elements.
                    unsafe { to.add(i).write(v) }
                }
            },
        )
    })
}

pub fn randint_blocks(numel: i64) -> u64 {
    blocks(numel, 2)
}

/// `⌊x·n / 2^64⌋`: a number below n, whose bias is below n / 2^64.
#[inline(always)]
fn below(low: u32, high: u32, n: u64) -> u64 {
    let x = (high as u64) << 32 | low as u64;
    ((x as u128 * n as u128) >> 64) as u64
}

/// `torch.randint`: integers from `low` up to, without, `high`; all `low` when there are none.
pub fn randint(out: Out, low: i64, high: i64, seed: u64, offset: u64) -> Result<()> {
    let n_values = if high > low { high.wrapping_sub(low) as u64 } else { 0 };
    generate(out, DType::I64, GRAIN, &|first, to, n| {
        let to = to as *mut i64;
        simd::dispatch(
            #[inline(always)]
            move || {
                let mut w = [0u32; WORDS];
                let at = words(seed, offset, 2 * first, 2 * n, &mut w);
                for (i, pair) in w[at..].as_chunks::<2>().0.iter().take(n).enumerate() {
                    let value = low.wrapping_add(below(pair[0], pair[1], n_values) as i64);
                    // SAFETY: `generate` gives room for n elements.
                    unsafe { to.add(i).write(value) }
                }
            },
        )
    })
}

pub fn randperm_blocks(n: i64) -> u64 {
    blocks(n, 2)
}

/// `torch.randperm`: the numbers below n in random order, by Fisher and Yates. The output is i64 of one dim.
pub fn randperm(out: Out, seed: u64, offset: u64) -> Result<()> {
    let n = out.layout.numel() as usize;
    let step = out.layout.strides().first().copied().unwrap_or(1) as isize;
    let to = out.origin() as *mut i64;
    let at = |i: usize| to.wrapping_offset(i as isize * step);
    for i in 0..n {
        // SAFETY: i < n, the element is inside the output.
        unsafe { at(i).write(i as i64) }
    }
    for i in (1..n).rev() {
        if i % GRAIN == 0 {
            cancel::check()?;
        }
        let lanes = block(seed, offset.wrapping_add(i as u64 / 2));
        let pair = 2 * (i % 2);
        let j = below(lanes[pair], lanes[pair + 1], i as u64 + 1) as usize;
        // SAFETY: j ≤ i < n.
        unsafe {
            let (x, y) = (at(i).read(), at(j).read());
            at(i).write(y);
            at(j).write(x);
        }
    }
    Ok(())
}

pub fn bernoulli_blocks(numel: i64) -> u64 {
    blocks(numel, 1)
}

/// Bools that are true with probability `keep`: the mask of `torch.nn.functional.dropout`, `torch.bernoulli`.
pub fn bernoulli_mask(out: Out, keep: f64, seed: u64, offset: u64) -> Result<()> {
    // Of 2^32 words, this many keep.
    let kept = (keep * 4_294_967_296.0) as u64;
    let (all, limit) = (kept > u32::MAX as u64, kept as u32);
    generate(out, DType::Bool, GRAIN, &|first, to, n| {
        let to = to as *mut Bool;
        simd::dispatch(
            #[inline(always)]
            move || {
                let mut w = [0u32; WORDS];
                let at = words(seed, offset, first, n, &mut w);
                for (i, word) in w[at..].iter().take(n).enumerate() {
                    // SAFETY: `generate` gives room for n elements.
                    unsafe { to.add(i).write(Bool::from(*word < limit || all)) }
                }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::elementwise::tests::{Array, layouts};
    use super::*;
    use crate::layout::Layout;

    fn line(dtype: DType, n: i64) -> Array {
        Array::new(dtype, Layout::contiguous(&[n]))
    }

    #[test]
    fn numbers_do_not_depend_on_layout_or_split() {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            for f in [uniform, normal] {
                let whole = line(dtype, 3003);
                f(whole.output(), 5, 77).unwrap();
                for layout in layouts(&[1001, 3]) {
                    let out = Array::new(dtype, layout);
                    f(out.output(), 5, 77).unwrap();
                    assert_eq!(out.all(), whole.all(), "{dtype}");
                }
                // A fill that starts one block later starts four words (two of f64) later.
                let skip = if dtype == DType::F64 { 2 } else { 4 };
                let later = line(dtype, 3003 - skip);
                f(later.output(), 5, 78).unwrap();
                assert_eq!(later.all(), whole.all()[skip as usize..]);
            }
        }
    }

    fn moments(x: &[f64]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        (mean, x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn uniform_and_normal_have_their_moments() {
        for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
            let out = line(dtype, 200_000);
            uniform(out.output(), 1, 0).unwrap();
            let all = out.all();
            assert!(all.iter().all(|&x| (0.0..1.0).contains(&x)));
            let (mean, var) = moments(&all);
            // A value stands for the interval above it: the mean lies half a step low.
            let step = if dtype == DType::BF16 { 1.0 / 256.0 } else { 0.0 };
            assert!((mean + step / 2.0 - 0.5).abs() < 4e-3 && (var - 1.0 / 12.0).abs() < 2e-3, "{dtype} {mean} {var}");
            normal(out.output(), 1, 0).unwrap();
            let all = out.all();
            let (mean, var) = moments(&all);
            assert!(mean.abs() < 0.01 && (var - 1.0).abs() < 0.02, "{dtype} {mean} {var}");
            let fourth = all.iter().map(|x| x.powi(4)).sum::<f64>() / all.len() as f64;
            assert!((fourth - 3.0).abs() < 0.1, "{fourth}");
            let beyond = all.iter().filter(|x| x.abs() > 1.959_964).count() as f64 / all.len() as f64;
            assert!((beyond - 0.05).abs() < 0.003, "{beyond}");
        }
    }

    #[test]
    fn first_words_are_philox() {
        let out = line(DType::F32, 4);
        uniform(out.output(), 0, 0).unwrap();
        let want = [0x6627_e8d5u32, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8].map(|w| (w >> 8) as f64 / 16_777_216.0);
        assert_eq!(out.all(), want);
    }

    #[test]
    fn integers_permutations_masks() {
        let out = line(DType::I32, 60_000);
        randint(out.output(), -2, 4, 3, 9).unwrap();
        for v in -2..4 {
            let share = out.all().iter().filter(|&&x| x == v as f64).count() as f64 / 60_000.0;
            assert!((share - 1.0 / 6.0).abs() < 0.01, "{v}: {share}");
        }
        let out = line(DType::I64, 1000);
        randperm(out.output(), 3, 9).unwrap();
        let mut all = out.all();
        assert!(all[..10] != [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        all.sort_by(f64::total_cmp);
        assert!(all.iter().enumerate().all(|(i, &x)| x == i as f64));
        for (keep, want) in [(0.0, 0.0), (0.3, 0.3), (1.0, 1.0)] {
            let out = line(DType::Bool, 50_001);
            bernoulli_mask(out.output(), keep, 8, 1).unwrap();
            assert!((moments(&out.all()).0 - want).abs() < 0.01);
        }
        assert_eq!((uniform_blocks(5, DType::F32), uniform_blocks(5, DType::F64), randint_blocks(0)), (2, 3, 0));
    }
}
