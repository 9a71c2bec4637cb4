//! Values that violate one keyword of a schema and as little else as possible.

use serde_json::{Map, Value, json};

use super::candidates::{MOST_CANDIDATES, candidates, most_items};
use super::keyword_values::{count, list};
use super::strings::letters;
use crate::schema::Strings;

/// Returns values that the self-contained `schema` probably just rejects: one step over a bound, one required
/// property missing, of another type.
#[must_use]
pub fn near_misses(schema: &Value) -> Vec<Value> {
    let mut values = Vec::new();
    let Value::Object(object) = schema else {
        return values;
    };
    of_type(object, &mut values);
    of_strings(object, &mut values);
    of_numbers(object, &mut values);
    of_arrays(object, &mut values);
    of_objects(schema, object, &mut values);
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for branch in list(object, keyword) {
            values.extend(near_misses(branch));
        }
    }
    if object.contains_key("enum") || object.contains_key("const") {
        values.extend([json!("another value"), json!(-1)]);
    }
    values.truncate(4 * MOST_CANDIDATES);
    values
}

fn of_type(schema: &Map<String, Value>, values: &mut Vec<Value>) {
    if schema.contains_key("type") {
        values.extend([
            json!(null),
            json!("text"),
            json!(0),
            json!(0.5),
            json!(true),
            json!([]),
            json!({}),
        ]);
    }
}

fn of_strings(schema: &Map<String, Value>, values: &mut Vec<Value>) {
    if let Some(maximum) = count(schema, "maxLength") {
        values.push(Value::String(letters(maximum.saturating_add(1))));
    }
    if let Some(minimum) = count(schema, "minLength")
        && minimum > 0
    {
        values.push(Value::String(letters(minimum - 1)));
    }
    let unmatched = Strings::of(schema).and_then(|strings| strings.unmatched());
    values.extend(unmatched.map(Value::String));
    if schema.contains_key("pattern") || schema.contains_key("format") {
        values.extend([json!(""), json!("~"), json!("text")]);
    }
}

fn of_numbers(schema: &Map<String, Value>, values: &mut Vec<Value>) {
    for (keyword, step) in [
        ("minimum", -1.0),
        ("maximum", 1.0),
        ("exclusiveMinimum", 0.0),
        ("exclusiveMaximum", 0.0),
    ] {
        if let Some(bound) = schema.get(keyword) {
            if let Some(bound) = bound.as_i64() {
                #[allow(clippy::cast_possible_truncation)]
                values.push(json!(bound.saturating_add(step as i64)));
            } else if let Some(bound) = bound.as_f64() {
                values.push(json!(bound + step));
            }
        }
    }
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64) {
        values.push(json!(step / 2.0));
        values.push(json!(1));
    }
}

fn of_arrays(schema: &Map<String, Value>, values: &mut Vec<Value>) {
    let item = schema
        .get("items")
        .map(candidates)
        .and_then(|items| items.into_iter().next());
    let item = item.unwrap_or(Value::Null);
    let filled = |length: usize| {
        let most = most_items(std::slice::from_ref(&item));
        Value::Array(vec![item.clone(); length.min(most)])
    };
    if let Some(maximum) = count(schema, "maxItems") {
        values.push(filled(maximum.saturating_add(1)));
    }
    if let Some(minimum) = count(schema, "minItems")
        && minimum > 0
    {
        values.push(filled(minimum - 1));
    }
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        values.push(filled(2));
    }
}

fn of_objects(schema: &Value, object: &Map<String, Value>, values: &mut Vec<Value>) {
    if ["propertyNames", "patternProperties", "additionalProperties"]
        .iter()
        .any(|keyword| object.contains_key(*keyword))
    {
        for name in ["A", "0", "~", ""] {
            values.push(json!({ name: "text" }));
        }
    }
    let required = list(object, "required");
    if required.is_empty() {
        return;
    }
    let Some(full) = candidates(schema).into_iter().find(Value::is_object) else {
        return;
    };
    for name in required.iter().filter_map(Value::as_str) {
        let mut short = full.clone();
        if let Some(members) = short.as_object_mut() {
            members.shift_remove(name);
        }
        values.push(short);
    }
}
