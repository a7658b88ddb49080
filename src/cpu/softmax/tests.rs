use super::*;
use crate::dtype::Element;
use crate::layout::Layout;

#[test]
fn exp_is_within_two_ulp() {
    let mut bits = 1u32;
    let mut worst = 0f64;
    for i in 0..400_000 {
        bits = bits.wrapping_mul(1664525).wrapping_add(1013904223);
        let x = if i < 200_000 { -(bits as f64 / 4.2e7) as f32 } else { (bits as f64 / 4.9e7) as f32 };
        let exact = (x as f64).exp();
        for got in [exp_f32::<true>(x), exp_f32::<false>(x)] {
            let near = exact as f32;
            let ulp = if near < f32::MIN_POSITIVE { f32::from_bits(1) } else { near * f32::EPSILON / 2.0 } as f64;
            let ulp = ulp.max(f32::from_bits(near.to_bits() + 1) as f64 - near as f64);
            worst = worst.max((got as f64 - exact).abs() / ulp);
        }
    }
    assert!(worst <= 2.0, "{worst}");
    assert!(exp_f32::<true>(f32::NAN).is_nan());
    assert_eq!(exp_f32::<true>(f32::NEG_INFINITY), 0.0);
    assert_eq!(exp_f32::<true>(f32::INFINITY), f32::INFINITY);
    assert_eq!(exp_f32::<true>(0.0), 1.0);
}

fn check<S: Element + Load<f64> + Store<f64>>(layout: &Layout, dim: usize, eps: f64) {
    let size = layout.extent().map_or(0, |e| e.1) as usize;
    let data: Vec<S> = (0..size).map(|i| S::store(((i * 7919 + 13) % 1009) as f64 / 50.0 - 10.0)).collect();
    let dense = Layout::contiguous(layout.shape());
    let numel = layout.numel() as usize;
    let mut got = vec![S::default(); numel];
    for log in [false, true] {
        let x = In { base: data.as_ptr() as *const u8, dtype: S::DTYPE, layout };
        let out = Out { base: got.as_mut_ptr() as *mut u8, dtype: S::DTYPE, layout: &dense };
        softmax(x, dim, log, out).unwrap();
        let (shape, rank) = (layout.shape(), layout.ndim());
        let length = if rank == 0 { 1 } else { shape[dim] };
        let inner: i64 = shape.iter().skip(dim + 1).product();
        let element = |flat: i64| -> f64 {
            let (mut rest, mut place) = (flat, layout.offset());
            for d in (0..rank).rev() {
                place += rest % shape[d] * layout.strides()[d];
                rest /= shape[d];
            }
            data[place as usize].load()
        };
        for flat in 0..numel as i64 {
            let first = flat / (length * inner) * length * inner + flat % inner;
            let row = |i: i64| element(first + i * inner);
            let max = (0..length).map(row).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = (0..length).map(|i| (row(i) - max).exp()).sum();
            let y = element(flat) - max;
            let expected = if log { y - sum.ln() } else { y.exp() / sum };
            let allowed = if log {
                // x − max, the sum and its logarithm are each rounded; the sum's relative error is absolute after ln.
                eps * expected.abs() + 4.0 * eps.min(f32::EPSILON as f64) * (y.abs() + sum.ln().abs() + 0.5)
            } else {
                eps * expected.abs() + (8.0 + y.abs()) * eps.min(f32::EPSILON as f64) * expected
            };
            // Small floats leave their normal range.
            let allowed = allowed + if S::DTYPE == DType::F16 { 3e-8 } else { 0.0 };
            let got: f64 = got[flat as usize].load();
            assert!((got - expected).abs() <= allowed, "{:?} {layout:?} {dim} {log}: {got} {expected}", S::DTYPE);
        }
    }
}

#[test]
fn every_dtype_dim_and_layout() {
    let shapes: &[&[i64]] =
        &[&[], &[1], &[5], &[3, 64], &[2, 200], &[70, 3], &[4, 33, 5], &[2, 3, 4, 5], &[0, 3], &[3, 0], &[3, 1000, 2]];
    for &shape in shapes {
        let plain = Layout::contiguous(shape);
        let numel = plain.numel();
        let negative: Vec<i64> = plain.strides().iter().map(|s| -s).collect();
        let order: Vec<i64> = (0..shape.len() as i64).rev().collect();
        let backwards: Vec<i64> = shape.iter().rev().copied().collect();
        let mut flat = plain.strides().to_vec();
        if let Some(last) = flat.last_mut() {
            *last = 0;
        }
        let forms = [
            Layout::strided(shape, &negative, (numel - 1).max(0)).unwrap(),
            Layout::contiguous(&backwards).permute(&order).unwrap(),
            Layout::strided(shape, &flat, 1).unwrap(),
            plain,
        ];
        for layout in &forms {
            for dim in 0..shape.len().max(1) {
                check::<f32>(layout, dim, f32::EPSILON as f64);
                check::<f64>(layout, dim, f64::EPSILON);
                check::<f16>(layout, dim, 1.0 / 2048.0);
                check::<bf16>(layout, dim, 1.0 / 256.0);
            }
        }
    }
}

