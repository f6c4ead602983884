//! Envoy as the rules' host, for one stream and for as long as a hook.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use std::ptr;
use std::sync::LazyLock;

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::warn_once::Warning;
use bluegreen::wire::{FirstPass, Pairs, Property, PropertyPath, Value};

use crate::abi::{self, Buffer, Envoy, Level, Map, Source};
use crate::attributes::Attribute;
use crate::configuration::Counters;
use crate::lines::Room;
use crate::metadata::{self, Namespace};
use crate::route_configuration::{RouteConfiguration, find_in_text};
use crate::store;
use crate::values;
use crate::warnings;
use crate::writes::Writes;

/// A stream of Envoy during one hook.
pub struct Stream<'a> {
    envoy: Envoy,
    counters: &'a Counters,
    writes: Writes,
    has_stale_route: bool,
    /// What the stream before this one left. Only Envoy knows whether that was an earlier pass.
    first_pass: Option<&'a FirstPass>,
    /// How Envoy itself answered, or ended the answer.
    flags: u64,
}

impl<'a> Stream<'a> {
    /// A stream.
    ///
    /// # Safety
    /// Envoy waits for a hook of this stream as long as this lives.
    pub unsafe fn new(envoy: Envoy, counters: &'a Counters) -> Self {
        let writes = Writes::default();
        Self { envoy, counters, writes, has_stale_route: false, first_pass: None, flags: 0 }
    }

    /// The same, of which so much is known.
    pub fn ending(self, flags: u64) -> Self {
        Self { flags, ..self }
    }

    /// Lends the lines of a header map, which nothing is written to meanwhile.
    pub fn with_lines<T>(&mut self, map: Map, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        let mut room = Room::new();
        // SAFETY: the stream lives. Its lines stay where they are until something is written.
        let lines = unsafe { room.fill(self.envoy, map) };
        read(Pairs::of_lines(lines), self)
    }

    /// The same, after a stream that left something.
    pub fn after(self, first_pass: Option<&'a FirstPass>) -> Self {
        Self { first_pass, ..self }
    }

    /// Hands over what was written, once nothing reads the headers any more.
    fn flush(&mut self) {
        for ((name, value), is_new) in self.writes.iter().zip(self.writes.are_new()) {
            let name = Buffer::of(name);
            // SAFETY: the stream lives, and the buffers are lent.
            unsafe {
                match value {
                    // Envoy need not look for what is not there, and that is cheaper.
                    Some(value) if is_new => {
                        abi::add_header(self.envoy, Map::Request, name, Buffer::of(value));
                    }
                    None if is_new => {}
                    Some(value) => {
                        abi::set_header(self.envoy, Map::Request, name, Buffer::of(value));
                    }
                    None => {
                        abi::set_header(self.envoy, Map::Request, name, Buffer::NONE);
                    }
                }
            }
        }
        if self.has_stale_route || !self.writes.is_empty() {
            // SAFETY: the stream lives.
            unsafe { abi::clear_route_cache(self.envoy) };
        }
    }

    /// A text that Envoy fills in, copied.
    fn text(&self, fill: impl FnOnce(Envoy, *mut Buffer) -> bool) -> Option<Vec<u8>> {
        let mut text = Buffer::NONE;
        // SAFETY: it is copied before anything else is called.
        fill(self.envoy, &raw mut text).then(|| unsafe { text.bytes() }.to_vec())
    }

    /// All lines of a header as one, as Envoy has its attribute.
    fn header(&self, name: &str) -> Option<Vec<u8>> {
        let name = Buffer::of(name.as_bytes());
        let mut joined: Option<Vec<u8>> = None;
        for index in 0.. {
            let line = self.text(|envoy, into| {
                // SAFETY: the stream lives, the name is lent, the pointer is valid for the call.
                unsafe { abi::header(envoy, Map::Request, name, into, index, ptr::null_mut()) }
            });
            let Some(line) = line else { break };
            match &mut joined {
                None => joined = Some(line),
                Some(joined) => {
                    joined.push(b',');
                    joined.extend_from_slice(&line);
                }
            }
        }
        joined
    }

    /// What the route, or its virtual host, configures for this filter.
    fn route_configuration(&self) -> Option<&RouteConfiguration> {
        // SAFETY: the stream lives; what Envoy hands back is what a hook made of the route's
        // configuration, and it lives as long as the stream's route.
        unsafe { abi::route_configuration(self.envoy).cast::<RouteConfiguration>().as_ref() }
    }

    /// Whether there is filter state of a name, of whatever type.
    pub fn has_filter_state(&self, name: &[u8]) -> bool {
        let mut text = Buffer::NONE;
        // SAFETY: the stream lives, the name is lent, the pointer is valid for the call.
        unsafe { abi::filter_state_typed(self.envoy, Buffer::of(name), &raw mut text) }
    }

    /// Sets filter state that there is not yet.
    pub fn leave_filter_state(&self, name: &[u8], value: &[u8]) {
        // SAFETY: the stream lives, and the buffers are lent.
        unsafe { abi::set_filter_state(self.envoy, Buffer::of(name), Buffer::of(value)) };
    }

    fn filter_state(&self, name: &[u8]) -> Option<Vec<u8>> {
        // SAFETY: the stream lives, the name is lent, the pointer is valid for the call.
        self.text(|envoy, into| unsafe { abi::filter_state(envoy, Buffer::of(name), into) })
    }
}

