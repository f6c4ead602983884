//! What the filter checks of a configuration beyond its types.

use serde_json::{Value, json};

use super::texts::{
    BASE64, COOKIE_DOMAIN, COOKIE_PATH, METHOD, NAME, PATH, SEGMENT, STATUS, TIME, TOKEN, VARIABLE,
    VISIBLE, duration, duration_or, header, host, starts_with, tag,
};

/// A schema of the same shape as that of the structs, to be laid over it.
pub fn rules() -> Value {
    let all: [(&str, Value); 23] = [
        ("BucketHeader", bucket_header()),
        ("Clusters", clusters()),
        ("Condition", condition()),
        ("Deployment", deployment()),
        ("Failures", failures()),
        ("FalseAlarms", false_alarms()),
        ("Guard", guard()),
        ("IssueCookie", issue_cookie()),
        ("Key", key()),
        ("Match", matches()),
        ("Mirror", json!({"required": ["percent"], "properties": {"percent": percent()}})),
        ("Override", overrides()),
        ("Pins", pins()),
        ("Ramp", ramp()),
        ("Rollback", rollback()),
        ("Sessions", json!({"required": ["born"]})),
        ("SigningKey", signing_key()),
        ("SourcePath", source_path()),
        ("Step", step()),
        ("Sticky", sticky()),
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
        "allOf": [route_needs_buckets(), trust_needs_a_tag(), default_sessions_need_ramps()],
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

/// A session keeps the weight that a ramp had.
fn default_sessions_need_ramps() -> Value {
    json!({
        "if": {"properties": {"defaults": sessions()}, "required": ["defaults"]},
        "then": {
            "properties": {
                "deployments": {"items": {"anyOf": one_of(&["sticky", "ramp"])}},
            },
        },
    })
}

/// An object with a `sticky` in which sessions keep the weight of their birth.
fn sessions() -> Value {
    json!({"properties": {"sticky": {"required": ["sessions"]}}, "required": ["sticky"]})
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
            {"if": sessions(), "then": {"required": ["ramp"]}},
            {
                "if": {
                    "properties": {"guard": {"type": "object"}, "split_by": {"const": "route"}},
                    "required": ["guard", "split_by"],
                },
                "then": {"required": ["clusters"]},
            },
        ],
    })
}

fn guard() -> Value {
    json!({
        "properties": {
            "margin": {"minimum": 0, "maximum": 90, "default": 2},
            "above": {"minimum": 0.1, "maximum": 90, "default": 5},
            "cooldown": {"pattern": duration_or("never")},
        },
    })
}

fn failures() -> Value {
    json!({
        "properties": {
            "status": {"items": {"pattern": STATUS}},
            "grpc_status": {"items": {"type": "integer", "minimum": 1, "maximum": 16}},
            "response_header": header(),
            "slower_than": {"pattern": duration()},
            "slower_than_blue": {"minimum": 1.01, "maximum": 100},
        },
    })
}

fn false_alarms() -> Value {
    json!({
        "properties": {
            "at_most": {"minimum": 1e-9, "maximum": 0.5, "default": 0.001},
            "within": {"pattern": duration()},
        },
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

fn sticky() -> Value {
    json!({
        "properties": {
            "ignore": {"items": {"minLength": 1}, "uniqueItems": true},
            "salt_env": {"pattern": VARIABLE},
        },
        "not": {"required": ["salt", "salt_env"]},
        // Nothing tells when a connection began.
        "if": {"required": ["sessions"]},
        "then": {"properties": {"issue_cookie": {"properties": {"per": {"const": "request"}}}}},
    })
}

fn key() -> Value {
    let kinds = [
        "header",
        "cookie",
        "query",
        "property",
        "source_address",
        "x_forwarded_for",
        "host",
        "all",
    ];
    json!({
        "properties": {
            "header": header(),
            "cookie": {"pattern": TOKEN},
            "query": {"minLength": 1},
            "property": segments(),
            "source_address": {"const": true},
            "x_forwarded_for": {"minimum": 1},
            "host": {"const": true},
            "all": {"items": {"not": {"required": ["all"]}}, "minItems": 2},
        },
        "oneOf": one_of(&kinds),
        "dependentRequired": {"decode": ["cookie"]},
    })
}

fn issue_cookie() -> Value {
    let with = |key: &str, rule: Value| json!({"properties": {key: rule}, "required": [key]});
    let named = |prefixes: &[&str]| with("name", json!({"pattern": starts_with(prefixes)}));
    let secure = json!({"properties": {"secure": {"const": true}}});
    json!({
        "properties": {
            "name": {"pattern": TOKEN, "maxLength": 4_060},
            "max_age": {"pattern": duration_or("session")},
            "path": {"pattern": COOKIE_PATH, "maxLength": 1_024},
            "domain": {"pattern": COOKIE_DOMAIN, "maxLength": 254},
            "same_site": {"default": "lax"},
            "per": {"default": "request"},
        },
        "allOf": [
            {"if": with("same_site", json!({"const": "none"})), "then": secure},
            {"if": with("partitioned", json!({"const": true})), "then": secure},
            {"if": named(&["__secure-", "__host-", "__http-"]), "then": secure},
            {
                "if": named(&["__http-", "__host-http-"]),
                "then": {"properties": {"http_only": {"const": true}}},
            },
            {
                "if": named(&["__host-"]),
                "then": {"properties": {"path": {"const": "/"}, "domain": false}},
            },
            {
                "if": with("per", json!({"const": "connection"})),
                "then": {"properties": {"refresh": {"const": false}}},
            },
            {
                "if": with("max_age", json!({"const": "session"})),
                "then": {"properties": {"refresh": {"const": false}}},
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
        "required": ["green_weight"],
        "properties": {
            "after": {"pattern": duration()},
            "at": {"pattern": TIME},
            "green_weight": percent(),
        },
        "oneOf": one_of(&["after", "at"]),
    })
}

fn overrides() -> Value {
    json!({
        "properties": {
            "header": with_default(header(), json!("x-bluegreen-override")),
            "cookie": {"pattern": TOKEN},
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
            "record": {"pattern": NAME},
            "blue": {"default": "write"},
            "cache_control": {"default": "private"},
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

/// Exactly one of these members is there.
fn one_of(members: &[&str]) -> Value {
    members.iter().map(|member| json!({"required": [member]})).collect()
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
