//! What a host can read that reads everything.

use bluegreen::config::{ConfigErrors, MetadataSource};
use bluegreen::host::Environment;
use bluegreen::table::Table;
use bluegreen::wire::PropertyPath;

/// The variable that holds a secret, and the secret.
pub const SECRET: (&str, &[u8]) = ("BLUEGREEN_CI_SECRET", b"\xff\xfe that are no text\n");

/// A host that reads the metadata of every source, every attribute, and one secret.
pub struct Everything;

impl Environment for Everything {
    fn secret(&self, variable: &str) -> Option<Vec<u8>> {
        (variable == SECRET.0).then(|| SECRET.1.to_vec())
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        Some(metadata_path(name(source), path))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(path))
    }
}

/// The source as a configuration names it.
pub fn name(source: MetadataSource) -> &'static str {
    match source {
        MetadataSource::VirtualHost => "virtual_host",
        MetadataSource::Route => "route",
        MetadataSource::Cluster => "cluster",
        MetadataSource::Listener => "listener",
        MetadataSource::Node => "node",
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
