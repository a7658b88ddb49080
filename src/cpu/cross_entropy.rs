//! Cross entropy of rows of logits with class numbers, and its gradient.
//!
//! ```text
//! lossᵣ = wᵣ·(sᵣ − (x[r, tᵣ] − mᵣ))     with mᵣ = max xᵣ, sᵣ = log Σ exp(xᵣ − mᵣ) and wᵣ = weight[tᵣ], or 1,
//!                                       and nothing where tᵣ is ignored
//! ∂/∂x[r, c] = wᵣ·(exp(x[r, c] − mᵣ − sᵣ) − [c = tᵣ])
//! ```

use super::cancel;
use super::convert::{Load, Store};
use super::memory::Workspace;
use super::pool::try_parallel_for;
use super::simd;
use super::softmax::{LANES, LOOK, Real, Target, fold, larger};
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::view::{Classified, In, Out};
use half::{bf16, f16};

/// The loss of each row into `loss` [N]; or, where `loss` has rank 0, their sum, divided by what the rows weigh when
/// `share` is there, which then is that. `norms` [N, 2] becomes m and s of the rows: apart, because their sum would round
/// away what distinguishes small losses. `norms` and `share` are f32, for f64 f64. A row of −∞ only, or with a NaN or +∞,
/// gives NaN. One order for one shape: the same bits on any number of threads.
///
/// A class out of range is an INDEX error, called one of dim `dim`, before anything is written.
pub fn cross_entropy(of: &Classified, dim: usize, loss: Out, norms: Out, share: Option<Out>) -> Result<()> {
    match of.x.dtype {
        DType::F64 => forward::<f64, f64>(of, dim, loss, norms, share),
        DType::F16 => forward::<f16, f32>(of, dim, loss, norms, share),
        DType::BF16 => forward::<bf16, f32>(of, dim, loss, norms, share),
        _ => forward::<f32, f32>(of, dim, loss, norms, share),
    }
}

/// The gradient of x into `out` [N, C] from `g`, the gradient of the loss, with `norms` and `share` as
/// [`cross_entropy`] left them. That of an ignored row is 0, whatever its logits are. Errors as there.
pub fn cross_entropy_backward(
    of: &Classified,
    dim: usize,
    g: In,
    norms: In,
    share: Option<In>,
    out: Out,
) -> Result<()> {
    Rows::<u8>::new(of).check(of.rows() as usize, dim)?;
    match of.x.dtype {
        DType::F64 => backward::<f64, f64>(of, g, norms, share, out),
        DType::F16 => backward::<f16, f32>(of, g, norms, share, out),
        DType::BF16 => backward::<bf16, f32>(of, g, norms, share, out),
        _ => backward::<f32, f32>(of, g, norms, share, out),
    }
}

/// Logits worth a thread, and added up as one part.
const GRAIN: usize = 8192;

/// The operands' memory, by rows.
struct Rows<S> {
    x: *const S,
    target: *const u8,
    wide: bool,
    weight: Option<*const S>,
    length: usize,
    ignored: i64,
}

// SAFETY: addresses of memory that is only read.
unsafe impl<S> Sync for Rows<S> {}

impl<S> Rows<S> {
    fn new(of: &Classified) -> Rows<S> {
        Rows {
            x: of.x.origin().cast(),
            target: of.target.origin(),
            wide: of.target.dtype == DType::I64,
            weight: of.weight.map(|weight| weight.origin().cast()),
            length: of.classes() as usize,
            ignored: of.ignore_index,
        }
    }

    /// # Safety
    /// The row is there.
    unsafe fn target(&self, row: usize) -> i64 {
        // SAFETY: the caller's promise.
        unsafe {
            match self.wide {
                true => self.target.cast::<i64>().add(row).read(),
                false => self.target.cast::<i32>().add(row).read().into(),
            }
        }
    }

    /// The class of a row that counts. Looked at once, and in range: the caller of C may write borrowed memory at any
    /// time, also between a check and this.
    ///
    /// # Safety
    /// The row is there.
    unsafe fn class(&self, row: usize) -> Option<usize> {
        // SAFETY: the caller's promise.
        let target = unsafe { self.target(row) };
        (target != self.ignored && (target as u64) < self.length as u64).then_some(target as usize)
    }

    /// # Safety
    /// The class is in range.
    unsafe fn share<T: Real>(&self, class: usize) -> T
    where
        S: Load<T>,
    {
        // SAFETY: the caller's promise.
        self.weight.map_or(T::from_f64(1.0), |weight| unsafe { weight.add(class).read().load() })
    }

