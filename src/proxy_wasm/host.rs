//! The proxy, by calls across the boundary of the module.

use std::cell::RefCell;

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::warn_once::{Warned, Warning};
use bluegreen::wire::{FirstPass, Pairs, Property, PropertyPath, Value};

use crate::hostcalls::{self, Map};
use crate::values;

thread_local! {
    /// Defined once in a VM, for each definition makes a new id.
    static COUNTERS: Vec<(Counter, u32)> = Counter::all()
        .filter_map(|counter| Some((counter, hostcalls::define_metric(hostcalls::COUNTER, counter.name()).ok()?)))
        .collect();
    /// Drawn once in a VM.
    static LASTING: Option<u128> = random();
    /// What this VM has warned of.
    static WARNED: RefCell<Warned> = RefCell::default();
}

fn random() -> Option<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(u128::from_le_bytes(bytes))
}

/// The proxy. Writes to a header map can fail only when there is none, and then nothing is lost.
#[derive(Default)]
pub struct Envoy<'a> {
    /// What the stream before this one left. Only Envoy knows whether that was an earlier pass.
    pub first_pass: Option<&'a FirstPass>,
}

/// Filter state that Envoy sets when it redirects a request internally. No client can.
const REDIRECTS: &[u8] = b"filter_state\0num_internal_redirects";

impl Host for Envoy<'_> {
    fn first_pass(&mut self) -> Option<FirstPass> {
        hostcalls::property(REDIRECTS).ok()?;
        Some(self.first_pass.cloned().unwrap_or_default())
    }

    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        let buffer = hostcalls::header_map(Map::RequestHeaders).unwrap_or_default();
        let result = read(Pairs::new(&buffer), self);
        hostcalls::reuse(buffer);
        result
    }

    fn set_request_header(&mut self, name: &str, value: &[u8]) {
        hostcalls::set_header(Map::RequestHeaders, name, value);
    }

    fn remove_request_header(&mut self, name: &str) {
        hostcalls::remove_header(Map::RequestHeaders, name);
    }

    fn remove_request_trailer(&mut self, name: &str) {
        hostcalls::remove_header(Map::RequestTrailers, name);
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        hostcalls::set_header(Map::ResponseHeaders, name, value.as_bytes());
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        hostcalls::add_header(Map::ResponseHeaders, name, value);
    }

    fn attribute(&mut self, path: &PropertyPath) -> Option<Vec<u8>> {
        values::to_text(hostcalls::property(path.as_bytes()).ok()?)
    }

    fn metadata(&mut self, path: &PropertyPath) -> Property {
        match hostcalls::property(path.as_bytes()) {
            Ok(value) => Property::Bytes(value),
            Err(hostcalls::NOT_FOUND) => Property::Absent,
            Err(_) => Property::Unreadable,
        }
    }

    fn value(bytes: &[u8]) -> Value<'_> {
        values::read(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        Pairs::exact(bytes)
    }

    fn random(&mut self) -> Option<u128> {
        random()
    }

    fn lasting_random(&mut self) -> Option<u128> {
        LASTING.with(|random| *random)
    }

    fn now(&mut self) -> u64 {
        hostcalls::now()
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        hostcalls::set_property(name.as_bytes(), value.as_bytes());
    }

    fn clear_route_cache(&mut self) {
        hostcalls::call_foreign_function("clear_route_cache", &[]);
    }

    fn response_flags(&mut self) -> u64 {
        let flags = hostcalls::property(b"response\0flags").ok();
        flags.and_then(|flags| flags.try_into().ok()).map_or(0, u64::from_le_bytes)
    }

    fn upstream_cluster(&mut self) -> Option<Vec<u8>> {
        hostcalls::property(b"xds\0cluster_name").ok()
    }

    fn count(&mut self, counter: Counter) {
        COUNTERS.with(|counters| {
            if let Some((_, id)) = counters.iter().find(|(known, _)| *known == counter) {
                hostcalls::increment_metric(*id, 1);
            }
        });
    }

    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        match WARNED.with_borrow_mut(|warned| warned.note(key)) {
            Warning::Silent => {}
            Warning::New => warn_first(&format!("{key:016x}"), message),
            Warning::Last => {
                warn_first("last", || "so many warnings: further ones are not logged".to_owned());
            }
        }
    }
}

/// One worker of all wins the right to speak: the first to store under this key.
fn warn_first(key: &str, message: impl FnOnce() -> String) {
    let key = format!("bluegreen.warned.{key}");
    if hostcalls::set_shared_data(&key, b"1", u32::MAX) != hostcalls::CAS_MISMATCH {
        log::warn!("{}", message());
    }
}
