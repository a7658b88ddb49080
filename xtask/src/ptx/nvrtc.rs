//! NVRTC, NVIDIA's compiler of device code: a shared library that needs neither a GPU nor a toolkit.
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::null;

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

type Program = *mut c_void;
type Version = unsafe extern "C" fn(*mut c_int, *mut c_int) -> c_int;
type Create = unsafe extern "C" fn(
    *mut Program,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> c_int;
type Compile = unsafe extern "C" fn(Program, c_int, *const *const c_char) -> c_int;
type Size = unsafe extern "C" fn(Program, *mut usize) -> c_int;
type Text = unsafe extern "C" fn(Program, *mut c_char) -> c_int;
type Destroy = unsafe extern "C" fn(*mut Program) -> c_int;
type ErrorString = unsafe extern "C" fn(c_int) -> *const c_char;

pub struct Nvrtc {
    library: Library,
}

impl Nvrtc {
    /// `path`: of libnvrtc.so.12. Its builtins lie beside it.
    pub fn open(path: &Path) -> Result<Nvrtc, String> {
        let folder = path.parent().ok_or_else(|| format!("{} names no file", path.display()))?;
        // NVRTC asks for the builtins by their bare name when it compiles; it finds what is loaded already.
        for entry in std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("libnvrtc-builtins.so") {
                std::mem::forget(load(&entry.path())?);
            }
        }
        Ok(Nvrtc { library: load(path)? })
    }

    pub fn version(&self) -> Result<(i32, i32), String> {
        let (mut major, mut minor) = (0, 0);
        // SAFETY: as nvrtc.h declares it; the pointers are of live variables.
        self.ok(unsafe { self.function::<Version>("nvrtcVersion")?(&mut major, &mut minor) })?;
        Ok((major, minor))
    }

    /// The PTX of `source`, or what the compiler says against it. Warnings are errors.
    pub fn compile(&self, name: &str, source: &str, options: &[String]) -> Result<String, String> {
        let (name_c, source) = (c_string(name)?, c_string(source)?);
        let options = options.iter().map(|option| c_string(option)).collect::<Result<Vec<_>, _>>()?;
        let pointers: Vec<*const c_char> = options.iter().map(|option| option.as_ptr()).collect();
        let mut program: Program = std::ptr::null_mut();
        // SAFETY: as nvrtc.h declares them; strings end with NUL and outlive the calls; the program was just made.
        unsafe {
            let create = self.function::<Create>("nvrtcCreateProgram")?;
            self.ok(create(&mut program, source.as_ptr(), name_c.as_ptr(), 0, null(), null()))?;
            let compile = self.function::<Compile>("nvrtcCompileProgram")?;
            let code = compile(program, pointers.len() as c_int, pointers.as_ptr());
            let log = self.text(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog")?;
            let ptx = if code == 0 { self.text(program, "nvrtcGetPTXSize", "nvrtcGetPTX")? } else { String::new() };
            self.ok(self.function::<Destroy>("nvrtcDestroyProgram")?(&mut program))?;
            if code == 0 && log.trim().is_empty() { Ok(ptx) } else { Err(format!("{name}:\n{log}")) }
        }
    }

    /// # Safety
    /// `program` is a live one.
    unsafe fn text(&self, program: Program, size: &str, get: &str) -> Result<String, String> {
        let mut bytes = 0usize;
        // SAFETY: as nvrtc.h declares them; the buffer has the size that was asked for.
        let text = unsafe {
            self.ok(self.function::<Size>(size)?(program, &mut bytes))?;
            let mut text = vec![0u8; bytes];
            self.ok(self.function::<Text>(get)?(program, text.as_mut_ptr().cast()))?;
            text
        };
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8(text.to_vec()).map_err(|e| format!("{get}: {e}"))
    }

    /// # Safety
    /// `F` is the function's type in nvrtc.h.
    unsafe fn function<F: Copy>(&self, name: &str) -> Result<F, String> {
        // SAFETY: the caller's promise. The library stays loaded for as long as `self` lives, longer than any call.
        unsafe { self.library.get::<F>(name.as_bytes()).map(|symbol| *symbol).map_err(|e| format!("{name}: {e}")) }
    }

    fn ok(&self, code: c_int) -> Result<(), String> {
        if code == 0 {
            return Ok(());
        }
        // SAFETY: as nvrtc.h declares it; it gives a static string for every number.
        let why = unsafe { CStr::from_ptr(self.function::<ErrorString>("nvrtcGetErrorString")?(code)) };
        Err(format!("NVRTC: {}", why.to_string_lossy()))
    }
}

fn load(path: &Path) -> Result<Library, String> {
    // SAFETY: NVIDIA's libraries run nothing of note when they are loaded.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }.map_err(|e| e.to_string())
}

fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|_| "a NUL in the source or an option".to_string())
}
