//! Where the largest or smallest element is.

use super::Queue;
use super::fold::{Launch, Source, fold};
use super::launch::launch;
use super::reduce::{IntegerType, turned};
use crate::dtype::DType;
use crate::error::Result;
use crate::view::{In, Out};
use smallvec::SmallVec;

/// outᵢ = the first position of the largest element along `dim`, or in all of x in C order when `dim` is `None`. A NaN
/// counts as largest. `out` is i64, contiguous, in the order of the kept dims.
pub fn argmax(queue: &Queue, x: In, dim: Option<usize>, out: Out) -> Result<()> {
    find(queue, true, x, dim, out)
}

/// As [`argmax`] for the smallest element; a NaN counts as smallest.
pub fn argmin(queue: &Queue, x: In, dim: Option<usize>, out: Out) -> Result<()> {
    find(queue, false, x, dim, out)
}

fn find(queue: &Queue, largest: bool, x: In, dim: Option<usize>, out: Out) -> Result<()> {
    let mask: SmallVec<[bool; 8]> = (0..x.layout.ndim()).map(|d| dim.is_none_or(|only| only == d)).collect();
    let source = match x.dtype.is_float() {
        true => Source::elements(x.dtype.size(), 16),
        false => Source::integers(16),
    };
    fold(queue, x, &mask, &Source { numbered: true, ..source }, &mut |l: Launch| {
        let places = out.origin().wrapping_offset(8 * l.out as isize);
        let sign = if largest { 1.0 } else { -1.0 };
        let name = ["argmax_argmin_", l.form, "_", x.dtype.name()];
        let module = match x.dtype {
            DType::F16 => "argreduce_f16",
            DType::BF16 => "argreduce_bf16",
            DType::F32 => "argreduce_f32",
            DType::F64 => {
                return launch!(queue, "argreduce_f64", name, l.grid, l.threads, 0; l.x, l.folding, places, sign);
            }
            _ => {
                let (kind, turned) = (IntegerType::of(x.dtype), turned(x.dtype, largest));
                let name = ["argmax_argmin_", l.form, "_integers"];
                return launch!(queue, "reduce_integers", name, l.grid, l.threads, 0;
                    l.x, kind, l.folding, places, turned);
            }
        };
        launch!(queue, module, name, l.grid, l.threads, 0; l.x, l.folding, places, sign as f32)
    })
}
