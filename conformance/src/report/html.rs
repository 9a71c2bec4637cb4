//! `report.html`: one page that needs nothing beside itself. Its style and its script are this crate's own texts, which
//! the page's content policy knows by their hashes; nothing else runs and nothing is loaded.

mod case;
mod contract;
mod coverage;
mod matrix;
mod overview;
mod waterfall;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest;

use super::{Report, digest as told};
use crate::event::Verdict;
use crate::wire::percent_encoded;
use openapi::render::visible::visible;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// Renders the page.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(report).into_string().as_bytes())?;
    writeln!(out)
}

fn page(report: &Report) -> Markup {
    let title = format!("{}: {}", overview::headline(report), report.run.target);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ (report.run.suite.name) " " (report.run.suite.version) };
                title { (visible(&title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip-link" href="#cases" { "Skip to the cases" }
                (overview::header(report))
                nav aria-label="Parts of this report" { ul {
                    @if !told::told(report).is_empty() { li { a href="#findings" { "What did not hold" } } }
                    li { a href="#contract" { "Contract" } }
                    li { a href="#matrix" { "Statuses" } }
                    @if coverage::is_known(report) { li { a href="#coverage" { "Coverage" } } }
                    li { a href="#cases" { "Cases" } }
                    li { a href="#run" { "Run" } }
                } }
                main {
                    (overview::findings(report))
                    (contract::section(report))
                    (matrix::section(report))
                    (coverage::section(report))
                    (case::section(report))
                    (overview::run(report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Nothing is loaded, and nothing runs but this crate's own script, whatever a text of a deployment might smuggle in.
fn policy() -> String {
    let hash = |text: &str| {
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        STANDARD.encode(hash)
    };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// A verdict as a word in its colour.
fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict.name()) } { (verdict.name()) } }
}

/// The address of a case within the page.
fn link(id: &str) -> String {
    format!("#{}", percent_encoded(id))
}

/// How bad a verdict is, for the colour of what several cases stand for.
fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 5,
        Verdict::Error => 4,
        Verdict::Inconclusive => 3,
        Verdict::Skip => 2,
        Verdict::Warn => 1,
        Verdict::Pass => 0,
    }
}

/// The verdict that stands for several: the worst. A failed SHOULD is no reason to hide that another case was skipped.
fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    verdicts.into_iter().max_by_key(|verdict| gravity(*verdict))
}
