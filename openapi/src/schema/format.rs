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

/// The numeric formats that are ranges, with their least and greatest value (OpenAPI 3.1 section 4.4 and the Format
/// Registry). `int64` annotates: documents name it where any integer is meant.
const RANGES: &[(&str, i64, Option<i64>)] = &[
    ("int8", i8::MIN as i64, Some(i8::MAX as i64)),
    ("int16", i16::MIN as i64, Some(i16::MAX as i64)),
    ("int32", i32::MIN as i64, Some(i32::MAX as i64)),
    ("uint8", 0, Some(u8::MAX as i64)),
    ("uint16", 0, Some(u16::MAX as i64)),
    ("uint32", 0, Some(u32::MAX as i64)),
    ("uint64", 0, None),
];

fn range(format: &str) -> Option<(i64, Option<i64>)> {
    let (_, least, greatest) = RANGES.iter().find(|(name, ..)| *name == format)?;
    Some((*least, *greatest))
}

/// Returns whether values are checked against `format`: the asserted string formats, and the numeric ones that are
/// ranges.
pub(crate) fn is_asserted_format(format: &str) -> bool {
    range(format).is_some() || ASSERTED_FORMATS.contains(&format)
}

/// Returns whether a format is one of numbers, a range or not.
pub(crate) fn is_numeric_format(format: &str) -> bool {
    range(format).is_some() || matches!(format, "int64" | "float" | "double" | "decimal")
}

/// Removes a `format` that is not an asserted one of strings, and adds the range of a numeric one.
pub(super) fn keep_asserted_format(schema: &mut Map<String, Value>) {
    let Some(Value::String(format)) = schema.get("format") else {
        return;
    };
    if ASSERTED_FORMATS.contains(&format.as_str()) {
        return;
    }
    let range = range(format);
    schema.shift_remove("format");
    if let Some((least, greatest)) = range {
        narrow(schema, "minimum", least, |bound, least| bound < least);
        if let Some(greatest) = greatest {
            narrow(schema, "maximum", greatest, |bound, greatest| {
                bound > greatest
            });
        }
    }
}

/// Sets a bound of a range, unless the schema has a narrower one.
fn narrow(schema: &mut Map<String, Value>, key: &str, bound: i64, is_wider: fn(f64, f64) -> bool) {
    let bounds = schema.get(key).and_then(Value::as_f64);
    if bounds.is_none_or(|own| is_wider(own, bound as f64)) {
        schema.insert(key.to_owned(), json!(bound));
    }
}
