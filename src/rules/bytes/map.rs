//! A map from byte strings to anything.

use std::hash::{BuildHasher, Hasher};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::bytes;

/// Keys and values are kept apart, so that the filter carries one copy of what finds a key and not
/// one for each type of value.
#[derive(Clone, Debug)]
pub struct ByteMap<T> {
    keys: Keys,
    /// In the order of the keys.
    values: Vec<T>,
}

impl<T> Default for ByteMap<T> {
    fn default() -> Self {
        Self { keys: Keys::default(), values: Vec::new() }
    }
}

impl<T> ByteMap<T> {
    /// The value of a key.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, key: &[u8]) -> Option<&T> {
        if self.values.is_empty() {
            return None;
        }
        self.values.get(self.keys.place(key))
    }

    /// The value of a key, and its place among all, from 0.
    #[must_use]
    pub fn get_with_place(&self, key: &[u8]) -> Option<(usize, &T)> {
        let place = self.keys.place(key);
        Some((place, self.values.get(place)?))
    }

    /// The values, in the order in which their keys were entered.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// Enters a key unless it is there; whether it was new.
    pub fn insert(&mut self, key: &[u8], value: T) -> bool {
        let (_, is_new) = self.keys.enter(key);
        if is_new {
            self.values.push(value);
        }
        is_new
    }

    /// Changes the value of a key, which is the default if it was not there.
    pub fn update(&mut self, key: &[u8], change: impl FnOnce(&mut T))
    where
        T: Default,
    {
        let (place, is_new) = self.keys.enter(key);
        if is_new {
            self.values.push(T::default());
        }
        if let Some(value) = self.values.get_mut(place) {
            change(value);
        }
    }

    /// All keys, in the order in which they came.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys.list.iter().map(|key| &**key)
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

/// So many keys are compared one by one: nearly always the length tells them apart, and a hash
/// costs as much as comparing several.
const FEW: usize = 8;

/// Different keys, each at a place of its own.
#[derive(Clone, Debug, Default)]
struct Keys {
    builder: DefaultHashBuilder,
    places: HashTable<usize>,
    list: Vec<Box<[u8]>>,
}

impl Keys {
    /// The place of a key, or one beyond the last if there is no such key: an `Option` of a number
    /// would be returned through memory.
    #[inline]
    fn place(&self, key: &[u8]) -> usize {
        let place = if self.list.len() <= FEW {
            self.list.iter().position(|known| bytes::equal(known, key))
        } else {
            let is_key = |place: &usize| bytes::equal(key_at(&self.list, *place), key);
            self.places.find(hash(&self.builder, key), is_key).copied()
        };
        place.unwrap_or(usize::MAX)
    }

    /// The place of a key, and whether it is new, at the end.
    fn enter(&mut self, key: &[u8]) -> (usize, bool) {
        let (list, builder) = (&mut self.list, &self.builder);
        let is_key = |place: &usize| bytes::equal(key_at(list, *place), key);
        let hash_of = |place: &usize| hash(builder, key_at(list, *place));
        match self.places.entry(hash(builder, key), is_key, hash_of) {
            Entry::Occupied(entry) => (*entry.get(), false),
            Entry::Vacant(entry) => {
                let next = list.len();
                entry.insert(next);
                list.push(key.into());
                (next, true)
            }
        }
    }
}

#[inline]
fn key_at(list: &[Box<[u8]>], place: usize) -> &[u8] {
    list.get(place).map_or(&[], |key| key)
}

/// A key is all that is hashed, so `hash_one` would add its length in vain.
#[inline]
fn hash(builder: &DefaultHashBuilder, key: &[u8]) -> u64 {
    let mut hasher = builder.build_hasher();
    hasher.write(key);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_first_value() {
        let mut map = ByteMap::default();
        assert!(map.is_empty() && map.get(b"a").is_none());
        assert!(map.insert(b"a", 1) && map.insert(b"", 2) && !map.insert(b"a", 3));
        assert_eq!((map.get(b"a"), map.get(b""), map.get(b"b")), (Some(&1), Some(&2), None));
        map.update(b"a", |value| *value += 1);
        map.update(b"b", |value| *value += 5);
        assert_eq!((map.get(b"a"), map.get(b"b"), map.len()), (Some(&2), Some(&5), 3));
    }
}
