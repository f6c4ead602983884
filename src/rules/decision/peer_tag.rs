//! The variant tag of a trusted proxy before this one, which is kept.

use crate::config::{self, ConfigErrors, Path, TrustKeyword, TrustedPeer};
use crate::host::{Environment, Host};
use crate::request::Request;
use crate::tags::{Tag, Tags};
use crate::variant::Variant;
use crate::wire::PropertyPath;

/// Whose variant tag is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedTags {
    /// That of requests that Envoy marked as internal.
    Internal,
    /// That of peers whose certificate's first URI starts so.
    PeerPrefix {
        /// The start of the URI.
        prefix: Box<str>,
        /// The attribute that holds the URI.
        uri: PropertyPath,
    },
}

impl TrustedTags {
    /// The variant that a trusted proxy before this one chose. The host is asked only if a tag
    /// came along.
    pub fn variant(
        &self,
        request: &Request<'_>,
        tags: &Tags,
        host: &mut impl Host,
    ) -> Option<Variant> {
        if !request.incoming.has(Tag::Variant) || request.are_tags_own {
            return None;
        }
        let variant = Variant::parse(request.single(tags.variant()?).ok()??)?;
        let is_trusted = match self {
            Self::Internal => request.is_internal(),
            Self::PeerPrefix { prefix, uri } => {
                host.attribute(uri).is_some_and(|uri| uri.starts_with(prefix.as_bytes()))
            }
        };
        is_trusted.then_some(variant)
    }

    /// Validates the configuration; None if nobody is trusted.
    pub fn new(
        config: &config::Trust,
        tags: &Tags,
        environment: &dyn Environment,
        at: &Path,
        errors: &mut ConfigErrors,
    ) -> Option<Self> {
        let trusted = match config {
            config::Trust::Keyword(word) => match word.known(at, errors)? {
                TrustKeyword::Never => return None,
                TrustKeyword::Internal => Some(Self::Internal),
            },
            config::Trust::Peer(TrustedPeer { peer_prefix }) => {
                if peer_prefix.is_empty() {
                    errors.required(&at.key("peer_prefix"));
                }
                if !peer_prefix.is_empty() && !peer_prefix.ends_with('/') {
                    errors.warn(
                        &at.key("peer_prefix"),
                        || "does not end in `/`, so that it trusts names that go on behind it too",
                    );
                }
                let uri = environment.attribute(&["connection", "uri_san_peer_certificate"]);
                if uri.is_none() {
                    let reason = "unsupported: this proxy cannot read the peer's certificate";
                    errors.add(&at.key("peer_prefix"), reason);
                }
                let prefix = peer_prefix.as_str().into();
                uri.map(|uri| Self::PeerPrefix { prefix, uri })
            }
        };
        if tags.variant().is_none() {
            errors.add(at, "needs `tags.variant_header`, which is switched off");
        }
        trusted
    }
}
