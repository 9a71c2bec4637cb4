//! Why a text that was given cannot be worked with, and where in it.

use std::fmt;

use crate::document::Position;

/// Why a text cannot be worked with: one that should be a document, or a file of waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// The text's name: the path or revision that it was read from.
    pub name: String,
    /// Where in the text, when it is known.
    pub position: Option<Position>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.name)?;
        if let Some(Position { line, column }) = self.position {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

impl std::error::Error for TextError {}
