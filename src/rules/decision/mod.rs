//! Which variant serves a request, and why.

pub mod explain;
mod overrides;
mod peer_tag;
mod precedence;

pub use overrides::Override;
pub use peer_tag::Trust;
pub use precedence::{Decision, Reason, Variant, Wish, decide};
