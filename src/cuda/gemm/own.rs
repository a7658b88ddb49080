//! Matrix products with the kernels of this library.

use super::choice::{self, Sizes, Tile, Wish};
use super::problem::{Arguments, Problem};
use crate::cuda::launch::{blocks, launch};
use crate::cuda::nest::{Loops, Piece};
use crate::cuda::{Block, Queue};
use crate::dtype::{Category, DType};
use crate::error::{Error, Result};
use crate::fail;
use smallvec::SmallVec;
use std::ptr::null;
use std::sync::OnceLock;

/// Below so many multiply-adds, operands that tensor cores cannot read as they lie are not worth a copy.
const WORTH_PACKING: f64 = 16e6;
/// The least k for which a matrix by few columns goes by the kernels for that.
const GEMV_K: i64 = 64;

/// `p` has elements, and a k above 0.
pub fn matmul(queue: &Queue, p: &Problem, tf32: bool) -> Result<()> {
    if p.dtype.category() != Category::Float {
        return tiles(queue, p, integers(p.dtype), &choice::WIDE_TILES);
    }
    if let Some(columns) = few_columns(queue, p) {
        return if p.n <= p.m { gemv(queue, p, columns, false) } else { gemv(queue, &p.exchanged(), columns, true) };
    }
    let modern = queue.device().properties().capability >= (8, 0);
    match p.dtype {
        DType::F64 if modern => tiles(queue, p, Family::F64, &choice::F64_TILES),
        DType::F64 => tiles(queue, p, Family::SimtF64, &choice::WIDE_TILES),
        DType::F32 if tf32 && modern => tensor_cores(queue, p, Family::MmaTf32, Family::F32),
        DType::F32 if modern => tiles(queue, p, Family::F32, &choice::SIMT_TILES),
        DType::F32 => tiles(queue, p, Family::SimtF32, &choice::SIMT_TILES),
        DType::F16 if modern => tensor_cores(queue, p, Family::MmaF16, Family::SimtF16),
        DType::F16 => tiles(queue, p, Family::SimtF16, &choice::SIMT_TILES),
        DType::BF16 if modern => tensor_cores(queue, p, Family::MmaBf16, Family::SimtBf16),
        _ => tiles(queue, p, Family::SimtBf16, &choice::SIMT_TILES),
    }
}

/// C = bias, or 0: the sum of nothing.
pub fn nothing(queue: &Queue, p: &Problem) -> Result<()> {
    reduce(queue, p.dtype, null(), 0, p.batches() * p.m * p.n, p.n, p.bias, p.c)
}

/// Kernels of one kind and dtype.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    MmaF16,
    MmaBf16,
    MmaTf32,
    F32,
    F64,
    SimtF16,
    SimtBf16,
    SimtF32,
    SimtF64,
    SimtU8,
    SimtU16,
    SimtU32,
    SimtU64,
}

/// Wrapping sums have the same low bits with and without signs.
fn integers(dtype: DType) -> Family {
    match dtype.size() {
        1 => Family::SimtU8,
        2 => Family::SimtU16,
        4 => Family::SimtU32,
        _ => Family::SimtU64,
    }
}

impl Family {
    /// The module that has the kernel of this tile, how the kernel's name begins, and the dtype at its end.
    fn kernel(self, tile: &Tile) -> (&'static str, &'static str, &'static str) {
        let large = tile.m == 128;
        match self {
            Family::MmaF16 if tile.wgmma && tile.n == 256 => ("gemm_wgmma_128x256_f16", "gemm_wgmma_", "f16"),
            Family::MmaF16 if tile.wgmma => ("gemm_wgmma_128x128_f16", "gemm_wgmma_", "f16"),
            Family::MmaBf16 if tile.wgmma && tile.n == 256 => ("gemm_wgmma_128x256_bf16", "gemm_wgmma_", "bf16"),
            Family::MmaBf16 if tile.wgmma => ("gemm_wgmma_128x128_bf16", "gemm_wgmma_", "bf16"),
            Family::MmaF16 if tile.n == 256 => ("gemm_mma_128x256_f16", "gemm_mma_", "f16"),
            Family::MmaF16 if large => ("gemm_mma_128x128_f16", "gemm_mma_", "f16"),
            Family::MmaF16 => ("gemm_mma_64x64_f16", "gemm_mma_", "f16"),
            Family::MmaBf16 if tile.n == 256 => ("gemm_mma_128x256_bf16", "gemm_mma_", "bf16"),
            Family::MmaBf16 if large => ("gemm_mma_128x128_bf16", "gemm_mma_", "bf16"),
            Family::MmaBf16 => ("gemm_mma_64x64_bf16", "gemm_mma_", "bf16"),
            Family::MmaTf32 if tile.n == 256 => ("gemm_mma_128x256_tf32", "gemm_mma_", "tf32"),
            Family::MmaTf32 if large => ("gemm_mma_128x128_tf32", "gemm_mma_", "tf32"),
            Family::MmaTf32 => ("gemm_mma_64x64_tf32", "gemm_mma_", "tf32"),
            Family::F32 if large => ("gemm_f32", "gemm_", "f32"),
            Family::F32 | Family::SimtF32 => ("gemm_simt_f32", "gemm_simt_", "f32"),
            Family::F64 => ("gemm_f64", "gemm_", "f64"),
            Family::SimtF16 => ("gemm_simt_f16", "gemm_simt_", "f16"),
            Family::SimtBf16 => ("gemm_simt_bf16", "gemm_simt_", "bf16"),
            Family::SimtF64 => ("gemm_simt_f64", "gemm_simt_", "f64"),
            Family::SimtU8 => ("gemm_simt_integer", "gemm_simt_", "u8"),
            Family::SimtU16 => ("gemm_simt_integer", "gemm_simt_", "u16"),
            Family::SimtU32 => ("gemm_simt_integer", "gemm_simt_", "u32"),
            Family::SimtU64 => ("gemm_simt_integer", "gemm_simt_", "u64"),
        }
    }
}

