//! The kernels: PTX in the library's own image, given to the driver's compiler at first use, one kernel at a time.

use super::device::Device;
use super::ptx;
use crate::error::{Error, Result, status};
use crate::fail;
use cudarc::driver::sys::{CUfunction, CUmodule};
use std::collections::HashMap;
use std::ffi::{CString, c_int, c_void};
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::null_mut;
use std::sync::{Mutex, RwLock};

// `KERNELS`: name of the module, bytes of its PTX, the PTX compressed (zlib).
include!(concat!(env!("OUT_DIR"), "/kernels.rs"));

/// What a device has loaded.
#[derive(Default)]
pub struct Modules {
    functions: RwLock<HashMap<u64, Function, BuildHasherDefault<Hashed>>>,
    /// Held while one is loaded, so that no two threads load the same.
    loading: Mutex<()>,
}

/// A kernel that is ready to be launched.
#[derive(Clone, Copy)]
pub struct Function(pub CUfunction);
// SAFETY: a handle of the driver, which any thread may use.
unsafe impl Send for Function {}
// SAFETY: as above.
unsafe impl Sync for Function {}

/// The keys are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// FNV-1a over a module's name and the pieces of a kernel's name.
fn key(module: &str, pieces: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |bytes: &[u8]| {
        for &b in bytes {
            hash = (hash ^ b as u64).wrapping_mul(0x100_0000_01b3);
        }
    };
    eat(module.as_bytes());
    eat(&[0]);
    pieces.iter().for_each(|p| eat(p.as_bytes()));
    hash
}

/// Dynamic shared memory above which a kernel has to ask.
const SHARED_WITHOUT_ASKING: usize = 48 << 10;
const ERROR_LOG: c_int = 5;
const ERROR_LOG_BYTES: c_int = 6;
const STATIC_SHARED: i32 = 1;
const MAX_DYNAMIC_SHARED: i32 = 8;

impl Modules {
    /// The kernel whose name is the pieces put together. The device's context is current.
    #[inline]
    pub fn function(&self, device: &'static Device, module: &'static str, pieces: &[&str]) -> Result<Function> {
        let key = key(module, pieces);
        match self.known(key) {
            Some(function) => Ok(function),
            None => self.load(device, module, pieces, key),
        }
    }

    #[inline]
    fn known(&self, key: u64) -> Option<Function> {
        self.functions.read().ok()?.get(&key).copied()
    }

    #[cold]
    fn load(&self, device: &'static Device, module: &'static str, pieces: &[&str], key: u64) -> Result<Function> {
        let _one = self.loading.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(function) = self.known(key) {
            return Ok(function);
        }
        let name = pieces.concat();
        let Ok(c_name) = CString::new(name.as_str()) else { fail!(INTERNAL, "{name:?} is no name of a kernel") };
        let handle = Modules::compile(device, module, &name)?;
        let mut raw = null_mut();
        let _beside = device.driver.beside_captures();
        let wanted = || format!("the kernel {name}");
        // SAFETY: the driver's functions with their documented arguments.
        let call = || unsafe { (device.driver.cuModuleGetFunction)(&mut raw, handle, c_name.as_ptr()) };
        let unload = |error: Error| {
            // SAFETY: loaded above, used by nobody.
            unsafe { (device.driver.cuModuleUnload)(handle) };
            error.within(&name)
        };
        device.with_room("cuModuleGetFunction", wanted, call).map_err(unload)?;
        let most = device.properties().shared_per_block;
        if most > SHARED_WITHOUT_ASKING {
            // Permission for all that its static shared memory leaves; what a launch takes is said at the launch.
            let mut fixed = 0;
            // SAFETY: as above.
            let result = unsafe { (device.driver.cuFuncGetAttribute)(&mut fixed, STATIC_SHARED, raw) };
            device.check("cuFuncGetAttribute", result).map_err(unload)?;
            // SAFETY: as above.
            let call =
                || unsafe { (device.driver.cuFuncSetAttribute)(raw, MAX_DYNAMIC_SHARED, most as i32 - fixed.max(0)) };
            device.with_room("cuFuncSetAttribute", wanted, call).map_err(unload)?;
        }
        let function = Function(raw);
        self.functions.write().unwrap_or_else(|e| e.into_inner()).insert(key, function);
        Ok(function)
    }

    /// What the driver's compiler says of PTX that it has just refused.
    #[cold]
    fn with_log(device: &Device, ptx: &str, error: Error) -> Error {
        if error.status() == status::OUT_OF_MEMORY {
            return error;
        }
        const ROOM: usize = 4096;
        let (mut log, mut raw) = (vec![0u8; ROOM + 1], null_mut());
        let (mut options, mut values) = ([ERROR_LOG, ERROR_LOG_BYTES], [log.as_mut_ptr().cast(), ROOM as *mut c_void]);
        let load = device.driver.cuModuleLoadDataEx;
        // SAFETY: NUL-terminated PTX; a buffer and how much room it has, as the options want their values.
        let again = unsafe { load(&mut raw, ptx.as_ptr().cast(), 2, options.as_mut_ptr(), values.as_mut_ptr()) };
        let words = log.split(|&b| b == 0).next().unwrap_or(&[]);
        if again == 0 {
            // SAFETY: just loaded, used by nobody.
            unsafe { (device.driver.cuModuleUnload)(raw) };
        }
        if words.is_empty() {
            return error;
        }
        Error::new(error.status(), format!("{} ({})", error.message(), String::from_utf8_lossy(words).trim()))
    }

    /// The kernel `name` of `module` alone, compiled. It stays loaded.
    fn compile(device: &'static Device, module: &'static str, name: &str) -> Result<CUmodule> {
        let found = |module: &str| KERNELS.iter().find(|(name, ..)| *name == module);
        // What later devices do better stands in a module of its own.
        let later = if device.properties().capability >= (8, 0) { found(&format!("{module}_sm80")) } else { None };
        let Some((_, size, packed)) = later.or_else(|| found(module)) else {
            fail!(INTERNAL, "this build has no kernels {module}");
        };
        let text = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, *size).ok();
        let Some(text) = text.and_then(|text| String::from_utf8(text).ok()) else {
            fail!(INTERNAL, "the kernels {module} are damaged");
        };
        let Some(mut ptx) = ptx::only(&text, name) else { fail!(INTERNAL, "module {module} has no kernel {name}") };
        ptx.push('\0');
        let mut raw = null_mut();
        let _beside = device.driver.beside_captures();
        let load = device.driver.cuModuleLoadDataEx;
        // SAFETY: NUL-terminated PTX, no options.
        let call = || unsafe { load(&mut raw, ptx.as_ptr().cast(), 0, null_mut(), null_mut()) };
        let loaded = device.with_room("cuModuleLoadDataEx", || format!("the kernel {name}"), call);
        loaded.map_err(|e| Modules::with_log(device, &ptx, e).within(name))?;
        Ok(raw)
    }
}
