//! The root context: the plugin as the SDK knows it, and its configuration.

use bluegreen::config::{self, Warning};
use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::table::Table;
use bluegreen_watch::Configuration;
use proxy_wasm::traits::{Context, RootContext};
use proxy_wasm::types::LogLevel;

use crate::contexts::ContextId;
use crate::environment::Vm;
use crate::exports;
use crate::host::Envoy;
use crate::hostcalls;
use crate::meter;

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
        let text = hostcalls::plugin_configuration().unwrap_or_default();
        match Table::from_json(&text, &Vm) {
            Ok(table) => {
                log::info!("configured: {} deployments", table.names().len());
                table.warnings().iter().for_each(warn);
                table.tags().record().into_iter().for_each(hostcalls::declare_text);
                report(&table, &text);
                exports::configure(self.root, table);
                true
            }
            Err(errors) => {
                for error in &errors {
                    log::error!("configuration refused: {error}");
                }
                if errors.is_full() {
                    log::error!("configuration refused: no errors after these were looked for");
                }
                false
            }
        }
    }
}

/// Logs and counts a warning of a configuration: once, though every worker reads the configuration.
fn warn(warning: &Warning) {
    Envoy::default().warn_once(warning.key(), || {
        Envoy::default().count(Counter::ConfigurationWarning);
        format!("configuration accepted, but {warning}")
    });
}

/// Says which configuration is in force, and finds out whether Envoy keeps what it is told.
fn report(table: &Table, text: &[u8]) {
    if !Configuration::new(table, config::hash(text)).tell(&mut meter::Envoy) {
        Envoy::default().warn_once(0, || {
            "Envoy keeps none of the filter's metrics: its `stats_matcher` rejects `wasmcustom`. \
             So nobody can see them, and a guard takes green back on one worker alone"
                .to_owned()
        });
    }
}
