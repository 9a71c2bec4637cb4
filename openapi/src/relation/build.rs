//! Values that several schemas accept together, built from what the schemas require, with a given part.
//!
//! Samples are cheap, and miss what only several schemas together say. Here alternatives are chosen one by one, and each
//! part is built from all schemas that hold for it.

mod members;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::conjunction::{Conjunction, Located, open_unions};
use super::formats::strings_of;
use super::scalars;
use super::side::Side;
use super::validators::validator;
use crate::hashed::HashMap;
use crate::sample::Sampler;
use crate::schema::{Validator, size};

/// The steps of one builder: schemas that are read, and nodes of schemas that are compiled.
const STEPS: usize = 150_000;

/// The most nodes of schemas that are compiled for all values that one comparison builds.
const MOST_COMPILED: usize = 4_000_000;

thread_local! {
    /// How many more nodes the comparison on this thread may compile. Outside of comparisons only each builder is bounded.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Begins a comparison on this thread: all values that are built in it have one budget together.
pub(crate) fn begin_comparison() {
    LEFT.set(MOST_COMPILED);
}

/// The deepest nesting of schemas and values.
const DEEPEST: usize = 60;

/// The most values of one place.
const MOST_VALUES: usize = 12;

/// The most nodes of a value: what each level requires multiplies.
const LARGEST: usize = 2_000;

/// A step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Property(String),
    /// To any item.
    Item,
    /// To the item at this place.
    Position(usize),
}

