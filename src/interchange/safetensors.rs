//! safetensors: 8 bytes of length, a JSON header, the elements one tensor behind the other. Also models in several files,
//! which an index names.
//!
//! ```text
//! u64 n, little-endian | n bytes {"__metadata__": {…}, "name": {"dtype": "F32", "shape": […], "data_offsets": [begin, end]}, …} | elements
//! ```

use super::dict::{LoadStats, TensorDict, shortened};
use super::json::{self, Reader};
use super::map::Source;
use super::save::{self, Room, put, put_elements};
use super::{Load, io_error, within};
use crate::cpu::cancel;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{Dims, Layout, MAX_RANK, checked_numel};
use crate::list;
use crate::tensor::Tensor;
use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

/// As the reference reader has it.
const MAX_HEADER: u64 = 100_000_000;

const METADATA: &str = "__metadata__";

/// Names of the dtypes, in the order in which the reference writer puts tensors: by alignment, upwards.
const DTYPES: [(&str, DType); 13] = [
    ("BOOL", DType::Bool),
    ("U8", DType::U8),
    ("I8", DType::I8),
    ("I16", DType::I16),
    ("U16", DType::U16),
    ("F16", DType::F16),
    ("BF16", DType::BF16),
    ("I32", DType::I32),
    ("U32", DType::U32),
    ("F32", DType::F32),
    ("F64", DType::F64),
    ("I64", DType::I64),
    ("U64", DType::U64),
];

/// Bits of an element of the dtypes that Tendon lacks.
const OTHERS: [(&str, u64); 9] = [
    ("F4", 4),
    ("F6_E2M3", 6),
    ("F6_E3M2", 6),
    ("F8_E5M2", 8),
    ("F8_E4M3", 8),
    ("F8_E8M0", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8),
    ("C64", 64),
];

// ---- the header ----

/// A tensor of a file.
struct Entry<'a> {
    name: Cow<'a, str>,
    dtype: Cow<'a, str>,
    shape: Dims,
    /// In bytes, from the end of the header on.
    begin: u64,
    end: u64,
}

struct Header<'a> {
    /// In the order of the header.
    entries: Vec<Entry<'a>>,
    /// Places of the entries, ordered by name.
    by_name: Vec<usize>,
    metadata: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// The text of the header, and where the elements begin.
fn header_text(source: &Source) -> Result<(String, u64)> {
    let mut length = [0; 8];
    if source.len() < 8 {
        fail!(FORMAT, "the file has {} bytes, a header has at least 8", source.len());
    }
    source.read_at(0, &mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        fail!(FORMAT, "the header is said to have {length} bytes, at most {MAX_HEADER} are expected");
    }
    if length > source.len() - 8 {
        fail!(FORMAT, "the header is said to have {length} bytes, the file has {}", source.len());
    }
    Ok((text_at(source, 8, length as usize)?, 8 + length))
}

fn text_at(source: &Source, at: u64, length: usize) -> Result<String> {
    let mut bytes = list::with_room(length)?;
    bytes.resize(length, 0);
    source.read_at(at, &mut bytes)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(e) => fail!(FORMAT, "the header is not UTF-8: its byte {} is wrong", e.utf8_error().valid_up_to()),
    }
}

