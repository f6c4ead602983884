//! The filter as a dynamic module of Envoy: a shared library that Envoy loads. Decides nothing.
//!
//! Envoy calls the functions of [`hooks`], [`answers`] and [`idle`]; the module calls those of
//! [`abi`]. Envoy makes one [`configuration`] for all workers, which count and watch by [`workers`].

mod abi;
mod answers;
mod attributes;
mod chain;
mod clock;
mod configuration;
mod environment;
mod hooks;
mod host;
mod idle;
mod kinds;
mod lines;
mod local_reply;
mod memory;
mod metadata;
mod route_configuration;
mod series;
mod store;
mod unwinding;
mod values;
mod warnings;
mod workers;
mod writes;

#[cfg(test)]
mod boundary;
