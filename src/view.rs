//! What a kernel sees of a tensor: an address, a dtype and a layout.
//!
//! Never `&[T]`: an output may alias an input (`x += x`), and C may write borrowed memory at any time.

use crate::dtype::DType;
use crate::layout::Layout;

/// Memory that a kernel reads. `base` is the address of the storage's element 0; element `[i…]` lies at
/// `layout.offset + Σ i·stride` elements from it.
#[derive(Clone, Copy)]
pub struct In<'a> {
    pub base: *const u8,
    pub dtype: DType,
    pub layout: &'a Layout,
}

/// Memory that a kernel writes; as [`In`].
#[derive(Clone, Copy)]
pub struct Out<'a> {
    pub base: *mut u8,
    pub dtype: DType,
    pub layout: &'a Layout,
}

impl In<'_> {
    /// Address of element `[0, 0, …]`.
    pub fn origin(&self) -> *const u8 {
        self.base.wrapping_offset(self.layout.offset() as isize * self.dtype.size() as isize)
    }
}

impl Out<'_> {
    /// Address of element `[0, 0, …]`.
    pub fn origin(&self) -> *mut u8 {
        self.base.wrapping_offset(self.layout.offset() as isize * self.dtype.size() as isize)
    }
}

/// Rows of logits and the class of each, for the cross entropy. All lie contiguous.
#[derive(Clone, Copy)]
pub struct Classified<'a> {
    /// [N, C] of floats.
    pub x: In<'a>,
    /// [N] of i64 or i32.
    pub target: In<'a>,
    /// [C] of x's dtype.
    pub weight: Option<In<'a>>,
    /// Rows of this class count for nothing; it may be out of range.
    pub ignore_index: i64,
}

impl Classified<'_> {
    pub fn rows(&self) -> i64 {
        self.target.layout.numel()
    }

    pub fn classes(&self) -> i64 {
        self.x.layout.shape()[1]
    }
}

// SAFETY: plain addresses; whoever dereferences them answers for the memory behind them.
unsafe impl Send for In<'_> {}
// SAFETY: as above.
unsafe impl Sync for In<'_> {}
// SAFETY: as above.
unsafe impl Send for Out<'_> {}
// SAFETY: as above.
unsafe impl Sync for Out<'_> {}
