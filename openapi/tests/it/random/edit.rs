//! Random edits of a schema, like those of a document's revision.

use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use super::schema::{NAMES, Reach, one};
use super::{once_in, pick, places};

/// Returns a copy with one to three edits.
pub(crate) fn edited(random: &mut SmallRng, schema: &Value) -> Value {
    let mut schema = schema.clone();
    for _ in 0..random.random_range(1..4) {
        let places = places(&schema);
        let place = pick(random, &places).clone();
        // A component may refer in place only to the components after it.
        let new = one(random, 2, Reach::After(usize::MAX - 1));
        if let Some(at) = schema.pointer_mut(&place) {
            edit(random, at, new, place.is_empty());
        }
    }
    schema
}

fn edit(random: &mut SmallRng, at: &mut Value, new: Value, is_root: bool) {
    let Some(object) = at.as_object_mut() else {
        *at = new;
        return;
    };
    for _ in 0..6 {
        if changed(random, object, &new) {
            return;
        }
    }
    if !is_root {
        *at = new;
    }
}

/// Makes one edit. Returns false when it does not apply.
fn changed(random: &mut SmallRng, object: &mut Map<String, Value>, new: &Value) -> bool {
    match random.random_range(0..12) {
        0 => number(random, object),
        1 => required(random, object),
        2 => property(random, object, new),
        3 => {
            if !object.contains_key("properties") {
                return false;
            }
            match random.random_range(0..4) {
                0 => object.shift_remove("additionalProperties"),
                1 => object.insert("additionalProperties".to_owned(), json!(false)),
                2 => object.insert("additionalProperties".to_owned(), json!(true)),
                _ => object.insert("additionalProperties".to_owned(), new.clone()),
            };
            true
        }
        4 => enumeration(random, object),
        5 => types(random, object),
        6 => branches(random, object, new),
        7 => {
            let wrapped = object
                .iter()
                .filter(|(key, _)| *key != "components")
                .map(|(key, value)| (key.clone(), value.clone()));
            let wrapped = Value::Object(wrapped.collect());
            object.retain(|key, _| key == "components");
            let keyword = *pick(random, &["anyOf", "oneOf", "allOf"]);
            let branches = match random.random_range(0..3) {
                0 => json!([wrapped]),
                1 => json!([wrapped, {"type": "null"}]),
                _ => json!([wrapped, new]),
            };
            object.insert(keyword.to_owned(), branches);
            true
        }
        8 => {
            // Removes a keyword.
            let keys: Vec<String> = object
                .keys()
                .filter(|key| *key != "components")
                .cloned()
                .collect();
            if keys.len() < 2 {
                return false;
            }
            let key = pick(random, &keys);
            object.shift_remove(key);
            true
        }
        9 => {
            let Value::Object(new) = new else {
                return false;
            };
            let Some((key, value)) = new.iter().next_back() else {
                return false;
            };
            let is_new = !object.contains_key(key);
            object.insert(key.clone(), value.clone());
            is_new
        }
        10 => {
            if object.contains_key("$ref") {
                return false;
            }
            let flag = *pick(random, &["readOnly", "writeOnly"]);
            object.insert(flag.to_owned(), json!(true));
            true
        }
        _ => {
            let Value::Object(new) = new else {
                return false;
            };
            let kept = object.shift_remove("components");
            *object = new.clone();
            if let Some(components) = kept {
                object.insert("components".to_owned(), components);
            }
            true
        }
    }
}

fn number(random: &mut SmallRng, object: &mut Map<String, Value>) -> bool {
    let mut numbers: Vec<&mut Value> = object
        .iter_mut()
        .filter(|(key, value)| value.is_number() && *key != "const")
        .map(|(_, value)| value)
        .collect();
    if numbers.is_empty() {
        return false;
    }
    let index = random.random_range(0..numbers.len());
    let step = if once_in(random, 2) { 1 } else { -1 };
    let old = numbers[index].as_i64().unwrap_or(1);
    *numbers[index] = json!((old + step).max(if old > 0 { 1 } else { -4 }));
    // A count is never negative.
    for (key, value) in object.iter_mut() {
        let is_count = key.starts_with("min") || key.starts_with("max");
        if is_count && !key.ends_with("imum") && value.as_i64().is_some_and(|count| count < 0) {
            *value = json!(0);
        }
    }
    true
}

fn required(random: &mut SmallRng, object: &mut Map<String, Value>) -> bool {
    if !object.contains_key("properties") {
        return false;
    }
    let name = *pick(random, NAMES);
    let required = object.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        match required.iter().position(|other| other == name) {
            Some(index) => drop(required.remove(index)),
            None => required.push(json!(name)),
        }
    }
    true
}

fn property(random: &mut SmallRng, object: &mut Map<String, Value>, new: &Value) -> bool {
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else {
        return false;
    };
    let name = *pick(random, NAMES);
    if properties.contains_key(name) && once_in(random, 2) {
        properties.shift_remove(name);
    } else {
        properties.insert(name.to_owned(), new.clone());
    }
    true
}

fn enumeration(random: &mut SmallRng, object: &mut Map<String, Value>) -> bool {
    if let Some(value) = object.shift_remove("const") {
        object.insert("enum".to_owned(), json!([value]));
    }
    let Some(values) = object.get_mut("enum").and_then(Value::as_array_mut) else {
        return false;
    };
    if values.len() > 1 && once_in(random, 2) {
        values.remove(random.random_range(0..values.len()));
    } else {
        let new = pick(random, &[json!("z"), json!(9), json!(null)]).clone();
        if values.contains(&new) {
            return false;
        }
        values.push(new);
    }
    true
}

fn types(random: &mut SmallRng, object: &mut Map<String, Value>) -> bool {
    let Some(kind) = object.get_mut("type") else {
        return false;
    };
    *kind = match (kind.clone(), random.random_range(0..3)) {
        (Value::String(kind), 0) if kind != "null" => json!([kind, "null"]),
        (Value::String(kind), 1) if kind == "integer" => json!("number"),
        (Value::String(kind), 1) if kind == "number" => json!("integer"),
        (Value::Array(kinds), 0) => kinds[0].clone(),
        _ => json!(*pick(
            random,
            &["string", "integer", "object", "array", "boolean"]
        )),
    };
    true
}

fn branches(random: &mut SmallRng, object: &mut Map<String, Value>, new: &Value) -> bool {
    let keyword = *pick(random, &["anyOf", "oneOf", "allOf"]);
    let Some(branches) = object.get_mut(keyword).and_then(Value::as_array_mut) else {
        return false;
    };
    match random.random_range(0..4) {
        0 if branches.len() > 1 => {
            branches.remove(random.random_range(0..branches.len()));
        }
        1 => branches.reverse(),
        2 => branches.push(json!({"type": "null"})),
        _ => branches.push(new.clone()),
    }
    true
}
