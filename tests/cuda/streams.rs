//! Streams, events, copies that go on while the host does, memory of the caller's. On the mock everything runs as late as
//! CUDA allows (MOCK_CUDA_DEFER=1): what is read, freed or used again too early shows.

use super::common::array::Array;
use super::common::rows::number;
use super::common::*;
use super::mock;
use super::process::{apart, on_mock, real};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::*};
use tendon::c_api::*;

const DEFERRED: &[(&str, &str)] = &[("MOCK_CUDA_DEFER", "1")];

pub struct Stream(pub *mut TendonCudaStream);

impl Drop for Stream {
    fn drop(&mut self) {
        assert_eq!(unsafe { tendon_cuda_stream_release(self.0) }, TENSOR_OK);
    }
}

impl Stream {
    pub fn new(device: i32) -> Stream {
        let mut s = null_mut();
        check(unsafe { tendon_cuda_stream_create(device, 0, &mut s) }).unwrap();
        Stream(s)
    }

    pub fn current(device: i32) -> Stream {
        let mut s = null_mut();
        check(unsafe { tendon_cuda_current_stream(device, &mut s) }).unwrap();
        Stream(s)
    }

    /// `body` with this stream current.
    pub fn within<V>(&self, body: impl FnOnce() -> V) -> V {
        let mut scope = null_mut();
        check(unsafe { tendon_cuda_stream_begin(self.0, &mut scope) }).unwrap();
        let value = body();
        assert_eq!(unsafe { tendon_cuda_stream_end(scope) }, TENSOR_OK);
        value
    }

    pub fn wait_for(&self, other: &Stream) {
        check(unsafe { tendon_cuda_stream_wait_stream(self.0, other.0) }).unwrap();
    }

    pub fn synchronize(&self) {
        check(unsafe { tendon_cuda_stream_synchronize(self.0) }).unwrap();
    }

    pub fn is_done(&self) -> bool {
        let mut done = 0;
        check(unsafe { tendon_cuda_stream_is_done(self.0, &mut done) }).unwrap();
        done != 0
    }

    pub fn native(&self) -> *mut c_void {
        let mut raw = null_mut();
        check(unsafe { tendon_cuda_stream_native(self.0, &mut raw) }).unwrap();
        raw
    }
}

struct Event(*mut TendonCudaEvent);

impl Drop for Event {
    fn drop(&mut self) {
        assert_eq!(unsafe { tendon_cuda_event_release(self.0) }, TENSOR_OK);
    }
}

impl Event {
    fn new(timing: bool) -> Event {
        let mut e = null_mut();
        check(unsafe { tendon_cuda_event_create(0, timing.into(), &mut e) }).unwrap();
        Event(e)
    }

    fn record(&self, stream: &Stream) {
        check(unsafe { tendon_cuda_event_record(self.0, stream.0) }).unwrap();
    }
}

fn ones(n: i64) -> T {
    tensor(&Array::new(&[n], || 1.0), TENSOR_DTYPE_F32).unwrap()
}

fn twice(x: &T) -> T {
    out(|o| unsafe { tensor_mul_scalar(x.0, number(2.0), o) }).unwrap()
}

fn first(x: &T) -> f64 {
    values(x).unwrap().data[0]
}

#[test]
fn work_of_several_streams_meets_where_it_is_told_to() {
    apart(DEFERRED, || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        assert_ne!(a.native(), b.native());
        assert_eq!(Stream::current(0).native(), null_mut(), "the default stream");
        let x = ones(1000);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let mut y = a.within(|| {
            assert_eq!(Stream::current(0).native(), a.native());
            (0..5).fold(twice(&x), |y, _| twice(&y))
        });
        b.wait_for(&a);
        y = b.within(|| twice(&y));
        let done = Event::new(false);
        done.record(&b);
        let mut reached = 1;
        check(unsafe { tendon_cuda_event_is_done(done.0, &mut reached) }).unwrap();
        let default = Stream::current(0);
        check(unsafe { tendon_cuda_stream_wait_event(default.0, done.0) }).unwrap();
        assert_eq!(first(&twice(&y)), 256.0);
        check(unsafe { tendon_cuda_event_synchronize(done.0) }).unwrap();
        check(unsafe { tendon_cuda_event_is_done(done.0, &mut reached) }).unwrap();
        assert!(reached == 1 && b.is_done());
    });
}

