//! A proxy with one request, for decisions outside of Envoy.

use bluegreen::config::strict::Keyword;
use bluegreen::config::{Config, MetadataSource, Source};
use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::{Pairs, Property, PropertyPath, Value, encode};

use super::metadata;

/// A request and what the proxy knows about it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Names in lower case; `:authority`, `:path` and `:method` among them.
    pub headers: Vec<(String, String)>,
    pub metadata: Metadata,
    /// Attributes, such as claims of tokens, by the segments of their paths.
    pub attributes: Vec<(Vec<String>, String)>,
    /// Nanoseconds since 1970.
    pub now: u64,
}

/// What the metadata of the request's route holds for the filter.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub flag: Option<serde_json::Value>,
    pub max_green_weight: Option<serde_json::Value>,
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
    attributes: Vec<(PropertyPath, Vec<u8>)>,
    flags: Option<(PropertyPath, Property)>,
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
        let attributes = call.attributes.iter().map(|(segments, value)| {
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            (PropertyPath::new(&segments), value.clone().into_bytes())
        });
        Self {
            headers: call.encoded(),
            attributes: attributes.collect(),
            flags: flags(&call.metadata, config),
            now: call.now,
            written: Vec::new(),
            filter_state: Vec::new(),
            response: Vec::new(),
            counted: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// The flag and the maximum weight in the first place where the configuration looks.
fn flags(flags: &Metadata, config: &Config) -> Option<(PropertyPath, Property)> {
    let namespace = config.rollback.namespace.as_str();
    let first = config.rollback.sources.first()?;
    let known = |source: &Keyword<MetadataSource>| match source {
        Keyword::Known(source) => Some(*source),
        Keyword::Unknown(..) => None,
    };
    match first {
        Source::Namespace(source) => {
            let members =
                [("rollback", &flags.flag), ("max_green_weight", &flags.max_green_weight)];
            let members = members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
            let members: serde_json::Map<_, _> = members.collect();
            let path = metadata::path_of(known(source)?, &[namespace]);
            (!members.is_empty()).then(|| (path, metadata::property(&members.into())))
        }
        Source::Path(source) => {
            let path: Vec<&str> = source.path.iter().map(String::as_str).collect();
            let path = metadata::path_of(known(source.source.as_ref()?)?, &path);
            Some((path, metadata::property(flags.flag.as_ref()?)))
        }
    }
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

    fn attribute(&mut self, path: &PropertyPath) -> Option<Vec<u8>> {
        let (_, value) = self.attributes.iter().find(|(known, _)| known == path)?;
        Some(value.clone())
    }

    fn metadata(&mut self, path: &PropertyPath) -> Property {
        let flags = self.flags.iter().find(|(known, _)| known == path);
        flags.map_or(Property::Absent, |(_, value)| value.clone())
    }

    fn value(bytes: &[u8]) -> Value<'_> {
        metadata::value(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        metadata::members(bytes)
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
