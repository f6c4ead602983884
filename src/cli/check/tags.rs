//! Tags and the routes that read them.

use std::collections::HashSet;

use super::Judged;
use super::locate::locate;
use super::routes::Group;
use crate::finding::{Finding, Rule};
use crate::rules::{Config, TagKind};

/// Names that routes may match: those of all configurations, or else the usual ones.
pub fn names(judged: &[Judged<'_>]) -> HashSet<String> {
    let configs: Vec<&Config> = judged.iter().filter_map(|judged| judged.config()).collect();
    let usual = Config::default();
    let configs = if configs.is_empty() { vec![&usual] } else { configs };
    configs.iter().flat_map(|config| crate::rules::tags(config)).map(|tag| tag.name).collect()
}

/// Tags that are written for nobody.
pub fn unused(judged: &Judged<'_>, in_use: &HashSet<String>, findings: &mut Vec<Finding>) {
    let (Some(config), Some(root)) = (judged.config(), judged.root()) else { return };
    let tags = crate::rules::tags(config);
    let is_used = |name: &str| in_use.contains(name);
    let mut add = |path: &str, message: String| {
        let place = locate(root, path, "");
        let finding = Finding::new(Rule::UnusedTag, place, message);
        findings.push(finding.of(&judged.found.label).at_path(path));
    };
    let tells = |kind| matches!(kind, TagKind::Variant | TagKind::Cluster | TagKind::FilterState);
    let told: Vec<_> = tags.iter().filter(|tag| tag.is_written && tells(tag.kind)).collect();
    let routes_hold_weights = tags.iter().any(|tag| tag.kind == TagKind::Bucket);
    if !told.is_empty() && !told.iter().any(|tag| is_used(&tag.name)) && !routes_hold_weights {
        let names: Vec<_> = told.iter().map(|tag| format!("`{}`", tag.name)).collect();
        add(
            "tags",
            format!("no route in these files uses {}: green gets no request", names.join(" or ")),
        );
        return;
    }
    for tag in tags.iter().filter(|tag| tag.is_written && !is_used(&tag.name)) {
        let path = format!("tags.{}", tag.key);
        let is_named = root.get("tags").and_then(|tags| tags.get(tag.member)).is_some();
        match tag.kind {
            TagKind::Mirror => add(
                &path,
                format!("no route in these files mirrors to `{}`: green gets no copy", tag.name),
            ),
            TagKind::Bucket => add(
                &path,
                format!(
                    "no route in these files takes its weights by `{}`: Envoy throws dice for each \
                     request",
                    tag.name
                ),
            ),
            _ if is_named => {
                add(&path, format!("no route in these files uses `{}`", tag.name));
            }
            _ => {}
        }
    }
}

/// Groups of routes that leave untagged requests, or tagged ones, without a way.
pub fn ways(groups: &[Group<'_>], tags: &HashSet<String>, findings: &mut Vec<Finding>) {
    for group in groups {
        let tagged: Vec<_> = group.routes.iter().filter(|route| route.needs(tags)).collect();
        let Some(first) = tagged.first() else { continue };
        if tagged.len() == group.routes.len() {
            let message = format!(
                "every route of {} needs a tag: requests without one have no way to blue",
                group.label
            );
            let help = "Add a last route without a condition on a tag, to blue. It serves while \
                        the filter is away, and requests of no deployment.";
            let finding = Finding::new(Rule::NoWayToBlue, start_of(first.view), message);
            findings.push(finding.of(&group.label).with_help(help));
        }
        if !group.is_ordered {
            continue;
        }
        let mut before = None;
        for route in &group.routes {
            match &before {
                Some(all) if route.needs(tags) => {
                    let message =
                        format!("no request comes here: {all} before it takes every request");
                    let finding =
                        Finding::new(Rule::UnreachableRoute, start_of(route.view), message);
                    findings.push(finding.of(&group.label));
                }
                None if route.takes_all() && !route.needs(tags) => {
                    let name = route.name.map(|name| format!("the route `{name}`"));
                    before = Some(name.unwrap_or_else(|| "a route".to_owned()));
                }
                _ => {}
            }
        }
    }
}

/// Where a value starts: its name, if it has one, or its first character.
pub fn start_of(view: crate::source::View<'_>) -> crate::source::Place {
    if let Some(name) = view.get("name") {
        return name.place();
    }
    let span = view.span();
    let end = span.end.min(span.start.saturating_add(1));
    crate::source::Place::new(&view.document.text, span.start..end)
}
