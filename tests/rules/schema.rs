//! The schema for editors and the filter agree: what the schema refuses the filter refuses, and
//! what the filter refuses the schema refuses too, but for what no schema can say.

use std::cell::Cell;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use bluegreen_tests::change::{apply, change};
use bluegreen_tests::refusal::errors;
use bluegreen_tests::vectors;

const SCHEMA: &str = include_str!("../../envoy/bluegreen.schema.json");

/// A configuration with every member that there is.
const WHOLE: &str = include_str!("whole.json");

fn schema() -> Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn is_accepted(config: &Value) -> bool {
    errors(&config.to_string()).is_empty()
}

/// What a schema cannot say, for it is about two places, or about a number's digits.
const UNSAYABLE: [&str; 21] = [
    // Names, matches, hosts, conditions, headers and sources that clash, some of them in any case.
    ": duplicate of ",
    "is the name of tags.",
    "is a tag's name, and the filter removes what clients send there",
    // What one part needs of another.
    "\"route\" needs `tags.bucket_header`",
    "\"route\" needs a tag",
    "needs `tags.mirror_header`",
    "needs `tags.variant_header`",
    // Times and lengths that have to be reckoned.
    "is not later than the step before it",
    "is longer than 400 days",
    "is not a whole number of seconds",
    "is not a duration of at least a second",
    "of at most 292 years",
    "is more than 292 years",
    "is before the start",
    "from 1970 to 2554",
    "has more than 19 significant digits",
    "takes no answer for a failure",
    "to 10 years",
    // To a schema 100.0 and 1e2 are whole numbers.
    "is not u32",
    // What multiplies.
    "is too much: hosts, paths and values of a list multiply",
    // The environment.
    "not found: the environment has no such variable",
];

/// The configurations of the decision vectors, and a whole one.
fn good() -> Vec<Value> {
    let configs = vectors::groups().into_iter().map(|group| group["config"].clone());
    configs.chain([serde_json::from_str(WHOLE).unwrap()]).collect()
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::meta::is_valid(&serde_json::from_str(SCHEMA).unwrap()));
}

#[test]
fn the_schema_knows_no_member_that_the_whole_configuration_lacks() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let types = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for name in types.filter_map(|of| of["properties"].as_object()).flat_map(|all| all.keys()) {
        assert!(WHOLE.contains(&format!("\"{name}\":")), "{name}");
    }
}

#[test]
fn what_is_good_both_accept() {
    let schema = schema();
    for config in good() {
        let errors: Vec<_> = schema.iter_errors(&config).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{config}");
        assert!(is_accepted(&config), "{config}");
    }
}

#[test]
fn what_is_bad_both_refuse() {
    let schema = schema();
    let refused = |config: &Value, bad: &str| {
        assert!(!schema.is_valid(config), "the schema accepts {bad}");
        assert!(!is_accepted(config), "the filter accepts {bad}");
    };
    for config in [json!({}), json!([]), json!({"deployments": null}), json!({"deployments": [5]})]
    {
        refused(&config, &config.to_string());
    }
    for (pointer, bad) in BAD {
        let mut config: Value = serde_json::from_str(WHOLE).unwrap();
        let place = config.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
        *place = serde_json::from_str(bad).unwrap();
        refused(&config, &format!("{bad} at {pointer}"));
    }
    for (pointer, members) in BESIDE {
        let mut config: Value = serde_json::from_str(WHOLE).unwrap();
        let beside: Value = serde_json::from_str(members).unwrap();
        let place = config.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        place.extend(beside.as_object().unwrap().clone());
        refused(&config, &format!("{members} at {pointer}"));
    }
}

