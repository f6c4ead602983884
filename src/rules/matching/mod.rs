//! Which deployment a request belongs to.

mod candidates;
mod condition;
mod hostname;
mod index;
mod lookup;
mod matches;
mod order;
mod pattern;

pub use candidates::{Candidates, Position};
pub use condition::{Condition, Place, Rank, Test};
pub use hostname::HostPattern;
pub use index::Index;
pub use lookup::Lookup;
pub use matches::Matches;
pub use pattern::{Match, PathPattern, ends_prefix};
