//! The normal form of a self-contained schema. Different spellings of the same schema become equal texts, also
//! where the algebra decides nothing.
//!
//! Definitions that are not recursive are inlined. Recursive ones are named in the order in which they are
//! first referred to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::conjunction::equal;
use crate::keywords;
use crate::memo::text_of;
use crate::schema::{definition_name, size};

/// The most nodes of a normal form: a schema that is larger, or becomes larger by inlining, stays as it is.
const LARGEST: usize = 4_000;

/// Returns the schema in its normal form.
pub(super) fn normalized(schema: &Value) -> Value {
    if size(schema) > LARGEST {
        return schema.clone();
    }
    let no_definitions = Map::new();
    let definitions = schema
        .get("$defs")
        .and_then(Value::as_object)
        .unwrap_or(&no_definitions);
    let mut normalizer = Normalizer {
        definitions,
        recursive: recursive_names(definitions),
        names: BTreeMap::new(),
        pending: Vec::new(),
        remaining: LARGEST,
    };
    let mut normal = normalizer.schema(schema);
    let mut kept = Map::new();
    while let Some((name, new)) = normalizer.pending.pop() {
        let definition = normalizer.definition(&name);
        kept.insert(new, definition);
    }
    if normalizer.remaining == 0 {
        return schema.clone();
    }
    if !kept.is_empty() {
        if !normal.is_object() {
            normal = json!({"allOf": [normal]});
        }
        normal["$defs"] = Value::Object(kept);
    }
    normal
}

/// Returns whether a schema in its normal form has few nodes also with all definitions inlined that are not recursive, as
/// the algebra inlines them.
pub(super) fn is_small_inlined(normal: &Value) -> bool {
    let Some(Value::Object(definitions)) = normal.get("$defs") else {
        return size(normal) <= LARGEST;
    };
    let recursive = recursive_names(definitions);
    let mut nodes = 0;
    let mut pending = vec![normal];
    while let Some(value) = pending.pop() {
        nodes += 1;
        if nodes > LARGEST {
            return false;
        }
        match value {
            Value::Object(object) => {
                let reference = object.get("$ref").and_then(Value::as_str);
                let name = reference.and_then(definition_name);
                let name = name.filter(|name| !recursive.contains(name));
                pending.extend(name.and_then(|name| definitions.get(&name)));
                pending.extend(object.values());
            }
            Value::Array(items) => pending.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    true
}

struct Normalizer<'a> {
    definitions: &'a Map<String, Value>,
    /// The names of the recursive definitions.
    recursive: BTreeSet<String>,
    /// The new names of those that were referred to.
    names: BTreeMap<String, String>,
    /// The old and the new names of those that are not yet written.
    pending: Vec<(String, String)>,
    /// The number of schemas that may still be written.
    remaining: usize,
}

impl Normalizer<'_> {
    fn schema(&mut self, schema: &Value) -> Value {
        self.remaining = self.remaining.saturating_sub(1);
        if self.remaining == 0 {
            // The caller discards the result.
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
        // In a fixed order, so that the new names do not depend on the order of keywords.
        let mut members: Vec<(&String, &Value)> = object.iter().collect();
        members.sort_by_key(|(keyword, _)| *keyword);
        let mut normal = Map::new();
        for (keyword, value) in members {
            let Some((keyword, mut value)) = self.keyword(keyword, value) else {
                continue;
            };
            // Both `const` and `enum` hold.
            if let Some(Value::Array(others)) = normal.get(&keyword)
                && let Value::Array(values) = &mut value
            {
                values.retain(|value| others.iter().any(|other| equal(value, other)));
            }
            normal.insert(keyword, value);
        }
        match only_branch(&normal) {
            Some(branch) => branch,
            None if normal.is_empty() => Value::Bool(true),
            None => Value::Object(normal),
        }
    }

    /// Returns the normal form of a keyword; `None` where it asserts nothing.
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
            ("enum" | "required" | "type", Value::Array(items)) => {
                let mut items = items.clone();
                sort(&mut items);
                Value::Array(items)
            }
            ("$ref", Value::String(reference)) => json!(self.reference(reference)),
            (keyword, value) if keywords::SINGLE.contains(&keyword) => self.schema(value),
            ("prefixItems", Value::Array(items)) => {
                Value::Array(items.iter().map(|item| self.schema(item)).collect())
            }
            (keyword, Value::Array(branches)) if keywords::LISTS.contains(&keyword) => {
                let mut branches: Vec<Value> =
                    branches.iter().map(|branch| self.schema(branch)).collect();
                sort(&mut branches);
                // One of equal parts, or of equal alternatives of which several may hold, says what all say.
                if keyword != "oneOf" {
                    branches.dedup();
                }
                Value::Array(branches)
            }
            (keyword, Value::Object(members)) if keywords::MAPS.contains(&keyword) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                let members = members.into_iter();
                let members = members.map(|(name, member)| (name.clone(), self.schema(member)));
                Value::Object(members.collect())
            }
            (_, value) => value.clone(),
        };
        Some((keyword.to_owned(), value))
    }

    /// Returns the reference to a definition by its new name.
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
            Some(definition) => self.schema(definition),
            None => Value::Bool(true),
        }
    }
}

