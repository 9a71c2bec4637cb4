//! Documents as YAML in block style.

use serde_json::Value;

/// Returns the value as YAML. Scalars and empty collections are written as in JSON, which YAML includes.
pub(super) fn to_yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                let key = Value::from(key.as_str());
                text.push_str(&format!("{}{key}:", " ".repeat(indent)));
                nested(member, indent, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("{}-", " ".repeat(indent)));
                nested(item, indent, text);
            }
        }
        scalar => text.push_str(&format!("{scalar}\n")),
    }
}

fn nested(value: &Value, indent: usize, text: &mut String) {
    let has_members = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    text.push(if has_members { '\n' } else { ' ' });
    block(value, indent + 1, text);
}
