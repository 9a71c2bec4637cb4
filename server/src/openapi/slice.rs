//! A slice of the document: one operation and the schemas that it refers to, in the form in which upstream publishes them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The prefix of a reference to a component schema.
const SCHEMAS: &str = "#/components/schemas/";

/// Returns the document without other operations, and without schemas that this operation does not reach.
pub(crate) fn operation(mut document: Value, path: &str, method: &str) -> Value {
    let operation = document["paths"][path][method].take();
    document["info"]["title"] = operation["summary"].clone();
    let mut reached = BTreeSet::new();
    reach(&operation, &document["components"]["schemas"], &mut reached);
    let item = Map::from_iter([(method.to_owned(), operation)]);
    document["paths"] = Value::Object(Map::from_iter([(path.to_owned(), Value::Object(item))]));
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| reached.contains(name));
    }
    document
}

/// Adds the schemas that a part of the document refers to, and those that they refer to.
fn reach(part: &Value, schemas: &Value, reached: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let name = (members.get("$ref").and_then(Value::as_str))
                .and_then(|reference| reference.strip_prefix(SCHEMAS));
            if let Some(name) = name
                && reached.insert(name.to_owned())
            {
                reach(&schemas[name], schemas, reached);
            }
            for member in members.values() {
                reach(member, schemas, reached);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                reach(element, schemas, reached);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
