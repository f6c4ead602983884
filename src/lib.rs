//! Blue-green deployment of ML models behind Envoy and Istio.
//!
//! The life of a request, module by module:
//!
//! - [`plugin`](https://github.com/proxy-wasm/spec) (WebAssembly only) receives Envoy's callbacks
//!   and hands them to the [`filter`] of the stream; [`host`] is all that the filter knows of Envoy.
//! - [`filter`] reads the headers once, in place ([`pairs`]), and finds the request's deployment
//!   in the [`routing`] table ([`index`], [`hostname`]).
//! - [`sticky`] finds the targeting key ([`cookie`]) and puts it into a bucket.
//! - [`decision`] holds the bucket against the [`weight`]; on the way to green [`rollback`] is
//!   asked whether green was taken back.
//! - [`tags`] writes the decision for Envoy's own routes.
//!
//! At configuration time [`json`] reads the text into the structs of [`config`], and
//! [`routing::Table`] validates them; every [`fault`] is reported. Past that nothing is invalid.

pub mod bucket_header;
pub mod conditions;
pub mod config;
pub mod cookie;
pub mod counters;
pub mod decimal;
pub mod decision;
pub mod deployment;
pub mod explain;
pub mod fault;
pub mod filter;
pub mod flag;
pub mod host;
pub mod hostname;
pub mod index;
pub mod json;
pub mod key;
pub mod matching;
pub mod mirror;
pub mod name;
pub mod overrides;
pub mod pairs;
pub mod pins;
pub mod ramp;
pub mod request;
pub mod rollback;
pub mod routing;
pub mod sticky;
pub mod strict;
pub mod tags;
pub mod token;
pub mod upstream;
pub mod value;
pub mod weight;

#[cfg(target_os = "wasi")]
mod abi;
#[cfg(target_os = "wasi")]
mod plugin;
