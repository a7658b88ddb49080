//! Tensors by name, in the order in which they came, with metadata: what a checkpoint holds.

use crate::error::{Error, Result};
use crate::fail;
use crate::tensor::Tensor;
use indexmap::IndexMap;
use std::borrow::Borrow;
use std::ffi::c_char;
use std::hash::{Hash, Hasher};

/// UTF-8 without NUL inside and with one at the end: both a `&str` and a C string, at one address for as long as it
/// lives.
#[derive(Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// `what` names the text in the error of one that C cannot hold.
    pub fn new(text: &str, what: &str) -> Result<Text> {
        if text.contains('\0') {
            fail!(FORMAT, "{what} {:?} has a NUL inside", shortened(text));
        }
        joined(&[text, "\0"]).map(Text)
    }

    pub fn as_str(&self) -> &str {
        &self.0[..self.0.len() - 1]
    }

    pub fn as_c(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// That of the `str`, as [`Borrow`] demands.
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state)
    }
}

/// Texts one behind the other.
pub fn joined(parts: &[&str]) -> Result<String> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut text = String::new();
    if text.try_reserve_exact(length).is_err() {
        return Err(Error::out_of_memory(length));
    }
    parts.iter().for_each(|part| text.push_str(part));
    Ok(text)
}

/// The first characters of a text that a file or a caller made as long as he liked.
pub fn shortened(text: &str) -> &str {
    text.char_indices().nth(80).map_or(text, |(end, _)| &text[..end])
}

/// How the tensors of a dict came out of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadStats {
    /// Tensors that look into a mapping of the file, and their bytes.
    pub mapped_tensors: i64,
    pub mapped_bytes: i64,
    /// Tensors with memory of their own, and their bytes.
    pub copied_tensors: i64,
    pub copied_bytes: i64,
    /// Of the copied ones: those of a mapped file that could not be mapped, because their bytes are not aligned to their
    /// elements, or are stored compressed or in another byte order.
    pub unmappable_tensors: i64,
}

/// A dict holds each tensor itself, not a copy: what is written to it shows in all its handles.
#[derive(Default)]
pub struct TensorDict {
    tensors: IndexMap<Text, Tensor>,
    metadata: IndexMap<Text, Text>,
    pub stats: LoadStats,
}

impl TensorDict {
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// Name and tensor at a place of the order.
    pub fn at(&self, index: usize) -> Option<(&Text, &Tensor)> {
        self.tensors.get_index(index)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Puts `tensor` at `name`: in place of the one that is there, else at the end. The former tensor is returned, for
    /// the caller to drop where callbacks may run.
    pub fn set(&mut self, name: &str, tensor: Tensor) -> Result<Option<Tensor>> {
        set(&mut self.tensors, name, "name", tensor)
    }

    /// As [`TensorDict::set`] for a reader: a name that is there already is FORMAT.
    pub fn add(&mut self, name: &str, tensor: Tensor) -> Result<()> {
        if self.tensors.contains_key(name) {
            fail!(FORMAT, "the name {:?} stands twice in the file", shortened(name));
        }
        self.set(name, tensor).map(|_| ())
    }

    /// Takes a tensor out; the order of the others stays.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        self.tensors.shift_remove(name)
    }

    pub fn metadata(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub fn metadata_len(&self) -> usize {
        self.metadata.len()
    }

    pub fn metadata_at(&self, index: usize) -> Option<(&Text, &Text)> {
        self.metadata.get_index(index)
    }

    pub fn metadata_of(&self, key: &str) -> Option<&Text> {
        self.metadata.get(key)
    }

    pub fn set_metadata(&mut self, key: &str, value: &str) -> Result<()> {
        let value = Text::new(value, "value")?;
        set(&mut self.metadata, key, "key", value).map(|_| ())
    }

    /// The tensors whose names begin with `prefix`, which becomes `replacement`; metadata as they are.
    pub fn select(&self, prefix: &str, replacement: &str) -> Result<TensorDict> {
        let mut out = TensorDict::default();
        for (name, tensor) in self.iter() {
            let Some(rest) = name.strip_prefix(prefix) else { continue };
            out.set(&joined(&[replacement, rest])?, tensor.clone())?;
        }
        out.copy_metadata(self)?;
        Ok(out)
    }

    /// What `change` makes of each tensor, under the same names; metadata and stats as they are.
    pub fn map(&self, mut change: impl FnMut(&Tensor) -> Result<Tensor>) -> Result<TensorDict> {
        let mut out = TensorDict { stats: self.stats, ..TensorDict::default() };
        for (name, tensor) in self.iter() {
            out.set(name, change(tensor)?)?;
        }
        out.copy_metadata(self)?;
        Ok(out)
    }

    fn copy_metadata(&mut self, from: &TensorDict) -> Result<()> {
        from.metadata().try_for_each(|(key, value)| self.set_metadata(key, value))
    }
}

fn set<T>(map: &mut IndexMap<Text, T>, name: &str, what: &str, value: T) -> Result<Option<T>> {
    if let Some(place) = map.get_mut(name) {
        return Ok(Some(std::mem::replace(place, value)));
    }
    let name = Text::new(name, what)?;
    if map.try_reserve(1).is_err() {
        return Err(Error::out_of_memory((map.len() + 1) * size_of::<(Text, T)>()));
    }
    map.insert(name, value);
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Device;
    use crate::dtype::DType;
    use crate::error::status;

    fn tensor() -> Tensor {
        Tensor::empty(&[2], DType::F32, Device::Cpu).unwrap()
    }

    #[test]
    fn names_keep_their_order() {
        let (a, b, c) = (tensor(), tensor(), tensor());
        let mut dict = TensorDict::default();
        for (name, x) in [("w", &a), ("b", &b), ("z", &c)] {
            assert!(dict.set(name, x.clone()).unwrap().is_none());
        }
        let former = dict.set("b", c.clone()).unwrap();
        assert!(former.is_some_and(|former| former.same(&b)));
        assert!(dict.remove("w").is_some_and(|w| w.same(&a)) && dict.remove("w").is_none());
        assert_eq!(dict.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "z"]);
        assert!(dict.get("b").is_some_and(|x| x.same(&c)) && dict.get("w").is_none());
    }

    #[test]
    fn a_prefix_selects_and_is_replaced() {
        let mut dict = TensorDict::default();
        for name in ["model.a", "model.b", "head.a"] {
            dict.set(name, tensor()).unwrap();
        }
        dict.set_metadata("format", "pt").unwrap();
        let picked = dict.select("model.", "net/").unwrap();
        assert_eq!(picked.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["net/a", "net/b"]);
        assert_eq!(picked.metadata().collect::<Vec<_>>(), [("format", "pt")]);
        assert_eq!(dict.select("", "").unwrap().len(), 3);
    }

    #[test]
    fn texts_end_in_nul() {
        let text = Text::new("größe", "name").unwrap();
        assert_eq!(text.as_str(), "größe");
        assert_eq!(text.0.as_bytes().last(), Some(&0));
        let error = Text::new("a\0b", "name").unwrap_err();
        assert_eq!(error.status(), status::FORMAT);
    }
}
