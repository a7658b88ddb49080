//! `torch.Tensor.to`, `contiguous`, `copy_`: a change of dtype and of layout in one pass.

use super::elementwise::cast::Chain;
use super::elementwise::walk::Nest;
use super::pool::parallel_for;
use crate::error::Result;
use crate::view::{In, Out};

/// Rows that a thread takes through all columns of a transposing copy, so that a page it opens is used for a while.
const TILE: i64 = 64;
/// Bytes of a plain copy that are worth a thread.
const COPY_GRAIN: usize = 256 * 1024;

struct Ends {
    from: *const u8,
    to: *mut u8,
}

// SAFETY: addresses; threads write separate ranges.
unsafe impl Sync for Ends {}

/// `out[i] = x[i]`, converted as a C cast does: floats to integers truncate and saturate, `x != 0` makes a bool (NaN
/// too). The layouts have one shape; `x` and `out` are separate or the very same range.
pub fn copy(x: In, out: Out) -> Result<()> {
    let n = out.layout.numel() as usize;
    if n == 0 {
        return Ok(());
    }
    let chain = Chain::convert(x.dtype, out.dtype);
    let ends = Ends { from: x.origin(), to: out.origin() };
    let (in_size, out_size) = (x.dtype.size(), out.dtype.size());
    if x.layout.is_contiguous() && out.layout.is_contiguous() {
        let body = |range: std::ops::Range<usize>| {
            let ends = &ends;
            let from = ends.from.wrapping_add(range.start * in_size);
            let to = ends.to.wrapping_add(range.start * out_size);
            // SAFETY: both are n contiguous elements; `copy` allows the ranges to be equal.
            unsafe {
                if chain.is_identity() {
                    std::ptr::copy(from, to, range.len() * in_size);
                } else {
                    chain.run(from, in_size as isize, to, out_size as isize, range.len());
                }
            }
        };
        let grain = if chain.is_identity() { COPY_GRAIN / in_size } else { 16_384 };
        if n <= grain {
            body(0..n);
            return Ok(());
        }
        return parallel_for(n, grain, &body);
    }
    let (from, to) = (x.layout.strides(), out.layout.strides());
    let nest = Nest::new(out.layout.shape(), [from, to]);
    if chain.is_identity()
        && let Some(plan) = Transpose::of(&nest)
    {
        return plan.run(&nest, &ends, in_size);
    }
    let inner = nest.strides[nest.shape.len() - 1];
    let (in_step, out_step) = (inner[0] as isize * in_size as isize, inner[1] as isize * out_size as isize);
    let memcpy = chain.is_identity() && inner[0] == 1 && inner[1] == 1;
    let body = |range| {
        let ends = &ends;
        nest.walk(range, |offsets, n| {
            let from = ends.from.wrapping_offset(offsets[0] as isize * in_size as isize);
            let to = ends.to.wrapping_offset(offsets[1] as isize * out_size as isize);
            // SAFETY: the nest stays inside both layouts.
            unsafe {
                if memcpy {
                    std::ptr::copy(from, to, n * in_size);
                } else {
                    chain.run(from, in_step, to, out_step, n);
                }
            }
        })
    };
    if n <= 16_384 {
        body(0..n);
        return Ok(());
    }
    parallel_for(n, 16_384, &body)
}

/// A copy whose innermost dims differ on both sides, done in square blocks over these two dims.
struct Transpose {
    /// The dim whose step is the source's smallest; the output's innermost is the nest's last.
    row: usize,
}

impl Transpose {
    fn of(nest: &Nest<2>) -> Option<Transpose> {
        let last = nest.shape.len() - 1;
        let near = |d: usize| nest.strides[d][0].unsigned_abs();
        let row = (0..last).filter(|&d| near(d) > 0).min_by_key(|&d| near(d))?;
        let pays = near(row) < near(last) && nest.shape[row] >= 8 && nest.shape[last] >= 8;
        pays.then_some(Transpose { row })
    }

    fn run(&self, nest: &Nest<2>, ends: &Ends, size: usize) -> Result<()> {
        match size {
            1 => self.run_as::<u8, 64>(nest, ends),
            2 => self.run_as::<u16, 32>(nest, ends),
            4 => self.run_as::<u32, 16>(nest, ends),
            _ => self.run_as::<u64, 8>(nest, ends),
        }
    }

    /// `SIDE` elements are a cache line: each line of both sides is touched by one block.
    fn run_as<T: Copy + Default, const SIDE: usize>(&self, nest: &Nest<2>, ends: &Ends) -> Result<()> {
        let last = nest.shape.len() - 1;
        let row = self.row;
        let (rows, columns) = (nest.shape[row], nest.shape[last]);
        // [step along rows, step along columns] of the source and of the output.
        let [from_step, to_step] = [0, 1].map(|k| [nest.strides[row][k] as isize, nest.strides[last][k] as isize]);
        let side = SIDE as i64;
        let tiles = (rows + TILE - 1) / TILE;
        let outer: i64 = (0..last).filter(|&d| d != row).map(|d| nest.shape[d]).product();
        let grain = (16_384 / (TILE * columns)).max(1) as usize;
        parallel_for((outer * tiles) as usize, grain, &|range| {
            for item in range {
                let (mut rest, first) = (item as i64 / tiles, item as i64 % tiles * TILE);
                let (mut from, mut to) = (0, 0);
                for d in (0..last).rev().filter(|&d| d != row) {
                    let i = rest % nest.shape[d];
                    rest /= nest.shape[d];
                    from += i * nest.strides[d][0];
                    to += i * nest.strides[d][1];
                }
                let from = (ends.from as *const T).wrapping_offset(from as isize);
                let to = (ends.to as *mut T).wrapping_offset(to as isize);
                for column in (0..columns).step_by(SIDE) {
                    for line in (first..(first + TILE).min(rows)).step_by(SIDE) {
                        let corner = |step: [isize; 2]| line as isize * step[0] + column as isize * step[1];
                        let (from, to) = (from.wrapping_offset(corner(from_step)), to.wrapping_offset(corner(to_step)));
                        let (height, width) = ((rows - line).min(side), (columns - column).min(side));
                        // SAFETY: the block lies inside both layouts.
                        unsafe { block::<T, SIDE>(from, to, height as usize, width as usize, from_step, to_step) }
                    }
                }
            }
        })
    }
}

