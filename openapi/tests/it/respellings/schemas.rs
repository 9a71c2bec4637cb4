//! Rewrites of schemas.

use openapi::pointer;
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::{Rewrite, schema_pointers};
use crate::random::{once_in, pick};

/// The rewrites.
pub(super) const REWRITES: &[(&str, Rewrite)] = &[
    ("a component in place of a schema", into_component),
    ("a schema in place of a reference", in_place),
    ("one branch around a schema", |random, document| {
        at_schema(random, document, one_branch)
    }),
    ("a schema split over allOf", |random, document| {
        at_schema(random, document, split)
    }),
    ("null as an alternative", |random, document| {
        at_schema(random, document, null_as_alternative)
    }),
    ("null as a type", |random, document| {
        at_schema(random, document, null_as_type)
    }),
    (
        "a constant as an enum, or the reverse",
        |random, document| at_schema(random, document, constant),
    ),
    ("a bound of integers", |random, document| {
        at_schema(random, document, integer_bound)
    }),
    ("a list in another order", |random, document| {
        at_schema(random, document, another_order)
    }),
    ("an enum as constants", |random, document| {
        at_schema(random, document, enum_as_constants)
    }),
    (
        "everything as true, or as an empty object",
        |random, document| at_schema(random, document, everything),
    ),
    ("a keyword without effect", |random, document| {
        at_schema(random, document, without_effect)
    }),
    ("one type in a list", |random, document| {
        at_schema(random, document, one_type)
    }),
];

const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "discriminator",
];

pub(super) fn is_annotation(keyword: &str) -> bool {
    keyword.starts_with("x-") || ANNOTATIONS.contains(&keyword)
}

fn asserted(schema: &Map<String, Value>) -> Vec<&str> {
    let keywords = schema.keys().map(String::as_str);
    keywords.filter(|keyword| !is_annotation(keyword)).collect()
}

/// Returns whether the document is of version 3.0, whose `nullable` and some other keywords cannot be moved.
pub(super) fn is_3_0(document: &Value) -> bool {
    document["openapi"]
        .as_str()
        .is_some_and(|version| version.starts_with("3.0"))
}

/// Applies a rewrite to a random schema of the document to which it applies.
pub(super) fn at_schema(
    random: &mut SmallRng,
    document: &mut Value,
    rewrite: fn(&mut SmallRng, &mut Value) -> bool,
) -> Option<String> {
    if is_3_0(document) {
        return None;
    }
    let spots = schema_pointers::of(document);
    if spots.is_empty() {
        return None;
    }
    (0..20).find_map(|_| {
        let spot = pick(random, &spots);
        let schema = document.pointer_mut(spot)?;
        rewrite(random, schema).then(|| spot.clone())
    })
}

/// Returns a name that no component has.
pub(super) fn new_name(document: &Value, section: &str) -> String {
    let taken = |name: &str| {
        document
            .pointer(&format!("/components/{section}/{name}"))
            .is_some()
    };
    (0..)
        .map(|number| format!("Named{number}"))
        .find(|name| !taken(name))
        .expect("a free number")
}

/// Returns whether the schema is an alternative of a discriminator, which uses the name of its component.
pub(super) fn is_named_alternative(document: &Value, spot: &str) -> bool {
    let union = spot
        .rsplit_once('/')
        .and_then(|(list, _)| list.rsplit_once('/'))
        .and_then(|(holder, _)| document.pointer(holder));
    union.is_some_and(|union| union.get("discriminator").is_some())
}

/// Returns whether bodies may be XML, in which names of components are those of elements.
pub(super) fn has_xml(document: &Value) -> bool {
    document.to_string().contains("/xml\"")
}

fn into_component(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let spots = schema_pointers::of(document);
    let spot = spots
        .get(random.random_range(0..spots.len().max(1)))?
        .clone();
    let name = new_name(document, "schemas");
    let schema = document.pointer(&spot)?.clone();
    let is_named = is_named_alternative(document, &spot) || has_xml(document);
    if schema.get("$ref").is_some() || is_named {
        return None;
    }
    if document.get("components").is_none() {
        document["components"] = json!({});
    }
    if document["components"].get("schemas").is_none() {
        document["components"]["schemas"] = json!({});
    }
    *document.pointer_mut(&spot)? = json!({"$ref": format!("#/components/schemas/{name}")});
    document["components"]["schemas"][&name] = schema;
    Some(spot)
}

