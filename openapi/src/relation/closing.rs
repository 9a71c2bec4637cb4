//! Closing: the sender's schema without the properties that only the receiver declares.
//!
//! An object may have undeclared properties, but a sender does not send a property that its own document
//! does not name: so a property that only the receiver declares breaks nothing. A name that the sender
//! requires is named. All other names stay open, whether `additionalProperties: true` is written or not. A sender that
//! names no property at all may send those that the receiver declares, as the receiver declares them.
//!
//! The alternatives of a union are closed each by itself. A value that satisfies several alternatives of an `anyOf` may
//! have the properties of all of these.
//!
//! An `allOf` is closed as a whole, since its parts see each other's properties; so is what its parts say of one
//! property, and of the items. Schemas below `not` and `if` stay open: to close them would allow more values.

mod combinations;
mod declared;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use self::declared::{Declared, Described};
use super::conjunction::has_reference;
use crate::schema::{Validator, definition_name};
use crate::{keywords, pointer};

/// The suffix of the open form of a definition, which the parts of an `allOf` refer to.
const OPEN: &str = ".open";

/// The suffix of the bare form of a definition, whose properties are free.
const BARE: &str = ".bare";

/// The suffix of the free form of a definition: nothing in it is closed.
const FREE: &str = ".free";

/// The most properties of parts that are closed. The others stay free, which may show a break that there is not, and
/// hides none.
const MOST_DESCRIBED: usize = 2_000;

/// The deepest nesting of such properties: a part may refer to its own whole.
const DEEPEST: usize = 6;

/// Returns the sender's schema with its objects closed to the names that only the receiver declares. Both
/// schemas are self-contained.
pub(crate) fn close(sender: &Value, receiver: &Value) -> Value {
    let no_definitions = Map::new();
    let definitions = sender
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut closing = Closing {
        root: sender,
        definitions,
        names: declared_names(receiver),
        wanted: BTreeSet::new(),
        are_alternatives_bare: Vec::new(),
        nested: 0,
        left: MOST_DESCRIBED,
    };
    if closing.names.is_empty() {
        return sender.clone();
    }
    let mut closed = closing.schema(sender, Scope::Whole);
    let mut members: Map<String, Value> = definitions
        .iter()
        .map(|(name, definition)| (name.clone(), closing.schema(definition, Scope::Whole)))
        .collect();
    let mut done = BTreeSet::new();
    while let Some((name, form)) = closing.wanted.pop_first() {
        if done.insert((name.clone(), form))
            && let Some(definition) = definitions.get(&name)
        {
            let schema = match form {
                OPEN => closing.schema(definition, Scope::Part),
                BARE => closing.schema(definition, Scope::Bare),
                _ => closing.free(definition),
            };
            members.insert(format!("{name}{form}"), schema);
        }
        closing.wanted.retain(|form| !done.contains(form));
    }
    if let Value::Object(object) = &mut closed
        && !members.is_empty()
    {
        object.insert("$defs".to_owned(), Value::Object(members));
    }
    closed
}

/// Returns the names of all properties that a schema declares anywhere in it, each with a schema for what it may be,
/// which is false where that is not known.
fn declared_names(schema: &Value) -> BTreeMap<String, Value> {
    let mut names: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    keywords::visit_asserted(schema, &mut |object| {
        let members = object.get("properties").and_then(Value::as_object);
        for (name, schema) in members.into_iter().flatten() {
            let known = names.entry(name.clone()).or_default();
            if schema != &Value::Bool(false) && !has_reference(schema) && !known.contains(&schema) {
                known.push(schema);
            }
        }
    });
    let any_of = |schemas: Vec<&Value>| match schemas[..] {
        [] => json!(false),
        [only] => only.clone(),
        _ => json!({ "anyOf": schemas }),
    };
    let names = names.into_iter();
    names
        .map(|(name, schemas)| (name, any_of(schemas)))
        .collect()
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// A value by itself.
    Whole,
    /// A value together with what is beside it, and nothing else describes its properties.
    Part,
    /// A value together with other parts that may describe the same properties: those stay free, and the whole closes
    /// them.
    Bare,
}

struct Closing<'a> {
    root: &'a Value,
    definitions: &'a Map<String, Value>,
    /// The names that the receiver declares, each with a schema.
    names: BTreeMap<String, Value>,
    /// The definitions of which another form is referred to, each with the suffix of the form.
    wanted: BTreeSet<(String, &'static str)>,
    /// For each surrounding whole, whether its alternatives describe the same properties as its parts.
    are_alternatives_bare: Vec<bool>,
    /// How deeply nested the current property of a part is.
    nested: usize,
    /// How many more properties of parts are closed.
    left: usize,
}

