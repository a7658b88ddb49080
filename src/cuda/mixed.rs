//! Elementwise launches over operands of any dtypes. The mirror of kernels/include/mixed.cuh.

use super::Queue;
use super::launch::{blocks, launch};
use super::nest::{Nest, Piece};
use crate::dtype::DType;
use crate::error::Result;

pub const THREADS: u32 = 256;
/// Elements of a thread.
const COUNT: u32 = 4;

/// N operands, the output last.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Mixed<const N: usize> {
    nest: Nest<N>,
    base: [*mut u8; N],
    value: [u64; 2],
    dtype: [i32; N],
    wrap: [i32; N],
    function: i32,
    common: u32,
}

/// One operand of any dtype.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    /// Address of element [0, 0, …], its dtype, and the integer dtype that it wraps to on its way, if any.
    Memory(*mut u8, DType, Option<DType>),
    /// The bits of one element of the class.
    Value(u64),
}

impl<const N: usize> Mixed<N> {
    pub fn new(piece: &Piece<N>, operands: [Operand; N], function: i32) -> Mixed<N> {
        let mut mixed = Mixed {
            nest: piece.nest,
            base: [std::ptr::null_mut(); N],
            value: [0; 2],
            dtype: [0; N],
            wrap: [0; N],
            function,
            common: 0,
        };
        for (k, operand) in operands.iter().enumerate() {
            match *operand {
                Operand::Memory(origin, dtype, wrap) => {
                    mixed.base[k] = origin.wrapping_offset((piece.offset[k] * dtype.size() as i64) as isize);
                    mixed.dtype[k] = dtype as i32;
                    mixed.wrap[k] = wrap.map_or(0, |dtype| dtype as i32);
                }
                Operand::Value(bits) => mixed.value[0] = bits,
            }
        }
        mixed
    }

    /// The bounds of clamp, as bits of the class.
    pub fn with_bounds(mut self, [low, high]: [u64; 2]) -> Mixed<N> {
        self.value = [low, high];
        self
    }

    /// Says that the second input is one number for all.
    pub fn with_common(mut self, common: bool) -> Mixed<N> {
        self.common = common as u32;
        self
    }

    pub fn launch(&self, queue: &Queue, module: &'static str, name: &[&str]) -> Result<()> {
        let grid = [blocks(self.nest.count as u64, (THREADS * COUNT) as u64), 1, 1];
        launch!(queue, module, name, grid, THREADS, 0; *self)
    }
}

/// The integer dtype through which an operand reaches the class of `compute`: one that joins a smaller integer type
/// wraps first. (A number that joins f16 or bf16 stays f32, as in PyTorch.)
pub fn wrap(from: DType, compute: DType) -> Option<DType> {
    let keeps = from == compute || compute.is_float() || compute.class() == compute || from == DType::Bool;
    let widens = || DType::promote(from, compute).is_ok_and(|d| d == compute);
    (!keeps && !widens()).then_some(compute)
}
