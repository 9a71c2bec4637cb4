//! Witnesses: from a value that shows a difference in a part to a value of the whole that contains the part.

mod whole;

use serde_json::{Map, Value};

use crate::diff::sides::{Side, Sides};
use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::Pair;
use crate::relation::{Relation, Wanted, relate, values_with};
use crate::schema::Direction;

pub(crate) use whole::{Step, Whole, WholeId};

/// The most nodes of a whole that is judged as a schema; a larger one is only tried with values.
const LIMIT: usize = 2_000;

/// The larger value of which the compared schemas describe a part.
#[derive(Debug, Clone)]
pub(crate) struct Root<'a> {
    pub(crate) pair: Pair<'a>,
    /// The steps from the whole to the part.
    pub(crate) trail: Vec<Step>,
}

/// A confirmed witness.
pub(crate) struct Witness {
    pub(crate) value: Value,
    /// The pointer of the schema that it is a value of.
    pub(crate) schema: String,
    /// The pointer, within the value, to the part for which it is rejected.
    pub(crate) part: Option<String>,
}

/// What a difference in a part means for the whole.
pub(crate) enum Embedding {
    /// A value of the whole no longer works.
    Breaks(Witness),
    /// The whole is proven to accept all that is sent: what the part no longer accepts, something around it accepts, or
    /// rejected already.
    Harmless,
    /// No value of the whole was found.
    Unknown,
}

/// Embeds `local`, a value that shows the difference in the part at `sides`, into a value of the whole.
pub(crate) fn embed<'a>(
    walk: &Walk<'a>,
    root: &Root<'a>,
    direction: Direction,
    local: &Value,
    sides: &Sides,
) -> Embedding {
    let planted = |whole: &Value| {
        let mut replaced = whole.clone();
        *part_of(&mut replaced, &root.trail)? = local.clone();
        let mut merged = whole.clone();
        merge(part_of(&mut merged, &root.trail)?, local);
        Some(vec![replaced, merged])
    };
    embed_altered(walk, root, direction, sides, Wanted::Part(local), planted)
}

/// Embeds the absence of a member of the part at `sides` into a value of the whole.
pub(crate) fn embed_absence<'a>(
    walk: &Walk<'a>,
    root: &Root<'a>,
    direction: Direction,
    name: &str,
    sides: &Sides,
) -> Embedding {
    // A part that is not an object lacks the member too, and shows nothing.
    let lacking = |whole: &Value| {
        let mut whole = whole.clone();
        let part = part_of(&mut whole, &root.trail)?.as_object_mut()?;
        part.shift_remove(name);
        Some(vec![whole])
    };
    embed_altered(walk, root, direction, sides, Wanted::Absence(name), lacking)
}

/// Tries the wholes that `altered` makes of those that are sent, each of which shows the difference if it is valid.
fn embed_altered<'a>(
    walk: &Walk<'a>,
    root: &Root<'a>,
    direction: Direction,
    sides: &Sides,
    wanted: Wanted<'_>,
    altered: impl Fn(&Value) -> Option<Vec<Value>>,
) -> Embedding {
    let of_value = |whole: &Whole, value| {
        let part = whole.rejected_part(&value, &root.trail);
        let schema = schema_of(&root.pair, sides);
        Embedding::Breaks(Witness {
            value,
            schema,
            part,
        })
    };
    let Some(whole) = walk.whole(&root.pair, direction) else {
        return Embedding::Unknown;
    };
    let mut shortest: Option<((bool, usize), Value)> = None;
    for (plain, is_accepted) in &whole.sent {
        let values = altered(plain).into_iter().flatten();
        for value in values.filter(|value| whole.breaks(value)) {
            // Where the whole was rejected already, it may be rejected for another difference.
            let by_another = !is_accepted;
            let rank = (by_another, length(&value));
            let is_shorter = shortest.as_ref().is_none_or(|(other, _)| rank < *other);
            if is_shorter && (!by_another || whole.rejects_at(&value, &root.trail)) {
                shortest = Some((rank, value));
            }
        }
    }
    if let Some((_, value)) = shortest {
        return of_value(&whole, value);
    }
    let built = values_with(&whole.sender, &root.trail, wanted).into_iter();
    let built = built.filter(|value| whole.breaks(value) && whole.rejects_at(value, &root.trail));
    if let Some(value) = built.min_by_key(length) {
        return of_value(&whole, value);
    }
    // The part's schema may leave out what is compared elsewhere (its items, what it requires), so that its value fits
    // nowhere: the relation of the wholes may still give a value.
    let (sender, receiver) = (&whole.sender, &whole.receiver);
    if sender.size > LIMIT || receiver.size > LIMIT {
        return Embedding::Unknown;
    }
    match relate(sender, receiver) {
        Relation::Breaking(value) if whole.rejects_at(&value, &root.trail) => {
            of_value(&whole, value)
        }
        Relation::Equal | Relation::Compatible => Embedding::Harmless,
        Relation::Breaking(_) | Relation::Unproven => Embedding::Unknown,
    }
}

/// Returns about how many characters show a value.
fn length(value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            2 + members
                .map(|(name, member)| name.len() + 4 + length(member))
                .sum::<usize>()
        }
        Value::Array(items) => 2 + items.iter().map(|item| 1 + length(item)).sum::<usize>(),
        Value::String(text) => 2 + text.len(),
        Value::Null | Value::Bool(_) => 4,
        Value::Number(number) => number.to_string().len(),
    }
}

fn merge(part: &mut Value, local: &Value) {
    match (part, local) {
        (Value::Object(part), Value::Object(local)) => part.extend(local.clone()),
        (part, local) => *part = local.clone(),
    }
}

/// Returns the part of `value` at the end of the trail; inserts what is missing on the way.
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
            (Step::Position(index), Value::Array(items)) => {
                if items.len() == *index {
                    items.push(Value::Object(Map::new()));
                }
                items.get_mut(*index)?
            }
            _ => return None,
        };
    }
    Some(part)
}

/// Returns the pointer to the whole's schema in the document that the location points into.
fn schema_of(pair: &Pair<'_>, sides: &Sides) -> String {
    match sides.side() {
        Side::Base => pair.base.pointer.clone(),
        Side::Revision => pair.revision.pointer.clone(),
    }
}
