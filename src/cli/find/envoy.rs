//! Envoy's own configuration: bootstrap, xDS resources, `config_dump`, and the parts of it that
//! others patch in.

use std::rc::Rc;

use super::kubernetes::not_ours;
use super::{Found, Host, Inventory, Object, content, is_ours};
use crate::finding::{Finding, Rule};
use crate::source::{Document, View};

const WASM: &str = "envoy.extensions.filters.http.wasm.v3.Wasm";
const MODULE: &str = "envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter";
const TYPED_STRUCTS: [&str; 2] = ["xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"];

/// Keys at the top of a bootstrap, of a file of xDS resources and of a `config_dump`.
const KEYS: [&str; 8] = [
    "static_resources",
    "staticResources",
    "dynamic_resources",
    "dynamicResources",
    "resources",
    "configs",
    "@type",
    "version_info",
];

/// What holds a part of Envoy's configuration.
pub struct Holder {
    label: String,
    drops_nulls: bool,
}

impl Holder {
    pub fn file(inside: &str) -> Self {
        Self { label: inside.to_owned(), drops_nulls: false }
    }

    pub fn object(object: &Object) -> Self {
        Self { label: object.label(), drops_nulls: true }
    }
}

/// Whether a document is Envoy's.
pub fn is_envoys(root: View<'_>) -> bool {
    KEYS.iter().any(|key| root.get(key).is_some())
}

/// The type of a message, without the host that is named before it.
pub fn type_of<'a>(message: View<'a>) -> Option<&'a str> {
    let name = |url: &'a str| url.rsplit('/').next().unwrap_or(url);
    let found = message.get("@type").and_then(View::text).map(name)?;
    if TYPED_STRUCTS.contains(&found) {
        return message.text_of("type_url").map(name);
    }
    Some(found)
}

/// The fields of a message, also of one that is packed as a struct.
pub fn fields_of(message: View<'_>) -> View<'_> {
    let found = message.get("@type").and_then(View::text).unwrap_or_default();
    let is_packed = TYPED_STRUCTS.iter().any(|packed| found.ends_with(packed));
    match message.get("value") {
        Some(value) if is_packed => value,
        _ => message,
    }
}

/// Finds the filters below a value.
pub fn look(inventory: &mut Inventory, document: &Rc<Document>, root: View<'_>, holder: &Holder) {
    let filters: Vec<_> = (root.maps().into_iter())
        .filter_map(|message| match type_of(message)? {
            WASM => Some((message, Host::Wasm)),
            MODULE => Some((message, Host::DynamicModule)),
            _ => None,
        })
        .collect();
    for (message, host) in filters {
        let fields = fields_of(message);
        let (names, configuration) = match host {
            Host::Wasm => wasm(fields),
            Host::DynamicModule => module(fields),
        };
        let Some(configuration) = configuration else { continue };
        let packed = Packed::new(configuration);
        let name = names.iter().flatten().next().copied().unwrap_or("filter");
        let comma = if holder.label.is_empty() { "" } else { ", " };
        let label = format!("{}{comma}HTTP filter {name}", holder.label);
        if !is_ours(packed.value, &names) {
            inventory.pass_over(message, not_ours(&label));
            continue;
        }
        if let Some(reason) = packed.unreadable_by(host) {
            let finding = Finding::new(Rule::Packing, configuration.place(), reason);
            inventory.findings.push(finding.of(&label));
        }
        if packed.is_bytes {
            continue;
        }
        inventory.configurations.push(Found {
            label,
            host,
            drops_nulls: holder.drops_nulls && packed.is_struct,
            content: content(packed.value),
            document: Rc::clone(document),
            holder: packed.value.id,
        });
    }
}

type Names<'a> = [Option<&'a str>; 4];

fn wasm(fields: View<'_>) -> (Names<'_>, Option<View<'_>>) {
    let Some(plugin) = fields.get("config") else { return ([None; 4], None) };
    let vm = plugin.field("vm_config");
    let module = vm.and_then(|vm| vm.below(&["code", "local", "filename"]));
    let names = [
        plugin.text_of("name"),
        plugin.text_of("root_id"),
        vm.and_then(|vm| vm.text_of("vm_id")),
        module.and_then(View::text),
    ];
    (names, plugin.get("configuration"))
}

fn module(fields: View<'_>) -> (Names<'_>, Option<View<'_>>) {
    let module = fields.field("dynamic_module_config");
    let file = module.and_then(|module| module.below(&["module", "local", "filename"]));
    let names = [
        fields.text_of("filter_name"),
        module.and_then(|module| module.text_of("name")),
        file.and_then(View::text),
        None,
    ];
    (names, fields.field("filter_config"))
}

/// A configuration within its message.
struct Packed<'a> {
    value: View<'a>,
    is_struct: bool,
    is_bytes: bool,
}

impl<'a> Packed<'a> {
    fn new(configuration: View<'a>) -> Self {
        let kind = configuration.get("@type").and_then(View::text).unwrap_or_default();
        let is = |name: &str| kind.ends_with(name);
        let value = configuration.get("value").unwrap_or(configuration);
        // Istio's own form of a text, and Envoy's of old.
        let is_text = value.text().is_some();
        Self { value, is_struct: !is_text, is_bytes: is("google.protobuf.BytesValue") }
    }

    fn unreadable_by(&self, host: Host) -> Option<&'static str> {
        if self.is_bytes {
            return Some(
                "a BytesValue is not looked into: write the JSON as a google.protobuf.StringValue",
            );
        }
        let is_unreadable = self.is_struct && host == Host::Wasm;
        is_unreadable.then_some(
            "Envoy hands a Struct to a Wasm filter as protobuf, which the filter refuses: write \
             the JSON as a google.protobuf.StringValue",
        )
    }
}
