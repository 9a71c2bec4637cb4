//! The cases by area, each with its steps and its exchanges, and what filters them.

use maud::{Markup, html};

use super::overview::{LEVELS, VERDICTS, number};
use super::waterfall::{self, Axis};
use super::{badge, link, matrix};
use crate::event::{BodyRecord, CaseRecord, ExchangeRecord, HeaderRecord};
use crate::report::{Report, digest};
use openapi::render::visible::{visible, visible_lines};

/// How much of an expectation is shown at once, in bytes.
const SHOWN: usize = 400;

pub(super) fn section(report: &Report) -> Markup {
    let mut areas: Vec<(&str, Vec<(usize, &CaseRecord)>)> = Vec::new();
    for (index, case) in report.cases.iter().enumerate() {
        let area = case.id.split('.').next().unwrap_or_default();
        match areas.iter_mut().find(|(name, _)| *name == area) {
            Some((_, cases)) => cases.push((index, case)),
            None => areas.push((area, vec![(index, case)])),
        }
    }
    let cells = matrix::Cells::of(report);
    html! {
        section id="cases" aria-labelledby="cases-title" {
            h2 id="cases-title" { "Cases" }
            (filters(report))
            div class="found" id="tools" hidden {
                p id="found" role="status" tabindex="-1" {}
                button type="button" id="all" hidden { "Show all" }
                button type="button" id="open" { "Open all shown" }
            }
            @for (area, cases) in &areas {
                section class="area" aria-label={ "Cases about " (visible(area)) } {
                    h3 { (visible(area).replace('_', " ")) }
                    @for (index, case) in cases { (article(*index, case, &cells)) }
                }
            }
        }
    }
}

/// Shown by the script, which does what they say.
fn filters(report: &Report) -> Markup {
    let of_level = |level| {
        (report.cases.iter())
            .filter(|case| case.level == level)
            .count()
    };
    html! {
        search class="filters" id="filters" aria-label="Filter the cases" hidden {
            fieldset {
                legend { "Verdict" }
                div class="choices" { @for verdict in VERDICTS {
                    @let number = number(report, verdict);
                    @if number > 0 {
                        label class=(verdict.name()) {
                            input type="checkbox" name="verdict" value=(verdict.name()) checked;
                            (verdict.name()) " " (number)
                        }
                    }
                } }
            }
            fieldset {
                legend { "Level" }
                div class="choices" { @for level in LEVELS {
                    @let number = of_level(level);
                    @if number > 0 {
                        label {
                            input type="checkbox" name="level" value=(level.name()) checked;
                            (level.name()) " " (number)
                        }
                    }
                } }
            }
            div class="search" {
                label for="search" { "Text, such as a case, a header or a status (press / to come here)" }
                input type="search" id="search" autocomplete="off" spellcheck="false";
            }
        }
    }
}

fn article(index: usize, case: &CaseRecord, cells: &matrix::Cells) -> Markup {
    let passed = matches!(case.verdict, crate::event::Verdict::Pass);
    html! {
        article class={ "case " (case.verdict.name()) } id=(case.id) data-verdict=(case.verdict.name())
            data-level=(case.level.name()) data-cells=(cells.of_case(case)) {
            details {
                summary {
                    (badge(case.verdict))
                    span class="level" { (case.level.name()) }
                    h4 { (visible(&case.id)) }
                    span class="took" { @if case.duration_ms > 0 { (digest::duration(case.duration_ms)) } }
                    @if !passed { span class="why" { (beginning(&case.reason)) } }
                }
                div class="inside" {
                    blockquote {
                        p { (visible(&case.clause.text)) }
                        footer { (visible(&case.clause.source)) }
                    }
                    p class="quiet" {
                        a href=(link(&case.id)) { "Link to this case" }
                        ". Effect: " (case.effect.name()) "."
                        @if !case.covers.is_empty() {
                            " Covers " @for (at, pointer) in case.covers.iter().enumerate() { @if at > 0 { ", " } code { (visible(pointer)) } } "."
                        }
                        @if passed { " " (visible(&case.reason)) "." }
                    }
                    @if let Some(waived) = &case.waived {
                        p class="note skip" { strong { "Waived until " (waived.expires.to_string()) ": " } (visible(&waived.reason)) }
                    }
                    (steps(case))
                    (exchanges(index, case))
                }
            }
        }
    }
}

fn steps(case: &CaseRecord) -> Markup {
    html! {
        @if !case.steps.is_empty() {
            h5 { "Steps" }
            table class="steps" {
                thead { tr { th scope="col" { "Held" } th scope="col" { "What" } th scope="col" { "Expected" } th scope="col" { "Actual" } } }
                tbody { @for step in &case.steps {
                    tr {
                        td { @if step.held { span class="badge pass" { "yes" } } @else { span class={ "badge " (case.verdict.name()) } { "no" } } }
                        td { (visible(&step.what)) }
                        td data-label="Expected" { (folded(&step.expected)) }
                        td data-label="Actual" { (folded(&step.actual)) }
                    }
                } }
            }
        }
    }
}

