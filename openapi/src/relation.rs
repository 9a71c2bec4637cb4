//! The last judge of two schemas: the only room that knows `jsonschema::canonical`.
//!
//! One side sends values, the other receives them. A property that only the receiver declares is
//! not sent (see `closed.rs`); each side's schema is otherwise taken literally.

mod closing;
mod normal_form;
mod pattern_size;
mod string_schemas;

use std::cell::RefCell;
use std::collections::HashMap;

use jsonschema::Draft;
use jsonschema::canonical::{self, CanonicalSchema, Containment, Satisfiability};
use serde_json::Value;

use self::closing::close;
use self::normal_form::plain;
use crate::sample;
use crate::schema::{Inclusion, Validator, depth, size};

/// Beyond this many nodes on one side the algebra is not asked: its cost grows steeply (18 s were
/// measured for 140 large components), and samples decide what they can.
const ALGEBRA_BUDGET: usize = 600;

/// Beyond this many levels of objects and lists the algebra is not asked either: what takes it a second at
/// seventy takes it minutes at eighty.
const ALGEBRA_DEPTH: usize = 64;

/// What holds between what one side may send and what the other accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Relation {
    /// Proven: both schemas accept the same values.
    Equal,
    /// Proven: whatever the sender may send, the receiver accepts.
    Compatible,
    /// This value may be sent and is not accepted; the validator has confirmed both.
    Breaking(Value),
    /// Neither was proven.
    Unproven,
}

/// Relates two self-contained schemas (see [`crate::schema::bundle()`]): `sender` says what may be sent,
/// `receiver` what is accepted.
#[must_use]
pub fn relate(sender: &Value, receiver: &Value) -> Relation {
    let (sender, receiver) = (&plain(sender), &plain(receiver));
    if sender == receiver {
        return Relation::Equal;
    }
    let asked = (sender.to_string(), receiver.to_string());
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&asked).cloned()) {
        return known;
    }
    let found = judged(sender, receiver);
    KNOWN.with_borrow_mut(|known| {
        if known.len() == MOST_KNOWN {
            known.clear();
        }
        known.insert(asked, found.clone());
    });
    found
}

/// How many answers are remembered.
const MOST_KNOWN: usize = 512;

thread_local! {
    /// What was asked last and what came of it: what stands in many places is judged in each of them.
    static KNOWN: RefCell<HashMap<(String, String), Relation>> = RefCell::default();
}

fn judged(sender: &Value, receiver: &Value) -> Relation {
    if pattern_size::too_far(sender) || pattern_size::too_far(receiver) {
        return Relation::Unproven;
    }
    let closed = close(sender, receiver);
    let mut suspects = Vec::new();
    match string_schemas::related(sender, receiver) {
        Inclusion::Included => {
            return match string_schemas::related(receiver, sender) {
                Inclusion::Included => Relation::Equal,
                Inclusion::Not(_) | Inclusion::Unknown => Relation::Compatible,
            };
        }
        Inclusion::Not(string) => suspects.push(Value::String(string)),
        Inclusion::Unknown => {}
    }
    let is_within_budget =
        |schema: &Value| size(schema) <= ALGEBRA_BUDGET && depth(schema) <= ALGEBRA_DEPTH;
    if is_within_budget(&closed) && is_within_budget(receiver) {
        // The algebra is another's, and young: where it fails, samples decide what they can.
        let asked = std::panic::catch_unwind(|| algebra(sender, &closed, receiver));
        match asked.unwrap_or(Algebra::Unknown) {
            Algebra::Equal => return Relation::Equal,
            Algebra::Compatible => return Relation::Compatible,
            Algebra::Difference(schema) => suspects.extend(sample::candidates(&schema)),
            Algebra::Unknown => {}
        }
    }
    match witness(sender, &closed, receiver, suspects) {
        Some(value) => Relation::Breaking(value),
        None => Relation::Unproven,
    }
}

enum Algebra {
    Equal,
    Compatible,
    /// What may be sent and is not accepted, as a schema; it may turn out to be empty.
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

/// A value that both readings of the sender's schema accept and the receiver's rejects.
fn witness(
    sender: &Value,
    closed: &Value,
    receiver: &Value,
    suspects: Vec<Value>,
) -> Option<Value> {
    let sends = Validator::new(sender).ok()?;
    let declares = Validator::new(closed).ok()?;
    let accepts = Validator::new(receiver).ok()?;
    suspects
        .into_iter()
        .chain(sample::candidates(closed))
        .chain(sample::near_misses(receiver))
        .filter(|value| sends.accepts(value) && declares.accepts(value) && !accepts.accepts(value))
        .min_by_key(size)
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
