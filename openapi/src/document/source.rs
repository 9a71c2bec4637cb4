//! The text that a document or one of its files was read from.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};

/// The syntax of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
}

/// A text, kept to find positions in it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) format: Format,
    /// Whether the text has each of the [`WORDS`].
    has: OnceLock<[bool; WORDS.len()]>,
}

/// Words of keywords and values that most documents do not have: what has none of them in its text need not be searched
/// for what they mean.
const WORDS: [&str; 8] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "discriminator",
    "binary",
    "byte",
    "/xml",
    "+xml",
];

impl Source {
    pub(super) fn new(text: String, format: Format) -> Self {
        let has = OnceLock::new();
        Self { text, format, has }
    }

    /// Returns whether the text has one of the words, each of which is one of [`WORDS`].
    pub(super) fn has(&self, words: &[&str]) -> bool {
        let has = self.has.get_or_init(|| found(&self.text));
        let mut all = WORDS.iter().zip(has);
        all.any(|(word, has)| *has && words.contains(word))
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (self.format, &self.text) == (other.format, &other.text)
    }
}

/// Returns which of the words a text has, in one pass: it may have many megabytes.
fn found(text: &str) -> [bool; WORDS.len()] {
    static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostFirst);
        builder.build(WORDS).ok()
    });
    let mut found = [false; WORDS.len()];
    match &*SEARCH {
        Some(search) => {
            for word in search.find_iter(text) {
                found[word.pattern().as_usize()] = true;
                if found.iter().all(|found| *found) {
                    break;
                }
            }
        }
        None => found = WORDS.map(|word| text.contains(word)),
    }
    found
}
