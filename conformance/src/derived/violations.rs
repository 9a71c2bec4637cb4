//! Values just outside a schema, each with how soon it is worth a test.

use std::collections::HashMap;

use openapi::sample;
use serde_json::{Value, json};

use crate::resources::references::{resolved, with_definitions};

/// What a value of another type adds to its rank: there are many, and most services reject them all in one place.
const WRONG_TYPE: usize = 10;

/// A value that a schema rejects.
pub(super) struct Violation {
    /// How far it is from what is tested first: the keywords of the outermost members.
    pub(super) rank: usize,
    pub(super) value: Value,
}

/// Returns values that a schema probably rejects, smallest first.
pub(super) fn violations(schema: &Value, depth: usize) -> Vec<Violation> {
    let mut ranks = HashMap::new();
    let mut values = Vec::new();
    for Violation { rank, value } in violations_within(schema, schema, depth) {
        let least = ranks.entry(value.to_string()).or_insert(rank);
        *least = rank.min(*least);
        values.push(value);
    }
    let ranked = smallest_first(values).into_iter().map(|value| Violation {
        rank: ranks[&value.to_string()],
        value,
    });
    ranked.collect()
}

/// Collects values that a schema probably rejects by one keyword: of the schema, of its branches, or of its members with
/// everything else valid.
fn violations_within(root: &Value, schema: &Value, depth: usize) -> Vec<Violation> {
    let schema = resolved(root, schema);
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let whole = with_definitions(root, schema);
    let own = |value: Value| Violation {
        rank: if of_another_type(&value) {
            WRONG_TYPE
        } else {
            0
        },
        value,
    };
    let mut values: Vec<Violation> = sample::near_misses(&whole).into_iter().map(own).collect();
    let within = |violation: Violation, value: Value| Violation {
        rank: violation.rank + 1,
        value,
    };
    for union in ["anyOf", "oneOf", "allOf"] {
        for branch in schema[union].as_array().into_iter().flatten() {
            values.extend(violations_within(root, branch, depth));
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        let ordinary = sample::valid(&whole).filter(Value::is_object);
        let ordinary = ordinary.unwrap_or_else(|| serde_json::json!({}));
        for (name, property) in properties {
            for violation in violations_within(root, property, depth) {
                let mut object = ordinary.clone();
                object[name.as_str()] = violation.value.clone();
                values.push(within(violation, object));
            }
        }
    }
    if let Some(object) = with_unknown_member(schema, &whole) {
        values.push(own(object));
    }
    if let Some(items) = schema.get("items") {
        for violation in violations_within(root, items, depth) {
            let list = Value::Array(vec![violation.value.clone()]);
            values.push(within(violation, list));
        }
    }
    values
}

/// Returns whether a value probably violates only the type of its schema: no text, and not the bound of a number.
fn of_another_type(value: &Value) -> bool {
    [json!(null), json!(0.5), json!(true), json!([]), json!({})].contains(value)
}

/// Returns an ordinary object with a member that a closed schema does not know.
fn with_unknown_member(schema: &Value, whole: &Value) -> Option<Value> {
    let closes = |key: &str| schema.get(key) == Some(&Value::Bool(false));
    if !(closes("additionalProperties") || closes("unevaluatedProperties")) {
        return None;
    }
    let mut object = sample::valid(whole).filter(Value::is_object)?;
    object["conformance_unknown"] = Value::Bool(true);
    Some(object)
}

/// Sorts values by size and removes repetitions: a small value shows best what is wrong with it.
pub(super) fn smallest_first(values: Vec<Value>) -> Vec<Value> {
    let mut sorted: Vec<(usize, String, Value)> = (values.into_iter())
        .map(|value| (value.to_string().len(), value.to_string(), value))
        .collect();
    sorted.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    sorted.dedup_by(|a, b| a.1 == b.1);
    sorted.into_iter().map(|(_, _, value)| value).collect()
}
