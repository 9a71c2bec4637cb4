//! The parts of the contract that the run exercised and observed.

use maud::{Markup, html};

use crate::coverage::CoveredPart;
use crate::report::{Report, summary};
use openapi::shown::visible;

/// The most parts that are named. Beyond, the page would be too large for a browser.
const NAMED: usize = 1000;

/// The most parts not observed that are named.
const MISSING: usize = 200;

pub(super) fn section(report: &Report) -> Markup {
    let Some(coverage) = summary::coverage(report) else {
        return html! {};
    };
    let missing: Vec<&CoveredPart> = (coverage.parts.iter())
        .filter(|part| !part.observed)
        .collect();
    html! {
        section id="coverage" aria-labelledby="coverage-title" {
            h2 id="coverage-title" { "Coverage of the contract" }
            p {
                "The contract declares " strong { (coverage.declared) } " parts (statuses, media types, parameters, properties). The run exercised "
                strong { (coverage.exercised) } " and observed " strong { (coverage.observed) } " of them."
            }
            @if !missing.is_empty() {
                h3 { "Not observed" }
                ul class="uncovered" { @for part in missing.iter().take(MISSING) {
                    li {
                        strong { (visible(&part.name)) } " of " code { (visible(&part.operation)) }
                        @if part.exercised { " (exercised)" }
                        br; code class="quiet" { (visible(&part.pointer)) }
                    }
                } }
            }
            @if missing.len() > MISSING {
                p class="quiet" { "and " (missing.len() - MISSING) " more, which " code { "report.json" } " names." }
            }
            @if !coverage.undocumented.is_empty() {
                h3 { "Statuses that the contract does not document" }
                ul { @for one in &coverage.undocumented {
                    li { strong { (one.status) } " from " code { (visible(&one.operation)) } ", " (one.times) " times" }
                } }
            }
            @if coverage.parts.len() > NAMED {
                p class="quiet" { code { "report.json" } " names all " (coverage.parts.len()) " parts." }
            } @else { details {
                summary { "All parts" }
                div class="scroll" tabindex="0" role="group" aria-label="All parts of the contract" {
                    table {
                        thead { tr { th scope="col" { "Part" } th scope="col" { "Operation" } th scope="col" { "Exercised" } th scope="col" { "Observed" } } }
                        tbody { @for part in &coverage.parts {
                            tr {
                                td { (visible(&part.name)) br; code class="quiet" { (visible(&part.pointer)) } }
                                td { code { (visible(&part.operation)) } }
                                td { (yes_or_no(part.exercised)) }
                                td { (yes_or_no(part.observed)) }
                            }
                        } }
                    }
                }
            } }
        }
    }
}

/// Renders the operations: the first table of the page.
pub(super) fn operations(report: &Report) -> Markup {
    let coverage = summary::coverage(report).filter(|coverage| !coverage.operations.is_empty());
    let Some(coverage) = coverage else {
        return html! {};
    };
    html! {
        section id="operations" aria-labelledby="operations-title" {
            h2 id="operations-title" { "Operations" }
            p { (visible(&summary::operations(coverage))) "." }
            div class="scroll" tabindex="0" role="group" aria-label="Operations of the contract" {
                table {
                    thead { tr {
                        th scope="col" { "Operation" } th scope="col" { "Reached" } th scope="col" { "Documented" }
                        th scope="col" { "Provoked" } th scope="col" { "Observed" } th scope="col" { "Values" } th scope="col" { "Left out" }
                    } }
                    tbody { @for one in &coverage.operations {
                        tr {
                            td { code { (visible(&one.operation)) } }
                            td {
                                (yes_or_no(one.reached))
                                @if let Some(why) = &one.unreached { " " (visible(&why.reason)) "; " (visible(&why.needs)) }
                            }
                            @for statuses in [&one.documented, &one.provoked, &one.observed] { td { (visible(&statuses.join(" "))) } }
                            td { @for value in &one.values { code { (visible(&value.place)) } " " (visible(&value.origin)) br; } }
                            td { @for what in &one.left_out { (visible(what)) br; } }
                        }
                    } }
                }
            }
        }
    }
}

fn yes_or_no(is: bool) -> Markup {
    html! { @if is { span class="badge pass" { "yes" } } @else { span class="badge skip" { "no" } } }
}
