//! Texts of documents, made safe to show as one line of text.

use std::borrow::Cow;

/// The text with what is not to be seen written out as Rust's escapes: control characters, which could
/// begin a line or drive a terminal, those that turn the direction of what follows, and two code
/// points that XML has no place for.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_is_hidden_is_written_out_and_nothing_else() {
        assert_eq!(
            visible("a\n\u{1b}[31mb\u{202e}c"),
            "a\\n\\u{1b}[31mb\\u{202e}c"
        );
        assert_eq!(visible("ordinary: é 漢 🙂 \\n"), "ordinary: é 漢 🙂 \\n");
    }
}
