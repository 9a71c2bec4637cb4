//! Ids of generated cases: made from what they are about, so that another value in a contract renames no other case.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::Contract;

/// The most characters of a value that go into an id.
const LENGTH: usize = 24;

/// Gives each case of a contract an id of its own.
pub(super) struct Names {
    operations: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(contract: &Contract) -> Names {
        let promises = contract.promises().iter();
        let long: Vec<String> = promises
            .map(|promise| {
                words(&format!(
                    "{} {}",
                    promise.operation.method, promise.operation.path
                ))
            })
            .collect();
        let promises = contract.promises().iter();
        let short: Vec<String> = promises
            .map(|promise| {
                let mut parts = promise.operation.path.split('/');
                let literal = parts.rfind(|part| !part.contains('{'));
                let literal = literal.unwrap_or_default();
                words(&format!("{} {literal}", promise.operation.method))
            })
            .collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &short {
            *times.entry(name).or_default() += 1;
        }
        let operations = (short.iter().zip(&long))
            .map(|(short, long)| {
                if times[short.as_str()] == 1 {
                    short
                } else {
                    long
                }
            })
            .cloned();
        Names {
            operations: operations.collect(),
            taken: BTreeSet::new(),
        }
    }

    /// `generated.<operation>.<part>.<what>`.
    pub(super) fn id(&mut self, operation: usize, part: &str, what: &str) -> String {
        let mut id = format!(
            "generated.{}.{}.{what}",
            self.operations[operation],
            words(part)
        );
        while !self.taken.insert(id.clone()) {
            // Two parts of one name in different places, such as a path and a query parameter.
            id.push('_');
        }
        id
    }
}

/// What a case about a value is called: `valid_reason_null`, or with a digest where words do not tell the value.
pub(super) fn of_value(value: &Value, valid: bool) -> String {
    let validity = if valid { "valid" } else { "invalid" };
    if let Some(told) = told(value).filter(|told| told.len() <= LENGTH) {
        return format!("{validity}_{told}");
    }
    let text = value.to_string();
    let hash = &openapi::sha256_hex(&text)[..6];
    let start: String = words(&text).chars().take(LENGTH / 2).collect();
    match start.trim_end_matches('_') {
        "" => format!("{validity}_{hash}"),
        start => format!("{validity}_{start}_{hash}"),
    }
}

/// A value in words, where no other value has the same ones.
fn told(value: &Value) -> Option<String> {
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
                    Some(format!("{name}_{}", told(value)?))
                }
                (Some(_), _) => None,
            }
        }
    }
}

/// A text in lower case, everything but letters and digits as single underscores.
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
