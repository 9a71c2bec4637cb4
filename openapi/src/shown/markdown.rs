//! Texts of others within Markdown, shown character by character.

use super::visible;

/// Escapes everything in the text that Markdown or HTML could read as markup. An at sign and a number sign are
/// followed by a space of no width, so that no text of a document notifies people or links issues from the comment that
/// contains it.
#[must_use]
pub fn words(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '@' | '#' => {
                escaped.push(character);
                escaped.push_str("&#8203;");
            }
            character => escaped.push(character),
        }
    }
    escaped
}

/// Writes the text as a code span. Only a run of as many backticks as open the span can end it, so one more than the
/// longest run in the text opens it (CommonMark section 6.1).
#[must_use]
pub fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|character| character != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    // A reader strips one space on each side, unless the text is nothing but spaces.
    let padded = text.starts_with('`')
        || text.ends_with('`')
        || (text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty());
    match (text.is_empty(), padded) {
        (true, _) => "` `".to_owned(),
        (false, true) => format!("{fence} {text} {fence}"),
        (false, false) => format!("{fence}{text}{fence}"),
    }
}
