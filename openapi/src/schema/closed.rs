//! What a sender that keeps to its schema sends: the declared properties, and no others.
//!
//! An object that declares properties and says nothing of others has no others. The parts of an
//! `allOf` see each other's properties, so it is their whole that is closed, by the names that the
//! parts declare between them. What stands below `not` and `if`, where closing would widen, stays
//! open.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::pointer;

/// The suffix of a definition that is left open, for use as a part of a whole.
const OPEN: &str = ".open";

/// The self-contained schema with its objects closed.
pub(super) fn close(schema: &Value) -> Value {
    let no_definitions = Map::new();
    let definitions = schema
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut closing = Closing {
        definitions,
        open_wanted: BTreeSet::new(),
    };
    let mut closed = closing.of(schema, Scope::Whole);
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

/// Whether a schema describes a value by itself or together with its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Whole,
    Part,
}

struct Closing<'a> {
    definitions: &'a Map<String, Value>,
    /// Names of definitions of which an open form is referred to.
    open_wanted: BTreeSet<String>,
}

impl Closing<'_> {
    fn of(&mut self, schema: &Value, scope: Scope) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        let composed = object.contains_key("allOf")
            || (object.contains_key("$ref")
                && object.len() > 1 + usize::from(object.contains_key("$defs")));
        let inner = if composed { Scope::Part } else { scope };
        let mut closed: Map<String, Value> = object
            .iter()
            .filter(|(keyword, _)| *keyword != "$defs")
            .map(|(keyword, value)| (keyword.clone(), self.keyword(keyword, value, inner)))
            .collect();
        if scope == Scope::Part {
            return Value::Object(closed);
        }
        if composed {
            let mut names = BTreeSet::new();
            if self.declared(object, &mut names, 0)
                && !names.is_empty()
                && !closed.contains_key("propertyNames")
            {
                closed.insert("propertyNames".to_owned(), json!({ "enum": names }));
            }
        } else if declares(object)
            && !object.contains_key("anyOf")
            && !object.contains_key("oneOf")
            && !says(object)
        {
            closed.insert("additionalProperties".to_owned(), json!(false));
        }
        Value::Object(closed)
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

    /// Collects the names that a schema and its parts declare; false when one of them speaks of
    /// others as well, so that nothing may be closed.
    fn declared(
        &self,
        object: &Map<String, Value>,
        names: &mut BTreeSet<String>,
        depth: usize,
    ) -> bool {
        if says(object) || depth > 32 {
            return false;
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            names.extend(properties.keys().cloned());
        }
        let target = object
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(definition_name)
            .and_then(|name| self.definitions.get(&name));
        let parts = ["allOf", "anyOf", "oneOf"]
            .into_iter()
            .filter_map(|keyword| object.get(keyword)?.as_array())
            .flatten();
        parts
            .chain(target)
            .filter_map(Value::as_object)
            .all(|part| self.declared(part, names, depth + 1))
    }
}

fn definition_name(reference: &str) -> Option<String> {
    Some(pointer::last(reference.strip_prefix("#/$defs")?).into_owned())
}

fn declares(object: &Map<String, Value>) -> bool {
    let properties = object.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| !properties.is_empty())
}

/// Whether the object speaks of properties that it does not declare.
fn says(object: &Map<String, Value>) -> bool {
    [
        "additionalProperties",
        "unevaluatedProperties",
        "patternProperties",
    ]
    .iter()
    .any(|keyword| object.contains_key(*keyword))
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
        let validator = Validator::new(&close(&schema)).expect("a valid schema");
        assert!(validator.accepts(&json!({"a": 1, "b": "x", "inner": {"a": 2}})));
        assert!(!validator.accepts(&json!({"c": 1})));
        assert!(!validator.accepts(&json!({"inner": {"b": "x"}})));
    }
}
