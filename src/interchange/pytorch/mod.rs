//! Checkpoints of `torch.save`: a zip archive with a pickle of everything but the elements, and an entry per storage.
//!
//! ```text
//! NAME/data.pkl     what was saved; each tensor is a call of torch._utils._rebuild_tensor_v2 on a storage's key
//! NAME/data/KEY     the elements of a storage
//! NAME/byteorder    "little" or "big"; absent: little
//! ```
//!
//! [`words`] is all that the pickle may say, [`flat`] makes names of nested dicts, this file loads what has a name;
//! [`legacy`] has the same in an older wrapping.

mod flat;
mod legacy;
mod words;

use super::archive::{Archive, Entry, Method, Reader};
use super::dict::{LoadStats, TensorDict, joined, shortened};
use super::map::Source;
use super::pickle::{Id, Value, Values, unpickle};
use super::{Load, within};
use crate::cpu::cancel;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::layout::{Dims, Layout, MAX_RANK};
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::{fail, list};
use flat::Flat;
use indexmap::IndexMap;
use std::path::Path;
use words::{Element, Object, TensorWord, Words};

/// As much as a pickle may have; those of the largest models have a hundredth.
const MAX_PICKLE: u64 = 1 << 28;
/// What is unpacked or swapped at a time; a multiple of every element's size.
const CHUNK: usize = 1 << 20;

type Made<'a> = Values<'a, Object>;

/// Read unless the caller wants a mapping: weights are loaded to be trained as often as not.
pub fn load(path: &Path, load: &Load) -> Result<TensorDict> {
    let source = Source::open(path, load.mmap.unwrap_or(false))?;
    let mut begin = [0; legacy::MAGIC.len()];
    if source.len() >= begin.len() as u64 {
        source.read_at(0, &mut begin)?;
    }
    let loaded = if begin == legacy::MAGIC {
        legacy::load(&source, load)
    } else if begin.starts_with(b"PK") {
        let archive = Archive::open(&source)?;
        load_archive(&source, &archive, load)
    } else {
        fail!(
            FORMAT,
            "{} is no checkpoint of torch.save: it begins neither as a zip archive nor as the pickle of older ones",
            path.display()
        );
    };
    load.finish(loaded.map_err(|e| within(path, e))?)
}

fn load_archive(source: &Source, archive: &Archive, load: &Load) -> Result<TensorDict> {
    let prefix = prefix(archive)?;
    if archive.iter().any(|(name, _)| {
        let own = name.strip_prefix(prefix).unwrap_or(name);
        own == "constants.pkl" || own.starts_with("code/") || own == "model.json"
    }) {
        fail!(
            UNSUPPORTED,
            "the file is a TorchScript program, which is not run: save the state_dict of the model instead"
        );
    }
    let pickle = record(source, archive, prefix, "data.pkl", MAX_PICKLE)?;
    let swapped = match archive.get(&joined(&[prefix, "byteorder"])?) {
        None => false,
        Some(_) => match record(source, archive, prefix, "byteorder", 16)?.as_slice() {
            b"little" => cfg!(target_endian = "big"),
            b"big" => cfg!(target_endian = "little"),
            other => fail!(FORMAT, "its byteorder is {:?}, expected little or big", String::from_utf8_lossy(other)),
        },
    };
    let unpickled = unpickle(&pickle, &mut Words::new(pickle.len()))?;
    let places = Places::Archive { archive, prefix };
    let (values, top, len) = (&unpickled.values, unpickled.top, pickle.len());
    load_saved(Saved { source, places, swapped, values, top, len }, load)
}

/// Where the bytes of a storage are.
#[derive(Clone, Copy)]
struct Place<'a> {
    at: u64,
    /// When they are unpacked.
    size: u64,
    packed: Option<(&'a str, &'a Entry)>,
}

enum Places<'a, 'p> {
    /// Entries of an archive, in this folder of it.
    Archive { archive: &'a Archive, prefix: &'a str },
    /// One behind the other.
    Bare(IndexMap<&'p str, Place<'static>>),
}

impl<'a> Places<'a, '_> {
    fn get(&self, key: &str) -> Result<Place<'a>> {
        match self {
            Places::Bare(places) => match places.get(key) {
                Some(place) => Ok(*place),
                None => fail!(FORMAT, "the file has no storage {:?}", shortened(key)),
            },
            Places::Archive { archive, prefix } => {
                let Some((name, entry)) = archive.get_entry(&joined(&[prefix, "data/", key])?) else {
                    fail!(FORMAT, "the archive has no data/{}", shortened(key));
                };
                let packed = (entry.method != Method::Stored).then_some((name, entry));
                Ok(Place { at: entry.at, size: entry.size, packed })
            }
        }
    }
}

/// A pickle that was read, and the storages that it speaks of.
struct Saved<'a, 'p> {
    source: &'a Source,
    places: Places<'a, 'p>,
    /// The elements are of the other byte order.
    swapped: bool,
    values: &'a Made<'p>,
    top: Id,
    /// Of the pickle, in bytes.
    len: usize,
}

