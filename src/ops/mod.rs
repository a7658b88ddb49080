//! Op families: one family, one file with its shape rule, dtype rule, forward and backward formula.
//! The functions here are what the C API and backward formulas call.

pub mod copy;
pub mod copy_slices;
pub mod create;
pub mod cross_entropy;
pub mod dropout;
pub mod elementwise;
pub mod in_place;
pub mod index;
pub mod join;
pub mod loss;
pub mod matmul;
pub mod reduce;
pub mod softmax;
pub mod view;
