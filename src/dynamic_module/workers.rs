//! What the workers of Envoy count and watch under one configuration.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bluegreen::filter::Outcome;
use bluegreen::host::Host;
use bluegreen::table::Table;
use bluegreen::wire::Pairs;
use bluegreen_watch::{Watched, Worker};
use hashbrown::HashMap;

use crate::store::Process;

/// With more threads than this some share a place, and wait for each other now and then.
const PLACES: usize = 32;

/// How many threads of Envoy have served a stream.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The place of this thread.
    static PLACE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % PLACES;
}

/// All workers under one configuration, each at the place of its thread. The clock, which calls
/// them now and then, is the only other thread that looks there.
#[derive(Debug)]
pub struct Workers {
    table: Arc<Table>,
    period: Duration,
    places: [Mutex<Option<Box<Place>>>; PLACES],
}

#[derive(Debug)]
struct Place {
    worker: Worker,
    /// Answers that are watched, by their streams.
    watched: HashMap<usize, Box<Watched>>,
}

impl Place {
    fn new(table: &Arc<Table>) -> Box<Self> {
        let worker = Worker::new(Arc::clone(table), &mut Process);
        Box::new(Self { worker, watched: HashMap::new() })
    }
}

impl Workers {
    /// Workers for the threads that there have been, and for one at least: what guards did before
    /// has to be known to the first request.
    pub fn new(table: Arc<Table>) -> Self {
        let first = Place::new(&table);
        let period = first.worker.period();
        let mut places = [const { Mutex::new(None) }; PLACES];
        let threads = THREADS.load(Ordering::Relaxed).max(1);
        let mut first = Some(first);
        for place in places.iter_mut().take(threads) {
            let new = first.take().unwrap_or_else(|| Place::new(&table));
            *place.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(new);
        }
        Self { table, period, places }
    }

    /// How often the clock is to call.
    pub fn period(&self) -> Duration {
        self.period
    }

    fn place(&self) -> Option<MutexGuard<'_, Option<Box<Place>>>> {
        let mine = self.places.get(PLACE.with(|place| *place))?;
        // Whoever panicked lost a count at most.
        Some(mine.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a request; whether its answer is to be watched.
    #[inline]
    pub fn begin(&self, stream: usize, outcome: &Outcome<'_>, host: &mut impl Host) -> bool {
        let Some(mut place) = self.place() else { return false };
        let place = place.get_or_insert_with(|| Place::new(&self.table));
        match place.worker.begin(outcome, host) {
            None => false,
            Some(watched) => {
                place.watched.insert(stream, watched);
                true
            }
        }
    }

    /// An answer begins; whether there is more to watch.
    pub fn on_response_headers(
        &self,
        stream: usize,
        headers: Pairs<'_>,
        is_end: bool,
        host: &mut impl Host,
    ) -> bool {
        self.with(stream, |place, watched| {
            let more = place.worker.on_response_headers(watched, headers, is_end, host);
            let is_more = more.is_some();
            if let Some(more) = more {
                place.watched.insert(stream, more);
            }
            is_more
        })
        .unwrap_or(false)
    }

    /// The trailers of an answer have come.
    pub fn on_response_trailers(&self, stream: usize, trailers: Pairs<'_>) {
        self.with(stream, |place, watched| place.worker.on_response_trailers(*watched, trailers));
    }

    /// A stream has ended.
    pub fn on_end(&self, stream: usize, host: &mut impl Host) {
        self.with(stream, |place, watched| place.worker.on_end(*watched, host));
    }

    fn with<T>(
        &self,
        stream: usize,
        work: impl FnOnce(&mut Place, Box<Watched>) -> T,
    ) -> Option<T> {
        let mut place = self.place()?;
        let place = place.as_mut()?;
        let watched = place.watched.remove(&stream)?;
        Some(work(place, watched))
    }

    /// Time has passed, for all workers.
    pub fn beat(&self) {
        for place in &self.places {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Place { worker, watched }) = place.as_deref_mut() {
                worker.beat(&mut Process);
                if worker.has_limits() {
                    watched.retain(|_, watched| !worker.age(watched));
                }
            }
        }
    }
}
