//! The pointers to the schemas of a document.

use openapi::pointer;
use serde_json::Value;

const ONE: &[&str] = &[
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
];
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS: &[&str] = &["properties", "patternProperties"];

/// Returns the pointers to all schemas, those inside other schemas included.
pub(super) fn of(document: &Value) -> Vec<String> {
    let mut pointers = Vec::new();
    outside_schemas(document, "", &mut pointers);
    pointers
}

/// Collects the schemas in a part of the document that is not a schema.
fn outside_schemas(value: &Value, here: &str, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let inside = pointer::join(here, key);
                match key.as_str() {
                    "example" | "examples" | "value" => {}
                    key if key.starts_with("x-") => {}
                    // Anywhere else `schema` is a mistake, compared as an unknown field.
                    "schema"
                        if ["/content/", "/parameters/", "/headers/"]
                            .iter()
                            .any(|holder| here.contains(holder)) =>
                    {
                        within_schema(member, inside, pointers);
                    }
                    "schemas" if here == "/components" => {
                        for (name, member) in member.as_object().into_iter().flatten() {
                            within_schema(member, pointer::join(&inside, name), pointers);
                        }
                    }
                    _ => outside_schemas(member, &inside, pointers),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                outside_schemas(item, &pointer::join(here, &index.to_string()), pointers);
            }
        }
        _ => {}
    }
}

/// Collects a schema and those inside it.
fn within_schema(schema: &Value, here: String, pointers: &mut Vec<String>) {
    if let Value::Object(object) = schema {
        for (key, value) in object {
            let inside = pointer::join(&here, key);
            match value {
                Value::Object(members) if MAPS.contains(&key.as_str()) => {
                    for (name, member) in members {
                        within_schema(member, pointer::join(&inside, name), pointers);
                    }
                }
                Value::Array(items) if LISTS.contains(&key.as_str()) => {
                    for (index, item) in items.iter().enumerate() {
                        within_schema(item, pointer::join(&inside, &index.to_string()), pointers);
                    }
                }
                value if ONE.contains(&key.as_str()) => within_schema(value, inside, pointers),
                _ => {}
            }
        }
    }
    pointers.push(here);
}
