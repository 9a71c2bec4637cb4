//! What comes of a schema's difference: a class, and a value that shows it.

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::rules::{Action, Class, Kind};
use crate::diff::walk::context::Context;
use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::Node;
use crate::diff::walk::witness;
use crate::diff::walk::witness::Lifted;
use crate::relation::{Relation, relate};
use crate::schema::Direction;

/// Records a difference of the schema at hand: breaking with a value that shows it at the spot,
/// which is lifted into a whole message, or additive without. Unproven where no whole message with it
/// was found.
pub(crate) fn finding<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    location: &Node<'a>,
    message: String,
    witness: Option<Value>,
) {
    let change = found(walk, context, axes, location, message, witness);
    walk.record(change);
}

fn found<'a>(
    walk: &Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    location: &Node<'a>,
    message: String,
    witness: Option<Value>,
) -> Change {
    let (class, shown) = match (witness, &context.root) {
        (Some(local), Some(root)) => {
            match witness::lift(walk, root, context.direction, &local, location) {
                Lifted::Breaks(found) => (Class::Breaking, Some(found)),
                Lifted::Harmless => (Class::Additive, None),
                Lifted::Unknown => (Class::Unproven, None),
            }
        }
        (Some(local), None) => (Class::Breaking, Some((local, location.pointer.clone()))),
        (None, _) => (Class::Additive, None),
    };
    change(context, axes, class, location, message, shown)
}

/// Records a change of the schema at hand.
pub(crate) fn record<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    axes: (Kind, Action),
    class: Class,
    location: &Node<'a>,
    message: String,
    shown: Option<witness::Found>,
) {
    walk.record(change(context, axes, class, location, message, shown));
}

fn change(
    context: &Context<'_>,
    (kind, action): (Kind, Action),
    class: Class,
    location: &Node<'_>,
    message: String,
    shown: Option<witness::Found>,
) -> Change {
    let (witness, witness_schema) = shown.unzip();
    Change {
        rule: context.rule(kind, action),
        class,
        location: location.pointer.clone(),
        more_places: Vec::new(),
        operations: Vec::new(),
        message,
        witness,
        witness_schema,
        base: None,
        revision: None,
        waived: None,
    }
}

/// Relates two self-contained schemas and records what comes of it.
pub(crate) fn judged<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    location: &Node<'a>,
    (base, revision): (&Value, &Value),
    kind: Kind,
    message: impl Fn(&str) -> String,
) {
    let relation = match context.direction {
        Direction::Request => relate(base, revision),
        Direction::Response => relate(revision, base),
    };
    if let Some(change) = verdict(walk, context, location, relation, kind, message) {
        walk.record(change);
    }
}

/// The change that a relation is; `None` of equal ones.
pub(crate) fn verdict<'a>(
    walk: &Walk<'a>,
    context: &Context<'a>,
    location: &Node<'a>,
    relation: Relation,
    kind: Kind,
    message: impl Fn(&str) -> String,
) -> Option<Change> {
    match relation {
        Relation::Equal => None,
        Relation::Compatible => {
            let (action, word) = match context.direction {
                Direction::Request => (Action::Widened, "accepts more"),
                Direction::Response => (Action::Narrowed, "sends less"),
            };
            Some(found(
                walk,
                context,
                (kind, action),
                location,
                message(word),
                None,
            ))
        }
        Relation::Breaking(value) => {
            let (action, word) = match context.direction {
                Direction::Request => (Action::Narrowed, "accepts less"),
                Direction::Response => (Action::Widened, "sends more"),
            };
            let shown = Some(value);
            Some(found(
                walk,
                context,
                (kind, action),
                location,
                message(word),
                shown,
            ))
        }
        Relation::Unproven => {
            let text = message("differs, and neither compatibility nor a breaking value was found");
            let axes = (kind, Action::Changed);
            Some(change(context, axes, Class::Unproven, location, text, None))
        }
    }
}
