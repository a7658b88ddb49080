//! .npy, one array, and .npz, a zip archive of them: what `numpy.save`, `savez` and `load` write and read.

use super::archive::{Archive, Method, Reader, Sink, Writer};
use super::dict::{LoadStats, TensorDict, shortened};
use super::map::Source;
use super::npy_header::{ALIGN, Header, header_of};
use super::{Load, save};
use crate::cpu::cancel;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::copy::{contiguous, to_cpu, to_device};
use crate::ops::view::permute;
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::{fail, list};
use std::path::Path;

/// What is read, swapped or written at a time.
const CHUNK: usize = 1 << 20;

/// The array of a .npy file; what follows it is not read.
pub fn load(path: &Path, load: &Load) -> Result<Tensor> {
    if load.names.is_some() {
        fail!(INVALID_ARGUMENT, "options.names must be NULL: a .npy file holds one array without a name");
    }
    let mmap = load.mmap.unwrap_or(false);
    let source = Source::open(path, mmap)?;
    let mut at = 0;
    let header = Header::read(&format!("{}", path.display()), source.len(), |into| {
        source.read_at(at, into)?;
        at += into.len() as u64;
        Ok(())
    })?;
    let storage = stored(&source, 0, &header, mmap, &mut LoadStats::default())?;
    to_device(&Tensor::new(storage, header.layout, header.dtype)?, load.device, false)
}

/// The arrays of a .npz file by their names.
pub fn load_dict(path: &Path, load: &Load) -> Result<TensorDict> {
    let mmap = load.mmap.unwrap_or(false);
    let source = Source::open(path, mmap)?;
    let archive = Archive::open(&source)?;
    let mut dict = TensorDict::default();
    let mut present = list::with_room(archive.len())?;
    // Folders have entries of their own.
    present.extend(archive.iter().map(|(entry, _)| entry).filter(|entry| !entry.ends_with('/')).map(name_of));
    for name in load.pick(present.iter().copied())? {
        let tensor = member(&source, &archive, name, mmap, &mut dict.stats)?;
        dict.add(name, tensor).map_err(|e| e.within(&path.display().to_string()))?;
    }
    load.finish(dict)
}

/// The array that an entry of an archive is named after.
fn name_of(entry: &str) -> &str {
    entry.strip_suffix(".npy").unwrap_or(entry)
}

fn member(source: &Source, archive: &Archive, name: &str, mmap: bool, stats: &mut LoadStats) -> Result<Tensor> {
    let file = entry_name(name)?;
    let (file, entry) = match (archive.get(&file), archive.get(name)) {
        (Some(entry), _) => (file.as_str(), entry),
        (None, Some(entry)) => (name, entry),
        (None, None) => fail!(INTERNAL, "the archive has lost the entry {:?}", shortened(name)),
    };
    let mut reader = Reader::new(source, file, entry)?;
    let what = format!("{}: its entry {:?}", source.path().display(), shortened(file));
    let header = Header::read(&what, entry.size, |into| reader.fill(into))?;
    if reader.left() != header.nbytes as u64 {
        fail!(FORMAT, "{what} has {} bytes after its header, its array {}", reader.left(), header.nbytes);
    }
    // What is mapped is not read now, so that its checksum is not seen either.
    let storage = if mmap && entry.method == Method::Stored && !header.swapped {
        source.storage(entry.at + header.len as u64, header.nbytes, header.dtype, stats)?
    } else {
        let storage = filled(&header, |into| reader.fill(into))?;
        reader.finish()?;
        count(stats, &header, mmap);
        storage
    };
    Tensor::new(storage, header.layout, header.dtype)
}

/// The numbers behind a header at byte `at` of the file.
fn stored(source: &Source, at: u64, header: &Header, mmap: bool, stats: &mut LoadStats) -> Result<Storage> {
    let mut at = at + header.len as u64;
    if !header.swapped {
        return source.storage(at, header.nbytes, header.dtype, stats);
    }
    count(stats, header, mmap);
    filled(header, |into| {
        source.read_at(at, into)?;
        at += into.len() as u64;
        Ok(())
    })
}

