//! What a plain schema says of a value apart from its declared properties and its items: type,
//! bounds, enum, pattern, format, what is undeclared. Judged as one thing.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diff::rules::{Action, Class, Kind};
use crate::diff::schema::annotations::open_enums;
use crate::diff::schema::assertions::undeclared_are_compared;
use crate::diff::schema::layers::Layers;
use crate::diff::walk::finding::judged;
use crate::diff::walk::message::keywords_changed;
use crate::diff::walk::{Context, Node, Walk};
use crate::relation::{Relation, relate};
use crate::schema::Validator;
use crate::{keywords, schema};

/// Keywords that are compared member by member, elsewhere.
const DESCENDED: &[&str] = &["properties", "required", "items"];

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

/// Keywords that speak about properties beyond the declared ones.
const OPEN_OR_CLOSED: &[&str] = &["additionalProperties", "patternProperties", "propertyNames"];

/// What two plain schemas say of a value apart from its declared properties and its items.
pub(crate) fn compare<'a>(
    walk: &mut Walk<'a>,
    base: &Layers<'a>,
    revision: &Layers<'a>,
    context: &Context<'a>,
) {
    let declared: BTreeSet<&str> = [&base.core, &revision.core]
        .iter()
        .filter_map(|core| core.value.get("properties").and_then(Value::as_object))
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    let closes = [&base.core, &revision.core].iter().any(|core| {
        let says = |key: &&str| core.value.get(*key).is_some();
        OPEN_OR_CLOSED.iter().any(says)
    });
    let declared = if closes { declared } else { BTreeSet::new() };
    let (mut old, mut new) = (shell_of(base, &declared), shell_of(revision, &declared));
    if undeclared_are_compared(&base.core, &revision.core) {
        // What they say of undeclared properties is compared as a schema of its own.
        for shell in [&mut old, &mut new] {
            shell["additionalProperties"] = json!(true);
        }
    }
    inert(walk, &mut old, &mut new, &revision.core, context);
    open_enums::values(walk, (base, &mut old), (revision, &mut new), context);
    format(walk, &old, &new, &revision.core, context);
    let old_bundle = schema::bundle_value(walk.base, &old, Some(context.direction));
    let new_bundle = schema::bundle_value(walk.revision, &new, Some(context.direction));
    if old_bundle == new_bundle {
        return;
    }
    let (names, mut what) = keywords_changed(&old, &new);
    if what.is_empty() {
        "what it refers to changed".clone_into(&mut what);
    }
    let message = |word: &str| format!("{} {word}: {what}", context.subject);
    judged(
        walk,
        context,
        &revision.core,
        (&old_bundle, &new_bundle),
        kind_of(&names),
        message,
    );
}

/// The types that a keyword speaks of; values of other types it lets through.
fn speaks_of(keyword: &str) -> &'static [&'static str] {
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

/// Takes out of both the keywords that have no effect on values of the only types there are, and
/// says where they differ: a slip of the writer's that changes nothing.
fn inert<'a>(
    walk: &mut Walk<'a>,
    old: &mut Value,
    new: &mut Value,
    node: &Node<'a>,
    context: &Context<'a>,
) {
    let (before, after) = (take_inert(old), take_inert(new));
    let (names, what) = keywords_changed(&before, &after);
    // `minLength: 0` and the like say nothing where they have an effect, and less where they have none.
    if names.is_empty() {
        return;
    }
    let (sender, receiver) = walk.sides(&before, &after, context.direction);
    if relate(&sender, &receiver) != Relation::Equal {
        let message = format!("{what} of {}, where it has no effect", context.subject);
        walk.note(
            context.rule(Kind::Inert, Action::Changed),
            Class::Docs,
            node,
            message,
        );
    }
}

fn take_inert(shell: &mut Value) -> Value {
    let mut inert = Map::new();
    let Some(object) = shell.as_object_mut() else {
        return Value::Object(inert);
    };
    take_what_enum_implies(object, &mut inert);
    let types: Vec<String> = match object.get("type") {
        Some(Value::String(only)) => vec![only.clone()],
        Some(Value::Array(types)) => types
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => return Value::Object(inert),
    };
    object.retain(|keyword, value| {
        let spoken = speaks_of(keyword);
        let has_effect = spoken.is_empty()
            || spoken
                .iter()
                .any(|kind| types.iter().any(|other| other == kind));
        if !has_effect {
            inert.insert(keyword.clone(), value.take());
        }
        has_effect
    });
    Value::Object(inert)
}

/// Beside a list of values a keyword that all of them keep to says nothing.
fn take_what_enum_implies(object: &mut Map<String, Value>, inert: &mut Map<String, Value>) {
    let Some(values) = object.get("enum").and_then(Value::as_array).cloned() else {
        return;
    };
    object.retain(|keyword, value| {
        if !IMPLIED_BY_VALUES.contains(&keyword.as_str()) {
            return true;
        }
        let alone = json!({ keyword: value.clone() });
        let all_keep = Validator::new(&alone)
            .is_ok_and(|validator| values.iter().all(|value| validator.accepts(value)));
        if all_keep {
            inert.insert(keyword.clone(), value.take());
        }
        !all_keep
    });
}

/// A format that nobody is held to, on either side, is a text; the others are the algebra's.
fn format<'a>(
    walk: &mut Walk<'a>,
    old: &Value,
    new: &Value,
    node: &Node<'a>,
    context: &Context<'a>,
) {
    let of = |shell: &Value| {
        shell
            .get("format")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let (old, new) = (of(old), of(new));
    let only_told = |format: &Option<String>| {
        format
            .as_ref()
            .is_some_and(|format| !schema::is_asserted_format(format))
    };
    if old != new && (only_told(&old) || only_told(&new)) {
        let name = |format: Option<String>| format.unwrap_or_else(|| "none".to_owned());
        let message = format!(
            "the format of {} changed from {} to {}",
            context.subject,
            name(old),
            name(new)
        );
        walk.note(
            context.rule(Kind::Format, Action::Changed),
            Class::Docs,
            node,
            message,
        );
    }
}

/// Whether a schema's types have this one among them.
pub(crate) fn admits(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(types)) => types.iter().any(|other| other == kind),
        _ => true,
    }
}

fn shell_of(layers: &Layers<'_>, declared: &BTreeSet<&str>) -> Value {
    let Some(core) = layers.core.value.as_object() else {
        return layers.core.value.clone();
    };
    let mut shell: Map<String, Value> = core
        .iter()
        .filter(|(key, _)| !keywords::is_annotation(key) && !keywords::is_container(key))
        .filter(|(key, _)| {
            let spoken = speaks_of(key).first();
            !DESCENDED.contains(&key.as_str())
                || spoken.is_some_and(|kind| !admits(layers.core.value, kind))
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !declared.is_empty() {
        let any = declared
            .iter()
            .map(|name| ((*name).to_owned(), json!(true)));
        shell.insert("properties".to_owned(), Value::Object(any.collect()));
    }
    if layers.types_without_null
        && let Some(Value::Array(types)) = shell.get_mut("type")
    {
        types.retain(|kind| kind != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            shell.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = shell.get_mut("enum") {
        values.sort_by_key(Value::to_string);
    }
    Value::Object(shell)
}

/// The kind of a difference by the keywords that differ.
fn kind_of(names: &[String]) -> Kind {
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
        .filter(|name| *name != "properties")
        .map(|name| kind(name));
    let Some(first) = kinds.next() else {
        return Kind::Schema;
    };
    if kinds.all(|other| other == first) {
        first
    } else if names.iter().any(|name| name == "type") {
        Kind::Type
    } else {
        Kind::Schema
    }
}
