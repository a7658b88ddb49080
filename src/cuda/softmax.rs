//! Softmax, its logarithm and their gradients along one dim.

use super::copy::{Dense, dense};
use super::fold::{Launch, Source, fold};
use super::launch::launch;
use super::nest::{Loops, Nest, Piece};
use super::{Block, Queue};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout};
use crate::view::{In, Out};
use smallvec::SmallVec;

/// outᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x) along `dim`, or its logarithm when `log`. Floats; small ones are computed
/// in f32. `out` is contiguous and has x's shape and dtype. A row of −∞ only, or with a NaN or +∞, is NaN.
pub fn softmax(queue: &Queue, x: In, dim: usize, log: bool, out: Out) -> Result<()> {
    if shared(queue, out.layout, dim) {
        return shared_softmax(queue, x, dim, log, out);
    }
    match Rows::new([x, as_input(&out)], dim, log) {
        Ok(rows) => rows.run(queue),
        Err(Scattered(_)) => softmax(queue, dense(queue, x)?.input(), dim, log, out),
    }
}

/// out = y·(g − Σⱼ gⱼ·yⱼ) along `dim`, for y = softmax(x); for y = log_softmax(x) (`log`): g − exp(y)·Σⱼ gⱼ. One shape
/// and one float dtype; `out` is contiguous.
pub fn softmax_backward(queue: &Queue, g: In, y: In, dim: usize, log: bool, out: Out) -> Result<()> {
    if shared(queue, out.layout, dim) {
        return shared_backward(queue, g, y, dim, log, out);
    }
    match Rows::new([g, y, as_input(&out)], dim, log) {
        Ok(rows) => rows.run(queue),
        Err(Scattered(0)) => softmax_backward(queue, dense(queue, g)?.input(), y, dim, log, out),
        Err(_) => softmax_backward(queue, g, dense(queue, y)?.input(), dim, log, out),
    }
}

fn as_input<'a>(out: &Out<'a>) -> In<'a> {
    In { base: out.base, dtype: out.dtype, layout: out.layout }
}

/// K operands, the output last. The mirror of kernels/include/softmax.cuh.
#[repr(C)]
#[derive(Clone, Copy)]
struct Softmax<const K: usize> {
    kept: Nest<K>,
    length: i64,
    step: [i64; K],
    shift: u32,
    vectors: u32,
    log: u32,
    staged: u32,
}

fn module(backward: bool, dtype: DType) -> &'static str {
    match (backward, dtype) {
        (false, DType::F16) => "softmax_f16",
        (false, DType::BF16) => "softmax_bf16",
        (false, DType::F32) => "softmax_f32",
        (false, _) => "softmax_f64",
        (true, DType::F16) => "softmax_backward_f16",
        (true, DType::BF16) => "softmax_backward_bf16",
        (true, DType::F32) => "softmax_backward_f32",
        (true, _) => "softmax_backward_f64",
    }
}

/// Operand so much lies so that reading it would fetch most memory several times, or is not walked at all: it has to
/// be made dense first.
struct Scattered(usize);

/// Elements from which on that is worth a copy.
const WORTH_A_COPY: i64 = 1 << 16;

struct Rows<const K: usize> {
    base: [*mut u8; K],
    dtype: DType,
    /// Where the rows are.
    kept: Loops<K>,
    length: i64,
    step: [i64; K],
    log: bool,
    columns: bool,
}

/// How many threads there are, and what they do.
struct Shape {
    form: &'static str,
    threads: u32,
    shift: u32,
    /// Rows of a block.
    rows: u32,
    staged: usize,
    vectors: bool,
}