fn sort(items: &mut [Value]) {
    if items.iter().all(Value::is_string) {
        items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    } else {
        items.sort_by_cached_key(text_of);
    }
}

/// Returns the branch of a schema that is only an `allOf`, `anyOf` or `oneOf` with one branch.
fn only_branch(object: &Map<String, Value>) -> Option<Value> {
    let (keyword, branches) = object.iter().next().filter(|_| object.len() == 1)?;
    match (keyword.as_str(), branches.as_array().map(Vec::as_slice)) {
        ("allOf" | "anyOf" | "oneOf", Some([branch])) => Some(branch.clone()),
        _ => None,
    }
}

/// Returns the name of the definition that a schema refers to, if it has no other keywords.
fn only_reference(object: &Map<String, Value>) -> Option<String> {
    let others = object.keys().filter(|keyword| *keyword != "$defs").count();
    definition_name(object.get("$ref")?.as_str()?).filter(|_| others == 1)
}

/// Returns the names of the definitions that refer to themselves, directly or through others.
fn recursive_names(definitions: &Map<String, Value>) -> BTreeSet<String> {
    let references: BTreeMap<&str, BTreeSet<String>> = definitions
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
    let is_recursive = |name: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec![name];
        while let Some(from) = pending.pop() {
            for to in references.get(from).into_iter().flatten() {
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
    names.filter(|name| is_recursive(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::normalized;
    use serde_json::json;

    #[test]
    fn spellings_of_the_same_schema_become_equal() {
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
                json!({"enum": ["a", 1.0], "const": 1}),
                json!({"enum": [1.0]}),
            ),
            (
                json!({"not": {"enum": ["a", "b"], "const": "c"}}),
                json!({"not": {"enum": []}}),
            ),
            (
                json!({"not": {"anyOf": [{"type": ["null", "string"]}, {"required": []}]}}),
                json!({"not": {"anyOf": [{}, {"type": ["string", "null"]}]}}),
            ),
        ];
        for (a, b) in spellings {
            assert_eq!(normalized(&a), normalized(&b));
        }
    }

    #[test]
    fn a_schema_that_would_grow_too_large_stays_as_it_is() {
        // Each definition refers to the next one eight times: inlined, that is 8^40 copies.
        let mut definitions = serde_json::Map::new();
        for index in 0..40 {
            let next = json!({"$ref": format!("#/$defs/A{}", index + 1)});
            definitions.insert(format!("A{index}"), json!({"prefixItems": vec![next; 8]}));
        }
        definitions.insert("A40".to_owned(), json!({"type": "string"}));
        let schema = json!({"not": {"$ref": "#/$defs/A0"}, "$defs": definitions});
        assert_eq!(normalized(&schema), schema);
    }

    #[test]
    fn keywords_with_a_meaning_stay() {
        let schema = json!({"prefixItems": [{"type": "string"}, true], "minContains": 0});
        assert_eq!(normalized(&schema), schema);
    }
}
