//! Index arithmetic of kernels: the loops over K operands of one shape, merged and cut into pieces that a kernel
//! counts in 32 bits. The mirror of kernels/include/nest.cuh.

use crate::layout::{Collapsed, Dims, Layout, collapse};
use smallvec::{SmallVec, smallvec};
use std::cmp::Reverse;

/// Dims that a [`Nest`] holds.
pub const MAX_DIMS: usize = 8;
/// Elements of a piece stay below this, so that kernels count them in 32 bits with room for a last block.
const MAX_COUNT: i64 = 1 << 31;
/// Where a long dim is cut, unless that is too coarse: keeps the alignment of vectors.
const CUT: i64 = 1 << 16;
/// Pieces that a nest is cut into for having too many dims; beyond it a copy to dense memory is cheaper.
const MAX_PIECES: i64 = 64;

/// n / divisor without a division, for n < 2^31: `(n·multiplier / 2^32 + n) / 2^shift` (Granlund and Montgomery, 1994).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divisor {
    divisor: u32,
    multiplier: u32,
    shift: u32,
}

impl Divisor {
    /// `divisor` is 1 to 2^31.
    pub const fn new(divisor: u32) -> Divisor {
        let divisor = if divisor == 0 { 1 } else { divisor };
        let shift = 32 - (divisor - 1).leading_zeros();
        let multiplier = ((1u64 << 32) * ((1u64 << shift) - divisor as u64) / divisor as u64 + 1) as u32;
        Divisor { divisor, multiplier, shift }
    }

    pub const fn divisor(self) -> u32 {
        self.divisor
    }
}

/// Loops over `rank` dims, dim 0 the innermost, of K operands. Strides in elements.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Nest<const K: usize> {
    pub rank: i32,
    /// Elements in all, below 2^31.
    pub count: u32,
    pub size: [Divisor; MAX_DIMS],
    /// `stride[k][d]`: step of operand `k` along dim `d`.
    pub stride: [[i64; MAX_DIMS]; K],
}

impl<const K: usize> Nest<K> {
    /// No elements.
    pub const NOTHING: Nest<K> =
        Nest { rank: 0, count: 0, size: [Divisor::new(1); MAX_DIMS], stride: [[0; MAX_DIMS]; K] };

    /// Of at most [`MAX_DIMS`] dims and fewer than 2^31 elements, dim 0 the innermost.
    fn of(sizes: &[i64], strides: &[[i64; K]]) -> Nest<K> {
        let mut nest = Nest {
            rank: sizes.len() as i32,
            count: sizes.iter().product::<i64>() as u32,
            size: [Divisor::new(1); MAX_DIMS],
            stride: [[0; MAX_DIMS]; K],
        };
        for (d, (&n, steps)) in sizes.iter().zip(strides).enumerate() {
            nest.size[d] = Divisor::new(n as u32);
            for (k, &step) in steps.iter().enumerate() {
                nest.stride[k][d] = step;
            }
        }
        nest
    }

    /// Makes dim `d` dim 1; those between move outwards.
    pub fn bring_to_1(&mut self, d: usize) {
        self.size[1..=d].rotate_right(1);
        for steps in &mut self.stride {
            steps[1..=d].rotate_right(1);
        }
    }

    pub fn sizes(&self) -> impl Iterator<Item = i64> + '_ {
        self.size[..self.rank as usize].iter().map(|s| s.divisor as i64)
    }
}

/// The loops over K operands of one shape, of any rank and size: merged, dim 0 the innermost.
#[derive(Clone, Debug)]
pub struct Loops<const K: usize> {
    pub sizes: Dims,
    /// `strides[d][k]`: step of operand `k` along dim `d`.
    pub strides: SmallVec<[[i64; K]; 6]>,
}

/// What one launch does of a loop nest.
#[derive(Clone, Copy, Debug)]
pub struct Piece<const K: usize> {
    pub nest: Nest<K>,
    /// Where it begins in each operand, in elements from the operand's origin.
    pub offset: [i64; K],
}