impl<const K: usize> Rows<K> {
    fn new(operands: [In; K], dim: usize, log: bool) -> std::result::Result<Self, Scattered> {
        let shape = operands[K - 1].layout.shape();
        let others = |of: &[i64]| -> Dims { (0..of.len()).filter(|&d| d != dim).map(|d| of[d]).collect() };
        let strides = operands.map(|o| others(o.layout.strides()));
        let kept = Loops::new(&others(shape), std::array::from_fn(|k| &strides[k][..]));
        let step = operands.map(|o| o.layout.strides().get(dim).copied().unwrap_or(1));
        let length = shape.get(dim).copied().unwrap_or(1);
        let columns = length > 1 && step[K - 1] != 1;
        let rows = Rows {
            base: operands.map(|o| o.origin().cast_mut()),
            dtype: operands[0].dtype,
            step: if length > 1 { step } else { [1; K] },
            kept,
            length,
            log,
            columns,
        };
        let large = operands[0].layout.numel() >= WORTH_A_COPY;
        // Neighbours along the dim that neighbouring threads walk.
        let near = |k: usize| if columns { rows.kept.strides.first().map_or(1, |s| s[k]) } else { rows.step[k] };
        if let Some(k) = (0..K - 1).find(|&k| large && near(k).unsigned_abs() > 1) {
            return Err(Scattered(k));
        }
        if rows.kept.pieces().is_none() {
            // Dims that do not merge are of an operand that is not contiguous; the output is.
            return Err(Scattered((0..K - 1).find(|&k| !operands[k].layout.is_contiguous()).unwrap_or(0)));
        }
        Ok(rows)
    }

    fn run(&self, queue: &Queue) -> Result<()> {
        if self.length == 0 {
            return Ok(());
        }
        let Some(pieces) = self.kept.pieces() else { fail!(INTERNAL, "softmax over dims that do not merge") };
        for piece in pieces {
            let shape = if self.columns { self.by_columns(&piece) } else { self.by_rows(queue, &piece) };
            self.launch(queue, &piece, &shape)?;
        }
        Ok(())
    }

    fn launch(&self, queue: &Queue, piece: &Piece<K>, shape: &Shape) -> Result<()> {
        let size = self.dtype.size() as isize;
        let at: [*mut u8; K] = std::array::from_fn(|k| self.base[k].wrapping_offset(piece.offset[k] as isize * size));
        let params = Softmax {
            kept: piece.nest,
            length: self.length,
            step: self.step,
            shift: shape.shift,
            vectors: shape.vectors as u32,
            log: self.log as u32,
            staged: (shape.staged > 0) as u32,
        };
        let (dtype, grid) = (self.dtype.name(), [piece.nest.count.div_ceil(shape.rows), 1, 1]);
        let module = module(K == 3, self.dtype);
        let name = ["softmax_", if K == 3 { "backward_" } else { "" }, shape.form, "_", dtype];
        if K == 2 {
            launch!(queue, module, name, grid, shape.threads, shape.staged; at[0], at[K - 1], params)
        } else {
            launch!(queue, module, name, grid, shape.threads, shape.staged; at[0], at[1], at[K - 1], params)
        }
    }

    /// Bytes of the numbers that are computed with.
    fn number(&self) -> i64 {
        self.dtype.class().size() as i64
    }

    fn by_rows(&self, queue: &Queue, piece: &Piece<K>) -> Shape {
        let few = 32 / self.number();
        let many = 4 * few;
        let (length, count) = (self.length, piece.nest.count);
        let (form, shift, threads) = if length <= few << 5 {
            ("short", log2_from(length, few), 256)
        } else if length <= many << 9 {
            let shift = log2_from(length, many).max(5);
            ("rows", shift, if shift == 5 { 256 } else { 1 << shift })
        } else {
            // What is read twice waits in shared memory, if there is room for a second block beside this one.
            let operands = if K == 2 || self.log { 1 } else { 2 };
            let bytes = (length as usize).saturating_mul(self.dtype.size() * operands).next_multiple_of(16);
            let properties = queue.device().properties();
            let blocks = if count <= properties.multiprocessors { 1 } else { 2 };
            let fits = bytes <= (properties.shared_per_block / blocks).saturating_sub(STATIC_SHARED);
            let vectors = self.vectors(piece, 512);
            return Shape {
                form: "long",
                threads: 512,
                shift: 9,
                rows: 1,
                staged: if fits { bytes } else { 0 },
                vectors,
            };
        };
        // Enough blocks for small tensors too.
        let threads =
            threads.min(count.saturating_mul(1 << shift).min(512).next_power_of_two().max(32)).max(1 << shift);
        Shape { form, threads, shift, rows: threads >> shift, staged: 0, vectors: self.vectors(piece, 1 << shift) }
    }