/// Grids of kernels that count the batch in y and z.
fn grid(x: i64, batches: u32) -> Result<[u32; 3]> {
    const MOST: u32 = 65_535;
    match i32::try_from(x) {
        Ok(x) => Ok([x as u32, batches.min(MOST), batches.div_ceil(MOST)]),
        Err(_) => fail!(UNSUPPORTED, "a matrix product of {x} tiles is too large for the kernels of this library"),
    }
}

/// Kernels that take any layout, and those for tensor cores when the layout is right for them: `order` is "kk_", … or
/// nothing. In the best number of parts of k, unless it is given.
fn tiles_in_order(
    queue: &Queue,
    p: &Problem,
    family: Family,
    of: &[Tile],
    splits: Option<i64>,
    order: &str,
) -> Result<()> {
    let sizes = Sizes { m: p.m, n: p.n, k: p.k, batches: p.batches() };
    let Some((tile, best)) = choice::choose(queue.device().properties(), of, sizes) else {
        fail!(UNSUPPORTED, "no kernel for matrix products of {} runs on cuda:{}", p.dtype, queue.ordinal());
    };
    let (each, splits) = choice::split(p.k, splits.unwrap_or(best), tile.step);
    let (module, prefix, dtype) = family.kernel(&tile);
    p.for_each_piece(|piece, first| {
        let mut g = Arguments::new(p, piece, first);
        (g.tiles_m, g.tiles_n) = (blocks(p.m as u64, tile.m as u64), blocks(p.n as u64, tile.n as u64));
        let count = (g.tiles_m as i64).saturating_mul(g.tiles_n as i64);
        let grid = grid(count.saturating_mul(splits), g.batch.count)?;
        let name = [prefix, tile.name, "_", order, dtype];
        split_launch(
            queue,
            p,
            piece,
            &mut g,
            each,
            splits,
            p.n,
            |g| launch!(queue, module, name, grid, tile.threads, tile.shared; *g),
        )
    })
}

fn tiles(queue: &Queue, p: &Problem, family: Family, of: &[Tile]) -> Result<()> {
    tiles_in_order(queue, p, family, of, None, "")
}

/// Launches the kernel with `splits` parts of k, and the second stage if there are several. `columns` of C make a row.
#[allow(clippy::too_many_arguments)]
fn split_launch(
    queue: &Queue,
    p: &Problem,
    piece: &Piece<2>,
    g: &mut Arguments,
    each: i64,
    splits: i64,
    columns: i64,
    start: impl FnOnce(&Arguments) -> Result<()>,
) -> Result<()> {
    (g.k_per_split, g.splits) = (each, splits as u32);
    if splits == 1 {
        return start(g);
    }
    let count = piece.nest.count as i64 * p.m * p.n;
    let size = if p.dtype.size() == 8 { 8 } else { 4 };
    let nbytes =
        (count as usize).checked_mul(splits as usize * size).ok_or_else(|| Error::out_of_memory(usize::MAX))?;
    let partial = queue.workspace(nbytes)?;
    g.partial = partial.address();
    start(g)?;
    reduce(queue, p.dtype, g.partial, g.splits, count, columns, p.bias, g.c)
}

