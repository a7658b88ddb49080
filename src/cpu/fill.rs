//! Tensors from nothing: `torch.full`, `arange`, `linspace`, `eye`.

use super::copy::copy;
use super::elementwise::cast::{BLOCK, Block, Chain, Number};
use super::elementwise::walk::Nest;
use super::pool::parallel_for;
use super::simd;
use crate::dispatch;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Layout;
use crate::scalar::Scalar;
use crate::view::{In, Out};

struct Address(*mut u8);
// SAFETY: an address; threads write separate ranges.
unsafe impl Sync for Address {}

/// `out[i] = value` (integers wrap, as in a C cast).
pub fn fill(out: Out, value: Scalar) -> Result<()> {
    let bytes = value.to_bytes(out.dtype);
    let n = out.layout.numel() as usize;
    if n > 0 && out.layout.is_contiguous() {
        return fill_line(out.origin(), out.dtype, bytes, n);
    }
    let one = Layout::contiguous(&[]).expand(out.layout.shape())?;
    copy(In { base: bytes.as_ptr(), dtype: out.dtype, layout: &one }, out)
}

fn fill_line(to: *mut u8, dtype: DType, bytes: [u8; 8], n: usize) -> Result<()> {
    let to = Address(to);
    macro_rules! lines {
        ($T:ty) => {{
            let mut first = [0u8; size_of::<$T>()];
            first.copy_from_slice(&bytes[..size_of::<$T>()]);
            let value = <$T>::from_ne_bytes(first);
            let body = |range: std::ops::Range<usize>| {
                let to = (&to).0 as *mut $T;
                simd::dispatch(
                    #[inline(always)]
                    move || {
                        for i in range {
                            // SAFETY: i < n, and the output is n contiguous elements.
                            unsafe { to.add(i).write(value) }
                        }
                    },
                )
            };
            let grain = 65_536 / size_of::<$T>();
            if n <= grain {
                body(0..n);
                return Ok(());
            }
            parallel_for(n, grain, &body)
        }};
    }
    match dtype.size() {
        1 => lines!(u8),
        2 => lines!(u16),
        4 => lines!(u32),
        _ => lines!(u64),
    }
}

/// Writes `line(first, n)`, elements of the class `made`, converted, where `first` counts elements in C order.
pub(super) fn generate(
    out: Out,
    made: DType,
    grain: usize,
    line: &(dyn Fn(usize, *mut u8, usize) + Sync),
) -> Result<()> {
    let n = out.layout.numel() as usize;
    if n == 0 {
        return Ok(());
    }
    let store = Chain::convert(made, out.dtype);
    let size = out.dtype.size() as isize;
    let to = Address(out.origin());
    // The second operand counts elements: its steps are those of a contiguous tensor.
    let counter = Layout::contiguous(out.layout.shape());
    let (c, s) = (counter.strides(), out.layout.strides());
    let nest = Nest::new(out.layout.shape(), [c, s]);
    let inner = nest.strides[nest.shape.len() - 1];
    let body = |range| {
        let Address(to) = *(&to as &Address);
        let mut block = Block::uninit();
        nest.walk(range, |offsets, n| {
            let mut done = 0;
            while done < n {
                // Lines that do not run along the count are made one by one.
                let m = if inner[0] == 1 { (n - done).min(BLOCK) } else { 1 };
                let first = offsets[0] + done as i64 * inner[0];
                let there = to.wrapping_offset((offsets[1] + done as i64 * inner[1]) as isize * size);
                if store.is_identity() && inner[1] == 1 {
                    line(first as usize, there, m);
                } else {
                    line(first as usize, block.as_mut_ptr(), m);
                    let step = made.size() as isize;
                    // SAFETY: the block holds m elements; the nest stays inside the output.
                    unsafe { store.run(block.as_mut_ptr(), step, there, inner[1] as isize * size, m) };
                }
                done += m;
            }
        })
    };
    if n <= grain {
        body(0..n);
        return Ok(());
    }
    parallel_for(n, grain, &body)
}