/// What cannot stand in a place of the whole configuration.
const BAD: [(&str, &str); 187] = [
    ("/deployments/0/name", r#""""#),
    ("/deployments/0/name", r#""a b""#),
    ("/deployments/0/name", "null"),
    ("/deployments/0/name", r#""a\n""#),
    ("/deployments/0/match", "null"),
    ("/deployments/0/match", "[]"),
    ("/deployments/0/match", "[{}, 5]"),
    ("/deployments/0/match", r#"[{"path": "/a"}, {"path": "/a"}]"#),
    ("/deployments/0/match/path", "null"),
    ("/deployments/0/match/path", "[]"),
    ("/deployments/0/match/path", "5"),
    ("/deployments/0/match/path/1", r#""a""#),
    ("/deployments/0/match/path", r#"["/a", "/a"]"#),
    ("/deployments/0/match/methods", "[]"),
    ("/deployments/0/match/methods/0", r#""get""#),
    ("/deployments/0/match/query/0", r#"{"name": "", "exact": "a"}"#),
    ("/deployments/0/match/query/0/one_of", "[]"),
    ("/deployments/0/match/query/0/one_of", r#"["a", "a"]"#),
    ("/deployments/0/match/cookies/0/name", r#""a b""#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "suffix": ""}"#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "exact": "a", "not": "yes"}"#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "regex": "a"}"#),
    ("/deployments/0/match/hosts", "null"),
    ("/deployments/0/match/hosts", "[]"),
    ("/deployments/0/match/hosts", r#"["a", "a"]"#),
    ("/deployments/0/match/hosts/0", r#""a..b""#),
    ("/deployments/0/match/hosts/0", r#""a:80""#),
    ("/deployments/0/match/hosts/0", r#""*""#),
    ("/deployments/0/match/hosts/0", r#""a.*.b""#),
    ("/deployments/0/match/hosts/0", r#""bücher.de""#),
    ("/deployments/0/match/hosts/0", r#""[::1""#),
    ("/deployments/0/match/path_prefix", r#""x""#),
    ("/deployments/0/match/path_prefix", r#""/a?b""#),
    ("/deployments/0/match/path_prefix", "\"/a#b\""),
    ("/deployments/0/match/path_prefix", r#""/a b""#),
    ("/deployments/0/match/path_prefix", "null"),
    ("/deployments/0/match/headers/0", r#"{"name": "a"}"#),
    ("/deployments/0/match/headers/0", r#"{"exact": "a", "prefix": "b"}"#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "prefix": ""}"#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "exact": "a", "present": true}"#),
    ("/deployments/0/match/headers/0", r#"{"name": "a", "present": "yes"}"#),
    ("/deployments/0/match/headers/0/name", r#""""#),
    ("/deployments/0/match/headers/0/name", r#"":path""#),
    ("/deployments/0/match/headers/0/name", r#""Host""#),
    ("/deployments/0/clusters", r#"{"blue": "b"}"#),
    ("/deployments/0/clusters/green", r#""""#),
    ("/deployments/0/clusters/green", r#""g h""#),
    ("/deployments/0/clusters/green", r#""g\r\nx: y""#),
    ("/deployments/0/green_weight", "null"),
    ("/deployments/0/green_weight", "-1"),
    ("/deployments/0/green_weight", "120"),
    ("/deployments/0/green_weight", "100.00000000000001"),
    ("/deployments/0/green_weight", r#""10""#),
    ("/deployments/0/split_by", r#""nobody""#),
    ("/deployments/0/split_by", r#""route""#),
    ("/deployments/0/rollback", r#""yes""#),
    ("/deployments/0/sticky", "null"),
    ("/deployments/0/sticky/keys/0", "{}"),
    ("/deployments/0/sticky/keys/0", r#"{"header": "a", "cookie": "b"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"header": ""}"#),
    ("/deployments/0/sticky/keys/0", r#"{"cookie": "a b"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"header": "a", "decode": "percent"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"decode": "percent"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"cookie": "a", "decode": "base64"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"cookie": "a", "decode": null}"#),
    ("/deployments/0/sticky/keys/0", r#"{"query": ""}"#),
    ("/deployments/0/sticky/keys/0", r#"{"property": []}"#),
    ("/deployments/0/sticky/keys/0", r#"{"property": ["a", ""]}"#),
    ("/deployments/0/sticky/keys/0", r#"{"property": ["a\u0000"]}"#),
    ("/deployments/0/sticky/keys/0", r#"{"source_address": false}"#),
    ("/deployments/0/sticky/keys/0", r#"{"x_forwarded_for": 0}"#),
    ("/deployments/0/sticky/keys/0", r#"{"x_forwarded_for": -1}"#),
    ("/deployments/0/sticky/keys/0", r#"{"x_forwarded_for": 1.5}"#),
    ("/deployments/0/sticky/keys/0", r#"{"x_forwarded_for": true}"#),
    ("/deployments/0/sticky/keys/0", r#"{"host": false}"#),
    ("/deployments/0/sticky/keys/0", r#"{"host": true, "source_address": true}"#),
    ("/deployments/0/sticky/keys/0", r#"{"all": null}"#),
    ("/deployments/0/sticky/keys/0", r#"{"all": []}"#),
    ("/deployments/0/sticky/keys/0", r#"{"all": [{"host": true}]}"#),
    ("/deployments/0/sticky/keys/0", r#"{"all": [{"host": true}, {}]}"#),
    (
        "/deployments/0/sticky/keys/0",
        r#"{"all": [{"host": true}, {"all": [{"host": true}, {"host": true}]}]}"#,
    ),
    ("/deployments/0/sticky/keys/0", r#"{"all": [{"host": true}, {"cookie": "a"}], "host": true}"#),
    ("/deployments/0/sticky/ignore", "null"),
    ("/deployments/0/sticky/ignore", r#"["a", "a"]"#),
    ("/deployments/0/sticky/ignore/0", r#""""#),
    ("/deployments/0/sticky/salt", "null"),
    ("/deployments/0/sticky/issue_cookie/name", r#""a;b""#),
    ("/deployments/0/sticky/issue_cookie/max_age", r#""soon""#),
    ("/deployments/0/sticky/issue_cookie/max_age", "30"),
    ("/deployments/0/sticky/issue_cookie/path", r#""x""#),
    ("/deployments/0/sticky/issue_cookie/path", r#""/;""#),
    ("/deployments/0/sticky/issue_cookie", r#"{"same_site": "none", "secure": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__Host-a", "path": "/a"}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__Secure-a", "secure": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__secure-a", "secure": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__Host-a", "domain": "a.example"}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__Http-a", "http_only": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__Host-Http-a", "http_only": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"name": "__http-a", "secure": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"partitioned": true, "secure": false}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"max_age": "session", "refresh": true}"#),
    ("/deployments/0/sticky/issue_cookie", r#"{"per": "connection", "refresh": true}"#),
    ("/deployments/0/sticky/issue_cookie/per", r#""client""#),
    ("/deployments/0/sticky/issue_cookie/max_age", r#""Session""#),
    ("/deployments/0/sticky/issue_cookie/refresh", r#""yes""#),
    ("/deployments/0/sticky/issue_cookie/http_only", "null"),
    ("/deployments/0/sticky/issue_cookie/domain", "null"),
    ("/deployments/0/sticky/issue_cookie/domain", r#""""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""com""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""a..b""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""a.b.""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""..a.b""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""a.b:80""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""a.b;x""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""127.0.0.1""#),
    ("/deployments/0/sticky/issue_cookie/domain", r#""bücher.de""#),
    ("/deployments/0/pins/green", r#"[""]"#),
    ("/deployments/0/pins/green", r#"["a", "a"]"#),
    ("/deployments/0/override", "{}"),
    ("/deployments/0/override", r#"{"keys": []}"#),
    ("/deployments/0/override/allow", r#""everyone""#),
    ("/deployments/0/override/header", r#""a b""#),
    ("/deployments/0/override/max_age", r#""long""#),
    ("/deployments/0/override/keys/0", r#"{"id": "k"}"#),
    ("/deployments/0/override/keys/0", r#"{"secret_env": "PATH"}"#),
    ("/deployments/0/override/keys/0/id", r#""a b""#),
    ("/deployments/0/override/keys/0/secret_base64", r#""c2hvcnQ=""#),
    ("/deployments/0/override/keys/0/secret_base64", r#""MDEyMzQ1Njc4OWFiY2RlZg-_""#),
    ("/deployments/0/mirror", r#"{"percent": 101}"#),
    ("/deployments/0/mirror", "{}"),
    ("/deployments/0/guard", "5"),
    ("/deployments/0/guard", r#"{"failure": {}}"#),
    ("/deployments/0/guard/failures", "null"),
    ("/deployments/0/guard/failures/status/0", r#""6xx""#),
    ("/deployments/0/guard/failures/grpc_status/0", "0"),
    ("/deployments/0/guard/failures/grpc_status/0", "17"),
    ("/deployments/0/guard/failures/grpc_status/0", "1.5"),
    ("/deployments/0/guard/failures/response_header", r#""a b""#),
    ("/deployments/0/guard/failures/slower_than", r#""soon""#),
    ("/deployments/0/guard/failures/slower_than_blue", "1"),
    ("/deployments/0/guard/failures/slower_than_blue", "100.5"),
    ("/deployments/0/guard/margin", "-1"),
    ("/deployments/0/guard/margin", "90.5"),
    ("/deployments/0/guard/above", "0"),
    ("/deployments/0/guard/above", "null"),
    ("/deployments/0/guard/false_alarms/at_most", "0.6"),
    ("/deployments/0/guard/false_alarms/within", r#""x""#),
    ("/deployments/0/guard/cooldown", r#""always""#),
    ("/deployments/0/trust_tags_from", "null"),
    ("/deployments/0/trust_tags_from", r#""always""#),
    ("/deployments/0/trust_tags_from", r#"{"peer_prefix": ""}"#),
    ("/deployments/1/ramp/start", r#""tomorrow""#),
    ("/deployments/1/ramp/start", r#""2026-11-23T09:00:00""#),
    ("/deployments/1/ramp/steps", "[]"),
    ("/deployments/1/ramp/steps/0", r#"{"after": "1m"}"#),
    ("/deployments/1/ramp/steps/0/after", r#""1 fortnight""#),
    ("/deployments/1/ramp/steps/0/green_weight", "101"),
    ("/deployments/1/ramp/shape", r#""curve""#),
    ("/deployments/1/ramp/steps/1/at", r#""tomorrow""#),
    (
        "/deployments/1/ramp/steps/1",
        r#"{"at": "2026-11-23T10:30:00+01:00", "after": "1h", "green_weight": 1}"#,
    ),
    ("/deployments/1/ramp/steps/1", r#"{"green_weight": 1}"#),
    ("/deployments/1/ramp/steps/1", r#"{"at": null, "after": "2h", "green_weight": 1}"#),
    ("/deployments/1/sticky/salt_env", "null"),
    ("/deployments/1/sticky/salt_env", r#""""#),
    ("/deployments/1/sticky/salt_env", r#""a=b""#),
    ("/deployments/1/sticky/sessions", "{}"),
    ("/deployments/1/sticky/sessions", "null"),
    ("/deployments/1/sticky/sessions/born", r#""uuid_v4""#),
    ("/deployments/1/sticky/sessions/born", "null"),
    ("/deployments/1/sticky/issue_cookie", r#"{"per": "connection"}"#),
    ("/defaults/sticky", r#"{"sessions": {"born": "uuid_v7"}}"#),
    ("/defaults/mirror", "null"),
    ("/defaults/trust_tags_from", "null"),
    ("/tags/variant_header", "null"),
    ("/tags/cluster_header", r#""Transfer-Encoding""#),
    ("/tags/response_header", r#""SET-COOKIE""#),
    ("/tags/filter_state", r#""a b""#),
    ("/tags/record", r#""a b""#),
    ("/tags/cache_control", "null"),
    ("/tags/cache_control", r#""no-store""#),
    ("/tags/bucket_header", "null"),
    ("/tags/bucket_header/buckets", "0"),
    ("/tags/bucket_header/buckets", "10001"),
    ("/tags/bucket_header/green", r#""middle""#),
    ("/rollback/namespace", r#""""#),
    ("/rollback/sources", r#"["route", "route"]"#),
    ("/rollback/sources/0", r#"{"in": "route", "path": []}"#),
];

/// What cannot stand beside the members of an object of the whole configuration.
const BESIDE: [(&str, &str); 13] = [
    ("/deployments/3", r#"{"guard": {}}"#),
    ("", r#"{"deployment": []}"#),
    ("/deployments/0", r#"{"nmae": "a"}"#),
    (
        "/deployments/0",
        r#"{"ramp": {"start": "2026-01-01T00:00:00Z", "steps": [{"after": "0", "green_weight": 1}]}}"#,
    ),
    ("/deployments/0/match", r#"{"method": "GET"}"#),
    ("/deployments/0/sticky/keys/0", r#"{"heeder": "a"}"#),
    ("/deployments/1", r#"{"split_by": "route"}"#),
    ("/deployments/1/sticky", r#"{"salt": "a"}"#),
    ("/deployments/2", r#"{"sticky": {"sessions": {"born": "ulid"}}}"#),
    ("/deployments/3", r#"{"sticky": {"sessions": {"born": "ulid"}}}"#),
    ("/deployments/2", r#"{"mirror": {"percent": 5}}"#),
    ("/deployments/3", r#"{"mirror": {"percent": 5}, "clusters": {"blue": "b", "green": "g"}}"#),
    ("/tags", r#"{"headers": []}"#),
];

#[test]
fn what_one_accepts_the_other_accepts() {
    const CASES: u32 = 3_000;
    let (schema, good) = (schema(), good());
    let (accepted, refused_by_both) = (Cell::new(0), Cell::new(0));
    let changed = (any::<Index>(), prop::collection::vec(change(), 1..4));
    let config = Config { failure_persistence: None, ..Config::with_cases(CASES) };
    TestRunner::new(config)
        .run(&changed, |(config, changes)| {
            let mut config = config.get(&good).clone();
            for change in &changes {
                apply(change, &mut config, &good);
            }
            let errors = errors(&config.to_string());
            match (errors.is_empty(), schema.is_valid(&config)) {
                (true, true) => accepted.set(accepted.get() + 1),
                (false, false) => refused_by_both.set(refused_by_both.get() + 1),
                (true, false) => {
                    let errors: Vec<_> =
                        schema.iter_errors(&config).map(|e| e.to_string()).collect();
                    return Err(TestCaseError::fail(format!("{config}: {errors:?}")));
                }
                (false, true) => {
                    let is_unsayable =
                        |error: &String| UNSAYABLE.iter().any(|known| error.contains(known));
                    let more: Vec<_> = errors.iter().filter(|error| !is_unsayable(error)).collect();
                    prop_assert!(more.is_empty(), "{config}: only the filter finds {more:?}");
                }
            }
            Ok(())
        })
        .unwrap();
    let (accepted, refused) = (accepted.get(), refused_by_both.get());
    assert!(accepted > CASES / 10, "only {accepted} accepted");
    assert!(refused > CASES / 4, "only {refused} refused");
}
