//! A host with headers and metadata of the test's own, which counts the calls that are expensive.

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::{FirstPass, Pairs, Property, PropertyPath, Value, encode};

use crate::metadata;

pub type Header = (Vec<u8>, Vec<u8>);

#[derive(Debug, Default)]
pub struct FakeHost {
    /// What the host hands over for headers, in place of those of the request.
    pub raw_request: Option<Vec<u8>>,
    pub request: Vec<Header>,
    /// What an earlier pass left, if this is not the first.
    pub first_pass: Option<FirstPass>,
    pub trailers: Vec<Header>,
    pub response: Vec<Header>,
    pub properties: Vec<(PropertyPath, Property)>,
    pub attributes: Vec<(PropertyPath, Vec<u8>)>,
    pub warnings: Vec<String>,
    pub counted: Vec<Counter>,
    pub filter_state: Vec<(String, String)>,
    /// How often the route cache was cleared without a header written.
    pub cleared: usize,
    /// Nanoseconds since the epoch.
    pub now: u64,
    /// Calls that return bytes, or try to.
    pub reads: Vec<String>,
    pub writes: usize,
    pub randoms: u64,
    pub has_no_chance: bool,
    /// What was drawn for the life of this process.
    pub lasting: u128,
    pub warned: Vec<u64>,
    /// Whether headers are handed over as lines and not in the pairs encoding.
    pub has_lines: bool,
    /// How Envoy says that the response came about.
    pub flags: u64,
    /// Where the request was sent.
    pub cluster: Option<Vec<u8>>,
    /// How often it was asked to warn.
    pub asked_to_warn: usize,
}

impl FakeHost {
    /// A host whose stream has this request.
    pub fn with_request(authority: Option<&str>, path: &str, headers: &[Header]) -> Self {
        let pseudo = [(":authority", authority), (":path", Some(path)), (":method", Some("GET"))];
        let pseudo = pseudo.into_iter().filter_map(|(name, value)| Some(header(name, value?)));
        Self { request: pseudo.chain(headers.iter().cloned()).collect(), ..Self::default() }
    }

    /// The request's headers in the pairs encoding, as one read.
    pub fn encoded_headers(&mut self) -> Vec<u8> {
        self.reads.push("request headers".to_owned());
        if let Some(raw) = &self.raw_request {
            return raw.clone();
        }
        encode(self.request.iter().map(|(name, value)| (&name[..], &value[..])))
    }
}

/// A header of text, its name in lower case as Envoy hands it on.
pub fn header(name: &str, value: &str) -> Header {
    (name.to_ascii_lowercase().into_bytes(), value.as_bytes().to_vec())
}

/// All values under a name.
pub fn values<'a>(headers: &'a [Header], name: &str) -> Vec<&'a [u8]> {
    let of_name = headers.iter().filter(|(header, _)| header == name.as_bytes());
    of_name.map(|(_, value)| &value[..]).collect()
}

fn set(headers: &mut Vec<Header>, name: &str, value: &[u8]) {
    headers.retain(|(header, _)| header != name.as_bytes());
    headers.push((name.as_bytes().to_vec(), value.to_vec()));
}

impl Host for FakeHost {
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        if self.has_lines {
            let headers = self.request.clone();
            let lines: Vec<_> =
                headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            return read(Pairs::of_lines(&lines), self);
        }
        let buffer = self.encoded_headers();
        read(Pairs::new(&buffer), self)
    }

    fn first_pass(&mut self) -> Option<FirstPass> {
        self.reads.push("first pass".to_owned());
        self.first_pass.clone()
    }

    fn set_request_header(&mut self, name: &str, value: &[u8]) {
        self.writes += 1;
        set(&mut self.request, name, value);
    }

    fn remove_request_header(&mut self, name: &str) {
        self.writes += 1;
        self.request.retain(|(header, _)| header != name.as_bytes());
    }

    fn remove_request_trailer(&mut self, name: &str) {
        self.trailers.retain(|(header, _)| header != name.as_bytes());
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        set(&mut self.response, name, value.as_bytes());
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        self.response.push(header(name, value));
    }

    fn attribute(&mut self, path: &PropertyPath) -> Option<Vec<u8>> {
        self.reads.push(path.as_bytes().escape_ascii().to_string());
        let (_, value) = self.attributes.iter().find(|(known, _)| known == path)?;
        Some(value.clone())
    }

    fn metadata(&mut self, path: &PropertyPath) -> Property {
        self.reads.push(path.as_bytes().escape_ascii().to_string());
        let found = self.properties.iter().find(|(known, _)| known == path);
        found.map_or(Property::Absent, |(_, value)| value.clone())
    }

    fn value(bytes: &[u8]) -> Value<'_> {
        metadata::value(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        metadata::members(bytes)
    }

    fn random(&mut self) -> Option<u128> {
        if self.has_no_chance {
            return None;
        }
        self.randoms += 1;
        // SplitMix64: different at each call, the same in each run.
        let mut next = self.randoms.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let half = u128::from(next ^ (next >> 31));
        Some(half << 64 | half)
    }

    fn lasting_random(&mut self) -> Option<u128> {
        (!self.has_no_chance).then_some(self.lasting)
    }

    fn now(&mut self) -> u64 {
        self.now
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        self.filter_state.push((name.to_owned(), value.to_owned()));
    }

    fn clear_route_cache(&mut self) {
        self.cleared += 1;
    }

    fn response_flags(&mut self) -> u64 {
        self.reads.push("response flags".to_owned());
        self.flags
    }

    fn upstream_cluster(&mut self) -> Option<Vec<u8>> {
        self.reads.push("upstream cluster".to_owned());
        self.cluster.clone()
    }

    fn count(&mut self, counter: Counter) {
        self.counted.push(counter);
    }

    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        self.asked_to_warn += 1;
        if !self.warned.contains(&key) {
            self.warned.push(key);
            self.warnings.push(message());
        }
    }
}
