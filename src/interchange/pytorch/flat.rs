//! Names for what is nested: `{"model": {"weight": w}, "epoch": 3}` is a tensor `model.weight` and a text `epoch`.

use super::words::Object;
use crate::cpu::cancel;
use crate::error::{Error, Result};
use crate::fail;
use crate::interchange::dict::{joined, shortened};
use crate::interchange::pickle::{Id, Value, Values};
use crate::list;
use std::fmt::Write;

/// Deeper dicts are refused. So is a dict that holds itself.
const MAX_DEPTH: usize = 64;

/// More names are refused: each takes a few hundred bytes, of which a pickle can ask for with two.
const MAX_NAMES: usize = 1 << 20;

/// More bytes than a number has in digits, or a device in letters.
const SCRATCH: usize = 512;

pub struct Flat {
    /// Names and places of the tensors, in their order.
    pub tensors: Vec<(String, Id)>,
    /// Numbers and texts.
    pub texts: Vec<(String, String)>,
    /// Places in `tensors`, ordered by name.
    by_name: Vec<usize>,
}

/// A container that is being gone through.
struct Frame {
    id: Id,
    next: usize,
    /// Length of the name without the items of this container.
    name: usize,
    nameable: Nameable,
}

/// Whether all keys so far can be part of a name.
#[derive(Clone, Copy, PartialEq)]
enum Nameable {
    Yes,
    /// One has a NUL inside, which C cannot hold.
    Nul,
    /// One is neither a text nor a number.
    No,
}

struct Walk<'v, 'a> {
    values: &'v Values<'a, Object>,
    flat: Flat,
    name: String,
    /// Room for one number.
    scratch: String,
    frames: Vec<Frame>,
    /// How many items may still be looked at, and how many bytes of names and texts made: a value that is there once can
    /// be reached in as many ways as there are atoms.
    visits: usize,
    bytes: usize,
}

impl Flat {
    /// `len` is that of the pickle.
    pub fn of(values: &Values<Object>, top: Id, len: usize) -> Result<Flat> {
        let mut walk = Walk {
            values,
            flat: Flat { tensors: Vec::new(), texts: Vec::new(), by_name: Vec::new() },
            name: String::new(),
            scratch: String::new(),
            frames: Vec::new(),
            visits: values.len().saturating_mul(16).saturating_add(1024),
            bytes: len.saturating_mul(16).saturating_add(1 << 20),
        };
        walk.scratch.try_reserve(SCRATCH).map_err(|_| Error::out_of_memory(SCRATCH))?;
        walk.visit(top, Nameable::Yes)?;
        while walk.step()? {}
        let mut flat = walk.flat;
        let mut order = list::collect(0..flat.tensors.len())?;
        order.sort_unstable_by(|&a, &b| flat.tensors[a].0.cmp(&flat.tensors[b].0));
        if let Some(twice) = order.windows(2).find(|pair| flat.tensors[pair[0]].0 == flat.tensors[pair[1]].0) {
            fail!(FORMAT, "two tensors have the name {:?}", shortened(&flat.tensors[twice[0]].0));
        }
        flat.by_name = order;
        Ok(flat)
    }

    pub fn get(&self, name: &str) -> Option<Id> {
        let place = self.by_name.binary_search_by(|&i| self.tensors[i].0.as_str().cmp(name)).ok()?;
        Some(self.tensors[self.by_name[place]].1)
    }
}

impl Walk<'_, '_> {
    /// Goes on by one item. False: all is done.
    fn step(&mut self) -> Result<bool> {
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let (place, start, mut nameable) = (frame.next, frame.name, frame.nameable);
        frame.next += 1;
        self.name.truncate(start);
        let (key, item) = match self.values.get(frame.id) {
            Value::List(items) | Value::Tuple(items) => (None, items.get(place).copied()),
            Value::Dict(items) => (items.get(place).map(|item| item.0), items.get(place).map(|item| item.1)),
            _ => (None, None),
        };
        let Some(item) = item else {
            self.frames.pop();
            return Ok(true);
        };
        self.visits = match self.visits.checked_sub(1) {
            Some(left) => left,
            None => fail!(FORMAT, "the pickle holds the same values again and again"),
        };
        if self.visits.is_multiple_of(4096) {
            cancel::check()?;
        }
        let dot = if self.frames.len() > 1 { "." } else { "" };
        self.lengthen(dot)?;
        match key.map(|key| self.values.get(key)) {
            None => self.lengthen_by(place as i64)?,
            Some(Value::Text(text)) => {
                self.lengthen(text)?;
                if nameable == Nameable::Yes && text.contains('\0') {
                    nameable = Nameable::Nul;
                }
            }
            Some(&Value::Int(number)) => self.lengthen_by(number)?,
            Some(_) => nameable = Nameable::No,
        }
        self.visit(item, nameable)?;
        Ok(true)
    }

