//! The relation of two schemas as sets of values: equal, compatible in one direction, or breaking, with a value
//! that shows it. Only this file uses `jsonschema::canonical`, the algebra.
//!
//! One side sends values, the other receives them. A property that only the receiver declares is not sent
//! (see `closing.rs`). Otherwise both schemas are taken literally.

mod closing;
mod conjunction;
mod formats;
mod normal_form;
mod pattern_size;
mod proof;
mod search;
mod types;

use std::cell::RefCell;
use std::collections::HashMap;

use jsonschema::Draft;
use jsonschema::canonical::{self, CanonicalSchema, Containment, Satisfiability};
use serde_json::Value;

use self::closing::close;
use self::normal_form::normalized;
use crate::sample;
use crate::schema::{depth, size};

/// The most nodes on one side for which the algebra is used: its cost grows steeply (18 s were measured for 140
/// large components). Larger schemas are decided by samples alone.
const ALGEBRA_BUDGET: usize = 600;

/// The deepest nesting for which the algebra is used: a schema that takes a second at seventy levels takes
/// minutes at eighty.
const ALGEBRA_DEPTH: usize = 64;

/// The relation between the values that one side may send and those that the other accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation {
    /// Proven: both schemas accept the same values.
    Equal,
    /// Proven: the receiver accepts every value that the sender may send.
    Compatible,
    /// A value that may be sent and is not accepted, both confirmed by the validator.
    Breaking(Value),
    /// Neither was proven.
    Unproven,
}

/// Compares two self-contained schemas (see [`crate::schema::bundle()`]): `sender` describes the values that may
/// be sent, `receiver` those that are accepted.
#[must_use]
pub fn relate(sender: &Value, receiver: &Value) -> Relation {
    let (sender, receiver) = (&normalized(sender), &normalized(receiver));
    if sender == receiver {
        return Relation::Equal;
    }
    let key = (sender.to_string(), receiver.to_string());
    if let Some(relation) = CACHE.with_borrow(|cache| cache.get(&key).cloned()) {
        return relation;
    }
    let relation = relate_uncached(sender, receiver);
    CACHE.with_borrow_mut(|cache| {
        if cache.len() == CACHE_SIZE {
            cache.clear();
        }
        cache.insert(key, relation.clone());
    });
    relation
}

/// The most relations in the cache.
const CACHE_SIZE: usize = 512;

thread_local! {
    /// The latest relations: equal schemas in many places of a document are compared in each of them.
    static CACHE: RefCell<HashMap<(String, String), Relation>> = RefCell::default();
}

fn relate_uncached(sender: &Value, receiver: &Value) -> Relation {
    if pattern_size::is_too_large(sender) || pattern_size::is_too_large(receiver) {
        return Relation::Unproven;
    }
    let closed = close(sender, receiver);
    let is_compatible = proof::is_included(&closed, receiver);
    if is_compatible
        && proof::is_included(receiver, sender)
        && (closed == *sender || proof::is_included(sender, receiver))
    {
        return Relation::Equal;
    }
    let mut suspects = search::unmatched_strings(&closed, receiver);
    let is_within_budget =
        |schema: &Value| size(schema) <= ALGEBRA_BUDGET && depth(schema) <= ALGEBRA_DEPTH;
    if is_within_budget(&closed) && is_within_budget(receiver) {
        // The algebra is a young dependency: where it panics, samples decide.
        let result = std::panic::catch_unwind(|| algebra(sender, &closed, receiver));
        match result.unwrap_or(Algebra::Unknown) {
            Algebra::Equal => return Relation::Equal,
            Algebra::Compatible => return Relation::Compatible,
            Algebra::Difference(schema) => suspects.extend(sample::candidates(&schema)),
            Algebra::Unknown => {}
        }
    }
    if is_compatible {
        return Relation::Compatible;
    }
    match witness(sender, &closed, receiver, suspects) {
        Some(value) => Relation::Breaking(value),
        None => Relation::Unproven,
    }
}

