//! How many users are on green.

mod bucket;
mod mirror;
mod ramp;
mod split_by;
mod weight;

pub use bucket::{Bucket, Salt};
pub use mirror::Mirror;
pub use ramp::Ramp;
pub use split_by::Split;
pub use weight::{InvalidWeight, Weight};
