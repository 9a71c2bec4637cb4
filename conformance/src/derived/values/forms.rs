//! Values of forms, whose readers take fields in different ways.

use serde_json::Value;

use super::Values;

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
            let seen = as_seen_in_a_form(&with_bytes(value, files));
            let Some(seen) = seen.filter(|_| is_written(value)) else {
                return false;
            };
            *valid || !(seen.iter()).any(|seen| self.accepts_reading(seen, false))
        });
        self.found.update(|found| found - (all - bodies.len()));
        bodies
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Values;

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
        assert!(
            !invalid.iter().any(|value| value["names"].is_string()),
            "one field is a list of one: {invalid:?}"
        );
    }
}
