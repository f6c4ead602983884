//! The id of all requests of one connection from a client.

use sha2::{Digest, Sha256};

use super::id::Id;
use crate::config::{ConfigErrors, Path};
use crate::host::{Environment, Host};
use crate::wire::PropertyPath;

/// Where the number of a client's connection is; None, and an error, where that is no use.
pub fn attribute(
    is_timed: bool,
    environment: &dyn Environment,
    at: &Path,
    errors: &mut ConfigErrors,
) -> Option<PropertyPath> {
    if is_timed {
        let reason = "\"connection\" cannot be used with `refresh` or `sessions`: \
            nothing tells when a connection began";
        errors.add(at, reason);
    }
    let path = environment.attribute(&["connection", "id"]);
    if path.is_none() {
        errors.add(at, "unsupported: this host has no number of a connection");
    }
    path
}

/// The id of all requests of a connection. Numbers of connections are easy to foresee, so they are
/// hashed with a key that nobody learns. SHA-256 of key and number will do: the key has one length,
/// no client chooses the number, and half of the hash is not shown.
pub fn id(number: &[u8], host: &mut impl Host) -> Option<Id> {
    let key = host.lasting_random()?.to_be_bytes();
    let hash = Sha256::digest([&key, number].concat());
    hash.first_chunk().map(|bits| Id::new(u128::from_be_bytes(*bits)))
}
