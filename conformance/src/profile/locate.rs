//! Finds the line and the key that a mistake in a profile is about, and the remedy for it.

use std::path::Path;

use super::ProfileError;

/// An error of the TOML reader in our words: which line, which key, what, and what to do.
///
/// The reader's own rendering is not used, since it prints the line: that line may hold a credential that someone
/// wrote inline by mistake.
pub(super) fn explain(path: &Path, text: &str, error: &toml::de::Error) -> ProfileError {
    let message = error.message();
    let offset = error.span().map_or(0, |span| span.start);
    let line = line_at(text, offset);
    let mut key = key_at(text, line);
    if let Some(field) = between_backticks(message, "missing field ") {
        // `operator` is the one table that a profile must have; it is missing from the file, not from another table.
        key = if key.is_empty() || field == "operator" {
            field.to_owned()
        } else {
            format!("{key}.{field}")
        };
    }
    let place = if key.is_empty() {
        format!(":{line}")
    } else {
        format!(":{line}: {key}")
    };
    ProfileError {
        file: path.to_owned(),
        place,
        problem: without_values(message),
        remedy: remedy(message),
    }
}

/// The line that an offset in the text lies in, counted from one.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.get(..offset)
        .map_or(1, |before| before.matches('\n').count() + 1)
}

/// The place of a key: `:12: policy.second_revoke`. Where the key is missing, the line is that of its table.
pub(super) fn place_of(text: &str, table: &str, key: &str) -> String {
    let wanted = format!("{table}.{key}");
    let line = |named: &str| (1..=text.lines().count()).find(|&line| key_at(text, line) == named);
    match line(&wanted).or_else(|| line(table)) {
        Some(line) => format!(":{line}: {wanted}"),
        None => format!(": {wanted}"),
    }
}

/// The dotted key that a line sets, or the table that it opens.
fn key_at(text: &str, line: usize) -> String {
    let mut table = String::new();
    let mut key = String::new();
    for current in text.lines().take(line) {
        let current = current.trim();
        key.clear();
        if let Some(header) = current.strip_prefix('[') {
            table = header
                .trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned();
        } else if let Some((name, _)) = current.split_once('=')
            && !name.trim_start().starts_with('#')
        {
            key = name.trim().to_owned();
        }
    }
    match (table.is_empty(), key.is_empty()) {
        (_, true) => table,
        (true, false) => key,
        (false, false) => format!("{table}.{key}"),
    }
}

fn between_backticks<'a>(message: &'a str, after: &str) -> Option<&'a str> {
    message
        .split_once(after)?
        .1
        .strip_prefix('`')?
        .split('`')
        .next()
}

/// The message without the string values that serde quotes in it: one of them may be a credential.
fn without_values(message: &str) -> String {
    let mut kept = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once("string \"") {
        kept.push_str(before);
        kept.push_str("a string");
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    // serde names our types where it means TOML's.
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

/// The key that may have been meant, from serde's "unknown field `written`, expected one of `known`, …": one that a
/// few slips tell from what is written.
fn meant(message: &str) -> Option<&str> {
    // Between backticks stand the names, and between those anything else.
    let mut names = message.split('`').skip(1).step_by(2);
    let written = names.next()?;
    names
        .map(|known| (strsim::damerau_levenshtein(known, written), known))
        .filter(|(slips, _)| *slips <= written.chars().count() / 4)
        .min()
        .map(|(_, known)| known)
}

fn remedy(message: &str) -> String {
    if message.starts_with("unknown field") {
        return match meant(message) {
            Some(known) => format!("Did you mean `{known}`?"),
            None => "Remove the key, or spell it as one of those.".to_owned(),
        };
    }
    if message.starts_with("missing field") {
        return "Add the key; `conformance schema profile` describes it.".to_owned();
    }
    if message.starts_with(super::credential::INLINE) || message.starts_with(super::credential::ONE)
    {
        return "Write { env = \"NAME\" } or { file = \"path\" }, so that the profile can be shared and committed."
            .to_owned();
    }
    if message.starts_with("UUID parsing failed") {
        return "Write the business id as a UUID, such as \"7b0c3d4e-8f61-4a52-9c37-1de5a0b6f249\".".to_owned();
    }
    if message.starts_with("unknown variant") {
        return "Write one of those.".to_owned();
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return "Write a value of the expected type; `conformance schema profile` describes it."
            .to_owned();
    }
    "Mend the TOML there; `conformance schema profile` describes what a profile holds.".to_owned()
}
