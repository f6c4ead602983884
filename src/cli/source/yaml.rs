//! Trees of YAML texts.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, StrInput};

use super::{Document, Id, Node, Place, Scalar, Style, Text, Tree, Unreadable};

/// Every document of a text; one that is broken does not hide those after it.
pub fn yaml(text: &Rc<Text>) -> Vec<Result<Document, Unreadable>> {
    let mut parser = Parser::new_from_str_with_options(text.as_str(), Options::default());
    let mut documents = Vec::new();
    loop {
        match next_document(text, &mut parser) {
            Ok(None) => return documents,
            Ok(Some(document)) => documents.push(Ok(document)),
            Err(unreadable) => {
                documents.push(Err(unreadable));
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    return documents;
                }
            }
        }
    }
}

fn next_document<'a>(
    text: &Rc<Text>,
    parser: &mut Parser<'a, StrInput<'a>>,
) -> Result<Option<Document>, Unreadable> {
    let mut builder = Builder::default();
    loop {
        let (event, span) = match parser.next_event() {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(unreadable(text, &error)),
            None => return Ok(None),
        };
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::StreamEnd => return Ok(None),
            Event::DocumentEnd => {
                let tree = Rc::new(builder.tree);
                return Ok(Some(Document { text: Rc::clone(text), tree, is_json: false }));
            }
            event => builder.take(event, range.clone()).map_err(|reason| Unreadable {
                place: Place::new(text, range),
                reason: reason.to_owned(),
            })?,
        }
    }
}

fn unreadable(text: &Rc<Text>, error: &ScanError) -> Unreadable {
    let at = error.marker().byte_offset().unwrap_or_default().min(text.as_str().len());
    Unreadable { place: Place::new(text, at..at), reason: format!("not YAML: {}", error.kind()) }
}

#[derive(Default)]
struct Builder {
    tree: Tree,
    open: Vec<Open>,
    anchors: HashMap<usize, Id>,
}

/// A list or a map whose end has not come.
struct Open {
    start: usize,
    anchor: usize,
    is_map: bool,
    parts: Vec<Id>,
}

impl Builder {
    fn take(&mut self, event: Event, range: Range<usize>) -> Result<(), &'static str> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    ScalarStyle::Plain => {
                        let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                        if is_text { Style::Text } else { Style::Plain }
                    }
                };
                let scalar = Scalar { text: text.into_owned(), style };
                let id = self.tree.add(Node::Scalar(scalar), range).ok_or(TOO_MANY)?;
                self.close(id, anchor);
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, false, range.start),
            Event::MappingStart(_, anchor, _) => self.open(anchor, true, range.start),
            Event::SequenceEnd | Event::MappingEnd => self.end(range)?,
            Event::Alias(anchor) => {
                let id = *self.anchors.get(&anchor).ok_or("an alias stands within its anchor")?;
                self.close(id, 0);
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, is_map: bool, start: usize) {
        self.open.push(Open { start, anchor, is_map, parts: Vec::new() });
    }

    fn end(&mut self, range: Range<usize>) -> Result<(), &'static str> {
        let Some(Open { start, anchor, is_map, parts }) = self.open.pop() else { return Ok(()) };
        let node = if is_map {
            let pairs = parts.chunks_exact(2).filter_map(|pair| match pair {
                [key, value] => Some((*key, *value)),
                _ => None,
            });
            Node::Map(self.merged(pairs.collect()))
        } else {
            Node::List(parts)
        };
        let end = range.end.max(start);
        let id = self.tree.add(node, start..end).ok_or(TOO_MANY)?;
        self.close(id, anchor);
        Ok(())
    }

    /// A value is complete: it is part of what is open, or the whole.
    fn close(&mut self, id: Id, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            Some(open) => open.parts.push(id),
            None => self.tree.set_root(id),
        }
    }

    /// `<<: *defaults` adds what the map does not say itself.
    fn merged(&self, mut members: Vec<(Id, Id)>) -> Vec<(Id, Id)> {
        let name = |id: Id| match self.tree.entry(id).map(|entry| &entry.node) {
            Some(Node::Scalar(scalar)) => Some(scalar),
            _ => None,
        };
        let is_merge = |scalar: &Scalar| scalar.text == "<<" && scalar.style == Style::Plain;
        let Some(place) = members.iter().position(|(key, _)| name(*key).is_some_and(is_merge))
        else {
            return members;
        };
        let (_, source) = members.remove(place);
        let sources = match self.tree.entry(source).map(|entry| &entry.node) {
            Some(Node::List(sources)) => sources.clone(),
            _ => vec![source],
        };
        for source in sources {
            let Some(Node::Map(more)) = self.tree.entry(source).map(|entry| &entry.node) else {
                continue;
            };
            for (key, value) in more {
                let text = name(*key).map(|scalar| &scalar.text);
                let is_known =
                    |(known, _): &(Id, Id)| name(*known).map(|scalar| &scalar.text) == text;
                if !members.iter().any(is_known) {
                    members.push((*key, *value));
                }
            }
        }
        members
    }
}

const TOO_MANY: &str = "the document has more than four billion values";
