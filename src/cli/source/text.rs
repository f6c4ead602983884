//! A text and where it stands: in a file, or within a value of another text.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use super::Style;
use super::scalar::offset_in_source;

/// A text that was read.
#[derive(Debug)]
pub struct Text {
    content: String,
    origin: Origin,
    /// Where lines start, once somebody asks.
    lines: OnceCell<Vec<usize>>,
}

#[derive(Debug)]
enum Origin {
    /// The name of a file, as it is shown.
    File(String),
    /// A scalar of another text.
    Within { outer: Rc<Text>, scalar: Range<usize>, style: Style },
}

/// A part of a text.
#[derive(Clone, Debug)]
pub struct Place {
    pub text: Rc<Text>,
    /// In bytes.
    pub span: Range<usize>,
}

/// Where somebody finds a place in an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Text {
    /// The text of a file. A byte order mark is no part of it.
    pub fn of_file(name: impl Into<String>, text: String) -> Rc<Self> {
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Self::new(text, Origin::File(name.into()))
    }

    /// The text that a scalar of another text holds.
    pub fn within(outer: &Rc<Self>, scalar: Range<usize>, style: Style, text: String) -> Rc<Self> {
        Self::new(text, Origin::Within { outer: Rc::clone(outer), scalar, style })
    }

    fn new(text: String, origin: Origin) -> Rc<Self> {
        Rc::new(Self { content: text, origin, lines: OnceCell::new() })
    }

    fn position(&self, offset: usize) -> Position {
        let newlines = || self.content.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        let lines = self.lines.get_or_init(|| std::iter::once(0).chain(newlines()).collect());
        let offset = floor(&self.content, offset);
        let line = lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| lines.get(line)).copied();
        let before = self.content.get(start.unwrap_or_default()..offset).unwrap_or_default();
        Position { line, column: before.chars().count().saturating_add(1) }
    }

    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// The name of the file that it stands in.
    pub fn name(&self) -> &str {
        match &self.origin {
            Origin::File(name) => name,
            Origin::Within { outer, .. } => outer.name(),
        }
    }

    /// The byte at which a line (from 1) and a column (from 1, in bytes) are.
    pub fn offset_of(&self, line: usize, column: usize) -> usize {
        let before: usize =
            self.content.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        before.saturating_add(column.saturating_sub(1)).min(self.content.len())
    }
}

impl Place {
    pub fn new(text: &Rc<Text>, span: Range<usize>) -> Self {
        Self { text: Rc::clone(text), span }
    }

    /// The same place in the file.
    pub fn in_file(self) -> Self {
        let mut place = self;
        while let Origin::Within { outer, scalar, style } = &place.text.origin {
            let source = outer.content.get(scalar.clone()).unwrap_or_default();
            let find = |offset| {
                scalar.start.saturating_add(offset_in_source(
                    source,
                    *style,
                    &place.text.content,
                    offset,
                ))
            };
            let start = find(place.span.start);
            // The last character, so that what lies between stays out.
            let last = place.span.end.saturating_sub(1).max(place.span.start);
            let end = if place.span.is_empty() { start } else { find(last).saturating_add(1) };
            let outer = Rc::clone(outer);
            place = Self { text: outer, span: start..end.max(start) };
        }
        place
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        self.text.name()
    }

    /// Where the place starts in its own text.
    pub fn position(&self) -> Position {
        self.text.position(self.span.start)
    }

    /// Where the place ends in its own text.
    pub fn end(&self) -> Position {
        self.text.position(self.span.end)
    }
}

/// The start of the character that an offset lies in.
pub fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}
