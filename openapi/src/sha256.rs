//! The hash of a text, as `sha256sum` prints it.

/// Returns the SHA-256 of a text's bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
