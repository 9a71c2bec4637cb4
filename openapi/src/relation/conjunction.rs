//! Several schemas that all hold for one value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::types::Types;
use crate::hashed::HashSet;
use crate::schema::definition_name;
use crate::{keywords, pointer};

/// A schema, and the root that its references are into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located<'a> {
    pub(super) schema: &'a Value,
    pub(super) root: &'a Value,
}

impl<'a> Located<'a> {
    /// Returns a self-contained schema.
    pub(super) fn root(schema: &'a Value) -> Self {
        Self {
            schema,
            root: schema,
        }
    }

    /// Returns several schemas of one root as one self-contained schema, with the definitions that it needs.
    pub(super) fn whole(schemas: &[Self]) -> Value {
        let without_definitions = |located: &Self| {
            let mut part = located.schema.clone();
            if let Value::Object(part) = &mut part {
                part.shift_remove("$defs");
            }
            part
        };
        let parts: Vec<Value> = schemas.iter().map(without_definitions).collect();
        let definitions = schemas.first().map(|first| first.definitions(schemas));
        match definitions.filter(|definitions| !definitions.is_empty()) {
            Some(definitions) => json!({"allOf": parts, "$defs": definitions}),
            None if parts.is_empty() => Value::Bool(true),
            None => json!({"allOf": parts}),
        }
    }

    /// Returns the definitions that some schemas within the root refer to, directly or through others.
    fn definitions(self, schemas: &[Self]) -> Map<String, Value> {
        let mut needed = Map::new();
        let Some(Value::Object(all)) = self.root.get("$defs") else {
            return needed;
        };
        let mut pending: Vec<&Value> = schemas.iter().map(|located| located.schema).collect();
        while let Some(schema) = pending.pop() {
            let mut names = Vec::new();
            let mut are_known = true;
            keywords::visit_without_definitions(schema, &mut |object| {
                for (_, reference) in object
                    .iter()
                    .filter(|(key, _)| REFERRING.contains(&key.as_str()))
                {
                    let name = reference.as_str().and_then(definition_name);
                    are_known &= name.is_some();
                    names.extend(name);
                }
            });
            if !are_known {
                return all.clone();
            }
            for name in names {
                if let Some(definition) = all.get(&name)
                    && !needed.contains_key(&name)
                {
                    needed.insert(name, definition.clone());
                    pending.push(definition);
                }
            }
        }
        needed
    }

    /// Returns what a reference in this schema refers to.
    pub(super) fn target(self, reference: &Value) -> Option<Self> {
        let pointer = pointer::of_reference(reference.as_str()?)?;
        let schema = pointer::find(self.root, &pointer)?;
        Some(Self { schema, ..self })
    }

    /// Returns whether both are the same schema: one schema of one root, or equal texts without references.
    pub(super) fn is_same_as(self, other: Self) -> bool {
        let refers =
            |located: Self| located.root.get("$defs").is_some() && has_reference(located.schema);
        std::ptr::eq(self.schema, other.schema)
            || (self.schema == other.schema && !refers(self) && !refers(other))
    }
}

/// Keywords that refer to other schemas.
const REFERRING: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];

/// Returns whether a schema refers to others.
pub(super) fn has_reference(schema: &Value) -> bool {
    let mut refers = false;
    keywords::visit(schema, &mut |object| {
        refers |= object.contains_key("$ref") || object.contains_key("$dynamicRef");
    });
    refers
}

/// A schema object of a conjunction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) object: &'a Map<String, Value>,
    pub(super) located: Located<'a>,
}

impl<'a> Part<'a> {
    /// Returns the schema as a part, if it is an object: true and false have no keywords.
    pub(super) fn of(located: Located<'a>) -> Option<Self> {
        let object = located.schema.as_object()?;
        Some(Self { object, located })
    }

