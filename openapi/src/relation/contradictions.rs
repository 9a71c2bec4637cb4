//! Contradictions: schemas that no value satisfies, because two of their keywords exclude each other.
//!
//! From a contradiction everything follows, so a proof that rests on one shows nothing. Only what keywords say at one
//! place is read; a contradiction may be hidden deeper.

use serde_json::{Map, Value, json};

use super::conjunction::{Conjunction, Located, Part};
use super::types::Types;
use crate::keywords;
use crate::schema::{Validator, repeated};

/// The deepest nesting of required properties and items that are read.
const DEEPEST: usize = 8;

/// The most places that are read for one schema, and for all within one: what is required multiplies with each level.
const MOST_PLACES: usize = 1_000;
const MOST_PLACES_WITHIN: usize = 20_000;

/// Why no value satisfies a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Contradiction<'a> {
    /// Two keywords exclude each other.
    Keywords([(&'a str, &'a Value); 2]),
    /// A keyword by itself accepts nothing.
    Keyword(&'a str, &'a Value),
    /// The schema is `false`.
    Refused,
    /// A required property is not declared in a part that allows no others.
    Undeclared(&'a str),
    /// A part declares this property, and another one forbids it: no value has it.
    Hidden(&'a str),
    /// What is said of a required property is a contradiction.
    Property(&'a str, Box<Self>),
    /// What is said of the items of an array that has some is a contradiction.
    Items(Box<Self>),
    /// Two alternatives of a `oneOf` are the same: a value that satisfies one satisfies the other as well.
    SameAlternatives(&'a Value),
}

/// Returns whether there is a contradiction anywhere in a self-contained schema, or there may be one that was not read.
pub(super) fn is_in(schema: &Value) -> bool {
    let mut left = MOST_PLACES_WITHIN;
    let mut pending = vec![schema];
    while let Some(inner) = pending.pop() {
        let located = Located {
            schema: inner,
            root: schema,
        };
        if of(&[located], 0, &mut left).is_some() || left == 0 {
            return true;
        }
        pending.extend(within(inner));
    }
    false
}

/// Returns why nothing satisfies a schema of a document.
pub(crate) fn contradiction<'a>(schema: &'a Value, root: &'a Value) -> Option<Contradiction<'a>> {
    of(&[Located { schema, root }], 0, &mut { MOST_PLACES })
}

/// Returns what [`contradiction`] does, where no part of the schema is the reason by itself.
pub(crate) fn own_contradiction<'a>(
    schema: &'a Value,
    root: &'a Value,
) -> Option<Contradiction<'a>> {
    let located = Located { schema, root };
    let part = Part::of(located)?;
    let reference = part.object.get("$ref");
    let target = reference.and_then(|reference| located.target(reference));
    let mut parts = part.list("allOf").chain(target);
    let is_own = !parts.any(|part| contradiction(part.schema, root).is_some());
    contradiction(schema, root).filter(|_| is_own)
}

/// Returns the schemas directly within a schema.
pub(super) fn within(schema: &Value) -> impl Iterator<Item = &Value> {
    schema
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(keyword, value)| {
            let keyword = keyword.as_str();
            let one = keywords::SINGLE.contains(&keyword).then_some(value);
            let listed = value
                .as_array()
                .filter(|_| keywords::LISTS.contains(&keyword));
            let named = value
                .as_object()
                .filter(|_| keywords::MAPS.contains(&keyword));
            let listed = listed.into_iter().flatten();
            one.into_iter()
                .chain(listed)
                .chain(named.into_iter().flat_map(Map::values))
        })
}

/// Returns why no value satisfies all of several schemas.
fn of<'a>(schemas: &[Located<'a>], depth: usize, left: &mut usize) -> Option<Contradiction<'a>> {
    let depth = depth + 1;
    *left = left.saturating_sub(1);
    if *left == 0 {
        return None;
    }
    let conjunction = Conjunction::of(schemas);
    if depth == DEEPEST || conjunction.parts.is_empty() {
        return None;
    }
    of_types(&conjunction)
        .or_else(|| of_listed_values(&conjunction))
        .or_else(|| of_bounds(&conjunction))
        .or_else(|| of_combinations(&conjunction))
        .or_else(|| of_properties(&conjunction, depth, left))
        .or_else(|| of_items(&conjunction, depth, left))
}

/// Returns the values of these keywords in all parts, with their keywords.
fn all<'a>(
    conjunction: &Conjunction<'a>,
    keywords: &'static [&'static str],
) -> Vec<(&'a str, &'a Value)> {
    let parts = conjunction.parts.iter();
    let of_part = |part: &Part<'a>| {
        let members = part.object.iter();
        members
            .filter(|(keyword, _)| keywords.contains(&keyword.as_str()))
            .map(|(keyword, value)| (keyword.as_str(), value))
            .collect::<Vec<_>>()
    };
    parts.flat_map(of_part).collect()
}

