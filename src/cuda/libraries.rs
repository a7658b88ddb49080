//! Where NVIDIA's libraries are looked for: by the dynamic loader, then in the places of pip, conda and the toolkit.

use std::path::{Path, PathBuf};

/// What `TENDON_CUDA_LIBS` says: `off`, or a folder that is looked in first.
fn choice() -> Option<PathBuf> {
    std::env::var_os("TENDON_CUDA_LIBS").map(PathBuf::from)
}

/// The names under which to open a library: `sonames`, newest first, as they are and in each place. `package` is pip's
/// folder below `nvidia/` ("cublas", "cudnn"). None when the libraries are switched off.
pub fn candidates(sonames: &[&str], package: &str) -> Result<Vec<String>, String> {
    let choice = choice();
    if choice.as_deref() == Some(Path::new("off")) {
        return Err("TENDON_CUDA_LIBS=off is set".into());
    }
    let mut places: Vec<PathBuf> = Vec::new();
    let prefix = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = prefix("HOME").map(|home| home.join(".local"));
    for root in [prefix("VIRTUAL_ENV"), prefix("CONDA_PREFIX"), home].into_iter().flatten() {
        python_folders(&root.join("lib"), "site-packages", package, &mut places);
    }
    for root in ["/usr/local/lib", "/usr/lib"] {
        python_folders(Path::new(root), "dist-packages", package, &mut places);
        python_folders(Path::new(root), "site-packages", package, &mut places);
    }
    places.extend(prefix("CONDA_PREFIX").map(|root| root.join("lib")));
    places.push("/usr/local/cuda/lib64".into());

    let there = |folder: &PathBuf| -> Vec<String> {
        let paths = sonames.iter().map(|soname| folder.join(soname)).filter(|path| path.exists());
        paths.filter_map(|path| path.to_str().map(str::to_string)).collect()
    };
    let mut names: Vec<String> = choice.iter().flat_map(there).collect();
    names.extend(sonames.iter().map(|soname| soname.to_string()));
    names.extend(places.iter().flat_map(there));
    Ok(names)
}

/// `LIB/python3.*/PACKAGES/nvidia/PACKAGE/lib`, and the same of CUDA 13's wheels, which share one folder.
fn python_folders(lib: &Path, packages: &str, package: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(lib) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("python3") {
            let nvidia = entry.path().join(packages).join("nvidia");
            into.push(nvidia.join(package).join("lib"));
            into.push(nvidia.join("cu13/lib"));
        }
    }
}
