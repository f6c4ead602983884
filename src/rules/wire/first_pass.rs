//! What an internal redirect of Envoy would lose: it runs the filter again, on the headers as the
//! first pass left them, and the first pass never sees a response.

use super::pairs::{Pairs, encode};

/// What the first pass of a request leaves for the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstPass {
    /// Header lines that the client sent and the first pass took off, or that it would send now.
    pub lines: Vec<(Vec<u8>, Vec<u8>)>,
    /// The `set-cookie` that no response has carried yet.
    pub set_cookie: Option<String>,
    /// Whether the variant tag is that of a trusted peer, and not of the first pass.
    pub is_peers: bool,
}

impl FirstPass {
    /// The headers as a client would have sent them that has what the first pass leaves.
    #[must_use]
    pub fn with(&self, headers: Pairs<'_>) -> Vec<u8> {
        let own: Vec<_> = headers.iter().collect();
        let more = self.lines.iter().map(|(name, value)| (&name[..], &value[..]));
        encode(own.into_iter().chain(more))
    }
}
