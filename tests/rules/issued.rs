//! Ids that the filter issues: whose they are, and when they are set again.

use std::collections::HashSet;

use bluegreen::filter;
use bluegreen::table::Table;
use bluegreen::wire::PropertyPath;
use bluegreen_tests::environment::configured;
use bluegreen_tests::fake_host::{FakeHost, header, values};

const DAY: u64 = 86_400_000_000_000;
const NOW: u64 = 1_795_435_200_123_456_789;

fn table(cookie: &str) -> Table {
    let sticky = format!(r#"{{"keys": [{{"header": "x-user"}}], "issue_cookie": {{{cookie}}}}}"#);
    configured(&format!(r#"{{"deployments": [{{"name": "a", "sticky": {sticky}}}]}}"#)).unwrap()
}

/// A request without a key on a connection of this number, to a process that drew `lasting`.
fn on_connection(number: Option<u64>, lasting: u128) -> FakeHost {
    let attribute = number
        .map(|number| (PropertyPath::new(&["connection", "id"]), number.to_string().into_bytes()));
    let attributes = attribute.into_iter().collect();
    FakeHost { attributes, lasting, now: NOW, ..FakeHost::with_request(None, "/", &[]) }
}

/// The id that is set as a cookie.
fn issued(table: &Table, mut host: FakeHost) -> Option<String> {
    let outcome = filter::on_request_headers(table, &mut host).unwrap();
    outcome.response.write(&mut host);
    let cookie = values(&host.response, "set-cookie").into_iter().next()?;
    let cookie = std::str::from_utf8(cookie).unwrap();
    let (id, _) = cookie.strip_prefix("bluegreen_id=").unwrap().split_once(';').unwrap();
    Some(id.to_owned())
}

#[test]
fn all_requests_of_a_connection_get_one_id() {
    let table = table(r#""per": "connection""#);
    let ids: HashSet<_> =
        (0..20).map(|_| issued(&table, on_connection(Some(7), 5)).unwrap()).collect();
    assert_eq!(ids.len(), 1);
    let ids: HashSet<_> = (0..100).map(|n| issued(&table, on_connection(Some(n), 5))).collect();
    assert_eq!(ids.len(), 100, "each connection has one of its own");
    assert!(ids.iter().flatten().all(|id| id.len() == 32));
}

#[test]
fn the_id_of_a_connection_cannot_be_foreseen() {
    let table = table(r#""per": "connection""#);
    let ids: HashSet<_> = (0..100).map(|n| issued(&table, on_connection(Some(7), n))).collect();
    assert_eq!(ids.len(), 100, "each process draws a key of its own");
}

#[test]
fn where_a_connection_has_no_number_each_request_has_an_id_of_its_own() {
    let table = table(r#""per": "connection""#);
    let mut hosts = (0..50).map(|n| FakeHost { randoms: n, ..on_connection(None, 5) });
    let ids: HashSet<_> = hosts.by_ref().map(|host| issued(&table, host).unwrap()).collect();
    assert_eq!(ids.len(), 50);
    let dark = FakeHost { has_no_chance: true, ..on_connection(Some(7), 5) };
    assert_eq!(issued(&table, dark), None, "without a key the number is not hashed");
}

#[test]
fn by_default_the_requests_of_a_connection_have_ids_of_their_own() {
    let table = table("");
    let host = |n| FakeHost { randoms: n, ..on_connection(Some(7), 5) };
    let ids: HashSet<_> = (0..50).map(|n| issued(&table, host(n))).collect();
    assert_eq!(ids.len(), 50);
}

#[test]
fn the_number_of_a_connection_is_read_only_where_an_id_is_issued() {
    let table = table(r#""per": "connection""#);
    let mut host = on_connection(Some(7), 5);
    host.request.push(header("x-user", "u"));
    filter::on_request_headers(&table, &mut host).unwrap();
    assert_eq!(host.reads.len(), 1, "{:?}", host.reads);
    let mut host = on_connection(Some(7), 5);
    filter::on_request_headers(&table, &mut host).unwrap();
    assert_eq!((host.reads.len(), host.randoms), (2, 0), "{:?}", host.reads);
}

#[test]
fn an_id_that_can_be_set_again_carries_the_time_to_the_millisecond() {
    let table = table(r#""refresh": true"#);
    let id = issued(&table, on_connection(None, 0)).unwrap();
    let digits = id.replace('-', "");
    assert_eq!(u64::from_str_radix(&digits[..12], 16).unwrap(), NOW / 1_000_000);
    assert_eq!((id.len(), &id[14..15]), (36, "7"));
}

#[test]
fn a_cookie_is_set_again_with_its_id_once_half_of_its_time_has_passed() {
    let table = table(r#""refresh": true, "max_age": "10d""#);
    let id = issued(&table, on_connection(None, 0)).unwrap();
    let after = |age: u64| {
        let mut host = on_connection(None, 0);
        host.now = NOW / 1_000_000 * 1_000_000 + age;
        host.request.push(header("cookie", &format!("bluegreen_id={id}")));
        issued(&table, host)
    };
    for age in [0, DAY, 5 * DAY - 1] {
        assert_eq!(after(age), None, "{age}");
    }
    for age in [5 * DAY, 9 * DAY, 400 * DAY] {
        assert_eq!(after(age).as_ref(), Some(&id), "{age}");
    }
}
