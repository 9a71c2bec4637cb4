//! Values of a schema: ordinary ones, those at its bounds, and those that just miss it.
//!
//! Candidates are guesses from the schema's keywords; whoever uses one has it confirmed by the
//! validator first. All of it is deterministic: the same schema gives the same values.

mod near_miss;
mod text;

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Map, Value, json};

pub use near_miss::near_misses;

use crate::schema::{self, Validator};

/// The most candidates that one schema contributes.
const BREADTH: usize = 24;
/// How deep references and nesting are followed before the values become as small as they can be.
const DEPTH: usize = 12;
/// The most parts that a value has: what is required of each part multiplies.
const LARGEST: usize = 20_000;

/// Values that the self-contained `schema` probably accepts, smallest ideas first.
#[must_use]
pub fn candidates(schema: &Value) -> Vec<Value> {
    let sampler = Sampler {
        root: schema,
        known: RefCell::new(HashMap::new()),
    };
    sampler.of(schema, DEPTH)
}

/// A value that `schema` accepts, confirmed by the validator.
/// `None` when none was found.
#[must_use]
pub fn valid(schema: &Value) -> Option<Value> {
    let validator = Validator::new(schema).ok()?;
    candidates(schema)
        .into_iter()
        .find(|value| validator.accepts(value))
}

struct Sampler<'a> {
    root: &'a Value,
    /// What was found of a schema, by its address and the depth left: a schema that is referred to
    /// from many places is met once for each way that leads there, of which there may be millions.
    known: RefCell<HashMap<(*const Value, usize), Vec<Value>>>,
}

