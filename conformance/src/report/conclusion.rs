//! The conclusion of a run for a person who never read the manual: what was proven, what was not and why, and what to do
//! next. At most ten lines.

use super::{Report, summary};
use crate::case::Level;
use crate::cases;
use crate::event::{CaseRecord, KnownState, Verdict};
use crate::exit::ExitCode;
use summary::count;

/// The most characters of a reason in a line.
const REASON: usize = 140;

/// A line: its first word, and what it says.
pub(super) type Line = (&'static str, String);

/// Returns the lines.
pub(super) fn lines(report: &Report) -> Vec<Line> {
    let of = |verdict: Verdict| -> Vec<&CaseRecord> {
        let cases = report.cases.iter();
        cases
            .filter(|case| case.verdict == verdict && case.known.is_none())
            .collect()
    };
    let mut lines = vec![("proven", proven(report))];
    let findings = summary::findings(report);
    let faults: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.case.verdict, Verdict::Fail | Verdict::Blocked))
        .filter(|finding| finding.case.cause.is_some() || finding.case.verdict == Verdict::Fail)
        .collect();
    if let Some(first) = faults.first() {
        let cases: usize = faults.iter().map(|finding| 1 + finding.others.len()).sum();
        lines.push((
            "broken",
            format!(
                "{} in {}, the gravest: {} ({})",
                count(faults.len(), "fault"),
                count(cases, "case"),
                short(first.case.cause.as_ref().unwrap_or(&first.case.reason)),
                first.case.id
            ),
        ));
    }
    let blocked = of(Verdict::Blocked);
    if let Some(first) = blocked.first() {
        let why = match &first.cause {
            Some(_) => "met such a fault on the way, so what they check is not known",
            None => &short(&first.reason),
        };
        lines.push((
            "blocked",
            format!("{}: {why}", count(blocked.len(), "case")),
        ));
    }
    lines.extend(known(report));
    let warned = of(Verdict::Warn);
    if let Some(first) = warned.first() {
        let text = format!(
            "{} of level SHOULD or MAY did not hold, which does not fail the run, such as {}",
            count(warned.len(), "case"),
            first.id
        );
        lines.push(("warned", text));
    }
    let of_waivers = |case: &&CaseRecord| case.waived.is_some();
    let waived = [of(Verdict::Skip), of(Verdict::Unproven)].concat();
    let waived = waived.into_iter().filter(of_waivers).count();
    let mut skipped = of(Verdict::Skip);
    skipped.retain(|case| !of_waivers(case));
    let undecided = [of(Verdict::Inconclusive), of(Verdict::Error)].concat();
    let mut unproven: Vec<_> = summary::unproven(report).collect();
    let of_unreached = of(Verdict::Unproven).len().saturating_sub(unproven.len());
    unproven.retain(|case| !of_waivers(case));
    for (word, cases, what) in [
        ("skipped", &skipped, "not run"),
        ("undecided", &undecided, "not decided"),
        ("unproven", &unproven, "proved nothing"),
    ] {
        if let Some(first) = cases.first() {
            let text = format!(
                "{} ({} MUST) {what}, the first because: {}",
                count(cases.len(), "case"),
                summary::musts(cases),
                short(&first.reason)
            );
            lines.push((word, text));
        }
    }
    let unreached = summary::unreached(report);
    if let Some((operation, why)) = unreached.first() {
        let text = format!(
            "{}, so that {} about them prove nothing, the first: {operation}: {}",
            count(unreached.len(), "operation"),
            count(of_unreached, "case"),
            short(&why.reason)
        );
        lines.push(("unreached", text));
    }
    let left_out = report.run.selection.left_out();
    let parts = [(left_out, "not selected"), (waived, "waived")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(*number, "case")))
        .collect();
    let of_operations = summary::left_out(report);
    let of_operations: usize = of_operations
        .iter()
        .map(|(_, operations)| operations.len())
        .sum();
    let mut left_out = Vec::new();
    if !parts.is_empty() {
        left_out.push(format!("{}: nothing is known about them", parts.join(", ")));
    }
    if of_operations > 0 {
        let kinds = count(of_operations, "kind");
        left_out.push(format!("{kinds} of requests to operations"));
    }
    if let Some(seconds) = report.end.as_ref().and_then(|end| end.refused_for_seconds) {
        left_out.push(format!(
            "whether a revoked token works again later than {seconds} s after its revocation (timeouts.forgetting_seconds of the profile looks longer)"
        ));
    }
    if !left_out.is_empty() {
        lines.push(("left out", left_out.join("; ")));
    }
    lines.push(("next", next(report, &skipped)));
    lines
}

