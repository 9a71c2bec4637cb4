//! `report.html`: one page that loads nothing else.
//!
//! The page's Content-Security-Policy allows only the style and the script of this crate, by their hashes.

mod case;
mod contract;
mod coverage;
mod matrix;
mod overview;
mod parts;
mod waterfall;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Report, summary};
use openapi::render::page::{SEARCH, policy};
use openapi::shown::visible;

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
    let listing = case::Listing::new(report);
    let script = [SEARCH, SCRIPT].concat();
    let title = format!("{}: {}", overview::headline(report), report.run.target);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(STYLE, Some(&script)));
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
                    @if !summary::findings(report).is_empty() { li { a href="#findings" { "Findings" } } }
                    @if summary::coverage(report).is_some_and(|coverage| !coverage.operations.is_empty()) { li { a href="#operations" { "Operations" } } }
                    li { a href="#contract" { "Contract" } }
                    li { a href="#matrix" { "Statuses" } }
                    @if summary::coverage(report).is_some() { li { a href="#coverage" { "Coverage" } } }
                    li { a href="#cases" { "Cases" } }
                    li { a href="#run" { "Run" } }
                } }
                main {
                    (overview::findings(report))
                    (overview::known(report))
                    (coverage::operations(report))
                    (contract::section(report, &listing))
                    (matrix::section(report))
                    (coverage::section(report))
                    (case::section(report, &listing))
                    (overview::run(report))
                }
                script { (PreEscaped(&script)) }
            }
        }
    }
}
