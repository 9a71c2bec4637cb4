//! What a plain schema says about a value apart from its declared properties and its items: type, bounds, enum,
//! pattern, format, undeclared properties. Judged as one thing.

pub(crate) mod changes;
mod formats;
pub(crate) mod inert;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diff::message::message;
use crate::diff::rules::Kind;
use crate::diff::schema::annotations::open_enums;
use crate::diff::schema::assertions::undeclared_are_compared;
use crate::diff::schema::composition::compensation::{Of, compensating_root};
use crate::diff::schema::composition::parts::Parts;
use crate::diff::schema::layers::Layers;
use crate::diff::schema::scalar_keywords::changes::{changed_names, changes};
pub(crate) use crate::diff::schema::scalar_keywords::inert::admits;
use crate::diff::walk::schema_findings::record_relation;
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::keywords;

/// Keywords that are compared member by member, elsewhere.
const COMPARED_ELSEWHERE: &[&str] = &[
    "properties",
    "required",
    "items",
    "prefixItems",
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
];

/// Keywords whose meaning depends on which properties are declared.
const DEPENDS_ON_DECLARED: &[&str] = &[
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "not",
    "if",
    "then",
    "else",
];

/// Compares what two plain schemas say about a value apart from its declared properties and its items.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    compare_objects(walk, (base, &[]), (revision, &[]), context);
}

/// Compares what two composed schemas say apart from that: the keywords of all their parts.
pub(crate) fn compare_parts<'a>(
    walk: &mut Walk<'a>,
    (base, revision): (&Layers<'a>, &Layers<'a>),
    (old, new): (&Parts<'a>, &Parts<'a>),
    wholes: &Pair<'a>,
    context: &Context<'a>,
) {
    // Without parts, all is in an alternative.
    let (Some((_, old)), Some((_, new))) = (old.inline.split_first(), new.inline.split_first())
    else {
        return;
    };
    if old.len() != new.len() {
        return compare_objects(walk, (base, old), (revision, new), context);
    }
    compare_objects(walk, (base, &[]), (revision, &[]), context);
    for (old, new) in old.iter().zip(new) {
        let pair = Pair {
            base: old.clone(),
            revision: new.clone(),
        };
        let [old, new] = [&pair.base, &pair.revision].map(|part| Layers::bare(part.clone()));
        let [was, is] = [&old, &new].map(|part| scalars_of(part, &BTreeSet::new()));
        if walk.same_values(&was, &is) {
            continue;
        }
        let mut inner = context.called(message!("a part"));
        if let Some(root) = compensating_root(walk, wholes, &pair, context.direction, Of::Parts) {
            inner.root = Some(root);
        }
        compare_objects(walk, (&old, &[]), (&new, &[]), &inner);
    }
}

fn compare_objects<'a>(
    walk: &mut Walk<'a>,
    (base, olds): (&Layers<'a>, &[Node<'a>]),
    (revision, news): (&Layers<'a>, &[Node<'a>]),
    context: &Context<'a>,
) {
    let parts: Vec<&Node<'a>> = [&base.core, &revision.core]
        .into_iter()
        .chain(olds)
        .chain(news)
        .collect();
    let depends = |core: &Node<'_>| {
        let says = |key: &&str| core.value.get(*key).is_some();
        DEPENDS_ON_DECLARED.iter().any(says)
    };
    let declared: BTreeSet<&str> = if parts.iter().copied().any(depends) {
        let names = parts.iter().flat_map(|part| part.members_of("properties"));
        names.map(|(name, _)| name).collect()
    } else {
        BTreeSet::new()
    };
    let all = |layers: &Layers<'a>, parts: &[Node<'a>]| {
        let mut all = vec![scalars_of(layers, &declared)];
        all.extend(
            parts
                .iter()
                .map(|part| scalars_of(&Layers::bare(part.clone()), &declared)),
        );
        together(&all)
    };
    let (mut old, mut new) = (all(base, olds), all(revision, news));
    let is_one_part = olds.is_empty() && news.is_empty();
    if is_one_part && undeclared_are_compared(&base.core, &revision.core) {
        // The schemas of undeclared properties are compared as schemas of their own.
        for scalars in [&mut old, &mut new] {
            scalars["additionalProperties"] = json!(true);
        }
    }
    let cores = Pair {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    inert::compare(walk, &mut old, &mut new, &cores, context);
    open_enums::values(walk, (base, &mut old), (revision, &mut new), context);
    let (sender, receiver) = walk.sides(&old, &new, context.direction);
    let count = walk.recorded();
    let names = changed_names(&old, &new);
    let is_alone = names == ["format"];
    if sender == receiver {
        return formats::compare(walk, (&old, &new), &cores, context, (is_alone, count));
    }
    let details = if names.is_empty() {
        message!("what it refers to changed")
    } else {
        changes(&old, &new)
    };
    record_relation(
        walk,
        context,
        &cores,
        (&sender, &receiver),
        kind_of(&names),
        Some(&details),
    );
    formats::compare(walk, (&old, &new), &cores, context, (is_alone, count));
}

