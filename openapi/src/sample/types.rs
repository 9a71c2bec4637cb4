//! The types of a schema, and an ordinary value of each.

use serde_json::{Map, Value, json};

/// Returns the types that a schema names, or those that its keywords are about when it names none.
pub(super) fn types_of(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => return vec![kind],
        Some(Value::Array(kinds)) => return kinds.iter().filter_map(Value::as_str).collect(),
        _ => {}
    }
    let has_any = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    let mut kinds = Vec::new();
    if has_any(&[
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
    ]) {
        kinds.push("object");
    }
    if has_any(&[
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
    ]) {
        kinds.push("array");
    }
    if has_any(&["minLength", "maxLength", "pattern", "format"]) {
        kinds.push("string");
    }
    if has_any(&[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ]) {
        kinds.push("number");
    }
    if !kinds.is_empty() {
        // Keywords of one type accept every value of the other types.
        for kind in ["null", "boolean", "string", "integer", "array", "object"] {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds
}

/// Returns a value of each JSON type, for schemas without assertions.
pub(super) fn ordinary() -> Vec<Value> {
    vec![
        json!("text"),
        json!(0),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
        json!(0.5),
    ]
}
