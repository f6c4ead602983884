//! What becomes of what was decided: requests are counted, answers are watched, and at ticks the
//! counts become metrics, and evidence by which green is taken back.
//!
//! Each worker of a proxy has a [`Worker`] for each configuration. What workers have to know of
//! each other they keep at the host ([`Meter`]): the evidence in a record, and what a guard has
//! done in gauges, which outlast a configuration, new code and a VM that is made anew.
//!
//! A package of its own, because it is compiled to be small and the rules to be fast: a request
//! meets little of it.
#![forbid(unsafe_code)]

mod answer;
mod changes;
mod guards;
mod memory;
mod meter;
mod names;
mod probe;
mod record;
mod report;
mod tally;
mod watched;
mod watching;
mod worker;

pub use memory::Memory;
pub use meter::{Kind, Meter, Metric};
pub use probe::Probe;
pub use record::Record;
pub use report::Configuration;
pub use watched::Watched;
pub use worker::{EVALUATION, Worker};