/// What a value has at the end of a trail.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'v> {
    /// This part, or an object with its members.
    Part(&'v Value),
    /// An object without this member.
    Absence(&'v str),
}

/// Returns values that a self-contained schema accepts, with what is wanted at the end of the trail.
pub(crate) fn values_with(schema: &Value, trail: &[Step], wanted: Wanted<'_>) -> Vec<Value> {
    let sampler = Rc::new(Sampler::new(schema));
    Builder::new(sampler).values(&[Located::root(schema)], Some((trail, wanted)))
}

/// The schemas of a place, by their addresses.
type Place = Vec<*const Value>;

/// Builds values of the schemas within one root.
pub(super) struct Builder<'a> {
    sampler: Rc<Sampler<'a>>,
    patterns: BTreeMap<&'a str, Option<Validator>>,
    validators: HashMap<Place, Option<Rc<Validator>>>,
    /// The values that were built of each place.
    built: HashMap<Place, Vec<Value>>,
    steps: usize,
    nested: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(sampler: Rc<Sampler<'a>>) -> Self {
        Self {
            sampler,
            patterns: BTreeMap::new(),
            validators: HashMap::default(),
            built: HashMap::default(),
            steps: STEPS,
            nested: 0,
        }
    }

    /// Builds a builder that knows the validator of the root.
    pub(super) fn with_validator(sampler: Rc<Sampler<'a>>, validator: Rc<Validator>) -> Self {
        let root = place(&[Located::root(sampler.root())]);
        let mut builder = Self::new(sampler);
        builder.validators.insert(root, Some(validator));
        builder
    }

    /// Returns values that all of the schemas accept.
    pub(super) fn of_all(&mut self, schemas: &[Located<'a>]) -> Vec<Value> {
        let place = place(schemas);
        if let Some(values) = self.built.get(&place) {
            return values.clone();
        }
        // A schema that requires itself has no value.
        self.built.insert(place.clone(), Vec::new());
        let values = self.values(schemas, None);
        self.built.insert(place, values.clone());
        values
    }

    fn values(
        &mut self,
        schemas: &[Located<'a>],
        wanted: Option<(&[Step], Wanted<'_>)>,
    ) -> Vec<Value> {
        if self.nested == DEEPEST || !self.burn(schemas.len()) {
            return Vec::new();
        }
        self.nested += 1;
        let mut values = self.probable(schemas, wanted);
        self.nested -= 1;
        values.truncate(MOST_VALUES);
        values.retain(|value| {
            let size = size(value);
            size <= LARGEST && self.burn(size / 4)
        });
        values
    }

    /// Returns values that the schemas probably accept.
    fn probable(
        &mut self,
        schemas: &[Located<'a>],
        wanted: Option<(&[Step], Wanted<'_>)>,
    ) -> Vec<Value> {
        let conjunction = Conjunction::of(schemas);
        if !self.burn(conjunction.parts.len() / 4) {
            return Vec::new();
        }
        if conjunction.is_refused || conjunction.is_contradictory {
            return Vec::new();
        }
        if wanted.is_none() {
            let sampled = self
                .sampler
                .of_all(schemas.iter().map(|located| located.schema));
            if !sampled.is_empty() {
                let Some(validator) = self.validator(schemas) else {
                    return Vec::new();
                };
                let sampled = sampled.into_iter().filter(|value| validator.accepts(value));
                let sampled: Vec<Value> = sampled.take(MOST_VALUES).collect();
                if !sampled.is_empty() {
                    return sampled;
                }
            }
        }
        if let Some(branches) = open_unions(&conjunction, schemas).into_iter().next() {
            let mut values = Vec::new();
            for branch in branches {
                let chosen: Vec<Located<'a>> = schemas.iter().copied().chain([branch]).collect();
                let built = match wanted {
                    Some(_) => self.values(&chosen, wanted),
                    None => self.of_all(&chosen),
                };
                values.extend(built.into_iter().take(4));
            }
            // Another alternative may accept the value as well.
            return self.accepted(schemas, values);
        }
        match wanted {
            Some(([], Wanted::Part(part))) => {
                let mut values = vec![part.clone()];
                if let Value::Object(members) = part {
                    for mut value in self.objects(&conjunction, None) {
                        if let Value::Object(value) = &mut value {
                            value.extend(members.clone());
                        }
                        values.push(value);
                    }
                }
                values
            }
            Some(([], Wanted::Absence(name))) => {
                let mut values = self.objects(&conjunction, None);
                values.retain(|value| value.get(name).is_none());
                values
            }
            Some(([Step::Property(name), rest @ ..], wanted)) => {
                self.objects(&conjunction, Some((name, rest, wanted)))
            }
            Some(([Step::Item, rest @ ..], wanted)) => {
                self.arrays(&conjunction, Some((rest, wanted)))
            }
            // The items before it would have to be built as well: samples have them.
            Some(([Step::Position(_), ..], _)) => Vec::new(),
            None => {
                let side = Side::of(schemas);
                let mut values = scalars::values(&side, &side);
                let texts = strings_of(&conjunction.parts).examples().into_iter();
                values.extend(texts.map(Value::String));
                let mut values = self.accepted(schemas, values);
                values.extend(self.objects(&conjunction, None));
                values.extend(self.arrays(&conjunction, None));
                values
            }
        }
    }

    /// Returns the values that the schemas accept.
    fn accepted(&mut self, schemas: &[Located<'a>], mut values: Vec<Value>) -> Vec<Value> {
        if values.is_empty() {
            return values;
        }
        match self.validator(schemas) {
            Some(validator) => values.retain(|value| validator.accepts(value)),
            None => values.clear(),
        }
        values
    }

    fn validator(&mut self, schemas: &[Located<'a>]) -> Option<Rc<Validator>> {
        let place = place(schemas);
        if let Some(validator) = self.validators.get(&place) {
            return validator.clone();
        }
        let whole = Located::whole(schemas);
        let nodes = size(&whole);
        LEFT.set(LEFT.get().saturating_sub(nodes));
        let compiled = if LEFT.get() > 0 && self.burn(nodes / 4) {
            validator(&whole)
        } else {
            None
        };
        self.validators.insert(place, compiled.clone());
        compiled
    }

    /// Returns false when the steps are used up.
    fn burn(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.steps > 0
    }
}

fn place(schemas: &[Located<'_>]) -> Place {
    let addresses = schemas
        .iter()
        .map(|located| std::ptr::from_ref(located.schema));
    let mut place: Place = addresses.collect();
    place.sort_unstable();
    place.dedup();
    place
}

#[cfg(test)]
mod tests {
    use super::{LEFT, MOST_COMPILED, Step, Wanted, begin_comparison, values_with};
    use crate::schema::Validator;
    use serde_json::{Value, json};

    #[test]
    fn values_satisfy_what_several_schemas_require_together() {
        let tagged = |tag: &str| {
            json!({"allOf": [
                {"$ref": "#/$defs/Tagged"},
                {"required": ["n"], "properties": {"tag": {"enum": [tag]}, "n": {"$ref": "#/$defs/Code"}}}]})
        };
        let schema = json!({
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "minItems": 2, "items": {"oneOf": [tagged("a"), tagged("b")]}}},
            "$defs": {
                "Tagged": {"type": "object", "required": ["tag"], "properties": {"tag": {"type": "string"}}},
                "Code": {"allOf": [{"pattern": "^[A-Z]"}, {"type": "string", "pattern": "[0-9]{2}$"}]}}});
        let validator = Validator::new(&schema).expect("a schema");
        let trail = [
            Step::Property("items".to_owned()),
            Step::Item,
            Step::Property("m".to_owned()),
        ];
        let values = values_with(&schema, &trail, Wanted::Part(&json!("here")));
        assert!(!values.is_empty());
        for value in values {
            assert!(validator.accepts(&value), "{value}");
            assert_eq!(value.pointer("/items/0/m"), Some(&json!("here")));
        }
        let without = |name: &str| values_with(&schema, &trail[..2], Wanted::Absence(name));
        assert!(without("n").is_empty(), "each item requires it");
        assert!(without("m").iter().all(|value| validator.accepts(value)));
        assert!(!without("m").is_empty());
    }

    #[test]
    fn all_values_of_a_comparison_have_one_budget() {
        let schema = |name: &str| json!({"type": "object", "required": [name, "m"], "properties": {name: {"type": "string"}, "m": true}});
        let trail = [Step::Property("m".to_owned())];
        let built = |name: &str| values_with(&schema(name), &trail, Wanted::Part(&json!(1)));
        begin_comparison();
        let spent = ["a", "b"].map(|name| {
            assert!(!built(name).is_empty(), "{name}");
            MOST_COMPILED - LEFT.get()
        });
        assert!(0 < spent[0] && spent[0] < spent[1], "{spent:?}");
        LEFT.set(spent[0] / 2);
        assert!(built("c").is_empty(), "the budget is used up");
        assert!(built("a").is_empty(), "also for what was built before");
        begin_comparison();
        assert!(!built("c").is_empty(), "each comparison has its own");
        LEFT.set(usize::MAX);
    }

    #[test]
    fn what_requires_itself_or_contradicts_itself_has_no_value() {
        let endless = json!({"$ref": "#/$defs/A", "$defs": {"A": {
            "type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/$defs/A"}}}}});
        let contradiction = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "enum": [1]}}});
        for schema in [endless, contradiction] {
            let validator = Validator::new(&schema).expect("a schema");
            let values: Vec<Value> = values_with(&schema, &[], Wanted::Part(&json!({})));
            assert!(
                !values.iter().any(|value| validator.accepts(value)),
                "{schema}"
            );
        }
    }
}
