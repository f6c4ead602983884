//! A weight that follows the clock, the same on every proxy.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::{self, ConfigErrors, Path, Shape};
use crate::split::Weight;

/// Nanoseconds.
type Nanos = u64;

/// What an error says of a text that is no time.
const NO_TIME: &str =
    "is not a time of RFC 3339 such as \"2026-11-23T09:00:00+01:00\", from 1970 to 2554";

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

    /// The weight of a session that was born at a time: it keeps what the ramp had then. A birth
    /// before the start counts as one at the start, and one in the future as one now.
    #[must_use]
    pub fn weight_of_session(&self, birth: Nanos, now: Nanos) -> Weight {
        self.weight_at(birth.max(self.start).min(now))
    }

    /// Validates the configuration; None where that added errors.
    pub fn new(config: &config::Ramp, ramp: &Path, errors: &mut ConfigErrors) -> Option<Self> {
        let start = parse_time(&config.start);
        if start.is_none() {
            errors.invalid(&ramp.key("start"), &config.start, NO_TIME);
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
            let (key, text, after) = match (&step.after, &step.at) {
                (Some(text), None) => ("after", text, parse_nanos(text)),
                (None, Some(text)) => ("at", text, since(start, text)),
                _ => {
                    errors.required_keys(&at, "exactly one of `after`, `at`");
                    continue;
                }
            };
            let is_late = |after: &Nanos| points.last().is_none_or(|(last, _)| last < after);
            match after {
                Ok(after) if is_late(&after) => {
                    points.push((after, weight.unwrap_or(Weight::ZERO)));
                }
                Ok(_) => {
                    errors.invalid(&at.key(key), text, "is not later than the step before it");
                }
                Err(reason) => errors.invalid(&at.key(key), text, reason),
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

fn parse_nanos(text: &str) -> Result<Nanos, &'static str> {
    let after = humantime::parse_duration(text).ok().map(|after| after.as_nanos());
    let after = after.and_then(|nanos| Nanos::try_from(nanos).ok()).filter(|nanos| is_near(*nanos));
    after.ok_or("is not a duration such as \"10m\", of at most 292 years")
}

/// How long after the start a time is. Of a start that is no time nothing is said again.
fn since(start: Option<Nanos>, text: &str) -> Result<Nanos, &'static str> {
    let time = parse_time(text).ok_or(NO_TIME)?;
    let after = time.checked_sub(start.unwrap_or(0)).ok_or("is before the start")?;
    if start.is_some() && !is_near(after) {
        return Err("is more than 292 years after the start");
    }
    Ok(after)
}

/// The product with a weight has to stay within 128 bits.
fn is_near(nanos: Nanos) -> bool {
    i64::try_from(nanos).is_ok()
}
