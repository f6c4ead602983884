//! Envoy's callbacks: contexts and the real host. Decides nothing.

use std::cell::RefCell;
use std::rc::Rc;

use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, BufferType, ContextType, LogLevel};

use crate::abi::{self, Map};
use crate::counters::Counter;
use crate::filter::Filter;
use crate::host::{Host, Property, PropertyPath};
use crate::routing::Table;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Plugin::default()));
}}

/// One configuration of the filter in one VM.
#[derive(Default)]
struct Plugin {
    table: Option<Rc<Table>>,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        let text = hostcalls::get_buffer(BufferType::PluginConfiguration, 0, usize::MAX);
        match Table::from_json(&text.ok().flatten().unwrap_or_default()) {
            Ok(table) => {
                log::info!("configured: {} deployments", table.names().len());
                self.table = Some(Rc::new(table));
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

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream { filter: self.table.clone().map(Filter::new) }))
    }
}

/// One stream; without a filter while the plugin has no configuration.
struct Stream {
    filter: Option<Filter>,
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if let Some(filter) = &mut self.filter {
            filter.on_request_headers(&mut Envoy);
        }
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if let Some(filter) = &mut self.filter {
            filter.on_response_headers(&mut Envoy);
        }
        Action::Continue
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
struct Envoy;

impl Host for Envoy {
    fn request_headers(&mut self) -> Vec<u8> {
        abi::header_map(Map::RequestHeaders).unwrap_or_default()
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
