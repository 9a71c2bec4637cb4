//! The cases by area, each with its steps and exchanges, and the filters.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::matrix::Cells;
use super::parts::{LEVELS, VERDICTS, badge, beginning, folded, link, path_of};
use super::waterfall::{self, Axis};
use crate::event::{BodyRecord, CaseRecord, ExchangeRecord, HeaderRecord, Verdict};
use crate::report::{Report, summary};
use openapi::shown::{visible, visible_lines};

/// The most bytes of the cases that are shown with their steps and exchanges, so that a browser opens the page of any run.
const WHOLE: usize = 2_000_000;

/// The most bytes of the cases beyond, which are shown as a line each.
const LINES: usize = 1_000_000;

/// The cases of the page: the findings first, then what did not pass, as far as there is room.
pub(super) struct Listing<'a> {
    /// By the number of the case in the run.
    shown: BTreeMap<usize, Markup>,
    ids: BTreeSet<&'a str>,
    whole: usize,
    all: usize,
}

impl<'a> Listing<'a> {
    pub(super) fn new(report: &'a Report) -> Listing<'a> {
        let cells = Cells::new(report);
        let findings = summary::findings(report).into_iter();
        let found: BTreeSet<&str> = findings.map(|finding| finding.case.id.as_str()).collect();
        let mut order: Vec<(usize, &CaseRecord)> = report.cases.iter().enumerate().collect();
        order.sort_by_key(|(_, case)| {
            let passed = case.verdict == Verdict::Pass;
            (!found.contains(case.id.as_str()), passed)
        });
        let (mut shown, mut ids) = (BTreeMap::new(), BTreeSet::new());
        let (mut room, mut room_for_lines, mut whole) = (WHOLE, LINES, 0);
        for (index, case) in order {
            let (one, room) = match article(index, case, &cells) {
                one if one.0.len() <= room => {
                    whole += 1;
                    (one, &mut room)
                }
                _ => (in_a_line(case, &cells), &mut room_for_lines),
            };
            if let Some(left) = room.checked_sub(one.0.len()) {
                *room = left;
                shown.insert(index, one);
                ids.insert(case.id.as_str());
            }
        }
        Listing {
            shown,
            ids,
            whole,
            all: report.cases.len(),
        }
    }

    /// Returns whether every case is shown with its steps and exchanges.
    pub(super) fn is_whole(&self) -> bool {
        self.whole == self.all
    }

    /// Returns whether the page has a case, so that a link to it leads somewhere.
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

pub(super) fn section(report: &Report, listing: &Listing<'_>) -> Markup {
    let mut areas: Vec<(&str, Vec<&Markup>)> = Vec::new();
    for (index, case) in report.cases.iter().enumerate() {
        let Some(one) = listing.shown.get(&index) else {
            continue;
        };
        let area = case.id.split('.').next().unwrap_or_default();
        match areas.iter_mut().find(|(name, _)| *name == area) {
            Some((_, cases)) => cases.push(one),
            None => areas.push((area, vec![one])),
        }
    }
    let (all, shown, whole) = (listing.all, listing.shown.len(), listing.whole);
    html! {
        section id="cases" aria-labelledby="cases-title" {
            h2 id="cases-title" { "Cases" }
            @if !listing.is_whole() {
                p class="note skip" {
                    strong { "Not all are shown: " }
                    "the steps and exchanges of " (whole) " of " (summary::count(all, "case")) " are on this page, those of the findings first"
                    @if shown < all { "; " (all - shown) " are not on it at all" }
                    ". " code { "report.json" } " has all of them."
                }
            }
            (filters(report))
            div class="found" id="tools" hidden {
                p id="found" role="status" tabindex="-1" {}
                button type="button" id="all" hidden { "Show all" }
                button type="button" id="open" { "Open all shown" }
            }
            @for (area, cases) in &areas {
                section class="area" aria-label={ "Cases about " (visible(area)) } {
                    h3 { (visible(area).replace('_', " ")) }
                    @for case in cases { (case) }
                }
            }
        }
    }
}

/// Renders the filters, hidden: the script shows them and applies them.
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
                    @let number = report.totals.with(verdict);
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
                label for="search" { "Text, such as a case, a header or a status (press / to focus)" }
                input type="search" id="search" autocomplete="off" spellcheck="false";
            }
        }
    }
}

