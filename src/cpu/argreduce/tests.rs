use super::*;
use crate::dtype::Element;
use crate::layout::Layout;

fn check<S: Element + Load<f64> + PartialEq + std::fmt::Debug>(make: impl Fn(usize) -> S) {
    let shapes: &[&[i64]] =
        &[&[], &[1], &[9], &[5000], &[3, 5], &[33, 40], &[4, 1, 70], &[4, 5, 6], &[0, 3], &[600, 500]];
    for &shape in shapes {
        let plain = Layout::contiguous(shape);
        let numel = plain.numel();
        let negative: Vec<i64> = plain.strides().iter().map(|s| -s).collect();
        let order: Vec<i64> = (0..shape.len() as i64).rev().collect();
        let backwards: Vec<i64> = shape.iter().rev().copied().collect();
        let mut flat = plain.strides().to_vec();
        if let Some(first) = flat.first_mut() {
            *first = 0;
        }
        let forms = [
            Layout::strided(shape, &negative, (numel - 1).max(0)).unwrap(),
            Layout::contiguous(&backwards).permute(&order).unwrap(),
            Layout::strided(shape, &flat, 1).unwrap(),
            plain,
        ];
        for layout in &forms {
            let size = layout.extent().map_or(0, |e| e.1) as usize;
            let data: Vec<S> = (0..size).map(&make).collect();
            for dim in (0..shape.len()).map(Some).chain([None]) {
                one(&data, layout, dim);
            }
        }
    }
}

fn one<S: Element + Load<f64> + PartialEq + std::fmt::Debug>(data: &[S], layout: &Layout, dim: Option<usize>) {
    let (shape, rank) = (layout.shape(), layout.ndim());
    let numel = layout.numel();
    let length = dim.map_or(numel, |d| shape[d]);
    if length == 0 {
        return;
    }
    let inner: i64 = dim.map_or(1, |d| shape[d + 1..].iter().product());
    let outs = (numel / length) as usize;
    let element = |flat: i64| -> S {
        let (mut rest, mut place) = (flat, layout.offset());
        for d in (0..rank).rev() {
            place += rest % shape[d] * layout.strides()[d];
            rest /= shape[d];
        }
        data[place as usize]
    };
    let x = In { base: data.as_ptr() as *const u8, dtype: S::DTYPE, layout };
    let out_layout = Layout::contiguous(&[outs as i64]);
    for is_max in [true, false] {
        let mut got = vec![-1i64; outs];
        let out = Out { base: got.as_mut_ptr() as *mut u8, dtype: DType::I64, layout: &out_layout };
        if is_max {
            argmax(x, dim, out).unwrap()
        } else {
            argmin(x, dim, out).unwrap()
        }
        let mut values = vec![S::default(); outs];
        let mut again = vec![-1i64; outs];
        if let Some(dim) = dim {
            let values = Out { base: values.as_mut_ptr() as *mut u8, dtype: S::DTYPE, layout: &out_layout };
            let out = Out { base: again.as_mut_ptr() as *mut u8, dtype: DType::I64, layout: &out_layout };
            max_with_indices(x, dim, values, out, is_max).unwrap();
            assert_eq!(got, again);
        }
        for o in 0..outs as i64 {
            let start = o / inner * length * inner + o % inner;
            let (mut value, mut index): (f64, i64) = (element(start).load(), 0);
            for i in 1..length {
                let x: f64 = element(start + i * inner).load();
                if (if is_max { x > value } else { x < value }) || (x.is_nan() && !value.is_nan()) {
                    (value, index) = (x, i);
                }
            }
            assert_eq!(got[o as usize], index, "{:?} {layout:?} {dim:?} {is_max} {o}", S::DTYPE);
            if dim.is_some() && !value.is_nan() {
                assert_eq!(values[o as usize], element(start + index * inner));
            }
        }
    }
}

#[test]
fn every_dtype_dim_and_layout() {
    let noise = |i: usize| i * 7919 % 1009;
    check(|i| noise(i) as f32 - 500.0);
    check(|i| noise(i) as f64 - 500.0);
    check(|i| f16::from_f32(noise(i) as f32 - 500.0));
    check(|i| bf16::from_f32(noise(i) as f32 - 500.0));
    check(|i| noise(i) as u8);
    check(|i| noise(i) as i8);
    check(|i| noise(i) as u16);
    check(|i| noise(i) as i16 - 500);
    check(|i| noise(i) as u32);
    check(|i| noise(i) as i32 - 500);
    check(|i| noise(i) as u64);
    check(|i| noise(i) as i64 - 500);
    check(|i| if noise(i) < 50 { f32::NAN } else { noise(i) as f32 });
    check(|_| f32::NEG_INFINITY);
    check(|_| f64::INFINITY);
    check(|_| i64::MIN);
}

#[test]
fn one_search_over_much() {
    let n = 700_000usize;
    let mut data: Vec<f32> = (0..n).map(|i| (i % 997) as f32).collect();
    let layout = Layout::contiguous(&[700, 1000]);
    one(&data, &layout, None);
    data[400_001] = 5000.0;
    data[600_001] = 5000.0;
    one(&data, &layout, None);
    data[500_000] = f32::NAN;
    one(&data, &layout, None);
    one(&data, &Layout::contiguous(&[1000, 700]).transpose(0, 1).unwrap(), None);
}
