//! The contract that a deployment is held to: an OpenAPI slice, with the schema of each answer ready to validate.

pub(crate) mod parameters;
pub mod summary;

use std::collections::BTreeMap;
use std::path::Path;

use openapi::{Document, Operation, Validator, pointer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The media type that every answer of the contract has.
pub(crate) const JSON: &str = "application/json";

/// A slice. Where it holds the revoke operation, the written cases are run as well as the generated ones.
pub struct Contract {
    name: ContractName,
    document: Document,
    promises: Vec<Promise>,
    /// The place of the revoke operation among the promises.
    revoke: Option<usize>,
    /// The path that revokes a token, such as `/api/v1/tokens/{token_id}/revoke`: of this contract or, where it has
    /// none, of the published one, since disposable tokens are minted and revoked whatever is checked.
    template: String,
    summary: Vec<summary::Operation>,
}

/// One operation, and what it may answer.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) operation: Operation,
    /// By the key of the answer: `201`, `4XX`, `default`.
    answers: BTreeMap<String, Documented>,
}

/// An answer as the contract has it.
#[derive(Debug)]
struct Documented {
    media_types: Vec<String>,
    /// The schema of the JSON body, where one is given.
    schema: Option<Validator>,
    /// The example of the JSON body, which stands in for a schema where there is none.
    example: Option<Value>,
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Contract")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Which contract, exactly.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContractName {
    /// `info.title` of the document.
    pub title: String,
    /// `info.version` of the document.
    pub version: String,
    /// SHA-256 of the document's bytes, in hexadecimal.
    pub sha256: String,
}

/// Why a contract cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the contract {name} cannot be used: {problem}\n  {remedy}")]
pub struct ContractError {
    /// The document's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Contract {
    /// The published revoke operation.
    ///
    /// # Errors
    /// When the embedded slice is not what this suite was written for: a defect of the build.
    pub fn published() -> Result<Contract, ContractError> {
        let slice = openapi::published::REVOKE_TOKEN;
        Contract::parse(slice.name, slice.text)
    }

    /// A contract from a file: OpenAPI 3.0, 3.1 or 3.2, JSON or YAML, in one piece.
    ///
    /// # Errors
    /// When the file cannot be read, is no such document, or a schema in it is none.
    pub fn load(path: &Path) -> Result<Contract, ContractError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ContractError {
            name: name.clone(),
            problem: format!("it cannot be read: {error}"),
            remedy: "Name a file with --contract, or leave the option out for the published slice.",
        })?;
        Contract::parse(&name, &text)
    }

    /// A contract from its text; `name` is what messages call it.
    ///
    /// # Errors
    /// When the text is no OpenAPI document, has no operation, or a schema in it is none.
    pub fn parse(name: &str, text: &str) -> Result<Contract, ContractError> {
        let wrong = |problem: String| ContractError {
            name: name.to_owned(),
            problem,
            remedy: "Give an OpenAPI 3.0, 3.1 or 3.2 document with at least one operation.",
        };
        let document = Document::parse(name, text).map_err(|error| wrong(error.to_string()))?;
        let promises = (document.operations().into_iter())
            .map(|operation| Promise::of(&document, operation))
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        if promises.is_empty() {
            return Err(wrong("it has no operation".to_owned()));
        }
        let published = openapi::published::REVOKE_TOKEN.document();
        let template = (published.operations().into_iter().next())
            .map(|operation| operation.path)
            .ok_or_else(|| wrong("the published slice has no operation".to_owned()))?;
        let is_revoke = |operation: &Operation| {
            operation.method == "POST" && operation.path.ends_with(template.as_str())
        };
        let revoke = promises
            .iter()
            .position(|promise| is_revoke(&promise.operation));
        let template = revoke.map_or(template, |at| promises[at].operation.path.clone());
        let info = |key: &str| {
            let value = document.value()["info"][key].as_str();
            value.unwrap_or_default().to_owned()
        };
        Ok(Contract {
            name: ContractName {
                title: info("title"),
                version: info("version"),
                sha256: openapi::sha256_hex(text),
            },
            summary: summary::operations(&document),
            promises,
            revoke,
            template,
            document,
        })
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The operations, in the document's order.
    pub(crate) fn promises(&self) -> &[Promise] {
        &self.promises
    }

    /// Whether the contract holds the operation that the written cases are about.
    #[must_use]
    pub fn has_revoke(&self) -> bool {
        self.revoke.is_some()
    }

    /// The place of the revoke operation in the document's order, where there is one.
    pub(crate) fn revoke_operation(&self) -> Option<usize> {
        self.revoke
    }

    /// Which contract this is.
    #[must_use]
    pub fn name(&self) -> &ContractName {
        &self.name
    }

    /// What it says, in outline.
    #[must_use]
    pub fn operations(&self) -> &[summary::Operation] {
        &self.summary
    }

    /// The path that revokes a token.
    #[must_use]
    pub fn revoke_path(&self, token_id: &str) -> String {
        self.template.replace("{token_id}", token_id)
    }

    /// The path that the companion operations stand at: the one above the token.
    #[must_use]
    pub fn tokens_path(&self) -> &str {
        self.template
            .split_once("/{")
            .map_or(self.template.as_str(), |(path, _)| path)
    }

    /// Whether the slice documents a status for the revoke operation.
    #[must_use]
    pub fn documents(&self, status: u16) -> bool {
        (self.revoked()).is_some_and(|promise| promise.documents(status))
    }

    /// What keeps a body from being one that the slice documents for a status of the revoke operation; empty when
    /// nothing does.
    #[must_use]
    pub fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let Some(promise) = self.revoked() else {
            return vec!["the contract has no operation that revokes".to_owned()];
        };
        let mut problems = promise.problems(status, body);
        // The schema of 422 requires nothing, so it would let an answer without `detail` pass for one.
        if status == 422
            && body["detail"].as_array().is_none_or(Vec::is_empty)
            && problems.is_empty()
        {
            problems.push("/detail: not a list of at least one problem".to_owned());
        }
        problems
    }

    fn revoked(&self) -> Option<&Promise> {
        self.revoke.map(|at| &self.promises[at])
    }
}