impl Sampler<'_> {
    fn of(&self, schema: &Value, depth: usize) -> Vec<Value> {
        let key = (std::ptr::from_ref(schema), depth);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let mut values = match schema {
            Value::Bool(false) => Vec::new(),
            Value::Object(object) if depth > 0 => self.of_object(object, depth - 1),
            _ => ordinary(),
        };
        dedup(&mut values);
        values.truncate(BREADTH);
        values.retain(|value| schema::size(value) <= LARGEST);
        self.known.borrow_mut().insert(key, values.clone());
        values
    }

    fn of_object(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        if let Some(value) = schema.get("const") {
            return vec![value.clone()];
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return values.clone();
        }
        let mut values = Vec::new();
        let mut composed = false;
        if let Some(target) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|r| self.target(r))
        {
            composed = true;
            values.extend(self.of(target, depth));
        }
        for keyword in ["anyOf", "oneOf"] {
            for branch in list(schema, keyword) {
                composed = true;
                values.extend(self.of(branch, depth).into_iter().take(6));
            }
        }
        for branch in list(schema, "allOf") {
            composed = true;
            values = all_of(&values, self.of(branch, depth));
        }
        let own = self.of_own_keywords(schema, depth, composed);
        if composed {
            if own.is_empty() {
                values
            } else {
                all_of(&values, own)
            }
        } else {
            own
        }
    }

    fn target(&self, reference: &str) -> Option<&Value> {
        self.root.pointer(&crate::pointer::of_reference(reference)?)
    }

    /// By the keywords beside any composition; `composed` says that others give the values if
    /// these say nothing.
    fn of_own_keywords(
        &self,
        schema: &Map<String, Value>,
        depth: usize,
        composed: bool,
    ) -> Vec<Value> {
        let types = types_of(schema);
        if types.is_empty() {
            return if composed { Vec::new() } else { ordinary() };
        }
        // One value of each type first, so that no type is crowded out by the variants of another.
        let mut by_type: Vec<std::vec::IntoIter<Value>> = types
            .iter()
            .map(|kind| self.of_type(kind, schema, depth).into_iter())
            .collect();
        let mut values = Vec::new();
        while let Some(before) = Some(values.len()) {
            values.extend(by_type.iter_mut().filter_map(Iterator::next));
            if values.len() == before {
                break;
            }
        }
        values
    }

    fn of_type(&self, kind: &str, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        match kind {
            "null" => vec![Value::Null],
            "boolean" => vec![json!(true), json!(false)],
            "integer" => integers(schema),
            "number" => {
                let mut values = integers(schema);
                values.extend(fractions(schema));
                values
            }
            "string" => text::strings(schema)
                .into_iter()
                .map(Value::String)
                .collect(),
            "array" => self.arrays(schema, depth),
            "object" => self.objects(schema, depth),
            _ => Vec::new(),
        }
    }

    fn arrays(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        let minimum = count(schema, "minItems").unwrap_or(0);
        let maximum = count(schema, "maxItems").unwrap_or(usize::MAX);
        let fixed: Vec<Value> = list(schema, "prefixItems")
            .iter()
            .map_while(|item| self.of(item, depth).into_iter().next())
            .collect();
        let mut items = match schema.get("items") {
            Some(item) => self.of(item, depth),
            None => ordinary(),
        };
        if let Some(wanted) = schema.get("contains") {
            items.splice(0..0, self.of(wanted, depth));
        }
        let most = most_of(&items);
        let filled = |length: usize, first: usize| {
            let mut array: Vec<Value> = fixed.iter().take(length).cloned().collect();
            let rest = (first..items.len()).chain(0..first).cycle();
            if !items.is_empty() {
                array.extend(
                    rest.take(length.saturating_sub(fixed.len()).min(most))
                        .map(|i| items[i].clone()),
                );
            }
            Value::Array(array)
        };
        let least = minimum.max(usize::from(schema.contains_key("contains")));
        let mut values = vec![filled(least, 0)];
        let one = least.max(fixed.len() + 1).min(maximum);
        values.extend((0..items.len().min(8)).map(|first| filled(one, first)));
        values.push(filled(least.max(fixed.len()).min(maximum), 0));
        if maximum <= 1_000.min(most) {
            values.push(filled(maximum, 0));
        }
        values
    }

    fn objects(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        let empty = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let required: Vec<&str> = list(schema, "required")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let choices: Vec<(&str, Vec<Value>)> = properties
            .iter()
            .map(|(name, schema)| (name.as_str(), self.of(schema, depth)))
            .collect();
        let mut least = Map::new();
        for name in &required {
            let known = choices.iter().find(|(known, _)| known == name);
            let value = match known {
                Some((_, values)) => values.first().cloned(),
                None => self.of_name(schema, name, depth).into_iter().next(),
            };
            least.insert((*name).to_owned(), value.unwrap_or(Value::Null));
        }
        let wanted = count(schema, "minProperties").unwrap_or(0);
        for index in 0..wanted.min(64) {
            if least.len() >= wanted {
                break;
            }
            let value = self
                .of_undeclared(schema, depth)
                .into_iter()
                .next()
                .unwrap_or(Value::Null);
            least.insert(format!("key{index}"), value);
        }
        let mut full = least.clone();
        for (name, values) in &choices {
            if let Some(value) = values.first() {
                full.entry(*name).or_insert_with(|| value.clone());
            }
        }
        let mut values = vec![Value::Object(least.clone()), Value::Object(full)];
        // One property at a time takes each of its values, the longest list shared fairly.
        let longest = choices
            .iter()
            .map(|(_, values)| values.len())
            .max()
            .unwrap_or(0);
        for index in 0..longest {
            for (name, options) in &choices {
                if let Some(option) = options.get(index) {
                    let mut object = least.clone();
                    object.insert((*name).to_owned(), option.clone());
                    values.push(Value::Object(object));
                }
            }
            if values.len() >= BREADTH {
                break;
            }
        }
        for (pattern, member) in schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let Some(name) = text::of_pattern(pattern).into_iter().next() else {
                continue;
            };
            for value in self.of(member, depth).into_iter().take(4) {
                let mut object = least.clone();
                object.insert(name.clone(), value);
                values.insert(1, Value::Object(object));
            }
        }
        if !matches!(schema.get("additionalProperties"), Some(Value::Bool(false))) {
            for value in self.of_undeclared(schema, depth).into_iter().take(4) {
                let mut object = least.clone();
                object.insert("extra".to_owned(), value);
                values.insert(1, Value::Object(object));
            }
        }
        values
    }

    /// Values of a property that is not declared by name: of the pattern that its name has, if any.
    fn of_name(&self, schema: &Map<String, Value>, name: &str, depth: usize) -> Vec<Value> {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let of_pattern = patterns.into_iter().flatten().find(|(pattern, _)| {
            Validator::new(&json!({ "pattern": pattern }))
                .is_ok_and(|pattern| pattern.accepts(&Value::from(name)))
        });
        match of_pattern {
            Some((_, schema)) => self.of(schema, depth),
            None => self.of_undeclared(schema, depth),
        }
    }

    fn of_undeclared(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        schema
            .get("additionalProperties")
            .map_or_else(ordinary, |schema| self.of(schema, depth))
    }
}

