//! What the filter checks of a configuration beyond its types.

use serde_json::{Value, json};

use super::texts::{
    BASE64, COOKIE_PATH, METHOD, NAME, PATH, SEGMENT, TIME, TOKEN, VARIABLE, VISIBLE, duration,
    header, host, tag,
};

/// A schema of the same shape as that of the structs, to be laid over it.
pub fn rules() -> Value {
    let all: [(&str, Value); 18] = [
        ("BucketHeader", bucket_header()),
        ("Clusters", clusters()),
        ("Condition", condition()),
        ("Deployment", deployment()),
        ("IssueCookie", issue_cookie()),
        ("Key", key()),
        ("Match", matches()),
        ("Mirror", json!({"required": ["percent"], "properties": {"percent": percent()}})),
        ("Override", overrides()),
        ("Pins", pins()),
        ("Ramp", ramp()),
        ("Rollback", rollback()),
        ("SigningKey", signing_key()),
        ("SourcePath", source_path()),
        ("Step", step()),
        ("TagName", tag()),
        ("Tags", tags()),
        ("TrustedPeer", trusted_peer()),
    ];
    let types: serde_json::Map<_, _> =
        all.into_iter().map(|(name, rule)| (name.to_owned(), rule)).collect();
    json!({
        "title": "Configuration of the bluegreen filter",
        "required": ["deployments"],
        "properties": {
            "explain": {"default": "never"},
        },
        "allOf": [route_needs_buckets(), trust_needs_a_tag()],
        "$defs": types,
    })
}

/// `split_by: route` works by the bucket header.
fn route_needs_buckets() -> Value {
    let by_route =
        json!({"properties": {"split_by": {"const": "route"}}, "required": ["split_by"]});
    json!({
        "if": {"properties": {"deployments": {"contains": by_route}}, "required": ["deployments"]},
        "then": {
            "properties": {
                "tags": {
                    "properties": {"bucket_header": {"type": "object"}},
                    "required": ["bucket_header"],
                },
            },
            "required": ["tags"],
        },
    })
}

/// Without a variant tag there is none to trust.
fn trust_needs_a_tag() -> Value {
    let trusts_nobody = json!({"properties": {"trust_tags_from": {"const": "never"}}});
    json!({
        "if": {
            "properties": {
                "tags": {
                    "properties": {"variant_header": {"type": "null"}},
                    "required": ["variant_header"],
                },
            },
            "required": ["tags"],
        },
        "then": {
            "properties": {
                "defaults": trusts_nobody,
                "deployments": {"items": trusts_nobody},
            },
        },
    })
}

fn deployment() -> Value {
    json!({
        "required": ["name"],
        "properties": {
            "name": {"pattern": NAME},
            "match": {
                "anyOf": [
                    {"$ref": MATCH},
                    {"type": "array", "items": {"$ref": MATCH}, "minItems": 1, "uniqueItems": true},
                ],
            },
            "green_weight": with_default(percent(), json!(0)),
            "split_by": {"default": "filter"},
            "trust_tags_from": {"default": "never"},
        },
        "not": {"required": ["green_weight", "ramp"]},
        "allOf": [
            {
                "if": {"properties": {"split_by": {"const": "route"}}, "required": ["split_by"]},
                "then": {
                    "properties": {"green_weight": false, "ramp": false, "mirror": {"type": "null"}},
                },
            },
            {
                "if": {"properties": {"mirror": {"type": "object"}}, "required": ["mirror"]},
                "then": {"required": ["clusters"]},
            },
        ],
    })
}

fn clusters() -> Value {
    json!({
        "required": ["blue", "green"],
        "properties": {"blue": {"pattern": VISIBLE}, "green": {"pattern": VISIBLE}},
    })
}

fn matches() -> Value {
    let header = json!({"items": {"properties": {"name": header()}}, "uniqueItems": true});
    let cookie =
        json!({"items": {"properties": {"name": {"pattern": TOKEN}}}, "uniqueItems": true});
    json!({
        "properties": {
            "hosts": {"items": host(), "minItems": 1, "uniqueItems": true},
            "path": paths(),
            "path_prefix": paths(),
            "methods": {"items": {"pattern": METHOD}, "minItems": 1, "uniqueItems": true},
            "headers": header,
            "query": {"uniqueItems": true},
            "cookies": cookie,
        },
    })
}

/// A path or a list of them.
fn paths() -> Value {
    json!({
        "anyOf": [
            {"type": "string", "pattern": PATH},
            {"type": "array", "items": {"type": "string", "pattern": PATH}, "minItems": 1, "uniqueItems": true},
        ],
    })
}

