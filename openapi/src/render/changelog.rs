//! What changed for the developers of clients: by operation, in sentences, without rules and without what a team waived.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::counts::CLASSES;
use super::html::{STYLE, policy, sentence};
use super::markdown::write_sentence;
use super::report::Report;
use crate::Document;
use crate::diff::{Change, Class};
use crate::shown::markdown::{code, words};
use crate::shown::visible;

/// How many operations of a group are in its heading.
const NAMED: usize = 3;

/// The changes that reach the same operations.
struct Group<'a> {
    operations: &'a [String],
    /// The gravest class first.
    changes: Vec<&'a Change>,
}

/// Returns the groups, the one with the gravest change first; what belongs to no operation comes last.
fn groups<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for change in &report.diff.changes {
        let same = |group: &&mut Group<'_>| group.operations == change.operations;
        match groups.iter_mut().find(same) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group {
                operations: &change.operations,
                changes: vec![change],
            }),
        }
    }
    groups.sort_by_key(|group| group.operations.is_empty());
    groups
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

/// Returns how many operations of a group its heading does not name.
fn further(group: &Group<'_>) -> Option<String> {
    let further = group.operations.len().saturating_sub(NAMED);
    (further > 0).then(|| format!(" and {further} more"))
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
    for group in groups(report) {
        let names: Vec<_> = (group.operations.iter().take(NAMED))
            .map(|name| code(name))
            .collect();
        let heading = match names.is_empty() {
            true => "The document".to_owned(),
            false => names.join(", ") + &further(&group).unwrap_or_default(),
        };
        writeln!(out, "\n## {heading}\n")?;
        for change in group.changes {
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
                meta http-equiv="Content-Security-Policy" content=(policy());
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
                main { @for group in groups(report) { (section(&group)) } }
            }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn section(group: &Group<'_>) -> Markup {
    html! {
        section {
            h2 {
                @if group.operations.is_empty() { "The document" }
                @for (index, name) in group.operations.iter().take(NAMED).enumerate() {
                    @if index > 0 { ", " }
                    code { (visible(name)) }
                }
                (further(group).unwrap_or_default())
            }
            @for change in &group.changes {
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
