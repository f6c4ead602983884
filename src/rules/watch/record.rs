//! The evidence about one deployment, which all workers of a proxy share.

use std::time::Duration;

use super::meter::Meter;
use bluegreen::rollback::guard::{Evaluation, Guard, Numbers, TICK, Tick};

/// A worker tries so often to add to a record that others change at the same time.
const TRIES: u32 = 16;

/// What workers share about a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Record {
    /// The deployment's configuration that it is about.
    fingerprint: f64,
    /// When that configuration came, in seconds since the epoch of Unix.
    born: f64,
    /// When the next evaluation is due, in the same unit.
    due: f64,
    /// What was answered since the last one.
    pending: Tick,
    /// The evidence.
    pub evaluation: Evaluation,
}

/// What a worker adds to a record.
#[derive(Clone, Copy, Debug)]
pub struct Addition<'a> {
    /// The name of the deployment.
    pub deployment: &'a str,
    /// Its configuration.
    pub fingerprint: u32,
    /// When that came, in seconds.
    pub born: f64,
    /// Its guard.
    pub guard: &'a Guard,
    /// What this worker saw.
    pub tick: Tick,
    /// How long an answer of blue took, where times are compared.
    pub blue_took: Option<Duration>,
    /// Whether blue serves anybody; None if only its answers can tell.
    pub has_blue: Option<bool>,
}

/// What a worker found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found {
    /// Another configuration is in force.
    Outdated,
    /// It is not yet time to look at the evidence.
    Added(Record),
    /// This worker looked at the evidence: whether green is to be taken back.
    Evaluated(Record, bool),
}

fn key(deployment: &str) -> String {
    format!("bluegreen.guard.{deployment}")
}

impl Record {
    /// Adds to the record of a deployment, and looks at the evidence if that is due: of all workers
    /// one looks, once in a tick.
    pub fn add(addition: Addition<'_>, now: Duration, meter: &mut dyn Meter) -> Found {
        let (key, now) = (key(addition.deployment), now.as_secs_f64());
        for _ in 0..TRIES {
            let (bytes, version) = meter.shared(&key);
            let known = Self::from_bytes(&bytes).unwrap_or_default();
            let found = known.plus(&addition, now);
            let (Found::Added(new) | Found::Evaluated(new, _)) = &found else { return found };
            if meter.share(&key, &new.to_bytes(), version) {
                return found;
            }
        }
        Found::Outdated
    }

    /// Forgets the evidence about a deployment.
    pub fn forget(deployment: &str, meter: &mut dyn Meter) {
        let key = key(deployment);
        for _ in 0..TRIES {
            let (bytes, version) = meter.shared(&key);
            if bytes.is_empty() || meter.share(&key, b"", version) {
                return;
            }
        }
    }

    fn plus(self, addition: &Addition<'_>, now: f64) -> Found {
        let fingerprint = f64::from(addition.fingerprint);
        let mut new = self;
        #[expect(clippy::float_cmp, reason = "a whole number")]
        let is_other = self.fingerprint != fingerprint || self.born <= 0.0;
        if is_other {
            if self.born > addition.born {
                return Found::Outdated;
            }
            let (born, due) = (addition.born, now + TICK.as_secs_f64());
            new = Self { fingerprint, born, due, ..Self::default() };
        }
        new.pending = new.pending.plus(addition.tick);
        if let Some(took) = addition.blue_took {
            new.evaluation.begin_limit(took);
        }
        // Within a tick of its time, so that there are no more evaluations than ticks.
        if now < new.due {
            return Found::Added(new);
        }
        let tick = TICK.as_secs_f64();
        new.due = if now < new.due + tick { new.due + tick } else { now + tick };
        let pending = std::mem::take(&mut new.pending);
        let trips = new.evaluation.tick(addition.guard, pending, addition.has_blue);
        Found::Evaluated(new, trips)
    }
}

impl Numbers for Record {
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        each(&mut self.fingerprint);
        each(&mut self.born);
        each(&mut self.due);
        self.pending.visit(each);
        self.evaluation.visit(each);
    }
}
