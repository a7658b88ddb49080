use super::*;
use crate::layout::Layout;

/// Values in −1..1 on a grid that f16 and bf16 hold exactly, or small integers.
fn value(i: usize) -> f64 {
    ((i * 7919 + 13) % 31) as f64 / 16.0 - 0.9375
}

trait Element: Copy + Default + 'static {
    const DTYPE: DType;
    const EPS: f64;
    fn of(i: usize) -> Self;
    fn wide(self) -> f64;
}

macro_rules! elements {
    ($($t:ty, $d:ident, $eps:expr, $of:expr, $wide:expr;)+) => {
        $(impl Element for $t {
            const DTYPE: DType = DType::$d;
            const EPS: f64 = $eps;
            fn of(i: usize) -> $t { $of(i) }
            fn wide(self) -> f64 { $wide(self) }
        })+
    };
}

elements! {
    f32, F32, f32::EPSILON as f64, |i| value(i) as f32, |x: f32| x as f64;
    f64, F64, f64::EPSILON, value, |x: f64| x;
    f16, F16, 1.0 / 1024.0, |i| f16::from_f64(value(i)), |x: f16| x.to_f64();
    bf16, BF16, 1.0 / 128.0, |i| bf16::from_f64(value(i)), |x: bf16| x.to_f64();
    u8, U8, 0.0, |i| (i % 3) as u8, |x: u8| x as f64;
    i8, I8, 0.0, |i| (i % 3) as i8 - 1, |x: i8| x as f64;
    u16, U16, 0.0, |i| (i % 5) as u16, |x: u16| x as f64;
    i16, I16, 0.0, |i| (i % 5) as i16 - 2, |x: i16| x as f64;
    u32, U32, 0.0, |i| (i % 7) as u32, |x: u32| x as f64;
    i32, I32, 0.0, |i| (i % 7) as i32 - 3, |x: i32| x as f64;
    u64, U64, 0.0, |i| (i % 7) as u64, |x: u64| x as f64;
    i64, I64, 0.0, |i| (i % 7) as i64 - 3, |x: i64| x as f64;
}

fn at<T: Element>(data: &[T], layout: &Layout, index: &[i64]) -> f64 {
    let place: i64 = index.iter().zip(layout.strides()).map(|(i, s)| i * s).sum();
    data[(layout.offset() + place) as usize].wide()
}

/// Compares with the definition in f64; |error| ≤ k·ε·Σ|a||b| of the accumulating type plus one rounding.
fn check<T: Element>(la: &Layout, lb: &Layout, accumulate: bool) {
    let rank = la.ndim();
    let (m, k, n) = (la.shape()[rank - 2], la.shape()[rank - 1], lb.shape()[rank - 1]);
    let mut shape = la.shape().to_vec();
    shape[rank - 1] = n;
    let lc = Layout::contiguous(&shape);
    let size = |l: &Layout| l.extent().map_or(0, |e| e.1) as usize;
    let a: Vec<T> = (0..size(la)).map(T::of).collect();
    let b: Vec<T> = (0..size(lb)).map(|i| T::of(i + 5)).collect();
    let old: Vec<T> = (0..size(&lc)).map(|i| T::of(i + 11)).collect();
    let mut c = old.clone();
    let view = |base: *const T, layout| In { base: base as *const u8, dtype: T::DTYPE, layout };
    let out = Out { base: c.as_mut_ptr() as *mut u8, dtype: T::DTYPE, layout: &lc };
    matmul(view(a.as_ptr(), la), view(b.as_ptr(), lb), out, accumulate).unwrap();
    let inner = if T::EPS > f32::EPSILON as f64 { f32::EPSILON as f64 } else { T::EPS };
    for flat in 0..size(&lc) as i64 {
        let mut index = vec![0; rank];
        let mut rest = flat;
        for d in (0..rank).rev() {
            index[d] = rest % shape[d];
            rest /= shape[d];
        }
        let (mut ia, mut ib) = (index.clone(), index.clone());
        let start = if accumulate { old[flat as usize].wide() } else { 0.0 };
        let (mut sum, mut bound) = (start, start.abs());
        for q in 0..k {
            (ia[rank - 1], ib[rank - 2]) = (q, q);
            let term = at(&a, la, &ia) * at(&b, lb, &ib);
            sum += term;
            bound += term.abs();
        }
        let got = c[flat as usize].wide();
        let allowed = (k.max(1) as f64).sqrt() * 4.0 * inner * bound + T::EPS * 0.51 * sum.abs();
        assert!(
            (got - sum).abs() <= allowed,
            "{:?} m {m} n {n} k {k} at {index:?}: got {got}, expected {sum}, allowed {allowed:e}",
            T::DTYPE
        );
    }
}