fn in_place(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let spots: Vec<String> = schema_pointers::of(document)
        .into_iter()
        .filter(|spot| {
            let schema = document.pointer(spot).and_then(Value::as_object);
            schema.is_some_and(|schema| schema.len() == 1 && schema.contains_key("$ref"))
                && !is_named_alternative(document, spot)
                && !has_xml(document)
        })
        .collect();
    if spots.is_empty() {
        return None;
    }
    let spot = pick(random, &spots).clone();
    let reference = document.pointer(&spot)?["$ref"].as_str()?.to_owned();
    let target = document
        .pointer(&pointer::of_reference(&reference)?)?
        .clone();
    *document.pointer_mut(&spot)? = target;
    Some(spot)
}

fn one_branch(random: &mut SmallRng, schema: &mut Value) -> bool {
    let keyword = *pick(random, &["allOf", "anyOf", "oneOf"]);
    *schema = json!({ keyword: [schema.take()] });
    true
}

fn split(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    // The meaning of these depends on other keywords of the schema.
    const TOGETHER: &[&str] = &[
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "prefixItems",
        "items",
        "contains",
        "minContains",
        "maxContains",
        "if",
        "then",
        "else",
        "$ref",
        "format",
        "allOf",
        "$defs",
    ];
    // What encodes a string is compared where it stands.
    let depends = ["unevaluatedProperties", "contentEncoding"];
    if asserted(object).len() < 2 || depends.iter().any(|key| object.contains_key(*key)) {
        return false;
    }
    let mut parts = [Map::new(), Map::new()];
    let mut kept = Map::new();
    for (keyword, value) in std::mem::take(object) {
        if is_annotation(&keyword) {
            kept.insert(keyword, value);
        } else if TOGETHER.contains(&keyword.as_str()) {
            parts[0].insert(keyword, value);
        } else {
            parts[random.random_range(0..2)].insert(keyword, value);
        }
    }
    // Properties may be split as well, unless a keyword is about the undeclared ones.
    let restricts_others = ["additionalProperties", "patternProperties"]
        .iter()
        .any(|keyword| parts[0].contains_key(*keyword));
    if !restricts_others
        && let Some(Value::Object(properties)) = parts[0].get_mut("properties")
        && properties.len() > 1
        && let Some(name) = properties.keys().next_back().cloned()
        && let Some(property) = properties.shift_remove(&name)
    {
        parts[1].insert("properties".to_owned(), json!({ name: property }));
    }
    kept.insert("allOf".to_owned(), json!(parts));
    *object = kept;
    true
}

fn null_as_alternative(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    let Some(Value::Array(types)) = object.get("type") else {
        return false;
    };
    if types.len() < 2 || !types.contains(&json!("null")) || has_values(object) {
        return false;
    }
    let mut others: Vec<Value> = types.clone();
    others.retain(|kind| kind != "null");
    let kind = if others.len() == 1 {
        others.remove(0)
    } else {
        json!(others)
    };
    let (mut kept, mut inner) = (Map::new(), Map::new());
    for (keyword, value) in std::mem::take(object) {
        if is_annotation(&keyword) {
            kept.insert(keyword, value);
        } else {
            inner.insert(keyword, value);
        }
    }
    inner.insert("type".to_owned(), kind);
    let keyword = *pick(random, &["anyOf", "oneOf"]);
    let branches = if once_in(random, 2) {
        json!([inner, {"type": "null"}])
    } else {
        json!([{"type": "null"}, inner])
    };
    kept.insert(keyword.to_owned(), branches);
    *object = kept;
    true
}

fn has_values(object: &Map<String, Value>) -> bool {
    object.contains_key("enum") || object.contains_key("const")
}

