//! Where overrides arrive: headers and cookies, which the filter takes off every request.

use super::{Request, all_cookies, cookies_without};
use crate::bytes::{self, ByteMap};
use crate::host::Host;
use crate::wire::Lengths;

/// The headers and cookies of all overrides of a table. A token is worth something wherever it is
/// accepted, so the filter takes it off also where no deployment, or one without overrides, serves.
#[derive(Clone, Debug, Default)]
pub struct Carriers {
    /// In lower case.
    headers: ByteMap<()>,
    lengths: Lengths,
    cookies: ByteMap<()>,
}

/// What brought an override, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier<'a> {
    /// A header.
    Header(&'a str),
    /// A cookie.
    Cookie(&'a str),
}

impl Carriers {
    /// Enters a carrier.
    pub fn enter(&mut self, carrier: Carrier<'_>) {
        match carrier {
            Carrier::Header(name) => {
                self.headers.insert(name.as_bytes(), ());
                self.lengths = self.lengths.or(Lengths::of(name.as_bytes()));
            }
            Carrier::Cookie(name) => {
                self.cookies.insert(name.as_bytes(), ());
            }
        }
    }

    /// The lengths of the headers' names.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        self.lengths
    }

    /// The headers, in lower case.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().filter_map(|name| std::str::from_utf8(name).ok())
    }

    /// Whether a header may bring an override.
    #[must_use]
    pub fn has_header(&self, name: &[u8]) -> bool {
        self.lengths.may_have(name) && self.headers.get(name).is_some()
    }

    /// The header lines that brought overrides, each cookie in a line of its own.
    #[must_use]
    pub fn lines(&self, request: &Request<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
        let headers = request.headers.of_lengths(self.lengths);
        let headers = headers.filter(|(name, _)| self.has_header(name));
        let cookies = all_cookies(request.headers);
        let cookies = cookies.filter(|cookie| self.cookies.get(cookie.name()).is_some());
        let cookies = cookies.map(|cookie| [cookie.name(), b"=", cookie.value()].concat());
        let headers = headers.map(|(name, value)| (name.to_vec(), value.to_vec()));
        headers.chain(cookies.map(|line| (b"cookie".to_vec(), line))).collect()
    }

    /// Takes all overrides off a request, but for an accepted one that is to be forwarded.
    pub fn remove(&self, request: &Request<'_>, kept: Option<Carrier<'_>>, host: &mut impl Host) {
        if request.has_override {
            let kept = if let Some(Carrier::Header(name)) = kept { name } else { "" };
            for (name, _) in request.headers.of_lengths(self.lengths) {
                if self.has_header(name)
                    && !bytes::equal(name, kept.as_bytes())
                    && let Ok(name) = std::str::from_utf8(name)
                {
                    host.remove_request_header(name);
                }
            }
        }
        if !self.cookies.is_empty() {
            let kept = if let Some(Carrier::Cookie(name)) = kept { name } else { "" };
            let is_taken = |name: &[u8]| {
                self.cookies.get(name).is_some() && !bytes::equal(name, kept.as_bytes())
            };
            match cookies_without(request.headers, &is_taken) {
                None => {}
                Some(left) if left.is_empty() => host.remove_request_header("cookie"),
                Some(left) => host.set_request_header("cookie", &left),
            }
        }
    }
}
