//! What is no error of a configuration and yet can hardly be meant.

use std::fmt;
use std::hash::Hasher;

use twox_hash::XxHash64;

use super::error::{MOST_ERRORS, Path};

/// One warning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Warning {
    path: String,
    reason: String,
}

impl Warning {
    /// Equal for equal warnings.
    #[must_use]
    pub fn key(&self) -> u64 {
        let mut hash = XxHash64::with_seed(0);
        hash.write(self.path.as_bytes());
        hash.write(&[0]);
        hash.write(self.reason.as_bytes());
        hash.finish()
    }

    /// Where in the configuration it is.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What can hardly be meant there.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// `path: reason`
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// The warnings of a configuration in the order found, at most 100.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings(Vec<Warning>);

impl Warnings {
    /// Adds a warning. Its reason is written only if it is reported.
    pub fn add<R: Into<String>>(&mut self, path: &Path, reason: impl FnOnce() -> R) {
        if self.0.len() < MOST_ERRORS {
            self.0.push(Warning { path: path.to_string(), reason: reason().into() });
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The warnings, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Warning> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Warnings {
    type Item = &'a Warning;
    type IntoIter = std::slice::Iter<'a, Warning>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
