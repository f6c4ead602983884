//! What a host offers outside of streams: metrics, which all workers share, and records.

/// The host's number of a metric.
pub type Metric = u32;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rises.
    Counter,
    /// Rises, falls and can be set.
    Gauge,
}

/// A host at a tick, or when a configuration comes.
pub trait Meter {
    /// Nanoseconds since the epoch of Unix.
    fn now(&mut self) -> u64;

    /// The metric of a name, the same number at each call. Its value is that which workers before
    /// this one left.
    fn metric(&mut self, kind: Kind, name: &str) -> Option<Metric>;

    /// Adds to a metric. No addition of another worker is lost.
    fn add(&mut self, metric: Metric, amount: u64);

    /// Sets a gauge.
    fn set(&mut self, metric: Metric, value: u64);

    /// The value of a metric.
    fn get(&mut self, metric: Metric) -> u64;

    /// The bytes that workers share under a key, and which of their versions it is.
    fn shared(&mut self, key: &str) -> (Vec<u8>, u32);

    /// Puts other bytes in their place, unless another worker was faster.
    fn share(&mut self, key: &str, bytes: &[u8], instead_of: u32) -> bool;

    /// Writes a line to the log, as a warning.
    fn warn(&mut self, line: &str);
}
