//! JSON values shortened to what fits into a sentence.

use serde_json::Value;

/// The most characters of a value in a sentence.
const MOST: usize = 60;

/// How many characters before a difference are shown for orientation.
const BEFORE: usize = 20;

/// Returns the value's JSON text, cut at its end.
pub(crate) fn excerpt(value: &Value) -> String {
    cut(&value.to_string(), 0)
}

/// Returns the value's JSON text, cut to where it differs from the other value's.
pub(crate) fn excerpt_beside(value: &Value, other: &Value) -> String {
    let (text, other) = (value.to_string(), other.to_string());
    if [&text, &other].iter().all(|text| is_short(text)) {
        return text;
    }
    let alike = text.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let start = word_start(&text, alike.count().saturating_sub(BEFORE));
    cut(&text, start)
}

/// Returns whether an excerpt shows the whole value.
pub(crate) fn fits(value: &Value) -> bool {
    is_short(&value.to_string())
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= MOST
}

/// Returns the start of the word around the character at `index`, unless the start is far off.
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

/// Returns as many characters as fit, from the one at `start` on.
fn cut(text: &str, start: usize) -> String {
    let mut rest = text.chars().skip(start);
    let shown: String = rest.by_ref().take(MOST).collect();
    let (before, after) = (start > 0, rest.next().is_some());
    let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{shown}{}", ellipsis(before), ellipsis(after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::excerpt_beside;

    #[test]
    fn long_texts_are_shown_where_they_differ() {
        let old = json!(
            "The brand of the card. One of amex, diners, discover, jcb, mastercard, or visa."
        );
        let new = json!(
            "The brand of the card. One of amex, diners, discover, eftpos, jcb, mastercard, or visa."
        );
        assert_eq!(
            excerpt_beside(&old, &new),
            "…amex, diners, discover, jcb, mastercard, or visa.\""
        );
        assert_eq!(
            excerpt_beside(&new, &old),
            "…amex, diners, discover, eftpos, jcb, mastercard, or visa.\""
        );
    }
}
