//! Byte strings: compared, searched, and as keys.

mod compare;
mod find;
mod map;

pub use compare::equal;
pub use find::find_either;
pub use map::ByteMap;
