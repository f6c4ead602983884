//! Byte strings: compared, and as keys.

mod compare;
mod map;
mod within;

pub use compare::equal;
pub use map::ByteMap;
pub use within::none_within;
