//! Target: the value of an override.

use bluegreen::decision::Reason;
use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen_tests::environment::configured;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::inputs::{Promise, check};
use crate::mutation::mutated;
use bluegreen_tests::fake_host::{FakeHost, header, values};

const HEADER: &str = "x-bluegreen-override";
const NOW: u64 = 1_800_000_000;
const MAX_AGE: u64 = 3_600;
const LEEWAY: u64 = 30;
const KEYS: [(&str, &[u8; 16]); 2] = [("k1", b"0123456789abcdef"), ("k2", b"fedcba9876543210")];

const MESSAGES: [&str; 18] = [
    "green;dep=fraud;exp=1800000060",
    "blue;dep=fraud;exp=1800000060",
    "green;dep=fraud;exp=1800003600;kid=k1",
    "blue;kid=k1;exp=1800003600;dep=fraud",
    "green;exp=01800000060;dep=fraud",
    "green;dep=fraud;kid=k2;exp=1800000500",
    "green;exp=1800000001;kid=k2;dep=fraud",
    "blue;kid=k2;dep=fraud;exp=1800000002",
    "green;dep=fraud;exp=1800003631",
    "green;dep=spam,fraud;exp=1799999971",
    "green;dep=fraud;exp=1799999970",
    "green;dep=spam;exp=1800000060",
    "green;dep=fraud;exp=1800000060;kid=k3",
    "green;dep=fraud",
    "green;exp=1800000060",
    "green;dep=fraud;exp=18446744073709551616",
    "green",
    "blue",
];

const WORDS: [&str; 19] = [
    "green",
    "blue",
    ";dep=fraud",
    ";dep=",
    ",fraud",
    ";exp=1800000060",
    ";exp=",
    ";kid=k1",
    ";kid=k2",
    ";kid=",
    ";sig=",
    ";",
    "=",
    "0",
    "9",
    "-",
    "+",
    " ",
    "\u{e9}",
];

/// A message, and who signs it.
fn tokens() -> impl Strategy<Value = Vec<u8>> {
    let messages: Vec<Vec<u8>> = MESSAGES.iter().map(|text| text.as_bytes().to_vec()).collect();
    let signed = (mutated(&messages, &WORDS), 0..8_u8).prop_map(|(message, signer)| {
        let digits = |secret| naive_hmac(secret, &message);
        let digits = match signer {
            0..=2 => digits(KEYS[0].1),
            3..=4 => digits(KEYS[1].1),
            5 => digits(KEYS[1].1).to_ascii_uppercase(),
            6 => digits(b"another secret!!"),
            _ => return message,
        };
        [&message, ";sig=".as_bytes(), digits.as_bytes()].concat()
    });
    // Sometimes changed after it was signed.
    let whole: Vec<Vec<u8>> = MESSAGES
        .iter()
        .map(|text| format!("{text};sig={}", naive_hmac(KEYS[0].1, text.as_bytes())))
        .map(String::into_bytes)
        .collect();
    prop_oneof![4 => signed, 1 => mutated(&whole, &WORDS)]
}

#[test]
fn an_override_is_accepted_exactly_if_a_second_reading_accepts_it() {
    let tables = [None, Some("internal"), Some("anyone")].map(|allow| (allow, table(allow)));
    check("tokens", tokens(), |token| {
        for (allow, table) in &tables {
            for is_internal in [false, true] {
                let is_allowed = match *allow {
                    Some("internal") => is_internal,
                    other => other.is_some(),
                };
                let expected = match token {
                    b"green" | b"blue" if !is_allowed => None,
                    b"green" => Some(Variant::Green),
                    b"blue" => Some(Variant::Blue),
                    _ => naive_signed(token),
                };
                promise(table, token, is_internal, expected)?;
            }
        }
        Ok(naive_signed(token).is_some())
    });
}

fn table(allow: Option<&str>) -> Table {
    let allow = allow.map(|who| format!(r#""allow": "{who}","#)).unwrap_or_default();
    let config = format!(
        r#"{{"deployments": [{{"name": "fraud", "override": {{{allow} "max_age": "1h", "keys": [
            {{"id": "k1", "secret_base64": "MDEyMzQ1Njc4OWFiY2RlZg=="}},
            {{"id": "k2", "secret_base64": "ZmVkY2JhOTg3NjU0MzIxMA=="}}]}}}}]}}"#
    );
    configured(&config).unwrap()
}

fn promise(table: &Table, token: &[u8], is_internal: bool, expected: Option<Variant>) -> Promise {
    let (reason, variant, host) = decide(table, &[token], is_internal);
    prop_assert_eq!(reason == Reason::Override, expected.is_some());
    prop_assert_eq!(variant, expected.unwrap_or(Variant::Blue));
    prop_assert_eq!(host.counted.len(), usize::from(expected.is_none()), "{:?}", host.counted);
    prop_assert!(values(&host.request, HEADER).is_empty(), "sent on");

    let (reason, _, host) = decide(table, &[token, token], is_internal);
    prop_assert!(reason != Reason::Override && values(&host.request, HEADER).is_empty());
    Ok(())
}

fn decide(table: &Table, lines: &[&[u8]], is_internal: bool) -> (Reason, Variant, FakeHost) {
    let lines = lines.iter().map(|line| (HEADER.as_bytes().to_vec(), line.to_vec()));
    let internal = is_internal.then(|| header("x-envoy-internal", "true"));
    let mut host = FakeHost {
        request: lines.chain(internal).collect(),
        now: NOW * 1_000_000_000 + 999_999_999,
        ..FakeHost::default()
    };
    let decision = filter::on_request_headers(table, &mut host).unwrap().decision;
    (decision.reason, decision.variant.unwrap(), host)
}

/// HMAC-SHA-256 by RFC 2104, for keys of no more than a block, in hexadecimal digits.
fn naive_hmac(secret: &[u8], message: &[u8]) -> String {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block.iter_mut().zip(secret).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    let mut digits = [0; 64];
    hex::encode_to_slice(outer, &mut digits).unwrap();
    String::from_utf8(digits.to_vec()).unwrap()
}

/// The side that a signed override is good for.
fn naive_signed(token: &[u8]) -> Option<Variant> {
    let text = std::str::from_utf8(token).ok()?;
    let start = text.len().checked_sub(64)?;
    let (message, digits) = (text.get(..start)?.strip_suffix(";sig=")?, text.get(start..)?);
    let parts: Vec<&str> = message.split(';').collect();
    let variant = match parts[0] {
        "green" => Variant::Green,
        "blue" => Variant::Blue,
        _ => return None,
    };
    let all = |name: &str| -> Vec<&str> {
        parts[1..].iter().filter_map(|part| part.strip_prefix(name)).collect()
    };
    let (deployments, expiries, keys) = (all("dep="), all("exp="), all("kid="));
    let known = deployments.len() + expiries.len() + keys.len();
    let is_meant = deployments.len() == 1 && deployments[0].split(',').any(|name| name == "fraud");
    if known != parts.len() - 1 || !is_meant || expiries.len() != 1 || keys.len() > 1 {
        return None;
    }
    let is_number = expiries[0].chars().all(|c| c.is_ascii_digit());
    let end: u64 = expiries[0].parse().ok().filter(|_| is_number)?;
    if end <= NOW - LEEWAY || end > NOW + MAX_AGE + LEEWAY {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    let signs = |(id, secret): &(&str, &[u8; 16])| {
        keys.iter().all(|key| key == id) && naive_hmac(&secret[..], message.as_bytes()) == digits
    };
    KEYS.iter().any(signs).then_some(variant)
}
