//! One configuration of the filter, made by Envoy's main thread and shared by all workers.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bluegreen::config::{self, Warning};
use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::table::Table;
use bluegreen_watch as watch;

use crate::abi::{self, Buffer, Envoy, Level};
use crate::clock;
use crate::environment::Process;
use crate::host::Stream;
use crate::series::Defined;
use crate::store::{Process as Meter, Told};
use crate::warnings;
use crate::workers::Workers;

/// What the streams of a configuration share.
#[derive(Debug)]
pub struct Configuration {
    /// What decides.
    pub table: Arc<Table>,
    /// The counters.
    pub counters: Counters,
    /// What counts and watches.
    pub workers: Arc<Workers>,
    /// The metrics with labels.
    defined: Defined,
    told: Told,
    /// Whether it has had no stream yet.
    is_new: AtomicBool,
    /// Warnings of this configuration that the counter lacks: only a stream can count.
    uncounted: AtomicUsize,
}

/// Logs a warning of a configuration, once in the process; whether it was news.
fn tell(warning: &Warning) -> bool {
    let is_new = warnings::note(warning.key()) != bluegreen::warn_once::Warning::Silent;
    if is_new {
        abi::log(Level::Warning, &format!("configuration accepted, but {warning}"));
    }
    is_new
}

/// The numbers by which Envoy knows the counters of a configuration.
#[derive(Debug)]
pub struct Counters(Box<[(Counter, usize)]>);

impl Configuration {
    /// Reads a configuration; None, and a line in the log for each error, if it is refused.
    pub fn new(text: &[u8], counters: Counters, defined: Defined) -> Option<Self> {
        match Table::from_json(text, &Process) {
            Ok(table) => {
                let amount = table.names().len();
                abi::log(Level::Info, &format!("configured: {amount} deployments"));
                let news = table.warnings().iter().filter(|warning| tell(warning)).count();
                watch::Configuration::new(&table, config::hash(text)).tell(&mut Meter);
                let table = Arc::new(table);
                Some(Self {
                    workers: Arc::new(Workers::new(Arc::clone(&table))),
                    table,
                    counters,
                    defined,
                    told: Told::new(),
                    is_new: AtomicBool::new(true),
                    uncounted: AtomicUsize::new(news),
                })
            }
            Err(errors) => {
                for error in &errors {
                    abi::log(Level::Error, &format!("configuration refused: {error}"));
                }
                if errors.is_full() {
                    let line = "configuration refused: no errors after these were looked for";
                    abi::log(Level::Error, line);
                }
                None
            }
        }
    }
}

impl Configuration {
    /// Does, by its first stream, what only a configuration in force should do.
    #[inline]
    pub fn begin(&self, stream: &mut Stream<'_>) {
        if self.is_new.load(Ordering::Relaxed) {
            self.begin_first(stream);
        }
    }

    #[inline(never)]
    fn begin_first(&self, stream: &mut Stream<'_>) {
        if self.is_new.swap(false, Ordering::Relaxed) {
            clock::call(&self.workers);
            for _ in 0..self.uncounted.swap(0, Ordering::Relaxed) {
                stream.count(Counter::ConfigurationWarning);
            }
        }
    }

    /// Tells Envoy, by a stream of this configuration, what was counted.
    ///
    /// # Safety
    /// The stream lives.
    #[inline]
    #[expect(unsafe_code, reason = "calls across the C boundary")]
    pub unsafe fn tell(&self, stream: Envoy) {
        // SAFETY: the stream lives, and the numbers are those of its configuration.
        unsafe { self.told.tell(stream, &self.defined, self.table.names()) };
    }
}

/// Envoy destroys a configuration when its last stream has ended.
impl Drop for Configuration {
    fn drop(&mut self) {
        let amount = self.table.names().len();
        abi::log(Level::Debug, &format!("configuration dropped: {amount} deployments"));
    }
}

impl Counters {
    /// Defines all counters for a configuration of Envoy's.
    ///
    /// # Safety
    /// Envoy is making this configuration.
    #[expect(unsafe_code, reason = "calls across the C boundary")]
    pub unsafe fn define(envoy: Envoy) -> Self {
        let define = |counter: Counter| {
            let (name, mut id) = (Buffer::of(counter.name().as_bytes()), 0);
            // SAFETY: the handle is the caller's, the name is lent, and there are no labels.
            let status = unsafe { abi::define_counter(envoy, name, ptr::null(), 0, &raw mut id) };
            (status == abi::METRIC_OK).then_some((counter, id))
        };
        Self(Counter::all().filter_map(define).collect())
    }

    /// The number of a counter; None if Envoy did not define it.
    pub fn id(&self, counter: Counter) -> Option<usize> {
        self.0.iter().find(|(known, _)| *known == counter).map(|(_, id)| *id)
    }
}
