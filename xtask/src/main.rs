//! The project's own tools: `cargo xtask <task> [--check]`.
//!
//! ```text
//! header [--check]     include/tendon.h from src/c_api; --check fails when the committed file differs
//! symbols [--check]    cmake/tendon.symbols from include/tendon.h; --check fails when one is missing or disappeared
//!         [--remove]   … and drop the disappeared ones (an ABI break: the soname must change)
//! handles [--check]    tests/handles/probes.h: the calls of tests/c/handles.c, from include/tendon.h
//! api [--check]        include/tendon.json: the C API as data, for bindings to other languages
//! ptx [--check]        kernels/prebuilt/*.ptx: kernels/*.cu compiled with NVRTC, those that changed; --check compiles
//!                      all and compares
//! ptxas [WORD]         kernels/prebuilt/assembled.txt: the PTX assembled for every architecture, what is not recorded
//!                      there yet; with WORD the modules that have it in their name, and what they need is printed
//! licences [--check]   THIRD-PARTY-LICENSES: what the crates linked into the library ask to be passed on
//! ```
mod api;
mod handles;
mod header;
mod licences;
mod ptx;
mod symbols;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a task answers: a sentence for the user.
type Outcome = Result<String, String>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["header"] => header::write(&root()),
        ["header", "--check"] => header::check(&root()),
        ["symbols"] => symbols::write(&root(), false),
        ["symbols", "--remove"] => symbols::write(&root(), true),
        ["symbols", "--check"] => symbols::check(&root()),
        ["api"] => api::write(&root()),
        ["api", "--check"] => api::check(&root()),
        ["handles"] => handles::write(&root()),
        ["handles", "--check"] => handles::check(&root()),
        ["ptx"] => ptx::write(&root()),
        ["ptx", "--check"] => ptx::check(&root()),
        ["ptxas"] => ptx::ptxas::write(&root(), ""),
        ["ptxas", word] => ptx::ptxas::write(&root(), word),
        ["licences"] => licences::write(&root()),
        ["licences", "--check"] => licences::check(&root()),
        _ => Err(
            "usage: cargo xtask header [--check] | symbols [--check | --remove] | handles [--check] | api [--check] | \
                  ptx [--check] | ptxas [WORD] | licences [--check]"
                .to_string(),
        ),
    };
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root: the folder above this crate's. As `cargo run` says it, since two checkouts with one target
/// folder share the program.
fn root() -> PathBuf {
    let crate_folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_string());
    Path::new(&crate_folder).parent().expect("xtask lies inside the repository").to_path_buf()
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write_if_changed(path: &Path, text: &str) -> Result<bool, String> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(true)
}

/// `version` of the `[package]` section of Cargo.toml: the one place where the version is written.
fn package_version(root: &Path) -> Result<String, String> {
    let text = read(&root.join("Cargo.toml"))?;
    let mut in_package = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            in_package = line == "[package]";
        } else if in_package
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "version"
        {
            return Ok(value.trim().trim_matches('"').to_string());
        }
    }
    Err("Cargo.toml: no version in [package]".to_string())
}
