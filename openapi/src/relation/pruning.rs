//! Pruning: a schema without what says nothing of some values, so that a large one is compiled in part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::hashed::HashSet;
use crate::keywords;
use crate::schema::definition_name;

/// Returns the names of all members of a value and of what is in it.
pub(super) fn names_in<'v>(value: &'v Value, names: &mut HashSet<&'v str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                names.insert(name);
                names_in(member, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns a self-contained schema without its properties of other names and the definitions that only those refer to.
/// It says the same of all values that have no other names.
pub(super) fn pruned(schema: &Value, names: &HashSet<&str>) -> Value {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let mut kept: BTreeMap<String, Value> = BTreeMap::new();
    let mut pending = Vec::new();
    let mut root = part_of(schema, names, &mut pending);
    while let Some(name) = pending.pop() {
        if !kept.contains_key(&name)
            && let Some(definition) = definitions.and_then(|all| all.get(&name))
        {
            let definition = part_of(definition, names, &mut pending);
            kept.insert(name, definition);
        }
    }
    if let Value::Object(root) = &mut root
        && !kept.is_empty()
    {
        root.insert("$defs".to_owned(), Value::Object(Map::from_iter(kept)));
    }
    root
}

/// Returns a schema without its definitions and those properties. Adds the definitions that it refers to.
fn part_of(schema: &Value, names: &HashSet<&str>, references: &mut Vec<String>) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let mut part = Map::new();
    for (keyword, value) in members {
        let key = keyword.as_str();
        let mut inner = |schema: &Value| part_of(schema, names, references);
        let value = match value {
            _ if key == "$defs" => continue,
            value if keywords::SINGLE.contains(&key) => inner(value),
            Value::Array(items) if keywords::LISTS.contains(&key) => {
                items.iter().map(inner).collect()
            }
            Value::Object(schemas) if keywords::MAPS.contains(&key) => {
                let schemas = schemas.iter();
                let schemas = schemas
                    .filter(|(name, _)| key != "properties" || names.contains(name.as_str()));
                let schemas = schemas.map(|(name, schema)| (name.clone(), inner(schema)));
                Value::Object(schemas.collect())
            }
            Value::String(reference) if key == "$ref" => {
                references.extend(definition_name(reference));
                value.clone()
            }
            _ => value.clone(),
        };
        part.insert(keyword.clone(), value);
    }
    Value::Object(part)
}
