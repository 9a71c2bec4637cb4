//! The error about a text that cannot be used, and where in the text it is.

use std::fmt;

use crate::position::Position;
use crate::shown::visible;

/// Why a text cannot be used: one that should be a document, or a file of waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// The text's name: the path or revision that it was read from.
    pub name: String,
    /// Where in the text, when it is known.
    pub position: Option<Position>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and keys of others must not begin a line, which could be a command to a CI system.
        write!(formatter, "{}", visible(&self.name))?;
        if let Some(Position { line, column }) = self.position {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", visible(&self.message))
    }
}

impl std::error::Error for TextError {}
