//! What the host can read, and where: all of Envoy's attributes, and the metadata of every source.

use bluegreen::config::MetadataSource;
use bluegreen::host::Environment;
use bluegreen::wire::PropertyPath;

/// The environment of a VM in Envoy.
pub struct Vm;

impl Environment for Vm {
    fn secret(&self, variable: &str) -> Option<Vec<u8>> {
        Some(std::env::var_os(variable)?.into_encoded_bytes())
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        let root: &[&str] = match source {
            MetadataSource::VirtualHost => &["xds", "virtual_host_metadata", "filter_metadata"],
            MetadataSource::Route => &["xds", "route_metadata", "filter_metadata"],
            MetadataSource::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
            MetadataSource::Listener => &["xds", "listener_metadata", "filter_metadata"],
            MetadataSource::Node => &["xds", "node", "metadata"],
            // A proxy-wasm host has no configuration by route, and JSON is not metadata to it.
            MetadataSource::PerFilterConfig | MetadataSource::FilterState => return None,
        };
        Some(PropertyPath::new(&[root, path].concat()))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(path))
    }
}
