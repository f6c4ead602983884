//! `bluegreen check`: what the filter would say, and what only a view of the whole can see.

mod chains;
mod clusters;
mod locate;
mod nulls;
mod rollback;
mod routes;
mod tags;

use std::collections::HashMap;
use std::rc::Rc;

use crate::find::{Content, Found, Inventory};
use crate::finding::{Finding, Level, Rule};
use crate::rules::{self, Config, Environment, Problem, Secrets, Verdict};
use crate::source::{Document, View, as_json, strict_json};

/// A configuration and what the filter makes of it.
pub struct Judged<'a> {
    pub found: &'a Found,
    /// As the filter reads it; None if it cannot be read at all.
    pub document: Option<Document>,
    pub verdict: Verdict,
}

impl Judged<'_> {
    /// The configuration's values; None if it is no JSON.
    pub fn root(&self) -> Option<View<'_>> {
        match &self.found.content {
            Content::Value(id) => Some(View { document: &self.found.document, id: *id }),
            Content::Text(_) => self.document.as_ref()?.root(),
        }
    }

    /// As it is written; None if there is an error.
    pub fn config(&self) -> Option<&Config> {
        self.verdict.accepted.as_ref().map(|accepted| &accepted.config)
    }

    fn locate(&self, problem: &Problem) -> crate::source::Place {
        let holder = self.found.holder().place();
        let Some(root) = self.root() else {
            let Content::Text(text) = &self.found.content else { return holder };
            let document = Document { text: Rc::clone(text), tree: Rc::default(), is_json: true };
            return locate::locate_line(&document, 0, &problem.reason).unwrap_or(holder);
        };
        if problem.path.is_empty() && root.document.is_json {
            let place = locate::locate_line(root.document, root.span().start, &problem.reason);
            if let Some(place) = place {
                return place;
            }
        }
        locate::locate(root, &problem.path, &problem.reason)
    }
}

/// The JSON that the filter gets.
///
/// # Errors
/// Why there is none.
pub fn json_of(found: &Found) -> Result<String, &'static str> {
    match &found.content {
        Content::Text(text) => Ok(text.as_str().to_owned()),
        Content::Value(id) => as_json(View { document: &found.document, id: *id }),
    }
}

/// Has the rules read a configuration.
pub fn judge(found: &Found, secrets: Secrets) -> Judged<'_> {
    let document = match &found.content {
        Content::Text(text) => strict_json(text).ok(),
        Content::Value(_) => None,
    };
    let verdict = match json_of(found) {
        Ok(json) => rules::judge(&json, Environment { host: found.host, secrets }),
        Err(reason) => {
            let reason = reason.to_owned();
            let problem = Problem { path: String::new(), reason, is_error: true };
            Verdict { problems: vec![problem], ..Verdict::default() }
        }
    };
    Judged { found, document, verdict }
}

/// All findings, in the order of the files.
pub fn check(inventory: &Inventory, judged: &[Judged<'_>], may_be_none: bool) -> Vec<Finding> {
    let mut findings = inventory.findings.clone();
    for judged in judged {
        findings.extend(of_filter(judged));
    }
    findings.extend(of_whole(inventory, judged));
    if inventory.configurations.is_empty() && !may_be_none {
        findings.push(Finding::anywhere(
            Rule::NothingFound,
            "no routing configuration was found in what was given",
        ));
    }
    sort(&mut findings);
    findings
}

/// What the filter says of one configuration.
fn of_filter(judged: &Judged<'_>) -> Vec<Finding> {
    let finding = |problem: &Problem| {
        let rule = if problem.is_error { Rule::Configuration } else { Rule::Advice };
        Finding::new(rule, judged.locate(problem), &problem.reason)
            .of(&judged.found.label)
            .at_path(&problem.path)
    };
    let mut findings: Vec<_> = judged.verdict.problems.iter().map(finding).collect();
    if judged.verdict.omitted > 0 {
        let message = format!("{} more errors are not shown", judged.verdict.omitted);
        let place = judged.found.holder().place();
        findings.push(Finding::new(Rule::Configuration, place, message).of(&judged.found.label));
    }
    findings
}

/// What only a view of the whole can see.
fn of_whole(inventory: &Inventory, judged: &[Judged<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let groups = routes::groups(inventory);
    let in_use = routes::names_in_use(inventory);
    for judged in judged {
        nulls::dropped(judged, &mut findings);
        if !groups.is_empty() {
            tags::unused(judged, &in_use, &mut findings);
        }
    }
    tags::ways(&groups, &tags::names(judged), &mut findings);
    nulls::without_configuration(inventory, &mut findings);
    clusters::unknown(inventory, judged, &mut findings);
    clusters::unknown_subsets(inventory, &mut findings);
    rollback::look(inventory, judged, &groups, &mut findings);
    chains::look(inventory, &mut findings);
    findings
}

fn sort(findings: &mut [Finding]) {
    // By file in the order of the arguments they are already; a file's by place.
    let file = |finding: &Finding| {
        finding.place.as_ref().map(|place| place.file().to_owned()).unwrap_or_default()
    };
    let mut ranks = HashMap::new();
    for finding in &*findings {
        let next = ranks.len();
        ranks.entry(file(finding)).or_insert(next);
    }
    findings.sort_by_cached_key(|finding| {
        let start = finding.place.as_ref().map_or(0, |place| place.span.start);
        (ranks.get(&file(finding)).copied(), start)
    });
}

/// The worst of all.
pub fn worst(findings: &[Finding]) -> Option<Level> {
    findings.iter().map(|finding| finding.level).max()
}
