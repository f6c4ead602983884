//! What holds for all users, weights and tables.

use std::rc::Rc;

use bluegreen::decision::{Decision, Reason, Variant, decide};
use bluegreen::filter::Filter;
use bluegreen::host::Property;
use bluegreen::routing::Table;
use bluegreen::sticky::{Bucket, Draw, Salt};
use bluegreen::weight::Weight;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fake_host::{FakeHost, header};
use crate::metadata::flag_path;

fn percent() -> impl Strategy<Value = Weight> {
    (0..=100_000_u32).prop_map(|mille| {
        Weight::from_percent(&format!("{}.{:03}", mille / 1000, mille % 1000)).unwrap()
    })
}

fn table(deployments: &[String]) -> Rc<Table> {
    let config = format!(r#"{{"deployments": [{}]}}"#, deployments.join(","));
    Rc::new(Table::from_json(config.as_bytes()).unwrap())
}

fn decision(table: &Rc<Table>, host: &str, path: &str, user: &str) -> Option<(String, Decision)> {
    let mut host = FakeHost::with_request(Some(host), path, &[header("x-user", user)]);
    let mut filter = Filter::new(Rc::clone(table));
    filter.on_request_headers(&mut host).map(|(name, decision)| (name.to_owned(), decision))
}

proptest! {
    #[test]
    fn a_rising_weight_moves_nobody_to_blue(key in vec(any::<u8>(), 0..40), a in percent(), b in percent()) {
        let draw = Draw::Keyed(Salt::new("s").bucket(&key));
        let side = |weight| decide(weight, &draw, || false).variant;
        if side(a.min(b)) == Variant::Green {
            prop_assert_eq!(side(a.max(b)), Variant::Green);
        }
    }

    #[test]
    fn a_larger_weight_covers_every_bucket_of_a_smaller(bucket: u64, a in percent(), b in percent()) {
        prop_assert!(!a.min(b).covers(Bucket(bucket)) || a.max(b).covers(Bucket(bucket)));
    }

    #[test]
    fn weight_0_covers_nobody_and_weight_100_everybody(bucket: u64) {
        prop_assert!(!Weight::ZERO.covers(Bucket(bucket)));
        prop_assert!(Weight::from_percent("100").unwrap().covers(Bucket(bucket)));
    }

    #[test]
    fn a_rollback_always_leads_to_blue(bucket: u64, weight in percent(), random: bool) {
        let draw = if random { Draw::Random(Bucket(bucket)) } else { Draw::Keyed(Bucket(bucket)) };
        prop_assert_eq!(decide(weight, &draw, || true).variant, Variant::Blue);
    }

    #[test]
    fn the_flag_is_asked_for_only_on_the_way_to_green(bucket: u64, weight in percent()) {
        let mut asked = false;
        let draw = Draw::Keyed(Bucket(bucket));
        let decision = decide(weight, &draw, || { asked = true; false });
        prop_assert_eq!(asked, decision.variant == Variant::Green);
        prop_assert_eq!(decision.reason, Reason::Weight);
    }

    #[test]
    fn a_user_stays_on_a_side_whatever_stands_around_the_deployment(
        user in "[a-z0-9]{1,12}",
        seed in vec(any::<prop::sample::Index>(), 8),
    ) {
        let mut deployments: Vec<String> = (0..8)
            .map(|n| format!(
                r#"{{"name": "d{n}", "match": {{"hosts": ["h{n}", "*.h{n}"], "path_prefix": "/p{n}"}},
                    "green_weight": 50, "sticky": {{"keys": [{{"header": "x-user"}}]}}}}"#
            ))
            .collect();
        let before = table(&deployments);
        for (place, with) in seed.iter().enumerate() {
            deployments.swap(place, with.index(8));
        }
        let after = table(&deployments);
        for n in 0..8 {
            let (host, path) = (format!("x.h{n}"), format!("/p{n}/x"));
            let found = decision(&before, &host, &path, &user);
            prop_assert!(found.is_some());
            prop_assert_eq!(found, decision(&after, &host, &path, &user));
        }
    }
}

/// The sides of the users `u0`, `u1`, … of a deployment, true for green.
fn sides(weight: &str, salt: &str, users: usize) -> Vec<bool> {
    let table = table(&[format!(
        r#"{{"name": "d", "green_weight": {weight},
            "sticky": {{"keys": [{{"header": "x-user"}}], "salt": "{salt}"}}}}"#
    )]);
    let is_green = |n| {
        let (_, decision) = decision(&table, "h", "/", &format!("u{n}")).unwrap();
        decision.variant == Variant::Green
    };
    (0..users).map(is_green).collect()
}

#[test]
fn the_share_on_green_is_the_weight_within_sampling_error() {
    const USERS: usize = 20_000;
    for weight in [1.0, 10.0, 33.3, 50.0, 99.0_f64] {
        let greens = sides(&weight.to_string(), "s", USERS).iter().filter(|green| **green).count();
        let (share, expected) = (greens as f64 / USERS as f64, weight / 100.0);
        let deviation = (expected * (1.0 - expected) / USERS as f64).sqrt();
        assert!((share - expected).abs() < 4.0 * deviation, "{share} at weight {weight}");
    }
}

#[test]
fn salts_are_independent() {
    const USERS: usize = 20_000;
    let (a, b) = (sides("50", "a", USERS), sides("50", "b", USERS));
    let mut observed = [0.0_f64; 4];
    for (a, b) in a.iter().zip(&b) {
        observed[usize::from(*a) * 2 + usize::from(*b)] += 1.0;
    }
    let expected = USERS as f64 / 4.0;
    let chi_square: f64 = observed.iter().map(|o| (o - expected).powi(2) / expected).sum();
    // Three degrees of freedom, one in ten thousand.
    assert!(chi_square < 21.1, "{chi_square}: {observed:?}");
    assert_eq!(a, sides("50", "a", USERS), "the same salt puts everybody where he was");
}

#[test]
fn a_flag_that_is_taken_away_puts_everybody_back() {
    let table = table(&[
        r#"{"name": "d", "green_weight": 40, "sticky": {"keys": [{"header": "x-user"}]}}"#.into(),
    ]);
    let side = |user: &str, flag: Property| {
        let mut host = FakeHost::with_request(Some("h"), "/", &[header("x-user", user)]);
        host.properties.push((flag_path("virtual_host", "bluegreen"), flag));
        Filter::new(Rc::clone(&table)).on_request_headers(&mut host).unwrap().1.variant
    };
    for n in 0..200 {
        let user = format!("u{n}");
        let before = side(&user, Property::Absent);
        assert_eq!(side(&user, Property::Bytes(vec![1])), Variant::Blue);
        assert_eq!(side(&user, Property::Bytes(vec![0])), before);
    }
}

#[test]
fn a_warning_is_given_once_for_each_value() {
    let table = table(&[r#"{"name": "d", "green_weight": 100}"#.into()]);
    let mut host = FakeHost::with_request(Some("h"), "/", &[]);
    for (flag, warnings) in
        [("d", 0), ("no-such", 1), ("no-such", 1), ("a,b", 3), ("?!", 4), ("?!", 4)]
    {
        host.properties = vec![(flag_path("route", "bluegreen"), Property::Bytes(flag.into()))];
        Filter::new(Rc::clone(&table)).on_request_headers(&mut host);
        assert_eq!(host.warnings.len(), warnings, "{flag}: {:?}", host.warnings);
    }
    host.properties = vec![(flag_path("route", "bluegreen"), Property::Unreadable)];
    Filter::new(table).on_request_headers(&mut host);
    assert_eq!(host.warnings.len(), 5);
}
