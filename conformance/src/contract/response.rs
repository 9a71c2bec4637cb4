//! A documented response: its media types and headers, and what is wrong with an answer that should be one.

use std::sync::Arc;

use openapi::media_type::MediaType;
use openapi::{Document, pointer};
use reqwest::Url;
use serde_json::Value;

use super::events::EventSchema;
use super::schema::{AnswerSchema, Schemas};
use super::twice::repetition;

/// The media type that every answer of the revoke operation has.
pub(crate) const JSON: &str = "application/json";

/// A response as the contract documents it.
#[derive(Debug)]
pub(super) struct DocumentedResponse {
    pub(super) content: Vec<Content>,
    pub(super) headers: Vec<DocumentedHeader>,
}

/// A media type or range of a response, with what its bodies are.
#[derive(Debug)]
pub(crate) struct Content {
    /// The key in the document, in lower case.
    pub(super) name: String,
    media_type: MediaType,
    schema: Option<Arc<AnswerSchema>>,
    /// Whether the schema is one of more than a text or bytes.
    is_structured: bool,
    /// Of a stream of events: the schema of each (OpenAPI 3.2, section 4.14.4).
    event: Option<EventSchema>,
    /// The example, which is used where there is no schema.
    example: Option<Value>,
}

/// A header of a response.
#[derive(Debug)]
pub(super) struct DocumentedHeader {
    name: String,
    required: bool,
    schema: Option<Arc<AnswerSchema>>,
    /// Whether the value is JSON, as `content` says.
    is_json: bool,
    /// Whether it says where a redirect leads, which is the point of one.
    is_destination: bool,
}

impl DocumentedResponse {
    /// Reads the response of a status, which is at a place in the document.
    pub(super) fn read(
        document: &Document,
        (status, place): (&str, &str),
        schemas: &mut Schemas<'_>,
    ) -> DocumentedResponse {
        let keys = |key: &str| {
            let object = document.at(&pointer::join(place, key));
            let object = object.and_then(Value::as_object);
            let keys = object.into_iter().flat_map(serde_json::Map::keys);
            keys.map(|name| (name.clone(), pointer::join_all(place, [key, name.as_str()])))
                .collect::<Vec<_>>()
        };
        let content = keys("content").into_iter().map(|(name, place)| {
            let place = document.follow(&place);
            let schema = document.resolve(&pointer::join(&place, "schema"));
            let is_structured = schema.is_some_and(|schema| {
                schema["type"] != "string" && schema.as_object().is_none_or(|one| !one.is_empty())
            });
            Content {
                is_structured,
                media_type: MediaType::of(&name),
                name: name.to_ascii_lowercase(),
                schema: schemas.at(&pointer::join(&place, "schema")),
                event: EventSchema::read(document, &pointer::join(&place, "itemSchema"), schemas),
                example: document.at(&pointer::join(&place, "example")).cloned(),
            }
        });
        let content = content.collect();
        let headers = keys("headers").into_iter();
        // The media type has a place of its own (OpenAPI 3.1, section 4.8.17).
        let headers = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        let headers = headers.map(|(name, place)| {
            let place = document.follow(&place);
            let json = pointer::join_all(&place, ["content", JSON, "schema"]);
            let in_json = schemas.at(&json);
            let name = name.to_ascii_lowercase();
            let is_destination = status.starts_with('3') && name == "location";
            let is_required = document
                .at(&place)
                .is_some_and(|one| one["required"] == true);
            DocumentedHeader {
                required: is_required || is_destination,
                is_destination,
                name,
                is_json: in_json.is_some(),
                schema: in_json.or_else(|| schemas.at(&pointer::join(&place, "schema"))),
            }
        });
        DocumentedResponse {
            headers: headers.collect(),
            content,
        }
    }

    /// Returns what is documented for a media type: of several keys that fit, the narrowest one (OpenAPI 3.1, section
    /// 4.8.17). A key without parameters is also that of a media type with some.
    pub(super) fn content(&self, given: &MediaType) -> Option<&Content> {
        let fits = |content: &&Content| {
            content.media_type.includes(given)
                || !content.name.contains(';') && content.media_type.essence() == given.essence()
        };
        let fitting = self.content.iter().filter(fits);
        fitting.min_by_key(|content| content.media_type.breadth())
    }

    /// Returns what is documented for JSON.
    pub(super) fn json(&self) -> Option<&Content> {
        self.content(&MediaType::of(JSON))
    }
}

