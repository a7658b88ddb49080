//! extern "C" functions and handles; nothing else. The header is made from these modules in this order.
//!
//! A function's body is a line or two through [`border`], which catches panics, opens handles and stores errors;
//! [`handle`] is the slab that the handles number, [`scope`] what is open on a thread. What the functions promise is said
//! in their documentation, which becomes the header; what all of them promise is in docs/c-api.md.

// The documentation of a C function states its contract in the header's words.
#![allow(clippy::missing_safety_doc)]

// In the order of the header; blank lines keep rustfmt from sorting.
mod types;

mod options;

mod library;

mod cancel;

mod device;

mod stream;

mod make;

mod release_queue;

mod fill;

mod ask;

mod print;

mod read;

mod data;

mod dlpack;

mod convert;

mod lifetime;

mod autograd;

mod views;

mod elementwise;

mod compare;

mod unary;

mod inplace;

mod reduce;

mod matmul;

mod softmax;

mod loss;

mod indexing;

mod optim;

mod dict;

mod files;

// No functions of the header below.
mod border;
mod handle;
mod scope;

pub use ask::*;
pub use autograd::*;
pub use cancel::*;
pub use compare::*;
pub use convert::*;
pub use data::*;
pub use device::*;
pub use dict::*;
pub use dlpack::*;
pub use elementwise::*;
pub use files::*;
pub use fill::*;
#[doc(hidden)]
pub use handle::testing_set_first_generation;
pub use indexing::*;
pub use inplace::*;
pub use library::*;
pub use lifetime::*;
pub use loss::*;
pub use make::*;
pub use matmul::*;
pub use optim::*;
pub use options::*;
pub use print::*;
pub use read::*;
pub use reduce::*;
pub use release_queue::*;
pub use softmax::*;
pub use stream::*;
pub use types::*;
pub use unary::*;
pub use views::*;

#[cfg(test)]
mod tests;