/// g lies as `layout` says, y is dense.
fn check_backward<S: Element + Load<f64> + Store<f64>>(layout: &Layout, dim: usize, eps: f64) {
    let size = layout.extent().map_or(0, |e| e.1) as usize;
    let numel = layout.numel() as usize;
    let g: Vec<S> = (0..size).map(|i| S::store(((i * 7919 + 13) % 1009) as f64 / 500.0 - 1.0)).collect();
    let dense = Layout::contiguous(layout.shape());
    let (shape, rank) = (layout.shape(), layout.ndim());
    let length = if rank == 0 { 1 } else { shape[dim] };
    let inner: i64 = shape.iter().skip(dim + 1).product();
    let mut got = vec![S::default(); numel];
    for log in [false, true] {
        let y: Vec<S> = (0..numel)
            .map(|i| {
                let p = ((i * 31 + 7) % 97 + 1) as f64 / (60.0 * length as f64);
                S::store(if log { p.ln() } else { p })
            })
            .collect();
        let input = |data: &[S], layout| In { base: data.as_ptr() as *const u8, dtype: S::DTYPE, layout };
        let out = Out { base: got.as_mut_ptr() as *mut u8, dtype: S::DTYPE, layout: &dense };
        softmax_backward(input(&g, layout), input(&y, &dense), dim, log, out).unwrap();
        let g_at = |flat: i64| -> f64 {
            let (mut rest, mut place) = (flat, layout.offset());
            for d in (0..rank).rev() {
                place += rest % shape[d] * layout.strides()[d];
                rest /= shape[d];
            }
            g[place as usize].load()
        };
        let y_at = |flat: i64| -> f64 { y[flat as usize].load() };
        for flat in 0..numel as i64 {
            let first = flat / (length * inner) * length * inner + flat % inner;
            let term = |i: i64| {
                let at = first + i * inner;
                if log { g_at(at) } else { g_at(at) * y_at(at) }
            };
            let total: f64 = (0..length).map(term).sum();
            let size: f64 = (0..length).map(|i| term(i).abs()).sum();
            let (a, b) = (g_at(flat), y_at(flat));
            let expected = if log { a - b.exp() * total } else { b * (a - total) };
            let scale = if log { a.abs() + b.exp() * size * (4.0 + b.abs()) } else { b * (a.abs() + size) };
            let allowed = eps * expected.abs() + 8.0 * eps.min(f32::EPSILON as f64) * scale;
            let allowed = allowed + if S::DTYPE == DType::F16 { 3e-8 } else { 0.0 };
            let got: f64 = got[flat as usize].load();
            assert!((got - expected).abs() <= allowed, "{:?} {layout:?} {dim} {log}: {got} {expected}", S::DTYPE);
        }
    }
}

#[test]
fn gradients_in_every_dtype_dim_and_layout() {
    let shapes: &[&[i64]] =
        &[&[], &[1], &[5], &[3, 64], &[2, 215], &[70, 3], &[4, 33, 5], &[2, 3, 4, 5], &[0, 3], &[3, 0], &[3, 700, 2]];
    for &shape in shapes {
        let plain = Layout::contiguous(shape);
        let order: Vec<i64> = (0..shape.len() as i64).rev().collect();
        let backwards: Vec<i64> = shape.iter().rev().copied().collect();
        let forms = [
            Layout::contiguous(&backwards).permute(&order).unwrap(),
            Layout::strided(shape, &vec![0; shape.len()], 1).unwrap(),
            plain,
        ];
        for layout in &forms {
            for dim in 0..shape.len().max(1) {
                check_backward::<f32>(layout, dim, f32::EPSILON as f64);
                check_backward::<f64>(layout, dim, f64::EPSILON);
                check_backward::<f16>(layout, dim, 1.0 / 2048.0);
                check_backward::<bf16>(layout, dim, 1.0 / 256.0);
            }
        }
    }
}

#[test]
fn infinities_and_nan() {
    let inf = f32::INFINITY;
    let x = [-inf, -inf, -inf, 0.0, -inf, 1.0, 2.0, f32::NAN, 3.0, inf, 0.0, 1.0];
    let layout = Layout::contiguous(&[4, 3]);
    let mut got = [0f32; 12];
    let out = Out { base: got.as_mut_ptr() as *mut u8, dtype: DType::F32, layout: &layout };
    softmax(In { base: x.as_ptr() as *const u8, dtype: DType::F32, layout: &layout }, 1, false, out).unwrap();
    assert!(got[..3].iter().all(|y| y.is_nan()));
    assert_eq!(got[4], 0.0);
    assert!((got[3] + got[5] - 1.0).abs() < 1e-6);
    assert!(got[6..9].iter().all(|y| y.is_nan()));
    assert!(got[9..].iter().all(|y| y.is_nan()));
}
