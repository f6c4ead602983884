//! A map from byte strings to anything.

use hashbrown::HashMap;

/// Whatever the values are, the hash table is of one type: it holds their places in a list, so
/// the filter carries one copy of its code and not one for each type of value.
#[derive(Clone, Debug)]
pub struct ByBytes<T> {
    places: HashMap<Box<[u8]>, usize>,
    values: Vec<T>,
}

impl<T> Default for ByBytes<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), values: Vec::new() }
    }
}

impl<T> ByBytes<T> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&T> {
        if self.values.is_empty() {
            return None;
        }
        self.values.get(*self.places.get(key)?)
    }

    /// Enters a key unless it is there; whether it was new.
    pub fn insert(&mut self, key: &[u8], value: T) -> bool {
        let next = self.values.len();
        let is_new = *self.places.entry_ref(key).or_insert(next) == next;
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
        if self.get(key).is_none() {
            self.insert(key, T::default());
        }
        let place = self.places.get(key).copied();
        if let Some(value) = place.and_then(|place| self.values.get_mut(place)) {
            change(value);
        }
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
