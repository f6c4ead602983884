//! Nulls that `kubectl apply` drops, and filters without a configuration.

use super::Judged;
use crate::find::{Content, Inventory};
use crate::finding::{Finding, Rule};
use crate::source::{Node, View};

/// What is switched off by null comes back when Kubernetes stores the object.
pub fn dropped(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    let is_stored = judged.found.drops_nulls && matches!(judged.found.content, Content::Value(_));
    let Some(root) = judged.root().filter(|_| is_stored) else { return };
    for (key, value) in root.maps().into_iter().flat_map(View::members) {
        let is_null =
            matches!(value.node(), Some(Node::Scalar(scalar)) if scalar.value().is_null());
        if is_null && let Some(name) = key.raw() {
            let message =
                format!("`kubectl apply` drops the null, so the default of `{name}` holds");
            findings.push(
                Finding::new(Rule::DroppedNull, key.place(), message).of(&judged.found.label),
            );
        }
    }
}

/// Filters that no file gives a configuration.
pub fn without_configuration(inventory: &Inventory, findings: &mut Vec<Finding>) {
    for object in &inventory.without_configuration {
        let label = object.label();
        if !inventory.configurations.iter().any(|found| found.label == label) {
            let place = object.view().below(&["metadata", "name"]).unwrap_or_else(|| object.view());
            let message = "the filter has no `pluginConfig`: the proxy rejects it as empty";
            findings.push(Finding::new(Rule::NoConfiguration, place.place(), message).of(&label));
        }
    }
}
