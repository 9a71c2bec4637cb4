//! The published contract slices, and the library that reads, compares and samples OpenAPI documents.
//!
//! Data flows one way: a text becomes a [`Document`], the comparison of two documents becomes a [`diff::Diff`],
//! which is a list of [`diff::Change`]s, and [`render`] writes the changes for people and machines.
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
//! The library is pure: no network, no clock, no files, no async; values in, values out. Only two features are
//! not: `files` reads the files below a document's folder, and the command line `cli`, on by default, also the clock and, where it is
//! allowed to, URLs.

#[cfg(feature = "cli")]
pub mod cli;
pub mod criterion;
pub mod diff;
pub mod document;
#[cfg(feature = "files")]
pub mod folder;
mod hashed;
mod keywords;
pub mod media_type;
mod memo;
pub mod parameter_style;
pub mod pointer;
mod position;
pub mod published;
pub mod relation;
pub mod render;
pub mod sample;
pub mod schema;
mod sha256;
pub mod shown;
mod size;
mod text_error;
pub mod waiver;

pub use document::{DanglingReferences, Document, DocumentError, Operation, Reading, SchemaRef};
pub use position::Position;
pub use schema::{Problem, Validator, ValidatorError};
pub use sha256::sha256_hex;
pub use text_error::TextError;
