//! What stands before the numbers of a .npy file: a magic word, a version and a Python dict in one line,
//! `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.

use super::dict::shortened;
use crate::dtype::DType;
use crate::error::{Error, Result, status};
use crate::layout::{Dims, Layout, MAX_RANK, checked_numel};
use crate::{fail, list};
use std::fmt::Write;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Longer headers belong to records of hundreds of fields.
const LONGEST: u64 = 1 << 16;
/// The numbers begin at a multiple of it.
pub const ALIGN: usize = 64;

/// What a header says.
#[derive(Debug, PartialEq)]
pub struct Header {
    pub dtype: DType,
    /// The bytes of each element stand in the other order than on this machine.
    pub swapped: bool,
    pub layout: Layout,
    pub nbytes: usize,
    /// Bytes from the magic word to the first number.
    pub len: usize,
}

impl Header {
    /// Reads a header with `next`, which fills its slice with the bytes that follow; `available` is how many there are
    /// with the numbers. `what` names the file in errors.
    pub fn read(what: &str, available: u64, mut next: impl FnMut(&mut [u8]) -> Result<()>) -> Result<Header> {
        let mut start = [0; 8];
        if available >= start.len() as u64 {
            next(&mut start)?;
        }
        if !start.starts_with(MAGIC) {
            let hint = match start {
                [b'P', b'K', ..] => ": it is a zip archive, which tensor_dict_load_npz reads",
                _ => "",
            };
            fail!(FORMAT, "{what} is no .npy file, it does not begin with \\x93NUMPY{hint}");
        }
        let (major, minor) = (start[6], start[7]);
        let (mut n, wide) = ([0; 4], major > 1);
        if !(1..=3).contains(&major) || minor != 0 {
            fail!(UNSUPPORTED, "{what} is of version {major}.{minor} of the .npy format, expected 1.0, 2.0 or 3.0");
        }
        let fixed = if wide { 12 } else { 10 };
        if available < fixed {
            fail!(FORMAT, "{what} ends within its header");
        }
        next(&mut n[..if wide { 4 } else { 2 }])?;
        let n = u32::from_le_bytes(n) as u64;
        if n > available - fixed {
            fail!(FORMAT, "{what} has a header of {n} bytes, {} are there", available - fixed);
        }
        if n > LONGEST {
            fail!(UNSUPPORTED, "{what} has a header of {n} bytes, at most {LONGEST} are read");
        }
        let mut text = list::with_room(n as usize)?;
        text.resize(n as usize, 0);
        next(&mut text)?;
        let said = Parser { what, text: &text, at: 0 }.header()?;
        let (dtype, swapped) = element(what, &said.descr)?;
        let len = (fixed + n) as usize;
        let wrong = |e: Error| Error::new(status::FORMAT, format!("{what} has an impossible shape: {}", e.message()));
        let numel = checked_numel(&said.shape).map_err(wrong)?;
        let (nbytes, there) = (numel as u128 * dtype.size() as u128, available - len as u64);
        if nbytes > there as u128 {
            fail!(
                FORMAT,
                "{what} is too short: {:?} of {dtype} has {nbytes} bytes, {there} are there",
                &said.shape[..]
            );
        }
        let layout = match said.fortran_order {
            false => Layout::contiguous(&said.shape),
            true => Layout::strided(&said.shape, &fortran_strides(&said.shape), 0).map_err(wrong)?,
        };
        Ok(Header { dtype, swapped, layout, nbytes: nbytes as usize, len })
    }
}

