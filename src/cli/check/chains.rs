//! Two filters in one chain: overrides are eaten, and users change variants.

use crate::find::{Inventory, Object, type_of};
use crate::finding::{Finding, Rule};
use crate::source::View;

/// Pairs of filters that would run for the same requests.
pub fn look(inventory: &Inventory, findings: &mut Vec<Finding>) {
    let mut plugins: Vec<Plugin<'_>> = Vec::new();
    for object in inventory.objects.iter().filter(|object| is_ours(object, inventory)) {
        // Several files may hold parts of one object: bases and patches of kustomize.
        let is_same = |known: &&mut Plugin<'_>| known.label == object.label();
        match plugins.iter_mut().find(is_same) {
            Some(known) => known.parts.push(object),
            None => plugins.push(Plugin { label: object.label(), parts: vec![object] }),
        }
    }
    for (index, later) in plugins.iter().enumerate() {
        let earlier = plugins.iter().take(index).find(|earlier| earlier.overlaps(later));
        let (Some(earlier), Some(object)) = (earlier, later.parts.first()) else { continue };
        let message = format!(
            "{} and {} reach the same proxies: two filters in one chain take each other's overrides \
             and give users two cookies",
            earlier.label, later.label
        );
        let place = object.view().below(&["metadata", "name"]).unwrap_or_else(|| object.view());
        findings.push(Finding::new(Rule::TwoFilters, place.place(), message).of(&later.label));
    }
    let envoy = inventory.envoy.iter().filter_map(|document| document.root());
    for map in envoy.flat_map(View::maps) {
        let Some(filters) = map.field("http_filters") else { continue };
        if let Some(second) = filters.elements().filter(|filter| is_our_filter(*filter)).nth(1) {
            let message = "this is the second filter of its kind in the chain".to_owned();
            findings.push(Finding::new(Rule::TwoFilters, super::tags::start_of(second), message));
        }
    }
}

fn is_our_filter(filter: View<'_>) -> bool {
    let is_called_so = |map: View<'_>| {
        let names = ["name", "root_id", "vm_id", "filter_name"];
        names.iter().any(|name| map.text_of(name).is_some_and(|name| name.contains("bluegreen")))
    };
    let discovered = filter.field("config_discovery").is_some();
    let is_ours = |map: View<'_>| {
        let is_wasm = type_of(map).is_some_and(|name| {
            name.ends_with(".wasm.v3.Wasm") || name.ends_with(".DynamicModuleFilter")
        });
        is_wasm && map.maps().into_iter().any(is_called_so)
    };
    (discovered && is_called_so(filter)) || filter.maps().into_iter().any(is_ours)
}

/// Whether an object is a plugin with this filter.
fn is_ours(object: &Object, inventory: &Inventory) -> bool {
    let is_plugin = matches!(object.kind.as_str(), "TrafficExtension" | "WasmPlugin");
    let holds = inventory.configurations.iter().any(|found| found.label == object.label());
    let lacks = inventory.without_configuration.iter().any(|known| known.label() == object.label());
    is_plugin && (holds || lacks)
}

/// An object of Istio and the parts of it that were found.
struct Plugin<'a> {
    label: String,
    parts: Vec<&'a Object>,
}

impl<'a> Plugin<'a> {
    fn spec(&self, names: &[&str]) -> Option<View<'a>> {
        self.parts.iter().find_map(|part| part.view().get("spec")?.below(names))
    }

    fn namespace(&self) -> &str {
        self.parts.first().map_or("", |part| part.namespace.as_str())
    }

    /// Whether they reach a proxy in common, as far as these files tell.
    fn overlaps(&self, other: &Self) -> bool {
        let is_for_all = |plugin: &Self| plugin.namespace() == "istio-system";
        let meet = self.namespace() == other.namespace() || is_for_all(self) || is_for_all(other);
        if !meet || self.modes().is_some_and(|mine| other.modes().is_some_and(|its| mine != its)) {
            return false;
        }
        match (self.targets(), other.targets()) {
            (Some(mine), Some(its)) => mine.iter().any(|target| its.contains(target)),
            // What selects by labels reaches no waypoint, and what names targets nothing else.
            (Some(_), None) | (None, Some(_)) => false,
            (None, None) => {
                let (mine, its) = (self.labels(), other.labels());
                let is_part =
                    |one: &[_], other: &[_]| one.iter().all(|label| other.contains(label));
                is_part(&mine, &its) || is_part(&its, &mine)
            }
        }
    }

    fn labels(&self) -> Vec<(Option<&'a str>, Option<&'a str>)> {
        let labels = self.spec(&["selector", "matchLabels"]);
        let labels = labels.iter().flat_map(|labels| labels.members());
        labels.map(|(key, value)| (key.raw(), value.raw())).collect()
    }

    fn targets(&self) -> Option<Vec<(Option<&'a str>, Option<&'a str>)>> {
        let targets = self.spec(&["targetRefs"])?;
        Some(targets.elements().map(|to| (to.text_of("kind"), to.text_of("name"))).collect())
    }

    fn modes(&self) -> Option<Vec<&'a str>> {
        let matches = self.spec(&["match"])?;
        Some(matches.elements().filter_map(|match_| match_.text_of("mode")).collect())
    }
}
