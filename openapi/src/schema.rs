//! JSON Schemas taken from a document: made self-contained, measured, and checked against values.

mod alternatives;
mod bundle;
mod bundler;
mod direction;
mod discriminator;
mod format;
mod pattern;
mod unfolding;
mod validator;

pub(crate) use crate::size::{depth, size};
pub(crate) use alternatives::repeated;
pub(crate) use bundle::definition_name;
pub(crate) use bundler::{Bundle, Bundler, bundle_value};
pub use bundler::{bundle, bundle_for};
pub use direction::Direction;
pub(crate) use discriminator::Discriminator;
pub(crate) use format::{is_asserted_format, is_numeric_format};
pub(crate) use pattern::{Inclusion, Lengths, Strings, inclusion};
pub(crate) use unfolding::unfolds_too_far;
pub use validator::{Problem, Validator, ValidatorError};
