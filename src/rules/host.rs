//! The proxy as the filter sees it: the few calls it makes. Tests pass a host of their own.

use std::fmt;

use crate::config::{Faults, Path};
use crate::metrics::Counter;

/// The host of one stream. Calls that return bytes are dear, the others cheap.
pub trait Host {
    /// All request headers in the order received, names in lower case, in the encoding that
    /// [`crate::pairs`] reads. One dear call however many headers there are.
    fn request_headers(&mut self) -> Vec<u8>;

    /// Takes back a buffer that it returned, to fill it again.
    fn reuse(&mut self, buffer: Vec<u8>) {
        drop(buffer);
    }

    /// Puts one header line in place of all of this name.
    fn set_request_header(&mut self, name: &str, value: &str);

    /// Removes all header lines of this name.
    fn remove_request_header(&mut self, name: &str);

    /// Puts one header line in place of all of this name.
    fn set_response_header(&mut self, name: &str, value: &str);

    /// Adds a header line after those of this name.
    fn add_response_header(&mut self, name: &str, value: &str);

    /// Looks up a property. One dear call, less than half as dear if it is absent.
    fn property(&mut self, path: &PropertyPath) -> Property;

    /// 128 bits that nobody can foresee, or none if the system has no more.
    fn random(&mut self) -> Option<u128>;

    /// Nanoseconds since the epoch of Unix.
    fn now(&mut self) -> u64;

    /// Sets filter state `wasm.NAME`, which routes can match.
    fn set_filter_state(&mut self, name: &str, value: &str);

    /// Has Envoy match the route again; every change of a request header does that too.
    fn clear_route_cache(&mut self);

    /// Adds one to a counter.
    fn count(&mut self, counter: Counter);

    /// Logs a warning the first time that this key is seen in this proxy.
    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String);
}

/// Path of a property, its segments joined as the host wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyPath(Box<[u8]>);

impl PropertyPath {
    /// Joins segments, none of which may hold a zero byte.
    #[must_use]
    pub fn new(segments: &[&str]) -> Self {
        Self(segments.join("\0").into_bytes().into_boxed_slice())
    }

    /// Validates the path of a configuration; None where that added faults.
    pub fn parse(segments: &[String], at: &Path, faults: &mut Faults) -> Option<Self> {
        if segments.is_empty() {
            faults.add(at, "is empty");
            return None;
        }
        for (index, segment) in segments.iter().enumerate() {
            if segment.is_empty() || segment.contains('\0') {
                faults.add_text(&at.index(index), segment, "cannot be a part of a path");
                return None;
            }
        }
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Some(Self::new(&segments))
    }

    /// This path below another.
    #[must_use]
    pub fn below(&self, root: &[&str]) -> Self {
        let root = root.join("\0").into_bytes();
        Self([&root, &[0][..], &self.0].concat().into())
    }

    /// The segments with a zero byte between them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The segments with a dot between them.
impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0).replace('\0', "."))
    }
}

/// What the host says of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Nothing is there.
    Absent,
    /// The value in the host's encoding.
    Bytes(Vec<u8>),
    /// Something is there that the host cannot encode, such as a null.
    Unreadable,
}
