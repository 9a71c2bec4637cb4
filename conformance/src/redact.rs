//! Keeps secrets out of everything that leaves the suite: each value that must not be seen is registered, and every
//! text on its way out has it replaced by the name of an environment variable.

mod scan;

use std::sync::{PoisonError, RwLock};

pub use scan::Scan;

/// The values that must not be seen, each with the name that stands in for it.
#[derive(Default)]
pub struct Secrets {
    /// Longest value first, so that a value that contains another is replaced whole.
    entries: RwLock<Vec<Entry>>,
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
        let place = entries.partition_point(|entry| entry.value.len() >= value.len());
        let digest = ring::digest::digest(&ring::digest::SHA256, value.as_bytes());
        let hash = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        entries.insert(
            place,
            Entry {
                value: value.to_owned(),
                name: name.to_owned(),
                hash,
                credential,
            },
        );
    }

    /// The names of the credentials that a text contains.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Vec<String> {
        self.credentials(|entry| text.contains(&entry.value))
    }

    /// The names of the credentials whose SHA-256, in hexadecimal, a text contains.
    #[must_use]
    pub fn hashes_in(&self, text: &str) -> Vec<String> {
        self.credentials(|entry| text.contains(&entry.hash))
    }

    fn credentials(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<String> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let found = entries
            .iter()
            .filter(|entry| entry.credential && wanted(entry));
        found.map(|entry| entry.name.clone()).collect()
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

    /// The text cut at its secrets. A JSON Web Token that nobody registered is a secret as well: whose it is does not
    /// matter, a report is no place for it.
    pub(crate) fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let mut pieces = vec![Piece::Text(text)];
        for entry in entries.iter().filter(|entry| text.contains(&entry.value)) {
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
