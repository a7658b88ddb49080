//! Saving without half-done files: a temporary file beside the target, its bytes forced to the disk, then a rename.

use super::io_error;
use crate::cpu::cancel;
use crate::dtype::DType;
use crate::error::Result;
use crate::ops::copy;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::{fail, list};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Where a writer's bytes go. Seekable, for formats that go back to fill in sizes.
pub type Target = BufWriter<File>;

/// Writes `path` anew with what `write` puts out. When anything fails (a full disk, say) the file that was there stays as
/// it was and no other is left. A symbolic link stays one: what it points to is replaced. The permissions of a file that
/// is replaced stay.
pub fn atomically(path: &Path, write: impl FnOnce(&mut Target) -> Result<()>) -> Result<()> {
    let failed = |e: &io::Error| io_error("save", path, e);
    let target = followed(path).map_err(|e| failed(&e))?;
    let former = match fs::metadata(&target) {
        Ok(former) if former.is_file() => Some(former),
        Ok(_) => fail!(IO, "cannot save {}: it is there and is no regular file", path.display()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(failed(&e)),
    };
    let Some(name) = target.file_name() else {
        fail!(IO, "cannot save {}: it names no file", path.display());
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Of a private file nobody else reads the new bytes while they are written either.
    let mode = former.as_ref().map_or(0o666, |former| former.permissions().mode() & 0o777);
    let (file, temporary) = create_beside(folder, name, mode).map_err(|e| failed(&e))?;
    let temporary = Temporary(Some(temporary));
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(|e| failed(e.error()))?;
    if let Some(former) = former {
        file.set_permissions(former.permissions()).map_err(|e| failed(&e))?;
    }
    file.sync_all().map_err(|e| failed(&e))?;
    temporary.rename(&target).map_err(|e| failed(&e))?;
    // The rename itself; file systems without folders to sync say so.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// `write_all` with the error in the library's words.
pub fn put(out: &mut impl Write, bytes: &[u8], path: &Path) -> Result<()> {
    out.write_all(bytes).map_err(|e| io_error("save", path, &e))
}

/// The elements of a tensor of any layout and device, in C order and as they lie in memory; a bool is 0 or 1.
pub fn put_elements(out: &mut impl Write, x: &Tensor, path: &Path) -> Result<()> {
    let _unrecorded = mode::within(Mode::NoGrad);
    let plain = copy::contiguous(&copy::to_cpu(x)?)?;
    let size = plain.dtype().size();
    let (mut at, end) = (plain.layout().offset() as usize * size, plain.numel() as usize * size);
    let end = at + end;
    let mut chunk = list::with_room((end - at).min(1 << 20))?;
    while at < end {
        cancel::check()?;
        // Not written from where they lie: others may write there meanwhile, and no slice allows that.
        chunk.resize((end - at).min(1 << 20), 0u8);
        plain.storage().read(at, &mut chunk)?;
        if plain.dtype() == DType::Bool {
            chunk.iter_mut().for_each(|byte| *byte = (*byte != 0) as u8);
        }
        put(out, &chunk, path)?;
        at += chunk.len();
    }
    Ok(())
}

/// Bytes in memory; where there is none, that is an error.
#[derive(Default)]
pub struct Room(pub Vec<u8>);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the links at the end of a path lead to, also when nothing is there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    // As many links as Linux follows.
    for _ in 0..40 {
        match fs::symlink_metadata(&target) {
            Ok(facts) if facts.is_symlink() => {
                let link = fs::read_link(&target)?;
                // Relative to the folder of the link; an absolute one replaces it.
                target.pop();
                target.push(link);
            }
            Ok(_) => return Ok(target),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

/// A new file whose name nobody else has.
fn create_beside(folder: &Path, name: &std::ffi::OsStr, mode: u32) -> io::Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let mut temporary = OsString::from(".");
        // Names of files end at 255 bytes on most systems.
        if name.len() < 200 {
            temporary.push(name);
        }
        temporary.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Relaxed)));
        let path = folder.join(temporary);
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
            made => return made.map(|file| (file, path)),
        }
    }
}

/// Removed unless renamed.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::status;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tendon-save-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = folder("failure");
        let path = folder.join("weights");
        atomically(&path, |out| put(out, b"first", &path)).unwrap();
        let error = atomically(&path, |out| {
            put(out, b"sec", &path)?;
            fail!(SHAPE, "no");
        });
        assert_eq!(error.unwrap_err().status(), status::SHAPE);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        atomically(&path, |out| put(out, b"second", &path)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_and_permissions_stay() {
        let folder = folder("links");
        let (path, link) = (folder.join("real"), folder.join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        atomically(&link, |out| put(out, b"new", &link)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        // A link to nothing yet stays one as well, and a circle of links is an error.
        let (early, round) = (folder.join("early"), folder.join("round"));
        std::os::unix::fs::symlink("later", &early).unwrap();
        atomically(&early, |out| put(out, b"there", &early)).unwrap();
        assert!(fs::symlink_metadata(&early).unwrap().is_symlink());
        assert_eq!(fs::read(folder.join("later")).unwrap(), b"there");
        std::os::unix::fs::symlink("round", &round).unwrap();
        assert_eq!(atomically(&round, |_| Ok(())).unwrap_err().status(), status::IO);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        atomically(&path, |_| {
            let mut beside = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            let temporary = beside.find(|path| path.extension().is_some_and(|e| e == "tmp")).unwrap();
            assert_eq!(fs::metadata(temporary).unwrap().permissions().mode() & 0o077, 0);
            Ok(())
        })
        .unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn places_that_are_no_files_are_refused() {
        let folder = folder("places");
        for path in [folder.clone(), folder.join("missing/file"), PathBuf::from("/dev/null"), PathBuf::from("..")] {
            let error = atomically(&path, |_| Ok(())).unwrap_err();
            assert_eq!(error.status(), status::IO, "{}", path.display());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
