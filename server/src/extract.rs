//! The extractors of path, query, headers and body. They replace the framework's, so that every rejection has our shapes.

pub(crate) mod body;
pub(crate) mod credential;
pub(crate) mod header;
pub(crate) mod path;
pub(crate) mod query;
