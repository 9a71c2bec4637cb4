//! JSON Schemas taken from a document: made self-contained, measured, and checked against values.

mod bundle;
mod bundler;
mod direction;
mod format;
mod pattern;
mod validator;

pub(crate) use crate::size::{depth, size};
pub use bundle::bundle;
pub(crate) use bundle::{bundle_value, definition_name};
pub(crate) use bundler::{Bundle, Bundler};
pub(crate) use direction::Direction;
pub(crate) use format::is_asserted_format;
pub(crate) use pattern::{Inclusion, Lengths, Strings, inclusion};
pub use validator::{Problem, Validator, ValidatorError};
