//! What holds for all users, weights and tables.

use bluegreen::config::strict::Keyword;
use bluegreen::config::{self, ConfigErrors, Path};
use bluegreen::decision::{Decision, Evidence, Reason, decide};
use bluegreen::filter;
use bluegreen::split::{Bucket, Mirror, Ramp, Salt, Weight};
use bluegreen::sticky::Place;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen_tests::environment::configured;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use bluegreen_tests::fake_host::{FakeHost, header};
use bluegreen_tests::metadata;

fn percent() -> impl Strategy<Value = Weight> {
    (0..=100_000_u32).prop_map(|mille| {
        Weight::from_percent(&format!("{}.{:03}", mille / 1000, mille % 1000)).unwrap()
    })
}

/// Answers to all that a decision may ask, and what it asked for.
#[derive(Clone, Debug)]
struct Answers {
    overridden: Option<Variant>,
    peer: Option<Variant>,
    place: Place,
    weight: Option<Weight>,
    max_green_weight: Weight,
    is_tripped: bool,
    asked: Vec<&'static str>,
}

impl Answers {
    fn of(place: Place, weight: Option<Weight>) -> Self {
        let (overridden, peer, max_green_weight) = (None, None, Weight::FULL);
        let (is_tripped, asked) = (false, Vec::new());
        Self { overridden, peer, place, weight, max_green_weight, is_tripped, asked }
    }

    fn under(&self, max_green_weight: Weight) -> Self {
        Self { max_green_weight, ..self.clone() }
    }

    fn decide(&mut self) -> Decision {
        decide(false, self)
    }
}

impl Evidence for Answers {
    fn overridden(&mut self) -> Option<Variant> {
        self.asked.push("override");
        self.overridden
    }

    fn peer(&mut self) -> Option<Variant> {
        self.asked.push("peer");
        self.peer
    }

    fn place(&mut self) -> Place {
        self.asked.push("place");
        self.place
    }

    fn weight(&mut self) -> Option<Weight> {
        self.asked.push("weight");
        self.weight
    }

    fn max_green_weight(&mut self) -> Weight {
        self.asked.push("max_green_weight");
        self.max_green_weight
    }

    fn is_tripped(&self) -> bool {
        self.is_tripped
    }
}

fn answers() -> impl Strategy<Value = Answers> {
    let variant = || prop_oneof![Just(Variant::Blue), Just(Variant::Green)];
    let bucket = || any::<u64>().prop_map(Bucket);
    let place = prop_oneof![
        variant().prop_map(Place::Pinned),
        bucket().prop_map(Place::Bucket),
        bucket().prop_map(Place::Random),
        Just(Place::Nowhere),
    ];
    let weight = prop_oneof![percent().prop_map(Some), Just(None)];
    (prop::option::of(variant()), prop::option::of(variant()), place, weight).prop_map(
        |(overridden, peer, place, weight)| Answers {
            overridden,
            peer,
            ..Answers::of(place, weight)
        },
    )
}

