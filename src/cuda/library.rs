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

/// How a library may be asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// A soname that something in this process has loaded already.
    Loaded(String),
    /// A soname for the dynamic loader to look for, or a path.
    Open(String),
}

impl Library {
    /// Opens the library, or the loader's words on why not.
    pub fn open(name: &Name) -> Result<Library, String> {
        let (text, more) = match name {
            Name::Loaded(soname) => (soname, libc::RTLD_NOLOAD),
            Name::Open(name) => (name, 0),
        };
        let c_name = CString::new(text.as_str()).map_err(|_| format!("{text:?} is no name of a library"))?;
        // SAFETY: a NUL-terminated name. The library's initialisers run, as for any user of it.
        let handle = unsafe { libc::dlopen(c_name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL | more) };
        NonNull::new(handle).map(Library).ok_or_else(loader_words)
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
/// `Table::load(names)` takes the first of `names` that is there with all functions; if none, why not each.
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
            pub fn load(names: &[$crate::cuda::library::Name]) -> Result<$table, String> {
                let mut reasons = Vec::new();
                for name in names {
                    match $table::load_one(name) {
                        Ok(table) => return Ok(table),
                        // That something else has not loaded it is no news.
                        Err(why) if matches!(name, $crate::cuda::library::Name::Open(_)) => reasons.push(why),
                        Err(_) => {}
                    }
                }
                Err(reasons.join("; "))
            }

            #[allow(non_snake_case)]
            fn load_one(name: &$crate::cuda::library::Name) -> Result<$table, String> {
                let library = $crate::cuda::library::Library::open(name)?;
                let ($crate::cuda::library::Name::Loaded(found_as) | $crate::cuda::library::Name::Open(found_as)) = name;
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
                    found_as: found_as.clone(),
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
