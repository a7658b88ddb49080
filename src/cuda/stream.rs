//! Streams and events. Work of one stream runs in order; each thread has a current stream on each device.

use super::counters::Counters;
use super::device::{Device, Entered, device};
use super::driver::{self, code};
use super::errors::ErrorRecord;
use crate::error::Result;
use crate::fail;
use cudarc::driver::sys::{CUevent, CUstream};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::{c_uint, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, Weak};

/// Something that must live until a copy is done: the memory that it reads or writes.
type Keeper = Box<dyn Any + Send>;

pub struct Stream {
    device: &'static Device,
    raw: CUstream,
    /// Made here, to be destroyed here.
    owned: bool,
    /// Where its kernels note a bad index: host memory that the device writes to.
    record: *mut ErrorRecord,
    pub(super) counters: Counters,
    /// What copies still need, with the event behind the copy.
    kept: Mutex<Vec<(Event, Keeper)>>,
    kept_count: AtomicUsize,
}

// SAFETY: handles of the driver, which any thread may use; the record is read by whoever synchronises.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

const NON_BLOCKING: c_uint = 1;
/// Handles that stand for the legacy default stream and for the default stream of whichever thread uses them.
const LEGACY: usize = 1;
const PER_THREAD: usize = 2;

impl Stream {
    fn wrap(device: &'static Device, raw: CUstream, owned: bool) -> Result<Stream> {
        let record = ErrorRecord::allocate(device)?;
        Ok(Stream::with(device, raw, owned, record, Counters::default()))
    }

    fn with(
        device: &'static Device,
        raw: CUstream,
        owned: bool,
        record: *mut ErrorRecord,
        counters: Counters,
    ) -> Stream {
        let (kept, kept_count) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        Stream { device, raw, owned, record, counters, kept, kept_count }
    }

    /// A new stream that does not wait for the default stream. Lower numbers are more urgent, as CUDA has it.
    pub fn create(device: &'static Device, priority: i32) -> Result<Arc<Stream>> {
        let _context = device.enter()?;
        let mut raw = null_mut();
        // SAFETY: the driver's function with its documented arguments.
        let call = || unsafe { (device.driver.cuStreamCreateWithPriority)(&mut raw, NON_BLOCKING, priority) };
        device.with_room("cuStreamCreate", || "a stream".into(), call)?;
        device.pool.arrive(raw as usize);
        match Stream::wrap(device, raw, true) {
            Ok(stream) => Ok(Arc::new(stream)),
            Err(error) => {
                // SAFETY: made above, used by nobody.
                unsafe { (device.driver.cuStreamDestroy_v2)(raw) };
                Err(error)
            }
        }
    }

    /// The caller's own stream (a `cudaStream_t`); it must outlive this object.
    pub fn borrow(device: &'static Device, raw: *mut c_void) -> Result<Arc<Stream>> {
        match raw.addr() {
            0 | LEGACY => return Stream::default_of(device),
            PER_THREAD => fail!(
                INVALID_ARGUMENT,
                "cuda_stream is cudaStreamPerThread, which is another stream on every thread; expected one that \
                 cudaStreamCreate made, or NULL"
            ),
            _ => {}
        }
        let _context = device.enter()?;
        let mut wrapped = device.wrapped.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(stream) = wrapped.find(raw.cast()) {
            return Ok(stream);
        }
        let (stream, end) = match wrapped.take_parked(raw.cast()) {
            Some(Parked { record, counters, end, .. }) => {
                (Stream::with(device, raw.cast(), false, record, counters), end)
            }
            None => (Stream::wrap(device, raw.cast(), false)?, None),
        };
        let stream = Arc::new(stream);
        wrapped.live.push((stream.id(), Arc::downgrade(&stream)));
        drop(wrapped);
        // Nothing to wait for, unless CUDA has given the handle of a stream that is gone to another. A graph that is being
        // captured must not wait for what is outside of it.
        if let Some(end) = end
            && !stream.is_capturing()
        {
            stream.wait_event(&end)?;
        }
        Ok(stream)
    }

    /// The device's context made current. If it is lost, so is what copies kept memory for.
    pub fn enter(&self) -> Result<Entered> {
        self.device.enter().inspect_err(|_| self.settle())
    }

    /// The device's default stream: CUDA's legacy default stream, which host programs use too.
    pub fn default_of(device: &'static Device) -> Result<Arc<Stream>> {
        static DEFAULTS: [OnceLock<Arc<Stream>>; super::device::MAX_DEVICES] =
            [const { OnceLock::new() }; super::device::MAX_DEVICES];
        let slot = &DEFAULTS[device.ordinal as usize];
        if let Some(stream) = slot.get() {
            return Ok(stream.clone());
        }
        let _context = device.enter()?;
        let stream = Arc::new(Stream::wrap(device, null_mut(), false)?);
        Ok(slot.get_or_init(|| stream).clone())
    }

