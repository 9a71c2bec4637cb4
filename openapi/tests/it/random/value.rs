//! Random values to check verdicts with: of a schema, near it, and unrelated.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::schema::NAMES;
use super::{once_in, pick};

/// Returns values that the schemas may accept, may just reject, or are not about. The schemas are made by
/// [`super::schema`].
pub(crate) fn values(random: &mut SmallRng, schemas: [&Value; 2], count: usize) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for schema in schemas {
        for _ in 0..count {
            let value = of(random, schema, schema, 6);
            values.push(value);
        }
    }
    for _ in 0..count / 4 {
        values.push(anything(random, 2));
    }
    values
}

/// Returns a value that the schema probably accepts: a random walk through it, with a few random deviations.
fn of(random: &mut SmallRng, root: &Value, schema: &Value, depth: usize) -> Value {
    if depth == 0 || once_in(random, 40) {
        return anything(random, 1);
    }
    let Some(object) = schema.as_object() else {
        return anything(random, 1);
    };
    if let Some(name) = object
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.rsplit('/').next())
    {
        return of(random, root, &root["components"][name], depth - 1);
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(branches) = object.get(keyword).and_then(Value::as_array)
            && !branches.is_empty()
        {
            let branch = pick(random, branches);
            return of(random, root, branch, depth - 1);
        }
    }
    if let Some(parts) = object.get("allOf").and_then(Value::as_array)
        && !parts.is_empty()
    {
        // For objects, the members of all parts; otherwise the value of the first part.
        let mut values = parts.iter().map(|part| of(random, root, part, depth - 1));
        let first = values.next().unwrap_or_default();
        return values.fold(first, |whole, part| match (whole, part) {
            (Value::Object(mut whole), Value::Object(part)) => {
                whole.extend(part);
                Value::Object(whole)
            }
            (whole, _) => whole,
        });
    }
    if let Some(value) = object.get("const") {
        return value.clone();
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array)
        && !values.is_empty()
    {
        return pick(random, values).clone();
    }
    let kind = match object.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => pick(random, kinds).as_str().unwrap_or("null").to_owned(),
        _ if object.contains_key("properties") => "object".to_owned(),
        _ => return anything(random, 1),
    };
    match kind.as_str() {
        "object" => members(random, root, object, depth),
        "array" => {
            let least = count(object, "minItems").unwrap_or(0);
            let length = random.random_range(least..least + 3);
            let any = json!(true);
            let item = object.get("items").unwrap_or(&any);
            Value::Array(
                (0..length)
                    .map(|_| of(random, root, item, depth - 1))
                    .collect(),
            )
        }
        "integer" => json!(integer(random, object)),
        "number" if once_in(random, 2) => json!(f64::from(integer(random, object)) + 0.5),
        "number" => json!(integer(random, object)),
        "boolean" => json!(random.random_bool(0.5)),
        "string" => json!(text(random, object)),
        _ => Value::Null,
    }
}

fn members(
    random: &mut SmallRng,
    root: &Value,
    object: &Map<String, Value>,
    depth: usize,
) -> Value {
    let any = json!(true);
    let mut members = Map::new();
    let required = object.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|required| required.iter().any(|other| other == name));
    let additional = object.get("additionalProperties");
    for name in NAMES {
        let declared = object
            .get("properties")
            .and_then(|members| members.get(name));
        let wanted = match (declared, is_required(name), additional) {
            (_, true, _) => !once_in(random, 12),
            (Some(_), false, _) => once_in(random, 2),
            (None, false, Some(Value::Object(_))) => once_in(random, 3),
            (None, false, _) => once_in(random, 20),
        };
        if wanted {
            let schema = declared.or(additional).unwrap_or(&any);
            members.insert((*name).to_owned(), of(random, root, schema, depth - 1));
        }
    }
    Value::Object(members)
}

fn count(object: &Map<String, Value>, keyword: &str) -> Option<usize> {
    usize::try_from(object.get(keyword)?.as_u64()?).ok()
}

/// Returns an integer at the bounds or between them.
fn integer(random: &mut SmallRng, object: &Map<String, Value>) -> i32 {
    let bound = |keywords: [&str; 2]| {
        let bound = keywords.iter().find_map(|keyword| object.get(*keyword))?;
        i32::try_from(bound.as_i64()?).ok()
    };
    let low = bound(["minimum", "exclusiveMinimum"]);
    let high = bound(["maximum", "exclusiveMaximum"]);
    match (low, high, random.random_range(0..3)) {
        (Some(low), _, 0) => low.saturating_add(random.random_range(-1..2)),
        (_, Some(high), 1) => high.saturating_add(random.random_range(-1..2)),
        (low, high, _) => {
            let low = low.unwrap_or(-5);
            random.random_range(low..high.unwrap_or(10).max(low.saturating_add(2)))
        }
    }
}

fn text(random: &mut SmallRng, object: &Map<String, Value>) -> String {
    let fixed = [
        "",
        "a",
        "abc",
        "b",
        "x",
        "42",
        "1234",
        "Zab",
        "text",
        "2026-01-02",
    ];
    let format = match object.get("format").and_then(Value::as_str) {
        Some("date") => Some("2026-02-03"),
        Some("date-time") => Some("2026-01-02T03:04:05Z"),
        Some("uuid") => Some("123e4567-e89b-42d3-a456-426614174000"),
        Some("email") => Some("a@example.com"),
        Some("ipv4") => Some("192.0.2.7"),
        _ => None,
    };
    if let Some(format) = format
        && !once_in(random, 5)
    {
        return format.to_owned();
    }
    let low = count(object, "minLength");
    let high = count(object, "maxLength");
    match random.random_range(0..4) {
        0 => "a".repeat(low.unwrap_or(0).saturating_sub(random.random_range(0..2))),
        1 => "b".repeat(high.unwrap_or(6) + random.random_range(0..2)),
        2 => "a".repeat(low.unwrap_or(1)),
        _ => (*pick(random, &fixed)).to_owned(),
    }
}

/// Returns a value of any type.
fn anything(random: &mut SmallRng, depth: usize) -> Value {
    match random.random_range(0..if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.random_bool(0.5)),
        2 => json!(random.random_range(-5..12)),
        3 => json!(0.5),
        4 | 5 => json!(*pick(random, &["", "a", "b", "c", "z", "abc", "12"])),
        6 => {
            let length = random.random_range(0..3);
            Value::Array((0..length).map(|_| anything(random, depth - 1)).collect())
        }
        _ => {
            let mut members = Map::new();
            for _ in 0..random.random_range(0..3) {
                let name = (*pick(random, NAMES)).to_owned();
                members.insert(name, anything(random, depth - 1));
            }
            Value::Object(members)
        }
    }
}
