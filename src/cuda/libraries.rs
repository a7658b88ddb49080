//! Where NVIDIA's libraries are looked for: where TENDON_CUDA_LIBS says, in this process, in the Python environment that
//! it runs in, by the dynamic loader, in other places of conda, the toolkit and pip.
//!
//! What is opened under a soname is what all later users of that soname in the process get. So one that is loaded already
//! is taken, and the environment's own before the system's: another version would be wrong for who brought it.

use super::library::Name;
use std::path::{Path, PathBuf};

/// What `TENDON_CUDA_LIBS` says: `off`, or a folder that is looked in first.
fn choice() -> Option<PathBuf> {
    std::env::var_os("TENDON_CUDA_LIBS").map(PathBuf::from)
}

/// The names under which to open a library: `sonames`, newest first, as they are and in each place. `package` is pip's
/// folder below `nvidia/` ("cublas", "cudnn"). An error when the libraries are switched off.
pub fn candidates(sonames: &[&str], package: &str) -> Result<Vec<Name>, String> {
    let choice = choice();
    if choice.as_deref() == Some(Path::new("off")) {
        return Err("TENDON_CUDA_LIBS=off is set".into());
    }
    let prefix = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let mut near: Vec<PathBuf> = Vec::new();
    if let Some(packages) = own_packages() {
        nvidia_folders(&packages, package, &mut near);
    }
    for root in [prefix("VIRTUAL_ENV"), prefix("CONDA_PREFIX")].into_iter().flatten() {
        python_folders(&root.join("lib"), "site-packages", package, &mut near);
    }
    let mut far: Vec<PathBuf> = prefix("CONDA_PREFIX").map(|root| root.join("lib")).into_iter().collect();
    far.push("/usr/local/cuda/lib64".into());
    if let Some(home) = prefix("HOME") {
        python_folders(&home.join(".local/lib"), "site-packages", package, &mut far);
    }
    for root in ["/usr/local/lib", "/usr/lib"] {
        python_folders(Path::new(root), "dist-packages", package, &mut far);
        python_folders(Path::new(root), "site-packages", package, &mut far);
    }

    let there = |folder: &PathBuf| -> Vec<Name> {
        let paths = sonames.iter().map(|soname| folder.join(soname)).filter(|path| path.exists());
        paths.filter_map(|path| path.to_str().map(|path| Name::Open(path.into()))).collect()
    };
    let mut names: Vec<Name> = choice.iter().flat_map(there).collect();
    names.extend(sonames.iter().map(|soname| Name::Loaded(soname.to_string())));
    names.extend(near.iter().flat_map(there));
    names.extend(sonames.iter().map(|soname| Name::Open(soname.to_string())));
    names.extend(far.iter().flat_map(there));
    Ok(names)
}

/// The folder of Python packages that this library was installed in by its wheel, if it was.
fn own_packages() -> Option<PathBuf> {
    // SAFETY: all zeros is a value of it.
    let mut about: libc::Dl_info = unsafe { std::mem::zeroed() };
    let own: fn() -> Option<PathBuf> = own_packages;
    // SAFETY: an address of this library; the name that comes back lives as long as the library.
    let file = unsafe {
        if libc::dladdr(own as *const libc::c_void, &mut about) == 0 || about.dli_fname.is_null() {
            return None;
        }
        std::ffi::CStr::from_ptr(about.dli_fname)
    };
    let packages = Path::new(file.to_str().ok()?).parent()?.parent()?;
    matches!(packages.file_name()?.to_str()?, "site-packages" | "dist-packages").then(|| packages.to_path_buf())
}

/// The folders of `package` for every Python in `lib`.
fn python_folders(lib: &Path, packages: &str, package: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(lib) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("python3") {
            nvidia_folders(&entry.path().join(packages), package, into);
        }
    }
}

/// `PACKAGES/nvidia/PACKAGE/lib`, and the one folder that CUDA 13's wheels share.
fn nvidia_folders(packages: &Path, package: &str, into: &mut Vec<PathBuf>) {
    let nvidia = packages.join("nvidia");
    into.push(nvidia.join(package).join("lib"));
    into.push(nvidia.join("cu13/lib"));
}
