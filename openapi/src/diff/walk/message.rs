//! Values and keywords as a sentence shows them.

use serde_json::Value;

/// The most characters of a value in a sentence.
const MOST: usize = 60;

/// How many characters before a difference are shown for orientation.
const BEFORE: usize = 20;

/// A value, shortened to what fits into a sentence.
pub(crate) fn shown(value: &Value) -> String {
    cut(&value.to_string(), 0)
}

/// Two values, each shortened to where it differs from the other.
pub(crate) fn both_shown(old: &Value, new: &Value) -> (String, String) {
    let (old, new) = (old.to_string(), new.to_string());
    if [&old, &new].iter().all(|text| text.chars().count() <= MOST) {
        return (old, new);
    }
    let alike = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
    let start = word_start(&old, alike.count().saturating_sub(BEFORE));
    (cut(&old, start), cut(&new, start))
}

/// The start of the word that the character at `index` is in, unless that is far off.
fn word_start(text: &str, index: usize) -> usize {
    let before: Vec<char> = text.chars().take(index).collect();
    let in_word = before.iter().rev().take_while(|c| !c.is_whitespace());
    let in_word = in_word.take(BEFORE + 1).count();
    if in_word > BEFORE {
        index
    } else {
        index - in_word
    }
}

/// The characters of a text from the one at `start` on, as many as fit.
fn cut(text: &str, start: usize) -> String {
    let mut rest = text.chars().skip(start);
    let shown: String = rest.by_ref().take(MOST).collect();
    let (before, after) = (start > 0, rest.next().is_some());
    let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{shown}{}", ellipsis(before), ellipsis(after))
}

/// The keywords in which two schema objects differ, each with what it was and what it is.
pub(crate) fn keywords_changed(base: &Value, revision: &Value) -> (Vec<String>, String) {
    let empty = serde_json::Map::new();
    let base = base.as_object().unwrap_or(&empty);
    let revision = revision.as_object().unwrap_or(&empty);
    let mut names: Vec<String> = Vec::new();
    let mut parts = Vec::new();
    for (key, old) in base {
        match revision.get(key) {
            Some(new) if new == old => continue,
            Some(new) => parts.push(keyword_changed(key, old, new)),
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

/// One keyword's change: of a long list, what came and what went.
fn keyword_changed(key: &str, old: &Value, new: &Value) -> String {
    let (was, is) = both_shown(old, new);
    let is_cut = was.contains('…') || is.contains('…');
    let (Value::Array(olds), Value::Array(news), true) = (old, new, is_cut) else {
        return format!("`{key}` {was} → {is}");
    };
    let missing = |from: &[Value], items: &[Value]| {
        let items: Vec<Value> = items
            .iter()
            .filter(|item| !from.contains(item))
            .cloned()
            .collect();
        let list = Value::Array(items.clone());
        (!items.is_empty()).then(|| shown(&list))
    };
    let gains = missing(olds, news).map(|items| format!("gains {items}"));
    let loses = missing(news, olds).map(|items| format!("loses {items}"));
    let what: Vec<String> = [gains, loses].into_iter().flatten().collect();
    if what.is_empty() {
        return format!("`{key}` {was} → {is}");
    }
    format!("`{key}` {}", what.join(" and "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{both_shown, keywords_changed};

    #[test]
    fn long_texts_are_shown_where_they_differ() {
        let old = json!(
            "The brand of the card. One of amex, diners, discover, jcb, mastercard, or visa."
        );
        let new = json!(
            "The brand of the card. One of amex, diners, discover, eftpos, jcb, mastercard, or visa."
        );
        let (old, new) = both_shown(&old, &new);
        assert_eq!(old, "…amex, diners, discover, jcb, mastercard, or visa.\"");
        assert_eq!(
            new,
            "…amex, diners, discover, eftpos, jcb, mastercard, or visa.\""
        );
    }

    #[test]
    fn a_long_list_tells_what_came_and_what_went() {
        let names = |from: u8| {
            (from..from + 20)
                .map(|n| format!("name{n}"))
                .collect::<Vec<_>>()
        };
        let (_, text) = keywords_changed(&json!({"enum": names(0)}), &json!({"enum": names(1)}));
        assert_eq!(text, r#"`enum` gains ["name20"] and loses ["name0"]"#);
    }

    #[test]
    fn what_is_short_is_shown_whole() {
        let (_, text) = keywords_changed(&json!({"enum": ["a"]}), &json!({"enum": ["a", "b"]}));
        assert_eq!(text, r#"`enum` ["a"] → ["a","b"]"#);
    }
}
