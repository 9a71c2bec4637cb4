//! The version of the format of saved runs.

use serde_json::Value;

/// The version of the report's format. It is raised when a reader of the earlier version would misread a report.
pub const FORMAT: u32 = 1;

/// Checks that a saved run has the format that this version of conformance reads.
pub(super) fn check_format(saved: &Value) -> Result<(), String> {
    match saved.get("format").and_then(Value::as_u64) {
        Some(format) if format == u64::from(FORMAT) => Ok(()),
        Some(format) => Err(format!(
            "it has format {format}, and this version reads format {FORMAT}: use the version of conformance that wrote it"
        )),
        None => Err("it is not a report of a run: it has no `format`".to_owned()),
    }
}
