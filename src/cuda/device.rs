//! One CUDA device: its context, what it can do, its memory pool and its kernels.

use super::driver::{self, Driver, code};
use super::memory::{Pool, Statistics};
use super::module::Modules;
use super::stream::Wrapped;
use crate::error::{Error, Result, status};
use crate::fail;
use cudarc::driver::sys::{CUcontext, CUdevice, CUdevice_attribute_enum as Attribute};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

/// More devices than any machine has.
pub const MAX_DEVICES: usize = 64;

#[derive(Clone, Debug)]
pub struct Properties {
    pub name: String,
    /// Compute capability: (9, 0) is sm_90.
    pub capability: (u32, u32),
    pub multiprocessors: u32,
    /// Dynamic shared memory that a block can have when the kernel asks for it, in bytes.
    pub shared_per_block: usize,
    /// Resident threads of a multiprocessor.
    pub threads_per_multiprocessor: u32,
    pub l2_bytes: usize,
    pub total_memory: usize,
    /// Theoretical, in bytes a second.
    pub memory_bandwidth: f64,
}

pub struct Device {
    pub ordinal: u32,
    pub driver: &'static Driver,
    handle: CUdevice,
    context: CUcontext,
    properties: Properties,
    pub(super) pool: Pool,
    pub(super) modules: Modules,
    pub(super) wrapped: Mutex<Wrapped>,
    /// The devices, a bit each, whose memory copies of this one's may reach directly, as far as that was tried.
    peers: AtomicU64,
    /// What the driver said when the context was lost.
    lost: OnceLock<String>,
}

// SAFETY: handles of the driver, which any thread may use.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

static DEVICES: [OnceLock<Device>; MAX_DEVICES] = [const { OnceLock::new() }; MAX_DEVICES];

/// The device, made ready at the first call.
#[inline]
pub fn device(ordinal: u32) -> Result<&'static Device> {
    let driver = driver::driver().map_err(|e| unavailable(ordinal, e))?;
    let Some(slot) = DEVICES.get(ordinal as usize) else { return Err(no_such(ordinal)) };
    match slot.get() {
        Some(device) => Ok(device),
        None => open(driver, ordinal, slot),
    }
}

/// The devices that have been used.
pub fn opened() -> impl Iterator<Item = &'static Device> {
    DEVICES.iter().filter_map(OnceLock::get)
}

fn unavailable(ordinal: u32, why: Error) -> Error {
    let reason = why.message().trim_start_matches("CUDA is unavailable: ").to_string();
    Error::new(status::CUDA_UNAVAILABLE, format!("cuda:{ordinal} is unavailable: {reason}"))
}

fn no_such(ordinal: u32) -> Error {
    let count = driver::device_count().unwrap_or(0);
    Error::new(status::DEVICE, format!("cuda:{ordinal} does not exist: the driver sees {count} device(s)"))
}

#[cold]
fn open(driver: &'static Driver, ordinal: u32, slot: &'static OnceLock<Device>) -> Result<&'static Device> {
    static OPENING: Mutex<()> = Mutex::new(());
    let _one = OPENING.lock().unwrap_or_else(|e| e.into_inner());
    if let Some(device) = slot.get() {
        return Ok(device);
    }
    if ordinal >= driver::device_count()? {
        return Err(no_such(ordinal));
    }
    let mut handle = 0;
    let mut context = null_mut();
    // SAFETY: the driver's functions with their documented arguments. The primary context is shared with the CUDA
    // runtime of the host program and stays retained for the life of the process.
    unsafe {
        driver.check("cuDeviceGet", (driver.cuDeviceGet)(&mut handle, ordinal as c_int))?;
        driver.check("cuDevicePrimaryCtxRetain", (driver.cuDevicePrimaryCtxRetain)(&mut context, handle))?;
    }
    let properties = Properties::read(driver, handle)?;
    if properties.capability < (7, 5) {
        fail!(
            CUDA_UNAVAILABLE,
            "cuda:{ordinal} ({}) has compute capability {}.{}, at least 7.5 is needed",
            properties.name,
            properties.capability.0,
            properties.capability.1
        );
    }
    Ok(slot.get_or_init(|| Device {
        ordinal,
        driver,
        handle,
        context,
        properties,
        pool: Pool::default(),
        modules: Modules::default(),
        wrapped: Mutex::default(),
        peers: AtomicU64::new(0),
        lost: OnceLock::new(),
    }))
}

impl Properties {
    fn read(driver: &Driver, handle: CUdevice) -> Result<Properties> {
        let attribute = |which: Attribute| -> Result<usize> {
            let mut value: c_int = 0;
            // SAFETY: the driver's function with its documented arguments.
            let result = unsafe { (driver.cuDeviceGetAttribute)(&mut value, which as c_int, handle) };
            driver.check("cuDeviceGetAttribute", result)?;
            Ok(value.max(0) as usize)
        };
        use Attribute::*;
        let mut name = [0 as c_char; 256];
        let mut total_memory = 0;
        // SAFETY: as above; the name's room is said.
        unsafe {
            driver.check("cuDeviceGetName", (driver.cuDeviceGetName)(name.as_mut_ptr(), 255, handle))?;
            driver.check("cuDeviceTotalMem", (driver.cuDeviceTotalMem_v2)(&mut total_memory, handle))?;
        }
        // What is only told, is 0 where the driver does not tell it.
        let told = |which: Attribute| attribute(which).unwrap_or(0);
        let kilohertz = told(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE) as f64;
        let bus_bits = told(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH) as f64;
        Ok(Properties {
            // SAFETY: the array is zero behind what the driver wrote.
            name: unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned(),
            capability: (
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)? as u32,
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)? as u32,
            ),
            multiprocessors: (attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)? as u32).max(1),
            shared_per_block: attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)?,
            threads_per_multiprocessor: attribute(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR)? as u32,
            l2_bytes: told(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE),
            total_memory,
            // Double data rate.
            memory_bandwidth: 2.0 * kilohertz * 1e3 * bus_bits / 8.0,
        })
    }
}

