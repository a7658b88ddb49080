//! Tables of numbers as text: what pandas' `read_csv` and `to_csv` exchange.

use super::Load;
use super::csv_fields::Fields;
use super::csv_number::{Number, print};
use super::dict::{TensorDict, shortened};
use super::map::Source;
use super::save::{self, Target};
use crate::cpu::cancel;
use crate::device::Device;
use crate::dispatch;
use crate::dtype::DType;
use crate::error::{Error, Result, status};
use crate::layout::Layout;
use crate::ops::copy::{clone, contiguous, to_cpu, to_device};
use crate::ops::view::select;
use crate::storage::Storage;
use crate::tensor::Tensor;
use crate::tensor::mode::{self, Mode};
use crate::{fail, list};
use std::path::Path;

/// How a table is written.
pub struct Form<'a> {
    /// An ASCII sign that no number has.
    pub delimiter: u8,
    /// The first line names the columns.
    pub header: bool,
    /// The first column numbers the rows and is none of the table's.
    pub index: bool,
    /// So many lines come before the table.
    pub skip_rows: u64,
    /// To load: these columns, in this order. To save: their names.
    pub names: Option<Vec<&'a str>>,
}

/// What was read: rows × columns, and the names of the columns if there is a header.
struct Table {
    values: Tensor,
    names: Vec<String>,
}

/// The numbers of a file as [rows, columns].
pub fn load(path: &Path, mut form: Form, dtype: DType, device: Device) -> Result<Tensor> {
    form.header |= form.names.is_some();
    to_device(&table(path, &form, dtype)?.values, device, false)
}

/// The columns of a file by their names, each [rows].
pub fn load_dict(path: &Path, mut form: Form, dtype: DType, device: Device) -> Result<TensorDict> {
    form.header = true;
    let table = table(path, &form, dtype)?;
    let mut dict = TensorDict::default();
    for (i, name) in table.names.iter().enumerate() {
        let column = clone(&select(&table.values, 1, i as i64)?)?;
        dict.stats.copied_tensors += 1;
        dict.stats.copied_bytes += column.numel() * dtype.size() as i64;
        dict.add(name, column).map_err(|e| e.within(&path.display().to_string()))?;
    }
    Load { mmap: None, names: None, device }.finish(dict)
}

fn table(path: &Path, form: &Form, dtype: DType) -> Result<Table> {
    let source = Source::open(path, false)?;
    let mut fields = Fields::new(&source, form.delimiter, form.skip_rows)?;
    let columns = if form.header { header(&mut fields, form)? } else { None };
    dispatch!(dtype, T => rows::<T>(fields, form, columns, dtype))
}

/// The columns that a header names.
struct Columns {
    /// How many the file has.
    all: usize,
    /// Of those that are wanted, where each goes; none: all of them, in their order.
    places: Option<Vec<Option<usize>>>,
    /// Of those that are wanted, in the order in which they are.
    names: Vec<String>,
}

/// Reads the header; none in an empty file.
fn header(fields: &mut Fields, form: &Form) -> Result<Option<Columns>> {
    let mut names = Vec::new();
    while let Some(field) = fields.next()? {
        list::push(&mut names, text_of(fields.text(&field)?)?)?;
        if field.ends_row {
            break;
        }
    }
    if names.is_empty() {
        if let Some(name) = form.names.iter().flatten().next() {
            return Err(fields.lacks(name));
        }
        return Ok(None);
    }
    let all = names.len();
    if form.index {
        names.remove(0);
    }
    let Some(wanted) = &form.names else { return Ok(Some(Columns { all, places: None, names })) };
    let mut places = list::with_room(all)?;
    places.resize(all, None);
    let mut picked = list::with_room(wanted.len())?;
    for (place, &name) in wanted.iter().enumerate() {
        let mut at = names.iter().enumerate().filter(|(_, own)| own.as_str() == name).map(|(i, _)| i);
        let Some(first) = at.next() else { return Err(fields.lacks(name)) };
        if at.next().is_some() {
            return Err(fields.wrong(&format!("has two columns {:?}", shortened(name))));
        }
        if places[first + form.index as usize].replace(place).is_some() {
            fail!(INVALID_ARGUMENT, "options.names has {:?} twice", shortened(name));
        }
        picked.push(text_of(name)?);
    }
    Ok(Some(Columns { all, places: Some(places), names: picked }))
}

fn text_of(text: &str) -> Result<String> {
    let mut copy = String::new();
    if copy.try_reserve_exact(text.len()).is_err() {
        return Err(Error::out_of_memory(text.len()));
    }
    copy.push_str(text);
    Ok(copy)
}

