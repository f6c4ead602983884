//! Rollback flags in the same files: whether they reach a route, and name what is there.

use std::collections::HashSet;

use super::Judged;
use super::routes::Group;
use crate::find::{Inventory, Object};
use crate::finding::{Finding, Rule};
use crate::rules::{self, Config, FlagSays};
use crate::source::{Node, View};

/// Looks at every flag.
pub fn look(
    inventory: &Inventory,
    judged: &[Judged<'_>],
    groups: &[Group<'_>],
    findings: &mut Vec<Finding>,
) {
    let configs: Vec<&Config> = judged.iter().filter_map(|judged| judged.config()).collect();
    let mut namespaces: HashSet<&str> =
        configs.iter().map(|config| config.rollback.namespace.as_str()).collect();
    if namespaces.is_empty() {
        namespaces.insert("bluegreen");
    }
    let deployments: HashSet<&str> = (configs.iter())
        .flat_map(|config| config.deployments.iter().flatten())
        .map(|deployment| deployment.name.as_str())
        .collect();
    for object in inventory.objects.iter().filter(|object| object.kind == "EnvoyFilter") {
        reach(object, &namespaces, inventory, groups, findings);
    }
    let envoy = inventory.envoy.iter().filter_map(|document| document.root());
    let objects = inventory.objects.iter().map(Object::view);
    for map in envoy.chain(objects).flat_map(View::maps) {
        for flags in flags_of(map, &namespaces) {
            read(flags, &deployments, findings);
        }
    }
}

/// The objects of our namespaces in the metadata of a map.
fn flags_of<'a>(map: View<'a>, namespaces: &HashSet<&str>) -> Vec<View<'a>> {
    let Some(metadata) = map.field("filter_metadata") else { return Vec::new() };
    (metadata.members())
        .filter(|(key, _)| key.raw().is_some_and(|key| namespaces.contains(key)))
        .map(|(_, flags)| flags)
        .collect()
}

/// A patch whose routes are not in these files does nothing, and Istio does not say so.
fn reach(
    object: &Object,
    namespaces: &HashSet<&str>,
    inventory: &Inventory,
    groups: &[Group<'_>],
    findings: &mut Vec<Finding>,
) {
    if groups.is_empty() {
        return;
    }
    let of_kind = |kind| inventory.objects.iter().any(|object| object.kind == kind);
    let patches = object.view().below(&["spec", "configPatches"]);
    let is_a_route = |name: View<'_>| {
        let mut routes = groups.iter().flat_map(|group| &group.routes);
        routes.any(|route| route.name.is_some() && route.name == name.text())
    };
    // One patch for each name that a route may have is as it should be, if one of them is there.
    let reaches_a_route = (patches.iter().flat_map(|patches| patches.elements())).any(|patch| {
        let name = ["match", "routeConfiguration", "vhost", "route", "name"];
        patch.below(&name).is_some_and(is_a_route)
    });
    for patch in patches.iter().flat_map(|patches| patches.elements()) {
        let value = patch.below(&["patch", "value", "metadata"]);
        let is_rollback = value.is_some_and(|value| !flags_of(value, namespaces).is_empty());
        let Some(host) = patch.below(&["match", "routeConfiguration", "vhost"]) else { continue };
        if !is_rollback {
            continue;
        }
        if let Some(name) = host.below(&["route", "name"]).filter(|_| !reaches_a_route) {
            let text = name.text().unwrap_or_default();
            let message = format!(
                "no route in these files is called `{text}`: this rollback does nothing, and \
                     Istio does not say so"
            );
            let help = if of_kind("VirtualService") {
                "Give the routes of the VirtualService this name."
            } else {
                "Routes of an HTTPRoute have other names: patch the virtual host by its \
                     `domainName`, as rollback/one-host.yaml does."
            };
            let finding = Finding::new(Rule::RollbackWithoutRoute, name.place(), message);
            findings.push(finding.of(&object.label()).with_help(help));
        }
        let is_gateways =
            patch.below(&["match", "context"]).and_then(View::text) == Some("GATEWAY");
        if let Some(domain) = host.get("domainName").filter(|_| is_gateways) {
            let mut hosts = groups.iter().flat_map(|group| &group.hosts);
            if !hosts.any(|host| Some(*host) == domain.text()) {
                let text = domain.text().unwrap_or_default();
                let message = format!(
                    "no route in these files has the host `{text}`: this rollback does nothing, \
                     and Istio does not say so"
                );
                let finding = Finding::new(Rule::RollbackWithoutRoute, domain.place(), message);
                findings.push(finding.of(&object.label()));
            }
        }
    }
}

/// What the filter reads in the flags, by its own rules.
fn read(flags: View<'_>, deployments: &HashSet<&str>, findings: &mut Vec<Finding>) {
    let mut add = |place: View<'_>, message: String| {
        findings.push(Finding::new(Rule::RollbackFlag, place.place(), message));
    };
    for (key, value) in flags.members() {
        let Some(name) = key.raw() else { continue };
        match name {
            "rollback" => match rules::flag(&json_of(value), deployments) {
                FlagSays::Unreadable => add(
                    value,
                    "the filter cannot read this flag, so it rolls every deployment back"
                        .to_owned(),
                ),
                FlagSays::UnknownName(name) if !deployments.is_empty() => {
                    add(value, format!("no deployment in these files is called `{name}`"));
                }
                FlagSays::UnknownName(_) | FlagSays::Known => {}
            },
            "max_green_weight" => {
                if !rules::is_cap(&json_of(value)) {
                    let reason = "the filter cannot read this cap, so it counts as 0";
                    add(value, reason.to_owned());
                }
            }
            "guard" => {
                let is_reset =
                    value.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("reset"));
                if !is_reset {
                    add(
                        value,
                        "the filter does nothing about this: only \"reset\" has a meaning"
                            .to_owned(),
                    );
                }
            }
            name if rules::is_note(name) => {}
            _ => {
                add(key, format!("`{name}` is none of `rollback`, `max_green_weight` and `guard`"));
            }
        }
    }
}

fn json_of(view: View<'_>) -> serde_json::Value {
    match view.node() {
        Some(Node::Scalar(scalar)) => scalar.value(),
        Some(Node::List(_)) => view.elements().map(json_of).collect(),
        Some(Node::Map(_)) => (view.members())
            .filter_map(|(key, value)| Some((key.raw()?.to_owned(), json_of(value))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        None => serde_json::Value::Null,
    }
}
