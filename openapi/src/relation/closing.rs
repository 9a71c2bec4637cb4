//! Closing: the sender's schema without the properties that only the receiver declares.
//!
//! An object may have undeclared properties, but a sender does not send a property that its own document
//! does not name: so a property that only the receiver declares breaks nothing. A name that the sender
//! requires is named. All other names stay open, whether `additionalProperties: true` is written or not.
//!
//! An `allOf` is closed as a whole, since its parts see each other's properties. Schemas below `not` and
//! `if` stay open: to close them would allow more values.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::schema::{Validator, definition_name};
use crate::{keywords, pointer};

/// The suffix of the open form of a definition, which the parts of an `allOf` refer to.
const OPEN: &str = ".open";

/// Returns the sender's schema with its objects closed to the names that only the receiver declares. Both
/// schemas are self-contained.
pub(crate) fn close(sender: &Value, receiver: &Value) -> Value {
    let no_definitions = Map::new();
    let definitions = sender
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut closing = Closing {
        definitions,
        names: declared_names(receiver),
        wanted_open: BTreeSet::new(),
    };
    if closing.names.is_empty() {
        return sender.clone();
    }
    let mut closed = closing.schema(sender, Scope::Whole);
    let mut members: Map<String, Value> = definitions
        .iter()
        .map(|(name, definition)| (name.clone(), closing.schema(definition, Scope::Whole)))
        .collect();
    let mut done = BTreeSet::new();
    while let Some(name) = closing.wanted_open.pop_first() {
        if done.insert(name.clone())
            && let Some(definition) = definitions.get(&name)
        {
            members.insert(
                format!("{name}{OPEN}"),
                closing.schema(definition, Scope::Part),
            );
        }
        closing.wanted_open.retain(|name| !done.contains(name));
    }
    if let Value::Object(object) = &mut closed
        && !members.is_empty()
    {
        object.insert("$defs".to_owned(), Value::Object(members));
    }
    closed
}

/// Returns the names of all properties that a schema declares anywhere in it.
fn declared_names(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    keywords::visit_asserted(schema, &mut |object| {
        if let Some(Value::Object(properties)) = object.get("properties") {
            names.extend(properties.keys().cloned());
        }
    });
    names
}

/// Whether a schema describes a value by itself or together with its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Whole,
    Part,
}

struct Closing<'a> {
    definitions: &'a Map<String, Value>,
    /// The names that the receiver declares.
    names: BTreeSet<String>,
    /// The names of the definitions whose open form is referred to.
    wanted_open: BTreeSet<String>,
}

/// The properties that a schema and its parts name.
#[derive(Default)]
struct Declared {
    /// The properties that are declared or required.
    names: BTreeSet<String>,
    /// The patterns of `patternProperties`.
    patterns: BTreeSet<String>,
    /// Whether the schema describes objects.
    is_object: bool,
}

