//! What changed for the developers of clients: by operation, in sentences, without rules and without what a team waived.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::counts::CLASSES;
use super::grouping::{Title, by_key};
use super::html::{STYLE, sentence, title as title_of};
use super::markdown::{heading, write_sentence};
use super::page::policy;
use super::report::Report;
use crate::Document;
use crate::diff::{Change, Class};
use crate::shown::markdown::{code, words};
use crate::shown::visible;

/// Returns the changes that reach the same operations, those with the gravest one first; what belongs to no operation comes
/// last.
fn groups<'a>(report: &Report<'a>) -> Vec<(Title, Vec<&'a Change>)> {
    let changes = report.diff.changes.iter();
    let mut groups = by_key(changes, |change| change.operations.as_slice());
    groups.sort_by_key(|(operations, _)| operations.is_empty());
    let titled = groups.into_iter();
    titled
        .map(|(operations, changes)| (Title::of_operations(operations), changes))
        .collect()
}

/// Returns the word for a class that a developer of clients reads.
fn word(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Unproven => "May break",
        Class::Warning => "Less to rely on",
        Class::Additive => "Compatible",
        Class::Docs => "Text",
    }
}

/// Returns the name of a document and its version.
fn title(document: &Document) -> String {
    let text = |pointer| document.at(pointer).and_then(serde_json::Value::as_str);
    let (name, version) = (text("/info/title"), text("/info/version"));
    format!("{} {}", name.unwrap_or("API"), version.unwrap_or_default())
}

/// Returns how many changes there are of each class, as one sentence.
fn summary(report: &Report<'_>) -> String {
    let of_class = |class| {
        let changes = report.diff.changes.iter();
        changes.filter(|change| change.class == class).count()
    };
    let counts = CLASSES.map(|class| (word(class), of_class(class)));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut counts: Vec<_> = (counts)
        .map(|(word, count)| format!("{}: {count}", word.to_lowercase()))
        .collect();
    if report.diff.left_out > 0 {
        counts.push(super::counts::left_out(report.diff));
    }
    match counts.is_empty() {
        true => "Nothing changed.".to_owned(),
        false => format!("Changes: {}.", counts.join(", ")),
    }
}

/// Writes the changelog in Markdown.
///
/// # Errors
///
/// When the writer fails.
pub fn write_markdown(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let [base, revision] = [report.base, report.revision].map(title);
    writeln!(out, "# {} from {}\n", words(&revision), words(&base))?;
    writeln!(out, "{}", summary(report))?;
    for (title, changes) in groups(report) {
        writeln!(out, "\n## {}\n", heading(&title))?;
        for change in changes {
            write!(out, "- **{}**: ", word(change.class))?;
            write_sentence(out, change)?;
            writeln!(out, ".")?;
            if let Some(witness) = change.shown_witness() {
                writeln!(out, "  No longer works: {}", code(&visible(&witness)))?;
            }
        }
    }
    Ok(())
}

/// Writes the changelog as one self-contained page.
///
/// # Errors
///
/// When the writer fails.
pub fn write_html(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let [base, revision] = [report.base, report.revision].map(title);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(STYLE, None));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(&revision)) ": changes" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (visible(&revision)) " from " (visible(&base)) }
                    p { (summary(report)) }
                }
                main { @for (title, changes) in groups(report) { (section(&title, &changes)) } }
            }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn section(title: &Title, changes: &[&Change]) -> Markup {
    html! {
        section {
            h2 { (title_of(title)) }
            @for change in changes {
                article class=(change.class.name()) {
                    p { strong { (word(change.class)) } ": " (sentence(change)) "." }
                    @if let Some(witness) = change.shown_witness() {
                        p { "No longer works:" }
                        pre tabindex="0" role="group" aria-label="A value that no longer works" { code { (visible(&witness)) } }
                    }
                }
            }
        }
    }
}
