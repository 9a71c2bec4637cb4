//! What readers of a run look for first, whatever the format: what did not hold, what was not run and why, what took
//! longest, and where the credentials of its command lines come from.

use super::Report;
use crate::case::Level;
use crate::coverage::Coverage;
use crate::event::{CaseRecord, ExchangeRecord, StepRecord, Verdict, Waived};

/// The verdicts of which a report tells case by case, worst first.
pub(crate) const TOLD: [Verdict; 4] = [
    Verdict::Fail,
    Verdict::Error,
    Verdict::Inconclusive,
    Verdict::Warn,
];

/// A case to tell of, and how many others have the very same story.
pub(crate) struct Told<'a> {
    pub(crate) case: &'a CaseRecord,
    /// How many cases it stands for, itself included.
    pub(crate) same: usize,
}

/// What did not hold, worst first. When the target is gone every case has the same error, and one telling is enough.
pub(crate) fn told(report: &Report) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for verdict in TOLD {
        let start = told.len();
        for case in report.cases.iter().filter(|case| case.verdict == verdict) {
            let alike = |other: &&mut Told<'_>| {
                other.case.exchanges.is_empty() && other.case.reason == case.reason
            };
            match told[start..].iter_mut().find(alike) {
                Some(other) if case.exchanges.is_empty() => other.same += 1,
                Some(_) | None => told.push(Told { case, same: 1 }),
            }
        }
    }
    told
}

/// The step that decided a case that did not pass.
pub(crate) fn decisive_step(case: &CaseRecord) -> Option<&StepRecord> {
    case.steps.iter().find(|step| !step.held)
}

/// The exchange that decided a case: the one that the failed step looked at.
pub(crate) fn decisive_exchange(case: &CaseRecord) -> Option<&ExchangeRecord> {
    case.exchanges.get(decisive_step(case)?.exchange?)
}

/// Cases that were skipped for one reason.
pub(crate) struct Skipped<'a> {
    /// Why they were not run.
    pub(crate) reason: &'a str,
    /// Why the deployment's owner does without them, and until when, where the profile says so.
    pub(crate) waived: Option<&'a Waived>,
    /// The cases, in the order of the catalogue.
    pub(crate) cases: Vec<&'a CaseRecord>,
}

/// Why a case was skipped, with the waiver behind the reason.
pub(crate) fn skipped(case: &CaseRecord) -> String {
    why(&case.reason, case.waived.as_ref())
}

fn why(reason: &str, waived: Option<&Waived>) -> String {
    match waived {
        Some(waived) => format!(
            "{reason}; waived until {}: {}",
            waived.expires, waived.reason
        ),
        None => reason.to_owned(),
    }
}

impl Skipped<'_> {
    /// The reason, with the waiver behind it.
    pub(crate) fn why(&self) -> String {
        why(self.reason, self.waived)
    }

    /// The cases' ids, one after the other.
    pub(crate) fn ids(&self) -> String {
        let ids: Vec<&str> = self.cases.iter().map(|case| case.id.as_str()).collect();
        ids.join(" ")
    }
}

/// What was skipped, by reason and waiver; what nobody waives first.
pub(crate) fn skips(report: &Report) -> Vec<Skipped<'_>> {
    let mut skips: Vec<Skipped<'_>> = Vec::new();
    for case in (report.cases.iter()).filter(|case| case.verdict == Verdict::Skip) {
        let waived = case.waived.as_ref();
        let alike = |skip: &&mut Skipped<'_>| skip.reason == case.reason && skip.waived == waived;
        match skips.iter_mut().find(alike) {
            Some(skip) => skip.cases.push(case),
            None => skips.push(Skipped {
                reason: &case.reason,
                waived,
                cases: vec![case],
            }),
        }
    }
    skips.sort_by_key(|skip| skip.waived.is_some());
    skips
}

/// How many of some cases are a MUST.
pub(crate) fn musts(cases: &[&CaseRecord]) -> usize {
    (cases.iter())
        .filter(|case| case.level == Level::Must)
        .count()
}

/// The cases that took longest, slowest first.
pub(crate) fn slowest(report: &Report, count: usize) -> Vec<&CaseRecord> {
    let mut cases: Vec<&CaseRecord> = (report.cases.iter())
        .filter(|case| case.duration_ms > 0)
        .collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.duration_ms));
    cases.truncate(count);
    cases
}

/// What the run says of its coverage; nothing where it says nothing.
pub(crate) fn coverage(report: &Report) -> Option<&Coverage> {
    let coverage = &report.end.as_ref()?.coverage;
    (coverage.declared > 0).then_some(coverage)
}

/// Milliseconds as seconds with one digit, or as they are where they are few.
pub(crate) fn duration(milliseconds: u64) -> String {
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    #[expect(clippy::cast_precision_loss, reason = "no run lasts 2^52 milliseconds")]
    let seconds = milliseconds as f64 / 1000.0;
    format!("{seconds:.1} s")
}

/// `1 case`, `2 cases`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// Where a user's credential comes from.
pub(crate) struct Credential {
    /// Whose token it is.
    pub(crate) what: String,
    /// The variable that command lines take it from.
    pub(crate) variable: String,
    /// The file that holds it, if it is not that variable itself; relative to the profile's folder.
    pub(crate) file: Option<String>,
}

/// Where the credentials of the run come from, by its profile.
pub(crate) fn credentials(report: &Report) -> Vec<Credential> {
    let known = [
        ("operator", "operator", "token"),
        ("expired_operator", "operator", "expired_token"),
        ("member", "member", "token"),
        ("outsider", "outsider", "token"),
    ];
    let credentials = known.into_iter().filter_map(|(name, user, key)| {
        let token = report.run.profile.get(user)?.get(key)?;
        let env = token.get("env").and_then(serde_json::Value::as_str);
        let file = token.get("file").and_then(serde_json::Value::as_str);
        Some(Credential {
            what: match key {
                "token" => format!("the {user}'s token"),
                _ => format!("the {user}'s token that has expired"),
            },
            variable: crate::profile::variable(name, env),
            file: file.map(str::to_owned),
        })
    });
    credentials.collect()
}

/// The exit code with its meaning, or what stands in its place when the run was cut off.
pub(crate) fn verdict(report: &Report) -> String {
    match &report.end {
        Some(end) => format!("exit {}: {}", end.exit.code, end.exit.meaning),
        None => "cut off: the run did not end, and this report is not valid".to_owned(),
    }
}

/// Why a report that is not complete is not, in a sentence; nothing where it is.
pub(crate) fn incomplete(report: &Report) -> Option<String> {
    if report.complete {
        return None;
    }
    let selected = report.run.selection.selected;
    Some(format!(
        "only {} of {selected} selected cases were decided",
        report.cases.len()
    ))
}
