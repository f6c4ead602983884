//! A document as a tree of values, each with its place in the text.

use std::ops::Range;
use std::rc::Rc;

use super::{Document, Place, Scalar, Text};

/// A value of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(u32);

#[derive(Debug)]
pub struct Entry {
    pub node: Node,
    /// In bytes of the text.
    pub span: Range<usize>,
}

#[derive(Debug)]
pub enum Node {
    Scalar(Scalar),
    List(Vec<Id>),
    /// Keys and values in the order written; a key may stand twice.
    Map(Vec<(Id, Id)>),
}

/// The values of a document. An alias of YAML is the value itself, so there are no circles and
/// nothing is repeated.
#[derive(Debug, Default)]
pub struct Tree {
    entries: Vec<Entry>,
    root: Option<Id>,
}

impl Tree {
    /// Adds a value, whose parts have been added before. None if there are too many.
    pub fn add(&mut self, node: Node, span: Range<usize>) -> Option<Id> {
        let id = Id(u32::try_from(self.entries.len()).ok()?);
        self.entries.push(Entry { node, span });
        Some(id)
    }

    pub fn set_root(&mut self, root: Id) {
        self.root = Some(root);
    }

    pub fn entry(&self, id: Id) -> Option<&Entry> {
        self.entries.get(usize::try_from(id.0).ok()?)
    }
}

impl Document {
    /// The whole document; None if it is empty.
    pub fn root(&self) -> Option<View<'_>> {
        Some(View { document: self, id: self.tree.root? })
    }
}

/// A value in its document.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub document: &'a Document,
    pub id: Id,
}

impl<'a> View<'a> {
    fn at(self, id: Id) -> Self {
        Self { id, ..self }
    }

    pub fn node(self) -> Option<&'a Node> {
        self.document.tree.entry(self.id).map(|entry| &entry.node)
    }

    pub fn span(self) -> Range<usize> {
        self.document.tree.entry(self.id).map_or(0..0, |entry| entry.span.clone())
    }

    pub fn place(self) -> Place {
        Place::new(&self.document.text, self.span())
    }

    pub fn is_map(self) -> bool {
        matches!(self.node(), Some(Node::Map(_)))
    }

    /// Keys and values of a map; none of anything else.
    pub fn members(self) -> impl Iterator<Item = (Self, Self)> {
        let members = match self.node() {
            Some(Node::Map(members)) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(move |(key, value)| (self.at(*key), self.at(*value)))
    }

    /// Elements of a list; none of anything else.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        let elements = match self.node() {
            Some(Node::List(elements)) => elements.as_slice(),
            _ => &[],
        };
        elements.iter().map(move |id| self.at(*id))
    }

    /// The key of this name and its value; the last, if it stands twice.
    pub fn member(self, name: &str) -> Option<(Self, Self)> {
        self.members().filter(|(key, _)| key.raw() == Some(name)).last()
    }

    /// The value under a key.
    pub fn get(self, name: &str) -> Option<Self> {
        self.member(name).map(|(_, value)| value)
    }

    /// The value under a key in either of the spellings of protobuf: `vm_config`, `vmConfig`.
    pub fn field(self, name: &str) -> Option<Self> {
        self.get(name).or_else(|| self.get(&camel(name)))
    }

    /// The value under keys, one below the other, each in either spelling.
    pub fn below(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |view, name| view.field(name))
    }

    /// A scalar as it is written.
    pub fn raw(self) -> Option<&'a str> {
        match self.node()? {
            Node::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// A text.
    pub fn text(self) -> Option<&'a str> {
        match self.node()? {
            Node::Scalar(scalar) => scalar.as_text(),
            _ => None,
        }
    }

    /// The text under a key.
    pub fn text_of(self, name: &str) -> Option<&'a str> {
        self.field(name)?.text()
    }

    /// The text that a scalar holds, as a text of its own.
    pub fn inner_text(self) -> Option<Rc<Text>> {
        match self.node()? {
            Node::Scalar(scalar) => {
                let text = scalar.as_text()?.to_owned();
                Some(Text::within(&self.document.text, self.span(), scalar.style, text))
            }
            _ => None,
        }
    }

    /// All maps at and below this value, each once, those outside first.
    pub fn maps(self) -> Vec<Self> {
        let mut seen = std::collections::HashSet::new();
        let (mut todo, mut found) = (vec![self], Vec::new());
        while let Some(view) = todo.pop() {
            if !seen.insert(view.id) {
                continue;
            }
            if view.is_map() {
                found.push(view);
            }
            let from = todo.len();
            todo.extend(view.members().map(|(_, value)| value));
            todo.extend(view.elements());
            if let Some(added) = todo.get_mut(from..) {
                added.reverse();
            }
        }
        found
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut characters = part.chars();
        camel.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(characters.as_str());
    }
    camel
}