impl<'a> Header<'a> {
    /// `data` is how many bytes the file has behind the header: the tensors must fill them without gaps.
    fn parse(text: &'a str, data: u64) -> Result<Header<'a>> {
        let mut header = Header { entries: Vec::new(), by_name: Vec::new(), metadata: Vec::new() };
        let mut has_metadata = false;
        let mut reader = Reader::new(text);
        reader.object(|reader, name| {
            if name != METADATA {
                let entry = entry(reader, name)?;
                return list::push(&mut header.entries, entry);
            }
            if std::mem::replace(&mut has_metadata, true) {
                fail!(FORMAT, "{METADATA} stands twice in the header");
            }
            if reader.null() {
                return Ok(());
            }
            reader.object(|reader, key| {
                let value = reader.text("a text as a value of __metadata__")?;
                list::push(&mut header.metadata, (key, value))
            })
        })?;
        reader.end()?;
        header.check_places(data)?;
        header.order_names()?;
        Ok(header)
    }

    /// Every byte belongs to exactly one tensor.
    fn check_places(&self, data: u64) -> Result<()> {
        let mut order = list::collect(0..self.entries.len())?;
        order.sort_unstable_by_key(|&i| (self.entries[i].begin, self.entries[i].end));
        let mut expected = 0;
        for i in order {
            let Entry { name, begin, end, .. } = &self.entries[i];
            let name = shortened(name);
            if *begin != expected {
                let what = if *begin < expected { "overlaps the one before" } else { "leaves a gap" };
                fail!(FORMAT, "tensor {name:?} {what}: it begins at byte {begin}, expected {expected}");
            }
            if *end > data {
                fail!(FORMAT, "tensor {name:?} ends at byte {end}, the file has {data} behind the header");
            }
            expected = *end;
        }
        if expected != data {
            fail!(FORMAT, "the tensors have {expected} bytes, the file has {data} behind the header");
        }
        Ok(())
    }

    fn order_names(&mut self) -> Result<()> {
        let name = |&i: &usize| self.entries[i].name.as_ref();
        let mut order = list::collect(0..self.entries.len())?;
        order.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        if let Some(twice) = order.windows(2).find(|pair| name(&pair[0]) == name(&pair[1])) {
            fail!(FORMAT, "the name {:?} stands twice in the header", shortened(name(&twice[0])));
        }
        self.by_name = order;
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&Entry<'a>> {
        let place = self.by_name.binary_search_by(|&i| self.entries[i].name.as_ref().cmp(name)).ok()?;
        Some(&self.entries[self.by_name[place]])
    }
}

fn entry<'a>(reader: &mut Reader<'a>, name: Cow<'a, str>) -> Result<Entry<'a>> {
    let (mut dtype, mut shape, mut offsets) = (None, None, None);
    let twice = |field: &str, is: bool| {
        if is {
            fail!(FORMAT, "tensor {:?} has {field} twice", shortened(&name));
        }
        Ok(())
    };
    reader.object(|reader, field| match field.as_ref() {
        "dtype" => {
            twice("dtype", dtype.is_some())?;
            dtype = Some(reader.text("the name of a dtype")?);
            Ok(())
        }
        "shape" => {
            twice("shape", shape.is_some())?;
            let (mut sizes, mut n) = ([0; MAX_RANK], 0);
            reader.array(|reader| {
                let size = reader.unsigned("a size")?;
                match (sizes.get_mut(n), i64::try_from(size)) {
                    (Some(place), Ok(size)) => *place = size,
                    (None, _) => fail!(FORMAT, "tensor {:?} has more than {MAX_RANK} dimensions", shortened(&name)),
                    (_, Err(_)) => fail!(FORMAT, "tensor {:?} has the size {size}, beyond 63 bits", shortened(&name)),
                }
                n += 1;
                Ok(())
            })?;
            let sizes: Dims = list::short(sizes[..n].iter().copied())?;
            shape = Some(sizes);
            Ok(())
        }
        "data_offsets" => {
            twice("data_offsets", offsets.is_some())?;
            let (mut both, mut n) = ([0; 2], 0);
            reader.array(|reader| {
                let offset = reader.unsigned("an offset")?;
                if n < 2 {
                    both[n] = offset;
                }
                n += 1;
                Ok(())
            })?;
            if n != 2 {
                fail!(FORMAT, "tensor {:?} has {n} data_offsets, expected 2", shortened(&name));
            }
            offsets = Some(both);
            Ok(())
        }
        _ => reader.skip(),
    })?;
    let (Some(dtype), Some(shape), Some([begin, end])) = (dtype, shape, offsets) else {
        fail!(FORMAT, "tensor {:?} lacks one of dtype, shape and data_offsets", shortened(&name));
    };
    let entry = Entry { name, dtype, shape, begin, end };
    entry.check()?;
    Ok(entry)
}

impl Entry<'_> {
    fn tendon(&self) -> Option<DType> {
        DTYPES.iter().find(|(name, _)| *name == self.dtype).map(|(_, dtype)| *dtype)
    }

