//! `events.ndjson`: the events of a run, one JSON object per line.
//!
//! The first line is the header and the last line the footer. A stream without its footer is cut off, and is not a valid
//! record of a run.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Report;
use super::version::{FORMAT, check_format};
use crate::event::{CaseRecord, Event, RunFooter, RunHeader};

/// One line of the stream.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schemars(rename = "Line")]
enum Line<'a> {
    /// The header: the run starts.
    RunStarted {
        /// The version of this format: 1.
        format: u32,
        /// The suite, the deployment, the contract and the selected cases.
        #[serde(flatten)]
        run: Cow<'a, RunHeader>,
    },
    /// A case is decided.
    CaseFinished(Cow<'a, CaseRecord>),
    /// The footer: the run is over.
    RunFinished(Cow<'a, RunFooter>),
}

/// Writes one event as a line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_event(event: &Event, out: &mut dyn Write) -> io::Result<()> {
    match event {
        Event::RunStarted(run) => write_header(run, out),
        Event::CaseFinished(case) => write_line(&Line::CaseFinished(Cow::Borrowed(case)), out),
        Event::RunFinished(end) => write_line(&Line::RunFinished(Cow::Borrowed(end)), out),
    }
}

/// Renders a report as a stream of events: the cases in the order of the catalogue, and the footer if the run has one.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_header(&report.run, out)?;
    for case in &report.cases {
        write_line(&Line::CaseFinished(Cow::Borrowed(case)), out)?;
    }
    match &report.end {
        Some(end) => write_line(&Line::RunFinished(Cow::Borrowed(end)), out),
        None => Ok(()),
    }
}

/// Parses one line.
///
/// # Errors
/// When the line is not JSON, or is not an event of this format.
pub fn read_event(text: &str) -> Result<Event, String> {
    let mut value: Value =
        serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let wrong = |error: serde_json::Error| format!("not an event of a run: {error}");
    let Some(Value::String(kind)) = value.get_mut("event").map(Value::take) else {
        return Err("not an event of a run: it has no `event`".to_owned());
    };
    match kind.as_str() {
        "run_started" => {
            check_format(&value)?;
            Ok(Event::RunStarted(
                serde_json::from_value(value).map_err(wrong)?,
            ))
        }
        "case_finished" => Ok(Event::CaseFinished(
            serde_json::from_value(value).map_err(wrong)?,
        )),
        "run_finished" => Ok(Event::RunFinished(
            serde_json::from_value(value).map_err(wrong)?,
        )),
        other => Err(format!("this version does not know the event `{other}`")),
    }
}

/// Returns the JSON Schema of a line.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Line<'static>>()
}

fn write_header(run: &RunHeader, out: &mut dyn Write) -> io::Result<()> {
    let run = Cow::Borrowed(run);
    write_line(
        &Line::RunStarted {
            format: FORMAT,
            run,
        },
        out,
    )
}

fn write_line(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}
