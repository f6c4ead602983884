//! Which deployment a request belongs to.

mod conditions;
mod hostname;
mod index;
mod pattern;

pub use conditions::{Candidates, Condition, Position};
pub use hostname::HostPattern;
pub use index::Index;
pub use pattern::{Match, PathPattern, ends_prefix};
