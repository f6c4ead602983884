//! Tags of a proxy on the way that are kept.

use crate::config::{self, TrustWord, TrustedPeer};
use crate::config::{Faults, Path};
use crate::decision::Variant;
use crate::host::{Host, Property, PropertyPath};
use crate::request::Request;
use crate::tags::{Tag, Tags};

/// Whose variant tag is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// That of requests that Envoy marked as internal.
    Internal,
    /// That of peers whose certificate's first URI starts so.
    PeerPrefix {
        /// The start of the URI.
        prefix: Box<str>,
        /// Where Envoy tells the URI.
        uri: PropertyPath,
    },
}

impl Trust {
    /// The variant that a trusted proxy before this one chose. The host is asked only if a tag
    /// came along.
    pub fn variant(
        &self,
        request: &Request<'_>,
        tags: &Tags,
        host: &mut impl Host,
    ) -> Option<Variant> {
        if !request.forged.has(Tag::Variant) {
            return None;
        }
        let variant = Variant::parse(request.single(tags.variant()?).ok()??)?;
        let is_trusted = match self {
            Self::Internal => request.is_internal(),
            Self::PeerPrefix { prefix, uri } => match host.property(uri) {
                Property::Bytes(uri) => uri.starts_with(prefix.as_bytes()),
                Property::Absent | Property::Unreadable => false,
            },
        };
        is_trusted.then_some(variant)
    }

    /// Validates the configuration; None if nobody is trusted.
    pub fn new(
        config: &config::Trust,
        tags: &Tags,
        at: &Path,
        faults: &mut Faults,
    ) -> Option<Self> {
        let trust = match config {
            config::Trust::Word(word) => match word.known(at, faults)? {
                TrustWord::Never => return None,
                TrustWord::Internal => Self::Internal,
            },
            config::Trust::Peer(TrustedPeer { peer_prefix }) => {
                if peer_prefix.is_empty() {
                    faults.add(
                        &at.key("peer_prefix"),
                        "is missing or empty, and every peer would be trusted",
                    );
                }
                let uri = PropertyPath::new(&["connection", "uri_san_peer_certificate"]);
                Self::PeerPrefix { prefix: peer_prefix.as_str().into(), uri }
            }
        };
        if tags.variant().is_none() {
            faults.add(at, "needs `tags.variant_header`, which is switched off");
        }
        Some(trust)
    }
}
