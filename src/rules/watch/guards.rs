//! The guards of one worker: what it watches, what it adds to the evidence, and what it does when
//! green fails.

use std::time::Duration;

use super::changes::{Change, Changes, sum_of};
use super::memory::Memory;
use super::meter::Meter;
use super::record::Record;
use super::watched::{Stage, Watched};
use super::watching::{Watching, Wish, of};
use bluegreen::decision::Reason;
use bluegreen::deployment::Deployment;
use bluegreen::filter::Outcome;
use bluegreen::rollback::guard::{BothCounts, Ending, Guarded, Judgement, Tick};
use bluegreen::variant::Variant;

/// Ticks after which a deployment that nobody asks is left alone: a minute, and more than a block
/// waits.
const IDLE: u32 = 250;

/// All guards of a worker.
#[derive(Debug)]
pub(super) struct Guards {
    /// By the place of the deployment; made when there is something to watch or to remember.
    all: Box<[Option<Box<Watching>>]>,
    /// Places of deployments that are asked.
    active: Vec<u32>,
    /// Places of deployments whose green was taken back for a time.
    cooling: Vec<u32>,
    changes: Changes,
    /// When this configuration came, in seconds.
    born: f64,
    /// Whether any guard has limits of time.
    pub have_limits: bool,
}

impl Guards {
    pub fn new(deployments: &[Deployment], meter: &mut dyn Meter) -> Self {
        let have_limits =
            deployments.iter().filter_map(|one| one.policy.guard.as_ref()).any(|guarded| {
                let settings = &guarded.settings;
                settings.failures.slower_than.is_some() || settings.slower_than_blue.is_some()
            });
        let mut guards = Self {
            all: std::iter::repeat_with(|| None).take(deployments.len()).collect(),
            active: Vec::new(),
            cooling: Vec::new(),
            changes: Changes::new(meter),
            born: Duration::from_nanos(meter.now()).as_secs_f64(),
            have_limits,
        };
        // While no guard has ever changed, there is nothing to remember.
        if !guards.changes.are_none() {
            for deployment in deployments {
                guards.look(deployment, true, meter);
            }
        }
        guards
    }

    /// Whether the answer to a request is to be watched.
    pub fn begin(
        &mut self,
        deployment: &Deployment,
        outcome: &Outcome<'_>,
        beat: u32,
    ) -> Option<Watched> {
        let guarded = deployment.policy.guard.as_ref()?;
        let watching = self.all.get_mut(index(outcome.place))?.get_or_insert_default();
        if let Some(allowed) = outcome.limit {
            watching.hear(allowed, guarded, beat);
        }
        if watching.idle.is_none() {
            self.active.push(outcome.place);
        }
        watching.idle = Some(0);
        // What others chose is no random part of the users, and can be compared with nothing.
        let is_drawn = matches!(outcome.decision.reason, Reason::Weight | Reason::Random);
        if !is_drawn || guarded.is_tripped() {
            return None;
        }
        let variant = outcome.decision.variant;
        // Where only the route knows, all requests are one to the choice.
        if !watching.sampling.watches(variant.unwrap_or(Variant::Green)) {
            return None;
        }
        let user = outcome.bucket?;
        let counts = watching.users(variant).begin(user);
        let (sent, is_slow, stage) = (None, None, Stage::Headers);
        let (place, chosen) = (outcome.place, variant);
        Some(Watched { place, variant, chosen, user, counts, sent, beat, is_slow, stage })
    }

    /// A watched answer has ended.
    pub fn end(&mut self, watched: Watched, judgement: Judgement) {
        let Some(Some(watching)) = self.all.get_mut(index(watched.place)) else { return };
        let is_failure = judgement.is_failure().filter(|_| watched.variant.is_some());
        let ending = match is_failure {
            None => Ending::Nothing,
            Some(false) => Ending::Succeeded,
            Some(true) => Ending::Failed,
        };
        watching.users(watched.chosen).end(watched.user, watched.counts, ending);
        let (Some(failed), Some(variant), true) = (is_failure, watched.variant, watched.counts)
        else {
            return;
        };
        of(&mut watching.tick.failures, variant).add(failed);
        of(&mut watching.untold.counts, variant).add(failed);
        if judgement == Judgement::Rescued && variant == Variant::Green {
            watching.untold.rescued = watching.untold.rescued.saturating_add(1);
        }
    }

