//! A weight that follows the clock, the same on every proxy.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::{self, ConfigErrors, Path, Shape};
use crate::split::Weight;

/// Nanoseconds.
type Nanos = u64;

/// Weights at points in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// Since the epoch of Unix.
    start: Nanos,
    /// Since the start, each later than the one before it.
    points: Box<[(Nanos, Weight)]>,
    shape: Shape,
}

impl Ramp {
    /// The weight at a time, in nanoseconds since the epoch of Unix.
    #[must_use]
    pub fn weight_at(&self, now: Nanos) -> Weight {
        let Some(elapsed) = now.checked_sub(self.start) else { return Weight::ZERO };
        let next = self.points.partition_point(|(after, _)| *after <= elapsed);
        let (before, reached) = next
            .checked_sub(1)
            .and_then(|last| self.points.get(last))
            .copied()
            .unwrap_or((0, Weight::ZERO));
        match (self.shape, self.points.get(next)) {
            (Shape::Linear, Some((after, weight))) => {
                let (part, whole) = (elapsed.saturating_sub(before), after.saturating_sub(before));
                reached.towards(*weight, part, whole)
            }
            _ => reached,
        }
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Ramp, ramp: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let start = parse_time(&config.start);
        if start.is_none() {
            let reason = "is not a time of RFC 3339 such as \"2026-11-23T09:00:00+01:00\", from 1970 to 2554";
            errors.invalid(&ramp.key("start"), &config.start, reason);
        }
        let at = ramp.key("steps");
        if config.steps.is_empty() {
            errors.required(&at);
        }
        let mut points: Vec<(Nanos, Weight)> = Vec::new();
        for (index, step) in config.steps.iter().enumerate() {
            let at = at.index(index);
            let weight_at = at.key("green_weight");
            if step.green_weight.is_none() {
                errors.required(&weight_at);
            }
            let weight = step.green_weight.as_ref();
            let weight = weight.and_then(|number| Weight::read(number, &weight_at, errors));
            let at = at.key("after");
            match parse_nanos(&step.after) {
                Some(after) if points.last().is_some_and(|(last, _)| *last >= after) => {
                    errors.invalid(&at, &step.after, "is not later than the step before it");
                }
                Some(after) => points.push((after, weight.unwrap_or(Weight::ZERO))),
                None => {
                    let reason = "is not a duration such as \"10m\", of at most 292 years";
                    errors.invalid(&at, &step.after, reason);
                }
            }
        }
        let shape = config.shape.known(&ramp.key("shape"), errors);
        Some(Self { start: start?, points: points.into(), shape: shape? })
    }
}

fn parse_time(text: &str) -> Option<Nanos> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Nanos::try_from(time.unix_timestamp_nanos()).ok()
}

fn parse_nanos(text: &str) -> Option<Nanos> {
    let after: Duration = humantime::parse_duration(text).ok()?;
    // The product with a weight has to stay within 128 bits.
    Nanos::try_from(after.as_nanos()).ok().filter(|nanos| i64::try_from(*nanos).is_ok())
}
