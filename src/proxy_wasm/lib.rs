//! The filter for hosts of proxy-wasm. Decides nothing.

pub mod contexts;
pub mod environment;
pub mod lender;
pub mod values;

#[cfg(target_os = "wasi")]
mod chain;
#[cfg(target_os = "wasi")]
mod exports;
#[cfg(target_os = "wasi")]
mod host;
#[cfg(target_os = "wasi")]
mod hostcalls;
#[cfg(target_os = "wasi")]
mod meter;
#[cfg(target_os = "wasi")]
mod root;
