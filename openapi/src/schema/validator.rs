//! JSON values against one schema, by the `jsonschema` crate, with `format` asserted.

use jsonschema::PatternOptions;
use serde_json::Value;

use super::bundle::bundle;
use crate::document::{Document, SchemaRef};

/// The most memory that one compiled pattern takes, in bytes: the longest strings of a schema are held
/// against it, which takes minutes where it counts to a hundred thousand.
const LARGEST_PATTERN: usize = 1 << 20;

/// A schema that `jsonschema` refuses, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid JSON Schema 2020-12: {0}")]
pub struct ValidatorError(pub String);

/// One thing that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The JSON pointer to the culprit within the value; empty for the whole.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

/// Checks values against a schema of JSON Schema 2020-12. `format` is an assertion here, since the
/// documents mean it as one: a `date-time` that is none breaks whoever reads it.
#[derive(Debug)]
pub struct Validator {
    inner: jsonschema::Validator,
}

impl Validator {
    /// Compiles a self-contained schema: its references lead into its own `$defs`.
    ///
    /// # Errors
    ///
    /// When the schema is malformed, or a reference leads nowhere.
    pub fn new(schema: &Value) -> Result<Self, ValidatorError> {
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(
                PatternOptions::fancy_regex()
                    .size_limit(LARGEST_PATTERN)
                    .dfa_size_limit(LARGEST_PATTERN),
            )
            .build(schema)
            .map(|inner| Self { inner })
            .map_err(|error| ValidatorError(error.to_string()))
    }

    /// Compiles a schema of a document, with all that it refers to.
    ///
    /// # Errors
    ///
    /// When the schema is no valid JSON Schema 2020-12.
    pub fn of(document: &Document, schema: &SchemaRef) -> Result<Self, ValidatorError> {
        Self::new(&bundle(document, &schema.pointer))
    }

    /// Whether the schema accepts the value.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.inner.is_valid(value)
    }

    /// Everything that is wrong with the value; empty when the schema accepts it.
    #[must_use]
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        self.inner
            .iter_errors(value)
            .map(|error| Problem {
                pointer: error.instance_path().to_string(),
                message: error.to_string(),
            })
            .collect()
    }
}
