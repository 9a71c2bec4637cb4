//! What a difference between two schemas results in: a class, and a value that shows it.

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::{Message, Part, message};
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::sides::Sides;
use crate::diff::walk::context::Context;
use crate::diff::walk::graph::Walk;
use crate::diff::walk::witness::{Embedding, Witness, embed};
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// What a rule says beside its area.
pub(crate) type Axes = (Kind, Action);

/// Records a difference between two schemas. With a value that shows it, it is breaking where that value is part of a
/// whole message, and unproven where no such message was found; without a value it is additive.
pub(crate) fn record_difference<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: Axes,
    at: impl Into<Sides>,
    message: Message,
    witness: Option<Value>,
) {
    let change = difference(walk, context, axes, at.into(), message, witness);
    walk.record(change);
}

fn difference<'a>(
    walk: &Walk<'a>,
    context: &Context<'a>,
    axes: Axes,
    sides: Sides,
    message: Message,
    witness: Option<Value>,
) -> Change {
    let embedding = match (witness, &context.root) {
        (Some(local), Some(root)) => embed(walk, root, context.direction, &local, &sides),
        (Some(local), None) => Embedding::Breaks(Witness {
            value: local,
            schema: sides.location().to_owned(),
            part: None,
        }),
        (None, _) => Embedding::Harmless,
    };
    let (class, witness) = class_of(embedding);
    change(context, axes, class, sides, message, witness)
}

/// Returns the class of a difference, and its witness.
fn class_of(embedding: Embedding) -> (Class, Option<Witness>) {
    match embedding {
        Embedding::Breaks(witness) => (Class::Breaking, Some(witness)),
        Embedding::Harmless => (Class::Additive, None),
        Embedding::Unknown => (Class::Unproven, None),
    }
}

/// Records a difference whose meaning for the whole is known.
pub(crate) fn record_embedded<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: Axes,
    at: impl Into<Sides>,
    message: Message,
    embedding: Embedding,
) {
    let (class, witness) = class_of(embedding);
    walk.record(change(context, axes, class, at.into(), message, witness));
}

fn change(
    context: &Context<'_>,
    axes: Axes,
    class: Class,
    sides: Sides,
    message: Message,
    witness: Option<Witness>,
) -> Change {
    let ((kind, action), class) = weighed(context.direction, axes, class);
    let change = Change::new(context.rule(kind, action), class, sides, message);
    let Some(witness) = witness else {
        return change;
    };
    Change {
        witness: Some(witness.value),
        witness_schema: Some(witness.schema),
        witness_part: witness.part,
        ..change
    }
}

/// Returns the rule's axes and the class of a proven change. No message breaks where an optional property leaves what a
/// reader receives, but readers rely on properties that their API seldom calls required.
fn weighed(direction: Direction, axes: Axes, class: Class) -> (Axes, Class) {
    match (direction, axes, class) {
        (Direction::Response, (Kind::Property, Action::Removed), Class::Additive) => {
            ((Kind::OptionalProperty, Action::Removed), Class::Warning)
        }
        _ => (axes, class),
    }
}

/// Relates two self-contained schemas, of the sender and of the receiver, and records the result. `details` says what
/// differs, if that is known.
pub(crate) fn record_relation<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    at: impl Into<Sides>,
    (sender, receiver): (&Value, &Value),
    kind: Kind,
    details: Option<&Message>,
) {
    let relation = relate(sender, receiver);
    if let Some(change) = change_of(walk, context, at, relation, kind, details) {
        walk.record(change);
    }
}

/// Returns the change that a relation means; `None` where both schemas are equal.
pub(crate) fn change_of<'a>(
    walk: &Walk<'a>,
    context: &Context<'a>,
    at: impl Into<Sides>,
    relation: Relation,
    kind: Kind,
    details: Option<&Message>,
) -> Option<Change> {
    let message = |what: &'static str| match details {
        Some(details) => message!("{} {}: {}", &context.subject, Part::Text(what), details),
        None => message!("{} {}", &context.subject, Part::Text(what)),
    };
    let (action, message, witness) = match (relation, context.direction) {
        (Relation::Equal, _) => return None,
        (Relation::Compatible, Direction::Request) => {
            (Action::Widened, message("accepts more"), None)
        }
        (Relation::Compatible, Direction::Response) => {
            (Action::Narrowed, message("sends less"), None)
        }
        (Relation::Breaking(value), Direction::Request) => {
            (Action::Narrowed, message("accepts less"), Some(value))
        }
        (Relation::Breaking(value), Direction::Response) => {
            (Action::Widened, message("sends more"), Some(value))
        }
        (Relation::Unproven, _) => {
            let message =
                message("differs, and neither compatibility nor a breaking value was found");
            let axes = (kind, Action::Changed);
            return Some(change(
                context,
                axes,
                Class::Unproven,
                at.into(),
                message,
                None,
            ));
        }
    };
    Some(difference(
        walk,
        context,
        (kind, action),
        at.into(),
        message,
        witness,
    ))
}
