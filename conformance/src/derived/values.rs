//! Values at the boundaries of a schema, and values just outside it.

use openapi::{Validator, pointer, sample};
use serde_json::Value;

use crate::case::sample::Location;
use crate::resources::request::text_of;

/// The most valid values of one schema.
const VALID: usize = 12;

/// The most invalid values of one schema.
const INVALID: usize = 32;

/// How deep properties of properties are violated.
const DEPTH: usize = 4;

/// The longest text of a parameter, in bytes: every server accepts this length.
const TEXT: usize = 1024;

/// The longest body, in bytes.
const BODY: usize = 64 * 1024;

/// The values of a self-contained schema.
pub(super) struct Values<'s> {
    schema: &'s Value,
    validator: Validator,
}

impl<'s> Values<'s> {
    /// Compiles the schema. `None` when values cannot be validated against it.
    pub(super) fn of(schema: &'s Value) -> Option<Values<'s>> {
        let validator = Validator::new(schema).ok()?;
        Some(Values { schema, validator })
    }

    /// Returns bodies, smallest first, each with whether the schema accepts it.
    pub(super) fn bodies(&self) -> Vec<(Value, bool)> {
        let short = |value: &Value| value.to_string().len() <= BODY;
        let mut valid = smallest_first(sample::candidates(self.schema));
        valid.retain(|value| short(value) && self.validator.accepts(value));
        let mut invalid = smallest_first(violations(self.schema, self.schema, DEPTH));
        invalid.retain(|value| short(value) && !self.validator.accepts(value));
        tagged(ends(valid, VALID), ends(invalid, INVALID))
    }

    /// Returns texts for a parameter, each with whether the schema accepts it as a text or as a number.
    pub(super) fn texts(&self, location: Location) -> Vec<(String, bool)> {
        let accepts = |text: &String| {
            let scalar = serde_json::from_str::<Value>(text).ok().filter(is_scalar);
            let readings = [Some(Value::String(text.clone())), scalar];
            (readings.iter().flatten()).any(|reading| self.validator.accepts(reading))
        };
        let mut candidates = smallest_first(sample::candidates(self.schema));
        candidates.extend(smallest_first(violations(self.schema, self.schema, DEPTH)));
        let mut texts: Vec<String> = Vec::new();
        for text in candidates.iter().filter_map(text_of) {
            if sendable(&text, location) && !texts.contains(&text) {
                texts.push(text);
            }
        }
        let (valid, invalid) = texts.into_iter().partition(accepts);
        tagged(ends(valid, VALID), ends(invalid, INVALID))
    }
}

fn tagged<T>(valid: Vec<T>, invalid: Vec<T>) -> Vec<(T, bool)> {
    let valid = valid.into_iter().map(|value| (value, true));
    valid
        .chain(invalid.into_iter().map(|value| (value, false)))
        .collect()
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Bool(_))
}

/// Returns whether a text reaches the operation unchanged: routers, proxies and HTTP itself interpret some.
fn sendable(text: &str, location: Location) -> bool {
    let all = |allowed: fn(char) -> bool| text.chars().all(allowed);
    !text.is_empty()
        && text.len() <= TEXT
        && match location {
            Location::Path => {
                all(|c| !c.is_control() && c != '/' && c != '\\') && text != "." && text != ".."
            }
            Location::Query => all(|c| !c.is_control()),
            Location::Header => all(|c| c.is_ascii_graphic() || c == ' ') && text.trim() == text,
            Location::Cookie => all(|c| c.is_ascii_graphic() && !"\",;\\".contains(c)),
        }
}

/// Collects values that a schema probably rejects by one keyword: of the schema, of its branches, or of its members with
/// everything else valid.
fn violations(root: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    let schema = resolved(root, schema);
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let whole = with_definitions(root, schema);
    let mut values = sample::near_misses(&whole);
    for union in ["anyOf", "oneOf", "allOf"] {
        for branch in schema[union].as_array().into_iter().flatten() {
            values.extend(violations(root, branch, depth));
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        let ordinary = sample::valid(&whole).filter(Value::is_object);
        let ordinary = ordinary.unwrap_or_else(|| serde_json::json!({}));
        for (name, property) in properties {
            for value in violations(root, property, depth) {
                let mut object = ordinary.clone();
                object[name.as_str()] = value;
                values.push(object);
            }
        }
    }
    if let Some(items) = schema.get("items") {
        let items = violations(root, items, depth);
        values.extend(items.into_iter().map(|item| Value::Array(vec![item])));
    }
    values
}

/// Follows the references of a schema.
fn resolved<'v>(root: &'v Value, mut schema: &'v Value) -> &'v Value {
    // A longer chain is a circle.
    for _ in 0..16 {
        let target = schema["$ref"].as_str().and_then(pointer::of_reference);
        match target.and_then(|target| root.pointer(&target)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// Makes a part of a self-contained schema self-contained.
fn with_definitions(root: &Value, schema: &Value) -> Value {
    let mut whole = schema.clone();
    if let (Some(object), Some(definitions)) = (whole.as_object_mut(), root.get("$defs")) {
        object.insert("$defs".to_owned(), definitions.clone());
    }
    whole
}

/// Sorts values by size and removes repetitions: a small value shows best what is wrong with it.
fn smallest_first(values: Vec<Value>) -> Vec<Value> {
    let mut sorted: Vec<(usize, String, Value)> = (values.into_iter())
        .map(|value| (value.to_string().len(), value.to_string(), value))
        .collect();
    sorted.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    sorted.dedup_by(|a, b| a.1 == b.1);
    sorted.into_iter().map(|(_, _, value)| value).collect()
}

/// Keeps at most `most` values: the smallest, and the largest few, which are at the bounds of lengths.
fn ends<T>(mut values: Vec<T>, most: usize) -> Vec<T> {
    const LARGEST: usize = 3;
    if values.len() > most {
        values.drain(most - LARGEST..values.len() - LARGEST);
    }
    values
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Values;
    use crate::case::sample::Location;

    #[test]
    fn members_are_violated_one_at_a_time_through_references() {
        let schema = json!({
            "anyOf": [{ "$ref": "#/$defs/Order" }, { "type": "null" }],
            "$defs": { "Order": {
                "type": "object",
                "required": ["count"],
                "properties": { "count": { "type": "integer", "minimum": 1, "maximum": 9 } },
            } },
        });
        let values = Values::of(&schema).expect("a schema");
        let bodies = values.bodies();
        let has = |value: Value, valid: bool| bodies.contains(&(value, valid));
        assert!(has(json!({ "count": 1 }), true), "{bodies:?}");
        assert!(has(json!({ "count": 9 }), true), "{bodies:?}");
        assert!(has(json!({ "count": 10 }), false), "{bodies:?}");
        assert!(has(json!({ "count": 0 }), false), "{bodies:?}");
        assert!(has(json!({}), false), "{bodies:?}");
        assert!(has(json!(null), true), "{bodies:?}");
    }

    #[test]
    fn numbers_are_texts_in_a_path() {
        let schema = json!({ "type": "integer", "minimum": 1 });
        let texts = Values::of(&schema).expect("a schema").texts(Location::Path);
        assert!(texts.contains(&("1".to_owned(), true)), "{texts:?}");
        assert!(texts.contains(&("0".to_owned(), false)), "{texts:?}");
        assert!(texts.contains(&("text".to_owned(), false)), "{texts:?}");
        let any = json!({ "type": "string" });
        let texts = Values::of(&any).expect("a schema").texts(Location::Path);
        assert!(
            texts.iter().all(|(_, valid)| *valid),
            "every text is a string: {texts:?}"
        );
    }
}
