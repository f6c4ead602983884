//! The JSON Schema of the configuration, for editors.
//!
//! Types, names and descriptions are those of the structs. What the filter checks beyond them
//! is in [`rules`], as far as JSON Schema can say it: what the schema refuses the filter
//! refuses too.

mod rules;
mod texts;

use std::error::Error;

use bluegreen::config::Config;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// Members that may be null: some in this object, all in the other.
const NULLABLE: [&str; 4] = [
    "/$defs/Deployment/properties/guard",
    "/$defs/Deployment/properties/mirror",
    "/$defs/Deployment/properties/override",
    "/$defs/Tags/",
];

/// The schema.
///
/// # Errors
/// A rule for a member that the structs do not have.
pub fn schema() -> Result<Value, Box<dyn Error>> {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>().to_value();
    tidy(&mut schema, "");
    merge(&mut schema, rules::rules(), "")?;
    Ok(schema)
}

/// Takes out what the structs say only because each of their members can be left out.
fn tidy(schema: &mut Value, at: &str) {
    if let Some(elements) = schema.as_array_mut() {
        for element in elements {
            tidy(element, at);
        }
    }
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(Value::String(description)) = members.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    let is_empty = |default: &Value| [json!(null), json!(""), json!([])].contains(default);
    if members.get("default").is_some_and(is_empty) {
        members.remove("default");
    }
    // A size in memory, which means nothing here.
    members.remove("format");
    if !NULLABLE.iter().any(|nullable| at.starts_with(nullable)) {
        if let Some(types) = members.get_mut("type")
            && let Some([not_null, _]) = types.as_array().map(Vec::as_slice)
        {
            *types = not_null.clone();
        }
        if let Some([other, null]) =
            members.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
            && *null == json!({"type": "null"})
            && let Some(reference) = other.get("$ref").cloned()
        {
            members.remove("anyOf");
            members.insert("$ref".to_owned(), reference);
        }
    }
    for (key, member) in members {
        tidy(member, &format!("{at}/{key}"));
    }
}

/// Adds rules to what the structs say. They may speak only of members that there are.
fn merge(schema: &mut Value, rules: Value, at: &str) -> Result<(), String> {
    let (Value::Object(schema), Value::Object(rules)) = (&mut *schema, &rules) else {
        *schema = rules;
        return Ok(());
    };
    for (key, rule) in rules {
        match schema.get_mut(key) {
            Some(known) => merge(known, rule.clone(), &format!("{at}/{key}"))?,
            None if at.ends_with("/properties") => {
                return Err(format!("a rule for {key}, which is not in {at}"));
            }
            None => {
                schema.insert(key.clone(), rule.clone());
            }
        }
    }
    Ok(())
}
