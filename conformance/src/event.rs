//! The events of a run. Reports are folds over them; the runner knows no report.
//!
//! Events are redacted: no value of a credential or of a minted token ever enters one.

mod exchange;
mod known;

use chrono::{DateTime, Utc};
use openapi::waiver::Waived;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use exchange::{BodyRecord, ExchangeRecord, HeaderRecord, RequestRecord, ResponseRecord};
pub use known::{KnownFailure, KnownState};

use crate::case::{Clause, Effect, Level};
use crate::contract::summary::Operation;
use crate::contract::{BasePath, ContractName};
use crate::coverage::Coverage;
use crate::exit::ExitCode;
use crate::profile::Profile;

/// An event of a run: one start, the cases as they finish, one end. As JSON, one a line, they are `events.ndjson`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run starts.
    RunStarted(Box<RunHeader>),
    /// A case is decided.
    CaseFinished(Box<CaseRecord>),
    /// The run is over. A stream without this event is cut off, and no report made of it is valid.
    RunFinished(Box<RunFooter>),
}

/// The header of a run: the suite, the target, the contract, and the selected cases.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunHeader {
    /// The suite.
    pub suite: Suite,
    /// The deployment's base URL.
    pub target: String,
    /// The contract that the deployment must keep.
    pub contract: ContractName,
    /// The path of the target, and those of the contract's servers where they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<BasePath>,
    /// The profile, which names the sources of credentials and holds none. As plain JSON, so that this version can read
    /// the saved run of a version with other keys.
    #[schemars(with = "Profile")]
    pub profile: serde_json::Value,
    /// The selected cases, and how they were run.
    pub selection: Selection,
    /// When the run started (UTC).
    pub started_at: DateTime<Utc>,
    /// The summary of the contract, so that a reader of the report needs no other document.
    #[serde(default)]
    pub operations: Vec<Operation>,
}

/// The suite's name and version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// The program's name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The selected cases, and how they were run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// Only cases whose id contains one of these; empty selects all.
    pub filter: Vec<String>,
    /// Only cases that meet these criteria, such as `method=POST`; empty selects all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// No cases that meet one of these criteria.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The file of the known failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// The most that a case may do to the deployment.
    pub allow: Effect,
    /// The percentage of the selected operations that has to be reached.
    #[serde(default = "whole")]
    pub reach: u8,
    /// Whether a failed SHOULD makes the run fail as well.
    pub strict: bool,
    /// The number of cases that run at the same time.
    pub jobs: usize,
    /// The seed that shuffled the cases; without one they have the order of the catalogue.
    #[serde(default)]
    pub seed: Option<u64>,
    /// The most requests that the run may send, clean-up included; without it there is no limit.
    #[serde(default)]
    pub max_requests: Option<u64>,
    /// The most requests a second; without it there is no limit.
    #[serde(default)]
    pub rate: Option<u32>,
    /// The most seconds of the cases; without it there is no limit.
    #[serde(default)]
    pub max_seconds: Option<u32>,
    /// The number of selected cases.
    pub selected: usize,
    /// The number of cases to select from.
    pub catalogue: usize,
}

/// Returns the percentage of a run that lowers no bar.
fn whole() -> u8 {
    100
}

impl Selection {
    /// Returns the number of cases that were not selected.
    pub(crate) fn left_out(&self) -> usize {
        self.catalogue.saturating_sub(self.selected)
    }

    /// Returns the filters in words; empty where there is none.
    pub(crate) fn filters(&self) -> String {
        let kinds = [
            ("filter", &self.filter),
            ("include", &self.include),
            ("exclude", &self.exclude),
        ];
        let words = kinds.iter().filter(|(_, values)| !values.is_empty());
        words
            .map(|(kind, values)| format!("{kind} {}", values.join(" ")))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The verdict on a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every step held.
    Pass,
    /// A step did not hold, and the run fails.
    Fail,
    /// A step did not hold, and the run may still pass.
    Warn,
    /// It was not run, for the given reason.
    Skip,
    /// It was run and could not be decided, for the given reason.
    Inconclusive,
    /// Its steps held, and that proves nothing: the ordinary request of its operation never got a documented success.
    Unproven,
    /// A fault of the deployment that is not about its clause kept it from being decided: `cause` names the fault, or the
    /// reason why the run stopped earlier.
    Blocked,
    /// The suite or the connection to the target broke while it ran.
    Error,
}

impl Verdict {
    /// Returns the verdict in one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Warn => "warn",
            Verdict::Skip => "skip",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Unproven => "unproven",
            Verdict::Blocked => "blocked",
            Verdict::Error => "error",
        }
    }
}

/// The text that a case cites, as reports have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Clause")]
pub struct ClauseRecord {
    /// Where the text is: the published page, its OpenAPI slice, or an RFC with its section.
    pub source: String,
    /// The text itself.
    pub text: String,
}

