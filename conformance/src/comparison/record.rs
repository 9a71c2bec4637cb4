//! What a comparison of two runs says.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::case::Level;
use crate::event::Verdict;
use crate::exit::ExitCode;
use crate::report::Totals;

/// The version of the comparison's format. It is raised when a reader of the earlier version would misread a comparison.
pub const FORMAT: u32 = 1;

/// The changes from run A to run B.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Comparison {
    /// The version of this format: 1.
    pub format: u32,
    /// The earlier run, or the deployment to compare with.
    pub a: Side,
    /// The later run, or the deployment to compare.
    pub b: Side,
    /// The conditions that differ: target, contract, suite, selection and keys of the profile.
    pub conditions: Vec<Condition>,
    /// The cases that have another verdict, that are new or that were removed; the most important changes first.
    pub cases: Vec<CaseChange>,
    /// The number of cases with the same verdict in both runs.
    pub unchanged: usize,
    /// The parts of the contract that only one of the two runs observed.
    pub coverage: CoverageChange,
    /// The cases that became much slower or much faster, the greatest difference first.
    pub times: Vec<TimeChange>,
    /// The result of the comparison.
    pub exit: Judgement,
}

/// One of the two runs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Side {
    /// The deployment's base URL.
    pub target: String,
    /// When the run started (UTC).
    pub started_at: DateTime<Utc>,
    /// Whether every selected case was decided.
    pub complete: bool,
    /// The exit code of the run; null when the run was cut off.
    pub exit_code: Option<u8>,
    /// The number of cases by verdict.
    pub totals: Totals,
    /// The duration of the run in milliseconds; null when the run was cut off.
    pub duration_ms: Option<u64>,
    /// The number of requests; null when the run was cut off.
    pub requests: Option<u64>,
    /// The number of parts of the contract that the run observed; null when its coverage was not recorded.
    pub observed: Option<usize>,
    /// The number of parts that the contract declares; null when the coverage was not recorded.
    pub declared: Option<usize>,
}

/// A condition in which the two runs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Condition {
    /// Its name: `target`, `contract.version`, `selection.allow`, `profile.policy.second_revoke` and so on.
    pub what: String,
    /// Its value in A; null when A has none.
    pub a: Value,
    /// Its value in B; null when B has none.
    pub b: Value,
}

/// The change of a case; the most important change is the first variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It fails or warns in B and did not in A, or it fails in B and warned in A.
    Worse,
    /// It was decided in A, and is skipped, inconclusive, blocked or broken in B.
    Undecided,
    /// Only A has the case.
    Gone,
    /// It passes in B and did not in A, or it warns in B and failed in A.
    Better,
    /// It was not decided in A, and passes in B.
    Decided,
    /// Only B has the case.
    New,
}

/// A changed case.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CaseChange {
    /// The case's id.
    pub id: String,
    /// The case's level.
    pub level: Level,
    /// The change.
    pub change: Change,
    /// The verdict in A; null when A does not have the case.
    pub a: Option<Verdict>,
    /// The verdict in B; null when B does not have the case.
    pub b: Option<Verdict>,
    /// The reason for the verdict in B, or in A when B does not have the case.
    pub reason: String,
}

/// The parts of the contract that only one of the two runs observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoverageChange {
    /// The parts that only B observed, as operation and part.
    pub gained: Vec<String>,
    /// The parts that only A observed, as operation and part.
    pub lost: Vec<String>,
}

/// A case that became much slower or much faster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimeChange {
    /// The case's id.
    pub id: String,
    /// Its duration in A, in milliseconds.
    pub a_ms: u64,
    /// Its duration in B, in milliseconds.
    pub b_ms: u64,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judgement {
    /// The exit code: 0 no new failures, 1 new failures, 4 undecided.
    pub code: u8,
    /// The reason for the exit code.
    pub reason: String,
}

impl Comparison {
    /// Returns the exit code.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        match self.exit.code {
            0 => ExitCode::Conformant,
            1 => ExitCode::Failed,
            _ => ExitCode::NothingProven,
        }
    }
}
