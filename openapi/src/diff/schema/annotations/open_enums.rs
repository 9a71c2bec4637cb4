//! Enumerations that are open: whoever receives a value was told that others may come.
//!
//! The field says so in extensions: `x-extensible-enum` is the list itself, or `true` beside an `enum`;
//! `x-ms-enum` has `modelAsString`.

use crate::diff::rules::{Action, Area, Class, Kind, Rule};
use crate::diff::schema::annotations::collected::Annotations;
use crate::diff::schema::layers::Layers;
use crate::diff::walk::finding::finding;
use crate::diff::walk::message::shown;
use crate::diff::walk::{Context, Matched, Walk};
use crate::schema::Direction;
use serde_json::Value;

/// Compares two lists of known values, none of which a validator holds anybody to. False when they are
/// no lists, or one is missing.
pub(crate) fn lists(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    direction: Direction,
    subject: &str,
) -> bool {
    let Matched::Pair(pair) = matched else {
        return false;
    };
    let (Some(old), Some(new)) = (pair.base.value.as_array(), pair.revision.value.as_array())
    else {
        return false;
    };
    let gone: Vec<&Value> = old.iter().filter(|value| !new.contains(value)).collect();
    let come: Vec<&Value> = new.iter().filter(|value| !old.contains(value)).collect();
    for (action, values) in [(Action::Narrowed, gone), (Action::Widened, come)] {
        let Some(&first) = values.first() else {
            continue;
        };
        let names: Vec<String> = values.iter().map(|value| shown(value)).collect();
        let word = if action == Action::Narrowed {
            "no longer has"
        } else {
            "now has"
        };
        let message = format!(
            "the open list of values of {subject} {word} {}",
            names.join(", ")
        );
        let breaks = direction == Direction::Request && action == Action::Narrowed;
        let rule = Rule::new(Area::of(direction), Kind::Enum, action);
        let class = if breaks {
            Class::Breaking
        } else {
            Class::Additive
        };
        walk.note(rule, class, &pair.revision, message);
        if let Some(change) = walk.last().filter(|_| breaks) {
            change.witness = Some(first.clone());
        }
    }
    true
}

/// Whether an enumeration is open by what stands beside it.
fn is_open(annotations: &Annotations<'_>) -> bool {
    let listed = annotations
        .get("x-extensible-enum")
        .is_some_and(|node| node.value != &Value::Bool(false));
    let modelled = annotations
        .get("x-ms-enum")
        .is_some_and(|node| node.is_set("modelAsString"));
    listed || modelled
}

/// Where the receiver's enumeration is open, takes the values out of both schemas and says how they
/// differ: whatever comes was to be expected.
pub(crate) fn values<'a>(
    walk: &mut Walk<'a>,
    (base, old): (&Layers<'a>, &mut Value),
    (revision, new): (&Layers<'a>, &mut Value),
    context: &Context<'a>,
) {
    let receiver = match context.direction {
        Direction::Request => revision,
        Direction::Response => base,
    };
    let listed = |shell: &Value| shell.get("enum").and_then(Value::as_array).cloned();
    let (Some(before), Some(after)) = (listed(old), listed(new)) else {
        return;
    };
    let within = |one: &[Value], other: &[Value]| one.iter().all(|value| other.contains(value));
    let (narrowed, widened) = (!within(&before, &after), !within(&after, &before));
    if !is_open(&receiver.annotations) || !(narrowed || widened) {
        return;
    }
    for shell in [old, new] {
        if let Some(shell) = shell.as_object_mut() {
            shell.shift_remove("enum");
        }
    }
    let action = if widened {
        Action::Widened
    } else {
        Action::Narrowed
    };
    let message = format!(
        "the values of {} changed from {} to {}; the list is open",
        context.subject,
        shown(&Value::Array(before)),
        shown(&Value::Array(after))
    );
    let axes = (Kind::Enum, action);
    finding(walk, context, axes, &revision.core, message, None);
}
