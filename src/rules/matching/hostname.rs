//! Hosts as deployments name them, brought to the one form that requests are brought to.

use std::net::Ipv6Addr;

use crate::request::LONGEST_HOST as LONGEST;

const LONGEST_LABEL: usize = 63;

/// A host of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// This host alone, normalized.
    Exact(String),
    /// Whatever ends in this suffix, which starts with a dot, after at least one more label.
    Suffix(String),
}

impl HostPattern {
    /// The host or the suffix: no two patterns have the same bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let (Self::Exact(text) | Self::Suffix(text)) = self;
        text.as_bytes()
    }

    /// Reads `host` or `*.suffix`.
    ///
    /// # Errors
    /// A reason to put behind the value.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(suffix) = text.strip_prefix('*') {
            let Some(name) = suffix.strip_prefix('.') else {
                return Err(
                    "is no wildcard: a wildcard is `*.` before a host; leave `hosts` out to match any",
                );
            };
            return Ok(Self::Suffix(format!(".{}", parse_name(name)?)));
        }
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse::<Ipv6Addr>() {
            return Ok(Self::Exact(format!("[{address}]")));
        }
        parse_name(text).map(Self::Exact)
    }
}

fn parse_name(text: &str) -> Result<String, &'static str> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.len() > LONGEST {
        return Err("cannot be a host: it is longer than 253 bytes");
    }
    if name.contains(':') {
        return Err("cannot be a host: ports are ignored, leave them out");
    }
    if !name.is_ascii() {
        return Err("cannot be a host: write international names in Punycode");
    }
    if name.contains('*') {
        return Err("cannot be a host: a wildcard is allowed at the front alone");
    }
    for label in name.split('.') {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if label.is_empty() || label.len() > LONGEST_LABEL || !label.bytes().all(legal) {
            return Err("cannot be a host: its labels are 1 to 63 letters, digits, `-` or `_`");
        }
    }
    Ok(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_of_the_configuration_has_one_form() {
        assert_eq!(HostPattern::parse("0::1"), Ok(HostPattern::Exact("[::1]".into())));
    }

    #[test]
    fn what_cannot_be_a_host_is_refused() {
        let long = "a".repeat(64);
        for text in [
            "",
            ".",
            "a..b",
            "-x y",
            "a/b",
            "a:80",
            "*",
            "*a.b",
            "*.",
            "a.*",
            "*.*.b",
            "bücher.de",
            "[::1",
            "a b",
            &long,
            "http://a",
        ] {
            assert!(HostPattern::parse(text).is_err(), "{text}");
        }
    }
}
