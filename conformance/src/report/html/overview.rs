//! What a reader sees first, and last: the outcome, what did not hold, and what was run against what.

use maud::{Markup, html};

use super::{badge, link};
use crate::case::Level;
use crate::event::Verdict;
use crate::report::digest::Told;
use crate::report::{Report, digest};
use openapi::render::visible::{visible, visible_lines};

/// How many cases of one clause are told of at first.
const SHOWN: usize = 3;

/// The order in which verdicts are counted and drawn.
pub(super) const VERDICTS: [Verdict; 6] = [
    Verdict::Pass,
    Verdict::Warn,
    Verdict::Skip,
    Verdict::Inconclusive,
    Verdict::Error,
    Verdict::Fail,
];

/// The levels, by what depends on them.
pub(super) const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// How many cases came to a verdict.
pub(super) fn number(report: &Report, verdict: Verdict) -> usize {
    let totals = report.totals;
    match verdict {
        Verdict::Pass => totals.pass,
        Verdict::Warn => totals.warn,
        Verdict::Skip => totals.skip,
        Verdict::Inconclusive => totals.inconclusive,
        Verdict::Error => totals.error,
        Verdict::Fail => totals.fail,
    }
}

/// The outcome in one or two words.
pub(super) fn headline(report: &Report) -> &'static str {
    let Some(end) = &report.end else {
        return "Cut off";
    };
    match end.exit.code {
        0 => "Conformant",
        1 => "Not conformant",
        4 => "Not proven",
        _ => "Not completed",
    }
}

fn outcome_class(report: &Report) -> &'static str {
    match report.end.as_ref().map(|end| end.exit.code) {
        Some(0) => "pass",
        Some(1) => "fail",
        Some(4) => "skip",
        Some(_) | None => "error",
    }
}

pub(super) fn header(report: &Report) -> Markup {
    let run = &report.run;
    html! {
        header class={ "top " (outcome_class(report)) } {
            p class="quiet" { "Conformance report" }
            h1 { (headline(report)) }
            @match &report.end {
                Some(end) => {
                    p class="said" { "Exit code " (end.exit.code) ": " (visible(&end.exit.meaning)) "." }
                    p { (visible(&end.exit.reason)) }
                }
                None => p class="said" { "The run did not end, so this is no valid record of it." }
            }
            @if let Some(why) = digest::incomplete(report) {
                p class="note error" { strong { "Incomplete: " } (visible(&why)) "." }
            }
            @for token in report.end.iter().flat_map(|end| &end.left_behind) {
                p class="note fail" {
                    strong { "Left behind: " } "token " code { (visible(&token.token_id)) } " of the "
                    (visible(&token.owner)) ", " (visible(&token.reason))
                }
            }
            dl class="facts" {
                dt { "Deployment" } dd { code { (visible(&run.target)) } }
                dt { "Contract" } dd { (visible(&run.contract.title)) " " (visible(&run.contract.version)) }
                dt { "Started" } dd { time datetime=(run.started_at.to_rfc3339()) { (run.started_at.format("%-d %B %Y, %H:%M:%S UTC").to_string()) } }
                @if let Some(end) = &report.end {
                    dt { "Took" } dd { (digest::duration(end.duration_ms)) ", " (end.requests) " requests" }
                }
            }
            (share(report))
            ul class="tallies" aria-label="Cases by verdict" {
                @for verdict in VERDICTS {
                    @let number = number(report, verdict);
                    @if number > 0 || verdict == Verdict::Pass {
                        li class=(verdict.name()) { strong { (number) " " (verdict.name()) } }
                    }
                }
                li class="quiet" { "of " (run.selection.selected) " selected" }
            }
        }
    }
}

/// The verdicts' shares as one bar; the numbers stand below it in words.
fn share(report: &Report) -> Markup {
    let all = report
        .run
        .selection
        .selected
        .max(report.totals.cases)
        .max(1);
    let numbers = VERDICTS.map(|verdict| number(report, verdict));
    html! {
        svg class="share" aria-hidden="true" focusable="false" {
            rect class="none" width="100%" height="100%" {}
            @for (index, verdict) in VERDICTS.iter().enumerate() {
                @let before: usize = numbers[..index].iter().sum();
                @if numbers[index] > 0 {
                    rect class=(verdict.name()) x=(percent(before, all)) width=(percent(numbers[index], all)) height="100%" {}
                }
            }
        }
    }
}

