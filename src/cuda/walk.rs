//! How the threads of an elementwise launch share the elements. The mirror of kernels/include/walk.cuh, where the
//! words are explained.

use super::nest::{Divisor, Loops, Nest, Piece};
use crate::layout::Dims;

pub const THREADS: u32 = 256;
/// Bytes of an operand's tile in shared memory, without padding, for the widest operand: as a power of two.
const TILE_BYTES: u32 = 14;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
enum Mapping {
    Lines,
    Singles,
    Tiles,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
enum Access {
    Whole,
    Strided,
    Splat,
    Uniform,
    Value,
    Staged,
    Single,
}

/// N operands, the output last.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Walk<const N: usize> {
    nest: Nest<N>,
    base: [*mut u8; N],
    value: [u64; 2],
    access: [Access; N],
    mapping: Mapping,
    turns: u32,
    flat: u32,
    groups: u32,
    across: Divisor,
    along: Divisor,
    tile: [u32; 2],
    pitch: u32,
    shared: [u32; N],
}

/// Where one operand of a walk is.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    /// Address of element [0, 0, …], bytes of an element.
    Memory(*mut u8, usize),
    /// The bits of one element.
    Value(u64, usize),
}

impl Operand {
    fn size(self) -> usize {
        let (Operand::Memory(_, size) | Operand::Value(_, size)) = self;
        size
    }
}

/// A walk and its launch.
#[derive(Clone, Copy, Debug)]
pub struct Launch<const N: usize> {
    pub walk: Walk<N>,
    pub blocks: u32,
    /// Dynamic shared memory in bytes.
    pub shared: usize,
}

/// Elements of a group: as many as 16 bytes hold of the widest operand.
fn group(operands: &[Operand]) -> u32 {
    16 / operands.iter().map(|o| o.size()).max().unwrap_or(16).min(16) as u32
}

/// Groups in flight of a flat walk.
const fn deep(operands: usize) -> u32 {
    if operands == 2 { 4 } else { 2 }
}

/// The dim that an input runs along, if that is another than dim 0 and a tile of both pays; `least` elements of them.
fn turned(sizes: &[i64], step: impl Fn(usize) -> i64, size: usize, least: i64) -> Option<usize> {
    let step = |d: usize| step(d).unsigned_abs().saturating_mul(size as u64);
    let near = (0..sizes.len()).filter(|&d| step(d) > 0).min_by_key(|&d| step(d))?;
    let pays = step(0) >= 32
        && step(near) <= 16
        && sizes[near].saturating_mul(size as i64) >= 16
        && sizes[0].saturating_mul(sizes[near]) >= least;
    (near > 0 && pays).then_some(near)
}

impl<const K: usize> Loops<K> {
    /// Whether input `k` runs along another dim than the output: read in the output's order it would be slow.
    pub fn is_turned(&self, k: usize, size: usize) -> bool {
        turned(&self.sizes, |d| self.strides[d][k], size, 1 << 12).is_some()
    }
}

impl<const N: usize> Launch<N> {
    fn new(piece: &Piece<N>, operands: [Operand; N]) -> Launch<N> {
        let (mut base, mut value) = ([std::ptr::null_mut(); N], [0; 2]);
        for (k, operand) in operands.iter().enumerate() {
            match *operand {
                Operand::Memory(origin, size) => {
                    base[k] = origin.wrapping_offset((piece.offset[k] * size as i64) as isize);
                }
                Operand::Value(bits, _) => value[0] = bits,
            }
        }
        let one = Divisor::new(1);
        let walk = Walk {
            nest: piece.nest,
            base,
            value,
            access: [Access::Single; N],
            mapping: Mapping::Singles,
            turns: 1,
            flat: 0,
            groups: 0,
            across: one,
            along: one,
            tile: [0; 2],
            pitch: 0,
            shared: [0; N],
        };
        Launch { walk, blocks: 0, shared: 0 }
    }

    /// For the kernels of one function: whole groups, and an output that lies flat. `None` where the layouts do not
    /// allow that.
    pub fn simple(piece: &Piece<N>, operands: [Operand; N], multiprocessors: u32) -> Option<Launch<N>> {
        let v = group(&operands);
        let mut launch = Launch::new(piece, operands);
        let walk = &mut launch.walk;
        let rank = walk.nest.rank as usize;
        let mut dense = 1;
        for (n, &step) in walk.nest.sizes().zip(&walk.nest.stride[N - 1]) {
            if step != dense {
                return None;
            }
            dense *= n;
        }
        if rank > 1 && walk.nest.sizes().next().is_some_and(|n| n % v as i64 != 0) {
            return None;
        }
        for k in 0..N {
            walk.access[k] = walk.line_access(k, operands[k], v);
            let fits = match walk.access[k] {
                Access::Whole => true,
                // One element: no group is read or written.
                _ if rank == 0 => true,
                // A unary function reads a vector.
                Access::Value | Access::Uniform | Access::Splat => k < N - 1 && N > 2,
                _ => false,
            };
            if !fits {
                return None;
            }
        }
        walk.groups = walk.nest.count / v;
        let rest = walk.nest.count % v;
        launch.lines(v, rest, multiprocessors);
        Some(launch)
    }