impl Content {
    /// Says that bodies are not compared with the schema, where it could say more than that they are texts or bytes.
    pub(super) fn unjudged(&self) -> Option<String> {
        let name = &self.name;
        let is_text = self.media_type.essence().starts_with("text/") && !self.media_type.is_xml();
        let is_stream = self.media_type.essence() == "text/event-stream";
        let is_judged = self.media_type.is_json()
            || is_text && !is_stream && !self.media_type.is_range()
            || is_stream && self.event.is_some();
        match self.is_structured && !is_judged {
            true if self.media_type.is_range() => Some(format!(
                "answers in {name} are compared with their schema only where they are JSON or text"
            )),
            true => Some(format!(
                "answers in {name} are not compared with their schema"
            )),
            false => None,
        }
    }

    /// Lists what is wrong with a body of a media type. Bodies that are neither JSON nor text are not looked into. An error
    /// says why the schema cannot be used.
    pub(crate) fn problems(&self, given: &MediaType, body: &[u8]) -> Result<Vec<String>, String> {
        if given.is_json() {
            let Ok(value) = serde_json::from_slice::<Value>(body) else {
                return Ok(vec!["the body: not JSON".to_owned()]);
            };
            let problems = self.problems_of_json(&value)?;
            return Ok(repetition(body).into_iter().chain(problems).collect());
        }
        if let (Some(event), "text/event-stream") = (&self.event, given.essence().as_str()) {
            return event.problems(body);
        }
        let is_text = given.essence().starts_with("text/") && !given.is_xml();
        match &self.schema {
            Some(schema) if is_text && given.essence() != "text/event-stream" => {
                match std::str::from_utf8(body) {
                    Ok(text) => schema.problems_of_text(text),
                    Err(_) => Ok(Vec::new()),
                }
            }
            Some(_) | None => Ok(Vec::new()),
        }
    }

    /// Lists what is wrong with a JSON body.
    pub(super) fn problems_of_json(&self, body: &Value) -> Result<Vec<String>, String> {
        match (&self.schema, &self.example) {
            (Some(schema), _) => schema.problems(body),
            // The published slice documents its errors, except 422, by an example alone.
            (None, Some(example)) => Ok(unlike(example, body)),
            (None, None) => Ok(Vec::new()),
        }
    }
}

impl DocumentedHeader {
    /// Lists what is wrong with the values of the header in an answer.
    pub(super) fn problems(
        &self,
        values: impl Fn(&str) -> Vec<String>,
    ) -> Result<Vec<String>, String> {
        let name = &self.name;
        let values = values(name);
        if values.is_empty() {
            let missing = self.required.then(|| format!("{name}: missing"));
            return Ok(missing.into_iter().collect());
        }
        // Several lines are one list (RFC 9110, section 5.3), but those of a cookie.
        let values = match name.as_str() {
            "set-cookie" => values,
            _ => vec![values.join(", ")],
        };
        let mut problems = Vec::new();
        if self.is_destination {
            let wrong = values.iter().filter(|value| !is_reference(value));
            problems.extend(wrong.map(|_| format!("{name}: not a reference to a URI")));
        }
        let Some(schema) = &self.schema else {
            return Ok(problems);
        };
        for value in values {
            let found = match self.is_json {
                true => match serde_json::from_str(&value) {
                    Ok(value) => schema.problems(&value)?,
                    Err(_) => vec!["not JSON".to_owned()],
                },
                false => schema.problems_of_text(&value)?,
            };
            let of_value = |problem: &String| problem.trim_start_matches("the body: ").to_owned();
            problems.extend(
                found
                    .iter()
                    .map(|found| format!("{name}: {}", of_value(found))),
            );
        }
        Ok(problems)
    }
}

/// Returns whether a text is a reference to a URI (RFC 9110, section 10.2.2).
fn is_reference(text: &str) -> bool {
    let base = Url::parse("http://localhost/");
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    !text.is_empty() && is_printable && base.is_ok_and(|base| base.join(text).is_ok())
}

/// Lists the differences between a body and the shape of an example: each member has the same type, and none is empty
/// that is not empty in the example.
fn unlike(example: &Value, body: &Value) -> Vec<String> {
    let Some(members) = example.as_object() else {
        return Vec::new();
    };
    let problems = members.iter().filter_map(|(name, example)| {
        let problem = match (example, &body[name.as_str()]) {
            (Value::String(example), Value::String(text)) => {
                (text.is_empty() && !example.is_empty()).then(|| "empty".to_owned())
            }
            (example, found) => (kind(example) != kind(found))
                .then(|| format!("not {} as in the example", kind(example))),
        };
        problem.map(|problem| format!("{}: {problem}", pointer::join("", name)))
    });
    problems.collect()
}

/// Names the type of a JSON value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
