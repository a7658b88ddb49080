//! Shape, strides and offset of a view over memory, in elements. Pure arithmetic: nothing here touches memory.

use crate::error::Result;
use crate::fail;
use smallvec::{SmallVec, smallvec};

/// One number per dimension; no heap up to rank 6.
pub type Dims = SmallVec<[i64; 6]>;

/// As in PyTorch's iterators; a bound on stack arrays, far above any real rank.
pub const MAX_RANK: usize = 64;

/// Element `[i0, i1, …]` lies at `offset + Σ i·stride`. Strides may be zero or negative.
/// Invariant: sizes are ≥ 0, `numel` fits `i64`, and no reachable position overflows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    shape: Dims,
    strides: Dims,
    offset: i64,
    // Worked out once: every op asks.
    numel: i64,
    contiguous: bool,
}

/// How two layouts over the same storage meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// No element is shared, as far as can be told cheaply (the ranges do not meet).
    None,
    /// The same elements in the same order.
    Equal,
    /// Possibly some shared elements.
    Partial,
}

/// Product of the sizes, or a SHAPE error when a size is negative or the product does not fit.
pub fn checked_numel(shape: &[i64]) -> Result<i64> {
    if shape.len() > MAX_RANK {
        fail!(SHAPE, "a shape has at most {MAX_RANK} dimensions, got {}", shape.len());
    }
    if let Some(bad) = shape.iter().find(|&&n| n < 0) {
        fail!(SHAPE, "sizes must not be negative, got {bad} in {shape:?}");
    }
    // With a zero anywhere the tensor is empty, but the other sizes still form strides: they must multiply too.
    let mut strides_product = 1i64;
    for &n in shape {
        match strides_product.checked_mul(n.max(1)) {
            Some(p) => strides_product = p,
            None => fail!(SHAPE, "the number of elements of {shape:?} does not fit 63 bits"),
        }
    }
    Ok(shape.iter().product())
}

/// `dim` counted from the end when negative, as in PyTorch. A rank-0 tensor accepts 0 and −1.
pub fn normalize_dim(dim: i64, ndim: usize) -> Result<usize> {
    let n = ndim.max(1) as i64;
    if dim < -n || dim >= n {
        fail!(SHAPE, "dim is {dim}, expected {} to {} for rank {ndim}", -n, n - 1);
    }
    Ok(if dim < 0 { dim + n } else { dim } as usize)
}

/// A set of dims as a mask; none given means all. Duplicates are an error.
pub fn dim_mask(dims: &[i64], ndim: usize) -> Result<SmallVec<[bool; 8]>> {
    let mut mask: SmallVec<[bool; 8]> = smallvec![dims.is_empty(); ndim];
    for &d in dims {
        let d = normalize_dim(d, ndim)?;
        if ndim == 0 {
            if dims.len() > 1 {
                fail!(SHAPE, "{dims:?} name the one dim that a rank-0 tensor accepts more than once");
            }
            continue;
        }
        if mask[d] {
            fail!(SHAPE, "dim {d} appears twice in {dims:?}");
        }
        mask[d] = true;
    }
    Ok(mask)
}

/// `a == b`, without the call that comparing slices of any length is.
#[inline]
pub fn same_shape(a: &[i64], b: &[i64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y)
}

/// NumPy's broadcasting: shapes are right-aligned, and 1 stretches.
pub fn broadcast_shapes(a: &[i64], b: &[i64]) -> Result<Dims> {
    if same_shape(a, b) {
        return Ok(Dims::from_slice(a));
    }
    let ndim = a.len().max(b.len());
    let mut out: Dims = smallvec![0; ndim];
    for i in 0..ndim {
        let size = |s: &[i64]| (i + s.len()).checked_sub(ndim).map_or(1, |k| s[k]);
        let (x, y) = (size(a), size(b));
        out[i] = match (x, y) {
            _ if x == y => x,
            (1, y) => y,
            (x, 1) => x,
            _ => fail!(SHAPE, "shapes {a:?} and {b:?} do not broadcast: sizes {x} and {y} differ"),
        };
    }
    checked_numel(&out)?;
    Ok(out)
}