/// Returns the keywords by which types and values exclude each other.
fn of_types<'a>(conjunction: &Conjunction<'a>) -> Option<Contradiction<'a>> {
    let excludes = |keywords: &[(&str, &Value)]| {
        let objects = keywords
            .iter()
            .map(|(keyword, value)| json!({*keyword: value}));
        let objects: Vec<Value> = objects.collect();
        let located: Vec<Located<'_>> = objects.iter().map(Located::root).collect();
        Conjunction::of(&located).is_contradictory
    };
    if !conjunction.is_contradictory {
        return None;
    }
    let said = all(conjunction, &["type", "enum", "const"]);
    for (index, &(keyword, value)) in said.iter().enumerate() {
        if excludes(&[(keyword, value)]) {
            return Some(Contradiction::Keyword(keyword, value));
        }
        let mut others = said[..index].iter();
        if let Some(&other) = others.find(|&&other| excludes(&[other, (keyword, value)])) {
            return Some(Contradiction::Keywords([other, (keyword, value)]));
        }
    }
    let (first, last) = (said.first()?, said.last()?);
    Some(Contradiction::Keywords([*first, *last]))
}

/// Returns the keyword that refuses each of the values that are listed.
fn of_listed_values<'a>(conjunction: &Conjunction<'a>) -> Option<Contradiction<'a>> {
    const REFUSING: &[&str] = &[
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ];
    let values = conjunction.values.as_ref()?;
    let listed = all(conjunction, &["enum", "const"]);
    let refuses = |&&(keyword, value): &&(&str, &Value)| {
        Validator::new(&json!({keyword: value}))
            .is_ok_and(|accepts| !values.iter().any(|value| accepts.accepts(value)))
    };
    let refusing = all(conjunction, REFUSING);
    let refusing = refusing.iter().find(refuses)?;
    Some(Contradiction::Keywords([*listed.first()?, *refusing]))
}

/// Returns whether each value but null is of these types.
fn is_only(conjunction: &Conjunction<'_>, types: Types) -> bool {
    conjunction.types.is_within(types.union(Types::NULL)) && conjunction.types != Types::NULL
}

/// Returns the bounds of which the lower is above the upper.
fn of_bounds<'a>(conjunction: &Conjunction<'a>) -> Option<Contradiction<'a>> {
    // The lower and the upper bound, and whether they may be equal.
    const BOUNDS: &[(&str, &str, bool)] = &[
        ("minimum", "maximum", true),
        ("minimum", "exclusiveMaximum", false),
        ("exclusiveMinimum", "maximum", false),
        ("exclusiveMinimum", "exclusiveMaximum", false),
        ("minLength", "maxLength", true),
        ("minItems", "maxItems", true),
        ("minProperties", "maxProperties", true),
    ];
    let bound = |keyword, is_better: fn(f64, f64) -> bool| {
        let numbers = conjunction.all(keyword);
        let numbers = numbers.filter_map(|value| Some((value, value.as_f64()?)));
        numbers.reduce(|best, other| {
            if is_better(other.1, best.1) {
                other
            } else {
                best
            }
        })
    };
    let bounds = BOUNDS.iter();
    let mut bounds = bounds.filter(|(lower, ..)| {
        let concerned = Types::of_keyword(lower);
        is_only(conjunction, concerned)
    });
    bounds.find_map(|&(lower, upper, may_be_equal)| {
        let (low, lowest) = bound(lower, |a, b| a > b)?;
        let (high, highest) = bound(upper, |a, b| a < b)?;
        let is_empty = lowest > highest || (lowest >= highest && !may_be_equal);
        is_empty.then_some(Contradiction::Keywords([(lower, low), (upper, high)]))
    })
}

/// Returns the part that accepts nothing, or the alternatives that nothing can satisfy.
fn of_combinations<'a>(conjunction: &Conjunction<'a>) -> Option<Contradiction<'a>> {
    conjunction.parts.iter().find_map(|part| {
        let accepts_nothing = |(keyword, value): &(&'a String, &'a Value)| match keyword.as_str() {
            "not" => accepts_all(value),
            "allOf" => part
                .list("allOf")
                .any(|part| part.schema == &Value::Bool(false)),
            "anyOf" | "oneOf" => {
                let mut branches = part.list(keyword);
                let types = |branch| Conjunction::of(&[branch]).types;
                !conjunction.is_contradictory
                    && branches
                        .all(|branch| types(branch).intersection(conjunction.types).is_empty())
            }
            _ => false,
        };
        if let Some((keyword, value)) = part.object.iter().find(accepts_nothing) {
            return Some(Contradiction::Keyword(keyword, value));
        }
        let branches = part.object.get("oneOf")?.as_array()?;
        let same = *repeated(branches, part.located.root).first()?;
        Some(Contradiction::SameAlternatives(&branches[same]))
    })
}

fn accepts_all(schema: &Value) -> bool {
    schema == &Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}

