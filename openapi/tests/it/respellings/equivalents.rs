//! Rewrites of schemas by keywords that say the same, or nothing.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::schemas::{at_schema, has_xml, is_annotation, is_named_alternative, new_name};
use super::{Rewrite, schema_pointers};
use crate::random::pick;

/// The rewrites.
pub(super) const REWRITES: &[(&str, Rewrite)] = &[
    ("a part that says nothing", |random, document| {
        at_schema(random, document, empty_part)
    }),
    ("an alternative twice", |random, document| {
        at_schema(random, document, alternative_twice)
    }),
    ("a value twice", |random, document| {
        at_schema(random, document, value_twice)
    }),
    ("a whole number with a fraction", |random, document| {
        at_schema(random, document, fraction)
    }),
    ("integers as multiples of one", |random, document| {
        at_schema(random, document, multiples_of_one)
    }),
    ("dependents as schemas", |random, document| {
        at_schema(random, document, dependents)
    }),
    ("an empty keyword", |random, document| {
        at_schema(random, document, empty_keyword)
    }),
    ("a reference to a reference", longer_chain),
];

/// Returns an object schema whose keywords do not depend on what is beside them.
fn independent(schema: &mut Value) -> Option<&mut Map<String, Value>> {
    let depends = ["$ref", "unevaluatedProperties", "contentEncoding"];
    let object = schema.as_object_mut()?;
    let is_independent = !depends.iter().any(|key| object.contains_key(*key));
    is_independent.then_some(object)
}

fn empty_part(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = independent(schema) else {
        return false;
    };
    let part = pick(random, &[json!({}), json!(true)]).clone();
    let parts = object.entry("allOf").or_insert_with(|| json!([]));
    parts.as_array_mut().expect("parts").push(part);
    true
}

fn alternative_twice(random: &mut SmallRng, schema: &mut Value) -> bool {
    if schema.get("discriminator").is_some() {
        return false;
    }
    let Some(Value::Array(branches)) = schema.get_mut("anyOf") else {
        return false;
    };
    let branch = pick(random, branches).clone();
    // Of texts it matters how many there are.
    if has_annotation(&branch) {
        return false;
    }
    branches.push(branch);
    true
}

/// Returns whether a schema, or what it may refer to, has annotations.
fn has_annotation(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(key, member)| is_annotation(key) || key == "$ref" || has_annotation(member)),
        Value::Array(items) => items.iter().any(has_annotation),
        _ => false,
    }
}

fn value_twice(_: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(Value::Array(values)) = schema.get_mut("enum") else {
        return false;
    };
    values.extend(values.first().cloned());
    true
}

fn fraction(_: &mut SmallRng, schema: &mut Value) -> bool {
    const COUNTS: &[&str] = &[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
    ];
    let Some(object) = schema.as_object_mut() else {
        return false;
    };
    let whole = COUNTS.iter().find_map(|keyword| {
        let number = object.get(*keyword)?;
        Some((*keyword, number.as_f64().filter(|_| number.is_i64())?))
    });
    let Some((keyword, number)) = whole else {
        return false;
    };
    object.insert(keyword.to_owned(), json!(number));
    true
}

fn multiples_of_one(_: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = independent(schema) else {
        return false;
    };
    if object.contains_key("multipleOf") || object.contains_key("format") {
        return false;
    }
    let Some(kind) = object.get_mut("type").filter(|kind| **kind == "integer") else {
        return false;
    };
    *kind = json!("number");
    object.insert("multipleOf".to_owned(), json!(1));
    true
}

fn dependents(_: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = independent(schema) else {
        return false;
    };
    if object.contains_key("dependentSchemas") {
        return false;
    }
    let Some(Value::Object(dependents)) = object.shift_remove("dependentRequired") else {
        return false;
    };
    let schemas = dependents.into_iter();
    let schemas = schemas.map(|(name, required)| (name, json!({ "required": required })));
    object.insert(
        "dependentSchemas".to_owned(),
        Value::Object(schemas.collect()),
    );
    true
}

fn empty_keyword(random: &mut SmallRng, schema: &mut Value) -> bool {
    let Some(object) = independent(schema) else {
        return false;
    };
    let keyword = *pick(
        random,
        &[
            "properties",
            "patternProperties",
            "dependentRequired",
            "dependentSchemas",
            "$defs",
        ],
    );
    if object.contains_key(keyword) {
        return false;
    }
    object.insert(keyword.to_owned(), json!({}));
    true
}

/// Makes a component of a reference, and refers to that.
fn longer_chain(random: &mut SmallRng, document: &mut Value) -> Option<String> {
    let spots = schema_pointers::of(document);
    let mut spots: Vec<String> = spots
        .into_iter()
        .filter(|spot| {
            let schema = document.pointer(spot).and_then(Value::as_object);
            schema.is_some_and(|schema| schema.len() == 1 && schema.contains_key("$ref"))
                && !is_named_alternative(document, spot)
        })
        .collect();
    let has_schemas = document.pointer("/components/schemas").is_some();
    if spots.is_empty() || !has_schemas || has_xml(document) {
        return None;
    }
    let spot = spots.swap_remove(random.random_range(0..spots.len()));
    let name = new_name(document, "schemas");
    let target = document.pointer(&spot)?.clone();
    *document.pointer_mut(&spot)? = json!({"$ref": format!("#/components/schemas/{name}")});
    document["components"]["schemas"][&name] = target;
    Some(spot)
}