/// Returns whether a schema lists its values, some of which its types allow, and none of this type.
pub(crate) fn lists_none_of(schema: &Value, kind: &str) -> bool {
    let kind_of = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let listed = schema.get("enum").and_then(Value::as_array);
    let mut kinds = listed.into_iter().flatten().map(kind_of);
    kinds.clone().any(|kind| admits(schema, kind)) && !kinds.any(|other| other == kind)
}

/// Returns one schema for several of scalar keywords that a value must all satisfy.
fn together(schemas: &[Value]) -> Value {
    let mut merged = Map::new();
    for schema in schemas {
        for (key, value) in schema.as_object().into_iter().flatten() {
            if merged.get(key).is_some_and(|other| other != value) {
                let mut parts = schemas.to_vec();
                parts.retain(|part| part != &json!({}) && part != &json!(true));
                parts.sort_by_key(Value::to_string);
                parts.dedup();
                return json!({ "allOf": parts });
            }
            merged.insert(key.clone(), value.clone());
        }
    }
    match schemas {
        [only] => only.clone(),
        _ => Value::Object(merged),
    }
}

/// Returns the scalar keywords of a schema. Where some of its properties are `declared`, they are declared there as
/// well, with any value.
fn scalars_of(layers: &Layers<'_>, declared: &BTreeSet<&str>) -> Value {
    let Some(core) = layers.core.value.as_object() else {
        return layers.core.value.clone();
    };
    let mut scalars: Map<String, Value> = core
        .iter()
        .filter(|(key, _)| !keywords::is_annotation(key) && !keywords::is_container(key))
        .filter(|(key, _)| {
            let kind = inert::types_of_keyword(key).first();
            !COMPARED_ELSEWHERE.contains(&key.as_str())
                || kind.is_some_and(|kind| !admits(layers.core.value, kind))
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !declared.is_empty() {
        let any = declared
            .iter()
            .map(|name| ((*name).to_owned(), json!(true)));
        scalars.insert("properties".to_owned(), Value::Object(any.collect()));
    }
    if layers.types_without_null
        && let Some(Value::Array(types)) = scalars.get_mut("type")
    {
        types.retain(|kind| kind != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            scalars.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = scalars.get_mut("enum") {
        values.sort_by_key(Value::to_string);
    }
    Value::Object(scalars)
}

/// Returns the kind of a difference by the keywords that differ.
fn kind_of(names: &[&str]) -> Kind {
    let kind = |name: &str| match name {
        "type" => Kind::Type,
        "enum" | "const" => Kind::Enum,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            Kind::Range
        }
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            Kind::Length
        }
        "pattern" => Kind::Pattern,
        "format" => Kind::Format,
        "additionalProperties" | "patternProperties" | "propertyNames" => {
            Kind::AdditionalProperties
        }
        _ => Kind::Schema,
    };
    let mut kinds = names
        .iter()
        .filter(|name| **name != "properties")
        .map(|name| kind(name));
    let Some(first) = kinds.next() else {
        return Kind::Schema;
    };
    if kinds.all(|other| other == first) {
        first
    } else if names.contains(&"type") {
        Kind::Type
    } else {
        Kind::Schema
    }
}