/// A value of each JSON type, for schemas that ask for nothing.
fn ordinary() -> Vec<Value> {
    vec![
        json!("text"),
        json!(0),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
        json!(0.5),
    ]
}

/// The types that a schema names, or that its keywords speak about when it names none.
fn types_of(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => return vec![kind],
        Some(Value::Array(kinds)) => return kinds.iter().filter_map(Value::as_str).collect(),
        _ => {}
    }
    let speaks = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    let mut kinds = Vec::new();
    if speaks(&[
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "patternProperties",
        "propertyNames",
    ]) {
        kinds.push("object");
    }
    if speaks(&[
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "contains",
    ]) {
        kinds.push("array");
    }
    if speaks(&["minLength", "maxLength", "pattern", "format"]) {
        kinds.push("string");
    }
    if speaks(&[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ]) {
        kinds.push("number");
    }
    if !kinds.is_empty() {
        // Keywords of one type let every value of the others through.
        for kind in ["null", "boolean", "string", "integer", "array", "object"] {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    kinds
}

#[allow(clippy::cast_possible_truncation)]
fn integers(schema: &Map<String, Value>) -> Vec<Value> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let step = number("multipleOf")
        .filter(|step| step.fract() == 0.0 && *step >= 1.0)
        .unwrap_or(1.0);
    let low = number("minimum").map(f64::ceil);
    let low = low.or_else(|| number("exclusiveMinimum").map(|bound| bound.floor() + 1.0));
    let high = number("maximum").map(f64::floor);
    let high = high.or_else(|| number("exclusiveMaximum").map(|bound| bound.ceil() - 1.0));
    let low = low.map(|low| (low / step).ceil() * step);
    let high = high.map(|high| (high / step).floor() * step);
    let mut numbers: Vec<f64> = Vec::new();
    numbers.extend([low, high].into_iter().flatten());
    numbers.extend([0.0, step, -step]);
    numbers.extend(low.map(|low| low + step));
    numbers.extend(high.map(|high| high - step));
    numbers
        .into_iter()
        .filter(|n| low.is_none_or(|low| *n >= low) && high.is_none_or(|high| *n <= high))
        .map(|n| {
            if n.abs() < 9.0e18 {
                json!(n as i64)
            } else {
                json!(n)
            }
        })
        .collect()
}

fn fractions(schema: &Map<String, Value>) -> Vec<Value> {
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let low = number("minimum").or_else(|| number("exclusiveMinimum"));
    let high = number("maximum").or_else(|| number("exclusiveMaximum"));
    let mut numbers = match (low, high) {
        (Some(low), Some(high)) => vec![low.midpoint(high)],
        (Some(low), None) => vec![low + 0.5],
        (None, Some(high)) => vec![high - 0.5],
        (None, None) => vec![0.5],
    };
    numbers.extend(number("multipleOf"));
    numbers
        .into_iter()
        .filter(|n| n.fract() != 0.0)
        .map(|n| json!(n))
        .collect()
}

/// How many such items a list is filled with at most: lists of lists would outgrow every memory.
fn most_of(items: &[Value]) -> usize {
    let largest = items.iter().map(schema::size).max().unwrap_or(1);
    (2_000 / largest.max(1)).max(1)
}

fn count(schema: &Map<String, Value>, keyword: &str) -> Option<usize> {
    schema
        .get(keyword)?
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
}

fn list<'v>(schema: &'v Map<String, Value>, keyword: &str) -> &'v [Value] {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Values that two parts of one whole both contribute to: objects are merged, others stand.
fn all_of(left: &[Value], right: Vec<Value>) -> Vec<Value> {
    if left.is_empty() {
        return right;
    }
    let mut values = Vec::new();
    for a in left.iter().take(6) {
        for b in right.iter().take(6) {
            if let (Value::Object(a), Value::Object(b)) = (a, b) {
                let mut merged = a.clone();
                merged.extend(b.clone());
                values.push(Value::Object(merged));
            }
        }
    }
    values.extend(left.iter().cloned());
    values.extend(right);
    values
}

fn dedup(values: &mut Vec<Value>) {
    let mut seen: Vec<Value> = Vec::with_capacity(values.len());
    values.retain(|value| {
        let new = !seen.contains(value);
        if new {
            seen.push(value.clone());
        }
        new
    });
}