/// Copies a block by way of the stack: read along its rows' dim, written along its columns'. Steps are in elements.
///
/// # Safety
/// Elements `i·step[0] + j·step[1]` for i < height, j < width can be read and written.
#[inline(always)]
unsafe fn block<T: Copy + Default, const SIDE: usize>(
    from: *const T,
    to: *mut T,
    height: usize,
    width: usize,
    from_step: [isize; 2],
    to_step: [isize; 2],
) {
    let mut held = [[T::default(); SIDE]; SIDE];
    if height == SIDE && width == SIDE && from_step[0] == 1 && to_step[1] == 1 {
        for (j, held) in held.iter_mut().enumerate() {
            let from = from.wrapping_offset(j as isize * from_step[1]);
            // SAFETY: SIDE elements of a row of the block.
            *held = unsafe { (from as *const [T; SIDE]).read() };
        }
        #[allow(clippy::needless_range_loop, reason = "i is a column of `held`")]
        for i in 0..SIDE {
            let line: [T; SIDE] = std::array::from_fn(|j| held[j][i]);
            // SAFETY: as above.
            unsafe { (to.wrapping_offset(i as isize * to_step[0]) as *mut [T; SIDE]).write(line) }
        }
        return;
    }
    for i in 0..height as isize {
        for j in 0..width as isize {
            // SAFETY: the caller's promise.
            unsafe {
                to.offset(i * to_step[0] + j * to_step[1])
                    .write(from.offset(i * from_step[0] + j * from_step[1]).read())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::elementwise::tests::{Array, layouts};
    use super::*;
    use crate::dtype::DType;
    use crate::layout::Layout;

    #[test]
    fn every_pair_of_dtypes() {
        for &from in DType::ALL {
            for &to in DType::ALL {
                for layout in layouts(&[3, 11]) {
                    let x = Array::of(from, layout.clone(), &[0.0, 1.0, 2.0, 100.0, 77.0, 3.0]);
                    for target in layouts(&[3, 11]) {
                        let out = Array::new(to, target);
                        copy(x.input(), out.output()).unwrap();
                        for i in 0..33 {
                            let v = x.get(i);
                            assert_eq!(out.get(i), if to == DType::Bool { (v != 0.0) as u8 as f64 } else { v });
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn casts_saturate_and_wrap() {
        let cast = |from, to, v: f64| {
            let x = Array::of(from, Layout::contiguous(&[1]), &[v]);
            let out = Array::new(to, Layout::contiguous(&[1]));
            copy(x.input(), out.output()).unwrap();
            out.get(0)
        };
        assert_eq!(cast(DType::F32, DType::I8, 300.7), 127.0);
        assert_eq!(cast(DType::F64, DType::U8, -2.5), 0.0);
        assert_eq!(cast(DType::F32, DType::I32, -2.9), -2.0);
        assert_eq!(cast(DType::F64, DType::I64, f64::NAN), 0.0);
        assert_eq!(cast(DType::F32, DType::Bool, f64::NAN), 1.0);
        assert_eq!(cast(DType::F16, DType::Bool, 0.5), 1.0);
        assert_eq!(cast(DType::I32, DType::U8, 300.0), 44.0);
        assert_eq!(cast(DType::I64, DType::U64, -1.0), u64::MAX as f64);
    }

    #[test]
    fn transposes() {
        for shape in [[70i64, 45, 1], [33, 64, 2], [3, 130, 40], [200, 9, 17]] {
            for dims in [[1i64, 0, 2], [2, 1, 0], [0, 2, 1], [1, 2, 0], [2, 0, 1]] {
                for &dtype in DType::ALL {
                    let x = Array::of(dtype, Layout::contiguous(&shape), &[1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0]);
                    let view = x.layout.permute(&dims).unwrap();
                    let out = Array::new(dtype, Layout::contiguous(view.shape()));
                    copy(In { layout: &view, ..x.input() }, out.output()).unwrap();
                    let seen = Array { bytes: x.bytes.clone(), dtype, layout: view };
                    assert_eq!(out.all(), seen.all());
                }
            }
        }
    }

    #[test]
    fn empty_and_scalar() {
        for shape in [&[][..], &[0], &[4, 0]] {
            let x = Array::of(DType::F32, Layout::contiguous(shape), &[2.0]);
            let out = Array::new(DType::BF16, Layout::contiguous(shape));
            copy(x.input(), out.output()).unwrap();
            assert_eq!(out.all(), x.all());
        }
    }
}
