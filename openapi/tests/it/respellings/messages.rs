//! Rewrites of parameters, bodies and addresses: defaults that are written out, and names in another case.

use openapi::pointer;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::Rewrite;
use crate::random::pick;

/// The rewrites.
pub(super) const REWRITES: &[(&str, Rewrite)] = &[
    ("a default of a parameter written out", default_of_parameter),
    (
        "a default of a body or operation written out",
        default_of_operation,
    ),
    ("the default server written out", default_server),
    (
        "the name of a header in another case",
        header_in_another_case,
    ),
    ("a media type in another case", media_type_in_another_case),
];

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Returns the pointers to the operations of the paths.
fn operations(document: &Value) -> Vec<String> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut operations = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
        operations
            .extend(methods.map(|method| pointer::join_all("/paths", [path.as_str(), method])));
    }
    operations
}

/// Returns the pointer to a random parameter of an operation that is written out there.
fn parameter(random: &mut SmallRng, document: &Value) -> Option<String> {
    let mut spots = Vec::new();
    for operation in operations(document) {
        let here = pointer::join(&operation, "parameters");
        let parameters = document.pointer(&here).and_then(Value::as_array);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            if parameter.get("schema").is_some() {
                spots.push(pointer::join(&here, &index.to_string()));
            }
        }
    }
    (!spots.is_empty()).then(|| pick(random, &spots).clone())
}

fn default_of_parameter(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let spot = parameter(random, document)?;
    let parameter = document.pointer_mut(&spot)?.as_object_mut()?;
    let style = match parameter.get("in")?.as_str()? {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let defaults = [
        ("style", json!(style)),
        ("explode", json!(style == "form")),
        ("required", json!(false)),
        ("deprecated", json!(false)),
    ];
    let (key, default) = pick(random, &defaults).clone();
    // Without `explode` written out it depends on the style, which then is the default.
    if parameter.contains_key(key) || (key == "explode" && parameter.contains_key("style")) {
        return None;
    }
    parameter.insert(key.to_owned(), default);
    Some(spot)
}

fn default_of_operation(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let operations = operations(document);
    if operations.is_empty() {
        return None;
    }
    let spot = pick(random, &operations).clone();
    let operation = document.pointer_mut(&spot)?.as_object_mut()?;
    let body = operation
        .get_mut("requestBody")
        .and_then(Value::as_object_mut);
    let (holder, key) = match body {
        Some(body) if !body.contains_key("$ref") && !body.contains_key("required") => {
            (body, "required")
        }
        _ => (operation, "deprecated"),
    };
    if holder.contains_key(key) {
        return None;
    }
    holder.insert(key.to_owned(), json!(false));
    Some(spot)
}

fn default_server(_: &mut SmallRng, document: &mut Value) -> Option<String> {
    let root = document.as_object_mut()?;
    if root.contains_key("servers") {
        return None;
    }
    root.insert("servers".to_owned(), json!([{"url": "/"}]));
    Some("/servers".to_owned())
}

fn header_in_another_case(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let spot = parameter(random, document)?;
    let parameter = document.pointer_mut(&spot)?;
    if parameter["in"] != "header" {
        return None;
    }
    let name = parameter["name"].as_str()?.to_owned();
    parameter["name"] = json!(if name == name.to_lowercase() {
        name.to_uppercase()
    } else {
        name.to_lowercase()
    });
    Some(spot)
}

fn media_type_in_another_case(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let mut spots = Vec::new();
    for operation in operations(document) {
        spots.push(pointer::join_all(&operation, ["requestBody", "content"]));
        let here = pointer::join(&operation, "responses");
        let responses = document.pointer(&here).and_then(Value::as_object);
        for status in responses.into_iter().flat_map(Map::keys) {
            spots.push(pointer::join_all(&here, [status.as_str(), "content"]));
        }
    }
    spots.retain(|spot| {
        let content = document.pointer(spot).and_then(Value::as_object);
        content.is_some_and(|content| content.len() == 1)
    });
    if spots.is_empty() {
        return None;
    }
    let spot = pick(random, &spots).clone();
    let content = document.pointer_mut(&spot)?.as_object_mut()?;
    let name = content.keys().next()?.clone();
    let media_type = content.shift_remove(&name)?;
    let (essence, parameters) = name.split_once(';').unwrap_or((&name, ""));
    let essence = if essence == essence.to_lowercase() {
        essence.to_uppercase()
    } else {
        essence.to_lowercase()
    };
    let other = match parameters {
        "" => essence,
        parameters => format!("{essence} ;{parameters}"),
    };
    content.insert(other, media_type);
    Some(spot)
}
