//! Requests with as many parameters or cookies as fit into the headers that Envoy takes.

use std::iter;

use bluegreen::filter;
use bluegreen_tests::environment::configured;
use bluegreen_tests::silent_host::SilentHost;
use serde_json::json;

use crate::Goal;
use crate::counted::Work;

const LENGTH: usize = 60_000;
const MOST: f64 = 1.5;

/// Writes one part of a list.
type Write = fn(usize) -> String;

/// Lists that are long in one way; no part has the name of a key, so all of it is read.
const LISTS: [(&str, Write); 5] = [
    ("empty", |_| String::new()),
    ("short", |_| "a=".to_owned()),
    ("as long as the keys", |number| format!("x{:02}=", number % 100)),
    ("nearly the keys", |number| format!("k{:02}x=1", number % 100)),
    ("long", |_| format!("{}=1", "k".repeat(1_000))),
];

/// What only a query can have: names that have to be decoded before they are compared.
const ENCODED: (&str, Write) = ("encoded", |number| format!("%6B%{:02}=", number % 100));

fn list(part: fn(usize) -> String, separator: &str) -> String {
    let mut list = String::new();
    for number in iter::successors(Some(0), |number| Some(number + 1)) {
        let part = part(number);
        if list.len() + part.len() + separator.len() > LENGTH {
            break;
        }
        list += &part;
        list += separator;
    }
    list
}

/// How the names are used: as keys, by conditions of as many deployments, or by conditions that do
/// not hold because all names are there, behind all else.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Keys,
    Conditions,
    Absences,
}

const USES: [(&str, Use); 3] =
    [("keys", Use::Keys), ("conditions", Use::Conditions), ("absences", Use::Absences)];

fn configuration(usage: Use, kind: &str, amount: usize) -> String {
    let names = (0..amount).map(|number| format!("k{number:02}"));
    match usage {
        Use::Keys => {
            let keys: Vec<_> = names.map(|name| json!({kind: name})).collect();
            json!({"deployments": [{"name": "a", "green_weight": 0, "sticky": {"keys": keys}}]})
        }
        Use::Conditions | Use::Absences => {
            let part = if kind == "cookie" { "cookies" } else { "query" };
            let deployment = |name: String| {
                let condition = json!({"name": name, "exact": "1", "not": usage == Use::Absences});
                json!({"name": name, "match": {part: [condition]}})
            };
            json!({"deployments": names.map(deployment).collect::<Vec<_>>()})
        }
    }
    .to_string()
}

fn work(name: String, usage: Use, kind: &'static str, amount: usize, list: String) -> Work {
    Work::new(name, move || {
        let table = configured(&configuration(usage, kind, amount)).unwrap();
        let path = if kind == "query" { format!("/v1?{list}") } else { "/v1".to_owned() };
        let cookie = if kind == "cookie" { list.clone() } else { String::new() };
        let headers = [(":authority", "a.example"), (":path", &*path), ("cookie", &*cookie)];
        let mut host = SilentHost::with_request(&headers);
        Box::new(move || {
            filter::on_request_headers(&table, &mut host);
        })
    })
}

pub fn all() -> (Vec<Work>, Vec<Goal>) {
    let (mut all, mut goals) = (Vec::new(), Vec::new());
    for (kind, separator) in [("query", "&"), ("cookie", ";")] {
        for (list_name, part) in LISTS.iter().chain((kind == "query").then_some(&ENCODED)) {
            let list = list(*part, separator);
            for (usage_name, usage) in USES {
                let list = match usage {
                    Use::Absences => (0..100).fold(list.clone(), |list, number| {
                        list + &format!("k{number:02}=1{separator}")
                    }),
                    _ => list.clone(),
                };
                let name = |amount| format!("{kind}, {list_name}: {amount} {usage_name}");
                for amount in [1, 10, 100] {
                    all.push(work(name(amount), usage, kind, amount, list.clone()));
                    if amount > 1 {
                        let (more, less) = (name(amount), name(1));
                        goals.push(Goal { what: more.clone(), more, less, times: MOST });
                    }
                }
            }
        }
    }
    (all, goals)
}
