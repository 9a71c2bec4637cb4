//! One operation of the document on its own, as upstream publishes its operations: with what it refers to, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What the references to components start with.
const SCHEMAS: &str = "#/components/schemas/";

/// Returns the document without the other operations, and without the schemas that the one that is left does not reach.
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
