//! How the steps of a case end.

/// What running the steps of a case comes to: `Ok` when all of them held.
pub type Outcome = Result<(), Stop>;

/// Why the steps of a case ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// An expectation did not hold: which, what was expected, and what was found.
    Failed(String),
    /// The deployment is of a kind that the case does not apply to, so it cannot break the promise: it passes, and
    /// the reason says why.
    Inapplicable(String),
    /// Something that the case needs ran out before its first step: it is skipped.
    Lacking(String),
    /// The case cannot be decided: something it builds on did not come about.
    Inconclusive(String),
    /// The way to the target broke.
    Broken(String),
}
