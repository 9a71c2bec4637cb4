//! The contract that a deployment must keep: an OpenAPI document with its responses ready to validate.

mod answered;
mod documented;
mod events;
pub(crate) mod parameters;
mod place;
mod response;
mod schema;
pub(crate) mod security;
mod servers;
pub mod summary;
mod twice;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use openapi::document::Version;
use openapi::folder::read_below;
use openapi::{Document, Operation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use answered::{NOT_JSON, Part, kinds};
pub(crate) use documented::{DocumentedOperation, is_success};
pub use place::Place;
pub(crate) use response::JSON;
use schema::Schemas;
use security::Scheme;
pub use servers::BasePath;
use servers::Servers;
pub(crate) use twice::repetition;

/// A contract. Where it has the revoke operation, the catalogue is run as well as the derived cases.
pub struct Contract {
    name: ContractName,
    document: Arc<Document>,
    operations: Vec<DocumentedOperation>,
    schemes: BTreeMap<String, Scheme>,
    servers: Servers,
    /// The index of the revoke operation.
    revoke: Option<usize>,
    /// The path that revokes a token, such as `/api/v1/tokens/{token_id}/revoke`. A contract without one uses the
    /// published path, since disposable tokens are minted and revoked whatever is checked.
    template: String,
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Contract")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The name of a contract, exact to the byte.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContractName {
    /// `info.title` of the document.
    pub title: String,
    /// `info.version` of the document.
    pub version: String,
    /// SHA-256 of the document's bytes, in hexadecimal. With other files, that of the lines that `sha256sum` prints for the
    /// document and them, by path.
    pub sha256: String,
}

/// Why a contract cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the contract {name} cannot be used: {problem}\n  {remedy}")]
pub struct ContractError {
    /// The name of the document.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Contract {
    /// Returns the published revoke operation.
    ///
    /// # Errors
    /// When the embedded slice is not what this suite was written for: a defect of the build.
    pub fn published() -> Result<Contract, ContractError> {
        let slice = openapi::published::REVOKE_TOKEN;
        Contract::parse(slice.name, slice.text)
    }

    /// Loads a contract from a file and those below its folder that it refers to: OpenAPI 3.0, 3.1 or 3.2, as JSON or YAML.
    ///
    /// # Errors
    /// When a file cannot be read, or is not such a document.
    pub fn load(path: &Path) -> Result<Contract, ContractError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ContractError {
            name: name.clone(),
            problem: format!("it cannot be read: {error}"),
            remedy: "Name a file with --contract, or leave the option out for the published slice.",
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Contract::parse_with_files(&name, &text, |file| read_below(folder, file))
    }

    /// Parses a contract in one text; messages call it `name`.
    ///
    /// # Errors
    /// When the text is not an OpenAPI document, or has no operation.
    pub fn parse(name: &str, text: &str) -> Result<Contract, ContractError> {
        Contract::parse_with_files(name, text, |_| Err("it is in another text".to_owned()))
    }

    /// Parses a contract that may refer to files, which `read_file` reads by their paths from the contract's folder.
    ///
    /// # Errors
    /// As [`Contract::parse`], for the files as well.
    pub(crate) fn parse_with_files(
        name: &str,
        text: &str,
        mut read_file: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Contract, ContractError> {
        let wrong = |problem: String| ContractError {
            name: name.to_owned(),
            problem,
            remedy: "Give an OpenAPI 3.0, 3.1 or 3.2 document with at least one operation.",
        };
        let mut files = BTreeMap::new();
        let document = Document::parse_with_files(name, text, |file| {
            let text = read_file(file)?;
            files.insert(file.to_owned(), openapi::sha256_hex(&text));
            Ok(text)
        });
        let document = document.map_err(|error| wrong(error.to_string()))?;
        if document.version() == Version::V2_0 {
            // Its requests would be those of the lifted document, and no run has shown that they are those of its authors.
            return Err(wrong(
                "Swagger 2.0 is not supported: convert the document to OpenAPI 3.0 or newer first (`npx swagger2openapi` does)"
                    .to_owned(),
            ));
        }
        let document = Arc::new(document);
        let mut schemas = Schemas::of(&document);
        let operations: Vec<DocumentedOperation> = (document.operations().into_iter())
            .map(|operation| DocumentedOperation::read(&document, operation, &mut schemas))
            .collect();
        if operations.is_empty() {
            return Err(wrong("it has no operation".to_owned()));
        }
        let published = openapi::published::REVOKE_TOKEN.document();
        let template = (published.operations().into_iter().next())
            .map(|operation| operation.path)
            .ok_or_else(|| wrong("the published slice has no operation".to_owned()))?;
        let is_revoke = |operation: &Operation| {
            operation.method == "POST" && operation.path.ends_with(template.as_str())
        };
        let revoke = operations
            .iter()
            .position(|documented| is_revoke(&documented.operation));
        let template = revoke.map_or(template, |index| operations[index].operation.path.clone());
        let info = |key: &str| {
            let value = document.value()["info"][key].as_str();
            value.unwrap_or_default().to_owned()
        };
        Ok(Contract {
            name: ContractName {
                title: info("title"),
                version: info("version"),
                sha256: hash(name, text, &files),
            },
            servers: Servers::of(&document, name),
            schemes: security::schemes(&document),
            operations,
            revoke,
            template,
            document,
        })
    }

    /// Returns the document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Returns the operations, in the document's order.
    pub(crate) fn operations(&self) -> &[DocumentedOperation] {
        &self.operations
    }

    /// Returns the security schemes, by name.
    pub(crate) fn schemes(&self) -> &BTreeMap<String, Scheme> {
        &self.schemes
    }

    /// Returns whether the contract has the operation that the catalogue is about.
    #[must_use]
    pub fn has_revoke(&self) -> bool {
        self.revoke.is_some()
    }

    /// Returns the index of the revoke operation in the document's order.
    pub(crate) fn revoke_operation(&self) -> Option<usize> {
        self.revoke
    }

    /// Returns the path of the target below which requests are sent, and those that the contract's servers have. `None` for
    /// servers without a path.
    #[must_use]
    pub fn base_path(&self, target: &str) -> Option<BasePath> {
        self.servers.base_path(target)
    }

    /// Returns the name of the contract.
    #[must_use]
    pub fn name(&self) -> &ContractName {
        &self.name
    }

    /// Summarizes its operations. Of a large document, this takes as long as to read it.
    #[must_use]
    pub fn summary(&self) -> Vec<summary::Operation> {
        summary::operations(&self.document)
    }

    /// Returns the path that revokes a token.
    #[must_use]
    pub fn revoke_path(&self, token_id: &str) -> String {
        self.template.replace("{token_id}", token_id)
    }

    /// Returns the id of the token that a path revokes. The other parts of the path may be in any letter case.
    #[must_use]
    pub fn revoked_id<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (before, after) = self.template.split_once("{token_id}")?;
        let (start, rest) = path.split_at_checked(before.len())?;
        let (id, end) = rest.split_at_checked(rest.len().checked_sub(after.len())?)?;
        (start.eq_ignore_ascii_case(before) && end.eq_ignore_ascii_case(after)).then_some(id)
    }

    /// Returns the path of the companion operations: the one above the token.
    #[must_use]
    pub fn tokens_path(&self) -> &str {
        self.template
            .split_once("/{")
            .map_or(self.template.as_str(), |(path, _)| path)
    }

    /// Returns whether the contract documents a status for the revoke operation.
    #[must_use]
    pub fn documents(&self, status: u16) -> bool {
        (self.revoke()).is_some_and(|revoke| revoke.documents(status))
    }

    /// Lists the differences between a body and what the contract documents for a status of the revoke operation.
    #[must_use]
    pub fn problems(&self, status: u16, body: &Value) -> Vec<String> {
        let Some(revoke) = self.revoke() else {
            return vec!["the contract has no operation that revokes".to_owned()];
        };
        let mut problems = revoke.problems(status, body);
        // The schema of 422 requires no member, so it would accept an answer without `detail`.
        if status == 422
            && body["detail"].as_array().is_none_or(Vec::is_empty)
            && problems.is_empty()
        {
            problems.push("/detail: not a list of at least one problem".to_owned());
        }
        problems
    }

    fn revoke(&self) -> Option<&DocumentedOperation> {
        self.revoke.map(|index| &self.operations[index])
    }
}

/// Returns the hash of a document's text and its files, by their paths.
fn hash(name: &str, text: &str, files: &BTreeMap<String, String>) -> String {
    let own = openapi::sha256_hex(text);
    if files.is_empty() {
        return own;
    }
    let own_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let mut lines = format!("{own}  {own_name}\n");
    for (file, hash) in files {
        lines.push_str(&format!("{hash}  {file}\n"));
    }
    openapi::sha256_hex(&lines)
}
