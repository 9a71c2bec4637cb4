//! Lengths, patterns and formats of strings.

use serde_json::{Map, Value};

use crate::relation::conjunction::{Conjunction, count};
use crate::schema::{Inclusion, Strings, inclusion};

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
fn pattern_of(format: &Value) -> Option<(&'static str, bool)> {
    let row = FORMATS.iter().find(|(name, ..)| format == name)?;
    Some((row.1, row.2))
}

/// Returns whether the sender's strings satisfy a keyword of the receiver.
pub(super) fn imply(sender: &Conjunction<'_>, keyword: &str, value: &Value) -> bool {
    let bound = count(value);
    match keyword {
        "minLength" if bound.is_some_and(|bound| sender.highest(keyword) >= bound) => return true,
        "maxLength" if bound.is_some_and(|bound| sender.lowest(keyword) <= bound) => return true,
        "format" | "pattern" if sender.all(keyword).any(|other| other == value) => return true,
        _ => {}
    }
    let wanted = match keyword {
        "format" => match pattern_of(value) {
            Some((pattern, true)) => Some(Strings::with_pattern(pattern)),
            Some((_, false)) | None => None,
        },
        _ => Strings::of(&Map::from_iter([(keyword.to_owned(), value.clone())])),
    };
    let sent = strings_of(sender);
    let is_described = !sent.patterns.is_empty();
    wanted.is_some_and(|wanted| {
        (is_described || !wanted.patterns.is_empty())
            && inclusion(&sent, &wanted) == Inclusion::Included
    })
}

/// Returns the strings that satisfy the patterns, formats and lengths of a conjunction.
fn strings_of(sender: &Conjunction<'_>) -> Strings {
    let mut all = Strings::default();
    for part in &sender.parts {
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
