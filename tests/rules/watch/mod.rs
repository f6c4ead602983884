//! What workers make of requests and answers: metrics, evidence, and a green that is taken back.

mod answers;
mod counted;
mod remembered;
mod tripped;

use std::sync::Arc;

use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::{Pairs, encode};
use bluegreen_tests::environment::{configured, metadata_path};
use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::fake_meter::FakeMeter;
use bluegreen_tests::metadata;
use bluegreen_watch::{Watched, Worker};
use serde_json::{Value, json};

/// 50 milliseconds, in nanoseconds.
const BEAT: u64 = 50_000_000;

/// Half of the users are on green.
fn config(guard: &Value) -> Value {
    json!({"deployments": [{
        "name": "fraud",
        "green_weight": 50,
        "sticky": {"keys": [{"header": "x-user"}]},
        "override": {"allow": "anyone"},
        "guard": guard,
    }]})
}

/// A proxy with some workers, all under one configuration.
struct Proxy {
    table: Arc<Table>,
    meter: FakeMeter,
    workers: Vec<Worker>,
    /// Metadata of the namespace, for the next requests.
    metadata: Value,
    users: u32,
}

/// How an answer ends: its status and the milliseconds that it took.
type Answer = (u16, u32);

impl Proxy {
    fn new(config: &Value, workers: usize) -> Self {
        let meter = FakeMeter::default();
        meter.0.borrow_mut().now = 1_800_000_000_000_000_000;
        Self::beside(&meter, config, workers)
    }

    /// One whose metrics and records are there already.
    fn beside(meter: &FakeMeter, config: &Value, workers: usize) -> Self {
        let table = Arc::new(configured(&config.to_string()).unwrap());
        let meter = meter.clone();
        let start = |_| Worker::new(Arc::clone(&table), &mut meter.clone());
        let workers = (0..workers).map(start).collect();
        Self { table: Arc::clone(&table), meter, workers, metadata: json!({}), users: 0 }
    }

    fn host(&self, user: &str) -> FakeHost {
        let mut host = FakeHost::with_request(Some("a.example"), "/", &[header("x-user", user)]);
        let path = metadata_path("virtual_host", &["bluegreen"]);
        host.properties.push((path, metadata::property(&self.metadata)));
        host.now = self.meter.0.borrow().now;
        host
    }

    /// Asks a worker, as one more user. Returns who serves, why, and what is watched.
    fn ask(&mut self, worker: usize) -> (Option<Variant>, &'static str, Option<Box<Watched>>) {
        self.users += 1;
        self.ask_as(worker, &format!("u{}", self.users))
    }

    fn ask_as(
        &mut self,
        worker: usize,
        user: &str,
    ) -> (Option<Variant>, &'static str, Option<Box<Watched>>) {
        let mut host = self.host(user);
        let outcome = filter::on_request_headers(&self.table, &mut host).unwrap();
        let watched = self.workers[worker].begin(&outcome, &mut host);
        (outcome.decision.variant, outcome.decision.reason.as_str(), watched)
    }

    fn answer(&mut self, worker: usize, watched: Box<Watched>, (status, took): Answer) {
        let (status, took) = (status.to_string(), took.to_string());
        let headers = answer_headers(&[
            (":status", &status),
            ("x-envoy-upstream-service-time", &took),
            ("content-length", "2"),
        ]);
        let mut host = self.host("");
        let worker = &mut self.workers[worker];
        let more = worker.on_response_headers(watched, Pairs::new(&headers), false, &mut host);
        assert!(more.is_none());
    }

    /// Lets 50 milliseconds pass in which every worker has so many requests, answered by their
    /// variant. Returns how many were served by green.
    fn pass(&mut self, requests: usize, green: Answer, blue: Answer) -> usize {
        let mut served = 0;
        for worker in 0..self.workers.len() {
            for _ in 0..requests {
                let (variant, _, watched) = self.ask(worker);
                let is_green = variant == Some(Variant::Green);
                served += usize::from(is_green);
                if let Some(watched) = watched {
                    self.answer(worker, watched, if is_green { green } else { blue });
                }
            }
        }
        self.beat();
        served
    }

    fn beat(&mut self) {
        let step = BEAT / self.workers.len() as u64;
        for worker in &mut self.workers {
            self.meter.0.borrow_mut().now += step;
            worker.beat(&mut self.meter);
        }
    }

    /// Lets time pass until green is taken back, at most so many beats. Returns how many.
    fn beats_until_tripped(&mut self, requests: usize, most: usize) -> Option<usize> {
        (0..most).find(|_| {
            self.pass(requests, (500, 10), (200, 10));
            self.metric("guard_tripped") == 1
        })
    }

    fn is_tripped(&mut self, worker: usize) -> bool {
        let host = (0..100).map(|user| format!("probe{user}")).collect::<Vec<_>>();
        host.iter().all(|user| self.ask_as(worker, user).0 == Some(Variant::Blue))
    }

    fn metric(&self, name: &str) -> u64 {
        self.meter.value(&format!("deployment=.=fraud;.;bluegreen_{name}"))
    }
}

fn answer_headers(lines: &[(&str, &str)]) -> Vec<u8> {
    encode(lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
}
