//! Metrics and records, by calls across the boundary of the module.

use std::cell::RefCell;

use bluegreen::bytes::ByteMap;
use bluegreen_watch::{Kind, Meter, Metric};

use crate::hostcalls::{self, OK};

thread_local! {
    /// Defined once in a VM, for each definition makes a new id.
    static METRICS: RefCell<ByteMap<Metric>> = RefCell::default();
}

/// Envoy, as a worker knows it at a tick and when a configuration comes.
pub struct Envoy;

impl Meter for Envoy {
    fn now(&mut self) -> u64 {
        hostcalls::now()
    }

    fn metric(&mut self, kind: Kind, name: &str) -> Option<Metric> {
        METRICS.with_borrow_mut(|metrics| {
            if let Some(known) = metrics.get(name.as_bytes()) {
                return Some(*known);
            }
            let kind = match kind {
                Kind::Counter => hostcalls::COUNTER,
                Kind::Gauge => hostcalls::GAUGE,
            };
            let defined = hostcalls::define_metric(kind, name).ok()?;
            metrics.insert(name.as_bytes(), defined);
            Some(defined)
        })
    }

    fn add(&mut self, metric: Metric, amount: u64) {
        if let Ok(amount) = i64::try_from(amount) {
            hostcalls::increment_metric(metric, amount);
        }
    }

    fn set(&mut self, metric: Metric, value: u64) {
        hostcalls::record_metric(metric, value);
    }

    fn get(&mut self, metric: Metric) -> u64 {
        hostcalls::metric(metric)
    }

    fn shared(&mut self, key: &str) -> (Vec<u8>, u32) {
        // What is not there yet is stored by the first who comes.
        hostcalls::shared_data(key).unwrap_or((Vec::new(), u32::MAX))
    }

    fn share(&mut self, key: &str, bytes: &[u8], instead_of: u32) -> bool {
        hostcalls::set_shared_data(key, bytes, instead_of) == OK
    }

    fn warn(&mut self, line: &str) {
        log::warn!("{line}");
    }
}