    pub(super) fn get(&self, keyword: &str) -> Option<Located<'a>> {
        keywords::get(self.object, keyword).map(|schema| self.at(schema))
    }

    /// Returns a schema within this one.
    pub(super) fn at(&self, schema: &'a Value) -> Located<'a> {
        Located {
            schema,
            ..self.located
        }
    }

    /// Returns the members of a keyword whose value is a map of schemas.
    pub(super) fn members(
        &self,
        keyword: &str,
    ) -> impl Iterator<Item = (&'a str, Located<'a>)> + use<'a> {
        let members = keywords::get(self.object, keyword).and_then(Value::as_object);
        let part = *self;
        let members = members.into_iter().flatten();
        members.map(move |(name, schema)| (name.as_str(), part.at(schema)))
    }

    /// Returns the schemas of a keyword whose value is a list of schemas.
    pub(super) fn list(&self, keyword: &str) -> impl Iterator<Item = Located<'a>> + use<'a> {
        let items = keywords::get(self.object, keyword).and_then(Value::as_array);
        let part = *self;
        items
            .into_iter()
            .flatten()
            .map(move |schema| part.at(schema))
    }

    /// Returns this schema and those that hold for the same value because of it: of its references and `allOf`, and
    /// with `InPlace::Possible` also those that may hold for it.
    pub(super) fn in_place(self, which: InPlace) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        let mut seen: HashSet<*const Value> = HashSet::default();
        let mut pending = vec![self.located];
        while let Some(located) = pending.pop() {
            let Value::Object(object) = located.schema else {
                continue;
            };
            if !seen.insert(std::ptr::from_ref(located.schema)) {
                continue;
            }
            let part = Self { object, located };
            parts.push(part);
            pending.extend(
                keywords::get(object, "$ref").and_then(|reference| located.target(reference)),
            );
            pending.extend(part.list("allOf"));
            if which == InPlace::Possible {
                pending.extend(part.list("anyOf").chain(part.list("oneOf")));
                pending.extend(part.members("dependentSchemas").map(|(_, schema)| schema));
                pending.extend(
                    ["if", "then", "else"]
                        .into_iter()
                        .filter_map(|key| part.get(key)),
                );
            }
        }
        parts
    }
}

/// Which of the schemas for the same value are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InPlace {
    /// Those that hold for each value that the schema accepts.
    Certain,
    /// Those that hold for some of these values.
    Possible,
}

/// Schemas that all hold, with those of their references and `allOf`.
#[derive(Debug)]
pub(super) struct Conjunction<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Whether one of the schemas is `false`: it says that there is no value.
    pub(super) is_refused: bool,
    /// Whether the types or values of the schemas exclude each other. In a document that is a mistake: types and values
    /// are then unknown, so that nothing follows from it.
    pub(super) is_contradictory: bool,
    pub(super) types: Types,
    /// The values, of which the schemas may refuse some; `None` where they are not listed.
    pub(super) values: Option<Vec<&'a Value>>,
}

