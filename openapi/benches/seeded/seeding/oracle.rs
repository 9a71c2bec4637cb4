//! What decides whether an edit breaks: a message that the sender's schema accepts and the receiver's refuses, by the
//! `jsonschema` crate. It shares with the library only the reading of a document: 3.0 as 3.1.

use std::collections::{BTreeSet, HashMap};

use openapi::pointer;
use serde_json::{Map, Value, json};

use super::messages::{Carrier, Direction, FLAG_DEPTH, branches, is_flagged, target};

/// Compiles the schema of a message; `None` if `jsonschema` refuses it.
pub(crate) fn validator(
    document: &Value,
    schema: &str,
    direction: Direction,
) -> Option<jsonschema::Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&Bundle::of(document, schema, direction))
        .ok()
}

/// Returns every way to read a value that is written as a text, itself included; `None` where the ways are not known.
pub(crate) fn readings(value: &Value, carrier: Carrier) -> Option<Vec<Value>> {
    let mut readings = vec![value.clone()];
    if carrier == Carrier::Json {
        return Some(readings);
    }
    match value {
        Value::Null => return None,
        // Nothing is written of a list without items (RFC 6570 section 2.3).
        Value::Array(items) if items.is_empty() && carrier == Carrier::Text => return None,
        Value::String(text) => {
            let scalar = serde_json::from_str(text).ok();
            readings.extend(scalar.filter(|value: &Value| !value.is_object() && !value.is_array()));
            if text.is_empty() {
                readings.extend([Value::Null, json!([])]);
            }
            readings.push(json!([text]));
        }
        Value::Bool(_) | Value::Number(_) => {
            readings.extend([
                json!(value.to_string()),
                json!([value]),
                json!([value.to_string()]),
            ]);
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(text_of).collect();
            readings.extend([json!(texts.join(",")), json!(texts)]);
            readings
                .extend((items.len() < 2).then(|| items.first().cloned().unwrap_or(Value::Null)));
        }
        Value::Object(_) if carrier == Carrier::Text => return None,
        Value::Object(_) => readings.push(json!(value.to_string())),
    }
    Some(readings)
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A self-contained schema under construction.
struct Bundle<'d> {
    document: &'d Value,
    direction: Direction,
    names: HashMap<String, usize>,
    pending: Vec<String>,
}

/// Keywords with one schema, with a list of them, and with one for each name.
const ONE: &[&str] = &[
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const LISTED: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED: &[&str] = &["properties", "patternProperties", "dependentSchemas"];
/// Keywords that assert and hold no schema.
const PLAIN: &[&str] = &[
    "type",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "minContains",
    "maxContains",
    "dependentRequired",
    "required",
];

/// Returns the range that a format of numbers is (OpenAPI Format Registry).
fn range(format: &str) -> Option<Value> {
    let (least, greatest) = match format {
        "int8" => (-128, 127),
        "int16" => (-32_768, 32_767),
        "int32" => (-2_147_483_648_i64, 2_147_483_647),
        "uint8" => (0, 255),
        "uint16" => (0, 65_535),
        "uint32" => (0, 4_294_967_295_i64),
        "uint64" => return Some(json!({"minimum": 0})),
        _ => return None,
    };
    Some(json!({"minimum": least, "maximum": greatest}))
}

impl<'d> Bundle<'d> {
    fn of(document: &'d Value, schema: &str, direction: Direction) -> Value {
        let mut bundle = Self {
            document,
            direction,
            names: HashMap::new(),
            pending: Vec::new(),
        };
        let root = bundle.reference(schema.to_owned());
        let mut definitions = Map::new();
        while let Some(pointer) = bundle.pending.pop() {
            let name = bundle.names[&pointer].to_string();
            let schema = document.pointer(&pointer).unwrap_or(&Value::Bool(true));
            definitions.insert(name, bundle.assertions(schema, &BTreeSet::new()));
        }
        json!({"$ref": root, "$defs": definitions})
    }

    fn reference(&mut self, pointer: String) -> String {
        let next = self.names.len();
        let name = *self.names.entry(pointer.clone()).or_insert_with(|| {
            self.pending.push(pointer);
            next
        });
        format!("#/$defs/{name}")
    }

    /// Returns what a schema asserts. Messages do not have the `absent` properties of the schema that it is a part of.
    fn assertions(&mut self, schema: &Value, absent: &BTreeSet<String>) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        let mut absent = absent.clone();
        self.collect_absent(schema, FLAG_DEPTH, &mut absent);
        let mut asserted = Map::new();
        for (keyword, value) in object {
            let key = keyword.as_str();
            let value = match value {
                Value::String(reference) if key == "$ref" => match pointer::of_reference(reference)
                {
                    Some(pointer) => json!(self.reference(pointer)),
                    None => continue,
                },
                Value::Array(names) if key == "required" => {
                    let is_absent =
                        |name: &Value| name.as_str().is_some_and(|name| absent.contains(name));
                    names
                        .iter()
                        .filter(|name| !is_absent(name))
                        .cloned()
                        .collect()
                }
                value if PLAIN.contains(&key) => value.clone(),
                value if ONE.contains(&key) => self.assertions(value, &BTreeSet::new()),
                Value::Array(schemas) if LISTED.contains(&key) => {
                    let none = BTreeSet::new();
                    let absent = if key == "allOf" { &absent } else { &none };
                    schemas
                        .iter()
                        .map(|schema| self.assertions(schema, absent))
                        .collect()
                }
                Value::Object(members) if NAMED.contains(&key) => {
                    let members = members.iter();
                    members
                        .map(|(name, schema)| {
                            (name.clone(), self.assertions(schema, &BTreeSet::new()))
                        })
                        .collect()
                }
                _ => continue,
            };
            asserted.insert(keyword.clone(), value);
        }
        if let Some(range) = object.get("format").and_then(Value::as_str).and_then(range)
            && let Value::Array(parts) = asserted.entry("allOf").or_insert_with(|| json!([]))
        {
            parts.push(range);
        }
        Value::Object(asserted)
    }

    /// Collects the properties that a schema and its parts declare and that messages in this direction do not have.
    fn collect_absent(&self, schema: &Value, depth: usize, absent: &mut BTreeSet<String>) {
        let (Some(object), Some(depth)) = (schema.as_object(), depth.checked_sub(1)) else {
            return;
        };
        let flag = self.direction.absent_flag();
        let properties = object.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if is_flagged(self.document, property, flag, FLAG_DEPTH) {
                absent.insert(name.clone());
            }
        }
        let target = target(self.document, schema).map(|(_, target)| target);
        for part in branches(object, "allOf").iter().chain(target) {
            self.collect_absent(part, depth, absent);
        }
    }
}
