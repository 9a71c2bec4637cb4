//! The explanation of errors of the TOML parser, each with a remedy.

use serde::de::DeserializeOwned;

use super::origin::{Origin, ProfileError};
use super::source;

/// Where the keys of a file are described, and what the file is.
type Help<'h> = (&'h str, &'h str);

/// Parses TOML that a person wrote, and explains a mistake in it.
pub(crate) fn parse_toml<T: DeserializeOwned>(
    origin: Origin<'_>,
    help: Help<'_>,
) -> Result<T, ProfileError> {
    toml::from_str(origin.text).map_err(|error| explain(origin, &error, help))
}

/// Explains an error of the TOML parser: its line and key, the problem, and how to fix it.
///
/// The parser's own rendering is not used, since it prints the line, and a line may have a credential by mistake.
fn explain(origin: Origin<'_>, error: &toml::de::Error, help: Help<'_>) -> ProfileError {
    let message = error.message();
    let offset = error.span().map_or(0, |span| span.start);
    let mut key = origin.key_at(offset);
    if let Some(field) = between_backticks(message, "missing field ") {
        key = if key.is_empty() {
            field.to_owned()
        } else {
            format!("{key}.{field}")
        };
    }
    origin.error_at(offset, &key, without_values(message), remedy(message, help))
}

fn between_backticks<'a>(message: &'a str, after: &str) -> Option<&'a str> {
    message
        .split_once(after)?
        .1
        .strip_prefix('`')?
        .split('`')
        .next()
}

/// Removes the string values that serde quotes in a message: one of them may be a credential.
fn without_values(message: &str) -> String {
    let mut kept = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once("string \"") {
        kept.push_str(before);
        kept.push_str("a string");
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    // serde names types of Rust where users know types of TOML.
    let expected = [
        ("struct Party", "a table"),
        ("struct Member", "a table"),
        ("u32", "a whole number"),
        ("u16", "a status"),
    ];
    for (ours, toml) in expected {
        kept = kept.replace(&format!("expected {ours}"), &format!("expected {toml}"));
    }
    kept
}

/// Returns the known key that is most similar to the unknown one, from serde's "unknown field `written`, expected one of
/// `known`, …".
fn meant(message: &str) -> Option<&str> {
    // The names are between backticks.
    let mut names = message.split('`').skip(1).step_by(2);
    let written = names.next()?;
    names
        .map(|known| (strsim::damerau_levenshtein(known, written), known))
        .filter(|(slips, _)| *slips <= written.chars().count() / 4)
        .min()
        .map(|(_, known)| known)
}

/// Returns how to fix what a message is about.
fn remedy(message: &str, (help, file): Help<'_>) -> String {
    if message.starts_with("unknown field") {
        return match meant(message) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => "Remove the key, or spell it as one of those.".to_owned(),
        };
    }
    if message.starts_with("missing field") {
        return format!("Add the key; {help} describes it.");
    }
    if message.starts_with(source::INLINE) || message.starts_with(source::ONE) {
        return "Write { env = \"NAME\" }, { file = \"path\" } or { command = [\"…\"] }, so that the profile can be shared and committed."
            .to_owned();
    }
    if message.starts_with("UUID parsing failed") {
        return "Write the business id as a UUID, such as \"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\".".to_owned();
    }
    if message.starts_with("unknown variant") {
        return "Write one of those.".to_owned();
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return format!("Write a value of the expected type; {help} describes it.");
    }
    format!("Fix the TOML syntax there; {help} describes what {file} holds.")
}
