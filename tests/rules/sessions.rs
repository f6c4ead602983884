//! Sessions keep the weight of their birth, whatever comes later.

use bluegreen::filter;
use bluegreen::sticky::Id;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen_tests::environment::configured;
use bluegreen_tests::fake_host::{FakeHost, header};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

const START_MILLIS: u64 = 1_795_424_400_000;
const START: &str = "2026-11-23T09:00:00Z";
const NANOS_PER_MILLI: u64 = 1_000_000;

/// A step every minute after the start, of these weights.
fn table(weights: &[u32], shape: &str, has_sessions: bool) -> Table {
    let step =
        |(index, weight)| json!({"after": format!("{}m", index + 1), "green_weight": weight});
    let steps: Vec<_> = weights.iter().enumerate().map(step).collect();
    let mut sticky = json!({"keys": [{"header": "x-session"}], "issue_cookie": {}});
    if has_sessions {
        sticky["sessions"] = json!({"born": "uuid_v7"});
    }
    let ramp = json!({"start": START, "steps": steps, "shape": shape});
    let deployment = json!({"name": "chat", "sticky": sticky, "ramp": ramp});
    configured(&json!({"deployments": [deployment]}).to_string()).unwrap()
}

fn variant(table: &Table, session: &str, now_millis: u64) -> Option<Variant> {
    let mut host = FakeHost::with_request(None, "/", &[header("x-session", session)]);
    host.now = now_millis * NANOS_PER_MILLI;
    filter::on_request_headers(table, &mut host).unwrap().decision.variant
}

fn shape() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("step"), Just("linear")]
}

fn born(millis_after_start: i64, random: u128) -> (u64, String) {
    let birth = START_MILLIS.saturating_add_signed(millis_after_start);
    (birth, Id::uuid_v7(birth, random).as_str().to_owned())
}

proptest! {
    #[test]
    fn a_session_never_changes_its_variant(
        weights in vec(0_u32..=100, 1..6), shape in shape(),
        birth in -100_000_i64..500_000, ages in vec(0_u64..1_000_000, 1..8), random: u128,
    ) {
        let table = table(&weights, shape, true);
        let (birth, session) = born(birth, random);
        // Before the start nobody is on green; from then on nothing changes.
        let first = birth.max(START_MILLIS);
        let at_birth = variant(&table, &session, first);
        for age in ages {
            prop_assert_eq!(variant(&table, &session, first + age), at_birth);
        }
    }

    #[test]
    fn a_step_that_is_added_later_moves_no_session_of_before(
        weights in vec(0_u32..=100, 1..5), added in 0_u32..=100,
        birth in -100_000_i64..500_000, age in 0_u64..1_000_000, random: u128,
    ) {
        let more = [&weights[..], &[added]].concat();
        let added_at = START_MILLIS + more.len() as u64 * 60_000;
        let (birth, session) = born(birth, random);
        prop_assume!(birth < added_at);
        let now = birth.max(START_MILLIS) + age;
        let (before, after) = (table(&weights, "step", true), table(&more, "step", true));
        prop_assert_eq!(variant(&before, &session, now), variant(&after, &session, now));
    }

    #[test]
    fn proxies_whose_clocks_differ_decide_alike_about_a_session_that_was_born_before(
        weights in vec(0_u32..=100, 1..6), shape in shape(), birth in 0_i64..400_000,
        clocks in [0_u64..600_000, 0..600_000], random: u128,
    ) {
        let table = table(&weights, shape, true);
        let (birth, session) = born(birth, random);
        let [a, b] = clocks.map(|later| variant(&table, &session, birth + later));
        prop_assert_eq!(a, b);
    }

    #[test]
    fn at_its_birth_a_session_is_decided_as_any_key_is(
        weights in vec(0_u32..=100, 1..6), shape in shape(), birth in -100_000_i64..500_000,
        random: u128,
    ) {
        let (birth, session) = born(birth, random);
        let with = variant(&table(&weights, shape, true), &session, birth);
        prop_assert_eq!(with, variant(&table(&weights, shape, false), &session, birth));
    }

    #[test]
    fn an_id_that_is_issued_keeps_the_variant_of_its_first_request(
        weights in vec(0_u32..=100, 1..6), shape in shape(), now in 0_u64..400_000_000_000,
        age in 0_u64..1_000_000, chance: u32,
    ) {
        let table = table(&weights, shape, true);
        let mut host = FakeHost::with_request(None, "/", &[]);
        // To the nanosecond: the id knows the millisecond alone.
        host.now = START_MILLIS * NANOS_PER_MILLI + now;
        host.randoms = chance.into();
        let first = filter::on_request_headers(&table, &mut host).unwrap();
        let cookie = first.response.set_cookie.unwrap();
        let (id, _) = cookie.strip_prefix("bluegreen_id=").unwrap().split_once(';').unwrap();
        let mut again = FakeHost::with_request(None, "/", &[header("cookie", &format!("bluegreen_id={id}"))]);
        again.now = host.now + age * NANOS_PER_MILLI;
        let later = filter::on_request_headers(&table, &mut again).unwrap().decision.variant;
        prop_assert_eq!(first.decision.variant, later);
    }
}

#[test]
fn new_sessions_move_as_the_weight_rises_and_old_ones_stay() {
    let table = table(&[10, 50, 100], "step", true);
    let users = 0..300_u128;
    let greens = |birth: i64, now: i64| {
        let is_green = |user: &u128| {
            let (_, session) =
                born(birth, user.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
            let now = START_MILLIS.saturating_add_signed(now);
            variant(&table, &session, now) == Some(Variant::Green)
        };
        users.clone().filter(is_green).count()
    };
    let at_the_end = 600_000;
    assert_eq!(greens(0, at_the_end), 0);
    let (tenth, half) = (greens(60_000, at_the_end), greens(120_000, at_the_end));
    assert!((15..=50).contains(&tenth) && (110..=190).contains(&half), "{tenth} {half}");
    assert_eq!(greens(180_000, at_the_end), 300);
}
