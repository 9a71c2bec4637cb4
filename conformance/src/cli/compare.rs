//! `conformance compare`: the changes between two saved runs.

use std::io::Write;
use std::path::{Path, PathBuf};

use conformance::comparison::{self, Comparison, Format};
use conformance::exit::ExitCode;
use conformance::redact::Scan;
use conformance::report::{ReportError, refuse_secrets, write_scanned};
use manual::Lines;

use super::render::{read, refuse};

pub(crate) const HELP: &str = "\
Exit codes:
  0  no new failures
  1  a case fails in B that did not fail in A (or, under --strict, a SHOULD does
     not pass any more)
  2  usage error, or a file is not a saved run
  3  not written: the output cannot be, or the comparison contains a credential
  4  undecided: a run is not complete, or a MUST that A decided is not in B

Examples:
  conformance compare main/report.json branch/report.json
  conformance compare staging/report.json production/report.json \\
      --format markdown --output comparison.md";

/// The arguments of `conformance compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The earlier run, or the deployment to compare with: a report.json or an events.ndjson.
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The later run, or the deployment to compare.
    #[arg(value_name = "B")]
    b: PathBuf,
    /// The output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The file to write to. Without it, the comparison is written to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Count a SHOULD that does not pass as a failure too.
    #[arg(long)]
    strict: bool,
    /// Accept runs that were cut off, too. The exit code is then never 0.
    #[arg(long)]
    cut_off: bool,
}

/// Compares two saved runs, and writes the comparison.
pub(crate) fn compare(arguments: &Arguments) -> ExitCode {
    let read = |path: &Path| read(path, arguments.cut_off);
    let (a, b) = match (read(&arguments.a), read(&arguments.b)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) | (_, Err(error)) => return refuse(ExitCode::Usage, &error),
    };
    let comparison = comparison::compare(&a, &b, arguments.strict);
    let scans = [
        Scan::from_profile(&a.run.profile),
        Scan::from_profile(&b.run.profile),
    ];
    match write(
        &comparison,
        arguments.format,
        arguments.output.as_deref(),
        &scans,
    ) {
        Ok(()) => comparison.code(),
        Err(error) => refuse(ExitCode::Broken, &error),
    }
}

fn write(
    comparison: &Comparison,
    format: Format,
    output: Option<&Path>,
    scans: &[Scan; 2],
) -> Result<(), ReportError> {
    let path = output.unwrap_or(Path::new("standard output"));
    let mut content = Vec::new();
    let width = match (format, output) {
        (Format::Text, None) => manual::columns(&std::io::stdout()),
        (Format::Text | Format::Markdown | Format::Json, _) => None,
    };
    comparison::render(comparison, format, &mut Lines::new(&mut content, width))
        .map_err(ReportError::unwritable(path))?;
    for scan in scans {
        refuse_secrets(path, &content, scan)?;
    }
    match output {
        Some(path) => {
            let content = match format {
                // A file gets no terminal colours.
                Format::Text => anstream::adapter::strip_bytes(&content).into_vec(),
                Format::Markdown | Format::Json => content,
            };
            let [scan, _] = scans;
            write_scanned(path, &content, scan)
        }
        None => {
            // The reader may have closed the pipe. The exit code gives the result.
            let _ = anstream::stdout().lock().write_all(&content);
            Ok(())
        }
    }
}
