//! Ways in which a large platform may lay out its deployments, and requests for each.

use std::ops::Range;
use std::sync::Arc;

use crate::environment::configured;
use bluegreen::table::Table;
use bluegreen::wire::encode;
use serde_json::{Value, json};

/// A way to lay out any number of deployments.
pub struct Shape {
    pub name: &'static str,
    /// `match` of the deployment at a position, of so many in all.
    matches: fn(usize, usize) -> Value,
    /// A request for that deployment.
    request: fn(usize, usize) -> HeadersOfInterest,
}

/// What a deployment's request has besides the usual headers.
struct HeadersOfInterest {
    host: String,
    path: String,
    header: Option<(String, String)>,
}

impl HeadersOfInterest {
    fn new(host: impl Into<String>, path: impl Into<String>) -> Self {
        Self { host: host.into(), path: path.into(), header: None }
    }

    fn with(self, name: impl Into<String>, value: String) -> Self {
        Self { header: Some((name.into(), value)), ..self }
    }
}

const HOST: &str = "models.example.com";
const PATH: &str = "/v1/models/fraud";

pub const SHAPES: [Shape; 9] = [
    Shape {
        name: "exact_hosts",
        matches: |n, _| json!({"hosts": [format!("m{n}.example.com")]}),
        request: |n, _| HeadersOfInterest::new(format!("m{n}.example.com"), PATH),
    },
    Shape {
        name: "hosts_with_one_prefix",
        matches: |n, _| json!({"hosts": [format!("m{n}.example.com")], "path_prefix": "/v1"}),
        request: |n, _| HeadersOfInterest::new(format!("m{n}.example.com"), PATH),
    },
    Shape {
        name: "wildcard_hosts",
        matches: |n, _| json!({"hosts": [format!("*.m{n}.example.com")]}),
        request: |n, _| HeadersOfInterest::new(format!("eu.m{n}.example.com"), PATH),
    },
    Shape {
        name: "prefixes",
        matches: |n, _| json!({"hosts": [HOST], "path_prefix": format!("/v1/models/m{n}")}),
        request: |n, _| HeadersOfInterest::new(HOST, format!("/v1/models/m{n}:predict")),
    },
    Shape {
        name: "prefixes_of_100_lengths",
        matches: |n, _| json!({"hosts": [HOST], "path_prefix": long_prefix(n)}),
        request: |n, _| HeadersOfInterest::new(HOST, long_prefix(n) + ":predict"),
    },
    Shape {
        name: "tenants_by_exact_header",
        matches: |n, _| {
            let tenant = json!({"name": "x-tenant", "exact": format!("t{n}")});
            json!({"hosts": [HOST], "path_prefix": PATH, "headers": [tenant]})
        },
        request: |n, _| HeadersOfInterest::new(HOST, PATH).with("x-tenant", format!("t{n}")),
    },
    Shape {
        name: "tenants_by_header_prefix",
        matches: |n, _| {
            let tenant = json!({"name": "x-tenant", "prefix": format!("t{n}-")});
            json!({"hosts": [HOST], "path_prefix": PATH, "headers": [tenant]})
        },
        request: |n, _| HeadersOfInterest::new(HOST, PATH).with("x-tenant", format!("t{n}-a")),
    },
    Shape {
        name: "tenants_by_header_name",
        matches: |n, _| {
            let tenant = json!({"name": format!("x-tenant-{n}"), "exact": "yes"});
            json!({"hosts": [HOST], "path_prefix": PATH, "headers": [tenant]})
        },
        request: |n, _| {
            HeadersOfInterest::new(HOST, PATH).with(format!("x-tenant-{n}"), "yes".to_owned())
        },
    },
    Shape {
        name: "hosts_prefixes_and_conditions",
        matches: |n, all| {
            let (host, prefix, condition) = mixed(n, all);
            let mut matches = json!({"hosts": [host], "path_prefix": prefix});
            if let Some((name, value)) = condition {
                matches["headers"] = json!([{"name": name, "exact": value}]);
            }
            matches
        },
        request: |n, all| {
            let (host, prefix, condition) = mixed(n, all);
            let wanted = HeadersOfInterest::new(host.replace('*', "eu"), prefix + "/infer");
            match condition {
                Some((name, value)) => wanted.with(name, value),
                None => wanted,
            }
        },
    },
];

