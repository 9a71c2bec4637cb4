//! The formats of a report.

use std::io::{self, Write};

use super::{Report, github, html, json, junit, markdown, ndjson, tap, terminal};

/// A format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One HTML page with everything in it: the contract coloured by verdict, and each case with its exchanges.
    Html,
    /// JUnit XML for CI systems: one test case for each case.
    Junit,
    /// A summary for a pull request or a CI job.
    Markdown,
    /// Workflow commands that annotate a run of GitHub Actions.
    Github,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// The text that `conformance run` prints at its end.
    #[value(alias = "terminal")]
    Text,
    /// The events of the run, one JSON object per line, with header and footer.
    Ndjson,
    /// The whole run as one JSON object.
    Json,
}

impl Format {
    /// Writes a report in this format.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn render(self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        self.render_within(report, None, out)
    }

    /// Writes a report in this format. The lines of a text are broken between words at this width.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn render_within(
        self,
        report: &Report,
        width: Option<usize>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Format::Html => html::render(report, out),
            Format::Junit => junit::render(report, out),
            Format::Markdown => markdown::render(report, out),
            Format::Github => github::render(report, out),
            Format::Tap => tap::render(report, out),
            Format::Text => terminal::render(report, width, out),
            Format::Ndjson => ndjson::render(report, out),
            Format::Json => json::render(report, out),
        }
    }
}
