//! The blocked product for matrices: micro-kernels and their shapes from the `gemm` crates, blocking and packing here,
//! because the crates' own driver takes its buffers from the global allocator (which aborts the process when there is
//! no memory) and from a thread-local (which panics in late thread destructors). Only register code is called.
//!
//! The crates think in columns. C is stored by rows, so the product computed is Cᵀ = Bᵀ·Aᵀ: the vectors of a
//! micro-kernel lie along n, its broadcast side along m.

use super::Problem;
use crate::cpu::cancel;
use crate::cpu::convert::{Load, Store};
use crate::cpu::memory::Workspace;
use crate::cpu::simd::{self, Level};
use crate::error::Result;
use gemm_common::microkernel::MicroKernelFn;

/// C tiles of up to `mr` (along n, a multiple of `lanes`) × `nr` (along m) in registers.
#[derive(Clone, Copy)]
pub(super) struct Kernels<T: 'static> {
    lanes: usize,
    mr: usize,
    nr: usize,
    /// `[vectors along n − 1][columns along m − 1]`, flattened.
    table: &'static [MicroKernelFn<T>],
}

/// A type that micro-kernels multiply.
pub(super) trait Float: Copy + Default + PartialEq + Send + Sync + 'static + Load<Self> + Store<Self>
where
    Self: std::ops::Add<Output = Self> + std::ops::Mul<Output = Self>,
{
    const ONE: Self;
    fn kernels() -> Kernels<Self>;
}

macro_rules! table {
    ($($path:ident)::+, $t:ty, $lanes:expr) => {{
        use $($path)::+::{MR_DIV_N, NR, UKR};
        static TABLE: [[MicroKernelFn<$t>; NR]; MR_DIV_N] = UKR;
        Kernels { lanes: $lanes, mr: MR_DIV_N * $lanes, nr: NR, table: TABLE.as_flattened() }
    }};
}

macro_rules! float {
    ($t:ident, $krate:ident, $per_128_bits:expr) => {
        impl Float for $t {
            const ONE: $t = 1.0;

            fn kernels() -> Kernels<$t> {
                match simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    Level::V4 => table!($krate::microkernel::avx512f::$t, $t, 4 * $per_128_bits),
                    #[cfg(target_arch = "x86_64")]
                    Level::V3 => table!($krate::microkernel::fma::$t, $t, 2 * $per_128_bits),
                    #[cfg(target_arch = "aarch64")]
                    _ => table!($krate::microkernel::neon::$t, $t, $per_128_bits),
                    #[cfg(not(target_arch = "aarch64"))]
                    _ => table!($krate::microkernel::scalar::$t, $t, 1),
                }
            }
        }
    };
}

float!(f32, gemm_f32, 4);
float!(f64, gemm_f64, 2);

/// How deep a panel is at most: with `mr` or `nr` numbers per step, panels of B stay in L2 and those of A in L1.
const DEPTH: usize = 512;
/// Bytes of packed B at a time: most of the L2 of a current core. Fixed, because the crates find the real size by reading
/// /sys or running `lscpu`.
const PACKED: usize = 768 << 10;
/// Rows of C that one item of work covers, and that one pass covers at most.
const ROWS: usize = 256;
const MAX_ROWS: usize = 1024;
/// Panels of A that are packed together: neighbouring rows share cache lines when A is stored by columns.
const GROUP: usize = 8;

/// How a product is cut up. Depends on shapes only, and every element of C sums over k in the same order however the
/// rest is cut.
pub(super) struct Plan<T: 'static> {
    kernels: Kernels<T>,
    /// Depth of a panel.
    kc: usize,
    /// Columns and rows of C per item.
    nt: usize,
    mt: usize,
    pub(super) items: usize,
    m_tiles: usize,
    n_tiles: usize,
}

