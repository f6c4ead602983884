//! A bad configuration is refused as a whole, and every error is reported with its path.

use bluegreen_tests::refusal::errors;
use wasm_bindgen_test::wasm_bindgen_test;

/// The errors of a configuration with this one deployment, named `a`.
fn deployment_errors(members: &str) -> Vec<String> {
    errors(&format!(r#"{{"deployments": [{{"name": "a", {members}}}]}}"#))
}

fn assert_each(cases: &[(&str, &str)], errors_of: impl Fn(&str) -> Vec<String>) {
    for (config, expected) in cases {
        let found = errors_of(config);
        assert_eq!(found.len(), 1, "{config}: {found:?}");
        assert!(found[0].starts_with(expected), "{config}: {found:?} is not {expected}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_configuration_is_refused() {
    let cases = [
        ("", "the configuration is empty"),
        (" \n", "the configuration is empty"),
        ("{", "not JSON: EOF"),
        ("{}{}", "not JSON: trailing characters"),
        (r#"{"deployments": [{"name": "a", "green_weight": NaN}]}"#, "not JSON: "),
        (r#"{"deployments": [{"name": "a", "green_weight": Infinity}]}"#, "not JSON: "),
        ("[]", "a list is not an object"),
        ("null", "null is not an object"),
        ("{}", "deployments: required"),
        (r#"{"deployments": null}"#, "deployments: null is not a list"),
        (r#"{"deployments": {}}"#, "deployments: an object is not a list"),
        (r#"{"deployments": [5]}"#, "deployments[0]: 5 is not an object"),
        (r#"{"deployments": [["a"]]}"#, "deployments[0]: a list is not an object"),
        (
            r#"{"deployment": [], "deployments": [{"name": "a"}]}"#,
            "deployment: unknown key; known here: `deployments`, ",
        ),
        (
            r#"{"deployments": [{"name": "a", "name": "b"}]}"#,
            "duplicate field `name` at line 1 column 37",
        ),
    ];
    assert_each(&cases, errors);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_deployment_that_cannot_be_is_refused() {
    let long = format!(r#""name": "{}""#, "a".repeat(65));
    let cases = [
        ("", "deployments[0].name: required"),
        (r#""name": """#, "deployments[0].name: required"),
        (r#""name": "a b""#, r#"deployments[0].name: "a b" is not 1 to 64 of"#),
        (r#""name": "ä""#, r#"deployments[0].name: "ä" is not 1 to 64 of"#),
        (&long, r#"deployments[0].name: "aaaa"#),
        (r#""name": 5"#, "deployments[0].name: 5 is not a string"),
        (r#""name": "a", "nmae": 1"#, "deployments[0].nmae: unknown key; known here: `name`"),
        (r#""name": "a", "match": 1"#, "deployments[0].match: 1 is not an object or a list of"),
        (r#""name": "a", "match": null"#, "deployments[0].match: null is not an object or a list"),
        (r#""name": "a", "match": []"#, "deployments[0].match: is empty"),
        (r#""name": "a", "match": [{}, 5]"#, "deployments[0].match[1]: 5 is not an object"),
        (
            r#""name": "a", "match": [{"path": "/a"}, {"path": "/a"}]"#,
            "deployments[0].match[1]: duplicate of match[0]",
        ),
        (r#""name": "a", "rollback": "yes""#, r#"deployments[0].rollback: "yes" is not a boolean"#),
    ];
    assert_each(&cases, |members| errors(&format!(r#"{{"deployments": [{{{members}}}]}}"#)));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_weight_outside_0_to_100_is_refused() {
    for (weight, reason) in [
        ("120", "120 is not between 0 and 100"),
        ("-1", "-1 is not between 0 and 100"),
        ("100.00000000000001", "100.00000000000001 is not between 0 and 100"),
        ("1e999", "1e999 is not between 0 and 100"),
        ("1e99999999999999999999", "1e99999999999999999999 is not between 0 and 100"),
        ("0.12345678901234567891", "0.12345678901234567891 has more than 19 significant digits"),
        (r#""10""#, r#""10" is not a JSON number"#),
        (r#""NaN""#, r#""NaN" is not a JSON number"#),
        ("null", "null is not a JSON number"),
        ("[10]", "a list is not a JSON number"),
    ] {
        let expected = format!("deployments[0].green_weight: {reason}");
        assert_each(&[(weight, &expected)], |weight| {
            deployment_errors(&format!(r#""green_weight": {weight}"#))
        });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_match_that_cannot_be_is_refused() {
    let cases = [
        (r#""hosts": ["a..b"]"#, r#"hosts[0]: "a..b" cannot be a host"#),
        (r#""hosts": ["ok", "a:80"]"#, r#"hosts[1]: "a:80" cannot be a host: ports are ignored"#),
        (r#""hosts": ["*"]"#, r#"hosts[0]: "*" is no wildcard"#),
        (r#""hosts": ["a.*.b"]"#, r#"hosts[0]: "a.*.b" cannot be a host"#),
        (r#""hosts": ["a", "A"]"#, r"hosts[1]: duplicate of hosts[0]"),
        (r#""hosts": []"#, "hosts: is empty"),
        (r#""hosts": "a""#, r#"hosts: "a" is not a list"#),
        (r#""hosts": [5]"#, "hosts[0]: 5 is not a string"),
        (r#""path": "x""#, r#"path: "x" does not start with `/`"#),
        (r#""path": """#, r#"path: "" does not start with `/`"#),
        (r#""path_prefix": "x""#, r#"path_prefix: "x" does not start with `/`"#),
        (r#""path": "/a?b""#, r#"path: "/a?b" has a query"#),
        (r#""path": "/a b""#, r#"path: "/a b" has a query, a fragment or a character"#),
        (r#""path": 5"#, "path: 5 is not a string or a list of strings"),
        (r#""path": {}"#, "path: an object is not a string or a list of strings"),
        (r#""path": []"#, "path: is empty"),
        (r#""path": ["/a", "b"]"#, r#"path[1]: "b" does not start with `/`"#),
        (r#""path": ["/a", 5]"#, "path[1]: 5 is not a string"),
        (r#""path": ["/a:b", "/a%3Ab"]"#, "path[1]: duplicate of path[0]"),
        (r#""path_prefix": ["/a", "/b", "/a"]"#, "path_prefix[2]: duplicate of path_prefix[0]"),
        (r#""methods": "GET""#, r#"methods: "GET" is not a list"#),
        (r#""methods": []"#, "methods: is empty"),
        (r#""methods": ["get"]"#, r#"methods[0]: "get" is no method such as "GET""#),
        (r#""methods": ["GET", "GET"]"#, "methods[1]: duplicate of methods[0]"),
    ];
    for (members, expected) in cases {
        let expected = format!("deployments[0].match.{expected}");
        assert_each(&[(members, &expected)], |members| {
            deployment_errors(&format!(r#""match": {{{members}}}"#))
        });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn keys_and_cookies_that_http_does_not_allow_are_refused() {
    let cases = [
        (r#""keys": [{"header": ""}]"#, r#"keys[0].header: "" cannot be the name of a header"#),
        (r#""keys": [{"header": ":path"}]"#, r#"keys[0].header: ":path" cannot be"#),
        (r#""keys": [{"cookie": "a b"}]"#, r#"keys[0].cookie: "a b" cannot be"#),
        (r#""keys": [{"cookie": ""}]"#, r#"keys[0].cookie: "" cannot be"#),
        (r#""keys": [{"heeder": "a"}]"#, "keys[0].heeder: unknown key; known here: `header`"),
        (r#""keys": ["header"]"#, r#"keys[0]: "header" is not an object"#),
        (r#""issue_cookie": {"max_age": "soon"}"#, r#"issue_cookie.max_age: "soon" is not"#),
        (r#""issue_cookie": {"max_age": 30}"#, "issue_cookie.max_age: 30 is not a string"),
        (r#""issue_cookie": {"name": "a;b"}"#, r#"issue_cookie.name: "a;b" cannot be"#),
        (r#""issue_cookie": {"same_site": "all"}"#, "issue_cookie.same_site"),
        (r#""salt": null"#, "salt: null is not a string"),
    ];
    for (members, expected) in cases {
        let expected = format!("deployments[0].sticky.{expected}");
        assert_each(&[(members, &expected)], |members| {
            deployment_errors(&format!(r#""sticky": {{{members}}}"#))
        });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn one_of_two_clusters_is_refused() {
    let cases = [
        (r#"{"blue": "b"}"#, "green: required"),
        (r#"{"green": "g"}"#, "blue: required"),
        (r#"{"blue": "b", "green": "g h"}"#, r#"green: "g h" is not visible ASCII"#),
        (r#"{"blue": "b", "green": "g\r\nx: y"}"#, "green: "),
    ];
    for (clusters, expected) in cases {
        let expected = format!("deployments[0].clusters.{expected}");
        assert_each(&[(clusters, &expected)], |clusters| {
            deployment_errors(&format!(r#""clusters": {clusters}"#))
        });
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn tags_and_sources_that_cannot_be_are_refused() {
    let cases = [
        (r#""tags": {"variant_header": ":path"}"#, r#"tags.variant_header: ":path" cannot be"#),
        (
            r#""tags": {"variant_header": "Connection"}"#,
            r#"tags.variant_header: "Connection" has another"#,
        ),
        (r#""tags": {"cluster_header": ""}"#, r#"tags.cluster_header: "" cannot be"#),
        (
            r#""tags": {"cluster_header": "X-Bluegreen-Variant"}"#,
            r#"tags.cluster_header: "X-Bluegreen-Variant" is the name of tags.variant_header too"#,
        ),
        (r#""tags": {"blue": "hide"}"#, "tags.blue"),
        (r#""tags": {"headers": []}"#, "tags.headers: unknown key"),
        (r#""rollback": {"sources": ["routes"]}"#, "rollback.sources[0]"),
        (
            r#""rollback": {"sources": ["route", "route"]}"#,
            "rollback.sources[1]: duplicate of sources[0]",
        ),
        (r#""rollback": {"namespace": ""}"#, r#"rollback.namespace: "" is no metadata namespace"#),
        (r#""rollback": true"#, "rollback: true is not an object"),
    ];
    assert_each(&cases, |members| {
        errors(&format!(r#"{{"deployments": [{{"name": "a"}}], {members}}}"#))
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn two_deployments_of_one_name_or_one_match_are_refused() {
    let two = |a: &str, b: &str| errors(&format!(r#"{{"deployments": [{{{a}}}, {{{b}}}]}}"#));
    let hosts =
        |name: &str, hosts: &str| format!(r#""name": "{name}", "match": {{"hosts": {hosts}}}"#);
    assert_eq!(
        two(&hosts("a", r#"["x"]"#), &hosts("a", r#"["y"]"#)),
        [r"deployments[1].name: duplicate of deployments[0].name"]
    );
    assert_eq!(
        two(&hosts("Fraud", r#"["x"]"#), &hosts("fraud", r#"["y"]"#)),
        [r#"deployments[1].name: "fraud" differs from deployments[0].name by case alone"#]
    );
    assert_eq!(
        two(&hosts("a", r#"["x", "*.Y"]"#), &hosts("b", r#"["*.y", "X."]"#)),
        ["deployments[1].match: duplicate of deployments[0].match"]
    );
    assert_eq!(
        two(r#""name": "a""#, r#""name": "b", "match": {}"#),
        ["deployments[1].match: duplicate of deployments[0].match"]
    );
    // Hosts that only overlap are no error: the first in the file has them.
    assert!(two(&hosts("a", r#"["x", "y"]"#), &hosts("b", r#"["y", "z"]"#)).is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn all_errors_are_reported_at_once() {
    let config = r#"{
        "deployments": [
            {"name": "a b", "nmae": 1, "green_weight": 120, "match": {"hosts": ["a..b", 5, "*"], "path": 7}},
            5,
            {"name": "ok", "green_weight": "10", "sticky": {"keys": [{"header": ""}, {"coookie": "x"}, {"cookie": "y z"}]}},
            {"name": 3, "match": {"path": "/"}, "clusters": {"blue": "b"}}
        ],
        "tags": {"blue": 1, "cluster_header": "te"},
        "rolback": {},
        "rollback": {"sources": ["node", "nodes", "node"]}
    }"#;
    let found = errors(config);
    for path in [
        "deployments[0].name: ",
        "deployments[0].nmae: ",
        "deployments[0].green_weight: 120 ",
        "deployments[0].match.hosts[0]: ",
        "deployments[0].match.hosts[1]: 5 ",
        "deployments[0].match.hosts[2]: ",
        "deployments[0].match.path: 7 ",
        "deployments[1]: 5 ",
        "deployments[2].green_weight: ",
        "deployments[2].sticky.keys[0].header: ",
        "deployments[2].sticky.keys[1].coookie: ",
        "deployments[2].sticky.keys[2].cookie: ",
        "deployments[3].name: 3 ",
        "deployments[3].clusters.green: ",
        "tags.blue: ",
        "tags.cluster_header: ",
        "rolback: unknown key",
        "rollback.sources[1]",
        "rollback.sources[2]",
    ] {
        let reported = found.iter().filter(|error| error.starts_with(path)).count();
        assert_eq!(reported, 1, "{path} in\n{}", found.join("\n"));
    }
    assert_eq!(found.len(), 19, "{}", found.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_repeats_no_more_than_the_start_of_a_long_value() {
    let found = deployment_errors(&format!(r#""match": {{"hosts": ["{}"]}}"#, "ä".repeat(10_000)));
    assert!(found[0].chars().count() < 250, "{}", found[0]);
}
