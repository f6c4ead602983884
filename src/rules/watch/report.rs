//! What a proxy says of the configuration that it has.

use super::meter::{Kind, Meter};
use bluegreen::table::Table;

/// The configuration in force.
#[derive(Clone, Copy, Debug)]
pub struct Configuration {
    /// A hash of its text.
    pub fingerprint: u64,
    /// How many deployments it has.
    pub deployments: usize,
    /// How many warnings.
    pub warnings: usize,
}

/// As many bits as a number of JSON and of Prometheus holds exactly.
const BITS: u64 = (1 << 48) - 1;

impl Configuration {
    /// That of a table, by a hash of its text.
    #[must_use]
    pub fn new(table: &Table, hash: u64) -> Self {
        // Never 0, which a gauge is that nobody has set.
        let fingerprint = (hash & BITS).max(1);
        let (deployments, warnings) = (table.names().len(), table.warnings().iter().count());
        Self { fingerprint, deployments, warnings }
    }

    /// Tells the host. Returns whether a gauge has what was set: where Envoy is configured to
    /// reject the filter's metrics, all calls succeed and nothing is kept.
    #[inline(never)]
    pub fn tell(self, meter: &mut dyn Meter) -> bool {
        let mut gauge = |name: &str| meter.metric(Kind::Gauge, name);
        let names =
            ["fingerprint", "seconds"].map(|name| format!("bluegreen_configuration_{name}"));
        let [fingerprint, seconds] = names.map(|name| gauge(&name));
        let counts = [
            (gauge("bluegreen_deployments"), self.deployments),
            (gauge("bluegreen_warnings"), self.warnings),
        ];
        for (gauge, count) in counts {
            if let Some(gauge) = gauge {
                meter.set(gauge, u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
        let (Some(fingerprint), Some(seconds)) = (fingerprint, seconds) else { return false };
        // Each worker tells, and one that is made anew tells again: the first time counts.
        if meter.get(fingerprint) != self.fingerprint {
            let now = meter.now() / 1_000_000_000;
            meter.set(seconds, now);
            meter.set(fingerprint, self.fingerprint);
        }
        meter.get(fingerprint) == self.fingerprint
    }
}
