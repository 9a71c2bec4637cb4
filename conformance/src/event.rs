//! What a run says while it happens. Reports are folds over these events; the runner knows none of them.
//!
//! Everything here is already redacted: no value of a credential or of a minted token ever enters an event.

use chrono::{DateTime, Utc};
use openapi::waiver::Waived;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Clause, Effect, Level};
use crate::contract::ContractName;
use crate::contract::summary::Operation;
use crate::coverage::Coverage;
use crate::exit::ExitCode;
use crate::profile::Profile;

/// One thing that happened in a run, in order: one start, the cases as they finish, one end. As JSON, one a line, they
/// are `events.ndjson`.
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

/// What is run, against what, by which contract.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunHeader {
    /// The suite.
    pub suite: Suite,
    /// The deployment's base URL.
    pub target: String,
    /// The contract that the deployment is held to.
    pub contract: ContractName,
    /// The profile as it was read; it names where credentials come from and holds none. As plain JSON, so that a saved
    /// run can be read whose profile has keys that this version does not know.
    #[schemars(with = "Profile")]
    pub profile: serde_json::Value,
    /// What of the catalogue was asked for.
    pub selection: Selection,
    /// When the run started (UTC).
    pub started_at: DateTime<Utc>,
    /// What the contract says, in outline, so that a reader of the report needs no other document.
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

/// What of the catalogue was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// Only cases whose id contains one of these; empty selects all.
    pub filter: Vec<String>,
    /// The most that a case may do to the deployment.
    pub allow: Effect,
    /// Whether a SHOULD gates as well.
    pub strict: bool,
    /// How many cases run at the same time.
    pub jobs: usize,
    /// What the order of the cases was shuffled by; none: the order of the catalogue.
    #[serde(default)]
    pub seed: Option<u64>,
    /// The most requests that the run may send, clean-up included; none: as many as it takes.
    #[serde(default)]
    pub max_requests: Option<u64>,
    /// The most requests a second; none: as fast as the deployment answers.
    #[serde(default)]
    pub rate: Option<u32>,
    /// How many cases were selected.
    pub selected: usize,
    /// How many cases the catalogue holds.
    pub catalogue: usize,
}

/// What became of a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every step held.
    Pass,
    /// A step did not hold, and that gates.
    Fail,
    /// A step did not hold, and that does not gate.
    Warn,
    /// It was not run, for the reason given.
    Skip,
    /// It was run and could not be decided, for the reason given.
    Inconclusive,
    /// The suite or the way to the target broke while it ran.
    Error,
}

impl Verdict {
    /// The verdict in one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Warn => "warn",
            Verdict::Skip => "skip",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Error => "error",
        }
    }
}

/// The text that a case stands on, as a report holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Clause")]
pub struct ClauseRecord {
    /// Where the text stands: the published page, its OpenAPI slice, or an RFC with its section.
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

/// A decided case with everything that decided it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CaseRecord {
    /// The case's stable id, `area.name`.
    pub id: String,
    /// How much depends on it.
    pub level: Level,
    /// What became of it.
    pub verdict: Verdict,
    /// Why: the step that did not hold, what was missing, or that all held.
    pub reason: String,
    /// The text that it stands on.
    pub clause: ClauseRecord,
    /// The operation of the contract that it is about, such as `POST /api/v1/tokens/{token_id}/revoke`. Reports of
    /// earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What of the contract it exercises, as JSON pointers below that operation.
    pub covers: Vec<String>,
    /// For a skipped case that the profile waives: why and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
    /// What it could do to the deployment.
    pub effect: Effect,
    /// How long it took, in milliseconds, waiting for a free place among the disposable tokens not included.
    pub duration_ms: u64,
    /// What was expected and what was found, in order.
    pub steps: Vec<StepRecord>,
    /// What went over the wire, in the order in which the answers were complete.
    pub exchanges: Vec<ExchangeRecord>,
}

impl CaseRecord {
    /// Whether the case is about an operation and covers the part of it that a JSON pointer below it names, or
    /// something within that part.
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
    /// What was looked at.
    pub what: String,
    /// What the contract demands.
    pub expected: String,
    /// What the deployment did.
    pub actual: String,
    /// Whether the two agree.
    pub held: bool,
    /// The index into `exchanges` of the exchange that was looked at, where it was one.
    pub exchange: Option<usize>,
}

/// One request and its answer, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRecord {
    /// Why it was sent.
    pub purpose: String,
    /// When it was sent (UTC).
    pub started_at: DateTime<Utc>,
    /// From sending to the last byte of the answer, in milliseconds.
    pub duration_ms: f64,
    /// From sending to the head of the answer, in milliseconds; the rest of the time went into the body. Absent where
    /// no answer began.
    #[serde(default)]
    pub wait_ms: Option<f64>,
    /// How many connection attempts failed before this one, each of which was repeated: nothing had been sent yet.
    pub retries: u32,
    /// What was sent.
    pub request: RequestRecord,
    /// What came back, if an answer did.
    pub response: Option<ResponseRecord>,
    /// Why no answer came back, if none did.
    pub problem: Option<String>,
    /// A command line that sends the same request; credentials are taken from the environment.
    pub curl: String,
}

/// A request, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers in the order of sending.
    pub headers: Vec<HeaderRecord>,
    /// The body, if one was sent; an empty one is a body too.
    pub body: Option<BodyRecord>,
}

/// An answer, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResponseRecord {
    /// The status code.
    pub status: u16,
    /// The headers in the order of arrival.
    pub headers: Vec<HeaderRecord>,
    /// The body.
    pub body: BodyRecord,
}

/// A header line, redacted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeaderRecord {
    /// Its name, in lower case.
    pub name: String,
    /// Its value; bytes that are not UTF-8 are replaced.
    pub value: String,
}

/// A body, redacted: as text where it is UTF-8, otherwise in Base64.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BodyRecord {
    /// How many bytes the body had.
    pub bytes: usize,
    /// Whether only the beginning is kept here.
    pub truncated: bool,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in standard Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RunFooter {
    /// When the run ended (UTC).
    pub finished_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How many requests were sent, setup and clean-up included.
    pub requests: u64,
    /// How many connection attempts failed and were repeated. Nothing else is ever repeated.
    #[serde(default)]
    pub retries: u64,
    /// Whether a revocation was answered with 201; by a contract that has none, whether any operation succeeded.
    pub reached: bool,
    /// Whether every selected case was decided. A report whose `complete` is not true shows only a part.
    pub complete: bool,
    /// What the run amounts to.
    pub exit: Exit,
    /// Which parts of the contract the run exercised and which it observed.
    #[serde(default)]
    pub coverage: Coverage,
    /// Disposable tokens that could not be revoked, for a person to revoke; empty when nothing was left behind.
    pub left_behind: Vec<LeftBehind>,
}

/// What the run amounts to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Exit {
    /// The process's exit code, 0 to 4.
    pub code: u8,
    /// The code's name.
    pub name: ExitCode,
    /// What that code means.
    pub meaning: String,
    /// Why this run has it.
    pub reason: String,
}

/// A disposable token that is still live.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LeftBehind {
    /// The token's id.
    pub token_id: String,
    /// Whose it is: operator, member or outsider.
    pub owner: String,
    /// Why it could not be revoked.
    pub reason: String,
}
