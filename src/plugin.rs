//! The plugin as the SDK knows it, and the real host. Decides nothing.

use std::cell::RefCell;

use proxy_wasm::traits::{Context, RootContext};
use proxy_wasm::types::LogLevel;

use crate::abi::{self, Map};
use crate::callbacks;
use crate::counters::Counter;
use crate::host::{Host, Property, PropertyPath};
use crate::routing::Table;
use crate::streams::ContextId;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|root| Box::new(Plugin { root }));
}}

/// One configuration of the filter in one VM.
struct Plugin {
    root: ContextId,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        match Table::from_json(&abi::plugin_configuration().unwrap_or_default()) {
            Ok(table) => {
                log::info!("configured: {} deployments", table.names().len());
                callbacks::configure(self.root, table);
                true
            }
            Err(faults) => {
                for fault in &faults {
                    log::error!("configuration refused: {fault}");
                }
                if faults.untold() > 0 {
                    log::error!("configuration refused: and {} more faults", faults.untold());
                }
                false
            }
        }
    }
}

thread_local! {
    /// Defined once in a VM, for each definition makes a new id.
    static COUNTERS: Vec<(Counter, u32)> = Counter::all()
        .filter_map(|counter| Some((counter, abi::define_counter(counter.name()).ok()?)))
        .collect();
    /// What this VM has warned of.
    static WARNED: RefCell<Vec<u64>> = RefCell::default();
}

/// The proxy. Writes to a header map can fail only when there is none, and then nothing is lost.
pub struct Envoy;

impl Host for Envoy {
    fn request_headers(&mut self) -> Vec<u8> {
        abi::header_map(Map::RequestHeaders).unwrap_or_default()
    }

    fn reuse(&mut self, buffer: Vec<u8>) {
        abi::reuse(buffer);
    }

    fn set_request_header(&mut self, name: &str, value: &str) {
        abi::set_header(Map::RequestHeaders, name, value);
    }

    fn remove_request_header(&mut self, name: &str) {
        abi::remove_header(Map::RequestHeaders, name);
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        abi::set_header(Map::ResponseHeaders, name, value);
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        abi::add_header(Map::ResponseHeaders, name, value);
    }

    fn property(&mut self, path: &PropertyPath) -> Property {
        match abi::property(path.as_bytes()) {
            Ok(value) => Property::Bytes(value),
            Err(abi::NOT_FOUND) => Property::Absent,
            Err(_) => Property::Unreadable,
        }
    }

    fn random(&mut self) -> Option<u128> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(u128::from_le_bytes(bytes))
    }

    fn now(&mut self) -> u64 {
        abi::now()
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        abi::set_property(name.as_bytes(), value.as_bytes());
    }

    fn clear_route_cache(&mut self) {
        abi::call_foreign_function("clear_route_cache");
    }

    fn count(&mut self, counter: Counter) {
        COUNTERS.with(|counters| {
            if let Some((_, id)) = counters.iter().find(|(known, _)| *known == counter) {
                abi::increment_metric(*id, 1);
            }
        });
    }

    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        if WARNED.with_borrow(|warned| warned.contains(&key)) {
            return;
        }
        WARNED.with_borrow_mut(|warned| warned.push(key));
        // One worker of all wins the right to speak: the first to store under this key.
        let key = format!("bluegreen.warned.{key:016x}");
        if abi::set_shared_data(&key, "1", u32::MAX) != abi::CAS_MISMATCH {
            log::warn!("{}", message());
        }
    }
}
