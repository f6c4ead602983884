//! Target: the bytes of metadata that say how far green may go.

use bluegreen::filter;
use bluegreen::split::Salt;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::{Property, PropertyPath, encode};
use bluegreen_tests::environment::configured;
use proptest::prelude::*;

use crate::inputs::{Promise, check};
use crate::mutation::mutated;
use crate::naive_pairs::naive_pairs;
use crate::seeds;
use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::metadata::metadata_path;

const CONFIG: &str = r#"{
    "deployments": [
        {"name": "fraud", "green_weight": 100, "sticky": {"keys": [{"header": "x-user-id"}]}},
        {"name": "2024.11", "match": {"path": "/other"}}],
    "rollback": {"sources": ["route", {"in": "node", "path": ["place", "flag"]}]}}"#;

const NAMES: [&str; 2] = ["fraud", "2024.11"];

const WORDS: [&str; 29] = [
    "rollback",
    "max_green_weight",
    "fraud",
    "2024.11",
    "true",
    "Off",
    "all",
    "*",
    "FRAUD",
    "none",
    "0",
    "1",
    "100",
    "0.5",
    "1e1",
    "-",
    ",",
    " ",
    "\0",
    "\0\0\0\0",
    "\u{1}\0\0\0",
    "t",
    "b\u{1}",
    "n",
    "l\0\0\0\0",
    "s",
    "12.5",
    "00",
    "\t",
];

/// Users all over the buckets, with the percentage below their bucket.
fn users() -> Vec<(String, f64)> {
    let salt = Salt::new("fraud");
    let percent = |user: &str| {
        let bucket = salt.bucket(user.as_bytes()).0 as f64;
        bucket / 2_f64.powi(64) * 100.0
    };
    (0..12).map(|n| format!("u{n}")).map(|user| (user.clone(), percent(&user))).collect()
}

/// Changed namespaces, changed values, and whole namespaces of changed values.
fn metadata() -> impl Strategy<Value = Vec<u8>> {
    let namespaces = seeds::namespaces();
    let members = namespaces.iter().flat_map(|namespace| naive_pairs(&namespace[1..]));
    let values: Vec<_> = members.map(|(_, value)| value).chain([b"t \t".to_vec()]).collect();
    let keys = prop_oneof![
        3 => Just("rollback"),
        3 => Just("max_green_weight"),
        1 => Just("note"),
    ];
    let pair = (keys, mutated(&values, &WORDS));
    let whole = prop::collection::vec(pair, 1..4).prop_map(|pairs| {
        let pairs = pairs.iter().map(|(key, value)| (key.as_bytes(), &value[..]));
        [b"s", &encode(pairs)[..]].concat()
    });
    prop_oneof![mutated(&namespaces, &WORDS), mutated(&values, &WORDS), whole]
}

#[test]
fn green_goes_as_far_as_a_second_reading_of_the_metadata_says() {
    let table = configured(CONFIG).unwrap();
    let users = users();
    let namespace = metadata_path("route", &["bluegreen"]);
    let flag = metadata_path("node", &["place", "flag"]);
    check("rollback", metadata(), |bytes| {
        promise(&table, &users, &namespace, bytes, naive_namespace(bytes))?;
        let limit = if naive_flag(bytes) { 0.0 } else { 100.0 };
        promise(&table, &users, &flag, bytes, limit)?;
        Ok(naive_members(bytes).is_some())
    });
}

fn promise(
    table: &Table,
    users: &[(String, f64)],
    path: &PropertyPath,
    bytes: &[u8],
    limit: f64,
) -> Promise {
    let properties = vec![(path.clone(), Property::Bytes(bytes.to_vec()))];
    let mut host = FakeHost { properties, ..FakeHost::default() };
    let mut warnings = None;
    for (user, percent) in users {
        host.request = vec![header(":path", "/"), header("x-user-id", user)];
        let outcome = filter::on_request_headers(table, &mut host).unwrap();
        let variant = outcome.decision.variant;
        if (percent - limit).abs() > 1e-9 {
            let expected = if *percent < limit { Variant::Green } else { Variant::Blue };
            prop_assert_eq!(variant, Some(expected), "{} of a limit of {}", percent, limit);
        }
        let known = *warnings.get_or_insert(host.warnings.len());
        prop_assert_eq!(known, host.warnings.len(), "warned again of the same");
    }
    Ok(())
}