impl<const K: usize> Loops<K> {
    /// [`Loops::new`] over the layouts of the operands; `None` is a number for all elements. The last is there.
    pub fn of(layouts: [Option<&Layout>; K]) -> Loops<K> {
        let Some(out) = layouts[K - 1] else { return Loops { sizes: Dims::new(), strides: SmallVec::new() } };
        let n = out.numel();
        // The common case first: nothing to sort.
        if layouts.iter().flatten().all(|l| l.is_contiguous()) {
            let steps = layouts.map(|l| l.is_some() as i64);
            let one = n == 1;
            return Loops {
                sizes: if one { Dims::new() } else { Dims::from_slice(&[n]) },
                strides: if one { SmallVec::new() } else { SmallVec::from_slice(&[steps]) },
            };
        }
        let zeros: Dims = smallvec![0; out.ndim()];
        Loops::new(out.shape(), layouts.map(|l| l.map_or(&zeros[..], Layout::strides)))
    }

    /// For work that may go in any order: dims follow the memory of the last operand, the output.
    pub fn new(shape: &[i64], strides: [&[i64]; K]) -> Loops<K> {
        let mut order: SmallVec<[usize; 8]> = (0..shape.len()).filter(|&d| shape[d] != 1).collect();
        // Dims that the output does not walk go outside of those that it does; among equals the first input decides.
        let far = |d: usize| {
            let reach = |k: usize| Reverse(strides[k][d].unsigned_abs());
            (strides[K - 1][d] != 0, reach(K - 1), reach(0))
        };
        if !order.is_sorted_by_key(|&d| far(d)) {
            order.sort_by_key(|&d| far(d));
        }
        let sizes: Dims = order.iter().map(|&d| shape[d]).collect();
        let steps: [Dims; K] = std::array::from_fn(|k| order.iter().map(|&d| strides[k][d]).collect());
        Loops::in_order(&sizes, std::array::from_fn(|k| &steps[k][..]))
    }

    /// For work that numbers its elements: number n is element n of the shape in C order.
    pub fn in_order(shape: &[i64], strides: [&[i64]; K]) -> Loops<K> {
        let Collapsed { mut shape, mut strides } = collapse(shape, strides);
        shape.reverse();
        strides.reverse();
        Loops { sizes: shape, strides }
    }

    /// Elements in all.
    pub fn count(&self) -> i64 {
        self.sizes.iter().product()
    }

    /// The launches that do it, in the order of the elements; none when there are no elements. `None` when there would
    /// be too many: one of the operands has to be copied to dense memory first (`cuda::copy` takes any layout).
    pub fn pieces(&self) -> Option<Pieces<'_, K>> {
        let rank = self.sizes.len();
        // Dims below `whole` are whole in each piece, dim `whole` is cut into lengths of `chunk`, those above it are
        // taken one index at a time.
        let (mut inner, mut whole) = (1i64, 0);
        while whole < rank.min(MAX_DIMS) && inner.saturating_mul(self.sizes[whole]) < MAX_COUNT {
            inner *= self.sizes[whole];
            whole += 1;
        }
        let mut chunk = 1;
        if whole < rank.min(MAX_DIMS) {
            chunk = (MAX_COUNT - 1) / inner.max(1);
            if chunk > CUT {
                chunk -= chunk % CUT;
            }
        }
        let mut pieces = self.sizes.get(whole).map_or(1, |n| (n + chunk - 1) / chunk);
        for n in self.sizes.iter().skip(whole + 1) {
            pieces = pieces.saturating_mul(*n);
        }
        if self.count() == 0 {
            pieces = 0;
        }
        // Pieces for their size are never many: each holds a good part of 2^31 elements.
        if rank > MAX_DIMS && pieces > MAX_PIECES {
            return None;
        }
        Some(Pieces { loops: self, whole, chunk, next: 0, pieces })
    }
}

pub struct Pieces<'a, const K: usize> {
    loops: &'a Loops<K>,
    whole: usize,
    chunk: i64,
    next: i64,
    pieces: i64,
}

