//! Two schemas, compared part by part.
//!
//! The recursion is one method of the walk, [`Walk::compare_schemas`](super::walk::Walk::compare_schemas) in
//! `dispatch`: layers are taken off, references are paired, objects, arrays and unions are compared by keyword, and
//! what remains is judged by [`crate::relation`].

pub(crate) mod annotations;
pub(crate) mod assertions;
pub(crate) mod composition;
mod contradictions;
mod dispatch;
pub(crate) mod layers;
pub(crate) mod objects;
mod references;
pub(crate) mod scalar_keywords;
pub(crate) mod unions;