fn proven(report: &Report) -> String {
    let musts = |case: &&CaseRecord| case.level == Level::Must;
    let passed = |case: &&CaseRecord| case.verdict == Verdict::Pass;
    let selected = report.run.selection.selected;
    let must = report.cases.iter().filter(musts).count();
    let proven = report.cases.iter().filter(musts).filter(passed).count();
    let reached = match &report.end {
        Some(end) if !end.reached => "; nothing succeeded, so that this shows little",
        Some(_) | None => "",
    };
    format!(
        "{} of {selected} cases held, {proven} of {must} MUST among them{reached}",
        report.totals.pass
    )
}

fn known(report: &Report) -> Option<Line> {
    let known = &report.end.as_ref()?.known;
    let fails = known
        .iter()
        .filter(|known| known.state == KnownState::Fails);
    let first = fails.clone().map(|known| known.waived.expires).min()?;
    let cases: usize = fails.clone().map(|known| known.met).sum();
    let text = format!(
        "{} in {}, which the baseline accepts, the first until {first}",
        count(fails.count(), "known failure"),
        count(cases, "case")
    );
    Some(("known", text))
}

/// Returns what to do next.
fn next(report: &Report, skipped: &[&CaseRecord]) -> String {
    let Some(end) = &report.end else {
        return "run again: this run was cut off".to_owned();
    };
    let elsewhere = report
        .run
        .base_path
        .as_ref()
        .filter(|base_path| !base_path.fits);
    if let (false, Some(base_path)) = (end.reached, elsewhere) {
        let hint = base_path.hint(&report.run.target);
        return format!("give the path of the contract's servers, and run again: {hint}");
    }
    let findings = summary::findings(report);
    let gone = end
        .known
        .iter()
        .find(|known| known.state == KnownState::Gone);
    match end.exit.name {
        ExitCode::Conformant if report.run.selection.left_out() > 0 => {
            "run without filters, which is the only proof of conformance".to_owned()
        }
        ExitCode::Conformant => {
            "keep report.json, and compare the next run with it: conformance compare".to_owned()
        }
        ExitCode::Failed => match (findings.first(), gone) {
            (Some(finding), _) if cases::judges_others(&finding.case.id) => {
                "fix the gravest fault, then run again: its case judges the answers of all others"
                    .to_owned()
            }
            (Some(finding), _) if finding.case.cause.is_some() => format!(
                "fix the gravest fault, then run again, first only --filter {}",
                finding.case.id
            ),
            (_, Some(_)) => {
                "remove the known failures that no longer fail: --write-baseline".to_owned()
            }
            (_, None) => "fix what failed, then run again".to_owned(),
        },
        ExitCode::Usage | ExitCode::Broken => {
            "see the reason below, make the target reachable, and run again".to_owned()
        }
        ExitCode::NothingProven => match skipped.first() {
            _ if !summary::unreached(report).is_empty() => {
                "give what the operations need that were not reached, and run again".to_owned()
            }
            _ if let Some(case) = summary::unproven(report).find(|case| case.waived.is_none()) => {
                format!(
                    "see why cases proved nothing, first {}: {}",
                    case.id,
                    short(&case.reason)
                )
            }
            Some(case) if case.waivable => {
                "add to the profile what the skipped cases need, or waive them".to_owned()
            }
            Some(case) => format!("let the skipped cases run: {}", short(&case.reason)),
            None => "see the reason below, and run again".to_owned(),
        },
    }
}

/// Returns the beginning of a reason on one line.
fn short(text: &str) -> String {
    let line = openapi::shown::visible(text);
    match line.char_indices().nth(REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}
