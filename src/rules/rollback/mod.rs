//! What rolls green back: flags and weights in filter metadata.

mod flag;
pub mod guard;
mod max_green_weight;
mod names;
mod reading;
mod sources;

pub use flag::{Flag, Named};
pub use max_green_weight::max_green_weight;
pub use names::Names;
pub use reading::GUARD;
pub use sources::{Limit, MAX_GREEN_WEIGHT, NOTES, Sources};
