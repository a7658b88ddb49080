//! kernels/prebuilt/NAME.ptx from kernels/NAME.cu, with NVRTC (nvrtc.c). The hash in its first line says what it was made
//! from.
pub mod ptxas;
#[path = "../../../kernels/sources.rs"]
mod sources;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::{Outcome, read, write_if_changed};
use sources::Module;

/// Compiles what changed, and removes the PTX of files that are gone.
pub fn write(root: &Path) -> Outcome {
    let modules = sources::modules(&root.join("kernels"))?;
    let stale: Vec<&Module> =
        modules.iter().filter(|m| !read(&prebuilt(root, m)).is_ok_and(|text| text.starts_with(&m.head()))).collect();
    compile(root, &stale, |module, text| write_if_changed(&prebuilt(root, module), &text).map(|_| ()))?;
    for path in left_over(root, &modules)? {
        std::fs::remove_file(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(format!("kernels/prebuilt: {} of {} modules compiled", stale.len(), modules.len()))
}

/// Compiles everything and compares.
pub fn check(root: &Path) -> Outcome {
    let modules = sources::modules(&root.join("kernels"))?;
    let all: Vec<&Module> = modules.iter().collect();
    compile(root, &all, |module, text| match read(&prebuilt(root, module)) {
        Ok(committed) if committed == text => Ok(()),
        _ => Err(format!(
            "kernels/prebuilt/{}.ptx does not fit kernels/{}.cu; run `make ptx`",
            module.name, module.source
        )),
    })?;
    if let Some(path) = left_over(root, &modules)?.first() {
        return Err(format!("{} belongs to no .cu; run `make ptx`", path.display()));
    }
    Ok(format!("kernels/prebuilt: {} modules, all up to date", modules.len()))
}

/// NVRTC writes every constant of the sources and of its own header as a `.global` line, whether it is used or not.
fn without_unused_globals(ptx: &str) -> String {
    let symbol = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut uses = std::collections::HashMap::new();
    for word in ptx.split(|c| !symbol(c)) {
        *uses.entry(word).or_insert(0) += 1;
    }
    let unused = |line: &&str| {
        let name = line.split(['[', '=', ';']).next().unwrap_or_default().trim().rsplit(' ').next();
        line.starts_with(".global ") && line.ends_with(';') && name.is_some_and(|name| uses[name] == 1)
    };
    ptx.lines().filter(|line| !unused(line)).map(|line| line.to_string() + "\n").collect()
}

/// Gives each module's PTX to `done`. NVRTC holds a lock while it compiles, so each module has a process of its own.
fn compile(
    root: &Path,
    modules: &[&Module],
    done: impl Fn(&Module, String) -> Result<(), String> + Sync,
) -> Result<(), String> {
    if modules.is_empty() {
        return Ok(());
    }
    let nvrtc = tool(root, "nvrtc")?;
    let compiler = compiler(root)?;
    in_parallel(modules, |module| {
        let output = Command::new(&compiler)
            .env_clear()
            .arg(&nvrtc)
            .arg(root.join("kernels"))
            .arg(&module.source)
            .args(&module.options)
            .arg("--")
            .args(&module.includes)
            .output()
            .map_err(|e| format!("{}: {e}", compiler.display()))?;
        if !output.status.success() {
            return Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()));
        }
        let ptx = String::from_utf8(output.stdout).map_err(|e| format!("{}: {e}", module.name))?;
        done(module, module.head() + without_unused_globals(&ptx).trim_end() + "\n")
    })
}

/// nvrtc.c as a program, in build/. `-rdynamic`, so that NVRTC finds its malloc.
fn compiler(root: &Path) -> Result<PathBuf, String> {
    let source = include_str!("nvrtc.c");
    let mut hash = sources::Fnv::new();
    hash.text(source);
    let program = root.join(format!("build/nvrtc-{:016x}", hash.0));
    if program.is_file() {
        return Ok(program);
    }
    let temporary = root.join(format!("build/nvrtc-{}", std::process::id()));
    write_if_changed(&temporary.with_extension("c"), source)?;
    let (major, minor) = sources::NVRTC;
    let status = Command::new(std::env::var("CC").unwrap_or("cc".to_string()))
        .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-rdynamic"])
        .args([format!("-DNVRTC_MAJOR={major}"), format!("-DNVRTC_MINOR={minor}")])
        .arg(format!("-DBUILTINS=\"libnvrtc-builtins.so.{major}.{minor}\""))
        .args(["-fno-builtin-malloc", "-o"])
        .args([&temporary, &temporary.with_extension("c")])
        .arg("-ldl")
        .status()
        .map_err(|e| format!("cc: {e}"))?;
    let _ = std::fs::remove_file(temporary.with_extension("c"));
    if !status.success() {
        return Err("xtask/src/ptx/nvrtc.c does not compile".to_string());
    }
    std::fs::rename(&temporary, &program).map_err(|e| format!("{}: {e}", program.display()))?;
    Ok(program)
}

/// Runs `work` on every item, as many at a time as there are processors. All errors, one after the other.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<(), String> + Sync) -> Result<(), String> {
    let open = Mutex::new(items.iter());
    let errors = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get()).min(items.len()) {
            scope.spawn(|| {
                loop {
                    let next = open.lock().ok().and_then(|mut open| open.next());
                    let Some(item) = next else { break };
                    if let (Err(why), Ok(mut errors)) = (work(item), errors.lock()) {
                        errors.push(why);
                    }
                }
            });
        }
    });
    let errors = errors.into_inner().map_err(|e| e.to_string())?;
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// The path that scripts/cuda-tools.sh prints for `name`.
fn tool(root: &Path, name: &str) -> Result<String, String> {
    let script = root.join("scripts/cuda-tools.sh");
    let output = Command::new(&script)
        .arg(name)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|e| format!("{}: {e}", script.display()))?;
    if !output.status.success() {
        return Err(format!("scripts/cuda-tools.sh {name} failed"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn prebuilt(root: &Path, module: &Module) -> PathBuf {
    root.join("kernels/prebuilt").join(format!("{}.ptx", module.name))
}

/// PTX files without a .cu.
fn left_over(root: &Path, modules: &[Module]) -> Result<Vec<PathBuf>, String> {
    let Ok(entries) = std::fs::read_dir(root.join("kernels/prebuilt")) else { return Ok(Vec::new()) };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "ptx"));
    Ok(paths.filter(|path| !modules.iter().any(|m| prebuilt(root, m) == *path)).collect())
}
