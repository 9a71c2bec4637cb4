//! What changed between two runs: of one deployment before and after, or of two deployments.

mod json;
mod markdown;
mod terminal;
mod wording;

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::case::Level;
use crate::event::{CaseRecord, Verdict};
use crate::exit::ExitCode;
use crate::report::{Report, Totals};

pub use json::schema;

/// The version of the comparison's format; raised when a reader of the older one would misread it.
pub const FORMAT: u32 = 1;

/// By how many milliseconds, and how many times, a case must have become slower or faster to be told of. What is less
/// is what two runs of the same deployment differ by.
const SLOWER_MS: u64 = 50;
const SLOWER_TIMES: u64 = 2;

/// How many slower and how many faster cases are told of.
const TIMES: usize = 5;

/// A format of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Terminal,
    /// For a pull request or the summary of a job.
    Markdown,
    /// For machines, by a published JSON Schema.
    Json,
}

/// What changed from run A to run B.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Comparison {
    /// The version of this format: 1.
    pub format: u32,
    /// The earlier run, or the deployment that is compared with.
    pub a: Side,
    /// The later run, or the deployment that is compared.
    pub b: Side,
    /// What the two were not run alike in: target, contract, suite, selection and keys of the profile. Empty when in
    /// nothing.
    pub conditions: Vec<Condition>,
    /// The cases whose verdict changed, that are new and that are gone; what matters most first.
    pub cases: Vec<CaseChange>,
    /// How many cases have the same verdict in both.
    pub unchanged: usize,
    /// Parts of the contract that only one of the two observed.
    pub coverage: CoverageChange,
    /// The cases that took much longer or much less long, greatest difference first.
    pub times: Vec<TimeChange>,
    /// What the comparison amounts to.
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
    /// The exit code of the run; absent when it was cut off.
    pub exit_code: Option<u8>,
    /// How many cases came to which verdict.
    pub totals: Totals,
    /// How long it took, in milliseconds; absent when it was cut off.
    pub duration_ms: Option<u64>,
    /// How many requests were sent; absent when it was cut off.
    pub requests: Option<u64>,
    /// How many parts of the contract were observed; absent when nothing is known of it.
    pub observed: Option<usize>,
    /// How many parts the contract declares; absent when nothing is known of it.
    pub declared: Option<usize>,
}

/// Something that the two were not run alike in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Condition {
    /// What: `target`, `contract`, `selection.allow`, `profile.policy.second_revoke` and so on.
    pub what: String,
    /// Its value in A; null where A has none.
    pub a: Value,
    /// Its value in B.
    pub b: Value,
}

/// How a case changed, what matters most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It fails or warns now, and did not, or only warned.
    Worse,
    /// It was decided, and is not any more: skipped, inconclusive or broken.
    Undecided,
    /// Only A has it.
    Gone,
    /// It holds now, or only warns, and did not.
    Better,
    /// It was not decided, and holds now.
    Decided,
    /// Only B has it.
    New,
}

/// A case that changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CaseChange {
    /// The case's id.
    pub id: String,
    /// How much depends on it.
    pub level: Level,
    /// How it changed.
    pub change: Change,
    /// Its verdict in A.
    pub a: Option<Verdict>,
    /// Its verdict in B.
    pub b: Option<Verdict>,
    /// Why it has its verdict in B; in A where B does not have it.
    pub reason: String,
}

/// Parts of the contract that only one of the two observed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CoverageChange {
    /// Only B observed these: operation and part.
    pub gained: Vec<String>,
    /// Only A observed these.
    pub lost: Vec<String>,
}

/// A case that took much longer or much less long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimeChange {
    /// The case's id.
    pub id: String,
    /// How long it took in A, in milliseconds.
    pub a_ms: u64,
    /// How long it took in B, in milliseconds.
    pub b_ms: u64,
}

/// What a comparison amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judgement {
    /// The exit code: 0 nothing that gates got worse, 1 something did, 4 that cannot be said.
    pub code: u8,
    /// Why.
    pub reason: String,
}

