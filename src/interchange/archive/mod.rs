//! Zip archives, which .npz and PyTorch's .pt are: entries by name, each the bytes of a file of its own.
//!
//! Read by hand and not by the `zip` crate, which is the judge in the tests: what is asked of a hostile file is more than unpacking: every allocation can fail, entries must
//! neither repeat a name nor share bytes, and the place of an entry that is not compressed is wanted for mapping. An
//! entry's name is a key and nothing else; it never becomes a path.

mod pack;
mod unpack;

pub use pack::{Sink, Writer};
pub use unpack::Reader;

use super::dict::shortened;
use super::map::Source;
use crate::error::{Error, Result, status};
use crate::{fail, list};
use indexmap::IndexMap;

/// What an entry's bytes went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Stored,
    Deflated,
    /// A number of the format's that is not read here.
    Other(u16),
}

/// One file of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: Method,
    /// Where its bytes begin in the archive. Those of a stored entry lie there as they are.
    pub at: u64,
    /// How many they are in the archive.
    pub packed: u64,
    /// How many they are unpacked, as the archive says; not more than `packed` bytes can hold.
    pub size: u64,
    crc: u32,
}

/// What an archive holds, in its order. Every entry lies within the file and shares no byte with another.
#[derive(Debug)]
pub struct Archive {
    entries: IndexMap<String, Entry>,
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// The extra field that holds sizes beyond 32 bits.
const EXTRA_64: u16 = 1;
/// The extra field that moves an entry's bytes to an aligned place.
const EXTRA_ALIGN: u16 = 0xd935;
/// In place of a number that is in the extra field.
const ELSEWHERE_16: u16 = u16::MAX;
const ELSEWHERE_32: u32 = u32::MAX;
/// Deflate makes at most 258 bytes of 2 bits.
const LARGEST_RATIO: u64 = 1032;
/// Longer directories are those of millions of entries, or of files that are mostly holes.
const LONGEST_DIRECTORY: u64 = 1 << 28;
/// What is read and packed at a time.
const CHUNK: usize = 64 << 10;

/// Little-endian numbers one behind the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.0 = self.0.get(n..)?;
        Some(())
    }
}

/// Where the list of the entries is.
struct Directory {
    at: u64,
    size: u64,
    entries: u64,
}

/// An entry as the directory has it.
struct Listed<'a> {
    name: &'a [u8],
    flags: u16,
    /// Where its own header is.
    header: u64,
    entry: Entry,
}

fn broken(source: &Source, what: &str) -> Error {
    Error::new(status::FORMAT, format!("{} is no sound zip archive: {what}", source.path().display()))
}

