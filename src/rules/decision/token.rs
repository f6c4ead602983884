//! Signed overrides: `green;dep=NAME;exp=UNIX;kid=ID;sig=HEX`, an HMAC-SHA-256 over all before
//! `;sig=`. `dep` may list several deployments, with commas between them.

use crate::metrics::Refusal;
use crate::variant::Variant;

/// Longest value that is looked at, in bytes: with a name of 64 and an ID of 64 it has some 250.
const LONGEST: usize = 512;
/// How far the clocks of signer and proxy may differ, in seconds.
const LEEWAY: u64 = 30;

/// A signed override, read and not yet believed.
#[derive(Debug)]
pub struct Token<'a> {
    /// The variant that it wants.
    pub variant: Variant,
    deployments: &'a str,
    /// Seconds since the epoch of Unix.
    expires: u64,
    /// The ID of the key that signed it, if it says so.
    pub key: Option<&'a str>,
    /// What is signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: [u8; 32],
}

impl<'a> Token<'a> {
    /// Reads a value of at most 512 bytes; None if it is malformed.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        if value.len() > LONGEST {
            return None;
        }
        let (message, digits) = std::str::from_utf8(value).ok()?.rsplit_once(";sig=")?;
        let mut signature = [0; 32];
        hex::decode_to_slice(digits, &mut signature).ok()?;
        let mut parts = message.split(';');
        let variant = Variant::parse(parts.next()?.as_bytes())?;
        let (mut deployments, mut expires, mut key) = (None, None, None);
        for part in parts {
            let (name, value) = part.split_once('=')?;
            let slot = match name {
                "dep" => &mut deployments,
                "exp" => &mut expires,
                "kid" => &mut key,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let expires = expires.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self {
            variant,
            deployments: deployments?,
            expires: expires.parse().ok()?,
            key,
            message: message.as_bytes(),
            signature,
        })
    }

    /// Whether it may be used for a deployment now, in seconds since the epoch of Unix. Whoever
    /// signs for `max_age` seconds by a clock that is ahead is understood all the same.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, deployment: &str, now: u64, max_age: u64) -> Result<(), Refusal> {
        if !self.deployments.split(',').any(|name| name == deployment) {
            return Err(Refusal::WrongDeployment);
        }
        if self.expires.saturating_add(LEEWAY) <= now {
            return Err(Refusal::Expired);
        }
        if self.expires.saturating_sub(now) > max_age.saturating_add(LEEWAY) {
            return Err(Refusal::TooLong);
        }
        Ok(())
    }
}
