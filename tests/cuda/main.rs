//! CUDA through the C API: on the mock driver (tests/cuda/mock) by default, on the machine's own driver with
//! `TENDON_TEST_CUDA=real`, which leaves out what only the mock can show.

// Every call of a C function is unsafe; what the tests pass is valid, or is refused.
#![allow(clippy::undocumented_unsafe_blocks)]
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "../common/mod.rs"]
mod common;

mod coverage;
mod devices;
mod dlpack;
mod driver;
mod faults;
mod files;
mod indexing;
mod libraries;
mod memory;
mod mock;
mod optimizers;
mod process;
mod products;
mod reduce;
mod streams;
mod training;
mod values;