#[test]
fn events_tell_times() {
    apart(DEFERRED, || {
        let stream = Stream::new(0);
        let (start, end, untimed) = (Event::new(true), Event::new(true), Event::new(false));
        let mut ms = -1.0;
        let elapsed = |a: &Event, b: &Event, ms: &mut f32| check(unsafe { tendon_cuda_event_elapsed(a.0, b.0, ms) });
        assert_eq!(elapsed(&start, &end, &mut ms).unwrap_err().status, TENSOR_ERR_CUDA);
        start.record(&stream);
        let y = stream.within(|| twice(&ones(100_000)));
        end.record(&stream);
        untimed.record(&stream);
        stream.synchronize();
        elapsed(&start, &end, &mut ms).unwrap();
        assert!((0.0..60_000.0).contains(&ms), "{ms} ms");
        assert_eq!(elapsed(&start, &untimed, &mut ms).unwrap_err().status, TENSOR_ERR_CUDA);
        drop(y);
    });
}

/// Freed memory that another stream still uses is not handed out before that stream is done with it.
#[test]
fn memory_is_not_used_again_while_another_stream_uses_it() {
    apart(DEFERRED, || {
        let other = Stream::new(0);
        let default = Stream::current(0);
        for _ in 0..20 {
            let x = ones(50_000);
            other.wait_for(&default);
            let y = other.within(|| twice(&x));
            // Freed on the default stream, whose next tensors could lie where x did.
            drop(x);
            let fresh: Vec<T> = (0..3)
                .map(|_| {
                    let options = TensorOptions { device: cuda(0), ..Options::DEFAULT };
                    out(|o| unsafe { tensor_full([50_000].as_ptr(), 1, number(-5.0), &options, o) }).unwrap()
                })
                .collect();
            check(unsafe { tendon_cuda_stream_synchronize(default.0) }).unwrap();
            let y = other.within(|| to_cpu(&y)).unwrap();
            assert!(values(&y).unwrap().data.iter().all(|&v| v == 2.0));
            drop(fresh);
        }
    });
}

/// Backward runs each part on the stream of its forward and joins the stream that asked for it.
#[test]
fn backward_follows_the_streams_of_forward() {
    apart(DEFERRED, || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let default = Stream::current(0);
        let leaf = ones(10_000);
        requires_grad(&leaf).unwrap();
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        for round in 1..=3 {
            let (y, z) = (a.within(|| twice(&twice(&leaf))), b.within(|| twice(&leaf)));
            default.wait_for(&a);
            default.wait_for(&b);
            let both = out(|o| unsafe { tensor_mul(y.0, z.0, o) }).unwrap();
            let loss = out(|o| unsafe { tensor_sum(both.0, null(), 0, null(), o) }).unwrap();
            check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
            drop((y, z, both, loss));
            // d(8 x²)/dx at 1, accumulated, read on the stream that asked.
            let grad = out(|o| unsafe { tensor_grad(leaf.0, o) }).unwrap();
            assert!(values(&grad).unwrap().data.iter().all(|&g| g == 16.0 * round as f64), "round {round}");
        }
    });
}

#[test]
fn scopes_of_streams_end_in_order_and_on_their_thread() {
    apart(&[], || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let (mut outer, mut inner) = (null_mut(), null_mut());
        check(unsafe { tendon_cuda_stream_begin(a.0, &mut outer) }).unwrap();
        check(unsafe { tendon_cuda_stream_begin(b.0, &mut inner) }).unwrap();
        assert_eq!(unsafe { tendon_cuda_stream_end(outer) }, TENSOR_ERR_INVALID_ARGUMENT);
        let elsewhere = inner as usize;
        let other = std::thread::spawn(move || {
            // Another thread has its own current stream.
            assert_eq!(Stream::current(0).native(), null_mut());
            unsafe { tendon_cuda_stream_end(elsewhere as *mut _) }
        });
        assert_eq!(other.join().unwrap(), TENSOR_ERR_INVALID_ARGUMENT);
        assert_eq!(unsafe { tendon_cuda_stream_end(inner) }, TENSOR_OK);
        assert_eq!(Stream::current(0).native(), a.native());
        assert_eq!(unsafe { tendon_cuda_stream_end(outer) }, TENSOR_OK);
        assert_eq!(Stream::current(0).native(), null_mut());
    });
}

static RELEASED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn count_release(_: *mut c_void, _: *mut c_void) {
    RELEASED.fetch_add(1, SeqCst);
}

