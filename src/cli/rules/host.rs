//! A proxy with one request, for decisions outside of Envoy.

use bluegreen::config::{Config, Source};
use bluegreen::host::{Host, Property, PropertyPath};
use bluegreen::metrics::Counter;
use bluegreen::wire::encode;
use serde_json::Value;

use super::flag::as_metadata;

/// A request and what the proxy knows about it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Names in lower case; `:authority`, `:path` and `:method` among them.
    pub headers: Vec<(String, String)>,
    pub metadata: Metadata,
    /// Properties by the segments of their paths.
    pub properties: Vec<(Vec<String>, String)>,
    /// Nanoseconds since 1970.
    pub now: u64,
}

/// What the metadata of the request's route holds for the filter.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub flag: Option<Value>,
    pub cap: Option<Value>,
}

impl Call {
    /// The headers as the filter reads them.
    pub fn encoded(&self) -> Vec<u8> {
        encode(self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    }
}

/// The proxy, and what the filter did to the request.
pub struct Proxy {
    headers: Vec<u8>,
    properties: Vec<(PropertyPath, Property)>,
    now: u64,
    /// Headers that were written, or removed where the value is None.
    pub written: Vec<(String, Option<String>)>,
    pub filter_state: Vec<(String, String)>,
    pub response: Vec<(String, String)>,
    pub counted: Vec<Counter>,
    pub warnings: Vec<String>,
}

impl Proxy {
    pub fn new(call: &Call, config: &Config) -> Self {
        let mut properties: Vec<_> = (call.properties.iter())
            .map(|(segments, value)| {
                let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
                (PropertyPath::new(&segments), Property::Bytes(value.clone().into_bytes()))
            })
            .collect();
        properties.extend(flags(&call.metadata, config));
        Self {
            headers: call.encoded(),
            properties,
            now: call.now,
            written: Vec::new(),
            filter_state: Vec::new(),
            response: Vec::new(),
            counted: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// The flag and the cap in the first place where the configuration looks.
fn flags(metadata: &Metadata, config: &Config) -> Option<(PropertyPath, Property)> {
    let members = [("rollback", &metadata.flag), ("max_green_weight", &metadata.cap)];
    let members: Vec<(&str, &Value)> =
        members.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?))).collect();
    let (_, first) = members.first()?;
    let bytes = |value: &Value| as_metadata(value);
    let property = |bytes: Option<Vec<u8>>| bytes.map_or(Property::Unreadable, Property::Bytes);
    let namespace = config.rollback.namespace.as_str();
    Some(match config.rollback.sources.first()? {
        Source::Namespace(owner) => {
            let root = root_of(owner)?;
            let all: Option<Vec<(&str, Vec<u8>)>> =
                members.iter().map(|(name, value)| Some((*name, bytes(value)?))).collect();
            let all = all.map(|all| {
                encode(all.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())))
            });
            (PropertyPath::new(&[root, &[namespace]].concat()), property(all))
        }
        Source::Path(source) => {
            let root = root_of(source.owner.as_ref()?)?;
            let path: Vec<&str> = source.path.iter().map(String::as_str).collect();
            (PropertyPath::new(&[root, &path].concat()), property(bytes(first)))
        }
    })
}

fn root_of(owner: &bluegreen::config::strict::Word<bluegreen::config::Owner>) -> Option<&'static [&'static str]> {
    use bluegreen::config::Owner;
    use bluegreen::config::strict::Word;
    let Word::Known(owner) = owner else { return None };
    Some(match owner {
        Owner::VirtualHost => &["xds", "virtual_host_metadata", "filter_metadata"],
        Owner::Route => &["xds", "route_metadata", "filter_metadata"],
        Owner::Cluster => &["xds", "cluster_metadata", "filter_metadata"],
        Owner::Listener => &["xds", "listener_metadata", "filter_metadata"],
        Owner::Node => &["xds", "node", "metadata"],
    })
}

impl Host for Proxy {
    fn request_headers(&mut self) -> Vec<u8> {
        self.headers.clone()
    }

    fn set_request_header(&mut self, name: &str, value: &str) {
        self.written.push((name.to_owned(), Some(value.to_owned())));
    }

    fn remove_request_header(&mut self, name: &str) {
        self.written.push((name.to_owned(), None));
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        self.response.push((name.to_owned(), value.to_owned()));
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        self.response.push((name.to_owned(), value.to_owned()));
    }

    fn property(&mut self, path: &PropertyPath) -> Property {
        let found = self.properties.iter().find(|(known, _)| known == path);
        found.map_or(Property::Absent, |(_, value)| value.clone())
    }

    /// Always the same, so that the program's output is.
    fn random(&mut self) -> Option<u128> {
        Some(0x6b8b_4567_327b_23c6_643c_9869_6633_4873)
    }

    fn now(&mut self) -> u64 {
        self.now
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        self.filter_state.push((format!("wasm.{name}"), value.to_owned()));
    }

    fn clear_route_cache(&mut self) {}

    fn count(&mut self, counter: Counter) {
        self.counted.push(counter);
    }

    fn warn_once(&mut self, _: u64, message: impl FnOnce() -> String) {
        self.warnings.push(message());
    }
}
