//! Instruction sets: one binary, the best set at first use, `TENDON_ISA` forces one.
//!
//! Kernels are plain loops. [`dispatch`] compiles the loop once per set and picks at run time; what it calls must be
//! `#[inline(always)]` so that the loop body is compiled with the set's features.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// x86-64 levels as the psABI names them. On other architectures everything is `Baseline` (NEON on aarch64).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Level {
    Baseline = 1,
    /// AVX2, FMA, F16C.
    V3 = 2,
    /// AVX-512 F, BW, CD, DQ, VL.
    V4 = 3,
}

static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The set in use. Detected once; two threads that race detect the same.
#[inline]
pub fn level() -> Level {
    match LEVEL.load(Relaxed) {
        1 => Level::Baseline,
        2 => Level::V3,
        3 => Level::V4,
        _ => detect(),
    }
}

/// Whether multiplying and adding is one instruction.
pub fn has_fma() -> bool {
    cfg!(target_arch = "aarch64") || level() != Level::Baseline
}

#[cold]
fn detect() -> Level {
    let best = supported();
    let wanted = match std::env::var("TENDON_ISA").as_deref() {
        Ok("baseline") => Level::Baseline,
        Ok("v3") => Level::V3,
        _ => Level::V4,
    };
    let level = best.min(wanted);
    LEVEL.store(level as u8, Relaxed);
    level
}

#[cfg(target_arch = "x86_64")]
fn supported() -> Level {
    let v3 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
    let v4 = v3
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match (v4, v3) {
        (true, _) => Level::V4,
        (_, true) => Level::V3,
        _ => Level::Baseline,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn supported() -> Level {
    Level::Baseline
}

/// Runs `kernel` compiled for the set in use.
#[inline]
pub fn dispatch<R>(kernel: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` returned this set, so the processor has it.
        Level::V4 => return unsafe { v4(kernel) },
        // SAFETY: as above.
        Level::V3 => return unsafe { v3(kernel) },
        Level::Baseline => {}
    }
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,f16c")]
fn v4<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,f16c")]
fn v3<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}
