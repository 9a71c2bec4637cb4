//! Redaction: the suite registers each secret, and replaces it by the name of an environment variable in every text that
//! it writes.

mod scan;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub use scan::Scan;

/// The registered secrets, each with the name that replaces it.
#[derive(Default)]
pub struct Secrets {
    entries: RwLock<Entries>,
}

/// The number of bytes at the end of a value that index it. The beginnings of tokens are too similar.
const END: usize = 8;

/// The secrets in the order of registration, indexed by their ends: a run registers hundreds, and searches for them in
/// every request and response.
#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    by_end: HashMap<[u8; END], Vec<usize>, foldhash::fast::RandomState>,
    /// Whether a value ends in these two bytes. Most positions of a text need no further look-up.
    tails: Vec<bool>,
    /// The secrets that are shorter than the index key.
    short: Vec<usize>,
}

impl Entries {
    fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.all.iter()
    }

    fn push(&mut self, entry: Entry) {
        let index = self.all.len();
        for text in [&entry.value, &entry.hash] {
            match text.as_bytes().last_chunk() {
                Some(end) => {
                    self.tails.resize(1 << 16, false);
                    self.tails[tail(end)] = true;
                    self.by_end.entry(*end).or_default().push(index);
                }
                None => self.short.push(index),
            }
        }
        self.all.push(entry);
    }

    /// Finds the entries whose value or hash a text may contain. The longest value is first, so that a value that contains
    /// another is replaced as a whole.
    fn candidates(&self, text: &str) -> Vec<&Entry> {
        let windows = text.as_bytes().windows(END);
        let keys = windows.filter_map(|window| window.first_chunk());
        let mut found: Vec<usize> = keys
            .filter(|end: &&[u8; END]| self.tails.get(tail(end)) == Some(&true))
            .filter_map(|end: &[u8; END]| self.by_end.get(end))
            .flatten()
            .chain(&self.short)
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        let mut found: Vec<&Entry> = found.into_iter().map(|index| &self.all[index]).collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.value.len()));
        found
    }
}

/// Returns the last two bytes of the end of a value as a number.
fn tail(end: &[u8; END]) -> usize {
    usize::from(end[END - 2]) << 8 | usize::from(end[END - 1])
}

struct Entry {
    value: String,
    name: String,
    /// The SHA-256 of the value in hexadecimal, which a service may store and disclose.
    hash: String,
    /// Whether the value is a working credential, and not derived from one.
    credential: bool,
}

impl Entry {
    /// Finds the value in a text. A short one counts only where it is not a part of a word.
    fn find(&self, text: &str) -> Option<std::ops::Range<usize>> {
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let mut found = text.match_indices(&self.value);
        let found = found.find(|(start, value)| {
            let end = start + value.len();
            let before = start.checked_sub(1).and_then(|index| bytes.get(index));
            !self.is_short() || !is_word(before) && !is_word(bytes.get(end))
        });
        found.map(|(start, value)| start..start + value.len())
    }

    /// Returns whether the value is so short that it may be an ordinary word.
    fn is_short(&self) -> bool {
        self.value.len() < END
    }
}

/// A part of a redacted text.
pub(crate) enum Piece<'a> {
    /// Text without a secret.
    Text(&'a str),
    /// The name of the secret that was here.
    Secret(String),
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Registers a credential. `name` is a valid name of an environment variable.
    pub fn register(&self, value: &str, name: &str) {
        self.add(value, name, true);
    }

    /// Registers a value that is derived from a credential and does not work as one, such as a part of it.
    pub fn conceal(&self, value: &str, name: &str) {
        self.add(value, name, false);
    }

    fn add(&self, value: &str, name: &str, credential: bool) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() || entries.iter().any(|entry| entry.value == value) {
            return;
        }
        entries.push(Entry {
            value: value.to_owned(),
            name: name.to_owned(),
            hash: openapi::sha256_hex(value),
            credential,
        });
    }

    /// Returns the names of the credentials that a text contains.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<String> {
        self.credentials(text, |entry| text.contains(&entry.value))
    }

    /// Returns the names of the credentials whose SHA-256 a text contains, in hexadecimal of either case.
    #[must_use]
    pub fn hashes_in(&self, text: &str) -> Vec<String> {
        let text = text.to_ascii_lowercase();
        self.credentials(&text, |entry| text.contains(&entry.hash))
    }

    fn credentials(&self, text: &str, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let entries = self.entries();
        let found = (entries.candidates(text).into_iter())
            .filter(|entry| entry.credential && !entry.is_short() && wanted(entry));
        found.map(|entry| entry.name.clone()).collect()
    }

    /// Returns the names of the values in a text that are derived from a credential.
    pub(crate) fn derived_in(&self, text: &str) -> Vec<String> {
        let mut names: Vec<String> = (self.pieces(text).into_iter())
            .filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Secret(name) => Some(name),
            })
            .collect();
        let entries = self.entries();
        let is_derived =
            |name: &String| (entries.iter()).any(|entry| entry.name == *name && !entry.credential);
        names.retain(is_derived);
        names
    }

    fn entries(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces each secret in a text by `$NAME`.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in self.pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Secret(name) => {
                    out.push('$');
                    out.push_str(&name);
                }
            }
        }
        out
    }

    /// Redacts a text and cuts it to its first characters. The order matters: a part of a secret would not be recognised.
    #[must_use]
    pub(crate) fn excerpt(&self, text: &str, characters: usize) -> String {
        let text = self.redact(text);
        match text.char_indices().nth(characters) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// Splits a text at its secrets. Every JSON Web Token is a secret, also one that is not registered.
    pub(crate) fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = vec![Piece::Text(text)];
        for entry in self.entries().candidates(text) {
            pieces = split(pieces, |text| Some((entry.find(text)?, entry.name.clone())));
        }
        split(pieces, |text| {
            unregistered_jwt(text).map(|range| (range, "UNREGISTERED_TOKEN".to_owned()))
        })
    }
}

/// Splits each text among the pieces at the secrets that `find` finds.
fn split<'a>(
    pieces: Vec<Piece<'a>>,
    find: impl Fn(&str) -> Option<(std::ops::Range<usize>, String)>,
) -> Vec<Piece<'a>> {
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Secret(_) => out.push(piece),
            Piece::Text(mut rest) => {
                while let Some((range, name)) = find(rest) {
                    out.push(Piece::Text(&rest[..range.start]));
                    out.push(Piece::Secret(name));
                    rest = &rest[range.end..];
                }
                out.push(Piece::Text(rest));
            }
        }
    }
    out
}

/// Finds the first text of the form `eyJ….….…`, which may be a JSON Web Token.
pub(crate) fn unregistered_jwt(text: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find("eyJ") {
        let start = from + found;
        let length = text[start..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .count();
        if text[start..start + length].matches('.').count() == 2 {
            return Some(start..start + length);
        }
        from = start + length.max(3);
    }
    None
}