impl<T: Float + std::ops::Add<Output = T> + std::ops::Mul<Output = T>> Plan<T> {
    pub(super) fn new(batch: usize, m: usize, n: usize, k: usize) -> Plan<T> {
        let kernels = T::kernels();
        let kc = k.div_ceil(k.div_ceil(DEPTH).max(1)).max(1);
        let widest = (PACKED / (kc * size_of::<T>()) / kernels.mr).clamp(1, 8);
        let mt = ROWS.min(m).next_multiple_of(kernels.nr);
        let m_tiles = m.div_ceil(mt);
        // Enough items to share between threads, unless they would get too small to be worth a hand-over.
        let panels = n.div_ceil(kernels.mr);
        let work_of_panel = mt * kernels.mr * k;
        let wanted = (32 / (batch * m_tiles).max(1)).max(1);
        let smallest = (1usize << 20).div_ceil(work_of_panel.max(1));
        let per_tile = (panels / wanted).clamp(smallest.min(widest), widest).max(1);
        let n_tiles = panels.div_ceil(per_tile);
        let nt = panels.div_ceil(n_tiles.max(1)).max(1) * kernels.mr;
        let n_tiles = n.div_ceil(nt);
        Plan { kernels, kc, nt, mt, items: batch * m_tiles * n_tiles, m_tiles, n_tiles }
    }

    /// Runs items `start..end`; rows go first, so that neighbouring items share their packed columns of B.
    ///
    /// # Safety
    /// `p` describes memory that is there, and nobody else writes C's tiles meanwhile.
    pub(super) unsafe fn run<S: Load<T> + Store<T>>(&self, p: &Problem<S>, start: usize, end: usize) -> Result<()> {
        let mut item = start;
        while item < end {
            let (column, row) = (item / self.m_tiles, item % self.m_tiles);
            let rows = (self.m_tiles - row).min(end - item).min((MAX_ROWS / self.mt).max(1));
            let (batch, column) = (column / self.n_tiles, column % self.n_tiles);
            let (m0, n0) = (row * self.mt, column * self.nt);
            let (m1, n1) = ((m0 + rows * self.mt).min(p.m), (n0 + self.nt).min(p.n));
            // SAFETY: the tile lies within C; the rest is the caller's promise.
            unsafe { self.tile(p, batch, m0, m1, n0, n1)? };
            item += rows;
        }
        Ok(())
    }