impl Promise {
    fn of(document: &Document, operation: Operation) -> Result<Promise, String> {
        let mut answers = BTreeMap::new();
        for status in document.response_statuses(&operation) {
            let declared = pointer::join_all(&operation.pointer, ["responses", &status]);
            let content = pointer::join(&document.follow(&declared), "content");
            let types = document.at(&content).and_then(Value::as_object);
            let media_types: Vec<String> = (types.into_iter())
                .flat_map(|types| types.keys().map(|name| name.to_ascii_lowercase()))
                .collect();
            let json = pointer::join(&content, JSON);
            let schema = pointer::join(&json, "schema");
            let schema = match document.at(&schema) {
                Some(_) => {
                    let schema = openapi::SchemaRef { pointer: schema };
                    let validator = Validator::of(document, &schema);
                    Some(validator.map_err(|error| format!("{operation}, {status}: {error}"))?)
                }
                None => None,
            };
            let example = document.at(&pointer::join(&json, "example")).cloned();
            let documented = Documented {
                media_types,
                schema,
                example,
            };
            answers.insert(status, documented);
        }
        Ok(Promise { operation, answers })
    }

    /// The answer as the contract has it: by its status, the status's range, or as the default (OpenAPI 3.1, section
    /// 4.8.16).
    fn answer(&self, status: u16) -> Option<&Documented> {
        let range = format!("{}XX", status / 100);
        (self.answers.get(&status.to_string()))
            .or_else(|| self.answers.get(&range))
            .or_else(|| self.answers.get("default"))
    }

    /// Whether the contract documents a status for the operation.
    pub(crate) fn documents(&self, status: u16) -> bool {
        self.answer(status).is_some()
    }

    /// The statuses as the contract writes them, in words.
    pub(crate) fn statuses(&self) -> String {
        let keys: Vec<&str> = self.answers.keys().map(String::as_str).collect();
        keys.join(", ")
    }

    /// The media types that an answer of a status may have; empty where it has no body.
    pub(crate) fn media_types(&self, status: u16) -> &[String] {
        (self.answer(status)).map_or(&[], |documented| &documented.media_types)
    }

    /// What keeps a JSON body from being one that the contract documents for a status.
    pub(crate) fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let Some(documented) = self.answer(status) else {
            return Vec::new();
        };
        if let Some(validator) = &documented.schema {
            return (validator.problems(body).into_iter())
                .map(|problem| {
                    let place = if problem.pointer.is_empty() {
                        "the body"
                    } else {
                        &problem.pointer
                    };
                    format!("{place}: {}", problem.message)
                })
                .collect();
        }
        // The errors of the published slice but 422 are documented by an example alone, which tells their shape.
        (documented.example.as_ref()).map_or_else(Vec::new, |example| unlike(example, body))
    }
}

/// What keeps a body from having the shape of an example: its members, each of the same type, none empty that is not.
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
