//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod elementwise;
pub mod math;
pub mod memory;
pub mod pool;
pub mod simd;
pub mod view;
