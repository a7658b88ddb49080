//! DLPack on CUDA: whose stream waits for whose, and when memory may be used again. On the mock everything runs as late
//! as CUDA allows (MOCK_CUDA_DEFER=1).

use super::common::array::Array;
use super::common::rows::number;
use super::common::*;
use super::mock;
use super::process::{apart, on_mock};
use super::streams::{Stream, native};
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::*};
use tendon::c_api::*;
use tendon::interchange::dlpack::{
    DlDataType, DlDevice, DlManagedTensorVersioned, DlTensor, DlVersion, FLAG_IS_COPIED,
};

const DEFERRED: &[(&str, &str)] = &[("MOCK_CUDA_DEFER", "1")];
const CUDA: i32 = 2;
const CUDA_HOST: i32 = 3;
const CUDA_MANAGED: i32 = 13;

type Managed = DlManagedTensorVersioned;

/// What a consumer holds; its deleter runs on drop.
struct Exported(*mut Managed);

// The deleter may run anywhere.
unsafe impl Send for Exported {}

impl Drop for Exported {
    fn drop(&mut self) {
        unsafe { (*self.0).deleter.unwrap()(self.0) }
    }
}

impl Exported {
    fn tensor(&self) -> &DlTensor {
        unsafe { &(*self.0).dl_tensor }
    }

    fn import(self, options: &TensorDlpackOptions) -> R<T> {
        let x = import(self.0, options)?;
        std::mem::forget(self);
        Ok(x)
    }
}

fn options(stream: i64) -> TensorDlpackOptions {
    TensorDlpackOptions { stream, ..Options::DEFAULT }
}

fn export(x: &T, options: &TensorDlpackOptions) -> R<Exported> {
    let mut managed = 8 as *mut DLManagedTensorVersioned;
    let status = unsafe { tensor_to_dlpack_versioned(x.0, options, &mut managed) };
    assert_eq!(managed.is_null(), status != TENSOR_OK);
    check(status)?;
    Ok(Exported(managed.cast()))
}

fn import(managed: *mut Managed, options: &TensorDlpackOptions) -> R<T> {
    out(|o| unsafe { tensor_from_dlpack_versioned(managed.cast(), options, o) })
}

fn ones(n: i64) -> T {
    tensor(&Array::new(&[n], || 1.0), TENSOR_DTYPE_F32).unwrap()
}

fn twice(x: &T) -> T {
    out(|o| unsafe { tensor_mul_scalar(x.0, number(2.0), o) }).unwrap()
}

fn id(stream: &Stream) -> i64 {
    stream.native().addr() as i64
}

fn address(x: &T) -> *const c_void {
    let mut address = null();
    check(unsafe { tensor_cuda_data(x.0, &mut address) }).unwrap();
    address
}

#[test]
fn the_consumers_stream_waits() {
    apart(DEFERRED, || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let x = ones(5000);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let y = a.within(|| (0..5).fold(twice(&x), |y, _| twice(&y)));
        let shared = a.within(|| export(&y, &options(id(&b)))).unwrap();
        let t = shared.tensor();
        assert_eq!((t.device.kind, t.device.id, t.byte_offset), (CUDA, 0, 0));
        assert_eq!(t.data.cast_const(), address(&y));
        // The consumer reads on its stream without waiting for anything itself.
        let z = b.within(|| twice(&shared.import(&options(-1)).unwrap()));
        assert_eq!(b.within(|| values(&z)).unwrap().data, [128.0; 5000]);
    });
}

#[test]
fn the_current_stream_waits_for_the_producers() {
    apart(DEFERRED, || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let x = ones(5000);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let y = a.within(|| (0..5).fold(twice(&x), |y, _| twice(&y)));
        let shared = export(&y, &options(-1)).unwrap();
        let z = b.within(|| {
            let taken = shared.import(&options(id(&a))).unwrap();
            assert_eq!(address(&taken), address(&y));
            twice(&taken)
        });
        assert_eq!(b.within(|| values(&z)).unwrap().data, [128.0; 5000]);
        // Writes are seen on both sides.
        let taken = export(&y, &options(1)).unwrap().import(&options(1)).unwrap();
        check(unsafe { tensor_fill_(taken.0, number(3.0)) }).unwrap();
        assert_eq!(values(&y).unwrap().data, [3.0; 5000]);
    });
}

