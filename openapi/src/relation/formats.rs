//! Formats as patterns.

use serde_json::Value;

use super::conjunction::Part;
use crate::schema::Strings;

/// Formats as patterns, and whether the format has all strings that match: otherwise it has some of them.
const FORMATS: &[(&str, &str, bool)] = &[
    (
        "uuid",
        "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
        true,
    ),
    (
        "ipv4",
        r"^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$",
        true,
    ),
    (
        "date",
        "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        false,
    ),
    (
        "time",
        r"^[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]+)?([Zz]|[+-][0-2][0-9]:[0-5][0-9])$",
        false,
    ),
    (
        "date-time",
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]+)?([Zz]|[+-][0-2][0-9]:[0-5][0-9])$",
        false,
    ),
];

/// Returns the pattern of a format, and whether the format has all strings that match it.
pub(super) fn pattern_of(format: &Value) -> Option<(&'static str, bool)> {
    let row = FORMATS.iter().find(|(name, ..)| format == name)?;
    Some((row.1, row.2))
}

/// Returns the strings that satisfy the patterns, formats and lengths of all parts, and possibly more: a format may be
/// narrower than its pattern.
pub(super) fn strings_of(parts: &[Part<'_>]) -> Strings {
    let mut all = Strings::default();
    for part in parts {
        if let Some(strings) = Strings::of(part.object) {
            all.patterns.extend(strings.patterns);
            all.lengths = all.lengths.intersection(strings.lengths);
        }
        let format = part.object.get("format").and_then(pattern_of);
        all.patterns
            .extend(format.map(|(pattern, _)| pattern.to_owned()));
    }
    all
}
