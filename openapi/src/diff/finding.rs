//! What comes of a schema's difference: a class, and a value that shows it.

use serde_json::Value;

use super::context::Context;
use super::graph::{At, Flow, Walk};
use super::rule::{Action, Kind};
use super::witness;
use super::{Change, Class};
use crate::schema::{self, Relation};

/// Records a difference of the schema at hand: breaking with a value that shows it at the spot,
/// which is lifted into a whole message, or additive without.
pub(super) fn finding<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    (kind, action): (Kind, Action),
    location: &At<'a>,
    message: String,
    witness: Option<Value>,
) {
    let class = if witness.is_some() {
        Class::Breaking
    } else {
        Class::Additive
    };
    let found = match (witness, &context.root) {
        (Some(local), Some(root)) => Some(witness::lift(walk, root, context.flow, local, location)),
        (Some(local), None) => Some((local, location.pointer.clone())),
        (None, _) => None,
    };
    record(
        walk,
        context,
        (kind, action),
        class,
        location,
        message,
        found,
    );
}

/// Records a change of the schema at hand.
pub(super) fn record<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    (kind, action): (Kind, Action),
    class: Class,
    location: &At<'a>,
    message: String,
    found: Option<witness::Found>,
) {
    let (witness, witness_schema) = found.unzip();
    walk.record(Change {
        rule: context.rule(kind, action),
        class,
        location: location.pointer.clone(),
        operations: Vec::new(),
        message,
        witness,
        witness_schema,
        base: None,
        revision: None,
        waived: None,
    });
}

/// Relates two self-contained schemas and records what comes of it.
pub(super) fn judged<'a>(
    walk: &mut Walk<'a>,
    context: &Context<'a>,
    location: &At<'a>,
    (base, revision): (&Value, &Value),
    kind: Kind,
    message: impl Fn(&str) -> String,
) {
    let relation = match context.flow {
        Flow::Request => schema::relation(base, revision),
        Flow::Response => schema::relation(revision, base),
    };
    match relation {
        Relation::Equal => {}
        Relation::Compatible => {
            let (action, word) = match (kind, context.flow) {
                // Who keeps to what is declared notices neither an opening nor a closing.
                (Kind::AdditionalProperties, _) => {
                    (Action::Changed, "treats undeclared properties otherwise")
                }
                (_, Flow::Request) => (Action::Widened, "accepts more"),
                (_, Flow::Response) => (Action::Narrowed, "sends less"),
            };
            finding(walk, context, (kind, action), location, message(word), None);
        }
        Relation::Breaking(value) => {
            let (action, word) = match context.flow {
                Flow::Request => (Action::Narrowed, "accepts less"),
                Flow::Response => (Action::Widened, "sends more"),
            };
            finding(
                walk,
                context,
                (kind, action),
                location,
                message(word),
                Some(value),
            );
        }
        Relation::Unproven => {
            let text = message("differs, and neither compatibility nor a breaking value was found");
            record(
                walk,
                context,
                (kind, Action::Changed),
                Class::Unproven,
                location,
                text,
                None,
            );
        }
    }
}
