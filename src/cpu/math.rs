//! Elementary functions of f32 for vector loops, and of f64 through libm.
//!
//! The f32 functions have no branches (selects only), so that a plain loop under `simd::dispatch` vectorises. They use
//! fused multiplications and additions on every instruction set (the x86-64 baseline calls libm for them and is slow),
//! so that the bits are the same everywhere. Errors are at most 4 ulp over the whole range, denormals included.

#![allow(clippy::excessive_precision, reason = "coefficients stand as published")]

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// `ln 2` in two parts; the first has 9 bits, so that `n · LN2_HIGH` is exact.
const LN2_HIGH: f32 = 355.0 / 512.0;
const LN2_LOW: f32 = -2.121_944_4e-4;
/// `1.5 · 2^23`: adding it rounds to an integer (half to even), which then stands in the low bits.
const ROUNDER: f32 = 12_582_912.0;
const ROUNDER_BITS: i32 = 0x4B40_0000;

/// `2^k` for `k` in −126 ..= 127.
#[inline(always)]
fn power_of_two(k: i32) -> f32 {
    f32::from_bits((k.wrapping_add(127) as u32) << 23)
}

/// `c[0]·x^(n−1) + … + c[n−1]`.
#[inline(always)]
fn poly<const N: usize>(x: f32, c: [f32; N]) -> f32 {
    let mut y = c[0];
    let mut i = 1;
    while i < N {
        y = y.mul_add(x, c[i]);
        i += 1;
    }
    y
}

/// `x = n·ln 2 + r` with `|r| ≤ ln 2 / 2`; `n` as an integer, and `r`. Any NaN passes into `r`.
#[inline(always)]
fn reduce_exp(x: f32) -> (i32, f32) {
    let t = x.mul_add(LOG2_E, ROUNDER);
    let n = t - ROUNDER;
    ((t.to_bits() as i32).wrapping_sub(ROUNDER_BITS), (-n).mul_add(LN2_LOW, (-n).mul_add(LN2_HIGH, x)))
}

/// `(e^r − 1 − r) / r²` for `|r| ≤ ln 2 / 2`.
#[inline(always)]
fn exp_tail(r: f32) -> f32 {
    poly(r, [1.987_569_2e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.0e-1])
}

/// `e^r` for `|r| ≤ ln 2 / 2`, in powers of r² so that the chain of dependent operations is short.
#[inline(always)]
fn exp_reduced(r: f32) -> f32 {
    let s = r * r;
    let high = s.mul_add(1.378_059_4e-3, r.mul_add(8.373_124_5e-3, 4.166_953_6e-2));
    let middle = r.mul_add(1.666_647_2e-1, 4.999_998_5e-1);
    s.mul_add(s.mul_add(high, middle), 1.0 + r)
}

/// `e^x`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Comparisons in this order are one instruction each and let NaN through.
    let x = if 89.0 < x { 89.0 } else { x };
    let x = if -104.0 > x { -104.0 } else { x };
    let (n, r) = reduce_exp(x);
    let y = exp_reduced(r);
    // In two steps, so that denormal results round once and 2^128 is never formed.
    let half = n >> 1;
    y * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// `e^x` where it is a normal number: `|x| ≤ 87`, or NaN.
#[inline(always)]
fn exp_normal(x: f32) -> f32 {
    let (n, r) = reduce_exp(x);
    exp_reduced(r) * power_of_two(n)
}

/// `e^x − 1` without cancellation near 0.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let c = if 89.0 < x { 89.0 } else { x };
    let c = if -20.0 > c { -20.0 } else { c };
    let (n, r) = reduce_exp(c);
    let q = exp_tail(r).mul_add(r * r, r);
    // 2·(2^(n−1)·q + (2^(n−1) − 1/2)): n is at most 128.
    let s = power_of_two(n.wrapping_sub(1));
    let y = 2.0 * s.mul_add(q, s - 0.5);
    if x.abs() < 2.0e-8 { x } else { y }
}

/// `ln(m·2^e) + c` for normal positive `x = m·2^e`; `c` is a small correction.
#[inline(always)]
fn log_normal(x: f32, shift: f32, c: f32) -> f32 {
    // m in [√½, √2).
    let bits = x.to_bits().wrapping_add(0x3F80_0000 - 0x3F35_04F3);
    let e = ((bits >> 23) as i32 - 127) as f32 - shift;
    let m = f32::from_bits((bits & 0x007F_FFFF).wrapping_add(0x3F35_04F3));
    let f = m - 1.0;
    let z = f * f;
    let p = poly(
        f,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333_1e-1,
        ],
    );
    let y = z.mul_add(-0.5, (p * f).mul_add(z, e.mul_add(LN2_LOW, c)));
    e.mul_add(LN2_HIGH, f + y)
}

/// `ln x`.
#[inline(always)]
pub fn log(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let scaled = if tiny { x * 8_388_608.0 } else { x };
    let y = log_normal(scaled, if tiny { 23.0 } else { 0.0 }, 0.0);
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    let y = if x < 0.0 { f32::NAN } else { y };
    // Infinity and NaN are their own results.
    if x < f32::INFINITY { y } else { x + x }
}

