//! Manifests of Kubernetes that hold a configuration.

use std::rc::Rc;

use super::{Found, Host, Inventory, Object, content, envoy, is_ours};
use crate::source::{Document, View};

pub fn look(inventory: &mut Inventory, document: &Rc<Document>, root: View<'_>, depth: usize) {
    let kind = root.text_of("kind").unwrap_or_default();
    if kind.ends_with("List") {
        let items = root.get("items");
        for item in items.iter().flat_map(|items| items.elements()) {
            look(inventory, document, item, depth);
        }
        return;
    }
    let metadata = |key| root.below(&["metadata", key]).and_then(View::text).unwrap_or_default();
    let object = Object {
        document: Rc::clone(document),
        id: root.id,
        kind: kind.to_owned(),
        namespace: metadata("namespace").to_owned(),
        name: metadata("name").to_owned(),
    };
    match kind {
        "TrafficExtension" => {
            let wasm = root.below(&["spec", "wasm"]);
            plugin(inventory, &object, wasm, "pluginConfig");
        }
        "WasmPlugin" => plugin(inventory, &object, root.get("spec"), "pluginConfig"),
        "EnvoyExtensionPolicy" => policy(inventory, &object, root),
        "EnvoyFilter" | "EnvoyPatchPolicy" => {
            let holder = envoy::Holder::object(&object);
            envoy::look(inventory, document, root, &holder);
        }
        "EnvoyProxy" => {
            let bootstrap = root.below(&["spec", "bootstrap"]);
            texts(inventory, bootstrap, &object, depth);
            envoy::look(inventory, document, root, &envoy::Holder::object(&object));
        }
        // Envoy's files, and bare configurations, in pods of one's own.
        "ConfigMap" => texts(inventory, root.get("data"), &object, depth),
        _ => {}
    }
    inventory.objects.push(object);
}

/// An object of Istio with one plugin.
fn plugin(inventory: &mut Inventory, object: &Object, at: Option<View<'_>>, key: &str) {
    let Some(plugin) = at else { return };
    let names = [Some(&*object.name), plugin.text_of("pluginName"), plugin.text_of("url")];
    match plugin.get(key) {
        Some(configuration) if is_ours(configuration, &names) => {
            add(inventory, object, configuration, Host::Wasm, "");
        }
        Some(configuration) => inventory.pass_over(configuration, not_ours(&object.label())),
        None if is_ours(plugin, &names) => inventory.without_configuration.push(object.clone()),
        None => {}
    }
}

/// An object of Envoy Gateway with any number of plugins.
fn policy(inventory: &mut Inventory, object: &Object, root: View<'_>) {
    for (list, host) in [("wasm", Host::Wasm), ("dynamicModule", Host::DynamicModule)] {
        let list = root.below(&["spec", list]);
        for (index, extension) in list.iter().flat_map(|list| list.elements()).enumerate() {
            let name = extension.text_of("name").or_else(|| extension.text_of("filterName"));
            let image = extension.below(&["code", "image", "url"]).and_then(View::text);
            let names = [Some(&*object.name), name, extension.text_of("rootID"), image];
            let Some(configuration) = extension.get("config") else { continue };
            if is_ours(configuration, &names) {
                let name = name.map_or_else(|| index.to_string(), str::to_owned);
                add(inventory, object, configuration, host, &format!(", extension {name}"));
            } else {
                inventory.pass_over(configuration, not_ours(&object.label()));
            }
        }
    }
}

fn add(
    inventory: &mut Inventory,
    object: &Object,
    configuration: View<'_>,
    host: Host,
    more: &str,
) {
    inventory.configurations.push(Found {
        label: object.label() + more,
        host,
        drops_nulls: true,
        content: content(configuration),
        document: Rc::clone(&object.document),
        holder: configuration.id,
    });
}

/// Texts that may hold documents.
fn texts(inventory: &mut Inventory, at: Option<View<'_>>, object: &Object, depth: usize) {
    let Some(at) = at else { return };
    for (key, value) in at.members() {
        let Some(text) = value.inner_text() else { continue };
        let is_structured = text.as_str().contains(['{', ':']);
        let key = key.raw().unwrap_or_default();
        let is_document = [".json", ".yaml", ".yml"].iter().any(|end| key.ends_with(end));
        if is_document || (is_structured && key == "value") {
            inventory.look_inside(&text, depth, &format!("{}, {key}", object.label()));
        }
    }
}

pub fn not_ours(label: &str) -> String {
    format!(
        "{label} holds another filter's configuration: it has no `deployments`, and nothing of it \
         is called bluegreen"
    )
}
