//! The relation of two schemas as sets of values: equal, compatible in one direction, or breaking, with a value
//! that shows it. Only this file uses `jsonschema::canonical`, the algebra.
//!
//! One side sends values, the other receives them. A property that only the receiver declares is not sent
//! (see `closing.rs`). Otherwise both schemas are taken literally.

mod build;
mod by_parts;
mod closing;
mod conjunction;
mod contradictions;
mod formats;
mod hidden;
mod normal_form;
mod outcome;
mod pattern_size;
mod proof;
mod pruning;
mod scalars;
mod search;
mod side;
mod types;
mod validators;

use std::thread::LocalKey;

use jsonschema::Draft;
use jsonschema::canonical::{self, CanonicalSchema, Containment, Satisfiability};
use serde_json::Value;

pub(crate) use self::build::{Step, Wanted, begin_comparison, values_with};
pub(crate) use self::contradictions::{Contradiction, contradiction, own_contradiction};
pub(crate) use self::hidden::hidden_property;
pub use self::outcome::Relation;

use self::by_parts::relate_by_parts;
use self::closing::close;
use self::contradictions::is_in;
use self::normal_form::{is_small_inlined, normalized};
use crate::hashed::HashSet;
use crate::memo::{Memo, text_of};
use crate::sample::{self, Sampler};
use crate::schema::{depth, size, unfolds_too_far};

/// The most nodes on one side for which the algebra is used: its cost grows steeply (18 s were measured for 140
/// large components). Larger schemas are decided by samples alone.
const ALGEBRA_BUDGET: usize = 600;

/// The deepest nesting for which the algebra is used: a schema that takes a second at seventy levels takes
/// minutes at eighty.
const ALGEBRA_DEPTH: usize = 64;

/// Compares two self-contained schemas (see [`crate::schema::bundle()`]): `sender` describes the values that may
/// be sent, `receiver` those that are accepted.
#[must_use]
pub fn relate(sender: &Value, receiver: &Value) -> Relation {
    known(
        &RELATIONS,
        sender,
        receiver,
        Relation::Equal,
        relate_uncached,
    )
}

/// Returns whether it is proven that the receiver accepts every value that the sender may send: what [`relate`] says of
/// them is then [`Relation::Equal`] or [`Relation::Compatible`]. It is cheaper, since a value that breaks is not wanted.
pub(crate) fn is_compatible(sender: &Value, receiver: &Value) -> bool {
    known(&COMPATIBLE, sender, receiver, true, is_compatible_uncached)
}

/// Returns the cached result for the texts of two schemas, or the one for their normal forms, which is computed if there is none.
fn known<T: Clone>(
    known: &'static LocalKey<Known<T>>,
    sender: &Value,
    receiver: &Value,
    of_equal: T,
    compute: fn(&Value, &Value) -> T,
) -> T {
    known.with(|known| {
        known.get(key(sender, receiver), |_| {
            let (sender, receiver) = (&normalized(sender), &normalized(receiver));
            if sender == receiver {
                return of_equal;
            }
            known.get(key(sender, receiver), |_| compute(sender, receiver))
        })
    })
}

/// Returns whether it is proven that `outer` accepts every value that `inner` accepts, also undeclared properties.
pub(crate) fn is_included(inner: &Value, outer: &Value) -> bool {
    let (inner, outer) = (&normalized(inner), &normalized(outer));
    inner == outer
        || (!pattern_size::is_too_large(inner)
            && !pattern_size::is_too_large(outer)
            && proof::is_included(inner, outer))
}

/// Returns whether it is proven that the receiver accepts every value that the sender may send, without the properties
/// that an alternative of the receiver accepts only because another one declares them.
pub(crate) fn is_compatible_as_declared(sender: &Value, receiver: &Value) -> bool {
    is_compatible(sender, &close(receiver, receiver))
}

fn key(sender: &Value, receiver: &Value) -> (String, String) {
    (text_of(sender), text_of(receiver))
}

/// The most results that are remembered.
const REMEMBERED: usize = 1_024;

/// The latest results, by the texts of the sender's schema and the receiver's.
type Known<T> = Memo<(String, String), T>;

thread_local! {
    /// The latest relations: equal schemas in many places of a document are compared in each of them.
    static RELATIONS: Known<Relation> = Memo::new(REMEMBERED);
    /// The latest results of [`is_compatible`].
    static COMPATIBLE: Known<bool> = Memo::new(REMEMBERED);
}

fn relate_uncached(sender: &Value, receiver: &Value) -> Relation {
    let relation = relate_literally(sender, receiver);
    if matches!(relation, Relation::Breaking(_) | Relation::Unproven) {
        return relation;
    }
    let Some((sender, receiver)) = with_hidden(sender, receiver) else {
        return relation;
    };
    match relate_literally(&sender, &receiver) {
        Relation::Equal => relation,
        Relation::Compatible => Relation::Compatible,
        Relation::Breaking(_) | Relation::Unproven => Relation::Unproven,
    }
}

