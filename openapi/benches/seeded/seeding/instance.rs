//! Values of a schema that lead through one place: guesses, which the validators confirm.

use openapi::sample;
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::merging::{MISSING, Parts, Way, complete, name_of, property};
use super::messages::{Direction, FLAG_DEPTH, branches, is_flagged, target};
use super::places::Step;

/// The most levels of a value.
const DEEPEST: usize = 24;
/// The most schemas that are sampled for one value.
const MOST_SCHEMAS: usize = 20_000;

/// The reason why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoValue;

/// A value; `None` if any value will do.
type Guess = Result<Option<Value>, NoValue>;

/// Makes values of the schemas of a document.
pub(crate) struct Sampler<'d> {
    document: &'d Value,
    direction: Direction,
    beside_references: bool,
    /// Chooses among properties, alternatives and values; without it, values are as small as possible.
    random: Option<SmallRng>,
    remaining: usize,
}

impl<'d> Sampler<'d> {
    pub(crate) fn new(
        document: &'d Value,
        direction: Direction,
        beside_references: bool,
        random: Option<SmallRng>,
    ) -> Self {
        Self {
            document,
            direction,
            beside_references,
            random,
            remaining: MOST_SCHEMAS,
        }
    }

    /// Returns a value of a schema. What it requires and does not declare may be added by [`Self::whole`].
    pub(crate) fn part(&mut self, schema: &Value) -> Result<Value, NoValue> {
        self.remaining = MOST_SCHEMAS;
        Ok(self
            .guess(schema, None, DEEPEST)?
            .unwrap_or_else(|| json!("text")))
    }

    /// Returns a value of a schema that has `leaf` at the end of the steps.
    pub(crate) fn whole(
        &mut self,
        schema: &Value,
        steps: &[Step],
        leaf: &Value,
    ) -> Result<Value, NoValue> {
        self.remaining = MOST_SCHEMAS;
        let value = self.guess(schema, Some((steps, leaf)), DEEPEST)?;
        Ok(complete(value))
    }

    /// Returns an array of a number of items of a schema of arrays.
    pub(crate) fn array(&mut self, schema: &Value, count: usize) -> Result<Value, NoValue> {
        let Some(object) = schema.as_object() else {
            return Err(NoValue);
        };
        self.remaining = MOST_SCHEMAS;
        self.array_of(object, count, None, DEEPEST)
    }

    fn is_random(&mut self, one_in: u32) -> bool {
        self.random
            .as_mut()
            .is_some_and(|random| random.random_ratio(1, one_in))
    }

    /// Returns an index: the first, or any.
    fn index(&mut self, count: usize) -> usize {
        match &mut self.random {
            Some(random) if count > 1 => random.random_range(0..count),
            Some(_) | None => 0,
        }
    }

