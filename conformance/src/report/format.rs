//! The formats that a run can be written in.

use std::io::{self, Write};

use super::{Report, github, html, json, junit, markdown, ndjson, tap, terminal};

/// A format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One page for a browser, with everything in it: the contract coloured by verdict, each case with its exchanges.
    Html,
    /// One test case per case, for the test views of CI systems.
    Junit,
    /// A summary for a pull request or a job.
    Markdown,
    /// Workflow commands of GitHub Actions, which annotate a run.
    Github,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// What `conformance run` prints at its end.
    Terminal,
    /// The events of the run, one JSON object a line, with header and footer.
    Ndjson,
    /// The whole run as one JSON object.
    Json,
}

impl Format {
    /// Writes a run in this format.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn render(self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Html => html::render(report, out),
            Format::Junit => junit::render(report, out),
            Format::Markdown => markdown::render(report, out),
            Format::Github => github::render(report, out),
            Format::Tap => tap::render(report, out),
            Format::Terminal => terminal::render(report, out),
            Format::Ndjson => ndjson::render(report, out),
            Format::Json => json::render(report, out),
        }
    }
}
