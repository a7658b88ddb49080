//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod argreduce;
pub mod cancel;
mod cgroup;
mod convert;
pub mod copy;
pub mod cross_entropy;
pub mod elementwise;
pub mod fill;
pub mod fork;
pub mod gemm;
pub mod index;
pub mod math;
pub mod memory;
pub mod optim;
pub mod pool;
pub mod random;
pub mod reduce;
pub mod simd;
pub mod softmax;
