//! Ids of derived cases, made from what each case is about, so that a new value in a contract renames no other case.

use std::collections::BTreeSet;

use openapi::Operation;
use serde_json::Value;

use crate::contract::Contract;

/// The most characters of a value that go into an id.
const LENGTH: usize = 24;

/// The ids of a contract's cases.
pub(super) struct Names {
    operations: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Names the operations of a contract: by method and last literal part of the path, or by the whole path where
    /// that is ambiguous.
    pub(super) fn of(contract: &Contract) -> Names {
        let named = |name: fn(&Operation) -> String| -> Vec<String> {
            let operations = contract.operations().iter();
            operations
                .map(|documented| name(&documented.operation))
                .collect()
        };
        let long = named(|operation| words(&format!("{} {}", operation.method, operation.path)));
        let short = named(|operation| {
            let mut parts = operation.path.split('/');
            let literal = parts.rfind(|part| !part.contains('{'));
            words(&format!(
                "{} {}",
                operation.method,
                literal.unwrap_or_default()
            ))
        });
        let is_unique = |name: &String| short.iter().filter(|other| *other == name).count() == 1;
        let operations = (short.iter().zip(long)).map(|(short, long)| {
            if is_unique(short) {
                short.clone()
            } else {
                long
            }
        });
        Names {
            operations: operations.collect(),
            taken: BTreeSet::new(),
        }
    }

    /// Builds an id that no other case has: `generated.<operation>.<part>.<what>`.
    pub(super) fn id(&mut self, operation: usize, part: &str, what: &str) -> String {
        let mut id = format!(
            "generated.{}.{}.{what}",
            self.operations[operation],
            words(part)
        );
        while !self.taken.insert(id.clone()) {
            // Two parts have the same name, such as a path parameter and a query parameter.
            id.push('_');
        }
        id
    }
}

/// Names a case about a value: `valid_reason_null`, or with a digest where words do not identify the value.
pub(super) fn of_value(value: &Value, valid: bool) -> String {
    let validity = if valid { "valid" } else { "invalid" };
    if let Some(name) = in_words(value).filter(|name| name.len() <= LENGTH) {
        return format!("{validity}_{name}");
    }
    let text = value.to_string();
    let hash = &openapi::sha256_hex(&text)[..6];
    let start: String = words(&text).chars().take(LENGTH / 2).collect();
    match start.trim_end_matches('_') {
        "" => format!("{validity}_{hash}"),
        start => format!("{validity}_{start}_{hash}"),
    }
}

/// Writes a value in words, if no other value has the same words.
fn in_words(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        Value::String(text) if text.is_empty() => Some("empty_text".to_owned()),
        Value::String(text) => {
            let word = text.bytes().all(|byte| byte.is_ascii_lowercase());
            let other = ["null", "true", "false"].contains(&text.as_str());
            (word && !other).then(|| text.clone())
        }
        Value::Array(items) => items.is_empty().then(|| "empty_list".to_owned()),
        Value::Object(members) => {
            let mut members = members.iter();
            match (members.next(), members.next()) {
                (None, _) => Some("empty_object".to_owned()),
                (Some((name, value)), None) if words(name) == *name => {
                    Some(format!("{name}_{}", in_words(value)?))
                }
                (Some(_), _) => None,
            }
        }
    }
}

/// Writes a text in lower case, with single underscores for everything but letters and digits.
fn words(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of_value;

    #[test]
    fn values_have_names_that_stay_and_differ() {
        assert_eq!(
            of_value(&json!({ "reason": null }), true),
            "valid_reason_null"
        );
        assert_eq!(of_value(&json!([]), false), "invalid_empty_list");
        assert_eq!(of_value(&json!({}), true), "valid_empty_object");
        assert_eq!(of_value(&json!(7), false), "invalid_7");
        assert_eq!(
            of_value(&json!({ "reason": {} }), false),
            "invalid_reason_empty_object"
        );
        assert_ne!(of_value(&json!(-7), false), of_value(&json!(7), false));
        assert_ne!(of_value(&json!("7"), false), of_value(&json!(7), false));
        assert_ne!(of_value(&json!("null"), true), of_value(&json!(null), true));
        assert_ne!(of_value(&json!("é"), true), of_value(&json!("è"), true));
    }
}
