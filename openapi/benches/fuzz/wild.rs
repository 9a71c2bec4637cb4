//! Random values, often unusual ones.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Number, Value, json};

/// Picks one at random.
pub(super) fn pick<'t, T>(random: &mut SmallRng, from: &'t [T]) -> &'t T {
    &from[random.random_range(0..from.len())]
}

/// Keys with a meaning in some object of OpenAPI.
pub(super) const KEYS: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "required",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "enum",
    "const",
    "schema",
    "content",
    "responses",
    "parameters",
    "components",
    "schemas",
    "paths",
    "get",
    "callbacks",
    "headers",
    "security",
    "servers",
    "additionalProperties",
    "unevaluatedProperties",
    "discriminator",
    "mapping",
    "nullable",
    "readOnly",
    "default",
    "example",
    "x-a",
    "$defs",
    "",
    "pattern",
    "format",
    "minimum",
    "in",
    "name",
];

/// Makes a number, often at a limit.
pub(super) fn number(random: &mut SmallRng) -> Value {
    match random.random_range(0..12) {
        0 => json!(u64::MAX),
        1 => json!(i64::MIN),
        2 => json!(1e308),
        3 => json!(-0.0),
        4 => json!(5e-324),
        5 => json!(0.1),
        6 => Number::from_f64(f64::from(i32::MAX) + 1.0).map_or(Value::Null, Value::Number),
        7 => json!(9_007_199_254_740_993_i64),
        8 => json!(-1),
        _ => json!(random.random_range(0..40)),
    }
}

/// Makes a string, often one that is hard to handle.
pub(super) fn text(random: &mut SmallRng) -> String {
    let texts = [
        "",
        "a",
        "text",
        "null",
        "\u{0}",
        "\u{202e}é\u{301}",
        "#/components/schemas/A",
        "#/paths",
        "#",
        "#/",
        "a%2Fb#/%zz",
        "other.yaml#/A",
        "https://example.com/a.yaml",
        "2026-13-45",
        "::warning file=a::b",
        "<script>alert(1)</script>",
        "{a}{a}",
        "\"'`|*_[](){}\\",
    ];
    match random.random_range(0..texts.len() + 2) {
        0 => "a".repeat(random.random_range(0..3000)),
        1 => (0..random.random_range(0..20))
            .map(|_| char::from_u32(random.random_range(0..0x3000)).unwrap_or('?'))
            .collect(),
        index => texts[index - 2].to_owned(),
    }
}

/// Makes a value of any type, nested at most `depth` deep.
pub(super) fn value(random: &mut SmallRng, depth: usize) -> Value {
    match random.random_range(0..if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.random_bool(0.5)),
        2 => number(random),
        3 | 4 => Value::String(text(random)),
        5 => {
            let length = random.random_range(0..4);
            Value::Array((0..length).map(|_| value(random, depth - 1)).collect())
        }
        _ => {
            let length = random.random_range(0..4);
            let mut members = Map::new();
            for _ in 0..length {
                let key = (*pick(random, KEYS)).to_owned();
                members.insert(key, value(random, depth - 1));
            }
            Value::Object(members)
        }
    }
}
