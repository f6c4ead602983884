//! What crosses from a host: headers as pairs in place, values of metadata, paths of properties.

mod first_pass;
mod pairs;
mod property;
mod value;

pub use first_pass::FirstPass;
pub use pairs::{Lengths, Line, Pairs, Repeated, encode};
pub use property::{Property, PropertyPath};
pub use value::{Texts, Value};
