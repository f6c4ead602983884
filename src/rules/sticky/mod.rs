//! Which user a request is of: the targeting key, or what takes its place.

mod address;
mod assigner;
mod birth;
mod browsers;
mod connection;
mod id;
mod ignored;
mod issued_cookie;
mod key;
#[cfg(test)]
mod no_host;
mod pins;

pub use assigner::{Assigner, Assignment, Place, Sticky};
pub use id::Id;
pub use ignored::Ignored;
pub use issued_cookie::IssuedCookie;
pub use key::KeySource;
pub use pins::Pins;
