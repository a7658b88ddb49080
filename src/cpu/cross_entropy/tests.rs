//! Against loops over the rows.

use super::super::elementwise::tests::Array;
use super::*;
use crate::error::status;
use crate::layout::Layout;

const IGNORED: i64 = -100;

/// Logits, classes and weights of a case; what must come out of them, in f64.
struct Case {
    x: Array,
    target: Array,
    weight: Option<Array>,
    classes: usize,
}

impl Case {
    fn new(dtype: DType, kind: DType, rows: usize, classes: usize, weighted: bool) -> Case {
        let numbers: Vec<f64> = (0..rows * classes).map(|i| ((i * 7919 + 13) % 1009) as f64 / 50.0 - 10.0).collect();
        let targets: Vec<f64> =
            (0..rows).map(|r| if r % 5 == 3 { IGNORED as f64 } else { (r * 31 % classes) as f64 }).collect();
        let weights: Vec<f64> = (0..classes).map(|c| 0.5 + (c % 3) as f64).collect();
        let of = |dtype, shape: &[i64], values: &[f64]| Array::of(dtype, Layout::contiguous(shape), values);
        Case {
            x: of(dtype, &[rows as i64, classes as i64], &numbers),
            target: of(kind, &[rows as i64], &targets),
            weight: weighted.then(|| of(dtype, &[classes as i64], &weights)),
            classes,
        }
    }

    fn of(&self) -> Classified<'_> {
        let weight = self.weight.as_ref().map(|w| w.input());
        Classified { x: self.x.input(), target: self.target.input(), weight, ignore_index: IGNORED }
    }

    fn row(&self, r: usize) -> Vec<f64> {
        (0..self.classes).map(|c| self.x.get((r * self.classes + c) as i64)).collect()
    }

    fn log_sum(&self, r: usize) -> f64 {
        let row = self.row(r);
        let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + row.iter().map(|x| (x - most).exp()).sum::<f64>().ln()
    }

    /// Class and weight of a row that counts.
    fn class(&self, r: usize) -> Option<(usize, f64)> {
        let class = self.target.get(r as i64);
        let weight = |c: usize| self.weight.as_ref().map_or(1.0, |w| w.get(c as i64));
        (class as i64 != IGNORED).then(|| (class as usize, weight(class as usize)))
    }

    fn loss(&self, r: usize) -> f64 {
        self.class(r).map_or(0.0, |(c, w)| w * (self.log_sum(r) - self.row(r)[c]))
    }
}

/// Beside what is as large as `scale`.
fn near(got: f64, want: f64, scale: f64, eps: f64) -> bool {
    (got - want).abs() <= eps * scale
}

fn close(got: f64, want: f64, eps: f64) -> bool {
    (got - want).abs() <= eps * (1.0 + want.abs()) || (got.is_nan() && want.is_nan())
}