/// The beginning of a long text; where this is shown, the whole stands below.
pub(super) fn beginning(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN);
    let mark = if end < text.len() { "…" } else { "" };
    format!("{}{mark}", visible(&text[..end]))
}

/// A text in a cell: the beginning of a long one, which opens to all of it.
fn folded(text: &str) -> Markup {
    let end = text.floor_char_boundary(SHOWN);
    html! {
        @if end < text.len() {
            details {
                summary { (visible(&text[..end])) "…" }
                (visible(text))
            }
        } @else { (visible(text)) }
    }
}

fn exchanges(index: usize, case: &CaseRecord) -> Markup {
    let axis = Axis::of(&case.exchanges);
    let decisive = digest::decisive_step(case).and_then(|step| step.exchange);
    html! {
        @if !case.exchanges.is_empty() {
            h5 { (digest::count(case.exchanges.len(), "exchange")) }
            (waterfall::key())
            ol class="exchanges" {
                @for (number, exchange) in case.exchanges.iter().enumerate() {
                    li class=[(decisive == Some(number)).then(|| format!("decisive {}", case.verdict.name()))] {
                        details open[decisive == Some(number)] {
                            summary {
                                span {
                                    (line(exchange))
                                    span class="asked" { (visible(&exchange.purpose)) @if decisive == Some(number) { " (decided the case)" } }
                                }
                                (axis.bar(exchange))
                                span class="times" {
                                    span class="hidden-label" { "waited, then read: " }
                                    (waterfall::times(exchange))
                                }
                            }
                            (wire(&format!("{index}-{number}"), exchange))
                        }
                    }
                }
            }
        }
    }
}

/// The exchange in a line: what was asked, and the status that came back.
fn line(exchange: &ExchangeRecord) -> Markup {
    html! {
        code { (visible(&exchange.request.method)) " " (visible(matrix::path_of(&exchange.request.url))) }
        " → "
        @match &exchange.response {
            Some(response) => strong { (response.status) }
            None => strong { "no answer" }
        }
    }
}

fn wire(key: &str, exchange: &ExchangeRecord) -> Markup {
    html! {
        div class="wire" {
            div {
                h5 { "Request" }
                (head(&format!("{} {}", exchange.request.method, exchange.request.url), &exchange.request.headers))
                (body("Body of the request", exchange.request.body.as_ref()))
            }
            div {
                h5 { "Answer" }
                @match &exchange.response {
                    Some(response) => {
                        (head(&response.status.to_string(), &response.headers))
                        (body("Body of the answer", Some(&response.body)))
                    }
                    None => p { (visible(exchange.problem.as_deref().unwrap_or("none"))) }
                }
            }
            div class="whole" {
                div class="again" {
                    h5 { "Send it again" }
                    button type="button" class="copy" data-copies={ "curl-" (key) } hidden { "Copy" }
                }
                pre tabindex="0" role="group" aria-label="Command line" { code id={ "curl-" (key) } { (visible_lines(&exchange.curl)) } }
                @if exchange.retries > 0 {
                    p { "After " (digest::count(exchange.retries as usize, "connection attempt")) " that failed." }
                }
            }
        }
    }
}

fn head(first: &str, headers: &[HeaderRecord]) -> Markup {
    html! {
        pre tabindex="0" role="group" aria-label="Headers" { code {
            (visible(first)) "\n"
            @for header in headers { (visible(&header.name)) ": " (visible(&header.value)) "\n" }
        } }
    }
}

fn body(label: &str, body: Option<&BodyRecord>) -> Markup {
    html! {
        @match body {
            None => p class="quiet" { "No body." }
            Some(body) if body.bytes == 0 => p class="quiet" { "An empty body." }
            Some(body) => {
                @if let Some(text) = &body.text {
                    pre tabindex="0" role="group" aria-label=(label) { code { (visible_lines(&pretty(text))) } }
                }
                @if let Some(base64) = &body.base64 {
                    p class="quiet" { "Not UTF-8, in Base64:" }
                    pre tabindex="0" role="group" aria-label=(label) { code { (visible(base64)) } }
                }
                @if body.truncated { p class="quiet" { "The beginning of " (body.bytes) " bytes." } }
            }
        }
    }
}

fn written(value: &serde_json::Value) -> String {
    value.to_string()
}

/// JSON in lines where reading it back gives the same text, so that nothing odd about the answer is smoothed over.
fn pretty(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if written(&value) == text => {
            serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.to_owned())
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}
