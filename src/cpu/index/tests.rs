//! Against loops over coordinates.

use super::super::elementwise::tests::{Array, layouts};
use super::*;
use crate::error::status;

const SHAPE: [i64; 3] = [4, 5, 3];

fn at(shape: &[i64], mut i: i64) -> Vec<i64> {
    let mut out = vec![0; shape.len()];
    for d in (0..shape.len()).rev() {
        out[d] = i % shape[d];
        i /= shape[d];
    }
    out
}

fn place(shape: &[i64], at: &[i64]) -> i64 {
    at.iter().zip(shape).fold(0, |p, (i, n)| p * n + i)
}

fn numbers(dtype: DType, layout: Layout) -> Array {
    let n = layout.numel();
    Array::of(dtype, layout, &(0..n.max(1)).map(|i| (i * 7 % 60) as f64).collect::<Vec<_>>())
}

#[test]
fn index_select_and_add() {
    for (case, &dtype) in DType::ALL.iter().enumerate() {
        for layout in layouts(&SHAPE) {
            for dim in 0..3 {
                let x = numbers(dtype, layout.clone());
                let kind = if case % 2 == 0 { DType::I64 } else { DType::I32 };
                let index = Array::of(kind, layouts(&[6])[case % 4].clone(), &[2.0, 0.0, 1.0, 2.0, 2.0, 0.0]);
                let mut shape = SHAPE;
                shape[dim] = 6;
                let out = Array::new(dtype, layouts(&shape)[(case + dim) % 4].clone());
                index_select(x.input(), dim, index.input(), out.output()).unwrap();
                for i in 0..out.layout.numel() {
                    let mut c = at(&shape, i);
                    c[dim] = index.get(c[dim]) as i64;
                    assert_eq!(out.get(i), x.get(place(&SHAPE, &c)));
                }
                let src = Array::of(dtype, layouts(&shape)[case % 4].clone(), &[1.0, 0.0, 2.0, 3.0]);
                let base = Array::of(dtype, layout.clone(), &[1.0, 5.0, 0.0]);
                let mut want = base.all();
                for i in 0..src.layout.numel() {
                    let mut c = at(&shape, i);
                    c[dim] = index.get(c[dim]) as i64;
                    want[place(&SHAPE, &c) as usize] += src.get(i);
                }
                index_add(base.output(), dim, index.input(), src.input()).unwrap();
                let seen = |x: f64| if dtype == DType::Bool { (x != 0.0) as u8 as f64 } else { x };
                assert_eq!(base.all(), want.into_iter().map(seen).collect::<Vec<_>>(), "{dtype}");
            }
        }
    }
}

#[test]
fn gather_and_scatter_add() {
    for (case, &dtype) in DType::ALL.iter().enumerate() {
        for layout in layouts(&SHAPE) {
            for dim in 0..3 {
                // Smaller than x along the other dims, longer along dim.
                let mut shape = [3, 4, 2];
                shape[dim] = 7;
                let x = numbers(dtype, layout.clone());
                let mut index = Array::of(DType::I64, layouts(&shape)[case % 4].clone(), &[2.0, 0.0, 1.0, 1.0, 0.0]);
                if case % 3 == 0 {
                    let mut thin = [1; 3];
                    thin[dim] = 7;
                    index.layout = Layout::contiguous(&thin).expand(&shape).unwrap();
                }
                let out = Array::new(dtype, layouts(&shape)[(case + 1) % 4].clone());
                gather(x.input(), dim, index.input(), out.output()).unwrap();
                let src = Array::of(dtype, layouts(&[7, 7, 7])[case % 4].clone(), &[1.0, 0.0, 2.0, 3.0, 0.0]);
                let base = Array::of(dtype, layout.clone(), &[1.0, 5.0, 0.0]);
                let mut want = base.all();
                for i in 0..out.layout.numel() {
                    let c = at(&shape, i);
                    let mut there = c.clone();
                    there[dim] = index.get(i) as i64;
                    assert_eq!(out.get(i), x.get(place(&SHAPE, &there)));
                    want[place(&SHAPE, &there) as usize] += src.get(place(&[7, 7, 7], &c));
                }
                scatter_add(base.output(), dim, index.input(), src.input()).unwrap();
                let seen = |x: f64| if dtype == DType::Bool { (x != 0.0) as u8 as f64 } else { x };
                assert_eq!(base.all(), want.into_iter().map(seen).collect::<Vec<_>>(), "{dtype}");
            }
        }
    }
}

#[test]
fn wrong_indices_are_found_before_anything_is_written() {
    let x = numbers(DType::F32, Layout::contiguous(&[5, 2]));
    for bad in [7.0, -1.0, 5.0] {
        let index = Array::of(DType::I64, Layout::contiguous(&[3]), &[1.0, 2.0, bad]);
        let out = Array::of(DType::F32, Layout::contiguous(&[3, 2]), &[9.0]);
        let error = index_select(x.input(), 0, index.input(), out.output()).unwrap_err();
        assert_eq!(error.status(), status::INDEX);
        assert_eq!(error.message(), format!("index {bad} is out of bounds for dimension 0 with size 5"));
        assert!(out.all().iter().all(|&v| v == 9.0));
        let before = x.all();
        assert!(index_add(x.output(), 0, index.input(), out.input()).is_err());
        let index = Array::of(DType::I64, Layout::contiguous(&[3, 2]), &[1.0, 2.0, bad]);
        assert!(gather(x.input(), 0, index.input(), out.output()).is_err());
        assert!(scatter_add(x.output(), 0, index.input(), out.input()).is_err());
        assert_eq!(x.all(), before);
        let hot = Array::of(DType::I64, Layout::contiguous(&[3, 2, 5]), &[9.0]);
        assert_eq!(one_hot(index.input(), 5, hot.output()).unwrap_err().status(), status::INDEX);
        assert!(hot.all().iter().all(|&v| v == 9.0));
    }
}

#[test]
fn one_hot_and_edges() {
    let index = Array::of(DType::I32, layouts(&[3, 2])[1].clone(), &[1.0, 0.0, 3.0]);
    for &dtype in DType::ALL {
        for layout in layouts(&[3, 2, 4]) {
            let out = Array::new(dtype, layout);
            one_hot(index.input(), 4, out.output()).unwrap();
            for i in 0..24 {
                assert_eq!(out.get(i), (index.get(i / 4) == (i % 4) as f64) as u8 as f64);
            }
        }
    }
    // Rank 0, and nothing to do.
    let x = Array::of(DType::F32, Layout::contiguous(&[]), &[5.0]);
    let index = Array::of(DType::I64, Layout::contiguous(&[]), &[0.0]);
    let out = Array::new(DType::F32, Layout::contiguous(&[]));
    gather(x.input(), 0, index.input(), out.output()).unwrap();
    scatter_add(out.output(), 0, index.input(), x.input()).unwrap();
    assert_eq!(out.get(0), 10.0);
    let none = Array::new(DType::I64, Layout::contiguous(&[0]));
    let (x, out) =
        (numbers(DType::F32, Layout::contiguous(&[5, 2])), Array::new(DType::F32, Layout::contiguous(&[0, 2])));
    index_select(x.input(), 0, none.input(), out.output()).unwrap();
    index_add(x.output(), 0, none.input(), out.input()).unwrap();
}
