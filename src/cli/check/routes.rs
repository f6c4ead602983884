//! The routes of the same files: Envoy's, and those of `VirtualService` and `HTTPRoute`.

use std::collections::HashSet;

use crate::find::{Inventory, Object};
use crate::source::{Node, View};

/// Routes that are tried in turn: a virtual host, a `VirtualService`, an `HTTPRoute`.
pub struct Group<'a> {
    pub label: String,
    pub hosts: Vec<&'a str>,
    pub routes: Vec<Route<'a>>,
    /// Whether the first that matches is taken, and not the most specific.
    pub is_ordered: bool,
}

/// One route.
pub struct Route<'a> {
    pub name: Option<&'a str>,
    pub view: View<'a>,
    /// Alternatives, each with the headers and filter states that have to be there.
    alternatives: Vec<Alternative<'a>>,
    /// The header that names its cluster.
    cluster_header: Option<&'a str>,
}

struct Alternative<'a> {
    headers: Vec<&'a str>,
    is_any_path: bool,
    has_more: bool,
}

impl Route<'_> {
    /// Whether only requests with one of these tags find their way here.
    pub fn needs(&self, tags: &HashSet<String>) -> bool {
        let is_tag = |name: &str| tags.contains(&name.to_ascii_lowercase());
        let all = !self.alternatives.is_empty()
            && self
                .alternatives
                .iter()
                .all(|match_| match_.headers.iter().any(|name| is_tag(name)));
        all || self.cluster_header.is_some_and(is_tag)
    }

    /// Whether no request gets past it.
    pub fn takes_all(&self) -> bool {
        let is_all = |match_: &Alternative<'_>| {
            match_.is_any_path && match_.headers.is_empty() && !match_.has_more
        };
        self.alternatives.is_empty() || self.alternatives.iter().any(is_all)
    }
}

/// All groups of routes.
pub fn groups(inventory: &Inventory) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    for document in &inventory.envoy {
        let maps = document.root().map(View::maps).unwrap_or_default();
        groups.extend(maps.into_iter().filter_map(virtual_host));
    }
    for object in &inventory.objects {
        match object.kind.as_str() {
            "VirtualService" => groups.push(virtual_service(object)),
            "HTTPRoute" | "GRPCRoute" => groups.push(http_route(object)),
            _ => {}
        }
    }
    groups
}

/// Names that routes and logs read, in lower case.
pub fn names_in_use(inventory: &Inventory) -> HashSet<String> {
    let mut names = HashSet::new();
    let envoy = inventory.envoy.iter().filter_map(|document| document.root());
    let objects = inventory.objects.iter().filter(|object| !is_plugin(object)).map(Object::view);
    for map in envoy.chain(objects).flat_map(View::maps) {
        for (key, value) in map.members() {
            let Some(key) = key.raw() else { continue };
            match key {
                "cluster_header" | "clusterHeader" | "header_name" | "headerName" => {
                    names.extend(value.text().map(str::to_ascii_lowercase));
                }
                "headers" | "withoutHeaders" | "filter_state" | "filterState" => {
                    names.extend(names_of(value).into_iter().map(str::to_ascii_lowercase));
                }
                // Formats of logs, and whatever else reads a header by a formatter.
                _ => names.extend(value.text().into_iter().flat_map(formatted)),
            }
        }
    }
    names
}

/// An object whose texts are configurations and no routes.
fn is_plugin(object: &Object) -> bool {
    matches!(object.kind.as_str(), "TrafficExtension" | "WasmPlugin" | "EnvoyExtensionPolicy")
}

/// Names in `%REQ(NAME?OTHER):256%`.
fn formatted(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in text.split("%REQ(").skip(1) {
        let inner = part.split(')').next().unwrap_or_default();
        names.extend(inner.split('?').map(str::to_ascii_lowercase));
    }
    names
}