fn load_saved(saved: Saved, load: &Load) -> Result<TensorDict> {
    let flat = Flat::of(saved.values, saved.top, saved.len)?;
    let mut loader = Loader {
        saved,
        mmap: load.mmap.unwrap_or(false),
        storages: IndexMap::new(),
        tensors: IndexMap::new(),
        stats: LoadStats::default(),
    };
    let mut dict = TensorDict::default();
    for name in load.pick(flat.tensors.iter().map(|(name, _)| name.as_str()))? {
        if let Some(id) = flat.get(name).filter(|_| dict.get(name).is_none()) {
            let tensor = loader.tensor(id).map_err(|e| named(name, e))?;
            dict.set(name, tensor)?;
        }
    }
    for (key, value) in &flat.texts {
        dict.set_metadata(key, value)?;
    }
    dict.stats = loader.stats;
    Ok(dict)
}

fn named(name: &str, error: Error) -> Error {
    error.within(&format!("tensor {:?}", shortened(name)))
}

/// The folder of the archive in which everything is, with its slash.
fn prefix(archive: &Archive) -> Result<&str> {
    let mut found = None;
    for (name, _) in archive.iter() {
        let folder = name.strip_suffix("data.pkl").filter(|folder| folder.find('/') == folder.len().checked_sub(1));
        if let Some(folder) = folder.filter(|folder| !folder.is_empty())
            && found.replace(folder).is_some()
        {
            fail!(FORMAT, "the archive has more than one data.pkl");
        }
    }
    match found {
        Some(folder) => Ok(folder),
        None => fail!(FORMAT, "the file is no checkpoint of torch.save: the archive has no data.pkl"),
    }
}

/// A small entry. Checksums of stored ones are not compared: torch.save can be told not to make them.
fn record(source: &Source, archive: &Archive, prefix: &str, name: &str, most: u64) -> Result<Vec<u8>> {
    let full = joined(&[prefix, name])?;
    let Some(entry) = archive.get(&full) else { fail!(FORMAT, "the archive has no {name}") };
    // `torch.save` does not pack, and pickles pack to a tenth at best; a bomb is one that claims more.
    let most = most.min(entry.packed.saturating_mul(16).saturating_add(1 << 16));
    if entry.size > most {
        fail!(FORMAT, "{name} has {} bytes, at most {most} are expected", entry.size);
    }
    if entry.method != Method::Stored {
        return entry.whole(source, &full, most as usize);
    }
    let mut bytes = list::with_room(entry.size as usize)?;
    bytes.resize(entry.size as usize, 0);
    source.read_at(entry.at, &mut bytes)?;
    Ok(bytes)
}

struct Loader<'a, 'p> {
    saved: Saved<'a, 'p>,
    mmap: bool,
    /// By key; the dtype is that of the tensors.
    storages: IndexMap<&'p str, (Storage, DType, Kept)>,
    /// By their places in the pickle: one that has two names is one.
    tensors: IndexMap<Id, Tensor>,
    stats: LoadStats,
}

#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Mapped,
    Copied,
    /// Copied although a mapping was wanted.
    Unmappable,
}

