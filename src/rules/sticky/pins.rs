//! Targeting keys that always get one variant.

use super::ignored::Ignored;
use crate::bytes::ByteMap;
use crate::config::{self, ConfigErrors, Path};
use crate::variant::Variant;

/// The variants of pinned keys.
#[derive(Clone, Debug, Default)]
pub struct Pins(ByteMap<Variant>);

impl Pins {
    /// The variant that a key is pinned to.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Variant> {
        self.0.get(key).copied()
    }

    /// Validates the configuration. What is wrong is left out.
    /// `ignored` are values that are no targeting key.
    pub fn new(
        config: &config::Pins,
        ignored: &Ignored,
        pins_at: &Path,
        errors: &mut ConfigErrors,
    ) -> Self {
        let mut pins = ByteMap::default();
        let lists = [(&config.blue, Variant::Blue), (&config.green, Variant::Green)];
        for (keys, variant) in lists {
            let list_at = pins_at.key(variant.as_str());
            for (index, key) in keys.iter().enumerate() {
                if errors.is_full() {
                    break;
                }
                let at = list_at.index(index);
                if key.is_empty() {
                    errors.add(&at, "is empty, as no targeting key is");
                } else if !pins.insert(key.as_bytes(), variant) {
                    let (variant, index) = first(&lists, key);
                    errors.duplicate(&at, &pins_at.key(variant.as_str()).index(index));
                } else if ignored.has(key.as_bytes()) {
                    errors.warn(&at, || "is never found: `sticky.ignore` has it too");
                }
            }
        }
        Self(pins)
    }
}

/// Where a key is pinned first.
fn first(lists: &[(&Vec<String>, Variant)], key: &str) -> (Variant, usize) {
    let place = |(keys, variant): &(&Vec<String>, Variant)| {
        Some((*variant, keys.iter().position(|earlier| earlier == key)?))
    };
    lists.iter().find_map(place).unwrap_or((Variant::Blue, 0))
}
