//! Small random changes of a document's values or of its text.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use crate::wild;

/// Changes a value in a few random places. `donor` gives subtrees to graft.
pub(super) fn of_value(random: &mut SmallRng, value: &mut Value, donor: &Value) {
    for _ in 0..random.random_range(1..5) {
        let count = size(value);
        let index = random.random_range(0..count);
        // The graft is cloned first, because the place may be a part of it.
        let graft = match random.random_range(0..3) {
            0 => nth_clone(donor, random.random_range(0..size(donor))),
            1 => nth_clone(value, random.random_range(0..count)),
            _ => wild::value(random, 3),
        };
        let reference = reference_into(random, value);
        if let Some(place) = nth(value, &mut { index }) {
            at(random, place, graft, &reference);
        }
    }
    if random.random_bool(0.8) {
        repair(random, value);
    }
}

/// Changes the value at one place.
fn at(random: &mut SmallRng, place: &mut Value, graft: Value, reference: &str) {
    match random.random_range(0..12) {
        0 => *place = graft,
        1 => *place = json!({"$ref": reference}),
        2 => {
            let keyword = *wild::pick(random, &["allOf", "anyOf", "oneOf"]);
            *place = json!({ keyword: [place.take(), graft] });
        }
        3 => {
            // Deep, but not so deep that every parser refuses it.
            let keyword = *wild::pick(random, &["allOf", "items", "not", "properties", "x"]);
            for _ in 0..random.random_range(1..60) {
                *place = match keyword {
                    "allOf" => json!({"allOf": [place.take()]}),
                    "properties" => json!({"properties": {"a": place.take()}}),
                    keyword => json!({ keyword: place.take() }),
                };
            }
        }
        4..=7 => match place {
            Value::Object(members) => {
                let key = *wild::pick(random, wild::KEYS);
                let value = if key == "$ref" {
                    json!(reference)
                } else {
                    graft
                };
                members.insert(key.to_owned(), value);
            }
            Value::Array(items) => items.push(graft),
            Value::Number(_) => *place = wild::number(random),
            Value::String(_) => *place = json!(wild::text(random)),
            Value::Null | Value::Bool(_) => *place = graft,
        },
        8 | 9 => match place {
            Value::Object(members) if !members.is_empty() => {
                let removed = random.random_range(0..members.len());
                let kept = std::mem::take(members).into_iter().enumerate();
                *members = (kept.filter(|(index, _)| *index != removed))
                    .map(|(_, member)| member)
                    .collect();
            }
            Value::Array(items) if !items.is_empty() => {
                items.swap_remove(random.random_range(0..items.len()));
            }
            other => *other = Value::Null,
        },
        _ => match place {
            // Another key for a member, or another order.
            Value::Object(members) if !members.is_empty() => {
                let renamed = random.random_range(0..members.len());
                let key = (*wild::pick(random, wild::KEYS)).to_owned();
                let old = std::mem::take(members).into_iter().enumerate();
                let renamed = old.map(|(index, (name, value))| {
                    let name = if index == renamed { key.clone() } else { name };
                    (name, value)
                });
                *members = renamed.collect();
            }
            Value::Array(items) => items.reverse(),
            other => *other = graft,
        },
    }
}

/// Returns the number of values in a value, itself included.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// Returns the value with the number `left`, counted depth-first.
fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Object(members) => members.values_mut().find_map(|value| nth(value, left)),
        Value::Array(items) => items.iter_mut().find_map(|value| nth(value, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Clones the value with this number.
fn nth_clone(value: &Value, index: usize) -> Value {
    nth(&mut value.clone(), &mut { index })
        .cloned()
        .unwrap_or(Value::Null)
}

/// Makes a reference to a random object of the document.
fn reference_into(random: &mut SmallRng, value: &Value) -> String {
    let mut pointer = "#".to_owned();
    let mut here = value;
    while let Value::Object(members) = here {
        if members.is_empty() || (pointer.len() > 1 && random.random_ratio(1, 6)) {
            break;
        }
        let Some((key, member)) = members.iter().nth(random.random_range(0..members.len())) else {
            break;
        };
        if !member.is_object() {
            break;
        }
        let token = key.replace('~', "~0").replace('/', "~1");
        let token = if random.random_ratio(1, 10) {
            token.replace('a', "%61")
        } else {
            token.replace('%', "%25")
        };
        pointer.push('/');
        pointer.push_str(&token);
        here = member;
    }
    pointer
}

/// Replaces most dangling references by ones that resolve: a document with a dangling reference is refused at
/// once, which tests little.
pub(super) fn repair(random: &mut SmallRng, document: &mut Value) {
    let dangling = |document: &Value, reference: &str| {
        let pointer = reference
            .strip_prefix('#')
            .unwrap_or("?")
            .replace("%61", "a");
        document.pointer(&pointer.replace("%25", "%")).is_none()
    };
    let whole = document.clone();
    let mut pending = vec![document];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(members) => {
                let broken =
                    matches!(members.get("$ref"), Some(Value::String(r)) if dangling(&whole, r));
                if broken {
                    let reference = if random.random_bool(0.5) {
                        component(random, &whole)
                    } else {
                        Some(reference_into(random, &whole))
                    };
                    match reference {
                        Some(reference) => members.insert("$ref".to_owned(), json!(reference)),
                        None => members.shift_remove("$ref"),
                    };
                }
                pending.extend(members.values_mut());
            }
            Value::Array(items) => pending.extend(items.iter_mut()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// Makes a reference to a random component schema.
fn component(random: &mut SmallRng, document: &Value) -> Option<String> {
    let schemas: Option<&Map<String, Value>> = document.pointer("/components/schemas")?.as_object();
    let names: Vec<&String> = schemas?.keys().collect();
    if names.is_empty() {
        return None;
    }
    let name = wild::pick(random, &names);
    let token = name.replace('~', "~0").replace('/', "~1");
    Some(format!("#/components/schemas/{token}"))
}

/// Changes a text in a few random places.
pub(super) fn of_text(random: &mut SmallRng, text: &mut String) {
    const TOKENS: &[&str] = &[
        "\t",
        "\n",
        " ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "<<: *a\n",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "|\n",
        ">\n",
        "#",
        "%",
        "!!binary ",
        "? ",
        "---\n",
        "...\n",
        "null",
        "1e999",
        "\u{feff}",
        "\u{0}",
        "0x7f",
        ",",
        "\\u0000",
        "\\ud800",
        "é",
        "~",
    ];
    for _ in 0..random.random_range(1..6) {
        let from = place(random, text);
        let to = place(random, text);
        let (from, to) = (from.min(to), from.max(to));
        // Cuts and copies stay short, so that the rest of the document is still read.
        let to = (from..=to.min(from + 60))
            .rev()
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(from);
        match random.random_range(0..6) {
            0 => text.truncate(from),
            1 => text.replace_range(from..to, ""),
            2 => {
                let copy = text[from..to].to_owned();
                let into = place(random, text);
                text.insert_str(into, &copy);
            }
            3 => {
                let line = text[from..]
                    .find('\n')
                    .map_or(text.len(), |end| from + end + 1);
                let copy = text[from..line].to_owned();
                if copy.len() < 2000 {
                    text.insert_str(from, &copy);
                }
            }
            _ => {
                let token: &str = TOKENS[random.random_range(0..TOKENS.len())];
                text.insert_str(from, token);
            }
        }
    }
}

/// Returns a random position between two characters.
fn place(random: &mut SmallRng, text: &str) -> usize {
    let mut at = random.random_range(0..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
