//! Validators of values against one schema of JSON Schema 2020-12, in which `format` is an assertion.
//!
//! The library `jsonschema` is generic, so its code is built in the crate that uses it: here, for size.
//!
//! ```
//! use serde_json::json;
//! use validator::{PatternCache, Validator};
//!
//! let schema = json!({"type": "string", "pattern": "^a+$"});
//! let validator = Validator::new(&schema, 1 << 20, PatternCache::default())?;
//! assert!(validator.accepts(&json!("aaa")));
//! assert_eq!(validator.errors(&json!("b")).len(), 1);
//! # Ok::<(), validator::Error<'static>>(())
//! ```

use serde_json::Value;

pub use jsonschema::error::ValidationErrorKind as ErrorKind;
pub use jsonschema::{PatternCache, ValidationError as Error};

/// A compiled schema.
#[derive(Debug)]
pub struct Validator(jsonschema::Validator);

impl Validator {
    /// Compiles a self-contained schema, whose references are into its own `$defs`. No compiled pattern may take more bytes than
    /// `largest_pattern`; those in `patterns` are not compiled again.
    ///
    /// # Errors
    ///
    /// When the schema is not one of JSON Schema 2020-12, a reference does not resolve, or a pattern is too large.
    pub fn new(
        schema: &Value,
        largest_pattern: usize,
        patterns: PatternCache,
    ) -> Result<Self, Error<'static>> {
        let sizes = jsonschema::PatternOptions::fancy_regex()
            .size_limit(largest_pattern)
            .dfa_size_limit(largest_pattern);
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(sizes)
            .with_pattern_cache(patterns)
            .build(schema)
            .map(Self)
    }

    /// Returns whether the schema accepts a value.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// Returns what is wrong with a value; nothing when the schema accepts it.
    #[must_use]
    pub fn errors<'v>(&'v self, value: &'v Value) -> Vec<Error<'v>> {
        self.0.iter_errors(value).collect()
    }
}