/// The shape with its one −1 (if any) worked out so that it has `numel` elements.
pub fn infer_shape(shape: &[i64], numel: i64) -> Result<Dims> {
    let mut out = Dims::from_slice(shape);
    let mut unknown = None;
    for (i, &n) in shape.iter().enumerate() {
        if n == -1 {
            if unknown.replace(i).is_some() {
                fail!(SHAPE, "only one size may be -1, got {shape:?}");
            }
            out[i] = 1;
        }
    }
    let known = checked_numel(&out)?;
    if let Some(i) = unknown {
        if known == 0 {
            fail!(SHAPE, "-1 in {shape:?} cannot be worked out: the other sizes hold 0 elements");
        }
        if numel % known != 0 {
            fail!(SHAPE, "shape {shape:?} does not divide {numel} elements");
        }
        out[i] = numel / known;
    } else if known != numel {
        fail!(SHAPE, "shape {shape:?} has {known} elements, the tensor has {numel}");
    }
    Ok(out)
}

/// C-order strides.
pub fn contiguous_strides(shape: &[i64]) -> Dims {
    let mut strides = Dims::from_slice(shape);
    let mut step = 1i64;
    for i in (0..shape.len()).rev() {
        strides[i] = step;
        step = step.saturating_mul(shape[i].max(1));
    }
    strides
}

impl Layout {
    /// C order from offset 0. The shape must have passed [`checked_numel`].
    pub fn contiguous(shape: &[i64]) -> Layout {
        let numel = shape.iter().product();
        Layout {
            shape: Dims::from_slice(shape),
            strides: contiguous_strides(shape),
            offset: 0,
            numel,
            contiguous: true,
        }
    }

    /// Any strides; checks what the invariant says, not that memory is there (see [`Layout::extent`]).
    pub fn strided(shape: &[i64], strides: &[i64], offset: i64) -> Result<Layout> {
        checked_numel(shape)?;
        if shape.len() != strides.len() {
            fail!(SHAPE, "{} strides for {} dimensions", strides.len(), shape.len());
        }
        let layout = Layout::build(Dims::from_slice(shape), Dims::from_slice(strides), offset);
        let (mut low, mut high) = (offset as i128, offset as i128);
        for (&n, &s) in shape.iter().zip(strides) {
            let reach = (n - 1).max(0) as i128 * s as i128;
            low += reach.min(0);
            high += reach.max(0);
        }
        // The distance too: then no step on the way overflows either.
        if low < i64::MIN as i128 || high >= i64::MAX as i128 || high - low >= i64::MAX as i128 {
            fail!(SHAPE, "strides {strides:?} over shape {shape:?} overflow 63 bits");
        }
        Ok(layout)
    }

    pub fn shape(&self) -> &[i64] {
        &self.shape
    }

    pub fn strides(&self) -> &[i64] {
        &self.strides
    }

    pub fn offset(&self) -> i64 {
        self.offset
    }

    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    #[inline]
    pub fn numel(&self) -> i64 {
        self.numel
    }

