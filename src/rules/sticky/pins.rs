//! Targeting keys that always get one side.

use crate::bytes::ByBytes;
use crate::config;
use crate::config::{Faults, Path};
use crate::decision::Variant;

/// The sides of pinned keys.
#[derive(Clone, Debug, Default)]
pub struct Pins(ByBytes<Variant>);

impl Pins {
    /// The side that a key is pinned to.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Variant> {
        self.0.get(key).copied()
    }

    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Pins, at: &Path, faults: &mut Faults) -> Self {
        let mut pins = ByBytes::default();
        for (side, keys, variant) in
            [("blue", &config.blue, Variant::Blue), ("green", &config.green, Variant::Green)]
        {
            let at = at.key(side);
            for (index, key) in keys.iter().enumerate() {
                let at = at.index(index);
                if key.is_empty() {
                    faults.add(&at, "is empty, and no targeting key is");
                } else if !pins.insert(key.as_bytes(), variant) {
                    faults.add_text(&at, key, "is pinned before");
                }
            }
        }
        Self(pins)
    }
}
