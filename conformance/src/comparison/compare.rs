//! How two runs are compared.

use std::collections::BTreeSet;

use serde_json::Value;

use super::record::{
    CaseChange, Change, Comparison, Condition, CoverageChange, FORMAT, Judgement, Side, TimeChange,
};
use crate::case::Level;
use crate::event::{CaseRecord, Verdict};
use crate::exit::ExitCode;
use crate::report::{self, Report};

/// The least difference in milliseconds at which a case counts as slower or faster. Two runs of the same deployment differ
/// by less.
const LEAST_DIFFERENCE_MS: u64 = 50;

/// The least factor at which a case counts as slower or faster.
const LEAST_FACTOR: u64 = 2;

/// The most slower cases, and the most faster cases, in a comparison.
const TIMES: usize = 5;

/// Compares two runs. With `strict`, a SHOULD that does not pass is a failure too.
#[must_use]
pub fn compare(a: &Report, b: &Report, strict: bool) -> Comparison {
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

fn side(report: &Report) -> Side {
    let end = report.end.as_ref();
    let coverage = report::coverage(report);
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
    // The sort is stable: the cases of one change and level stay in the order of the catalogue.
    changes.sort_by_key(|case| (case.change, case.level));
    changes
}

/// Ranks a decided verdict, the best first. Returns `None` for an undecided one.
fn rank(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Pass => Some(0),
        Verdict::Warn => Some(1),
        Verdict::Fail => Some(2),
        Verdict::Skip
        | Verdict::Inconclusive
        | Verdict::Unproven
        | Verdict::Blocked
        | Verdict::Error => None,
    }
}

/// Returns the change of a case that B has, if there is one.
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
        // It fails, and A does not show whether it failed earlier.
        (None, Some(_)) => Change::Worse,
    })
}

/// Returns the result. A new failure outranks an undecided comparison.
fn judge(a: &Report, b: &Report, cases: &[CaseChange], strict: bool) -> Judgement {
    let fails = |case: &&CaseChange| match case.b {
        Some(Verdict::Fail) => true,
        Some(Verdict::Warn) => strict && case.level == Level::Should,
        Some(
            Verdict::Pass
            | Verdict::Skip
            | Verdict::Inconclusive
            | Verdict::Unproven
            | Verdict::Blocked
            | Verdict::Error,
        )
        | None => false,
    };
    let failures: Vec<&str> = (cases.iter())
        .filter(|case| matches!(case.change, Change::Worse | Change::New))
        .filter(fails)
        .map(|case| case.id.as_str())
        .collect();
    let undecided: Vec<&str> = (cases.iter())
        .filter(|case| matches!(case.change, Change::Undecided | Change::Gone))
        .filter(|case| case.level == Level::Must || case.b == Some(Verdict::Blocked))
        .filter(|case| case.a.and_then(rank).is_some())
        .map(|case| case.id.as_str())
        .collect();
    let judged = |code: ExitCode, reason: String| Judgement {
        code: code.code(),
        reason,
    };
    if !failures.is_empty() {
        return judged(
            ExitCode::Failed,
            format!("new failures: {}", crate::exit::named(&failures)),
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
    if !undecided.is_empty() {
        return judged(
            ExitCode::NothingProven,
            format!(
                "decided in A but not in B: {}",
                crate::exit::named(&undecided)
            ),
        );
    }
    judged(ExitCode::Conformant, "no new failures".to_owned())
}

/// Returns the conditions in which the two runs differ.
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
    // The numbers of cases follow from the other conditions; jobs and seed do not change a verdict.
    let ignored = [
        "selection.selected",
        "selection.catalogue",
        "selection.jobs",
        "selection.seed",
    ];
    found.retain(|condition: &Condition| !ignored.contains(&condition.what.as_str()));
    found
}

/// Collects the leaves in which two values differ, by their dotted names.
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
        let parts = report::coverage(report)?.parts.iter();
        let observed = parts.filter(|part| part.observed);
        let names = observed.map(|part| format!("{} {}", part.operation, part.name));
        Some(names.collect())
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
            let differs =
                less > 0 && more - less >= LEAST_DIFFERENCE_MS && more >= less * LEAST_FACTOR;
            differs.then(|| TimeChange {
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
