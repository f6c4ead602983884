//! What rolls green back.

mod flag;
mod sources;

pub use flag::{Flag, Flagged};
pub use sources::{Names, Sources};