fn long_prefix(n: usize) -> String {
    format!("/v1/{}/m{n}", "x".repeat(n % 100))
}

/// Of each ten deployments on one host and prefix nine have a tenant; each other host is a
/// wildcard.
fn mixed(n: usize, all: usize) -> (String, String, Option<(&'static str, String)>) {
    let hosts = (all / 100).max(1);
    let (place, tenant) = (n / 10, n % 10);
    let (host, prefix) = (place % hosts, place / hosts);
    let wildcard = if host % 2 == 0 { "" } else { "*." };
    let condition = (tenant > 0).then(|| ("x-tenant", format!("t{tenant}")));
    (format!("{wildcard}m{host}.example.com"), format!("/v1/models/m{prefix}"), condition)
}

impl Shape {
    /// A configuration with so many deployments, which say little for themselves.
    pub fn config(&self, all: usize) -> String {
        self.config_of(0..all, all)
    }

    /// Some of the deployments of a larger configuration.
    fn config_of(&self, some: Range<usize>, all: usize) -> String {
        let deployment = |n| {
            json!({
                "name": format!("model-{n}"),
                "match": (self.matches)(n, all),
                "clusters": {"blue": format!("model-{n}-blue"), "green": format!("model-{n}-green")},
                "green_weight": 10,
            })
        };
        json!({
            "deployments": some.map(deployment).collect::<Vec<_>>(),
            "defaults": {
                "sticky": {"keys": [{"header": "x-user-id"}, {"cookie": "uid"}], "issue_cookie": {}},
                "override": {"allow": "internal"},
                "mirror": {"percent": 5},
            },
        })
        .to_string()
    }

    pub fn table(&self, all: usize) -> Arc<Table> {
        Arc::new(configured(&self.config(all)).unwrap())
    }

    /// Requests all over a table of so many deployments, each with the table to look in. A table
    /// of one has any of the largest table's deployments, for they are not all alike.
    pub fn turns(&self, all: usize) -> Vec<Turn> {
        let alone = |n| configured(&self.config_of(n..n + 1, LARGEST));
        let tables: Vec<_> = match all {
            1 => (0..ALONE).map(|n| Arc::new(alone(n).unwrap())).collect(),
            _ => vec![self.table(all)],
        };
        let turn = |number: usize| {
            // A prime far from any size: neighbours in time are no neighbours in the table.
            let n = if all == 1 { number % ALONE } else { number * 7_919 % all };
            let layout = if all == 1 { LARGEST } else { all };
            Turn {
                table: Arc::clone(&tables[number % tables.len()]),
                headers: Self::encoded(&(self.request)(n, layout)),
                deployment: format!("model-{n}"),
            }
        };
        (0..TURNS).map(turn).collect()
    }

    fn encoded(wanted: &HeadersOfInterest) -> Vec<u8> {
        let usual = [
            (":authority", wanted.host.as_str()),
            (":path", wanted.path.as_str()),
            (":method", "POST"),
            (":scheme", "https"),
            (
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
            ),
            ("accept", "*/*"),
            ("content-type", "application/json"),
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-proto", "https"),
            ("x-request-id", "5a2e9d83-6a67-4d6f-8d9b-53b1f1f8e9c4"),
            ("x-user-id", "u-4711"),
        ];
        let own = wanted.header.as_ref().map(|(name, value)| (name.as_str(), value.as_str()));
        let lines = usual.into_iter().chain(own);
        encode(lines.map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    }
}

/// A request, the table that it is looked up in, and what it should find there.
pub struct Turn {
    pub table: Arc<Table>,
    /// As the host hands them over.
    pub headers: Vec<u8>,
    pub deployment: String,
}

/// The largest table that requests are looked up in.
pub const LARGEST: usize = 10_000;

/// How many tables of one deployment take turns: one for each kind that a shape has.
const ALONE: usize = 100;

/// How many requests take turns: enough that the processor cannot learn them by heart, few enough
/// that they stay in its cache.
const TURNS: usize = 500;
