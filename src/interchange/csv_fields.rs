//! The fields of a file of text, one after the other, and where in it they are.

use super::dict::shortened;
use super::map::Source;
use crate::cpu::cancel;
use crate::error::{Error, Result, status};
use crate::list;
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

/// What is read from the file at a time.
const CHUNK: usize = 1 << 18;
/// A longer field is none: most likely a quote that nothing closes.
const LONGEST: usize = 1 << 20;

/// Splits a file at delimiters and line ends (`\n`, `\r`, `\r\n`), with fields in quotes; empty lines are none.
pub struct Fields<'a> {
    source: &'a Source,
    reader: Reader,
    /// How far the file was read.
    at: u64,
    buffer: Vec<u8>,
    /// What of the buffer is still to be split.
    first: usize,
    /// The last field, without quotes.
    field: Vec<u8>,
    /// In its row, which field the next is.
    column: usize,
}

/// One field, until the next.
pub struct Field {
    len: usize,
    /// Where it begins in the file; the first one of a row: before the line ends that come before it.
    from: u64,
    /// Counted from 0.
    pub column: usize,
    pub ends_row: bool,
}

impl<'a> Fields<'a> {
    /// After a byte order mark and `skip` lines.
    pub fn new(source: &'a Source, delimiter: u8, skip: u64) -> Result<Fields<'a>> {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        let room = source.len().min(CHUNK as u64) as usize;
        let (buffer, mut field) = (list::with_room(room)?, list::with_room(256)?);
        field.resize(256, 0);
        let mut fields = Fields { source, reader, at: 0, buffer, first: 0, field, column: 0 };
        fields.refill()?;
        if fields.buffer.starts_with(b"\xef\xbb\xbf") {
            fields.first = 3;
        }
        for _ in 0..skip {
            if !fields.skip_line()? {
                break;
            }
        }
        Ok(fields)
    }

    fn refill(&mut self) -> Result<()> {
        cancel::check()?;
        let n = (self.source.len() - self.at).min(CHUNK as u64) as usize;
        self.buffer.resize(n, 0);
        self.source.read_at(self.at, &mut self.buffer)?;
        self.at += n as u64;
        self.first = 0;
        Ok(())
    }

    /// Where what is still to be split begins in the file.
    fn position(&self) -> u64 {
        self.at - (self.buffer.len() - self.first) as u64
    }

    /// False at the end of the file.
    fn skip_line(&mut self) -> Result<bool> {
        while self.first < self.buffer.len() {
            let rest = &self.buffer[self.first..];
            let end = rest.iter().position(|&b| matches!(b, b'\n' | b'\r'));
            let cr = end.is_some_and(|end| rest[end] == b'\r');
            self.first += end.map_or(rest.len(), |end| end + 1);
            if self.first == self.buffer.len() {
                self.refill()?;
            }
            // CR and LF are one end.
            if cr && self.buffer.get(self.first) == Some(&b'\n') {
                self.first += 1;
                if self.first == self.buffer.len() {
                    self.refill()?;
                }
            }
            if end.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The next field; none at the end of the file.
    pub fn next(&mut self) -> Result<Option<Field>> {
        let (from, column, mut len) = (self.position(), self.column, 0);
        loop {
            // Nothing more to split tells the reader that this is the end.
            if self.first == self.buffer.len() && self.at < self.source.len() {
                self.refill()?;
            }
            let (result, taken, given) = self.reader.read_field(&self.buffer[self.first..], &mut self.field[len..]);
            self.first += taken;
            len += given;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    if len >= LONGEST {
                        let field = Field { len: 0, from, column, ends_row: false };
                        return Err(self.at(&field, None, "the field has more than 1048576 bytes"));
                    }
                    if self.field.try_reserve_exact(len).is_err() {
                        return Err(Error::out_of_memory(2 * len));
                    }
                    self.field.resize(2 * len, 0);
                }
                ReadFieldResult::Field { record_end } => {
                    self.column = if record_end { 0 } else { column + 1 };
                    return Ok(Some(Field { len, from, column, ends_row: record_end }));
                }
                ReadFieldResult::End => return Ok(None),
            }
        }
    }

    /// What stands in the field that came last.
    pub fn text(&self, field: &Field) -> Result<&str> {
        match std::str::from_utf8(&self.field[..field.len]) {
            Ok(text) => Ok(text),
            Err(_) => Err(self.at(field, None, "the text is not UTF-8")),
        }
    }

    pub fn wrong(&self, what: &str) -> Error {
        Error::new(status::FORMAT, format!("{} {what}", self.source.path().display()))
    }

    /// The error of a column that is wanted and not there.
    pub fn lacks(&self, name: &str) -> Error {
        let path = self.source.path().display();
        Error::new(status::NOT_FOUND, format!("{path} has no column {:?}", shortened(name)))
    }

    /// An error with the line and the place of a field.
    pub fn at(&self, field: &Field, name: Option<&String>, what: &str) -> Error {
        let named = name.map_or(String::new(), |name| format!(" ({:?})", shortened(name)));
        let line = match self.line(field) {
            Ok(line) => line,
            Err(error) => return error,
        };
        self.wrong(&format!("is no table of numbers: line {line}, field {}{named}: {what}", field.column + 1))
    }

    /// The line, from 1 on, in which a field begins. Counted only when something is wrong.
    fn line(&self, field: &Field) -> Result<u64> {
        let mut bytes = list::with_room(self.source.len().min(CHUNK as u64) as usize)?;
        let (mut at, mut line, mut before) = (0, 1, 0);
        while at < self.source.len() {
            bytes.resize((self.source.len() - at).min(CHUNK as u64) as usize, 0);
            self.source.read_at(at, &mut bytes)?;
            for &byte in &bytes {
                if at >= field.from && (field.column > 0 || !matches!(byte, b'\r' | b'\n')) {
                    return Ok(line);
                }
                line += (byte == b'\r' || (byte == b'\n' && before != b'\r')) as u64;
                before = byte;
                at += 1;
            }
        }
        Ok(line)
    }
}
