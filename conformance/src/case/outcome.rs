//! The outcome of a case's steps.

/// The outcome of a case's steps: `Ok` when all of them held.
pub type Outcome = Result<(), Stop>;

/// The reason why the steps of a case ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// An expectation did not hold: which, what was expected, and what was found.
    Failed(String),
    /// A request was answered with a server error, which no level excuses: which one, and with what status.
    ServerError(String),
    /// The case does not apply to this kind of deployment: it passes, and the reason says why.
    Inapplicable(String),
    /// The profile leaves the case out: it is skipped, and the run does not need it.
    Unasked(String),
    /// A resource of the case ran out before its first step: it is skipped.
    Lacking(String),
    /// What held proves nothing, since the operation was not reached in this run: why, and what is needed.
    Unproven(String),
    /// A request that is not about the clause of the case met a fault of the deployment, or a fault stopped the run: which one.
    Blocked(String),
    /// The case cannot be decided: a precondition was not met.
    Inconclusive(String),
    /// The connection to the target, or the suite itself, is broken.
    Broken(String),
}

impl Stop {
    /// Returns the reason in words.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Stop::Failed(reason)
            | Stop::ServerError(reason)
            | Stop::Inapplicable(reason)
            | Stop::Lacking(reason)
            | Stop::Unproven(reason)
            | Stop::Unasked(reason)
            | Stop::Blocked(reason)
            | Stop::Inconclusive(reason)
            | Stop::Broken(reason) => reason,
        }
    }

    /// Returns the same reason for a request that the case only needs on its way: another clause is broken then, and this case
    /// is blocked.
    pub(crate) fn on_the_way(self) -> Stop {
        match self {
            Stop::Failed(reason) | Stop::ServerError(reason) => Stop::Blocked(reason),
            other => other,
        }
    }
}
