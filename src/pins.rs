//! Targeting keys that always get one side.

use hashbrown::HashMap;

use crate::config;
use crate::decision::Variant;
use crate::fault::{Faults, Path};

/// The sides of pinned keys.
#[derive(Clone, Debug, Default)]
pub struct Pins(HashMap<Box<[u8]>, Variant>);

impl Pins {
    /// The side that a key is pinned to.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Variant> {
        if self.0.is_empty() { None } else { self.0.get(key).copied() }
    }

    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Pins, at: &Path, faults: &mut Faults) -> Self {
        let mut pins = HashMap::new();
        for (side, keys, variant) in
            [("blue", &config.blue, Variant::Blue), ("green", &config.green, Variant::Green)]
        {
            for (index, key) in keys.iter().enumerate() {
                let at = at.key(side).index(index);
                if key.is_empty() {
                    faults.add(&at, "is empty, and no targeting key is");
                } else if pins.insert(key.as_bytes().into(), variant).is_some() {
                    faults.add_text(&at, key, "is pinned before");
                }
            }
        }
        Self(pins)
    }
}
