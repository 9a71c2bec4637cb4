//! Values of a schema: ordinary ones, those at its bounds, and near misses.
//!
//! Candidates are guesses from the schema's keywords: the caller confirms them with the validator. The same
//! schema always gives the same values.

mod candidates;
mod keyword_values;
mod near_misses;
mod numbers;
mod strings;
mod types;

use serde_json::Value;

use crate::schema::Validator;

pub(crate) use candidates::Sampler;
pub use candidates::candidates;
pub use near_misses::near_misses;
pub(crate) use strings::of_format_and_length;

/// Returns a value that `schema` accepts, confirmed by the validator; `None` when none was found.
#[must_use]
pub fn valid(schema: &Value) -> Option<Value> {
    let validator = Validator::new(schema).ok()?;
    candidates(schema)
        .into_iter()
        .find(|value| validator.accepts(value))
}
