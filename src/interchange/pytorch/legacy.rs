//! The format before PyTorch 1.6: pickles one behind the other, then the storages.
//!
//! ```text
//! magic number | 1001 | {"little_endian": True, …} | what was saved | [key, …] | per key: i64 numel, elements
//! ```

use super::words::{Element, Object, Words};
use super::{MAX_PICKLE, Made, Place, Places, Saved, load_saved};
use crate::error::{Error, Result};
use crate::interchange::Load;
use crate::interchange::dict::{TensorDict, shortened};
use crate::interchange::map::Source;
use crate::interchange::pickle::{Unpickled, Value, unpickle};
use crate::{fail, list};
use indexmap::IndexMap;

/// The pickled number that such files begin with.
pub const MAGIC: [u8; 14] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// What is read at first. Nothing says where the pickles end; most checkpoints have all of them in here.
const FIRST: u64 = 1 << 20;

/// The pickles of a file.
struct Pickles<'a> {
    saved: Unpickled<'a, Object>,
    keys: Unpickled<'a, Object>,
    /// Where the storages begin.
    end: usize,
}

pub fn load(source: &Source, load: &Load) -> Result<TensorDict> {
    let most = source.len().min(MAX_PICKLE);
    let mut n = FIRST.min(most);
    loop {
        let mut bytes = list::with_room(n as usize)?;
        bytes.resize(n as usize, 0);
        source.read_at(0, &mut bytes)?;
        match pickles(&bytes) {
            Ok(pickles) => return load_pickles(source, load, &pickles),
            // Perhaps it only goes on.
            Err(_) if n < most => n = (n * 8).min(most),
            Err(error) => return Err(error),
        }
    }
}

fn pickles(bytes: &[u8]) -> Result<Pickles<'_>> {
    let mut at = 0;
    let mut next = || {
        let rest = &bytes[at..];
        let unpickled =
            unpickle(rest, &mut Words::new(rest.len())).map_err(|e| e.within(&format!("from byte {at} on")))?;
        at += unpickled.len;
        Ok(unpickled)
    };
    let (_magic, protocol, system, saved, keys) = (next()?, next()?, next()?, next()?, next()?);
    if protocol.values.int(protocol.top) != Some(1001) {
        fail!(FORMAT, "its second pickle is {}, expected the number 1001", protocol.values.kind(protocol.top));
    }
    if !matches!(system.values.get(system.top), Value::Dict(_)) {
        fail!(FORMAT, "its third pickle is {}, expected a dict", system.values.kind(system.top));
    }
    Ok(Pickles { saved, keys, end: at })
}

fn load_pickles(source: &Source, load: &Load, pickles: &Pickles) -> Result<TensorDict> {
    let places = places(source, pickles)?;
    let saved = Saved {
        source,
        places: Places::Bare(places),
        // Whatever the third pickle says: storages are written little-endian on every machine.
        swapped: cfg!(target_endian = "big"),
        values: &pickles.saved.values,
        top: pickles.saved.top,
        len: pickles.end,
    };
    load_saved(saved, load)
}

/// Where the storages are, by key.
fn places<'p>(source: &Source, pickles: &Pickles<'p>) -> Result<IndexMap<&'p str, Place<'static>>> {
    let known = storages(&pickles.saved.values)?;
    let Value::List(keys) = pickles.keys.values.get(pickles.keys.top) else {
        fail!(FORMAT, "its fifth pickle is {}, expected a list", pickles.keys.values.kind(pickles.keys.top));
    };
    let mut places = IndexMap::new();
    if places.try_reserve(keys.len()).is_err() {
        return Err(Error::out_of_memory(keys.len() * size_of::<(&str, Place)>()));
    }
    let mut at = pickles.end as u64;
    for &key in keys {
        let Some(key) = pickles.keys.values.text(key) else {
            fail!(FORMAT, "the key of a storage is {}", pickles.keys.values.kind(key));
        };
        let Some(&(numel, element)) = known.get(key) else {
            fail!(FORMAT, "storage {:?} is there, nothing uses it", shortened(key));
        };
        let mut written = [0; 8];
        source.read_at(at, &mut written)?;
        if i64::from_le_bytes(written) != numel {
            let written = i64::from_le_bytes(written);
            fail!(FORMAT, "storage {:?} has {written} elements, said to have {numel}", shortened(key));
        }
        let Some(size) = element.size() else {
            fail!(UNSUPPORTED, "storage {:?} is {}, of unknown size", shortened(key), element.name());
        };
        let end = numel.checked_mul(size).and_then(|nbytes| (at + 8).checked_add(nbytes as u64));
        let Some(end) = end.filter(|&end| end <= source.len()) else {
            fail!(FORMAT, "storage {:?} of {numel} elements leaves the file", shortened(key));
        };
        if places.insert(key, Place { at: at + 8, size: end - at - 8, packed: None }).is_some() {
            fail!(FORMAT, "storage {:?} stands twice in the file", shortened(key));
        }
        at = end;
    }
    Ok(places)
}

fn storages<'p>(values: &Made<'p>) -> Result<IndexMap<&'p str, (i64, Element)>> {
    let mut known = IndexMap::new();
    for value in values.iter() {
        let Value::Object(Object::Storage { key, numel, element }) = value else { continue };
        let Some(key) = values.text(*key) else { continue };
        if known.try_reserve(1).is_err() {
            return Err(Error::out_of_memory((known.len() + 1) * size_of::<(&str, i64, Element)>()));
        }
        known.insert(key, (*numel, *element));
    }
    Ok(known)
}
