//! Blue-green deployment of ML models behind Envoy and Istio: everything that decides.
#![forbid(unsafe_code)]

pub mod bytes;
pub use bluegreen_config as config;
pub mod decimal;
pub mod decision;
pub mod deployment;
pub mod filter;
pub mod host;
pub mod matching;
pub mod metrics;
pub mod request;
pub mod rollback;
pub mod split;
pub mod sticky;
pub mod table;
pub mod tags;
pub mod variant;
pub mod warn_once;
pub mod wire;
