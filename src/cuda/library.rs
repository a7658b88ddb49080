//! Shared libraries that may be there: opened at run time, each function looked up before the first call.
//!
//! The types of the functions are cudarc's; its own loader is not used, because it ends the process when a library or a
//! function is missing, and because it looks for `libcuda.so` first, which may be the toolkit's stub. Functions return
//! plain integers: a newer library may know more status codes than any list of today.

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::NonNull;

/// An open library; never closed, since what it started (threads, exit handlers) stays.
#[derive(Clone, Copy)]
pub struct Library(NonNull<c_void>);

// SAFETY: a handle of the dynamic loader, which any thread may use.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

impl Library {
    /// Opens the first of `names` that the dynamic loader finds; its name. If none: the loader's words on each.
    pub fn open(names: &[String]) -> Result<(Library, String), String> {
        let mut reasons = Vec::new();
        for name in names {
            let Ok(c_name) = CString::new(name.as_str()) else { continue };
            // SAFETY: a NUL-terminated name. The library's initialisers run, as for any user of it.
            let handle = unsafe { libc::dlopen(c_name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
            match NonNull::new(handle) {
                Some(handle) => return Ok((Library(handle), name.clone())),
                None => reasons.push(loader_words()),
            }
        }
        Err(reasons.join("; "))
    }

    /// The address of a function.
    pub fn symbol(self, name: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: an open library and a NUL-terminated name.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), name.as_ptr()) })
    }
}

fn loader_words() -> String {
    // SAFETY: dlerror returns NULL or a text that lives until the next dl call of this thread.
    let words: *const c_char = unsafe { libc::dlerror() };
    if words.is_null() {
        return "unknown reason".into();
    }
    // SAFETY: as above.
    unsafe { CStr::from_ptr(words) }.to_string_lossy().into_owned()
}

/// A table of functions of one library: those that must be there, and those that may be.
///
/// `Table::load(names)` is an error naming what was looked for, or which functions are missing.
macro_rules! symbols {
    ($(#[$doc:meta])* $table:ident {
        $($name:ident($($type:ty),* $(,)?);)+
    } optional {
        $($optional:ident($($optional_type:ty),* $(,)?);)*
    }) => {
        $(#[$doc])*
        #[allow(non_snake_case)]
        pub struct $table {
            /// Under which name the library was found.
            pub found_as: String,
            $(pub $name: unsafe extern "C" fn($($type),*) -> std::ffi::c_int,)+
            $(#[allow(dead_code)] pub $optional: Option<unsafe extern "C" fn($($optional_type),*) -> std::ffi::c_int>,)*
        }

        impl $table {
            #[allow(non_snake_case)]
            pub fn load(names: &[String]) -> Result<$table, String> {
                let (library, found_as) = $crate::cuda::library::Library::open(names)?;
                let mut missing: Vec<&str> = Vec::new();
                $(let $name = library.symbol(c_name!($name));
                if $name.is_none() {
                    missing.push(stringify!($name));
                })+
                if !missing.is_empty() {
                    return Err(format!("{found_as} has no {}: it is too old", missing.join(", ")));
                }
                $(let Some($name) = $name else { return Err(String::new()) };)+
                Ok($table {
                    found_as,
                    // SAFETY: the library's function of this name has this type.
                    $($name: unsafe {
                        std::mem::transmute::<
                            *mut std::ffi::c_void,
                            unsafe extern "C" fn($($type),*) -> std::ffi::c_int,
                        >($name.as_ptr())
                    },)+
                    // SAFETY: as above.
                    $($optional: library.symbol(c_name!($optional)).map(|f| unsafe {
                        std::mem::transmute::<
                            *mut std::ffi::c_void,
                            unsafe extern "C" fn($($optional_type),*) -> std::ffi::c_int,
                        >(f.as_ptr())
                    }),)*
                })
            }
        }
    };
}

/// A function's name as C text.
macro_rules! c_name {
    ($name:ident) => {
        match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => c"",
        }
    };
}

pub(super) use {c_name, symbols};
