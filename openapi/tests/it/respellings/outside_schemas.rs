//! Rewrites of the parts of a document outside its schemas.

use openapi::pointer;
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::schemas::{has_xml, is_3_0, new_name};
use super::{Rewrite, schema_pointers};
use crate::random::pick;

/// The rewrites.
pub(super) const REWRITES: &[(&str, Rewrite)] = &[
    ("a component of another name", renamed),
    ("members in another order", members_in_another_order),
    (
        "parameters of the path at its operations",
        parameters_at_operations,
    ),
    ("a component in place of a part", into_component),
    ("another version of the specification", another_version),
    ("the dialect of 3.0", dialect_of_3_0),
    ("characters of a reference encoded", encoded),
];

fn members_of<'v>(value: &'v Value, pointer: &str) -> Vec<&'v String> {
    let members = value.pointer(pointer).and_then(Value::as_object);
    members.into_iter().flat_map(Map::keys).collect()
}

fn renamed(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let names = members_of(document, "/components/schemas");
    if names.is_empty() || refers_by_name(document) || has_xml(document) {
        return None;
    }
    let old = (*pick(random, &names)).clone();
    let new = new_name(document, "schemas");
    let (from, to) = (
        pointer::join("/components/schemas", &old),
        format!("#/components/schemas/{new}"),
    );
    each_reference(document, &mut |reference| {
        let target = pointer::of_reference(reference).unwrap_or_default();
        if target == from {
            *reference = to.clone();
        } else if let Some(rest) = target.strip_prefix(&format!("{from}/")) {
            *reference = format!("{to}/{rest}");
        }
    });
    let components = document
        .pointer_mut("/components/schemas")?
        .as_object_mut()?;
    let component = components.shift_remove(&old)?;
    components.insert(new.clone(), component);
    Some(format!("/components/schemas/{new}"))
}

/// Returns whether the document has discriminators, which map values to components by name.
fn refers_by_name(document: &Value) -> bool {
    match document {
        Value::Object(members) => {
            members.contains_key("discriminator") || members.values().any(refers_by_name)
        }
        Value::Array(items) => items.iter().any(refers_by_name),
        _ => false,
    }
}

/// Calls `visit` with the references of a document, except those in examples.
fn each_reference(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                visit(reference);
            }
            let inside = members
                .iter_mut()
                .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples" | "enum"));
            inside.for_each(|(_, member)| each_reference(member, visit));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_reference(item, visit)),
        _ => {}
    }
}

fn members_in_another_order(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let mut spots = schema_pointers::of(document);
    spots.extend(["", "/info", "/components", "/components/schemas"].map(str::to_owned));
    let operations = document.get("paths").and_then(Value::as_object);
    for (path, item) in operations.into_iter().flatten() {
        let item_pointer = pointer::join("/paths", path);
        let keys = item.as_object().into_iter().flat_map(Map::keys);
        spots.extend(keys.map(|key| pointer::join(&item_pointer, key)));
        spots.push(item_pointer);
    }
    let spot = pick(random, &spots).clone();
    let members = document.pointer_mut(&spot)?.as_object_mut()?;
    if members.len() < 2 {
        return None;
    }
    let mut all: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
    all.rotate_left(1);
    members.extend(all);
    Some(spot)
}

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

fn parameters_at_operations(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let paths = members_of(document, "/paths");
    if paths.is_empty() {
        return None;
    }
    let path: &&String = pick(random, &paths);
    let spot = pointer::join("/paths", path);
    let item = document.pointer_mut(&spot)?.as_object_mut()?;
    if !METHODS.iter().any(|method| item.contains_key(*method)) {
        return None;
    }
    let Value::Array(shared) = item.get("parameters")?.clone() else {
        return None;
    };
    // Only parameters without a reference can be matched here by name and place.
    if shared.is_empty()
        || shared
            .iter()
            .any(|parameter| parameter.get("$ref").is_some())
    {
        return None;
    }
    item.shift_remove("parameters");
    for method in METHODS {
        let Some(operation) = item.get_mut(*method).and_then(Value::as_object_mut) else {
            continue;
        };
        let own = operation.entry("parameters").or_insert_with(|| json!([]));
        let own = own.as_array_mut()?;
        for parameter in &shared {
            let is_same = |other: &Value| {
                other["name"] == parameter["name"] && other["in"] == parameter["in"]
            };
            // The operation's own parameters come first, references included.
            if !own.iter().any(is_same) {
                own.push(parameter.clone());
            }
        }
    }
    Some(spot)
}

