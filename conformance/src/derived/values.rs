//! Values at the boundaries of a schema, and values just outside it.

mod forms;
mod parameters;

use std::cell::Cell;

use openapi::{Validator, sample};
use serde_json::Value;

use super::violations::{Violation, smallest_first, violations};
use crate::resources::references::{resolved, with_definitions};

/// The most valid values of one schema.
const VALID: usize = 12;

/// The most invalid values of one schema.
const INVALID: usize = 32;

/// How deep properties of properties are violated.
pub(super) const DEPTH: usize = 4;

/// The longest body, in bytes.
const BODY: usize = 64 * 1024;

/// The values of a self-contained schema.
pub(super) struct Values<'s> {
    schema: &'s Value,
    validator: Validator,
    found: Cell<usize>,
}

impl<'s> Values<'s> {
    /// Compiles the schema. `None` when values cannot be validated against it.
    pub(super) fn of(schema: &'s Value) -> Option<Values<'s>> {
        let validator = Validator::new(schema).ok()?;
        Some(Values {
            schema,
            validator,
            found: Cell::new(0),
        })
    }

    /// Returns whether the schema says by itself which values are allowed: by a bound, an enumeration, or a type of few values. Of
    /// other texts and numbers a deployment may demand more than a schema can say.
    pub(super) fn are_bounded(&self) -> bool {
        is_bounded(self.schema, self.schema, DEPTH)
    }

    /// Returns the members of a body, as deep as said, whose own schemas say which values are allowed, each by its keys with a
    /// slash between them, with the smallest and the largest; at most so many, and how many there are.
    pub(super) fn bounded_members(
        &self,
        depth: usize,
        most: usize,
    ) -> (Vec<(String, Vec<Value>)>, usize) {
        let mut members = members(self.schema, self.schema, "", depth);
        members.retain(|(_, member)| is_bounded(self.schema, member, DEPTH));
        let all = members.len();
        let bounded = members.into_iter().take(most);
        let with_values = bounded.filter_map(|(name, member)| {
            let whole = with_definitions(self.schema, member);
            let validator = Validator::new(&whole).ok()?;
            let mut values = smallest_first(sample::candidates(&whole));
            values.retain(|value| validator.accepts(value) && value.to_string().len() <= BODY);
            let largest = values.pop();
            values.truncate(1);
            values.extend(largest);
            Some((name, values))
        });
        (with_values.collect(), all)
    }

    /// Returns the members of a body that are texts of any characters, by their keys.
    pub(super) fn free_texts(&self) -> Vec<String> {
        let members = members(self.schema, self.schema, "", DEPTH).into_iter();
        let free = members.filter(|(_, member)| is_free_text(resolved(self.schema, member)));
        free.map(|(name, _)| name).collect()
    }

    /// Returns whether the schema is one of texts of any characters.
    pub(super) fn is_free_text(&self) -> bool {
        is_free_text(resolved(self.schema, self.schema))
    }

    /// Keeps at most so many values, each with whether the schema accepts it.
    fn kept(&self, valid: Vec<Value>, mut invalid: Vec<Violation>) -> Vec<(Value, bool)> {
        self.found.set(valid.len() + invalid.len());
        let valid = ends(valid, VALID).into_iter().map(|value| (value, true));
        invalid.sort_by_key(|violation| violation.rank);
        invalid.truncate(INVALID);
        let invalid = invalid.into_iter().map(|violation| violation.value);
        let invalid = smallest_first(invalid.collect()).into_iter();
        valid.chain(invalid.map(|value| (value, false))).collect()
    }

    /// Returns the number of values that were found last, of which some may be left out.
    pub(super) fn found(&self) -> usize {
        self.found.get()
    }

    /// Returns bodies, smallest first, each with whether the schema accepts it.
    pub(super) fn bodies(&self) -> Vec<(Value, bool)> {
        let short = |value: &Value| value.to_string().len() <= BODY;
        let mut valid = smallest_first(sample::candidates(self.schema));
        valid.retain(|value| short(value) && self.validator.accepts(value));
        let mut invalid = violations(self.schema, DEPTH);
        invalid.retain(|violation| {
            short(&violation.value) && !self.validator.accepts(&violation.value)
        });
        self.kept(valid, invalid)
    }
}

/// Returns the members of a schema of objects and of those within it, each by its keys with a slash between them.
fn members<'s>(
    root: &'s Value,
    schema: &'s Value,
    above: &str,
    depth: usize,
) -> Vec<(String, &'s Value)> {
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let schema = resolved(root, schema);
    let mut found = Vec::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        // A slash in a name would be taken for two.
        if name.contains('/') {
            continue;
        }
        let place = format!("{above}{name}");
        found.push((place.clone(), member));
        let inner = resolved(root, member);
        found.extend(members(root, inner, &format!("{place}/"), depth));
        if let Some(items) = inner.get("items") {
            found.extend(members(root, items, &format!("{place}/0/"), depth));
        }
    }
    found
}

