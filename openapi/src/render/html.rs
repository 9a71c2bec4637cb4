//! One self-contained HTML page: no image, no font, no network. Its script filters; without it the page shows all.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::counts::{self, CLASSES, OPERATIONS};
use super::grouping::{Group, Title, groups};
use super::page;
use super::report::{Grouping, Place, Report};
use crate::diff::{Change, Part, Side, Verdict};
use crate::shown::{differing, visible};

pub(super) const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = concat!(include_str!("page/search.js"), include_str!("html.js"));

/// How many groups are linked before the links are folded.
const LINKED: usize = 12;

/// Writes the page.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let page = whole(report.diff.verdict(), &one(report), &[report]);
    out.write_all(page.into_string().as_bytes())?;
    writeln!(out)
}

/// Writes one page with all comparisons that found something, the gravest first.
///
/// # Errors
///
/// When the writer fails.
pub fn write_all(out: &mut dyn Write, reports: &[Report<'_>]) -> io::Result<()> {
    let (verdict, summary) = counts::of_all(reports);
    let differing = counts::differing(reports);
    let content = html! {
        header class=(verdict_class(verdict)) {
            h1 { "OpenAPI: " strong { (verdict.name()) } }
            p { (summary) }
        }
        (filters(&differing))
        @if !differing.is_empty() {
            nav aria-label="Documents" { ul { @for (index, report) in differing.iter().enumerate() {
                li { a href={ "#document-" (index) } {
                    (visible(report.revision.name())) " (" (report.diff.verdict().name()) ")"
                } }
            } } }
        }
        main { @for (index, report) in differing.iter().enumerate() {
            section id={ "document-" (index) } class=(verdict_class(report.diff.verdict())) {
                h2 { code { (visible(report.revision.name())) } ": " (report.diff.verdict().name()) }
                (names_and_counts(report))
                @let prefix = format!("{index}-");
                @for (index, group) in groups(report).iter().enumerate() {
                    (section(report, group, &id(report, group, &prefix, index)))
                }
            }
        } }
    };
    let page = whole(verdict, &content, &differing);
    out.write_all(page.into_string().as_bytes())?;
    writeln!(out)
}

fn one(report: &Report<'_>) -> Markup {
    let verdict = report.diff.verdict();
    let groups = groups(report);
    let ids: Vec<_> = (groups.iter().enumerate())
        .map(|(index, group)| id(report, group, "", index))
        .collect();
    let links = html! { ul { @for (group, id) in groups.iter().zip(&ids) {
        li { a href={ "#" (id) } { (title(&group.title)) " (" (group.changes.len()) ")" } }
    } } };
    html! {
        header class=(verdict_class(verdict)) {
            h1 { "OpenAPI: " strong { (verdict.name()) } }
            (names_and_counts(report))
        }
        (filters(&[report]))
        @if groups.len() > LINKED {
            nav aria-label="Groups of changes" { details { summary { (groups.len()) " groups" } (links) } }
        } @else if !groups.is_empty() {
            nav aria-label="Groups of changes" { (links) }
        }
        main { @for (group, id) in groups.iter().zip(&ids) { (section(report, group, id)) } }
    }
}

/// Returns the name of a group in the page's address. `prefix` distinguishes it from those of other documents.
fn id(report: &Report<'_>, group: &Group<'_>, prefix: &str, index: usize) -> String {
    match report.grouping {
        Grouping::Class => format!("{prefix}{}", group.class.name()),
        Grouping::Operation | Grouping::Component => format!("{prefix}group-{index}"),
    }
}

/// Returns the filters, which the script shows, since they need it.
fn filters(reports: &[&Report<'_>]) -> Markup {
    let count = |class| -> usize {
        let of_class = reports
            .iter()
            .map(|report| counts::of_class(report.diff, class).count());
        of_class.sum()
    };
    let counts = CLASSES.map(|class| (class, count(class)));
    html! { @if counts.iter().any(|(_, count)| *count > 0) {
        div id="filters" role="search" aria-label="Filter the changes" hidden {
            p {
                label for="search" { "Search" } " "
                input id="search" type="search" autocomplete="off" spellcheck="false";
            }
            fieldset {
                legend { "Classes" }
                @for (class, count) in counts.iter().filter(|(_, count)| *count > 0) {
                    label class=(class.name()) {
                        input type="checkbox" name="class" value=(class.name()) checked;
                        " " (counts::title(*class)) " (" (count) ")"
                    } " "
                }
            }
            p {
                span id="found" role="status" {} " "
                button id="all" type="button" hidden { "Show all" }
            }
        }
    } }
}

/// Returns the names of the documents, how many changes there are, and the policy.
fn names_and_counts(report: &Report<'_>) -> Markup {
    html! {
        p { "From " code { (visible(report.base.name())) } " to " code { (visible(report.revision.name())) } }
        p { (summary(report)) }
        @if let Some((name, fails)) = counts::policy(report) {
            p { "Policy: " code { (visible(name)) } (fails) }
        }
    }
}

/// Returns the whole page around its content.
fn whole(verdict: Verdict, content: &Markup, reports: &[&Report<'_>]) -> Markup {
    let has_changes = |report: &&Report<'_>| !report.diff.changes.is_empty();
    let script = reports.iter().any(has_changes).then_some(SCRIPT);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(page::policy(STYLE, script));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "OpenAPI: " (verdict.name()) }
                // Style and script are this crate's own texts, which the policy above allows by their hashes.
                style { (PreEscaped(STYLE)) }
            }
            body {
                (content)
                @if let Some(script) = script { script { (PreEscaped(script)) } }
            }
        }
    }
}

