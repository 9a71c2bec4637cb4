//! Redaction: the suite registers each secret, and replaces it by the name of an environment variable in every text that
//! it writes.

mod scan;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub use scan::Scan;

/// The registered secrets, each with the name that replaces it.
#[derive(Default)]
pub struct Secrets {
    entries: RwLock<Entries>,
}

/// The number of bytes at the end of a value that index it. The beginnings of tokens are too similar.
const END: usize = 8;

/// The number of bits of the hash in [`bit`]: of a thousand secrets, one of thirty bits is set.
const BITS: u32 = 16;

/// The number of words in [`Entries::seen`].
const WORDS: usize = 1 << (BITS - 6);

/// The secrets in the order of registration, indexed by their ends: a run registers hundreds, and searches for them in
/// every request and response.
#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    by_end: HashMap<[u8; END], Vec<usize>, foldhash::fast::RandomState>,
    /// Bits, by [`bit`] of the ends: most positions of a text need no look-up, which took an eighth of the time of a run.
    seen: Vec<u64>,
    /// The secrets that are shorter than the index key, the longest first.
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
                    let (word, bit) = bit(end);
                    self.seen.resize(WORDS, 0);
                    self.seen[word] |= bit;
                    self.by_end.entry(*end).or_default().push(index);
                }
                None => self.short.push(index),
            }
        }
        self.all.push(entry);
        (self.short).sort_by_key(|index| Reverse(self.all[*index].value.len()));
    }

    /// Finds where a text contains what is wanted of an entry, its value or its hash. Short values are not looked for.
    fn find(&self, text: &str, wanted: impl Fn(&Entry) -> &str) -> Vec<(Range<usize>, usize)> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for (start, window) in bytes.windows(END).enumerate() {
            let Some(key) = window.first_chunk() else {
                continue;
            };
            let (word, bit) = bit(key);
            if self.seen.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            let end = start + END;
            for &index in self.by_end.get(key).into_iter().flatten() {
                let wanted = wanted(&self.all[index]);
                if bytes[..end].ends_with(wanted.as_bytes()) {
                    found.push((end - wanted.len()..end, index));
                }
            }
        }
        found
    }

    /// Splits a text at the values that are not short.
    fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut found = self.find(text, |entry| &entry.value);
        // The longest is first, so that a value that contains another is replaced as a whole.
        found.sort_by_key(|(range, _)| (Reverse(range.len()), range.start));
        let mut taken = BTreeMap::new();
        for (range, index) in found {
            let before = taken.range(..range.end).next_back();
            if before.is_none_or(|(_, (end, _))| *end <= range.start) {
                taken.insert(range.start, (range.end, index));
            }
        }
        let mut pieces = Vec::with_capacity(2 * taken.len() + 1);
        let mut done = 0;
        for (start, (end, index)) in taken {
            pieces.push(Piece::Text(&text[done..start]));
            pieces.push(Piece::Secret(self.all[index].name.clone()));
            done = end;
        }
        pieces.push(Piece::Text(&text[done..]));
        pieces
    }
}

/// Returns the word in [`Entries::seen`], and the bit in it, of an end.
fn bit(end: &[u8; END]) -> (usize, u64) {
    // A product by an odd number with bits all over has the influence of all bytes in its upper bits.
    let hash = u64::from_le_bytes(*end).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let index = (hash >> (64 - BITS)) as usize;
    (index / 64, 1 << (index % 64))
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
    /// Finds the value in a text where it is not a part of a word.
    fn find_word(&self, text: &str) -> Option<Range<usize>> {
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let mut found = text.match_indices(&self.value);
        let found = found.find(|(start, value)| {
            let before = start.checked_sub(1).and_then(|index| bytes.get(index));
            !is_word(before) && !is_word(bytes.get(start + value.len()))
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
        self.credentials(text, |entry| &entry.value)
    }

    /// Returns the names of the credentials whose SHA-256 a text contains, in hexadecimal of either case.
    #[must_use]
    pub fn hashes_in(&self, text: &str) -> Vec<String> {
        let text = text.to_ascii_lowercase();
        self.credentials(&text, |entry| &entry.hash)
    }

    fn credentials(&self, text: &str, wanted: impl Fn(&Entry) -> &str) -> Vec<String> {
        let entries = self.entries();
        let found: BTreeSet<usize> = (entries.find(text, wanted).into_iter())
            .map(|(_, index)| index)
            .collect();
        let found = found.into_iter().map(|index| &entries.all[index]);
        let credentials = found.filter(|entry| entry.credential && !entry.is_short());
        credentials.map(|entry| entry.name.clone()).collect()
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
        let entries = self.entries();
        let mut pieces = entries.pieces(text);
        for entry in entries.short.iter().map(|index| &entries.all[*index]) {
            let find = |text: &str| Some((entry.find_word(text)?, entry.name.clone()));
            pieces = split(pieces, find);
        }
        split(pieces, |text| {
            unregistered_jwt(text).map(|range| (range, "UNREGISTERED_TOKEN".to_owned()))
        })
    }
}

/// Splits each text among the pieces at the secrets that `find` finds.
fn split<'a>(
    pieces: Vec<Piece<'a>>,
    find: impl Fn(&str) -> Option<(Range<usize>, String)>,
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
pub(crate) fn unregistered_jwt(text: &str) -> Option<Range<usize>> {
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
