//! Which user a request is of: the targeting key, or what takes its place.

mod assigner;
mod issued_cookie;
mod key;
mod pins;

pub use assigner::{Assigner, Assignment, Place, Sticky};
pub use issued_cookie::{Id, IssuedCookie};
pub use key::KeySource;
pub use pins::Pins;
