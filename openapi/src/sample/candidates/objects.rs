//! Objects that a schema probably accepts.

use serde_json::{Map, Value, json};

use super::{Sampler, Samples};
use crate::sample::keyword_values::{count, list};
use crate::sample::strings;
use crate::sample::types::ordinary;
use crate::schema::{Validator, size};

/// A property with its values.
type Choice<'s> = (&'s str, Samples);

impl Sampler<'_> {
    /// Returns objects with the properties that a schema declares, the smallest first.
    pub(super) fn objects(&self, schema: &Map<String, Value>, depth: usize) -> Vec<Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let choices: Vec<Choice<'_>> = (properties.into_iter().flatten())
            .map(|(name, schema)| (name.as_str(), self.values(schema, depth)))
            .collect();
        let least = self.least_object(schema, &choices, depth);
        let mut full = least.clone();
        for (name, values) in &choices {
            if let Some(value) = values.first()
                && self.spend(size(value))
            {
                full.entry(*name).or_insert_with(|| value.clone());
            }
        }
        let mut values = vec![Value::Object(least.clone()), Value::Object(full)];
        add_variations(&mut values, &least, &choices, self.most);
        for (name, value) in self.undeclared_properties(schema, depth) {
            let mut object = least.clone();
            object.insert(name, value);
            values.insert(1, Value::Object(object));
        }
        values
    }

    /// Returns an object with the required properties only.
    fn least_object(
        &self,
        schema: &Map<String, Value>,
        choices: &[Choice<'_>],
        depth: usize,
    ) -> Map<String, Value> {
        let mut object = Map::new();
        for name in list(schema, "required").iter().filter_map(Value::as_str) {
            let declared = choices.iter().find(|(declared, _)| *declared == name);
            let value = match declared {
                Some((_, values)) => values.first().cloned(),
                None => self.of_name(schema, name, depth).first().cloned(),
            };
            object.insert(name.to_owned(), value.unwrap_or(Value::Null));
        }
        let wanted = count(schema, "minProperties").unwrap_or(0);
        let declared = choices.iter().filter(|(_, values)| !values.is_empty());
        for (name, values) in declared {
            if object.len() >= wanted {
                break;
            }
            object.entry(*name).or_insert_with(|| values[0].clone());
        }
        for index in 0..wanted.min(64) {
            if object.len() >= wanted {
                break;
            }
            let value = self.of_undeclared(schema, depth).first().cloned();
            object.insert(format!("key{index}"), value.unwrap_or(Value::Null));
        }
        object
    }

    /// Returns properties that `patternProperties` or `additionalProperties` allow.
    fn undeclared_properties(
        &self,
        schema: &Map<String, Value>,
        depth: usize,
    ) -> Vec<(String, Value)> {
        let mut properties = Vec::new();
        let mut add = |name: &str, values: &[Value]| {
            let values = values.iter().take(4);
            properties.extend(values.map(|value| (name.to_owned(), value.clone())));
        };
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for (pattern, member) in patterns.into_iter().flatten() {
            if let Some(name) = strings::of_pattern(pattern).into_iter().next() {
                add(&name, &self.values(member, depth));
            }
        }
        if !matches!(schema.get("additionalProperties"), Some(Value::Bool(false))) {
            add("extra", &self.of_undeclared(schema, depth));
        }
        properties
    }

    /// Returns the values of an undeclared property: those of the pattern that its name matches, if any.
    fn of_name(&self, schema: &Map<String, Value>, name: &str, depth: usize) -> Samples {
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let matching = patterns.into_iter().flatten().find(|(pattern, _)| {
            Validator::new(&json!({ "pattern": pattern }))
                .is_ok_and(|pattern| pattern.accepts(&Value::from(name)))
        });
        match matching {
            Some((_, schema)) => self.values(schema, depth),
            None => self.of_undeclared(schema, depth),
        }
    }

    fn of_undeclared(&self, schema: &Map<String, Value>, depth: usize) -> Samples {
        match schema.get("additionalProperties") {
            Some(schema) => self.values(schema, depth),
            None => ordinary().into(),
        }
    }
}

/// Adds objects in which one property at a time takes one of its values. The properties take turns, so that one
/// with many values does not displace the others.
fn add_variations(
    values: &mut Vec<Value>,
    least: &Map<String, Value>,
    choices: &[Choice<'_>],
    most: usize,
) {
    let longest = choices.iter().map(|(_, values)| values.len()).max();
    for index in 0..longest.unwrap_or(0) {
        for (name, options) in choices {
            let option = options.get(index);
            // The smallest object is among the values already.
            if let Some(option) = option.filter(|option| least.get(*name) != Some(option)) {
                let mut object = least.clone();
                object.insert((*name).to_owned(), option.clone());
                values.push(Value::Object(object));
                // The others differ, but for the first two values, which may be equal to one of them.
                if values.len() > most + 2 {
                    return;
                }
            }
        }
    }
}
