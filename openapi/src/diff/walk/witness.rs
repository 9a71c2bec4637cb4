//! From a value that shows the difference at the spot to one of the whole that holds the spot.

use serde_json::{Map, Value};

use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::{Node, Pair};
use crate::relation::{Relation, relate};
use crate::schema::{Direction, Validator};
use crate::{pointer, sample};

/// Beyond this many nodes a whole is not judged, only tried with values.
const LIMIT: usize = 2_000;

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Property(String),
    Item,
}

/// The larger value that a schema being compared describes a part of.
#[derive(Debug, Clone)]
pub(crate) struct Root<'a> {
    pub(crate) pair: Pair<'a>,
    pub(crate) trail: Vec<Step>,
}

/// A confirmed witness: the value, and the pointer of the schema that it is a value of.
pub(crate) type Found = (Value, String);

/// What a value that shows a difference at the spot shows of the whole.
pub(crate) enum Lifted {
    /// A value of the whole that works no longer.
    Breaks(Found),
    /// The whole is proven to take in all that is sent: what the spot lets go, something around it
    /// takes, or forbade before.
    Harmless,
    /// No value of the whole was found.
    Unknown,
}

/// Embeds `local`, found at the spot, into a value of the whole.
pub(crate) fn lift(
    walk: &Walk<'_>,
    root: &Root<'_>,
    direction: Direction,
    local: &Value,
    spot: &Node<'_>,
) -> Lifted {
    let planted = |whole: &Value| {
        let mut replaced = whole.clone();
        *part_of(&mut replaced, &root.trail)? = local.clone();
        let mut merged = whole.clone();
        merge(part_of(&mut merged, &root.trail)?, local);
        Some(vec![replaced, merged])
    };
    shown_by(walk, root, direction, spot, planted)
}

/// As [`lift`], for a member that may be absent at the spot.
pub(crate) fn without_member(
    walk: &Walk<'_>,
    root: &Root<'_>,
    direction: Direction,
    name: &str,
    spot: &Node<'_>,
) -> Lifted {
    // What is no object at the spot lacks the member too, and shows nothing of it.
    let lacking = |whole: &Value| {
        let mut whole = whole.clone();
        let part = part_of(&mut whole, &root.trail)?.as_object_mut()?;
        part.shift_remove(name);
        Some(vec![whole])
    };
    shown_by(walk, root, direction, spot, lacking)
}

/// What comes of the wholes that `altered` makes of those that are sent: each shows the difference at
/// the spot, if it fits in.
fn shown_by(
    walk: &Walk<'_>,
    root: &Root<'_>,
    direction: Direction,
    spot: &Node<'_>,
    altered: impl Fn(&Value) -> Option<Vec<Value>>,
) -> Lifted {
    let of_whole = |value| Lifted::Breaks((value, schema_of(walk, &root.pair, spot)));
    let (sender, receiver) = walk.sides(root.pair.base.value, root.pair.revision.value, direction);
    let (Ok(sends), Ok(accepts)) = (Validator::new(&sender), Validator::new(&receiver)) else {
        return Lifted::Unknown;
    };
    let mut shortest: Option<((bool, usize), Value)> = None;
    for plain in sample::candidates(&sender) {
        let breaks = |value: &Value| sends.accepts(value) && !accepts.accepts(value);
        for value in altered(&plain).into_iter().flatten().filter(breaks) {
            // Where the whole was refused before, what it is refused for may be another difference.
            let by_another = !accepts.accepts(&plain);
            let rank = (by_another, value.to_string().len());
            let is_shorter = shortest.as_ref().is_none_or(|(other, _)| rank < *other);
            if is_shorter && (!by_another || is_refused_at(&accepts, &value, &root.trail)) {
                shortest = Some((rank, value));
            }
        }
    }
    if let Some((_, value)) = shortest {
        return of_whole(value);
    }
    // What the spot says of a value may leave out what is compared elsewhere (its items, what it
    // requires), so that its value fits nowhere: the wholes themselves may show one.
    let Some((sender, receiver)) = walk.sides_within(&root.pair, direction, LIMIT) else {
        return Lifted::Unknown;
    };
    match relate(&sender, &receiver) {
        Relation::Breaking(value) if is_refused_at(&accepts, &value, &root.trail) => {
            of_whole(value)
        }
        Relation::Equal | Relation::Compatible => Lifted::Harmless,
        Relation::Breaking(_) | Relation::Unproven => Lifted::Unknown,
    }
}

/// Whether what the value is refused for is at the end of the trail, on the way there or below.
fn is_refused_at(accepts: &Validator, value: &Value, trail: &[Step]) -> bool {
    let leads_there = |(step, token): (&Step, std::borrow::Cow<'_, str>)| match step {
        Step::Property(name) => *name == token,
        Step::Item => token.parse::<usize>().is_ok(),
    };
    let problems = accepts.problems(value);
    let mut places = problems.iter().map(|problem| problem.pointer.as_str());
    places.any(|place| trail.iter().zip(pointer::tokens(place)).all(leads_there))
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

/// The pointer to the whole's schema, in the document that the spot stands in: the revision, or the base
/// for what the revision lacks.
pub(crate) fn schema_of(walk: &Walk<'_>, pair: &Pair<'_>, spot: &Node<'_>) -> String {
    let (base, revision) = (&pair.base.pointer, &pair.revision.pointer);
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
