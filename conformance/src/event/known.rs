//! The known failures of a baseline, as a run meets them.

use openapi::waiver::Waived;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A known failure, and what a run shows about it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// The cause, as `cause` of a case has it.
    pub cause: String,
    /// The cases that fail by it, as the baseline names them.
    pub cases: Vec<String>,
    /// Why it is accepted, and the last day on which it is.
    #[serde(flatten)]
    pub waived: Waived,
    /// What this run shows.
    pub state: KnownState,
    /// The number of cases of this run that failed, warned or were blocked by it.
    pub met: usize,
}

/// What a run shows about a known failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KnownState {
    /// It still fails, and does not fail the run.
    Fails,
    /// It still fails, and its last day is over: it fails the run.
    Expired,
    /// It does not fail any more, which fails the run until it is removed from the baseline.
    Gone,
    /// The run did not decide its case, so that it shows nothing.
    NotDecided,
}

impl KnownState {
    /// Returns the state in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            KnownState::Fails => "still fails",
            KnownState::Expired => "expired, and still fails",
            KnownState::Gone => "no longer fails: remove it",
            KnownState::NotDecided => "not decided by this run",
        }
    }
}