    /// C order without gaps (strides of sizes 0 and 1 do not count), at any offset.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.contiguous
    }

    fn build(shape: Dims, strides: Dims, offset: i64) -> Layout {
        let numel: i64 = shape.iter().product();
        let (mut contiguous, mut expected) = (true, 1i64);
        for (&n, &s) in shape.iter().zip(&strides).rev() {
            contiguous &= n == 1 || s == expected;
            expected = expected.wrapping_mul(n);
        }
        // An empty tensor is contiguous whatever its strides.
        Layout { contiguous: contiguous || numel == 0, shape, strides, offset, numel }
    }

    /// First and one-past-last position that elements occupy; `None` when there are no elements.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let (mut low, mut high) = (self.offset, self.offset + 1);
        for (&n, &s) in self.shape.iter().zip(&self.strides) {
            if n == 0 {
                return None;
            }
            let reach = (n - 1) * s;
            low += reach.min(0);
            high += reach.max(0);
        }
        Some((low, high))
    }

    /// Whether two indices may reach the same element. Exact for nested strides (every view this library makes);
    /// "yes" for interleaved strides that cannot be told apart cheaply.
    pub fn overlaps_itself(&self) -> bool {
        if self.shape.contains(&0) {
            return false;
        }
        let mut dims: SmallVec<[(i64, i64); 6]> = self
            .shape
            .iter()
            .zip(&self.strides)
            .filter(|(n, _)| **n > 1)
            .map(|(&n, &s)| (s.unsigned_abs() as i64, n))
            .collect();
        dims.sort_unstable();
        let mut reach = 0i64;
        for (stride, n) in dims {
            if stride <= reach {
                return true;
            }
            reach += stride * (n - 1);
        }
        false
    }

    /// How `self` and `other`, with elements of equal size over the same storage, share elements.
    pub fn overlap(&self, other: &Layout) -> Overlap {
        let (Some((a0, a1)), Some((b0, b1))) = (self.extent(), other.extent()) else { return Overlap::None };
        if a1 <= b0 || b1 <= a0 {
            Overlap::None
        } else if self == other {
            Overlap::Equal
        } else if self.is_disjoint(other) {
            Overlap::None
        } else {
            Overlap::Partial
        }
    }

    /// Whether no element of `self` is one of `other`. May say "no" wrongly where that would take long to find out.
    fn is_disjoint(&self, other: &Layout) -> bool {
        // A common element is a solution of Σ i·s − Σ j·t = D in the indices i of self and j of other. Terms of one
        // stride count as one, whose factor has a range: (stride, least, most).
        let mut terms: SmallVec<[(i128, i128, i128); 8]> = SmallVec::new();
        for (layout, sign) in [(self, 1), (other, -1)] {
            for (&n, &s) in layout.shape.iter().zip(&layout.strides) {
                let reach = sign * s.signum() as i128 * (n - 1) as i128;
                let stride = s.unsigned_abs() as i128;
                match terms.iter_mut().find(|t| t.0 == stride) {
                    _ if reach == 0 => {}
                    Some(term) => (term.1, term.2) = (term.1 + reach.min(0), term.2 + reach.max(0)),
                    None => terms.push((stride, reach.min(0), reach.max(0))),
                }
            }
        }
        terms.sort_unstable_by_key(|t| std::cmp::Reverse(t.0));

        /// Whether the terms can add up to `sum`; `None` when the steps run out.
        fn solvable(terms: &[(i128, i128, i128)], sum: i128, steps: &mut u32) -> Option<bool> {
            let Some(((stride, least, most), rest)) = terms.split_first() else { return Some(sum == 0) };
            let (mut low, mut high) = (0, 0);
            for (s, l, m) in rest {
                (low, high) = (low + s * l, high + s * m);
            }
            // What is left for the smaller strides must be within their reach.
            let first = (sum - high + stride - 1).div_euclid(*stride).max(*least);
            let last = (sum - low).div_euclid(*stride).min(*most);
            let mut factor = first;
            while factor <= last {
                *steps = steps.checked_sub(1)?;
                if solvable(rest, sum - factor * stride, steps)? {
                    return Some(true);
                }
                factor += 1;
            }
            Some(false)
        }
        solvable(&terms, other.offset as i128 - self.offset as i128, &mut 1000) == Some(false)
    }

    // ---- views: new layouts over the same memory ----

    /// `torch.expand`: sizes of 1 stretch with stride 0; −1 keeps a size.
    pub fn expand(&self, shape: &[i64]) -> Result<Layout> {
        let lead = match shape.len().checked_sub(self.ndim()) {
            Some(lead) => lead,
            None => fail!(SHAPE, "shape {shape:?} has fewer dimensions than {:?}", self.shape),
        };
        let (mut sizes, mut strides) = (Dims::from_slice(shape), smallvec![0; shape.len()]);
        for i in 0..shape.len() {
            let have = i.checked_sub(lead).map(|k| (self.shape[k], self.strides[k]));
            match (shape[i], have) {
                (-1, Some((n, s))) => (sizes[i], strides[i]) = (n, s),
                (n, Some((m, s))) if n == m => strides[i] = s,
                (n, Some((1, _))) if n >= 0 => {}
                (n, None) if n >= 0 => {}
                _ => fail!(SHAPE, "shape {:?} does not expand to {shape:?}", self.shape),
            }
        }
        checked_numel(&sizes)?;
        Ok(Layout::build(sizes, strides, self.offset))
    }

    pub fn permute(&self, dims: &[i64]) -> Result<Layout> {
        if dims.len() != self.ndim() {
            fail!(SHAPE, "dims {dims:?} must name each of the {} dimensions once", self.ndim());
        }
        let (mut shape, mut strides) = (Dims::new(), Dims::new());
        if self.ndim() > 0 {
            dim_mask(dims, self.ndim())?;
        }
        for &d in dims {
            let d = normalize_dim(d, self.ndim())?;
            shape.push(self.shape[d]);
            strides.push(self.strides[d]);
        }
        Ok(Layout::build(shape, strides, self.offset))
    }

    pub fn transpose(&self, a: i64, b: i64) -> Result<Layout> {
        let (a, b) = (normalize_dim(a, self.ndim())?, normalize_dim(b, self.ndim())?);
        let (mut shape, mut strides) = (self.shape.clone(), self.strides.clone());
        if self.ndim() > 0 {
            shape.swap(a, b);
            strides.swap(a, b);
        }
        Ok(Layout::build(shape, strides, self.offset))
    }

    /// The slice at `index` along `dim`; the dimension disappears.
    pub fn select(&self, dim: i64, index: i64) -> Result<Layout> {
        if self.ndim() == 0 {
            fail!(SHAPE, "select needs at least one dimension, got a rank-0 tensor");
        }
        let d = normalize_dim(dim, self.ndim())?;
        let n = self.shape[d];
        if index < -n || index >= n {
            fail!(INDEX, "index is {index}, expected {} to {} for dim {d} of {:?}", -n, n - 1, self.shape);
        }
        let (mut shape, mut strides) = (self.shape.clone(), self.strides.clone());
        shape.remove(d);
        strides.remove(d);
        let index = if index < 0 { index + n } else { index };
        Ok(Layout::build(shape, strides, self.offset + index * self.strides[d]))
    }

    /// Elements `start, start+step, …` below `end` along `dim`, bounds clamped as Python does; step ≥ 1 as in PyTorch.
    pub fn slice(&self, dim: i64, start: i64, end: i64, step: i64) -> Result<Layout> {
        if self.ndim() == 0 {
            fail!(SHAPE, "slice needs at least one dimension, got a rank-0 tensor");
        }
        if step < 1 {
            fail!(INVALID_ARGUMENT, "step is {step}, expected at least 1");
        }
        let d = normalize_dim(dim, self.ndim())?;
        let n = self.shape[d];
        let clamp = |i: i64| if i < 0 { (i.saturating_add(n)).max(0) } else { i.min(n) };
        let (start, end) = (clamp(start), clamp(end));
        let len = (end - start).max(0);
        let (mut shape, mut strides) = (self.shape.clone(), self.strides.clone());
        shape[d] = len / step + (len % step != 0) as i64;
        strides[d] = if shape[d] > 1 { self.strides[d] * step } else { self.strides[d] };
        let skipped = if shape[d] > 0 { start * self.strides[d] } else { 0 };
        Ok(Layout::build(shape, strides, self.offset + skipped))
    }

    /// `length` elements from `start` along `dim`; unlike [`Layout::slice`] it refuses what does not fit.
    pub fn narrow(&self, dim: i64, start: i64, length: i64) -> Result<Layout> {
        if self.ndim() == 0 {
            fail!(SHAPE, "narrow needs at least one dimension, got a rank-0 tensor");
        }
        let d = normalize_dim(dim, self.ndim())?;
        let n = self.shape[d];
        let first = if start < 0 { start.saturating_add(n) } else { start };
        if first < 0 || first > n || length < 0 || length > n - first {
            fail!(INDEX, "start {start} and length {length} leave dim {d} of {:?}", self.shape);
        }
        self.slice(d as i64, first, first + length, 1)
    }

    /// Drops the dims of size 1 among `dims` (none given: all of them).
    pub fn squeeze(&self, dims: &[i64]) -> Result<Layout> {
        let mask = dim_mask(dims, self.ndim())?;
        let (mut shape, mut strides) = (Dims::new(), Dims::new());
        for i in 0..self.ndim() {
            if !(mask[i] && self.shape[i] == 1) {
                shape.push(self.shape[i]);
                strides.push(self.strides[i]);
            }
        }
        Ok(Layout::build(shape, strides, self.offset))
    }

    /// Inserts a dim of size 1 before `dim`; negative dims count the new rank.
    pub fn unsqueeze(&self, dim: i64) -> Result<Layout> {
        if self.ndim() == MAX_RANK {
            fail!(SHAPE, "a shape has at most {MAX_RANK} dimensions");
        }
        let d = normalize_dim(dim, self.ndim() + 1)?;
        let (mut shape, mut strides) = (self.shape.clone(), self.strides.clone());
        let stride = if d < self.ndim() { self.shape[d].saturating_mul(self.strides[d]) } else { 1 };
        shape.insert(d, 1);
        strides.insert(d, stride);
        Ok(Layout::build(shape, strides, self.offset))
    }

    /// The same elements in the same order under another shape, when strides can say so; `None` means "copy first".
    /// `shape` must have the same number of elements.
    pub fn view(&self, shape: &[i64]) -> Option<Layout> {
        if self.numel() == 0 || self.is_contiguous() {
            return Some(Layout { offset: self.offset, ..Layout::contiguous(shape) });
        }
        // Runs of old dims that lie evenly in memory, from the inside out; each new dim must fit within one run.
        let mut strides: Dims = smallvec![0; shape.len()];
        let mut new = shape.len();
        let mut run_stride = *self.strides.last()?;
        let (mut run, mut filled) = (1i64, 1i64);
        for old in (0..self.ndim()).rev() {
            run *= self.shape[old];
            let ends = old == 0 || (self.shape[old - 1] != 1 && self.strides[old - 1] != run * run_stride);
            if !ends {
                continue;
            }
            while new > 0 && (filled < run || shape[new - 1] == 1) {
                new -= 1;
                strides[new] = filled * run_stride;
                filled *= shape[new];
            }
            if filled != run {
                return None;
            }
            if old > 0 {
                run_stride = self.strides[old - 1];
                (run, filled) = (1, 1);
            }
        }
        (new == 0).then(|| Layout::build(Dims::from_slice(shape), strides, self.offset))
    }
}

/// Operands of one shape with neighbouring dims merged wherever every operand lies evenly across them: the loop nest
/// that an elementwise kernel walks. Dims of size 1 vanish; the innermost dim comes last.
pub struct Collapsed<const N: usize> {
    pub shape: Dims,
    /// `strides[d][k]`: step of operand `k` along dim `d`.
    pub strides: SmallVec<[[i64; N]; 6]>,
}

/// Merges the dims of `N` operands that all have `shape`. The order of elements is kept.
pub fn collapse<const N: usize>(shape: &[i64], strides: [&[i64]; N]) -> Collapsed<N> {
    let mut out = Collapsed { shape: Dims::new(), strides: SmallVec::new() };
    for d in 0..shape.len() {
        if shape[d] == 1 {
            continue;
        }
        let step: [i64; N] = std::array::from_fn(|k| strides[k][d]);
        let n = shape[d];
        if let (Some(size), Some(outer)) = (out.shape.last_mut(), out.strides.last_mut())
            && (0..N).all(|k| outer[k] == step[k].wrapping_mul(n))
        {
            *size *= n;
            *outer = step;
            continue;
        }
        out.shape.push(n);
        out.strides.push(step);
    }
    out
}
