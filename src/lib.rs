//! Blue-green deployment of ML models behind Envoy and Istio.
//!
//! The life of a request, module by module:
//!
//! - Envoy calls `callbacks` (WebAssembly only), [`streams`] know by which table, and the
//!   [`filter`] does the rest; [`host`] is all that it knows of Envoy, `plugin` the real one.
//! - [`request`] reads the headers once, in place ([`pairs`]); the [`routing`] table finds the
//!   [`deployment`] by host and path ([`index`], [`hostname`]) and by headers ([`conditions`]), in
//!   maps from byte strings ([`by_bytes`]); [`bytes`] compares them, eight at a time.
//! - An override ([`overrides`]) or a trusted proxy before this one ([`upstream`]) may have chosen
//!   a side. Else [`sticky`] looks for the targeting key ([`key`], [`cookie`]), which is pinned to
//!   a side ([`pins`]) or falls into a [`bucket`].
//! - [`decision`] holds the bucket against the [`weight`], which may follow the clock ([`ramp`]).
//!   On the way to green [`rollback`] is asked how far green may go ([`flag`], [`value`]).
//! - [`tags`] writes the decision for Envoy's own routes: the variant, its cluster, the cluster
//!   that gets a copy ([`mirror`]), the number for foreign weights ([`bucket_header`]).
//!   The [`response`] tells the client what it is to know, and who may know why ([`explain`]);
//!   [`counters`] are what the filter counts.
//!
//! At configuration time [`json`] reads the text into the structs of [`config`] ([`strict`]), and
//! [`routing::Table`] validates them ([`matching`], [`name`], [`token`], [`decimal`]); every
//! [`fault`] is reported. Past that nothing is invalid.

pub mod bucket;
pub mod bucket_header;
pub mod by_bytes;
pub mod bytes;
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
pub mod response;
pub mod rollback;
pub mod routing;
pub mod sticky;
pub mod streams;
pub mod strict;
pub mod tags;
pub mod token;
pub mod upstream;
pub mod value;
pub mod weight;

#[cfg(target_os = "wasi")]
mod abi;
#[cfg(target_os = "wasi")]
mod callbacks;
#[cfg(target_os = "wasi")]
mod plugin;
