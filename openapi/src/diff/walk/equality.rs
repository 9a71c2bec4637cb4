//! Equal text under equal references: the cheap proof that two parts mean the same.
//!
//! References are equal when their targets are. A pair of targets is assumed equal while it is compared, so cycles
//! end. It is compared once; when it proves unequal, so are the pairs that depended on it. What is written out on one
//! side is equal to a reference on the other when it is equal to the reference's target.

use serde_json::{Map, Number, Value};

use crate::document::{Document, dangles};
use crate::hashed::{HashMap, HashSet};
use crate::{keywords, pointer};

/// The known equalities between parts of the two documents.
#[derive(Default)]
pub(crate) struct Equality {
    ids: HashMap<(String, String), usize>,
    pairs: Vec<TargetPair>,
    names_count: bool,
    /// Whether annotations are ignored.
    of_assertions: bool,
}

struct TargetPair {
    equal: bool,
    needed_by: Vec<usize>,
}

/// One comparison of two texts.
struct Matching<'a> {
    base: &'a Document,
    revision: &'a Document,
    /// The targets of references on both sides, to be compared as pairs.
    references: Vec<(String, String)>,
    /// The addresses of the targets of references on one side and of what is written out on the other. They are
    /// assumed equal while they are compared, since all must be equal for any to count.
    assumed: HashSet<(usize, usize)>,
}

impl<'a> Matching<'a> {
    fn new(base: &'a Document, revision: &'a Document) -> Self {
        Self {
            base,
            revision,
            references: Vec::new(),
            assumed: HashSet::default(),
        }
    }

    /// Returns whether these two are already assumed equal, and assumes it.
    fn assumes(&mut self, a: &Value, b: &Value) -> bool {
        let address = |value: &Value| std::ptr::from_ref(value) as usize;
        !self.assumed.insert((address(a), address(b)))
    }
}

/// Returns the target of a value that is a reference and nothing else.
fn target_of<'a>(document: &'a Document, value: &Value) -> Option<&'a Value> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let reference = object.get("$ref")?.as_str()?;
    document.at(&pointer::of_reference(reference)?)
}

impl Equality {
    /// Builds an equality of everything. With `names_count`, references to components of different names are unequal.
    pub(crate) fn new(names_count: bool) -> Self {
        Self {
            names_count,
            ..Self::default()
        }
    }

    /// Builds an equality of schemas by what they accept: annotations do not count.
    pub(crate) fn of_assertions() -> Self {
        Self {
            of_assertions: true,
            ..Self::default()
        }
    }

    /// Returns whether two values of the two documents are equal.
    pub(crate) fn holds(
        &mut self,
        (base, a): (&Document, &Value),
        (revision, b): (&Document, &Value),
    ) -> bool {
        let mut matching = Matching::new(base, revision);
        if !self.match_by_text(a, b, &mut matching) {
            return false;
        }
        (matching.references.into_iter()).all(|(a, b)| self.targets_match(base, a, revision, b))
    }

    /// Returns whether what two pointers lead to is equal, which is found once.
    pub(crate) fn targets_match(
        &mut self,
        base: &Document,
        a: String,
        revision: &Document,
        b: String,
    ) -> bool {
        let key = (a, b);
        if let Some(&known) = self.ids.get(&key) {
            return self.pairs[known].equal;
        }
        let root = self.admit(key.clone());
        let mut pending = vec![(root, key)];
        let mut unequal = Vec::new();
        while let Some((id, (a, b))) = pending.pop() {
            let mut matching = Matching::new(base, revision);
            let same = match (base.at(&a), revision.at(&b)) {
                (Some(a), Some(b)) => self.match_by_text(a, b, &mut matching),
                _ => false,
            };
            if !same {
                unequal.push(id);
                continue;
            }
            for key in matching.references {
                if let Some(&known) = self.ids.get(&key) {
                    if self.pairs[known].equal {
                        self.pairs[known].needed_by.push(id);
                    } else {
                        unequal.push(id);
                    }
                } else {
                    let target = self.admit(key.clone());
                    self.pairs[target].needed_by.push(id);
                    pending.push((target, key));
                }
            }
        }
        while let Some(id) = unequal.pop() {
            if std::mem::replace(&mut self.pairs[id].equal, false) {
                unequal.append(&mut self.pairs[id].needed_by);
            }
        }
        self.pairs[root].equal
    }

    fn admit(&mut self, key: (String, String)) -> usize {
        let id = self.pairs.len();
        self.ids.insert(key, id);
        self.pairs.push(TargetPair {
            equal: true,
            needed_by: Vec::new(),
        });
        id
    }

    fn match_by_text(&self, a: &Value, b: &Value, matching: &mut Matching<'_>) -> bool {
        if self.of_assertions {
            self.assertions_match(a, b, matching)
        } else {
            self.texts_match(a, b, matching)
        }
    }

    /// Compares a reference on one side with what is written out on the other. Returns `None` for anything else, and
    /// where names count, by which the two differ.
    fn one_refers(&self, a: &Value, b: &Value, matching: &mut Matching<'_>) -> Option<bool> {
        let [refers, other_refers] = [a, b].map(|value| {
            let object = value.as_object();
            object.is_some_and(|object| has_key(object, "$ref"))
        });
        // It is reported by itself.
        if refers && dangles(a) {
            return Some(true);
        }
        if self.names_count || refers == other_refers {
            return None;
        }
        let (base, revision) = (matching.base, matching.revision);
        let (a, b) = if refers {
            (target_of(base, a)?, b)
        } else {
            (a, target_of(revision, b)?)
        };
        Some(matching.assumes(a, b) || self.match_by_text(a, b, matching))
    }

