//! What one source says of one deployment, and what it warns of.

use std::hash::Hasher;
use std::slice::EscapeAscii;

use twox_hash::XxHash64;

use super::flag::{Flag, Named};
use super::names::Names;
use crate::host::Host;
use crate::metrics::Counter;
use crate::split::Weight;
use crate::wire::{PropertyPath, Value};

/// The key that tells the guard to begin anew, and its value.
pub const GUARD: &[u8] = b"guard";
const RESET: &str = "reset";

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
    /// What was found out of order.
    pub found: &'a mut Findings,
}

/// What a request met that somebody should look at. Each is counted once for a request.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of things that are found or not")]
pub struct Findings {
    /// Whether something could not be understood.
    pub is_unreadable: bool,
    has_unknown_name: bool,
    has_unknown_key: bool,
    /// Whether the guard is told to begin anew.
    pub resets_guard: bool,
}

impl Findings {
    /// Counts what was found.
    pub fn count(self, host: &mut impl Host) {
        for (is_found, counter) in [
            (self.is_unreadable, Counter::RollbackUnreadable),
            (self.has_unknown_name, Counter::RollbackUnknownName),
            (self.has_unknown_key, Counter::RollbackUnknownKey),
        ] {
            if is_found {
                host.count(counter);
            }
        }
    }
}

impl<H: Host> Reading<'_, H> {
    /// How far green may go by a flag: no way if it rolls the deployment back.
    pub fn flag(&mut self, key: &[u8], value: &[u8]) -> Weight {
        let is_rolled_back = match Flag::read(H::value(value), self.deployment, self.all) {
            Flag::Off => false,
            Flag::On => true,
            Flag::Named(Named { is_meant, unknown }) => {
                if let Some(name) = unknown {
                    self.unknown_name(key, value, name);
                }
                is_meant
            }
            Flag::Unreadable => return self.unreadable(key, value),
        };
        if is_rolled_back { Weight::ZERO } else { Weight::FULL }
    }

    /// Nothing may go to green where something cannot be understood.
    pub fn unreadable(&mut self, key: &[u8], value: &[u8]) -> Weight {
        self.found.is_unreadable = true;
        self.warn(key, value, || {
            format!("cannot be understood, so green is rolled back: \"{}\"", shown(value))
        });
        Weight::ZERO
    }

    /// The guard begins anew, unless the value is another word.
    pub fn guard(&mut self, value: &[u8]) {
        if is_reset(H::value(value)) {
            self.found.resets_guard = true;
        } else {
            self.unknown_key(GUARD);
        }
    }

    /// A key that means nothing.
    pub fn unknown_key(&mut self, key: &[u8]) {
        self.found.has_unknown_key = true;
        self.warn(key, b"", || {
            "is none of `rollback`, `max_green_weight`, `guard: reset`, `by`, `reason`, `since`, `ticket`"
                .into()
        });
    }

    /// A name that no deployment has. It stands for all of this value: there may be thousands.
    fn unknown_name(&mut self, key: &[u8], value: &[u8], name: &[u8]) {
        self.found.has_unknown_name = true;
        self.warn(key, value, || {
            format!("names \"{}\", and no deployment has this name", shown(name))
        });
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

fn is_reset(value: Value<'_>) -> bool {
    matches!(value, Value::Text(text) if text.trim().eq_ignore_ascii_case(RESET))
}

/// The start of a value of metadata, as a line of a log can hold it.
fn shown(bytes: &[u8]) -> EscapeAscii<'_> {
    bytes.get(..bytes.len().min(64)).unwrap_or_default().escape_ascii()
}
