//! Which user a request is of: the targeting key, or what takes its place.

mod assigner;
mod key;
mod pins;

pub use assigner::{Draw, Lot, Sticky};
pub use key::KeySource;
pub use pins::Pins;
