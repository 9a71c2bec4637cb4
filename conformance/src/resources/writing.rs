//! Values as parameters and bodies carry them (OpenAPI 3.1, sections 4.8.12.2 to 4.8.12.4, 4.8.14 and 4.8.15).

use openapi::media_type::MediaType;
use openapi::parameter_style::{default_style, encoded, explodes_by_default, in_style, scalar};
use serde_json::{Map, Value};

use crate::case::sample::Location;
use crate::percent::percent_encoded;

/// The boundary between the parts of a form. The parts are the suite's own, and none has it.
const BOUNDARY: &str = "conformance-7f3a9c51d2e84b60";

/// How a parameter is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Writing {
    Style {
        style: String,
        explode: bool,
    },
    /// In this media type.
    Content(String),
}

impl Writing {
    /// Reads how a declared parameter is written. `None` for one that has neither a schema nor one media type.
    pub(crate) fn of(parameter: &Value, location: Location) -> Option<Writing> {
        if let Some(content) = parameter.get("content") {
            let (media_type, _) = content.as_object()?.iter().next()?;
            return Some(Writing::Content(media_type.clone()));
        }
        parameter.get("schema")?;
        Some(Writing::in_style(parameter, location.name()))
    }

    /// Returns how a parameter is written that the contract does not declare.
    pub(crate) fn plain(location: Location) -> Writing {
        Writing::in_style(&Value::Null, location.name())
    }

    fn in_style(holder: &Value, place: &str) -> Writing {
        let style = holder["style"].as_str().unwrap_or(default_style(place));
        let explode = holder["explode"].as_bool();
        Writing::Style {
            explode: explode.unwrap_or(explodes_by_default(style)),
            style: style.to_owned(),
        }
    }

    /// Writes a value: as `name=value` pairs in a query or a cookie, elsewhere as the text alone. `None` for what cannot be
    /// written.
    pub(crate) fn text(&self, value: &Value, location: Location, name: &str) -> Option<String> {
        let place = location.name();
        let name = match location {
            Location::Query => percent_encoded(name),
            Location::Path | Location::Header | Location::Cookie => name.to_owned(),
        };
        match self {
            Writing::Style { style, explode } => in_style(value, (style, *explode), place, &name),
            Writing::Content(_) => {
                let text = if self.is_json() {
                    value.to_string()
                } else {
                    scalar(value)?
                };
                let text = encoded(&text, place, "");
                Some(match location {
                    Location::Query | Location::Cookie => format!("{name}={text}"),
                    Location::Path | Location::Header => text,
                })
            }
        }
    }

    /// Returns whether values are written as JSON.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self, Writing::Content(media_type) if MediaType::of(media_type).is_json())
    }

    /// Returns whether a text, written alone, could also be a list with it as the only item.
    pub(crate) fn writes_lists_of_one_as_scalars(&self) -> bool {
        matches!(self, Writing::Style { style, .. } if style != "deepObject")
    }
}

/// How bodies of a media type are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    /// `application/x-www-form-urlencoded`.
    Fields,
    /// `multipart/form-data` (RFC 7578).
    Parts,
    /// A text or bytes, which a JSON text stands for.
    Plain,
}

impl Form {
    /// Returns the form of a media type.
    pub(crate) fn of(media_type: &MediaType) -> Form {
        match media_type.essence().as_str() {
            "application/x-www-form-urlencoded" => Form::Fields,
            "multipart/form-data" => Form::Parts,
            _ if media_type.is_json() => Form::Json,
            _ => Form::Plain,
        }
    }
}

/// Writes a body. Returns the value of `Content-Type` and the bytes; `None` for a value that the media type cannot carry.
/// `encodings` says how the fields of a form are written; `files` which of them are files.
pub(crate) fn body(
    media_type: &str,
    value: &Value,
    encodings: &Value,
    files: &[String],
) -> Option<(String, Vec<u8>)> {
    let same = |text: String| Some((media_type.to_owned(), text.into_bytes()));
    match Form::of(&MediaType::of(media_type)) {
        Form::Json => same(value.to_string()),
        Form::Plain => same(scalar(value)?),
        Form::Fields => same(fields(value.as_object()?, encodings)?),
        Form::Parts => {
            let bytes = parts(value.as_object()?, encodings, files)?;
            Some((format!("{media_type}; boundary={BOUNDARY}"), bytes))
        }
    }
}

/// Writes the fields of a form. A list is repeated, and an object is JSON, unless the encoding has a style (OpenAPI 3.1,
/// section 4.8.15).
fn fields(members: &Map<String, Value>, encodings: &Value) -> Option<String> {
    let mut pairs = Vec::new();
    for (name, value) in members {
        let encoding = &encodings[name.as_str()];
        let has_style = encoding.get("style").is_some() || encoding.get("explode").is_some();
        let key = percent_encoded(name);
        let writing = Writing::in_style(encoding, "form");
        match (value, &writing) {
            (Value::Array(items), _) if items.is_empty() => {}
            (Value::Object(_), _) if !has_style => {
                pairs.push(format!("{key}={}", percent_encoded(&value.to_string())));
            }
            (value, Writing::Style { style, explode }) => {
                pairs.push(in_style(value, (style, *explode), "form", &key)?);
            }
            (_, Writing::Content(_)) => return None,
        }
    }
    Some(pairs.join("&"))
}

/// Writes the parts of a multipart form: a part for each item of a list, JSON for an object, and a file name for bytes.
fn parts(members: &Map<String, Value>, encodings: &Value, files: &[String]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, value) in members {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        let is_file = files.contains(name);
        let named = encodings[name.as_str()]["contentType"].as_str();
        // An encoding may list several, or a range.
        let named = named.and_then(|types| types.split(',').map(str::trim).next());
        let named = named.filter(|media_type| !media_type.contains('*'));
        for item in items {
            let (text, usual) = match item {
                Value::Object(_) | Value::Array(_) => (item.to_string(), Some("application/json")),
                item => (scalar(item)?, is_file.then_some("application/octet-stream")),
            };
            let name = name.replace('"', "%22").replace(['\r', '\n'], "");
            let file = if is_file {
                "; filename=\"conformance.bin\""
            } else {
                ""
            };
            bytes.extend(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n"
                )
                .bytes(),
            );
            if let Some(media_type) = named.or(usual) {
                bytes.extend(format!("Content-Type: {media_type}\r\n").bytes());
            }
            bytes.extend(format!("\r\n{text}\r\n").bytes());
        }
    }
    bytes.extend(format!("--{BOUNDARY}--\r\n").bytes());
    Some(bytes)
}
