//! A host for unit tests.

use crate::config::MetadataSource;
use crate::host::Environment;
use crate::wire::PropertyPath;

/// A host that can read nothing.
pub struct Nothing;

impl Environment for Nothing {
    fn secret(&self, _variable: &str) -> Option<Vec<u8>> {
        None
    }

    fn metadata(&self, _source: MetadataSource, _path: &[&str]) -> Option<PropertyPath> {
        None
    }

    fn attribute(&self, _path: &[&str]) -> Option<PropertyPath> {
        None
    }
}