/// `ln(1 + x)` without cancellation near 0.
#[inline(always)]
pub fn log1p(x: f32) -> f32 {
    let u = 1.0 + x;
    // What the rounding of 1 + x lost, relative to u.
    let lost = if x > 1.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
    let y = log_normal(u, 0.0, lost / u);
    let y = if x == -1.0 { f32::NEG_INFINITY } else { y };
    let y = if x < -1.0 { f32::NAN } else { y };
    let y = if x.abs() < 2.0e-8 { x } else { y };
    if x < f32::INFINITY { y } else { x + x }
}

/// `tanh x`: a polynomial up to 0.625, `1 − 2/(e^{2x} + 1)` beyond.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let a = x.abs();
    let b = if 10.0 < a { 10.0 } else { a };
    let far = (1.0 - 2.0 / (exp_normal(b + b) + 1.0)).copysign(x);
    let s = x * x;
    let p = poly(s, [-5.704_988_7e-3, 2.063_908_9e-2, -5.373_971_6e-2, 1.333_144_3e-1, -3.333_328_2e-1]);
    let near = (p * s).mul_add(x, x).copysign(x);
    if a > 0.625 { far } else { near }
}

/// `1 / (1 + e^{−x})`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    // e^{−|x|} never overflows, and small results keep all their digits.
    let e = exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// `2/√π · ∫₀ˣ e^{−t²} dt` (coefficients after N. Juffa).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let a = x.abs();
    let a = if 4.0 < a { 4.0 } else { a };
    let far = a > 0.927_734_4;
    // One polynomial with the coefficients of either part: in x² near 0, in |x| beyond.
    let t = if far { a } else { a * a };
    let c = |near: f32, beyond: f32| if far { beyond } else { near };
    let s = t * t;
    let high = c(0.0, -1.728_534_7e-5)
        .mul_add(s, c(-5.967_617e-4, 3.831_971_3e-4).mul_add(t, c(4.991_194_2e-3, -3.883_964_4e-3)));
    let middle = c(-2.676_813_5e-2, 2.425_462_2e-2).mul_add(t, c(1.128_199_25e-1, -1.067_778_8e-1));
    let low = c(-3.761_253_4e-1, -6.348_467e-1).mul_add(t, c(1.283_791_7e-1, -1.287_175_1e-1));
    let p = s.mul_add(s.mul_add(high, middle), low);
    let y = if far { 1.0 - exp_normal(p.mul_add(a, -a)) } else { p.mul_add(a, a) };
    y.copysign(x)
}

/// `x · Φ(x)` with the exact normal distribution: `torch.nn.functional.gelu`.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    x * 0.5 * (1.0 + erf(x * FRAC_1_SQRT_2))
}

/// `gelu(…, approximate="tanh")`: `x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³)))`.
#[inline(always)]
pub fn gelu_tanh(x: f32) -> f32 {
    0.5 * x * (1.0 + tanh(0.797_884_56 * (x + 0.044_715 * x * x * x)))
}

/// Up to this `|x|` [`sin`] and [`cos`] keep their accuracy; beyond it callers use [`sin_large`] and [`cos_large`].
pub const TRIG_LIMIT: f32 = 1.0e6;

/// `x = n·π/2 + r` in f64 (exact to far below an f32 ulp), then sin or cos of r by the quadrant.
#[inline(always)]
fn sin_cos(x: f32, quadrants: i32) -> f32 {
    const ROUNDER64: f64 = 6_755_399_441_055_744.0;
    // The first part has 33 bits: times an n below 2^20 it is exact.
    const HALF_PI_HIGH: f64 = 1.570_796_326_734_125_6;
    const HALF_PI_LOW: f64 = 6.077_100_506_506_192e-11;
    let x = x as f64;
    let t = x * std::f64::consts::FRAC_2_PI + ROUNDER64;
    let n = t - ROUNDER64;
    let quadrant = (t.to_bits() as u32).wrapping_add(quadrants as u32);
    let r = (x - n * HALF_PI_HIGH) - n * HALF_PI_LOW;
    let z = r * r;
    let w = z * z;
    let sine = r
        * ((1.0 + z * (-0.166_666_666_416_265_24 + z * 0.008_333_329_385_889_463))
            + z * w * (-0.000_198_393_348_360_966_32 + z * 2.718_311_493_989_822e-6));
    let cosine = ((1.0 - z * 0.499_999_997_251_031) + w * 0.041_666_623_323_739_06)
        + w * z * (-0.001_388_676_377_460_993 + z * 2.439_044_879_627_741e-5);
    let y = if quadrant & 1 == 0 { sine } else { cosine } as f32;
    f32::from_bits(y.to_bits() ^ ((quadrant & 2) << 30))
}

/// `sin x` for `|x| ≤ TRIG_LIMIT`.
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    sin_cos(x, 0)
}

/// `cos x` for `|x| ≤ TRIG_LIMIT`.
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    sin_cos(x, 1)
}