/// Moves a parameter, response, request body or header to the components.
fn into_component(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let mut spots: Vec<(String, &str)> = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(*method) else {
                continue;
            };
            let here = pointer::join_all("/paths", [path.as_str(), method]);
            if operation.get("requestBody").is_some() {
                spots.push((pointer::join(&here, "requestBody"), "requestBodies"));
            }
            let parameters = operation.get("parameters").and_then(Value::as_array);
            for index in 0..parameters.map_or(0, Vec::len) {
                let index = index.to_string();
                spots.push((
                    pointer::join_all(&here, ["parameters", &index]),
                    "parameters",
                ));
            }
            let responses = operation.get("responses").and_then(Value::as_object);
            for (status, response) in responses.into_iter().flatten() {
                if status.starts_with("x-") {
                    continue;
                }
                let here = pointer::join_all(&here, ["responses", status]);
                let headers = response.get("headers").and_then(Value::as_object);
                for name in headers.into_iter().flat_map(Map::keys) {
                    spots.push((pointer::join_all(&here, ["headers", name]), "headers"));
                }
                spots.push((here, "responses"));
            }
        }
    }
    if spots.is_empty() {
        return None;
    }
    let (spot, section) = pick(random, &spots).clone();
    let part = document.pointer(&spot)?.clone();
    if part.get("$ref").is_some() || !part.is_object() {
        return None;
    }
    let name = new_name(document, section);
    let reference = format!("#/components/{section}/{name}");
    *document.pointer_mut(&spot)? = json!({ "$ref": reference });
    if document.get("components").is_none() {
        document["components"] = json!({});
    }
    if document["components"].get(section).is_none() {
        document["components"][section] = json!({});
    }
    document["components"][section][&name] = part;
    Some(spot)
}

fn another_version(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    if is_3_0(document) {
        document["openapi"] = json!(pick(random, &["3.0.0", "3.0.3", "3.0.4"]));
    } else {
        document["openapi"] = json!(pick(random, &["3.1.0", "3.1.1", "3.2.0"]));
    }
    Some("/openapi".to_owned())
}

/// Rewrites a document of 3.1 as one of 3.0: null and exclusive bounds as flags.
fn dialect_of_3_0(_: &mut SmallRng, document: &mut Value) -> Option<String> {
    if is_3_0(document) {
        return None;
    }
    let spots = schema_pointers::of(document);
    // 3.0 ignores keywords beside a reference.
    let has_siblings = |schema: &Value| {
        let object = schema.as_object();
        object.is_some_and(|object| object.contains_key("$ref") && object.len() > 1)
    };
    if spots
        .iter()
        .any(|spot| document.pointer(spot).is_some_and(has_siblings))
    {
        return None;
    }
    document["openapi"] = json!("3.0.3");
    for spot in spots {
        let Some(schema) = document.pointer_mut(&spot).and_then(Value::as_object_mut) else {
            continue;
        };
        for (bound, exclusive) in [
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ] {
            if !schema.contains_key(bound)
                && let Some(limit @ Value::Number(_)) = schema.get(exclusive).cloned()
            {
                schema.insert(bound.to_owned(), limit);
                schema.insert(exclusive.to_owned(), json!(true));
            }
        }
        if let Some(Value::Array(kinds)) = schema.get("type")
            && let [kind, null] = &kinds[..]
            && null == "null"
        {
            let kind = kind.clone();
            schema.insert("type".to_owned(), kind);
            schema.insert("nullable".to_owned(), json!(true));
        }
    }
    Some(String::new())
}

/// Percent-encodes a character of a reference (RFC 6901 section 6).
fn encoded(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let mut remaining = random.random_range(0..6);
    let mut done = false;
    each_reference(document, &mut |reference| {
        if remaining == 0
            && !done
            && let Some(rest) = reference.strip_prefix("#/components/schemas/")
            && let Some(first) = rest.chars().next().filter(char::is_ascii_alphabetic)
        {
            *reference = format!("#/components/schemas/%{:02X}{}", first as u32, &rest[1..]);
            done = true;
        }
        remaining -= i32::from(remaining > 0);
    });
    done.then(String::new)
}
