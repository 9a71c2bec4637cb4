//! The spelling of references within a document: `#/…` to a place, `#…` to an anchor, and
//! `#/$files/…` into an embedded file.

use std::borrow::Cow;

use serde_json::Value;

use crate::pointer;

/// The key at the root that holds the embedded files, by their paths from the document's folder.
pub(crate) const FILES: &str = "$files";

/// The longest chain of references that each lead to nothing but the next. Longer chains are refused,
/// since every step that follows references would walk the whole chain.
pub(crate) const LONGEST_CHAIN: usize = 100;

/// What a reference of a base that cannot be followed is replaced by.
pub(super) const DANGLING: &str = "#/$dangling";

/// Returns whether `value` is a reference of a base that cannot be followed.
pub(crate) fn dangles(value: &Value) -> bool {
    value
        .get("$ref")
        .is_some_and(|reference| reference == DANGLING)
}

/// Returns the pointer that `value` refers to, if it is a reference within the document.
pub(super) fn target(value: &Value) -> Option<String> {
    let reference = value.as_object()?.get("$ref")?.as_str()?;
    pointer::of_reference(reference)
}

/// Returns the reference to a place of the document.
pub(super) fn to_place(pointer: &str) -> String {
    format!("#{}", percent_encoded(pointer))
}

/// Returns the reference to a place in an embedded file, or to an anchor there.
pub(super) fn into_file(file: &str, fragment: &str) -> String {
    let file = percent_encoded(&pointer::escape(file));
    let separator = if is_anchor(fragment) { "#" } else { "" };
    format!("#/{FILES}/{file}{separator}{fragment}")
}

/// Encodes the two characters of a pointer that would end or change a URI's fragment.
pub(super) fn percent_encoded(pointer: &str) -> String {
    pointer.replace('%', "%25").replace('#', "%23")
}

/// Returns whether a fragment is the name of an anchor and not a pointer.
fn is_anchor(fragment: &str) -> bool {
    !fragment.is_empty() && !fragment.starts_with('/')
}

/// Returns the file (`""` is the document itself) and the name of the anchor that a reference names; `None`
/// for a reference by pointer.
pub(super) fn anchor_of(reference: &str) -> Option<(String, &str)> {
    let fragment = reference.strip_prefix('#')?;
    if is_anchor(fragment) {
        return Some((String::new(), fragment));
    }
    let (place, name) = fragment.split_once('#')?;
    let place = pointer::of_reference(&format!("#{place}"))?;
    let (file, _) = split_file(&place)?;
    Some((file.into_owned(), name))
}

/// Splits a pointer into an embedded file into the file's path and the pointer within the file.
pub(super) fn split_file(pointer: &str) -> Option<(Cow<'_, str>, String)> {
    let mut tokens = pointer::tokens(pointer);
    (tokens.next().as_deref() == Some(FILES)).then_some(())?;
    let file = tokens.next()?;
    let within = tokens.fold(String::new(), |within, token| {
        pointer::join(&within, &token)
    });
    Some((file, within))
}

/// Returns a text in which pointers and references into embedded files name the files: `#/$files/token.yaml/Token`
/// is `token.yaml#/Token`.
pub(crate) fn with_files_named(text: &str) -> Cow<'_, str> {
    let marker = format!("/{FILES}/");
    if !text.contains(&marker) {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split(marker.as_str());
    let mut named = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_end = |character: char| {
            matches!(character, '/' | '#' | '"' | '`' | '…') || character.is_whitespace()
        };
        let (file, within) = piece.split_at(piece.find(is_end).unwrap_or(piece.len()));
        if named.ends_with('#') {
            named.pop();
        }
        let file = file.replace("~1", "/").replace("~0", "~");
        named.push_str(&pointer::percent_decoded(&file).unwrap_or(file));
        if within.starts_with('/') {
            named.push('#');
        }
        named.push_str(within);
    }
    Cow::Owned(named)
}

/// Returns a reference as its author wrote it, for messages: `token.yaml#/Token`.
pub(super) fn as_written(reference: &str) -> String {
    if let Some((file, name)) = anchor_of(reference) {
        return format!("{file}#{name}");
    }
    let pointer = pointer::of_reference(reference).unwrap_or_default();
    match split_file(&pointer) {
        Some((file, within)) => format!("{file}#{within}"),
        None => reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::with_files_named;

    #[test]
    fn places_in_files_are_shown_by_the_path_of_the_file() {
        for (text, shown) in [
            (
                "/$files/schemas~1token.yaml/Token",
                "schemas/token.yaml#/Token",
            ),
            (
                r##"from {"$ref":"#/$files/a%23b.yaml"} to {"$ref":"#/$files/b.yaml#T"}"##,
                r##"from {"$ref":"a#b.yaml"} to {"$ref":"b.yaml#T"}"##,
            ),
            ("/components/schemas/Token", "/components/schemas/Token"),
        ] {
            assert_eq!(with_files_named(text), shown);
        }
    }
}
