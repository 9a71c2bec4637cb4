//! From a value that shows the difference at the spot to one of the whole that holds the spot.

use serde_json::{Map, Value};

use super::graph::{At, Both, Flow, Walk};
use crate::schema::{Relation, relation};
use crate::validator::Validator;
use crate::{pointer, sample};

/// Beyond this many nodes a whole is not judged, only tried with values.
const LIMIT: usize = 2_000;

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Property(String),
    Item,
}

/// The larger value that a schema being compared describes a part of.
#[derive(Debug, Clone)]
pub(super) struct Root<'a> {
    pub(super) both: Both<'a>,
    pub(super) trail: Vec<Step>,
}

/// A confirmed witness: the value, and the pointer of the schema that it is a value of.
pub(super) type Found = (Value, String);

/// What a value that shows a difference at the spot shows of the whole.
pub(super) enum Lifted {
    /// A value of the whole that works no longer.
    Breaks(Found),
    /// The whole is proven to take in all that is sent: what the spot lets go, something around it
    /// takes, or forbade before.
    Harmless,
    /// No value of the whole was found.
    Unknown,
}

/// Embeds `local`, found at the spot, into a value of the whole.
pub(super) fn lift(
    walk: &Walk<'_>,
    root: &Root<'_>,
    flow: Flow,
    local: &Value,
    spot: &At<'_>,
) -> Lifted {
    let of_whole = |value| Lifted::Breaks((value, schema_of(walk, &root.both, spot)));
    if let Some(value) = lifted(walk, root, flow, local) {
        return of_whole(value);
    }
    // What the spot says of a value may leave out what is compared elsewhere (its items, what it
    // requires), so that its value fits nowhere: the wholes themselves may show one.
    let Some((sender, receiver)) = walk.sides_within(&root.both, flow, LIMIT) else {
        return Lifted::Unknown;
    };
    match relation(&sender, &receiver) {
        Relation::Breaking(value) => of_whole(value),
        Relation::Equal | Relation::Compatible => Lifted::Harmless,
        Relation::Unproven => Lifted::Unknown,
    }
}

/// A value of the whole, confirmed, in which the member `name` at the spot is absent.
pub(super) fn without_member(
    walk: &Walk<'_>,
    root: &Root<'_>,
    flow: Flow,
    name: &str,
) -> Option<Value> {
    let (sender, accepts) = sides(walk, &root.both, flow)?;
    let sends = Validator::new(&sender).ok()?;
    let breaks = |value: &Value| sends.accepts(value) && !accepts.accepts(value);
    // What is no object at the spot lacks the member too, and shows nothing of it.
    let lacking = sample::candidates(&sender)
        .into_iter()
        .filter_map(|mut whole| {
            part_of(&mut whole, &root.trail)?
                .as_object_mut()?
                .shift_remove(name);
            Some(whole)
        });
    lacking
        .filter(breaks)
        .min_by_key(|value| value.to_string().len())
}

fn lifted(walk: &Walk<'_>, root: &Root<'_>, flow: Flow, local: &Value) -> Option<Value> {
    let (sender, accepts) = sides(walk, &root.both, flow)?;
    let sends = Validator::new(&sender).ok()?;
    let breaks = |value: &Value| sends.accepts(value) && !accepts.accepts(value);
    let mut wholes = Vec::new();
    for mut whole in sample::candidates(&sender) {
        if part_of(&mut whole, &root.trail).is_some() {
            let mut merged = whole.clone();
            if let Some(part) = part_of(&mut merged, &root.trail) {
                merge(part, local);
            }
            if let Some(part) = part_of(&mut whole, &root.trail) {
                *part = local.clone();
            }
            wholes.extend([whole, merged]);
        }
    }
    wholes
        .into_iter()
        .filter(breaks)
        .min_by_key(|value| value.to_string().len())
}

fn merge(part: &mut Value, local: &Value) {
    match (part, local) {
        (Value::Object(part), Value::Object(local)) => part.extend(local.clone()),
        (part, local) => *part = local.clone(),
    }
}

/// The part of `value` at the end of the trail, made where it is missing.
fn part_of<'v>(value: &'v mut Value, trail: &[Step]) -> Option<&'v mut Value> {
    let mut part = value;
    for step in trail {
        part = match (step, part) {
            (Step::Property(name), Value::Object(object)) => object
                .entry(name.clone())
                .or_insert_with(|| Value::Object(Map::new())),
            (Step::Item, Value::Array(items)) => {
                if items.is_empty() {
                    items.push(Value::Object(Map::new()));
                }
                items.first_mut()?
            }
            _ => return None,
        };
    }
    Some(part)
}

/// The sender's schema on its own, and a validator of the receiver's.
fn sides(walk: &Walk<'_>, both: &Both<'_>, flow: Flow) -> Option<(Value, Validator)> {
    let (sender, receiver) = walk.sides(both.base.value, both.revision.value, flow);
    Some((sender, Validator::new(&receiver).ok()?))
}

/// The pointer to the whole's schema, in the document that the spot stands in: the revision, or the base
/// for what the revision lacks.
pub(super) fn schema_of(walk: &Walk<'_>, both: &Both<'_>, spot: &At<'_>) -> String {
    let (base, revision) = (&both.base.pointer, &both.revision.pointer);
    let holds = |whole: &str| pointer::below(&spot.pointer, whole).is_some();
    // Behind a reference, neither of the wholes holds it.
    let is_in_revision =
        holds(revision) || (!holds(base) && walk.revision.at(&spot.pointer).is_some());
    if is_in_revision {
        revision.clone()
    } else {
        base.clone()
    }
}