fn table(deployments: &[String]) -> Table {
    let config = format!(r#"{{"deployments": [{}]}}"#, deployments.join(","));
    configured(&config).unwrap()
}

fn decision(table: &Table, host: &str, path: &str, user: &str) -> Option<(String, Decision)> {
    let mut host = FakeHost::with_request(Some(host), path, &[header("x-user", user)]);
    filter::on_request_headers(table, &mut host)
        .map(|outcome| (outcome.deployment.to_owned(), outcome.decision))
}

proptest! {
    #[test]
    fn a_rising_weight_moves_nobody_to_blue(key in vec(any::<u8>(), 0..40), a in percent(), b in percent()) {
        let place = Place::Bucket(Salt::new("s").bucket(&key));
        let variant = |weight| Answers::of(place, Some(weight)).decide().variant;
        if variant(a.min(b)) == Some(Variant::Green) {
            prop_assert_eq!(variant(a.max(b)), Some(Variant::Green));
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
    fn a_rollback_always_leads_to_blue(mut answers in answers()) {
        let decision = answers.under(Weight::ZERO).decide();
        prop_assert_eq!(decision.variant, Some(Variant::Blue));
        prop_assert_eq!(decide(true, &mut answers), Decision::ROLLED_BACK);
        prop_assert!(answers.asked.is_empty(), "a rollback by configuration asks nothing");
    }

    #[test]
    fn a_trip_takes_back_what_a_rollback_leaves_to_green_and_nothing_else(
        answers in answers(), most in percent(),
    ) {
        let without = answers.under(most).decide();
        let tripped = Answers { is_tripped: true, ..answers.under(most) }.decide();
        let is_blue = without.variant == Some(Variant::Blue);
        let taken_back = Decision { variant: Some(Variant::Blue), reason: Reason::Guard };
        prop_assert_eq!(tripped, if is_blue { without } else { taken_back });
    }

    #[test]
    fn the_first_of_override_peer_pin_and_weight_decides(mut answers in answers()) {
        let by_weight = |bucket: Bucket| answers.weight.map(|weight| {
            if weight.covers(bucket) { Variant::Green } else { Variant::Blue }
        });
        let expected = match (answers.overridden, answers.peer, answers.place) {
            (Some(variant), ..) => (Some(variant), Reason::Override),
            (None, Some(variant), _) => (Some(variant), Reason::Peer),
            (None, None, Place::Pinned(variant)) => (Some(variant), Reason::Pin),
            (None, None, Place::Bucket(bucket)) => (by_weight(bucket), Reason::Weight),
            (None, None, Place::Random(bucket)) => (by_weight(bucket), Reason::Random),
            (None, None, Place::Nowhere) => (Some(Variant::Blue), Reason::Random),
        };
        let decision = answers.decide();
        prop_assert_eq!((decision.variant, decision.reason), expected);
    }

    #[test]
    fn a_maximum_weight_rolls_back_the_last_that_came(
        bucket: u64, weight in percent(), most in percent(),
    ) {
        let answers = |weight| Answers::of(Place::Bucket(Bucket(bucket)), Some(weight));
        let under = answers(weight).under(most).decide().variant;
        prop_assert_eq!(under, answers(weight.min(most)).decide().variant);
    }

    #[test]
    fn nothing_is_asked_twice_and_the_maximum_weight_only_on_the_way_to_green(
        mut answers in answers(),
    ) {
        let decision = answers.decide();
        let mut once = answers.asked.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), answers.asked.len());
        let asked = answers.asked.contains(&"max_green_weight");
        prop_assert_eq!(asked, decision.variant != Some(Variant::Blue));
    }

    #[test]
    fn a_mirror_takes_the_next_in_line(
        bucket: u64, weight in percent(), split in 0_u32..=100, cap in percent(),
    ) {
        let config = config::Mirror { percent: Some(split.into()) };
        let mirror = Mirror::new(&config, &Path::Root, &mut ConfigErrors::default()).unwrap();
        let split = Weight::from_percent(&split.to_string()).unwrap();
        let (weight, bucket) = (weight.min(cap), Bucket(bucket));
        let is_next = !weight.covers(bucket) && weight.plus(split).covers(bucket);
        prop_assert_eq!(mirror.takes(bucket, weight, || cap), is_next && cap != Weight::ZERO);
    }

    #[test]
    fn a_linear_ramp_between_rising_weights_never_falls(
        mut weights in vec(0_u32..=100, 1..5), a in 0_u64..600, b in 0_u64..600,
    ) {
        weights.sort_unstable();
        let steps = weights.iter().enumerate().map(|(index, weight)| config::Step {
            after: Some(format!("{}s", index * 97)),
            at: None,
            green_weight: Some((*weight).into()),
        });
        let config = config::Ramp {
            start: "1970-01-01T01:00:10+01:00".to_owned(),
            steps: steps.collect(),
            shape: Keyword::Known(config::Shape::Linear),
        };
        let ramp = Ramp::new(&config, &Path::Root, &mut ConfigErrors::default()).unwrap();
        let at = |second: u64| ramp.weight_at(second * 1_000_000_000);
        prop_assert!(at(a.min(b)) <= at(a.max(b)));
        prop_assert_eq!(at(9), Weight::ZERO);
        let last = weights.last().unwrap().to_string();
        prop_assert_eq!(at(10 + 97 * 5), Weight::from_percent(&last).unwrap());
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
        decision.variant == Some(Variant::Green)
    };
    (0..users).map(is_green).collect()
}

#[test]
fn the_share_on_green_is_the_weight_within_sampling_error() {
    const USERS: usize = 20_000;
    for weight in [1.0, 10.0, 33.3, 50.0, 99.0_f64] {
        let greens = sides(&weight.to_string(), "s", USERS).iter().filter(|green| **green).count();
        let (split, expected) = (greens as f64 / USERS as f64, weight / 100.0);
        let deviation = (expected * (1.0 - expected) / USERS as f64).sqrt();
        assert!((split - expected).abs() < 4.0 * deviation, "{split} at weight {weight}");
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
    let side = |user: &str, flag: Option<Value>| {
        let mut host = FakeHost::with_request(Some("h"), "/", &[header("x-user", user)]);
        host.properties.extend(flag.map(|flag| metadata::flag("virtual_host", &flag)));
        filter::on_request_headers(&table, &mut host).unwrap().decision.variant
    };
    for n in 0..200 {
        let user = format!("u{n}");
        let before = side(&user, None);
        assert_eq!(side(&user, Some(true.into())), Some(Variant::Blue));
        assert_eq!(side(&user, Some(false.into())), before);
    }
}

#[test]
fn a_warning_is_given_once_for_each_value() {
    let table = table(&[r#"{"name": "d", "green_weight": 100}"#.into()]);
    let mut host = FakeHost::with_request(Some("h"), "/", &[]);
    for (flag, warnings) in [
        (json!("d"), 0),
        (json!("no-such"), 1),
        (json!("no-such"), 1),
        (json!("a,b"), 2),
        (json!("?!"), 3),
        (json!("?!"), 3),
        (json!("eightbyt es"), 4),
        (json!("8 bytes!"), 5),
        (json!(null), 6),
        (json!({"a": 1}), 7),
    ] {
        host.properties = vec![metadata::flag("route", &flag)];
        filter::on_request_headers(&table, &mut host);
        assert_eq!(host.warnings.len(), warnings, "{flag}: {:?}", host.warnings);
    }
}

#[test]
fn a_key_in_the_namespace_that_means_nothing_is_warned_of() {
    let table = table(&[r#"{"name": "d", "green_weight": 100}"#.into()]);
    let mut host = FakeHost::with_request(Some("h"), "/", &[]);
    let namespace = json!({"rolback": true});
    let path = metadata::metadata_path("route", &["bluegreen"]);
    host.properties = vec![(path, metadata::property(&namespace))];
    let decision = filter::on_request_headers(&table, &mut host).unwrap().decision;
    assert_eq!(decision.variant, Some(Variant::Green));
    assert!(host.warnings[0].contains("rolback"), "{:?}", host.warnings);
}
