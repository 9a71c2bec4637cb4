//! Escapes of GitHub's workflow commands: lines on standard output that become annotations.
//!
//! The runner of GitHub Actions undoes them (`actions/toolkit`, `packages/core/src/command.ts`).

/// Escapes the message of a command.
#[must_use]
pub fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a command's property, in which `:` and `,` would end the value.
#[must_use]
pub fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