    /// Compares two schemas as [`Self::texts_match`] does, without their annotations.
    fn assertions_match(&self, a: &Value, b: &Value, matching: &mut Matching<'_>) -> bool {
        if let Some(equal) = self.one_refers(a, b, matching) {
            return equal;
        }
        let (Value::Object(left), Value::Object(right)) = (a, b) else {
            return self.texts_match(a, b, matching);
        };
        if !are_named_alike(left, right) {
            return false;
        }
        // These annotations decide how a value is read.
        let decides = |key: &str| matches!(key, "readOnly" | "writeOnly" | "discriminator");
        let counts = |key: &str| {
            decides(key) || (!keywords::is_annotation(key) && !keywords::is_container(key))
        };
        let only_in_one = |one: &Map<String, Value>, other: &Map<String, Value>| {
            one.keys()
                .any(|key| counts(key) && !other.contains_key(key))
        };
        if only_in_one(left, right) || only_in_one(right, left) {
            return false;
        }
        left.iter().filter(|(key, _)| counts(key)).all(|(key, a)| {
            let b = &right[key];
            let key = key.as_str();
            if keywords::SINGLE.contains(&key) {
                return self.assertions_match(a, b, matching);
            }
            match (a, b) {
                (Value::Array(a), Value::Array(b)) if keywords::LISTS.contains(&key) => {
                    a.len() == b.len()
                        && a.iter()
                            .zip(b)
                            .all(|(a, b)| self.assertions_match(a, b, matching))
                }
                (Value::Object(a), Value::Object(b)) if keywords::MAPS.contains(&key) => {
                    a.len() == b.len()
                        && a.iter().all(|(name, a)| {
                            b.get(name)
                                .is_some_and(|b| self.assertions_match(a, b, matching))
                        })
                }
                (Value::String(a), Value::String(b)) if key == "$ref" => {
                    match (pointer::of_reference(a), pointer::of_reference(b)) {
                        (Some(a), Some(b)) => matching.references.push((a, b)),
                        _ => return a == b,
                    }
                    true
                }
                _ => a == b,
            }
        })
    }

    /// Returns whether the texts are equal apart from references, and collects those.
    fn texts_match(&self, a: &Value, b: &Value, matching: &mut Matching<'_>) -> bool {
        match (a, b) {
            (Value::Object(_), Value::Object(_))
                if let Some(equal) = self.one_refers(a, b, matching) =>
            {
                equal
            }
            (Value::Object(a), Value::Object(b)) => {
                // Most often the members are in the same order, and none has to be looked up.
                let mut in_order = b.iter();
                a.len() == b.len()
                    && are_named_alike(a, b)
                    && a.iter().all(|(key, a)| {
                        let b = match in_order.next() {
                            Some((other, b)) if other == key => b,
                            _ => match b.get(key) {
                                Some(b) => b,
                                None => return false,
                            },
                        };
                        if key == "$ref"
                            && let (Value::String(a), Value::String(b)) = (a, b)
                            && let (Some(a), Some(b)) =
                                (pointer::of_reference(a), pointer::of_reference(b))
                        {
                            if self.names_count && pointer::last(&a) != pointer::last(&b) {
                                return false;
                            }
                            matching.references.push((a, b));
                            return true;
                        }
                        self.texts_match(a, b, matching)
                    })
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|(a, b)| self.texts_match(a, b, matching))
            }
            (Value::Number(a), Value::Number(b)) => numbers_match(a, b),
            _ => a == b,
        }
    }
}

/// Returns whether an object has a key. All of its members are read anyway, so that none is looked up by its hash.
fn has_key(object: &Map<String, Value>, wanted: &str) -> bool {
    object.keys().any(|key| key == wanted)
}

/// Returns whether the alternatives of two schemas have the same names, where a discriminator makes those the values of
/// a property.
fn are_named_alike(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    if !(has_key(a, "discriminator") && has_key(b, "discriminator")) {
        return true;
    }
    let names = |schema: &Map<String, Value>| -> Vec<Option<String>> {
        let unions = ["anyOf", "oneOf"].into_iter();
        let unions = unions.filter_map(|keyword| schema.get(keyword)?.as_array());
        let references = unions.flatten().map(|branch| branch.get("$ref")?.as_str());
        (references
            .map(|reference| reference.map(|reference| pointer::last(reference).into_owned())))
        .collect()
    };
    names(a) == names(b)
}

/// Returns whether two numbers are equal, however they are written: 1 and 1.0 are, 2^53 and 2^53 + 1 are not.
fn numbers_match(a: &Number, b: &Number) -> bool {
    a == b || integer(a).is_some_and(|integer_of_a| integer(b) == Some(integer_of_a))
}

/// Returns the number as an integer, if it is one.
fn integer(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i64() {
        return Some(integer.into());
    }
    if let Some(integer) = number.as_u64() {
        return Some(integer.into());
    }
    let float = number.as_f64()?;
    // Below this the conversion is exact; beyond it no other spelling is read as an integer.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bound is within the type's"
    )]
    (float.fract() == 0.0 && float.abs() < 1e30).then_some(float as i128)
}
