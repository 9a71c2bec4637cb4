//! One self-contained HTML page: no script, no image, no font, no network.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest;

use super::counts::{self, CLASSES, OPERATIONS};
use super::report::{Place, Report};
use crate::diff::{Change, Class, Part, Side, Verdict};
use crate::shown::{differing, visible};

pub(super) const STYLE: &str = include_str!("html.css");

/// Writes the page.
///
/// # Errors
///
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let page = page(report.diff.verdict(), &one(report));
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
                @let placed = report.placed();
                @let prefix = format!("{index}-");
                @for class in CLASSES { (section(report, class, &placed, &prefix)) }
            }
        } }
    };
    out.write_all(page(verdict, &content).into_string().as_bytes())?;
    writeln!(out)
}

fn one(report: &Report<'_>) -> Markup {
    let verdict = report.diff.verdict();
    let placed = report.placed();
    html! {
        header class=(verdict_class(verdict)) {
            h1 { "OpenAPI: " strong { (verdict.name()) } }
            (names_and_counts(report))
        }
        @if !placed.is_empty() {
            nav aria-label="Classes of changes" { ul { @for class in CLASSES {
                @let count = counts::of_class(report.diff, class).count();
                @if count > 0 {
                    li { a href={ "#" (class.name()) } { (counts::title(class)) " (" (count) ")" } }
                }
            } } }
        }
        main { @for class in CLASSES { (section(report, class, &placed, "")) } }
    }
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

fn page(verdict: Verdict, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "OpenAPI: " (verdict.name()) }
                // The style is this crate's own text, which the policy above allows by its hash.
                style { (PreEscaped(STYLE)) }
            }
            body { (content) }
        }
    }
}

/// Returns the content security policy: nothing is loaded and nothing runs, whatever a text of a document contains;
/// the one style is allowed by its hash.
pub(super) fn policy() -> String {
    let hash = digest::digest(&digest::SHA256, STYLE.as_bytes());
    let hash = STANDARD.encode(hash);
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
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

/// Returns the changes of a class. `prefix` distinguishes the section from those of other documents.
fn section(
    report: &Report<'_>,
    class: Class,
    placed: &[(&Change, Place<'_>)],
    prefix: &str,
) -> Markup {
    let name = class.name();
    let id = format!("{prefix}{name}");
    let of_class = || placed.iter().filter(|(change, _)| change.class == class);
    html! {
        @if of_class().next().is_some() {
            section id=(id) class=(name) aria-labelledby={ (id) "-title" } {
                h2 id={ (id) "-title" } { (counts::title(class)) }
                @for (change, place) in of_class() { (article(report, change, *place)) }
            }
        }
    }
}

fn article(report: &Report<'_>, change: &Change, place: Place<'_>) -> Markup {
    let [base, revision] = [Side::Base, Side::Revision].map(|side| report.value(change, side));
    html! {
        article {
            h3 { (sentence(change)) }
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
                    dd { (lines("An example that breaks", &[witness])) }
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
