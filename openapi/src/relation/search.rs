//! The search for a value that is sent and not accepted: values that are sent, altered one place at a time where the
//! schemas of that place differ.

mod arrays;
mod objects;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::build::Builder;
use super::conjunction::Located;
use super::scalars;
use super::side::Side;
use super::validators::validator;
use crate::hashed::HashSet;
use crate::sample::{self, Sampler};
use crate::schema::{Validator, size};

/// The steps of one search: nodes of values that are checked, and of schemas that are sampled.
const STEPS: usize = 40_000;

/// The deepest place of a value that is altered.
const DEEPEST: usize = 8;

/// The most values that are altered.
const MOST_WHOLES: usize = 4;

/// Validators of what may be sent and of what is accepted.
pub(super) struct Judge {
    sends: Rc<Validator>,
    /// `None` where nothing was closed.
    sends_closed: Option<Rc<Validator>>,
    accepts: Rc<Validator>,
}

impl Judge {
    pub(super) fn new(sender: &Value, closed: &Value, receiver: &Value) -> Option<Self> {
        let sends_closed = if closed == sender {
            None
        } else {
            Some(validator(closed)?)
        };
        Some(Self {
            sends: validator(sender)?,
            sends_closed,
            accepts: validator(receiver)?,
        })
    }

    fn is_sent(&self, value: &Value) -> bool {
        let sends_closed = self.sends_closed.as_ref();
        self.sends.accepts(value) && sends_closed.is_none_or(|closed| closed.accepts(value))
    }

    /// Returns the validator of what may be sent, closed.
    fn closed(&self) -> Rc<Validator> {
        Rc::clone(self.sends_closed.as_ref().unwrap_or(&self.sends))
    }

    /// Returns the smallest of the values that are sent and not accepted.
    pub(super) fn smallest(&self, values: impl IntoIterator<Item = Value>) -> Option<Value> {
        let witnesses = values.into_iter().filter(|value| self.is_witness(value));
        witnesses.min_by_key(size)
    }

    /// Returns whether the value is sent and not accepted.
    pub(super) fn is_witness(&self, value: &Value) -> bool {
        self.is_sent(value) && !self.accepts.accepts(value)
    }
}

/// Returns numbers around the bounds of both, and strings that are sent and not accepted by their patterns and lengths.
pub(super) fn at_bounds(closed: &Value, receiver: &Value) -> Vec<Value> {
    let side = |schema| Side::of(&[Located::root(schema)]);
    let (sent, accepted) = (side(closed), side(receiver));
    let mut values = scalars::numbers(&sent, &accepted);
    let (_, strings) = scalars::unmatched(&sent, &accepted);
    values.extend(strings.into_iter().map(Value::String));
    values
}

/// Returns a value that is sent and not accepted. `sent` samples what may be sent.
pub(super) fn witness<'a>(
    judge: &'a Judge,
    sent: Sampler<'a>,
    receiver: &'a Value,
) -> Option<Value> {
    let mut search = Search::new(judge, sent, receiver);
    let found = search.found();
    found.map(|value| search.shrunk(value))
}

/// Returns whether a value is found that is sent and not accepted.
pub(super) fn is_found<'a>(judge: &'a Judge, sent: Sampler<'a>, receiver: &'a Value) -> bool {
    Search::new(judge, sent, receiver).found().is_some()
}

/// A step to a part of a value.
#[derive(Debug, Clone)]
enum Step {
    Name(String),
    Index(usize),
}

/// The ways to alter a place, in the order in which they are tried.
#[derive(Debug, Clone, Copy)]
enum Alteration {
    Sample,
    Scalar,
    Array,
    Object,
    NearMiss,
}

impl Alteration {
    const ALL: [Self; 5] = [
        Self::Sample,
        Self::Scalar,
        Self::Array,
        Self::Object,
        Self::NearMiss,
    ];
}

/// The schemas of both sides for one place, by their addresses.
type Place = (Vec<*const Value>, Vec<*const Value>);

struct Search<'a> {
    judge: &'a Judge,
    builder: Builder<'a>,
    /// The samplers of both roots.
    sent: Rc<Sampler<'a>>,
    accepted: Sampler<'a>,
    steps: usize,
    /// The places that were visited.
    seen: HashSet<Place>,
    patterns: BTreeMap<&'a str, Option<Validator>>,
}