impl Comparison {
    /// Compares two runs. `strict` lets a SHOULD gate as well.
    #[must_use]
    pub fn of(a: &Report, b: &Report, strict: bool) -> Comparison {
        let cases = changes(a, b);
        let shared = b.cases.iter().filter(|case| find(a, &case.id).is_some());
        let changed = cases
            .iter()
            .filter(|case| case.a.is_some() && case.b.is_some());
        let unchanged = shared.count() - changed.count();
        Comparison {
            format: FORMAT,
            a: side(a),
            b: side(b),
            conditions: conditions(a, b),
            unchanged,
            coverage: coverage(a, b),
            times: times(a, b),
            exit: judge(a, b, &cases, strict),
            cases,
        }
    }

    /// The exit code.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        match self.exit.code {
            0 => ExitCode::Conformant,
            1 => ExitCode::Failed,
            _ => ExitCode::NothingProven,
        }
    }

    /// Writes the comparison.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn render(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Terminal => terminal::render(self, out),
            Format::Markdown => markdown::render(self, out),
            Format::Json => json::render(self, out),
        }
    }
}

fn side(report: &Report) -> Side {
    let end = report.end.as_ref();
    let coverage = end
        .map(|end| &end.coverage)
        .filter(|coverage| coverage.declared > 0);
    Side {
        target: report.run.target.clone(),
        started_at: report.run.started_at,
        complete: report.complete,
        exit_code: end.map(|end| end.exit.code),
        totals: report.totals,
        duration_ms: end.map(|end| end.duration_ms),
        requests: end.map(|end| end.requests),
        observed: coverage.map(|coverage| coverage.observed),
        declared: coverage.map(|coverage| coverage.declared),
    }
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a CaseRecord> {
    report.cases.iter().find(|case| case.id == id)
}

fn changes(a: &Report, b: &Report) -> Vec<CaseChange> {
    let mut changes: Vec<CaseChange> = Vec::new();
    for case in &b.cases {
        let before = find(a, &case.id).map(|case| case.verdict);
        if let Some(change) = change(before, case.verdict) {
            changes.push(CaseChange {
                id: case.id.clone(),
                level: case.level,
                change,
                a: before,
                b: Some(case.verdict),
                reason: case.reason.clone(),
            });
        }
    }
    for case in (a.cases.iter()).filter(|case| find(b, &case.id).is_none()) {
        changes.push(CaseChange {
            id: case.id.clone(),
            level: case.level,
            change: Change::Gone,
            a: Some(case.verdict),
            b: None,
            reason: case.reason.clone(),
        });
    }
    // The sort is stable: within a change and a level the order is the catalogue's.
    changes.sort_by_key(|case| (case.change, case.level));
    changes
}

/// How bad what was decided is; nothing where it was not decided.
fn rank(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Pass => Some(0),
        Verdict::Warn => Some(1),
        Verdict::Fail => Some(2),
        Verdict::Skip | Verdict::Inconclusive | Verdict::Error => None,
    }
}

/// How a case that B has changed, if it did.
fn change(a: Option<Verdict>, b: Verdict) -> Option<Change> {
    let a = match a {
        None => return Some(Change::New),
        Some(a) if a == b => return None,
        Some(a) => a,
    };
    Some(match (rank(a), rank(b)) {
        (Some(a), Some(b)) if b > a => Change::Worse,
        (Some(_), Some(_)) => Change::Better,
        (_, None) => Change::Undecided,
        (None, Some(0)) => Change::Decided,
        // Nobody knows how long it has been so; it was not known before.
        (None, Some(_)) => Change::Worse,
    })
}

