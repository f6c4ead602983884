//! A proxy with its workers, its guard and its users.

use bluegreen::rollback::guard::{BothCounts, Ending, Evidence, Question, Sampling, TICK, Users};
use bluegreen::split::Bucket;
use bluegreen::variant::Variant;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Poisson};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::window::Window;

pub const WORKERS: u32 = 2;

/// Who sends the requests.
#[derive(Clone, Copy)]
pub enum Crowd {
    /// So many users that nobody comes twice.
    Endless,
    /// A number of users of whom a part fails whatever the version. Some come far more often.
    Users { count: u32, always_failing: f64 },
}

/// What happens in one run.
#[derive(Clone, Copy)]
pub struct Traffic {
    /// Requests a second.
    pub rate: f64,
    pub crowd: Crowd,
    /// The part that green serves, at a time in seconds.
    pub weight: fn(f64) -> f64,
    /// The probability that an answer of a variant fails, at a time in seconds.
    pub failure: fn(Variant, f64) -> f64,
    /// When `failure` begins to be asked; before, both fail with this probability.
    pub change: f64,
    pub before: f64,
}

/// When each rule took green back, in seconds.
#[derive(Clone, Copy, Default)]
pub struct Trips {
    pub guard: Option<f64>,
    /// The same test on all users' answers alike.
    pub without_users: Option<f64>,
    pub window: Option<f64>,
    /// Largest evidence of the guard.
    pub evidence: f64,
}

/// What watches.
pub struct Rules {
    pub question: Question,
    pub window: Window,
    /// Whether `without_users` is of interest.
    pub all_users: bool,
}

#[derive(Default)]
struct Worker {
    sampling: Sampling,
    users: Users,
}

/// Runs until all rules have taken green back, or until a time in seconds.
pub fn run(traffic: &Traffic, rules: &Rules, seed: u64, until: f64) -> Trips {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    let salt: u64 = chance.random();
    let mut workers: Vec<Worker> = (0..WORKERS).map(|_| Worker::default()).collect();
    let (mut guard, mut without_users) = (Evidence::default(), Evidence::default());
    let mut window = rules.window.clone();
    let mut trips = Trips::default();
    let tick = TICK.as_secs_f64();
    let requests = Poisson::new(traffic.rate * tick / f64::from(WORKERS)).unwrap();
    // The change comes at any time within a tick.
    let change = traffic.change + tick * chance.random::<f64>();
    let mut start = 0.0;
    while start < until {
        let (mut counted, mut watched, mut all) = <(BothCounts, BothCounts, BothCounts)>::default();
        let weight = (traffic.weight)(start);
        for worker in &mut workers {
            let number: f64 = requests.sample(&mut chance);
            for index in 0..number as u32 {
                let time = start + tick * (f64::from(index) + chance.random::<f64>()) / number;
                let (user, always_fails) = traffic.crowd.draw(salt, &mut chance);
                let part = user.0 as f64 / 2_f64.powi(64);
                let variant = if part < weight { Variant::Green } else { Variant::Blue };
                let failure = if time < change {
                    traffic.before
                } else {
                    (traffic.failure)(variant, time - change)
                };
                let failed = always_fails || chance.random::<f64>() < failure;
                of(&mut all, variant).add(failed);
                if worker.sampling.watches(variant) {
                    let counts = worker.users.begin(user);
                    let ending = if failed { Ending::Failed } else { Ending::Succeeded };
                    worker.users.end(user, counts, ending);
                    of(&mut watched, variant).add(failed);
                    if counts {
                        of(&mut counted, variant).add(failed);
                    }
                }
            }
            worker.sampling.tick();
        }
        start += tick;
        let after = Some(start - change);
        let has_blue = weight < 1.0;
        if trips.guard.is_none() && guard.tick(&rules.question, counted, has_blue) {
            trips.guard = after;
        }
        trips.evidence = trips.evidence.max(if has_blue {
            guard.against_blue().min(guard.above())
        } else {
            guard.above()
        });
        if rules.all_users
            && trips.without_users.is_none()
            && without_users.tick(&rules.question, watched, has_blue)
        {
            trips.without_users = after;
        }
        if trips.window.is_none() && window.tick(all) {
            trips.window = after;
        }
        let is_over = trips.window.is_some() && (!rules.all_users || trips.without_users.is_some());
        if is_over && trips.guard.is_some() {
            break;
        }
    }
    trips
}

fn of(counts: &mut BothCounts, variant: Variant) -> &mut bluegreen::rollback::guard::Counts {
    match variant {
        Variant::Green => &mut counts.green,
        Variant::Blue => &mut counts.blue,
    }
}

impl Crowd {
    fn draw(self, salt: u64, chance: &mut impl Rng) -> (Bucket, bool) {
        match self {
            Self::Endless => (Bucket(chance.random()), false),
            Self::Users { count, always_failing } => {
                let often = chance.random::<f64>().powi(2);
                let user = (often * f64::from(count)) as u64;
                let mut own = Xoshiro256PlusPlus::seed_from_u64(salt ^ user);
                (Bucket(own.random()), own.random::<f64>() < always_failing)
            }
        }
    }
}