/// Keywords whose schemas are for parts of the value, or are among the parts of a [`Side`].
const DESCENDED: &[&str] = &[
    "$defs",
    "$ref",
    "allOf",
    "properties",
    "items",
    "prefixItems",
];

impl<'a> Search<'a> {
    fn new(judge: &'a Judge, sent: Sampler<'a>, receiver: &'a Value) -> Self {
        let sent = Rc::new(sent);
        Self {
            judge,
            builder: Builder::with_validator(Rc::clone(&sent), judge.closed()),
            sent,
            accepted: Sampler::new(receiver),
            steps: STEPS,
            seen: HashSet::default(),
            patterns: BTreeMap::new(),
        }
    }

    /// Returns a witness.
    fn found(&mut self) -> Option<Value> {
        let [sent, accepted] = [self.sent.root(), self.accepted.root()].map(Located::root);
        let mut wholes = self.candidates(&[sent]);
        wholes.retain(|whole| self.judge.is_sent(whole));
        if wholes.is_empty() {
            wholes = self.builder.of_all(&[sent]);
            wholes.retain(|whole| self.judge.is_sent(whole));
        }
        // Values with more parts can be altered in more places.
        wholes.sort_by_key(|whole| std::cmp::Reverse(size(whole).min(200)));
        wholes.truncate(MOST_WHOLES);
        wholes.iter().find_map(|whole| {
            self.seen.clear();
            self.place(whole, &mut Vec::new(), &[sent], &[accepted])
        })
    }

