//! Open enumerations: the receiver of a value has to expect others.
//!
//! Extensions say so: `x-extensible-enum` is the list itself, or `true` beside an `enum`; `x-ms-enum` has
//! `modelAsString`.

use serde_json::Value;

use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::schema::annotations::collected::Annotations;
use crate::diff::schema::layers::Layers;
use crate::diff::walk::schema_findings::record_difference;
use crate::diff::walk::{Context, Matched, Pair, Walk};
use crate::schema::Direction;

/// Compares two lists of known values, which no validator checks. Returns false when they are not lists, or one is
/// missing.
pub(crate) fn lists(
    walk: &mut Walk<'_>,
    matched: &Matched<'_>,
    direction: Direction,
    subject: &Message,
) -> bool {
    let Matched::Pair(pair) = matched else {
        return false;
    };
    let (Some(old), Some(new)) = (pair.base.value.as_array(), pair.revision.value.as_array())
    else {
        return false;
    };
    let removed = old.iter().filter(|value| !new.contains(value)).collect();
    let added = new.iter().filter(|value| !old.contains(value)).collect();
    let changes: [(Vec<&Value>, Action, &str); 2] = [
        (
            removed,
            Action::Narrowed,
            "the open list of values of {} no longer has {}",
        ),
        (
            added,
            Action::Widened,
            "the open list of values of {} now has {}",
        ),
    ];
    for (values, action, template) in changes {
        let Some(&first) = values.first() else {
            continue;
        };
        let breaks = direction == Direction::Request && action == Action::Narrowed;
        let names = Message::list(values.into_iter().map(Part::value));
        let message = message!(template, subject, &names);
        let rule = Rule::new(Area::of(direction), Kind::Enum, action);
        walk.decide(rule, pair, message, breaks.then(|| first.clone()));
    }
    true
}

/// Returns whether annotations make an enumeration open.
fn is_open(annotations: &Annotations<'_>) -> bool {
    let listed = annotations
        .get("x-extensible-enum")
        .is_some_and(|node| node.value != &Value::Bool(false));
    let modelled = annotations
        .get("x-ms-enum")
        .is_some_and(|node| node.is_set("modelAsString"));
    listed || modelled
}

/// Removes the values from both schemas where the receiver's enumeration is open, since it has to expect any value, and
/// records how they differ.
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
    let (Some(before), Some(after)) = (old.get("enum"), new.get("enum")) else {
        return;
    };
    let (Some(before_values), Some(after_values)) = (before.as_array(), after.as_array()) else {
        return;
    };
    let within = |one: &[Value], other: &[Value]| one.iter().all(|value| other.contains(value));
    let narrowed = !within(before_values, after_values);
    let widened = !within(after_values, before_values);
    if !is_open(&receiver.annotations) || !(narrowed || widened) {
        return;
    }
    let message = message!(
        "the values of {} changed from {} to {}; the list is open",
        &context.subject,
        before,
        after,
    );
    for schema in [old, new] {
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("enum");
        }
    }
    let action = if widened {
        Action::Widened
    } else {
        Action::Narrowed
    };
    let axes = (Kind::Enum, action);
    let cores = Pair {
        base: base.core.clone(),
        revision: revision.core.clone(),
    };
    record_difference(walk, context, axes, &cores, message, None);
}
