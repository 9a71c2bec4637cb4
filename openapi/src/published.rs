//! Upstream's slices, embedded byte for byte. `published/README.md` names their source.

use crate::document::Document;
use crate::sha256::sha256_hex;

/// A published slice: an OpenAPI document with one operation and everything that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The file's name below `openapi/published/`.
    pub name: &'static str,
    /// The file's text, as published.
    pub text: &'static str,
}

/// The slice of `POST /api/v1/tokens/{token_id}/revoke` that is published today.
pub const REVOKE_TOKEN: Slice = Slice {
    name: "revoke-token.json",
    text: include_str!("../published/revoke-token.json"),
};

/// An earlier slice of the same operation, whose response had no envelope. It is not in force: it is kept because
/// the change from it to today's slice is a real breaking change.
pub const REVOKE_TOKEN_EARLIER: Slice = Slice {
    name: "revoke-token.earlier.json",
    text: include_str!("../published/revoke-token.earlier.json"),
};

/// All embedded slices.
pub const ALL: &[Slice] = &[REVOKE_TOKEN, REVOKE_TOKEN_EARLIER];

/// The slices in force, which the emitted document must agree with.
pub const IN_FORCE: &[Slice] = &[REVOKE_TOKEN];

impl Slice {
    /// Parses the slice.
    ///
    /// # Panics
    ///
    /// When an embedded slice is not a valid document, which a test excludes.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::parse(self.name, self.text).expect("an embedded slice is a valid document")
    }

    /// Returns the SHA-256 of the file's bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(self.text)
    }
}

/// Returns the slices in force with their hashes, one on each line, as programs print them with their version.
#[must_use]
pub fn fingerprints() -> String {
    let lines = IN_FORCE.iter().map(|slice| {
        let (name, sha256) = (slice.name, slice.sha256());
        format!("contract {name} sha256 {sha256}")
    });
    lines.collect::<Vec<_>>().join("\n")
}