fn percent(part: usize, whole: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
    let share = part as f64 * 100.0 / whole as f64;
    format!("{share:.3}%")
}

/// What did not hold, worst first: each clause with the cases that stand on it.
pub(super) fn findings(report: &Report) -> Markup {
    let mut groups: Vec<Vec<Told<'_>>> = Vec::new();
    for told in digest::told(report) {
        let alike = |group: &&mut Vec<Told<'_>>| {
            group.iter().any(|other| {
                other.case.verdict == told.case.verdict && other.case.clause == told.case.clause
            })
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(told),
            None => groups.push(vec![told]),
        }
    }
    html! {
        @if !groups.is_empty() {
            section id="findings" aria-labelledby="findings-title" {
                h2 id="findings-title" { "What did not hold" }
                ul class="findings" { @for group in &groups { (finding(group)) } }
            }
        }
    }
}

/// A clause that did not hold, and the cases that found it out.
fn finding(group: &[Told<'_>]) -> Markup {
    let Some(first) = group.first() else {
        return html! {};
    };
    let (shown, folded) = group.split_at(group.len().min(SHOWN));
    html! {
        li class=(first.case.verdict.name()) {
            (badge(first.case.verdict))
            strong { (visible(&first.case.clause.text)) }
            span class="quiet" { (visible(&first.case.clause.source)) }
            ul { @for told in shown { (reason(told)) } }
            @if !folded.is_empty() {
                details {
                    summary { "and " (digest::count(folded.len(), "case")) " more" }
                    ul { @for told in folded { (reason(told)) } }
                }
            }
        }
    }
}

fn reason(told: &Told<'_>) -> Markup {
    html! {
        li {
            a href=(link(&told.case.id)) { (visible(&told.case.id)) } " "
            span class="quiet" { (told.case.level.name()) }
            @if told.same > 1 { " and " (told.same - 1) " more with the same story" }
            span class="actual" { (super::case::beginning(&told.case.reason)) }
        }
    }
}

/// What was run against what: for whoever wants to run it again.
pub(super) fn run(report: &Report) -> Markup {
    let run = &report.run;
    let selection = &run.selection;
    let profile = serde_json::to_string_pretty(&run.profile).unwrap_or_default();
    html! {
        section id="run" aria-labelledby="run-title" {
            h2 id="run-title" { "Run" }
            dl class="facts" {
                dt { "Suite" } dd { (visible(&run.suite.name)) " " (visible(&run.suite.version)) }
                dt { "Contract" } dd { (visible(&run.contract.title)) ", SHA-256 " code { (visible(&run.contract.sha256)) } }
                dt { "Selected" } dd {
                    (selection.selected) " of " (selection.catalogue) " cases"
                    @if !selection.filter.is_empty() { ", filter " code { (visible(&selection.filter.join(" "))) } }
                }
                dt { "Allowed" } dd { "effects up to " (selection.allow.name()) }
                dt { "Gates" } dd { @if selection.strict { "MUST and SHOULD" } @else { "MUST" } }
                dt { "Side by side" } dd { (selection.jobs) }
                @if let Some(end) = &report.end {
                    dt { "Ended" } dd { time datetime=(end.finished_at.to_rfc3339()) { (end.finished_at.format("%-d %B %Y, %H:%M:%S UTC").to_string()) } }
                }
            }
            @let credentials = digest::credentials(report);
            @if !credentials.is_empty() {
                h3 { "Credentials of the command lines" }
                p { "The command lines of the exchanges take credentials from environment variables. Tokens that the suite minted were revoked with the run." }
                dl class="facts" {
                    @for credential in &credentials {
                        dt { code { (credential.variable) } }
                        dd {
                            (credential.what)
                            @if let Some(file) = &credential.file { ", from the file " code { (visible(file)) } " beside the profile" }
                        }
                    }
                }
            }
            @let slowest = digest::slowest(report, 10);
            @if !slowest.is_empty() {
                h3 { "Slowest cases" }
                div class="scroll" tabindex="0" role="group" aria-label="Slowest cases" {
                    table {
                        thead { tr { th scope="col" { "Case" } th scope="col" { "Time" } } }
                        tbody { @for case in slowest {
                            tr { td { a href=(link(&case.id)) { (visible(&case.id)) } } td { (digest::duration(case.duration_ms)) } }
                        } }
                    }
                }
            }
            details {
                summary { "The profile" }
                pre tabindex="0" role="group" aria-label="The profile" { code { (visible_lines(&profile)) } }
            }
        }
    }
}