fn rows<T: Number>(mut fields: Fields, form: &Form, columns: Option<Columns>, dtype: DType) -> Result<Table> {
    let (mut all, places, names) = match columns {
        Some(columns) => (Some(columns.all), columns.places, columns.names),
        None => (None, None, Vec::new()),
    };
    let mut values = Values::default();
    let mut row = list::with_room(names.len())?;
    row.resize(names.len(), T::default());
    let mut rows = 0;
    while let Some(field) = fields.next()? {
        let column = field.column;
        let place = match &places {
            Some(places) => places.get(column).copied().flatten(),
            None => (!(form.index && column == 0)).then_some(column),
        };
        if all.is_none_or(|all| column < all)
            && let Some(place) = place
        {
            let text = fields.text(&field)?.trim_ascii();
            let Some(value) = T::parse(text) else {
                return Err(fields.at(&field, names.get(place), &T::complaint(text)));
            };
            match &places {
                Some(_) => row[place] = value,
                None => values.push(value)?,
            }
        }
        if field.ends_row {
            let expected = *all.get_or_insert(column + 1);
            if column + 1 != expected {
                let words = format!("the line has {} fields, expected {expected}", column + 1);
                return Err(fields.at(&field, None, &words));
            }
            if places.is_some() {
                row.iter().try_for_each(|&value| values.push(value))?;
            }
            rows += 1;
        }
    }
    let width = match &places {
        Some(_) => names.len(),
        None => all.unwrap_or(0) - (all.is_some() && form.index) as usize,
    };
    let storage = values.storage()?;
    let layout = Layout::contiguous(&[rows, width as i64]);
    Ok(Table { values: Tensor::new(storage, layout, dtype)?, names })
}

/// Elements of a number that is not known before, in pieces that never move.
#[derive(Default)]
struct Values {
    pieces: Vec<Vec<u8>>,
    nbytes: usize,
}

impl Values {
    fn push<T: Number>(&mut self, value: T) -> Result<()> {
        let piece = match self.pieces.last_mut() {
            Some(piece) if piece.capacity() - piece.len() >= size_of::<T>() => piece,
            _ => {
                let room = (self.nbytes / 8).next_power_of_two().clamp(1 << 12, 1 << 22);
                list::push(&mut self.pieces, list::with_room(room)?)?;
                let last = self.pieces.len() - 1;
                &mut self.pieces[last]
            }
        };
        value.store(piece);
        self.nbytes += size_of::<T>();
        Ok(())
    }

    /// As one; each piece goes as soon as it is copied.
    fn storage(self) -> Result<Storage> {
        let storage = Storage::allocate(self.nbytes)?;
        let mut done = 0;
        for piece in self.pieces {
            storage.write(done, &piece)?;
            done += piece.len();
        }
        Ok(storage)
    }
}

// ---- saving ----

/// One tensor or one column of a dict, beside others of as many rows.
struct Part {
    /// On the CPU in C order.
    data: Tensor,
    width: usize,
    bytes: Vec<u8>,
}

impl Part {
    fn new(x: &Tensor, what: &str) -> Result<(Part, i64)> {
        let (rows, width) = match *x.shape() {
            [rows] => (rows, 1),
            [rows, 0] if rows > 0 => fail!(SHAPE, "{what} is [{rows}, 0]: a table without columns"),
            [rows, width] => (rows, width as usize),
            _ => fail!(SHAPE, "{what} is {:?}: a table has one dimension or two", x.shape()),
        };
        Ok((Part { data: to_cpu(&contiguous(x)?)?, width, bytes: Vec::new() }, rows))
    }

    /// Nothing where there are no rows, however wide.
    fn row_bytes(&self) -> usize {
        if self.data.numel() == 0 { 0 } else { self.width * self.data.dtype().size() }
    }

    /// Takes `n` rows from `row` on into `bytes`.
    fn read(&mut self, row: usize, n: usize) -> Result<()> {
        let wanted = n * self.row_bytes();
        if wanted > self.bytes.capacity() {
            self.bytes = list::with_room(wanted)?;
        }
        self.bytes.resize(wanted, 0);
        let first = self.data.layout().offset() as usize * self.data.dtype().size();
        self.data.storage().read(first + row * self.row_bytes(), &mut self.bytes)
    }
}

/// Writes a tensor of one dimension or two as a table.
pub fn save(x: &Tensor, path: &Path, form: &Form) -> Result<()> {
    let _mode = mode::within(Mode::NoGrad);
    let (part, rows) = Part::new(x, "x")?;
    if let Some(names) = &form.names
        && names.len() != part.width
    {
        fail!(SHAPE, "options.names has {} entries, x has {} columns", names.len(), part.width);
    }
    write(vec![part], rows as usize, path, form)
}

