//! JSON values cut to what a reader needs: a witness to the part that decides, two values to where they differ.

use std::fmt::{self, Write};

use serde_json::Value;

use crate::pointer;

/// The most characters of a value that is shown whole.
const WHOLE: usize = 160;

/// The most characters of the part that decides.
const PART: usize = 100;

/// How many keys lead to the part that decides.
const KEYS: usize = 3;

/// The most characters of a member in a line.
const LINE: usize = 80;

/// The most lines of a whole value.
const UNFOLDED: usize = 400;

/// The most lines of one of two values that differ.
const LINES: usize = 16;

/// Returns the value's JSON text; of a long one only the part at `deciding` with the keys that lead to it:
/// `…"license":{"url":null}…`.
pub(crate) fn elided(value: &Value, deciding: Option<&str>) -> String {
    if let Some(whole) = within(value, WHOLE) {
        return whole;
    }
    let tokens: Vec<_> = pointer::tokens(deciding.unwrap_or_default()).collect();
    let mut holders = vec![value];
    for token in &tokens {
        let part = match holders.last() {
            Some(Value::Object(members)) => members.get(token.as_ref()),
            Some(Value::Array(items)) => token.parse().ok().and_then(|n: usize| items.get(n)),
            _ => None,
        };
        let Some(part) = part else { break };
        holders.push(part);
    }
    let mut shown = holders.pop().map(cut).unwrap_or_default();
    let mut keys = 0;
    for (depth, (holder, token)) in holders.into_iter().zip(&tokens).enumerate().rev() {
        let more = if count(holder) > 1 { "…" } else { "" };
        shown = match holder {
            Value::Array(_) => format!("[{more}{shown}{more}]"),
            _ => {
                keys += 1;
                let key = Value::from(token.as_ref());
                if keys == KEYS || (depth == 0 && more == "…") {
                    return format!("…{key}:{shown}…");
                }
                format!("{{{more}{key}:{shown}{more}}}")
            }
        };
    }
    shown
}

/// Returns the lines of a value that [`elided`] cuts; of a huge one, the first.
pub(crate) fn unfolded(value: &Value) -> Option<Vec<String>> {
    if within(value, WHOLE).is_some() {
        return None;
    }
    let text = format!("{value:#}");
    let mut lines: Vec<String> = text.lines().take(UNFOLDED).map(str::to_owned).collect();
    if text.lines().nth(UNFOLDED).is_some() {
        lines.push("…".to_owned());
    }
    Some(lines)
}

fn count(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// A text that takes no more than some characters.
struct Bounded {
    text: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

/// Returns the value's JSON text if it has at most so many characters. Of a longer one no more is written.
fn within(value: &Value, most: usize) -> Option<String> {
    let mut bounded = Bounded {
        text: String::new(),
        room: most,
    };
    write!(bounded, "{value}").is_ok().then_some(bounded.text)
}

/// Returns the beginning of the value's JSON text.
fn cut(value: &Value) -> String {
    let mut bounded = Bounded {
        text: String::new(),
        room: PART,
    };
    match write!(bounded, "{value}") {
        Ok(()) => bounded.text,
        Err(_) => bounded.text + "…",
    }
}

/// Returns the lines of a value that are not the same in `other`, with `…` for the others.
pub(crate) fn differing(value: &Value, other: Option<&Value>) -> Vec<String> {
    let mut lines = Vec::new();
    write_value(&mut lines, 0, "", value, other);
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push("…".to_owned());
    }
    lines
}

fn write_value(
    lines: &mut Vec<String>,
    depth: usize,
    key: &str,
    value: &Value,
    other: Option<&Value>,
) {
    if lines.len() > LINES {
        return;
    }
    let indent = "  ".repeat(depth);
    if let Some(whole) = within(value, LINE) {
        return lines.push(format!("{indent}{key}{whole}"));
    }
    let mut is_left_out = false;
    match value {
        Value::Object(members) => {
            lines.push(format!("{indent}{key}{{"));
            for (name, member) in members {
                let counterpart = other.and_then(|other| other.get(name));
                if counterpart == Some(member) {
                    is_left_out = true;
                    continue;
                }
                let key = format!("{}: ", Value::from(name.as_str()));
                write_value(lines, depth + 1, &key, member, counterpart);
            }
        }
        Value::Array(items) => {
            lines.push(format!("{indent}{key}["));
            let others = other.and_then(Value::as_array);
            for (index, item) in items.iter().enumerate() {
                if others.is_some_and(|others| others.contains(item)) {
                    is_left_out = true;
                    continue;
                }
                let counterpart = others.and_then(|others| others.get(index));
                write_value(lines, depth + 1, "", item, counterpart);
            }
        }
        Value::String(text) => {
            let other = other.and_then(Value::as_str).unwrap_or_default();
            return lines.push(format!("{indent}{key}{}", from_difference(text, other)));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    if is_left_out {
        lines.push(format!("{indent}  …"));
    }
    let end = if value.is_array() { ']' } else { '}' };
    lines.push(format!("{indent}{end}"));
}

/// Returns a long text from a little before where it differs from another.
fn from_difference(text: &str, other: &str) -> String {
    let alike = text.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let start = alike.count().saturating_sub(LINE / 2);
    let mut rest = text.chars().skip(start);
    let shown: String = rest.by_ref().take(2 * LINE).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if rest.next().is_some() { "…" } else { "" };
    Value::from(format!("{before}{shown}{after}")).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{differing, elided};

    #[test]
    fn a_long_value_is_elided_to_the_part_that_decides() {
        let long = "a".repeat(200);
        let value = json!({"data": [{"name": long, "license": {"url": null}}], "page": 1});
        assert_eq!(
            elided(&value, Some("/data/0/license/url")),
            r#"…"data":[{…"license":{"url":null}…}]…"#
        );
        let deeper = json!({"a": {"data": {"license": {"url": null, "name": "x"}}, "b": long}});
        assert_eq!(
            elided(&deeper, Some("/a/data/license/url")),
            r#"…"data":{"license":{…"url":null…}}…"#
        );
        let text = elided(&value, None);
        assert!(text.chars().count() < 160, "{text}");
        assert!(text.ends_with('…'), "{text}");
    }

    #[test]
    fn a_short_value_is_shown_whole() {
        assert_eq!(
            elided(&json!({"url": null}), Some("/url")),
            r#"{"url":null}"#
        );
    }

    #[test]
    fn two_values_are_shown_where_they_differ() {
        let schema = |kind: &str| -> Value {
            json!({"type": "object", "description": "a".repeat(100), "properties": {"id": {"type": kind}}})
        };
        assert_eq!(
            differing(&schema("string"), Some(&schema("integer"))),
            [
                "{",
                r#"  "properties": {"id":{"type":"string"}}"#,
                "  …",
                "}"
            ]
        );
    }
}
