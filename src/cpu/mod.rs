//! The CPU: memory, threads, instruction sets and kernels. Pointers, layouts and numbers only.

pub mod cancel;
mod cgroup;
pub mod fork;
pub mod memory;
pub mod pool;
pub mod simd;
pub mod view;