    /// Whether an answer was slower than the limit of its variant. None as long as there is none.
    pub fn is_slow(&self, watched: &Watched, took: Duration, ratio: f64) -> Option<bool> {
        let limit = self.all.get(index(watched.place))?.as_ref()?.limit?;
        Some(match watched.variant? {
            Variant::Green => took > limit.green(ratio),
            Variant::Blue => took > limit.blue(),
        })
    }

    /// An answer took a time.
    pub fn note_time(&mut self, watched: &Watched, took: Duration, is_slow: Option<bool>) {
        let (Some(Some(watching)), Some(variant)) =
            (self.all.get_mut(index(watched.place)), watched.variant)
        else {
            return;
        };
        if watching.limit.is_none() && variant == Variant::Blue {
            watching.blue_took = Some(took);
        }
        if let (Some(is_slow), true) = (is_slow, watched.counts) {
            of(&mut watching.tick.slow, variant).add(is_slow);
        }
    }

    /// A worker has been called. At a tick it also tells what it counted.
    pub fn beat(&mut self, deployments: &[Deployment], is_tick: bool, meter: &mut dyn Meter) {
        self.look_for_changes(deployments, meter);
        let now = Duration::from_nanos(meter.now());
        if is_tick {
            self.cool_down(deployments, now, meter);
        }
        let mut active = std::mem::take(&mut self.active);
        active.retain(|place| {
            let Some(deployment) = deployments.get(index(*place)) else { return false };
            self.work(deployment, is_tick, now, meter)
        });
        active.append(&mut self.active);
        self.active = active;
    }

    /// Works for one deployment. Returns whether it is still asked.
    fn work(
        &mut self,
        deployment: &Deployment,
        is_tick: bool,
        now: Duration,
        meter: &mut dyn Meter,
    ) -> bool {
        let (Some(guarded), Some(Some(watching))) =
            (deployment.policy.guard.as_ref(), self.all.get_mut(index(deployment.place)))
        else {
            return false;
        };
        if let Some(wish) = watching.wish.take() {
            self.obey(deployment, guarded, wish, meter);
            return true;
        }
        if guarded.is_tripped() {
            watching.tick = Tick::default();
        } else if is_tick || !watching.tick.is_empty() {
            let added = watching.add(deployment, guarded, self.born, now, meter);
            if let Some(evaluated) = added {
                watching.tell_evidence(&deployment.name, evaluated.1, guarded, meter);
                if evaluated.0 {
                    self.trip(deployment, guarded, evaluated.2, now, meter);
                    return true;
                }
            }
        }
        let Some(Some(watching)) = self.all.get_mut(index(deployment.place)) else { return false };
        if is_tick {
            watching.sampling.tick();
            watching.tell_counts(&deployment.name, meter);
            let idle = watching.idle.unwrap_or(0).saturating_add(1);
            watching.idle = (idle <= IDLE).then_some(idle);
        }
        watching.idle.is_some()
    }

    /// Takes green back, for all workers.
    fn trip(
        &mut self,
        deployment: &Deployment,
        guarded: &Guarded,
        recent: BothCounts,
        now: Duration,
        meter: &mut dyn Meter,
    ) {
        let Some(memory) = self.read(deployment, meter) else { return };
        let tripped_at = u32::try_from(now.as_secs()).ok();
        let fingerprint = guarded.fingerprint;
        self.remember(deployment, Memory { fingerprint, tripped_at, ..memory }, meter);
        let Some(Some(watching)) = self.all.get_mut(index(deployment.place)) else { return };
        let metrics = watching.metrics(&deployment.name, meter);
        if let Some(trips) = metrics.trips {
            meter.add(trips, 1);
        }
        Record::forget(&deployment.name, meter);
        let BothCounts { green, blue } = recent;
        meter.warn(&format!(
            "guard: {} is taken back to blue: of the last answers that were watched {} of {} of \
             green failed, and {} of {} of blue",
            deployment.name,
            green.failed(),
            green.seen,
            blue.failed(),
            blue.seen
        ));
    }