/// Makes the device's context current for as long as it lives, then restores what was. Where none was, that of device 0
/// stays current, as CUDA's own runtime has it: the next call finds it there.
pub struct Entered {
    driver: &'static Driver,
    /// What to make current again, if that is another.
    before: Option<CUcontext>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // SAFETY: a context that was current on this thread. A failure has nobody to be told to.
            unsafe { (self.driver.cuCtxSetCurrent)(before) };
        }
    }
}

impl Device {
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    pub fn context(&self) -> CUcontext {
        self.context
    }

    /// What the allocator holds and has done.
    pub fn statistics(&self) -> Statistics {
        self.pool.statistics()
    }

    /// Peaks of [`Device::statistics`] count anew.
    pub fn reset_peak(&self) {
        self.pool.reset_peak();
    }

    /// Free and total bytes, as the driver sees them.
    pub fn memory_info(&'static self) -> Result<(usize, usize)> {
        let _context = self.enter()?;
        let (mut free, mut total) = (0, 0);
        // SAFETY: the driver's function with its documented arguments.
        self.check("cuMemGetInfo", unsafe { (self.driver.cuMemGetInfo_v2)(&mut free, &mut total) })?;
        Ok((free, total))
    }

    /// Whether the two are connected, so that copies between them need not go through the host.
    pub fn can_access(&self, other: &Device) -> Result<bool> {
        let mut can = 0;
        // SAFETY: as above.
        let result = unsafe { (self.driver.cuDeviceCanAccessPeer)(&mut can, self.handle, other.handle) };
        self.check("cuDeviceCanAccessPeer", result)?;
        Ok(can != 0)
    }

    /// Lets copies between the two go directly, where they are connected. A failure leaves the way through the host.
    pub fn connect(&self, other: &Device) {
        for (here, there) in [(self, other), (other, self)] {
            let bit = 1 << there.ordinal;
            if here.ordinal == there.ordinal || here.peers.fetch_or(bit, Relaxed) & bit != 0 {
                continue;
            }
            if let (Ok(true), Ok(_context)) = (here.can_access(there), here.enter()) {
                let _beside = self.driver.beside_captures();
                // SAFETY: the driver's function with its documented arguments.
                unsafe { (self.driver.cuCtxEnablePeerAccess)(there.context, 0) };
            }
        }
    }

    /// Calls a function of the driver that needs memory; if there is none, gives back what is cached and calls once more.
    /// `wanted` says for what, if that fails too. The context is current.
    pub fn with_room(
        &'static self,
        what: &str,
        wanted: impl Fn() -> String,
        mut call: impl FnMut() -> c_int,
    ) -> Result<()> {
        let mut result = call();
        if result == code::OUT_OF_MEMORY {
            let _beside = self.driver.beside_captures();
            self.pool.retry(self);
            super::pinned::release_cached();
            result = call();
        }
        if result == code::OUT_OF_MEMORY {
            return Err(self.no_room(&wanted()));
        }
        self.check(what, result)
    }

    /// The error when there is no memory for what is `wanted`. The context is current.
    pub fn no_room(&'static self, wanted: &str) -> Error {
        self.pool.no_room(self, wanted)
    }

    #[inline]
    pub fn enter(&self) -> Result<Entered> {
        if let Some(words) = self.lost.get() {
            fail!(CUDA, "cuda:{} is lost: {words}. Its tensors are gone; restart the process", self.ordinal);
        }
        let mut before = null_mut();
        // SAFETY: the driver's functions with their documented arguments.
        self.check("cuCtxGetCurrent", unsafe { (self.driver.cuCtxGetCurrent)(&mut before) })?;
        if before == self.context {
            return Ok(Entered { driver: self.driver, before: None });
        }
        // SAFETY: as above.
        self.check("cuCtxSetCurrent", unsafe { (self.driver.cuCtxSetCurrent)(self.context) })?;
        let stays = before.is_null() && self.ordinal == 0;
        Ok(Entered { driver: self.driver, before: (!stays).then_some(before) })
    }

    /// As [`Driver::check`]; remembers when the context is lost.
    #[inline]
    pub fn check(&self, what: &str, result: c_int) -> Result<()> {
        if result == 0 { Ok(()) } else { Err(self.error(what, result)) }
    }

    #[cold]
    fn error(&self, what: &str, result: c_int) -> Error {
        let error = self.driver.error(what, result);
        if code::LOST.contains(&result) {
            let words = self.lost.get_or_init(|| error.message().to_string());
            return Error::new(status::CUDA, format!("cuda:{} is lost: {words}", self.ordinal));
        }
        error
    }

    /// Waits for all work on the device.
    pub fn synchronize(&'static self) -> Result<()> {
        let _context = self.enter()?;
        // SAFETY: the driver's function with its documented arguments.
        self.check("cuCtxSynchronize", unsafe { (self.driver.cuCtxSynchronize)() })
    }
}