    /// Whether rows can be read by vectors, the elements at their ends apart: `threads` of a row are to have at most one
    /// of those each.
    fn vectors(&self, piece: &Piece<K>, threads: i64) -> bool {
        let (size, v) = (self.dtype.size() as i64, 16 / self.dtype.size() as i64);
        let (last, address) = (K - 1, |k: usize| self.base[k] as i64 / size + piece.offset[k]);
        let same = |a: i64, b: i64| (a - b) % v == 0;
        let dense = self.step.iter().all(|&s| s == 1);
        let parallel =
            (0..last).all(|k| same(address(k), address(last)) && self.kept.strides.iter().all(|s| same(s[k], s[last])));
        let aligned =
            self.length % v == 0 && same(address(last), 0) && self.kept.strides.iter().all(|s| same(s[last], 0));
        dense && parallel && (aligned || threads >= 2 * v - 2)
    }

    fn by_columns(&self, piece: &Piece<K>) -> Shape {
        // Elements of a column that a thread has at a time.
        let most = if self.number() == 8 { 4 } else { 16 };
        let numbers = if K == 2 { most } else { most / 2 };
        let threads = 512u32;
        let columns = piece.nest.count.next_power_of_two().min(COLUMNS as u32);
        let rows = (1u32 << log2_from(self.length, numbers)).min(threads / columns);
        // Short columns: more of them.
        let columns = if rows < 8 { (256 / rows).min(piece.nest.count.next_power_of_two()) } else { columns };
        let threads = (columns * rows).max(32);
        Shape { form: "columns", threads, shift: columns.ilog2(), rows: columns, staged: 0, vectors: false }
    }
}

// ---- rows that many blocks share ----

/// Elements of a block from which on more blocks are worth the second pass.
const LONG: i64 = 1 << 15;
/// Columns of a block, where neighbours in memory belong to different rows.
const COLUMNS: i64 = 32;

/// The rows that lie between each other, and how many elements these are together.
fn inner(layout: &Layout, dim: usize) -> (i64, i64) {
    let inner = layout.shape().iter().skip(dim + 1).product();
    (inner, inner * layout.shape().get(dim).copied().unwrap_or(1))
}

/// Whether one block for each row, or for some columns, would leave most multiprocessors without work.
fn shared(queue: &Queue, layout: &Layout, dim: usize) -> bool {
    let (inner, span) = inner(layout, dim);
    if layout.numel() == 0 {
        return false;
    }
    let (length, rows) = (span / inner, layout.numel() / span * inner);
    let together = if inner > 1 { rows.min(COLUMNS) } else { 1 };
    length > LONG / together && (rows + together - 1) / together <= queue.multiprocessors() as i64 / 2
}

/// The mirror of kernels/include/softmax.cuh.
#[repr(C)]
#[derive(Clone, Copy)]
struct Spread {
    span: i64,
    inner: i64,
    log: u32,
    vectors: u32,
}

impl Spread {
    const THREADS: u32 = 256;
    /// Bytes of an operand that a thread takes at a time.
    const BYTES: i64 = 32;

    fn new(dim: usize, log: bool, out: &Out, inputs: &[In]) -> Spread {
        let (inner, span) = inner(out.layout, dim);
        let vectors = aligned(out.origin()) && inputs.iter().all(|x| aligned(x.origin()));
        Spread { span, inner, log: log as u32, vectors: vectors as u32 }
    }

    fn grid(&self, queue: &Queue, out: &Out) -> [u32; 3] {
        let spans = out.layout.numel() / self.span;
        let most = self.span * out.dtype.size() as i64 / (Self::BYTES * Self::THREADS as i64) + 1;
        let wanted = 8 * queue.multiprocessors() as i64 / spans + 1;
        [most.min(wanted) as u32, spans as u32, 1]
    }
}