/// Who waits is seen by what is left to do.
#[test]
fn nothing_waits_that_was_not_told_to() {
    on_mock(DEFERRED, || {
        let (a, b) = (Stream::new(0), Stream::new(0));
        let x = ones(1000);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let y = a.within(|| twice(&x));
        drop(a.within(|| export(&y, &options(-1))).unwrap());
        assert!(b.is_done());
        drop(a.within(|| export(&y, &options(id(&a)))).unwrap());
        drop(a.within(|| export(&y, &options(id(&b)))).unwrap());
        assert!(!b.is_done() && !a.is_done());
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();

        drop(a.within(|| twice(&x)));
        drop(b.within(|| export(&y, &options(-1)).unwrap().import(&options(-1)).unwrap()));
        assert!(b.is_done());
        // The default of both directions is the legacy default stream.
        let default = Stream::current(0);
        drop(default.within(|| twice(&x)));
        let taken = b.within(|| export(&y, &options(-1)).unwrap().import(&Options::DEFAULT).unwrap());
        assert!(!b.is_done());
        drop(taken);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
    });
}

#[test]
fn streams_that_mean_nothing_are_refused() {
    apart(&[], || {
        let x = ones(4);
        for stream in [0, -2, i64::MIN] {
            let e = export(&x, &options(stream)).map(drop).unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_INVALID_ARGUMENT, "{e:?}");
            assert!(e.message.contains(&format!("options.stream is {stream}")), "{e:?}");
            let shared = export(&x, &options(1)).unwrap();
            let e = import(shared.0, &options(stream)).map(drop).unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_INVALID_ARGUMENT, "{e:?}");
        }
        // That of each thread.
        let taken = export(&x, &options(2)).unwrap().import(&options(2)).unwrap();
        assert_eq!(values(&taken).unwrap().data, [1.0; 4]);
    });
}

// ---- a producer ----

static DELETED: AtomicUsize = AtomicUsize::new(0);

/// Device memory and its struct; the deleter notes whether the stream in question was done.
struct Producer {
    managed: Managed,
    shape: [i64; 1],
    stream: Option<Stream>,
    was_done: bool,
}

unsafe extern "C" fn note(managed: *mut Managed) {
    let producer = unsafe { &mut *(*managed).manager_ctx.cast::<Producer>() };
    producer.was_done = producer.stream.as_ref().is_none_or(Stream::is_done);
    DELETED.fetch_add(1, SeqCst);
}

fn producer(data: *mut c_void, n: i64, kind: i32, id: i32) -> Box<Producer> {
    let dl_tensor = DlTensor {
        data,
        device: DlDevice { kind, id },
        ndim: 1,
        dtype: DlDataType { code: 2, bits: 32, lanes: 1 },
        shape: null_mut(),
        strides: null_mut(),
        byte_offset: 0,
    };
    let version = DlVersion { major: 1, minor: 0 };
    let managed = Managed { version, manager_ctx: null_mut(), deleter: Some(note), flags: 0, dl_tensor };
    let mut p = Box::new(Producer { managed, shape: [n], stream: None, was_done: false });
    p.managed.dl_tensor.shape = p.shape.as_mut_ptr();
    p.managed.manager_ctx = (&raw mut *p).cast();
    p
}

#[test]
fn the_deleter_runs_when_the_device_is_done() {
    apart(DEFERRED, || {
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        native::enter();
        let memory = native::allocate(4000);
        let mut p = producer(memory, 1000, CUDA, 0);
        p.stream = Some(Stream::new(0));
        let taken = import(&mut p.managed, &options(1)).unwrap();
        assert_eq!(address(&taken), memory.cast_const());
        p.stream.as_ref().unwrap().within(|| check(unsafe { tensor_fill_(taken.0, number(4.0)) }).unwrap());
        drop(taken);
        assert_eq!(DELETED.load(SeqCst), 1);
        assert!(p.was_done);
        p.stream = None;
        native::free(memory);
    });
}