fn borrowed(memory: &mut [f32]) -> T {
    let options = TensorHostBufferOptions { release: Some(count_release), ..Options::DEFAULT };
    let shape = [memory.len() as i64];
    out(|o| unsafe {
        let (data, nbytes) = (memory.as_mut_ptr().cast(), size_of_val(memory));
        tensor_from_host_buffer(data, nbytes, TENSOR_DTYPE_F32, shape.as_ptr(), 1, &options, o)
    })
    .unwrap()
}

/// The memory behind a blocking move may be changed at once; the release comes when the last tensor goes.
#[test]
fn a_move_is_done_with_its_source_when_it_returns() {
    apart(DEFERRED, || {
        let mut memory = vec![3f32; 100_000];
        let x = borrowed(&mut memory);
        let there = to_device(&x, cuda(0)).unwrap();
        let also = twice(&there);
        memory.fill(-1.0);
        drop(x);
        assert_eq!(RELEASED.load(SeqCst), 1);
        assert_eq!((first(&there), first(&also)), (3.0, 6.0));
    });
}

/// A move that does not block keeps its pinned source until it is done, and its memory is not used again before.
#[test]
fn non_blocking_moves_keep_their_source() {
    apart(DEFERRED, || {
        let non_blocking = TensorConvertOptions { non_blocking: 1, ..Options::DEFAULT };
        let start = |x: &T| out(|o| unsafe { tensor_to_device(x.0, cuda(0), &non_blocking, o) }).unwrap();
        let pinned = |value: f64| {
            let x = cpu_tensor(&Array::new(&[100_000], || value), TENSOR_DTYPE_F32).unwrap();
            let x = out(|o| unsafe { tensor_pin_memory(x.0, o) }).unwrap();
            let mut is = 0;
            check(unsafe { tensor_is_pinned(x.0, &mut is) }).unwrap();
            assert_eq!(is, 1);
            x
        };
        let moves: Vec<T> = (1..=10).map(|i| start(&pinned(i as f64))).collect();
        if !real() {
            assert!(mock::stats().pending > 4, "copies ran at once");
        }
        for (i, y) in moves.iter().enumerate() {
            assert_eq!(first(y), (i + 1) as f64);
        }
        // Memory that is not pinned is read before the call returns, whatever was asked for.
        let mut memory = vec![3f32; 1000];
        let x = borrowed(&mut memory);
        let y = start(&x);
        memory.fill(-1.0);
        assert_eq!(first(&y), 3.0);
        drop((x, y));
        // Back again without blocking would be a race: the values are there when the call returns.
        let back = out(|o| unsafe { tensor_to_device(moves[4].0, CPU, &non_blocking, o) }).unwrap();
        assert_eq!(values(&back).unwrap().data[99_999], 5.0);
    });
}

/// Memory that the caller pins: a borrowed source is released when the copy is done, and one of the library's own is read
/// in time too.
#[test]
fn memory_that_the_caller_registers() {
    apart(DEFERRED, || {
        drop(ones(1));
        native::enter();
        let non_blocking = TensorConvertOptions { non_blocking: 1, ..Options::DEFAULT };
        let start = |x: &T| out(|o| unsafe { tensor_to_device(x.0, cuda(0), &non_blocking, o) }).unwrap();
        let mut memory = vec![3f32; 100_000];
        native::register(&mut memory);
        let x = borrowed(&mut memory);
        let y = start(&x);
        drop(x);
        assert!(RELEASED.load(SeqCst) == 0 || real(), "released while it is being read");
        assert_eq!(first(&y), 3.0);
        assert_eq!(RELEASED.load(SeqCst), 1);
        native::unregister(&mut memory);

        let own = cpu_tensor(&Array::new(&[100_000], || 5.0), TENSOR_DTYPE_F32).unwrap();
        let mut data = null_mut();
        check(unsafe { tensor_data_mut(own.0, &mut data) }).unwrap();
        let pinned = unsafe { std::slice::from_raw_parts_mut(data.cast::<f32>(), 100_000) };
        native::register(pinned);
        let y = to_device(&own, cuda(0)).unwrap();
        pinned.fill(-1.0);
        assert_eq!(first(&y), 5.0);
        native::unregister(pinned);
    });
}