/// The header of an array, as NumPy writes it: with room for a first size of 20 digits, so that a program can make the
/// file longer.
pub fn header_of(dtype: DType, fortran_order: bool, shape: &[i64]) -> Result<Vec<u8>> {
    let descr = match descr(dtype) {
        Some(descr) => descr,
        None => fail!(UNSUPPORTED, "a .npy file cannot hold {dtype}: NumPy does not have it, convert to f32 first"),
    };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': ");
    text.push_str(if fortran_order { "True, 'shape': (" } else { "False, 'shape': (" });
    for (i, n) in shape.iter().enumerate() {
        let _ = write!(text, "{}{n}", if i > 0 { ", " } else { "" });
    }
    text.push_str(if shape.len() == 1 { ",), }" } else { "), }" });
    let grows = if fortran_order { shape.last() } else { shape.first() };
    if let Some(n) = grows {
        let digits = n.checked_ilog10().unwrap_or(0) + 1;
        text.extend(std::iter::repeat_n(' ', 21 - digits as usize));
    }
    // 64 sizes of 19 digits fit version 1.
    let len = (10 + text.len() + 1).next_multiple_of(ALIGN);
    let mut bytes = list::with_room(len)?;
    bytes.extend(MAGIC);
    bytes.extend([1, 0]);
    bytes.extend((len as u16 - 10).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.resize(len - 1, b' ');
    bytes.push(b'\n');
    Ok(bytes)
}

/// NumPy's word for an element in this machine's byte order.
fn descr(dtype: DType) -> Option<&'static str> {
    macro_rules! native {
        ($name:literal) => {
            if cfg!(target_endian = "little") { concat!("<", $name) } else { concat!(">", $name) }
        };
    }
    Some(match dtype {
        DType::Bool => "|b1",
        DType::U8 => "|u1",
        DType::I8 => "|i1",
        DType::U16 => native!("u2"),
        DType::U32 => native!("u4"),
        DType::U64 => native!("u8"),
        DType::I16 => native!("i2"),
        DType::I32 => native!("i4"),
        DType::I64 => native!("i8"),
        DType::F16 => native!("f2"),
        DType::F32 => native!("f4"),
        DType::F64 => native!("f8"),
        DType::BF16 => return None,
    })
}

/// The dtype of a `descr`, and whether its bytes are swapped.
fn element(what: &str, descr: &str) -> Result<(DType, bool)> {
    let (order, name) = match descr.split_at_checked(1) {
        Some((order @ ("<" | ">" | "|" | "="), name)) => (order, name),
        _ => ("=", descr),
    };
    let found = DType::ALL.iter().find(|&&d| self::descr(d).is_some_and(|own| &own[1..] == name));
    if let Some(&dtype) = found {
        let other = if cfg!(target_endian = "little") { ">" } else { "<" };
        if order == "|" && dtype.size() > 1 {
            fail!(FORMAT, "{what} has elements {descr:?}, which have no byte order");
        }
        return Ok((dtype, order == other && dtype.size() > 1));
    }
    let kind = match name.chars().next() {
        Some('O') => "Python objects (pickled)",
        Some('c') => "complex numbers",
        Some('f' | 'g') => "floats of another size",
        Some('S' | 'a') => "bytes",
        Some('U') => "text",
        Some('V') => "void or records (also what bfloat16 of other packages is saved as)",
        Some('M') => "dates",
        Some('m') => "time differences",
        Some('i' | 'u' | 'b') => "integers of another size",
        _ => fail!(FORMAT, "{what} has elements of an unknown kind, {:?}", shortened(descr)),
    };
    fail!(UNSUPPORTED, "{what} has elements {:?}, {kind}, which cannot be loaded", shortened(descr))
}

/// The first index runs fastest.
fn fortran_strides(shape: &[i64]) -> Dims {
    let mut step = 1i64;
    let stride = |&n: &i64| {
        let stride = step;
        step = step.saturating_mul(n.max(1));
        stride
    };
    shape.iter().map(stride).collect()
}

/// The dict as written.
struct Said {
    descr: String,
    fortran_order: bool,
    shape: Dims,
}

