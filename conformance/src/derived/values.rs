//! Values at the boundaries of a schema, and values just outside it.

use std::cell::Cell;

use openapi::parameter_style::scalar;
use openapi::{Validator, sample};
use serde_json::Value;

use super::violations::{Violation, smallest_first, violations, with_definitions};
use crate::case::sample::Location;
use crate::resources::inputs::Parameter;
use crate::resources::references::resolved;
use crate::resources::writing::Writing;

/// The most valid values of one schema.
const VALID: usize = 12;

/// The most invalid values of one schema.
const INVALID: usize = 32;

/// How deep properties of properties are violated.
const DEPTH: usize = 4;

/// The longest text of a parameter, in bytes: every server accepts this length.
const TEXT: usize = 1024;

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

    /// Returns the members of a body whose own schemas say which values are allowed, each by its keys with a slash between them,
    /// with the smallest and the largest.
    pub(super) fn bounded_members(&self) -> Vec<(String, Vec<Value>)> {
        let members = members(self.schema, self.schema, "", DEPTH).into_iter();
        let bounded = members.filter(|(_, member)| is_bounded(self.schema, member, DEPTH));
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
        with_values.collect()
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

    /// Returns values of a form, smallest first, each with whether the schema accepts it. Only what a reader rejects however it
    /// takes the texts of the fields, as texts or as numbers, is invalid; what one of them accepts is left out.
    pub(super) fn forms(&self) -> Vec<(Value, bool)> {
        let mut bodies = self.bodies();
        let all = bodies.len();
        bodies.retain(|(value, valid)| {
            let Some(seen) = as_seen_in_a_form(value) else {
                return false;
            };
            *valid || !(seen.iter()).any(|seen| self.accepts_reading(seen, false))
        });
        self.found.update(|found| found - (all - bodies.len()));
        bodies
    }

    /// Returns values for a parameter, each with whether the schema accepts it as it is written: texts, and where its style
    /// allows them lists and objects.
    pub(super) fn of_parameter(&self, parameter: &Parameter<'_>) -> Vec<(Value, bool)> {
        let Parameter {
            name,
            location,
            writing,
            ..
        } = parameter;
        let candidates = smallest_first(sample::candidates(self.schema));
        let takes_objects =
            (candidates.iter()).any(|value| value.is_object() && self.validator.accepts(value));
        let candidates = candidates
            .into_iter()
            .map(|value| Violation { rank: 0, value });
        let candidates = candidates.chain(violations(self.schema, DEPTH));
        let (mut valid, mut invalid, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for Violation {
            rank,
            value: candidate,
        } in candidates
        {
            // JSON says what is a number and what is a text.
            let is_json = writing.is_json();
            let value = match scalar(&candidate).filter(|_| !is_json) {
                Some(text) => Value::String(text),
                None if is_json || composed(&candidate) => candidate.clone(),
                None => continue,
            };
            let is_text = value.is_string() && !is_json;
            // A deployment that expects an object reads its members, and may ignore a single text.
            let may_be_unseen = is_text && takes_objects;
            let text = match &value {
                Value::String(text) if is_text => Some(text.clone()),
                value => writing.text(value, *location, name),
            };
            let Some(text) = text.filter(|text| sendable(text, *location) || !is_text) else {
                continue;
            };
            if text.is_empty() || text.len() > TEXT || may_be_unseen || written.contains(&text) {
                continue;
            }
            let lists = writing.writes_lists_of_one_as_scalars();
            let is_accepted = match is_json {
                true => self.validator.accepts(&value),
                false => self.accepts_reading(&value, lists),
            };
            match is_accepted {
                true if is_text || self.validator.accepts(&candidate) => valid.push(value),
                // One reader accepts it and another does not.
                true => {}
                false if is_plain(writing, &value) => invalid.push(Violation { rank, value }),
                false => {}
            }
            written.push(text);
        }
        self.kept(valid, invalid)
    }

    /// Returns whether the schema accepts a value as a reader of its text may take it: scalars as texts or as what they look
    /// like, and with `lists` a scalar as a list of one.
    fn accepts_reading(&self, value: &Value, lists: bool) -> bool {
        let mut readings = vec![
            value.clone(),
            read(value, &as_text),
            read(value, &as_scalar),
        ];
        if lists && !value.is_array() {
            let of_one = readings.iter().map(|one| Value::Array(vec![one.clone()]));
            readings.extend(of_one.collect::<Vec<_>>());
        }
        (readings.iter()).any(|reading| self.validator.accepts(reading))
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

/// Returns what readers of a form may take an object for: a field without a value is not there, one field is a list of one, an
/// object is the text of its JSON, and of several fields of a name some readers take the first or the last. `None` for what a form cannot carry.
fn as_seen_in_a_form(value: &Value) -> Option<Vec<Value>> {
    let members = value.as_object()?;
    if members.values().any(Value::is_null) {
        return None;
    }
    let present = (members.iter())
        .filter(|(_, member)| member.as_array().is_none_or(|items| !items.is_empty()));
    let of_each = |way: &dyn Fn(&Value) -> Value| -> Value {
        let members = present.clone();
        let members = members.map(|(name, member)| (name.clone(), way(member)));
        Value::Object(members.collect())
    };
    let item = |last: bool| {
        move |member: &Value| {
            let items = member.as_array().map_or(&[] as &[Value], Vec::as_slice);
            let item = if last { items.last() } else { items.first() };
            item.unwrap_or(member).clone()
        }
    };
    let list = |member: &Value| match member {
        Value::Array(_) => member.clone(),
        one => Value::Array(vec![one.clone()]),
    };
    let text = |member: &Value| match member {
        Value::Object(_) => Value::String(member.to_string()),
        other => other.clone(),
    };
    let whole = of_each(&Value::clone);
    let with_a_list = present.clone().map(|(name, member)| {
        let mut seen = whole.clone();
        seen[name.as_str()] = list(member);
        seen
    });
    let with_lists: Vec<Value> = with_a_list.collect();
    let mut seen = vec![
        of_each(&text),
        of_each(&item(false)),
        of_each(&item(true)),
        of_each(&list),
        whole,
    ];
    seen.extend(with_lists);
    Some(seen)
}

/// Returns whether a value is a list or an object that a parameter can be sent with: an empty one is not written at all.
fn composed(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(|item| scalar(item).is_some()),
        Value::Object(members) => {
            !members.is_empty() && members.values().all(|member| scalar(member).is_some())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Returns whether every reader sees that a value is not what it expects: the members of an object that is written one by one are
/// parameters of their own.
fn is_plain(writing: &Writing, value: &Value) -> bool {
    let is_exploded = matches!(writing, Writing::Style { explode: true, .. });
    !(is_exploded && (value.is_array() || value.is_object()))
}

/// Returns a value with its scalars taken in another way.
fn read(value: &Value, way: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| read(item, way)).collect(),
        Value::Object(members) => (members.iter())
            .map(|(name, member)| (name.clone(), read(member, way)))
            .collect(),
        scalar => way(scalar),
    }
}

/// Takes a scalar as a text.
fn as_text(value: &Value) -> Value {
    scalar(value).map_or_else(|| value.clone(), Value::String)
}

/// Takes a text as the number or the boolean that it looks like.
fn as_scalar(value: &Value) -> Value {
    (value.as_str())
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .filter(is_scalar)
        .unwrap_or_else(|| value.clone())
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::Bool(_))
}

/// Returns whether a text reaches the operation unchanged: routers, proxies and HTTP itself interpret some.
fn sendable(text: &str, location: Location) -> bool {
    let all = |allowed: fn(char) -> bool| text.chars().all(allowed);
    !text.is_empty()
        && text.len() <= TEXT
        && match location {
            Location::Path => {
                all(|c| !c.is_control() && c != '/' && c != '\\') && text != "." && text != ".."
            }
            Location::Query => all(|c| !c.is_control()),
            Location::Header => all(|c| c.is_ascii_graphic() || c == ' ') && text.trim() == text,
            Location::Cookie => all(|c| c.is_ascii_graphic() && !"\",;\\".contains(c)),
        }
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
    use crate::case::sample::Location;
    use crate::resources::inputs::Parameter;
    use crate::resources::writing::Writing;

    fn texts(schema: &Value, location: Location, declared: &Value) -> Vec<(Value, bool)> {
        let parameter = Parameter {
            below: String::new(),
            place: String::new(),
            location,
            name: "value",
            required: true,
            schema: schema.clone(),
            writing: Writing::of(declared, location).expect("a way to write it"),
        };
        let values = Values::of(schema).expect("a schema");
        values.of_parameter(&parameter)
    }

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
    fn numbers_are_texts_in_a_path() {
        let simple = json!({ "schema": {} });
        let schema = json!({ "type": "integer", "minimum": 1 });
        let of_numbers = texts(&schema, Location::Path, &simple);
        for (text, valid) in [("1", true), ("0", false), ("text", false)] {
            assert!(of_numbers.contains(&(json!(text), valid)), "{of_numbers:?}");
        }
        let of_texts = texts(&json!({ "type": "string" }), Location::Path, &simple);
        assert!(
            of_texts.iter().all(|(_, valid)| *valid),
            "every text is a string: {of_texts:?}"
        );
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
    fn json_in_a_parameter_tells_numbers_from_texts() {
        let content = json!({ "content": { "application/json": {} } });
        let schema = json!({ "type": "integer", "minimum": 1 });
        let values = texts(&schema, Location::Query, &content);
        assert!(values.contains(&(json!(1), true)), "{values:?}");
        assert!(values.contains(&(json!(0), false)), "{values:?}");
        let is_text = |(value, valid): &(Value, bool)| *valid && value.is_string();
        assert!(!values.iter().any(is_text), "{values:?}");
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
        let members = Values::of(&schema).expect("a schema").bounded_members();
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
    fn a_text_is_a_list_of_one_and_lists_are_written_in_their_style() {
        let schema =
            json!({ "type": "array", "items": { "type": "integer", "minimum": 1 }, "maxItems": 2 });
        let joined = json!({ "schema": {}, "explode": false });
        let values = texts(&schema, Location::Query, &joined);
        let has = |value: Value, valid: bool| values.contains(&(value, valid));
        assert!(!has(json!("1"), false), "{values:?}");
        assert!(
            values
                .iter()
                .any(|(value, valid)| *valid && value.is_array()),
            "{values:?}"
        );
        let too_many = |(value, valid): &(Value, bool)| {
            !valid && value.as_array().is_some_and(|items| items.len() == 3)
        };
        assert!(values.iter().any(too_many), "{values:?}");
        assert!(
            values
                .iter()
                .any(|(value, valid)| !valid && value.is_string()),
            "{values:?}"
        );
    }

    #[test]
    fn a_form_is_invalid_only_where_every_reader_sees_it() {
        let schema = json!({
            "type": "object",
            "required": ["scope"],
            "properties": {
                "scope": { "enum": ["read"] },
                "ttl": { "type": "integer", "minimum": 60 },
                "names": { "type": "array", "items": { "type": "string" } },
            },
            "additionalProperties": false,
        });
        let forms = Values::of(&schema).expect("a schema").forms();
        let invalid: Vec<&Value> = forms
            .iter()
            .filter(|(_, valid)| !valid)
            .map(|(value, _)| value)
            .collect();
        assert!(
            invalid.iter().any(|value| value["ttl"] == 59),
            "{invalid:?}"
        );
        assert!(
            !invalid.iter().any(|value| value["ttl"] == json!([])),
            "an empty list is not sent: {invalid:?}"
        );
        assert!(
            !invalid.iter().any(|value| value["names"].is_string()),
            "one field is a list of one: {invalid:?}"
        );
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
