//! The beginning and the end of the page: the outcome, the findings, and the conditions of the run.

use maud::{Markup, html};

use super::parts::{VERDICTS, badge, beginning, link};
use crate::event::{KnownState, Verdict};
use crate::exit::ExitCode;
use crate::report::summary::Finding;
use crate::report::{Report, conclusion, summary};
use openapi::shown::{visible, visible_lines};

/// The number of cases of one clause that are shown at first.
const SHOWN: usize = 3;

/// Returns the outcome in one or two words.
pub(super) fn headline(report: &Report) -> &'static str {
    let Some(end) = &report.end else {
        return "Cut off";
    };
    match end.exit.name {
        ExitCode::Conformant if summary::is_of_a_part(report) => "Conformant in part",
        ExitCode::Conformant => "Conformant",
        ExitCode::Failed => "Not conformant",
        ExitCode::NothingProven => "Not proven",
        ExitCode::Usage | ExitCode::Broken => "Not completed",
    }
}

fn outcome_class(report: &Report) -> &'static str {
    match report.end.as_ref().map(|end| end.exit.name) {
        Some(ExitCode::Conformant) => "pass",
        Some(ExitCode::Failed) => "fail",
        Some(ExitCode::NothingProven) => "skip",
        Some(ExitCode::Usage | ExitCode::Broken) | None => "error",
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
                    p class="said" { "Exit code " (end.exit.code) ": " (visible(&end.exit.reason)) "." }
                    dl class="facts" { @for (word, text) in conclusion::lines(report) {
                        dt { (word) } dd { (visible(&text)) }
                    } }
                }
                None => p class="said" { "The run did not finish, so this is not a valid record of it." }
            }
            @if let Some(why) = summary::incomplete(report) {
                p class="note error" { strong { "Incomplete: " } (visible(&why)) "." }
            }
            @for token in report.end.iter().flat_map(|end| &end.left_behind) {
                p class="note fail" {
                    strong { "Left behind: " } "token " code { (visible(&token.token_id)) } " of the "
                    (visible(&token.owner)) ", " (visible(&token.reason))
                }
            }
            @for one in report.end.iter().flat_map(|end| &end.resources.left_behind) {
                p class="note fail" {
                    strong { "Left behind: " } code { (visible(&one.path)) } ", created by "
                    code { (visible(&one.created_by)) } ": " (visible(&one.reason))
                }
            }
            @for one in report.end.iter().flat_map(|end| &end.resources.kept) {
                p class="note" {
                    strong { "Not deleted: " } code { (visible(&one.path)) } ", which "
                    code { (visible(&one.created_by)) } " answered with: " (visible(&one.reason))
                }
            }
            dl class="facts" {
                dt { "Deployment" } dd { code { (visible(&run.target)) } }
                dt { "Contract" } dd { (visible(&run.contract.title)) " " (visible(&run.contract.version)) }
                dt { "Started" } dd { time datetime=(run.started_at.to_rfc3339()) { (run.started_at.format("%-d %B %Y, %H:%M:%S UTC").to_string()) } }
                @if let Some(end) = &report.end {
                    dt { "Duration" } dd { (summary::requests(end)) }
                }
            }
            (share(report))
            ul class="tallies" aria-label="Cases by verdict" {
                @for verdict in VERDICTS {
                    @let number = report.totals.with(verdict);
                    @if number > 0 || verdict == Verdict::Pass {
                        li class=(verdict.name()) { strong { (number) " " (verdict.name()) } }
                    }
                }
                li class="quiet" { "of " (run.selection.selected) " selected" }
            }
        }
    }
}

