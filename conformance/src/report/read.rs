//! The reading of saved runs: `report.json` or `events.ndjson`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::version::check_format;
use super::{Report, ndjson};
use crate::event::Event;

/// The reason why a saved run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}\n  Pass a report.json or an events.ndjson that `conformance run --report` wrote.", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The file is not a saved run of a known format.
    #[error("{}{}: {problem}\n  Pass a report.json or an events.ndjson that `conformance run --report` wrote.", .path.display(), .line.map(|line| format!(":{line}")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The number of the invalid line, counted from 1; `None` when the whole file is meant.
        line: Option<usize>,
        /// The problem.
        problem: String,
    },
    /// The run has no end.
    #[error("{}: cut off: the run did not finish, so this is not a valid record of it\n  Run it again, or pass --cut-off to use the part that was recorded.", .path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
    },
}

/// Reads a saved run. `order` holds the ids of the catalogue, in its order. A run without its end is refused unless
/// `cut_off` is set; every report of such a run says that it is cut off.
///
/// # Errors
/// When the file cannot be read, is not a saved run of a known format, or has no end.
pub fn read(path: &Path, order: &[&str], cut_off: bool) -> Result<Report, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Read {
        path: path.to_owned(),
        source,
    })?;
    let invalid = |line: Option<usize>, problem: String| ReadError::Invalid {
        path: path.to_owned(),
        line,
        problem,
    };
    let text =
        std::str::from_utf8(&bytes).map_err(|_| invalid(None, "it is not UTF-8".to_owned()))?;
    // Only events have a member `event`. Line breaks do not decide: another program may have reformatted the file.
    let report = match serde_json::from_str::<Value>(text) {
        Ok(value) if value.get("event").is_none() => {
            check_format(&value).map_err(|problem| invalid(None, problem))?;
            serde_json::from_value(value)
                .map_err(|error| invalid(None, format!("it is not a report of a run: {error}")))?
        }
        Ok(_) | Err(_) => {
            let events = events(text).map_err(|(line, problem)| invalid(line, problem))?;
            Report::from_events(events, order)
                .ok_or_else(|| invalid(None, "it has no event `run_started`".to_owned()))?
        }
    };
    if report.end.is_none() && !cut_off {
        return Err(ReadError::CutOff {
            path: path.to_owned(),
        });
    }
    Ok(report)
}

/// Parses `events.ndjson`. An incomplete last line is skipped: the run was killed while it was written.
fn events(text: &str) -> Result<Vec<Event>, (Option<usize>, String)> {
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
                        return Err(wrong("the first event is not `run_started`"));
                    }
                    (_, Some(Event::RunFinished(_))) => {
                        return Err(wrong("an event follows `run_finished`"));
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