/// `out[i] = start + i·step`: `torch.arange`, in f64 for floats, in i64 for integers.
pub fn arange(out: Out, start: Scalar, step: Scalar) -> Result<()> {
    if out.dtype.is_float() {
        let (start, step) = (start.to_f64(), step.to_f64());
        return generate(out, DType::F64, 16_384, &|first, to, n| {
            let to = to as *mut f64;
            simd::dispatch(
                #[inline(always)]
                move || {
                    for i in 0..n {
                        // SAFETY: `generate` gives room for n elements.
                        unsafe { to.add(i).write(start + (first + i) as f64 * step) }
                    }
                },
            )
        });
    }
    let whole =
        |s: Scalar| i64::from_ne_bytes(s.to_bytes(if out.dtype == DType::U64 { DType::U64 } else { DType::I64 }));
    let (start, step) = (whole(start), whole(step));
    generate(out, DType::I64, 16_384, &|first, to, n| {
        let to = to as *mut i64;
        for i in 0..n {
            let value = start.wrapping_add((first as i64 + i as i64).wrapping_mul(step));
            // SAFETY: `generate` gives room for n elements.
            unsafe { to.add(i).write(value) }
        }
    })
}

/// `numel` numbers from `start` to `end`, both included: `torch.linspace`, counted from both ends so that it is
/// symmetric and ends exactly: `start + i·step` in the first half, `end − (n−1−i)·step` in the second.
pub fn linspace(out: Out, start: Scalar, end: Scalar) -> Result<()> {
    let n = out.layout.numel() as usize;
    let (start, end) = (start.to_f64(), end.to_f64());
    let step = if n > 1 { (end - start) / (n - 1) as f64 } else { 0.0 };
    generate(out, DType::F64, 16_384, &|first, to, m| {
        let to = to as *mut f64;
        simd::dispatch(
            #[inline(always)]
            move || {
                for k in 0..m {
                    let i = first + k;
                    let low = start + i as f64 * step;
                    let high = end - (n - 1 - i) as f64 * step;
                    // SAFETY: `generate` gives room for m elements.
                    unsafe { to.add(k).write(if i < n / 2 || n == 1 { low } else { high }) }
                }
            },
        )
    })
}

/// `out[i, j] = (i == j)`: `torch.eye`. The output has two dims.
pub fn eye(out: Out) -> Result<()> {
    fill(out, Scalar::Int(0))?;
    let (shape, strides) = (out.layout.shape(), out.layout.strides());
    let [rows, columns] = *shape else { return Ok(()) };
    // Without elements the strides may be anything.
    let step = strides[0].wrapping_add(strides[1]) as isize;
    dispatch!(out.dtype, T => {
        let to = out.origin() as *mut T;
        for i in 0..rows.min(columns) as isize {
            // SAFETY: [i, i] is inside the output.
            unsafe { to.offset(i * step).write(T::from_bool(true)) }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::elementwise::tests::{Array, layouts};
    use super::*;

    #[test]
    fn fills_every_dtype_and_layout() {
        for &dtype in DType::ALL {
            for shape in [&[][..], &[0], &[5, 7], &[40_000]] {
                for layout in layouts(shape) {
                    let out = Array::new(dtype, layout);
                    fill(out.output(), Scalar::Int(3)).unwrap();
                    let want = if dtype == DType::Bool { 1.0 } else { 3.0 };
                    assert!(out.all().iter().all(|&x| x == want), "{dtype} {shape:?}");
                }
            }
        }
    }

    #[test]
    fn ranges() {
        for &dtype in DType::ALL.iter().filter(|&&d| d != DType::Bool) {
            for layout in layouts(&[61]).into_iter().chain(layouts(&[4, 5])) {
                let n = layout.numel();
                let out = Array::new(dtype, layout);
                arange(out.output(), Scalar::Int(2), Scalar::Int(1)).unwrap();
                for i in 0..n {
                    assert_eq!(out.get(i), 2.0 + i as f64);
                }
                linspace(out.output(), Scalar::Int(0), Scalar::Int(n - 1)).unwrap();
                for i in 0..n {
                    assert_eq!(out.get(i), i as f64);
                }
            }
        }
        let out = Array::new(DType::F64, Layout::contiguous(&[11]));
        linspace(out.output(), Scalar::Float(-0.7), Scalar::Float(0.7)).unwrap();
        for i in 0..11 {
            assert_eq!(out.get(i), -out.get(10 - i));
        }
        arange(out.output(), Scalar::Float(1.0), Scalar::Float(-0.5)).unwrap();
        assert_eq!(out.get(10), -4.0);
    }

    #[test]
    fn identity_matrix() {
        for &dtype in DType::ALL {
            for layout in layouts(&[5, 3]) {
                let out = Array::new(dtype, layout);
                eye(out.output()).unwrap();
                for i in 0..15 {
                    assert_eq!(out.get(i), (i / 3 == i % 3) as u8 as f64);
                }
            }
        }
    }
}
