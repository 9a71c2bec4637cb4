//! The contract that a deployment is held to: the published slice, with the schema of each answer ready to validate.

use std::collections::BTreeMap;

use openapi::{Document, Validator};
use serde_json::Value;

use crate::event::ContractName;
use crate::outline::Operation;

/// The media type that every answer of the contract has.
pub(crate) const JSON: &str = "application/json";

/// The slice of the revoke operation.
pub struct Contract {
    name: ContractName,
    /// The operation's path, such as `/api/v1/tokens/{token_id}/revoke`.
    template: String,
    statuses: Vec<String>,
    operations: Vec<Operation>,
    validators: BTreeMap<u16, Validator>,
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Contract")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why the contract cannot be used. The slice is part of this program, so each of these is a defect of the build.
#[derive(Debug, thiserror::Error)]
#[error("the embedded contract {name} cannot be used: {problem}")]
pub struct ContractError {
    /// The document's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Contract {
    /// The published revoke operation.
    ///
    /// # Errors
    /// When the embedded slice is not what this suite was written for.
    pub fn published() -> Result<Contract, ContractError> {
        let slice = openapi::published::REVOKE_TOKEN;
        let wrong = |problem: String| ContractError {
            name: slice.name.to_owned(),
            problem,
        };
        let document =
            Document::parse(slice.name, slice.text).map_err(|error| wrong(error.to_string()))?;
        let operations = document.operations();
        let revoke = (operations.iter())
            .find(|operation| operation.method == "POST" && operation.path.ends_with("/revoke"))
            .ok_or_else(|| wrong("it has no POST …/revoke".to_owned()))?;
        let statuses = document.response_statuses(revoke);
        let mut validators = BTreeMap::new();
        for status in statuses
            .iter()
            .filter_map(|status| status.parse::<u16>().ok())
        {
            // The errors but 422 are documented by an example and have no schema; their shape is checked by hand.
            if let Some(schema) = document.response_schema(revoke, status, JSON) {
                let validator =
                    Validator::of(&document, &schema).map_err(|error| wrong(error.to_string()))?;
                validators.insert(status, validator);
            }
        }
        let info = |key: &str| {
            document.value()["info"][key]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let name = ContractName {
            title: info("title"),
            version: info("version"),
            sha256: slice.sha256(),
        };
        Ok(Contract {
            name,
            template: revoke.path.clone(),
            statuses,
            operations: crate::outline::operations(&document),
            validators,
        })
    }

    /// Which contract this is.
    #[must_use]
    pub fn name(&self) -> &ContractName {
        &self.name
    }

    /// What it says, in outline.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
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

    /// Whether the slice documents a status for the operation.
    #[must_use]
    pub fn documents(&self, status: u16) -> bool {
        self.statuses.contains(&status.to_string())
    }

    /// What keeps a body from being one that the slice documents for a status; empty when nothing does.
    #[must_use]
    pub fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let Some(validator) = self.validators.get(&status) else {
            return detail_problems(body);
        };
        let mut problems: Vec<String> = (validator.problems(body).into_iter())
            .map(|problem| {
                let place = if problem.pointer.is_empty() {
                    "the body"
                } else {
                    &problem.pointer
                };
                format!("{place}: {}", problem.message)
            })
            .collect();
        // The schema of 422 requires nothing, so it would let an answer without `detail` pass for one.
        if status == 422
            && body["detail"].as_array().is_none_or(Vec::is_empty)
            && problems.is_empty()
        {
            problems.push("/detail: not a list of at least one problem".to_owned());
        }
        problems
    }
}

/// The other error shape: an object whose `detail` says in words what is wrong.
fn detail_problems(body: &Value) -> Vec<String> {
    match &body["detail"] {
        Value::String(detail) if !detail.is_empty() => Vec::new(),
        Value::String(_) => vec!["/detail: empty".to_owned()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            vec!["/detail: not a string".to_owned()]
        }
    }
}
