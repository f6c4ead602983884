//! Byte strings: compared, searched, and as keys.

mod compare;
mod find;
mod map;
mod within;

pub use compare::equal;
pub use find::find_either;
pub use map::ByteMap;
pub use within::none_within;
