//! Python's pickle as data: a machine of a stack, marks and a memo that makes values and calls nothing.
//!
//! What a pickle would call is a word (`module.name`) that a [`Host`] knows or refuses; the host makes a value of the
//! call itself. Values lie in one list and name each other by their places: a shared value is there once, a value may
//! hold itself, and neither reading nor dropping follows how deep they are nested.

use crate::cpu::cancel;
use crate::error::{Error, Result};
use crate::{fail, list};
use indexmap::IndexMap;

/// Place of a value.
pub type Id = u32;

/// `O` is what a host makes.
#[derive(Debug, PartialEq)]
pub enum Value<'a, O> {
    None,
    Bool(bool),
    Int(i64),
    /// An integer beyond 64 bits: little-endian two's complement.
    Long(&'a [u8]),
    Float(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    /// Also frozen ones.
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Object(O),
}

/// Says what the words of a pickle mean.
pub trait Host<'a> {
    type Object: Copy;

    /// `module.name`, or an error: nothing else of the pickle is read then.
    fn global(&mut self, module: &'a str, name: &'a str) -> Result<Self::Object>;

    /// What `function(*arguments)` is: a value that is there, or a new one.
    fn call(&mut self, values: &mut Values<'a, Self::Object>, function: Id, arguments: &[Id]) -> Result<Id>;

    /// What a persistent id stands for.
    fn persistent(&mut self, values: &mut Values<'a, Self::Object>, id: Id) -> Result<Id>;
}

/// More are refused: far beyond the largest checkpoints.
const MAX_VALUES: usize = 1 << 24;
/// Picklers put at most 1000 items on the stack before they collect them.
const MAX_STACK: usize = 1 << 20;

pub struct Values<'a, O>(Vec<Value<'a, O>>);

impl<'a, O> Values<'a, O> {
    pub fn get(&self, id: Id) -> &Value<'a, O> {
        &self.0[id as usize]
    }

    pub fn add(&mut self, value: Value<'a, O>) -> Result<Id> {
        let id = self.0.len();
        if id == MAX_VALUES {
            fail!(FORMAT, "the pickle makes more than {MAX_VALUES} values");
        }
        list::push(&mut self.0, value)?;
        Ok(id as Id)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Value<'a, O>> {
        self.0.iter()
    }

    /// What a value is called in an error.
    pub fn kind(&self, id: Id) -> &'static str {
        match self.get(id) {
            Value::None => "None",
            Value::Bool(_) => "a bool",
            Value::Int(_) | Value::Long(_) => "an int",
            Value::Float(_) => "a float",
            Value::Text(_) => "a str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Set(_) => "a set",
            Value::Dict(_) => "a dict",
            Value::Object(_) => "an object",
        }
    }

    /// The items of a tuple.
    pub fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    pub fn text(&self, id: Id) -> Option<&'a str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn int(&self, id: Id) -> Option<i64> {
        match self.get(id) {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// What a pickle holds.
pub struct Unpickled<'a, O> {
    pub values: Values<'a, O>,
    pub top: Id,
    /// Bytes up to the end of the pickle.
    pub len: usize,
}

struct Machine<'a, 'h, H: Host<'a>> {
    input: &'a [u8],
    at: usize,
    host: &'h mut H,
    values: Values<'a, H::Object>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: IndexMap<u32, Id>,
}