/// Pairs that are all of the buffer.
fn naive_exact(bytes: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let pairs = naive_pairs(bytes);
    let size: usize = pairs.iter().map(|(name, value)| 8 + name.len() + value.len() + 2).sum();
    let announced = bytes.first_chunk().map(|count| u32::from_le_bytes(*count));
    (bytes.len() == 4 + size && announced == u32::try_from(pairs.len()).ok()).then_some(pairs)
}

/// The members of a struct in the encoding of the fake host; an empty list is one without any.
fn naive_members(bytes: &[u8]) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    match bytes.first()? {
        b's' => naive_exact(&bytes[1..]),
        b'l' => naive_exact(&bytes[1..]).filter(Vec::is_empty),
        _ => None,
    }
}

/// How far green may go by the struct of a namespace, in percent.
fn naive_namespace(bytes: &[u8]) -> f64 {
    let Some(members) = naive_members(bytes) else { return 0.0 };
    let limits = members.iter().map(|(key, value)| match &key[..] {
        b"rollback" if naive_flag(value) => 0.0,
        b"max_green_weight" => naive_cap(value),
        _ => 100.0,
    });
    limits.fold(100.0, f64::min)
}

/// A value in the encoding of the fake host.
enum Naive<'a> {
    Bool(bool),
    Number(f64),
    Text(&'a str),
    List(Vec<String>),
    Unreadable,
}

fn naive_value(bytes: &[u8]) -> Naive<'_> {
    let Some((tag, rest)) = bytes.split_first() else { return Naive::Unreadable };
    let list = || {
        let texts = naive_exact(rest)?.into_iter().map(|(name, _)| String::from_utf8(name).ok());
        texts.collect::<Option<Vec<_>>>().map(Naive::List)
    };
    let value = match tag {
        b'b' => Some(Naive::Bool(rest == [1])),
        b'n' => {
            <[u8; 8]>::try_from(rest).ok().map(|bytes| Naive::Number(f64::from_le_bytes(bytes)))
        }
        b't' => std::str::from_utf8(rest).ok().map(Naive::Text),
        b'l' => list(),
        _ => None,
    };
    value.unwrap_or(Naive::Unreadable)
}

/// A number in the notation of JSON, but for zeros in front.
fn naive_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mantissa = text.split(['e', 'E']).next()?;
    let is_whole = is_digit(digits.chars().next()) && is_digit(mantissa.chars().next_back());
    text.parse().ok().filter(|_| is_whole && is_digit(text.chars().next_back()))
}

/// Whether a flag rolls `fraud` back.
fn naive_flag(bytes: &[u8]) -> bool {
    let is_name = |text: &str| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !text.is_empty() && text.len() <= 64 && text.chars().all(legal)
    };
    let is_meant = |text: &str| {
        !is_name(text) || ["fraud", "all"].iter().any(|name| name.eq_ignore_ascii_case(text))
    };
    let text = match naive_value(bytes) {
        Naive::Bool(flag) => return flag,
        Naive::Number(number) => return number != 0.0,
        Naive::List(names) => return names.iter().any(|name| is_meant(name)),
        Naive::Unreadable => return true,
        Naive::Text(text) => text.trim(),
    };
    match text.to_ascii_lowercase().as_str() {
        "" | "false" | "no" | "off" | "0" | "n" | "f" | "none" | "disable" | "disabled" => {
            return false;
        }
        "true" | "yes" | "on" | "1" | "y" | "t" | "enable" | "enabled" | "all" => return true,
        _ => {}
    }
    if !NAMES.contains(&text) && naive_number(text).is_some() {
        let mantissa = text.split(['e', 'E']).next().unwrap();
        return mantissa.contains(|c: char| ('1'..='9').contains(&c));
    }
    let mut names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.any(is_meant)
}

/// A maximum weight in percent.
fn naive_cap(bytes: &[u8]) -> f64 {
    let number = match naive_value(bytes) {
        Naive::Text(text) if text.trim().is_empty() => return 100.0,
        Naive::Text(text) => {
            naive_number(text.trim()).filter(|_| !has_too_many_digits(text.trim()))
        }
        Naive::Number(number) => Some(number),
        Naive::Bool(_) | Naive::List(_) | Naive::Unreadable => None,
    };
    number.filter(|percent| (0.0..=100.0).contains(percent)).unwrap_or(0.0)
}

/// More than 19 significant digits or 36 decimals.
fn has_too_many_digits(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = digits.trim_end_matches('0');
    let dropped = digits.len() - significant.len();
    let decimals = fraction.len() as f64 - exponent.parse::<f64>().unwrap() - dropped as f64;
    significant.trim_start_matches('0').len() > 19 || (decimals > 36.0 && !significant.is_empty())
}
