//! Upstream's slices, embedded byte for byte. Where they come from: `published/README.md`.

use crate::document::Document;

/// One published slice: an OpenAPI document with one operation and all that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The file's name below `openapi/published/`.
    pub name: &'static str,
    /// The file's text, as published.
    pub text: &'static str,
}

/// `POST /api/v1/tokens/{token_id}/revoke` as it is published today.
pub const REVOKE_TOKEN: Slice = Slice {
    name: "revoke-token.json",
    text: include_str!("../published/revoke-token.json"),
};

/// The same operation as it was published before its answer was wrapped in an envelope: not in
/// force, kept because the step from it to today's form is a real breaking change.
pub const REVOKE_TOKEN_EARLIER: Slice = Slice {
    name: "revoke-token.earlier.json",
    text: include_str!("../published/revoke-token.earlier.json"),
};

/// Every slice that is embedded.
pub const ALL: &[Slice] = &[REVOKE_TOKEN, REVOKE_TOKEN_EARLIER];

/// The slices in force, which the emitted document must agree with.
pub const IN_FORCE: &[Slice] = &[REVOKE_TOKEN];

impl Slice {
    /// The slice, parsed.
    ///
    /// # Panics
    ///
    /// If an embedded slice is not a valid document: then the build itself is broken.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::parse(self.name, self.text).expect("an embedded slice is a valid document")
    }

    /// The SHA-256 of the file's bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(self.text)
    }
}

/// The slices in force with their hashes, one a line, as programs tell them beside their version.
#[must_use]
pub fn fingerprints() -> String {
    let lines = IN_FORCE.iter().map(|slice| {
        let (name, sha256) = (slice.name, slice.sha256());
        format!("contract {name} sha256 {sha256}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The SHA-256 of a text's bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
