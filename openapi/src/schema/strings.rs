//! Two schemas that differ in what they say of strings only: `pattern`, `minLength`, `maxLength`.

use serde_json::{Map, Value};

use super::pattern::{Inclusion, Strings, inclusion};

/// Keywords that speak of strings alone, in a way that [`Strings`] knows.
const KNOWN: &[&str] = &["pattern", "minLength", "maxLength"];

/// Keywords that hold whatever stands beside them, so that having them only narrows a schema.
const NARROWING: &[&str] = &["enum", "const", "format"];

/// Whether every value of `sender` is one of `receiver`.
///
/// [`Inclusion::Included`] holds of all values. The string of [`Inclusion::Not`] is one that the
/// patterns and lengths tell apart: other keywords may say otherwise of it, so it is a suspect.
pub(super) fn related(sender: &Value, receiver: &Value) -> Inclusion {
    let (Value::Object(sender), Value::Object(receiver)) = (sender, receiver) else {
        return Inclusion::Unknown;
    };
    let has_pattern = |schema: &Map<String, Value>| schema.contains_key("pattern");
    if !(has_pattern(sender) || has_pattern(receiver)) || !admits_strings(sender) {
        return Inclusion::Unknown;
    }
    let (Some(sent), Some(accepted)) = (Strings::of(sender), Strings::of(receiver)) else {
        return Inclusion::Unknown;
    };
    match inclusion(&sent, &accepted) {
        Inclusion::Included if !others_agree(sender, receiver) => Inclusion::Unknown,
        decided => decided,
    }
}

/// Whether `sender` is within `receiver` as far as all the other keywords go.
fn others_agree(sender: &Map<String, Value>, receiver: &Map<String, Value>) -> bool {
    let is_other = |keyword: &String| !KNOWN.contains(&keyword.as_str()) && keyword != "type";
    let kept = receiver
        .iter()
        .filter(|(keyword, _)| is_other(keyword))
        .all(|(keyword, value)| sender.get(keyword) == Some(value));
    let only_narrows = sender
        .keys()
        .filter(|keyword| is_other(keyword) && !receiver.contains_key(*keyword))
        .all(|keyword| NARROWING.contains(&keyword.as_str()));
    kept && only_narrows && types_within(sender, receiver)
}

/// `None` when the schema does not say.
fn types(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(only) => Some(vec![only]),
        Value::Array(types) => types.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn admits_strings(schema: &Map<String, Value>) -> bool {
    types(schema).is_none_or(|types| types.contains(&"string"))
}

fn types_within(sender: &Map<String, Value>, receiver: &Map<String, Value>) -> bool {
    match (types(sender), types(receiver)) {
        (_, None) => !receiver.contains_key("type"),
        (None, Some(_)) => false,
        (Some(sent), Some(accepted)) => sent.iter().all(|kind| {
            accepted.contains(kind) || (*kind == "integer" && accepted.contains(&"number"))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::related;
    use crate::schema::pattern::Inclusion;
    use serde_json::json;

    #[test]
    fn what_stands_beside_the_pattern_decides_with_it() {
        let digits = json!({"type": "string", "pattern": r"^\d+$"});
        for (sender, receiver, expected) in [
            (
                digits.clone(),
                json!({"type": ["string", "null"], "pattern": "^[0-9]"}),
                true,
            ),
            (
                json!({"type": ["string", "null"], "pattern": "^[0-9]"}),
                digits.clone(),
                false,
            ),
            (digits.clone(), json!({"pattern": "^[0-9]"}), true),
            (
                digits.clone(),
                json!({"type": "string", "pattern": "^[0-9]", "format": "date"}),
                false,
            ),
            (
                json!({"type": "string", "pattern": r"^\d+$", "format": "date"}),
                digits.clone(),
                true,
            ),
            // What is declared decides what is undeclared.
            (
                json!({"pattern": "^a", "additionalProperties": false, "properties": {"a": true}}),
                json!({"pattern": "a", "additionalProperties": false}),
                false,
            ),
            (digits.clone(), json!({"type": "string"}), true),
            (json!({"type": "integer", "pattern": "a"}), digits, false),
        ] {
            let related = related(&sender, &receiver);
            assert_eq!(
                related == Inclusion::Included,
                expected,
                "{sender} in {receiver}: {related:?}"
            );
        }
    }
}