fn null_as_type(_: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object() else {
        return false;
    };
    let [keyword @ ("anyOf" | "oneOf")] = asserted(object)[..] else {
        return false;
    };
    let Some([a, b]) = object[keyword].as_array().map(Vec::as_slice) else {
        return false;
    };
    let null = json!({"type": "null"});
    let inner = match (a == &null, b == &null) {
        (true, false) => b,
        (false, true) => a,
        _ => return false,
    };
    let Some(inner) = inner.as_object() else {
        return false;
    };
    let Some(Value::String(kind)) = inner.get("type") else {
        return false;
    };
    let composed = ["anyOf", "oneOf", "allOf", "not", "$ref"]
        .iter()
        .any(|keyword| inner.contains_key(*keyword));
    if composed || has_values(inner) || kind == "null" || inner.keys().any(|key| is_annotation(key))
    {
        return false;
    }
    let mut merged = inner.clone();
    merged.insert("type".to_owned(), json!([kind, "null"]));
    for (key, value) in object.iter().filter(|(key, _)| is_annotation(key)) {
        merged.insert(key.clone(), value.clone());
    }
    *schema = Value::Object(merged);
    true
}

fn constant(_: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    if let Some(value) = object.shift_remove("const") {
        object.insert("enum".to_owned(), json!([value]));
        return true;
    }
    match object.get("enum").and_then(Value::as_array) {
        Some(values) if values.len() == 1 => {
            let value = values[0].clone();
            object.shift_remove("enum");
            object.insert("const".to_owned(), value);
            true
        }
        _ => false,
    }
}

fn integer_bound(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    if object.get("type") != Some(&json!("integer")) {
        return false;
    }
    let ways = [
        ("minimum", "exclusiveMinimum", -1),
        ("exclusiveMinimum", "minimum", 1),
        ("maximum", "exclusiveMaximum", 1),
        ("exclusiveMaximum", "maximum", -1),
    ];
    let (from, to, step) = *pick(random, &ways);
    let Some(bound) = object.get(from).and_then(Value::as_i64) else {
        return false;
    };
    if object.contains_key(to) || bound.abs() > 1 << 50 {
        return false;
    }
    object.shift_remove(from);
    object.insert(to.to_owned(), json!(bound + step));
    true
}

fn another_order(random: &mut SmallRng, schema: &mut Value) -> bool {
    let keyword = *pick(
        random,
        &["enum", "required", "type", "anyOf", "oneOf", "allOf"],
    );
    match schema.get_mut(keyword).and_then(Value::as_array_mut) {
        Some(items) if items.len() > 1 => {
            items.rotate_left(1);
            true
        }
        _ => false,
    }
}

fn enum_as_constants(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    if asserted(object) != ["enum"] {
        return false;
    }
    let Some(Value::Array(values)) = object.shift_remove("enum") else {
        return false;
    };
    let constants: Vec<Value> = values.iter().map(|value| json!({"const": value})).collect();
    let keyword = *pick(random, &["oneOf", "anyOf"]);
    object.insert(keyword.to_owned(), json!(constants));
    true
}

fn everything(_: &mut SmallRng, schema: &mut Value) -> bool {
    if schema == &json!(true) {
        *schema = json!({});
    } else if schema == &json!({}) {
        *schema = json!(true);
    } else {
        return false;
    }
    true
}

fn without_effect(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    if object.contains_key("$ref") {
        return false;
    }
    let kind = object
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (keyword, value) = match (kind, random.random_range(0..3)) {
        ("string", _) => ("minLength", json!(0)),
        ("array", 0) => ("uniqueItems", json!(false)),
        ("array", _) => ("minItems", json!(0)),
        ("object", 0) => ("required", json!([])),
        ("object", 1) => ("minProperties", json!(0)),
        ("object", _) => ("additionalProperties", json!(true)),
        (_, 0) => ("deprecated", json!(false)),
        (_, 1) => ("readOnly", json!(false)),
        _ => ("writeOnly", json!(false)),
    };
    if object.contains_key(keyword) {
        return false;
    }
    object.insert(keyword.to_owned(), value);
    true
}

fn one_type(_: &mut SmallRng, schema: &mut Value) -> bool {
    match schema.get_mut("type") {
        Some(kind @ Value::String(_)) => *kind = json!([kind.take()]),
        Some(Value::Array(kinds)) if kinds.len() == 1 => {
            let kind = kinds.remove(0);
            schema["type"] = kind;
        }
        _ => return false,
    }
    true
}
