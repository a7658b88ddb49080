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

/// Groups that a thread of a simple walk loads at once, at most.
const fn deep(operands: usize) -> u32 {
    if operands > 2 { 2 } else { 4 }
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
        walk.access = walk.line_accesses(operands, v);
        let fits = walk.access.iter().enumerate().all(|(k, access)| match access {
            Access::Whole => true,
            // One element: no group is read or written.
            _ if rank == 0 => true,
            // A unary function reads a vector.
            Access::Value | Access::Uniform | Access::Splat => k < N - 1 && N > 2,
            _ => false,
        });
        if !fits {
            return None;
        }
        walk.lines(v);
        walk.groups = walk.nest.count / v;
        let rest = walk.nest.count % v;
        // Much in flight for each thread, but not at the price of idle multiprocessors.
        if walk.groups / (THREADS * deep(N)) >= 2 * multiprocessors {
            walk.turns = deep(N);
        }
        launch.blocks = walk.groups.div_ceil(THREADS * walk.turns) + (rest > 0) as u32;
        Some(launch)
    }

    /// For the kernels that take any layouts, whose groups have at most `most` elements.
    pub fn any(piece: &Piece<N>, operands: [Operand; N], most: u32) -> Launch<N> {
        let v = group(&operands).min(most);
        let mut launch = Launch::new(piece, operands);
        let count = launch.walk.nest.count;
        if launch.tiles(operands, v) {
            return launch;
        }
        let walk = &mut launch.walk;
        walk.access = walk.line_accesses(operands, v);
        let length = walk.length();
        // Lines that leave too much of their last group empty go element by element.
        if walk.access[N - 1] == Access::Whole && (length % v == 0 || length >= 4 * v || walk.nest.rank < 2) {
            walk.lines(v);
            walk.groups = count / length * walk.across.divisor();
            launch.blocks = walk.groups.div_ceil(THREADS);
            return launch;
        }
        for access in &mut walk.access {
            if !matches!(access, Access::Value | Access::Uniform) {
                *access = Access::Single;
            }
        }
        launch.blocks = count.div_ceil(THREADS * v.min(4));
        launch
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
        // A block reads at least one row of a tile at a time.
        walk.tile = [wide, (tile - wide).min(THREADS.trailing_zeros())];
        walk.turns = (1 << (walk.tile[0] + walk.tile[1])) / (v * THREADS);
        walk.pitch = (1 << walk.tile[1]) + (4 / widest as u32).max(1);
        walk.across = Divisor::new(n0.div_ceil(1 << walk.tile[0]));
        walk.along = Divisor::new(n1.div_ceil(1 << walk.tile[1]));
        let mut shared = 0;
        walk.access = walk.line_accesses(operands, v);
        for (k, operand) in operands.iter().enumerate().take(N - 1) {
            if turned(walk, k) == Some(1) {
                walk.access[k] = Access::Staged;
                walk.shared[k] = shared;
                shared += ((operand.size() as u32 * walk.pitch) << walk.tile[0]).next_multiple_of(16);
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

    /// Makes it a LINES walk in groups of `v`.
    fn lines(&mut self, v: u32) {
        self.mapping = Mapping::Lines;
        self.across = Divisor::new(self.length().div_ceil(v));
    }

    fn line_accesses(&self, operands: [Operand; N], v: u32) -> [Access; N] {
        std::array::from_fn(|k| self.line_access(k, operands[k], v))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cuda::mixed::Mixed;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// What the kernels do of a walk: for each element the places that it is read from and written to, in elements from
    /// the operands' bases. Checks what vectors and tiles rely on.
    fn visited<const N: usize>(launch: &Launch<N>, sizes: [usize; N], v: u32) -> Vec<[i64; N]> {
        let walk = &launch.walk;
        let (n, mut all) = (&walk.nest, Vec::new());
        let outer = |mut rest: u32, first: usize| -> [i64; N] {
            let mut at = [0; N];
            for d in first..n.rank as usize {
                let i = rest % n.size[d].divisor();
                rest /= n.size[d].divisor();
                for (at, stride) in at.iter_mut().zip(&n.stride) {
                    *at += i as i64 * stride[d];
                }
            }
            at
        };
        let mut group = |at: [i64; N], left: u32| {
            for k in 0..N {
                let address = walk.base[k] as usize as i64 + at[k] * sizes[k] as i64;
                if walk.access[k] == Access::Whole && left >= v {
                    assert_eq!(address % (sizes[k] as i64 * v as i64), 0, "a vector is not aligned");
                }
                let step = n.stride[k][0];
                match walk.access[k] {
                    Access::Whole => assert!(n.rank == 0 || step == 1),
                    Access::Splat => assert_eq!(step, 0),
                    Access::Uniform | Access::Value => assert!(n.stride[k][..n.rank as usize].iter().all(|&s| s == 0)),
                    _ => {}
                }
            }
            for i in 0..left.min(v) as i64 {
                all.push(std::array::from_fn(|k| at[k] + if n.rank > 0 { i * n.stride[k][0] } else { 0 }));
            }
        };
        for block in 0..launch.blocks {
            for thread in 0..THREADS {
                match walk.mapping {
                    Mapping::Singles => {
                        let each = v.min(4);
                        for i in 0..each {
                            let e = block * THREADS * each + thread + i * THREADS;
                            if e < n.count {
                                assert!(
                                    !walk
                                        .access
                                        .iter()
                                        .any(|a| matches!(a, Access::Whole | Access::Strided | Access::Splat))
                                );
                                assert_eq!(walk.access[N - 1], Access::Single);
                                group(outer(e, 0), 1);
                            }
                        }
                    }
                    Mapping::Lines => {
                        for turn in 0..walk.turns {
                            let g = (block * walk.turns + turn) * THREADS + thread;
                            if g < walk.groups {
                                let line = g / walk.across.divisor();
                                let i0 = (g - line * walk.across.divisor()) * v;
                                let mut at = outer(line, 1);
                                for (at, stride) in at.iter_mut().zip(&n.stride) {
                                    *at += i0 as i64 * stride[0];
                                }
                                group(at, walk.length() - i0);
                            }
                        }
                        // The last block of a simple walk has the rest.
                        let one = walk.groups * v + thread;
                        if block * walk.turns * THREADS >= walk.groups && one < n.count {
                            assert!(n.rank < 2 && walk.groups == n.count / v, "only one dim has a rest");
                            group(outer(one, 0), 1);
                        }
                    }
                    Mapping::Tiles => {
                        assert!(walk.tile[1] <= 8 && walk.turns > 0);
                        for turn in 0..walk.turns {
                            let q = turn * THREADS + thread;
                            let wide = walk.tile[0] - v.trailing_zeros();
                            let (i0, i1) = ((q & ((1 << wide) - 1)) * v, q >> wide);
                            assert!(i1 < 1 << walk.tile[1]);
                            let above = block / walk.across.divisor();
                            let rest = above / walk.along.divisor();
                            let i0 = ((block % walk.across.divisor()) << walk.tile[0]) + i0;
                            let i1 = ((above % walk.along.divisor()) << walk.tile[1]) + i1;
                            let [n0, n1] = [0, 1].map(|d| n.size[d].divisor());
                            if i0 >= n0 || i1 >= n1 {
                                continue;
                            }
                            let mut at = outer(rest, 2);
                            for (at, stride) in at.iter_mut().zip(&n.stride) {
                                *at += i0 as i64 * stride[0] + i1 as i64 * stride[1];
                            }
                            group(at, n0 - i0);
                        }
                        // Tiles lie side by side in shared memory.
                        let mut end = 0;
                        for k in (0..N).filter(|&k| walk.access[k] == Access::Staged) {
                            assert!(walk.shared[k] >= end && walk.shared[k].is_multiple_of(16));
                            assert!(walk.pitch > (1 << walk.tile[1]));
                            end = walk.shared[k] + ((walk.pitch * sizes[k] as u32) << walk.tile[0]);
                        }
                        assert!(end > 0 && end as usize <= launch.shared && launch.shared <= 48 << 10);
                    }
                }
            }
        }
        all
    }

    fn check<const N: usize>(shape: &[i64], strides: [&[i64]; N], bases: [usize; N], sizes: [usize; N]) {
        let loops = Loops::new(shape, strides);
        let mut expected: HashMap<[i64; N], i64> = HashMap::new();
        let total: i64 = shape.iter().product();
        for n in 0..total {
            let (mut rest, mut at) = (n, [0; N]);
            for d in (0..shape.len()).rev() {
                for (at, s) in at.iter_mut().zip(strides) {
                    *at += rest % shape[d] * s[d];
                }
                rest /= shape[d];
            }
            *expected.entry(at).or_default() += 1;
        }
        let operands = std::array::from_fn(|k| Operand::Memory(bases[k] as *mut u8, sizes[k]));
        for multiprocessors in [0, 132] {
            for piece in loops.pieces().unwrap() {
                let v = group(&operands);
                let mut ways =
                    vec![(v, Launch::any(&piece, operands, 16)), (v.min(4), Launch::any(&piece, operands, 4))];
                ways.extend(Launch::simple(&piece, operands, multiprocessors).map(|launch| (v, launch)));
                for (v, launch) in ways {
                    let mut count = expected.clone();
                    for at in visited(&launch, sizes, v) {
                        *count.entry(at).or_default() -= 1;
                    }
                    assert!(count.values().all(|&n| n == 0), "{launch:?}");
                }
            }
        }
    }

    /// Strides of a dense tensor whose dims lie in memory in `order`, the first innermost; lines `gap` apart.
    fn dense(shape: &[i64], order: &[usize], gap: i64) -> Vec<i64> {
        let (mut strides, mut step) = (vec![0; shape.len()], 1);
        for (i, &d) in order.iter().enumerate() {
            strides[d] = step;
            step *= shape[d];
            if i == 0 {
                step += gap;
            }
        }
        strides
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn every_element_once(
            dims in proptest::collection::vec(prop_oneof![1i64..6, 14i64..36, Just(64), Just(128)], 0..4),
            orders in proptest::collection::vec(any::<u64>(), 2),
            gaps in proptest::collection::vec(prop_oneof![Just(0i64), Just(16), Just(1)], 3),
            thin in proptest::collection::vec(0u8..4, 4),
            shifts in proptest::collection::vec(prop_oneof![3 => Just(0usize), 1 => Just(1)], 3),
            sizes in prop_oneof![Just([4, 4, 4]), Just([2, 2, 2]), Just([8, 8, 8]), Just([1, 1, 1]), Just([4, 4, 1]), Just([1, 2, 2])],
        ) {
            prop_assume!(dims.iter().product::<i64>() <= 40_000);
            let rank = dims.len();
            let order = |seed: u64| -> Vec<usize> {
                let mut order: Vec<usize> = (0..rank).rev().collect();
                if rank > 1 && seed.is_multiple_of(3) {
                    order.swap(0, (1 + seed as usize / 3 % (rank - 1)).min(rank - 1));
                }
                order
            };
            let inner: Vec<usize> = (0..rank).rev().collect();
            let a = dense(&dims, &order(orders[0]), gaps[0]);
            let mut b = dense(&dims, &order(orders[1]), gaps[1]);
            for (step, thin) in b.iter_mut().zip(&thin) {
                if *thin == 0 {
                    *step = 0;
                }
            }
            let out = dense(&dims, &inner, gaps[2]);
            let bases = std::array::from_fn(|k| 4096 + shifts[k] * sizes[k]);
            check(&dims, [&a, &b, &out], bases, sizes);
            check(&dims, [&b, &out], [bases[1], bases[2]], [sizes[1], sizes[2]]);
            check(&dims, [&out], [bases[2]], [sizes[2]]);
        }
    }

    /// As tests/cuda/host/walks.h asserts of the kernels.
    #[test]
    fn parameters_have_the_size_that_kernels_expect() {
        let walks = [size_of::<Walk<1>>(), size_of::<Walk<2>>(), size_of::<Walk<3>>(), size_of::<Walk<4>>()];
        assert_eq!(walks, [248, 328, 408, 488]);
        let mixed = [size_of::<Mixed<2>>(), size_of::<Mixed<3>>(), size_of::<Mixed<4>>()];
        assert_eq!(mixed, [288, 368, 448]);
    }

    #[test]
    fn threads_load_several_groups_where_there_are_many() {
        let n = 64 << 20;
        let loops = Loops::new(&[n], [&[1], &[1]]);
        let operands = [Operand::Memory(4096 as *mut u8, 4), Operand::Memory(8192 as *mut u8, 4)];
        let piece = loops.pieces().unwrap().next().unwrap();
        let launch = Launch::simple(&piece, operands, 132).unwrap();
        assert_eq!((launch.walk.turns, launch.blocks), (4, (n / 4 / 4 / 256) as u32));
        // The second operand a number, and not much to do.
        let loops = Loops::new(&[1 << 12], [&[1], &[0], &[1]]);
        let operands = [operands[0], Operand::Value(7, 4), operands[1]];
        let piece = loops.pieces().unwrap().next().unwrap();
        let launch = Launch::simple(&piece, operands, 132).unwrap();
        assert_eq!((launch.walk.turns, launch.blocks), (1, 4));
        assert_eq!((launch.walk.access[1], launch.walk.value[0]), (Access::Value, 7));
    }

    #[test]
    fn transposed_inputs_go_through_tiles() {
        for shape in [[3i64, 70, 90], [2, 200, 16], [1, 16, 300], [2, 128, 64]] {
            let (turned, plain) = (dense(&shape, &[1, 2, 0], 0), dense(&shape, &[2, 1, 0], 0));
            for size in [1, 2, 4, 8] {
                check(&shape, [&turned, &plain], [4096, 8192], [size, size]);
                check(&shape, [&plain, &turned, &plain], [4096, 4096 + size, 8192], [1, size, size]);
            }
        }
        for (size, tile) in [(1, [7, 7]), (2, [6, 7]), (4, [6, 6]), (8, [5, 6])] {
            let loops = Loops::new(&[3, 1000, 2000], [&[2_000_000, 1, 1000], &[2_000_000, 2000, 1]]);
            assert!(loops.is_turned(0, size));
            let operands = [Operand::Memory(4096 as *mut u8, size), Operand::Memory(8192 as *mut u8, size)];
            let piece = loops.pieces().unwrap().next().unwrap();
            let launch = Launch::any(&piece, operands, 16);
            assert_eq!((launch.walk.mapping, launch.walk.access[0]), (Mapping::Tiles, Access::Staged));
            assert_eq!((launch.walk.tile, launch.walk.access[1]), (tile, Access::Whole));
        }
        // Three channels: a narrow tile. Every second element: no tile.
        let loops = Loops::new(&[3, 50_000], [&[1, 3], &[50_000, 1]]);
        assert!(!loops.is_turned(0, 4), "12 bytes apart is near enough");
        let loops = Loops::new(&[16, 50_000], [&[1, 16], &[50_000, 1]]);
        let operands = [Operand::Memory(4096 as *mut u8, 4), Operand::Memory(8192 as *mut u8, 4)];
        let piece = loops.pieces().unwrap().next().unwrap();
        assert_eq!(Launch::any(&piece, operands, 4).walk.tile, [8, 4]);
    }
}