    /// INDEX when a class is out of range.
    fn check(&self, rows: usize, dim: usize) -> Result<()> {
        for row in 0..rows {
            if row % LOOK == LOOK - 1 {
                cancel::check()?;
            }
            // SAFETY: a row of the operand.
            let target = unsafe { self.target(row) };
            if target as u64 >= self.length as u64 && target != self.ignored {
                fail!(INDEX, "index {target} is out of bounds for dimension {dim} with size {}", self.length);
            }
        }
        Ok(())
    }
}

fn forward<S, T: Real>(of: &Classified, dim: usize, loss: Out, norms: Out, share: Option<Out>) -> Result<()>
where
    S: Load<T> + Store<T>,
{
    let (from, rows) = (Rows::<S>::new(of), of.rows() as usize);
    from.check(rows, dim)?;
    let norm_rows = if simd::has_fma() { norm_rows::<S, T, true> } else { norm_rows::<S, T, false> };
    let (norms, losses) = (Target(norms.origin().cast::<[T; 2]>()), Target(loss.origin().cast::<S>()));
    let each = (GRAIN / from.length.max(1)).max(1);
    let parts = rows.div_ceil(each);
    let reduced = loss.layout.ndim() == 0;
    // Of each part the losses and the weights.
    let space = Workspace::new(if reduced { parts * 2 * size_of::<f64>() } else { 0 })?;
    let totals = Target(space.as_ptr().cast::<[f64; 2]>());
    try_parallel_for(parts, 1, &|range| {
        for part in range {
            let mut total = [0.0; 2];
            let (first, end) = (part * each, rows.min((part + 1) * each));
            // SAFETY: these rows are there.
            unsafe { norm_rows(from.x.add(first * from.length), end - first, from.length, norms.at(first)) };
            for row in first..end {
                // SAFETY: the row is there, in all operands.
                unsafe {
                    let x = from.x.add(row * from.length);
                    let [most, sum] = norms.at(row).read();
                    let mut lost = T::default();
                    if let Some(class) = from.class(row) {
                        let share: T = from.share(class);
                        lost = share.mul(sum.sub(x.add(class).read().load().sub(most)));
                        total[1] += share.to_f64();
                    }
                    total[0] += lost.to_f64();
                    if !reduced {
                        losses.at(row).write(S::store(lost));
                    }
                }
            }
            if reduced {
                // SAFETY: there is a place for each part.
                unsafe { totals.at(part).write(total) };
            }
        }
        Ok(())
    })?;
    if reduced {
        // SAFETY: all parts were written.
        let total =
            (0..parts).map(|part| unsafe { totals.at(part).read() }).fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]);
        let mean = share.is_some();
        // SAFETY: one element each.
        unsafe {
            if let Some(share) = share {
                share.origin().cast::<T>().write(T::from_f64(total[1]));
            }
            losses.at(0).write(S::store(T::from_f64(if mean { total[0] / total[1] } else { total[0] })));
        }
    }
    Ok(())
}

/// Lanes of short rows.
const FEW: usize = 16;

/// Of each row m = max x, and log Σ exp(xᵢ − m).
///
/// # Safety
/// `rows` times `n` elements at `x`, and as many pairs at `norms`.
unsafe fn norm_rows<S: Load<T>, T: Real, const FMA: bool>(x: *const S, rows: usize, n: usize, norms: *mut [T; 2]) {
    simd::dispatch(
        #[inline(always)]
        move || {
            for row in 0..rows {
                // SAFETY: the caller's promise.
                unsafe {
                    let x = x.add(row * n);
                    norms.add(row).write(match n {
                        0..=FEW => row_norm::<S, T, FEW, FMA>(x, n),
                        _ => row_norm::<S, T, LANES, FMA>(x, n),
                    });
                }
            }
        },
    )
}

/// `L` elements, converted.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn part<S: Load<T>, T: Real, const L: usize>(x: *const S) -> [T; L] {
    let mut part = [T::default(); L];
    for (i, lane) in part.iter_mut().enumerate() {
        // SAFETY: the caller's promise.
        *lane = unsafe { x.add(i).read() }.load();
    }
    part
}