impl Archive {
    /// Reads the directory and the header of every entry, none of the data.
    pub fn open(source: &Source) -> Result<Archive> {
        let place = directory(source)?;
        let mut bytes = list::with_room(place.size as usize)?;
        bytes.resize(place.size as usize, 0);
        source.read_at(place.at, &mut bytes)?;
        let mut entries = IndexMap::new();
        if entries.try_reserve(place.entries as usize).is_err() {
            return Err(Error::out_of_memory(place.entries as usize * size_of::<(String, Entry)>()));
        }
        let mut spans = list::with_room(place.entries as usize)?;
        let mut fields = Fields(&bytes);
        for _ in 0..place.entries {
            let Some(listed) = listed(&mut fields) else {
                return Err(broken(source, "its directory ends within an entry"));
            };
            let name = match std::str::from_utf8(listed.name) {
                Ok(name) if !name.contains('\0') => name,
                _ => return Err(broken(source, "the name of an entry is not UTF-8, or has a NUL inside")),
            };
            let wrong = |what: &str| broken(source, &format!("its entry {:?} {what}", shortened(name)));
            if listed.flags & 1 != 0 {
                fail!(UNSUPPORTED, "{}: its entry {:?} is encrypted", source.path().display(), shortened(name));
            }
            let (header, mut entry) = (listed.header, listed.entry);
            entry.at = data_of(source, header, listed.name, place.at).ok_or_else(|| wrong("has no header"))??;
            let end = match entry.at.checked_add(entry.packed) {
                Some(end) if end <= place.at => end,
                _ => return Err(wrong(&format!("has {} bytes, more than there are", entry.packed))),
            };
            let fits = match entry.method {
                Method::Stored => entry.size == entry.packed,
                _ => entry.size / LARGEST_RATIO <= entry.packed,
            };
            if !fits {
                return Err(wrong(&format!("cannot hold {} bytes in {}", entry.size, entry.packed)));
            }
            spans.push((header, end));
            if entries.contains_key(name) {
                return Err(wrong("is there twice"));
            }
            entries.insert(owned(name)?, entry);
        }
        if !fields.0.is_empty() {
            return Err(broken(source, "its directory is longer than its entries"));
        }
        spans.sort_unstable();
        if spans.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(broken(source, "entries share bytes"));
        }
        Ok(Archive { entries })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// As [`Archive::get`], with the name as the archive holds it.
    pub fn get_entry(&self, name: &str) -> Option<(&str, &Entry)> {
        self.entries.get_key_value(name).map(|(name, entry)| (name.as_str(), entry))
    }

    /// Names and entries in the order of the directory.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }
}

fn owned(text: &str) -> Result<String> {
    let mut copy = String::new();
    if copy.try_reserve_exact(text.len()).is_err() {
        return Err(Error::out_of_memory(text.len()));
    }
    copy.push_str(text);
    Ok(copy)
}

/// Finds the directory by the record at the file's end.
fn directory(source: &Source) -> Result<Directory> {
    const RECORD: usize = 22;
    // The record's comment ends the file.
    let n = source.len().min((RECORD + u16::MAX as usize) as u64) as usize;
    let start = source.len() - n as u64;
    let mut tail = list::with_room(n)?;
    tail.resize(n, 0);
    source.read_at(start, &mut tail)?;
    let is_end = |&at: &usize| {
        tail[at..].starts_with(&END.to_le_bytes())
            && u16::from_le_bytes([tail[at + 20], tail[at + 21]]) as usize == n - at - RECORD
    };
    let Some(at) = (0..(n + 1).saturating_sub(RECORD)).rev().find(is_end) else {
        return Err(broken(source, "it has no end record"));
    };
    let parse = || {
        let mut fields = Fields(&tail[at + 4..]);
        let disks = (fields.u16()?, fields.u16()?, fields.u16()?);
        let (entries, size, place) = (fields.u16()?, fields.u32()?, fields.u32()?);
        Some((disks, entries, size, place))
    };
    let Some((disks, entries, size, place)) = parse() else {
        return Err(broken(source, "it has no end record"));
    };
    let (end, directory) = if entries == ELSEWHERE_16 || size == ELSEWHERE_32 || place == ELSEWHERE_32 {
        directory_64(source, start + at as u64)?
    } else if disks != (0, 0, entries) {
        return Err(broken(source, "it is one part of several"));
    } else {
        (start + at as u64, Directory { at: place as u64, size: size as u64, entries: entries as u64 })
    };
    let inside = directory.at.checked_add(directory.size).is_some_and(|last| last <= end);
    // Each entry has 46 bytes and a name.
    if !inside || directory.entries > directory.size / 46 {
        let Directory { at, size, entries } = directory;
        return Err(broken(source, &format!("{entries} entries in {size} bytes at {at} do not fit it")));
    }
    if directory.size > LONGEST_DIRECTORY {
        let (path, n) = (source.path().display(), directory.size);
        fail!(UNSUPPORTED, "{path} has a directory of {n} bytes, at most {LONGEST_DIRECTORY} are read");
    }
    Ok(directory)
}

