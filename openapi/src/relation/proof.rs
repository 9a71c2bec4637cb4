//! The proof that a receiver accepts all that a sender sends: keyword by keyword, each of the receiver's keywords
//! follows from the sender's.
//!
//! What is not proven may hold all the same. The sender's schemas are a conjunction, from which parts may be left
//! out: that allows more values. References may be recursive: a pair of schemas that is being proven may be used for
//! smaller values, those inside the value that it is proven for (coinduction).

mod arrays;
mod numbers;
mod objects;
mod strings;
#[cfg(test)]
mod tests;
mod type_schemas;
mod unions;

use serde_json::{Map, Value, json};

use super::conjunction::{Conjunction, Located};
use super::types::Types;
use crate::hashed::{HashMap, HashSet};
use crate::schema::{Validator, size};

/// The steps of one proof: of pairs of schemas that are compared, and of nodes of schemas that are compiled.
const STEPS: usize = 20_000;

/// The deepest nesting of a proof.
const DEEPEST: usize = 200;

/// Returns whether it is proven that `receiver` accepts every value that `sender` accepts. Both are self-contained.
pub(super) fn is_included(sender: &Value, receiver: &Value) -> bool {
    let mut proof = Proof {
        steps: STEPS,
        nested: 0,
        pairs: HashMap::default(),
        order: Vec::new(),
        failed: HashSet::default(),
        patterns: HashMap::default(),
    };
    proof.includes(&[Located::root(sender)], Located::root(receiver), 0)
}

/// The sender's schemas and the receiver's, by their addresses.
type Key = (Vec<*const Value>, *const Value);

/// A pair whose proof has begun.
struct Pair {
    /// How deep inside the whole value its values are.
    level: usize,
    is_done: bool,
}

struct Proof<'a> {
    steps: usize,
    nested: usize,
    pairs: HashMap<Key, Pair>,
    /// The keys of the pairs in the order in which they were begun.
    order: Vec<Key>,
    failed: HashSet<Key>,
    /// The compiled patterns; `None` for those that cannot be compiled.
    patterns: HashMap<&'a str, Option<Validator>>,
}

