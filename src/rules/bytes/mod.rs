//! Byte strings: compared, and as keys.

mod compare;
mod map;

pub use compare::equal;
pub use map::ByteMap;
