//! `conformance render`: a saved run in another format.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use conformance::cases;
use conformance::exit::ExitCode;
use conformance::redact::Scan;
use conformance::report::{self, Format, Report, ReportError, write_scanned};

use super::publish;
use super::say::say;

pub(crate) const HELP: &str = "\
Exit codes:
  0  written, whatever the verdict of the run
  2  usage error, or the file is not a saved run
  3  not written: the output cannot be, or the report contains a credential

Examples:
  conformance render reports/report.json --format text
  conformance render reports/report.json --format html --output report.html
  conformance render reports/report.json --format tap | prove --source TAP -
  conformance render reports/events.ndjson --cut-off --format markdown";

/// The arguments of `conformance render`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The saved run: a report.json or an events.ndjson.
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The output format.
    #[arg(long, value_enum)]
    format: Format,
    /// The file to write to. Without it, the report is written to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Accept a run that was cut off, too. The report then shows only the part that was recorded.
    #[arg(long)]
    cut_off: bool,
}

/// Renders a saved run in the requested format.
pub(crate) fn render(arguments: &Arguments) -> ExitCode {
    let report = match read(&arguments.report, arguments.cut_off) {
        Ok(report) => report,
        Err(error) => return refuse(ExitCode::Usage, &error),
    };
    let scan = Scan::from_profile(&report.run.profile);
    let written = match &arguments.output {
        Some(path) => to_file(arguments.format, &report, path, &scan),
        None => publish::to_stdout(arguments.format, &report, &scan),
    };
    match written {
        Ok(()) => ExitCode::Conformant,
        Err(error) => refuse(ExitCode::Broken, &error),
    }
}

/// Reads a saved run, with its cases in the order of the catalogue.
pub(crate) fn read(path: &Path, cut_off: bool) -> Result<Report, report::ReadError> {
    let order: Vec<&str> = cases::catalogue().iter().map(|case| case.id).collect();
    report::read(path, &order, cut_off)
}

fn to_file(format: Format, report: &Report, path: &Path, scan: &Scan) -> Result<(), ReportError> {
    let content = publish::rendered(format, report, path, scan)?;
    let content = match format {
        // A file gets no terminal colours.
        Format::Text => anstream::adapter::strip_bytes(&content).into_vec(),
        Format::Html
        | Format::Junit
        | Format::Markdown
        | Format::Github
        | Format::Tap
        | Format::Ndjson
        | Format::Json => content,
    };
    write_scanned(path, &content, scan)
}

/// Prints a problem to standard error, and returns `code`.
pub(crate) fn refuse(code: ExitCode, problem: &dyn Display) -> ExitCode {
    say(&problem);
    code
}
