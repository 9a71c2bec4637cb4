//! Halves of surrogate pairs in JSON. A deployment may give back such an escape that it was sent.

/// Replaces each escape of half a surrogate pair in a body of JSON by that of U+FFFD, as readers do that have no such characters
/// (RFC 8259, section 8.2). Nothing else changes, not even the length.
pub(super) fn replaced(headers: &[(String, Vec<u8>)], mut body: Vec<u8>) -> Vec<u8> {
    let mut types = headers.iter().filter(|(name, _)| name == "content-type");
    let is_json = |value: &[u8]| {
        String::from_utf8_lossy(value)
            .to_ascii_lowercase()
            .contains("json")
    };
    if !types.any(|(_, value)| is_json(value)) {
        return body;
    }
    let mut place = 0;
    while place < body.len() {
        place += match (body[place], surrogate(&body[place..])) {
            (b'\\', Some(..0xdc00)) if matches!(surrogate(&body[place + 6..]), Some(0xdc00..)) => {
                12
            }
            (b'\\', Some(_)) => {
                body[place + 2..place + 6].copy_from_slice(b"fffd");
                6
            }
            // The next character is escaped, whatever it is.
            (b'\\', None) => 2,
            _ => 1,
        };
    }
    body
}

/// Returns the surrogate whose escape a text begins with.
fn surrogate(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_halves_of_pairs_are_replaced() {
        for (body, expected) in [
            (r#"["\ud800","a"]"#, r#"["\ufffd","a"]"#),
            (r#"["\uDC00\uD83D\uDE00"]"#, r#"["\ufffd\uD83D\uDE00"]"#),
            (r#"["\ud83d\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#),
            (
                r#"["\\ud800","\u00e9","\ud8"#,
                r#"["\\ud800","\u00e9","\ud8"#,
            ),
        ] {
            let of = |media_type: &str| {
                let headers = [("content-type".to_owned(), media_type.as_bytes().to_vec())];
                String::from_utf8(replaced(&headers, body.as_bytes().to_vec())).expect("UTF-8")
            };
            assert_eq!(of("application/problem+json; charset=utf-8"), expected);
            assert_eq!(of("text/plain"), body);
        }
    }
}
