//! The text that a document or one of its files was read from.

/// The syntax of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
}

/// A text, kept to find positions in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) format: Format,
}
