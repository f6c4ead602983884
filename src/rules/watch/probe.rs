//! What a watched answer may ask of its stream. Small code counts here more than a few instructions.

use bluegreen::host::Host;

/// A stream, as far as an answer asks it.
pub trait Probe {
    /// Nanoseconds since the epoch of Unix.
    fn now(&mut self) -> u64;

    /// How Envoy says that the response came about, or ended.
    fn response_flags(&mut self) -> u64;

    /// The cluster that the request was sent to.
    fn upstream_cluster(&mut self) -> Option<Vec<u8>>;
}

impl<H: Host> Probe for H {
    fn now(&mut self) -> u64 {
        Host::now(self)
    }

    fn response_flags(&mut self) -> u64 {
        Host::response_flags(self)
    }

    fn upstream_cluster(&mut self) -> Option<Vec<u8>> {
        Host::upstream_cluster(self)
    }
}
