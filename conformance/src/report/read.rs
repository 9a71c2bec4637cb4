//! Saved runs, read back: `report.json`, or the stream of events.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{FORMAT, Report, ndjson};
use crate::event::Event;

/// Why a saved run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system refused.
    #[error("{}: cannot be read: {source}\n  Name a report.json or an events.ndjson that `conformance run --report` wrote.", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{}{}: {problem}\n  Name a report.json or an events.ndjson that `conformance run --report` wrote.", .path.display(), .line.map(|line| format!(":{line}")).unwrap_or_default())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line that is wrong, counted from 1, where it is one.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// It is a run, and its end is missing.
    #[error("{}: cut off: the run did not end, so this is no valid record of it\n  Run it again, or pass --cut-off to see what there is.", .path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a saved run. `order` is the ids of the catalogue, in its order. A run without its end is refused unless
/// `cut_off` lets it pass; every report made of it says so.
///
/// # Errors
/// When the file cannot be read, is no saved run of a format that this version knows, or lacks its end.
pub fn read(path: &Path, order: &[&str], cut_off: bool) -> Result<Report, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Read {
        path: path.to_owned(),
        source,
    })?;
    let foreign = |line: Option<usize>, problem: String| ReadError::Foreign {
        path: path.to_owned(),
        line,
        problem,
    };
    let text =
        std::str::from_utf8(&bytes).map_err(|_| foreign(None, "it is not UTF-8".to_owned()))?;
    // A stream has a whole object on its first line, and report.json is written over many; both may be given reformatted.
    let report = match serde_json::from_str::<Value>(text) {
        Ok(value) if value.get("event").is_none() => {
            known_format(&value).map_err(|problem| foreign(None, problem))?;
            serde_json::from_value(value)
                .map_err(|error| foreign(None, format!("it is no report of a run: {error}")))?
        }
        Ok(_) | Err(_) => {
            let stream = stream(text).map_err(|(line, problem)| foreign(line, problem))?;
            Report::gather(stream, order)
                .ok_or_else(|| foreign(None, "it holds no start of a run".to_owned()))?
        }
    };
    if report.end.is_none() && !cut_off {
        return Err(ReadError::CutOff {
            path: path.to_owned(),
        });
    }
    Ok(report)
}

/// The events of a stream. A last line without its end is one that was being written when the run was killed.
fn stream(text: &str) -> Result<Vec<Event>, (Option<usize>, String)> {
    let mut events: Vec<Event> = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let wrong = |problem: &str| (Some(number), problem.to_owned());
        match ndjson::read_event(line.trim_end()) {
            Ok(event) => {
                match (&event, events.last()) {
                    (Event::RunStarted(_), Some(_)) => {
                        return Err(wrong("a second run starts here"));
                    }
                    (Event::CaseFinished(_) | Event::RunFinished(_), None) => {
                        return Err(wrong("the stream does not begin with the start of a run"));
                    }
                    (_, Some(Event::RunFinished(_))) => {
                        return Err(wrong("something follows the end of the run"));
                    }
                    (_, _) => {}
                }
                events.push(event);
            }
            Err(_) if !line.ends_with('\n') && !events.is_empty() => break,
            Err(problem) => return Err((Some(number), problem)),
        }
    }
    Ok(events)
}

/// Refuses a format that this version would misread.
pub(super) fn known_format(value: &Value) -> Result<(), String> {
    match value.get("format").and_then(Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => Ok(()),
        Some(format) => Err(format!(
            "it has format {format}, and this version reads format {FORMAT}: use the version of conformance that wrote it"
        )),
        None => Err("it is no report of a run: it has no `format`".to_owned()),
    }
}
