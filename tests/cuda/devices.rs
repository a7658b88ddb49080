//! Which devices there are, and more than one of them.

use super::common::array::Array;
use super::common::*;
use super::mock;
use super::process::{apart, on_mock};
use std::ptr::{null, null_mut};
use tendon::c_api::*;

const TWO: &[(&str, &str)] = &[("MOCK_CUDA_DEVICES", "2"), ("MOCK_CUDA_DEFER", "1")];

fn counting(n: i64) -> Array {
    Array { shape: vec![n], data: (0..n).map(|i| i as f64).collect() }
}

fn same(got: &Array, want: &Array) {
    let first = got.data.iter().zip(&want.data).position(|(a, b)| a != b);
    assert!(first.is_none() && got.shape == want.shape, "at {first:?}: {got:?}");
}

fn on(index: i32, n: i64) -> T {
    to_device(&cpu_tensor(&counting(n), TENSOR_DTYPE_F32).unwrap(), cuda(index)).unwrap()
}

#[test]
fn devices_are_counted_and_described() {
    apart(&[], || {
        let mut count = 0;
        check(unsafe { tendon_cuda_device_count(&mut count) }).unwrap();
        assert!(count >= 1);
        let mut p = TendonCudaDeviceProperties { ..Options::DEFAULT };
        check(unsafe { tendon_cuda_device_properties(0, &mut p) }).unwrap();
        assert!(p.capability_major >= 7 && p.multiprocessors > 0 && p.total_bytes > 1 << 20);
        assert!(p.shared_bytes_per_block >= 48 << 10 && p.threads_per_multiprocessor >= 1024);
        assert_ne!(p.name[0], 0);
        for wrong in [count, 64, 1 << 20, -2] {
            let e = check(unsafe { tendon_cuda_device_properties(wrong, &mut p) }).unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_DEVICE, "{wrong}: {e:?}");
            let x = cpu_tensor(&counting(3), TENSOR_DTYPE_F32).unwrap();
            let e = to_device(&x, cuda(wrong)).map(drop).unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_DEVICE, "{wrong}: {e:?}");
        }
        let feature = unsafe { tendon_has_feature(c"cuda".as_ptr()) };
        assert_eq!(feature, 1);
    });
}

#[test]
fn tensors_of_two_devices_stay_apart() {
    on_mock(TWO, || {
        let (a, b) = (on(0, 100), on(1, 100));
        let mixed = out(|o| unsafe { tensor_add(a.0, b.0, o) }).map(drop).unwrap_err();
        assert_eq!(mixed.status, TENSOR_ERR_DEVICE);
        assert!(mixed.message.contains("cuda:0") && mixed.message.contains("cuda:1"), "{mixed:?}");
        for (x, index) in [(&a, 0), (&b, 1)] {
            let y = out(|o| unsafe { tensor_add(x.0, x.0, o) }).unwrap();
            assert_eq!(device_of(&y), cuda(index));
            assert_eq!(values(&y).unwrap(), counting(100).map(|v| 2.0 * v));
        }
        // The current device is each thread's own.
        let mut current = -1;
        check(unsafe { tendon_cuda_set_current_device(1) }).unwrap();
        check(unsafe { tendon_cuda_current_device(&mut current) }).unwrap();
        assert_eq!(current, 1);
        assert_eq!(device_of(&on(-1, 3)), cuda(1));
        std::thread::spawn(|| {
            let mut current = -1;
            check(unsafe { tendon_cuda_current_device(&mut current) }).unwrap();
            assert_eq!(current, 0);
        })
        .join()
        .unwrap();
        assert_eq!(check(unsafe { tendon_cuda_set_current_device(2) }).unwrap_err().status, TENSOR_ERR_DEVICE);
        let mut can = 2;
        check(unsafe { tendon_cuda_can_access_peer(0, 1, &mut can) }).unwrap();
        assert_eq!(can, 1);
    });
}

#[test]
fn values_and_gradients_cross_between_devices() {
    for peer in ["1", "0"] {
        super::process::part(peer, &[TWO, &[("MOCK_CUDA_PEER", peer)]].concat(), || {
            if super::process::real() {
                return;
            }
            let x = on(0, 2000);
            requires_grad(&x).unwrap();
            for round in 1..=2 {
                let square = out(|o| unsafe { tensor_square(x.0, o) }).unwrap();
                let there = to_device(&square, cuda(1)).unwrap();
                drop(square);
                assert_eq!(device_of(&there), cuda(1));
                let tripled = out(|o| unsafe { tensor_mul_scalar(there.0, rows::number(3.0), o) }).unwrap();
                let loss = out(|o| unsafe { tensor_sum(tripled.0, null(), 0, null(), o) }).unwrap();
                check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
                let grad = out(|o| unsafe { tensor_grad(x.0, o) }).unwrap();
                assert_eq!(device_of(&grad), cuda(0));
                same(&values(&grad).unwrap(), &counting(2000).map(|v| 6.0 * v * round as f64));
                same(&values(&there).unwrap(), &counting(2000).map(|v| v * v));
            }
            assert!(mock::stats().copies_between_devices >= 4);
        });
    }
}

/// Streams of one device do not take work of another, and each device has its own cache.
#[test]
fn streams_and_memory_belong_to_one_device() {
    on_mock(TWO, || {
        let stream = super::streams::Stream::new(1);
        let x = on(0, 10);
        // Ops on cuda:0 go on there, whatever stream of cuda:1 is current.
        let y = stream.within(|| out(|o| unsafe { tensor_exp(x.0, o) })).unwrap();
        assert_eq!(device_of(&y), cuda(0));
        let mut event = null_mut();
        check(unsafe { tendon_cuda_event_create(0, 0, &mut event) }).unwrap();
        let refused = check(unsafe { tendon_cuda_event_record(event, stream.0) }).unwrap_err();
        assert_eq!(refused.status, TENSOR_ERR_DEVICE);
        assert_eq!(unsafe { tendon_cuda_event_release(event) }, TENSOR_OK);
        let reserved = |device| {
            let mut s = TendonCudaMemoryStats { ..Options::DEFAULT };
            check(unsafe { tendon_cuda_memory_stats(device, &mut s) }).unwrap();
            s.reserved_bytes
        };
        assert!(reserved(0) > 0);
        let before = reserved(1);
        drop(on(1, 1 << 20));
        assert!(reserved(1) > before);
    });
}