    /// Alters the value at the end of the trail and below, and returns the first whole that is a witness.
    fn place(
        &mut self,
        whole: &Value,
        trail: &mut Vec<Step>,
        sent: &[Located<'a>],
        accepted: &[Located<'a>],
    ) -> Option<Value> {
        if !self.is_worth_visiting(trail, sent, accepted) || !self.burn(1) {
            return None;
        }
        self.seen.insert(of_place(sent, accepted));
        let (sent, accepted) = (Side::of(sent), Side::of(accepted));
        let value = at(whole, trail)?.clone();
        if differ(&sent, &accepted) {
            if !self.burn(
                sent.schemas
                    .iter()
                    .map(|located| size(located.schema))
                    .sum(),
            ) {
                return None;
            }
            // More of them could not be tried.
            let most = self.steps / cost(whole).max(1);
            // The next values are only made if none of these is a witness.
            for kind in Alteration::ALL {
                let values = match kind {
                    Alteration::Sample => self.candidates(&sent.schemas),
                    Alteration::Scalar => scalars::values(&sent, &accepted),
                    Alteration::Array => self.arrays(&value, &sent, &accepted),
                    Alteration::Object => self.objects(&value, &sent, &accepted, most),
                    Alteration::NearMiss => {
                        let parts = accepted.parts.iter();
                        let near = parts.flat_map(|part| sample::near_misses(part.located.schema));
                        near.collect()
                    }
                };
                for value in values {
                    let altered = planted(whole, trail, value)?;
                    if !self.burn(cost(&altered)) {
                        return None;
                    }
                    if self.judge.is_witness(&altered) {
                        return Some(altered);
                    }
                }
            }
        }
        self.members(whole, &value, trail, &sent, &accepted)
            .or_else(|| self.items(whole, &value, trail, &sent, &accepted))
    }

    /// Returns whether the schemas at the end of the trail may differ and were not visited before.
    fn is_worth_visiting(
        &self,
        trail: &[Step],
        sent: &[Located<'a>],
        accepted: &[Located<'a>],
    ) -> bool {
        trail.len() <= DEEPEST
            && !are_same(sent, accepted)
            && !self.seen.contains(&of_place(sent, accepted))
    }

    /// Returns values that all of the schemas, which have one root, probably accept.
    fn candidates(&self, schemas: &[Located<'a>]) -> Vec<Value> {
        let is_sent = schemas
            .iter()
            .all(|located| std::ptr::eq(located.root, self.sent.root()));
        let sampler = if is_sent { &self.sent } else { &self.accepted };
        sampler.of_all(schemas.iter().map(|located| located.schema))
    }

    /// Returns a value that may be sent in a place.
    fn sent_value(&mut self, schemas: &[Located<'a>]) -> Option<Value> {
        // Of a schema without parts and alternatives, the first sample will do.
        let built = if Side::of(schemas).parts.len() > 1 {
            self.builder.of_all(schemas).into_iter().next()
        } else {
            None
        };
        built.or_else(|| self.candidates(schemas).into_iter().next())
    }

    /// Returns the witness without the members and items that it does not need.
    fn shrunk(&mut self, mut witness: Value) -> Value {
        self.steps = STEPS;
        let mut trails = vec![Vec::new()];
        while let Some(trail) = trails.pop() {
            let steps: Vec<Step> = match at(&witness, &trail) {
                Some(Value::Object(members)) => members.keys().cloned().map(Step::Name).collect(),
                Some(Value::Array(items)) => (0..items.len()).rev().map(Step::Index).collect(),
                _ => continue,
            };
            for step in steps {
                let mut smaller = witness.clone();
                if !self.burn(cost(&witness)) {
                    return witness;
                }
                remove(&mut smaller, &trail, &step);
                if self.judge.is_witness(&smaller) {
                    witness = smaller;
                } else {
                    trails.push(trail.iter().chain([&step]).cloned().collect());
                }
            }
        }
        witness
    }

    /// Returns false when the steps are used up.
    fn burn(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }
}

/// Returns whether both sides have the same schemas.
fn are_same(sent: &[Located<'_>], accepted: &[Located<'_>]) -> bool {
    let mut pairs = sent.iter().zip(accepted);
    sent.len() == accepted.len() && pairs.all(|(a, b)| a.is_same_as(*b))
}

fn of_place(sent: &[Located<'_>], accepted: &[Located<'_>]) -> Place {
    let addresses = |schemas: &[Located<'_>]| {
        let schemas = schemas.iter();
        schemas
            .map(|located| std::ptr::from_ref(located.schema))
            .collect()
    };
    (addresses(sent), addresses(accepted))
}

/// Returns the cost of checking a value.
fn cost(value: &Value) -> usize {
    let text = value.as_str().map_or(0, |text| text.len() / 1_000);
    size(value) + text
}

/// Returns whether the schemas of a place differ in what they say of it apart from its parts.
fn differ(sent: &Side<'_>, accepted: &Side<'_>) -> bool {
    let has = |side: &Side<'_>, keyword: &str, value: &Value| {
        side.parts
            .iter()
            .any(|part| part.object.get(keyword) == Some(value))
    };
    let lacks = |side: &Side<'_>, other: &Side<'_>| {
        let mut keywords = side.parts.iter().flat_map(|part| part.object);
        keywords.any(|(keyword, value)| {
            !DESCENDED.contains(&keyword.as_str()) && !has(other, keyword, value)
        }) || side
            .schemas
            .iter()
            .any(|located| located.schema == &Value::Bool(false))
    };
    lacks(sent, accepted) || lacks(accepted, sent)
}

/// Returns the part of a value at the end of the trail.
fn at<'v>(whole: &'v Value, trail: &[Step]) -> Option<&'v Value> {
    trail.iter().try_fold(whole, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// Removes what the step leads to from the part at the end of the trail.
fn remove(whole: &mut Value, trail: &[Step], step: &Step) {
    let place = trail.iter().try_fold(whole, |value, step| match step {
        Step::Name(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    });
    match (place, step) {
        (Some(Value::Object(members)), Step::Name(name)) => drop(members.shift_remove(name)),
        (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => {
            items.remove(*index);
        }
        _ => {}
    }
}

/// Returns the value with another part at the end of the trail. It may be a new member or item.
fn planted(whole: &Value, trail: &[Step], part: Value) -> Option<Value> {
    let mut planted = whole.clone();
    let mut place = &mut planted;
    for step in trail {
        place = match (step, place) {
            (Step::Name(name), Value::Object(members)) => {
                members.entry(name.clone()).or_insert(Value::Null)
            }
            (Step::Index(index), Value::Array(items)) => {
                if items.len() == *index {
                    items.push(Value::Null);
                }
                items.get_mut(*index)?
            }
            _ => return None,
        };
    }
    *place = part;
    Some(planted)
}
