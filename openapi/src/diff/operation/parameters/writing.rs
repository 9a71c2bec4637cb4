//! Values as the texts that a request or a response contains: in a style (OpenAPI 3.1 section 4.8.12.3, which refers
//! to RFC 6570), or in the media type of `content`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::diff::message::{Message, message};
use crate::media_type::MediaType;

/// How a value is written; what is absent has its default.
#[derive(PartialEq, Eq)]
pub(super) enum Writing<'a> {
    Style {
        style: &'a str,
        /// Whether the parts of a value are written one by one rather than joined; `None` where that makes no
        /// difference.
        explode: Option<bool>,
    },
    /// In the one media type of `content`.
    Content(&'a str),
}

impl Writing<'_> {
    pub(super) fn name(&self) -> Message {
        match self {
            Self::Style { style, explode } => match explode {
                Some(true) => message!("{}, explode true", *style),
                Some(false) => message!("{}, explode false", *style),
                None => message!("{}", *style),
            },
            Self::Content(media_type) => message!("`{}`", *media_type),
        }
    }

    /// Returns the value as the text of the parameter or header `name`; `None` for what cannot be written this way.
    pub(super) fn text(&self, value: &Value, place: &str, name: &str) -> Option<String> {
        match self {
            Self::Style { style, explode } => {
                let explode = explode.unwrap_or_default();
                in_style(value, (style, explode), place, name)
            }
            Self::Content(media_type) => {
                let media_type = MediaType::of(media_type);
                let text = if media_type.is_json() {
                    value.to_string()
                } else if media_type.essence() == "text/plain" {
                    scalar(value)?
                } else {
                    return None;
                };
                let text = encoded(&text, place, "");
                Some(match place {
                    "query" | "cookie" | "form" => format!("{name}={text}"),
                    _ => text,
                })
            }
        }
    }

    /// Returns whether every value of these types is written as the style of its place writes a scalar: a number is
    /// the same text in JSON.
    pub(super) fn is_plain_for(&self, types: &[&str], place: &str) -> bool {
        let allowed: &[&str] = match self {
            Self::Style { style, .. } if *style == default_style(place) => SCALARS,
            Self::Style { .. } => &[],
            Self::Content(media_type) => {
                let media_type = MediaType::of(media_type);
                match media_type.essence().as_str() {
                    "text/plain" => SCALARS,
                    _ if media_type.is_json() => &SCALARS[1..],
                    _ => &[],
                }
            }
        };
        !types.is_empty() && types.iter().all(|kind| allowed.contains(kind))
    }
}

const SCALARS: &[&str] = &["string", "integer", "number", "boolean"];

/// Returns the style of a parameter or header that names none.
pub(super) fn default_style(place: &str) -> &'static str {
    match place {
        "query" | "cookie" | "form" => "form",
        _ => "simple",
    }
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

fn in_style(
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

/// Returns the text of a value that is written as one.
fn scalar(value: &Value) -> Option<String> {
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
fn encoded(text: &str, place: &str, style: &str) -> String {
    match (place, style) {
        ("header", _) | (_, "cookie") => text.to_owned(),
        _ => utf8_percent_encode(text, RESERVED).to_string(),
    }
}