impl<'a> Proof<'a> {
    /// Returns whether every value that all of `sender` accept is accepted by `receiver`. `level` is how deep inside
    /// the whole value that value is.
    fn includes(&mut self, sender: &[Located<'a>], receiver: Located<'a>, level: usize) -> bool {
        let object = match receiver.schema {
            Value::Bool(true) => return true,
            Value::Object(object) if object.is_empty() => return true,
            Value::Bool(false) => return Conjunction::of(sender).is_refused,
            Value::Object(object) => object,
            _ => return false,
        };
        if sender.iter().any(|part| part.is_same_as(receiver)) {
            return true;
        }
        let mut addresses: Vec<*const Value> = sender
            .iter()
            .map(|part| std::ptr::from_ref(part.schema))
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        let key = (addresses, std::ptr::from_ref(receiver.schema));
        match self.pairs.get(&key) {
            Some(pair) if pair.level < level || (pair.is_done && pair.level == level) => {
                return true;
            }
            Some(pair) if !pair.is_done => return false,
            Some(_) | None => {}
        }
        if self.failed.contains(&key) || self.nested == DEEPEST || !self.burn(1) {
            return false;
        }
        let before = self.order.len();
        let is_done = false;
        self.pairs.insert(key.clone(), Pair { level, is_done });
        self.order.push(key.clone());
        self.nested += 1;
        let conjunction = Conjunction::of(sender);
        let holds = self.burn(conjunction.parts.len())
            && (conjunction.is_refused
                || self.implies(sender, &conjunction, receiver, object, level)
                || self.by_cases(sender, &conjunction, receiver, level));
        self.nested -= 1;
        if holds {
            let is_done = true;
            self.pairs.insert(key, Pair { level, is_done });
        } else {
            // What was proven meanwhile may rest on this pair.
            for key in self.order.drain(before..) {
                self.pairs.remove(&key);
            }
            self.failed.insert(key);
        }
        holds
    }

    /// Returns false when the steps are used up.
    fn burn(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }

    /// Returns whether each keyword of the receiver follows from the sender's.
    fn implies(
        &mut self,
        sender: &[Located<'a>],
        conjunction: &Conjunction<'a>,
        receiver: Located<'a>,
        object: &'a Map<String, Value>,
        level: usize,
    ) -> bool {
        if let Some(values) = &conjunction.values {
            return self.accepts_each(values, conjunction, receiver);
        }
        object.iter().all(|(keyword, value)| {
            let types = Types::of_keyword(keyword);
            if conjunction.types.intersection(types).is_empty() {
                return true;
            }
            let at = |schema| Located {
                schema,
                root: receiver.root,
            };
            match keyword.as_str() {
                "$defs" | "then" | "else" | "minContains" | "maxContains" => true,
                "type" => conjunction.types.is_within(Types::of_names(value)),
                "$ref" => match receiver.target(value) {
                    Some(target) => self.includes(sender, target, level),
                    None => false,
                },
                "allOf" => {
                    let parts = value.as_array();
                    parts.is_some_and(|parts| {
                        let mut parts = parts.iter();
                        parts.all(|part| self.includes(sender, at(part), level))
                    })
                }
                "anyOf" => {
                    // An alternative that accepts anything is often a mistake (`{nullable: true}` for null): only
                    // itself follows from it, so that the other alternatives are compared.
                    let is_free = sender.iter().any(|part| accepts_all(part.schema));
                    let mut branches = value.as_array().into_iter().flatten();
                    branches.any(|branch| {
                        (is_free || !accepts_all(branch))
                            && self.includes(sender, at(branch), level)
                    })
                }
                "oneOf" => self.is_in_one_of(sender, at(value), level),
                "not" => self.are_disjoint(sender, at(value)),
                "if" => self.implies_conditional(sender, conjunction, receiver, level),
                "multipleOf" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                    numbers::imply(conjunction, keyword, value)
                }
                "minLength" | "maxLength" | "pattern" | "format" => {
                    strings::imply(conjunction, keyword, value)
                }
                "enum" => value
                    .as_array()
                    .is_some_and(|values| strings::are_among(conjunction, values)),
                "minItems" | "maxItems" | "uniqueItems" | "items" | "prefixItems" | "contains"
                | "unevaluatedItems" => self.arrays_imply(conjunction, keyword, receiver, level),
                _ => self.objects_imply(conjunction, keyword, receiver, level),
            }
        })
    }

    /// Returns whether the receiver accepts each of the values that the sender accepts.
    fn accepts_each(
        &mut self,
        values: &[&Value],
        conjunction: &Conjunction<'a>,
        receiver: Located<'a>,
    ) -> bool {
        let Some(accepts) = self.validator(receiver) else {
            return false;
        };
        let refused: Vec<&&Value> = values
            .iter()
            .filter(|value| !accepts.accepts(value))
            .collect();
        // Values that another keyword of the sender refuses are not sent.
        refused.is_empty()
            || (refused.len() < values.len()
                && conjunction.parts.iter().any(|part| {
                    let sends = self.validator(part.located);
                    sends.is_some_and(|sends| refused.iter().all(|value| !sends.accepts(value)))
                }))
    }

    /// Compiles a schema, where the steps suffice.
    fn validator(&mut self, schema: Located<'a>) -> Option<Validator> {
        let whole = Located::whole(&[schema]);
        if !self.burn(size(&whole)) {
            return None;
        }
        Validator::new(&whole).ok()
    }

    /// Returns whether the pattern is found in the name. Where that is not known, nothing is proven any more.
    fn is_found(&mut self, pattern: &'a str, name: &str) -> bool {
        let compiled = self
            .patterns
            .entry(pattern)
            .or_insert_with(|| Validator::new(&json!({ "pattern": pattern })).ok());
        if compiled.is_none() {
            self.steps = 0;
        }
        compiled
            .as_ref()
            .is_some_and(|pattern| pattern.accepts(&Value::from(name)))
    }
}

fn accepts_all(schema: &Value) -> bool {
    schema == &Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}
