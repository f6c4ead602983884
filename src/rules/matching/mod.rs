//! Which deployment a request belongs to.

mod candidates;
mod condition;
mod hostname;
mod lookup;
mod matches;
mod pattern;
mod precedence;
mod sort;

pub use candidates::{Candidates, Position};
pub use condition::{Condition, Place, Rank, Test};
pub use hostname::HostPattern;
pub use lookup::Lookup;
pub use matches::Matches;
pub use pattern::{Match, PathPattern, ends_prefix};
pub use precedence::Index;
