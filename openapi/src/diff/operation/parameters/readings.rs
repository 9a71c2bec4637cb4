//! Values as texts, and texts as values.

use serde_json::Value;

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the values that a text may be read as.
pub(super) fn readings(text: &str) -> Vec<Value> {
    let mut readings = vec![Value::from(text)];
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => readings.push(value),
        _ if text.is_empty() => readings.push(Value::Null),
        _ => {}
    }
    readings
}
