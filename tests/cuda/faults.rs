//! Calls of the driver that fail: each one in turn, over the op table, forward and backward. A call that fails says so,
//! leaks nothing and changes nothing; the same call works again. And a device that is lost.
//!
//! `TENDON_TEST_FULL=1` lets every call of every row fail (of those for device memory some); the short form a few of each
//! fourth row.

use super::common::array::Rng;
use super::common::rows::{Gradient, InputKind, Row, rows};
use super::common::*;
use super::mock;
use super::process::{full, on_mock, part, real};
use super::values::bytes;
use std::ptr::null;
use tendon::c_api::*;

const OUT_OF_MEMORY: i32 = 2;
const UNKNOWN: i32 = 999;
const LAUNCH_OUT_OF_RESOURCES: i32 = 701;

fn inputs(row: &Row) -> Vec<T> {
    let tracked = row.gradient != Gradient::None;
    (row.inputs)(&mut Rng(7))
        .iter()
        .map(|i| {
            let dtype = match i.kind {
                InputKind::Index => TENSOR_DTYPE_I64,
                InputKind::Bool => TENSOR_DTYPE_BOOL,
                _ => TENSOR_DTYPE_F32,
            };
            let x = tensor(&i.array, dtype).unwrap();
            if i.kind == InputKind::Value && tracked {
                requires_grad(&x).unwrap();
            }
            x
        })
        .collect()
}

/// The row once, with its backward.
fn run(row: &Row, x: &[T]) -> R<()> {
    let y = (row.run)(x)?;
    if unsafe { tensor_requires_grad(y.0) } == 1 {
        let loss = out(|o| unsafe { tensor_sum(y.0, null(), 0, null(), o) })?;
        check(unsafe { tensor_backward(loss.0, null()) })?;
    }
    Ok(())
}

/// Everything of the inputs that a failed call must leave.
fn state(all: &[T]) -> Vec<u8> {
    let of = |x: &T| {
        let mut grad = std::ptr::null_mut();
        check(unsafe { tensor_grad(x.0, &mut grad) }).unwrap();
        let version = unsafe { tensor_version(x.0) }.to_ne_bytes().to_vec();
        let grad = if grad.is_null() { Vec::new() } else { bytes(&T(grad)) };
        [bytes(x), version, grad].concat()
    };
    all.iter().flat_map(of).collect()
}

fn live() -> (i64, i64, i64) {
    unsafe { (tendon_live_handle_count(), tendon_live_tensor_count(), tendon_live_storage_count()) }
}

/// Lets the nth call of `function` fail `times` times, for n = 0, 1, …, in every row; `judge` says whether the error is
/// right. How many calls of the library failed so.
fn storm<P>(
    function: &str,
    times: u64,
    code: i32,
    slow: bool,
    around: impl Fn() -> P,
    prepare: impl Fn(),
    judge: impl Fn(&Failure) -> bool,
) -> u64 {
    let mut errors = 0;
    // The short form takes every fourth row, and some calls of each. Of one whose preparation takes long, the full form
    // takes others than the short one.
    let all = full() && !slow;
    let (first, step) = if all { (0, 1) } else { (if full() { 2 } else { 0 }, 4) };
    for (number, row) in rows().iter().enumerate().skip(first).step_by(step) {
        let x = inputs(row);
        let around = around();
        let mut nth = 0;
        loop {
            let (before, alive) = (state(&x), live());
            prepare();
            let earlier = mock::failed();
            mock::fail(function, nth, times, code);
            let result = run(row, &x);
            let struck = mock::failed() > earlier;
            mock::fail_no_more(function);
            let what = format!("{}: call {nth} of {function} failed", row.name);
            match result {
                // Some failures are nobody's concern: an event that could not be destroyed.
                Ok(()) if struck => {}
                Ok(()) => break,
                Err(e) => {
                    assert!(struck && judge(&e), "{what}: {e:?}");
                    assert_eq!(live(), alive, "{what}: something leaks");
                    assert_eq!(state(&x), before, "{what}: something changed");
                    errors += 1;
                }
            }
            // The first call of each row, then all or some, others in each row.
            nth += if all { 1 } else { 1 + (nth + number as u64) % 7 };
            assert!(nth < 10_000, "{}: does not end", row.name);
        }
        run(row, &x).unwrap_or_else(|e| panic!("{}: again after failures: {e:?}", row.name));
        drop((x, around));
        nothing_lives();
    }
    assert_eq!(mock::misuse(), 0);
    errors
}

fn release_cached() {
    unsafe { tendon_release_cached_memory() };
}

#[test]
fn any_call_of_the_driver_may_fail() {
    on_mock(&[], || {
        let right = |e: &Failure| e.status == TENSOR_ERR_CUDA && e.message.contains("CUDA_ERROR_UNKNOWN");
        let errors = storm("", 1, UNKNOWN, false, || (), || (), right);
        assert!(errors > 50, "{errors} errors");
    });
}

#[test]
fn a_launch_may_fail() {
    on_mock(&[], || {
        let right =
            |e: &Failure| e.status == TENSOR_ERR_CUDA && e.message.contains("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)");
        let errors = storm("cuLaunchKernel", 1, LAUNCH_OUT_OF_RESOURCES, false, || (), || (), right);
        assert!(errors > 50, "{errors} errors");
    });
}

