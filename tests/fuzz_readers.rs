//! The fuzz target of the readers over its committed files: whole ones, and what fuzzing found.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The cdylib of this profile, which cargo builds for every test.
fn library() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("libtendon.so")
}

#[test]
fn the_committed_files_find_nothing() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz_readers");
    std::fs::create_dir_all(&out).unwrap();
    // The loader asks for the soname.
    let soname = out.join(concat!("libtendon.so.", env!("CARGO_PKG_VERSION_MAJOR")));
    let _ = std::fs::remove_file(&soname);
    std::os::unix::fs::symlink(library(), &soname).unwrap();
    let program = out.join("fuzz_readers");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-D_GNU_SOURCE", "-DREPLAY", "-O1", "-Wall", "-Wextra", "-Werror"])
        .arg(format!("-I{}", root().join("include").display()))
        .arg(root().join("tests/fuzz/fuzz_readers.c"))
        .arg(&soname)
        .arg(format!("-Wl,-rpath,{}", out.display()))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("a C compiler named cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let entries = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for reader in entries(root().join("tests/fuzz/seeds")) {
        let mut files: Vec<PathBuf> = entries(reader.clone()).collect();
        files.sort();
        assert!(!files.is_empty(), "{}", reader.display());
        let done = Command::new(&program).args(&files).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}: {said}", done.status);
        // Among the files of each reader are whole ones.
        let loads = said.lines().last().and_then(|line| line.split(", ").nth(1)).unwrap_or("");
        assert!(loads.ends_with(" loads") && loads != "0 loads", "{}: {said}", reader.display());
    }
}
