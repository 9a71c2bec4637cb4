//! Values that are written as text: those of parameters and headers. `5` is an integer to who asks
//! for one and a text to who asks for that, so that types which differ may still understand each
//! other (OpenAPI 3.1 section 4.8.12.3).

use serde_json::{Value, json};

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::texts;
use crate::diff::schema::layers::Layers;
use crate::diff::walk::finding::{finding, record};
use crate::diff::walk::{Context, Node, Pair, Walk};
use crate::document::Document;
use crate::relation::{Relation, relate};
use crate::sample;
use crate::schema::{Direction, Validator};

/// Compares the schemas of two values that are written as text, of a parameter or of a header.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, pair: &Pair<'a>, context: &Context<'a>, area: Area) {
    if walk.same(pair) {
        return;
    }
    let pair = &one_of_a_list(walk, pair, context.direction, area);
    let (old, new) = (
        types(walk.base, &pair.base),
        types(walk.revision, &pair.revision),
    );
    if old == new || !are_scalar(&old) || !are_scalar(&new) {
        return walk.compare_schemas(pair, context);
    }
    let (sender, receiver) = walk.sides(pair.base.value, pair.revision.value, context.direction);
    let action = match context.direction {
        Direction::Request => Action::Widened,
        Direction::Response => Action::Narrowed,
    };
    let what = format!(
        "{}, written as text, was {} and is {}",
        context.subject,
        old.join(" or "),
        new.join(" or ")
    );
    match relate(&sender, &receiver) {
        Relation::Equal | Relation::Compatible => walk.compare_schemas(pair, context),
        Relation::Breaking(_) | Relation::Unproven if takes_any_text(&receiver) => {
            finding(
                walk,
                context,
                (Kind::Type, action),
                &pair.revision,
                what,
                None,
            );
            texts::compare_every(walk, pair, context);
        }
        Relation::Breaking(_) | Relation::Unproven => {
            let action = match context.direction {
                Direction::Request => Action::Narrowed,
                Direction::Response => Action::Widened,
            };
            match misread(&sender, &receiver) {
                Some(value) => {
                    let axes = (Kind::Type, action);
                    finding(walk, context, axes, &pair.revision, what, Some(value));
                }
                None => {
                    let axes = (Kind::Type, Action::Changed);
                    let node = &pair.revision;
                    record(walk, context, axes, Class::Unproven, node, what, None);
                }
            }
            texts::compare_every(walk, pair, context);
        }
    }
}

/// A single value is also the list of that one value: where a request's value has become a list, it is
/// compared with the list's items.
fn one_of_a_list<'a>(
    walk: &mut Walk<'a>,
    pair: &Pair<'a>,
    direction: Direction,
    area: Area,
) -> Pair<'a> {
    let (old, new) = (
        types(walk.base, &pair.base),
        types(walk.revision, &pair.revision),
    );
    let list = new.iter().any(|kind| kind == "array")
        && new.iter().all(|kind| kind == "array" || kind == "null");
    if direction != Direction::Request || !are_scalar(&old) || !list {
        return pair.clone();
    }
    let Some(items) = core(walk.revision, &pair.revision).get("items") else {
        return pair.clone();
    };
    let rule = Rule::new(area, Kind::Type, Action::Widened);
    let message = "a single value has become a list, of which it is one".to_owned();
    walk.decide(rule, &pair.revision, message, None);
    Pair {
        base: pair.base.clone(),
        revision: items,
    }
}

/// Whether values of the schema may be more than one text: lists and objects.
pub(crate) fn may_be_composed<'a>(document: &'a Document, schema: &Node<'a>) -> bool {
    let types = types(document, schema);
    types.is_empty() || !are_scalar(&types)
}

/// Whether values of the schema may be objects.
pub(crate) fn may_be_an_object<'a>(document: &'a Document, schema: &Node<'a>) -> bool {
    let types = types(document, schema);
    types.is_empty() || types.iter().any(|kind| kind == "object")
}

fn core<'a>(document: &'a Document, schema: &Node<'a>) -> Node<'a> {
    let mut layers = Layers::of(schema.clone());
    for _ in 0..32 {
        if !layers.is_reference() {
            break;
        }
        layers = layers.through(document);
    }
    layers.core
}

/// The types that the schema names, sorted; none when it names none.
fn types<'a>(document: &'a Document, schema: &Node<'a>) -> Vec<String> {
    let mut types = match core(document, schema).value.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    types.sort_unstable();
    types
}

fn are_scalar(types: &[String]) -> bool {
    let scalar = |kind: &String| {
        matches!(
            kind.as_str(),
            "string" | "number" | "integer" | "boolean" | "null"
        )
    };
    !types.is_empty() && types.iter().all(scalar)
}

/// Whether the schema takes every text there is.
fn takes_any_text(schema: &Value) -> bool {
    matches!(
        relate(&json!({"type": "string"}), schema),
        Relation::Equal | Relation::Compatible
    )
}

/// A value that may be sent and, written as text, is none that the receiver knows.
fn misread(sender: &Value, receiver: &Value) -> Option<Value> {
    let sends = Validator::new(sender).ok()?;
    let accepts = Validator::new(receiver).ok()?;
    sample::candidates(sender)
        .into_iter()
        .filter(|value| sends.accepts(value))
        .filter_map(|value| Some((text_of(&value)?, value)))
        .filter(|(text, _)| !readings(text).iter().any(|value| accepts.accepts(value)))
        .map(|(_, value)| value)
        .min_by_key(|value| value.to_string().len())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a text may be read as.
fn readings(text: &str) -> Vec<Value> {
    let mut readings = vec![Value::from(text)];
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => readings.push(value),
        _ if text.is_empty() => readings.push(Value::Null),
        _ => {}
    }
    readings
}