/// Two threads, each with a stream of its own, add to one gradient; and a backward on another stream than the one before.
#[test]
fn gradients_of_several_streams_add_up() {
    apart(DEFERRED, || {
        let leaf = ones(10_000);
        requires_grad(&leaf).unwrap();
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let address = leaf.0 as usize;
        let backward = |stream: &Stream| {
            stream.within(|| {
                let leaf = address as *mut Tensor;
                let y = out(|o| unsafe { tensor_mul_scalar(leaf, number(2.0), o) }).unwrap();
                let loss = out(|o| unsafe { tensor_sum(y.0, null(), 0, null(), o) }).unwrap();
                check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
            })
        };
        let streams = [Stream::new(0), Stream::new(0)];
        for stream in streams.iter().cycle().take(6) {
            backward(stream);
        }
        std::thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    let own = Stream::new(0);
                    for _ in 0..10 {
                        backward(&own);
                    }
                    own.synchronize();
                });
            }
        });
        streams.iter().for_each(Stream::synchronize);
        let grad = out(|o| unsafe { tensor_grad(leaf.0, o) }).unwrap();
        assert!(values(&grad).unwrap().data.iter().all(|&g| g == 52.0));
    });
}

/// A stream of the caller's that is wrapped again and again is not waited for, and makes nothing anew; what a kernel
/// noted is told by the next wrapper.
#[test]
fn the_callers_stream_is_wrapped_again_and_again() {
    on_mock(DEFERRED, || {
        let x = ones(100);
        native::enter();
        let bad = tensor(&Array { shape: vec![1], data: vec![1000.0] }, TENSOR_DTYPE_I64).unwrap();
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let raw = native::make_stream();
        let wrap = |raw| {
            let mut s = null_mut();
            check(unsafe { tendon_cuda_stream_from_native(0, raw, &mut s) }).map(|()| Stream(s))
        };
        let y = wrap(raw).unwrap().within(|| twice(&x));
        drop(y);
        let before = mock::stats();
        for _ in 0..20 {
            drop(wrap(raw).unwrap().within(|| twice(&x)));
        }
        let picked = wrap(raw).unwrap().within(|| out(|o| unsafe { tensor_index_select(x.0, 0, bad.0, o) }).unwrap());
        let after = mock::stats();
        assert_eq!((after.waits, after.host_allocations), (before.waits, before.host_allocations));
        drop(picked);
        let again = wrap(raw).unwrap();
        let told = check(unsafe { tendon_cuda_stream_synchronize(again.0) }).unwrap_err();
        assert_eq!(told.status, TENSOR_ERR_INDEX);
        again.synchronize();
        // Also if another stream is wrapped in between.
        let pick = || drop(out(|o| unsafe { tensor_index_select(x.0, 0, bad.0, o) }).unwrap());
        let third = native::make_stream();
        wrap(third).unwrap().within(pick);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        drop(wrap(raw).unwrap());
        let told = check(unsafe { tendon_cuda_stream_synchronize(wrap(third).unwrap().0) }).unwrap_err();
        assert_eq!(told.status, TENSOR_ERR_INDEX);
        drop((again, x, bad));
        native::destroy_stream(raw);
        native::destroy_stream(third);
        // Another stream takes over what the first left.
        let made = mock::stats().host_allocations;
        let other = native::make_stream();
        let x = ones(100);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let y = wrap(other).unwrap().within(|| twice(&x));
        assert_eq!(mock::stats().host_allocations, made);
        wrap(other).unwrap().synchronize();
        drop((x, y));
        native::destroy_stream(other);

        // The handles that CUDA gives its default streams.
        assert_eq!(wrap(std::ptr::without_provenance_mut(1)).unwrap().native(), null_mut());
        let refused = wrap(std::ptr::without_provenance_mut(2)).map(drop).unwrap_err();
        assert_eq!(refused.status, TENSOR_ERR_INVALID_ARGUMENT);
    });
}

/// Other code of the process captures a graph: what this library does beside it does not end the capture.
#[test]
fn a_capture_elsewhere_goes_on() {
    on_mock(&[("MOCK_CUDA_CAPTURING", "elsewhere"), ("MOCK_CUDA_DEFER", "1")], || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let x = ones(100_000);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        for _ in 0..10 {
            let y = a.within(|| twice(&x));
            b.wait_for(&a);
            let z = b.within(|| twice(&y));
            drop(y);
            drop(a.within(|| twice(&x)));
            a.wait_for(&b);
            drop(z);
        }
        let host = cpu_tensor(&Array::new(&[1000], || 1.0), TENSOR_DTYPE_F32).unwrap();
        drop(out(|o| unsafe { tensor_pin_memory(host.0, o) }).unwrap());
        mock::fail("cuMemAlloc", 0, 1, 2);
        drop(a.within(|| ones(30_000_000)));
        unsafe { tendon_release_cached_memory() };
        assert_eq!(a.within(|| first(&twice(&x))), 2.0);
    });
}