impl Closing<'_> {
    fn schema(&mut self, schema: &Value, scope: Scope) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        // Alternatives and a reference are closed by themselves where they are the only keyword.
        let alone = object.len() == 1 + usize::from(object.contains_key("$defs"));
        let composed = object.contains_key("allOf") || (is_composed_of_wholes(object) && !alone);
        let inner = if composed { Scope::Part } else { scope };
        let mut closed: Map<String, Value> = object
            .iter()
            .filter(|(keyword, _)| *keyword != "$defs")
            .map(|(keyword, value)| (keyword.clone(), self.keyword(keyword, value, inner)))
            .collect();
        if scope == Scope::Part || (!composed && is_composed_of_wholes(object)) {
            return Value::Object(closed);
        }
        let mut declared = Declared::default();
        if self.collect_declared(object, &mut declared, 0) && declared.is_object {
            self.exclude_undeclared(&mut closed, &declared);
        }
        Value::Object(closed)
    }

    /// Excludes the receiver's names that the sender does not declare.
    fn exclude_undeclared(&self, closed: &mut Map<String, Value>, declared: &Declared) {
        let patterns: Vec<Validator> = declared
            .patterns
            .iter()
            .filter_map(|pattern| Validator::new(&json!({ "pattern": pattern })).ok())
            .collect();
        let is_patterned = |name: &str| {
            let name = Value::from(name);
            patterns.iter().any(|pattern| pattern.accepts(&name))
        };
        let undeclared: Vec<&String> = self
            .names
            .iter()
            .filter(|name| !declared.names.contains(*name) && !is_patterned(name))
            .collect();
        if undeclared.is_empty() {
            return;
        }
        let properties = closed
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            let excluded = undeclared.into_iter();
            properties.extend(excluded.map(|name| (name.clone(), json!(false))));
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, scope: Scope) -> Value {
        match keyword {
            "items" | "additionalProperties" | "contains" => self.schema(value, Scope::Whole),
            "properties" | "patternProperties" => {
                let members = value.as_object().into_iter().flatten();
                let members =
                    members.map(|(name, schema)| (name.clone(), self.schema(schema, Scope::Whole)));
                Value::Object(members.collect())
            }
            "prefixItems" => self.list(value, Scope::Whole),
            "anyOf" | "oneOf" => self.list(value, scope),
            "allOf" => self.list(value, Scope::Part),
            "$ref" if scope == Scope::Part => match value.as_str().and_then(definition_name) {
                Some(name) => {
                    let reference = format!("#/$defs/{}{OPEN}", pointer::escape(&name));
                    self.wanted_open.insert(name);
                    Value::String(reference)
                }
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn list(&mut self, value: &Value, scope: Scope) -> Value {
        let items = value.as_array().into_iter().flatten();
        Value::Array(items.map(|item| self.schema(item, scope)).collect())
    }

    /// Collects what a schema and its parts declare. Returns false when one of them gives undeclared properties
    /// a schema: these are then meant to be sent.
    fn collect_declared(
        &self,
        object: &Map<String, Value>,
        into: &mut Declared,
        depth: usize,
    ) -> bool {
        if has_schema_for_undeclared(object) || depth > 32 {
            return false;
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            into.is_object = true;
            into.names.extend(properties.keys().cloned());
        }
        // Required properties are sent, declared or not.
        let required = object.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        into.names.extend(required.map(str::to_owned));
        if let Some(Value::Object(patterns)) = object.get("patternProperties") {
            into.is_object = true;
            into.patterns.extend(patterns.keys().cloned());
        }
        into.is_object |= match object.get("type") {
            Some(Value::String(kind)) => kind == "object",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
            _ => false,
        };
        let target = object
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(definition_name)
            .and_then(|name| self.definitions.get(&name));
        let parts = ["allOf", "anyOf", "oneOf"]
            .into_iter()
            .filter_map(|keyword| object.get(keyword)?.as_array())
            .flatten();
        let conditional = ["if", "then", "else"]
            .into_iter()
            .filter_map(|keyword| object.get(keyword));
        let dependent = object.get("dependentSchemas").and_then(Value::as_object);
        let dependent = dependent.into_iter().flatten().map(|(_, part)| part);
        let mut parts =
            (parts.chain(conditional).chain(dependent).chain(target)).filter_map(Value::as_object);
        parts.all(|part| self.collect_declared(part, into, depth + 1))
    }
}

/// Returns whether a schema consists of other schemas that are each closed by themselves.
fn is_composed_of_wholes(object: &Map<String, Value>) -> bool {
    ["anyOf", "oneOf", "$ref"]
        .iter()
        .any(|keyword| object.contains_key(*keyword))
}

/// Returns whether a schema restricts undeclared properties.
fn has_schema_for_undeclared(object: &Map<String, Value>) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .filter_map(|keyword| object.get(*keyword))
        .any(|schema| schema != &json!(true) && schema != &json!({}))
}

#[cfg(test)]
mod tests {
    use super::close;
    use crate::Validator;
    use serde_json::json;

    #[test]
    fn an_all_of_is_closed_as_a_whole() {
        let schema = json!({
            "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "string"}}}],
            "$defs": {"A": {"type": "object", "properties": {"a": true, "inner": {"$ref": "#/$defs/A"}}}}
        });
        let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
        let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": 1, "b": "x", "inner": {"a": 2}})));
        assert!(validator.accepts(&json!({"undeclared": 1})));
        assert!(!validator.accepts(&json!({"c": 1})));
        assert!(!validator.accepts(&json!({"inner": {"b": "x"}})));
    }

    #[test]
    fn alternatives_see_the_properties_beside_them() {
        let schema = json!({"properties": {"a": true}, "oneOf": [{"type": "object"}]});
        let receiver = json!({"properties": {"a": {"type": "integer"}, "b": true}});
        let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": []})));
        assert!(!validator.accepts(&json!({"b": 1})));
    }

    #[test]
    fn properties_declared_on_a_condition_are_sent() {
        let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
        for conditional in [
            json!({"type": "object", "if": {"required": ["a"]}, "then": {"properties": {"b": true}}}),
            json!({"type": "object", "dependentSchemas": {"a": {"properties": {"b": true}}}}),
        ] {
            let closed = close(&conditional, &receiver);
            let validator = Validator::new(&closed).expect("a valid schema");
            assert!(validator.accepts(&json!({"b": 1})), "{conditional}");
            assert!(!validator.accepts(&json!({"c": 1})), "{conditional}");
        }
    }

    #[test]
    fn required_properties_are_sent_though_they_are_not_declared() {
        let receiver = json!({"properties": {"a": {"type": "integer"}, "b": true}});
        for requiring in [
            json!({"type": "object", "required": ["a"]}),
            json!({"allOf": [{"type": "object"}, {"required": ["a"]}]}),
        ] {
            let closed = close(&requiring, &receiver);
            let validator = Validator::new(&closed).expect("a valid schema");
            assert!(validator.accepts(&json!({"a": "x"})), "{requiring}");
            assert!(
                !validator.accepts(&json!({"a": "x", "b": 1})),
                "{requiring}"
            );
        }
    }

    #[test]
    fn a_map_may_have_any_name() {
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let receiver = json!({"properties": {"a": {"type": "integer"}}});
        assert_eq!(close(&map, &receiver), map);
    }

    #[test]
    fn additional_properties_true_means_the_same_as_no_keyword() {
        let receiver = json!({"properties": {"a": {"type": "integer"}}});
        for open in [
            json!({"type": "object"}),
            json!({"type": "object", "additionalProperties": true}),
        ] {
            let validator = Validator::new(&close(&open, &receiver)).expect("a valid schema");
            assert!(!validator.accepts(&json!({"a": 1})), "{open}");
            assert!(validator.accepts(&json!({"b": 1})), "{open}");
        }
    }
}