    pub fn device(&self) -> &'static Device {
        self.device
    }

    pub fn raw(&self) -> CUstream {
        self.raw
    }

    /// Tells streams of a device apart.
    pub fn id(&self) -> usize {
        self.raw as usize
    }

    pub fn is_default(&self) -> bool {
        self.raw.is_null()
    }

    /// The record for kernels that check indices.
    pub fn errors(&self) -> *mut ErrorRecord {
        self.record
    }

    /// Waits for all work of the stream; the first bad index that one of its kernels noted is the error.
    pub fn synchronize(&self) -> Result<()> {
        let _context = self.enter()?;
        self.check_capture("synchronising")?;
        // SAFETY: the driver's function with its documented arguments.
        let result = unsafe { (self.device.driver.cuStreamSynchronize)(self.raw) };
        self.device.check("cuStreamSynchronize", result)?;
        self.settle();
        self.check_record()
    }

    /// Waits for all work of the stream, where that cannot be reported.
    pub(super) fn wait_ignoring_errors(&self) {
        let Ok(_context) = self.device.enter() else { return };
        let _beside = self.device.driver.beside_captures();
        // SAFETY: as above.
        unsafe { (self.device.driver.cuStreamSynchronize)(self.raw) };
    }

    /// Whether all work is done.
    pub fn is_done(&self) -> Result<bool> {
        let _context = self.device.enter()?;
        // SAFETY: as above.
        match unsafe { (self.device.driver.cuStreamQuery)(self.raw) } {
            code::NOT_READY => Ok(false),
            result => self.device.check("cuStreamQuery", result).map(|()| true),
        }
    }

    /// Later work of this stream waits for what `other` has been given so far.
    pub fn wait_for(&self, other: &Stream) -> Result<()> {
        if self.id() == other.id() && self.device.ordinal == other.device.ordinal {
            return Ok(());
        }
        self.wait_event(&Event::after(other)?)
    }

    pub fn wait_event(&self, event: &Event) -> Result<()> {
        let _context = self.device.enter()?;
        // SAFETY: as above; an event that is destroyed afterwards is still waited for.
        let result = unsafe { (self.device.driver.cuStreamWaitEvent)(self.raw, event.raw, 0) };
        self.device.check("cuStreamWaitEvent", result)
    }

    /// Whether work goes into a graph at present.
    pub fn is_capturing(&self) -> bool {
        let mut capturing = 0;
        // SAFETY: as above.
        let result = unsafe { (self.device.driver.cuStreamIsCapturing)(self.raw, &mut capturing) };
        result == 0 && capturing != 0
    }

    /// Work that a captured graph cannot hold is refused while the stream is being captured, before it is begun.
    pub fn check_capture(&self, what: &str) -> Result<()> {
        if self.is_capturing() {
            fail!(CAPTURE, "{what} is not possible while the stream is being captured");
        }
        Ok(())
    }

    fn check_record(&self) -> Result<()> {
        // SAFETY: the record lives as long as the stream.
        unsafe { ErrorRecord::take(self.record) }
    }

    /// Holds `what` until the work that the stream has been given so far is done.
    pub fn keep(&self, what: Keeper) -> Result<()> {
        let event = match Event::after(self) {
            Ok(event) => event,
            Err(error) => {
                // The work may be under way: wait for it before letting go.
                self.synchronize()?;
                return Err(error);
            }
        };
        self.kept.lock().unwrap_or_else(|e| e.into_inner()).push((event, what));
        self.kept_count.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Lets go of what finished copies kept. What is dropped may call back into the library: no lock is held then.
    pub fn settle(&self) {
        if self.kept_count.load(Relaxed) == 0 {
            return;
        }
        let mut done: Vec<(Event, Keeper)> = Vec::new();
        {
            let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
            let mut i = 0;
            while i < kept.len() {
                if kept[i].0.is_done() { done.push(kept.swap_remove(i)) } else { i += 1 }
            }
        }
        self.kept_count.fetch_sub(done.len(), Relaxed);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if driver::loaded().is_none() {
            return;
        }
        let Ok(_context) = self.enter() else { return };
        self.settle();
        let driver = self.device.driver;
        let _beside = driver.beside_captures();
        if !self.owned && self.kept_count.load(Relaxed) == 0 {
            // The next wrapper has them.
            return Parked::leave(self);
        }
        // SAFETY: nobody else has the stream; what it still runs may write the record, so it is waited for.
        unsafe {
            (driver.cuStreamSynchronize)(self.raw);
            if self.owned {
                // Before another stream can have the handle.
                self.device.pool.leave(self.id());
                (driver.cuStreamDestroy_v2)(self.raw);
            }
            ErrorRecord::free(self.device, self.record);
        }
        self.counters.release(self.device);
    }
}

