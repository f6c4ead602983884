//! The metrics with labels: their names, and the numbers by which Envoy knows them.
//!
//! The rules name a metric as a text with its labels in it, `deployment=.=fraud;.;bluegreen_…`, for
//! hosts that have nothing better. Here a name is defined once in each configuration, and Envoy
//! keeps labels as labels.
#![expect(unsafe_code, reason = "calls across the C boundary")]

use arrayvec::ArrayVec;
use bluegreen_watch::Kind;

use crate::abi::{self, Buffer, Envoy};

const DEPLOYMENT: &[&str] = &["deployment"];
const VARIANT: &[&str] = &["deployment", "variant"];
const REASON: &[&str] = &["deployment", "variant", "reason"];

/// The most labels that one has.
pub const LABELS: usize = 3;

/// All that people see: the kind, the name, the labels. What the rules remember in gauges for
/// themselves is not among them.
const ALL: &[(Kind, &str, &[&str])] = &[
    (Kind::Counter, "bluegreen_requests_total", REASON),
    (Kind::Counter, "bluegreen_watched_total", VARIANT),
    (Kind::Counter, "bluegreen_failed_total", VARIANT),
    (Kind::Counter, "bluegreen_rescued_total", DEPLOYMENT),
    (Kind::Counter, "bluegreen_guard_trips_total", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_weight_ppm", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_limit_ppm", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_rolled_back", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_green_last_request_seconds", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_guard_tripped", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_guard_evidence_milli", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_guard_threshold_milli", DEPLOYMENT),
    (Kind::Gauge, "bluegreen_configuration_fingerprint", &[]),
    (Kind::Gauge, "bluegreen_configuration_seconds", &[]),
    (Kind::Gauge, "bluegreen_deployments", &[]),
    (Kind::Gauge, "bluegreen_warnings", &[]),
];

/// One metric with the values of its labels.
#[derive(Debug)]
pub struct Series {
    place: usize,
    kind: Kind,
    values: Box<[Box<str>]>,
}

impl Series {
    /// Reads a name of the rules; None if it is none that people see.
    pub fn named(kind: Kind, name: &str) -> Option<Self> {
        let mut parts: ArrayVec<&str, { LABELS + 1 }> = ArrayVec::new();
        for part in name.split(";.;") {
            parts.try_push(part).ok()?;
        }
        let base = parts.pop()?;
        let is_it = |(known, name, _): &(Kind, &str, &[&str])| *known == kind && *name == base;
        let place = ALL.iter().position(is_it)?;
        let (_, _, labels) = ALL.get(place)?;
        let value = |(part, label): (&&str, &&str)| {
            part.strip_prefix(label)?.strip_prefix("=.=").map(Box::<str>::from)
        };
        let values: Option<Box<[_]>> = parts.iter().zip(*labels).map(value).collect();
        values.filter(|values| values.len() == labels.len()).map(|values| Self {
            place,
            kind,
            values,
        })
    }

    /// The deployment that it is about.
    pub fn deployment(&self) -> Option<&str> {
        self.values.first().map(|value| &**value)
    }
}

/// The numbers by which Envoy knows them in one configuration.
#[derive(Debug)]
pub struct Defined([Option<usize>; ALL.len()]);

impl Defined {
    /// Defines all of them for a configuration of Envoy's.
    ///
    /// # Safety
    /// Envoy is making this configuration.
    pub unsafe fn new(configuration: Envoy) -> Self {
        let mut ids = [None; ALL.len()];
        for ((kind, name, labels), place) in ALL.iter().zip(&mut ids) {
            let names: ArrayVec<Buffer, LABELS> =
                labels.iter().take(LABELS).map(|label| Buffer::of(label.as_bytes())).collect();
            let define = match kind {
                Kind::Counter => abi::define_counter,
                Kind::Gauge => abi::define_gauge,
            };
            let (name, mut id) = (Buffer::of(name.as_bytes()), 0);
            // SAFETY: the handle is the caller's, and the texts are lent.
            let status =
                unsafe { define(configuration, name, names.as_ptr(), names.len(), &raw mut id) };
            *place = (status == abi::METRIC_OK).then_some(id);
        }
        Self(ids)
    }

    /// Tells Envoy: adds to a counter, or sets a gauge.
    ///
    /// # Safety
    /// The stream lives, and its configuration is the one of these numbers.
    pub unsafe fn tell(&self, stream: Envoy, series: &Series, amount: u64) {
        let Some(Some(id)) = self.0.get(series.place).copied() else { return };
        let values: ArrayVec<Buffer, LABELS> =
            series.values.iter().take(LABELS).map(|value| Buffer::of(value.as_bytes())).collect();
        let tell = match series.kind {
            Kind::Counter => abi::increment_counter,
            Kind::Gauge => abi::set_gauge,
        };
        // SAFETY: the stream lives, and the texts are lent.
        unsafe { tell(stream, id, values.as_ptr(), values.len(), amount) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_off_a_name() {
        let name =
            "deployment=.=fraud.v2;.;variant=.=green;.;reason=.=weight;.;bluegreen_requests_total";
        let series = Series::named(Kind::Counter, name).unwrap();
        assert_eq!(*series.values, ["fraud.v2".into(), "green".into(), "weight".into()]);
        assert_eq!(series.deployment(), Some("fraud.v2"));
        assert!(Series::named(Kind::Gauge, "bluegreen_warnings").unwrap().values.is_empty());
        for (kind, name) in [
            (Kind::Gauge, name),
            (Kind::Gauge, "deployment=.=fraud;.;bluegreen_guard_memory"),
            (Kind::Gauge, "bluegreen_weight_ppm"),
            (Kind::Gauge, "variant=.=green;.;bluegreen_weight_ppm"),
            (Kind::Gauge, "a=.=1;.;b=.=1;.;c=.=1;.;d=.=1;.;bluegreen_weight_ppm"),
        ] {
            assert!(Series::named(kind, name).is_none(), "{name}");
        }
    }
}
