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

/// Counts within counts multiply, those that follow one another add up: what matters is how long the
/// pattern is when all that it counts is written out.
fn counts_too_far(pattern: &str) -> bool {
    pattern.contains('{') && written_out(pattern) > HIGHEST
}

/// How many characters and classes a pattern is made of when what it counts is written out.
fn written_out(pattern: &str) -> usize {
    // For each group that is open, the whole before its last part, and that part.
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
                if let Some((count, after)) = counted(rest.as_str()) {
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
                // A class, up to the bracket that ends it, is one part.
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

/// The highest number of a count whose brace has been read, and what follows it; `None` where the brace
/// begins none.
fn counted(rest: &str) -> Option<(usize, &str)> {
    let (count, after) = rest.split_once('}')?;
    let highest = count.rsplit(',').find(|number| !number.is_empty())?;
    let all_digits = count
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',');
    all_digits.then(|| (highest.parse().unwrap_or(usize::MAX), after))
}

#[cfg(test)]
mod tests {
    use super::counts_too_far;

    #[test]
    fn counts_within_counts_multiply_and_others_add_up() {
        for pattern in [
            "a{99999}",
            "(a{100}){100}",
            "^a{1,9999999999999999999999}$",
            "a{6000,}",
            "((a{100}b){10}c){10}",
            "a{3000}b{3000}",
            r"[\]{]{6000}",
        ] {
            assert!(counts_too_far(pattern), "{pattern}");
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
            assert!(!counts_too_far(pattern), "{pattern}");
        }
    }
}
