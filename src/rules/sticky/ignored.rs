//! Values that are no targeting key, because many users have them.

use crate::bytes::ByteMap;
use crate::config::{ConfigErrors, Path};

/// What stands for nobody, such as `anonymous`.
#[derive(Clone, Debug, Default)]
pub struct Ignored(ByteMap<()>);

impl Ignored {
    /// Whether a value is no targeting key: an empty one, or one of these.
    #[must_use]
    pub fn has(&self, value: &[u8]) -> bool {
        value.is_empty() || self.0.get(value).is_some()
    }

    /// Validates the configuration. What is at fault is left out.
    pub fn new(values: &[String], at: &Path, errors: &mut ConfigErrors) -> Self {
        let mut ignored = ByteMap::default();
        for (index, value) in values.iter().enumerate() {
            let at_value = at.index(index);
            if value.is_empty() {
                errors.add(&at_value, "is empty, as no targeting key is");
            } else if !ignored.insert(value.as_bytes(), ()) {
                let earlier = values.iter().position(|earlier| earlier == value);
                errors.duplicate(&at_value, &at.index(earlier.unwrap_or_default()));
            }
        }
        Self(ignored)
    }
}
