//! The check for patterns that are too large to run: `a{99999}` becomes an automaton of as many states, and to
//! match long strings takes minutes.

use serde_json::Value;

/// The largest pattern that is run, in characters and classes with all repetitions written out.
const LARGEST: usize = 5_000;

/// Returns whether any pattern in the schema is too large to run.
pub(super) fn is_too_large(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => object
            .iter()
            .any(|(key, value)| match (key.as_str(), value) {
                ("pattern", Value::String(pattern)) => is_too_large_pattern(pattern),
                ("patternProperties", Value::Object(members)) => {
                    members.keys().any(|pattern| is_too_large_pattern(pattern))
                        || members.values().any(is_too_large)
                }
                _ => is_too_large(value),
            }),
        Value::Array(items) => items.iter().any(is_too_large),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn is_too_large_pattern(pattern: &str) -> bool {
    pattern.contains('{') && expanded_size(pattern) > LARGEST
}

/// Returns the number of characters and classes of a pattern with all repetitions written out: nested
/// repetitions multiply, consecutive ones add up.
fn expanded_size(pattern: &str) -> usize {
    // The size of each open group: of all its parts but the last, and of the last.
    let mut open = vec![(0_usize, 0_usize)];
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        let part = match character {
            '(' => {
                open.push((0, 0));
                continue;
            }
            ')' if open.len() > 1 => open
                .pop()
                .map_or(1, |(before, last)| before.saturating_add(last)),
            '{' => {
                if let Some((count, after)) = repetition(rest.as_str()) {
                    if let Some((_, last)) = open.last_mut() {
                        *last = last.saturating_mul(count);
                    }
                    rest = after.chars();
                    continue;
                }
                1
            }
            '\\' => {
                rest.next();
                1
            }
            '[' => {
                // A class counts as one.
                while let Some(inside) = rest.next() {
                    match inside {
                        '\\' => {
                            rest.next();
                        }
                        ']' => break,
                        _ => {}
                    }
                }
                1
            }
            _ => 1,
        };
        if let Some((before, last)) = open.last_mut() {
            *before = before.saturating_add(*last);
            *last = part;
        }
    }
    (open.into_iter()).fold(0, |whole, (before, last)| {
        whole.saturating_add(before).saturating_add(last)
    })
}

/// Returns the highest number of a repetition, and the text after it; `None` where the brace, which has been
/// read, does not begin one.
fn repetition(rest: &str) -> Option<(usize, &str)> {
    let (count, after) = rest.split_once('}')?;
    let highest = count.rsplit(',').find(|number| !number.is_empty())?;
    let all_digits = count
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',');
    all_digits.then(|| (highest.parse().unwrap_or(usize::MAX), after))
}

#[cfg(test)]
mod tests {
    use super::is_too_large_pattern;

    #[test]
    fn nested_repetitions_multiply_and_consecutive_ones_add_up() {
        for pattern in [
            "a{99999}",
            "(a{100}){100}",
            "^a{1,9999999999999999999999}$",
            "a{6000,}",
            "((a{100}b){10}c){10}",
            "a{3000}b{3000}",
            r"[\]{]{6000}",
        ] {
            assert!(is_too_large_pattern(pattern), "{pattern}");
        }
        for pattern in [
            "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
            "[{9999}]",
            r"a\{9999}",
            r"\p{L}{40}",
            "{",
            "a{x}",
            "a{0,4096}",
        ] {
            assert!(!is_too_large_pattern(pattern), "{pattern}");
        }
    }
}
