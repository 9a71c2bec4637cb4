//! Texts of others within Markdown, shown character by character.

use super::visible;

/// The most bytes of a text in a cell of a table.
const CELL_BYTES: usize = 2000;

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

/// Escapes the text for the inside of an HTML element, where Markdown is not read.
#[must_use]
pub fn html(text: &str) -> String {
    (visible(text).replace('&', "&amp;"))
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Writes the text as a code span (CommonMark section 6.1).
#[must_use]
pub fn code(text: &str) -> String {
    let text = visible(text);
    let fence = fence(&text, 1);
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

/// Writes the text as a code span in a cell of a table, cut at its end. A bar is escaped, because it ends the cell even
/// inside code.
#[must_use]
pub fn cell(text: &str) -> String {
    let end = text.floor_char_boundary(CELL_BYTES);
    let ellipsis = if end < text.len() { "…" } else { "" };
    format!("{}{ellipsis}", code(&text[..end]).replace('|', "\\|"))
}

/// Returns the backticks that open and close code: at least `least`, and one more than the longest run in the text,
/// because only a run of the same length ends a code span.
#[must_use]
pub fn fence(text: &str, least: usize) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max();
    "`".repeat((longest.unwrap_or(0) + 1).max(least))
}
