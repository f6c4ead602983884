//! Deployments that no request reaches, because others always win.

use super::Judged;
use super::locate::locate;
use crate::finding::{Finding, Rule};
use crate::rules::{Condition, conditions_of, hosts_of, path_of};

/// A deployment on one host, as the order of precedence sees it.
struct Entry {
    index: usize,
    conditions: Vec<Condition>,
}

/// Looks at the deployments that share host and path: of these the one with more conditions wins,
/// then the first.
pub fn look(judged: &Judged<'_>, findings: &mut Vec<Finding>) {
    let (Some(config), Some(root)) = (judged.config(), judged.root()) else { return };
    let mut places = std::collections::HashMap::<_, Vec<Entry>>::new();
    for (index, deployment) in config.deployments.iter().enumerate() {
        for host in hosts_of(deployment) {
            let entry = Entry { index, conditions: conditions_of(deployment) };
            places.entry((host, path_of(deployment))).or_default().push(entry);
        }
    }
    for (index, deployment) in config.deployments.iter().enumerate() {
        let mut shadows = Vec::new();
        let hosts = hosts_of(deployment);
        for host in &hosts {
            let key = (host.clone(), path_of(deployment));
            let entries = places.get(&key).map(Vec::as_slice).unwrap_or_default();
            let Some(own) = entries.iter().find(|entry| entry.index == index) else { continue };
            let shadow = entries.iter().find(|other| other.index != index && other.hides(own));
            shadows.extend(shadow.map(|shadow| shadow.index));
        }
        let path = format!("deployments[{index}].match");
        if shadows.len() == hosts.len()
            && let Some(shadow) = shadows.first()
        {
            let name = config.deployments.get(*shadow).map_or("", |shadow| shadow.name.as_str());
            let message = format!(
                "no request reaches `{}`: each that it matches also matches `{name}` \
                 (deployments[{shadow}]), which comes before it",
                deployment.name
            );
            let finding = Finding::new(Rule::Shadowed, locate(root, &path, ""), message);
            findings.push(finding.of(&judged.found.label).at_path(&path));
        }
    }
}

impl Entry {
    /// Whether every request of another is this one's.
    fn hides(&self, other: &Self) -> bool {
        let comes_first = match self.conditions.len().cmp(&other.conditions.len()) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => self.index < other.index,
            std::cmp::Ordering::Less => false,
        };
        let is_implied =
            |condition: &Condition| other.conditions.iter().any(|given| given.implies(condition));
        comes_first && self.conditions.iter().all(is_implied)
    }
}
