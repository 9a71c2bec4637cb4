//! `conformance schema`: the JSON Schemas of the files that the suite reads and writes.

use std::io::Write;

use clap::ValueEnum;
use conformance::exit::ExitCode;

pub(crate) const HELP: &str = "\
Exit codes:
  0  written
  2  wrong usage
  3  not written

Examples:
  conformance schema profile > profile.schema.json
  conformance schema report | check-jsonschema --schemafile - report.json";

/// A file that the suite reads or writes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Schema {
    /// report.json.
    Report,
    /// A line of events.ndjson.
    Events,
    /// What `conformance compare --format json` prints.
    Comparison,
    /// The profile.
    Profile,
}

/// Prints a schema. The files are those that the tests derive from the types: code that derives them would be a twentieth of the
/// program.
pub(crate) fn schema(what: Schema) -> ExitCode {
    let schema = match what {
        Schema::Report => include_str!("../../schemas/report.schema.json"),
        Schema::Events => include_str!("../../schemas/events.schema.json"),
        Schema::Comparison => include_str!("../../schemas/comparison.schema.json"),
        Schema::Profile => include_str!("../../schemas/profile.schema.json"),
    };
    match anstream::stdout().lock().write_all(schema.as_bytes()) {
        Ok(()) => ExitCode::Conformant,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Conformant,
        Err(_) => ExitCode::Broken,
    }
}
