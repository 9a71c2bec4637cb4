//! Nothing is silent: every single edit of a document that uses all of OpenAPI is reported, unless the document
//! still means the same.

use std::collections::BTreeSet;

use openapi::diff::compare;
use openapi::{Document, pointer};
use serde_json::{Value, json};

/// Returns a document that uses all of OpenAPI.
pub(crate) fn rich() -> Value {
    serde_json::from_str(include_str!("silence/rich.json")).expect("JSON")
}

/// Collects the pointers to everything in a document except the root.
pub(crate) fn places(value: &Value, at: &str, into: &mut Vec<String>) {
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

/// Returns edits of the value at a place, each with its name.
pub(crate) fn edits(document: &Value, place: &str) -> Vec<(&'static str, Value)> {
    let mut edited = Vec::new();
    let mut edit = |what, change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(document.pointer_mut(place).expect("a value"));
        edited.push((what, document));
    };
    match document.pointer(place).expect("a value") {
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

/// The edits that are not reported, and why the document still means the same.
const THE_SAME: &[(&str, &str, &str)] = &[
    (
        "append to",
        "/openapi",
        "a patch version of the specification changes no meaning",
    ),
    ("remove", "/jsonSchemaDialect", "the dialect is the default"),
    (
        "remove",
        "/paths/~1a~1{id}/post/parameters/0/style",
        "the style is the default",
    ),
    (
        "remove",
        "/paths/~1a~1{id}/post/parameters/0/schema/items/type",
        "all values of the enum are strings",
    ),
    (
        "add 1 to",
        "/paths/~1a~1{id}/post/parameters/1/schema/minimum",
        "the lowest multiple of 3 stays the same",
    ),
    (
        "add 1 to",
        "/paths/~1a~1{id}/post/parameters/1/schema/maximum",
        "the highest multiple of 3 stays the same",
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
        "the target of the mapping is not a string",
    ),
    (
        "remove",
        "/components/schemas/In/properties/cont/minContains",
        "the number is the default",
    ),
    (
        "remove",
        "/components/schemas/Out/allOf/1/type",
        "another part requires the type",
    ),
];

#[test]
fn every_edit_is_reported() {
    assert_nothing_is_silent(&rich(), THE_SAME, 900);
}

/// Edits everything in a document, at least `least` times, and expects a report of all but those that mean the same.
pub(crate) fn assert_nothing_is_silent(
    rich: &Value,
    the_same: &[(&str, &str, &str)],
    least: usize,
) {
    let base = Document::parse("base", &rich.to_string()).expect("a document");
    let mut all = Vec::new();
    places(rich, "", &mut all);
    let (mut compared, mut silent) = (0, BTreeSet::new());
    for place in &all {
        for (what, edited) in edits(rich, place) {
            // An edit that makes the document invalid is reported on reading.
            let Ok(revision) = Document::parse("revision", &edited.to_string()) else {
                continue;
            };
            compared += 1;
            if compare(&base, &revision).changes.is_empty() {
                silent.insert((what, place.as_str()));
            }
        }
    }
    assert!(compared > least, "only {compared} edits were compared");
    let same: BTreeSet<_> = the_same
        .iter()
        .map(|(what, place, _)| (*what, *place))
        .collect();
    let missed: Vec<_> = silent.difference(&same).collect();
    assert!(missed.is_empty(), "not reported: {missed:#?}");
    let reported: Vec<_> = same.difference(&silent).collect();
    assert!(reported.is_empty(), "reported: {reported:#?}");
}
