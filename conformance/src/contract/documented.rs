//! The operations of a contract with their documented responses, ready to judge an answer by.

use std::collections::BTreeMap;

use openapi::{Document, Operation, SchemaRef, Validator, pointer};
use serde_json::Value;

use super::security::Security;

/// The media type that every answer of the revoke operation has.
pub(crate) const JSON: &str = "application/json";

/// An operation with its documented responses.
#[derive(Debug)]
pub(crate) struct DocumentedOperation {
    pub(crate) operation: Operation,
    /// What it demands of its callers.
    pub(crate) security: Security,
    /// By the key of the response: `201`, `4XX`, `default`.
    responses: BTreeMap<String, DocumentedResponse>,
}

/// A response as the contract documents it.
#[derive(Debug)]
struct DocumentedResponse {
    media_types: Vec<String>,
    /// The schema of the JSON body, where one is given.
    schema: Option<Validator>,
    /// The example of the JSON body, which is used where there is no schema.
    example: Option<Value>,
}

impl DocumentedOperation {
    /// Reads an operation of a document. An error says which schema cannot be used.
    pub(super) fn read(
        document: &Document,
        operation: Operation,
    ) -> Result<DocumentedOperation, String> {
        let mut responses = BTreeMap::new();
        for status in document.response_statuses(&operation) {
            let declared = pointer::join_all(&operation.pointer, ["responses", &status]);
            let response = DocumentedResponse::read(document, &document.follow(&declared))
                .map_err(|error| format!("{operation}, {status}: {error}"))?;
            responses.insert(status, response);
        }
        Ok(DocumentedOperation {
            security: Security::read(document, &operation),
            operation,
            responses,
        })
    }

    /// Returns the response for a status: by the status itself, by its range, or the default (OpenAPI 3.1, section
    /// 4.8.16).
    fn response(&self, status: u16) -> Option<&DocumentedResponse> {
        let range = format!("{}XX", status / 100);
        (self.responses.get(&status.to_string()))
            .or_else(|| self.responses.get(&range))
            .or_else(|| self.responses.get("default"))
    }

    /// Returns whether the contract documents a status for the operation.
    pub(crate) fn documents(&self, status: u16) -> bool {
        self.response(status).is_some()
    }

    /// Returns whether an answer of a status is a documented success: 2xx; for an operation that documents none, 3xx.
    pub(crate) fn is_success(&self, status: u16) -> bool {
        self.documents(status) && status / 100 == if self.has_success() { 2 } else { 3 }
    }

    /// Lists the documented successes as the contract writes them, separated by commas.
    pub(crate) fn successes(&self) -> String {
        let class = if self.has_success() { '2' } else { '3' };
        let keys = self.responses.keys().map(String::as_str);
        let keys: Vec<&str> = keys.filter(|key| key.starts_with(class)).collect();
        match keys.as_slice() {
            [] => "a success".to_owned(),
            keys => keys.join(" or "),
        }
    }

    /// Returns whether the contract documents a 2xx, if only by the default.
    fn has_success(&self) -> bool {
        let mut keys = self.responses.keys();
        keys.any(|key| key.starts_with('2') || key == "default")
    }

    /// Lists the statuses as the contract writes them, separated by commas.
    pub(crate) fn statuses(&self) -> String {
        let keys: Vec<&str> = self.responses.keys().map(String::as_str).collect();
        keys.join(", ")
    }

    /// Returns the value of `accept`: the media types of all documented answers, those of a success first.
    pub(crate) fn accepts(&self) -> String {
        let (successes, others): (Vec<_>, Vec<_>) =
            (self.responses.iter()).partition(|(status, _)| status.starts_with('2'));
        let mut media_types: Vec<&str> = Vec::new();
        for (_, response) in successes.into_iter().chain(others) {
            for media_type in &response.media_types {
                if !media_types.contains(&media_type.as_str()) {
                    media_types.push(media_type);
                }
            }
        }
        match media_types.is_empty() {
            true => "*/*".to_owned(),
            false => media_types.join(", "),
        }
    }

    /// Returns the media types that an answer of a status may have; empty where it has no body.
    pub(crate) fn media_types(&self, status: u16) -> &[String] {
        (self.response(status)).map_or(&[], |response| &response.media_types)
    }

    /// Lists the differences between a JSON body and what the contract documents for a status.
    pub(crate) fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let Some(response) = self.response(status) else {
            return Vec::new();
        };
        if let Some(validator) = &response.schema {
            return (validator.precise_problems(body).into_iter())
                .map(|problem| {
                    let place = match problem.pointer.as_str() {
                        "" => "the body",
                        pointer => pointer,
                    };
                    format!("{place}: {}", problem.message)
                })
                .collect();
        }
        // The published slice documents its errors, except 422, by an example alone.
        (response.example.as_ref()).map_or_else(Vec::new, |example| unlike(example, body))
    }
}

impl DocumentedResponse {
    fn read(
        document: &Document,
        place: &str,
    ) -> Result<DocumentedResponse, openapi::ValidatorError> {
        let content = pointer::join(place, "content");
        let types = document.at(&content).and_then(Value::as_object);
        let names = types.into_iter().flat_map(serde_json::Map::keys);
        let json = pointer::join(&content, JSON);
        let schema = pointer::join(&json, "schema");
        let schema = document.at(&schema).map(|_| {
            Validator::of(
                document,
                &SchemaRef {
                    pointer: schema.clone(),
                },
            )
        });
        Ok(DocumentedResponse {
            media_types: names.map(|name| name.to_ascii_lowercase()).collect(),
            schema: schema.transpose()?,
            example: document.at(&pointer::join(&json, "example")).cloned(),
        })
    }
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
