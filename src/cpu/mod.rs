//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod gemm;
pub mod memory;
pub mod pool;
pub mod reduce;
pub mod simd;
pub mod view;

mod convert;