/// The caller's streams of a device, as far as this library knows them.
#[derive(Default)]
pub struct Wrapped {
    /// With their handles, so that none but the wanted one is held for a moment: letting go of the last one locks this.
    live: Vec<(usize, Weak<Stream>)>,
    parked: Vec<Parked>,
}

/// What a wrapper leaves when it goes: it is not waited for, and making new ones is slow.
struct Parked {
    stream: CUstream,
    record: *mut ErrorRecord,
    counters: Counters,
    /// The end of the work that may use them; `None` if it cannot be told.
    end: Option<Event>,
}

// SAFETY: handles of the driver and memory that whoever takes them uses alone.
unsafe impl Send for Parked {}

impl Parked {
    fn leave(stream: &mut Stream) {
        let end = if stream.is_capturing() { None } else { Event::after(stream).ok() };
        let counters = std::mem::take(&mut stream.counters);
        let parked = Parked { stream: stream.raw, record: stream.record, counters, end };
        stream.device.wrapped.lock().unwrap_or_else(|e| e.into_inner()).parked.push(parked);
    }
}

impl Wrapped {
    fn find(&mut self, raw: CUstream) -> Option<Arc<Stream>> {
        self.live.retain(|(_, stream)| stream.strong_count() > 0);
        self.live.iter().find(|(id, _)| *id == raw as usize)?.1.upgrade()
    }

    /// What a wrapper of the same stream left, which goes on with what was noted there; else something that no work uses
    /// any more.
    fn take_parked(&mut self, stream: CUstream) -> Option<Parked> {
        let all = &mut self.parked;
        if let Some(same) = all.iter().position(|p| p.stream == stream) {
            return Some(all.swap_remove(same));
        }
        // What was noted of another stream waits for that one.
        // SAFETY: a record from `ErrorRecord::allocate`.
        let is_free =
            |p: &Parked| p.end.as_ref().is_some_and(Event::is_done) && unsafe { ErrorRecord::is_empty(p.record) };
        let idle = all.iter().position(is_free)?;
        Some(all.swap_remove(idle))
    }
}

/// The point that a stream had reached when something was made there.
pub struct Mark {
    stream: usize,
    event: Event,
}

impl Mark {
    /// The point of this thread's current stream of a CUDA device.
    pub fn current(device: crate::device::Device) -> Result<Option<Arc<Mark>>> {
        let crate::device::Device::Cuda(ordinal) = device else { return Ok(None) };
        let stream = current(self::device(ordinal)?)?;
        Ok(Some(Arc::new(Mark { stream: stream.id(), event: Event::after(&stream)? })))
    }

    /// Lets later work of the thread's current stream of the device wait for it.
    pub fn wait(&self) -> Result<()> {
        let stream = current(self.event.device)?;
        if stream.id() == self.stream { Ok(()) } else { stream.wait_event(&self.event) }
    }
}

/// A point in a stream's work.
pub struct Event {
    device: &'static Device,
    raw: CUevent,
    timing: bool,
}

// SAFETY: a handle of the driver, which any thread may use.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

const DISABLE_TIMING: c_uint = 2;

impl Event {
    pub fn create(device: &'static Device, timing: bool) -> Result<Event> {
        let _context = device.enter()?;
        let mut raw = null_mut();
        let flags = if timing { 0 } else { DISABLE_TIMING };
        // SAFETY: the driver's function with its documented arguments, here and below.
        let call = || unsafe { (device.driver.cuEventCreate)(&mut raw, flags) };
        device.with_room("cuEventCreate", || "an event".into(), call)?;
        Ok(Event { device, raw, timing })
    }

    /// The point after what `stream` has been given so far.
    pub fn after(stream: &Stream) -> Result<Event> {
        let event = Event::create(stream.device, false)?;
        event.record(stream)?;
        Ok(event)
    }

    /// The point after what another library's stream of `device` has been given so far.
    ///
    /// # Safety
    /// `stream` is a live `cudaStream_t`, NULL for the default stream.
    pub unsafe fn after_native(device: &'static Device, stream: *mut c_void) -> Result<Event> {
        let event = Event::create(device, false)?;
        let _context = device.enter()?;
        // SAFETY: the caller's promise.
        let result = unsafe { (device.driver.cuEventRecord)(event.raw, stream.cast()) };
        device.check("cuEventRecord", result)?;
        Ok(event)
    }

    /// Later work of another library's stream of this event's device waits for the event.
    ///
    /// # Safety
    /// As [`Event::after_native`].
    pub unsafe fn hold_native(&self, stream: *mut c_void) -> Result<()> {
        let _context = self.device.enter()?;
        // SAFETY: the caller's promise.
        let result = unsafe { (self.device.driver.cuStreamWaitEvent)(stream.cast(), self.raw, 0) };
        self.device.check("cuStreamWaitEvent", result)
    }

