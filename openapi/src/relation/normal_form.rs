//! A self-contained schema in the plainest spelling there is of it: what is only another way to write
//! the same is written in one way, so that two schemas that differ in nothing else are equal as
//! texts, also where the algebra knows no answer.
//!
//! Definitions that do not lead back to themselves are written in place; those that do are named by
//! the order in which they are met.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::keywords;
use crate::schema::{definition_name, size};

/// Larger schemas stay as they are, and so do those that would become larger by writing definitions
/// in place.
const LARGEST: usize = 4_000;

/// The schema in its plainest spelling.
pub(super) fn plain(schema: &Value) -> Value {
    if size(schema) > LARGEST {
        return schema.clone();
    }
    let no_definitions = Map::new();
    let definitions = schema
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut writing = Writing {
        definitions,
        recursive: recursive(definitions),
        names: BTreeMap::new(),
        pending: Vec::new(),
        left: LARGEST,
    };
    let mut plain = writing.of(schema);
    let mut kept = Map::new();
    while let Some((name, new)) = writing.pending.pop() {
        let definition = writing.definition(&name);
        kept.insert(new, definition);
    }
    if writing.left == 0 {
        return schema.clone();
    }
    if !kept.is_empty() {
        if !plain.is_object() {
            plain = json!({"allOf": [plain]});
        }
        plain["$defs"] = Value::Object(kept);
    }
    plain
}

struct Writing<'a> {
    definitions: &'a Map<String, Value>,
    /// Names of definitions that lead back to themselves.
    recursive: BTreeSet<String>,
    /// The names that those have here.
    names: BTreeMap<String, String>,
    /// Those of them that are yet to be written: the old name, and the new.
    pending: Vec<(String, String)>,
    /// How many more schemas may be written.
    left: usize,
}

impl Writing<'_> {
    fn of(&mut self, schema: &Value) -> Value {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            // What has been written so far is thrown away.
            return Value::Null;
        }
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        if let Some(name) = only_reference(object)
            && !self.recursive.contains(&name)
        {
            return self.definition(&name);
        }
        // In the order of their names, so that what is met first does not depend on how it is written.
        let mut members: Vec<(&String, &Value)> = object.iter().collect();
        members.sort_by_key(|(keyword, _)| *keyword);
        let mut plain = Map::new();
        for (keyword, value) in members {
            if let Some((keyword, value)) = self.keyword(keyword, value) {
                plain.insert(keyword, value);
            }
        }
        match one_branch(&plain) {
            Some(branch) => branch,
            None if plain.is_empty() => Value::Bool(true),
            None => Value::Object(plain),
        }
    }

    /// What a keyword is in the plain spelling; `None` where it says nothing.
    fn keyword(&mut self, keyword: &str, value: &Value) -> Option<(String, Value)> {
        let value = match (keyword, value) {
            ("$defs", _) => return None,
            ("minLength" | "minItems" | "minProperties", value) if value.as_f64() == Some(0.0) => {
                return None;
            }
            ("uniqueItems", Value::Bool(false)) => return None,
            ("required", Value::Array(names)) if names.is_empty() => return None,
            ("const", value) => return Some(("enum".to_owned(), json!([value]))),
            ("type", Value::Array(kinds)) if kinds.len() == 1 => kinds[0].clone(),
            ("enum" | "required" | "type", Value::Array(items)) => sorted(items.clone()),
            ("$ref", Value::String(reference)) => json!(self.reference(reference)),
            (keyword, value) if keywords::SINGLE.contains(&keyword) => self.of(value),
            ("prefixItems", Value::Array(items)) => {
                Value::Array(items.iter().map(|item| self.of(item)).collect())
            }
            (keyword, Value::Array(branches)) if keywords::LISTS.contains(&keyword) => {
                sorted(branches.iter().map(|branch| self.of(branch)).collect())
            }
            (keyword, Value::Object(members)) if keywords::MAPS.contains(&keyword) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                let plain = members.into_iter();
                Value::Object(
                    plain
                        .map(|(name, member)| (name.clone(), self.of(member)))
                        .collect(),
                )
            }
            (_, value) => value.clone(),
        };
        Some((keyword.to_owned(), value))
    }

    /// The reference to a definition by its new name.
    fn reference(&mut self, reference: &str) -> String {
        let Some(name) = definition_name(reference) else {
            return reference.to_owned();
        };
        let count = self.names.len();
        let pending = &mut self.pending;
        let new = self.names.entry(name.clone()).or_insert_with(|| {
            let new = format!("d{count}");
            pending.push((name, new.clone()));
            new
        });
        format!("#/$defs/{new}")
    }

    fn definition(&mut self, name: &str) -> Value {
        match self.definitions.get(name) {
            Some(definition) => self.of(definition),
            None => Value::Bool(true),
        }
    }
}

fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(Value::to_string);
    Value::Array(items)
}

/// The only schema that an `allOf`, `anyOf` or `oneOf` alone holds.
fn one_branch(object: &Map<String, Value>) -> Option<Value> {
    let (keyword, branches) = object.iter().next().filter(|_| object.len() == 1)?;
    match (keyword.as_str(), branches.as_array().map(Vec::as_slice)) {
        ("allOf" | "anyOf" | "oneOf", Some([branch])) => Some(branch.clone()),
        _ => None,
    }
}

/// The name of the definition that a schema refers to, when it does nothing else.
fn only_reference(object: &Map<String, Value>) -> Option<String> {
    let others = object.keys().filter(|keyword| *keyword != "$defs").count();
    definition_name(object.get("$ref")?.as_str()?).filter(|_| others == 1)
}

/// The names of the definitions that lead back to themselves.
fn recursive(definitions: &Map<String, Value>) -> BTreeSet<String> {
    let leads_to: BTreeMap<&str, BTreeSet<String>> = definitions
        .iter()
        .map(|(name, definition)| {
            let mut names = BTreeSet::new();
            keywords::visit(definition, &mut |object| {
                let reference = object.get("$ref").and_then(Value::as_str);
                names.extend(reference.and_then(definition_name));
            });
            (name.as_str(), names)
        })
        .collect();
    let leads_back = |name: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec![name];
        while let Some(from) = pending.pop() {
            for to in leads_to.get(from).into_iter().flatten() {
                if to == name {
                    return true;
                }
                if seen.insert(to) {
                    pending.push(to);
                }
            }
        }
        false
    };
    let names = definitions.keys();
    names.filter(|name| leads_back(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::plain;
    use serde_json::json;

    #[test]
    fn what_is_only_spelling_is_spelled_alike() {
        let spellings = [
            (
                json!({"contains": {"$ref": "#/$defs/A"}, "$defs": {"A": {"const": 1}}}),
                json!({"contains": {"allOf": [{"enum": [1]}]}, "minItems": 0}),
            ),
            (
                json!({"$ref": "#/$defs/A", "$defs": {"A": {"not": {"$ref": "#/$defs/A"}}}}),
                json!({"$ref": "#/$defs/B", "$defs": {"B": {"not": {"$ref": "#/$defs/B"}}}}),
            ),
            (
                json!({"not": {"anyOf": [{"type": ["null", "string"]}, {"required": []}]}}),
                json!({"not": {"anyOf": [{}, {"type": ["string", "null"]}]}}),
            ),
        ];
        for (a, b) in spellings {
            assert_eq!(plain(&a), plain(&b));
        }
    }

    #[test]
    fn what_would_grow_without_end_stays_as_it_is() {
        // Each definition holds the next one eight times: 8^40 in place.
        let mut definitions = serde_json::Map::new();
        for index in 0..40 {
            let next = json!({"$ref": format!("#/$defs/A{}", index + 1)});
            definitions.insert(format!("A{index}"), json!({"prefixItems": vec![next; 8]}));
        }
        definitions.insert("A40".to_owned(), json!({"type": "string"}));
        let schema = json!({"not": {"$ref": "#/$defs/A0"}, "$defs": definitions});
        assert_eq!(plain(&schema), schema);
    }

    #[test]
    fn what_means_something_stays() {
        let schema = json!({"prefixItems": [{"type": "string"}, true], "minContains": 0});
        assert_eq!(plain(&schema), schema);
    }
}