    fn guess(&mut self, schema: &Value, way: Way<'_>, depth: usize) -> Guess {
        if let Some(([], leaf)) = way {
            return Ok(Some(leaf.clone()));
        }
        self.remaining = self.remaining.checked_sub(1).ok_or(NoValue)?;
        let depth = depth.checked_sub(1).ok_or(NoValue)?;
        let object = match schema {
            Value::Object(object) => object,
            Value::Bool(false) => return Err(NoValue),
            _ => return Ok(None),
        };
        let next = way.and_then(|(steps, leaf)| Some((steps.split_first()?, leaf)));
        let inside = |step: &Step| {
            next.and_then(|((first, rest), leaf)| (first == step).then_some((rest, leaf)))
        };
        let mut parts = Parts::default();
        if let Some((_, target)) = target(self.document, schema) {
            parts.add(
                self.guess(target, inside(&Step::Reference), depth)?,
                inside(&Step::Reference),
            );
            if !self.beside_references {
                return Ok(parts.merged());
            }
        }
        if way.is_none() {
            if let Some(value) = object.get("const") {
                return Ok(Some(value.clone()));
            }
            if let Some(Value::Array(values)) = object.get("enum") {
                let index = self.index(values.len());
                return values.get(index).cloned().map(Some).ok_or(NoValue);
            }
        }
        let is_own = next.is_some_and(|((first, _), _)| {
            matches!(
                first,
                Step::Property(_)
                    | Step::Undeclared
                    | Step::Patterned(_)
                    | Step::Item
                    | Step::Prefix(_)
                    | Step::Contained
            )
        });
        parts.add(
            self.own(object, way.filter(|_| is_own), depth)?,
            way.filter(|_| is_own),
        );
        for (index, part) in branches(object, "allOf").iter().enumerate() {
            let way = inside(&Step::Part(index));
            parts.add(self.guess(part, way, depth)?, way);
        }
        for keyword in ["not", "if", "then", "else"] {
            if let (Some(schema), way @ Some(_)) =
                (object.get(keyword), inside(&Step::Condition(keyword)))
            {
                parts.add(self.guess(schema, way, depth)?, way);
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            let chosen = (0..branches(object, keyword).len()).find_map(|index| {
                let way = inside(&Step::Alternative(keyword, index))?;
                Some((index, way))
            });
            let (value, way) = match chosen {
                Some((index, way)) => (
                    self.alternative(object, keyword, index, Some(way), depth)?,
                    Some(way),
                ),
                None if branches(object, keyword).is_empty() => continue,
                None => (self.any_alternative(object, keyword, depth)?, None),
            };
            parts.add(value, way);
        }
        let mut value = parts.merged();
        if let Some(Value::Object(value)) = &mut value {
            self.declare_missing(schema, value, depth);
        }
        Ok(value)
    }

    /// Returns a value of the first alternative that has one; at random, of any.
    fn any_alternative(
        &mut self,
        object: &Map<String, Value>,
        keyword: &'static str,
        depth: usize,
    ) -> Guess {
        let count = branches(object, keyword).len();
        let first = self.index(count);
        let mut null = Err(NoValue);
        for index in (first..count).chain(0..first) {
            match self.alternative(object, keyword, index, None, depth) {
                Ok(Some(Value::Null)) => null = Ok(Some(Value::Null)),
                Ok(value) => return Ok(value),
                Err(NoValue) => {}
            }
        }
        null
    }

    /// Returns a value of an alternative, with the discriminator's value for it.
    fn alternative(
        &mut self,
        object: &Map<String, Value>,
        keyword: &'static str,
        index: usize,
        way: Way<'_>,
        depth: usize,
    ) -> Guess {
        let branch = &branches(object, keyword)[index];
        let mut value = self.guess(branch, way, depth)?;
        let discriminator = object.get("discriminator");
        let property =
            discriminator.and_then(|discriminator| discriminator["propertyName"].as_str());
        let at_leaf = way.is_some_and(|(steps, _)| steps.is_empty());
        if let (Some(property), Some(Value::Object(members)), false) =
            (property, &mut value, at_leaf)
            && let Some((target, _)) = target(self.document, branch)
            && let Some(Value::String(current)) = members.get_mut(property)
            && let Some(name) = name_of(discriminator, &target)
        {
            *current = name;
        }
        Ok(value)
    }

    /// Returns a value of the keywords of one type.
    fn own(&mut self, object: &Map<String, Value>, way: Way<'_>, depth: usize) -> Guess {
        let first = way.and_then(|(steps, _)| steps.first());
        let kind = match (first, self.kind(object)) {
            (Some(Step::Property(_) | Step::Undeclared | Step::Patterned(_)), _) => {
                "object".to_owned()
            }
            (Some(Step::Item | Step::Prefix(_) | Step::Contained), _) => "array".to_owned(),
            (_, Some(kind)) => kind,
            (_, None) => return Ok(None),
        };
        match kind.as_str() {
            "object" => self.object(object, way, depth).map(Some),
            "array" => {
                let least = object.get("minItems").and_then(Value::as_u64).unwrap_or(0);
                let more = usize::from(self.is_random(2));
                let least = usize::try_from(least).map_err(|_| NoValue)?;
                self.array_of(object, least + more, way, depth).map(Some)
            }
            "null" => Ok(Some(Value::Null)),
            _ => {
                let mut own = object.clone();
                own.retain(|key, _| SCALAR.contains(&key.as_str()));
                own.insert("type".to_owned(), json!(kind));
                let values = sample::candidates(&Value::Object(own));
                let index = self.index(values.len());
                values.get(index).cloned().map(Some).ok_or(NoValue)
            }
        }
    }

    /// Returns the type of the value to make, if the keywords say one.
    fn kind(&mut self, object: &Map<String, Value>) -> Option<String> {
        match object.get("type") {
            Some(Value::String(kind)) => return Some(kind.clone()),
            Some(Value::Array(kinds)) => {
                let index = self.index(kinds.len());
                return kinds.get(index)?.as_str().map(str::to_owned);
            }
            Some(_) | None => {}
        }
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| object.contains_key(*keyword));
        if has(&["properties", "required", "additionalProperties"]) {
            return Some("object".to_owned());
        }
        has(&["items", "prefixItems"]).then(|| "array".to_owned())
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        way: Way<'_>,
        depth: usize,
    ) -> Result<Value, NoValue> {
        let flag = self.direction.absent_flag();
        let mut value = Map::new();
        let on_the_way = way.and_then(|(steps, leaf)| Some((steps.split_first()?, leaf)));
        let empty = Map::new();
        let declared = object
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        if let Some(((step, rest), leaf)) = on_the_way {
            let (name, schema) = match step {
                Step::Property(name) => (name.clone(), declared.get(name)),
                Step::Patterned(pattern) => {
                    let names = sample::candidates(&json!({"type": "string", "pattern": pattern}));
                    let index = self.index(names.len());
                    let name = names.get(index).and_then(Value::as_str).ok_or(NoValue)?;
                    let schemas = object.get("patternProperties");
                    let schema = schemas.and_then(|schemas| schemas.get(pattern));
                    (name.to_owned(), schema)
                }
                _ => ("undeclared".to_owned(), object.get("additionalProperties")),
            };
            let schema = schema.unwrap_or(&Value::Bool(true));
            if is_flagged(self.document, schema, flag, FLAG_DEPTH) {
                return Err(NoValue);
            }
            let inside = self.guess(schema, Some((rest, leaf)), depth)?;
            value.insert(name, complete(inside));
        }
        let required: Vec<&str> = branches(object, "required")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        for name in &required {
            if value.contains_key(*name) {
                continue;
            }
            let of_name = match declared.get(*name) {
                Some(schema) if is_flagged(self.document, schema, flag, FLAG_DEPTH) => continue,
                Some(schema) => complete(self.guess(schema, None, depth)?),
                None => json!(MISSING),
            };
            value.insert((*name).to_owned(), of_name);
        }
        let least = object
            .get("minProperties")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        for (name, schema) in declared {
            let wanted = (value.len() as u64) < least || self.is_random(4);
            if wanted
                && !value.contains_key(name)
                && !is_flagged(self.document, schema, flag, FLAG_DEPTH)
                && let Ok(of_name) = self.guess(schema, None, depth)
            {
                value.insert(name.clone(), complete(of_name));
            }
        }
        let undeclared = object
            .get("additionalProperties")
            .unwrap_or(&Value::Bool(true))
            .clone();
        while (value.len() as u64) < least.min(64) {
            let of_name = complete(self.guess(&undeclared, None, depth)?);
            value.insert(format!("undeclared{}", value.len()), of_name);
        }
        Ok(Value::Object(value))
    }

