//! What may be shown of a value that a client sent.
//!
//! Answers echo the client's own value where a validation error needs it, and logs name what a client claims to be. Neither
//! may become the place where a credential that was put into the wrong field gets copied to.

use serde_json::{Map, Value};

/// What stands in the place of something that looks like a credential.
const REDACTED: &str = "[redacted]";

/// The most characters of one string that are shown.
const MAX_CHARACTERS: usize = 64;

/// The most members of an object and the most elements of an array that are shown.
const MAX_MEMBERS: usize = 8;

/// The most levels of nesting that are shown.
const MAX_DEPTH: usize = 3;

/// A short form of `text` that is safe to show: cut to 64 characters, and replaced as a whole when it looks like it holds a
/// token of this service or any JWT.
pub(crate) fn text(text: &str) -> String {
    if holds_credential(text) {
        return REDACTED.to_owned();
    }
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A short form of a JSON value that is safe to show: every string in it as by [`text`], at most eight members of each
/// container, at most three levels deep.
pub(crate) fn value(value: &Value) -> Value {
    nested(value, 0)
}

fn nested(value: &Value, depth: usize) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(string) => Value::String(text(string)),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => Value::String("…".to_owned()),
        Value::Array(elements) => Value::Array(
            elements
                .iter()
                .take(MAX_MEMBERS)
                .map(|element| nested(element, depth + 1))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .take(MAX_MEMBERS)
                .map(|(name, member)| (text(name), nested(member, depth + 1)))
                .collect::<Map<_, _>>(),
        ),
    }
}

/// Whether a text holds our token prefix, the beginning of any JWT's header (`{"` in base64url), or an HTTP
/// authentication scheme with its credential.
pub(crate) fn holds_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("dz_") || text.contains("eyJ") || lower.contains("bearer ")
}
