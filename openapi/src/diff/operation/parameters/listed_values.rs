//! Schemas with so few values that each can be written: those of an enumeration, of a
//! boolean and of an integer within bounds.

use serde_json::{Value, json};

use crate::diff::operation::parameters::readings::{readings, text_of};
use crate::schema::Validator;

/// How two schemas read the texts that their values are written as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// Both schemas have the same texts.
    Same,
    /// The receiver reads every text of the sender.
    Read,
    /// The receiver does not, or the sender's values cannot be listed.
    Unknown,
}

/// Compares the texts of two self-contained schemas, of those values that are written.
pub(super) fn compare(
    sender: &Value,
    receiver: &Value,
    is_written: impl Fn(&Value) -> bool,
) -> Texts {
    let listed = |schema: &Value| {
        let mut values = listed(schema)?;
        values.retain(&is_written);
        // Where nothing is written, nothing was compared.
        (!values.is_empty()).then_some(values)
    };
    let reads = |from: &[Value], to: &Value| {
        Validator::new(to).is_ok_and(|accepts| {
            let mut texts = from.iter().map(text_of);
            texts.all(|text| {
                text.is_some_and(|text| readings(&text).iter().any(|value| accepts.accepts(value)))
            })
        })
    };
    match (listed(sender), listed(receiver)) {
        (Some(sent), _) if !reads(&sent, receiver) => Texts::Unknown,
        (Some(_), Some(read)) if reads(&read, sender) => Texts::Same,
        (Some(_), _) => Texts::Read,
        (None, _) => Texts::Unknown,
    }
}

/// Returns the values of a schema; `None` where they cannot be listed.
fn listed(schema: &Value) -> Option<Vec<Value>> {
    let validator = Validator::new(schema).ok()?;
    let mut values = values(schema)?;
    values.retain(|value| validator.accepts(value));
    Some(values)
}

/// Returns values among which are all that the schema accepts.
fn values(schema: &Value) -> Option<Vec<Value>> {
    if let Some(only) = schema.get("const") {
        return Some(vec![only.clone()]);
    }
    if let Some(listed) = schema.get("enum") {
        return listed.as_array().cloned();
    }
    let of_type = |kind: &Value| match kind.as_str()? {
        "boolean" => Some(vec![json!(true), json!(false)]),
        "null" => Some(vec![Value::Null]),
        "integer" => integers(schema),
        _ => None,
    };
    match schema.get("type") {
        Some(Value::Array(kinds)) => return every(kinds, of_type),
        Some(kind) => return of_type(kind),
        None => {}
    }
    let alternatives = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key));
    every(alternatives?.as_array()?, values)
}

/// The most integers that are listed.
const MOST: usize = 64;

/// Returns the integers between the bounds of a schema.
fn integers(schema: &Value) -> Option<Vec<Value>> {
    let bound = |keys: [&str; 2]| keys.iter().find_map(|key| schema.get(*key)?.as_i64());
    let least = bound(["minimum", "exclusiveMinimum"])?;
    let greatest = bound(["maximum", "exclusiveMaximum"])?;
    let values: Vec<Value> = (least..=greatest).take(MOST + 1).map(Value::from).collect();
    (values.len() <= MOST).then_some(values)
}

fn every(parts: &[Value], values: impl Fn(&Value) -> Option<Vec<Value>>) -> Option<Vec<Value>> {
    let values: Option<Vec<Vec<Value>>> = parts.iter().map(values).collect();
    Some(values?.concat())
}
