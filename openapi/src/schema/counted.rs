//! Patterns that count further than anybody can: `a{99999}` is a machine of as many states, and to hold
//! long strings against it takes minutes.

use serde_json::Value;

/// The highest count that is still tried.
const HIGHEST: usize = 5_000;

/// Whether a pattern anywhere in the schema counts too far to be tried.
pub(super) fn too_far(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => object
            .iter()
            .any(|(key, value)| match (key.as_str(), value) {
                ("pattern", Value::String(pattern)) => counts_too_far(pattern),
                ("patternProperties", Value::Object(members)) => {
                    members.keys().any(|pattern| counts_too_far(pattern))
                        || members.values().any(too_far)
                }
                _ => too_far(value),
            }),
        Value::Array(items) => items.iter().any(too_far),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Counts within counts multiply, so that all of a pattern's together are what matters.
fn counts_too_far(pattern: &str) -> bool {
    let counts = pattern.split('{').skip(1).filter_map(|rest| {
        let count = rest.split_once('}')?.0;
        let highest = count.rsplit(',').find(|number| !number.is_empty())?;
        let all_digits = count
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b',');
        all_digits.then(|| highest.parse().unwrap_or(usize::MAX))
    });
    counts.fold(1, usize::saturating_mul) > HIGHEST
}

#[cfg(test)]
mod tests {
    use super::counts_too_far;

    #[test]
    fn counts_within_counts_multiply() {
        for pattern in [
            "a{99999}",
            "(a{100}){100}",
            "^a{1,9999999999999999999999}$",
            "a{6000,}",
        ] {
            assert!(counts_too_far(pattern), "{pattern}");
        }
        for pattern in [
            "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}$",
            "{",
            "a{x}",
            "a{0,4096}",
        ] {
            assert!(!counts_too_far(pattern), "{pattern}");
        }
    }
}