#[test]
fn elements_that_are_not_aligned_are_copied() {
    apart(DEFERRED, || {
        let bytes = [[0xffu8; 1].to_vec(), (0..6).flat_map(|i| (i as f32).to_ne_bytes()).collect()].concat();
        let host = out(|o| unsafe {
            let n = bytes.len();
            tensor_from_host_copy(bytes.as_ptr().cast(), n, TENSOR_DTYPE_U8, [n as i64].as_ptr(), 1, null(), o)
        });
        let there = to_device(&host.unwrap(), cuda(0)).unwrap();
        let mut p = producer(address(&there).cast_mut(), 6, CUDA, 0);
        p.managed.dl_tensor.byte_offset = 1;
        let never = TensorDlpackOptions { copy: TENSOR_DLPACK_COPY_NEVER, ..Options::DEFAULT };
        let e = import(&mut p.managed, &never).map(drop).unwrap_err();
        assert_eq!((e.status, DELETED.load(SeqCst)), (TENSOR_ERR_MISALIGNED, 0), "{e:?}");
        let x = import(&mut p.managed, &Options::DEFAULT).unwrap();
        assert_eq!(DELETED.load(SeqCst), 1);
        assert_eq!(values(&x).unwrap().data, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    });
}

#[test]
fn pinned_and_managed_memory() {
    apart(DEFERRED, || {
        let host = cpu_tensor(&Array::new(&[4], || 2.0), TENSOR_DTYPE_F32).unwrap();
        let pinned = out(|o| unsafe { tensor_pin_memory(host.0, o) }).unwrap();
        let shared = export(&pinned, &Options::DEFAULT).unwrap();
        assert_eq!(shared.tensor().device.kind, 1, "memory of the CPU for every consumer");
        let mut p = producer(shared.tensor().data, 4, CUDA_HOST, 0);
        let x = import(&mut p.managed, &Options::DEFAULT).unwrap();
        assert_eq!(device_of(&x), CPU);
        let mut is = 0;
        check(unsafe { tensor_is_pinned(x.0, &mut is) }).unwrap();
        assert_eq!(is, 1);
        // A copy that goes on keeps it.
        let move_on = TensorConvertOptions { non_blocking: 1, ..Options::DEFAULT };
        let there = out(|o| unsafe { tensor_to_device(x.0, cuda(0), &move_on, o) }).unwrap();
        drop(x);
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        assert_eq!(values(&there).unwrap().data, [2.0; 4]);
        assert_eq!(DELETED.load(SeqCst), 1);

        let y = twice(&there);
        let mut p = producer(address(&y).cast_mut(), 4, CUDA_MANAGED, 0);
        let x = import(&mut p.managed, &Options::DEFAULT).unwrap();
        assert_eq!((device_of(&x), values(&x).unwrap().data), (cuda(0), vec![4.0; 4]));
        drop(x);
        assert_eq!(DELETED.load(SeqCst), 2);
    });
}

#[test]
fn a_wish_for_another_device_is_a_copy() {
    apart(DEFERRED, || {
        let x = twice(&ones(4));
        let never = TensorDlpackOptions { device: CPU, copy: TENSOR_DLPACK_COPY_NEVER, ..Options::DEFAULT };
        let e = export(&x, &never).map(drop).unwrap_err();
        assert_eq!(e.status, TENSOR_ERR_DEVICE, "{e:?}");
        let shared = export(&x, &TensorDlpackOptions { copy: 0, ..never }).unwrap();
        assert_eq!((shared.tensor().device.kind, unsafe { (*shared.0).flags }), (1, FLAG_IS_COPIED));
        assert_eq!(unsafe { *shared.tensor().data.cast::<[f32; 4]>() }, [2.0; 4]);

        let mut host = [1f32, 2.0, 3.0];
        let mut p = producer(host.as_mut_ptr().cast(), 3, 1, 0);
        let e = import(&mut p.managed, &TensorDlpackOptions { device: cuda(0), ..never }).map(drop).unwrap_err();
        assert_eq!((e.status, DELETED.load(SeqCst)), (TENSOR_ERR_DEVICE, 0), "{e:?}");
        let there = import(&mut p.managed, &TensorDlpackOptions { device: cuda(0), ..Options::DEFAULT }).unwrap();
        assert_eq!((device_of(&there), DELETED.load(SeqCst)), (cuda(0), 1));
        host.fill(0.0);
        assert_eq!(values(&there).unwrap().data, [1.0, 2.0, 3.0]);

        // And back: the device is done with the producer's memory when the deleter runs.
        let mut p = producer(address(&there).cast_mut(), 3, CUDA, 0);
        p.stream = Some(Stream::current(0));
        let back = import(&mut p.managed, &TensorDlpackOptions { device: CPU, ..Options::DEFAULT }).unwrap();
        assert_eq!((device_of(&back), DELETED.load(SeqCst)), (CPU, 2));
        assert!(p.was_done);
        assert_eq!(values(&back).unwrap().data, [1.0, 2.0, 3.0]);
        let mut p = producer(address(&there).cast_mut(), 3, CUDA, 0);
        p.stream = Some(Stream::current(0));
        let always = TensorDlpackOptions { copy: TENSOR_DLPACK_COPY_ALWAYS, ..Options::DEFAULT };
        let copied = import(&mut p.managed, &always).unwrap();
        assert!(p.was_done && DELETED.load(SeqCst) == 3 && address(&copied) != address(&there));
        assert_eq!(values(&copied).unwrap().data, [1.0, 2.0, 3.0]);
    });
}

#[test]
fn memory_that_is_not_where_it_is_said_to_be() {
    on_mock(&[("MOCK_CUDA_DEVICES", "2")], || {
        let x = ones(4);
        let mut host = [1f32; 4];
        for (data, kind, id) in [
            (address(&x).cast_mut(), CUDA, 1),
            (host.as_mut_ptr().cast(), CUDA, 0),
            (8 as *mut c_void, CUDA, 0),
            (address(&x).cast_mut(), CUDA, 2),
            (address(&x).cast_mut(), CUDA_MANAGED, 77),
        ] {
            let mut p = producer(data, 4, kind, id);
            let e = import(&mut p.managed, &Options::DEFAULT).map(drop).unwrap_err();
            assert_eq!(e.status, TENSOR_ERR_DEVICE, "{e:?}");
        }
        assert_eq!(DELETED.load(SeqCst), 0);
        // Managed memory has no ordinal of its own.
        let on_one = to_device(&x, cuda(1)).unwrap();
        let mut p = producer(address(&on_one).cast_mut(), 4, CUDA_MANAGED, 0);
        let taken = import(&mut p.managed, &Options::DEFAULT).unwrap();
        assert_eq!(device_of(&taken), cuda(1));
        // Without elements there is nothing to be anywhere.
        let mut p = producer(null_mut(), 0, CUDA, 1);
        let none = import(&mut p.managed, &Options::DEFAULT).unwrap();
        assert_eq!((device_of(&none), unsafe { tensor_numel(none.0) }), (cuda(1), 0));
    });
}

// ---- the end of an export ----

/// The deleter on a thread that never used CUDA.
fn delete_elsewhere(shared: Exported) {
    std::thread::spawn(move || drop(shared)).join().unwrap();
}

/// Whether the next block of the size of `x` is that of `x`, which was released while the consumer's stream works on it.
fn reused_at_once(consumer: &Stream, options: &TensorDlpackOptions) -> bool {
    let (x, y) = (ones(1 << 20), ones(8));
    check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
    let before = address(&x);
    let shared = export(&x, options).unwrap();
    // More than the mock runs when it is asked how far it is.
    consumer.within(|| (0..8).for_each(|_| drop(twice(&y))));
    assert!(!consumer.is_done());
    drop(x);
    delete_elsewhere(shared);
    let again = ones(1 << 20);
    let reused = address(&again) == before;
    check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
    reused
}

#[test]
fn memory_waits_for_the_consumers_stream() {
    on_mock(DEFERRED, || {
        let s = Stream::new(0);
        assert!(!reused_at_once(&s, &TensorDlpackOptions { stream_stays_valid: 1, ..options(id(&s)) }));
        // Nobody asked for it: the consumer has waited.
        assert!(reused_at_once(&s, &options(id(&s))));
        assert!(reused_at_once(&s, &options(-1)));
        // Work of the stream that the memory belongs to needs no waiting.
        assert!(reused_at_once(&Stream::current(0), &options(1)));
    });
}

/// The default stream is always there: what another library runs on it is waited for, also where the memory belongs to
/// another stream.
#[test]
fn the_default_stream_is_always_waited_for() {
    on_mock(DEFERRED, || {
        let (home, default) = (Stream::new(0), Stream::current(0));
        home.within(|| {
            assert!(!reused_at_once(&default, &options(1)));
            assert!(reused_at_once(&default, &options(-1)));
        });
    });
}

/// Many exports of one tensor leave nothing behind.
#[test]
fn ends_do_not_pile_up() {
    on_mock(&[], || {
        let consumer = Stream::new(0);
        let x = ones(64);
        let how = TensorDlpackOptions { stream_stays_valid: 1, ..options(id(&consumer)) };
        let round = || drop(export(&x, &how).unwrap());
        (0..3).for_each(|_| round());
        let before = mock::stats();
        (0..100).for_each(|_| round());
        assert!(mock::stats().events_live <= before.events_live + 2, "{:?} then {:?}", before, mock::stats());
    });
}

#[test]
fn deleters_may_run_when_the_process_ends() {
    apart(DEFERRED, || {
        static LATE: std::sync::Mutex<Option<Exported>> = std::sync::Mutex::new(None);
        extern "C" fn late() {
            if let Some(shared) = LATE.lock().unwrap().take() {
                drop(shared);
                println!("the part is done");
            }
        }
        // Before the driver's own handlers are installed: this one runs after them.
        unsafe { libc::atexit(late) };
        let x = ones(1000);
        let shared = export(&x, &options(1)).unwrap();
        *LATE.lock().unwrap() = Some(shared);
        drop(x);
        std::process::exit(0);
    });
}

// ---- calls of the driver that fail ----

#[test]
fn a_driver_that_fails_consumes_nothing() {
    on_mock(DEFERRED, || {
        const UNKNOWN: i32 = 999;
        let (a, b) = (Stream::new(0), Stream::new(0));
        let x = ones(100);
        let live = || unsafe { (tendon_live_handle_count(), tendon_live_tensor_count(), tendon_live_storage_count()) };
        check(unsafe { tendon_cuda_synchronize(0) }).unwrap();
        let mut failures = 0;
        for function in
            ["cuEventCreate", "cuEventRecord", "cuStreamWaitEvent", "cuMemcpy", "cuLaunchKernel", "cuMemset"]
        {
            for copy in [TENSOR_DLPACK_COPY_IF_NEEDED, TENSOR_DLPACK_COPY_ALWAYS] {
                for nth in 0..6 {
                    let before = live();
                    mock::fail(function, nth, 1, UNKNOWN);
                    let exported = a.within(|| export(&x, &TensorDlpackOptions { copy, ..options(id(&b)) }));
                    mock::fail_no_more(function);
                    if let Err(e) = exported.map(drop) {
                        assert_eq!(e.status, TENSOR_ERR_CUDA, "{e:?}");
                        failures += 1;
                    }
                    assert_eq!(live(), before);
                    let deleted = DELETED.load(SeqCst);
                    let mut p = producer(address(&x).cast_mut(), 100, CUDA, 0);
                    mock::fail(function, nth, 1, UNKNOWN);
                    let imported =
                        a.within(|| import(&mut p.managed, &TensorDlpackOptions { copy, ..options(id(&b)) }));
                    mock::fail_no_more(function);
                    match imported.map(drop) {
                        Ok(()) => assert_eq!(DELETED.load(SeqCst), deleted + 1),
                        Err(e) => {
                            assert_eq!((e.status, DELETED.load(SeqCst)), (TENSOR_ERR_CUDA, deleted), "{e:?}");
                            failures += 1;
                        }
                    }
                    assert_eq!(live(), before);
                }
            }
        }
        assert!(failures > 10, "{failures} failures");
    });
}
