//! What a deployment does with the things of a kind that a run makes there.

/// How a deployment keeps the things of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Each is there until it is deleted, as far as is known.
    Sound,
    /// Some are not there although they were created.
    Loses,
    /// Deleting one deletes others, or another one in its place.
    DeletesOthers,
}