impl<'a> Conjunction<'a> {
    pub(super) fn of(schemas: &[Located<'a>]) -> Self {
        let mut conjunction = Self {
            parts: Vec::new(),
            is_refused: false,
            is_contradictory: false,
            types: Types::ALL,
            values: None,
        };
        for &located in schemas {
            if let Some(part) = Part::of(located) {
                conjunction.parts.extend(part.in_place(InPlace::Certain));
            }
        }
        keep_first(&mut conjunction.parts);
        let refuses_all = |located: Located<'_>| located.schema == &Value::Bool(false);
        let mut within = conjunction.parts.iter().flat_map(|part| part.list("allOf"));
        if schemas.iter().copied().any(refuses_all) || within.any(refuses_all) {
            conjunction.is_refused = true;
            return conjunction;
        }
        let parts = std::mem::take(&mut conjunction.parts);
        for part in &parts {
            conjunction.narrow(part.object);
        }
        conjunction.parts = parts;
        if conjunction.types.is_empty() {
            conjunction.is_contradictory = true;
            conjunction.types = Types::ALL;
            conjunction.values = None;
        }
        let few = Types::NULL.union(Types::BOOLEAN);
        if conjunction.values.is_none() && conjunction.types.is_within(few) {
            let all = [&Value::Null, &Value::Bool(true), &Value::Bool(false)].into_iter();
            let is_allowed = |value: &&Value| Types::of_value(value).is_within(conjunction.types);
            conjunction.values = Some(all.filter(is_allowed).collect());
        }
        conjunction
    }

    /// Narrows the types and values by those of one more schema.
    fn narrow(&mut self, object: &'a Map<String, Value>) {
        if let Some(names) = keywords::get(object, "type") {
            self.types = self.types.intersection(Types::of_names(names));
        }
        let listed = keywords::get(object, "enum").and_then(Value::as_array);
        let listed = listed.map(|values| values.iter().collect::<Vec<_>>());
        let only = keywords::get(object, "const").map(|value| vec![value]);
        for listed in listed.into_iter().chain(only) {
            let values = match self.values.take() {
                None => listed,
                Some(values) => {
                    let is_listed = |value: &&Value| listed.iter().any(|other| equal(value, other));
                    values.into_iter().filter(is_listed).collect()
                }
            };
            self.values = Some(values);
        }
        if let Some(values) = &mut self.values {
            values.retain(|value| Types::of_value(value).is_within(self.types));
            let types = values.iter().map(|value| Types::of_value(value));
            self.types = types.fold(Types::NONE, Types::union);
        }
    }

    /// Returns the values of a keyword in all parts.
    pub(super) fn all<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = &'a Value> + 's {
        self.parts
            .iter()
            .filter_map(move |part| keywords::get(part.object, keyword))
    }

    /// Returns all names that the schemas require.
    pub(super) fn required(&self) -> BTreeSet<&'a str> {
        let lists = self.all("required").filter_map(Value::as_array);
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// Returns the highest of the values of a keyword that counts; 0 without one.
    pub(super) fn highest(&self, keyword: &str) -> u64 {
        self.all(keyword).filter_map(count).max().unwrap_or(0)
    }

    /// Returns the lowest of the values of a keyword that counts; `u64::MAX` without one.
    pub(super) fn lowest(&self, keyword: &str) -> u64 {
        self.all(keyword)
            .filter_map(count)
            .min()
            .unwrap_or(u64::MAX)
    }
}

/// Removes the parts that are among the earlier ones, by their addresses.
pub(super) fn keep_first(parts: &mut Vec<Part<'_>>) {
    let mut seen: HashSet<*const Value> = HashSet::default();
    if parts.len() > 1 {
        parts.retain(|part| seen.insert(std::ptr::from_ref(part.located.schema)));
    }
}

/// Returns whether a schema is one of some, by its address.
pub(super) fn is_among(schema: &Located<'_>, schemas: &[Located<'_>]) -> bool {
    let mut schemas = schemas.iter();
    schemas.any(|other| std::ptr::eq(other.schema, schema.schema))
}

/// Returns the alternatives of each union of which none was chosen: none is among `schemas`.
pub(super) fn open_unions<'a>(
    conjunction: &Conjunction<'a>,
    schemas: &[Located<'a>],
) -> Vec<Vec<Located<'a>>> {
    let unions = conjunction.parts.iter().flat_map(|part| {
        let of = |keyword| part.list(keyword).collect::<Vec<_>>();
        ["oneOf", "anyOf"].map(of)
    });
    let is_open = |branches: &Vec<Located<'a>>| {
        !branches.is_empty() && !branches.iter().any(|branch| is_among(branch, schemas))
    };
    unions.filter(is_open).collect()
}

/// Returns the value of a keyword that counts, which may be written as `3.0` (JSON Schema Core section 4.2.3).
pub(super) fn count(value: &Value) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |number: f64| {
        (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as u64)
    };
    value.as_u64().or_else(|| value.as_f64().and_then(whole))
}

/// Returns whether two values are equal as JSON Schema compares them: 1 and 1.0 are.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_in_b = |(name, a): (&String, &Value)| b.get(name).is_some_and(|b| equal(a, b));
            a.len() == b.len() && a.iter().all(is_in_b)
        }
        (a, b) => a == b,
    }
}