/// The driver's functions that a caller uses beside the library.
pub mod native {
    use super::super::mock::symbol;
    use std::ffi::c_void;
    use std::ptr::null_mut;

    fn call<F: Copy>(name: &std::ffi::CStr) -> F {
        let f = symbol(c"libcuda.so.1", name).unwrap();
        unsafe { std::mem::transmute_copy(&f) }
    }

    type Pair = unsafe extern "C" fn(*mut *mut c_void, usize) -> i32;

    pub fn make_stream() -> *mut c_void {
        let create: Pair = call(c"cuStreamCreate");
        let mut s = null_mut();
        assert_eq!(unsafe { create(&mut s, 1) }, 0);
        s
    }

    pub fn destroy_stream(s: *mut c_void) {
        let destroy: unsafe extern "C" fn(*mut c_void) -> i32 = call(c"cuStreamDestroy_v2");
        assert_eq!(unsafe { destroy(s) }, 0);
    }

    pub fn allocate(nbytes: usize) -> *mut c_void {
        let allocate: Pair = call(c"cuMemAlloc_v2");
        let mut p = null_mut();
        assert_eq!(unsafe { allocate(&mut p, nbytes) }, 0);
        p
    }

    /// Pins memory of the caller's.
    pub fn register(memory: &mut [f32]) {
        let register: unsafe extern "C" fn(*mut c_void, usize, u32) -> i32 = call(c"cuMemHostRegister_v2");
        assert_eq!(unsafe { register(memory.as_mut_ptr().cast(), size_of_val(memory), 0) }, 0);
    }

    pub fn unregister(memory: &mut [f32]) {
        let unregister: unsafe extern "C" fn(*mut c_void) -> i32 = call(c"cuMemHostUnregister");
        assert_eq!(unsafe { unregister(memory.as_mut_ptr().cast()) }, 0);
    }

    pub fn free(p: *mut c_void) {
        let free: unsafe extern "C" fn(*mut c_void) -> i32 = call(c"cuMemFree_v2");
        assert_eq!(unsafe { free(p) }, 0);
    }

    /// Makes the device's context current on this thread, as a caller who uses CUDA has it.
    pub fn enter() {
        let retain: unsafe extern "C" fn(*mut *mut c_void, i32) -> i32 = call(c"cuDevicePrimaryCtxRetain");
        let set: unsafe extern "C" fn(*mut c_void) -> i32 = call(c"cuCtxSetCurrent");
        let mut context = null_mut();
        assert_eq!(unsafe { (retain(&mut context, 0), set(context)) }, (0, 0));
    }
}

#[test]
fn the_callers_streams_and_memory_are_used_as_they_are() {
    apart(DEFERRED, || {
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        native::enter();
        let raw = native::make_stream();
        let mut s = null_mut();
        check(unsafe { tendon_cuda_stream_from_native(0, raw, &mut s) }).unwrap();
        let stream = Stream(s);
        assert_eq!(stream.native(), raw);

        let memory = native::allocate(4000);
        let options = TensorHostBufferOptions { release: Some(count_release), ..Options::DEFAULT };
        let x = out(|o| unsafe {
            tensor_from_device_buffer(memory, 4000, cuda(0), TENSOR_DTYPE_F32, [1000].as_ptr(), 1, &options, o)
        })
        .unwrap();
        let mut address = null();
        check(unsafe { tensor_cuda_data(x.0, &mut address) }).unwrap();
        assert_eq!(address, memory.cast_const());
        let y = stream.within(|| {
            check(unsafe { tensor_fill_(x.0, number(4.0)) }).unwrap();
            twice(&x)
        });
        drop(x);
        // Released only when the device is done with it.
        stream.synchronize();
        let y = stream.within(|| to_cpu(&y)).unwrap();
        assert_eq!(values(&y).unwrap().data, [8.0; 1000]);
        drop(y);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        assert_eq!(RELEASED.load(SeqCst), 1);
        native::free(memory);
        drop(stream);
        native::destroy_stream(raw);

        let mut host = [0f32; 4];
        let refused = out(|o| unsafe {
            let host = host.as_mut_ptr().cast();
            tensor_from_device_buffer(host, 16, cuda(0), TENSOR_DTYPE_F32, [4].as_ptr(), 1, &options, o)
        });
        assert_eq!(refused.map(drop).unwrap_err().status, TENSOR_ERR_DEVICE);
        assert_eq!(RELEASED.load(SeqCst), 1);
    });
}