fn article(index: usize, case: &CaseRecord, cells: &Cells<'_>) -> Markup {
    let passed = matches!(case.verdict, Verdict::Pass);
    html! {
        article class={ "case " (case.verdict.name()) } id=(case.id) data-verdict=(case.verdict.name())
            data-level=(case.level.name()) data-cells=(cells.of_case(case)) {
            details {
                summary {
                    (badge(case.verdict))
                    span class="level" { (case.level.name()) }
                    h4 { (visible(&case.id)) }
                    span class="took" { @if case.duration_ms > 0 { (summary::duration(case.duration_ms)) } }
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
                            " Covers " @for (position, pointer) in case.covers.iter().enumerate() { @if position > 0 { ", " } code { (visible(pointer)) } } "."
                        }
                        @if passed { " " (visible(&case.reason)) "." }
                    }
                    @if let Some(waived) = &case.waived {
                        p class="note skip" { strong { "Waived until " (waived.expires.to_string()) ": " } (visible(&waived.reason)) }
                    }
                    @if let Some(known) = &case.known {
                        p class="note skip" { strong { "Known failure until " (known.expires.to_string()) ": " } (visible(&known.reason)) }
                    }
                    @if case.verdict == Verdict::Blocked {
                        p class="note blocked" { strong { "Blocked: " } (visible(case.cause.as_ref().unwrap_or(&case.reason))) ". This clause was not decided." }
                    }
                    (steps(case))
                    (exchanges(index, case))
                }
            }
        }
    }
}

/// Renders a case for whose steps and exchanges there is no room.
fn in_a_line(case: &CaseRecord, cells: &Cells<'_>) -> Markup {
    html! {
        article class={ "case " (case.verdict.name()) } id=(case.id) data-verdict=(case.verdict.name())
            data-level=(case.level.name()) data-cells=(cells.of_case(case)) {
            details {
                summary {
                    (badge(case.verdict))
                    span class="level" { (case.level.name()) }
                    h4 { (visible(&case.id)) }
                }
                @if let Some(cause) = &case.cause { p class="why" { (beginning(cause)) } }
            }
        }
    }
}

fn steps(case: &CaseRecord) -> Markup {
    html! {
        @if !case.steps.is_empty() {
            h5 { "Steps" }
            table class="steps" {
                thead { tr { th scope="col" { "Passed" } th scope="col" { "Check" } th scope="col" { "Expected" } th scope="col" { "Actual" } } }
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

fn exchanges(index: usize, case: &CaseRecord) -> Markup {
    let axis = Axis::new(&case.exchanges);
    let decisive = summary::decisive_step(case).and_then(|step| step.exchange);
    html! {
        @if !case.exchanges.is_empty() {
            h5 { (summary::count(case.exchanges.len(), "exchange")) }
            (waterfall::legend())
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
                                    span class="hidden-label" { "time until the response, and time to read its body: " }
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

/// Renders an exchange as one line: the request and the status of the response.
fn line(exchange: &ExchangeRecord) -> Markup {
    html! {
        code { (visible(&exchange.request.method)) " " (visible(path_of(&exchange.request.url))) }
        " → "
        @match &exchange.response {
            Some(response) => strong { (response.status) }
            None => strong { "no response" }
        }
    }
}

fn wire(key: &str, exchange: &ExchangeRecord) -> Markup {
    html! {
        div class="wire" {
            div {
                h5 { "Request" }
                (head(&format!("{} {}", exchange.request.method, exchange.request.url), &exchange.request.headers))
                (body("Request body", exchange.request.body.as_ref()))
            }
            div {
                h5 { "Response" }
                @match &exchange.response {
                    Some(response) => {
                        (head(&response.status.to_string(), &response.headers))
                        (body("Response body", Some(&response.body)))
                    }
                    None => p { (visible(exchange.problem.as_deref().unwrap_or("no response"))) }
                }
            }
            div class="whole" {
                div class="again" {
                    h5 { "Repeat the request" }
                    button type="button" class="copy" data-copies={ "curl-" (key) } hidden { "Copy" }
                }
                pre tabindex="0" role="group" aria-label="curl command" { code id={ "curl-" (key) } { (visible_lines(&exchange.curl)) } }
                @if exchange.retries > 0 {
                    p { "Sent after " (summary::count(exchange.retries as usize, "failed connection attempt")) "." }
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
            Some(body) if body.bytes == 0 => p class="quiet" { "Empty body." }
            Some(body) => {
                @if let Some(text) = &body.text {
                    pre tabindex="0" role="group" aria-label=(label) { code { (visible_lines(&pretty(text))) } }
                }
                @if let Some(base64) = &body.base64 {
                    p class="quiet" { "Not UTF-8, in Base64:" }
                    pre tabindex="0" role="group" aria-label=(label) { code { (visible(base64)) } }
                }
                @if body.truncated { p class="quiet" { "Truncated: the body has " (body.bytes) " bytes." } }
            }
        }
    }
}

/// Indents JSON if writing it without spaces gives the original text: an unusual spelling in a response must stay visible.
fn pretty(text: &str) -> String {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return text.to_owned();
    };
    let compact = value.to_string();
    match serde_json::to_string_pretty(&value) {
        Ok(indented) if compact == text => indented,
        Ok(_) | Err(_) => text.to_owned(),
    }
}
