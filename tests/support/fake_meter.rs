//! Metrics and records of a proxy, as its workers share them, and a clock that stands still.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bluegreen_watch::{Kind, Meter, Metric};

/// One worker's way to what all workers share.
#[derive(Clone, Debug, Default)]
pub struct FakeMeter(pub Rc<RefCell<Shared>>);

#[derive(Debug, Default)]
pub struct Shared {
    /// Nanoseconds since the epoch.
    pub now: u64,
    pub names: Vec<(Kind, String)>,
    pub values: BTreeMap<String, u64>,
    pub records: BTreeMap<String, (Vec<u8>, u32)>,
    pub lines: Vec<String>,
    /// How often the host was called.
    pub calls: usize,
    /// Whether metrics are rejected without a word.
    pub rejects: bool,
}

impl FakeMeter {
    /// The value of a metric; 0 if there is none.
    pub fn value(&self, name: &str) -> u64 {
        self.0.borrow().values.get(name).copied().unwrap_or(0)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.borrow().names.iter().any(|(_, known)| known == name)
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().lines.clone()
    }

    fn change(&self, metric: Metric, change: impl FnOnce(&mut u64)) {
        let mut shared = self.0.borrow_mut();
        shared.calls += 1;
        let name = shared.names[metric as usize].1.clone();
        if !shared.rejects {
            change(shared.values.entry(name).or_default());
        }
    }
}

impl Meter for FakeMeter {
    fn now(&mut self) -> u64 {
        self.0.borrow().now
    }

    fn metric(&mut self, kind: Kind, name: &str) -> Option<Metric> {
        let mut shared = self.0.borrow_mut();
        shared.calls += 1;
        let known = shared.names.iter().position(|(_, known)| known == name);
        let place = known.unwrap_or_else(|| {
            shared.names.push((kind, name.to_owned()));
            shared.names.len() - 1
        });
        assert_eq!(shared.names[place].0, kind, "{name}");
        u32::try_from(place).ok()
    }

    fn add(&mut self, metric: Metric, amount: u64) {
        assert!(amount > 0, "Envoy takes it for an error");
        self.change(metric, |value| *value = value.wrapping_add(amount));
    }

    fn set(&mut self, metric: Metric, value: u64) {
        assert_eq!(self.0.borrow().names[metric as usize].0, Kind::Gauge);
        self.change(metric, |known| *known = value);
    }

    fn get(&mut self, metric: Metric) -> u64 {
        let mut shared = self.0.borrow_mut();
        shared.calls += 1;
        let name = &shared.names[metric as usize].1;
        shared.values.get(name).copied().unwrap_or(0)
    }

    fn shared(&mut self, key: &str) -> (Vec<u8>, u32) {
        let mut shared = self.0.borrow_mut();
        shared.calls += 1;
        shared.records.get(key).cloned().unwrap_or((Vec::new(), u32::MAX))
    }

    fn share(&mut self, key: &str, bytes: &[u8], instead_of: u32) -> bool {
        let mut shared = self.0.borrow_mut();
        shared.calls += 1;
        match shared.records.get_mut(key) {
            Some((_, version)) if *version != instead_of => false,
            Some(known) => {
                *known = (bytes.to_vec(), instead_of + 1);
                true
            }
            None => {
                shared.records.insert(key.to_owned(), (bytes.to_vec(), 1));
                true
            }
        }
    }

    fn warn(&mut self, line: &str) {
        self.0.borrow_mut().lines.push(line.to_owned());
    }
}
