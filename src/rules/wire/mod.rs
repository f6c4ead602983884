//! What crosses from a host: headers as pairs in place, values of metadata, paths of properties.

mod chain;
mod first_pass;
mod pairs;
mod property;
mod value;

pub use chain::Turn;
pub use first_pass::FirstPass;
pub use pairs::{Lengths, Line, Pairs, Repeated, encode};
pub use property::{Property, PropertyPath};
pub use value::{Texts, Value};
