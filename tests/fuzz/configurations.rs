//! Target: the bytes of a configuration.

use bluegreen::decision::Decision;
use bluegreen::filter;
use bluegreen::host::Host;
use bluegreen::table::Table;
use bluegreen::variant::Variant;
use bluegreen::wire::{self, FirstPass, Pairs, Property, PropertyPath};
use bluegreen_tests::environment::{Everything, configured};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::inputs::{Promise, check};
use crate::mutation::mutated;
use crate::seeds;
use bluegreen_tests::change::{apply, change};
use bluegreen_tests::fake_host::{FakeHost, Header, header};

const WORDS: [&str; 32] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "100",
    "1e2",
    "1e999",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"name\":\"a\",",
    "\"green_weight\":",
    "\"rollback\":true,",
    "\"match\":{},",
    "\"*.\"",
    "\"/\"",
    "\"30d\"",
    "{\"header\":\"x\"},",
    "\"route\"",
    "\"node\"",
    "\"sessions\":{\"born\":\"ulid\"},",
    "\"issue_cookie\":{\"refresh\":true},",
    "{\"all\":[{\"host\":true},{\"x_forwarded_for\":1}]},",
    "\"ignore\":[\"u-1\"],",
    "\u{e9}",
];

#[test]
fn configurations_are_read_alike_each_time_and_decide_within_bounds() {
    let good = seeds::configurations();
    let texts: Vec<Vec<u8>> = good.iter().map(|config| config.to_string().into_bytes()).collect();
    let some = prop::collection::vec(change(), 1..4);
    let edited = (any::<Index>(), some).prop_map(move |(seed, changes)| {
        let mut config = seed.get::<Value>(&good).clone();
        for change in &changes {
            apply(change, &mut config, &good);
        }
        config.to_string().into_bytes()
    });
    let inputs = prop_oneof![edited, mutated(&texts, &WORDS)];
    check("configurations", inputs, |text| {
        match (Table::from_json(text, &Everything), Table::from_json(text, &Everything)) {
            (Ok(table), Ok(again)) => accepted(text, &table, &again).map(|()| true),
            (Err(errors), Err(again)) => {
                prop_assert!(errors.iter().len() > 0);
                prop_assert_eq!(errors, again);
                Ok(false)
            }
            _ => Err(TestCaseError::fail("read once so and once otherwise")),
        }
    });
}

/// What is promised of a table, made twice of one text.
fn accepted(text: &[u8], table: &Table, again: &Table) -> Promise {
    let config: Value = serde_json::from_slice(text).unwrap();
    let deployments = config["deployments"].as_array().unwrap();
    prop_assert_eq!(table.names().len(), deployments.len());
    let compact = configured(&config.to_string());
    prop_assert!(compact.is_ok(), "not without its white space");

    let sources = config["rollback"]["sources"].as_array().map_or(2, Vec::len);
    let lists = deployments.iter().chain([&config["defaults"]]);
    let keys = lists.filter_map(|of| of["sticky"]["keys"].as_array()).map(Vec::len).max();
    // The headers, the tag's peer, the keys, the sources.
    let most_reads = 2 + keys.unwrap_or(0) + sources;
    for deployment in deployments {
        let request = request_for(deployment);
        let mut host = host_with(&request);
        let decided = decide(table, &mut host);
        prop_assert!(host.reads.len() <= most_reads, "{:?}", host.reads);
        prop_assert!(host.writes <= 6);
        prop_assert_eq!(&decided, &decide(again, &mut host_with(&request)));

        let mut dark = Dark(host_with(&request));
        let decided = decide(table, &mut dark);
        let side = decided.map(|(_, decision)| decision.variant);
        prop_assert!(sources == 0 || side.is_none_or(|side| side == Some(Variant::Blue)));
    }
    Ok(())
}

fn decide(table: &Table, host: &mut impl Host) -> Option<(String, Decision)> {
    filter::on_request_headers(table, host).map(|outcome| {
        outcome.response.write(host);
        (outcome.deployment.to_owned(), outcome.decision)
    })
}

