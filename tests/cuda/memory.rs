//! The device's allocator: what it counts, what it gives back, and what happens when there is no more.

use super::common::array::Array;
use super::common::*;
use super::mock;
use super::process::{apart, on_mock, real};
use std::ptr::null_mut;
use tendon::c_api::*;

fn statistics() -> TendonCudaMemoryStats {
    let mut s = TendonCudaMemoryStats { ..Options::DEFAULT };
    check(unsafe { tendon_cuda_memory_stats(0, &mut s) }).unwrap();
    s
}

fn empty(mib: i64) -> R<T> {
    let options = TensorOptions { dtype: TENSOR_DTYPE_U8, device: cuda(0), ..Options::DEFAULT };
    out(|o| unsafe { tensor_empty([mib << 20].as_ptr(), 1, &options, o) })
}

fn release_cached() -> i64 {
    unsafe { tendon_release_cached_memory() }
}

#[test]
fn memory_is_counted_kept_and_given_back() {
    apart(&[], || {
        let start = statistics();
        let x = tensor(&Array::new(&[1000], || 1.0), TENSOR_DTYPE_F32).unwrap();
        let one = statistics();
        assert_eq!(one.allocated_bytes - start.allocated_bytes, 4096);
        assert!(one.reserved_bytes >= 4096 && one.peak_allocated_bytes >= one.allocated_bytes);
        let large = empty(40).unwrap();
        let both = statistics();
        assert_eq!(both.allocated_bytes - one.allocated_bytes, 40 << 20);
        drop(large);
        let after = statistics();
        assert_eq!((after.allocated_bytes, after.reserved_bytes), (one.allocated_bytes, both.reserved_bytes));
        assert_eq!(after.peak_allocated_bytes, both.allocated_bytes);
        // Cached: the same size needs no new segment.
        drop(empty(40).unwrap());
        assert_eq!(statistics().segments, both.segments);
        check(unsafe { tendon_cuda_reset_peak_memory_stats(0) }).unwrap();
        assert_eq!(statistics().peak_allocated_bytes, one.allocated_bytes);
        assert!(release_cached() >= 40 << 20);
        assert!(statistics().reserved_bytes < both.reserved_bytes);
        drop(x);
        release_cached();
        let end = statistics();
        assert_eq!((end.allocated_bytes, end.reserved_bytes), (0, 0));
        let (mut free, mut total) = (0, 0);
        check(unsafe { tendon_cuda_memory_info(0, &mut free, &mut total) }).unwrap();
        assert!(0 < free && free <= total);
    });
}

/// After the whole op table, forward and backward, nothing is left; on the mock the driver's own counts agree.
#[test]
fn everything_goes_back_to_the_driver() {
    apart(&[], || {
        let driver = || if real() { mock::Stats::default() } else { mock::stats() };
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        release_cached();
        let before = driver();
        assert_eq!(before.live_bytes, 0);
        for row in rows::rows() {
            let inputs: Vec<T> = (row.inputs)(&mut array::Rng(9))
                .iter()
                .map(|i| match i.kind {
                    rows::InputKind::Index => tensor(&i.array, TENSOR_DTYPE_I64).unwrap(),
                    rows::InputKind::Bool => tensor(&i.array, TENSOR_DTYPE_BOOL).unwrap(),
                    _ => {
                        let x = tensor(&i.array, TENSOR_DTYPE_F32).unwrap();
                        if row.gradient != rows::Gradient::None {
                            requires_grad(&x).unwrap();
                        }
                        x
                    }
                })
                .collect();
            let y = (row.run)(&inputs).unwrap_or_else(|e| panic!("{}: {e:?}", row.name));
            if unsafe { tensor_requires_grad(y.0) } == 1 {
                let loss = out(|o| unsafe { tensor_sum(y.0, std::ptr::null(), 0, std::ptr::null(), o) }).unwrap();
                check(unsafe { tensor_backward(loss.0, std::ptr::null()) }).unwrap();
            }
        }
        nothing_lives();
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        release_cached();
        let left = statistics();
        assert_eq!((left.allocated_bytes, left.reserved_bytes), (0, 0), "device memory");
        let after = driver();
        assert_eq!((after.live_blocks, after.live_bytes, after.pending), (0, 0, 0), "device memory");
        assert!(real() || after.launches > 500, "{} launches", after.launches);
        assert_eq!(after.host_live_blocks, before.host_live_blocks, "pinned memory");
        assert_eq!(after.streams_live, before.streams_live);
        assert!(after.events_live <= before.events_live + 4);
    });
}