/// Tensors that take what is left of the segments in use.
fn fill_segments() -> Vec<T> {
    let segments = || {
        let mut s = TendonCudaMemoryStats { ..Options::DEFAULT };
        check(unsafe { tendon_cuda_memory_stats(0, &mut s) }).unwrap();
        s.segments
    };
    let mut all = Vec::new();
    for size in (9..=20).rev().map(|n| 1i64 << n) {
        loop {
            release_cached();
            let before = segments();
            let options = TensorOptions { dtype: TENSOR_DTYPE_U8, device: cuda(0), ..Options::DEFAULT };
            let x = out(|o| unsafe { tensor_empty([size].as_ptr(), 1, &options, o) }).unwrap();
            if segments() > before {
                break;
            }
            all.push(x);
        }
    }
    all
}

/// No segment has room and none is cached, so that rows ask the driver. One failure is made up for by giving the cache
/// back, two are not.
#[test]
fn device_memory_may_run_out() {
    on_mock(&[], || {
        let right = |e: &Failure| e.status == TENSOR_ERR_OUT_OF_MEMORY && e.message.contains("cuda:0");
        let errors = storm("cuMemAlloc", 2, OUT_OF_MEMORY, true, fill_segments, release_cached, right);
        assert!(errors > 50, "{errors} errors");
        assert_eq!(storm("cuMemAlloc", 1, OUT_OF_MEMORY, true, fill_segments, release_cached, |_| false), 0);
    });
}

/// What is asked of a device that is lost.
fn lost(e: &Failure) -> bool {
    e.status == TENSOR_ERR_CUDA && e.message.contains("cuda:0")
}

/// From the nth call on nothing works there: every call says so, the CPU works, handles can be released, the process ends
/// as it should.
#[test]
fn a_device_is_lost() {
    if real() {
        return;
    }
    for nth in if full() { (0..60).collect() } else { vec![0, 1, 2, 3, 5, 8, 13, 21, 34] } {
        part(&nth.to_string(), &[], || {
            let all = rows();
            let row = all.iter().find(|r| r.name.starts_with("tensor_cross_entropy")).unwrap();
            let x = inputs(row);
            let stream = super::streams::Stream::new(0);
            mock::lose_device(nth);
            let mut failure = None;
            for _ in 0..100 {
                if let Err(e) = run(row, &x) {
                    failure = Some(e);
                    break;
                }
            }
            let failure = failure.expect("nothing failed");
            assert!(lost(&failure) && failure.message.contains("719"), "{failure:?}");
            for again in [
                run(row, &x).unwrap_err(),
                to_cpu(&x[0]).map(drop).unwrap_err(),
                check(unsafe { tendon_cuda_synchronize(0) }).unwrap_err(),
                check(unsafe { tendon_cuda_stream_synchronize(stream.0) }).unwrap_err(),
            ] {
                assert!(lost(&again), "{again:?}");
            }
            release_cached();
            let y = cpu_tensor(&array::Array::new(&[3], || 1.0), TENSOR_DTYPE_F32).unwrap();
            drop(out(|o| unsafe { tensor_exp(y.0, o) }).unwrap());
        });
    }
}

/// A kernel that crashes is noticed by a later call, which says that the device is lost.
#[test]
fn a_kernel_crashes() {
    on_mock(&[("MOCK_CUDA_DEFER", "1")], || {
        let x = tensor(&array::Array::new(&[30], || 1.0), TENSOR_DTYPE_F32).unwrap();
        mock::crash_launch(1);
        let y = out(|o| unsafe { tensor_exp(x.0, o) }).unwrap();
        let z = out(|o| unsafe { tensor_exp(y.0, o) }).unwrap();
        let e = values(&z).map(drop).unwrap_err();
        assert!(lost(&e) && e.message.contains("CUDA_ERROR_ILLEGAL_ADDRESS (700)"), "{e:?}");
        assert!(lost(&out(|o| unsafe { tensor_exp(x.0, o) }).map(drop).unwrap_err()));
    });
}

/// Copies that fail between host and device.
#[test]
fn moves_may_fail() {
    on_mock(&[], || {
        let x = cpu_tensor(&array::Array::new(&[300], || 1.0), TENSOR_DTYPE_F32).unwrap();
        let there = to_device(&x, cuda(0)).unwrap();
        let alive = live();
        for nth in 0..20 {
            mock::fail("", nth, 1, UNKNOWN);
            let earlier = mock::failed();
            let (to, from) = (to_device(&x, cuda(0)).map(drop), to_cpu(&there).map(drop));
            let struck = mock::failed() > earlier;
            mock::fail_no_more("");
            assert!(struck || nth > 2);
            for e in [to.err(), from.err()].into_iter().flatten() {
                assert_eq!(e.status, TENSOR_ERR_CUDA, "{e:?}");
            }
            assert_eq!(live(), alive);
        }
        assert_eq!(values(&there).unwrap().data, [1.0; 300]);
        assert_eq!(mock::misuse(), 0);
    });
}
