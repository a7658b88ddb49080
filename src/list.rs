//! Lists as long as the caller of C says: when there is no memory for one, that is an error and not the end of the
//! process.

use crate::error::{Error, Result};
use smallvec::{Array, SmallVec};

fn out_of_memory<T>(n: usize) -> Error {
    Error::out_of_memory(n.saturating_mul(size_of::<T>()))
}

/// An empty list with room for `n`.
pub fn with_room<T>(n: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    match list.try_reserve_exact(n) {
        Ok(()) => Ok(list),
        Err(_) => Err(out_of_memory::<T>(n)),
    }
}

/// `Vec::push`
pub fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    list.try_reserve(1).map_err(|_| out_of_memory::<T>(list.len() + 1))?;
    list.push(item);
    Ok(())
}

/// `Iterator::collect` into a list of known length.
pub fn collect<T>(items: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>> {
    let mut list = with_room(items.len())?;
    list.extend(items);
    Ok(list)
}

/// [`collect`] for lists that are short as a rule.
pub fn short<A: Array>(items: impl ExactSizeIterator<Item = A::Item>) -> Result<SmallVec<A>> {
    let mut list = short_with_room(items.len())?;
    list.extend(items);
    Ok(list)
}

/// [`with_room`] for lists that are short as a rule.
#[inline]
pub fn short_with_room<A: Array>(n: usize) -> Result<SmallVec<A>> {
    let mut list = SmallVec::new();
    match list.try_reserve_exact(n) {
        Ok(()) => Ok(list),
        Err(_) => Err(out_of_memory::<A::Item>(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::status::OUT_OF_MEMORY;

    #[test]
    fn lists_too_long_for_the_machine_are_errors() {
        assert_eq!(with_room::<u64>(usize::MAX).unwrap_err().status(), OUT_OF_MEMORY);
        assert_eq!(short_with_room::<[u64; 4]>(usize::MAX / 8).unwrap_err().status(), OUT_OF_MEMORY);
        assert_eq!(collect(0..3).unwrap(), [0, 1, 2]);
        assert_eq!(short::<[u8; 2]>([5u8, 6, 7].into_iter()).unwrap().as_slice(), [5, 6, 7]);
        let mut list = Vec::new();
        push(&mut list, 'a').unwrap();
        assert_eq!(list, ['a']);
    }
}
