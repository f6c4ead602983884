//! The guard of one deployment in one worker: what it watches, and what it tells.

use std::time::Duration;

use super::memory::Memory;
use super::meter::{Kind, Meter, Metric};
use super::names;
use super::record::{Addition, Found, Record};
use bluegreen::deployment::Deployment;
use bluegreen::rollback::Limit as Allowed;
use bluegreen::rollback::guard::{BothCounts, Counts, Guarded, Limit, Sampling, Tick, Users, ln};
use bluegreen::split::Weight;
use bluegreen::variant::Variant;

/// Beats for which metadata must not have told a guard to begin anew, before it can again: ten
/// seconds.
const ABSENT: u32 = 200;

/// The guard of one deployment in one worker.
#[derive(Debug, Default)]
pub(super) struct Watching {
    pub sampling: Sampling,
    green: Users,
    blue: Users,
    /// What this worker has not yet added to the evidence.
    pub tick: Tick,
    pub blue_took: Option<Duration>,
    pub limit: Option<Limit>,
    pub untold: Untold,
    pub metrics: Option<Metrics>,
    pub memory: Memory,
    is_threshold_told: bool,
    /// What the metadata said last.
    pub wish: Option<Wish>,
    /// The beat at which metadata last told it to begin anew.
    told: Option<u32>,
    /// Ticks since it was last asked; None while it is left alone.
    pub idle: Option<u32>,
}

/// What the metadata wants of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Forget everything, because a rollback came.
    Forget,
    /// Forget everything, because it is told to.
    Reset,
    /// It is not told any more.
    Rearm,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Untold {
    pub counts: BothCounts,
    pub rescued: u32,
}

#[derive(Debug)]
pub(super) struct Metrics {
    pub memory: Option<Metric>,
    pub tripped: Option<Metric>,
    pub trips: Option<Metric>,
    pub evidence: Option<Metric>,
    /// Seen and failed, of green and of blue. Defined with the first answer.
    pub counts: [Option<Metric>; 4],
    pub rescued: Option<Metric>,
}

impl Watching {
    pub fn users(&mut self, variant: Option<Variant>) -> &mut Users {
        match variant {
            Some(Variant::Blue) => &mut self.blue,
            Some(Variant::Green) | None => &mut self.green,
        }
    }

    /// Hears what flags and maximum weights said to a request.
    pub fn hear(&mut self, allowed: Allowed, guarded: &Guarded, beat: u32) {
        if allowed.resets_guard {
            self.told = Some(beat);
            if !self.memory.has_reset {
                self.wish = Some(Wish::Reset);
            }
        } else if self.memory.has_reset
            && self.told.is_none_or(|told| beat.wrapping_sub(told) > ABSENT)
        {
            self.wish = Some(Wish::Rearm);
        }
        // What could not be understood is not somebody's wish.
        if allowed.most == Weight::ZERO && allowed.is_readable && guarded.is_tripped() {
            self.wish = Some(Wish::Forget);
        }
    }

    /// Adds what this worker saw. If it fell to this worker to look at the evidence: whether green
    /// is to be taken back, the evidence, and the last answers.
    pub fn add(
        &mut self,
        deployment: &Deployment,
        guarded: &Guarded,
        born: f64,
        now: Duration,
        meter: &mut dyn Meter,
    ) -> Option<(bool, f64, BothCounts)> {
        let nanoseconds = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let weight = deployment.policy.split.weight_at(nanoseconds);
        let addition = Addition {
            deployment: &deployment.name,
            fingerprint: guarded.fingerprint,
            born,
            guard: &guarded.settings,
            tick: std::mem::take(&mut self.tick),
            blue_took: self.blue_took.take(),
            has_blue: weight.map(|weight| weight < Weight::FULL),
        };
        let (record, trips) = match Record::add(addition, now, meter) {
            Found::Outdated => return None,
            Found::Added(record) => (record, None),
            Found::Evaluated(record, trips) => (record, Some(trips)),
        };
        self.limit = record.evaluation.limit();
        Some((trips?, record.evaluation.evidence(), record.evaluation.recent()))
    }

    pub fn tell_evidence(
        &mut self,
        name: &str,
        evidence: f64,
        guarded: &Guarded,
        meter: &mut dyn Meter,
    ) {
        let is_first = !std::mem::replace(&mut self.is_threshold_told, true);
        let gauge = self.metrics(name, meter).evidence;
        if let Some(gauge) = gauge {
            meter.set(gauge, thousandths(evidence));
        }
        if is_first {
            let name = names::of_deployment(name, "guard_threshold_milli");
            if let Some(gauge) = meter.metric(Kind::Gauge, &name) {
                meter.set(gauge, thousandths(guarded.settings.question.threshold.evidence()));
            }
        }
    }

    pub fn tell_counts(&mut self, name: &str, meter: &mut dyn Meter) {
        let Untold { counts, rescued } = std::mem::take(&mut self.untold);
        let BothCounts { green, blue } = counts;
        if green.seen == 0 && blue.seen == 0 {
            return;
        }
        let metrics = self.metrics(name, meter);
        let kinds = [
            (Variant::Green, "watched_total", green.seen),
            (Variant::Green, "failed_total", green.failed),
            (Variant::Blue, "watched_total", blue.seen),
            (Variant::Blue, "failed_total", blue.failed),
        ];
        for ((variant, kind, count), metric) in kinds.into_iter().zip(&mut metrics.counts) {
            if metric.is_none() {
                *metric = meter.metric(Kind::Counter, &names::of_variant(name, variant, kind));
            }
            if let (Some(metric), true) = (*metric, count > 0) {
                meter.add(metric, count.into());
            }
        }
        if metrics.rescued.is_none() {
            let name = names::of_deployment(name, "rescued_total");
            metrics.rescued = meter.metric(Kind::Counter, &name);
        }
        if let (Some(metric), true) = (metrics.rescued, rescued > 0) {
            meter.add(metric, rescued.into());
        }
    }

    pub fn metrics(&mut self, name: &str, meter: &mut dyn Meter) -> &mut Metrics {
        self.metrics.get_or_insert_with(|| {
            let mut metric = |kind, suffix| meter.metric(kind, &names::of_deployment(name, suffix));
            Metrics {
                memory: metric(Kind::Gauge, "guard_memory"),
                tripped: metric(Kind::Gauge, "guard_tripped"),
                trips: metric(Kind::Counter, "guard_trips_total"),
                evidence: metric(Kind::Gauge, "guard_evidence_milli"),
                counts: [None; 4],
                rescued: None,
            }
        })
    }
}

pub(super) fn of(counts: &mut BothCounts, variant: Variant) -> &mut Counts {
    match variant {
        Variant::Green => &mut counts.green,
        Variant::Blue => &mut counts.blue,
    }
}

/// A thousand times the logarithm, or 0.
fn thousandths(evidence: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let thousandths = (ln(evidence.max(1.0)) * 1000.0) as u64;
    thousandths
}