impl<const K: usize> Iterator for Pieces<'_, K> {
    type Item = Piece<K>;

    fn next(&mut self) -> Option<Piece<K>> {
        if self.next == self.pieces {
            return None;
        }
        let Loops { sizes, strides } = self.loops;
        let (mut rest, mut offset) = (self.next, [0i64; K]);
        self.next += 1;
        let mut part = SmallVec::<[i64; MAX_DIMS]>::from_slice(&sizes[..self.whole]);
        for d in self.whole..sizes.len() {
            let chunk = if d == self.whole { self.chunk } else { 1 };
            let steps = (sizes[d] + chunk - 1) / chunk;
            let first = rest % steps * chunk;
            rest /= steps;
            for (o, s) in offset.iter_mut().zip(strides[d]) {
                *o += first * s;
            }
            if d == self.whole && chunk > 1 {
                part.push(chunk.min(sizes[d] - first));
            }
        }
        Some(Piece { nest: Nest::of(&part, &strides[..part.len()]), offset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    impl Divisor {
        fn divide(self, n: u32) -> u32 {
            ((((n as u64 * self.multiplier as u64) >> 32) + n as u64) >> self.shift) as u32
        }
    }

    impl<const K: usize> Nest<K> {
        /// As `places` of nest.cuh.
        pub(in crate::cuda) fn places(&self, n: u32) -> [i64; K] {
            let (mut n, mut at) = (n, [0; K]);
            for d in 0..self.rank as usize {
                let q = if d + 1 < self.rank as usize { self.size[d].divide(n) } else { 0 };
                let r = n - q * self.size[d].divisor;
                n = q;
                for (at, stride) in at.iter_mut().zip(&self.stride) {
                    *at += r as i64 * stride[d];
                }
            }
            at
        }
    }

    #[test]
    fn divisors_divide() {
        let near = |x: u64| (x.saturating_sub(2)..=x + 2).map(|x| x as u32);
        let numbers: Vec<u32> = (0..31).flat_map(|b| near(1 << b)).chain(near((1 << 31) - 3)).collect();
        for &d in numbers.iter().filter(|&&d| d > 0) {
            let divisor = Divisor::new(d);
            for &n in &numbers {
                for n in [n, n / d * d, (n / d * d).saturating_sub(1)] {
                    assert_eq!(divisor.divide(n), n / d, "{n} / {d}");
                }
            }
        }
        assert_eq!(Divisor::new(1 << 31).divide((1 << 31) - 1), 0);
    }

    proptest! {
        #[test]
        fn divisors_divide_anything(n in 0u32..1 << 31, d in 1u32..1 << 31) {
            prop_assert_eq!(Divisor::new(d).divide(n), n / d);
        }
    }

    /// The places of all elements of the shape, in C order.
    fn slow<const K: usize>(shape: &[i64], strides: [&[i64]; K]) -> Vec<[i64; K]> {
        (0..shape.iter().product())
            .map(|n| {
                let (mut rest, mut at) = (n, [0i64; K]);
                for d in (0..shape.len()).rev() {
                    let i = rest % shape[d];
                    rest /= shape[d];
                    for (at, s) in at.iter_mut().zip(strides) {
                        *at += i * s[d];
                    }
                }
                at
            })
            .collect()
    }

    fn walked<const K: usize>(loops: &Loops<K>) -> Vec<[i64; K]> {
        let mut all = Vec::new();
        for piece in loops.pieces().unwrap() {
            for n in 0..piece.nest.count {
                let at = piece.nest.places(n);
                all.push(std::array::from_fn(|k| at[k] + piece.offset[k]));
            }
        }
        all
    }

    fn shapes() -> impl Strategy<Value = (Vec<i64>, [Vec<i64>; 3])> {
        proptest::collection::vec((0..20u8, -3i64..4, -3i64..4), 0..11).prop_flat_map(|dims| {
            let shape: Vec<i64> = dims.iter().map(|d| if d.0 == 0 { 0 } else { 1 + d.0 as i64 % 3 }).collect();
            let rank = shape.len();
            (Just((shape, dims)), proptest::sample::subsequence((0..rank).collect::<Vec<_>>(), rank).prop_shuffle())
                .prop_map(|((shape, dims), order)| {
                    // A permuted dense output, an input of any strides, an input that is the output with dims left out.
                    let mut out = vec![0; shape.len()];
                    let mut step = 1;
                    for &d in &order {
                        out[d] = step;
                        step *= shape[d].max(1);
                    }
                    let any = dims.iter().map(|d| d.1 * 7).collect();
                    let thin = out.iter().zip(&dims).map(|(&s, d)| if d.2 < 0 { 0 } else { s }).collect();
                    (shape, [any, thin, out])
                })
        })
    }

    proptest! {
        #[test]
        fn visits_every_element_once((shape, [a, b, out]) in shapes()) {
            let strides: [&[i64]; 3] = [&a, &b, &out];
            let expected = slow(&shape, strides);
            prop_assert_eq!(walked(&Loops::in_order(&shape, strides)), expected.clone());
            let mut count: HashMap<[i64; 3], i64> = HashMap::new();
            for at in expected {
                *count.entry(at).or_default() += 1;
            }
            let loops = Loops::new(&shape, strides);
            for at in walked(&loops) {
                *count.entry(at).or_default() -= 1;
            }
            prop_assert!(count.values().all(|&n| n == 0));
            prop_assert!(loops.strides.is_sorted_by_key(|s| s[2]));
        }

        #[test]
        fn pieces_cover_what_is_too_large(
            sizes in proptest::collection::vec(1i64..1 << 20, 1..4),
            extra in 0usize..4,
        ) {
            let mut shape = sizes;
            shape.resize(shape.len() + extra, 1 << 9);
            prop_assume!(shape.iter().map(|&n| n as i128).product::<i128>() < 1 << 40);
            // Strides that nothing merges over.
            let mut steps = vec![1i64; shape.len()];
            for d in (1..shape.len()).rev() {
                steps[d - 1] = steps[d] * shape[d] + 1;
            }
            let loops = Loops::new(&shape, [&steps]);
            let total: i64 = shape.iter().product();
            prop_assert_eq!(loops.count(), total);
            let (mut seen, mut pieces, mut next) = (0, 0, 0);
            for piece in loops.pieces().unwrap() {
                prop_assert!((piece.nest.count as i64) < MAX_COUNT && piece.nest.count > 0);
                prop_assert_eq!(piece.nest.sizes().product::<i64>(), piece.nest.count as i64);
                prop_assert!(piece.offset[0] >= next, "pieces go upwards");
                let last = piece.nest.places(piece.nest.count - 1)[0];
                next = piece.offset[0] + last + 1;
                seen += piece.nest.count as i64;
                pieces += 1;
            }
            prop_assert_eq!(seen, total);
            prop_assert!(pieces <= 1 + total / (1 << 29));
        }
    }

    #[test]
    fn long_dims_are_cut_evenly() {
        let loops = Loops::new(&[(1 << 33) + 5], [&[1]]);
        let pieces: Vec<Piece<1>> = loops.pieces().unwrap().collect();
        let counts: Vec<u32> = pieces.iter().map(|p| p.nest.count).collect();
        assert_eq!(counts, [[(1u32 << 31) - (1 << 16); 4].as_slice(), &[(1 << 18) + 5]].concat());
        assert!(pieces.iter().all(|p| p.offset[0] % CUT == 0));
    }

    #[test]
    fn many_dims() {
        // Every second element along each of 10 dims: nothing merges.
        let shape = [2i64; 10];
        let wide = Layout::contiguous(&[4; 10]);
        let dense = Layout::contiguous(&shape);
        let strides = [wide.strides(), dense.strides()];
        assert_eq!(walked(&Loops::new(&shape, strides)), slow(&shape, strides));
        let shape = [2i64; 16];
        let wide = Layout::contiguous(&[4; 16]);
        assert!(Loops::new(&shape, [wide.strides()]).pieces().is_none());
    }

    #[test]
    fn merged_as_far_as_possible() {
        let dense = Layout::contiguous(&[6, 5, 4]);
        let loops = Loops::new(&[6, 5, 4], [dense.strides(), dense.strides()]);
        assert_eq!((loops.sizes.as_slice(), loops.strides.as_slice()), (&[120][..], &[[1, 1]][..]));
        // A row that is repeated: 20 elements, 6 times.
        let row = Layout::contiguous(&[5, 4]).expand(&[6, 5, 4]).unwrap();
        let loops = Loops::new(&[6, 5, 4], [row.strides(), dense.strides()]);
        assert_eq!((loops.sizes.as_slice(), loops.strides.as_slice()), (&[20, 6][..], &[[1, 1], [0, 20]][..]));
        // Both transposed alike: memory order again.
        let turned = dense.permute(&[2, 0, 1]).unwrap();
        let loops = Loops::new(turned.shape(), [turned.strides(), turned.strides()]);
        assert_eq!((loops.sizes.as_slice(), loops.strides.as_slice()), (&[120][..], &[[1, 1]][..]));
        let empty = Loops::new(&[3, 0], [&[0, 1]]);
        assert_eq!((empty.count(), empty.pieces().unwrap().count()), (0, 0));
        let scalar = Loops::new(&[], [&[]]);
        assert_eq!(scalar.pieces().unwrap().map(|p| p.nest.count).collect::<Vec<_>>(), [1]);
    }
}
