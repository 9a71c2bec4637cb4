//! The tokens in an answer that lists them, whatever its shape.

use serde_json::{Map, Value};

use super::ledger::unwrapped;

/// Returns the tokens in the body of a list: those of `items` as the published page has them, or those at the place that the profile
/// names (`companions.list_items`). `None` where there are none to read.
pub(crate) fn tokens(list_items: Option<&str>, body: &Value) -> Option<Vec<Value>> {
    match list_items {
        None => unwrapped(body)["items"].as_array().cloned(),
        Some(pointer) => match body.pointer(pointer)? {
            Value::Array(tokens) => Some(tokens.clone()),
            Value::Object(by_id) => by_id.iter().map(token_of).collect(),
            _ => None,
        },
    }
}

/// Returns a member of an object of tokens as a token. Its name is the id, if the token itself does not have one.
fn token_of((id, token): (&String, &Value)) -> Option<Value> {
    let mut token: Map<String, Value> = token.as_object()?.clone();
    token.entry("id").or_insert_with(|| id.as_str().into());
    Some(Value::Object(token))
}

/// Returns whether a value is a list of tokens of another shape: an array of objects, or an object of those with a name.
pub(crate) fn is_list(value: &Value) -> bool {
    match value {
        Value::Array(tokens) => !tokens.is_empty() && tokens.iter().all(Value::is_object),
        Value::Object(by_id) => {
            !by_id.is_empty() && by_id.values().all(|token| token["name"].is_string())
        }
        _ => false,
    }
}