impl From<Clause> for ClauseRecord {
    fn from(clause: Clause) -> Self {
        ClauseRecord {
            source: clause.source.to_owned(),
            text: clause.text.to_owned(),
        }
    }
}

/// The record of a case: its verdict, and the steps and exchanges that decided it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CaseRecord {
    /// The case's stable id, `area.name`.
    pub id: String,
    /// Its level.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason: the step that did not hold, what was missing, or that all steps held.
    pub reason: String,
    /// The cause of a failure: the request and what was wrong with its answer. Cases with one cause are one finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The fault, if the cause shows one that other operations show, too: cases with one fault are one finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The known failure of the baseline that it is, which does not fail the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Waived>,
    /// The text that it cites.
    pub clause: ClauseRecord,
    /// The operation of the contract that it is about, such as `POST /api/v1/tokens/{token_id}/revoke`. Absent in
    /// reports of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The parts of the contract that it exercises, as JSON pointers below that operation.
    pub covers: Vec<String>,
    /// The waiver of a skipped case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
    /// Whether a waiver of the profile can accept that the case was skipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waivable: bool,
    /// Whether the profile leaves the skipped case out, so that the run does not need it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
    /// What it could do to the deployment.
    pub effect: Effect,
    /// Its duration in milliseconds, without the wait for free places of disposable tokens.
    pub duration_ms: u64,
    /// The expectations and what was found, in order.
    pub steps: Vec<StepRecord>,
    /// The exchanges, in the order in which their answers were complete.
    pub exchanges: Vec<ExchangeRecord>,
}

impl CaseRecord {
    /// Returns whether the case was derived from the contract.
    pub(crate) fn is_derived(&self) -> bool {
        self.id.starts_with("generated.")
    }

    /// Returns whether the case is about an operation and covers a part of it, which a JSON pointer names, or something
    /// within that part.
    pub(crate) fn covers_within(&self, operation: &str, part: &str) -> bool {
        let within = |covered: &String| {
            (covered.strip_prefix(part))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        (self.operation.as_deref()).is_none_or(|own| own == operation)
            && self.covers.iter().any(within)
    }
}

/// One expectation and what was found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StepRecord {
    /// What was checked.
    pub what: String,
    /// What the contract demands.
    pub expected: String,
    /// What the deployment did.
    pub actual: String,
    /// Whether the two agree.
    pub held: bool,
    /// The index in `exchanges` of the exchange that was checked, if it was one.
    pub exchange: Option<usize>,
    /// What was wrong, in words that are the same in every case that met it. Only of a step that did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The fault that `check` shows, if it is not one of a single operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The footer of a run: how it ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunFooter {
    /// When the run ended (UTC).
    pub finished_at: DateTime<Utc>,
    /// Its duration in milliseconds.
    pub duration_ms: u64,
    /// The number of requests that were sent, minting and clean-up included.
    pub requests: u64,
    /// The number of connection attempts that failed and were repeated. Nothing else is ever repeated.
    #[serde(default)]
    pub retries: u64,
    /// The number of answers 429 or 503 that asked to wait. Each request was sent again after that time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waits: u64,
    /// Whether a revocation was answered with 201; for a contract without one, whether any operation succeeded.
    pub reached: bool,
    /// Whether every selected case was decided. Otherwise the report shows only a part.
    pub complete: bool,
    /// The result of the run.
    pub exit: Exit,
    /// The parts of the contract that the run exercised and observed.
    #[serde(default)]
    pub coverage: Coverage,
    /// The known failures of the baseline, and what this run shows about each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownFailure>,
    /// The disposable tokens that could not be revoked, or that no answer shows to be refused, for a person to revoke.
    pub left_behind: Vec<LeftBehind>,
    /// The longest time after its revocation at which a token was refused, in whole seconds. A revocation that is forgotten later is
    /// not noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_for_seconds: Option<u64>,
    /// What the requests of the run created, other than tokens.
    #[serde(default)]
    pub resources: CreatedResources,
}

/// What the requests of a run created, other than tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedResources {
    /// How many were created.
    pub created: usize,
    /// How many of them were deleted.
    pub deleted: usize,
    /// Those that were not deleted, for a person to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<NamedResource>,
    /// Those that an operation answered with as if it had created them, and that may have been there before. The run has
    /// neither changed nor deleted them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<NamedResource>,
}

/// A resource that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedResource {
    /// Its path, or that of its collection where its id is unknown.
    pub path: String,
    /// The operation that created it, or answered as if it had.
    pub created_by: String,
    /// The reason why it was not deleted.
    pub reason: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The result of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Exit {
    /// The process's exit code, 0 to 4.
    pub code: u8,
    /// The code's name.
    pub name: ExitCode,
    /// The meaning of the code.
    pub meaning: String,
    /// The reason for this code.
    pub reason: String,
}

/// A disposable token that is still live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LeftBehind {
    /// The token's id.
    pub token_id: String,
    /// Its user: operator, member or outsider.
    pub owner: String,
    /// The reason why it could not be revoked.
    pub reason: String,
}
