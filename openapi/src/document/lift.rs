//! Schema objects of OpenAPI 3.0, rewritten in place as JSON Schema 2020-12.
//!
//! `nullable: true` adds null to `type` (OpenAPI 3.0.3 section 4.7.24.1, clarified by proposal 003).
//! Beside `allOf`, `anyOf` or `oneOf` it is read as most tools read it: the whole or null.
//! As an alternative it is null, as the generators that write it so mean it (schemars' `Option`).
//! `exclusiveMinimum: true` excludes `minimum` itself. Keywords beside a `$ref` are ignored (section
//! 4.7.23.1), and kept for readers.

use serde_json::{Map, Value, json};

use super::visit;
use crate::keywords;

/// The keywords that 3.1 does not have or reads otherwise.
const LIFTED: [&str; 6] = [
    "$ref",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "nullable",
    "anyOf",
    "oneOf",
];

/// The member for the keywords beside a `$ref` that are ignored.
const IGNORED: &str = "x-ignored-beside-$ref";

/// Lifts every object that may be a schema: objects that are not schemas have none of these keywords. Rewrites its
/// formats as [`replace_binary_formats`] does if the document has them.
pub(super) fn to_3_1(document: &mut Value, has_binary: bool) {
    let formats = has_binary.then_some("format");
    let keys: Vec<&str> = LIFTED.into_iter().chain(formats).collect();
    visit::objects_mut(document, &keys, &mut |_, schema| {
        lift_schema(schema);
        if has_binary {
            replace_binary_format(schema);
        }
    });
}

/// Rewrites `format: binary` as `contentMediaType: application/octet-stream`, and `format: byte` as
/// `contentEncoding: base64` (the OpenAPI Initiative's guide to migrating from 3.0 to 3.1). Many documents
/// of 3.1 still use the formats.
pub(super) fn replace_binary_formats(document: &mut Value) {
    visit::objects_mut(document, &["format"], &mut |_, schema| {
        replace_binary_format(schema);
    });
}

fn replace_binary_format(schema: &mut Map<String, Value>) {
    let allows_strings = match schema.get("type") {
        Some(Value::String(only)) => only == "string",
        Some(Value::Array(types)) => types.contains(&Value::from("string")),
        _ => false,
    };
    let (keyword, value) = match schema.get("format").and_then(Value::as_str) {
        Some("binary") => ("contentMediaType", "application/octet-stream"),
        Some("byte") => ("contentEncoding", "base64"),
        _ => return,
    };
    if allows_strings && !schema.contains_key(keyword) {
        schema.shift_remove("format");
        schema.insert(keyword.to_owned(), value.into());
    }
}

fn lift_schema(schema: &mut Map<String, Value>) {
    if schema.get("$ref").is_some_and(Value::is_string) {
        ignore_siblings(schema);
        return;
    }
    for keyword in ["anyOf", "oneOf"] {
        let branches = schema.get_mut(keyword).and_then(Value::as_array_mut);
        branches.into_iter().flatten().for_each(replace_nullable);
    }
    lift_bound(schema, "minimum", "exclusiveMinimum");
    lift_bound(schema, "maximum", "exclusiveMaximum");
    let is_lifted = match schema.get("nullable").and_then(Value::as_bool) {
        Some(nullable) => !nullable || add_null(schema),
        None => false,
    };
    if is_lifted {
        schema.shift_remove("nullable");
    }
}

/// Moves the assertions beside a `$ref` to a member that annotates.
fn ignore_siblings(schema: &mut Map<String, Value>) {
    // What only holds schemas stays, since others may refer to them.
    let is_ignored = |key: &str| {
        let asserts = !keywords::is_annotation(key) && !keywords::is_container(key);
        key != "$ref" && asserts || key == "nullable"
    };
    let mut ignored = Map::new();
    schema.retain(|key, value| {
        if is_ignored(key) {
            ignored.insert(key.clone(), value.take());
        }
        !is_ignored(key)
    });
    if !ignored.is_empty() {
        schema.insert(IGNORED.to_owned(), Value::Object(ignored));
    }
}

/// Rewrites an alternative that only says `nullable: true` as null.
fn replace_nullable(alternative: &mut Value) {
    let Some(object) = alternative.as_object_mut() else {
        return;
    };
    let says_nothing_else = object.keys().all(|key| keywords::is_annotation(key));
    if says_nothing_else && object.get("nullable") == Some(&Value::Bool(true)) {
        object.shift_remove("nullable");
        object.insert("type".to_owned(), "null".into());
    }
}

fn lift_bound(schema: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    match schema.get(exclusive) {
        Some(Value::Bool(true)) => {
            schema.shift_remove(exclusive);
            // A bound that is not a number stays where it is. Moved to the other keyword, `false` would be
            // read as its flag.
            if schema.get(bound).is_some_and(Value::is_number)
                && let Some(limit) = schema.shift_remove(bound)
            {
                schema.insert(exclusive.to_owned(), limit);
            }
        }
        Some(Value::Bool(false)) => {
            schema.shift_remove(exclusive);
        }
        _ => {}
    }
}

/// Adds null to what a schema accepts. Returns false when it has neither a type nor alternatives, and accepts null.
fn add_null(schema: &mut Map<String, Value>) -> bool {
    if let Some(kind) = schema.get_mut("type") {
        if let Value::String(name) = kind {
            *kind = json!([name, "null"]);
        }
        return true;
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if let Some(branches) = schema.shift_remove(keyword) {
            let whole = if keyword == "anyOf" {
                branches
            } else {
                json!([{ keyword: branches }])
            };
            let mut alternatives = match whole {
                Value::Array(alternatives) => alternatives,
                other => vec![other],
            };
            alternatives.push(json!({"type": "null"}));
            schema.insert("anyOf".to_owned(), Value::Array(alternatives));
            return true;
        }
    }
    false
}