    /// The offsets are in order and as far apart as dtype and shape say. Of a dtype that nobody knows, nothing is known.
    fn check(&self) -> Result<()> {
        let Entry { shape, begin, end, .. } = self;
        let (name, dtype) = (shortened(&self.name), shortened(&self.dtype));
        let Some(nbytes) = end.checked_sub(*begin) else {
            fail!(FORMAT, "tensor {name:?} ends at byte {end}, before its beginning at {begin}");
        };
        let numel = match checked_numel(shape) {
            Ok(numel) => numel as u128,
            Err(e) => fail!(FORMAT, "tensor {name:?}: {}", e.message()),
        };
        let bits = match self.tendon() {
            Some(known) => known.size() as u128 * 8,
            None => match OTHERS.iter().find(|(name, _)| *name == self.dtype) {
                Some((_, bits)) => *bits as u128,
                None => return Ok(()),
            },
        };
        if numel * bits != nbytes as u128 * 8 {
            fail!(
                FORMAT,
                "tensor {name:?} is {dtype} of shape {shape:?}, {} bytes, its data_offsets {begin} and {end} hold {nbytes}",
                (numel * bits).div_ceil(8)
            );
        }
        Ok(())
    }

    fn load(&self, source: &Source, data: u64, stats: &mut LoadStats) -> Result<Tensor> {
        cancel::check()?;
        let Some(dtype) = self.tendon() else {
            fail!(
                UNSUPPORTED,
                "tensor {:?} is {}, a dtype that Tendon lacks: name the others in options.names",
                shortened(&self.name),
                shortened(&self.dtype)
            );
        };
        let storage = source.storage(data + self.begin, (self.end - self.begin) as usize, dtype, stats)?;
        Tensor::new(storage, Layout::contiguous(&self.shape), dtype)
    }
}

// ---- loading ----

/// Mapped unless the caller wants otherwise.
pub fn load(path: &Path, load: &Load) -> Result<TensorDict> {
    let source = Source::open(path, load.mmap.unwrap_or(true))?;
    let loaded = if is_index(path, &source)? { load_sharded(path, &source, load) } else { load_one(&source, load) };
    load.finish(loaded.map_err(|e| within(path, e))?)
}

/// By its name, or because it is JSON from its first byte on: in a file with tensors, byte 7 of the length is 0.
fn is_index(path: &Path, source: &Source) -> Result<bool> {
    if path.as_os_str().as_encoded_bytes().ends_with(b".index.json") {
        return Ok(true);
    }
    let mut begin = [0; 8];
    if source.len() < 8 {
        return Ok(false);
    }
    source.read_at(0, &mut begin)?;
    Ok(begin.trim_ascii_start().first() == Some(&b'{') && !begin.contains(&0))
}

fn load_one(source: &Source, load: &Load) -> Result<TensorDict> {
    let (text, data) = header_text(source)?;
    let header = Header::parse(&text, source.len() - data)?;
    let mut dict = TensorDict::default();
    for name in load.pick(header.entries.iter().map(|entry| entry.name.as_ref()))? {
        if let Some(entry) = header.get(name).filter(|_| dict.get(name).is_none()) {
            let tensor = entry.load(source, data, &mut dict.stats)?;
            dict.add(name, tensor)?;
        }
    }
    add_metadata(&mut dict, &header.metadata)?;
    Ok(dict)
}

/// What is there already stays.
fn add_metadata(dict: &mut TensorDict, metadata: &[(Cow<str>, Cow<str>)]) -> Result<()> {
    for (key, value) in metadata {
        if dict.metadata_of(key).is_none() {
            dict.set_metadata(key, value)?;
        }
    }
    Ok(())
}

// ---- models in several files ----

/// `{"metadata": {…}, "weight_map": {"name": "file", …}}`
struct Index<'a> {
    metadata: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Name and file, in the order of the index.
    weights: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Places of the weights, ordered by name.
    by_name: Vec<usize>,
}

