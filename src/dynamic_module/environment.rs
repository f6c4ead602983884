//! What the host can read, and where: metadata of routes and clusters by namespace and key, JSON of
//! whatever shape where it comes as text, and the attributes for which there is a function.

use bluegreen::config::MetadataSource;
use bluegreen::host::Environment;
use bluegreen::wire::PropertyPath;

use crate::attributes::Attribute;

/// The process that is Envoy.
pub struct Process;

impl Environment for Process {
    fn secret(&self, variable: &str) -> Option<Vec<u8>> {
        Some(std::env::var_os(variable)?.into_encoded_bytes())
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        let root: &[&str] = match source {
            MetadataSource::Route => &["xds", "route_metadata", "filter_metadata"],
            MetadataSource::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
            MetadataSource::PerFilterConfig => &["per_filter_config"],
            MetadataSource::FilterState => &["filter_state"],
            MetadataSource::VirtualHost | MetadataSource::Listener | MetadataSource::Node => {
                return None;
            }
        };
        let is_json = root.len() == 1;
        // Envoy hands out the values of a namespace's keys and nothing below them.
        (is_json || path.len() <= 2).then(|| PropertyPath::new(&[root, path].concat()))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Attribute::named(path).map(Attribute::to_path)
    }
}
