//! The output of a run: files in the report folder, the terminal, and annotations for GitHub Actions.

use std::io::Write;
use std::path::{Path, PathBuf};

use conformance::redact::Scan;
use conformance::report::{Format, Report, ReportError, refuse_secrets, write_scanned};

/// The files of the report folder, except the stream of events.
const FILES: [(&str, Format); 4] = [
    ("report.json", Format::Json),
    ("junit.xml", Format::Junit),
    ("report.html", Format::Html),
    ("summary.md", Format::Markdown),
];

/// The name of the file with the stream of events.
const EVENTS: &str = "events.ndjson";

/// Returns the path of the stream of events.
pub(crate) fn events_path(folder: &Path) -> PathBuf {
    folder.join(EVENTS)
}

/// Creates the folder, and removes the reports of an earlier run: if this run is killed, they must not pass for its
/// reports.
pub(crate) fn prepare(folder: &Path) -> Result<(), ReportError> {
    std::fs::create_dir_all(folder).map_err(ReportError::unwritable(folder))?;
    let names = FILES.iter().map(|(name, _)| *name).chain([EVENTS]);
    for path in names.map(|name| folder.join(name)) {
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(ReportError::unwritable(&path)(error)),
        }
    }
    Ok(())
}

/// Writes the files, then the report for the terminal, then the annotations for GitHub Actions. If one cannot be written,
/// the others still are.
pub(crate) fn publish(
    folder: &Path,
    report: &Report,
    scan: &Scan,
    annotate: bool,
) -> Vec<ReportError> {
    let mut problems = Vec::new();
    for (name, format) in FILES {
        let path = folder.join(name);
        let written = rendered(format, report, &path, scan)
            .and_then(|content| write_scanned(&path, &content, scan));
        problems.extend(written.err());
    }
    problems.extend(to_stdout(Format::Text, report, scan).err());
    let others = FILES.map(|(name, _)| name).into_iter();
    let others: Vec<&str> = others.filter(|name| *name != "report.html").collect();
    manual::print_line(format_args!(
        "  reports: {} (in the same folder: {} and {EVENTS})",
        folder.join("report.html").display(),
        others.join(", ")
    ));
    if annotate {
        problems.extend(to_stdout(Format::Github, report, scan).err());
        problems.extend(append_job_summary(report, scan).err());
    }
    problems
}

/// Renders a report, and checks that it contains no credential.
pub(crate) fn rendered(
    format: Format,
    report: &Report,
    path: &Path,
    scan: &Scan,
) -> Result<Vec<u8>, ReportError> {
    within(None, format, report, path, scan)
}

fn within(
    width: Option<usize>,
    format: Format,
    report: &Report,
    path: &Path,
    scan: &Scan,
) -> Result<Vec<u8>, ReportError> {
    let mut content = Vec::new();
    format
        .render_within(report, width, &mut content)
        .map_err(ReportError::unwritable(path))?;
    refuse_secrets(path, &content, scan)?;
    Ok(content)
}

/// Prints a report to standard output. A closed pipe is not an error.
pub(crate) fn to_stdout(format: Format, report: &Report, scan: &Scan) -> Result<(), ReportError> {
    let width = manual::columns(&std::io::stdout());
    let content = within(width, format, report, Path::new("standard output"), scan)?;
    let _ = anstream::stdout().lock().write_all(&content);
    Ok(())
}

/// Appends the summary to that of the CI job, if GitHub Actions has set a file for it.
fn append_job_summary(report: &Report, scan: &Scan) -> Result<(), ReportError> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let content = rendered(Format::Markdown, report, &path, scan)?;
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(&content))
        .map_err(ReportError::unwritable(&path))
}
