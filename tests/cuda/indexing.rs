//! Reading and adding by index on a device as on the CPU: every dtype, views of all kinds, more dims than a kernel takes.
//! The values are small integers, whose sums do not round, so that equal means equal bytes.

use super::common::array::{Array, Rng};
use super::common::*;
use super::process::{apart, part};
use super::values::{DTYPES, bytes};
use tendon::c_api::*;

/// The same tensor on the CPU and on the device.
struct Both {
    here: T,
    there: T,
}

impl Both {
    fn new(a: &Array, dtype: TensorDType) -> Both {
        let here = cpu_tensor(a, dtype).unwrap();
        Both { there: to_device(&here, cuda(0)).unwrap(), here }
    }

    fn map(&self, call: impl Fn(*const Tensor, *mut *mut Tensor) -> TensorStatus) -> Both {
        Both { here: out(|o| call(self.here.0, o)).unwrap(), there: out(|o| call(self.there.0, o)).unwrap() }
    }

    fn transposed(&self) -> Both {
        self.map(|x, o| unsafe { tensor_transpose(x, 0, -1, o) })
    }

    fn sliced(&self, dim: i64, start: i64, step: i64) -> Both {
        self.map(|x, o| unsafe { tensor_slice(x, dim, start, i64::MAX, step, o) })
    }

    fn expanded(&self, shape: &[i64]) -> Both {
        self.map(|x, o| unsafe { tensor_expand(x, shape.as_ptr(), shape.len(), o) })
    }

    fn reversed(&self) -> Both {
        let dims: Vec<i64> = (0..self.shape().len() as i64).rev().collect();
        self.map(|x, o| unsafe { tensor_permute(x, dims.as_ptr(), dims.len(), o) })
    }

    fn shape(&self) -> Vec<i64> {
        shape(&self.here)
    }

    #[track_caller]
    fn agree(&self, what: &str) {
        assert_eq!(shape(&self.here), shape(&self.there), "{what}");
        let dense = self.map(|x, o| unsafe { tensor_contiguous(x, o) });
        assert!(bytes(&dense.here) == bytes(&dense.there), "{what}: {:?}", self.shape());
    }
}

fn both(call: impl Fn(bool, *mut *mut Tensor) -> TensorStatus) -> Both {
    Both { here: out(|o| call(false, o)).unwrap(), there: out(|o| call(true, o)).unwrap() }
}

/// What every call does with an index for `dim` of `x`: `line` of rank 1, `places` of x's rank.
fn all_agree(what: &str, x: &Both, dim: i64, line: &Both, src: &Both, places: &Both, values: &Both) {
    let at = |b: &Both, there: bool| if there { b.there.0 } else { b.here.0 }.cast_const();
    both(|t, o| unsafe { tensor_index_select(at(x, t), dim, at(line, t), o) }).agree(&format!("index_select {what}"));
    both(|t, o| unsafe { tensor_index_add(at(x, t), dim, at(line, t), at(src, t), o) })
        .agree(&format!("index_add {what}"));
    both(|t, o| unsafe { tensor_gather(at(x, t), dim, at(places, t), o) }).agree(&format!("gather {what}"));
    both(|t, o| unsafe { tensor_scatter_add(at(x, t), dim, at(places, t), at(values, t), o) })
        .agree(&format!("scatter_add {what}"));
}

fn small(rng: &mut Rng, shape: &[i64], dtype: TensorDType) -> Both {
    Both::new(&Array::new(shape, || rng.below(5) as f64), dtype)
}

fn indices(rng: &mut Rng, shape: &[i64], n: i64, dtype: TensorDType) -> Both {
    Both::new(&Array::new(shape, || rng.below(n as u64) as f64), dtype)
}

fn views(dtype: TensorDType, seed: u64) {
    let mut rng = Rng(seed);
    for shape in [&[7i64][..], &[5, 8], &[16, 33], &[3, 4, 6], &[4, 3, 2, 8]] {
        for view in 0..4 {
            let whole = small(&mut rng, shape, dtype);
            let x = match view {
                0 => whole,
                1 => whole.transposed(),
                2 => whole.sliced(-1, 1, 2),
                _ => whole.sliced(0, 1, 1),
            };
            let (shape, rank) = (x.shape(), x.shape().len());
            for dim in 0..rank {
                let n = shape[dim];
                let index = if rng.below(2) == 0 { TENSOR_DTYPE_I64 } else { TENSOR_DTYPE_I32 };
                let line = indices(&mut rng, &[18], n, index).sliced(0, 0, 2);
                let mut wanted = shape.clone();
                wanted[dim] = 9;
                wanted.swap(0, rank - 1);
                let src = small(&mut rng, &wanted, dtype).transposed();
                let mut under: Vec<i64> = shape.iter().map(|&n| 1 + rng.below(n as u64) as i64).collect();
                under[dim] = 1 + rng.below(9) as i64;
                let places = match view {
                    0 => indices(&mut rng, &under, n, index),
                    1 => {
                        // The same along all other dims.
                        let mut one = vec![1; rank];
                        one[dim] = under[dim];
                        indices(&mut rng, &one, n, index).expanded(&under)
                    }
                    _ => {
                        let turned: Vec<i64> = under.iter().rev().copied().collect();
                        indices(&mut rng, &turned, n, index).reversed()
                    }
                };
                let larger: Vec<i64> = under.iter().map(|n| n + rng.below(2) as i64).collect();
                let values = small(&mut rng, &larger, dtype);
                let what = format!("of dtype {dtype} {shape:?}, view {view}, dim {dim}");
                all_agree(&what, &x, dim as i64, &line, &src, &places, &values);
                places.map(|x, o| unsafe { tensor_one_hot(x, n + 1, o) }).agree("one_hot");
            }
        }
    }
}

#[test]
fn indexing_of_views_agrees_with_the_cpu() {
    for (word, env) in [("", &[][..]), ("older", &[("MOCK_CUDA_CAPABILITY", "75")])] {
        part(word, env, || DTYPES.for_each(|dtype| views(dtype, dtype as u64)));
    }
}

/// Every second place along half of 16 dims: nothing merges, and operands are copied on the way.
#[test]
fn indexing_in_many_dims_agrees_with_the_cpu() {
    apart(&[], || {
        let mut rng = Rng(1);
        for dtype in [TENSOR_DTYPE_F32, TENSOR_DTYPE_BF16] {
            let shape: Vec<i64> = (0..16).map(|d| 2 + (d + 1) % 2).collect();
            let whole = small(&mut rng, &shape, dtype);
            let x = (0..8).fold(whole, |x, d| x.sliced(2 * d, 0, 2));
            for dim in [0i64, 4, 15] {
                let line = indices(&mut rng, &[3], 2, TENSOR_DTYPE_I64);
                let mut wanted = vec![2; 16];
                wanted[15 - dim as usize] = 3;
                let src = small(&mut rng, &wanted, dtype).reversed();
                wanted[14] = 1;
                let places = indices(&mut rng, &wanted, 2, TENSOR_DTYPE_I32).reversed();
                let values = small(&mut rng, &places.shape(), dtype);
                all_agree(&format!("in 16 dims, dim {dim}"), &x, dim, &line, &src, &places, &values);
                places.map(|x, o| unsafe { tensor_one_hot(x, 3, o) }).agree("one_hot in 17 dims");
            }
        }
    });
}
