//! Where the schemas of a document are.

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

/// The pointers to all of them, those within others included.
pub(super) fn schemas(document: &Value) -> Vec<String> {
    let mut spots = Vec::new();
    around(document, "", &mut spots);
    spots
}

/// Looks for schemas in what is no schema.
fn around(value: &Value, here: &str, spots: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let inside = pointer::join(here, key);
                match key.as_str() {
                    "example" | "examples" | "value" => {}
                    key if key.starts_with("x-") => {}
                    // Elsewhere it is a slip of the writer's, compared as a field of no meaning.
                    "schema"
                        if ["/content/", "/parameters/", "/headers/"]
                            .iter()
                            .any(|holder| here.contains(holder)) =>
                    {
                        within(member, inside, spots);
                    }
                    "schemas" if here == "/components" => {
                        for (name, member) in member.as_object().into_iter().flatten() {
                            within(member, pointer::join(&inside, name), spots);
                        }
                    }
                    _ => around(member, &inside, spots),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                around(item, &pointer::join(here, &index.to_string()), spots);
            }
        }
        _ => {}
    }
}

/// A schema and those within it.
fn within(schema: &Value, here: String, spots: &mut Vec<String>) {
    if let Value::Object(object) = schema {
        for (key, value) in object {
            let inside = pointer::join(&here, key);
            match value {
                Value::Object(members) if MAPS.contains(&key.as_str()) => {
                    for (name, member) in members {
                        within(member, pointer::join(&inside, name), spots);
                    }
                }
                Value::Array(items) if LISTS.contains(&key.as_str()) => {
                    for (index, item) in items.iter().enumerate() {
                        within(item, pointer::join(&inside, &index.to_string()), spots);
                    }
                }
                value if ONE.contains(&key.as_str()) => within(value, inside, spots),
                _ => {}
            }
        }
    }
    spots.push(here);
}
