//! Nothing is silent: whatever single thing is edited in a document that uses all of OpenAPI, something
//! is told, unless what was edited means the same as before.

use std::collections::BTreeSet;

use openapi::diff::compare;
use openapi::{Document, pointer};
use serde_json::{Value, json};

/// A document that uses all of OpenAPI.
fn rich() -> Value {
    serde_json::from_str(include_str!("silence/rich.json")).expect("JSON")
}

/// The places of everything in a document, but the root.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let mut member = |place: String, value: &Value| {
        into.push(place.clone());
        places(value, &place, into);
    };
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                member(pointer::join(at, key), value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                member(format!("{at}/{index}"), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Edits of what stands at a place, each with what was done.
fn edits(document: &Value, place: &str) -> Vec<(&'static str, Value)> {
    let mut edited = Vec::new();
    let mut edit = |what, change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(document.pointer_mut(place).expect("what stands there"));
        edited.push((what, document));
    };
    match document.pointer(place).expect("what stands there") {
        Value::Bool(_) => edit("flip", &|value| {
            *value = json!(!value.as_bool().expect("a flag"));
        }),
        Value::Number(_) => edit("add 1 to", &|value| {
            *value = json!(value.as_f64().expect("a number") + 1.0);
        }),
        Value::String(_) => edit("append to", &|value| {
            *value = json!(format!("{}x", value.as_str().expect("a text")));
        }),
        Value::Object(_) => edit("extend", &|value| value["x-new"] = json!(1)),
        Value::Array(_) | Value::Null => {}
    }
    let (parent, _) = place.rsplit_once('/').expect("a place below the root");
    let last = pointer::last(place);
    let mut without = document.clone();
    match without.pointer_mut(parent).expect("its parent") {
        Value::Object(members) => {
            members.shift_remove(last.as_ref());
        }
        Value::Array(items) => {
            items.remove(last.parse().expect("an index"));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    edited.push(("remove", without));
    edited
}

/// What may be edited without a word, and why that is no change.
const THE_SAME: &[(&str, &str, &str)] = &[
    (
        "append to",
        "/openapi",
        "a patch of the specification changes no meaning",
    ),
    (
        "remove",
        "/jsonSchemaDialect",
        "the dialect is the usual one",
    ),
    (
        "remove",
        "/paths/~1a~1{id}/post/parameters/0/style",
        "the style is the usual one",
    ),
    (
        "remove",
        "/paths/~1a~1{id}/post/parameters/0/schema/items/type",
        "all the enumerated values are texts",
    ),
    (
        "add 1 to",
        "/paths/~1a~1{id}/post/parameters/1/schema/minimum",
        "the first multiple of 3 stays the first",
    ),
    (
        "add 1 to",
        "/paths/~1a~1{id}/post/parameters/1/schema/maximum",
        "the last multiple of 3 stays the last",
    ),
    (
        "extend",
        "/paths/~1a~1{id}/post/requestBody/content/application~1json/examples/r",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1a~1{id}/post/responses/404",
        "a Reference Object cannot be extended",
    ),
    (
        "extend",
        "/paths/~1a~1{id}/post/requestBody/content/multipart~1form-data/encoding",
        "no part is called so",
    ),
    (
        "remove",
        "/components/schemas/In/minProperties",
        "one property is required",
    ),
    (
        "remove",
        "/components/schemas/In/maxProperties",
        "a closed object has fewer properties",
    ),
    (
        "add 1 to",
        "/components/schemas/In/maxProperties",
        "a closed object has fewer properties",
    ),
    (
        "extend",
        "/components/schemas/In/properties/u/discriminator/mapping",
        "a mapping to what is no text",
    ),
    (
        "remove",
        "/components/schemas/In/properties/cont/minContains",
        "the number is the usual one",
    ),
    (
        "remove",
        "/components/schemas/Out/allOf/1/type",
        "another part says so",
    ),
    (
        "remove",
        "/components/schemas/Dog/required",
        "the discriminator demands it",
    ),
    (
        "remove",
        "/components/schemas/Dog/required/0",
        "the discriminator demands it",
    ),
    (
        "remove",
        "/components/schemas/Dog/properties/kind",
        "the discriminator fixes it",
    ),
    (
        "remove",
        "/components/schemas/Dog/properties/kind/type",
        "the discriminator fixes it",
    ),
];

#[test]
fn whatever_is_edited_is_told() {
    let rich = rich();
    let base = Document::parse("base", &rich.to_string()).expect("a document");
    let mut all = Vec::new();
    places(&rich, "", &mut all);
    let (mut compared, mut silent) = (0, BTreeSet::new());
    for place in &all {
        for (what, edited) in edits(&rich, place) {
            // What is refused on reading is told on reading.
            let Ok(revision) = Document::parse("revision", &edited.to_string()) else {
                continue;
            };
            compared += 1;
            if compare(&base, &revision).changes.is_empty() {
                silent.insert((what, place.as_str()));
            }
        }
    }
    assert!(compared > 900, "only {compared} edits were compared");
    let same: BTreeSet<_> = THE_SAME
        .iter()
        .map(|(what, place, _)| (*what, *place))
        .collect();
    let untold: Vec<_> = silent.difference(&same).collect();
    assert!(untold.is_empty(), "nothing was told of {untold:#?}");
    let told: Vec<_> = same.difference(&silent).collect();
    assert!(told.is_empty(), "something was told of {told:#?}");
}
