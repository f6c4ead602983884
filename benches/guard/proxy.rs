//! A proxy with two workers, its guard, and the users who send requests to it.

use bluegreen::rollback::guard::{
    BothCounts, Counts, Ending, Evidence, Question, Sampling, TICK, Users,
};
use bluegreen::split::Bucket;
use bluegreen::variant::Variant;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::window::Window;

const WORKERS: u32 = 2;

/// Who sends the requests.
#[derive(Clone, Copy)]
pub enum Crowd {
    /// So many users that nobody comes twice.
    Endless,
    /// Some users, of whom a part fails whatever the version. The first ones come most often.
    Users { count: u32, always_failing: f64 },
}

/// Something that depends on the time, in seconds.
pub type OverTime<'a> = &'a (dyn Fn(f64) -> f64 + Sync);

/// What happens to a proxy.
#[derive(Clone, Copy)]
pub struct Traffic<'a> {
    /// Requests a second.
    pub rate: f64,
    pub crowd: Crowd,
    /// The part of the users that green serves.
    pub weight: OverTime<'a>,
    /// The probability that an answer of green fails.
    pub green: OverTime<'a>,
    /// The probability that an answer of blue fails.
    pub blue: OverTime<'a>,
    /// How long it goes on, in seconds.
    pub seconds: f64,
    /// From when on green is bad, in seconds: somewhere within the tick that begins then.
    pub change: f64,
}

/// When each rule took green back, in seconds after the change.
#[derive(Clone, Copy, Default)]
pub struct Trips {
    /// The guard.
    pub guard: Option<f64>,
    /// Its test on every watched answer, also of users who failed before.
    pub all_answers: Option<f64>,
    /// The rates of the last half minute.
    pub window: Option<f64>,
    /// Largest evidence of the guard.
    pub evidence: f64,
    /// Green's answers that failed after the change, until the guard took it back.
    pub failed: u32,
}

#[derive(Default)]
struct Worker {
    sampling: Sampling,
    green: Users,
    blue: Users,
}

/// What happened in a tick.
#[derive(Default)]
struct Tick {
    counted: BothCounts,
    watched: BothCounts,
    all: BothCounts,
    /// Failures of green after the change.
    failed: u32,
}

struct Proxy<'a> {
    traffic: &'a Traffic<'a>,
    change: f64,
    salt: u64,
    dice: Xoshiro256PlusPlus,
    workers: [Worker; WORKERS as usize],
}

/// Runs a proxy until all rules have taken green back, or to the end.
pub fn run(traffic: &Traffic, question: &Question, window: &Window, seed: u64) -> Trips {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let change = traffic.change + TICK.as_secs_f64() * dice.random::<f64>();
    let salt = dice.random();
    let mut proxy = Proxy { traffic, change, salt, dice, workers: <_>::default() };
    let (mut guard, mut all_answers) = (Evidence::default(), Evidence::default());
    let mut window = window.clone();
    let mut trips = Trips::default();
    // Where nobody comes again, all answers count anyway.
    let come_again = matches!(traffic.crowd, Crowd::Users { .. });
    let mut start = 0.0;
    while start < traffic.seconds {
        let has_blue = (traffic.weight)(start) < 1.0;
        let tick = proxy.tick(start);
        start += TICK.as_secs_f64();
        let after = Some(start - change);
        if trips.guard.is_none() {
            trips.failed += tick.failed;
            if guard.tick(question, tick.counted, has_blue) {
                trips.guard = after;
            }
            let against_blue = if has_blue { guard.against_blue() } else { f64::INFINITY };
            trips.evidence = trips.evidence.max(guard.above().min(against_blue));
        }
        if trips.all_answers.is_none()
            && (!come_again || all_answers.tick(question, tick.watched, has_blue))
        {
            trips.all_answers = after;
        }
        if trips.window.is_none() && window.tick(tick.all) {
            trips.window = after;
        }
        if trips.guard.and(trips.all_answers).and(trips.window).is_some() {
            break;
        }
    }
    trips
}

impl Proxy<'_> {
    fn tick(&mut self, start: f64) -> Tick {
        let Traffic { rate, weight, green, blue, .. } = *self.traffic;
        let length = TICK.as_secs_f64();
        let requests = Poisson::new(rate * length / f64::from(WORKERS)).unwrap();
        let weight = weight(start);
        let mut tick = Tick::default();
        for worker in 0..WORKERS as usize {
            let number = requests.sample(&mut self.dice);
            for index in 0..number as u32 {
                let time = start + length * (f64::from(index) + 0.5) / number;
                let (user, always_fails) = self.user();
                let is_green = user.0 as f64 / 2_f64.powi(64) < weight;
                let (variant, rate) = if is_green {
                    // Before the change green is as good as blue.
                    let rate = if time < self.change { blue } else { green };
                    (Variant::Green, rate)
                } else {
                    (Variant::Blue, blue)
                };
                let failed = always_fails || self.dice.random::<f64>() < rate(time);
                tick.failed += u32::from(failed && is_green && time >= self.change);
                of(&mut tick.all, variant).add(failed);
                let Worker { sampling, green, blue } = &mut self.workers[worker];
                let users = if is_green { green } else { blue };
                if sampling.watches(variant) {
                    let counts = users.begin(user);
                    let ending = if failed { Ending::Failed } else { Ending::Succeeded };
                    users.end(user, counts, ending);
                    of(&mut tick.watched, variant).add(failed);
                    if counts {
                        of(&mut tick.counted, variant).add(failed);
                    }
                }
            }
            self.workers[worker].sampling.tick();
        }
        tick
    }

    /// Whose request comes next, and whether all of this user's requests fail.
    fn user(&mut self) -> (Bucket, bool) {
        match self.traffic.crowd {
            Crowd::Endless => (Bucket(self.dice.random()), false),
            Crowd::Users { count, always_failing } => {
                let often = self.dice.random::<f64>().powi(2);
                let user = (often * f64::from(count)) as u64;
                let mut own = Xoshiro256PlusPlus::seed_from_u64(self.salt ^ user);
                (Bucket(own.random()), own.random::<f64>() < always_failing)
            }
        }
    }
}

fn of(counts: &mut BothCounts, variant: Variant) -> &mut Counts {
    match variant {
        Variant::Green => &mut counts.green,
        Variant::Blue => &mut counts.blue,
    }
}