fn forms(shape: &[i64]) -> Vec<Layout> {
    let plain = Layout::contiguous(shape);
    let mut swapped = shape.to_vec();
    let rank = shape.len();
    swapped.swap(rank - 2, rank - 1);
    let transposed = Layout::contiguous(&swapped).transpose(-1, -2).unwrap();
    let numel = plain.numel();
    let negative: Vec<i64> = plain.strides().iter().map(|s| -s).collect();
    let reversed = Layout::strided(shape, &negative, (numel - 1).max(0)).unwrap();
    let spread: Vec<i64> = plain.strides().iter().map(|s| s * 2).collect();
    let mut broadcast = plain.strides().to_vec();
    broadcast[rank - 2] = 0;
    vec![
        plain,
        transposed,
        reversed,
        Layout::strided(shape, &spread, 3).unwrap(),
        Layout::strided(shape, &broadcast, 0).unwrap(),
    ]
}

#[test]
fn floats_of_odd_sizes_and_any_strides() {
    let sizes = [(1, 1, 1), (3, 5, 7), (8, 8, 8), (9, 17, 3), (1, 70, 33), (70, 1, 33), (65, 67, 130), (13, 129, 66)];
    for (m, n, k) in sizes {
        for la in &forms(&[m, k]) {
            for lb in &forms(&[k, n]) {
                check::<f32>(la, lb, false);
                check::<f64>(la, lb, true);
                check::<f16>(la, lb, false);
                check::<bf16>(la, lb, true);
            }
        }
    }
}

#[test]
fn long_sums_and_large_tiles() {
    for (m, n, k) in [(300, 530, 20), (20, 40, 1300), (1, 1200, 1030), (1200, 1, 1030), (270, 33, 520)] {
        for accumulate in [false, true] {
            let (la, lb) = (Layout::contiguous(&[m, k]), Layout::contiguous(&[k, n]));
            check::<f32>(&la, &lb, accumulate);
            check::<f64>(&la, &lb, accumulate);
            check::<f16>(&la, &lb, accumulate);
            check::<bf16>(&Layout::contiguous(&[k, m]).transpose(0, 1).unwrap(), &lb, accumulate);
            check::<f32>(&la, &Layout::contiguous(&[n, k]).transpose(0, 1).unwrap(), accumulate);
        }
    }
}

#[test]
fn integers_are_exact() {
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (9, 300, 4), (5, 1, 9)] {
        for la in &forms(&[m, k]) {
            for lb in &forms(&[k, n]) {
                check::<u8>(la, lb, false);
                check::<i16>(la, lb, false);
                check::<u16>(la, lb, false);
                check::<i32>(la, lb, true);
                check::<u64>(la, lb, false);
                check::<i64>(la, lb, true);
            }
        }
    }
    check::<i8>(&Layout::contiguous(&[3, 5]), &Layout::contiguous(&[5, 4]), false);
    check::<u32>(&Layout::contiguous(&[3, 5]), &Layout::contiguous(&[5, 4]), true);
}

#[test]
fn integers_wrap_and_widen() {
    let (a, b) = ([200u8, 100, 3, 4], [200u8, 7, 100, 9]);
    let l = Layout::contiguous(&[2, 2]);
    let (ia, ib) =
        (In { base: a.as_ptr(), dtype: DType::U8, layout: &l }, In { base: b.as_ptr(), dtype: DType::U8, layout: &l });
    let mut narrow = [0u8; 4];
    matmul(ia, ib, Out { base: narrow.as_mut_ptr(), dtype: DType::U8, layout: &l }, false).unwrap();
    let exact = [200 * 200 + 100 * 100, 200 * 7 + 900, 600 + 400, 21 + 36];
    assert_eq!(narrow, exact.map(|x: i32| x as u8));
    let mut wide = [0i64; 4];
    matmul(ia, ib, Out { base: wide.as_mut_ptr() as *mut u8, dtype: DType::I64, layout: &l }, false).unwrap();
    assert_eq!(wide, exact.map(|x| x as i64));
}

#[test]
fn empty_sizes() {
    for (m, n, k) in [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (30, 40, 0)] {
        for accumulate in [false, true] {
            let (la, lb) = (Layout::contiguous(&[m, k]), Layout::contiguous(&[k, n]));
            check::<f32>(&la, &lb, accumulate);
            check::<bf16>(&la, &lb, accumulate);
            check::<i32>(&la, &lb, accumulate);
        }
    }
}

#[test]
fn batches_broadcast() {
    let a = Layout::contiguous(&[3, 4, 10, 9]);
    let b = Layout::contiguous(&[4, 9, 21]).expand(&[3, 4, 9, 21]).unwrap();
    let shared = Layout::contiguous(&[9, 21]).expand(&[3, 4, 9, 21]).unwrap();
    let same = Layout::contiguous(&[3, 1, 10, 9]).expand(&[3, 4, 10, 9]).unwrap();
    for (la, lb) in [(&a, &b), (&a, &shared), (&same, &b), (&same, &shared)] {
        check::<f32>(la, lb, false);
        check::<f16>(la, lb, true);
        check::<i64>(la, lb, false);
    }
    let (rows, column) = (Layout::contiguous(&[5, 7, 3]), Layout::contiguous(&[5, 3, 1]));
    check::<f64>(&rows, &column, false);
    let (row, matrix) = (Layout::contiguous(&[5, 1, 30]), Layout::contiguous(&[5, 30, 40]));
    check::<f32>(&row, &matrix, false);
}