    pub fn device(&self) -> &'static Device {
        self.device
    }

    pub fn raw(&self) -> CUevent {
        self.raw
    }

    pub fn record(&self, stream: &Stream) -> Result<()> {
        if stream.device.ordinal != self.device.ordinal {
            fail!(DEVICE, "the event is of cuda:{}, the stream of cuda:{}", self.device.ordinal, stream.device.ordinal);
        }
        let _context = self.device.enter()?;
        // SAFETY: as above.
        self.device.check("cuEventRecord", unsafe { (self.device.driver.cuEventRecord)(self.raw, stream.raw) })
    }

    /// Whether the point is passed. A device that is gone has nothing left to do.
    pub fn is_done(&self) -> bool {
        if driver::loaded().is_none() {
            return true;
        }
        let Ok(_context) = self.device.enter() else { return true };
        let _beside = self.device.driver.beside_captures();
        // SAFETY: as above.
        match unsafe { (self.device.driver.cuEventQuery)(self.raw) } {
            0 | code::NOT_INITIALIZED | code::DEINITIALIZED => true,
            // Any other answer says nothing of the work.
            other => code::LOST.contains(&other),
        }
    }

    pub fn query(&self) -> Result<bool> {
        let _context = self.device.enter()?;
        // SAFETY: as above.
        match unsafe { (self.device.driver.cuEventQuery)(self.raw) } {
            code::NOT_READY => Ok(false),
            result => self.device.check("cuEventQuery", result).map(|()| true),
        }
    }

    pub fn synchronize(&self) -> Result<()> {
        let _context = self.device.enter()?;
        // SAFETY: as above.
        self.device.check("cuEventSynchronize", unsafe { (self.device.driver.cuEventSynchronize)(self.raw) })
    }

    /// Waits until the point is passed, if it ever is.
    pub(super) fn wait_ignoring_errors(&self) {
        let Ok(_context) = self.device.enter() else { return };
        // SAFETY: as above.
        unsafe { (self.device.driver.cuEventSynchronize)(self.raw) };
    }

    /// Milliseconds from `start` to this event; both must be done and have timing.
    pub fn since(&self, start: &Event) -> Result<f32> {
        if !(self.timing && start.timing) {
            fail!(CUDA, "events that were made without timing tell no times: make both with timing = true");
        }
        let _context = self.device.enter()?;
        let mut milliseconds = 0f32;
        // SAFETY: as above.
        let result = unsafe { (self.device.driver.cuEventElapsedTime)(&mut milliseconds, start.raw, self.raw) };
        if result == code::NOT_READY {
            fail!(CUDA, "the events are not done yet: synchronize with the later one first");
        }
        self.device.check("cuEventElapsedTime", result)?;
        Ok(milliseconds)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if driver::loaded().is_none() {
            return;
        }
        let Ok(_context) = self.device.enter() else { return };
        // SAFETY: made in `create`, used by nobody else. A failure (the process ends) is ignored.
        unsafe { (self.device.driver.cuEventDestroy_v2)(self.raw) };
    }
}

// ---- what is current on this thread ----

thread_local! {
    static DEVICE: Cell<u32> = const { Cell::new(0) };
    /// Streams other than the default one that are current, at most one per device.
    static CURRENT: RefCell<Vec<Arc<Stream>>> = const { RefCell::new(Vec::new()) };
}

/// The device that `cuda` without an index means on this thread.
pub fn current_device() -> u32 {
    DEVICE.get()
}

pub fn set_current_device(ordinal: u32) -> Result<()> {
    device(ordinal)?;
    DEVICE.set(ordinal);
    Ok(())
}

/// This thread's current stream on a device.
#[inline]
pub fn current(device: &'static Device) -> Result<Arc<Stream>> {
    let set = CURRENT.try_with(|all| {
        let all = all.try_borrow().ok()?;
        all.iter().find(|s| s.device.ordinal == device.ordinal).cloned()
    });
    match set {
        Ok(Some(stream)) => Ok(stream),
        // In a thread that ends there is only the default.
        _ => Stream::default_of(device),
    }
}

/// Makes `stream` current on its device for this thread; what was current before.
pub fn replace_current(stream: Arc<Stream>) -> Result<Arc<Stream>> {
    let before = current(stream.device)?;
    let ordinal = stream.device.ordinal;
    let replaced = CURRENT.try_with(|all| {
        let mut all = all.borrow_mut();
        all.retain(|s| s.device.ordinal != ordinal);
        if !stream.is_default() {
            all.push(stream);
        }
    });
    if replaced.is_err() {
        fail!(INVALID_ARGUMENT, "this thread is ending: it has no current stream any more");
    }
    Ok(before)
}
