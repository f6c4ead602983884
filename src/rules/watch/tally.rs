//! Requests by deployment, variant and reason, counted where it costs least, and told at ticks.

use super::meter::{Kind, Meter, Metric};
use super::names;
use bluegreen::decision::{Decision, Reason};
use bluegreen::deployment::Deployment;
use bluegreen::rollback::Limit;
use bluegreen::split::Weight;
use bluegreen::variant::Variant;

const REASONS: [Reason; 7] = [
    Reason::Rollback,
    Reason::Guard,
    Reason::Override,
    Reason::Peer,
    Reason::Pin,
    Reason::Weight,
    Reason::Random,
];
const VARIANTS: [Option<Variant>; 3] = [Some(Variant::Blue), Some(Variant::Green), None];

/// How many kinds of decisions there are.
const KINDS: usize = 21;

/// The requests of a worker, since the last time they were told.
#[derive(Debug, Default)]
pub struct Tally {
    /// By the place of the deployment; made at its first request.
    counts: Box<[Option<Box<Counts>>]>,
    /// Places of deployments with requests that were not told.
    untold: Vec<u32>,
}

/// The requests of one deployment.
#[derive(Debug, Default)]
struct Counts {
    requests: [u32; KINDS],
    is_untold: bool,
    limit: Option<Limit>,
    counters: [Option<Metric>; KINDS],
    gauges: Option<Gauges>,
}

/// Gauges of one deployment, and what was last told.
#[derive(Debug)]
struct Gauges {
    weight: Gauge,
    limit: Gauge,
    rolled_back: Gauge,
    last_green: Gauge,
}

#[derive(Debug)]
struct Gauge(Option<Metric>, Option<u64>);

impl Gauge {
    fn new(deployment: &str, name: &str, meter: &mut dyn Meter) -> Self {
        Self(meter.metric(Kind::Gauge, &names::of_deployment(deployment, name)), None)
    }

    fn tell(&mut self, value: u64, meter: &mut dyn Meter) {
        if let (Some(metric), true) = (self.0, self.1 != Some(value)) {
            meter.set(metric, value);
            self.1 = Some(value);
        }
    }
}

impl Tally {
    /// Nothing counted yet, of so many deployments.
    #[must_use]
    pub fn new(deployments: usize) -> Self {
        let counts = std::iter::repeat_with(|| None).take(deployments).collect();
        Self { counts, untold: Vec::new() }
    }

    /// Counts a request of the deployment at a place.
    #[inline]
    pub fn count(&mut self, place: u32, decision: Decision, limit: Option<Limit>) {
        let index = usize::try_from(place).unwrap_or(usize::MAX);
        let Some(entry) = self.counts.get_mut(index) else { return };
        let Some(counts) = entry else {
            return self.count_first(place, decision, limit);
        };
        if let Some(count) = counts.requests.get_mut(kind(decision)) {
            *count = count.wrapping_add(1);
        }
        if limit.is_some() {
            counts.limit = limit;
        }
        if !counts.is_untold {
            counts.is_untold = true;
            self.untold.push(place);
        }
    }

    #[inline(never)]
    fn count_first(&mut self, place: u32, decision: Decision, limit: Option<Limit>) {
        if let Some(entry) = self.counts.get_mut(usize::try_from(place).unwrap_or(usize::MAX)) {
            *entry = Some(Box::default());
            self.count(place, decision, limit);
        }
    }

    /// Tells the host what was counted.
    #[inline(never)]
    pub fn tell(&mut self, deployments: &[Deployment], meter: &mut dyn Meter) {
        let now = meter.now();
        for place in self.untold.drain(..) {
            let index = usize::try_from(place).unwrap_or(usize::MAX);
            if let (Some(Some(counts)), Some(deployment)) =
                (self.counts.get_mut(index), deployments.get(index))
            {
                counts.tell(deployment, now, meter);
            }
        }
    }
}

/// The place of a decision among all kinds.
fn kind(decision: Decision) -> usize {
    let variant = match decision.variant {
        Some(Variant::Blue) => 0,
        Some(Variant::Green) => 1,
        None => 2,
    };
    let reason = match decision.reason {
        Reason::Rollback => 0,
        Reason::Guard => 1,
        Reason::Override => 2,
        Reason::Peer => 3,
        Reason::Pin => 4,
        Reason::Weight => 5,
        Reason::Random => 6,
    };
    REASONS.len().saturating_mul(variant).saturating_add(reason)
}

impl Counts {
    fn tell(&mut self, deployment: &Deployment, now: u64, meter: &mut dyn Meter) {
        self.is_untold = false;
        let name = &*deployment.name;
        let kinds = VARIANTS.iter().flat_map(|variant| REASONS.map(|reason| (*variant, reason)));
        let counts = self.requests.iter_mut().zip(&mut self.counters);
        let mut was_green = false;
        for ((variant, reason), (count, counter)) in kinds.zip(counts) {
            if *count == 0 {
                continue;
            }
            was_green |= variant == Some(Variant::Green);
            if counter.is_none() {
                let name = names::requests(name, variant, reason);
                *counter = meter.metric(Kind::Counter, &name);
            }
            if let Some(counter) = counter {
                meter.add(*counter, u64::from(*count));
            }
            *count = 0;
        }
        let gauges = self.gauges.get_or_insert_with(|| Gauges {
            weight: Gauge::new(name, "weight_ppm", meter),
            limit: Gauge::new(name, "limit_ppm", meter),
            rolled_back: Gauge::new(name, "rolled_back", meter),
            last_green: Gauge::new(name, "green_last_request_seconds", meter),
        });
        let most = self.limit.map_or(Weight::FULL, |limit| limit.most);
        let policy = &deployment.policy;
        let is_rolled_back = policy.is_rolled_back || most == Weight::ZERO;
        let is_tripped = policy.guard.as_ref().is_some_and(|guard| guard.is_tripped());
        if let Some(weight) = policy.split.weight_at(now) {
            let in_force =
                if is_rolled_back || is_tripped { 0 } else { weight.min(most).millionths() };
            gauges.weight.tell(in_force, meter);
        }
        gauges.limit.tell(most.millionths(), meter);
        gauges.rolled_back.tell(u64::from(is_rolled_back), meter);
        if was_green {
            gauges.last_green.tell(now / 1_000_000_000, meter);
        }
    }
}
