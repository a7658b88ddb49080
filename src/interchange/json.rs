//! JSON as the headers of files have it, pulled out value by value.
//!
//! Why neither `safetensors` nor `serde_json` reads them: both build texts and tables that end the process when there is
//! no memory, as long as a stranger's file says. Besides, `safetensors` wants the file as one `&[u8]`, which a mapping
//! cannot be (another process may write the file), lets the later of two equal names win in silence, and does not say
//! which tensor is wrong. The tests have it as the judge of what is read and written here.

use crate::error::{Error, Result};
use crate::fail;
use std::borrow::Cow;
use std::io::Write;

/// Deeper values are refused, as by most readers.
const MAX_DEPTH: usize = 128;

/// Stands before a value. Each method that takes one stands behind it afterwards.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    /// Calls `each` with every key; it takes the value.
    pub fn object(&mut self, mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.expect(b'{', "an object")?;
        if self.accept(b'}') {
            return Ok(());
        }
        loop {
            let key = self.text("a key")?;
            self.expect(b':', "':'")?;
            each(self, key)?;
            if self.accept(b'}') {
                return Ok(());
            }
            self.expect(b',', "',' or '}'")?;
        }
    }

    /// Calls `each` before every element; it takes the element.
    pub fn array(&mut self, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(b'[', "an array")?;
        if self.accept(b']') {
            return Ok(());
        }
        loop {
            each(self)?;
            if self.accept(b']') {
                return Ok(());
            }
            self.expect(b',', "',' or ']'")?;
        }
    }

    /// `what` names the text in the error of a value that is none.
    pub fn text(&mut self, what: &str) -> Result<Cow<'a, str>> {
        self.expect(b'"', what)?;
        let start = self.at;
        let mut escapes = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escapes = true;
                    self.at += 2;
                }
                Some(0..0x20) | None => return Err(self.unexpected("the end of a text")),
                Some(_) => self.at += 1,
            }
        }
        let raw = &self.text[start..self.at];
        let text = if escapes { Cow::Owned(self.unescaped(raw, start)?) } else { Cow::Borrowed(raw) };
        self.at += 1;
        Ok(text)
    }

    fn unescaped(&self, raw: &str, start: usize) -> Result<String> {
        let mut text = String::new();
        if text.try_reserve_exact(raw.len()).is_err() {
            return Err(Error::out_of_memory(raw.len()));
        }
        let mut rest = raw;
        while let Some(place) = rest.find('\\') {
            let (plain, escape) = rest.split_at(place);
            text.push_str(plain);
            let (c, n) = match escape.as_bytes()[1] {
                c @ (b'"' | b'\\' | b'/') => (Some(c as char), 2),
                b'b' => (Some('\x08'), 2),
                b'f' => (Some('\x0c'), 2),
                b'n' => (Some('\n'), 2),
                b'r' => (Some('\r'), 2),
                b't' => (Some('\t'), 2),
                b'u' => match (utf16(escape, 0), utf16(escape, 6)) {
                    (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                        (char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
                    }
                    (Some(unit), _) => (char::from_u32(unit), 6),
                    (None, _) => (None, 0),
                },
                _ => (None, 0),
            };
            let Some(c) = c else {
                let at = start + raw.len() - escape.len();
                fail!(FORMAT, "byte {at} of the JSON begins an escape that means nothing");
            };
            text.push(c);
            rest = &escape[n..];
        }
        text.push_str(rest);
        Ok(text)
    }

    /// A number from 0 to 2⁶⁴ − 1 without point and exponent.
    pub fn unsigned(&mut self, what: &str) -> Result<u64> {
        self.skip_blanks();
        let start = self.at;
        let digits = self.digits();
        let plain = digits > 0 && (digits == 1 || self.text.as_bytes()[start] != b'0');
        let number = self.text[start..self.at].parse();
        match number {
            Ok(number) if plain && !matches!(self.peek(), Some(b'.' | b'e' | b'E')) => Ok(number),
            _ => {
                self.at = start;
                Err(self.unexpected(what))
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// Whether a `null` was there, which is taken then.
    pub fn null(&mut self) -> bool {
        self.skip_blanks();
        let is = self.text[self.at..].starts_with("null");
        self.at += if is { 4 } else { 0 };
        is
    }

    /// Whether the next value is an object or an array.
    pub fn is_nested(&mut self) -> bool {
        self.skip_blanks();
        matches!(self.peek(), Some(b'{' | b'['))
    }

    /// A text, or a number or word as it is written.
    pub fn scalar(&mut self) -> Result<Cow<'a, str>> {
        self.skip_blanks();
        if self.peek() == Some(b'"') {
            return self.text("a text");
        }
        let start = self.at;
        self.word()?;
        Ok(Cow::Borrowed(&self.text[start..self.at]))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<()> {
        for word in ["true", "false", "null"] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        let start = self.at;
        self.at += (self.peek() == Some(b'-')) as usize;
        let first = self.at;
        let whole = self.digits();
        let mut good = whole == 1 || (whole > 1 && self.text.as_bytes()[first] != b'0');
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= self.digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += matches!(self.peek(), Some(b'+' | b'-')) as usize;
            good &= self.digits() > 0;
        }
        if !good {
            self.at = start;
            return Err(self.unexpected("a value"));
        }
        Ok(())
    }

    /// Any value, checked and left aside. Not recursive.
    pub fn skip(&mut self) -> Result<()> {
        // Bit d: whether the container of depth d is an object.
        let (mut depth, mut objects) = (0, 0u128);
        loop {
            self.skip_blanks();
            let opened = match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if depth == MAX_DEPTH {
                        fail!(FORMAT, "byte {} of the JSON is nested deeper than {MAX_DEPTH} levels", self.at);
                    }
                    objects = if open == b'{' { objects | 1 << depth } else { objects & !(1 << depth) };
                    depth += 1;
                    self.at += 1;
                    true
                }
                Some(b'"') => {
                    self.text("a text")?;
                    false
                }
                _ => {
                    self.word()?;
                    false
                }
            };
            // Behind a value, or at the beginning of a container.
            let mut behind = !opened;
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let is_object = objects >> (depth - 1) & 1 == 1;
                if self.accept(if is_object { b'}' } else { b']' }) {
                    depth -= 1;
                    behind = true;
                    continue;
                }
                if behind {
                    self.expect(b',', "',' or the end of the container")?;
                }
                if is_object {
                    self.text("a key")?;
                    self.expect(b':', "':'")?;
                }
                break;
            }
        }
    }

    /// Nothing but blanks follows.
    pub fn end(&mut self) -> Result<()> {
        self.skip_blanks();
        if self.at < self.text.len() {
            return Err(self.unexpected("the end"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is = self.peek() == Some(byte);
        self.at += is as usize;
        is
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<()> {
        if self.accept(byte) { Ok(()) } else { Err(self.unexpected(what)) }
    }

    fn unexpected(&self, what: &str) -> Error {
        let rest = self.text.get(self.at..).unwrap_or("");
        let found = match rest.chars().next() {
            None => "it ends".to_string(),
            Some(c) => format!("there is {c:?}"),
        };
        Error::new(crate::error::status::FORMAT, format!("byte {} of the JSON: expected {what}, {found}", self.at))
    }
}

/// The UTF-16 unit of the escape `\uXXXX` at `at`.
fn utf16(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// `text` with quotes, as most writers put it: no escapes where none is needed.
pub fn write_text(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    out.write_all(b"\"")?;
    let mut rest = text;
    while let Some(place) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at(place);
        out.write_all(plain.as_bytes())?;
        match special.as_bytes()[0] {
            c @ (b'"' | b'\\') => out.write_all(&[b'\\', c])?,
            b'\n' => out.write_all(b"\\n")?,
            b'\r' => out.write_all(b"\\r")?,
            b'\t' => out.write_all(b"\\t")?,
            0x08 => out.write_all(b"\\b")?,
            0x0c => out.write_all(b"\\f")?,
            c => write!(out, "\\u{c:04x}")?,
        }
        rest = &special[1..];
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &str) -> Result<()> {
        let mut reader = Reader::new(text);
        reader.skip()?;
        reader.end()
    }

    #[test]
    fn texts_are_unescaped() {
        let read = |text| Reader::new(text).text("a text").map(Cow::into_owned);
        assert_eq!(read(r#""a\"\\\/\b\f\n\r\tä""#).unwrap(), "a\"\\/\x08\x0c\n\r\tä");
        assert_eq!(read(r#""\u00e4\u20AC\ud83d\ude00x""#).unwrap(), "ä€😀x");
        for bad in [
            r#""\x""#,
            r#""\u12"#,
            r#""\ud83d""#,
            r#""\ud83d\u0041""#,
            r#""\u+123""#,
            "\"a",
            "\"\n\"",
            "\"\\",
            r#""\u12ä4""#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(matches!(Reader::new("\"plain\"").text("a text"), Ok(Cow::Borrowed("plain"))));
    }

    #[test]
    fn what_is_written_is_read() {
        let text = "quote \" backslash \\ controls \x00\x01\x08\x0c\n\r\t\x1f ä😀 \x7f";
        let mut out = Vec::new();
        write_text(&mut out, text).unwrap();
        let written = std::str::from_utf8(&out).unwrap();
        assert_eq!(Reader::new(written).text("a text").unwrap(), text);
        assert!(written.contains("\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f ä"));
    }

    #[test]
    fn values_are_skipped_when_they_are_json() {
        for good in
            ["1", "-0", "1.5e-3", "true", "\"\"", "[]", "{}", " [1, {\"a\": [null, false]}, [[]], {} ] ", "0E+1"]
        {
            skipped(good).unwrap_or_else(|e| panic!("{good}: {e}"));
        }
        for bad in [
            "", "01", "1.", "-", "+1", ".5", "[1,]", "{,}", "{\"a\"}", "{\"a\":}", "[1 2]", "[", "{\"a\":1", "]",
            "nul", "[}", "1 1", "1e", "{1:2}",
        ] {
            assert!(skipped(bad).is_err(), "{bad}");
        }
        skipped(&("[".repeat(128) + &"]".repeat(128))).unwrap();
        assert!(skipped(&"[".repeat(129)).unwrap_err().message().contains("nested deeper than 128"));
        assert!(skipped(&"{\"a\":".repeat(1_000_000)).is_err());
    }

    #[test]
    fn numbers_are_exact() {
        let read = |text| Reader::new(text).unsigned("a size");
        assert_eq!(read("18446744073709551615").unwrap(), u64::MAX);
        assert_eq!(read(" 0]").unwrap(), 0);
        for bad in ["18446744073709551616", "-1", "1.0", "1e3", "01", "", "x"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
