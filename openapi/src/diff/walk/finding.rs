//! A change as the walk finds it, before the operations that it reaches are known.

use crate::diff::change::Change;

/// A change as the walk finds it.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) change: Change,
    /// Which edit it comes from, where that does not follow from texts at its location: the credentials of a caller.
    /// The findings of one rule that have the same edit are one cause.
    pub(crate) edit: Option<String>,
}

impl From<Change> for Finding {
    fn from(change: Change) -> Self {
        Self { change, edit: None }
    }
}