impl<'a> Index<'a> {
    fn parse(text: &'a str) -> Result<Index<'a>> {
        let mut index = Index { metadata: Vec::new(), weights: Vec::new(), by_name: Vec::new() };
        let (mut has_weights, mut has_metadata) = (false, false);
        let mut reader = Reader::new(text);
        reader.object(|reader, key| match key.as_ref() {
            "weight_map" if !std::mem::replace(&mut has_weights, true) => reader.object(|reader, name| {
                let file = reader.text("the name of a file")?;
                check_file(&file)?;
                list::push(&mut index.weights, (name, file))
            }),
            "metadata" if !std::mem::replace(&mut has_metadata, true) => reader.object(|reader, key| {
                if reader.is_nested() {
                    return reader.skip();
                }
                let value = reader.scalar()?;
                list::push(&mut index.metadata, (key, value))
            }),
            "weight_map" | "metadata" => fail!(FORMAT, "{key} stands twice in the index"),
            _ => reader.skip(),
        })?;
        reader.end()?;
        if !has_weights {
            fail!(FORMAT, "the index has no weight_map");
        }
        index.order_names()?;
        Ok(index)
    }

    fn order_names(&mut self) -> Result<()> {
        let name = |&i: &usize| self.weights[i].0.as_ref();
        let mut order = list::collect(0..self.weights.len())?;
        order.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        if let Some(twice) = order.windows(2).find(|pair| name(&pair[0]) == name(&pair[1])) {
            fail!(FORMAT, "the name {:?} stands twice in the index", shortened(name(&twice[0])));
        }
        self.by_name = order;
        Ok(())
    }

    fn file_of(&self, name: &str) -> Option<&str> {
        let place = self.by_name.binary_search_by(|&i| self.weights[i].0.as_ref().cmp(name)).ok()?;
        Some(&self.weights[self.by_name[place]].1)
    }
}

/// In bytes, on every file system.
const LONGEST_FILE_NAME: usize = 255;

/// A file beside the index and nowhere else.
fn check_file(file: &str) -> Result<()> {
    if file.is_empty() || file == "." || file == ".." || file.contains(['/', '\\', '\0']) {
        fail!(FORMAT, "the index names the file {:?}, expected a plain name in its own folder", shortened(file));
    }
    if file.len() > LONGEST_FILE_NAME {
        let len = file.len();
        fail!(FORMAT, "the index names a file with {len} bytes, at most {LONGEST_FILE_NAME} are possible");
    }
    Ok(())
}

fn load_sharded(path: &Path, source: &Source, load: &Load) -> Result<TensorDict> {
    if source.len() > MAX_HEADER {
        fail!(FORMAT, "the index has {} bytes, at most {MAX_HEADER} are expected", source.len());
    }
    let text = text_at(source, 0, source.len() as usize)?;
    let index = Index::parse(&text)?;
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    for name in load.pick(index.weights.iter().map(|(name, _)| name.as_ref()))? {
        if let Some(file) = index.file_of(name) {
            list::push(&mut wanted, (name, file))?;
        }
    }
    // File by file, so that few are open at a time; the order of the tensors stays that of the names.
    let mut order = list::collect(0..wanted.len())?;
    order.sort_unstable_by_key(|&i| (wanted[i].1, i));
    let mut tensors = list::collect(wanted.iter().map(|_| None))?;
    let mut dict = TensorDict::default();
    add_metadata(&mut dict, &index.metadata)?;
    for group in order.chunk_by(|&a, &b| wanted[a].1 == wanted[b].1) {
        let file = wanted[group[0]].1;
        let shard = path.with_file_name(file);
        let opened = Source::open(&shard, load.mmap.unwrap_or(true))?;
        let mut read = || {
            let (text, data) = header_text(&opened)?;
            let header = Header::parse(&text, opened.len() - data)?;
            check_owners(&header, &index, file)?;
            for &i in group {
                let Some(entry) = header.get(wanted[i].0) else {
                    fail!(FORMAT, "the index says that tensor {:?} is here, it is not", shortened(wanted[i].0));
                };
                tensors[i] = Some(entry.load(&opened, data, &mut dict.stats)?);
            }
            add_metadata(&mut dict, &header.metadata)
        };
        read().map_err(|e| within(Path::new(file), e))?;
    }
    for ((name, _), tensor) in wanted.into_iter().zip(tensors) {
        if let Some(tensor) = tensor.filter(|_| dict.get(name).is_none()) {
            dict.add(name, tensor)?;
        }
    }
    Ok(dict)
}

/// No tensor stands in two files. Those that the index does not list are left aside.
fn check_owners(header: &Header, index: &Index, file: &str) -> Result<()> {
    for entry in &header.entries {
        if let Some(owner) = index.file_of(&entry.name).filter(|&owner| owner != file) {
            fail!(
                FORMAT,
                "tensor {:?} is here too, the index says that it is in {:?}",
                shortened(&entry.name),
                shortened(owner)
            );
        }
    }
    Ok(())
}

// ---- saving ----

/// The bytes are those of the reference writer for the same tensors: ordered by alignment, then by name; the elements
/// begin at a multiple of 8.
pub fn save(path: &Path, dict: &TensorDict) -> Result<()> {
    let mut order = list::with_room(dict.len())?;
    for (name, tensor) in dict.iter() {
        if name == METADATA {
            fail!(INVALID_ARGUMENT, "the dict has a tensor named {METADATA}, which the format keeps for metadata");
        }
        let Some(rank) = DTYPES.iter().position(|(_, dtype)| *dtype == tensor.dtype()) else {
            fail!(INTERNAL, "safetensors has no name for {}", tensor.dtype());
        };
        order.push((rank, name, tensor));
    }
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let header = written_header(dict, &order).map_err(|e| io_error("save", path, &e))?;
    if header.len() as u64 > MAX_HEADER {
        fail!(UNSUPPORTED, "the header would have {} bytes, readers take at most {MAX_HEADER}", header.len());
    }
    save::atomically(path, |out| {
        put(out, &(header.len() as u64).to_le_bytes(), path)?;
        put(out, &header, path)?;
        order.iter().try_for_each(|(_, _, tensor)| put_elements(out, tensor, path))
    })
}

fn written_header(dict: &TensorDict, order: &[(usize, &str, &Tensor)]) -> std::io::Result<Vec<u8>> {
    let mut out = Room::default();
    out.write_all(b"{")?;
    let mut comma: &[u8] = b"";
    if dict.metadata_len() > 0 {
        write!(out, "\"{METADATA}\":{{")?;
        for (key, value) in dict.metadata() {
            out.write_all(comma)?;
            json::write_text(&mut out, key)?;
            out.write_all(b":")?;
            json::write_text(&mut out, value)?;
            comma = b",";
        }
        out.write_all(b"}")?;
    }
    let mut begin = 0u64;
    for (rank, name, tensor) in order {
        // A broadcast tensor can have more bytes than a number holds.
        let nbytes = (tensor.numel() as u64).checked_mul(tensor.dtype().size() as u64);
        let Some(end) = nbytes.and_then(|nbytes| begin.checked_add(nbytes)) else {
            return Err(std::io::Error::from(std::io::ErrorKind::OutOfMemory));
        };
        out.write_all(comma)?;
        json::write_text(&mut out, name)?;
        write!(out, ":{{\"dtype\":\"{}\",\"shape\":[", DTYPES[*rank].0)?;
        for (i, size) in tensor.shape().iter().enumerate() {
            write!(out, "{}{size}", if i == 0 { "" } else { "," })?;
        }
        write!(out, "],\"data_offsets\":[{begin},{end}]}}")?;
        (begin, comma) = (end, b",");
    }
    out.write_all(b"}")?;
    let mut header = out.0;
    let padding = header.len().next_multiple_of(8) - header.len();
    header.try_reserve(padding).map_err(|_| std::io::ErrorKind::OutOfMemory)?;
    header.resize(header.len() + padding, b' ');
    Ok(header)
}

#[cfg(test)]
#[path = "safetensors_tests.rs"]
mod tests;
