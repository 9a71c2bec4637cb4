//! What a sender that keeps to its schema sends.
//!
//! An object that says nothing of undeclared properties may hold others, but none that the other
//! side gives a meaning to: whoever sends by a document does not send what it knows nothing of, so
//! that a property declared by the receiver alone breaks nobody. A name that the sender requires is one
//! that it knows. Other names stay open, as they are for who writes `additionalProperties: true` in full.
//!
//! The parts of an `allOf` see each other's properties, so it is their whole that is closed. What
//! stands below `not` and `if`, where closing would widen, stays open.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::schema::{Validator, definition_name};
use crate::{keywords, pointer};

/// The suffix of a definition that is left open, for use as a part of a whole.
const OPEN: &str = ".open";

/// The self-contained schema of a sender with its objects closed to the names that only the
/// receiver, a self-contained schema too, declares.
pub(crate) fn close(sender: &Value, receiver: &Value) -> Value {
    let no_definitions = Map::new();
    let definitions = sender
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut closing = Closing {
        definitions,
        names: names_declared(receiver),
        open_wanted: BTreeSet::new(),
    };
    if closing.names.is_empty() {
        return sender.clone();
    }
    let mut closed = closing.of(sender, Scope::Whole);
    let mut members: Map<String, Value> = definitions
        .iter()
        .map(|(name, definition)| (name.clone(), closing.of(definition, Scope::Whole)))
        .collect();
    let mut done = BTreeSet::new();
    while let Some(name) = closing.open_wanted.pop_first() {
        if done.insert(name.clone())
            && let Some(definition) = definitions.get(&name)
        {
            members.insert(format!("{name}{OPEN}"), closing.of(definition, Scope::Part));
        }
        closing.open_wanted.retain(|name| !done.contains(name));
    }
    if let Value::Object(object) = &mut closed
        && !members.is_empty()
    {
        object.insert("$defs".to_owned(), Value::Object(members));
    }
    closed
}

/// Every name of a property that a schema declares anywhere in it.
fn names_declared(schema: &Value) -> BTreeSet<String> {
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
    /// What the receiver declares.
    names: BTreeSet<String>,
    /// Names of definitions of which an open form is referred to.
    open_wanted: BTreeSet<String>,
}

/// What an object, with its parts, says of its properties.
#[derive(Default)]
struct Declared {
    /// Those that it declares or requires.
    names: BTreeSet<String>,
    /// Patterns of `patternProperties`.
    patterns: BTreeSet<String>,
    /// Whether objects are meant at all.
    is_object: bool,
}

