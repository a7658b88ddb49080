//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod copy;
pub mod elementwise;
pub mod fill;
pub mod index;
pub mod math;
pub mod memory;
pub mod optim;
pub mod pool;
pub mod random;
pub mod simd;
pub mod view;