    fn lengthen(&mut self, text: &str) -> Result<()> {
        self.pay(text.len())?;
        self.name.try_reserve(text.len()).map_err(|_| Error::out_of_memory(self.name.len() + text.len()))?;
        self.name.push_str(text);
        Ok(())
    }

    fn lengthen_by(&mut self, number: i64) -> Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        // Within the capacity.
        let _ = write!(scratch, "{number}");
        let done = self.lengthen(&scratch);
        self.scratch = scratch;
        done
    }

    fn pay(&mut self, bytes: usize) -> Result<()> {
        self.bytes = match self.bytes.checked_sub(bytes) {
            Some(left) => left,
            None => fail!(FORMAT, "names and texts of the pickle have many times its length"),
        };
        Ok(())
    }

    fn visit(&mut self, id: Id, nameable: Nameable) -> Result<()> {
        match self.values.get(id) {
            Value::List(_) | Value::Tuple(_) | Value::Dict(_) => {
                if self.frames.len() == MAX_DEPTH {
                    fail!(FORMAT, "{:?} is nested deeper than {MAX_DEPTH} levels", shortened(&self.name));
                }
                list::push(&mut self.frames, Frame { id, next: 0, name: self.name.len(), nameable })
            }
            Value::Object(Object::Tensor(_)) if nameable == Nameable::No => {
                fail!(FORMAT, "a tensor under {:?} has a key that is neither a str nor an int", shortened(&self.name))
            }
            Value::Object(Object::Tensor(_)) => {
                let name = self.owned()?;
                list::push(&mut self.flat.tensors, (name, id))
            }
            _ if nameable == Nameable::Yes => self.text(id),
            _ => Ok(()),
        }
    }

    fn owned(&mut self) -> Result<String> {
        if self.flat.tensors.len() + self.flat.texts.len() == MAX_NAMES {
            fail!(FORMAT, "the pickle has more than {MAX_NAMES} tensors and numbers");
        }
        self.pay(self.name.len())?;
        joined(&[&self.name])
    }

    /// A number or a text, as Python would print it. What C cannot hold is left out, and so are None, bytes and sets.
    fn text(&mut self, id: Id) -> Result<()> {
        if let Value::Text(value) = self.values.get(id) {
            self.pay(value.len())?;
            return if value.contains('\0') { Ok(()) } else { self.add_text(value) };
        }
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        // Within the capacity.
        let _ = match self.values.get(id) {
            Value::Bool(true) => write!(text, "True"),
            Value::Bool(false) => write!(text, "False"),
            Value::Int(number) => write!(text, "{number}"),
            Value::Long(bytes) if bytes.len() <= 16 => write!(text, "{}", long(bytes)),
            Value::Float(number) if number.is_nan() => write!(text, "nan"),
            Value::Float(number) => write!(text, "{number:?}"),
            Value::Object(Object::DType(element)) => write!(text, "torch.{}", element.name()),
            Value::Object(Object::Device { kind, index }) => {
                let kind = shortened(self.values.text(*kind).unwrap_or(""));
                match index {
                    Some(index) => write!(text, "{kind}:{index}"),
                    None => write!(text, "{kind}"),
                }
            }
            _ => Ok(()),
        };
        let done = if text.is_empty() { Ok(()) } else { self.pay(text.len()).and_then(|()| self.add_text(&text)) };
        self.scratch = text;
        done
    }

    /// A text that is paid for.
    fn add_text(&mut self, value: &str) -> Result<()> {
        let (name, text) = (self.owned()?, joined(&[value])?);
        list::push(&mut self.flat.texts, (name, text))
    }
}

/// Up to 16 bytes, little-endian two's complement.
fn long(bytes: &[u8]) -> i128 {
    let mut wide = [if bytes.last().is_some_and(|&top| top & 0x80 != 0) { 0xff } else { 0 }; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    i128::from_le_bytes(wide)
}