#[test]
fn losses_and_gradients() {
    let kinds = [DType::F64, DType::F32, DType::F16, DType::BF16];
    let eps = [1e-13, 3e-6, 2e-3, 1.6e-2];
    for (&dtype, eps) in kinds.iter().zip(eps) {
        let exact = if dtype == DType::F64 { DType::F64 } else { DType::F32 };
        for (case, (rows, classes)) in [(1, 1), (7, 3), (20, 64), (9, 65), (13, 300), (700, 40)].into_iter().enumerate()
        {
            let case = Case::new(dtype, [DType::I64, DType::I32][case % 2], rows, classes, case % 3 > 0);
            let of = case.of();
            let each = Array::new(dtype, Layout::contiguous(&[rows as i64]));
            let norms = Array::new(exact, Layout::contiguous(&[rows as i64, 2]));
            cross_entropy(&of, 1, each.output(), norms.output(), None).unwrap();
            for r in 0..rows {
                assert!(
                    close(norms.get(2 * r as i64) + norms.get(2 * r as i64 + 1), case.log_sum(r), eps),
                    "{dtype} {rows}×{classes}"
                );
                assert!(close(each.get(r as i64), case.loss(r), eps), "{dtype} {rows}×{classes}");
            }
            let all: f64 = (0..rows).map(|r| case.loss(r)).sum();
            let weight: f64 = (0..rows).filter_map(|r| case.class(r)).map(|(_, w)| w).sum();
            let scalar = |dtype| Array::new(dtype, Layout::contiguous(&[]));
            let (total, mean, share) = (scalar(dtype), scalar(dtype), scalar(exact));
            cross_entropy(&of, 1, total.output(), norms.output(), None).unwrap();
            cross_entropy(&of, 1, mean.output(), norms.output(), Some(share.output())).unwrap();
            assert!(close(share.get(0), weight, 1e-6));
            assert!(close(total.get(0), all, eps) && close(mean.get(0), all / weight, eps), "{dtype} {rows}×{classes}");

            let out = Array::new(dtype, Layout::contiguous(&[rows as i64, classes as i64]));
            let one = Array::of(dtype, Layout::contiguous(&[]), &[1.5]);
            let many = Array::of(dtype, Layout::contiguous(&[rows as i64]), &[1.0, -0.5, 2.0]);
            for (g, share) in [(&one, None), (&one, Some(&share)), (&many, None)] {
                cross_entropy_backward(&of, 1, g.input(), norms.input(), share.map(|s| s.input()), out.output())
                    .unwrap();
                let by = share.map_or(1.0, |_| weight);
                for r in 0..rows {
                    let (row, sum) = (case.row(r), case.log_sum(r));
                    let g = g.get(if g.layout.ndim() > 0 { r as i64 } else { 0 });
                    for (c, &logit) in row.iter().enumerate() {
                        let hot = |class| (class == c) as u8 as f64;
                        let want = case.class(r).map_or(0.0, |(t, w)| ((logit - sum).exp() - hot(t)) * w * g / by);
                        let got = out.get((r * classes + c) as i64);
                        let k = case.class(r).map_or(0.0, |(_, w)| (w * g / by).abs());
                        assert!(near(got, want, k + 1e-7, eps), "{dtype} {rows}×{classes}: {got} {want}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let case = Case::new(DType::F32, DType::I64, 3001, 17, true);
    let (norms, share) =
        (Array::new(DType::F32, Layout::contiguous(&[3001, 2])), Array::new(DType::F32, Layout::contiguous(&[])));
    let mut seen = Vec::new();
    for threads in [1, 2, 3, 7] {
        crate::cpu::pool::set_num_threads(threads).unwrap();
        let mean = Array::new(DType::F32, Layout::contiguous(&[]));
        cross_entropy(&case.of(), 1, mean.output(), norms.output(), Some(share.output())).unwrap();
        seen.push(mean.get(0).to_bits());
    }
    crate::cpu::pool::set_num_threads(2).unwrap();
    assert!(seen.iter().all(|&bits| bits == seen[0]), "{seen:?}");
}

#[test]
fn classes_out_of_range_and_no_rows() {
    for bad in [-1.0, 3.0] {
        let x = Array::of(DType::F32, Layout::contiguous(&[2, 3]), &[1.0]);
        let target = Array::of(DType::I64, Layout::contiguous(&[2]), &[0.0, bad]);
        let of = Classified { x: x.input(), target: target.input(), weight: None, ignore_index: IGNORED };
        let (loss, norms) = (
            Array::of(DType::F32, Layout::contiguous(&[2]), &[9.0]),
            Array::of(DType::F32, Layout::contiguous(&[2, 2]), &[9.0]),
        );
        let error = cross_entropy(&of, 1, loss.output(), norms.output(), None).unwrap_err();
        assert_eq!(error.status(), status::INDEX);
        assert_eq!(error.message(), format!("index {bad} is out of bounds for dimension 1 with size 3"));
        assert_eq!((loss.all(), norms.all()), (vec![9.0; 2], vec![9.0; 4]));
        // Classes in borrowed memory may have changed since.
        let out = Array::of(DType::F32, Layout::contiguous(&[2, 3]), &[9.0]);
        let error = cross_entropy_backward(&of, 1, loss.input(), norms.input(), None, out.output()).unwrap_err();
        assert_eq!((error.status(), out.all()), (status::INDEX, vec![9.0; 6]));
    }
    for (rows, classes) in [(0, 5), (0, 0)] {
        let (x, target) = (
            Array::new(DType::F32, Layout::contiguous(&[rows, classes])),
            Array::new(DType::I64, Layout::contiguous(&[rows])),
        );
        let of = Classified { x: x.input(), target: target.input(), weight: None, ignore_index: IGNORED };
        let (mean, norms, share) = (
            Array::new(DType::F32, Layout::contiguous(&[])),
            Array::new(DType::F32, Layout::contiguous(&[rows, 2])),
            Array::new(DType::F32, Layout::contiguous(&[])),
        );
        cross_entropy(&of, 1, mean.output(), norms.output(), Some(share.output())).unwrap();
        assert!(mean.get(0).is_nan());
    }
}

/// A loss far below the logits keeps its digits.
#[test]
fn small_losses_beside_large_logits() {
    let x = Array::of(DType::F32, Layout::contiguous(&[1, 3]), &[1000.0, 990.0, 985.0]);
    let target = Array::of(DType::I64, Layout::contiguous(&[1]), &[0.0]);
    let of = Classified { x: x.input(), target: target.input(), weight: None, ignore_index: IGNORED };
    let (loss, norms, out) = (
        Array::new(DType::F32, Layout::contiguous(&[1])),
        Array::new(DType::F32, Layout::contiguous(&[1, 2])),
        Array::new(DType::F32, Layout::contiguous(&[1, 3])),
    );
    cross_entropy(&of, 1, loss.output(), norms.output(), None).unwrap();
    let rest = (-10f64).exp() + (-15f64).exp();
    assert!((loss.get(0) / rest.ln_1p() - 1.0).abs() < 2e-3, "{}", loss.get(0));
    let one = Array::of(DType::F32, Layout::contiguous(&[]), &[1.0]);
    cross_entropy_backward(&of, 1, one.input(), norms.input(), None, out.output()).unwrap();
    assert!((out.get(1) / ((-10f64).exp() / (1.0 + rest)) - 1.0).abs() < 1e-5, "{}", out.get(1));
}

#[test]
fn what_is_no_number() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let rows = [
        ([nan, 0.0, 1.0], nan),
        ([inf, 0.0, 1.0], nan),
        ([-inf, -inf, -inf], nan),
        ([-inf, 0.0, 0.0], 2f64.ln()),
        ([300.0, 0.0, 300.0], 300.0 + 2f64.ln()),
    ];
    for (row, want) in rows {
        let x = Array::of(DType::F32, Layout::contiguous(&[1, 3]), &row);
        let target = Array::of(DType::I64, Layout::contiguous(&[1]), &[1.0]);
        let of = Classified { x: x.input(), target: target.input(), weight: None, ignore_index: IGNORED };
        let (loss, norms) =
            (Array::new(DType::F32, Layout::contiguous(&[1])), Array::new(DType::F32, Layout::contiguous(&[1, 2])));
        cross_entropy(&of, 1, loss.output(), norms.output(), None).unwrap();
        assert!(close(loss.get(0), want, 1e-6), "{row:?}: {}", loss.get(0));
        // An ignored row has no loss and no gradient, whatever it holds.
        let none = Array::of(DType::I64, Layout::contiguous(&[1]), &[IGNORED as f64]);
        let of = Classified { target: none.input(), ..of };
        cross_entropy(&of, 1, loss.output(), norms.output(), None).unwrap();
        let out = Array::of(DType::F32, Layout::contiguous(&[1, 3]), &[9.0]);
        cross_entropy_backward(&of, 1, loss.input(), norms.input(), None, out.output()).unwrap();
        assert_eq!((loss.get(0), out.all()), (0.0, vec![0.0; 3]));
    }
}
