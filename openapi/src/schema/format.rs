//! The values of `format` that are assertions here.

use serde_json::{Map, Value, json};

/// The string formats that are asserted: those of JSON Schema Validation section 7.3 that the validator
/// checks without Unicode tables. All others are annotations.
const ASSERTED_FORMATS: &[&str] = &[
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "uuid",
];

/// Returns whether values are checked against `format`: the asserted string formats, and OpenAPI's
/// `int32`, which is a range.
pub(crate) fn is_asserted_format(format: &str) -> bool {
    format == "int32" || ASSERTED_FORMATS.contains(&format)
}

/// Removes a `format` that is not asserted, and replaces `int32` by its range (OpenAPI 3.1 section 4.4).
pub(super) fn keep_asserted_format(schema: &mut Map<String, Value>) {
    let Some(Value::String(format)) = schema.get("format") else {
        return;
    };
    if ASSERTED_FORMATS.contains(&format.as_str()) {
        return;
    }
    let is_int32 = format == "int32";
    schema.shift_remove("format");
    if is_int32 {
        narrow_to_int32(schema);
    }
}

fn narrow_to_int32(schema: &mut Map<String, Value>) {
    let is_below = |bound: &Value| {
        bound
            .as_f64()
            .is_none_or(|bound| bound < f64::from(i32::MIN))
    };
    let is_above = |bound: &Value| {
        bound
            .as_f64()
            .is_none_or(|bound| bound > f64::from(i32::MAX))
    };
    if schema.get("minimum").is_none_or(is_below) {
        schema.insert("minimum".to_owned(), json!(i32::MIN));
    }
    if schema.get("maximum").is_none_or(is_above) {
        schema.insert("maximum".to_owned(), json!(i32::MAX));
    }
}
