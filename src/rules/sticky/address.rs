//! Addresses of clients, as proxies write them.

use crate::request::trimmed;
use crate::wire::Pairs;

/// The `place`-th entry from the right over all lines of `x-forwarded-for`, without port and
/// brackets: 1 is the last one, which the nearest proxy added. Empty entries do not count (RFC
/// 9110, section 5.6.1).
#[must_use]
pub fn forwarded_for(headers: Pairs<'_>, place: usize) -> Option<&[u8]> {
    let index = entries(headers).count().checked_sub(place)?;
    entries(headers).nth(index).map(without_port)
}

fn entries(headers: Pairs<'_>) -> impl Iterator<Item = &[u8]> {
    headers
        .all(b"x-forwarded-for")
        .flat_map(|line| line.split(|byte| *byte == b','))
        .map(trimmed)
        .filter(|entry| !entry.is_empty())
}

/// `10.0.0.1` of `10.0.0.1:80`, `::1` of `[::1]:80` and of `[::1]`; what is no address with a
/// port, as it is.
#[must_use]
pub fn without_port(address: &[u8]) -> &[u8] {
    if let [b'[', host @ .., b']'] = address {
        return host;
    }
    let Some(colon) = address.iter().rposition(|byte| *byte == b':') else { return address };
    let (host, port) = address.split_at_checked(colon).unwrap_or((address, &[]));
    match host {
        [b'[', host @ .., b']'] => host,
        host if host.contains(&b':') || !port.iter().skip(1).all(u8::is_ascii_digit) => address,
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::encode;

    #[test]
    fn an_address_loses_its_port_and_its_brackets() {
        for (address, bare) in [
            ("10.0.0.1:80", "10.0.0.1"),
            ("[::1]:80", "::1"),
            ("[::1]", "::1"),
            ("10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
            ("envoy://listener/x", "envoy://listener/x"),
            ("unknown", "unknown"),
            ("", ""),
            ("[", "["),
        ] {
            assert_eq!(without_port(address.as_bytes()), bare.as_bytes());
        }
    }

    #[test]
    fn entries_are_counted_from_the_right_over_all_lines() {
        let lines = ["192.0.2.1, 192.0.2.2:80", "", ", [2001:db8::3]:443,\t192.0.2.4 ,, "];
        let headers = encode(lines.iter().map(|line| (&b"x-forwarded-for"[..], line.as_bytes())));
        let found = |place| forwarded_for(Pairs::new(&headers), place);
        assert_eq!(found(1), Some(&b"192.0.2.4"[..]));
        assert_eq!(found(2), Some(&b"2001:db8::3"[..]));
        assert_eq!(found(3), Some(&b"192.0.2.2"[..]));
        assert_eq!(found(4), Some(&b"192.0.2.1"[..]));
        assert_eq!(found(5), None);
        assert_eq!(forwarded_for(Pairs::default(), 1), None);
    }
}