/// Names of conditions: a list of objects with `name` or `key`, or an object with the names as keys.
fn names_of(conditions: View<'_>) -> Vec<&str> {
    match conditions.node() {
        Some(Node::Map(_)) => conditions.members().filter_map(|(key, _)| key.raw()).collect(),
        _ => (conditions.elements())
            .filter_map(|condition| condition.text_of("name").or_else(|| condition.text_of("key")))
            .collect(),
    }
}

fn virtual_host(map: View<'_>) -> Option<Group<'_>> {
    let (domains, routes) = (map.get("domains")?, map.get("routes")?);
    let name = map.text_of("name").unwrap_or_default();
    Some(Group {
        label: format!("virtual host {name}"),
        hosts: domains.elements().filter_map(View::text).collect(),
        routes: routes.elements().map(envoy_route).collect(),
        is_ordered: true,
    })
}

/// A route of Envoy, in a virtual host or in a patch.
fn envoy_route(route: View<'_>) -> Route<'_> {
    let alternative = route.get("match").map(|match_| {
        let names = |field| match_.field(field).map(names_of).unwrap_or_default();
        Alternative {
            headers: [names("headers"), names("filter_state")].concat(),
            is_any_path: match_.text_of("prefix") == Some("/"),
            has_more: match_.members().any(|(key, _)| {
                !matches!(key.raw(), Some("prefix" | "headers" | "filter_state" | "filterState"))
            }),
        }
    });
    Route {
        name: route.text_of("name"),
        view: route,
        alternatives: alternative.into_iter().collect(),
        cluster_header: route.get("route").and_then(|route| route.text_of("cluster_header")),
    }
}

fn virtual_service(object: &Object) -> Group<'_> {
    let list = |key| object.view().get("spec").and_then(|spec| spec.get(key));
    Group {
        label: object.label(),
        hosts: texts(list("hosts")),
        routes: list("http").iter().flat_map(|http| http.elements()).map(service_route).collect(),
        is_ordered: true,
    }
}

fn service_route(route: View<'_>) -> Route<'_> {
    let is_any_path =
        |match_: View<'_>| match_.get("uri").is_none_or(|uri| uri.text_of("prefix") == Some("/"));
    let known = ["uri", "headers", "name"];
    Route {
        name: route.text_of("name"),
        view: route,
        alternatives: alternatives(route.get("match"), is_any_path, &known),
        cluster_header: None,
    }
}

fn http_route(object: &Object) -> Group<'_> {
    let list = |key| object.view().get("spec").and_then(|spec| spec.get(key));
    Group {
        label: object.label(),
        hosts: texts(list("hostnames")),
        routes: list("rules").iter().flat_map(|rules| rules.elements()).map(http_rule).collect(),
        is_ordered: false,
    }
}

fn http_rule(rule: View<'_>) -> Route<'_> {
    let is_any_path =
        |match_: View<'_>| match_.get("path").is_none_or(|path| path.text_of("value") == Some("/"));
    Route {
        name: rule.text_of("name"),
        view: rule,
        alternatives: alternatives(rule.get("matches"), is_any_path, &["path", "headers"]),
        cluster_header: None,
    }
}

fn alternatives<'a>(
    matches: Option<View<'a>>,
    is_any_path: impl Fn(View<'a>) -> bool,
    known: &[&str],
) -> Vec<Alternative<'a>> {
    let matches = matches.iter().flat_map(|matches| matches.elements());
    let is_more = |key: View<'_>| key.raw().is_none_or(|key| !known.contains(&key));
    matches
        .map(|match_| Alternative {
            headers: match_.get("headers").map(names_of).unwrap_or_default(),
            is_any_path: is_any_path(match_),
            has_more: match_.members().any(|(key, _)| is_more(key)),
        })
        .collect()
}

fn texts(list: Option<View<'_>>) -> Vec<&str> {
    list.iter().flat_map(|list| list.elements()).filter_map(View::text).collect()
}
