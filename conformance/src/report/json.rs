//! `report.json`: the whole run as one JSON object, described by `schemas/report.schema.json`.

use std::io::{self, Write};

use super::Report;

/// Renders the report as JSON.
///
/// # Errors
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// Returns the JSON Schema of `report.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>()
}