/// 64 MiB in all: the cache is given back before a request fails, and a failure says how much there is of what.
#[test]
fn out_of_memory_is_a_status_with_numbers() {
    on_mock(&[("MOCK_CUDA_MEMORY", "67108864")], || {
        let first = empty(40).unwrap();
        let failed = empty(30).map(drop).unwrap_err();
        assert_eq!(failed.status, TENSOR_ERR_OUT_OF_MEMORY);
        for word in ["cuda:0", "30.00 MiB", "24.00 MiB", "64.00 MiB", "40.00 MiB"] {
            assert!(failed.message.contains(word), "{word} in {}", failed.message);
        }
        let s = statistics();
        assert_eq!((s.retries, s.failures), (1, 1));
        drop(first);
        // The 40 MiB are cached and of no use for 50; they go back to the driver, and then there is room.
        let second = empty(50).unwrap();
        assert_eq!(statistics().retries, 2);
        drop(second);
        // A whole computation fails and leaves what it had.
        let x = tensor(&Array::new(&[1 << 20], || 1.0), TENSOR_DTYPE_F32).unwrap();
        let mut kept = Vec::new();
        let failed = loop {
            match out(|o| unsafe { tensor_exp(x.0, o) }) {
                Ok(y) => kept.push(y),
                Err(e) => break e,
            }
        };
        assert_eq!(failed.status, TENSOR_ERR_OUT_OF_MEMORY);
        assert!(kept.len() > 5);
        kept.clear();
        assert!(values(&x).unwrap().data.iter().all(|&v| v == 1.0));
        drop(out(|o| unsafe { tensor_exp(x.0, o) }).unwrap());
    });
}

/// The driver needs memory for kernels and streams too: what is cached is given back for them. Pinned memory, of which the
/// host has no more, comes from what is cached of it.
#[test]
fn whatever_finds_no_memory_tries_again() {
    on_mock(&[], || {
        let x = tensor(&Array::new(&[100], || 1.0), TENSOR_DTYPE_F32).unwrap();
        // A kernel of its own for each.
        type Call<'a> = Box<dyn Fn() -> R<()> + 'a>;
        let kernel = |f: unsafe extern "C" fn(*const Tensor, *mut *mut Tensor) -> TensorStatus| {
            let x = &x;
            Box::new(move || out(|o| unsafe { f(x.0, o) }).map(drop)) as Call
        };
        let calls: [(&str, [Call; 2]); 5] = [
            ("cuModuleLoadDataEx", [kernel(tensor_exp), kernel(tensor_log)]),
            ("cuModuleGetFunction", [kernel(tensor_sin), kernel(tensor_cos)]),
            ("cuFuncSetAttribute", [kernel(tensor_sqrt), kernel(tensor_rsqrt)]),
            ("cuLaunchKernel", [kernel(tensor_tanh), kernel(tensor_tanh)]),
            ("cuStreamCreateWithPriority", {
                let make = || {
                    let mut stream = null_mut();
                    check(unsafe { tendon_cuda_stream_create(0, 0, &mut stream) })?;
                    check(unsafe { tendon_cuda_stream_release(stream) })
                };
                [Box::new(make) as Call, Box::new(make)]
            }),
        ];
        for (function, [call, other]) in &calls {
            drop(empty(30).unwrap());
            release_cached();
            drop(empty(30).unwrap());
            let before = statistics();
            mock::fail(function, 0, 1, 2);
            call().unwrap_or_else(|e| panic!("{function}: {e:?}"));
            mock::fail_no_more(function);
            let after = statistics();
            assert_eq!(after.retries, before.retries + 1, "{function}");
            assert!(after.reserved_bytes < before.reserved_bytes, "{function}");

            release_cached();
            mock::fail(function, 0, 2, 2);
            let failed = other().unwrap_err();
            mock::fail_no_more(function);
            assert_eq!(failed.status, TENSOR_ERR_OUT_OF_MEMORY, "{function}");
            assert!(failed.message.contains("cuda:0 has no room for"), "{function}: {}", failed.message);
            other().unwrap();
        }
        let pin = |n: i64| {
            let host = cpu_tensor(&Array::new(&[n], || 1.0), TENSOR_DTYPE_F32).unwrap();
            out(|o| unsafe { tensor_pin_memory(host.0, o) }).map(drop)
        };
        pin(100).unwrap();
        mock::fail("cuMemHostAlloc", 0, 1, 2);
        pin(10_000).unwrap();
        mock::fail("cuMemHostAlloc", 0, 2, 2);
        let failed = pin(1_000_000).unwrap_err();
        mock::fail_no_more("cuMemHostAlloc");
        assert!(failed.status == TENSOR_ERR_OUT_OF_MEMORY && failed.message.contains("pinned"), "{}", failed.message);
    });
}

