//! Strings of a schema: by its format, its pattern, and its bounds on length.

use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value};

use super::keyword_values::count;
use crate::memo::Memo;
use crate::schema::Strings;

/// The longest string that is made for a bound on length.
const LONGEST: usize = 100_000;

/// Returns strings that `schema` probably accepts.
pub(super) fn of_schema(schema: &Map<String, Value>) -> Vec<String> {
    let minimum = count(schema, "minLength").unwrap_or(0);
    let maximum = count(schema, "maxLength").unwrap_or(usize::MAX);
    let mut strings: Vec<String> = Vec::new();
    if let Some(Value::String(format)) = schema.get("format") {
        strings.extend(of_format(format).iter().map(|&text| text.to_owned()));
    }
    if let Some(Value::String(pattern)) = schema.get("pattern") {
        let described = Strings::of(schema);
        strings.extend(described.iter().flat_map(Strings::examples));
        strings.extend(random(pattern));
    }
    let ordinary = if minimum <= 4 && maximum >= 4 {
        "text".to_owned()
    } else {
        letters(minimum)
    };
    strings.push(ordinary);
    strings.push(letters(minimum));
    if maximum <= LONGEST {
        strings.push(letters(maximum));
    }
    strings.push("0".to_owned());
    strings
}

/// Returns a string of `length` characters.
pub(super) fn letters(length: usize) -> String {
    "a".repeat(length.min(LONGEST))
}

/// Returns a few strings in which the pattern is found.
pub(super) fn of_pattern(pattern: &str) -> Vec<String> {
    let mut strings = Strings::with_pattern(pattern).examples();
    strings.extend(random(pattern));
    strings
}

/// The most patterns of which the strings are remembered.
const REMEMBERED: usize = 1_000;

thread_local! {
    static RANDOM: Memo<String, Vec<String>> = Memo::new(REMEMBERED);
}

/// Returns what [`made_at_random`] does.
fn random(pattern: &str) -> Vec<String> {
    RANDOM.with(|known| known.get(pattern.to_owned(), |pattern| made_at_random(pattern)))
}

/// Returns a few random strings, from a fixed seed, that match the pattern; none where `regex-syntax` cannot
/// parse it (look-around, back-references). Classes such as `\w` are ASCII's, as in ECMA-262.
fn made_at_random(pattern: &str) -> Vec<String> {
    let mut random = SmallRng::seed_from_u64(0x5EED);
    let mut strings = Vec::new();
    for repeat in [1, 4] {
        // The generator does not support anchors. Without them it makes strings that match as well.
        let unanchored = pattern.strip_prefix('^').unwrap_or(pattern);
        let unanchored = unanchored.strip_suffix('$').unwrap_or(unanchored);
        let ascii = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .build()
            .parse(unanchored)
            .ok();
        let parsed = ascii.or_else(|| regex_syntax::parse(unanchored).ok());
        if let Some(generator) =
            parsed.and_then(|hir| rand_regex::Regex::with_hir(hir, repeat).ok())
        {
            strings.extend((0..4).map(|_| -> String { generator.sample(&mut random) }));
        }
    }
    strings
}

/// Returns a string of `length` characters in a format that texts of many lengths have.
pub(crate) fn of_format_and_length(format: &str, length: usize) -> Option<String> {
    let labels = |length: usize| {
        // Labels of a host name have at most 63 characters.
        let character = |index: usize| {
            if index % 60 == 59 && index + 1 < length {
                '.'
            } else {
                'a'
            }
        };
        (0..length).map(character).collect::<String>()
    };
    let after = |start: &str| {
        let rest = length.checked_sub(start.len()).filter(|rest| *rest > 0)?;
        Some(format!("{start}{}", labels(rest)))
    };
    match format {
        "hostname" => after(""),
        "email" => after("a@"),
        "uri" | "iri" => after("https://"),
        "uri-reference" | "iri-reference" | "uri-template" => after("/"),
        _ => None,
    }
}

fn of_format(format: &str) -> &'static [&'static str] {
    match format {
        "date-time" => &["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901+02:00"],
        "date" => &["2026-01-02"],
        "time" => &["03:04:05Z"],
        "duration" => &["P1D"],
        "email" => &["someone@example.com", r#""some@one"@example.com"#],
        "hostname" => &["example.com"],
        "ipv4" => &["192.0.2.1"],
        "ipv6" => &["2001:db8::1"],
        "uri" | "iri" => &["https://example.com/", "urn:example:a"],
        "uri-reference" | "iri-reference" => &["/path"],
        "uri-template" => &["/path/{id}"],
        "uuid" => &["123e4567-e89b-42d3-a456-426614174000"],
        "json-pointer" => &["/a/b"],
        "relative-json-pointer" => &["1/a"],
        "regex" => &["^a$"],
        _ => &[],
    }
}