/// # Safety
/// `n` elements at `x`.
#[inline(always)]
unsafe fn row_norm<S: Load<T>, T: Real, const L: usize, const FMA: bool>(x: *const S, n: usize) -> [T; 2] {
    // Whole parts as arrays; the last one is padded with −∞, whose exponential is 0.
    let whole = n / L * L;
    let mut last = [T::LOWEST; L];
    for i in whole..n {
        // SAFETY: the caller's promise.
        last[i - whole] = unsafe { x.add(i).read() }.load();
    }
    let mut lanes = last;
    for i in (0..whole).step_by(L) {
        // SAFETY: as above.
        let part: [T; L] = unsafe { part(x.add(i)) };
        for lane in 0..L {
            lanes[lane] = larger(lanes[lane], part[lane]);
        }
        if i % LOOK == LOOK - L && cancel::check().is_err() {
            break;
        }
    }
    let max = fold(lanes, larger);
    let mut lanes = [T::default(); L];
    if whole < n {
        for lane in 0..L {
            lanes[lane] = last[lane].sub(max).exp::<FMA>();
        }
    }
    for i in (0..whole).step_by(L) {
        // SAFETY: as above.
        let part: [T; L] = unsafe { part(x.add(i)) };
        for lane in 0..L {
            lanes[lane] = lanes[lane].add(part[lane].sub(max).exp::<FMA>());
        }
        if i % LOOK == LOOK - L && cancel::check().is_err() {
            break;
        }
    }
    [max, fold(lanes, T::add).ln()]
}

fn backward<S, T: Real>(of: &Classified, g: In, norms: In, share: Option<In>, out: Out) -> Result<()>
where
    S: Load<T> + Store<T>,
{
    let (from, rows) = (Rows::<S>::new(of), of.rows() as usize);
    let gradient = if simd::has_fma() { row_gradient::<S, T, true> } else { row_gradient::<S, T, false> };
    let (g, step) = (Target(g.origin().cast_mut().cast::<S>()), usize::from(g.layout.ndim() > 0));
    let (norms, out) = (Target(norms.origin().cast_mut().cast::<[T; 2]>()), Target(out.origin().cast::<S>()));
    // SAFETY: one element.
    let share = share.map(|share| unsafe { share.origin().cast::<T>().read() });
    try_parallel_for(rows, (GRAIN / from.length.max(1)).max(1), &|range| {
        for row in range {
            let to = out.at(row * from.length);
            // SAFETY: the row is there, in all operands.
            unsafe {
                let Some(class) = from.class(row) else {
                    to.write_bytes(0, from.length);
                    continue;
                };
                let mut k = from.share::<T>(class).mul(g.at(row * step).read().load());
                if let Some(share) = share {
                    k = T::from_f64(k.to_f64() / share.to_f64());
                }
                gradient(from.x.add(row * from.length), from.length, norms.at(row).read(), k, class, to);
            }
        }
        Ok(())
    })
}

/// outᵢ = (exp(xᵢ − m − s) − [i = class])·k.
///
/// # Safety
/// `n` elements at `x` and `out`; `class` < n.
unsafe fn row_gradient<S: Load<T> + Store<T>, T: Real, const FMA: bool>(
    x: *const S,
    n: usize,
    [most, sum]: [T; 2],
    k: T,
    class: usize,
    out: *mut S,
) {
    simd::dispatch(
        #[inline(always)]
        // SAFETY: the caller's promise.
        move || unsafe {
            let whole = n / LANES * LANES;
            for i in (0..whole).step_by(LANES) {
                let part: [T; LANES] = part(x.add(i));
                let mut y = [S::store(T::default()); LANES];
                for lane in 0..LANES {
                    y[lane] = S::store(part[lane].sub(most).sub(sum).exp::<FMA>().mul(k));
                }
                out.add(i).cast::<[S; LANES]>().write_unaligned(y);
                if i % LOOK == LOOK - LANES && cancel::check().is_err() {
                    return;
                }
            }
            for first in (whole..n).step_by(FEW) {
                let few = FEW.min(n - first);
                let mut rest = [T::default(); FEW];
                for (i, lane) in rest[..few].iter_mut().enumerate() {
                    *lane = x.add(first + i).read().load();
                }
                for x in &mut rest {
                    *x = x.sub(most).sub(sum).exp::<FMA>().mul(k);
                }
                for (i, lane) in rest[..few].iter().enumerate() {
                    out.add(first + i).write(S::store(*lane));
                }
            }
            let e = x.add(class).read().load().sub(most).sub(sum).exp::<FMA>();
            out.add(class).write(S::store(e.sub(T::from_f64(1.0)).mul(k)));
        },
    )
}

#[cfg(test)]
mod tests;