fn summary(report: &Report<'_>) -> String {
    if report.diff.changes.is_empty() && report.diff.left_out == 0 {
        return "Both mean the same.".to_owned();
    }
    counts::summary(report.diff)
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaking => "breaking",
        Verdict::Unproven => "unproven",
        Verdict::Warning => "warning",
        Verdict::Additive => "additive",
        Verdict::Docs | Verdict::Waived | Verdict::LeftOut | Verdict::Identical => "docs",
    }
}

/// Returns the changes of a group.
fn section(report: &Report<'_>, group: &Group<'_>, id: &str) -> Markup {
    html! {
        section id=(id) class=(group.class.name()) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title(&group.title)) }
            @for (change, place) in &group.changes { (article(report, change, *place)) }
        }
    }
}

/// Returns the title of a group with its names as code.
pub(super) fn title(title: &Title) -> Markup {
    html! {
        @for (index, name) in title.names.iter().enumerate() {
            @if index > 0 { ", " }
            code { (visible(name)) }
        }
        (title.words)
    }
}

fn article(report: &Report<'_>, change: &Change, place: Place<'_>) -> Markup {
    let [base, revision] = [Side::Base, Side::Revision].map(|side| report.value(change, side));
    html! {
        article class=(change.class.name()) {
            h3 {
                @if report.grouping != Grouping::Class { strong { (change.class.name()) } " " }
                (sentence(change))
            }
            dl {
                @if let Some((how, why)) = counts::decided(change) {
                    dt { "Policy" }
                    dd { (change.class.name()) ", " (how) ": " (visible(why)) }
                }
                @if let Some(waived) = &change.waived {
                    dt { "Waived" }
                    dd { "until " (waived.expires.to_string()) ": " (visible(&waived.reason)) }
                }
                dt { "Rule" }
                dd { code { (change.rule.to_string()) } }
                dt { "Where" }
                dd {
                    code { (visible(&change.shown_location())) } br; code { (visible(&report.shown(place))) }
                    @if let Some(more) = counts::more_places(change) {
                        details { summary { (more) } (names(&change.more_places)) }
                    }
                }
                @if let Some(witness) = change.shown_witness() {
                    dt { "For example" }
                    dd {
                        (lines("An example that breaks", &[witness]))
                        @if let Some(whole) = change.whole_witness() {
                            details {
                                summary { "the whole value" }
                                (lines("The whole example", &whole))
                            }
                        }
                    }
                }
                @if let Some(base) = base {
                    dt { "Was" }
                    dd { (lines("What the base says", &differing(base, revision))) }
                }
                @if let Some(revision) = revision {
                    dt { "Is" }
                    dd { (lines("What the revision says", &differing(revision, base))) }
                }
                @if !change.operations.is_empty() {
                    dt { "Operations" }
                    dd { (operations(&change.operations)) }
                }
            }
        }
    }
}

/// Returns the message of a change with its names as code.
pub(super) fn sentence(change: &Change) -> Markup {
    html! { @for part in change.message.parts() {
        @match part {
            Part::Code(name) => { code { (visible(name)) } }
            words => { (visible(&words.to_string())) }
        }
    } }
}

/// Shows lines in a box that scrolls. It takes the focus, so that it scrolls by keyboard too.
fn lines(label: &str, lines: &[String]) -> Markup {
    let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
    html! { pre tabindex="0" role="group" aria-label=(label) { code { (lines.join("\n")) } } }
}

fn operations(operations: &[String]) -> Markup {
    let (shown, folded) = operations.split_at(operations.len().min(OPERATIONS));
    html! {
        (names(shown))
        @if !folded.is_empty() {
            details {
                summary { "and " (folded.len()) " more" }
                (names(folded))
            }
        }
    }
}

fn names(names: &[String]) -> Markup {
    html! { ul { @for name in names { li { code { (visible(name)) } } } } }
}
