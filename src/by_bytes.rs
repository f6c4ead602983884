//! A map from byte strings to anything.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

/// Whatever the values are, the hash table is of one type: it holds places in a list, so the
/// filter carries one copy of its code and not one for each type of value.
#[derive(Clone, Debug)]
pub struct ByBytes<T> {
    hash: DefaultHashBuilder,
    places: HashTable<usize>,
    entries: Vec<(Box<[u8]>, T)>,
}

impl<T> Default for ByBytes<T> {
    fn default() -> Self {
        Self { hash: DefaultHashBuilder::default(), places: HashTable::new(), entries: Vec::new() }
    }
}

impl<T> ByBytes<T> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&T> {
        if self.entries.is_empty() {
            return None;
        }
        self.entries.get(self.place(key)?).map(|(_, value)| value)
    }

    fn place(&self, key: &[u8]) -> Option<usize> {
        let is_key =
            |place: &usize| self.entries.get(*place).is_some_and(|(known, _)| **known == *key);
        self.places.find(self.hash.hash_one(key), is_key).copied()
    }

    /// The place of a key, which is entered if it was not there, and whether it was new.
    fn place_or_enter(&mut self, key: &[u8], value: impl FnOnce() -> T) -> (usize, bool) {
        let (entries, hash) = (&mut self.entries, &self.hash);
        let key_at = |place: usize| entries.get(place).map_or(&[][..], |(known, _)| &**known);
        let is_key = |place: &usize| key_at(*place) == key;
        let hash_of = |place: &usize| hash.hash_one(key_at(*place));
        match self.places.entry(hash.hash_one(key), is_key, hash_of) {
            Entry::Occupied(entry) => (*entry.get(), false),
            Entry::Vacant(entry) => {
                let next = entries.len();
                entry.insert(next);
                entries.push((key.into(), value()));
                (next, true)
            }
        }
    }

    /// Enters a key unless it is there; whether it was new.
    pub fn insert(&mut self, key: &[u8], value: T) -> bool {
        self.place_or_enter(key, || value).1
    }

    /// Changes the value of a key, which is the default if it was not there.
    pub fn update(&mut self, key: &[u8], change: impl FnOnce(&mut T))
    where
        T: Default,
    {
        let (place, _) = self.place_or_enter(key, T::default);
        if let Some((_, value)) = self.entries.get_mut(place) {
            change(value);
        }
    }

    /// Whether there are no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_first_value() {
        let mut map = ByBytes::default();
        assert!(map.is_empty() && map.get(b"a").is_none());
        assert!(map.insert(b"a", 1) && map.insert(b"", 2) && !map.insert(b"a", 3));
        assert_eq!((map.get(b"a"), map.get(b""), map.get(b"b")), (Some(&1), Some(&2), None));
        map.update(b"a", |value| *value += 1);
        map.update(b"b", |value| *value += 5);
        assert_eq!((map.get(b"a"), map.get(b"b"), map.len()), (Some(&2), Some(&5), 3));
    }
}
