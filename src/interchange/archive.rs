//! Zip archives, which .npz and PyTorch's .pt are: entries by name, each the bytes of a file of its own.
//!
//! Read by hand, since what is asked of a hostile file is more than unpacking: every allocation can fail, entries must
//! neither repeat a name nor share bytes, and the place of an entry that is not compressed is wanted for mapping. An
//! entry's name is a key and nothing else; it never becomes a path.

use super::map::Source;
use super::save::{self, Target};
use super::{dict::shortened, io_error};
use crate::error::{Error, Result, status};
use crate::{fail, list};
use crc32fast::Hasher;
use indexmap::IndexMap;
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use std::io::{Seek, SeekFrom};
use std::path::Path;

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

// ---- the bytes of an entry ----

impl Entry {
    /// All of its bytes, which are at most `most`, checked.
    pub fn whole(&self, source: &Source, name: &str, most: usize) -> Result<Vec<u8>> {
        if self.size > most as u64 {
            let path = source.path().display();
            fail!(FORMAT, "{path}: its entry {:?} has {} bytes, at most {most} are read", shortened(name), self.size);
        }
        let mut bytes = list::with_room(self.size as usize)?;
        let mut reader = Reader::new(source, name, self)?;
        while bytes.len() < self.size as usize {
            let (done, n) = (bytes.len(), (self.size as usize - bytes.len()).min(CHUNK));
            bytes.resize(done + n, 0);
            reader.fill(&mut bytes[done..])?;
        }
        reader.finish()?;
        Ok(bytes)
    }
}

/// Unpacks the bytes of an entry, one after the other.
pub struct Reader<'a> {
    source: &'a Source,
    name: &'a str,
    entry: &'a Entry,
    /// Of the packed bytes: how many were read from the file.
    taken: u64,
    given: u64,
    crc: Hasher,
    /// What was read and not yet unpacked, from `first` on.
    packed: Vec<u8>,
    first: usize,
    /// One for a deflated entry, else none: a list can be had without memory being an abort.
    inflate: Vec<InflateState>,
}

impl<'a> Reader<'a> {
    pub fn new(source: &'a Source, name: &'a str, entry: &'a Entry) -> Result<Reader<'a>> {
        let (mut packed, mut unpacker) = (Vec::new(), Vec::new());
        match entry.method {
            Method::Stored => {}
            Method::Deflated => {
                packed = list::with_room(CHUNK)?;
                unpacker = list::with_room(1)?;
                unpacker.push(InflateState::new(DataFormat::Raw));
            }
            Method::Other(number) => fail!(
                UNSUPPORTED,
                "{}: its entry {:?} is compressed by method {number}, only stored (0) and deflated (8) are read",
                source.path().display(),
                shortened(name)
            ),
        }
        Ok(Reader { source, name, entry, taken: 0, given: 0, crc: Hasher::new(), packed, first: 0, inflate: unpacker })
    }

    fn wrong(&self, what: &str) -> Error {
        let (path, name) = (self.source.path().display(), shortened(self.name));
        Error::new(status::FORMAT, format!("{path}: its entry {name:?} {what}"))
    }

    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.entry.size - self.given
    }

    /// The next bytes. FORMAT when there are not so many.
    pub fn fill(&mut self, into: &mut [u8]) -> Result<()> {
        if into.len() as u64 > self.left() {
            let at = self.given;
            return Err(self.wrong(&format!("has {} bytes, {} from {at} on are wanted", self.entry.size, into.len())));
        }
        if self.inflate.is_empty() {
            self.source.read_at(self.entry.at + self.given, into)?;
        } else {
            self.unpack(into)?;
        }
        self.given += into.len() as u64;
        self.crc.update(into);
        Ok(())
    }

    fn unpack(&mut self, into: &mut [u8]) -> Result<()> {
        let mut done = 0;
        while done < into.len() {
            self.refill()?;
            let Some(state) = self.inflate.first_mut() else { fail!(INTERNAL, "a deflated entry has an unpacker") };
            let step = inflate(state, &self.packed[self.first..], &mut into[done..], MZFlush::None);
            self.first += step.bytes_consumed;
            done += step.bytes_written;
            let stuck = step.bytes_consumed == 0 && step.bytes_written == 0;
            match step.status {
                Ok(MZStatus::Ok) if !stuck => {}
                Ok(MZStatus::StreamEnd) if done == into.len() => {}
                Err(MZError::Buf) if !stuck => {}
                _ => {
                    let at = self.given + done as u64;
                    let size = self.entry.size;
                    return Err(self.wrong(&format!("is damaged: unpacking ends at byte {at} of {size}")));
                }
            }
        }
        Ok(())
    }

    fn refill(&mut self) -> Result<()> {
        if self.first < self.packed.len() {
            return Ok(());
        }
        let n = (self.entry.packed - self.taken).min(CHUNK as u64) as usize;
        self.packed.resize(n, 0);
        self.source.read_at(self.entry.at + self.taken, &mut self.packed)?;
        self.taken += n as u64;
        self.first = 0;
        Ok(())
    }