    /// For the kernels that take any layouts, whose groups have at most `most` elements.
    pub fn any(piece: &Piece<N>, operands: [Operand; N], most: u32, multiprocessors: u32) -> Launch<N> {
        let v = group(&operands).min(most);
        let mut launch = Launch::new(piece, operands);
        let count = launch.walk.nest.count;
        if launch.tiles(operands, v) {
            return launch;
        }
        let walk = &mut launch.walk;
        let out = walk.line_access(N - 1, operands[N - 1], v);
        let length = walk.length();
        // Lines that leave too much of their last group empty go element by element.
        if out == Access::Whole && (length % v == 0 || length >= 4 * v || walk.nest.rank < 2) {
            for k in 0..N {
                walk.access[k] = walk.line_access(k, operands[k], v);
            }
            let line = length.div_ceil(v);
            walk.groups = count / length * line;
            launch.lines(v, 0, multiprocessors);
            return launch;
        }
        for (access, operand) in walk.access.iter_mut().zip(operands) {
            *access = if matches!(operand, Operand::Value(..)) { Access::Value } else { Access::Single };
        }
        launch.blocks = count.div_ceil(THREADS * v.min(4));
        launch
    }

    /// Finishes a LINES walk, whose groups and accesses are known.
    fn lines(&mut self, v: u32, rest: u32, multiprocessors: u32) {
        let walk = &mut self.walk;
        walk.mapping = Mapping::Lines;
        walk.across = Divisor::new(walk.length().div_ceil(v));
        let flat = walk.nest.rank < 2
            && walk.access[..N - 1].iter().all(|a| matches!(a, Access::Whole | Access::Uniform | Access::Value))
            && walk.access[N - 1] == Access::Whole;
        // Many groups in flight for each thread, but not at the price of idle multiprocessors.
        if flat && walk.groups / (THREADS * deep(N)) >= 4 * multiprocessors {
            walk.turns = deep(N);
            walk.flat = 1;
        }
        self.blocks = (walk.groups + rest).div_ceil(THREADS * walk.turns);
    }

    /// Makes it a TILES walk if an input lies along another dim than the output.
    fn tiles(&mut self, operands: [Operand; N], v: u32) -> bool {
        let walk = &mut self.walk;
        let widest = operands.iter().map(|o| o.size()).max().unwrap_or(1);
        let tile = TILE_BYTES - widest.trailing_zeros();
        let turned = |walk: &Walk<N>, k: usize| {
            let Operand::Memory(_, size) = operands[k] else { return None };
            turned(&walk.nest.sizes().collect::<Dims>(), |d| walk.nest.stride[k][d], size, 1 << (tile - 2))
        };
        let Some(near) = (0..N - 1).find_map(|k| turned(walk, k)) else { return false };
        walk.nest.bring_to_1(near);
        let [n0, n1] = [0, 1].map(|d| walk.nest.size[d].divisor());
        let ceil_log2 = |n: u32| 32 - (n - 1).leading_zeros();
        let mut wide = tile / 2;
        if ceil_log2(n0) < wide {
            wide = ceil_log2(n0).max(v.trailing_zeros());
        } else if ceil_log2(n1) < tile - wide {
            wide = tile - ceil_log2(n1).max(3);
        }
        walk.mapping = Mapping::Tiles;
        walk.tile = [wide, tile - wide];
        walk.turns = (1 << tile) / (v * THREADS);
        walk.pitch = (1 << walk.tile[1]) + (4 / widest as u32).max(1);
        walk.across = Divisor::new(n0.div_ceil(1 << walk.tile[0]));
        walk.along = Divisor::new(n1.div_ceil(1 << walk.tile[1]));
        let mut shared = 0;
        for k in 0..N {
            walk.access[k] = walk.line_access(k, operands[k], v);
            if k < N - 1 && turned(walk, k) == Some(1) {
                walk.access[k] = Access::Staged;
                walk.shared[k] = shared;
                shared += ((operands[k].size() as u32 * walk.pitch) << walk.tile[0]).next_multiple_of(16);
            }
        }
        let rest: u32 = walk.nest.count / (n0 * n1);
        self.shared = shared as usize;
        self.blocks = walk.across.divisor() * walk.along.divisor() * rest;
        true
    }
}

impl<const N: usize> Walk<N> {
    /// Elements along dim 0.
    fn length(&self) -> u32 {
        if self.nest.rank == 0 { 1 } else { self.nest.size[0].divisor() }
    }

    /// How groups of `v` along dim 0 are read or written.
    fn line_access(&self, k: usize, operand: Operand, v: u32) -> Access {
        let Operand::Memory(_, size) = operand else { return Access::Value };
        let steps = &self.nest.stride[k][..self.nest.rank as usize];
        let aligned = (self.base[k] as usize).is_multiple_of(size * v as usize)
            && steps.iter().skip(1).all(|&s| s % v as i64 == 0);
        match steps.first() {
            None if k < N - 1 => Access::Uniform,
            None => {
                if aligned {
                    Access::Whole
                } else {
                    Access::Strided
                }
            }
            Some(1) if aligned => Access::Whole,
            Some(0) if steps.iter().all(|&s| s == 0) => Access::Uniform,
            Some(0) => Access::Splat,
            _ => Access::Strided,
        }
    }

    /// What else the kernel is told: the bounds of clamp, the constant of fill.
    pub fn with_values(mut self, value: [u64; 2]) -> Walk<N> {
        self.value = value;
        self
    }
}
