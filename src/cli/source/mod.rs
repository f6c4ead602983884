//! Texts as they were read, and the trees of values in them, with the place of every value.

mod as_json;
mod json;
mod read;
mod scalar;
mod text;
mod tree;
mod yaml;

pub use as_json::as_json;
pub use json::{any_json, strict_json};
pub use read::{Input, read_all};
pub use scalar::{Scalar, Style};
pub use text::{Place, Position, Text};
pub use tree::{Id, Node, Tree, View};
pub use yaml::yaml;

use std::rc::Rc;

/// One document of a text: a value and its parts.
#[derive(Clone, Debug)]
pub struct Document {
    pub text: Rc<Text>,
    pub tree: Rc<Tree>,
    /// Whether it is JSON, and not YAML.
    pub is_json: bool,
}

/// Why a document could not be read, and where.
#[derive(Clone, Debug)]
pub struct Unreadable {
    pub place: Place,
    pub reason: String,
}

fn is_called_json(name: &str) -> bool {
    let extension = std::path::Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Every document of a text that holds JSON or YAML; what cannot be read stands in its turn.
pub fn documents(text: &Rc<Text>) -> Vec<Result<Document, Unreadable>> {
    let is_json = text.as_str().trim_start().starts_with(['{', '[']);
    if is_json {
        match any_json(text) {
            Ok(documents) => return documents.into_iter().map(Ok).collect(),
            // YAML has this form too, without the quotes.
            Err(error) if is_called_json(text.name()) => return vec![Err(error)],
            Err(_) => {}
        }
    }
    yaml(text)
}
