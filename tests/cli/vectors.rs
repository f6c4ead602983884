//! The decision vectors.

use serde_json::Value;

/// All groups, each with its configuration in it.
pub fn groups() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/decisions");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| chapter(&std::fs::read_to_string(file).unwrap())).collect()
}

fn chapter(text: &str) -> Vec<Value> {
    let mut chapter: Value = serde_json::from_str(text).unwrap();
    let configs = chapter["configs"].take();
    let Value::Array(mut groups) = chapter["groups"].take() else { panic!("no groups") };
    for group in &mut groups {
        if let Some(name) = group["config"].as_str() {
            group["config"] = configs[name].clone();
        }
    }
    groups
}