impl<'p> Loader<'_, 'p> {
    fn tensor(&mut self, id: Id) -> Result<Tensor> {
        cancel::check()?;
        if let Some(tensor) = self.tensors.get(&id) {
            return Ok(tensor.clone());
        }
        let Value::Object(Object::Tensor(word)) = self.saved.values.get(id) else {
            fail!(INTERNAL, "no tensor is at {id}")
        };
        let tensor = self.make(*word)?;
        if self.tensors.try_reserve(1).is_err() {
            return Err(Error::out_of_memory((self.tensors.len() + 1) * size_of::<(Id, Tensor)>()));
        }
        self.tensors.insert(id, tensor.clone());
        Ok(tensor)
    }

    fn make(&mut self, word: TensorWord) -> Result<Tensor> {
        let Value::Object(Object::Storage { key, numel, element }) = self.saved.values.get(word.storage) else {
            fail!(INTERNAL, "no storage is at {}", word.storage);
        };
        let (dtype, nbytes) = match (word.element.unwrap_or(*element), element) {
            (Element::Untyped, _) => fail!(FORMAT, "a tensor over an UntypedStorage has no dtype"),
            (Element::Lacking(name), _) => {
                fail!(UNSUPPORTED, "it is {name}, a dtype that Tendon lacks: name the others in options.names")
            }
            (Element::Known(dtype), Element::Untyped) => (dtype, Some(*numel)),
            (Element::Known(dtype), Element::Known(same)) if dtype == *same => {
                (dtype, numel.checked_mul(dtype.size() as i64))
            }
            (Element::Known(dtype), _) => fail!(FORMAT, "it is {dtype} over a storage of another dtype"),
        };
        let Some(nbytes) = nbytes else { fail!(FORMAT, "{numel} elements of {dtype} are beyond 63 bits of bytes") };
        let layout = self.layout(word)?;
        let room = nbytes / dtype.size() as i64;
        if layout.numel() == 0 && layout.offset() > room {
            fail!(FORMAT, "its offset is {}, its storage has {room} elements", layout.offset());
        }
        if let Some((_, end)) = layout.extent().filter(|&(low, high)| low < 0 || high > room) {
            fail!(
                FORMAT,
                "shape {:?}, strides {:?} and offset {} reach to element {end}, its storage has {room}",
                layout.shape(),
                layout.strides(),
                layout.offset()
            );
        }
        let Some(key) = self.saved.values.text(*key) else { fail!(INTERNAL, "the key of a storage is no text") };
        let (storage, kept) = self.storage(key, nbytes, dtype)?;
        let tensor = Tensor::new(storage, layout, dtype)?;
        match kept {
            Kept::Mapped => self.stats.mapped_tensors += 1,
            Kept::Copied | Kept::Unmappable => self.stats.copied_tensors += 1,
        }
        self.stats.unmappable_tensors += (kept == Kept::Unmappable) as i64;
        Ok(tensor)
    }

    fn layout(&self, word: TensorWord) -> Result<Layout> {
        let sizes = |id: Id, what: &str| {
            let Some(items) = self.saved.values.tuple(id) else { fail!(FORMAT, "its {what} is no tuple") };
            if items.len() > MAX_RANK {
                fail!(FORMAT, "its {what} has {} entries, at most {MAX_RANK} are possible", items.len());
            }
            let mut sizes = Dims::new();
            for &item in items {
                match self.saved.values.int(item) {
                    Some(size) if size >= 0 => sizes.push(size),
                    Some(size) => fail!(FORMAT, "its {what} has the negative entry {size}"),
                    None => fail!(FORMAT, "its {what} has an entry that is {}", self.saved.values.kind(item)),
                }
            }
            Ok(sizes)
        };
        let (shape, strides) = (sizes(word.size, "size")?, sizes(word.stride, "stride")?);
        if word.offset < 0 {
            fail!(FORMAT, "its offset is {}", word.offset);
        }
        match Layout::strided(&shape, &strides, word.offset) {
            Ok(layout) => Ok(layout),
            Err(e) => fail!(FORMAT, "{}", e.message()),
        }
    }

    /// The storage of that key: one for all tensors that share it.
    fn storage(&mut self, key: &'p str, nbytes: i64, dtype: DType) -> Result<(Storage, Kept)> {
        if let Some((storage, before, kept)) = self.storages.get(key) {
            if storage.nbytes() as i64 != nbytes || *before != dtype {
                let (key, size) = (shortened(key), storage.nbytes());
                fail!(FORMAT, "storage {key:?} has {nbytes} bytes of {dtype} here, {size} of {before} elsewhere");
            }
            return Ok((storage.clone(), *kept));
        }
        let place = self.saved.places.get(key)?;
        if place.size != nbytes as u64 {
            let key = shortened(key);
            fail!(FORMAT, "its storage is said to have {nbytes} bytes, that of key {key:?} has {}", place.size);
        }
        let plain = place.packed.is_none() && !(self.saved.swapped && dtype.size() > 1);
        let mut stats = LoadStats::default();
        let storage = if plain {
            self.saved.source.storage(place.at, nbytes as usize, dtype, &mut stats)?
        } else {
            self.unpacked(place, dtype)?
        };
        let kept = match (stats.mapped_tensors > 0, self.mmap) {
            (true, _) => Kept::Mapped,
            (false, true) => Kept::Unmappable,
            (false, false) => Kept::Copied,
        };
        match kept {
            Kept::Mapped => self.stats.mapped_bytes += nbytes,
            _ => self.stats.copied_bytes += nbytes,
        }
        if self.storages.try_reserve(1).is_err() {
            return Err(Error::out_of_memory((self.storages.len() + 1) * size_of::<(&str, Storage)>()));
        }
        self.storages.insert(key, (storage.clone(), dtype, kept));
        Ok((storage, kept))
    }

    /// Memory of its own with elements that are packed, or of the other byte order.
    fn unpacked(&self, place: Place, dtype: DType) -> Result<Storage> {
        let (source, nbytes) = (self.saved.source, place.size as usize);
        let storage = Storage::allocate(nbytes)?;
        let mut chunk = list::with_room(nbytes.min(CHUNK))?;
        let mut reader = match place.packed {
            None => None,
            Some((name, entry)) => Some(Reader::new(source, name, entry)?),
        };
        let mut done = 0;
        while done < nbytes {
            cancel::check()?;
            chunk.resize((nbytes - done).min(CHUNK), 0);
            match &mut reader {
                Some(reader) => reader.fill(&mut chunk)?,
                None => source.read_at(place.at + done as u64, &mut chunk)?,
            }
            if self.saved.swapped {
                chunk.chunks_exact_mut(dtype.size()).for_each(|element| element.reverse());
            }
            storage.write(done, &chunk)?;
            done += chunk.len();
        }
        reader.map_or(Ok(()), Reader::finish)?;
        Ok(storage)
    }
}

#[cfg(test)]
#[path = "../pytorch_tests.rs"]
mod tests;
