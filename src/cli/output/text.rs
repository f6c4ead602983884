//! Findings for people.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use super::{Report, counted};
use crate::finding::{Finding, Level};
use crate::source::Place;

/// How much of a long line is shown before and after a place, in bytes.
const AROUND: usize = 60;

pub fn write(report: &Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    let renderer = Renderer::styled();
    for finding in report.findings {
        if report.is_quiet && finding.level == Level::Note {
            continue;
        }
        writeln!(to, "{}\n", render(finding, &renderer))?;
    }
    if report.is_quiet {
        return Ok(());
    }
    for found in report.configurations {
        writeln!(to, "checked {}: {}", found.file(), found.label)?;
    }
    writeln!(
        to,
        "{}: {}, {}",
        counted(report.configurations.len(), "configuration"),
        counted(report.count(Level::Error), "error"),
        counted(report.count(Level::Warning), "warning"),
    )
}

fn render(finding: &Finding, renderer: &Renderer) -> String {
    let title = match finding.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let heading = finding.text();
    let group = title.primary_title(&*heading).id(finding.rule.name());
    let Some(place) = &finding.place else {
        return renderer.render(&[with_notes(Group::with_title(group), finding)]);
    };
    let excerpt = Excerpt::new(place);
    let snippet = Snippet::source(excerpt.text.clone())
        .line_start(place.position().line)
        .path(place.file().to_owned())
        .annotation(AnnotationKind::Primary.span(excerpt.span.clone()));
    let report = renderer.render(&[with_notes(group.element(snippet), finding)]);
    // The renderer counts columns in the excerpt.
    excerpt.with_column(&report, place)
}

fn with_notes<'a>(mut group: Group<'a>, finding: &Finding) -> Group<'a> {
    if let Some(label) = &finding.label {
        group = group.element(Title::NOTE.message(format!("in {label}")));
    }
    if let Some(help) = &finding.help {
        group = group.element(Title::HELP.message(help.clone()));
    }
    group
}

/// The line of a place, or the part of a long line.
struct Excerpt {
    text: String,
    span: Range<usize>,
    is_cut: bool,
}

impl Excerpt {
    fn new(place: &Place) -> Self {
        let text = place.text.as_str();
        let start = place.span.start.min(text.len());
        let line_start = text
            .get(..start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at.saturating_add(1));
        let line_end = text
            .get(start..)
            .and_then(|rest| rest.find(['\r', '\n']))
            .map_or(text.len(), |at| start.saturating_add(at));
        let end = place.span.end.clamp(start, line_end.max(start));
        let boundary =
            |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let from = boundary(line_start.max(start.saturating_sub(AROUND)));
        let shown_end = end.min(start.saturating_add(AROUND));
        let to = boundary(line_end.min(shown_end.saturating_add(AROUND)));
        let shown = text.get(from..to.max(from)).unwrap_or_default();
        let (before, after) =
            (if from > line_start { "…" } else { "" }, if to < line_end { "…" } else { "" });
        let shift = |at: usize| at.saturating_sub(from).saturating_add(before.len());
        Self {
            text: format!("{before}{}{after}", shown.replace('\t', " ")),
            span: shift(start)..shift(boundary(shown_end)).max(shift(start)),
            is_cut: from > line_start,
        }
    }

    fn with_column(&self, rendered: &str, place: &Place) -> String {
        if !self.is_cut {
            return rendered.to_owned();
        }
        let position = place.position();
        let shown = self.text.get(..self.span.start).unwrap_or_default().chars().count();
        let wrong = format!("{}:{}:{}", place.file(), position.line, shown.saturating_add(1));
        let right = format!("{}:{}:{}", place.file(), position.line, position.column);
        rendered.replacen(&wrong, &right, 1)
    }
}
