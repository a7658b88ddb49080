use super::*;
use crate::layout::Layout;

fn view<'a, T: Element>(data: &'a [T], layout: &'a Layout) -> In<'a> {
    In { base: data.as_ptr() as *const u8, dtype: T::DTYPE, layout }
}

/// Numbers that repeat after a prime, in −1..1 for floats.
fn noise(i: usize) -> f64 {
    ((i * 7919 + 13) % 1009) as f64 / 504.5 - 1.0
}

/// The elements of x in order of the index.
fn elements(data: &[f64], layout: &Layout) -> Vec<f64> {
    let mut out = Vec::new();
    let numel = layout.numel();
    for flat in 0..numel {
        let (mut rest, mut place) = (flat, layout.offset());
        for d in (0..layout.ndim()).rev() {
            place += rest % layout.shape()[d] * layout.strides()[d];
            rest /= layout.shape()[d];
        }
        out.push(data[place as usize]);
    }
    out
}

/// Neumaier's sum: as good as exact.
fn sum_of(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for x in numbers {
        let next = sum + x;
        lost += if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    sum + lost
}

/// The elements of each output.
fn groups(data: &[f64], layout: &Layout, mask: &[bool]) -> Vec<Vec<f64>> {
    let kept: Vec<usize> = (0..mask.len()).filter(|&d| !mask[d]).collect();
    let outs: i64 = kept.iter().map(|&d| layout.shape()[d]).product();
    let mut groups = vec![Vec::new(); outs as usize];
    for (flat, x) in elements(data, layout).into_iter().enumerate() {
        let mut index = vec![0; mask.len()];
        let mut rest = flat as i64;
        for d in (0..mask.len()).rev() {
            index[d] = rest % layout.shape()[d];
            rest /= layout.shape()[d];
        }
        let out = kept.iter().fold(0, |o, &d| o * layout.shape()[d] + index[d]);
        groups[out as usize].push(x);
    }
    groups
}

fn masks(rank: usize) -> Vec<Vec<bool>> {
    (0..1 << rank).map(|bits| (0..rank).map(|d| bits >> d & 1 == 1).collect()).collect()
}

/// Layouts of one shape: plain, reversed, spread, transposed memory, broadcast.
fn forms(shape: &[i64]) -> Vec<Layout> {
    let plain = Layout::contiguous(shape);
    let numel = plain.numel();
    let negative: Vec<i64> = plain.strides().iter().map(|s| -s).collect();
    let spread: Vec<i64> = plain.strides().iter().map(|s| s * 3).collect();
    let backwards: Vec<i64> = shape.iter().rev().copied().collect();
    let order: Vec<i64> = (0..shape.len() as i64).rev().collect();
    let mut flat = plain.strides().to_vec();
    if let Some(first) = flat.first_mut() {
        *first = 0;
    }
    vec![
        Layout::strided(shape, &negative, (numel - 1).max(0)).unwrap(),
        Layout::strided(shape, &spread, 2).unwrap(),
        Layout::contiguous(&backwards).permute(&order).unwrap(),
        Layout::strided(shape, &flat, 1).unwrap(),
        plain,
    ]
}

const SHAPES: &[&[i64]] = &[
    &[],
    &[1],
    &[7],
    &[1000],
    &[5, 3],
    &[40, 33],
    &[3, 1, 70],
    &[4, 5, 6, 7],
    &[0, 3],
    &[3, 0],
    &[20000, 3],
    &[3, 9000],
];

fn close(got: f64, expected: f64, allowed: f64, what: &str) {
    let same = got == expected || (got.is_nan() && expected.is_nan());
    assert!(same || (got - expected).abs() <= allowed, "{what}: got {got}, expected {expected}, allowed {allowed:e}");
}

fn check<T: Element + Into2>(make: impl Fn(usize) -> T, eps: f64) {
    for shape in SHAPES {
        for layout in forms(shape) {
            let size = layout.extent().map_or(0, |e| e.1) as usize;
            let data: Vec<T> = (0..size).map(&make).collect();
            let wide: Vec<f64> = data.iter().map(|x| x.wide()).collect();
            for mask in masks(shape.len()) {
                let groups = groups(&wide, &layout, &mask);
                let what = format!("{:?} {layout:?} {mask:?}", T::DTYPE);
                let out_layout = Layout::contiguous(&[groups.len() as i64]);
                // Sums, means and variances in f64, so that only accumulation errs.
                let mut sums = vec![0f64; groups.len()];
                let mut run = |op: Option<Reduce>, correction: f64| {
                    let out = Out { base: sums.as_mut_ptr() as *mut u8, dtype: DType::F64, layout: &out_layout };
                    match op {
                        Some(op) => reduce(op, view(&data, &layout), &mask, out).unwrap(),
                        None => var(view(&data, &layout), &mask, correction, out).unwrap(),
                    }
                    sums.clone()
                };
                let (sum, mean) = (run(Some(Reduce::Sum), 0.0), run(Some(Reduce::Mean), 0.0));
                for (i, g) in groups.iter().enumerate() {
                    let (exact, size) = (sum_of(g.iter().copied()), g.iter().map(|x| x.abs()).sum::<f64>());
                    close(sum[i], exact, 1e-14 * size, &what);
                    close(mean[i], exact / g.len() as f64, 1e-14 * size / g.len() as f64, &what);
                }
                if T::DTYPE.is_float() {
                    for correction in [0.0, 1.0] {
                        let spread = run(None, correction);
                        for (i, g) in groups.iter().enumerate() {
                            let mean = sum_of(g.iter().copied()) / g.len() as f64;
                            let squares = sum_of(g.iter().map(|x| (x - mean) * (x - mean)));
                            let n = (g.len() as f64 - correction).max(0.0);
                            // The mean itself is rounded; its error enters squared.
                            let allowed = 1e-13 * squares / n + (1e-15 * mean).powi(2) * g.len() as f64 / n;
                            close(spread[i], squares / n, allowed, &what);
                        }
                    }
                }
                // The same in the dtype itself.
                let mut own = vec![T::default(); groups.len()];
                let out = Out { base: own.as_mut_ptr() as *mut u8, dtype: T::DTYPE, layout: &out_layout };
                if T::DTYPE.is_float() {
                    reduce(Reduce::Sum, view(&data, &layout), &mask, out).unwrap();
                    for (i, g) in groups.iter().enumerate() {
                        let size = g.iter().map(|x| x.abs()).sum::<f64>();
                        let exact = sum_of(g.iter().copied());
                        close(own[i].wide(), exact, 1e-6 * size + eps * exact.abs(), &what);
                    }
                }
                if groups.iter().any(|g| g.is_empty()) {
                    continue;
                }
                for (op, best) in [(Reduce::Max, f64::max as fn(f64, f64) -> f64), (Reduce::Min, f64::min)] {
                    reduce(op, view(&data, &layout), &mask, out).unwrap();
                    for (i, g) in groups.iter().enumerate() {
                        close(own[i].wide(), g.iter().copied().reduce(best).unwrap(), 0.0, &what);
                    }
                }
                let mut truth = vec![9u8; groups.len()];
                let out = Out { base: truth.as_mut_ptr(), dtype: DType::Bool, layout: &out_layout };
                reduce(Reduce::Any, view(&data, &layout), &mask, out).unwrap();
                for (i, g) in groups.iter().enumerate() {
                    assert_eq!(truth[i], g.iter().any(|&x| x != 0.0) as u8, "{what}");
                }
                reduce(Reduce::All, view(&data, &layout), &mask, out).unwrap();
                for (i, g) in groups.iter().enumerate() {
                    assert_eq!(truth[i], g.iter().all(|&x| x != 0.0) as u8, "{what}");
                }
            }
        }
    }
}

trait Into2: Copy {
    fn wide(self) -> f64;
}

macro_rules! wide {
    ($($t:ty: |$x:ident| $wide:expr;)+) => {
        $(impl Into2 for $t {
            fn wide(self) -> f64 {
                let $x = self;
                $wide
            }
        })+
    };
}

wide! {
    Bool: |x| x.get() as u8 as f64;
    u8: |x| x as f64; u16: |x| x as f64; u32: |x| x as f64; u64: |x| x as f64;
    i8: |x| x as f64; i16: |x| x as f64; i32: |x| x as f64; i64: |x| x as f64;
    f16: |x| x.to_f64(); bf16: |x| x.to_f64(); f32: |x| x as f64; f64: |x| x;
}

#[test]
fn floats() {
    check(|i| noise(i) as f32, 1e-7);
    check(noise, 1e-16);
    check(|i| f16::from_f64(noise(i)), 1.0 / 2048.0);
    check(|i| bf16::from_f64(noise(i)), 1.0 / 256.0);
}

#[test]
fn integers_and_bools() {
    check(|i| Bool((i % 7 != 3) as u8 * 2), 0.0);
    check(|i| (i % 251) as u8, 0.0);
    check(|i| (i % 251) as i8, 0.0);
    check(|i| (i % 9973) as u16, 0.0);
    check(|i| (i % 9973) as i16 - 5000, 0.0);
    check(|i| (i * 31 % 99991) as u32, 0.0);
    check(|i| (i * 31 % 99991) as i32 - 50000, 0.0);
    check(|i| (i * 31 % 99991) as u64, 0.0);
    check(|i| (i * 31 % 99991) as i64 - 50000, 0.0);
}

#[test]
fn integer_sums_and_products_wrap_in_i64() {
    let data = [i32::MAX; 1000];
    let (layout, one) = (Layout::contiguous(&[1000]), Layout::contiguous(&[]));
    let mut got = 0i64;
    let out = Out { base: &raw mut got as *mut u8, dtype: DType::I64, layout: &one };
    reduce(Reduce::Sum, view(&data, &layout), &[true], out).unwrap();
    assert_eq!(got, i32::MAX as i64 * 1000);
    reduce(Reduce::Prod, view(&data, &layout), &[true], out).unwrap();
    assert_eq!(got, (0..1000).fold(1i64, |p, _| p.wrapping_mul(i32::MAX as i64)));
}

#[test]
fn products_and_nan() {
    let mut data: Vec<f32> = (0..300).map(|i| 1.0 + noise(i) as f32 / 100.0).collect();
    let (layout, one) = (Layout::contiguous(&[300]), Layout::contiguous(&[]));
    let mut got = 0f32;
    let out = Out { base: &raw mut got as *mut u8, dtype: DType::F32, layout: &one };
    reduce(Reduce::Prod, view(&data, &layout), &[true], out).unwrap();
    let exact: f64 = data.iter().map(|&x| x as f64).product();
    assert!((got as f64 / exact - 1.0).abs() < 3e-5 / 4.0);
    for at in [0, 5, 64, 150, 299] {
        let old = data[at];
        data[at] = f32::NAN;
        for op in [Reduce::Max, Reduce::Min, Reduce::Sum, Reduce::Mean] {
            reduce(op, view(&data, &layout), &[true], out).unwrap();
            assert!(got.is_nan(), "{op:?} {at}");
        }
        data[at] = old;
    }
    var(view(&data[..1], &Layout::contiguous(&[1])), &[true], 1.0, out).unwrap();
    assert!(got.is_nan());
    var(view(&data[..2], &Layout::contiguous(&[2])), &[true], 5.0, out).unwrap();
    assert_eq!(got, f32::INFINITY);
}

#[test]
fn long_sums_keep_their_precision() {
    let n = 3_000_000usize;
    let data: Vec<f32> = (0..n).map(|i| 0.1 + noise(i) as f32 * 0.05).collect();
    let exact: f64 = data.iter().map(|&x| x as f64).sum();
    let one = Layout::contiguous(&[]);
    let mut got = 0f32;
    let out = Out { base: &raw mut got as *mut u8, dtype: DType::F32, layout: &one };
    for layout in [Layout::contiguous(&[n as i64]), Layout::strided(&[1000, 3000], &[1, 1000], 0).unwrap()] {
        reduce(Reduce::Sum, view(&data, &layout), &vec![true; layout.ndim()], out).unwrap();
        assert!((got as f64 / exact - 1.0).abs() < 2e-7, "{got} {exact}");
    }
    let columns = Layout::contiguous(&[n as i64 / 20, 20]);
    let mut sums = [0f32; 20];
    let twenty = Layout::contiguous(&[20]);
    let out = Out { base: sums.as_mut_ptr() as *mut u8, dtype: DType::F32, layout: &twenty };
    reduce(Reduce::Sum, view(&data, &columns), &[true, false], out).unwrap();
    for (j, sum) in sums.iter().enumerate() {
        let exact: f64 = data.iter().skip(j).step_by(20).map(|&x| x as f64).sum();
        assert!((*sum as f64 / exact - 1.0).abs() < 3e-7, "{sum} {exact}");
    }
}