/// Returns whether a schema says by itself that it accepts nothing.
pub(super) fn is_refused(schema: &Value) -> bool {
    schema == &Value::Bool(false) || schema.get("not").is_some_and(accepts_all)
}

/// Returns why an object cannot have a property that it must have. What only one schema says of the property is a
/// contradiction of that schema.
fn of_properties<'a>(
    conjunction: &Conjunction<'a>,
    depth: usize,
    left: &mut usize,
) -> Option<Contradiction<'a>> {
    if !is_only(conjunction, Types::OBJECT) {
        return None;
    }
    let required = conjunction.all("required").filter_map(Value::as_array);
    let mut required = required.flatten().filter_map(Value::as_str);
    required.find_map(|name| {
        let mut said = Vec::new();
        for part in &conjunction.parts {
            let own = part.members("properties").find(|(other, _)| *other == name);
            let is_patterned = part.object.contains_key("patternProperties");
            match (own, part.get("additionalProperties")) {
                (Some((_, schema)), _) => said.push(schema),
                (None, Some(others)) if !is_patterned => {
                    if is_refused(others.schema) {
                        return Some(Contradiction::Undeclared(name));
                    }
                    said.push(others);
                }
                (None, _) => {}
            }
        }
        of_all(&said, depth, left).map(|inner| Contradiction::Property(name, Box::new(inner)))
    })
}

/// Returns why an array cannot have the items that it must have.
fn of_items<'a>(
    conjunction: &Conjunction<'a>,
    depth: usize,
    left: &mut usize,
) -> Option<Contradiction<'a>> {
    let prefixed = |part: &Part<'_>| part.object.contains_key("prefixItems");
    if !is_only(conjunction, Types::ARRAY)
        || conjunction.highest("minItems") == 0
        || conjunction.parts.iter().any(prefixed)
    {
        return None;
    }
    let items = conjunction
        .parts
        .iter()
        .filter_map(|part| part.get("items"));
    let said: Vec<Located<'a>> = items.collect();
    of_all(&said, depth, left).map(|inner| Contradiction::Items(Box::new(inner)))
}

/// Returns why nothing satisfies what several schemas say of one member.
fn of_all<'a>(said: &[Located<'a>], depth: usize, left: &mut usize) -> Option<Contradiction<'a>> {
    if said
        .iter()
        .any(|located| located.schema == &Value::Bool(false))
    {
        return Some(Contradiction::Refused);
    }
    if said.len() > 1 {
        of(said, depth, left)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::is_in;
    use serde_json::json;

    #[test]
    fn what_no_value_satisfies_is_found() {
        let closed = |name: &str| json!({"type": "object", "required": [name], "properties": {name: true}, "additionalProperties": false});
        let contradictions = [
            json!({"type": "string", "enum": [true]}),
            json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}, {"enum": ["a"]}]}),
            json!({"enum": ["a"], "pattern": "^b"}),
            json!({"type": "integer", "minimum": 3, "maximum": 2}),
            json!({"type": "integer", "exclusiveMinimum": 3, "maximum": 3}),
            json!({"type": "array", "minItems": 1, "items": false}),
            json!({"type": "string", "not": {}}),
            json!({"type": "object", "anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"oneOf": [{"type": "string", "title": "A"}, {"type": "null"}, {"type": "string"}]}),
            json!({"allOf": [closed("a"), closed("b")]}),
            json!({"type": "object", "required": ["a"], "properties": {"a": false}}),
            json!({"type": "object", "required": ["a"], "allOf": [
                {"properties": {"a": {"$ref": "#/$defs/A"}}},
                {"properties": {"a": {"type": "object", "required": ["k"], "properties": {"k": {"const": 2}}}}},
            ], "$defs": {"A": {"type": "object", "properties": {"k": {"const": 1}}}}}),
        ];
        for contradiction in contradictions {
            assert!(is_in(&contradiction), "{contradiction}");
            let within =
                json!({"anyOf": [{"items": contradiction}], "$defs": contradiction["$defs"]});
            assert!(is_in(&within), "{within}");
        }
    }

    #[test]
    fn what_some_value_satisfies_is_none() {
        let schemas = [
            json!({"minLength": 3, "maxLength": 2}),
            json!({"type": "array", "items": false}),
            json!({"type": "object", "properties": {"a": false}}),
            json!({"required": ["a"], "properties": {"a": false}}),
            json!({"type": "integer", "minimum": 2, "maximum": 2}),
            json!({"enum": ["a", "b"], "pattern": "^b"}),
            json!({"type": "object", "required": ["a"], "additionalProperties": {"type": "string"}}),
            json!({"type": "array", "minItems": 1, "prefixItems": [{}], "items": false}),
            json!({"anyOf": [{"type": "string"}, {"type": "string"}]}),
        ];
        for schema in schemas {
            assert!(!is_in(&schema), "{schema}");
        }
    }
}
