//! What one source says of one deployment, and what it warns of.

use std::hash::Hasher;
use std::slice::EscapeAscii;

use twox_hash::XxHash64;

use super::flag::Flag;
use super::sources::Names;
use crate::host::Host;
use crate::split::Weight;
use crate::wire::PropertyPath;

/// One source while it is read for one deployment.
pub struct Reading<'a, H> {
    /// Where the source is.
    pub path: &'a PropertyPath,
    /// The deployment's name.
    pub deployment: &'a str,
    /// Names of all deployments.
    pub all: &'a Names,
    /// The host, which warns.
    pub host: &'a mut H,
    /// Set where something cannot be understood.
    pub is_unreadable: &'a mut bool,
}

impl<H: Host> Reading<'_, H> {
    /// How far green may go by a flag: no way if it rolls the deployment back.
    pub fn flag(&mut self, key: &[u8], value: &[u8]) -> Weight {
        let all = self.all;
        let is_deployment = |text: &str| all.get(text.as_bytes()).is_some();
        let is_rolled_back = match Flag::read(H::value(value), is_deployment) {
            Flag::Off => false,
            Flag::On => true,
            Flag::Deployments(names) => {
                for unknown in names.iter().filter(|name| !is_deployment(name)) {
                    self.warn(key, unknown.as_bytes(), || {
                        format!("names \"{unknown}\", and no deployment has this name")
                    });
                }
                names.iter().any(|name| name == self.deployment)
            }
            Flag::Unreadable => return self.unreadable(key, value),
        };
        if is_rolled_back { Weight::ZERO } else { Weight::FULL }
    }

    /// Nothing may go to green where something cannot be understood.
    pub fn unreadable(&mut self, key: &[u8], value: &[u8]) -> Weight {
        *self.is_unreadable = true;
        self.warn(key, value, || {
            format!("cannot be understood, so green is rolled back: \"{}\"", shown(value))
        });
        Weight::ZERO
    }

    /// A key that means nothing.
    pub fn unknown_key(&mut self, key: &[u8]) {
        self.warn(key, b"", || "is neither `rollback` nor `max_green_weight`".to_owned());
    }

    /// Warns once for each place and value, not for each request.
    fn warn(&mut self, key: &[u8], value: &[u8], message: impl FnOnce() -> String) {
        let mut hash = XxHash64::with_seed(0);
        for part in [self.path.as_bytes(), key, value] {
            hash.write(part);
            hash.write(&[0]);
        }
        let path = self.path;
        self.host.warn_once(hash.finish(), || {
            let dot = if key.is_empty() { "" } else { "." };
            format!("{path}{dot}{} {}", shown(key), message())
        });
    }
}

/// The start of a value of metadata, as a line of a log can hold it.
fn shown(bytes: &[u8]) -> EscapeAscii<'_> {
    bytes.get(..bytes.len().min(64)).unwrap_or_default().escape_ascii()
}
