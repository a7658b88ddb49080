//! Writing an archive, entry by entry.

use super::{CENTRAL, CHUNK, ELSEWHERE_16, ELSEWHERE_32, END, END_64, EXTRA_64, EXTRA_ALIGN, LOCAL, LOCATOR_64};
use crate::error::{Error, Result};
use crate::interchange::dict::shortened;
use crate::interchange::io_error;
use crate::interchange::save::{self, Target};
use crate::{fail, list};
use crc32fast::Hasher;
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::stream::deflate;
use miniz_oxide::{MZFlush, MZStatus};
use std::io::{Seek, SeekFrom};
use std::path::Path;

/// Writes an archive, entry by entry.
pub struct Writer<'a> {
    pub(super) out: &'a mut Target,
    path: &'a Path,
    pub(super) at: u64,
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
    /// One where the entry is to be packed. In a list, for its 64 KiB are too many for small stacks.
    pack: Vec<CompressorOxide>,
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
pub(super) fn extra_fields(at: u64, wide: bool, align: u16) -> Vec<u8> {
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

/// In a frame of its own, which only packing needs.
#[inline(never)]
fn packer() -> Result<Vec<CompressorOxide>> {
    // It allocates what it needs without asking: here it is known that there is so much.
    drop(list::with_room::<u8>(1 << 20)?);
    let mut pack = list::with_room(1)?;
    // Level 6 and a raw stream, as NumPy's archives have it.
    pack.push(CompressorOxide::new(create_comp_flags_from_zip_params(6, -15, 0)));
    Ok(pack)
}

impl<'a> Sink<'a> {
    fn new(out: &'a mut Target, path: &'a Path, compress: bool) -> Result<Sink<'a>> {
        let (mut pack, mut buffer) = (Vec::new(), Vec::new());
        if compress {
            pack = packer()?;
            buffer = list::with_room(CHUNK)?;
            buffer.resize(CHUNK, 0);
        }
        Ok(Sink { out, path, crc: Hasher::new(), size: 0, packed: 0, pack, buffer })
    }

    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        if !self.pack.is_empty() {
            return self.deflate(bytes, MZFlush::None);
        }
        self.packed += bytes.len() as u64;
        save::put(self.out, bytes, self.path)
    }

    fn deflate(&mut self, mut bytes: &[u8], flush: MZFlush) -> Result<()> {
        let Some(pack) = self.pack.first_mut() else { return Ok(()) };
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