    /// C[m0..m1, n0..n1] (+)= A[m0..m1, :] · B[:, n0..n1].
    ///
    /// # Safety
    /// As `run`.
    unsafe fn tile<S: Load<T> + Store<T>>(
        &self,
        p: &Problem<S>,
        batch: usize,
        m0: usize,
        m1: usize,
        n0: usize,
        n1: usize,
    ) -> Result<()> {
        let Kernels { lanes, mr, nr, table } = self.kernels;
        let (rows, columns) = (m1 - m0, n1 - n0);
        let converted = !is_same::<S, T>();
        let (a_offset, b_offset) = p.batch_offsets(batch);
        let a = p.a.wrapping_offset(a_offset + m0 as isize * p.a_m);
        let b = p.b.wrapping_offset(b_offset + n0 as isize * p.b_n);
        let c = p.c.wrapping_add(batch * p.m * p.n + m0 * p.n + n0);

        // Packing B pays when enough rows read it, or when its rows lie too far apart for the TLB; a last panel that is
        // not whole vectors is always packed, since kernels load whole vectors.
        let near = p.b_k.unsigned_abs() * self.kc * size_of::<S>() <= 256 << 10;
        let pack_b = converted || p.b_n != 1 || (rows > 64 && !(near && rows <= 256));
        let pack_a = converted || p.a_k != 1 || cfg!(target_arch = "aarch64");
        let panels = columns.div_ceil(mr);
        let b_size = if pack_b { panels * mr * self.kc } else { mr * self.kc };
        let a_size = nr * self.kc * GROUP;
        let c_size = if converted { rows * columns } else { 0 };
        let space = Workspace::new((b_size + a_size + c_size) * size_of::<T>())?;
        let packed_b = space.as_ptr() as *mut T;
        let packed_a = packed_b.wrapping_add(b_size);
        // Where the sums grow: C itself, or a tile in T that is rounded once at the end.
        let (sums, stride) = if converted { (packed_a.wrapping_add(a_size), columns) } else { (c as *mut T, p.n) };
        if converted && p.accumulate {
            for i in 0..rows {
                for j in 0..columns {
                    // SAFETY: within the tile of C and within the workspace.
                    unsafe { sums.add(i * stride + j).write(c.add(i * p.n + j).read().load()) };
                }
            }
        }

        for k0 in (0..p.k).step_by(self.kc) {
            let depth = self.kc.min(p.k - k0);
            let b = b.wrapping_offset(k0 as isize * p.b_k);
            let a = a.wrapping_offset(k0 as isize * p.a_k);
            let whole = if columns % lanes == 0 { panels } else { panels - 1 };
            let first_packed = if pack_b { 0 } else { whole };
            for i in first_packed..panels {
                let width = mr.min(columns - i * mr);
                // SAFETY: the workspace holds the panels; B's columns n0 + i·mr .. + width and rows k0 .. + depth are
                // there.
                unsafe {
                    let to = packed_b.add((i - first_packed) * mr * depth);
                    pack(b.wrapping_offset((i * mr) as isize * p.b_n), p.b_n, p.b_k, width, mr, depth, to);
                }
            }
            // A stored by rows stays so (converted or not); otherwise panels of `nr` rows, `nr` numbers per step.
            let by_rows = p.a_k == 1 && !cfg!(target_arch = "aarch64");
            for j in (0..rows).step_by(nr) {
                // A tile can take tens of milliseconds; one strip of it takes microseconds.
                cancel::check()?;
                let height = nr.min(rows - j);
                let a = a.wrapping_offset(j as isize * p.a_m);
                let (right, right_k, right_m) = if !pack_a {
                    (a as *const T, p.a_k, p.a_m)
                } else if by_rows {
                    for q in 0..height {
                        let row = a.wrapping_offset(q as isize * p.a_m);
                        // SAFETY: the workspace holds `nr` rows of `depth` numbers.
                        unsafe { convert_row(row, depth, packed_a.add(q * depth)) };
                    }
                    (packed_a as *const T, 1, depth as isize)
                } else {
                    let panel = j / nr % GROUP;
                    if panel == 0 {
                        let group = (GROUP * nr).min(rows - j);
                        // SAFETY: as for B.
                        unsafe { pack_group(a, p.a_m, p.a_k, group, nr, depth, packed_a) };
                    }
                    (packed_a.wrapping_add(panel * nr * depth) as *const T, nr as isize, 1)
                };
                for i in 0..panels {
                    let width = mr.min(columns - i * mr);
                    let (left, left_k) = if i >= first_packed {
                        (packed_b.wrapping_add((i - first_packed) * mr * depth) as *const T, mr as isize)
                    } else {
                        (b.wrapping_add(i * mr) as *const T, p.b_k)
                    };
                    let kernel = table[(width.div_ceil(lanes) - 1) * nr + height - 1];
                    let grows = p.accumulate || k0 > 0;
                    // SAFETY: `kernels` chose a table that this processor runs. The panels hold `depth` steps of whole
                    // vectors and of `height` numbers; the destination has `width` × `height` elements.
                    unsafe {
                        kernel(
                            width,
                            height,
                            depth,
                            sums.add(j * stride + i * mr),
                            left,
                            right,
                            stride as isize,
                            1,
                            left_k,
                            right_k,
                            right_m,
                            T::ONE,
                            T::ONE,
                            grows as u8,
                            false,
                            false,
                            false,
                            std::ptr::null(),
                        );
                    }
                }
            }
        }

        if converted {
            for i in 0..rows {
                // SAFETY: within the workspace and within the tile of C.
                unsafe { round_row(sums.add(i * stride), columns, c.add(i * p.n)) };
            }
        }
        Ok(())
    }
}

fn is_same<S: 'static, T: 'static>() -> bool {
    std::any::TypeId::of::<S>() == std::any::TypeId::of::<T>()
}

/// `to[p·full + i] = from[i, p]` for i < width, zero for width ≤ i < full; strides in elements.
///
/// # Safety
/// `from` has `width` × `depth` elements and `to` room for `full` × `depth`.
unsafe fn pack<S: Load<T>, T: Float>(
    from: *const S,
    stride: isize,
    step: isize,
    width: usize,
    full: usize,
    depth: usize,
    to: *mut T,
) {
    simd::dispatch(
        #[inline(always)]
        move || {
            // SAFETY: the caller's promise.
            unsafe {
                match (stride, step) {
                    (1, _) if width == full => match full {
                        64 => pack_rows::<S, T, 64>(from, step, depth, to),
                        32 => pack_rows::<S, T, 32>(from, step, depth, to),
                        16 => pack_rows::<S, T, 16>(from, step, depth, to),
                        8 => pack_rows::<S, T, 8>(from, step, depth, to),
                        6 => pack_rows::<S, T, 6>(from, step, depth, to),
                        4 => pack_rows::<S, T, 4>(from, step, depth, to),
                        _ => pack_any(from, stride, step, width, full, depth, to),
                    },
                    (_, 1) if width == full => match full {
                        64 => pack_columns::<S, T, 64>(from, stride, depth, to),
                        32 => pack_columns::<S, T, 32>(from, stride, depth, to),
                        16 => pack_columns::<S, T, 16>(from, stride, depth, to),
                        8 => pack_columns::<S, T, 8>(from, stride, depth, to),
                        6 => pack_columns::<S, T, 6>(from, stride, depth, to),
                        4 => pack_columns::<S, T, 4>(from, stride, depth, to),
                        _ => pack_any(from, stride, step, width, full, depth, to),
                    },
                    _ => pack_any(from, stride, step, width, full, depth, to),
                }
            }
        },
    )
}