impl Host for Stream<'_> {
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        // What is written meanwhile waits for `flush`.
        let result = self.with_lines(Map::Request, |lines, stream| {
            let result = read(lines, stream);
            stream.writes.look(lines);
            result
        });
        self.flush();
        result
    }

    fn set_request_header(&mut self, name: &str, value: &[u8]) {
        self.writes.push(name, Some(value));
    }

    fn remove_request_header(&mut self, name: &str) {
        self.writes.push(name, None);
    }

    fn remove_request_trailer(&mut self, name: &str) {
        let name = Buffer::of(name.as_bytes());
        // SAFETY: the stream lives, and the name is lent.
        unsafe { abi::set_header(self.envoy, Map::RequestTrailers, name, Buffer::NONE) };
    }

    fn first_pass(&mut self) -> Option<FirstPass> {
        // Envoy sets it when it redirects a request internally. No client can.
        let key = Buffer::of(b"num_internal_redirects");
        // SAFETY: the stream lives, the name is lent, the pointer is valid for the call.
        self.text(|envoy, into| unsafe { abi::filter_state_typed(envoy, key, into) })?;
        Some(self.first_pass.cloned().unwrap_or_default())
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        let (name, value) = (Buffer::of(name.as_bytes()), Buffer::of(value.as_bytes()));
        // SAFETY: the stream lives, and the buffers are lent.
        unsafe { abi::set_header(self.envoy, Map::Response, name, value) };
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        let (name, value) = (Buffer::of(name.as_bytes()), Buffer::of(value.as_bytes()));
        // SAFETY: the stream lives, and the buffers are lent.
        unsafe { abi::add_header(self.envoy, Map::Response, name, value) };
    }

    fn attribute(&mut self, path: &PropertyPath) -> Option<Vec<u8>> {
        let envoy = self.envoy;
        match Attribute::read(path)? {
            Attribute::Text(id) => self.text(|envoy, into| {
                // SAFETY: the stream lives, and the pointer is valid for the call.
                unsafe { abi::attribute_string(envoy, u32::from(id), into) }
            }),
            Attribute::Integer(id) => {
                let mut number = 0;
                // SAFETY: the stream lives, and the pointer is valid for the call.
                let is = unsafe { abi::attribute_int(envoy, u32::from(id), &raw mut number) };
                is.then(|| number.to_string().into_bytes())
            }
            Attribute::Boolean(id) => {
                let mut flag = false;
                // SAFETY: the stream lives, and the pointer is valid for the call.
                let is = unsafe { abi::attribute_bool(envoy, u32::from(id), &raw mut flag) };
                // Envoy has none without TLS; to the other host that is false.
                Some((is && flag).to_string().into_bytes())
            }
            Attribute::Header(name) => self.header(name),
            Attribute::FilterState(name) => self.filter_state(name.as_bytes()),
            Attribute::Metadata(source, namespace, key) => {
                // SAFETY: the stream lives.
                unsafe { metadata::text(envoy, source, namespace, key) }
            }
        }
    }

    fn metadata(&mut self, path: &PropertyPath) -> Property {
        let path = path.as_bytes();
        let (source, rest) = if let Some(rest) =
            path.strip_prefix(b"xds\0route_metadata\0filter_metadata\0")
        {
            (Source::Route, rest)
        } else if let Some(rest) = path.strip_prefix(b"xds\0cluster_metadata\0filter_metadata\0") {
            (Source::Cluster, rest)
        } else if let Some(rest) = path.strip_prefix(b"per_filter_config\0") {
            let own = self.route_configuration();
            return own.map_or(Property::Absent, |own| own.find(rest));
        } else if let Some(rest) = path.strip_prefix(b"filter_state\0") {
            let (name, rest) = split(rest);
            return match self.filter_state(name) {
                Some(text) => find_in_text(&text, rest),
                None => Property::Absent,
            };
        } else {
            return Property::Unreadable;
        };
        let (namespace, key) = split(rest);
        // SAFETY: the stream lives, and so does the path.
        let namespace = unsafe { Namespace::new(self.envoy, source, namespace) };
        if key.is_empty() { namespace.all() } else { namespace.value(key) }
    }

    fn value(bytes: &[u8]) -> Value<'_> {
        values::read(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        values::members(bytes)
    }

    fn random(&mut self) -> Option<u128> {
        random()
    }

    fn lasting_random(&mut self) -> Option<u128> {
        static LASTING: LazyLock<Option<u128>> = LazyLock::new(random);
        *LASTING
    }

    fn now(&mut self) -> u64 {
        store::now()
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        // The name that the other host gives it, so that routes are the same.
        let key = [b"wasm.", name.as_bytes()].concat();
        self.leave_filter_state(&key, value.as_bytes());
    }

    fn response_flags(&mut self) -> u64 {
        self.flags
    }

    fn upstream_cluster(&mut self) -> Option<Vec<u8>> {
        // SAFETY: the stream lives, and the pointer is valid for the call.
        self.text(|envoy, into| unsafe { abi::cluster_name(envoy, into) })
    }

    fn clear_route_cache(&mut self) {
        self.has_stale_route = true;
    }

    fn count(&mut self, counter: Counter) {
        if let Some(id) = self.counters.id(counter) {
            // SAFETY: the stream lives, and there are no labels.
            unsafe { abi::increment_counter(self.envoy, id, ptr::null(), 0, 1) };
        }
    }

    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        match warnings::note(key) {
            Warning::Silent => {}
            Warning::New => abi::log(Level::Warning, &message()),
            Warning::Last => {
                abi::log(Level::Warning, "so many warnings: further ones are not logged");
            }
        }
    }
}

fn random() -> Option<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(u128::from_le_bytes(bytes))
}

/// What is before the first zero byte, and what is behind it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
    let (first, rest) = path.split_at_checked(end).unwrap_or((path, &[]));
    (first, rest.get(1..).unwrap_or_default())
}