    /// Whether what came out are the bytes that were packed, all of them.
    pub fn finish(self) -> Result<()> {
        if self.left() > 0 {
            return Err(self.wrong(&format!("has {} bytes after the last that is wanted", self.left())));
        }
        let (expected, got) = (self.entry.crc, self.crc.clone().finalize());
        if got != expected {
            return Err(self.wrong(&format!("is damaged: its checksum is {got:08x}, expected {expected:08x}")));
        }
        Ok(())
    }
}

// ---- writing ----

/// Writes an archive, entry by entry.
pub struct Writer<'a> {
    out: &'a mut Target,
    path: &'a Path,
    at: u64,
    /// The directory so far.
    central: Vec<u8>,
    entries: u64,
}

/// Where the bytes of the entry that is being written go.
pub struct Sink<'a> {
    out: &'a mut Target,
    path: &'a Path,
    crc: Hasher,
    size: u64,
    packed: u64,
    pack: Option<CompressorOxide>,
    buffer: Vec<u8>,
}

impl<'a> Writer<'a> {
    /// `path` is for words only.
    pub fn new(out: &'a mut Target, path: &'a Path) -> Writer<'a> {
        Writer { out, path, at: 0, central: Vec::new(), entries: 0 }
    }

    /// Writes the entry `name`, whose `size` bytes `body` puts out; those of a stored entry begin at a multiple of
    /// `align` in the file, a power of two up to 4096.
    pub fn entry(
        &mut self,
        name: &str,
        size: u64,
        compress: bool,
        align: u16,
        body: impl FnOnce(&mut Sink) -> Result<()>,
    ) -> Result<()> {
        let Ok(name_len) = u16::try_from(name.len()) else {
            fail!(INVALID_ARGUMENT, "the name {:?}... has {} bytes, at most 65535 fit", shortened(name), name.len());
        };
        // Incompressible data grows a little.
        let wide = size >= (ELSEWHERE_32 - (ELSEWHERE_32 >> 8)) as u64;
        let method: u16 = if compress { 8 } else { 0 };
        let extra = extra_fields(self.at + 30 + name_len as u64, wide, if compress { 1 } else { align });
        let header = |crc: u32, packed: u64, size: u64| -> Result<Vec<u8>> {
            let mut bytes = list::with_room(30 + name.len() + extra.len())?;
            let short = |n: u64| if wide { ELSEWHERE_32 } else { n as u32 };
            bytes.extend(LOCAL.to_le_bytes());
            bytes.extend(common(wide, method, crc, short(packed), short(size), name_len, extra.len() as u16));
            bytes.extend(name.as_bytes());
            bytes.extend(&extra);
            if wide {
                let numbers = 30 + name.len() + 4;
                bytes[numbers..numbers + 8].copy_from_slice(&size.to_le_bytes());
                bytes[numbers + 8..numbers + 16].copy_from_slice(&packed.to_le_bytes());
            }
            Ok(bytes)
        };
        let first = header(0, 0, 0)?;
        save::put(self.out, &first, self.path)?;
        let mut sink = Sink::new(self.out, self.path, compress)?;
        body(&mut sink)?;
        let (crc, packed, written) = sink.finish()?;
        if written != size || (!wide && packed >= ELSEWHERE_32 as u64) {
            fail!(INTERNAL, "an entry of {size} bytes got {written}, packed {packed}");
        }
        let end = self.at + first.len() as u64 + packed;
        let failed = |e| io_error("save", self.path, &e);
        self.out.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        save::put(self.out, &header(crc, packed, size)?, self.path)?;
        self.out.seek(SeekFrom::Start(end)).map_err(failed)?;
        self.list(name, method, crc, packed, size)?;
        self.at = end;
        Ok(())
    }

    /// Adds the entry at `self.at` to the directory.
    fn list(&mut self, name: &str, method: u16, crc: u32, packed: u64, size: u64) -> Result<()> {
        let limit = ELSEWHERE_32 as u64;
        let wide = size >= limit || packed >= limit || self.at >= limit;
        let extra: u16 = if wide { 4 + 24 } else { 0 };
        let room = 46 + name.len() + extra as usize;
        self.central.try_reserve(room).map_err(|_| Error::out_of_memory(self.central.len() + room))?;
        let short = |n: u64| if wide { ELSEWHERE_32 } else { n as u32 };
        let central = &mut self.central;
        central.extend(CENTRAL.to_le_bytes());
        central.extend(version(wide).to_le_bytes());
        central.extend(common(wide, method, crc, short(packed), short(size), name.len() as u16, extra));
        // No comment, disk 0, no attributes.
        central.extend([0; 2 + 2 + 2 + 4]);
        central.extend(short(self.at).to_le_bytes());
        central.extend(name.as_bytes());
        if wide {
            central.extend(EXTRA_64.to_le_bytes());
            central.extend(24u16.to_le_bytes());
            [size, packed, self.at].iter().for_each(|n| central.extend(n.to_le_bytes()));
        }
        self.entries += 1;
        Ok(())
    }

    /// Writes the directory. Without it there is no archive.
    pub fn finish(self) -> Result<()> {
        let (at, size, entries) = (self.at, self.central.len() as u64, self.entries);
        save::put(self.out, &self.central, self.path)?;
        let limit = ELSEWHERE_32 as u64;
        let wide = at >= limit || size >= limit || entries >= ELSEWHERE_16 as u64;
        let mut end = list::with_room(56 + 20 + 22)?;
        if wide {
            end.extend(END_64.to_le_bytes());
            end.extend(44u64.to_le_bytes());
            end.extend([version(true), version(true)].iter().flat_map(|v| v.to_le_bytes()));
            end.extend([0; 8]);
            [entries, entries, size, at].iter().for_each(|n| end.extend(n.to_le_bytes()));
            end.extend(LOCATOR_64.to_le_bytes());
            end.extend([0; 4]);
            end.extend((at + size).to_le_bytes());
            end.extend(1u32.to_le_bytes());
        }
        let count = if wide { ELSEWHERE_16 } else { entries as u16 };
        let short = |n: u64| if wide { ELSEWHERE_32 } else { n as u32 };
        end.extend(END.to_le_bytes());
        end.extend([0; 4]);
        end.extend([count, count].iter().flat_map(|n| n.to_le_bytes()));
        end.extend([short(size), short(at)].iter().flat_map(|n| n.to_le_bytes()));
        end.extend([0; 2]);
        save::put(self.out, &end, self.path)
    }
}

