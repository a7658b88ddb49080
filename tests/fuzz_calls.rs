//! The fuzz target's table has every function of the library, and its committed cases find nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_table_has_every_function() {
    let symbols = std::fs::read_to_string(root().join("cmake/tendon.symbols")).unwrap();
    let exported: BTreeSet<&str> =
        symbols.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split(' ').next()).collect();
    let source = std::fs::read_to_string(root().join("tests/fuzz/fuzz_calls.c")).unwrap();
    let called: BTreeSet<&str> = source
        .lines()
        .filter_map(|l| l.strip_prefix("    F(")?.strip_suffix("),")?.split_once(", "))
        .map(|(_, name)| name)
        .collect();
    let missing: Vec<_> = exported.difference(&called).collect();
    let unknown: Vec<_> = called.difference(&exported).collect();
    assert!(exported.len() > 200, "cmake/tendon.symbols lists {} functions", exported.len());
    assert!(missing.is_empty() && unknown.is_empty(), "tests/fuzz/fuzz_calls.c lacks {missing:?}, has {unknown:?}");
}

/// The cdylib of this profile, which cargo builds for every test.
fn library() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("libtendon.so")
}

#[test]
fn the_committed_cases_find_nothing() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let program = out.join("fuzz_calls");
    // The loader asks for the soname.
    let soname = out.join(concat!("libtendon.so.", env!("CARGO_PKG_VERSION_MAJOR")));
    let _ = std::fs::remove_file(&soname);
    std::os::unix::fs::symlink(library(), &soname).unwrap();
    let compiled = Command::new("cc")
        .args(["-std=c11", "-D_GNU_SOURCE", "-DREPLAY", "-O1", "-Wall", "-Wextra", "-Werror"])
        .arg(format!("-I{}", root().join("include").display()))
        .arg(root().join("tests/fuzz/fuzz_calls.c"))
        .arg(&soname)
        .arg(format!("-Wl,-rpath,{}", out.display()))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("a C compiler named cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/fuzz/corpus")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    let done = Command::new(&program).args(&cases).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{}: {said}", done.status);
    println!("{said}");
}
