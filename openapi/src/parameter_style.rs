//! Values as the texts of parameters, headers and form fields, in a style (OpenAPI 3.1 section 4.8.12.3, which refers to
//! RFC 6570).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Returns the style of a parameter, header or form field that names none. `place` is `path`, `query`, `header`, `cookie`,
/// or `form` for a field of a form.
#[must_use]
pub fn default_style(place: &str) -> &'static str {
    match place {
        "query" | "cookie" | "form" => "form",
        _ => "simple",
    }
}

/// Returns whether a style writes the parts of a value one by one where `explode` is absent.
#[must_use]
pub fn explodes_by_default(style: &str) -> bool {
    matches!(style, "form" | "cookie")
}

/// What a style writes around and between the parts of a value.
struct Signs {
    before: &'static str,
    between_exploded: &'static str,
    between_joined: &'static str,
    /// Whether the parameter's name is part of the text.
    named: bool,
}

fn signs(style: &str) -> Option<Signs> {
    let (before, between_exploded, between_joined, named) = match style {
        "form" => ("", "&", ",", true),
        "cookie" => ("", "; ", ",", true),
        "spaceDelimited" => ("", "&", "%20", true),
        "pipeDelimited" => ("", "&", "%7C", true),
        "matrix" => (";", ";", ",", true),
        "label" => (".", ".", ",", false),
        "simple" => ("", ",", ",", false),
        _ => return None,
    };
    Some(Signs {
        before,
        between_exploded,
        between_joined,
        named,
    })
}

/// Returns a value as the text of the parameter, header or form field `name` in a style; `None` for what the style
/// cannot write, such as an object within a list. A text of a query, a cookie or a form contains the name.
#[must_use]
pub fn in_style(
    value: &Value,
    (style, explode): (&str, bool),
    place: &str,
    name: &str,
) -> Option<String> {
    let part = |value: &Value| Some(encoded(&scalar(value)?, place, style));
    let member = |(key, value): (&String, &Value)| Some((encoded(key, place, style), part(value)?));
    if style == "deepObject" {
        let members = value.as_object()?.iter().map(member);
        let members =
            members.map(|member| member.map(|(key, value)| format!("{name}[{key}]={value}")));
        return Some(members.collect::<Option<Vec<_>>>()?.join("&"));
    }
    let signs = signs(style)?;
    let mut named = signs.named;
    let parts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(part).collect::<Option<_>>()?,
        Value::Object(members) => {
            let members: Vec<_> = members.iter().map(member).collect::<Option<_>>()?;
            // The names of the members replace that of the parameter.
            named &= !explode;
            let parts = members.into_iter();
            if explode {
                parts.map(|(key, value)| format!("{key}={value}")).collect()
            } else {
                parts.flat_map(|(key, value)| [key, value]).collect()
            }
        }
        scalar => vec![part(scalar)?],
    };
    let parts = match (named, explode) {
        (true, true) => {
            let parts = parts.iter().map(|part| format!("{name}={part}"));
            parts.collect::<Vec<_>>().join(signs.between_exploded)
        }
        (true, false) => format!("{name}={}", parts.join(signs.between_joined)),
        (false, true) => parts.join(signs.between_exploded),
        (false, false) => parts.join(signs.between_joined),
    };
    Some(format!("{}{parts}", signs.before))
}

/// Returns the text of a value that is written as one: of a text, a number or a boolean.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Everything but the unreserved characters (RFC 3986 section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a text for its place. Headers are not encoded, nor is the style `cookie` (OpenAPI 3.2).
#[must_use]
pub fn encoded(text: &str, place: &str, style: &str) -> String {
    match (place, style) {
        ("header", _) | (_, "cookie") => text.to_owned(),
        _ => utf8_percent_encode(text, RESERVED).to_string(),
    }
}