/// Reads the one form of dict that such files have. What NumPy could evaluate beyond it is refused.
struct Parser<'a> {
    what: &'a str,
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self, expected: &str) -> Error {
        let rest = String::from_utf8_lossy(&self.text[self.at..self.text.len().min(self.at + 20)]);
        let (what, at) = (self.what, self.at);
        Error::new(status::FORMAT, format!("{what} has a bad header: at byte {at} is {rest:?}, expected {expected}"))
    }

    /// The next byte after white space.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn takes(&mut self, sign: u8) -> bool {
        let is = self.peek() == Some(sign);
        self.at += is as usize;
        is
    }

    fn expect(&mut self, sign: u8, name: &str) -> Result<()> {
        if self.takes(sign) { Ok(()) } else { Err(self.wrong(name)) }
    }

    fn header(mut self) -> Result<Said> {
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        self.expect(b'{', "{")?;
        while !self.takes(b'}') {
            let start = self.at;
            let key = self.string()?;
            self.expect(b':', ":")?;
            let again = match key.as_str() {
                "descr" => descr.replace(self.descr()?).is_some(),
                "fortran_order" => fortran_order.replace(self.bool()?).is_some(),
                "shape" => shape.replace(self.shape()?).is_some(),
                _ => {
                    self.at = start;
                    return Err(self.wrong("'descr', 'fortran_order' or 'shape'"));
                }
            };
            if again {
                self.at = start;
                return Err(self.wrong("each key once"));
            }
            if !self.takes(b',') && self.peek() != Some(b'}') {
                return Err(self.wrong(", or }"));
            }
        }
        if self.peek().is_some() {
            return Err(self.wrong("nothing after }"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Said { descr, fortran_order, shape }),
            _ => Err(self.wrong("'descr', 'fortran_order' and 'shape'")),
        }
    }

    /// `'text'`, and what Python 2 made of it, `u'text'`.
    fn string(&mut self) -> Result<String> {
        if matches!(self.peek(), Some(b'u' | b'b')) {
            self.at += 1;
        }
        let quote = match self.text.get(self.at) {
            Some(&quote @ (b'\'' | b'"')) => quote,
            _ => return Err(self.wrong("a text in quotes")),
        };
        let rest = &self.text[self.at + 1..];
        let n = rest.iter().position(|&b| b == quote || b == b'\\').unwrap_or(rest.len());
        match (rest.get(n), std::str::from_utf8(&rest[..n])) {
            (Some(&end), Ok(text)) if end == quote => {
                self.at += n + 2;
                Ok(shortened(text).to_string())
            }
            _ => Err(self.wrong("a text in quotes")),
        }
    }

    fn descr(&mut self) -> Result<String> {
        match self.peek() {
            Some(b'[' | b'(') => {
                let rest = String::from_utf8_lossy(&self.text[self.at..self.text.len().min(self.at + 60)]);
                fail!(UNSUPPORTED, "{} has structured elements, {rest:?}, which cannot be loaded", self.what)
            }
            _ => self.string(),
        }
    }

    fn bool(&mut self) -> Result<bool> {
        self.peek();
        for (word, value) in [("True", true), ("False", false)] {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.wrong("True or False"))
    }

    /// `()`, `(3,)`, `(3, 4)`; Python 2 wrote `3L`.
    fn shape(&mut self) -> Result<Dims> {
        let mut shape = Dims::new();
        self.expect(b'(', "a shape in brackets")?;
        while !self.takes(b')') {
            if shape.len() == MAX_RANK {
                return Err(self.wrong(&format!("at most {MAX_RANK} sizes")));
            }
            self.peek();
            let rest = &self.text[self.at..];
            let n = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let digits = std::str::from_utf8(&rest[..n]).unwrap_or("");
            match digits.parse::<i64>() {
                Ok(size) => shape.push(size),
                Err(_) => return Err(self.wrong("a size from 0 to 2^63 - 1")),
            }
            self.at += n;
            if self.text.get(self.at) == Some(&b'L') {
                self.at += 1;
            }
            // One size without a comma would be a number in brackets.
            let comma = self.takes(b',');
            if !comma && (self.peek() != Some(b')') || shape.len() == 1) {
                return Err(self.wrong(", or )"));
            }
        }
        Ok(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, text: &str, data: usize) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        match version {
            1 => bytes.extend((text.len() as u16).to_le_bytes()),
            _ => bytes.extend((text.len() as u32).to_le_bytes()),
        }
        bytes.extend(text.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Header> {
        let mut rest = bytes;
        Header::read("x", bytes.len() as u64, |into| {
            let (now, later) = rest.split_at(into.len());
            into.copy_from_slice(now);
            rest = later;
            Ok(())
        })
    }

    #[test]
    fn what_is_written_is_read() {
        for &dtype in DType::ALL.iter().filter(|&&d| d != DType::BF16) {
            for (fortran_order, shape) in [(false, &[][..]), (false, &[5]), (true, &[2, 3, 4]), (false, &[0, 7])] {
                let mut bytes = header_of(dtype, fortran_order, shape).unwrap();
                assert_eq!(bytes.len() % 64, 0);
                let n = bytes.len();
                bytes.resize(n + 24 * dtype.size(), 0);
                let header = read(&bytes).unwrap();
                assert_eq!((header.dtype, header.swapped, header.len), (dtype, false, n));
                assert_eq!((header.layout.shape(), header.layout.is_contiguous()), (shape, !fortran_order));
            }
        }
        assert_eq!(header_of(DType::BF16, false, &[1]).unwrap_err().status(), status::UNSUPPORTED);
    }

    #[test]
    fn all_versions_and_the_writing_of_python_2_are_read() {
        for version in 1..=3 {
            let bytes = file(version, "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }     \n", 48);
            let header = read(&bytes).unwrap();
            assert!(header.swapped && header.layout.strides() == [1, 2]);
        }
        let old = file(1, "{'shape': (3L,), 'fortran_order': False, u'descr': u'<i4'}", 12);
        assert_eq!(read(&old).unwrap().layout.shape(), [3]);
    }

    #[test]
    fn bad_headers_are_refused() {
        let whole = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n";
        for (from, to) in [
            ("{", ""),
            ("}", ""),
            ("}", "}}"),
            ("'<f8'", "'<f8"),
            ("'<f8'", "'<f\\x38'"),
            ("'<f8'", "'|f8'"),
            ("'<f8'", "'?'"),
            ("'<f8'", "f8"),
            ("False", "0"),
            ("False, ", "False "),
            ("'shape': (2,)", "'shape': (2)"),
            ("(2,)", "(-2,)"),
            ("(2,)", "(2 2)"),
            ("(2,)", "(2,"),
            ("(2,)", "2"),
            ("(2,)", "((2,),)"),
            ("(2,)", "(9223372036854775808,)"),
            ("(2,)", "(4294967296, 4294967296, 4294967296)"),
            ("(2,)", "(3,)"),
            ("'shape'", "'size'"),
            ("'fortran_order': False, ", ""),
            ("'fortran_order'", "'descr': '<f8', 'fortran_order'"),
        ] {
            let text = whole.replacen(from, to, 1);
            let error = read(&file(1, &text, 16)).unwrap_err();
            assert_eq!(error.status(), status::FORMAT, "{text}: {error}");
        }
        let many = format!("({})", "1, ".repeat(65));
        assert_eq!(read(&file(2, &whole.replace("(2,)", &many), 8)).unwrap_err().status(), status::FORMAT);
        assert!(read(&file(2, &whole.replace("(2,)", &format!("({})", "1, ".repeat(64))), 8)).is_ok());
        let good = file(1, whole, 16);
        assert!(read(&good).is_ok());
        for n in 0..good.len() {
            assert_eq!(read(&good[..n]).unwrap_err().status(), status::FORMAT, "{n} bytes");
        }
        let nested = whole.replace("'<f8'", &"[".repeat(60_000));
        assert_eq!(read(&file(1, &nested, 0)).unwrap_err().status(), status::UNSUPPORTED);
    }

    #[test]
    fn other_elements_are_refused_by_name() {
        for (descr, word) in [
            ("'|O'", "objects"),
            ("'<c8'", "complex"),
            ("'|S5'", "bytes"),
            ("'<U5'", "text"),
            ("'|V2'", "void"),
            ("'<M8[ns]'", "dates"),
            ("'<m8[s]'", "time differences"),
            ("'<f16'", "another size"),
            ("[('a', '<f8'), ('b', '<i4')]", "structured"),
            ("('<f8', (3,))", "structured"),
        ] {
            let text = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (2,), }}");
            let error = read(&file(1, &text, 64)).unwrap_err();
            assert_eq!(error.status(), status::UNSUPPORTED, "{error}");
            let shown = &descr.trim_matches('\'')[..2];
            assert!(error.message().contains(word) && error.message().contains(shown), "{error}");
        }
    }
}
