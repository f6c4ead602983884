//! What all configurations of this process share: the values of metrics, and records.
//!
//! Envoy's ABI can add to a counter and set a gauge, but reads neither, and does that only while it
//! serves a stream. So the values are kept here, and what changed is told by the next stream.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bluegreen::rollback::Names;
use bluegreen_watch::{Kind, Meter, Metric};
use hashbrown::HashMap;

use crate::abi::{self, Envoy, Level};
use crate::series::{Defined, Series};

/// So much is told by one stream at most, so that none waits for all.
const AT_ONCE: usize = 128;

/// Whether there is something that Envoy has not been told.
static IS_UNTOLD: AtomicBool = AtomicBool::new(false);

static STORE: Mutex<Option<Store>> = Mutex::new(None);

#[derive(Default)]
struct Store {
    places: HashMap<Box<str>, Metric>,
    all: Vec<Entry>,
    /// Those of `all` that changed since they were told.
    changed: Vec<Metric>,
    records: HashMap<Box<str>, (Vec<u8>, u32)>,
}

struct Entry {
    /// None if people do not see it.
    series: Option<Series>,
    kind: Kind,
    value: u64,
    /// Of a counter: what Envoy lacks.
    untold: u64,
    is_changed: bool,
}

/// This process, as the rules meter it.
pub struct Process;

/// How much of the store a configuration has told Envoy of.
#[derive(Debug, Default)]
pub struct Told(AtomicUsize);

fn with<T>(work: impl FnOnce(&mut Store) -> T) -> T {
    work(lock().get_or_insert_default())
}

fn lock() -> MutexGuard<'static, Option<Store>> {
    // Whoever panicked left whole values behind.
    STORE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    fn entry(&mut self, metric: Metric) -> Option<&mut Entry> {
        self.all.get_mut(usize::try_from(metric).ok()?)
    }

    fn change(&mut self, metric: Metric, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.entry(metric) else { return };
        change(entry);
        if entry.series.is_some() && !entry.is_changed {
            entry.is_changed = true;
            self.changed.push(metric);
            IS_UNTOLD.store(true, Ordering::Relaxed);
        }
    }
}

impl Meter for Process {
    fn now(&mut self) -> u64 {
        now()
    }

    fn metric(&mut self, kind: Kind, name: &str) -> Option<Metric> {
        with(|store| {
            if let Some(known) = store.places.get(name) {
                return Some(*known);
            }
            let place = Metric::try_from(store.all.len()).ok()?;
            let series = Series::named(kind, name);
            store.all.push(Entry { series, kind, value: 0, untold: 0, is_changed: false });
            store.places.insert(name.into(), place);
            Some(place)
        })
    }

    fn add(&mut self, metric: Metric, amount: u64) {
        with(|store| {
            store.change(metric, |entry| {
                entry.value = entry.value.wrapping_add(amount);
                entry.untold = entry.untold.wrapping_add(amount);
            });
        });
    }

    fn set(&mut self, metric: Metric, value: u64) {
        with(|store| store.change(metric, |entry| entry.value = value));
    }

    fn get(&mut self, metric: Metric) -> u64 {
        with(|store| store.entry(metric).map_or(0, |entry| entry.value))
    }

    fn shared(&mut self, key: &str) -> (Vec<u8>, u32) {
        with(|store| store.records.get(key).cloned().unwrap_or_default())
    }

    fn share(&mut self, key: &str, bytes: &[u8], instead_of: u32) -> bool {
        with(|store| {
            let (known, version) = store.records.entry_ref(key).or_default();
            let is_known = *version == instead_of;
            if is_known {
                bytes.clone_into(known);
                *version = version.wrapping_add(1);
            }
            is_known
        })
    }

    fn warn(&mut self, line: &str) {
        abi::log(Level::Warning, line);
    }
}

/// Nanoseconds since the epoch of Unix.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether there may be something that Envoy has not been told.
#[inline]
pub fn is_untold() -> bool {
    IS_UNTOLD.load(Ordering::Relaxed)
}

impl Told {
    /// A configuration that has told nothing yet.
    pub fn new() -> Self {
        IS_UNTOLD.store(true, Ordering::Relaxed);
        Self::default()
    }

    /// Tells Envoy what it lacks, if anything.
    ///
    /// # Safety
    /// The stream lives, and its configuration is the one of these numbers.
    #[inline]
    #[expect(unsafe_code, reason = "calls across the C boundary")]
    pub unsafe fn tell(&self, stream: Envoy, defined: &Defined, names: &Names) {
        if is_untold() {
            // SAFETY: the caller keeps the conditions.
            unsafe { self.tell_some(stream, defined, names) };
        }
    }

    /// # Safety
    /// As [`Self::tell`].
    #[inline(never)]
    #[expect(unsafe_code, reason = "calls across the C boundary")]
    unsafe fn tell_some(&self, stream: Envoy, defined: &Defined, names: &Names) {
        // Where another worker tells, this one need not wait.
        let Ok(mut store) = STORE.try_lock() else { return };
        let Some(store) = store.as_mut() else { return };
        let first = store.changed.len().saturating_sub(AT_ONCE);
        for metric in store.changed.split_off(first) {
            let Some(entry) = store.entry(metric) else { continue };
            entry.is_changed = false;
            let untold = std::mem::take(&mut entry.untold);
            let amount = if entry.kind == Kind::Counter { untold } else { entry.value };
            if let Some(series) = &entry.series {
                // SAFETY: the caller keeps the conditions.
                unsafe { defined.tell(stream, series, amount) };
            }
        }
        // Envoy forgets what no configuration has told it of. So one that comes later tells of all
        // deployments that it still has.
        let known = self.0.load(Ordering::Relaxed);
        let until = known.saturating_add(AT_ONCE).min(store.all.len());
        for entry in store.all.get(known..until).unwrap_or_default() {
            let Some(series) = &entry.series else { continue };
            if series.deployment().is_none_or(|name| names.has(name.as_bytes())) {
                let amount = if entry.kind == Kind::Counter { 0 } else { entry.value };
                // SAFETY: the caller keeps the conditions.
                unsafe { defined.tell(stream, series, amount) };
            }
        }
        self.0.store(until, Ordering::Relaxed);
        let is_done = store.changed.is_empty() && until == store.all.len();
        IS_UNTOLD.store(!is_done, Ordering::Relaxed);
    }
}
