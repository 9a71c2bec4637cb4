//! Values and keywords as a sentence shows them.

use serde_json::Value;

/// A value, shortened to what fits into a sentence.
pub(super) fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST {
        return text;
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start}…")
}

/// The keywords in which two schema objects differ, each with what it was and what it is.
pub(super) fn keywords_changed(base: &Value, revision: &Value) -> (Vec<String>, String) {
    let empty = serde_json::Map::new();
    let base = base.as_object().unwrap_or(&empty);
    let revision = revision.as_object().unwrap_or(&empty);
    let mut names: Vec<String> = Vec::new();
    let mut parts = Vec::new();
    for (key, old) in base {
        match revision.get(key) {
            Some(new) if new == old => continue,
            Some(new) => parts.push(format!("`{key}` {} → {}", shown(old), shown(new))),
            None => parts.push(format!("`{key}` {} removed", shown(old))),
        }
        names.push(key.clone());
    }
    for (key, new) in revision {
        if !base.contains_key(key) {
            parts.push(format!("`{key}` {} added", shown(new)));
            names.push(key.clone());
        }
    }
    (names, parts.join(", "))
}
