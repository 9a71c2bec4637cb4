//! How a document is read.

use super::dangling_references::DanglingReferences;

/// How a document is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading<'a> {
    /// What is done with references that cannot be followed.
    pub dangling: DanglingReferences,
    /// The path of the document's folder from the top folder below which files are read, with `/` between the parts; empty
    /// where only the document's own folder is read.
    pub folder: &'a str,
}