/// Counts an array with memory of its own.
fn count(stats: &mut LoadStats, header: &Header, mmap: bool) {
    stats.copied_tensors += 1;
    stats.copied_bytes += header.nbytes as i64;
    stats.unmappable_tensors += mmap as i64;
}

/// Memory with the bytes that `next` gives, in this machine's order.
fn filled(header: &Header, mut next: impl FnMut(&mut [u8]) -> Result<()>) -> Result<Storage> {
    let storage = Storage::allocate(header.nbytes)?;
    let mut chunk = list::with_room(CHUNK.min(header.nbytes))?;
    let mut done = 0;
    while done < header.nbytes {
        cancel::check()?;
        // A multiple of every element's size.
        chunk.resize(CHUNK.min(header.nbytes - done), 0);
        next(&mut chunk)?;
        if header.swapped {
            chunk.chunks_exact_mut(header.dtype.size()).for_each(|element| element.reverse());
        }
        storage.write(done, &chunk)?;
        done += chunk.len();
    }
    Ok(storage)
}

fn entry_name(name: &str) -> Result<String> {
    let mut file = String::new();
    if file.try_reserve_exact(name.len() + 4).is_err() {
        return Err(Error::out_of_memory(name.len() + 4));
    }
    file.push_str(name);
    file.push_str(".npy");
    Ok(file)
}

// ---- saving ----

/// A tensor as it will stand in a file.
struct Array {
    header: Vec<u8>,
    /// On the CPU, its elements one behind the other.
    data: Tensor,
}

impl Array {
    /// A tensor whose first index runs fastest is written so, as NumPy does.
    fn new(x: &Tensor) -> Result<Array> {
        let reversed: Vec<i64> = (0..x.ndim() as i64).rev().collect();
        let turned = permute(x, &reversed)?;
        let fortran_order = !x.is_contiguous() && turned.is_contiguous();
        let header = header_of(x.dtype(), fortran_order, x.shape())?;
        let data = to_cpu(&contiguous(if fortran_order { &turned } else { x })?)?;
        Ok(Array { header, data })
    }

    fn nbytes(&self) -> usize {
        self.data.numel() as usize * self.data.dtype().size()
    }

    fn write(&self, mut put: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        put(&self.header)?;
        let first = self.data.layout().offset() as usize * self.data.dtype().size();
        let mut chunk = list::with_room(CHUNK.min(self.nbytes()))?;
        let mut done = 0;
        while done < self.nbytes() {
            cancel::check()?;
            chunk.resize(CHUNK.min(self.nbytes() - done), 0);
            self.data.storage().read(first + done, &mut chunk)?;
            if self.data.dtype() == DType::Bool {
                // Any other byte than 0 is true here; NumPy knows 1 alone.
                chunk.iter_mut().for_each(|b| *b = (*b != 0) as u8);
            }
            put(&chunk)?;
            done += chunk.len();
        }
        Ok(())
    }
}

/// Writes the values of a tensor as a .npy file.
pub fn save(x: &Tensor, path: &Path) -> Result<()> {
    let _mode = mode::within(Mode::NoGrad);
    let array = Array::new(x)?;
    save::atomically(path, |out| array.write(|bytes| save::put(out, bytes, path)))
}

/// Writes the tensors of a dict as a .npz file, which has no place for metadata. Arrays that are not compressed begin at
/// multiples of 64 bytes.
pub fn save_dict(dict: &TensorDict, path: &Path, compress: bool) -> Result<()> {
    let _mode = mode::within(Mode::NoGrad);
    save::atomically(path, |out| {
        let mut writer = Writer::new(out, path);
        for (name, x) in dict.iter() {
            let array = Array::new(x).map_err(|e| e.within(&format!("{:?}", shortened(name))))?;
            let size = (array.header.len() + array.nbytes()) as u64;
            writer.entry(&entry_name(name)?, size, compress, ALIGN as u16, |sink: &mut Sink| {
                array.write(|bytes| sink.put(bytes))
            })?;
        }
        writer.finish()
    })
}
