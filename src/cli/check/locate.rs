//! From the path of an error to its place in the file.

use crate::source::{Document, Node, Place, View};

/// A step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// The start of a key that was cut.
    KeyStart(String),
    Index(usize),
}

/// The place that a path leads to below a value, or the last of it that is there.
pub fn locate(root: View<'_>, path: &str, reason: &str) -> Place {
    let (mut view, mut key) = (root, None);
    for step in steps(path) {
        let next = match &step {
            Step::Key(name) => view.member(name).map(|(key, value)| (Some(key), value)),
            Step::KeyStart(start) => {
                let starts = |key: &View<'_>| key.raw().is_some_and(|key| key.starts_with(start));
                let found = view.members().find(|(key, _)| starts(key));
                found.map(|(key, value)| (Some(key), value))
            }
            Step::Index(index) => view.elements().nth(*index).map(|element| (None, element)),
        };
        let Some((next_key, next)) = next else { break };
        (key, view) = (next_key, next);
    }
    let is_scalar = matches!(view.node(), Some(Node::Scalar(_)));
    match key {
        Some(key) if !is_scalar || reason.starts_with("unknown key") => key.place(),
        _ if is_scalar => view.place(),
        // The start of an object is enough to find it.
        _ => {
            let span = view.span();
            Place::new(&view.document.text, span.start..span.end.min(span.start.saturating_add(1)))
        }
    }
}

/// The place in a text that an error names at its end: `… at line 2 column 7`.
pub fn locate_line(document: &Document, start: usize, reason: &str) -> Option<Place> {
    let (_, place) = reason.rsplit_once("line ")?;
    let (line, column) = place.split_once(" column ")?;
    let text = document.text.as_str().get(start..)?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.trim().parse().ok()?);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = start.saturating_add(before).saturating_add(column.saturating_sub(1));
    let at = at.min(document.text.as_str().len());
    Some(Place::new(&document.text, at..at))
}

fn steps(path: &str) -> Vec<Step> {
    let (mut steps, mut rest) = (Vec::new(), path);
    while let Some(first) = rest.chars().next() {
        if let Some(indexed) = rest.strip_prefix('[') {
            let (index, after) = indexed.split_once(']').unwrap_or((indexed, ""));
            steps.extend(index.parse().ok().map(Step::Index));
            rest = after;
        } else if first == '.' {
            rest = rest.get(1..).unwrap_or_default();
        } else if first == '"' {
            let end = end_of_quoted(rest);
            let quoted = rest.get(..end).unwrap_or_default();
            steps.push(match serde_json::from_str(quoted) {
                Ok(key) => Step::Key(key),
                Err(_) => {
                    Step::KeyStart(quoted.trim_start_matches('"').trim_end_matches('…').to_owned())
                }
            });
            rest = rest.get(end..).unwrap_or_default();
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(Step::Key(rest.get(..end).unwrap_or_default().to_owned()));
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    steps
}

fn end_of_quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' | '…' => return at.saturating_add(character.len_utf8()),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart_as_it_was_put_together() {
        assert_eq!(
            steps("deployments[3].\"a.b\\\"[\".x"),
            [
                Step::Key("deployments".into()),
                Step::Index(3),
                Step::Key("a.b\"[".into()),
                Step::Key("x".into())
            ]
        );
        assert_eq!(steps("\"very long…"), [Step::KeyStart("very long".into())]);
    }
}