fn condition() -> Value {
    let tests = ["exact", "one_of", "prefix", "suffix", "present"];
    let one_of_them: Vec<Value> = tests.iter().map(|test| json!({"required": [test]})).collect();
    json!({
        "required": ["name"],
        "properties": {
            "name": {"minLength": 1},
            "one_of": {"minItems": 1, "uniqueItems": true},
            "prefix": {"minLength": 1},
            "suffix": {"minLength": 1},
        },
        "oneOf": one_of_them,
    })
}

fn key() -> Value {
    json!({
        "properties": {
            "header": header(),
            "cookie": {"pattern": TOKEN},
            "query": {"minLength": 1},
            "property": segments(),
            "source_address": {"const": true},
        },
        "minProperties": 1,
        "maxProperties": 1,
    })
}

fn issue_cookie() -> Value {
    let secure = json!({"properties": {"secure": {"const": true}}});
    json!({
        "properties": {
            "name": {"pattern": TOKEN},
            "max_age": {"pattern": duration()},
            "path": {"pattern": COOKIE_PATH},
            "same_site": {"default": "lax"},
        },
        "allOf": [
            {
                "if": {"properties": {"same_site": {"const": "none"}}, "required": ["same_site"]},
                "then": secure,
            },
            {
                "if": {"properties": {"name": {"pattern": "^__(Secure|Host)-"}}, "required": ["name"]},
                "then": secure,
            },
            {
                "if": {"properties": {"name": {"pattern": "^__Host-"}}, "required": ["name"]},
                "then": {"properties": {"path": {"const": "/"}}},
            },
        ],
    })
}

fn pins() -> Value {
    let keys = json!({"items": {"minLength": 1}, "uniqueItems": true});
    json!({"properties": {"blue": keys, "green": keys}})
}

fn ramp() -> Value {
    json!({
        "required": ["start", "steps"],
        "properties": {
            "start": {"pattern": TIME},
            "steps": {"minItems": 1},
            "shape": {"default": "step"},
        },
    })
}

fn step() -> Value {
    json!({
        "required": ["after", "green_weight"],
        "properties": {"after": {"pattern": duration()}, "green_weight": percent()},
    })
}

fn overrides() -> Value {
    json!({
        "properties": {
            "header": with_default(header(), json!("x-bluegreen-override")),
            "keys": {"uniqueItems": true},
            "max_age": {"pattern": duration(), "default": "24h"},
        },
        "anyOf": [
            {"required": ["allow"]},
            {"required": ["keys"], "properties": {"keys": {"minItems": 1}}},
        ],
    })
}

fn signing_key() -> Value {
    json!({
        "required": ["id"],
        "properties": {
            "id": {"pattern": NAME},
            "secret_env": {"pattern": VARIABLE},
            // The shortest secret has 16 bytes.
            "secret_base64": {"pattern": BASE64, "minLength": 24},
        },
        "minProperties": 2,
        "maxProperties": 2,
    })
}

fn trusted_peer() -> Value {
    json!({"required": ["peer_prefix"], "properties": {"peer_prefix": {"minLength": 1}}})
}

fn tags() -> Value {
    let tag = json!({"$ref": TAG});
    json!({
        "properties": {
            "variant_header": tag,
            "cluster_header": tag,
            "mirror_header": tag,
            "response_header": tag,
            "filter_state": {"pattern": NAME},
            "blue": {"default": "write"},
        },
    })
}

fn bucket_header() -> Value {
    json!({
        "properties": {
            "name": {"$ref": TAG},
            "buckets": {"minimum": 1, "maximum": 10_000},
            "green": {"default": "first"},
        },
    })
}

fn rollback() -> Value {
    json!({
        "properties": {
            "namespace": {"pattern": SEGMENT},
            "sources": {"uniqueItems": true, "default": ["virtual_host", "route"]},
        },
    })
}

fn source_path() -> Value {
    json!({"required": ["in", "path"], "properties": {"path": segments()}})
}

/// The path of a property.
fn segments() -> Value {
    json!({"items": {"pattern": SEGMENT}, "minItems": 1})
}

const MATCH: &str = "#/$defs/Match";
const TAG: &str = "#/$defs/TagName";

fn percent() -> Value {
    json!({"minimum": 0, "maximum": 100})
}

fn with_default(mut rule: Value, default: Value) -> Value {
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("default".to_owned(), default);
    }
    rule
}
