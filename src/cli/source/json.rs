//! Trees of JSON texts, read by the parser that the filter has.

use std::ops::Range;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Document, Id, Node, Place, Scalar, Style, Text, Tree, Unreadable};

/// How deep values may be nested, as everywhere in `serde_json`.
const DEEPEST: usize = 128;

/// The one document of a text.
pub fn strict_json(text: &Rc<Text>) -> Result<Document, Unreadable> {
    let raw: &RawValue =
        serde_json::from_str(text.as_str()).map_err(|error| unreadable(text, &error))?;
    build(text, raw)
}

/// All documents of a text, one after the other.
pub fn any_json(text: &Rc<Text>) -> Result<Vec<Document>, Unreadable> {
    serde_json::Deserializer::from_str(text.as_str())
        .into_iter::<&RawValue>()
        .map(|raw| build(text, raw.map_err(|error| unreadable(text, &error))?))
        .collect()
}

fn unreadable(text: &Rc<Text>, error: &serde_json::Error) -> Unreadable {
    let at = text.offset_of(error.line(), error.column());
    Unreadable { place: Place::new(text, at..at), reason: format!("not JSON: {error}") }
}

fn build(text: &Rc<Text>, raw: &RawValue) -> Result<Document, Unreadable> {
    let mut tree = Tree::default();
    let mut builder = Builder { text: text.as_str(), tree: &mut tree };
    let Some(root) = builder.add(raw, 0) else {
        let span = builder.span(raw);
        let reason = format!("nested deeper than {DEEPEST} levels");
        return Err(Unreadable { place: Place::new(text, span), reason });
    };
    tree.set_root(root);
    Ok(Document { text: Rc::clone(text), tree: Rc::new(tree), is_json: true })
}

struct Builder<'a> {
    text: &'a str,
    tree: &'a mut Tree,
}

impl Builder<'_> {
    fn span(&self, raw: &RawValue) -> Range<usize> {
        let start = raw.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        start..start.saturating_add(raw.get().len())
    }

    /// None if it is nested too deep, or if there is too much of it.
    fn add(&mut self, raw: &RawValue, depth: usize) -> Option<Id> {
        if depth >= DEEPEST {
            return None;
        }
        let inner = depth.saturating_add(1);
        let node = match raw.get().bytes().next()? {
            b'{' => {
                let Members(members) = serde_json::from_str(raw.get()).ok()?;
                let pairs = members.into_iter().map(|(key, value)| {
                    let key = self.add(key, inner)?;
                    Some((key, self.add(value, inner)?))
                });
                Node::Map(pairs.collect::<Option<_>>()?)
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
                Node::List(
                    elements
                        .into_iter()
                        .map(|element| self.add(element, inner))
                        .collect::<Option<_>>()?,
                )
            }
            b'"' => Node::Scalar(Scalar {
                // Half a surrogate pair is no text to Rust.
                text: serde_json::from_str(raw.get()).ok()?,
                style: Style::Double,
            }),
            _ => Node::Scalar(Scalar { text: raw.get().to_owned(), style: Style::Literal }),
        };
        let span = self.span(raw);
        self.tree.add(node, span)
    }
}

/// The members of an object, all of them, also those of one name.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        json.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_place() {
        let text = Text::of_file("x.json", r#"{"a": [1, "b\u0041"], "a": {}}"#.to_owned());
        let document = strict_json(&text).unwrap();
        let root = document.root().unwrap();
        let keys: Vec<_> = root.members().map(|(key, _)| key.span()).collect();
        assert_eq!(keys, [1..4, 22..25]);
        let (_, elements) = root.members().next().unwrap();
        let last = elements.elements().last().unwrap();
        assert_eq!((last.text(), last.span()), (Some("bA"), 10..19));
    }
}