/// The second stage: C = Σ parts + bias.
#[allow(clippy::too_many_arguments)]
fn reduce(
    queue: &Queue,
    dtype: DType,
    partial: *const u8,
    splits: u32,
    count: i64,
    columns: i64,
    bias: *const u8,
    out: *mut u8,
) -> Result<()> {
    let name = match (dtype.category(), dtype.size()) {
        (Category::Float, _) => dtype.name(),
        (_, 1) => "u8",
        (_, 2) => "u16",
        (_, 4) => "u32",
        _ => "u64",
    };
    launch!(queue, "gemm_reduce", ["gemm_reduce_", name], [blocks(count as u64, 1024), 1, 1], 256, 0;
        partial, splits, count, columns, bias, out)
}

// ---- tensor cores ----

/// What `TENDON_CUDA_GEMM` asks for.
fn wish() -> &'static Wish {
    static WISH: OnceLock<Wish> = OnceLock::new();
    WISH.get_or_init(|| Wish::parse(&std::env::var("TENDON_CUDA_GEMM").unwrap_or_default()))
}

/// One operand: `line` is the stride across, of rows of A or columns of B.
#[derive(Clone, Copy)]
struct Operand {
    at: *const u8,
    line: i64,
    k: i64,
}

/// Whether cp.async can read it: neighbours in one direction, and runs of them that start at multiples of 16 bytes.
fn is_aligned(o: Operand, size: i64, batch: impl Iterator<Item = i64>) -> bool {
    let runs = match (o.k, o.line) {
        (1, line) => line,
        (k, 1) => k,
        _ => return false,
    };
    (o.at as usize).is_multiple_of(16) && runs * size % 16 == 0 && batch.into_iter().all(|s| s * size % 16 == 0)
}

fn tensor_cores(queue: &Queue, p: &Problem, family: Family, otherwise: Family) -> Result<()> {
    let size = p.dtype.size() as i64;
    let a = Operand { at: p.a, line: p.a_m, k: p.a_k };
    let b = Operand { at: p.b, line: p.b_n, k: p.b_k };
    let a_aligned = is_aligned(a, size, p.batch.strides.iter().map(|s| s[0]));
    let b_aligned = is_aligned(b, size, p.batch.strides.iter().map(|s| s[1]));
    let shared = queue.device().properties().shared_per_block;
    let runs = choice::mma_tiles(size).iter().any(|t| t.shared <= shared);
    if !runs || (!(a_aligned && b_aligned) && p.work() < WORTH_PACKING) {
        return tiles(queue, p, otherwise, &choice::SIMT_TILES);
    }
    let mut p = p.clone();
    // The copies live until the kernels that read them are launched.
    let _a = if a_aligned { None } else { Some(pack(queue, &mut p, 0)?) };
    let _b = if b_aligned { None } else { Some(pack(queue, &mut p, 1)?) };
    let order = match (p.a_k == 1, p.b_k == 1) {
        (true, true) => "kk_",
        (true, false) => "kn_",
        (false, true) => "mk_",
        (false, false) => "mn_",
    };
    let wish = wish();
    let warpgroups = size == 2 && wish.wgmma && queue.device().properties().capability == (9, 0);
    let of = if warpgroups { choice::wgmma_tiles() } else { choice::mma_tiles(size) };
    match of.iter().find(|tile| wish.tile.as_deref() == Some(tile.name) && tile.shared <= shared) {
        Some(tile) => {
            let splits = wish.splits.filter(|&splits| choice::fits(p.k, splits));
            tiles_in_order(queue, &p, family, std::slice::from_ref(tile), splits, order)
        }
        None => tiles_in_order(queue, &p, family, &of, None, order),
    }
}

