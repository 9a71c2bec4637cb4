//! The spelling of what may be null: utoipa writes a list of types or `oneOf`, pydantic `anyOf` with null.

use serde_json::{Map, Value, json};

/// The keywords whose values are data.
const DATA: [&str; 4] = ["default", "enum", "example", "examples"];

/// The keywords that describe the whole and not one of its alternatives.
const ABOUT_THE_WHOLE: [&str; 3] = ["title", "description", "default"];

/// Spells each schema below this value as pydantic does.
pub(super) fn respell(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if !DATA.contains(&name.as_str()) {
                    respell(member);
                }
            }
            if let Some(kind) = nullable_type(members) {
                *members = alternatives(std::mem::take(members), &kind);
            } else if is_nullable_union(members) {
                let renamed = std::mem::take(members).into_iter().map(|(name, member)| {
                    let any_of = name == "oneOf";
                    (if any_of { "anyOf".to_owned() } else { name }, member)
                });
                members.extend(renamed);
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(respell),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the type of a schema that allows this type and null.
fn nullable_type(schema: &Map<String, Value>) -> Option<Value> {
    let types = schema.get("type")?.as_array()?;
    match types.as_slice() {
        [kind, null] if null == "null" => Some(kind.clone()),
        _ => None,
    }
}

/// Returns whether a schema is a union whose last alternative is null.
fn is_nullable_union(schema: &Map<String, Value>) -> bool {
    (schema.get("oneOf"))
        .and_then(Value::as_array)
        .is_some_and(|either| either.last() == Some(&json!({ "type": "null" })))
}

/// Returns the schema as a union of its values of this type, and null.
fn alternatives(schema: Map<String, Value>, kind: &Value) -> Map<String, Value> {
    let mut whole = Map::from_iter([("anyOf".to_owned(), Value::Null)]);
    let mut value = Map::new();
    for (name, member) in schema {
        if ABOUT_THE_WHOLE.contains(&name.as_str()) {
            whole.insert(name, member);
        } else {
            value.insert(name, member);
        }
    }
    value.insert("type".to_owned(), kind.clone());
    whole["anyOf"] = json!([value, { "type": "null" }]);
    whole
}
