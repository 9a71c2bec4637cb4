//! Schema objects of OpenAPI 3.0, rewritten in place as JSON Schema 2020-12.
//!
//! `nullable: true` adds null to `type` (OpenAPI 3.0.3 section 4.7.24.1, clarified by proposal 003).
//! Beside `allOf`, `anyOf` or `oneOf` it is read as most tools read it: the whole or null.
//! `exclusiveMinimum: true` excludes `minimum` itself. Keywords beside a `$ref` are ignored (section
//! 4.7.23.1).

use serde_json::{Map, Value, json};

use super::visit;

/// The keywords that 3.1 does not have or reads otherwise.
const LIFTED: &[&str] = &["$ref", "exclusiveMinimum", "exclusiveMaximum", "nullable"];

/// Lifts every object that may be a schema: objects that are not schemas have none of these keywords.
pub(super) fn to_3_1(document: &mut Value) {
    visit::objects_mut(document, LIFTED, &mut |_, schema| lift_schema(schema));
}

/// Rewrites `format: binary` as `contentMediaType: application/octet-stream`, and `format: byte` as
/// `contentEncoding: base64` (the OpenAPI Initiative's guide to migrating from 3.0 to 3.1). Many documents
/// of 3.1 still use the formats.
pub(super) fn replace_binary_formats(document: &mut Value) {
    visit::objects_mut(document, &["format"], &mut |_, schema| {
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
    });
}

fn lift_schema(schema: &mut Map<String, Value>) {
    if schema.get("$ref").is_some_and(Value::is_string) {
        schema.retain(|key, _| key == "$ref");
        return;
    }
    lift_bound(schema, "minimum", "exclusiveMinimum");
    lift_bound(schema, "maximum", "exclusiveMaximum");
    if schema.get("nullable").is_some_and(Value::is_boolean) {
        let nullable = schema.shift_remove("nullable") == Some(Value::Bool(true));
        if nullable {
            add_null(schema);
        }
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

fn add_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get_mut("type") {
        if let Value::String(name) = kind {
            *kind = json!([name, "null"]);
        }
        return;
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
            return;
        }
    }
}
