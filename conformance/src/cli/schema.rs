//! `conformance schema`: the JSON Schemas of the files that the suite reads and writes.

use std::io::Write;

use clap::ValueEnum;
use conformance::comparison;
use conformance::exit::ExitCode;
use conformance::profile::Profile;
use conformance::report;

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

/// Prints a schema.
pub(crate) fn schema(what: Schema) -> ExitCode {
    let schema = match what {
        Schema::Report => report::json::schema(),
        Schema::Events => report::ndjson::schema(),
        Schema::Comparison => comparison::schema(),
        Schema::Profile => Profile::schema(),
    };
    match writeln!(anstream::stdout().lock(), "{:#}", schema.to_value()) {
        Ok(()) => ExitCode::Conformant,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Conformant,
        Err(_) => ExitCode::Broken,
    }
}