    fn array_of(
        &mut self,
        object: &Map<String, Value>,
        count: usize,
        way: Way<'_>,
        depth: usize,
    ) -> Result<Value, NoValue> {
        let on_the_way = way.and_then(|(steps, leaf)| Some((steps.split_first()?, leaf)));
        let prefix = branches(object, "prefixItems");
        let at = match on_the_way {
            Some(((Step::Prefix(index), _), _)) => Some(*index),
            Some(((Step::Item | Step::Contained, _), _)) => Some(prefix.len()),
            Some(_) | None => None,
        };
        let count = count.max(at.map_or(0, |at| at + 1)).min(1_000);
        let items = object.get("items").unwrap_or(&Value::Bool(true));
        let mut array = Vec::new();
        for index in 0..count {
            let contained = match on_the_way {
                Some(((Step::Contained, _), _)) if at == Some(index) => object.get("contains"),
                Some(_) | None => None,
            };
            let schema = contained.or_else(|| prefix.get(index)).unwrap_or(items);
            let inside = on_the_way.filter(|_| at == Some(index));
            let inside = inside.map(|((_, rest), leaf)| (rest, leaf));
            array.push(complete(self.guess(schema, inside, depth)?));
        }
        Ok(Value::Array(array))
    }

    /// Makes the values of required properties that another part of the schema declares.
    fn declare_missing(&mut self, schema: &Value, value: &mut Map<String, Value>, depth: usize) {
        let missing: Vec<String> = (value.iter())
            .filter(|(_, value)| *value == MISSING)
            .map(|(name, _)| name.clone())
            .collect();
        for name in missing {
            if let Some(declared) = property(self.document, schema, &name, FLAG_DEPTH).cloned() {
                if is_flagged(
                    self.document,
                    &declared,
                    self.direction.absent_flag(),
                    FLAG_DEPTH,
                ) {
                    value.shift_remove(&name);
                } else if let Ok(of_name) = self.guess(&declared, None, depth) {
                    value.insert(name, complete(of_name));
                }
            }
        }
    }
}

/// The keywords of strings and numbers.
const SCALAR: &[&str] = &[
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
