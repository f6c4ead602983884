//! A proxy with one request, for decisions outside of Envoy.

use bluegreen::config::strict::Keyword;
use bluegreen::config::{Config, MetadataSource, Source};
use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::{self, FirstPass, Pairs, Property, PropertyPath, encode};
use serde_json::{Map, Value};

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

/// Filter metadata around the request.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The flag in the first place where the configuration looks.
    pub flag: Option<Value>,
    /// The maximum weight beside it.
    pub max_green_weight: Option<Value>,
    /// Source, as a configuration names it → namespace → struct.
    pub all: Map<String, Value>,
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
    metadata: Map<String, Value>,
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
            metadata: with_flags(&call.metadata, config),
            now: call.now,
            written: Vec::new(),
            filter_state: Vec::new(),
            response: Vec::new(),
            counted: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// All metadata, with the flag and the maximum weight where the configuration looks first.
fn with_flags(metadata: &Metadata, config: &Config) -> Map<String, Value> {
    let mut all = metadata.all.clone();
    let mut set = |source: &Keyword<MetadataSource>, path: &[&str], value: &Option<Value>| {
        if let (Keyword::Known(source), Some(value)) = (source, value) {
            let at = all.entry(metadata::name_of(*source)).or_insert_with(|| Map::new().into());
            metadata::set(at, path, value.clone());
        }
    };
    match config.rollback.sources.first() {
        Some(Source::Namespace(source)) => {
            let namespace = config.rollback.namespace.as_str();
            set(source, &[namespace, "rollback"], &metadata.flag);
            set(source, &[namespace, "max_green_weight"], &metadata.max_green_weight);
        }
        Some(Source::Path(place)) => {
            let path: Vec<&str> = place.path.iter().map(String::as_str).collect();
            if let Some(source) = &place.source {
                set(source, &path, &metadata.flag);
            }
        }
        None => {}
    }
    all
}

impl Host for Proxy {
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        let headers = self.headers.clone();
        read(Pairs::new(&headers), self)
    }

    fn first_pass(&mut self) -> Option<FirstPass> {
        None
    }

    fn set_request_header(&mut self, name: &str, value: &[u8]) {
        let value = String::from_utf8_lossy(value).into_owned();
        self.written.push((name.to_owned(), Some(value)));
    }

    fn remove_request_trailer(&mut self, _name: &str) {}

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
        if let Some((_, value)) = self.attributes.iter().find(|(known, _)| known == path) {
            return Some(value.clone());
        }
        // Metadata can be read as an attribute too.
        metadata::text(metadata::find(&self.metadata, path)?).map(String::into_bytes)
    }

    fn metadata(&mut self, path: &PropertyPath) -> Property {
        metadata::find(&self.metadata, path).map_or(Property::Absent, metadata::property)
    }

    fn value(bytes: &[u8]) -> wire::Value<'_> {
        metadata::value(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        metadata::members(bytes)
    }

    /// Always the same, so that the program's output is.
    fn random(&mut self) -> Option<u128> {
        Some(0x6b8b_4567_327b_23c6_643c_9869_6633_4873)
    }

    fn lasting_random(&mut self) -> Option<u128> {
        self.random()
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
