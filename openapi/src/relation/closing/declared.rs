//! What a schema and its parts declare.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::hashed::HashSet;
use crate::schema::definition_name;

/// The properties that a schema and its parts name.
#[derive(Default)]
pub(super) struct Declared {
    /// The properties that are declared or required.
    pub(super) names: BTreeSet<String>,
    /// What each part says of a property, or of the items.
    pub(super) descriptions: BTreeMap<Described, Vec<Value>>,
    /// What alternatives and conditions describe.
    pub(super) by_alternatives: BTreeSet<Described>,
    /// The patterns of `patternProperties`.
    pub(super) patterns: BTreeSet<String>,
    /// Whether the schema describes objects.
    pub(super) is_object: bool,
    /// The schema objects that were read, by their addresses, and whether as an alternative.
    seen: HashSet<(*const Map<String, Value>, bool)>,
}

/// What a part describes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Described {
    Property(String),
    Items,
}

impl Declared {
    fn describe(&mut self, what: Described, schema: &Value, is_alternative: bool) {
        if is_alternative {
            self.by_alternatives.insert(what);
            return;
        }
        let known = self.descriptions.entry(what).or_default();
        if !known.contains(schema) {
            known.push(schema.clone());
        }
    }

    /// Collects what a schema and its parts declare. Returns false when one of them gives undeclared properties
    /// a schema: these are then meant to be sent.
    pub(super) fn collect(
        &mut self,
        object: &Map<String, Value>,
        definitions: &Map<String, Value>,
        is_alternative: bool,
        depth: usize,
    ) -> bool {
        if has_schema_for_undeclared(object) || depth > 32 {
            return false;
        }
        if !self
            .seen
            .insert((std::ptr::from_ref(object), is_alternative))
        {
            return true;
        }
        if let Some(items) = object.get("items") {
            self.describe(Described::Items, items, is_alternative);
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            self.is_object = true;
            self.names.extend(properties.keys().cloned());
            for (name, schema) in properties {
                self.describe(Described::Property(name.clone()), schema, is_alternative);
            }
        }
        // Required properties are sent, declared or not.
        let required = object.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        self.names.extend(required.map(str::to_owned));
        if let Some(Value::Object(patterns)) = object.get("patternProperties") {
            self.is_object = true;
            self.patterns.extend(patterns.keys().cloned());
        }
        self.is_object |= match object.get("type") {
            Some(Value::String(kind)) => kind == "object",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
            _ => false,
        };
        let target = object
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(definition_name)
            .and_then(|name| definitions.get(&name));
        let list = |keyword: &str| object.get(keyword).and_then(Value::as_array);
        let parts = list("allOf").into_iter().flatten().chain(target);
        let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(list).flatten();
        let conditional = ["if", "then", "else"]
            .into_iter()
            .filter_map(|keyword| object.get(keyword));
        let dependent = object.get("dependentSchemas").and_then(Value::as_object);
        let dependent = dependent.into_iter().flatten().map(|(_, part)| part);
        let others = alternatives.chain(conditional).chain(dependent);
        let mut schemas = (parts.map(|part| (part, is_alternative)))
            .chain(others.map(|other| (other, true)))
            .filter_map(|(schema, is_alternative)| Some((schema.as_object()?, is_alternative)));
        schemas.all(|(schema, is_alternative)| {
            self.collect(schema, definitions, is_alternative, depth + 1)
        })
    }
}

/// Returns whether a schema restricts undeclared properties.
fn has_schema_for_undeclared(object: &Map<String, Value>) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .filter_map(|keyword| object.get(*keyword))
        .any(|schema| schema != &json!(true) && schema != &json!({}))
}