/// # Safety
/// `from` has `depth` elements and `to` room for as many.
unsafe fn convert_row<S: Load<T>, T: Float>(from: *const S, depth: usize, to: *mut T) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for p in 0..depth {
                // SAFETY: the caller's promise.
                unsafe { to.add(p).write(from.add(p).read().load()) };
            }
        },
    )
}

/// # Safety
/// `from` has `count` elements and `to` room for as many.
unsafe fn round_row<S: Store<T>, T: Float>(from: *const T, count: usize, to: *mut S) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for j in 0..count {
                // SAFETY: the caller's promise.
                unsafe { to.add(j).write(S::store(from.add(j).read())) };
            }
        },
    )
}

/// Panels of `nr` rows one after the other, as [`pack`] makes them; `rows` in total, the last panel padded.
///
/// # Safety
/// As [`pack`].
unsafe fn pack_group<S: Load<T>, T: Float>(
    from: *const S,
    stride: isize,
    step: isize,
    rows: usize,
    nr: usize,
    depth: usize,
    to: *mut T,
) {
    /// Steps in depth that all panels read before the next: few enough to stay in L1.
    const BLOCK: usize = 32;
    for p in (0..depth).step_by(BLOCK) {
        let block = BLOCK.min(depth - p);
        for i in (0..rows).step_by(nr) {
            let from = from.wrapping_offset(i as isize * stride + p as isize * step);
            // SAFETY: the caller's promise.
            unsafe { pack(from, stride, step, nr.min(rows - i), nr, block, to.add(i * depth + p * nr)) };
        }
    }
}

/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn pack_rows<S: Load<T>, T: Float, const W: usize>(from: *const S, step: isize, depth: usize, to: *mut T) {
    for p in 0..depth {
        let row = from.wrapping_offset(p as isize * step) as *const [S; W];
        // SAFETY: the caller's promise.
        unsafe {
            let row = row.read();
            let mut out = [T::default(); W];
            for i in 0..W {
                out[i] = row[i].load();
            }
            (to.add(p * W) as *mut [T; W]).write(out);
        }
    }
}

/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn pack_columns<S: Load<T>, T: Float, const W: usize>(from: *const S, stride: isize, depth: usize, to: *mut T) {
    /// Steps in depth that are read together: a cache line or two of each column.
    const STEP: usize = 16;
    let blocked = depth / STEP * STEP;
    for p in (0..blocked).step_by(STEP) {
        for i in 0..W {
            // SAFETY: the caller's promise.
            unsafe {
                let column = (from.wrapping_offset(i as isize * stride + p as isize) as *const [S; STEP]).read();
                for (q, x) in column.into_iter().enumerate() {
                    to.add((p + q) * W + i).write(x.load());
                }
            }
        }
    }
    for p in blocked..depth {
        for i in 0..W {
            // SAFETY: the caller's promise.
            unsafe { to.add(p * W + i).write(from.wrapping_offset(i as isize * stride + p as isize).read().load()) };
        }
    }
}

/// # Safety
/// As [`pack`].
#[inline(always)]
unsafe fn pack_any<S: Load<T>, T: Float>(
    from: *const S,
    stride: isize,
    step: isize,
    width: usize,
    full: usize,
    depth: usize,
    to: *mut T,
) {
    for p in 0..depth {
        let row = from.wrapping_offset(p as isize * step);
        for i in 0..full {
            // SAFETY: the caller's promise; beyond `width` nothing is read.
            unsafe {
                let x = if i < width { row.wrapping_offset(i as isize * stride).read().load() } else { T::default() };
                to.add(p * full + i).write(x);
            }
        }
    }
}
