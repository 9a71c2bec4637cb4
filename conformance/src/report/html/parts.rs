//! The small elements that several sections of the page share.

use maud::{Markup, html};

use crate::case::Level;
use crate::event::Verdict;
use crate::percent::percent_encoded;
use openapi::shown::visible;

/// The most bytes of a long text that are shown at first.
const SHOWN: usize = 400;

/// The verdicts, in the order in which they are counted and drawn.
pub(super) const VERDICTS: [Verdict; 8] = [
    Verdict::Pass,
    Verdict::Warn,
    Verdict::Skip,
    Verdict::Inconclusive,
    Verdict::Unproven,
    Verdict::Blocked,
    Verdict::Error,
    Verdict::Fail,
];

/// The levels, strongest first.
pub(super) const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// Returns the worst of several verdicts.
pub(super) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    verdicts
        .into_iter()
        .max_by_key(|verdict| severity(*verdict))
}

/// Ranks a verdict. A warning ranks below a skip: a failed SHOULD must not hide that another case was not run.
pub(super) fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 7,
        Verdict::Error => 6,
        Verdict::Blocked => 5,
        Verdict::Unproven => 4,
        Verdict::Inconclusive => 3,
        Verdict::Skip => 2,
        Verdict::Warn => 1,
        Verdict::Pass => 0,
    }
}

/// Renders a verdict as a word in its colour.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict.name()) } { (verdict.name()) } }
}

/// Returns the address of a case within the page.
pub(super) fn link(id: &str) -> String {
    format!("#{}", percent_encoded(id))
}

/// Returns the beginning of a long text, for a place that links to the whole text.
pub(super) fn beginning(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN);
    let mark = if end < text.len() { "…" } else { "" };
    format!("{}{mark}", visible(&text[..end]))
}

/// Renders a text; a long one as its beginning, which unfolds to the whole text.
pub(super) fn folded(text: &str) -> Markup {
    let end = text.floor_char_boundary(SHOWN);
    html! {
        @if end < text.len() {
            details {
                summary { (visible(&text[..end])) "…" }
                (visible(text))
            }
        } @else { (visible(text)) }
    }
}

/// Returns the path of a URL, without its origin.
pub(super) fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.find('/').map_or("/", |start| &after[start..])
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn path_is_what_follows_the_origin() {
        assert_eq!(path_of("https://host:1/a?b"), "/a?b");
        assert_eq!(path_of("https://host"), "/");
    }
}
