//! How bytes cross from the host.

mod pairs;
mod value;

pub use pairs::{Lengths, Pairs, encode};
pub use value::Value;
