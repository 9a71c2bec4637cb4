//! Where the reports of a run go: files in the report folder, the terminal, and GitHub where a job of it asks.

use std::io::Write;
use std::path::{Path, PathBuf};

use conformance::redact::Scan;
use conformance::report::{Format, Report, ReportError, refuse_secrets, write_scanned};

/// The files of the report folder, beside the stream of events.
const FILES: [(&str, Format); 4] = [
    ("report.json", Format::Json),
    ("junit.xml", Format::Junit),
    ("report.html", Format::Html),
    ("summary.md", Format::Markdown),
];

/// The stream of events.
const EVENTS: &str = "events.ndjson";

/// Where the stream of events goes.
pub(crate) fn events(folder: &Path) -> PathBuf {
    folder.join(EVENTS)
}

/// Makes the folder, and takes the reports of an earlier run out of it: whoever finds them after this run was killed
/// would take them for its own.
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

/// Writes the files, then the report for the terminal, then what GitHub is told. One that cannot be written does not
/// keep back the others.
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
    problems.extend(to_stdout(Format::Terminal, report, scan).err());
    let _ = writeln!(
        anstream::stdout(),
        "  reports: {} ({} and {EVENTS} beside it)",
        folder.join("report.html").display(),
        FILES
            .map(|(name, _)| name)
            .into_iter()
            .filter(|name| *name != "report.html")
            .collect::<Vec<_>>()
            .join(", ")
    );
    if annotate {
        problems.extend(to_stdout(Format::Github, report, scan).err());
        problems.extend(summarise(report, scan).err());
    }
    problems
}

/// A report in a format, unless a credential stands in it.
pub(crate) fn rendered(
    format: Format,
    report: &Report,
    path: &Path,
    scan: &Scan,
) -> Result<Vec<u8>, ReportError> {
    let mut content = Vec::new();
    format
        .render(report, &mut content)
        .map_err(ReportError::unwritable(path))?;
    refuse_secrets(path, &content, scan)?;
    Ok(content)
}

/// Prints a report. Nobody may be reading any more; that is no failure of the run.
pub(crate) fn to_stdout(format: Format, report: &Report, scan: &Scan) -> Result<(), ReportError> {
    let content = rendered(format, report, Path::new("standard output"), scan)?;
    let _ = anstream::stdout().lock().write_all(&content);
    Ok(())
}

/// Appends the summary to the job's, where GitHub has given a place for it.
fn summarise(report: &Report, scan: &Scan) -> Result<(), ReportError> {
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
