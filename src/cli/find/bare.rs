//! Configurations that are a document of their own.

use std::rc::Rc;

use super::{Content, Found, Host, Inventory, whole};
use crate::source::{Document, Id, Node, Text, Tree, View, any_json};

/// What a bare configuration is called.
pub const LABEL: &str = "configuration";

/// Keys of a configuration that no other kind of file has.
const KEYS: [&str; 1] = ["deployments"];

/// Keys that others have too.
const MORE_KEYS: [&str; 4] = ["defaults", "tags", "rollback", "explain"];

pub fn look(inventory: &mut Inventory, document: &Rc<Document>, root: View<'_>, is_named: bool) {
    let has = |keys: &[&str]| keys.iter().any(|key| root.get(key).is_some());
    if has(&KEYS) || (is_named && has(&MORE_KEYS)) {
        inventory.configurations.push(Found {
            label: LABEL.to_owned(),
            host: Host::Wasm,
            drops_nulls: false,
            content: Content::Value(root.id),
            document: Rc::clone(document),
            holder: root.id,
        });
    } else if is_named {
        let what = if root.is_map() {
            let keys: Vec<_> = root.members().filter_map(|(key, _)| key.raw()).take(5).collect();
            format!("an object with the keys {}", keys.join(", "))
        } else {
            "no object".to_owned()
        };
        inventory.pass_over(root, format!("no manifest and no routing configuration: {what}"));
    }
}

/// Takes a file for a configuration, whatever it holds: JSON documents one after the other, or
/// else the text as it is.
pub fn whole_file(text: &Rc<Text>, inventory: &mut Inventory) {
    let mut add = |document: Document, content: Content, holder: Id| {
        inventory.configurations.push(Found {
            label: LABEL.to_owned(),
            host: Host::Wasm,
            drops_nulls: false,
            content,
            document: Rc::new(document),
            holder,
        });
    };
    let before = match any_json(text) {
        Ok(documents) if !documents.is_empty() => {
            for document in documents {
                if let Some(holder) = document.root().map(|root| root.id) {
                    add(document, Content::Value(holder), holder);
                }
            }
            0
        }
        _ => {
            let mut tree = Tree::default();
            if let Some(holder) = tree.add(Node::List(Vec::new()), 0..text.as_str().len()) {
                tree.set_root(holder);
                let document =
                    Document { text: Rc::clone(text), tree: Rc::new(tree), is_json: false };
                add(document, Content::Text(whole(text)), holder);
            }
            0
        }
    };
    if inventory.configurations.len() > 1 {
        super::number(inventory.configurations.get_mut(before..).unwrap_or_default());
    }
}