/// Renders the shares of the verdicts as one bar. The numbers below it say the same in words.
fn share(report: &Report) -> Markup {
    let all = report
        .run
        .selection
        .selected
        .max(report.totals.cases)
        .max(1);
    let numbers = VERDICTS.map(|verdict| report.totals.with(verdict));
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

/// Renders the findings by clause, worst first.
pub(super) fn findings(report: &Report) -> Markup {
    let mut groups: Vec<Vec<Finding<'_>>> = Vec::new();
    for finding in summary::findings(report) {
        let case = finding.case;
        let alike = |group: &&mut Vec<Finding<'_>>| {
            (group.iter())
                .any(|other| other.case.verdict == case.verdict && other.case.clause == case.clause)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    html! {
        @if !groups.is_empty() {
            section id="findings" aria-labelledby="findings-title" {
                h2 id="findings-title" { "Findings" }
                ul class="findings" { @for group in &groups { (clause(group)) } }
            }
        }
    }
}

/// Renders a clause with the findings that cite it.
fn clause(group: &[Finding<'_>]) -> Markup {
    let Some(first) = group.first() else {
        return html! {};
    };
    let (shown, folded) = group.split_at(group.len().min(SHOWN));
    html! {
        li class=(first.case.verdict.name()) {
            (badge(first.case.verdict))
            strong { (visible(&first.case.clause.text)) }
            span class="quiet" { (visible(&first.case.clause.source)) }
            ul { @for one in shown { (finding(one)) } }
            @if !folded.is_empty() {
                details {
                    summary { "and " (summary::count(folded.len(), "case")) " more" }
                    ul { @for one in folded { (finding(one)) } }
                }
            }
        }
    }
}

fn finding(finding: &Finding<'_>) -> Markup {
    let case = finding.case;
    html! {
        li {
            a href=(link(&case.id)) { (visible(&case.id)) } " "
            span class="quiet" { (case.level.name()) }
            @if !finding.others.is_empty() { (finding.and_more()) " with the same cause" }
            span class="actual" { (beginning(&case.reason)) }
        }
    }
}

/// Renders the known failures of the baseline, and what the run shows about each.
pub(super) fn known(report: &Report) -> Markup {
    let known = report.end.as_ref().map_or(&[][..], |end| &end.known);
    html! {
        @if !known.is_empty() {
            section id="known" aria-labelledby="known-title" {
                h2 id="known-title" { "Known failures" }
                ul class="findings" { @for one in known {
                    @let class = match one.state { KnownState::Fails | KnownState::NotDecided => "skip", KnownState::Expired | KnownState::Gone => "fail" };
                    li class=(class) {
                        span class={ "badge " (class) } { "known" }
                        strong { (visible(&one.cause)) }
                        p class="said" { (one.state.words()) ", " (summary::count(one.met, "case")) ". Until " (one.waived.expires.to_string()) ": " (visible(&one.waived.reason)) }
                        p class="links" { @for case in &one.cases { a href=(link(case)) { (visible(case)) } } }
                    }
                } }
            }
        }
    }
}

/// Renders the conditions of the run, with which it can be repeated.
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
                @for line in summary::base_path(run) { dt { "Servers" } dd { (visible(&line)) } }
                dt { "Selected" } dd {
                    (selection.selected) " of " (selection.catalogue) " cases"
                    @if !selection.filters().is_empty() { ", " code { (visible(&selection.filters())) } }
                }
                dt { "Allowed" } dd { "effects up to " (selection.allow.name()) }
                dt { "Failing levels" } dd { @if selection.strict { "MUST and SHOULD" } @else { "MUST" } }
                dt { "Concurrent cases" } dd { (selection.jobs) }
                @if let Some(end) = &report.end {
                    dt { "Ended" } dd { time datetime=(end.finished_at.to_rfc3339()) { (end.finished_at.format("%-d %B %Y, %H:%M:%S UTC").to_string()) } }
                }
            }
            @let credentials = summary::credentials(report);
            @if !credentials.is_empty() {
                h3 { "Credentials in the curl commands" }
                p { "The curl commands read credentials from environment variables. The suite has revoked the tokens that it minted: the command of the exchange that decided a case mints new ones first." }
                dl class="facts" {
                    @for credential in &credentials {
                        dt { code { (credential.variable) } }
                        dd {
                            (credential.name)
                            @if let Some(file) = &credential.file { ", from the file " code { (visible(file)) } ", relative to the profile" }
                        }
                    }
                }
            }
            @let slowest = summary::slowest(report, 10);
            @if !slowest.is_empty() {
                h3 { "Slowest cases" }
                div class="scroll" tabindex="0" role="group" aria-label="Slowest cases" {
                    table {
                        thead { tr { th scope="col" { "Case" } th scope="col" { "Time" } } }
                        tbody { @for case in slowest {
                            tr { td { a href=(link(&case.id)) { (visible(&case.id)) } } td { (summary::duration(case.duration_ms)) } }
                        } }
                    }
                }
            }
            details {
                summary { "Profile" }
                pre tabindex="0" role="group" aria-label="Profile" { code { (visible_lines(&profile)) } }
            }
        }
    }
}
