//! Inert keywords: those that have no effect, since no value of the schema has a type that they apply to, or since
//! every listed value satisfies them.

use serde_json::{Map, Value, json};

use crate::diff::message::message;
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::scalar_keywords::changes::{changed_names, changes};
use crate::diff::walk::{Context, Pair, Walk};
use crate::relation::{Relation, relate};
use crate::schema::Validator;

/// Keywords that bound a number, a string or a length.
const IMPLIED_BY_VALUES: &[&str] = &[
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// Removes the inert keywords from both schemas, and records where they differ: a mistake of the author's that changes
/// nothing.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    old: &mut Value,
    new: &mut Value,
    cores: &Pair<'a>,
    context: &Context<'a>,
) {
    let (before, after) = (take(old), take(new));
    if changed_names(&before, &after).is_empty() {
        return;
    }
    let (sender, receiver) = walk.sides(&before, &after, context.direction);
    // `minLength: 0` and the like say nothing even where they have an effect.
    if relate(&sender, &receiver) != Relation::Equal {
        let message = message!(
            "{} of {}, where it has no effect",
            &changes(&before, &after),
            &context.subject,
        );
        let rule = context.rule(Kind::Inert, Action::Changed);
        walk.note(rule, Class::Docs, cores, message);
    }
}

/// Removes the inert keywords from a schema and returns them.
fn take(schema: &mut Value) -> Value {
    let mut inert = Map::new();
    if let Some(object) = schema.as_object_mut() {
        take_implied(object, &mut inert);
        take_of_other_types(object, &mut inert);
    }
    Value::Object(inert)
}

/// Removes keywords that apply to none of the schema's types.
fn take_of_other_types(object: &mut Map<String, Value>, inert: &mut Map<String, Value>) {
    let kinds = object.get("type").cloned();
    let Some(types) = types_of(kinds.as_ref()) else {
        return;
    };
    object.retain(|keyword, value| {
        let applies_to = types_of_keyword(keyword);
        let has_effect =
            applies_to.is_empty() || applies_to.iter().any(|kind| types.contains(kind));
        if !has_effect {
            inert.insert(keyword.clone(), value.take());
        }
        has_effect
    });
}

/// Removes keywords that all of the listed values satisfy.
fn take_implied(object: &mut Map<String, Value>, inert: &mut Map<String, Value>) {
    let Some(values) = object.get("enum").and_then(Value::as_array).cloned() else {
        return;
    };
    object.retain(|keyword, value| {
        if !IMPLIED_BY_VALUES.contains(&keyword.as_str()) {
            return true;
        }
        let alone = json!({ keyword: value.clone() });
        let is_implied = Validator::new(&alone)
            .is_ok_and(|validator| values.iter().all(|value| validator.accepts(value)));
        if is_implied {
            inert.insert(keyword.clone(), value.take());
        }
        !is_implied
    });
}

/// Returns the types that `type` names; `None` where it is missing or not a list of types.
pub(crate) fn types_of(kinds: Option<&Value>) -> Option<Vec<&str>> {
    match kinds? {
        Value::String(only) => Some(vec![only]),
        Value::Array(kinds) => Some(kinds.iter().filter_map(Value::as_str).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Returns whether values of this type are among those of a schema.
pub(crate) fn admits(schema: &Value, kind: &str) -> bool {
    types_of(schema.get("type")).is_none_or(|types| types.contains(&kind))
}

/// Returns whether a keyword may have an effect beside the others of its schema.
pub(crate) fn applies(schema: &Map<String, Value>, keyword: &str) -> bool {
    if matches!(keyword, "then" | "else") {
        return schema.contains_key("if");
    }
    let kinds = types_of_keyword(keyword);
    let types = types_of(schema.get("type"));
    kinds.is_empty() || types.is_none_or(|types| kinds.iter().any(|kind| types.contains(kind)))
}

/// Returns the types that a keyword applies to; it accepts all values of other types.
pub(crate) fn types_of_keyword(keyword: &str) -> &'static [&'static str] {
    match keyword {
        "minLength" | "maxLength" | "pattern" => &["string"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            &["number", "integer"]
        }
        "minItems" | "maxItems" | "uniqueItems" | "minContains" | "maxContains" | "items" => {
            &["array"]
        }
        "minProperties"
        | "maxProperties"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "properties"
        | "required" => &["object"],
        _ => &[],
    }
}
