//! What one worker of a proxy does between the streams of one configuration.
//!
//! What a binding calls is not inlined into it, or it would be compiled to be fast.

use std::sync::Arc;
use std::time::Duration;

use super::answer::{Seen, read_trailers};
use super::guards::Guards;
use super::meter::Meter;
use super::probe::Probe;
use super::tally::Tally;
use super::watched::{Stage, Watched};
use bluegreen::deployment::Deployment;
use bluegreen::filter::Outcome;
use bluegreen::rollback::guard::{Answer, End, Failures, Guard};
use bluegreen::table::Table;
use bluegreen::wire::Pairs;

/// How often a worker with guards is to be called: so soon it hears what others did.
const BEAT: Duration = Duration::from_millis(50);

/// How often a worker is to be called that only counts.
const RARE_BEAT: Duration = Duration::from_secs(1);

/// After so many beats a worker evens out what it watches and tells what it counted.
pub const EVALUATION: u32 = 5;

/// One worker under one configuration.
#[derive(Debug)]
pub struct Worker {
    table: Arc<Table>,
    tally: Tally,
    /// None if no deployment has a guard.
    guards: Option<Guards>,
    beats: u32,
}

impl Worker {
    /// A worker that begins under a configuration. It learns what guards did before.
    #[inline(never)]
    pub fn new(table: Arc<Table>, meter: &mut dyn Meter) -> Self {
        let deployments = table.deployments();
        let is_guarded = deployments.iter().any(|one| one.policy.guard.is_some());
        let guards = is_guarded.then(|| Guards::new(deployments, meter));
        let tally = Tally::new(deployments.len());
        Self { table, tally, guards, beats: 0 }
    }

    /// How often [`Self::beat`] is to be called.
    #[must_use]
    pub fn period(&self) -> Duration {
        if self.guards.is_some() { BEAT } else { RARE_BEAT }
    }

    /// Counts a request, and says whether its answer is to be watched.
    #[inline]
    pub fn begin(&mut self, outcome: &Outcome<'_>, host: &mut dyn Probe) -> Option<Box<Watched>> {
        self.tally.count(outcome.place, outcome.decision, outcome.limit);
        if self.guards.is_none() { None } else { self.watch(outcome, host) }
    }

    #[inline(never)] // So that who is not guarded does not pay for it.
    fn watch(&mut self, outcome: &Outcome<'_>, host: &mut dyn Probe) -> Option<Box<Watched>> {
        let guards = self.guards.as_mut()?;
        let deployment = deployment(&self.table, outcome.place)?;
        let watched = guards.begin(deployment, outcome, self.beats)?;
        let guard = guard_of(deployment)?;
        let sent = compares_times(guard).then(|| host.now());
        Some(Box::new(Watched { sent, ..watched }))
    }

    /// Time has passed.
    #[inline(never)]
    pub fn beat(&mut self, meter: &mut dyn Meter) {
        self.beats = self.beats.wrapping_add(1);
        let is_tick = self.guards.is_none() || self.beats.is_multiple_of(EVALUATION);
        let deployments = self.table.deployments();
        if let Some(guards) = &mut self.guards {
            guards.beat(deployments, is_tick, meter);
        }
        if is_tick {
            self.tally.tell(deployments, meter);
        }
    }

    /// An answer begins. Returns it if there is more to watch.
    #[inline(never)]
    pub fn on_response_headers(
        &mut self,
        mut watched: Box<Watched>,
        headers: Pairs<'_>,
        is_end: bool,
        host: &mut dyn Probe,
    ) -> Option<Box<Watched>> {
        let table = Arc::clone(&self.table);
        let deployment = deployment(&table, watched.place)?;
        let guard = guard_of(deployment)?;
        let Seen { mut answer, has_trailers, has_length } = Seen::read(headers, &guard.failures);
        answer.took = answer.took.or_else(|| took(&watched, host));
        if watched.variant.is_none() {
            let Some(cluster) = host.upstream_cluster() else {
                self.drop(*watched);
                return None;
            };
            watched.variant = deployment.variant_of(&cluster);
        }
        self.compare(&mut watched, answer.took);
        if has_trailers && !is_end {
            watched.stage = Stage::Trailers(answer);
            return Some(watched);
        }
        // Who answered in place of an upstream, only a failure makes worth a look.
        if answer.is_local && answer.status.is_some_and(|status| status >= 500) {
            answer.end = match End::from_flags(host.response_flags()) {
                End::ClientGone => End::Whole,
                end => end,
            };
        }
        let is_settled = is_end || has_length || fails(&guard.failures, &answer);
        if !is_settled {
            watched.stage = Stage::Body(answer);
            return Some(watched);
        }
        self.judge(*watched, answer);
        None
    }