/// Until nothing fits any more: a status, and afterwards all is as before.
#[test]
fn the_devices_memory_runs_out_and_comes_back() {
    apart(&[], || {
        let kept = tensor(&Array::new(&[1000], || 7.0), TENSOR_DTYPE_F32).unwrap();
        let (mut free, mut total) = (0, 0);
        check(unsafe { tendon_cuda_memory_info(0, &mut free, &mut total) }).unwrap();
        let eighth = total >> 23;
        let mut all = Vec::new();
        let failed = loop {
            match empty(eighth) {
                Ok(x) => all.push(x),
                Err(e) => break e,
            }
        };
        assert_eq!(failed.status, TENSOR_ERR_OUT_OF_MEMORY);
        assert!(failed.message.contains("GiB") && !all.is_empty() && all.len() <= 8, "{failed:?}");
        all.clear();
        release_cached();
        let mut again = 0;
        check(unsafe { tendon_cuda_memory_info(0, &mut again, &mut total) }).unwrap();
        assert!(again + (4 << 20) >= free, "{again} of {free} bytes came back");
        assert_eq!(values(&kept).unwrap().data, [7.0; 1000]);
    });
}

/// More than any machine has: a status, at once.
#[test]
fn a_request_that_is_far_too_large_fails() {
    apart(&[], || {
        for mib in [1i64 << 30, 1 << 42] {
            let failed = empty(mib).map(drop).unwrap_err();
            assert_eq!(failed.status, TENSOR_ERR_OUT_OF_MEMORY, "{failed:?}");
        }
        drop(empty(1).unwrap());
    });
}

/// The process ends with tensors, streams and unfinished work. What runs later still, when the driver has gone, gets a
/// status.
#[test]
fn a_process_may_end_with_everything_alive() {
    apart(&[("MOCK_CUDA_DEFER", "1")], || {
        extern "C" fn late() {
            let options = TensorOptions { device: cuda(0), ..Options::DEFAULT };
            let made = out(|o| unsafe { tensor_zeros([3].as_ptr(), 1, &options, o) });
            drop(made.and_then(|x| to_cpu(&x)));
            println!("the part is done");
        }
        // Handlers run last in, first out: this one after the driver's.
        unsafe { libc::atexit(late) };
        let x = tensor(&Array::new(&[1000], || 1.0), TENSOR_DTYPE_F32).unwrap();
        let stream = super::streams::Stream::new(0);
        let y = stream.within(|| out(|o| unsafe { tensor_exp(x.0, o) })).unwrap();
        unsafe { libc::atexit(late) };
        std::mem::forget((x, y, stream));
        std::process::exit(0);
    });
}
