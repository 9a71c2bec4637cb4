//! The validator of values against one schema, with its problems.

use std::cell::RefCell;

use serde_json::Value;
use validator::{Error, ErrorKind, PatternCache};

use super::bundler::bundle;
use super::unfolding::unfolds_too_far;
use crate::document::{Document, SchemaRef};
use crate::pointer;

/// The most memory that one compiled pattern may take, in bytes: to match the longest strings of a schema takes
/// minutes where a pattern counts to a hundred thousand.
const LARGEST_PATTERN: usize = 1 << 20;

/// The most validators after one another that share the patterns that were compiled for them: these are kept in memory.
const SHARING: usize = 256;

thread_local! {
    /// The compiled patterns, and the number of validators that share them.
    static PATTERNS: RefCell<(PatternCache, usize)> = RefCell::default();
}

/// The reason why `jsonschema` refuses a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid JSON Schema 2020-12: {0}")]
pub struct ValidatorError(pub String);

/// One violation of a schema by a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The JSON pointer to the wrong part of the value; empty for the whole.
    pub pointer: String,
    /// What is wrong with that part.
    pub message: String,
}

/// A compiled schema of JSON Schema 2020-12. `format` is an assertion here, since documents use it as one: a
/// reader of `date-time` fails on any other text.
#[derive(Debug)]
pub struct Validator {
    inner: validator::Validator,
}

impl Validator {
    /// Compiles a self-contained schema, whose references are into its own `$defs`.
    ///
    /// # Errors
    ///
    /// When the schema is malformed, a reference does not resolve, or references multiply so that to check one value
    /// might not end.
    pub fn new(schema: &Value) -> Result<Self, ValidatorError> {
        if unfolds_too_far(schema) {
            return Err(ValidatorError("its references multiply".to_owned()));
        }
        validator::Validator::new(schema, LARGEST_PATTERN, patterns())
            .map(|inner| Self { inner })
            .map_err(|error| ValidatorError(error.to_string()))
    }

    /// Compiles a schema of a document, with all schemas that it refers to.
    ///
    /// # Errors
    ///
    /// When the schema is not a valid JSON Schema 2020-12.
    pub fn of(document: &Document, schema: &SchemaRef) -> Result<Self, ValidatorError> {
        Self::new(&bundle(document, &schema.pointer))
    }

    /// Returns whether the schema accepts the value.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.inner.accepts(value)
    }

    /// Returns all problems of the value; none when the schema accepts it.
    #[must_use]
    pub fn problems(&self, value: &Value) -> Vec<Problem> {
        (self.inner.errors(value).iter())
            .map(|error| Problem {
                pointer: error.instance_path().to_string(),
                message: error.to_string(),
            })
            .collect()
    }

    /// Returns the pointers to the parts for which the value is rejected, in alternatives too: of these, the parts for
    /// which the one that fits best rejects it.
    pub(crate) fn rejected_parts(&self, value: &Value) -> Vec<String> {
        let mut parts = Vec::new();
        for error in self.inner.errors(value) {
            collect_parts(&error, &mut parts);
        }
        parts
    }

    /// Returns all problems of the value, each at the deepest place where something is wrong, also below `anyOf` and `oneOf`.
    /// The messages do not repeat the value, so that they are the same for every value with the problem.
    #[must_use]
    pub fn precise_problems(&self, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        for error in self.inner.errors(value) {
            describe(&error, &mut problems);
        }
        problems
    }
}

/// Returns the patterns that were compiled before: to compile them is a large part of the cost of most validators, and
/// the same ones are in many schemas.
fn patterns() -> PatternCache {
    PATTERNS.with_borrow_mut(|(patterns, validators)| {
        *validators += 1;
        if *validators > SHARING {
            (*patterns, *validators) = Default::default();
        }
        patterns.clone()
    })
}

fn collect_parts(error: &Error<'_>, parts: &mut Vec<String>) {
    let alternatives = match error.kind() {
        ErrorKind::AnyOf { context } | ErrorKind::OneOfNotValid { context } => context.as_slice(),
        _ => &[],
    };
    let own = error.instance_path().to_string();
    let is_below = |error: &Error<'_>| error.instance_path().to_string() != own;
    let fits_best = |errors: &&Vec<Error<'_>>| {
        let here = errors.iter().filter(|error| !is_below(error)).count();
        (here, errors.len())
    };
    match alternatives.iter().min_by_key(fits_best) {
        Some(errors) => errors.iter().for_each(|error| collect_parts(error, parts)),
        None => parts.push(own),
    }
}

/// Adds the problems of an error: for alternatives, those of the one that the value is meant for.
fn describe(error: &Error<'_>, problems: &mut Vec<Problem>) {
    let pointer = error.instance_path().to_string();
    match error.kind() {
        ErrorKind::Required { property } => problems.push(Problem {
            pointer: pointer::join(&pointer, property.as_str().unwrap_or_default()),
            message: "missing".to_owned(),
        }),
        ErrorKind::AnyOf { context } | ErrorKind::OneOfNotValid { context } => {
            // An alternative of another type, such as null, is not meant.
            let is_of_another_type = |errors: &&Vec<Error<'static>>| {
                errors.iter().any(|inner| {
                    matches!(inner.kind(), ErrorKind::Type { .. })
                        && inner.instance_path() == error.instance_path()
                })
            };
            let meant = context.iter().filter(|errors| !is_of_another_type(errors));
            match meant.min_by_key(|errors| errors.len()) {
                Some(errors) => errors.iter().for_each(|inner| describe(inner, problems)),
                None => problems.push(Problem {
                    pointer,
                    message: "of none of the documented types".to_owned(),
                }),
            }
        }
        ErrorKind::FalseSchema => problems.push(Problem {
            pointer,
            message: "must not be here".to_owned(),
        }),
        _ => problems.push(Problem {
            pointer,
            message: error.masked().to_string(),
        }),
    }
}