/// Copies operand `which` (0: A, 1: B) to runs that are aligned, in the order that it has; `p` then has the copy.
fn pack(queue: &Queue, p: &mut Problem, which: usize) -> Result<Block> {
    let size = p.dtype.size() as i64;
    let (at, lines_across, across, along) =
        if which == 0 { (p.a, p.m, p.a_m, p.a_k) } else { (p.b, p.n, p.b_n, p.b_k) };
    let along_k = along.unsigned_abs() <= across.unsigned_abs();
    let (lines, count, stride, inner) =
        if along_k { (lines_across, p.k, across, along) } else { (p.k, lines_across, along, across) };
    let width = (count * size + 15) / 16 * 16 / size;

    // A matrix that several of the batch share is copied once.
    let (mut sizes, mut strides) = (SmallVec::new(), SmallVec::<[[i64; 1]; 6]>::new());
    let mut matrices = 1;
    for (d, &n) in p.batch.sizes.iter().enumerate() {
        let step = &mut p.batch.strides[d][which];
        if *step != 0 {
            sizes.push(n);
            strides.push([*step]);
            *step = matrices * lines * width;
            matrices *= n;
        }
    }
    let nbytes = (lines * size).checked_mul(width).and_then(|n| n.checked_mul(matrices));
    let copy = queue.workspace(nbytes.ok_or_else(|| Error::out_of_memory(usize::MAX))? as usize)?;
    pack_batch(&Loops { sizes, strides }, 0, 0, &mut |piece: &Piece<1>, first| {
        let from = at.wrapping_offset((piece.offset[0] * size) as isize);
        let to = copy.address().wrapping_offset((first * lines * width * size) as isize);
        let grid = grid((lines + 7) / 8, piece.nest.count)?;
        let bits = if size == 2 { "16" } else { "32" };
        launch!(queue, "gemm_pack", ["gemm_pack_", bits], grid, 256, 0;
            from, lines, count, stride, inner, piece.nest, to, width)
    })?;
    let (line, k) = if along_k { (width, 1) } else { (1, width) };
    if which == 0 {
        (p.a, p.a_m, p.a_k) = (copy.address(), line, k);
    } else {
        (p.b, p.b_n, p.b_k) = (copy.address(), line, k);
    }
    Ok(copy)
}

/// As `Problem::for_each_piece`, for one operand.
fn pack_batch(
    loops: &Loops<1>,
    offset: i64,
    first: i64,
    launch: &mut impl FnMut(&Piece<1>, i64) -> Result<()>,
) -> Result<()> {
    if let Some(pieces) = loops.pieces() {
        let mut next = first;
        for mut piece in pieces {
            piece.offset[0] += offset;
            launch(&piece, next)?;
            next += piece.nest.count as i64;
        }
        return Ok(());
    }
    let mut inner = loops.clone();
    let (Some(size), Some([step])) = (inner.sizes.pop(), inner.strides.pop()) else { return Ok(()) };
    let count = inner.count();
    (0..size).try_for_each(|i| pack_batch(&inner, offset + i * step, first + i * count, launch))
}

// ---- a matrix by few columns ----

/// For how many columns the kernel is that should do it, if one should.
fn few_columns(queue: &Queue, p: &Problem) -> Option<&'static str> {
    let few = p.n.min(p.m);
    let small = p.m.max(p.n) <= 512;
    if p.k < GEMV_K && !small {
        return None;
    }
    let half = p.dtype.size() == 2;
    // Tensor cores read the few columns whatever their order is.
    let across = if p.n <= p.m { p.b_k != 1 } else { p.a_k != 1 };
    let tensor_cores = half && queue.device().properties().capability >= (8, 0);
    match few {
        1 => Some("1"),
        _ if tensor_cores && across => None,
        2..=4 => Some("4"),
        5..=8 if !half => Some("8"),
        _ => None,
    }
}

/// A by B of few columns. `exchanged`: it is the transposed product that was asked for.
fn gemv(queue: &Queue, p: &Problem, columns: &str, exchanged: bool) -> Result<()> {
    let dtype = p.dtype.name();
    let module = match p.dtype {
        DType::F16 => "gemv_f16",
        DType::BF16 => "gemv_bf16",
        DType::F32 => "gemv_f32",
        _ => "gemv_f64",
    };
    let chunk = 16 / p.dtype.size() as i64;
    let along_k = p.a_k.unsigned_abs() <= p.a_m.unsigned_abs() || p.a_m == 0;
    let sizes = Sizes { m: p.m, n: p.n, k: p.k, batches: p.batches() };
    let plan = choice::gemv(queue.device().properties(), sizes, chunk, along_k);
    let (each, splits) = choice::split(p.k, plan.splits, plan.step);
    let way = if along_k { "gemv_rows_" } else { "gemv_columns_" };
    p.for_each_piece(|piece, first| {
        let mut g = Arguments::new(p, piece, first);
        g.tiles_m = u32::try_from(plan.tiles).unwrap_or(u32::MAX);
        g.option = plan.sharing;
        let mut row = p.n;
        if exchanged {
            (g.c_m, g.c_n, g.bias_m, g.bias_n) = (1, p.m, 1, 0);
            row = p.m;
        }
        let grid = grid(plan.tiles.saturating_mul(splits), g.batch.count)?;
        split_launch(
            queue,
            p,
            piece,
            &mut g,
            each,
            splits,
            row,
            |g| launch!(queue, module, [way, columns, "_", dtype], grid, 256, 0; *g),
        )
    })
}