impl Closing<'_> {
    fn of(&mut self, schema: &Value, scope: Scope) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        // Alternatives and a reference are wholes where nothing stands beside them.
        let alone = object.len() == 1 + usize::from(object.contains_key("$defs"));
        let composed = object.contains_key("allOf") || (is_by_others(object) && !alone);
        let inner = if composed { Scope::Part } else { scope };
        let mut closed: Map<String, Value> = object
            .iter()
            .filter(|(keyword, _)| *keyword != "$defs")
            .map(|(keyword, value)| (keyword.clone(), self.keyword(keyword, value, inner)))
            .collect();
        if scope == Scope::Part || (!composed && is_by_others(object)) {
            return Value::Object(closed);
        }
        let mut declared = Declared::default();
        if self.declared(object, &mut declared, 0) && declared.is_object {
            self.leave_out(&mut closed, &declared);
        }
        Value::Object(closed)
    }

    /// Adds that the receiver's names are not sent, unless the sender declares them.
    fn leave_out(&self, closed: &mut Map<String, Value>, declared: &Declared) {
        let patterns: Vec<Validator> = declared
            .patterns
            .iter()
            .filter_map(|pattern| Validator::new(&json!({ "pattern": pattern })).ok())
            .collect();
        let is_patterned = |name: &str| {
            let name = Value::from(name);
            patterns.iter().any(|pattern| pattern.accepts(&name))
        };
        let unknown: Vec<&String> = self
            .names
            .iter()
            .filter(|name| !declared.names.contains(*name) && !is_patterned(name))
            .collect();
        if unknown.is_empty() {
            return;
        }
        let properties = closed
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            properties.extend(unknown.into_iter().map(|name| (name.clone(), json!(false))));
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, scope: Scope) -> Value {
        match keyword {
            "items" | "additionalProperties" | "contains" => self.of(value, Scope::Whole),
            "properties" | "patternProperties" => {
                let members = value.as_object().into_iter().flatten();
                let members =
                    members.map(|(name, schema)| (name.clone(), self.of(schema, Scope::Whole)));
                Value::Object(members.collect())
            }
            "prefixItems" => self.list(value, Scope::Whole),
            "anyOf" | "oneOf" => self.list(value, scope),
            "allOf" => self.list(value, Scope::Part),
            "$ref" if scope == Scope::Part => match value.as_str().and_then(definition_name) {
                Some(name) => {
                    let reference = format!("#/$defs/{}{OPEN}", pointer::escape(&name));
                    self.open_wanted.insert(name);
                    Value::String(reference)
                }
                None => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn list(&mut self, value: &Value, scope: Scope) -> Value {
        let items = value.as_array().into_iter().flatten();
        Value::Array(items.map(|item| self.of(item, scope)).collect())
    }

    /// Collects what a schema and its parts declare; false when one of them gives undeclared
    /// properties a schema, so that they are meant to be sent.
    fn declared(&self, object: &Map<String, Value>, into: &mut Declared, depth: usize) -> bool {
        if gives_undeclared_a_schema(object) || depth > 32 {
            return false;
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            into.is_object = true;
            into.names.extend(properties.keys().cloned());
        }
        // What must be there is sent, declared or not.
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
        let on_conditions = ["if", "then", "else"]
            .into_iter()
            .filter_map(|keyword| object.get(keyword));
        let on_names = object.get("dependentSchemas").and_then(Value::as_object);
        let on_names = on_names.into_iter().flatten().map(|(_, part)| part);
        let mut parts =
            (parts.chain(on_conditions).chain(on_names).chain(target)).filter_map(Value::as_object);
        parts.all(|part| self.declared(part, into, depth + 1))
    }
}

/// Whether others say what the value is, each of which is closed by itself.
fn is_by_others(object: &Map<String, Value>) -> bool {
    ["anyOf", "oneOf", "$ref"]
        .iter()
        .any(|keyword| object.contains_key(*keyword))
}

/// Whether undeclared properties are given a schema that says something of them.
fn gives_undeclared_a_schema(object: &Map<String, Value>) -> bool {
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
    fn the_whole_of_an_all_of_is_closed_and_its_parts_are_not() {
        let schema = json!({
            "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "string"}}}],
            "$defs": {"A": {"type": "object", "properties": {"a": true, "inner": {"$ref": "#/$defs/A"}}}}
        });
        let receiver = json!({"properties": {"a": true, "b": true, "c": true}});
        let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": 1, "b": "x", "inner": {"a": 2}})));
        assert!(validator.accepts(&json!({"of nobody": 1})));
        assert!(!validator.accepts(&json!({"c": 1})));
        assert!(!validator.accepts(&json!({"inner": {"b": "x"}})));
    }

    #[test]
    fn alternatives_see_what_stands_beside_them() {
        let schema = json!({"properties": {"a": true}, "oneOf": [{"type": "object"}]});
        let receiver = json!({"properties": {"a": {"type": "integer"}, "b": true}});
        let validator = Validator::new(&close(&schema, &receiver)).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": []})));
        assert!(!validator.accepts(&json!({"b": 1})));
    }

    #[test]
    fn what_is_declared_on_a_condition_is_sent() {
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
    fn what_is_required_is_sent_though_nothing_is_said_of_it() {
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
    fn a_map_is_meant_to_hold_any_name() {
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let receiver = json!({"properties": {"a": {"type": "integer"}}});
        assert_eq!(close(&map, &receiver), map);
    }

    #[test]
    fn open_in_full_is_open_by_silence() {
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
