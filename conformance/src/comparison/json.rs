//! A comparison as JSON, described by `schemas/comparison.schema.json`.

use std::io::{self, Write};

use super::record::Comparison;

pub(super) fn render(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, comparison)?;
    writeln!(out)
}

/// Returns the JSON Schema of a comparison.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Comparison>()
}
