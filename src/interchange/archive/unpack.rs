//! The bytes of an entry: unpacked piece by piece, and checked.

use super::{CHUNK, Entry, Method};
use crate::error::{Error, Result, status};
use crate::interchange::dict::shortened;
use crate::interchange::map::Source;
use crate::{fail, list};
use crc32fast::Hasher;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

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
