//! One operation of a document, with everything that it refers to.

use openapi::pointer;
use serde_json::{Map, Value, json};

use crate::seeding::messages::{METHODS, Operation};

/// Returns a document with one operation, and the same text otherwise. Security is left out.
pub(crate) fn slice(document: &Value, operation: &Operation) -> Value {
    let mut slice = Map::new();
    for field in ["openapi", "jsonSchemaDialect", "info", "servers", "paths"] {
        if let Some(value) = document.get(field) {
            let value = if field == "paths" {
                json!({})
            } else {
                value.clone()
            };
            slice.insert(field.to_owned(), value);
        }
    }
    let mut slice = Value::Object(slice);
    let mut item = document[operation.section][&operation.path].clone();
    if let Some(item) = item.as_object_mut() {
        item.retain(|field, _| *field == operation.method || !METHODS.contains(&field.as_str()));
    }
    without_security(&mut item);
    let mut pending = Vec::new();
    references(&item, &mut pending);
    slice[operation.section][&operation.path] = item;
    while let Some(reference) = pending.pop() {
        let Some(tokens) = unit(&reference) else {
            continue;
        };
        let at = pointer::join_all("", tokens.iter().map(String::as_str));
        let (Some(value), None) = (document.pointer(&at), slice.pointer(&at)) else {
            continue;
        };
        let mut value = value.clone();
        without_security(&mut value);
        references(&value, &mut pending);
        let mut holder = &mut slice;
        for token in &tokens {
            holder = &mut holder[token];
        }
        *holder = value;
    }
    slice
}

/// Returns the path to the component or path item that a reference is into, or refers to.
fn unit(reference: &str) -> Option<Vec<String>> {
    let pointer = pointer::of_reference(reference)?;
    let tokens: Vec<String> = pointer::tokens(&pointer)
        .map(std::borrow::Cow::into_owned)
        .collect();
    let depth = if tokens.first()? == "components" {
        3
    } else {
        2
    };
    tokens.get(..depth).map(<[String]>::to_vec)
}

/// Collects the references within a value, with those of discriminators.
fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            into.extend(
                members
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            let mapping = members.get("mapping").and_then(Value::as_object);
            for target in mapping
                .into_iter()
                .flatten()
                .filter_map(|(_, target)| target.as_str())
            {
                into.push(target.to_owned());
                into.push(format!("#/components/schemas/{target}"));
            }
            members.values().for_each(|member| references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Removes the security requirements of the operations in a path item.
fn without_security(item: &mut Value) {
    for method in METHODS {
        if let Some(Value::Object(operation)) = item.get_mut(method) {
            operation.shift_remove("security");
        }
    }
}