/// `sin x` for any x.
pub fn sin_large(x: f32) -> f32 {
    (x as f64).sin() as f32
}

/// `cos x` for any x.
pub fn cos_large(x: f32) -> f32 {
    (x as f64).cos() as f32
}

mod libm {
    unsafe extern "C" {
        pub safe fn erf(x: f64) -> f64;
    }
}

/// `erf` of f64.
pub fn erf_f64(x: f64) -> f64 {
    libm::erf(x)
}

/// `gelu` of f64.
pub fn gelu_f64(x: f64) -> f64 {
    x * 0.5 * (1.0 + libm::erf(x * std::f64::consts::FRAC_1_SQRT_2))
}

/// `gelu_tanh` of f64.
pub fn gelu_tanh_f64(x: f64) -> f64 {
    const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
    0.5 * x * (1.0 + (SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)).tanh())
}

/// `sigmoid` of f64.
pub fn sigmoid_f64(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in representable numbers; NaN equals NaN.
    fn ulps(a: f32, b: f32) -> u64 {
        fn ordered(x: f32) -> i64 {
            let b = x.to_bits() as i32 as i64;
            if b < 0 { i32::MIN as i64 - b } else { b }
        }
        match (a.is_nan(), b.is_nan()) {
            (true, true) => 0,
            (false, false) => ordered(a).abs_diff(ordered(b)),
            _ => u64::MAX,
        }
    }

    fn sin_any(x: f32) -> f32 {
        if x.abs() > TRIG_LIMIT { sin_large(x) } else { sin(x) }
    }

    fn cos_any(x: f32) -> f32 {
        if x.abs() > TRIG_LIMIT { cos_large(x) } else { cos(x) }
    }

    #[test]
    fn numpy_validation_sets() {
        type Case = (&'static str, fn(f32) -> f32);
        let cases: [Case; 7] = [
            ("exp", exp),
            ("log", log),
            ("tanh", tanh),
            ("expm1", expm1),
            ("log1p", log1p),
            ("sin", sin_any),
            ("cos", cos_any),
        ];
        for (name, f) in cases {
            let path = format!("{}/tests/data/umath/umath-validation-set-{name}.csv", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let bits = |s: &str| f32::from_bits(u32::from_str_radix(s.trim_start_matches("0x"), 16).unwrap());
            let (mut count, mut worst) = (0, 0);
            for line in text.lines().filter(|l| l.starts_with("np.float32")) {
                let cells: Vec<&str> = line.split(',').map(str::trim).collect();
                let (x, want, bound) = (bits(cells[1]), bits(cells[2]), cells[3].parse::<u64>().unwrap().min(4));
                let got = f(x);
                let off = ulps(got, want);
                assert!(off <= bound, "{name}({x:e}) = {got:e}, expected {want:e}: {off} ulp, bound {bound}");
                worst = worst.max(off);
                count += 1;
            }
            assert!(count > 100, "{name}: only {count} lines read");
            println!("{name}: {count} values, worst {worst} ulp");
        }
    }

    /// Every 2000-odd-th float of the whole range against f64.
    #[test]
    fn whole_range_against_f64() {
        type Case = (&'static str, fn(f32) -> f32, fn(f64) -> f64, u64);
        let cases: [Case; 9] = [
            ("exp", exp, f64::exp, 2),
            ("log", log, f64::ln, 2),
            ("tanh", tanh, f64::tanh, 2),
            ("expm1", expm1, f64::exp_m1, 3),
            ("log1p", log1p, f64::ln_1p, 3),
            ("erf", erf, erf_f64, 4),
            ("sigmoid", sigmoid, sigmoid_f64, 3),
            ("sin", sin_any, f64::sin, 1),
            ("cos", cos_any, f64::cos, 1),
        ];
        for (name, f, reference, bound) in cases {
            let (mut worst, mut at) = (0, 0.0);
            for bits in (0..=u32::MAX).step_by(2039) {
                let x = f32::from_bits(bits);
                let off = ulps(f(x), reference(x as f64) as f32);
                if off > worst {
                    (worst, at) = (off, x);
                }
            }
            println!("{name}: worst {worst} ulp at {at:e}");
            assert!(worst <= bound, "{name}({at:e}) = {:e}: {worst} ulp", f(at));
        }
    }

    #[test]
    fn special_values() {
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(log(0.0), f32::NEG_INFINITY);
        assert!(log(-1.0).is_nan() && log1p(-1.5).is_nan());
        assert_eq!(log1p(-1.0), f32::NEG_INFINITY);
        assert_eq!(expm1(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(tanh(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(sin(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!(erf(-0.0).to_bits(), (-0.0f32).to_bits());
        assert_eq!((tanh(f32::INFINITY), erf(f32::NEG_INFINITY)), (1.0, -1.0));
        assert_eq!((sigmoid(f32::INFINITY), sigmoid(f32::NEG_INFINITY)), (1.0, 0.0));
        for f in [exp, log, tanh, expm1, log1p, sin, cos, erf, sigmoid, gelu, gelu_tanh] {
            assert!(f(f32::NAN).is_nan());
        }
    }
}
