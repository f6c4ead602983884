//! Routing configurations, wherever they stand: bare, in manifests of Kubernetes, in files and
//! dumps of Envoy, in texts within these.

mod bare;
mod envoy;
mod kubernetes;

pub use envoy::type_of;

use std::rc::Rc;

use crate::finding::{Finding, Level, Rule};
use crate::source::{Document, Id, Input, Style, Text, Unreadable, View, documents};

/// How deep texts may stand within texts: JSON in Envoy's YAML in a `ConfigMap` is three.
const DEEPEST: usize = 6;

/// Which host reads a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The filter for WebAssembly, or one that is not known.
    Wasm,
    /// Envoy's dynamic module.
    DynamicModule,
}

/// A routing configuration.
#[derive(Debug)]
pub struct Found {
    /// What it stands in: `TrafficExtension istio-system/bluegreen`.
    pub label: String,
    pub host: Host,
    /// Whether `kubectl apply` brings it, which drops nulls.
    pub drops_nulls: bool,
    pub content: Content,
    /// The document it stands in, and where.
    pub document: Rc<Document>,
    pub holder: Id,
}

/// A configuration as it is written.
#[derive(Debug)]
pub enum Content {
    /// JSON in a text of its own.
    Text(Rc<Text>),
    /// A value of the document.
    Value(Id),
}

impl Host {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wasm => "wasm",
            Self::DynamicModule => "dynamic_module",
        }
    }
}

impl Found {
    pub fn holder(&self) -> View<'_> {
        View { document: &self.document, id: self.holder }
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        self.document.text.name()
    }
}

/// An object of Kubernetes.
#[derive(Clone, Debug)]
pub struct Object {
    pub document: Rc<Document>,
    pub id: Id,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl Object {
    pub fn view(&self) -> View<'_> {
        View { document: &self.document, id: self.id }
    }

    /// `Kind namespace/name`.
    pub fn label(&self) -> String {
        let slash = if self.namespace.is_empty() { "" } else { "/" };
        format!("{} {}{slash}{}", self.kind, self.namespace, self.name)
    }
}

/// All that was found in some texts.
#[derive(Debug, Default)]
pub struct Inventory {
    pub configurations: Vec<Found>,
    /// Objects of Kubernetes, those in lists too.
    pub objects: Vec<Object>,
    /// Documents that are Envoy's own, also those within others.
    pub envoy: Vec<Rc<Document>>,
    /// What could not be read, and what was passed over.
    pub findings: Vec<Finding>,
    /// Filters whose configuration stands elsewhere, by their labels.
    pub without_configuration: Vec<Object>,
}

/// Looks for configurations. With `is_bare` each document is one, whatever it holds.
pub fn find(inputs: &[Input], is_bare: bool) -> Inventory {
    let mut inventory = Inventory::default();
    for input in inputs {
        if is_bare {
            bare::whole_file(&input.text, &mut inventory);
            continue;
        }
        let before = inventory.configurations.len();
        let documents = documents(&input.text);
        let is_alone = documents.len() == 1;
        for document in documents {
            match document {
                Ok(document) => inventory.look(&Rc::new(document), input.is_named, 0, ""),
                Err(error) => inventory.unreadable(&error, input.is_named),
            }
        }
        let bare = inventory.configurations.get_mut(before..).unwrap_or_default();
        if !is_alone && bare.len() > 1 {
            number(bare);
        }
    }
    inventory
}

/// Bare configurations of one file are told apart by their place in it.
fn number(found: &mut [Found]) {
    let bare = found.iter_mut().filter(|found| found.label == bare::LABEL);
    for (index, found) in bare.enumerate() {
        found.label = format!("{} {}", bare::LABEL, index.saturating_add(1));
    }
}

impl Inventory {
    /// Looks at a document; `inside` names what it stands in.
    fn look(&mut self, document: &Rc<Document>, is_named: bool, depth: usize, inside: &str) {
        let Some(root) = document.root() else { return };
        if depth > DEEPEST {
            return;
        }
        if root.text_of("kind").is_some() && root.text_of("apiVersion").is_some() {
            kubernetes::look(self, document, root, depth);
        } else if envoy::is_envoys(root) {
            self.envoy.push(Rc::clone(document));
            envoy::look(self, document, root, &envoy::Holder::file(inside));
        } else {
            bare::look(self, document, root, is_named && depth == 0);
        }
    }

    /// Looks at the documents of a text within a document.
    fn look_inside(&mut self, text: &Rc<Text>, depth: usize, inside: &str) {
        let inner = depth.saturating_add(1);
        for document in documents(text) {
            match document {
                Ok(document) => self.look(&Rc::new(document), false, inner, inside),
                Err(error) => self.unreadable(&error, false),
            }
        }
    }

    /// A document that nobody can read is an error where it may be one of ours.
    fn unreadable(&mut self, error: &Unreadable, is_named: bool) {
        let text = error.place.text.as_str();
        let is_template = text.contains("{{") && text.contains("}}");
        let is_ours = is_named || text.contains("bluegreen");
        let mut finding = Finding::new(Rule::Unreadable, error.place.clone(), &error.reason);
        if is_template {
            finding.help = Some(
                "This is a template. Check what comes out of it: \
                 `helm template … | bluegreen check -`"
                    .to_owned(),
            );
        }
        if !is_ours {
            finding.level = Level::Note;
        }
        self.findings.push(finding);
    }

    /// Notes why something that looks alike is no configuration of ours.
    fn pass_over(&mut self, view: View<'_>, reason: impl Into<String>) {
        self.findings.push(Finding::new(Rule::PassedOver, view.place(), reason));
    }
}

/// Whether a value is the configuration of this filter, or is said to be.
fn is_ours(configuration: View<'_>, names: &[Option<&str>]) -> bool {
    let says_so = |name: &&str| name.to_ascii_lowercase().contains("bluegreen");
    if names.iter().flatten().any(says_so) {
        return true;
    }
    match configuration.text() {
        Some(text) => text.contains("\"deployments\""),
        None => configuration.get("deployments").is_some(),
    }
}

/// A value as a configuration: a text is JSON, or at least should be.
fn content(view: View<'_>) -> Content {
    match view.inner_text() {
        Some(text) => Content::Text(text),
        None => Content::Value(view.id),
    }
}

/// The whole text of a document, which may be none.
fn whole(text: &Rc<Text>) -> Rc<Text> {
    Text::within(text, 0..text.as_str().len(), Style::Literal, text.as_str().to_owned())
}