/// Writes the tensors of a dict, each [rows], as columns under their names.
pub fn save_dict(dict: &TensorDict, path: &Path, form: &Form) -> Result<()> {
    let _mode = mode::within(Mode::NoGrad);
    if form.names.is_some() {
        fail!(INVALID_ARGUMENT, "options.names must be NULL: the columns are named after the tensors");
    }
    let (mut parts, mut names, mut rows) = (list::with_room(dict.len())?, list::with_room(dict.len())?, None);
    for (name, x) in dict.iter() {
        let what = || format!("{:?}", shortened(name));
        let (part, n) = Part::new(x, &what())?;
        if x.ndim() != 1 {
            fail!(SHAPE, "{} is {:?}: a column has one dimension", what(), x.shape());
        }
        if *rows.get_or_insert(n) != n {
            fail!(SHAPE, "{} has {n} rows, those before it {}", what(), rows.unwrap_or(0));
        }
        parts.push(part);
        names.push(name);
    }
    let form = Form { header: true, names: Some(names), ..*form };
    write(parts, rows.unwrap_or(0) as usize, path, &form)
}

/// More are a mistake: an empty tensor can claim any number of them.
const MOST_COLUMNS: usize = 1 << 24;

/// So much text is put together before it is written.
const CHUNK: usize = 1 << 16;

fn write(mut parts: Vec<Part>, rows: usize, path: &Path, form: &Form) -> Result<()> {
    let delimiter = form.delimiter as char;
    let columns = parts.iter().map(|part| part.width).sum::<usize>();
    if columns > MOST_COLUMNS {
        fail!(SHAPE, "a table of {columns} columns, at most {MOST_COLUMNS} are possible");
    }
    let row_bytes = parts.iter().map(Part::row_bytes).sum::<usize>().max(1);
    let at_once = (CHUNK / row_bytes).max(1);
    save::atomically(path, |out| {
        let mut text = Text { text: String::new(), out, path };
        if form.header || form.names.is_some() {
            // The index has no name.
            let mut first = !form.index;
            for i in 0..columns {
                if !std::mem::replace(&mut first, false) {
                    text.push(delimiter)?;
                }
                match &form.names {
                    Some(names) => text.name(names[i], delimiter, columns == 1 && !form.index)?,
                    None => text.print(|text| print_number(text, DType::U64, &(i as u64).to_ne_bytes()))?,
                }
            }
            text.push('\n')?;
        }
        let mut row = 0;
        while row < rows {
            let n = at_once.min(rows - row);
            parts.iter_mut().try_for_each(|part| part.read(row, n))?;
            for k in 0..n {
                let mut first = true;
                if form.index {
                    text.print(|text| print_number(text, DType::U64, &((row + k) as u64).to_ne_bytes()))?;
                    first = false;
                }
                for part in &parts {
                    let dtype = part.data.dtype();
                    let bytes = &part.bytes[k * part.row_bytes()..(k + 1) * part.row_bytes()];
                    for element in bytes.chunks_exact(dtype.size()) {
                        if !std::mem::replace(&mut first, false) {
                            text.push(delimiter)?;
                        }
                        text.print(|text| print_number(text, dtype, element))?;
                    }
                }
                text.push('\n')?;
            }
            row += n;
        }
        text.flush()
    })
}

fn print_number(text: &mut String, dtype: DType, bytes: &[u8]) {
    dispatch!(dtype, T => print::<T>(text, bytes))
}

/// Text on its way into a file.
struct Text<'a> {
    text: String,
    out: &'a mut Target,
    path: &'a Path,
}

impl Text<'_> {
    /// Longer than any number.
    const NUMBER: usize = 64;

    fn print(&mut self, what: impl FnOnce(&mut String)) -> Result<()> {
        if self.text.capacity() - self.text.len() < Self::NUMBER {
            self.flush()?;
            if self.text.try_reserve(CHUNK).is_err() {
                return Err(Error::out_of_memory(CHUNK));
            }
        }
        what(&mut self.text);
        Ok(())
    }

    fn push(&mut self, sign: char) -> Result<()> {
        self.print(|text| text.push(sign))
    }

    /// In quotes where the text would else be taken for something else; `alone` where nothing would be an empty line.
    fn name(&mut self, name: &str, delimiter: char, alone: bool) -> Result<()> {
        let special = |c: char| c == delimiter || matches!(c, '"' | '\r' | '\n');
        let quoted = name.contains(special) || name != name.trim() || (alone && name.is_empty());
        if quoted {
            self.push('"')?;
        }
        for sign in name.chars() {
            if sign == '"' {
                self.push(sign)?;
            }
            self.push(sign)?;
        }
        if quoted {
            self.push('"')?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        cancel::check()?;
        save::put(self.out, self.text.as_bytes(), self.path)?;
        self.text.clear();
        Ok(())
    }
}

/// A delimiter that cannot be taken for a part of a number, of a quoted text or of a line's end.
pub fn check_delimiter(delimiter: u8) -> Result<()> {
    let sign = delimiter as char;
    if !sign.is_ascii() || sign.is_ascii_alphanumeric() || "\0\r\n\"+-.<>/#".contains(sign) {
        return Err(Error::new(
            status::INVALID_ARGUMENT,
            format!("options.delimiter is {sign:?}, expected an ASCII sign that no number, quote or line end has"),
        ));
    }
    Ok(())
}
