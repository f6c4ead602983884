//! What the hosts of the filter can read, as the rules ask for it.

use bluegreen::config::MetadataSource;
use bluegreen::host;
use bluegreen::wire::PropertyPath;

use super::metadata::path_of;
use crate::find::Host;

/// The host that a configuration is for.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    pub host: Host,
    pub secrets: Secrets,
}

/// Where secrets come from that a configuration names by a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Nobody needs them: only the proxy has them.
    StandIn,
    /// From this process's environment, as far as it has them.
    Environment,
}

/// Long enough for any key, and in nobody's hands.
const STAND_IN: &[u8] = b"\0a secret that only the proxy has\0";

impl host::Environment for Environment {
    fn secret(&self, variable: &str) -> Option<Vec<u8>> {
        let own = match self.secrets {
            Secrets::StandIn => None,
            Secrets::Environment => std::env::var_os(variable),
        };
        Some(own.map_or_else(|| STAND_IN.to_vec(), std::ffi::OsString::into_encoded_bytes))
    }

    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath> {
        use MetadataSource::{Cluster, FilterState, PerFilterConfig, Route};
        let is_readable = match (self.host, source) {
            (Host::Wasm, source) => !matches!(source, PerFilterConfig | FilterState),
            // Envoy hands a module a namespace and a key, and JSON whole.
            (Host::DynamicModule, Route | Cluster) => path.len() <= 2,
            (Host::DynamicModule, source) => matches!(source, PerFilterConfig | FilterState),
        };
        is_readable.then(|| path_of(source, path))
    }

    fn attribute(&self, path: &[&str]) -> Option<PropertyPath> {
        Some(PropertyPath::new(path))
    }
}