    /// The trailers of an answer have come.
    #[inline(never)]
    pub fn on_response_trailers(&mut self, watched: Watched, trailers: Pairs<'_>) {
        let table = Arc::clone(&self.table);
        let guard = deployment(&table, watched.place).and_then(guard_of);
        match (watched.stage, guard) {
            (Stage::Trailers(answer), Some(guard)) => {
                self.judge(watched, read_trailers(trailers, answer, &guard.failures));
            }
            (Stage::Body(answer), _) => self.judge(watched, answer),
            _ => self.drop(watched),
        }
    }

    /// A stream has ended whose answer is still watched.
    #[inline(never)]
    pub fn on_end(&mut self, mut watched: Watched, host: &mut dyn Probe) {
        let end = End::from_flags(host.response_flags());
        match watched.stage {
            Stage::Headers => {
                let took = took(&watched, host);
                // Without an answer and without a reason the stream went elsewhere.
                let end = if end == End::Whole { End::Elsewhere } else { end };
                self.compare(&mut watched, took);
                self.judge(watched, Answer { took, end, ..Answer::default() });
            }
            // It broke off without the word of gRPC.
            Stage::Trailers(_) if end == End::Whole => self.drop(watched),
            Stage::Trailers(answer) | Stage::Body(answer) => {
                self.judge(watched, Answer { end, ..answer });
            }
        }
    }

    /// A worker has been called anew while an answer has not begun. Returns whether it is to be
    /// watched no more, because it already took too long.
    #[inline(never)]
    pub fn age(&mut self, watched: &mut Watched) -> bool {
        let table = Arc::clone(&self.table);
        let guard = deployment(&table, watched.place).and_then(guard_of);
        let (Stage::Headers, Some(guard)) = (watched.stage, guard) else { return false };
        // At least so long: the first beat may have followed at once.
        let beats = self.beats.wrapping_sub(watched.beat).saturating_sub(1);
        let took = BEAT.saturating_mul(beats);
        if watched.is_slow.is_none() && self.is_slow(watched, took) == Some(true) {
            self.compare(watched, Some(took));
        }
        let is_over = guard.failures.is_too_slow(took);
        if is_over {
            self.judge(*watched, Answer { took: Some(took), ..Answer::default() });
        }
        is_over
    }

    /// Whether waiting answers have to be looked at.
    #[must_use]
    pub fn has_limits(&self) -> bool {
        self.guards.as_ref().is_some_and(|guards| guards.have_limits)
    }

    /// Compares times, once.
    fn compare(&mut self, watched: &mut Watched, took: Option<Duration>) {
        let Some(took) = took.filter(|_| watched.is_slow.is_none()) else { return };
        let is_slow = self.is_slow(watched, took);
        if let Some(guards) = &mut self.guards {
            guards.note_time(watched, took, is_slow);
        }
        watched.is_slow = is_slow;
    }

    fn is_slow(&self, watched: &Watched, took: Duration) -> Option<bool> {
        let guard = deployment(&self.table, watched.place).and_then(guard_of)?;
        let ratio = guard.slower_than_blue?;
        self.guards.as_ref()?.is_slow(watched, took, ratio)
    }

    fn judge(&mut self, watched: Watched, answer: Answer) {
        let table = Arc::clone(&self.table);
        if let Some(guard) = deployment(&table, watched.place).and_then(guard_of) {
            let judgement = guard.failures.judge(&answer);
            if let Some(guards) = &mut self.guards {
                guards.end(watched, judgement);
            }
        }
    }

    /// Nothing was learned.
    fn drop(&mut self, watched: Watched) {
        self.judge(watched, Answer { end: End::Elsewhere, ..Answer::default() });
    }
}

fn deployment(table: &Table, place: u32) -> Option<&Deployment> {
    table.deployments().get(usize::try_from(place).ok()?)
}

fn guard_of(deployment: &Deployment) -> Option<&Guard> {
    deployment.policy.guard.as_ref().map(|guarded| &*guarded.settings)
}

fn compares_times(guard: &Guard) -> bool {
    guard.failures.slower_than.is_some() || guard.slower_than_blue.is_some()
}

fn took(watched: &Watched, host: &mut dyn Probe) -> Option<Duration> {
    let sent = watched.sent?;
    Some(Duration::from_nanos(host.now().saturating_sub(sent)))
}

fn fails(failures: &Failures, answer: &Answer) -> bool {
    failures.judge(answer).is_failure() != Some(false)
}
