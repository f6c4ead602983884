//! The root context: the plugin as the SDK knows it, and its configuration.

use bluegreen::table::Table;
use proxy_wasm::traits::{Context, RootContext};
use proxy_wasm::types::LogLevel;

use crate::contexts::ContextId;
use crate::exports;
use crate::hostcalls;

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
        match Table::from_json(&hostcalls::plugin_configuration().unwrap_or_default()) {
            Ok(table) => {
                log::info!("configured: {} deployments", table.names().len());
                exports::configure(self.root, table);
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