/// Reads one pickle at the beginning of `input`.
pub fn unpickle<'a, H: Host<'a>>(input: &'a [u8], host: &mut H) -> Result<Unpickled<'a, H::Object>> {
    let mut machine = Machine {
        input,
        at: 0,
        host,
        values: Values(Vec::new()),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: IndexMap::new(),
    };
    let mut steps = 0u32;
    loop {
        steps = steps.wrapping_add(1);
        if steps.is_multiple_of(4096) {
            cancel::check()?;
        }
        let start = machine.at;
        let opcode = machine.byte().map_err(|e| at(start, e))?;
        if opcode == b'.' {
            let top = machine.pop().map_err(|e| at(start, e))?;
            return Ok(Unpickled { values: machine.values, top, len: machine.at });
        }
        machine.step(opcode).map_err(|e| at(start, e))?;
    }
}

/// Out of memory says so alone.
fn at(place: usize, error: Error) -> Error {
    if error.status() == crate::error::status::OUT_OF_MEMORY {
        return error;
    }
    error.within(&format!("byte {place} of the pickle"))
}

impl<'a, H: Host<'a>> Machine<'a, '_, H> {
    fn step(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            // PROTO
            0x80 => match self.byte()? {
                2..=5 => Ok(()),
                version => fail!(UNSUPPORTED, "protocol {version}, 2 to 5 are read"),
            },
            // FRAME: how much the pickler wrote at once.
            0x95 => {
                let length = self.number::<8>()?;
                if length > (self.input.len() - self.at) as u64 {
                    fail!(FORMAT, "a frame of {length} bytes, {} are left", self.input.len() - self.at);
                }
                Ok(())
            }

            b'N' => self.push(Value::None),
            0x88 => self.push(Value::Bool(true)),
            0x89 => self.push(Value::Bool(false)),
            b'K' => {
                let number = self.byte()? as i64;
                self.push(Value::Int(number))
            }
            b'M' => {
                let number = self.number::<2>()? as i64;
                self.push(Value::Int(number))
            }
            b'J' => {
                let number = self.number::<4>()? as u32 as i32 as i64;
                self.push(Value::Int(number))
            }
            0x8a => {
                let length = self.byte()? as u64;
                self.long(length)
            }
            0x8b => {
                let length = self.number::<4>()?;
                self.long(length)
            }
            b'G' => {
                let bits = self.number::<8>()?.swap_bytes();
                self.push(Value::Float(f64::from_bits(bits)))
            }

            // Texts; those of Python 2 are bytes that may be a text.
            b'X' => self.text::<4>(),
            0x8c => self.text::<1>(),
            0x8d => self.text::<8>(),
            b'B' => self.bytes::<4>(),
            b'C' => self.bytes::<1>(),
            0x8e | 0x96 => self.bytes::<8>(),
            b'U' => self.text_or_bytes::<1>(),
            b'T' => self.text_or_bytes::<4>(),

            // Containers.
            b'(' => {
                if self.marks.len() == MAX_STACK {
                    fail!(FORMAT, "more than {MAX_STACK} marks");
                }
                list::push(&mut self.marks, self.stack.len())
            }
            b']' => self.push(Value::List(Vec::new())),
            b')' => self.push(Value::Tuple(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x8f => self.push(Value::Set(Vec::new())),
            0x85..=0x87 => {
                let items = self.popped((opcode - 0x84) as usize)?;
                self.push(Value::Tuple(items))
            }
            b't' => {
                let items = self.popped_to_mark()?;
                self.push(Value::Tuple(items))
            }
            b'l' => {
                let items = self.popped_to_mark()?;
                self.push(Value::List(items))
            }
            0x91 => {
                let items = self.popped_to_mark()?;
                self.push(Value::Set(items))
            }
            b'd' => {
                let items = self.popped_to_mark()?;
                let items = pairs(&items)?;
                self.push(Value::Dict(items))
            }
            b'a' => {
                let item = self.pop()?;
                self.extend(&[item])
            }
            b'e' | 0x90 => {
                let items = self.popped_to_mark()?;
                self.extend(&items)
            }
            b's' => {
                let items = self.popped(2)?;
                self.set_items(&items)
            }
            b'u' => {
                let items = self.popped_to_mark()?;
                self.set_items(&items)
            }

            // The stack and the memo.
            b'0' => self.pop().map(drop),
            b'1' => self.popped_to_mark().map(drop),
            b'2' => {
                let top = self.top()?;
                self.push_id(top)
            }
            b'q' => {
                let place = self.byte()? as u32;
                self.remember(place)
            }
            b'r' => {
                let place = self.number::<4>()? as u32;
                self.remember(place)
            }
            0x94 => {
                let place = self.memo.len() as u32;
                self.remember(place)
            }
            b'h' => {
                let place = self.byte()? as u32;
                self.recall(place)
            }
            b'j' => {
                let place = self.number::<4>()? as u32;
                self.recall(place)
            }

            // What would be calls.
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(module, name)
            }
            0x93 => {
                let words = self.popped(2)?;
                match (self.values.text(words[0]), self.values.text(words[1])) {
                    (Some(module), Some(name)) => self.global(module, name),
                    _ => fail!(FORMAT, "the name of a function is no str"),
                }
            }
            // REDUCE, NEWOBJ
            b'R' | 0x81 => {
                let words = self.popped(2)?;
                let Value::Tuple(arguments) = self.values.get(words[1]) else {
                    fail!(FORMAT, "arguments are {}, expected a tuple", self.values.kind(words[1]));
                };
                // More than any function on a list takes.
                let mut few = [0; 16];
                let Some(few) = few.get_mut(..arguments.len()) else {
                    fail!(FORMAT, "a call with {} arguments", arguments.len());
                };
                few.copy_from_slice(arguments);
                let made = self.host.call(&mut self.values, words[0], few)?;
                self.push_id(made)
            }
            // BUILD: attributes, as the `_metadata` of a state_dict. They are left out.
            b'b' => {
                let words = self.popped(2)?;
                if !matches!(self.values.get(words[0]), Value::Dict(_)) {
                    fail!(
                        FORMAT,
                        "attributes of {}, only those of an OrderedDict are expected",
                        self.values.kind(words[0])
                    );
                }
                self.push_id(words[0])
            }
            b'Q' => {
                let id = self.pop()?;
                let made = self.host.persistent(&mut self.values, id)?;
                self.push_id(made)
            }
            b'I' | b'L' | b'F' | b'S' | b'V' | b'g' | b'p' | b'P' | b'i' => {
                fail!(UNSUPPORTED, "opcode {:?} is of protocol 0, 2 to 5 are read", opcode as char)
            }
            b'o' | 0x82..=0x84 | 0x92 | 0x97 | 0x98 => {
                fail!(
                    UNSUPPORTED,
                    "opcode 0x{opcode:02x} makes an object, which is not on the allow-list: nothing is executed"
                )
            }
            _ => fail!(FORMAT, "opcode 0x{opcode:02x} does not exist"),
        }
    }

    // ---- the input ----

    fn take(&mut self, n: u64) -> Result<&'a [u8]> {
        let left = &self.input[self.at..];
        match usize::try_from(n).ok().and_then(|n| left.get(..n)) {
            Some(bytes) => {
                self.at += bytes.len();
                Ok(bytes)
            }
            None => fail!(FORMAT, "{n} bytes are wanted, {} are left", left.len()),
        }
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// `N` bytes, little-endian.
    fn number<const N: usize>(&mut self) -> Result<u64> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(self.take(N as u64)?);
        Ok(u64::from_le_bytes(wide))
    }

    /// Up to the end of the line.
    fn line(&mut self) -> Result<&'a str> {
        let rest = &self.input[self.at..];
        let Some(n) = rest.iter().position(|&byte| byte == b'\n') else { fail!(FORMAT, "a line has no end") };
        self.at += n + 1;
        utf8(&rest[..n])
    }

    // ---- values ----

    fn push(&mut self, value: Value<'a, H::Object>) -> Result<()> {
        let id = self.values.add(value)?;
        self.push_id(id)
    }

    fn push_id(&mut self, id: Id) -> Result<()> {
        if self.stack.len() == MAX_STACK {
            fail!(FORMAT, "more than {MAX_STACK} values on the stack");
        }
        list::push(&mut self.stack, id)
    }

    fn long(&mut self, length: u64) -> Result<()> {
        let bytes = self.take(length)?;
        if bytes.len() > 8 {
            return self.push(Value::Long(bytes));
        }
        let mut wide = [if bytes.last().is_some_and(|&top| top & 0x80 != 0) { 0xff } else { 0 }; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        self.push(Value::Int(i64::from_le_bytes(wide)))
    }

    fn text<const N: usize>(&mut self) -> Result<()> {
        let length = self.number::<N>()?;
        let text = utf8(self.take(length)?)?;
        self.push(Value::Text(text))
    }

    fn bytes<const N: usize>(&mut self) -> Result<()> {
        let length = self.number::<N>()?;
        let bytes = self.take(length)?;
        self.push(Value::Bytes(bytes))
    }

    fn text_or_bytes<const N: usize>(&mut self) -> Result<()> {
        let length = self.number::<N>()?;
        let bytes = self.take(length)?;
        self.push(std::str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text))
    }

    fn global(&mut self, module: &'a str, name: &'a str) -> Result<()> {
        let object = self.host.global(module, name)?;
        self.push(Value::Object(object))
    }

    // ---- the stack ----

    /// What may be popped: nothing below the last mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Id> {
        match self.stack.pop() {
            Some(id) if self.stack.len() >= self.floor() => Ok(id),
            _ => fail!(FORMAT, "the stack is empty"),
        }
    }

    fn top(&self) -> Result<Id> {
        match self.stack.last() {
            Some(&id) if self.stack.len() > self.floor() => Ok(id),
            _ => fail!(FORMAT, "the stack is empty"),
        }
    }

    fn popped(&mut self, n: usize) -> Result<Vec<Id>> {
        if self.stack.len() < self.floor() + n {
            fail!(FORMAT, "{n} values are wanted from a stack of {}", self.stack.len() - self.floor());
        }
        let items = list::collect(self.stack[self.stack.len() - n..].iter().copied())?;
        self.stack.truncate(self.stack.len() - n);
        Ok(items)
    }

    fn popped_to_mark(&mut self) -> Result<Vec<Id>> {
        let Some(mark) = self.marks.pop() else { fail!(FORMAT, "no mark is on the stack") };
        let items = list::collect(self.stack[mark..].iter().copied())?;
        self.stack.truncate(mark);
        Ok(items)
    }

    fn extend(&mut self, items: &[Id]) -> Result<()> {
        let top = self.top()?;
        let (Value::List(to) | Value::Set(to)) = &mut self.values.0[top as usize] else {
            fail!(FORMAT, "items for {}, expected a list or a set", self.values.kind(top));
        };
        to.try_reserve(items.len()).map_err(|_| Error::out_of_memory((to.len() + items.len()) * size_of::<Id>()))?;
        to.extend_from_slice(items);
        Ok(())
    }

    fn set_items(&mut self, items: &[Id]) -> Result<()> {
        let (top, items) = (self.top()?, pairs(items)?);
        let Value::Dict(to) = &mut self.values.0[top as usize] else {
            fail!(FORMAT, "keys and values for {}, expected a dict", self.values.kind(top));
        };
        to.try_reserve(items.len())
            .map_err(|_| Error::out_of_memory((to.len() + items.len()) * size_of::<(Id, Id)>()))?;
        to.extend(items);
        Ok(())
    }

    // ---- the memo ----

    fn remember(&mut self, place: u32) -> Result<()> {
        let top = self.top()?;
        // A pickler remembers each value once.
        if self.memo.len() > self.values.len() {
            fail!(FORMAT, "the memo has more entries than there are values");
        }
        if self.memo.try_reserve(1).is_err() {
            return Err(Error::out_of_memory((self.memo.len() + 1) * size_of::<(u32, Id)>()));
        }
        self.memo.insert(place, top);
        Ok(())
    }

    fn recall(&mut self, place: u32) -> Result<()> {
        match self.memo.get(&place) {
            Some(&id) => self.push_id(id),
            None => fail!(FORMAT, "the memo has nothing at {place}"),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => fail!(FORMAT, "a str is not UTF-8"),
    }
}

/// Keys and values in turns.
fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>> {
    if items.len() % 2 == 1 {
        fail!(FORMAT, "a key without a value");
    }
    list::collect(items.chunks_exact(2).map(|pair| (pair[0], pair[1])))
}

#[cfg(test)]
#[path = "pickle_tests.rs"]
mod tests;
