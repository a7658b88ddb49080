//! Tensors to and from other libraries and files.

pub mod dlpack;
