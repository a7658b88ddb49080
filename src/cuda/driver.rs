//! The CUDA driver: `libcuda.so.1`, the one library that CUDA tensors need.

use super::library::{Name, c_name, symbols};
use crate::error::{Error, Result, status};
use crate::fail;
use cudarc::driver::sys::{CUcontext, CUdevice, CUdeviceptr, CUevent, CUfunction, CUmodule, CUstream};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

symbols! {
    /// The driver's functions, all of CUDA 12.0 at the latest.
    Driver {
        cuInit(c_uint);
        cuDriverGetVersion(*mut c_int);
        cuDeviceGetCount(*mut c_int);
        cuDeviceGet(*mut CUdevice, c_int);
        cuDeviceGetName(*mut c_char, c_int, CUdevice);
        cuDeviceGetAttribute(*mut c_int, c_int, CUdevice);
        cuDeviceTotalMem_v2(*mut usize, CUdevice);
        cuDevicePrimaryCtxRetain(*mut CUcontext, CUdevice);
        cuDeviceCanAccessPeer(*mut c_int, CUdevice, CUdevice);
        cuCtxGetCurrent(*mut CUcontext);
        cuCtxSetCurrent(CUcontext);
        cuCtxSynchronize();
        cuCtxEnablePeerAccess(CUcontext, c_uint);
        cuMemAlloc_v2(*mut CUdeviceptr, usize);
        cuMemFree_v2(CUdeviceptr);
        cuMemGetInfo_v2(*mut usize, *mut usize);
        cuMemHostAlloc(*mut *mut c_void, usize, c_uint);
        cuMemFreeHost(*mut c_void);
        cuPointerGetAttribute(*mut c_void, c_int, CUdeviceptr);
        cuMemcpyHtoDAsync_v2(CUdeviceptr, *const c_void, usize, CUstream);
        cuMemcpyDtoHAsync_v2(*mut c_void, CUdeviceptr, usize, CUstream);
        cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, usize, CUstream);
        cuMemcpyPeerAsync(CUdeviceptr, CUcontext, CUdeviceptr, CUcontext, usize, CUstream);
        cuMemsetD8Async(CUdeviceptr, u8, usize, CUstream);
        cuMemsetD16Async(CUdeviceptr, u16, usize, CUstream);
        cuMemsetD32Async(CUdeviceptr, c_uint, usize, CUstream);
        cuStreamCreateWithPriority(*mut CUstream, c_uint, c_int);
        cuStreamDestroy_v2(CUstream);
        cuStreamSynchronize(CUstream);
        cuStreamQuery(CUstream);
        cuStreamWaitEvent(CUstream, CUevent, c_uint);
        cuStreamIsCapturing(CUstream, *mut c_int);
        cuThreadExchangeStreamCaptureMode(*mut c_int);
        cuEventCreate(*mut CUevent, c_uint);
        cuEventRecord(CUevent, CUstream);
        cuEventQuery(CUevent);
        cuEventSynchronize(CUevent);
        cuEventElapsedTime(*mut f32, CUevent, CUevent);
        cuEventDestroy_v2(CUevent);
        cuModuleLoadDataEx(*mut CUmodule, *const c_void, c_uint, *mut c_int, *mut *mut c_void);
        cuModuleUnload(CUmodule);
        cuModuleGetFunction(*mut CUfunction, CUmodule, *const c_char);
        cuFuncGetAttribute(*mut c_int, c_int, CUfunction);
        cuFuncSetAttribute(CUfunction, c_int, c_int);
        cuLaunchKernel(
            CUfunction, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, CUstream, *mut *mut c_void, *mut *mut c_void,
        );
        cuGetErrorName(c_int, *mut *const c_char);
        cuGetErrorString(c_int, *mut *const c_char);
    } optional {
    }
}

/// Status codes that are looked at by number.
pub mod code {
    use std::ffi::c_int;
    pub const OUT_OF_MEMORY: c_int = 2;
    pub const NOT_INITIALIZED: c_int = 3;
    /// The process is ending and the driver has gone first.
    pub const DEINITIALIZED: c_int = 4;
    pub const NOT_READY: c_int = 600;
    /// The context is lost: an illegal address, a trap, hardware failure. Every later call fails too.
    pub const LOST: &[c_int] = &[46, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721];
}

/// The oldest driver whose compiler takes the kernels (PTX 8.0).
const OLDEST: c_int = 12_000;

static FORKED: AtomicBool = AtomicBool::new(false);

/// In the child of a fork the driver's state is broken beyond repair.
extern "C" fn in_child() {
    FORKED.store(true, Relaxed);
}