impl Closing<'_> {
    fn schema(&mut self, schema: &Value, scope: Scope) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        // Alternatives and a reference are closed by themselves where they are the only keyword.
        let alone = object.len() == 1 + usize::from(object.contains_key("$defs"));
        let composed = object.contains_key("allOf") || (is_composed_of_wholes(object) && !alone);
        let inner = match scope {
            Scope::Whole if composed => Scope::Bare,
            other => other,
        };
        let is_whole = scope == Scope::Whole && (composed || !is_composed_of_wholes(object));
        let mut declared = Declared::default();
        let is_open = is_whole && declared.collect(object, self.definitions, false, 0);
        let mut described = declared.descriptions.keys();
        let is_shared = described.any(|what| declared.by_alternatives.contains(what));
        if is_whole {
            self.are_alternatives_bare.push(is_shared);
        }
        let mut closed: Map<String, Value> = object
            .iter()
            .filter(|(keyword, _)| *keyword != "$defs")
            .map(|(keyword, value)| (keyword.clone(), self.keyword(keyword, value, inner)))
            .collect();
        if is_whole {
            self.are_alternatives_bare.pop();
        }
        if is_whole && composed {
            let mut descriptions = std::mem::take(&mut declared.descriptions);
            descriptions.retain(|what, _| !declared.by_alternatives.contains(what));
            self.close_described(&mut closed, descriptions);
        }
        if is_open && declared.is_object {
            self.exclude_undeclared(&mut closed, &declared.names, &declared.patterns);
        }
        Value::Object(closed)
    }

    /// Closes what the parts of a schema, which are free, say of each property and of the items.
    fn close_described(
        &mut self,
        closed: &mut Map<String, Value>,
        descriptions: BTreeMap<Described, Vec<Value>>,
    ) {
        let (mut properties, mut items) = (Map::new(), None);
        for (described, mut schemas) in descriptions {
            let schema = match schemas.len() {
                1 => schemas.remove(0),
                _ => json!({ "allOf": schemas }),
            };
            if self.left == 0 || self.nested == DEEPEST {
                break;
            }
            self.left -= 1;
            self.nested += 1;
            let schema = self.schema(&schema, Scope::Whole);
            self.nested -= 1;
            match described {
                Described::Property(name) => {
                    properties.insert(name, schema);
                }
                Described::Items => items = Some(schema),
            }
        }
        let mut part = Map::new();
        if !properties.is_empty() {
            part.insert("properties".to_owned(), Value::Object(properties));
        }
        part.extend(items.map(|items| ("items".to_owned(), items)));
        if let Value::Array(parts) = closed.entry("allOf").or_insert_with(|| json!([])) {
            parts.push(Value::Object(part));
        }
    }

    /// Returns the reference to another form of a definition.
    fn form_of(&mut self, name: String, form: &'static str) -> Value {
        let reference = format!("#/$defs/{}{form}", pointer::escape(&name));
        self.wanted.insert((name, form));
        Value::String(reference)
    }

    /// Returns a schema in which nothing is closed.
    fn free(&mut self, schema: &Value) -> Value {
        let mut free = schema.clone();
        keywords::rewrite(&mut free, &mut |object| {
            let reference = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = reference.and_then(definition_name) {
                object.insert("$ref".to_owned(), self.form_of(name, FREE));
            }
        });
        free
    }

    /// Excludes the receiver's names that the sender does not declare.
    fn exclude_undeclared(
        &self,
        closed: &mut Map<String, Value>,
        declared: &BTreeSet<String>,
        patterns: &BTreeSet<String>,
    ) {
        let patterns: Vec<Validator> = patterns
            .iter()
            .filter_map(|pattern| Validator::new(&json!({ "pattern": pattern })).ok())
            .collect();
        let is_patterned = |name: &str| {
            let name = Value::from(name);
            patterns.iter().any(|pattern| pattern.accepts(&name))
        };
        let undeclared: Vec<(&String, &Value)> = self
            .names
            .iter()
            .filter(|(name, _)| !declared.contains(*name) && !is_patterned(name))
            .collect();
        // A sender that names no property at all sends those that it finds in the receiver's schema.
        let is_free = declared.is_empty() && patterns.is_empty();
        if undeclared.is_empty() {
            return;
        }
        let properties = closed
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            let excluded = undeclared.into_iter();
            properties.extend(excluded.map(|(name, schema)| {
                let schema = if is_free {
                    schema.clone()
                } else {
                    json!(false)
                };
                (name.clone(), schema)
            }));
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, scope: Scope) -> Value {
        match keyword {
            // Of parts, the whole closes these.
            "items" if scope == Scope::Bare => self.free(value),
            "properties" if scope == Scope::Bare => {
                let members = value.as_object().into_iter().flatten();
                let members = members.map(|(name, schema)| (name.clone(), self.free(schema)));
                Value::Object(members.collect())
            }
            "items" | "additionalProperties" | "contains" => self.schema(value, Scope::Whole),
            "properties" | "patternProperties" => {
                let members = value.as_object().into_iter().flatten();
                let members =
                    members.map(|(name, schema)| (name.clone(), self.schema(schema, Scope::Whole)));
                Value::Object(members.collect())
            }
            "prefixItems" => self.list(value, Scope::Whole),
            "anyOf" | "oneOf" if scope == Scope::Bare => {
                let is_bare = self.are_alternatives_bare.last().copied().unwrap_or(true);
                self.list(value, if is_bare { Scope::Bare } else { Scope::Part })
            }
            "anyOf" if scope == Scope::Whole => {
                let mut branches = self.list(value, scope);
                if let Value::Array(branches) = &mut branches {
                    branches.extend(self.combinations(value));
                }
                branches
            }
            "anyOf" | "oneOf" => self.list(value, scope),
            "allOf" => self.list(value, Scope::Bare),
            "$ref" => match (scope, value.as_str().and_then(definition_name)) {
                (Scope::Part, Some(name)) => self.form_of(name, OPEN),
                (Scope::Bare, Some(name)) => self.form_of(name, BARE),
                _ => value.clone(),
            },
            _ => value.clone(),
        }
    }

    fn list(&mut self, value: &Value, scope: Scope) -> Value {
        let items = value.as_array().into_iter().flatten();
        Value::Array(items.map(|item| self.schema(item, scope)).collect())
    }
}

/// Returns whether a schema consists of other schemas that are each closed by themselves.
fn is_composed_of_wholes(object: &Map<String, Value>) -> bool {
    ["anyOf", "oneOf", "$ref"]
        .iter()
        .any(|keyword| object.contains_key(*keyword))
}
