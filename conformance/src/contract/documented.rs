//! The operations of a contract with their documented responses, ready to judge an answer by.

use std::collections::{BTreeMap, BTreeSet};

use openapi::media_type::MediaType;
use openapi::{Document, Operation, pointer};
use serde_json::Value;

use super::response::{Content, DocumentedResponse};
use super::schema::Schemas;
use super::security::Security;

/// An operation with its documented responses.
#[derive(Debug)]
pub(crate) struct DocumentedOperation {
    pub(crate) operation: Operation,
    /// What it demands of its callers.
    pub(crate) security: Security,
    /// By the key of the response: `201`, `4XX`, `default`.
    responses: BTreeMap<String, DocumentedResponse>,
}

/// Returns whether a status is a documented success of an operation whose responses have these keys: 2xx; where none of those is
/// named, a redirect. 304 only says that a copy of an earlier success is still good (RFC 9110, section 15.4.5).
pub(crate) fn is_success<'k>(keys: impl Iterator<Item = &'k str>, status: u16) -> bool {
    let keys: Vec<&str> = keys.collect();
    let has = |wanted: &str| keys.contains(&wanted);
    let is_named = has(&status.to_string()) || has(&format!("{}XX", status / 100));
    match status {
        200..300 => is_named || has("default"),
        304 => false,
        300..400 => is_named && !keys.iter().any(|key| key.starts_with('2')),
        _ => false,
    }
}

impl DocumentedOperation {
    /// Reads an operation of a document.
    pub(super) fn read(
        document: &Document,
        operation: Operation,
        schemas: &mut Schemas<'_>,
    ) -> DocumentedOperation {
        let responses = document.response_statuses(&operation).into_iter();
        let responses = responses.map(|status| {
            let declared = pointer::join_all(&operation.pointer, ["responses", &status]);
            let place = document.follow(&declared);
            let response = DocumentedResponse::read(document, (&status, &place), schemas);
            (status, response)
        });
        DocumentedOperation {
            responses: responses.collect(),
            security: Security::read(document, &operation),
            operation,
        }
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

    /// Returns whether an answer of a status is a documented success: 2xx; for an operation that names none, a redirect.
    pub(crate) fn is_success(&self, status: u16) -> bool {
        is_success(self.responses.keys().map(String::as_str), status)
    }

    /// Returns whether a request with an answer of a status has done what it asked for: 2xx, or another documented success.
    pub(crate) fn has_done(&self, status: u16) -> bool {
        status / 100 == 2 || self.is_success(status)
    }

    /// Lists the documented successes as the contract writes them. `None` where no answer can be one.
    pub(crate) fn successes(&self) -> Option<String> {
        let keys = self.responses.keys().map(String::as_str);
        let named = |class: char| -> Vec<&str> {
            let of_class = keys.clone().filter(|key| key.starts_with(class));
            of_class.filter(|key| *key != "304").collect()
        };
        let mut classes = [named('2'), named('3')].into_iter();
        match classes.find(|keys| !keys.is_empty()) {
            Some(keys) => Some(keys.join(" or ")),
            None => (self.responses.contains_key("default")).then(|| "a success".to_owned()),
        }
    }

    /// Returns whether the contract documents a status by itself, and not by a range or the default.
    pub(crate) fn names(&self, status: u16) -> bool {
        self.responses.contains_key(&status.to_string())
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
            for media_type in response.content.iter().map(|content| &content.name) {
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

    /// Says which answers are not compared with their schemas.
    pub(crate) fn unjudged(&self) -> BTreeSet<String> {
        let contents = self
            .responses
            .values()
            .flat_map(|response| &response.content);
        contents.filter_map(Content::unjudged).collect()
    }

    /// Returns the media types that an answer of a status may have; empty where it has no body.
    pub(crate) fn media_types(&self, status: u16) -> Vec<&str> {
        let content = self.response(status).map(|response| &response.content);
        let content = content.into_iter().flatten();
        content.map(|content| content.name.as_str()).collect()
    }

    /// Returns what is documented for a media type of an answer of a status.
    pub(crate) fn content(&self, status: u16, media_type: &MediaType) -> Option<&Content> {
        self.response(status)?.content(media_type)
    }

    /// Lists what is wrong with the headers of an answer of a status. An error says why a schema cannot be used.
    pub(crate) fn header_problems(
        &self,
        status: u16,
        values: impl Fn(&str) -> Vec<String>,
    ) -> Result<Vec<String>, String> {
        let headers = self.response(status).map(|response| &response.headers);
        let mut problems = Vec::new();
        for header in headers.into_iter().flatten() {
            problems.extend(header.problems(&values)?);
        }
        Ok(problems)
    }

    /// Lists the differences between a JSON body and what the contract documents for a status.
    pub(crate) fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let content = self.response(status).and_then(DocumentedResponse::json);
        let problems = content.map(|content| content.problems_of_json(body));
        problems.map_or_else(Vec::new, |found| found.unwrap_or_else(|error| vec![error]))
    }
}
