//! Elementwise ops: y[i] = f(x[i], …) over broadcast inputs, in the dtype that PyTorch's promotion gives.

mod binary;
mod select;
mod unary;

pub use binary::*;
pub use select::*;
pub use unary::*;
