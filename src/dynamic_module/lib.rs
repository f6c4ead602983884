//! The filter as a dynamic module of Envoy: a shared library that Envoy loads. Decides nothing.
//!
//! Envoy calls the functions of [`hooks`] and [`idle`]; the module calls those of [`abi`]. Envoy
//! makes one [`configuration`] for all workers.

mod abi;
mod attributes;
mod chain;
mod configuration;
mod environment;
mod hooks;
mod host;
mod idle;
mod kinds;
mod metadata;
mod route_configuration;
mod unwinding;
mod values;
mod warnings;
mod writes;

#[cfg(test)]
mod boundary;
