//! A batch of matrix products as sizes, addresses and strides; and how kernels are told.

use crate::cuda::nest::{Loops, Nest, Piece};
use crate::dtype::DType;
use crate::error::Result;
use crate::view::{In, Out};
use smallvec::smallvec;

/// C[…, i, j] = Σₖ A[…, i, k]·B[…, k, j] + bias[j]. Strides in elements; C is contiguous.
#[derive(Clone)]
pub struct Problem {
    pub dtype: DType,
    pub m: i64,
    pub n: i64,
    pub k: i64,
    pub a: *const u8,
    pub a_m: i64,
    pub a_k: i64,
    pub b: *const u8,
    pub b_k: i64,
    pub b_n: i64,
    pub c: *mut u8,
    /// One element per column, or null.
    pub bias: *const u8,
    /// The batch, with the strides of A and B.
    pub batch: Loops<2>,
}

impl Problem {
    /// `a` is [batch…, m, k], `b` [batch…, k, n], `out` [batch…, m, n], contiguous.
    pub fn new(a: In, b: In, bias: Option<In>, out: Out) -> Problem {
        let rank = out.layout.ndim();
        let (a_strides, b_strides) = (a.layout.strides(), b.layout.strides());
        let batch = rank - 2;
        let mut p = Problem {
            dtype: a.dtype,
            m: a.layout.shape()[batch],
            n: b.layout.shape()[batch + 1],
            k: a.layout.shape()[batch + 1],
            a: a.origin(),
            a_m: a_strides[batch],
            a_k: a_strides[batch + 1],
            b: b.origin(),
            b_k: b_strides[batch],
            b_n: b_strides[batch + 1],
            c: out.origin(),
            bias: bias.map_or(std::ptr::null(), |b| b.origin()),
            batch: Loops::in_order(&out.layout.shape()[..batch], [&a_strides[..batch], &b_strides[..batch]]),
        };
        p.fold();
        p.settle();
        p
    }

    /// One B for all of an evenly spaced A is one larger product.
    fn fold(&mut self) {
        while let (Some(&size), Some(&[a, b])) = (self.batch.sizes.first(), self.batch.strides.first())
            && b == 0
            && (self.m == 1 || a == self.a_m * self.m)
        {
            if self.m == 1 {
                self.a_m = a;
            }
            self.m *= size;
            self.batch.sizes.remove(0);
            self.batch.strides.remove(0);
        }
    }

    /// Strides along sizes of 1 mean nothing: makes them what kernels like.
    fn settle(&mut self) {
        let along = |inner: &mut i64, outer: &mut i64, inner_size: i64, outer_size: i64| {
            if inner_size == 1 {
                (*inner, *outer) = if *outer == 1 && outer_size > 1 { (0, 1) } else { (1, *outer) };
            }
            if outer_size == 1 {
                (*inner, *outer) = if *inner == 1 { (1, 0) } else { (*inner, 1) };
            }
        };
        along(&mut self.a_k, &mut self.a_m, self.k, self.m);
        along(&mut self.b_k, &mut self.b_n, self.k, self.n);
    }

    pub fn batches(&self) -> i64 {
        self.batch.count()
    }

    /// Cᵀ = Bᵀ·Aᵀ: the operands change places, the bias goes along rows.
    pub fn exchanged(&self) -> Problem {
        let mut p = self.clone();
        (p.m, p.n) = (self.n, self.m);
        (p.a, p.a_m, p.a_k) = (self.b, self.b_n, self.b_k);
        (p.b, p.b_n, p.b_k) = (self.a, self.a_m, self.a_k);
        p.batch.strides.iter_mut().for_each(|s| s.swap(0, 1));
        p
    }

    /// Multiply-adds.
    pub fn work(&self) -> f64 {
        self.m as f64 * self.n as f64 * self.k as f64 * self.batches() as f64
    }

    /// Calls `launch` with what one launch does of the batch: the places of A and B in it, and its first matrix.
    pub fn for_each_piece(&self, mut launch: impl FnMut(&Piece<2>, i64) -> Result<()>) -> Result<()> {
        pieces(&self.batch, [0, 0], 0, &mut launch)
    }
}

/// As [`Problem::for_each_piece`], for a part of the batch that begins at `offset` with matrix number `first`.
fn pieces(
    loops: &Loops<2>,
    offset: [i64; 2],
    first: i64,
    launch: &mut impl FnMut(&Piece<2>, i64) -> Result<()>,
) -> Result<()> {
    if let Some(pieces) = loops.pieces() {
        let mut next = first;
        for mut piece in pieces {
            piece.offset = [piece.offset[0] + offset[0], piece.offset[1] + offset[1]];
            launch(&piece, next)?;
            next += piece.nest.count as i64;
        }
        return Ok(());
    }
    // More dims than a kernel takes: the outermost one by one.
    let mut inner = loops.clone();
    let (Some(size), Some([a, b])) = (inner.sizes.pop(), inner.strides.pop()) else { return Ok(()) };
    let count = inner.count();
    (0..size).try_for_each(|i| pieces(&inner, [offset[0] + i * a, offset[1] + i * b], first + i * count, launch))
}

/// What every kernel takes. The mirror of `Gemm` in kernels/include/gemm.cuh.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Arguments {
    pub a: *const u8,
    pub b: *const u8,
    pub c: *mut u8,
    pub bias: *const u8,
    pub partial: *mut u8,
    pub m: i64,
    pub n: i64,
    pub k: i64,
    pub a_m: i64,
    pub a_k: i64,
    pub b_k: i64,
    pub b_n: i64,
    pub c_m: i64,
    pub c_n: i64,
    pub bias_m: i64,
    pub bias_n: i64,
    pub k_per_split: i64,
    pub tiles_m: u32,
    pub tiles_n: u32,
    pub splits: u32,
    pub option: u32,
    pub batch: Nest<2>,
}

impl Arguments {
    /// For the matrices of `piece`, the first of which is number `first`; not split yet.
    pub fn new(p: &Problem, piece: &Piece<2>, first: i64) -> Arguments {
        let size = p.dtype.size() as isize;
        Arguments {
            a: p.a.wrapping_offset(piece.offset[0] as isize * size),
            b: p.b.wrapping_offset(piece.offset[1] as isize * size),
            c: p.c.wrapping_offset((first * p.m * p.n) as isize * size),
            bias: p.bias,
            partial: std::ptr::null_mut(),
            m: p.m,
            n: p.n,
            k: p.k,
            a_m: p.a_m,
            a_k: p.a_k,
            b_k: p.b_k,
            b_n: p.b_n,
            c_m: p.n,
            c_n: 1,
            bias_m: 0,
            bias_n: 1,
            k_per_split: p.k,
            tiles_m: 1,
            tiles_n: 1,
            splits: 1,
            option: 1,
            batch: piece.nest,
        }
    }
}

/// A batch of one matrix.
pub fn no_batch() -> Loops<2> {
    Loops { sizes: smallvec![], strides: smallvec![] }
}