/// Returns both schemas with their hidden properties allowed; `None` where neither has any.
fn with_hidden(sender: &Value, receiver: &Value) -> Option<(Value, Value)> {
    match (hidden::shown(sender), hidden::shown(receiver)) {
        (None, None) => None,
        (old, new) => Some((
            old.unwrap_or_else(|| sender.clone()),
            new.unwrap_or_else(|| receiver.clone()),
        )),
    }
}

fn relate_literally(sender: &Value, receiver: &Value) -> Relation {
    if is_too_large(sender) || is_too_large(receiver) {
        return Relation::Unproven;
    }
    if let Some(value) = sampled_of_large(sender, receiver) {
        return Relation::Breaking(value);
    }
    let compatible = |closed: Option<&Value>| match are_equal(sender, closed, receiver) {
        true => Relation::Equal,
        false => Relation::Compatible,
    };
    // Most often nothing has to be closed for the proof.
    if proof::is_included(sender, receiver) {
        return compatible(None);
    }
    let closed = close(sender, receiver);
    if closed != *sender && proof::is_included(&closed, receiver) {
        return compatible(Some(&closed));
    }
    // Samples are cheap, and the cost of the algebra may be high: it is asked only where no value decides.
    let judge = search::Judge::new(sender, &closed, receiver);
    let found = judge.as_ref().and_then(|judge| {
        let sampler = Sampler::new(&closed);
        let sampled = judge.smallest(samples(&sampler, receiver));
        sampled.or_else(|| search::witness(judge, sampler, receiver))
    });
    if let Some(value) = found {
        return Relation::Breaking(value);
    }
    let suspects = match algebra(sender, &closed, receiver) {
        Algebra::Equal => return Relation::Equal,
        Algebra::Compatible => return Relation::Compatible,
        Algebra::Difference(schema) => sample::candidates(&schema),
        Algebra::Unknown => Vec::new(),
    };
    let witness = judge.and_then(|judge| judge.smallest(suspects));
    witness.map_or(Relation::Unproven, Relation::Breaking)
}

/// Returns whether a schema is too large for validators: a pattern with all repetitions, or what references multiply.
fn is_too_large(schema: &Value) -> bool {
    pattern_size::is_too_large(schema) || unfolds_too_far(schema)
}

/// The size of two schemas from which on samples are tried before anything is proven.
const LARGE: usize = 2_000;

/// Returns a sample that is sent and not accepted, of large schemas. To close and to compile those is expensive, and only
/// what the samples are about is closed and compiled here.
fn sampled_of_large(sender: &Value, receiver: &Value) -> Option<Value> {
    if size(sender) + size(receiver) < LARGE {
        return None;
    }
    let samples: Vec<Value> = samples(&Sampler::new(sender), receiver).collect();
    let mut names = HashSet::default();
    for sample in &samples {
        pruning::names_in(sample, &mut names);
    }
    let [sender, receiver] = [sender, receiver].map(|schema| pruning::pruned(schema, &names));
    let judge = search::Judge::new(&sender, &close(&sender, &receiver), &receiver)?;
    judge.smallest(samples)
}

fn is_compatible_uncached(sender: &Value, receiver: &Value) -> bool {
    is_compatible_literally(sender, receiver)
        && with_hidden(sender, receiver)
            .is_none_or(|(sender, receiver)| is_compatible_literally(&sender, &receiver))
}

fn is_compatible_literally(sender: &Value, receiver: &Value) -> bool {
    if is_too_large(sender) || is_too_large(receiver) {
        return false;
    }
    if proof::is_included(sender, receiver) {
        return true;
    }
    let closed = close(sender, receiver);
    if closed != *sender && proof::is_included(&closed, receiver) {
        return true;
    }
    let is_compatible = || match algebra(sender, &closed, receiver) {
        Algebra::Equal | Algebra::Compatible => true,
        Algebra::Difference(_) | Algebra::Unknown => false,
    };
    is_within_budget(&closed)
        && is_within_budget(receiver)
        && !shows_a_break(sender, &closed, receiver)
        && is_compatible()
}

/// Returns whether it is proven that both accept the same values, where it is proven that the receiver accepts all that
/// is sent: by the sender's schema as it is, or else closed. Where a value shows that they do not, the algebra is not
/// asked.
fn are_equal(sender: &Value, closed: Option<&Value>, receiver: &Value) -> bool {
    let is_received_back = proof::is_included(receiver, sender);
    if is_received_back && closed.is_none() {
        return true;
    }
    is_within_budget(sender)
        && is_within_budget(receiver)
        && is_small_inlined(sender)
        && is_small_inlined(receiver)
        && (is_received_back || !shows_a_break(receiver, receiver, sender))
        && (closed.is_none() || !shows_a_break(sender, sender, receiver))
        && are_equal_by_algebra(sender, receiver)
}

