//! The published contract slices, and the library that reads, compares and samples OpenAPI documents.
//!
//! Data flows one way: a text becomes a [`Document`]; two documents walked side by side become
//! [`diff::Diff`], a list of [`diff::Change`]s; [`render`] writes those for people and machines.
//! ```
//! use openapi::diff::{Verdict, compare};
//! use openapi::published;
//!
//! let diff = compare(
//!     &published::REVOKE_TOKEN_EARLIER.document(),
//!     &published::REVOKE_TOKEN.document(),
//! );
//! assert_eq!(diff.verdict(), Verdict::Breaking);
//! assert!(diff.changes[0].witness.is_some());
//! ```
//!
//! Everything here is pure: no network, no clock, no async, nothing but values in and values out.

pub mod diff;
pub mod document;
mod keywords;
pub mod pointer;
mod position;
pub mod published;
pub mod relation;
pub mod render;
pub mod sample;
pub mod schema;
mod text_error;

pub use document::{Document, DocumentError, Operation, SchemaRef};
pub use position::Position;
pub use schema::{Problem, Validator, ValidatorError};
pub use text_error::TextError;
