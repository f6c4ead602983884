//! What a host can read that reads everything.

use bluegreen::config::{ConfigErrors, MetadataSource};
use bluegreen::host::Environment;
use bluegreen::table::Table;
use bluegreen::wire::PropertyPath;

/// The variable that holds a secret, and the secret.
pub const SECRET: (&str, &[u8]) = ("BLUEGREEN_CI_SECRET", b"\xff\xfe that are no text\n");

/// A variable that holds less than a secret has.
const SHORT: &str = "BLUEGREEN_SHORT_SECRET";

/// A host that reads the metadata of every source, every attribute, and one secret.
pub struct Everything;

impl Environment for Everything {
    fn secret(&self, variable: &str) -> Option<Vec<u8>> {
        match variable {
            SHORT => Some(b"fifteen bytes !".to_vec()),
            _ => (variable == SECRET.0).then(|| SECRET.1.to_vec()),
        }
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        Some(metadata_path(&source.to_string(), path))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(path))
    }
}

/// Where this host has the metadata of a source, below `segments`.
pub fn metadata_path(source: &str, segments: &[&str]) -> PropertyPath {
    PropertyPath::new(&[&["metadata of", source], segments].concat())
}

/// The table of a configuration.
pub fn configured(config: &str) -> Result<Table, ConfigErrors> {
    Table::from_json(config.as_bytes(), &Everything)
}