/// The version of the format that a reader needs.
fn version(wide: bool) -> u16 {
    if wide { 45 } else { 20 }
}

/// What the two headers of an entry share, from the version to the lengths.
fn common(wide: bool, method: u16, crc: u32, packed: u32, size: u32, name: u16, extra: u16) -> [u8; 26] {
    const UTF_8: u16 = 1 << 11;
    // 1 January 1980, the first day that a zip archive knows: the same tensors make the same file.
    const DATE: u16 = 1 << 5 | 1;
    let mut bytes = [0; 26];
    let shorts = [(0, version(wide)), (2, UTF_8), (4, method), (6, 0), (8, DATE), (22, name), (24, extra)];
    for (at, number) in shorts {
        bytes[at..at + 2].copy_from_slice(&number.to_le_bytes());
    }
    for (at, number) in [(10, crc), (14, packed), (18, size)] {
        bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

/// Extra fields after which a multiple of `align` is reached, from `at` on; with room for two 64-bit sizes if `wide`.
fn extra_fields(at: u64, wide: bool, align: u16) -> Vec<u8> {
    let mut extra = Vec::new();
    if wide {
        extra.extend(EXTRA_64.to_le_bytes());
        extra.extend(16u16.to_le_bytes());
        extra.extend([0; 16]);
    }
    let align = align as u64;
    if !(at + extra.len() as u64).is_multiple_of(align) {
        // Id, length, the alignment, zeros.
        let least = at + extra.len() as u64 + 6;
        let zeros = least.next_multiple_of(align) - least;
        extra.extend(EXTRA_ALIGN.to_le_bytes());
        extra.extend((2 + zeros as u16).to_le_bytes());
        extra.extend((align as u16).to_le_bytes());
        extra.resize(extra.len() + zeros as usize, 0);
    }
    extra
}

impl<'a> Sink<'a> {
    fn new(out: &'a mut Target, path: &'a Path, compress: bool) -> Result<Sink<'a>> {
        let (mut pack, mut buffer) = (None, Vec::new());
        if compress {
            // The packer allocates what it needs without asking: here it is known that there is so much.
            drop(list::with_room::<u8>(1 << 20)?);
            // Level 6 and a raw stream, as NumPy's archives have it.
            pack = Some(CompressorOxide::new(create_comp_flags_from_zip_params(6, -15, 0)));
            buffer = list::with_room(CHUNK)?;
            buffer.resize(CHUNK, 0);
        }
        Ok(Sink { out, path, crc: Hasher::new(), size: 0, packed: 0, pack, buffer })
    }

    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        if self.pack.is_some() {
            return self.deflate(bytes, MZFlush::None);
        }
        self.packed += bytes.len() as u64;
        save::put(self.out, bytes, self.path)
    }

    fn deflate(&mut self, mut bytes: &[u8], flush: MZFlush) -> Result<()> {
        let Some(pack) = &mut self.pack else { return Ok(()) };
        loop {
            let step = deflate(pack, bytes, &mut self.buffer, flush);
            bytes = &bytes[step.bytes_consumed..];
            self.packed += step.bytes_written as u64;
            save::put(self.out, &self.buffer[..step.bytes_written], self.path)?;
            match (step.status, flush) {
                (Ok(MZStatus::StreamEnd), _) => return Ok(()),
                (_, MZFlush::None) if bytes.is_empty() => return Ok(()),
                (Ok(_), _) if step.bytes_consumed + step.bytes_written > 0 => {}
                (outcome, _) => fail!(INTERNAL, "the packer answers {outcome:?}"),
            }
        }
    }

    /// The checksum, and how many bytes went out and in.
    fn finish(mut self) -> Result<(u32, u64, u64)> {
        self.deflate(&[], MZFlush::Finish)?;
        Ok((self.crc.finalize(), self.packed, self.size))
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
