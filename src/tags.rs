//! The headers by which Envoy's own routes learn of a decision.

use crate::config::{self, BlueTags};
use crate::decision::Variant;
use crate::fault::{Faults, Path};
use crate::host::Host;
use crate::token::header_name;

/// Headers that belong to the connection or to the framing of a message, not to the request
/// (RFC 9110, section 7.6.1): written by a filter they would break it.
const RESERVED: [&str; 12] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Names of the tags, those that are switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    variant: Option<Box<str>>,
    cluster: Option<Box<str>>,
    response: Option<Box<str>>,
    blue: BlueTags,
}

/// Which tags a client sent along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forged {
    variant: bool,
    cluster: bool,
}

impl Forged {
    /// Notes a request header if it has the name of a tag.
    pub fn note(&mut self, header: &[u8], tags: &Tags) {
        let is = |tag: &Option<Box<str>>| tag.as_ref().is_some_and(|tag| tag.as_bytes() == header);
        self.variant |= is(&tags.variant);
        self.cluster |= is(&tags.cluster);
    }
}

impl Tags {
    /// Validates the configuration.
    pub fn new(config: &config::Tags, path: &Path, faults: &mut Faults) -> Self {
        let mut seen: Vec<Box<str>> = Vec::new();
        let mut tag = |key: &str, name: &Option<String>| {
            let (path, name) = (path.key(key), name.as_deref()?);
            let header = header_name(name, &path, faults)?;
            if RESERVED.contains(&&*header) {
                faults.add_text(&path, name, "cannot be a tag: the header belongs to HTTP itself");
            }
            if seen.contains(&header) {
                faults.add_text(&path, name, "is another tag's name too");
            }
            seen.push(header.clone());
            Some(header)
        };
        Self {
            variant: tag("variant_header", &config.variant_header),
            cluster: tag("cluster_header", &config.cluster_header),
            response: tag("response_header", &config.response_header),
            blue: config.blue,
        }
    }

    /// Tags a request; what the client sent under a tag's name is overwritten or removed.
    pub fn write(
        &self,
        variant: Variant,
        cluster: Option<&str>,
        forged: Forged,
        host: &mut impl Host,
    ) {
        if variant == Variant::Blue && self.blue == BlueTags::Omit {
            return self.remove(forged, host);
        }
        if let Some(name) = &self.variant {
            host.set_request_header(name, variant.as_str());
        }
        if let Some(name) = &self.cluster {
            match cluster {
                Some(cluster) => host.set_request_header(name, cluster),
                None if forged.cluster => host.remove_request_header(name),
                None => {}
            }
        }
    }

    /// Removes what the client sent under a tag's name.
    pub fn remove(&self, forged: Forged, host: &mut impl Host) {
        if let (Some(name), true) = (&self.variant, forged.variant) {
            host.remove_request_header(name);
        }
        if let (Some(name), true) = (&self.cluster, forged.cluster) {
            host.remove_request_header(name);
        }
    }

    /// Name of the response header that tells the client its variant.
    #[must_use]
    pub fn response(&self) -> Option<&str> {
        self.response.as_deref()
    }
}