fn aligned(address: *const u8) -> bool {
    address.addr().is_multiple_of(16)
}

/// Where x is not dense, or is to be aligned to 16 bytes and is not: a copy that is.
fn straightened(queue: &Queue, x: In, to_align: bool) -> Result<Option<Dense>> {
    let fits = x.layout.is_contiguous() && (!to_align || aligned(x.origin()));
    if fits { Ok(None) } else { dense(queue, x).map(Some) }
}

fn mask(x: In, dim: usize) -> SmallVec<[bool; 8]> {
    (0..x.layout.ndim()).map(|d| d == dim).collect()
}

/// Place `n` of what the rows have of `size` bytes each.
fn of_row(block: &Block, n: i64, size: usize) -> *mut u8 {
    block.address().wrapping_offset(n as isize * size as isize)
}

fn shared_softmax(queue: &Queue, x: In, dim: usize, log: bool, out: Out) -> Result<()> {
    let straight = straightened(queue, x, false)?;
    let x = straight.as_ref().map_or(x, Dense::input);
    let (dtype, module, spread) = (x.dtype, module(false, x.dtype), Spread::new(dim, log, &out, &[x]));
    let norm = 2 * dtype.class().size();
    let norms = queue.workspace((out.layout.numel() / spread.span * spread.inner) as usize * norm)?;
    fold(queue, x, &mask(x, dim), &Source::elements(dtype.size(), norm), &mut |l: Launch| {
        let name = ["softmax_norms_", l.form, "_", dtype.name()];
        launch!(queue, module, name, l.grid, l.threads, 0; l.x, l.folding, of_row(&norms, l.out, norm), log as u32)
    })?;
    launch!(queue, module, ["softmax_spread_", dtype.name()], spread.grid(queue, &out), Spread::THREADS, 0;
        x.origin(), out.origin(), norms.address(), spread)
}

fn shared_backward(queue: &Queue, g: In, y: In, dim: usize, log: bool, out: Out) -> Result<()> {
    // Both are read by vectors that begin at the same elements.
    let apart = !(g.origin().addr() ^ y.origin().addr()).is_multiple_of(16)
        || !g.layout.is_contiguous()
        || !y.layout.is_contiguous();
    let straight = [straightened(queue, g, apart)?, straightened(queue, y, apart)?];
    let [g, y] = [(g, &straight[0]), (y, &straight[1])].map(|(x, copy)| copy.as_ref().map_or(x, Dense::input));
    let (dtype, module, spread) = (g.dtype, module(true, g.dtype), Spread::new(dim, log, &out, &[g, y]));
    let total = dtype.class().size();
    let totals = queue.workspace((out.layout.numel() / spread.span * spread.inner) as usize * total)?;
    // As `Terms` of kernels/include/softmax.cuh.
    let source = Source { rows: 4, ..Source::elements(dtype.size(), total) };
    fold(queue, g, &mask(g, dim), &source, &mut |l: Launch| {
        let name = ["softmax_totals_", l.form, "_", dtype.name()];
        let of_y = y.origin().wrapping_offset(l.x as isize - g.origin() as isize);
        launch!(queue, module, name, l.grid, l.threads, 0;
            l.x, of_y, l.folding, of_row(&totals, l.out, total), log as u32)
    })?;
    launch!(queue, module, ["softmax_backward_spread_", dtype.name()], spread.grid(queue, &out), Spread::THREADS, 0;
        g.origin(), y.origin(), out.origin(), totals.address(), spread)
}

/// Shared memory of the kernels besides.
const STATIC_SHARED: usize = 2048;

/// The least s with each · 2^s ≥ n, at most 30.
fn log2_from(n: i64, each: i64) -> u32 {
    let parts = (n + each - 1) / each;
    (parts.max(1) as u64).next_power_of_two().ilog2().min(30)
}