/// The number of values of each schema of which one most often leads to a break, if there is one: without and with its
/// optional properties.
const FEW: usize = 2;

/// Returns whether a value is found that is sent and not accepted.
fn shows_a_break(sender: &Value, closed: &Value, receiver: &Value) -> bool {
    search::Judge::new(sender, closed, receiver).is_some_and(|judge| {
        let is_found = |sampler| search::is_found(&judge, sampler, receiver);
        is_found(Sampler::of_few(closed, FEW)) || {
            let sampler = Sampler::new(closed);
            samples(&sampler, receiver).any(|value| judge.is_witness(&value)) || is_found(sampler)
        }
    })
}

/// Returns values that the sender may send and the receiver may reject. The sampler is that of the sender's schema.
fn samples(closed: &Sampler<'_>, receiver: &Value) -> impl Iterator<Item = Value> {
    search::at_bounds(closed.root(), receiver)
        .into_iter()
        .chain(closed.candidates())
        .chain(sample::near_misses(receiver))
}

/// Returns whether the algebra may be used for a schema.
fn is_within_budget(schema: &Value) -> bool {
    size(schema) <= ALGEBRA_BUDGET && depth(schema) <= ALGEBRA_DEPTH
}

/// The result of the algebra.
enum Algebra {
    Equal,
    Compatible,
    /// The schema of the values that may be sent and are not accepted. It may accept nothing.
    Difference(Value),
    Unknown,
}

/// Asks the algebra, a young dependency: where it panics, it says nothing.
fn algebra(sender: &Value, closed: &Value, receiver: &Value) -> Algebra {
    let are_small = is_within_budget(closed) && is_within_budget(receiver);
    if !are_small || !is_small_inlined(sender) || !is_small_inlined(receiver) {
        return Algebra::Unknown;
    }
    let result = std::panic::catch_unwind(|| algebraic_relation(sender, closed, receiver));
    match result.ok().flatten().unwrap_or(Algebra::Unknown) {
        // From a contradiction everything follows.
        Algebra::Equal | Algebra::Compatible if is_in(sender) || is_in(receiver) => {
            match relate_by_parts(relate, sender, receiver) {
                Relation::Equal => Algebra::Equal,
                Relation::Compatible => Algebra::Compatible,
                Relation::Breaking(_) | Relation::Unproven => Algebra::Unknown,
            }
        }
        relation => relation,
    }
}

fn algebraic_relation(sender: &Value, closed: &Value, receiver: &Value) -> Option<Algebra> {
    let (sender, receiver) = (canonicalized(sender)?, canonicalized(receiver)?);
    if let Some(relation) = open_relation(&sender, &receiver) {
        return Some(relation);
    }
    let closed = canonicalized(closed)?;
    if covers(&receiver, &closed) {
        return Some(Algebra::Compatible);
    }
    let difference = closed.subtract(&receiver).ok()?;
    Some(if difference.satisfiability() == Satisfiability::No {
        Algebra::Compatible
    } else {
        Algebra::Difference(difference.to_json_schema())
    })
}

/// Returns the relation of two schemas that are taken literally; `None` where the receiver may not accept all.
fn open_relation(sender: &CanonicalSchema, receiver: &CanonicalSchema) -> Option<Algebra> {
    let is_raw = sender.kind() == canonical::CanonicalKind::Raw;
    if !is_raw && sender.to_json_schema() == receiver.to_json_schema() {
        return Some(Algebra::Equal);
    }
    covers(receiver, sender).then(|| {
        if covers(sender, receiver) {
            Algebra::Equal
        } else {
            Algebra::Compatible
        }
    })
}

/// Returns whether the algebra proves that both schemas accept the same values.
fn are_equal_by_algebra(sender: &Value, receiver: &Value) -> bool {
    if is_in(sender) || is_in(receiver) {
        return relate_by_parts(relate, sender, receiver) == Relation::Equal;
    }
    let relation = || open_relation(&canonicalized(sender)?, &canonicalized(receiver)?);
    matches!(std::panic::catch_unwind(relation), Ok(Some(Algebra::Equal)))
}

fn covers(schema: &CanonicalSchema, other: &CanonicalSchema) -> bool {
    matches!(schema.covers(other), Ok(Containment::Yes))
}

fn canonicalized(schema: &Value) -> Option<CanonicalSchema> {
    canonical::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .canonicalize(schema)
        .ok()
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