/// The driver, loaded and initialised at the first call; why not, in words.
fn find() -> Result<Driver, String> {
    if std::env::var_os("TENDON_DISABLE_CUDA").is_some_and(|v| v == "1") {
        return Err("TENDON_DISABLE_CUDA=1 is set".into());
    }
    if super::module::KERNELS.is_empty() {
        return Err("this build of the library holds no CUDA kernels (TENDON_WITHOUT_PTX=1)".into());
    }
    let driver = Driver::load(&[Name::Open("libcuda.so.1".into())])
        .map_err(|why| format!("the driver library libcuda.so.1 could not be used ({why})"))?;
    let call = |what: &str, result: c_int| match result {
        0 => Ok(()),
        code => Err(format!("{what} of the driver failed: {}", driver.words(code))),
    };
    // SAFETY: the driver's functions with their documented arguments, here and below.
    unsafe {
        call("cuInit", (driver.cuInit)(0))?;
        let mut version = 0;
        call("cuDriverGetVersion", (driver.cuDriverGetVersion)(&mut version))?;
        if version < OLDEST {
            return Err(format!(
                "the driver is for CUDA {}.{}, at least 12.0 (driver 525) is needed",
                version / 1000,
                version % 1000 / 10
            ));
        }
        let mut count = 0;
        call("cuDeviceGetCount", (driver.cuDeviceGetCount)(&mut count))?;
        if count == 0 {
            return Err("the driver sees no CUDA device (is CUDA_VISIBLE_DEVICES set?)".into());
        }
        libc::pthread_atfork(None, None, Some(in_child));
    }
    Ok(driver)
}

static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();

/// The driver, or CUDA_UNAVAILABLE with the reason.
pub fn driver() -> Result<&'static Driver> {
    let reason = match DRIVER.get_or_init(find) {
        Ok(driver) if !FORKED.load(Relaxed) => return Ok(driver),
        Ok(_) => "this process was forked from one that used CUDA; start a new process instead (exec)",
        Err(reason) => reason,
    };
    fail!(CUDA_UNAVAILABLE, "CUDA is unavailable: {reason}")
}

/// The driver if some earlier call loaded it; for clean-up.
pub fn loaded() -> Option<&'static Driver> {
    DRIVER.get().and_then(|d| d.as_ref().ok()).filter(|_| !FORKED.load(Relaxed))
}

impl Driver {
    /// `CUDA_ERROR_INVALID_VALUE (1): invalid argument`
    fn words(&self, code: c_int) -> String {
        let text = |get: unsafe extern "C" fn(c_int, *mut *const c_char) -> c_int| {
            let mut words = std::ptr::null();
            // SAFETY: the driver sets the pointer to a text that lives for ever, or leaves it.
            unsafe {
                if get(code, &mut words) != 0 || words.is_null() {
                    return String::new();
                }
                CStr::from_ptr(words).to_string_lossy().into_owned()
            }
        };
        format!("{} ({code}): {}", text(self.cuGetErrorName), text(self.cuGetErrorString))
    }

    /// `result` of the driver's function `what` as an error.
    #[inline]
    pub fn check(&self, what: &str, result: c_int) -> Result<()> {
        if result == 0 { Ok(()) } else { Err(self.error(what, result)) }
    }

    #[cold]
    pub fn error(&self, what: &str, code: c_int) -> Error {
        let status = if code == code::OUT_OF_MEMORY { status::OUT_OF_MEMORY } else { status::CUDA };
        Error::new(status, format!("{what} of the CUDA driver failed: {}", self.words(code)))
    }
}

/// While it lives, this thread's calls do not end the capture of a graph that other code has under way, and are not
/// refused because of it: they are none that a graph could hold (allocating, asking whether an event is reached).
pub struct BesideCaptures(&'static Driver, c_int);

const RELAXED: c_int = 2;

impl Driver {
    pub fn beside_captures(&'static self) -> BesideCaptures {
        let mut mode = RELAXED;
        // SAFETY: the driver's function with its documented arguments: gives the mode from before.
        let result = unsafe { (self.cuThreadExchangeStreamCaptureMode)(&mut mode) };
        BesideCaptures(self, if result == 0 { mode } else { RELAXED })
    }
}

impl Drop for BesideCaptures {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { (self.0.cuThreadExchangeStreamCaptureMode)(&mut self.1) };
    }
}

/// How many CUDA devices there are.
pub fn device_count() -> Result<u32> {
    let driver = driver()?;
    let mut count = 0;
    // SAFETY: the driver's function with its documented arguments.
    driver.check("cuDeviceGetCount", unsafe { (driver.cuDeviceGetCount)(&mut count) })?;
    Ok(count.max(0) as u32)
}
