//! Clusters and subsets that are named, and those that are there.

use std::collections::HashSet;

use super::Judged;
use super::locate::locate;
use crate::find::{Inventory, Object, type_of};
use crate::finding::{Finding, Rule};
use crate::source::View;

const CLUSTER: &str = "envoy.config.cluster.v3.Cluster";

/// Names of clusters that no Envoy of these files has.
pub fn unknown(inventory: &Inventory, judged: &[Judged<'_>], findings: &mut Vec<Finding>) {
    let maps: Vec<View<'_>> = (inventory.envoy.iter())
        .filter_map(|document| document.root())
        .flat_map(View::maps)
        .collect();
    let mut known = HashSet::new();
    for map in &maps {
        let of_list = map.field("static_resources").and_then(|all| all.get("clusters"));
        let listed = of_list.iter().flat_map(|clusters| clusters.elements());
        known.extend(listed.filter_map(|cluster| cluster.text_of("name")));
        if type_of(*map) == Some(CLUSTER) {
            known.extend(map.text_of("name"));
        }
    }
    let come_from_elsewhere = maps.iter().any(|map| map.field("cds_config").is_some());
    if known.is_empty() || come_from_elsewhere {
        return;
    }
    let mut add = |name: View<'_>, by: &str| {
        let Some(text) = name.text() else { return };
        if !known.contains(text) {
            let message = format!("{by} names the cluster `{text}`, which is not in these files");
            findings.push(Finding::new(Rule::UnknownCluster, name.place(), message));
        }
    };
    for map in &maps {
        if map.get("domains").is_none() {
            continue;
        }
        let routes = map.get("routes");
        for route in routes.iter().flat_map(|routes| routes.elements()) {
            let Some(action) = route.get("route") else { continue };
            action.get("cluster").into_iter().for_each(|name| add(name, "a route"));
            let weighted = action.below(&["weighted_clusters", "clusters"]);
            let mirrors = action.field("request_mirror_policies");
            for part in weighted.iter().flat_map(|clusters| clusters.elements()) {
                part.get("name").into_iter().for_each(|name| add(name, "a route"));
            }
            for part in mirrors.iter().flat_map(|mirrors| mirrors.elements()) {
                part.get("cluster").into_iter().for_each(|name| add(name, "a mirror"));
            }
        }
    }
    for judged in judged.iter().filter(|judged| !judged.found.drops_nulls) {
        of_deployments(judged, &known, findings);
    }
}

fn of_deployments(judged: &Judged<'_>, known: &HashSet<&str>, findings: &mut Vec<Finding>) {
    let (Some(config), Some(root)) = (judged.config(), judged.root()) else { return };
    for (index, deployment) in config.deployments.iter().flatten().enumerate() {
        let Some(clusters) = &deployment.clusters else { continue };
        for (key, name) in [("blue", &clusters.blue), ("green", &clusters.green)] {
            if !known.contains(name.as_str()) {
                let path = format!("deployments[{index}].clusters.{key}");
                let message = format!("the cluster `{name}` is not in these files");
                let finding = Finding::new(Rule::UnknownCluster, locate(root, &path, ""), message);
                findings.push(finding.of(&judged.found.label).at_path(&path));
            }
        }
    }
}

/// Subsets that a `VirtualService` names and the `DestinationRule` of its host does not.
pub fn unknown_subsets(inventory: &Inventory, findings: &mut Vec<Finding>) {
    let of_kind = |kind| inventory.objects.iter().filter(move |object| object.kind == kind);
    let rules: Vec<(String, HashSet<&str>)> = of_kind("DestinationRule")
        .filter_map(|rule| {
            let spec = rule.view().get("spec")?;
            let host = whole_host(spec.text_of("host")?, rule);
            let subsets = spec.get("subsets");
            let names = subsets.iter().flat_map(|subsets| subsets.elements());
            Some((host, names.filter_map(|subset| subset.text_of("name")).collect()))
        })
        .collect();
    for service in of_kind("VirtualService") {
        for destination in service.view().maps() {
            let (Some(host), Some(subset)) =
                (destination.text_of("host"), destination.get("subset"))
            else {
                continue;
            };
            let host = whole_host(host, service);
            let mut of_host = rules.iter().filter(|(known, _)| *known == host).peekable();
            let Some(name) = subset.text() else { continue };
            if of_host.peek().is_some() && !of_host.any(|(_, names)| names.contains(name)) {
                let message = format!("no DestinationRule of {host} has the subset `{name}`");
                let finding = Finding::new(Rule::UnknownSubset, subset.place(), message);
                findings.push(finding.of(&service.label()));
            }
        }
    }
}

/// A host as Istio completes it.
fn whole_host(host: &str, object: &Object) -> String {
    if host.contains('.') {
        host.to_owned()
    } else {
        format!("{host}.{}.svc.cluster.local", object.namespace)
    }
}
