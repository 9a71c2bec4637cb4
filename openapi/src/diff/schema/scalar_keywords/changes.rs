//! The keywords in which two schema objects differ.

use serde_json::{Map, Value};

use crate::diff::message::{Message, Part, message};
use crate::keywords;
use crate::shown::fits;

/// Returns the names of the keywords that differ: the base's in its order, then what was added.
pub(crate) fn changed_names<'v>(base: &'v Value, revision: &'v Value) -> Vec<&'v str> {
    let names = |schema: &'v Value| {
        let members = schema.as_object().into_iter().flatten();
        members.map(|(key, _)| key.as_str())
    };
    let added = names(revision).filter(|key| base.get(key).is_none());
    let changed = names(base).filter(|key| base.get(key) != revision.get(key));
    changed.chain(added).collect()
}

/// Lists the keywords in which two schemas differ, other than by annotations.
pub(crate) fn differences(base: &Value, revision: &Value) -> Message {
    let (Value::Object(old), Value::Object(new)) = (base, revision) else {
        let [was, is] = Part::differing(base, revision);
        return message!("{} → {}", was, is);
    };
    let asserted = |schema: &Map<String, Value>| {
        let keywords = schema
            .iter()
            .filter(|(key, _)| !keywords::is_annotation(key));
        Value::Object(
            keywords
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    };
    let (old, new) = (asserted(old), asserted(new));
    if old == new {
        return message!("what it refers to changed");
    }
    changes(&old, &new)
}

/// Lists the keywords that differ, each with what it was and what it is.
pub(crate) fn changes(base: &Value, revision: &Value) -> Message {
    let changes = changed_names(base, revision).into_iter().map(|key| {
        match (base.get(key), revision.get(key)) {
            (Some(old), Some(new)) => change(key, old, new),
            (Some(old), None) => message!("`{}` {} removed", key, old),
            (None, Some(new)) => message!("`{}` {} added", key, new),
            (None, None) => Message::default(),
        }
    });
    Message::join(changes, ", ")
}

/// Returns the change of one keyword: of long lists, only which items were added and removed.
fn change(key: &str, old: &Value, new: &Value) -> Message {
    if let (Value::Array(olds), Value::Array(news)) = (old, new)
        && !(fits(old) && fits(new))
    {
        let missing = |from: &[Value], items: &[Value], template: &'static str| {
            let items = items.iter().filter(|item| !from.contains(item));
            let items: Vec<Value> = items.cloned().collect();
            (!items.is_empty()).then(|| message!(template, &Value::Array(items)))
        };
        let gains = missing(olds, news, "gains {}");
        let loses = missing(news, olds, "loses {}");
        let what = Message::join([gains, loses].into_iter().flatten(), " and ");
        if what != Message::default() {
            return message!("`{}` {}", key, &what);
        }
    }
    let [was, is] = Part::differing(old, new);
    message!("`{}` {} → {}", key, was, is)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::changes;

    #[test]
    fn of_a_long_list_the_added_and_removed_items_are_shown() {
        let names = |from: u8| {
            (from..from + 20)
                .map(|n| format!("name{n}"))
                .collect::<Vec<_>>()
        };
        let message = changes(&json!({"enum": names(0)}), &json!({"enum": names(1)}));
        assert_eq!(
            message.to_string(),
            r#"`enum` gains ["name20"] and loses ["name0"]"#
        );
    }

    #[test]
    fn short_values_are_shown_whole() {
        let message = changes(&json!({"enum": ["a"]}), &json!({"enum": ["a", "b"]}));
        assert_eq!(message.to_string(), r#"`enum` ["a"] → ["a","b"]"#);
    }
}