/// What the comparison amounts to: a new failure outranks what cannot be said.
fn judge(a: &Report, b: &Report, cases: &[CaseChange], strict: bool) -> Judgement {
    let gates = |case: &&CaseChange| match case.b {
        Some(Verdict::Fail) => true,
        Some(Verdict::Warn) => strict && case.level == Level::Should,
        Some(Verdict::Pass | Verdict::Skip | Verdict::Inconclusive | Verdict::Error) | None => {
            false
        }
    };
    let worse: Vec<&str> = (cases.iter())
        .filter(|case| matches!(case.change, Change::Worse | Change::New))
        .filter(gates)
        .map(|case| case.id.as_str())
        .collect();
    let unknown: Vec<&str> = (cases.iter())
        .filter(|case| matches!(case.change, Change::Undecided | Change::Gone))
        .filter(|case| case.level == Level::Must && case.a.and_then(rank).is_some())
        .map(|case| case.id.as_str())
        .collect();
    let judged = |code: ExitCode, reason: String| Judgement {
        code: code.code(),
        reason,
    };
    if !worse.is_empty() {
        return judged(
            ExitCode::Failed,
            format!("got worse: {}", crate::exit::named(&worse)),
        );
    }
    for (name, report) in [("A", a), ("B", b)] {
        if !report.complete {
            return judged(
                ExitCode::NothingProven,
                format!("run {name} is not complete, so the two cannot be compared"),
            );
        }
    }
    if !unknown.is_empty() {
        return judged(
            ExitCode::NothingProven,
            format!(
                "decided in A and not in B: {}",
                crate::exit::named(&unknown)
            ),
        );
    }
    judged(
        ExitCode::Conformant,
        "nothing that gates got worse".to_owned(),
    )
}

/// What the two were not run alike in.
fn conditions(a: &Report, b: &Report) -> Vec<Condition> {
    let of = |report: &Report| {
        let run = &report.run;
        serde_json::json!({
            "target": run.target,
            "contract": { "title": run.contract.title, "version": run.contract.version, "sha256": run.contract.sha256 },
            "suite": { "name": run.suite.name, "version": run.suite.version },
            "selection": run.selection,
            "profile": run.profile,
        })
    };
    let mut found = Vec::new();
    differences("", &of(a), &of(b), &mut found);
    // How many cases there are follows from the others, and from the suite's version.
    let counts = [
        "selection.selected",
        "selection.catalogue",
        "selection.jobs",
        "selection.seed",
    ];
    found.retain(|condition: &Condition| !counts.contains(&condition.what.as_str()));
    found
}

/// The leaves in which two values differ, by their dotted names.
fn differences(name: &str, a: &Value, b: &Value, out: &mut Vec<Condition>) {
    match (a, b) {
        (Value::Object(first), Value::Object(second)) => {
            let keys: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            for key in keys {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                differences(&name, &a[key.as_str()], &b[key.as_str()], out);
            }
        }
        (_, _) if a == b => {}
        (_, _) => out.push(Condition {
            what: name.to_owned(),
            a: a.clone(),
            b: b.clone(),
        }),
    }
}

fn coverage(a: &Report, b: &Report) -> CoverageChange {
    let of = |report: &Report| -> Option<BTreeSet<String>> {
        let coverage = &report.end.as_ref()?.coverage;
        let parts = coverage.parts.iter().filter(|part| part.observed);
        let names = parts.map(|part| format!("{} {}", part.operation, part.name));
        (coverage.declared > 0).then(|| names.collect())
    };
    match (of(a), of(b)) {
        (Some(a), Some(b)) => CoverageChange {
            gained: b.difference(&a).cloned().collect(),
            lost: a.difference(&b).cloned().collect(),
        },
        (_, _) => CoverageChange::default(),
    }
}

fn times(a: &Report, b: &Report) -> Vec<TimeChange> {
    let mut times: Vec<TimeChange> = (b.cases.iter())
        .filter_map(|case| {
            let before = find(a, &case.id)?;
            let (a_ms, b_ms) = (before.duration_ms, case.duration_ms);
            let (less, more) = (a_ms.min(b_ms), a_ms.max(b_ms));
            let told = less > 0 && more - less >= SLOWER_MS && more >= less * SLOWER_TIMES;
            told.then(|| TimeChange {
                id: case.id.clone(),
                a_ms,
                b_ms,
            })
        })
        .collect();
    times.sort_by_key(|time| std::cmp::Reverse(time.a_ms.abs_diff(time.b_ms)));
    let (mut slower, mut faster) = (0, 0);
    times.retain(|time| {
        let count = if time.b_ms > time.a_ms {
            &mut slower
        } else {
            &mut faster
        };
        *count += 1;
        *count <= TIMES
    });
    times
}
