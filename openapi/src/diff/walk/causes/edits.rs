//! The smallest edits that turn one text into another, without their places: what copies of one thing have in common
//! when each is in another component.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Returns the edits from `before` to `after`, sorted: each has a field's name, what it was and what it is, and
/// occurs once however often it was made.
pub(crate) fn between(before: &Value, after: &Value) -> Value {
    let mut edits = BTreeMap::new();
    collect("", before, after, &mut edits);
    edits.into_values().collect()
}

fn collect(name: &str, before: &Value, after: &Value, edits: &mut BTreeMap<String, Value>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, was) in old {
                match new.get(key) {
                    Some(is) => collect(key, was, is, edits),
                    None => add(edits, json!({"in": key, "was": was})),
                }
            }
            for (key, is) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                add(edits, json!({"in": key, "is": is}));
            }
        }
        // Schemas and parameters are compared by position, names and values as a set.
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() && !are_plain(old) => {
            for (was, is) in old.iter().zip(new) {
                collect(name, was, is, edits);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let (removed, added) = (missing(new, old), missing(old, new));
            if removed.is_empty() && added.is_empty() {
                add(edits, json!({"in": name, "was": before, "is": after}));
            }
            for was in removed {
                add(edits, json!({"in": name, "was": was}));
            }
            for is in added {
                add(edits, json!({"in": name, "is": is}));
            }
        }
        _ => add(edits, json!({"in": name, "was": before, "is": after})),
    }
}

fn are_plain(items: &[Value]) -> bool {
    items
        .iter()
        .all(|item| !item.is_object() && !item.is_array())
}

fn missing<'v>(from: &[Value], items: &'v [Value]) -> Vec<&'v Value> {
    items.iter().filter(|item| !from.contains(item)).collect()
}

fn add(edits: &mut BTreeMap<String, Value>, edit: Value) {
    edits.insert(edit.to_string(), edit);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::between;

    #[test]
    fn an_edit_is_the_same_wherever_and_however_often_it_was_made() {
        let user =
            json!({"required": ["id", "url"], "properties": {"id": {}, "url": {"type": "string"}}});
        let without = json!({"required": ["id"], "properties": {"id": {}}});
        let once = between(
            &json!({"sender": user, "n": 1}),
            &json!({"sender": without, "n": 1}),
        );
        let twice = between(
            &json!({"by": user, "items": [{"to": user}, {}]}),
            &json!({"by": without, "items": [{"to": without}, {}]}),
        );
        assert_eq!(once, twice);
        assert_eq!(
            once,
            json!([{"in": "required", "was": "url"}, {"in": "url", "was": {"type": "string"}}])
        );
    }

    #[test]
    fn another_order_is_an_edit() {
        let (old, new) = (json!({"enum": ["a", "b"]}), json!({"enum": ["b", "a"]}));
        assert_eq!(
            between(&old, &new),
            json!([{"in": "enum", "was": ["a", "b"], "is": ["b", "a"]}])
        );
        assert_eq!(between(&old, &old), json!([]));
    }
}
