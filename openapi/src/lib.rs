//! Compares OpenAPI documents by meaning. Each breaking change has a value that worked and no longer does; what was neither
//! shown to break nor proven compatible is called unproven.
//!
//! The package is `oasproof`, and so is its program (`cargo install oasproof`). The library is for programs that compare
//! documents themselves, or need what a comparison needs: documents with positions, schemas as sets of values, samples.
//!
//! ```
//! use openapi::diff::{Class, compare};
//! use openapi::{Document, DocumentError};
//!
//! let answers = |schema: &str| {
//!     let text = format!(
//!         "openapi: 3.1.0
//! info: {{ title: Things, version: '1' }}
//! paths:
//!   /things:
//!     get:
//!       responses:
//!         '200':
//!           description: ok
//!           content:
//!             application/json:
//!               schema: {schema}
//! "
//!     );
//!     Document::parse("things.yaml", &text)
//! };
//! let diff = compare(
//!     &answers("{ type: integer, maximum: 10 }")?,
//!     &answers("{ type: integer, maximum: 20 }")?,
//! );
//! let change = &diff.changes[0];
//! assert_eq!(change.class, Class::Breaking);
//! assert_eq!(change.operations, ["GET /things"]);
//! // A value that a client may now get, and that the document ruled out before.
//! let value = change.witness.as_ref().and_then(|value| value.as_i64());
//! assert!(value.is_some_and(|value| value > 10));
//! # Ok::<(), DocumentError>(())
//! ```
//!
//! Data flows one way: a text becomes a [`Document`], the comparison of two documents becomes a [`diff::Diff`],
//! which is a list of [`diff::Change`]s, and [`render`] writes the changes for people and machines. [`published`] has the
//! operation that the other crates of this workspace are made around.
//!
//! | Feature | What it adds |
//! | --- | --- |
//! | `cli` (default) | the program `oasproof`, and its command line as the module `cli` |
//! | `files` | `folder`, which reads the files below a document's folder |
//! | `network` | documents at URLs, on the command line alone |
//! | `schemars` | JSON Schemas of the types that other programs put into their formats |
//!
//! Without features the library is pure: no network, no clock, no files, no async; values in, values out.

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
