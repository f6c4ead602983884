//! The proxy that runs the filter, which proxy-wasm calls the host (not the `Host` of HTTP): what it
//! can read, asked for at configuration time, and the few calls that a request makes. Tests pass a
//! host of their own.

use crate::config::MetadataSource;
use crate::metrics::Counter;
use crate::wire::{FirstPass, Pairs, Property, PropertyPath, Value};

/// What a validation has to know of the host and of its machine.
pub trait Environment {
    /// The bytes of a variable of the environment that holds a secret; None if there is none.
    fn secret(&self, variable: &str) -> Option<Vec<u8>>;

    /// Where [`Host::metadata`] finds filter metadata: a namespace, and keys and indexes below it.
    /// None if this host cannot read it there.
    fn metadata(&self, source: MetadataSource, path: &[&str]) -> Option<PropertyPath>;

    /// Where [`Host::attribute`] finds an attribute. None if this host has no such attribute.
    fn attribute(&self, path: &[&str]) -> Option<PropertyPath>;

    /// Whether this host lets the filter watch answers, as a guard needs.
    fn can_watch(&self) -> bool {
        true
    }
}

/// The host of one stream. Calls that return bytes are expensive, the others cheap.
pub trait Host {
    /// Hands over all request headers in the order received, names in lower case, and takes them
    /// back afterwards. They stay as they are while the host is asked and told further things. One
    /// expensive call however many headers there are.
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T;

    /// What an earlier pass of this request left; None unless an internal redirect made this one.
    /// As expensive as an attribute.
    fn first_pass(&mut self) -> Option<FirstPass>;

    /// Puts one header line in place of all of this name.
    fn set_request_header(&mut self, name: &str, value: &[u8]);

    /// Removes all header lines of this name.
    fn remove_request_header(&mut self, name: &str);

    /// Removes all trailer lines of this name.
    fn remove_request_trailer(&mut self, name: &str);

    /// Puts one header line in place of all of this name.
    fn set_response_header(&mut self, name: &str, value: &str);

    /// Adds a header line after those of this name.
    fn add_response_header(&mut self, name: &str, value: &str);

    /// An attribute as people write it: a text, a number or a boolean. None where it is absent, and
    /// for lists and structs. One expensive call, less than half as expensive if it is absent.
    fn attribute(&mut self, path: &PropertyPath) -> Option<Vec<u8>>;

    /// Looks up filter metadata. As expensive as an attribute.
    fn metadata(&mut self, path: &PropertyPath) -> Property;

    /// Reads a value of filter metadata in the encoding of this host.
    fn value(bytes: &[u8]) -> Value<'_>;

    /// Names and encoded values of a struct's members; None for what is no struct.
    fn members(bytes: &[u8]) -> Option<Pairs<'_>>;

    /// 128 unpredictable bits; None if the system has no randomness.
    fn random(&mut self) -> Option<u128>;

    /// 128 bits that nobody can foresee, the same at every call for as long as this process or VM
    /// lives; none if the system had no more when they were drawn.
    fn lasting_random(&mut self) -> Option<u128>;

    /// Nanoseconds since the epoch of Unix.
    fn now(&mut self) -> u64;

    /// Sets filter state `wasm.NAME`, which routes can match.
    fn set_filter_state(&mut self, name: &str, value: &str);

    /// Has Envoy match the route again; every change of a request header does that too.
    fn clear_route_cache(&mut self);

    /// The flags by which Envoy says how a response came about, or ended. As expensive as an
    /// attribute.
    fn response_flags(&mut self) -> u64 {
        0
    }

    /// The cluster that a request was sent to. As expensive as an attribute.
    fn upstream_cluster(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// Adds one to a counter.
    fn count(&mut self, counter: Counter);

    /// Logs a warning the first time that this key is seen in this proxy.
    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String);
}
