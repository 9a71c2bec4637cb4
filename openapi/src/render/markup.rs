//! Texts of others within Markdown, taken for themselves.

use super::visible::visible;

/// Words with everything that Markdown or HTML could read as markup taken for itself. An at sign and
/// a number sign get a space of no width behind them, so that no text of a document calls people or
/// links issues from the comment that it ends up in.
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

/// A span of code: only a run of as many backticks as open it can end it, so one more than the longest
/// run in the text opens it.
#[must_use]
pub fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|character| character != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    // One space on each side is taken off again by the reader, but not from nothing but spaces.
    let padded = text.starts_with('`')
        || text.ends_with('`')
        || (text.starts_with(' ') && text.ends_with(' ') && !text.trim().is_empty());
    match (text.is_empty(), padded) {
        (true, _) => "` `".to_owned(),
        (false, true) => format!("{fence} {text} {fence}"),
        (false, false) => format!("{fence}{text}{fence}"),
    }
}
