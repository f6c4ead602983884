//! Attributes of a request: which of them Envoy hands out, and by which function.

use bluegreen::decimal::Decimal;
use bluegreen::wire::PropertyPath;

use crate::abi::Source;

/// An attribute, and how to ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute<'a> {
    /// A text, by its number in the ABI.
    Text(u8),
    /// An integer, by its number in the ABI.
    Integer(u8),
    /// A boolean, by its number in the ABI.
    Boolean(u8),
    /// All lines of a request header.
    Header(&'a str),
    /// Filter state that is a text.
    FilterState(&'a str),
    /// The value of a key in a namespace of metadata.
    Metadata(Source, &'a str, &'a str),
}

use Attribute::{Boolean, Integer, Text};

/// The attributes with a number, of those that a request has when the filter runs.
const NUMBERED: &[(&[&str], Attribute<'static>)] = &[
    (&["request", "path"], Text(0)),
    (&["request", "url_path"], Text(1)),
    (&["request", "host"], Text(2)),
    (&["request", "scheme"], Text(3)),
    (&["request", "method"], Text(4)),
    (&["request", "referer"], Text(6)),
    (&["request", "useragent"], Text(7)),
    (&["request", "id"], Text(9)),
    (&["request", "protocol"], Text(10)),
    (&["request", "query"], Text(11)),
    (&["source", "address"], Text(24)),
    (&["source", "port"], Integer(25)),
    (&["destination", "address"], Text(26)),
    (&["destination", "port"], Integer(27)),
    (&["connection", "id"], Integer(28)),
    (&["connection", "mtls"], Boolean(29)),
    (&["connection", "requested_server_name"], Text(30)),
    (&["connection", "tls_version"], Text(31)),
    (&["connection", "subject_local_certificate"], Text(32)),
    (&["connection", "subject_peer_certificate"], Text(33)),
    (&["connection", "dns_san_local_certificate"], Text(34)),
    (&["connection", "dns_san_peer_certificate"], Text(35)),
    (&["connection", "uri_san_local_certificate"], Text(36)),
    (&["connection", "uri_san_peer_certificate"], Text(37)),
    (&["connection", "sha256_peer_certificate_digest"], Text(38)),
    (&["xds", "route_name"], Text(61)),
];

impl<'a> Attribute<'a> {
    /// The attribute of a configuration's path; None if Envoy does not hand it out.
    pub fn named(path: &[&'a str]) -> Option<Self> {
        let metadata = |source, rest: &[&'a str]| match rest {
            [namespace, key] => Some(Self::Metadata(source, namespace, key)),
            _ => None,
        };
        match path {
            ["request", "headers", name] => Some(Self::Header(name)),
            ["filter_state", name] => Some(Self::FilterState(name)),
            ["metadata", "filter_metadata", rest @ ..] => metadata(Source::Dynamic, rest),
            ["xds", "route_metadata", "filter_metadata", rest @ ..] => {
                metadata(Source::Route, rest)
            }
            ["xds", "cluster_metadata", "filter_metadata", rest @ ..] => {
                metadata(Source::Cluster, rest)
            }
            path => NUMBERED.iter().find(|(known, _)| *known == path).map(|(_, found)| *found),
        }
    }

    /// How the table keeps it: a letter for the way to ask, then what to ask for.
    pub fn to_path(self) -> PropertyPath {
        let number = |letter: char, number: u8| {
            PropertyPath::new(&[&format!("{letter}{}", char::from(number))])
        };
        match self {
            Self::Text(id) => number('t', id),
            Self::Integer(id) => number('i', id),
            Self::Boolean(id) => number('b', id),
            Self::Header(name) => PropertyPath::new(&[&format!("h{}", name.to_ascii_lowercase())]),
            Self::FilterState(name) => PropertyPath::new(&[&format!("f{name}")]),
            Self::Metadata(source, namespace, key) => {
                let letter = match source {
                    Source::Dynamic => 'd',
                    Source::Route => 'r',
                    Source::Cluster => 'c',
                };
                PropertyPath::new(&[&format!("{letter}{namespace}"), key])
            }
        }
    }

    /// Reads what [`Attribute::to_path`] made.
    pub fn read(path: &'a PropertyPath) -> Option<Self> {
        let (letter, rest) = path.as_bytes().split_first()?;
        let text = |bytes| std::str::from_utf8(bytes).ok();
        let number = || rest.first().copied();
        let metadata = |source| {
            let (namespace, key) = text(rest)?.split_once('\0')?;
            Some(Self::Metadata(source, namespace, key))
        };
        match letter {
            b't' => number().map(Self::Text),
            b'i' => number().map(Self::Integer),
            b'b' => number().map(Self::Boolean),
            b'h' => text(rest).map(Self::Header),
            b'f' => text(rest).map(Self::FilterState),
            b'd' => metadata(Source::Dynamic),
            b'r' => metadata(Source::Route),
            b'c' => metadata(Source::Cluster),
            _ => None,
        }
    }
}

/// A number as people write it.
pub fn number_to_text(number: f64) -> Option<Vec<u8>> {
    Some(Decimal::from_f64(number)?.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_keeps_is_read_back() {
        let further: [&[&str]; 5] = [
            &["request", "headers", "x-user"],
            &["filter_state", "claim"],
            &["metadata", "filter_metadata", "a.b", "c\u{e9}"],
            &["xds", "route_metadata", "filter_metadata", "a", "b"],
            &["xds", "cluster_metadata", "filter_metadata", "a", "b"],
        ];
        for path in NUMBERED.iter().map(|(path, _)| *path).chain(further) {
            let attribute = Attribute::named(path).unwrap();
            assert_eq!(Attribute::read(&attribute.to_path()), Some(attribute), "{path:?}");
        }
    }

    #[test]
    fn what_envoy_does_not_hand_out_is_no_attribute() {
        for path in [
            &["metadata", "filter_metadata", "jwt", "payload", "sub"][..],
            &["metadata", "filter_metadata", "jwt"],
            &["xds", "node", "id"],
            &["request", "headers"],
            &["request", "size"],
            &[],
        ] {
            assert_eq!(Attribute::named(path), None);
        }
    }
}