/// Work of one thread does not disturb that of another.
#[test]
fn several_threads_have_streams_of_their_own() {
    apart(DEFERRED, || {
        let workers: Vec<_> = (1..=4)
            .map(|k| {
                std::thread::spawn(move || {
                    let stream = Stream::new(0);
                    stream.within(|| {
                        for _ in 0..30 {
                            let x = tensor(&Array::new(&[2000], || k as f64), TENSOR_DTYPE_F32).unwrap();
                            requires_grad(&x).unwrap();
                            let square = out(|o| unsafe { tensor_square(x.0, o) }).unwrap();
                            let loss = out(|o| unsafe { tensor_sum(square.0, null(), 0, null(), o) }).unwrap();
                            check(unsafe { tensor_backward(loss.0, null()) }).unwrap();
                            let grad = out(|o| unsafe { tensor_grad(x.0, o) }).unwrap();
                            assert!(values(&grad).unwrap().data.iter().all(|&g| g == 2.0 * k as f64));
                        }
                    });
                })
            })
            .collect();
        workers.into_iter().for_each(|w| w.join().unwrap());
    });
}

/// What a process makes of streams and events it gives back.
#[test]
fn streams_and_events_do_not_pile_up() {
    on_mock(&[], || {
        let round = || {
            let stream = Stream::new(0);
            let x = ones(5000);
            let event = Event::new(false);
            event.record(&stream);
            let default = Stream::current(0);
            stream.wait_for(&default);
            let y = stream.within(|| twice(&x));
            drop(x);
            stream.synchronize();
            drop(y);
        };
        (0..3).for_each(|_| round());
        let before = mock::stats();
        (0..50).for_each(|_| round());
        let after = mock::stats();
        assert_eq!(after.streams_live, before.streams_live, "streams");
        assert!(
            after.events_live <= before.events_live + 4,
            "events: {} then {}",
            before.events_live,
            after.events_live
        );
        assert_eq!(after.host_live_blocks, before.host_live_blocks, "pinned blocks");
        assert_eq!(after.live_bytes, before.live_bytes, "device memory");
    });
}

#[test]
fn what_waits_is_refused_before_it_starts_while_a_stream_is_captured() {
    on_mock(&[("MOCK_CUDA_CAPTURING", "1")], || {
        let cuda = TensorDevice { r#type: TENSOR_DEVICE_CUDA, index: 0 };
        let options = TensorOptions { device: cuda, ..Options::DEFAULT };
        let x = out(|o| unsafe { tensor_ones([4].as_ptr(), 1, &options, o) }).unwrap();
        let host = cpu_tensor(&Array { shape: vec![4], data: vec![1.0, 2.0, 3.0, 4.0] }, TENSOR_DTYPE_F32).unwrap();
        let pinned = out(|o| unsafe { tensor_pin_memory(host.0, o) }).unwrap();
        // The default stream cannot be captured; others can.
        let stream = Stream::new(0);
        let before = mock::stats();
        stream.within(|| {
            let refused = |result: R<T>| assert_eq!(result.err().map(|e| e.status), Some(TENSOR_ERR_CAPTURE));
            refused(out(|o| unsafe { tensor_to_cpu(x.0, o) }));
            refused(out(|o| unsafe { tensor_to_device(host.0, cuda, null(), o) }));
            refused(out(|o| unsafe { tensor_to_device(pinned.0, cuda, null(), o) }));
            refused(out(|o| unsafe { tensor_mul_scalar(x.0, number(2.0), o) }));
        });
        let synchronized = check(unsafe { tendon_cuda_stream_synchronize(stream.0) });
        assert_eq!(synchronized.unwrap_err().status, TENSOR_ERR_CAPTURE);
        let after = mock::stats();
        assert_eq!(
            (after.copies_to_host, after.copies_to_device, after.waits, after.launches),
            (before.copies_to_host, before.copies_to_device, before.waits, before.launches)
        );
    });
}
