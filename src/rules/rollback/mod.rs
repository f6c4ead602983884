//! What rolls green back.

mod flag;
pub mod guard;
mod sources;

pub use flag::{Flag, Flagged};
pub use sources::{Names, Sources};
