//! Target: the buffer of a request's headers.

use bluegreen::decision::Decision;
use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::encode;
use bluegreen_tests::environment::configured;
use proptest::prelude::*;
use serde_json::json;

use crate::inputs::{Promise, check};
use crate::mutation::mutated;
use crate::naive_pairs::naive_pairs;
use crate::seeds;
use bluegreen_tests::fake_host::{FakeHost, Header, values};
use bluegreen_tests::metadata;

/// Names of the tags in the whole configuration.
const TAGS: [&str; 4] = [
    "x-bluegreen-variant",
    "x-bluegreen-cluster",
    "x-bluegreen-mirror-cluster",
    "x-bluegreen-bucket",
];

const WORDS: [&str; 40] = [
    ":authority",
    ":path",
    "cookie",
    "x-user-id",
    "x-tenant",
    "acme",
    "eu-",
    "x-region",
    "x-bluegreen-variant",
    "x-bluegreen-bucket",
    "x-bluegreen-override",
    "x-bluegreen-explain",
    "x-envoy-internal",
    "true",
    "green",
    "blue",
    "uid=",
    "user=",
    "%2",
    "fraud.example.com",
    "/v1/models/fraud",
    "bluegreen_id=",
    "bluegreen_id=019ab1c2-d3e4-7f00-8123-456789abcdef",
    "x-forwarded-for",
    "203.0.113.9:4711, ",
    "[2001:db8::7]:443",
    "encoded_uid=%75%2D1",
    "x-conversation-id",
    "019ab1c2-d3e4-7f00-8123-456789abcdef",
    "01ARYZ6S41TSV4RRFFQ69G5FAV",
    "[::1]:80",
    "\0\0\0\0",
    ":method",
    "POST",
    "model=",
    "beta=1;",
    "%3A",
    ";v=1",
    ":80x",
    "@EXAMPLE.com",
];

#[test]
fn headers_are_decided_by_their_pairs_alone_and_no_tag_is_forged() {
    let mut config = seeds::whole();
    config["tags"]["blue"] = json!("write");
    config["deployments"][0]["green_weight"] = json!(50);
    // Most requests have no such parameter, and are to be decided too.
    let narrow = config["deployments"][0]["match"].take();
    let mut wide = narrow.clone();
    for part in ["methods", "query", "cookies"] {
        wide.as_object_mut().unwrap().remove(part);
    }
    config["deployments"][0]["match"] = json!([narrow, wide]);
    let table = configured(&config.to_string()).unwrap();
    check("headers", mutated(&seeds::requests(), &WORDS), |buffer| {
        if announces_too_much(buffer) {
            // No host has so much. What is found lies within the buffer, and that is all.
            decide(&table, buffer, &[], None);
            return Ok(false);
        }
        let pairs = naive_pairs(buffer);
        let is_deep = pairs.iter().any(|(name, _)| name == b":path");
        promise(&table, buffer, &pairs).map(|()| is_deep)
    });
}

/// Whether the names, or the values, of a buffer are longer together than a 32-bit number can say.
fn announces_too_much(buffer: &[u8]) -> bool {
    let numbers = buffer.get(4..).unwrap_or_default().as_chunks::<4>().0;
    let count = buffer.first_chunk().map_or(0, |count| u32::from_le_bytes(*count) as usize);
    [0, 1].into_iter().any(|half| {
        let sizes = numbers.iter().skip(half).step_by(2).take(count);
        let sum = |all: u64, size: &[u8; 4]| all + u64::from(u32::from_le_bytes(*size)) + 2;
        sizes.fold(0, sum) > u64::from(u32::MAX)
    })
}

fn promise(table: &Table, buffer: &[u8], pairs: &[Header]) -> Promise {
    let (decided, host) = decide(table, buffer, pairs, None);
    let encoded = encode(pairs.iter().map(|(name, value)| (&name[..], &value[..])));
    let (again, same) = decide(table, &encoded, pairs, None);
    prop_assert_eq!(&decided, &again);
    prop_assert_eq!(&host.request, &same.request);
    // The headers, the peer of the tag, the keys, the sources.
    prop_assert!(host.reads.len() <= 2 + 5 + 6, "{:?}", host.reads);
    prop_assert!(values(&host.response, "set-cookie").len() <= 1);

    let written = |name: &str| values(&host.request, name);
    let variant = decided.as_ref().and_then(|(_, decision)| decision.variant);
    let expected: Vec<&[u8]> = variant.iter().map(|side| side.as_str().as_bytes()).collect();
    prop_assert_eq!(written(TAGS[0]), expected, "the variant is the filter's or none");
    for tag in TAGS {
        prop_assert!(written(tag).len() <= 1);
        prop_assert!(decided.is_some() || written(tag).is_empty(), "{} without a deployment", tag);
    }
    for number in written(TAGS[3]) {
        let number = std::str::from_utf8(number).unwrap();
        prop_assert!(number.parse::<u32>().is_ok_and(|bucket| bucket < 100), "{}", number);
    }
    for cluster in [written(TAGS[1]), written(TAGS[2])].concat() {
        prop_assert!(cluster == b"fraud-blue" || cluster == b"fraud-green");
    }

    let (rolled_back, _) = decide(table, buffer, pairs, Some(true));
    let sides = rolled_back.map(|(_, decision)| decision.variant);
    prop_assert!(sides.is_none_or(|side| side == Some(Variant::Blue)), "rolled back");
    Ok(())
}

fn decide(
    table: &Table,
    buffer: &[u8],
    pairs: &[Header],
    flag: Option<bool>,
) -> (Option<(String, Decision)>, FakeHost) {
    let mut host = FakeHost {
        raw_request: Some(buffer.to_vec()),
        request: pairs.to_vec(),
        now: 1_800_000_000_000_000_000,
        ..FakeHost::default()
    };
    host.properties.extend(flag.map(|flag| metadata::flag("route", &flag.into())));
    let address = bluegreen::wire::PropertyPath::new(&["source", "address"]);
    host.attributes.push((address, b"[2001:db8::7]:4711".to_vec()));
    let decided = filter::on_request_headers(table, &mut host).map(|outcome| {
        outcome.response.write(&mut host);
        (outcome.deployment.to_owned(), outcome.decision)
    });
    (decided, host)
}
