//! What a reader does with references that do not resolve.

/// What is done with references that cannot be followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DanglingReferences {
    /// The document is refused.
    #[default]
    Refused,
    /// They are kept. A comparison in which the document is the base reports each, and what is behind it as unproven.
    Kept,
}
