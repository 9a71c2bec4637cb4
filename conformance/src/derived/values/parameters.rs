//! Values of parameters, which are texts to those who read them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use openapi::parameter_style::scalar;
use openapi::pointer::tokens;
use openapi::sample;
use serde_json::Value;

use super::{DEPTH, Values};
use crate::case::sample::Location;
use crate::derived::violations::{Violation, smallest_first, violations};
use crate::resources::inputs::Parameter;
use crate::resources::writing::Writing;

/// The longest text of a parameter, in bytes: every server accepts this length.
const TEXT: usize = 1024;

/// A way to take a scalar.
pub(super) type Way = fn(&Value) -> Value;

/// The ways in which readers take the scalars of a text: what all of them do, and last what some do.
pub(super) const READINGS: [Way; 3] = [as_text, as_scalar, as_flag];

impl Values<'_> {
    /// Returns values for a parameter, each with whether the schema accepts it as it is written: texts, and where its style
    /// allows them lists and objects.
    pub(in crate::derived) fn of_parameter(&self, parameter: &Parameter<'_>) -> Vec<(Value, bool)> {
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
            let is_accepted = |ways: &[Way]| match is_json {
                true => self.validator.accepts(&value),
                false => self.accepts_reading(&value, lists, ways),
            };
            match is_accepted(&READINGS) {
                true if !is_accepted(&READINGS[..2]) => {}
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
    /// like, also in one member alone, and with `lists` a scalar as a list of one.
    pub(super) fn accepts_reading(&self, value: &Value, lists: bool, ways: &[Way]) -> bool {
        let mut readings = vec![value.clone()];
        for way in ways {
            readings.push(read(value, way));
            readings.extend(self.with_one_member(value, &|one| read(one, way)));
        }
        if lists && !value.is_array() {
            let of_one = readings.iter().map(|one| Value::Array(vec![one.clone()]));
            readings.extend(of_one.collect::<Vec<_>>());
        }
        (readings.iter()).any(|reading| self.validator.accepts(reading))
    }

    /// Returns an object with one member taken in another way, for each member that the schema rejects.
    pub(super) fn with_one_member(
        &self,
        value: &Value,
        way: &dyn Fn(&Value) -> Value,
    ) -> Vec<Value> {
        let problems = match value.is_object() {
            true => self.validator.precise_problems(value),
            false => Vec::new(),
        };
        let wrong = problems
            .iter()
            .filter_map(|one| tokens(&one.pointer).next());
        let wrong: BTreeSet<Cow<'_, str>> = wrong.collect();
        let changed = wrong.iter().filter_map(|name| {
            let mut changed = value.clone();
            let member = changed.get_mut(&**name)?;
            *member = way(member);
            Some(changed)
        });
        changed.collect()
    }
}

/// Returns whether a value is a list or an object that a parameter can be sent with: an empty one is not written at all.
fn composed(value: &Value) -> bool {
    match value {
        // An item without a text is none for some readers.
        Value::Array(items) => {
            let has_text = |item: &Value| scalar(item).is_some_and(|text| !text.is_empty());
            !items.is_empty() && items.iter().all(has_text)
        }
        Value::Object(members) => {
            !members.is_empty() && members.values().all(|member| scalar(member).is_some())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Returns whether every reader sees that a value is not what it expects: the members of an object that a form has one by one are
/// parameters of their own.
fn is_plain(writing: &Writing, value: &Value) -> bool {
    let is_form = |style: &str| matches!(style, "form" | "cookie");
    let is_exploded = matches!(writing, Writing::Style { style, explode: true } if is_form(style));
    !(is_exploded && value.is_object())
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

/// Takes 0 and 1 as the booleans that many readers of texts take them for.
fn as_flag(value: &Value) -> Value {
    match scalar(value).as_deref() {
        Some("0") => Value::Bool(false),
        Some("1") => Value::Bool(true),
        Some(_) | None => value.clone(),
    }
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
    fn numbers_are_texts_in_a_path() {
        let simple = json!({ "schema": {} });
        let schema = json!({ "type": "integer", "minimum": 1 });
        let of_numbers = texts(&schema, Location::Path, &simple);
        for (text, valid) in [("1", true), ("0", false), ("text", false)] {
            assert!(of_numbers.contains(&(json!(text), valid)), "{of_numbers:?}");
        }
        let of_flags = texts(&json!({ "type": "boolean" }), Location::Path, &simple);
        assert!(of_flags.contains(&(json!("text"), false)), "{of_flags:?}");
        // Some readers take it for `false`.
        assert!(of_flags.iter().all(|(text, _)| text != "0"), "{of_flags:?}");
        let of_texts = texts(&json!({ "type": "string" }), Location::Path, &simple);
        assert!(
            of_texts.iter().all(|(_, valid)| *valid),
            "every text is a string: {of_texts:?}"
        );
    }

    #[test]
    fn members_of_an_object_are_texts_beside_numbers() {
        let schema = json!({
            "type": "object",
            "required": ["text", "count"],
            "properties": {
                "text": { "type": "string", "minLength": 2 },
                "count": { "type": "integer", "minimum": 1 },
            },
        });
        for declared in [
            json!({ "schema": {}, "explode": false }),
            json!({ "schema": {}, "style": "deepObject", "explode": true }),
        ] {
            let values = texts(&schema, Location::Query, &declared);
            let is_invalid = |text: Value, count: Value| {
                values.contains(&(json!({ "text": text, "count": count }), false))
            };
            assert!(is_invalid(json!("text"), json!(0)), "{values:?}");
            assert!(!is_invalid(json!(0.5), json!(1)), "a text: {values:?}");
            assert!(!is_invalid(json!(true), json!(1)), "a text: {values:?}");
        }
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
}
