//! That something changed which a guard remembers.

use super::meter::{Kind, Meter, Metric};
use bluegreen::config::fingerprint;

/// By what a worker learns, with one look, that another has changed what a guard remembers: how
/// many changes there were, and a sum by which a single one is found.
#[derive(Debug)]
pub(super) struct Changes {
    count: Option<Metric>,
    sum: Option<Metric>,
    known: (u64, u64),
}

/// What others changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    /// The deployment whose name has this sum, if there is one.
    One(u64),
    Many,
}

impl Changes {
    pub fn new(meter: &mut dyn Meter) -> Self {
        let mut gauge = |name| meter.metric(Kind::Gauge, name);
        let count = gauge("bluegreen_guard_changes");
        let sum = gauge("bluegreen_guard_changed");
        let mut new = Self { count, sum, known: (0, 0) };
        new.known = new.read(meter);
        new
    }

    /// Whether anything has ever changed in this proxy.
    pub fn are_none(&self) -> bool {
        self.known.0 == 0
    }

    /// What changed since the last look.
    pub fn look(&mut self, meter: &mut dyn Meter) -> Change {
        let (count, sum) = self.known;
        if self.count.map_or(0, |metric| meter.get(metric)) == count {
            return Change::Nothing;
        }
        self.known = self.read(meter);
        if self.known.0.wrapping_sub(count) == 1 {
            Change::One(self.known.1.wrapping_sub(sum))
        } else {
            Change::Many
        }
    }

    /// Lets the other workers know that something changed.
    pub fn tell(&self, deployment: &str, meter: &mut dyn Meter) {
        // First the sum: whoever sees the count sees it too.
        for (metric, amount) in [(self.sum, sum_of(deployment)), (self.count, 1)] {
            if let Some(metric) = metric {
                meter.add(metric, amount);
            }
        }
    }

    fn read(&self, meter: &mut dyn Meter) -> (u64, u64) {
        let mut get = |metric: Option<Metric>| metric.map_or(0, |metric| meter.get(metric));
        (get(self.count), get(self.sum))
    }
}

/// By what a deployment is found.
pub(super) fn sum_of(name: &str) -> u64 {
    // Half of the bits, so that many may be added up.
    fingerprint(name.as_bytes()) >> 32
}