/// Returns whether a schema takes texts of any characters, at least three long.
fn is_free_text(schema: &Value) -> bool {
    const LIMITS: [&str; 9] = [
        "enum",
        "const",
        "pattern",
        "format",
        "contentMediaType",
        "contentEncoding",
        "allOf",
        "anyOf",
        "oneOf",
    ];
    let is_long = schema
        .get("maxLength")
        .is_none_or(|most| most.as_u64() >= Some(3));
    let is_short = schema
        .get("minLength")
        .is_none_or(|least| least.as_u64() <= Some(3));
    schema["type"] == "string"
        && is_long
        && is_short
        && !LIMITS.iter().any(|key| schema.get(*key).is_some())
}

/// Returns whether a schema says by itself which values are allowed.
fn is_bounded(root: &Value, schema: &Value, depth: usize) -> bool {
    const BOUNDS: [&str; 6] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
    ];
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let schema = resolved(root, schema);
    let has = |key: &&str| schema.get(*key).is_some();
    if let Some(items) = schema.get("items") {
        return is_bounded(root, items, depth);
    }
    if has(&"enum") || has(&"const") || schema["type"] == "boolean" {
        return true;
    }
    !(has(&"pattern") || has(&"format")) && BOUNDS.iter().any(has)
}

/// Keeps at most `most` values: the smallest, and the largest few, which are at the bounds of lengths.
fn ends<T>(mut values: Vec<T>, most: usize) -> Vec<T> {
    const LARGEST: usize = 3;
    if values.len() > most {
        values.drain(most - LARGEST..values.len() - LARGEST);
    }
    values
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Values;

    #[test]
    fn members_are_violated_one_at_a_time_through_references() {
        let schema = json!({
            "anyOf": [{ "$ref": "#/$defs/Order" }, { "type": "null" }],
            "$defs": { "Order": {
                "type": "object",
                "required": ["count"],
                "properties": { "count": { "type": "integer", "minimum": 1, "maximum": 9 } },
            } },
        });
        let values = Values::of(&schema).expect("a schema");
        let bodies = values.bodies();
        let has = |value: Value, valid: bool| bodies.contains(&(value, valid));
        assert!(has(json!({ "count": 1 }), true), "{bodies:?}");
        assert!(has(json!({ "count": 9 }), true), "{bodies:?}");
        assert!(has(json!({ "count": 10 }), false), "{bodies:?}");
        assert!(has(json!({ "count": 0 }), false), "{bodies:?}");
        assert!(has(json!({}), false), "{bodies:?}");
        assert!(has(json!(null), true), "{bodies:?}");
    }

    #[test]
    fn keywords_are_violated_first_where_not_all_values_are_tested() {
        let mut members = serde_json::Map::new();
        for number in 0..9 {
            let schema = json!({ "type": "integer", "minimum": 1 });
            members.insert(format!("member{number}"), schema);
        }
        let tags = json!({ "type": "array", "uniqueItems": true, "items": { "type": "string" } });
        members.insert("tags".to_owned(), tags);
        let closed =
            json!({ "type": "object", "properties": members, "additionalProperties": false });
        let bodies = Values::of(&closed).expect("a schema").bodies();
        let has =
            |is: &dyn Fn(&Value) -> bool| bodies.iter().any(|(value, valid)| !valid && is(value));
        assert!(has(&|value| value["member8"] == 0), "{bodies:?}");
        assert!(
            has(&|value| value["tags"] == json!(["text", "text"])),
            "{bodies:?}"
        );
        assert!(
            has(&|value| value.get("conformance_unknown").is_some()),
            "{bodies:?}"
        );
    }

    #[test]
    fn members_are_bounded_where_their_schemas_say_what_is_allowed() {
        let schema = json!({
            "type": "object",
            "properties": {
                "note": { "type": ["string", "null"], "maxLength": 3 },
                "count": { "type": "integer", "minimum": 1, "maximum": 9 },
                "kinds": { "type": "array", "items": { "$ref": "#/$defs/Kind" } },
                "name": { "type": "string" },
                "code": { "type": "string", "maxLength": 3, "pattern": "^[a-z]*$" },
                "payment": { "type": "object", "maxProperties": 3 },
            },
            "$defs": { "Kind": { "enum": ["book", "toy"] } },
        });
        let members = Values::of(&schema)
            .expect("a schema")
            .bounded_members(super::DEPTH, usize::MAX)
            .0;
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        let values = |wanted: &str| {
            let mut members = members.iter();
            members
                .find(|(name, _)| *name == wanted)
                .map(|(_, values)| values.clone())
        };
        assert_eq!(values("count"), Some(vec![json!(1), json!(9)]));
        let notes = values("note").expect("values");
        assert_eq!(notes.last(), Some(&json!("aaa")), "{notes:?}");
        let kinds = values("kinds").expect("values");
        assert!(kinds.iter().all(Value::is_array), "{kinds:?}");
    }

    #[test]
    fn an_unknown_member_is_tried_where_the_schema_knows_all() {
        let closed = json!({
            "type": "object",
            "properties": { "name": { "type": "string" } },
            "additionalProperties": false,
        });
        let values = Values::of(&closed).expect("a schema").bodies();
        let is_unknown =
            |(value, valid): &(Value, bool)| !valid && value.get("conformance_unknown").is_some();
        assert!(values.iter().any(is_unknown), "{values:?}");
    }
}