    /// Does what the metadata wants.
    fn obey(
        &mut self,
        deployment: &Deployment,
        guarded: &Guarded,
        wish: Wish,
        meter: &mut dyn Meter,
    ) {
        let Some(known) = self.read(deployment, meter) else { return };
        let is_own = known.fingerprint == guarded.fingerprint;
        let tripped_at = known.tripped_at.filter(|_| is_own);
        let fingerprint = guarded.fingerprint;
        let wanted = match wish {
            Wish::Forget => Memory { tripped_at: None, fingerprint, ..known },
            Wish::Reset => Memory { tripped_at: None, has_reset: true, fingerprint },
            Wish::Rearm => Memory { tripped_at, has_reset: false, fingerprint },
        };
        if wish != Wish::Rearm {
            Record::forget(&deployment.name, meter);
            if let Some(Some(watching)) = self.all.get_mut(index(deployment.place)) {
                watching.tick = Tick::default();
            }
        }
        if wanted != known {
            self.remember(deployment, wanted, meter);
            if tripped_at.is_some() && wish != Wish::Rearm {
                let by = if wish == Wish::Reset { "as the metadata says" } else { "by a rollback" };
                meter.warn(&format!("guard: {} begins anew, {by}", deployment.name));
            }
        }
        self.look(deployment, false, meter);
    }

    /// Gives green free again where the time is over.
    fn cool_down(&mut self, deployments: &[Deployment], now: Duration, meter: &mut dyn Meter) {
        for place in std::mem::take(&mut self.cooling) {
            let Some(deployment) = deployments.get(index(place)) else { continue };
            let Some(guarded) = &deployment.policy.guard else { continue };
            let Some(memory) = self.read(deployment, meter) else { continue };
            let (Some(at), Some(cooldown)) = (memory.tripped_at, guarded.settings.cooldown) else {
                continue;
            };
            if now < Duration::from_secs(at.into()).saturating_add(cooldown) {
                self.cooling.push(place);
            } else {
                self.remember(deployment, Memory { tripped_at: None, ..memory }, meter);
                meter.warn(&format!("guard: {} is tried again", deployment.name));
            }
        }
    }

    /// Looks at what other workers have changed.
    fn look_for_changes(&mut self, deployments: &[Deployment], meter: &mut dyn Meter) {
        let only = match self.changes.look(meter) {
            Change::Nothing => return,
            Change::One(sum) => deployments.iter().find(|one| sum_of(&one.name) == sum),
            Change::Many => None,
        };
        match only {
            Some(deployment) => self.look(deployment, false, meter),
            None => deployments.iter().for_each(|one| self.look(one, false, meter)),
        }
    }

    /// Looks at what is remembered of a deployment's guard. A new configuration begins anew; an
    /// old one, which still has streams, keeps what it knows.
    fn look(&mut self, deployment: &Deployment, is_new: bool, meter: &mut dyn Meter) {
        let Some(guarded) = &deployment.policy.guard else { return };
        let Some(mut memory) = self.read(deployment, meter) else { return };
        if memory.fingerprint != guarded.fingerprint {
            if !is_new {
                return;
            }
            let was_tripped = memory.tripped_at.take().is_some();
            memory.fingerprint = guarded.fingerprint;
            if was_tripped {
                self.remember(deployment, memory, meter);
                return;
            }
        }
        self.know(deployment, guarded, memory);
    }

    fn know(&mut self, deployment: &Deployment, guarded: &Guarded, memory: Memory) {
        let is_tripped = memory.tripped_at.is_some();
        guarded.set_tripped(is_tripped);
        if let Some(Some(watching)) = self.all.get_mut(index(deployment.place)) {
            watching.memory = memory;
        }
        self.cooling.retain(|place| *place != deployment.place);
        if is_tripped && guarded.settings.cooldown.is_some() {
            self.cooling.push(deployment.place);
        }
    }

    fn read(&mut self, deployment: &Deployment, meter: &mut dyn Meter) -> Option<Memory> {
        let watching = self.all.get_mut(index(deployment.place))?.get_or_insert_default();
        let gauge = watching.metrics(&deployment.name, meter).memory?;
        Some(Memory::from_number(meter.get(gauge)))
    }

    /// Remembers, and lets the other workers know.
    fn remember(&mut self, deployment: &Deployment, memory: Memory, meter: &mut dyn Meter) {
        let Some(guarded) = &deployment.policy.guard else { return };
        let Some(Some(watching)) = self.all.get_mut(index(deployment.place)) else { return };
        let metrics = watching.metrics(&deployment.name, meter);
        let is_tripped = u64::from(memory.tripped_at.is_some());
        for (gauge, value) in [(metrics.memory, memory.to_number()), (metrics.tripped, is_tripped)]
        {
            if let Some(gauge) = gauge {
                meter.set(gauge, value);
            }
        }
        self.changes.tell(&deployment.name, meter);
        self.know(deployment, guarded, memory);
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
