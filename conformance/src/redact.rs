//! Keeps secrets out of everything that leaves the suite: each value that must not be seen is registered, and every
//! text on its way out has it replaced by the name of an environment variable.

mod scan;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub use scan::Scan;

/// The values that must not be seen, each with the name that stands in for it.
#[derive(Default)]
pub struct Secrets {
    entries: RwLock<Entries>,
}

/// How many bytes at the end of a value it is looked up by. The beginnings of tokens are all alike.
const END: usize = 8;

/// The values in the order of registration, and by their ends: a run registers hundreds, and looks for them in every
/// text that goes in or out.
#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    by_end: HashMap<[u8; END], Vec<usize>>,
    /// Whether a value ends in these two bytes: spares most places of a text the look-up.
    tails: Vec<bool>,
    /// Those that are too short to be looked up.
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

    /// The entries of which a text may contain the value or the hash: longest value first, so that a value that
    /// contains another is replaced whole.
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

/// The last two bytes of the end of a value, as a number.
fn tail(end: &[u8; END]) -> usize {
    usize::from(end[END - 2]) << 8 | usize::from(end[END - 1])
}

struct Entry {
    value: String,
    name: String,
    /// The SHA-256 of the value, in hexadecimal: what a careless service would store and could give away.
    hash: String,
    /// Whether it is a working credential, rather than something made from one.
    credential: bool,
}

/// A part of a text.
pub(crate) enum Piece<'a> {
    /// Text that may be seen.
    Text(&'a str),
    /// The name of the secret that stood here.
    Secret(String),
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Registers a credential; `name` is a valid name of an environment variable.
    pub fn register(&self, value: &str, name: &str) {
        self.add(value, name, true);
    }

    /// Registers a value that was made from a credential and works for nothing, such as a part of one.
    pub fn conceal(&self, value: &str, name: &str) {
        self.add(value, name, false);
    }

    fn add(&self, value: &str, name: &str, credential: bool) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() || entries.iter().any(|entry| entry.value == value) {
            return;
        }
        let digest = ring::digest::digest(&ring::digest::SHA256, value.as_bytes());
        let hash = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        entries.push(Entry {
            value: value.to_owned(),
            name: name.to_owned(),
            hash,
            credential,
        });
    }

    /// The names of the credentials that a text contains.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<String> {
        self.credentials(text, |entry| text.contains(&entry.value))
    }

    /// The names of the credentials whose SHA-256, in hexadecimal of either case, a text contains.
    #[must_use]
    pub fn hashes_in(&self, text: &str) -> Vec<String> {
        let text = text.to_ascii_lowercase();
        self.credentials(&text, |entry| text.contains(&entry.hash))
    }

    fn credentials(&self, text: &str, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let entries = self.entries();
        let found = (entries.candidates(text).into_iter())
            .filter(|entry| entry.credential && wanted(entry));
        found.map(|entry| entry.name.clone()).collect()
    }

    fn entries(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text with each secret replaced by `$NAME`.
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

    /// The beginning of a text, redacted: its first characters, and a mark where there are more. Redacted before it is
    /// cut, since half a secret would not be known for one.
    #[must_use]
    pub(crate) fn excerpt(&self, text: &str, characters: usize) -> String {
        let text = self.redact(text);
        match text.char_indices().nth(characters) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// The text cut at its secrets. A JSON Web Token that nobody registered is a secret as well: whose it is does not
    /// matter, a report is no place for it.
    pub(crate) fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = vec![Piece::Text(text)];
        for entry in self.entries().candidates(text) {
            pieces = split(pieces, |text| {
                text.find(&entry.value)
                    .map(|start| (start..start + entry.value.len(), entry.name.clone()))
            });
        }
        split(pieces, |text| {
            unregistered_jwt(text).map(|range| (range, "UNREGISTERED_TOKEN".to_owned()))
        })
    }
}

/// Cuts every text among the pieces wherever `find` finds something.
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

/// The first `eyJ….….…` in a text.
fn unregistered_jwt(text: &str) -> Option<std::ops::Range<usize>> {
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
