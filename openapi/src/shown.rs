//! Texts of others (documents, deployments, profiles), made safe to show.

mod cut;
mod excerpt;
pub mod markdown;
pub mod workflow_command;

use std::borrow::Cow;

pub(crate) use cut::{differing, elided, unfolded};
pub(crate) use excerpt::{excerpt, excerpt_beside, fits};

/// Returns the text as one line. What must not reach a terminal or a file format is written out as Rust's escapes:
/// control characters, which could begin a line or drive a terminal; characters that turn the direction of what
/// follows; and two code points that XML does not allow.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// Returns the text as [`visible()`] does, but keeps line feeds and tabs: for boxes that show a text in its lines.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| {
        !matches!(character, '\n' | '\t') && is_hidden(character)
    })
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if hidden(character) {
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
            '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fffe}'
                | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_lines};

    #[test]
    fn hidden_characters_are_escaped_and_nothing_else() {
        assert_eq!(
            visible("a\n\u{1b}[31mb\u{202e}c"),
            "a\\n\\u{1b}[31mb\\u{202e}c"
        );
        assert_eq!(visible("ordinary: é 漢 🙂 \\n"), "ordinary: é 漢 🙂 \\n");
        assert_eq!(visible_lines("a\n\tb\r"), "a\n\tb\\r");
    }
}
