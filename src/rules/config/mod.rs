//! The routing configuration as written: JSON in `snake_case`, unknown keys refused.
//!
//! Nothing here is checked beyond its type, and whatever may be missing has a default; the table of
//! the rules is what has been validated. A package of its own, because it is compiled to be small
//! and the rules to be fast.
#![forbid(unsafe_code)]

mod deployment;
pub mod either;
mod error;
mod fingerprint;
mod guard;
mod header_name;
mod json_text;
mod matching;
mod name;
mod number;
mod permissions;
pub mod read;
mod rollback;
mod routing;
mod split;
mod sticky;
pub mod strict;
mod tags;
mod unknown_key;
mod warning;

pub use deployment::{Clusters, Deployment};
pub use either::OneOrMany;
pub use error::{ConfigError, ConfigErrors, Path, shortened};
pub use fingerprint::{fingerprint, hash};
pub use guard::{Failures, FalseAlarms, Guard};
pub use header_name::{
    RESERVED, RESERVED_PREFIX, cookie_name, header_name, is_token, own_header_name,
};
pub use matching::{Condition, Match};
pub use name::{NOT_A_NAME, is_name};
pub use number::Number;
pub use permissions::{Allow, Explain, Override, SigningKey, Trust, TrustKeyword, TrustedPeer};
pub use rollback::{MetadataSource, Rollback, Source, SourcePath};
pub use routing::{Config, Defaults};
pub use split::{Mirror, Ramp, Shape, SplitBy, Step};
pub use sticky::{Born, Decode, IssueCookie, Key, Per, Pins, SameSite, Sessions, Sticky};
pub use tags::{BlueTags, BucketHeader, CacheControl, GreenOrder, Tags};
pub use warning::{Warning, Warnings};