/// Returns whether a self-contained schema is proven to accept no value: from such a sender everything follows.
pub(crate) fn accepts_nothing(schema: &Value) -> bool {
    size(schema) <= ALGEBRA_BUDGET
        && depth(schema) <= ALGEBRA_DEPTH
        && std::panic::catch_unwind(|| canonicalized(schema))
            .ok()
            .flatten()
            .is_some_and(|schema| schema.satisfiability() == Satisfiability::No)
}

/// The result of the algebra.
enum Algebra {
    Equal,
    Compatible,
    /// The schema of the values that may be sent and are not accepted. It may accept nothing.
    Difference(Value),
    Unknown,
}

fn algebra(sender: &Value, closed: &Value, receiver: &Value) -> Algebra {
    let (Some(sender), Some(receiver)) = (canonicalized(sender), canonicalized(receiver)) else {
        return Algebra::Unknown;
    };
    let covers =
        |a: &CanonicalSchema, b: &CanonicalSchema| matches!(a.covers(b), Ok(Containment::Yes));
    if sender.to_json_schema() == receiver.to_json_schema()
        && sender.kind() != canonical::CanonicalKind::Raw
    {
        return Algebra::Equal;
    }
    let sent_is_accepted = covers(&receiver, &sender);
    if sent_is_accepted && covers(&sender, &receiver) {
        return Algebra::Equal;
    }
    let Some(closed) = canonicalized(closed) else {
        return if sent_is_accepted {
            Algebra::Compatible
        } else {
            Algebra::Unknown
        };
    };
    if sent_is_accepted || covers(&receiver, &closed) {
        return Algebra::Compatible;
    }
    match closed.subtract(&receiver) {
        Ok(difference) if difference.satisfiability() == Satisfiability::No => Algebra::Compatible,
        Ok(difference) => Algebra::Difference(difference.to_json_schema()),
        Err(_) => Algebra::Unknown,
    }
}

fn canonicalized(schema: &Value) -> Option<CanonicalSchema> {
    canonical::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .canonicalize(schema)
        .ok()
}

/// Returns a value that the sender's schema accepts, open and closed, and the receiver's rejects.
fn witness(
    sender: &Value,
    closed: &Value,
    receiver: &Value,
    suspects: Vec<Value>,
) -> Option<Value> {
    let judge = search::Judge::new(sender, closed, receiver)?;
    suspects
        .into_iter()
        .chain(sample::candidates(closed))
        .chain(sample::near_misses(receiver))
        .filter(|value| judge.is_witness(value))
        .min_by_key(size)
        .or_else(|| search::witness(&judge, closed, receiver))
}

#[cfg(test)]
mod tests {
    use super::{Relation, relate};
    use serde_json::json;

    #[test]
    fn spellings_of_one_set_are_equal() {
        let null_or_text = [
            json!({"type": ["string", "null"]}),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"oneOf": [{"type": "null"}, {"type": "string"}]}),
        ];
        for a in &null_or_text {
            for b in &null_or_text {
                assert_eq!(relate(a, b), Relation::Equal, "{a} and {b}");
            }
        }
        let a = json!({"type": "integer", "exclusiveMinimum": 0});
        let b = json!({"type": "integer", "minimum": 1});
        assert_eq!(relate(&a, &b), Relation::Equal);
    }

    #[test]
    fn an_undeclared_property_counts_as_not_sent() {
        let base = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let more = json!({"type": "object", "properties": {
            "a": {"type": "string"}, "b": {"type": "integer"}}});
        assert_eq!(relate(&base, &more), Relation::Compatible);
        assert_eq!(relate(&more, &base), Relation::Compatible);
    }

    #[test]
    fn a_difference_shows_a_value() {
        let long = json!({"type": "string", "maxLength": 50});
        let any = json!({"type": "string"});
        assert_eq!(relate(&long, &any), Relation::Compatible);
        let Relation::Breaking(value) = relate(&any, &long) else {
            panic!("a string of 51 characters is sent and not accepted");
        };
        assert_eq!(value.as_str().map(str::len), Some(51));
    }
}
