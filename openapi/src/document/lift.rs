//! OpenAPI 3.0's schema objects as JSON Schema 2020-12, in place.
//!
//! 3.0's `nullable: true` adds null to `type` (OpenAPI 3.0.3 section 4.7.24.1 and its clarification
//! in proposal 003); beside `allOf`, `anyOf` or `oneOf` it is read as the field reads it: the whole
//! or null. `exclusiveMinimum: true` says that `minimum` itself is excluded. Keywords beside a
//! `$ref` are ignored (section 4.7.23.1).

use serde_json::{Map, Value, json};

use super::visit;

/// Keywords that mean something else in 3.1, or go.
const LIFTED: &[&str] = &["$ref", "exclusiveMinimum", "exclusiveMaximum", "nullable"];

/// Lifts every object that may be a schema: what is none has none of the keywords that are rewritten.
pub(super) fn to_3_1(document: &mut Value) {
    visit::objects_mut(document, LIFTED, &mut lift_schema);
}

/// Says in one way what strings hold: `format: binary` is `contentMediaType: application/octet-stream`,
/// and `format: byte` is `contentEncoding: base64` (the OpenAPI Initiative's guide to migrating from 3.0
/// to 3.1). Documents of 3.1 are full of the former too.
pub(super) fn held_octets(document: &mut Value) {
    visit::objects_mut(document, &["format"], &mut |schema| {
        let holds_strings = match schema.get("type") {
            Some(Value::String(only)) => only == "string",
            Some(Value::Array(types)) => types.contains(&Value::from("string")),
            _ => false,
        };
        let (keyword, value) = match schema.get("format").and_then(Value::as_str) {
            Some("binary") => ("contentMediaType", "application/octet-stream"),
            Some("byte") => ("contentEncoding", "base64"),
            _ => return,
        };
        if holds_strings && !schema.contains_key(keyword) {
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
            // What is no number bounds nothing. It stays where it stands: put into the place of the
            // flag, `false` would be read as one.
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
