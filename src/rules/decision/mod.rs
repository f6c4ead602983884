//! Which variant serves a request, and why.

mod explain;
mod overrides;
mod peer_tag;
mod precedence;
mod record;
mod token;
mod trace;

pub use explain::is_due;
pub use overrides::Override;
pub use peer_tag::TrustedTags;
pub use precedence::{Decision, Evidence, Reason, decide};
pub use trace::{Policy, Surroundings, Trace};