/// The end record in its 64-bit form, before the one at `end`: its place, and what it says.
fn directory_64(source: &Source, end: u64) -> Result<(u64, Directory)> {
    let missing = || broken(source, "its 64-bit end record is missing or wrong");
    let (mut locator, mut record) = ([0; 20], [0; 56]);
    source.read_at(end.checked_sub(20).ok_or_else(missing)?, &mut locator)?;
    let mut fields = Fields(&locator);
    let (Some(LOCATOR_64), Some(0), Some(at), Some(1)) = (fields.u32(), fields.u32(), fields.u64(), fields.u32())
    else {
        return Err(missing());
    };
    if at.checked_add(56 + 20).is_none_or(|last| last > end) {
        return Err(missing());
    }
    source.read_at(at, &mut record)?;
    let mut fields = Fields(&record);
    let mut parse = || {
        let signature = fields.u32()?;
        fields.skip(8 + 2 + 2)?;
        let disks = (fields.u32()?, fields.u32()?);
        let (here, entries) = (fields.u64()?, fields.u64()?);
        let (size, place) = (fields.u64()?, fields.u64()?);
        (signature == END_64 && disks == (0, 0) && here == entries)
            .then_some((at, Directory { at: place, size, entries }))
    };
    parse().ok_or_else(missing)
}

/// The next entry of the directory.
fn listed<'a>(fields: &mut Fields<'a>) -> Option<Listed<'a>> {
    if fields.u32()? != CENTRAL {
        return None;
    }
    fields.skip(4)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.skip(4)?;
    let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name, extra, comment) = (fields.u16()? as usize, fields.u16()? as usize, fields.u16()? as usize);
    fields.skip(8)?;
    let header = fields.u32()?;
    let rest = fields.0;
    fields.skip(name + extra + comment)?;
    let (name, extra) = (rest.get(..name)?, rest.get(name..name + extra)?);
    let mut wide = Fields(wide_field(extra));
    // In this order, and only those that do not fit.
    let mut number = |short: u32| if short == ELSEWHERE_32 { wide.u64() } else { Some(short as u64) };
    let (size, packed, header) = (number(size)?, number(packed)?, number(header)?);
    let method = match method {
        0 => Method::Stored,
        8 => Method::Deflated,
        other => Method::Other(other),
    };
    Some(Listed { name, flags, header, entry: Entry { method, at: 0, packed, size, crc } })
}

/// The 64-bit numbers among the extra fields.
fn wide_field(extra: &[u8]) -> &[u8] {
    let mut fields = Fields(extra);
    while let (Some(id), Some(n)) = (fields.u16(), fields.u16()) {
        let Some(content) = fields.0.get(..n as usize) else { break };
        if id == EXTRA_64 {
            return content;
        }
        fields.0 = &fields.0[n as usize..];
    }
    &[]
}

/// Where the bytes of the entry with that header begin. None where the header is not that of `name`; headers end
/// before `limit`.
fn data_of(source: &Source, header: u64, name: &[u8], limit: u64) -> Option<Result<u64>> {
    const HEADER: usize = 30;
    let end = header.checked_add((HEADER + name.len()) as u64)?;
    if end > limit {
        return None;
    }
    let read = || {
        let mut bytes = list::with_room(HEADER + name.len())?;
        bytes.resize(HEADER + name.len(), 0);
        source.read_at(header, &mut bytes).map(|()| bytes)
    };
    let bytes = match read() {
        Ok(bytes) => bytes,
        Err(error) => return Some(Err(error)),
    };
    let (fixed, own_name) = bytes.split_at(HEADER);
    let mut fields = Fields(fixed);
    let signature = fields.u32()?;
    fields.skip(22)?;
    let (n, extra) = (fields.u16()? as usize, fields.u16()? as u64);
    (signature == LOCAL && n == name.len() && own_name == name).then_some(Ok(end + extra))
}

#[cfg(test)]
mod tests;
