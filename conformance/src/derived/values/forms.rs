//! Values of forms, whose readers take fields in different ways.

use serde_json::Value;

use super::Values;
use super::parameters::READINGS;

impl Values<'_> {
    /// Returns values of a form, smallest first, each with whether the schema accepts it. Only what a reader rejects however it
    /// takes the texts of the fields, as texts or as numbers, is invalid; what one of them accepts is left out, and what cannot be
    /// written. `files` are the members that are files, whose bytes may be anything.
    pub(in crate::derived) fn forms(
        &self,
        is_written: impl Fn(&Value) -> bool,
        files: &[String],
    ) -> Vec<(Value, bool)> {
        let mut bodies = self.bodies();
        let all = bodies.len();
        bodies.retain(|(value, valid)| {
            let seen = self.as_seen_in_a_form(&with_bytes(value, files));
            let Some(seen) = seen.filter(|_| is_written(value)) else {
                return false;
            };
            *valid || !(seen.iter()).any(|seen| self.accepts_reading(seen, false, &READINGS))
        });
        self.found.update(|found| found - (all - bodies.len()));
        bodies
    }

    /// Returns what readers of a form may take an object for: a field without a value is not there, one field is a list of one, an
    /// object is the text of its JSON, and of several fields of a name some readers take the first or the last. `None` for what a form cannot carry.
    fn as_seen_in_a_form(&self, value: &Value) -> Option<Vec<Value>> {
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
        let text = |member: &Value| match member {
            Value::Object(_) => Value::String(member.to_string()),
            other => other.clone(),
        };
        let list = |member: &Value| match member {
            Value::Array(_) => member.clone(),
            one => Value::Array(vec![text(one)]),
        };
        let (first, last) = (item(false), item(true));
        let ways: [&dyn Fn(&Value) -> Value; 4] = [&text, &first, &last, &list];
        let whole = of_each(&Value::clone);
        let mut seen: Vec<Value> = ways.iter().map(|way| of_each(*way)).collect();
        for way in ways {
            seen.extend(self.with_one_member(&whole, way));
        }
        seen.push(whole);
        Some(seen)
    }
}

/// Returns a form with texts for its files.
fn with_bytes(value: &Value, files: &[String]) -> Value {
    let text = |one: &Value| match one {
        Value::Null | Value::String(_) => one.clone(),
        other => Value::String(other.to_string()),
    };
    let mut seen = value.clone();
    for (_, member) in
        (seen.as_object_mut().into_iter().flatten()).filter(|(name, _)| files.contains(name))
    {
        *member = match &*member {
            Value::Array(items) => items.iter().map(text).collect(),
            one => text(one),
        };
    }
    seen
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Values;

    #[test]
    fn a_field_may_be_a_text_beside_numbers() {
        let schema = json!({
            "type": "object",
            "required": ["name", "size", "tags"],
            "properties": {
                "name": { "type": "string", "minLength": 2 },
                "size": { "type": "integer" },
                "tags": { "type": "array", "items": { "type": "integer" }, "minItems": 1 },
            },
        });
        let forms = Values::of(&schema).expect("a schema").forms(|_| true, &[]);
        let invalid = || forms.iter().filter(|(_, valid)| !valid);
        let of_name = |value: &Value| invalid().any(|(form, _)| form["name"] == *value);
        assert!(!of_name(&json!(0.5)) && !of_name(&json!(true)), "{forms:?}");
        assert!(of_name(&json!("a")), "{forms:?}");
        let is_one = |(form, _): &&(Value, bool)| form["tags"] == 0;
        assert!(
            !invalid().any(|form| is_one(&form)),
            "one field is a list of one: {forms:?}"
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
        let forms = Values::of(&schema).expect("a schema").forms(|_| true, &[]);
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
        let is_one = |value: &&Value| value["names"].is_string() || value["names"].is_object();
        assert!(
            !invalid.iter().any(is_one),
            "one field is a list of one: {invalid:?}"
        );
    }
}