/// A request that a deployment may be meant for.
fn request_for(deployment: &Value) -> Vec<Header> {
    let matches = match &deployment["match"] {
        Value::Array(list) => &list[0],
        one => one,
    };
    let authority = matches["hosts"][0].as_str().unwrap_or("any.example");
    let first = |value: &Value| value.as_str().or(value[0].as_str()).map(str::to_owned);
    let path = first(&matches["path"]).or(first(&matches["path_prefix"]));
    let path = path.unwrap_or_else(|| "/".to_owned());
    let conditions = |kind: &str| {
        let all = matches[kind].as_array().into_iter().flatten();
        let wanted = all.filter_map(|condition| {
            let value =
                ["exact", "prefix", "suffix"].into_iter().find_map(|key| condition[key].as_str());
            let value = value.or(condition["one_of"][0].as_str());
            let value = value.or((condition["present"] == true).then_some("x"))?;
            Some((condition["name"].as_str()?.to_owned(), value.to_owned()))
        });
        wanted.collect::<Vec<_>>()
    };
    let query: String =
        conditions("query").iter().map(|(name, value)| format!("&{name}={value}")).collect();
    let mut lines = vec![
        header(":authority", &authority.replace('*', "www")),
        header(":path", &format!("{path}?user=u-1{query}")),
        header(":method", matches["methods"][0].as_str().unwrap_or("GET")),
        header("x-user-id", "u-1"),
        header("cookie", "uid=u-1"),
        header("x-conversation-id", "019ab1c2-d3e4-7f00-8123-456789abcdef"),
        header("x-forwarded-for", "203.0.113.9:4711"),
        header("x-envoy-internal", "true"),
        header("x-bluegreen-variant", "green"),
        header("x-bluegreen-override", "green"),
        header("x-bluegreen-explain", "1"),
    ];
    lines.extend(conditions("headers").iter().map(|(name, value)| header(name, value)));
    let cookies = conditions("cookies").into_iter().map(|(name, value)| format!("{name}={value}"));
    lines.extend(cookies.map(|cookie| header("cookie", &cookie)));
    lines
}

fn host_with(lines: &[Header]) -> FakeHost {
    let address = PropertyPath::new(&["source", "address"]);
    let attributes = vec![(address, b"198.51.100.7:4711".to_vec())];
    FakeHost {
        request: lines.to_vec(),
        attributes,
        now: 1_800_000_000_000_000_000,
        ..FakeHost::default()
    }
}

/// A host that can read no property.
struct Dark(FakeHost);

impl Host for Dark {
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        let buffer = self.0.encoded_headers();
        read(Pairs::new(&buffer), self)
    }

    fn first_pass(&mut self) -> Option<FirstPass> {
        self.0.first_pass()
    }

    fn set_request_header(&mut self, name: &str, value: &[u8]) {
        self.0.set_request_header(name, value);
    }

    fn remove_request_header(&mut self, name: &str) {
        self.0.remove_request_header(name);
    }

    fn remove_request_trailer(&mut self, name: &str) {
        self.0.remove_request_trailer(name);
    }

    fn set_response_header(&mut self, name: &str, value: &str) {
        self.0.set_response_header(name, value);
    }

    fn add_response_header(&mut self, name: &str, value: &str) {
        self.0.add_response_header(name, value);
    }

    fn attribute(&mut self, _path: &PropertyPath) -> Option<Vec<u8>> {
        None
    }

    fn metadata(&mut self, _path: &PropertyPath) -> Property {
        Property::Unreadable
    }

    fn value(bytes: &[u8]) -> wire::Value<'_> {
        FakeHost::value(bytes)
    }

    fn members(bytes: &[u8]) -> Option<Pairs<'_>> {
        FakeHost::members(bytes)
    }

    fn random(&mut self) -> Option<u128> {
        self.0.random()
    }

    fn lasting_random(&mut self) -> Option<u128> {
        self.0.lasting_random()
    }

    fn now(&mut self) -> u64 {
        self.0.now()
    }

    fn set_filter_state(&mut self, name: &str, value: &str) {
        self.0.set_filter_state(name, value);
    }

    fn clear_route_cache(&mut self) {
        self.0.clear_route_cache();
    }

    fn count(&mut self, counter: bluegreen::metrics::Counter) {
        self.0.count(counter);
    }

    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String) {
        self.0.warn_once(key, message);
    }
}
