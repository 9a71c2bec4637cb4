//! JSON pointers (RFC 6901) as plain strings: `/paths/~1api~1tokens/post`.

use std::borrow::Cow;

/// One reference token, escaped for a pointer (RFC 6901 section 3).
#[must_use]
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The pointer to the member `token` of what `pointer` points at.
#[must_use]
pub fn join(pointer: &str, token: &str) -> String {
    let token = escape(token);
    let mut joined = String::with_capacity(pointer.len() + token.len() + 1);
    joined.push_str(pointer);
    joined.push('/');
    joined.push_str(&token);
    joined
}

/// The pointer to the member found by following `tokens` from what `pointer` points at.
#[must_use]
pub fn join_all<'t>(pointer: &str, tokens: impl IntoIterator<Item = &'t str>) -> String {
    tokens
        .into_iter()
        .fold(pointer.to_owned(), |pointer, token| join(&pointer, token))
}

/// The reference tokens of `pointer`, unescaped, outermost first. The root pointer `""` has none.
pub fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        if token.contains('~') {
            Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(token)
        }
    })
}

/// The last reference token of `pointer`, unescaped; empty for the root.
#[must_use]
pub fn last(pointer: &str) -> Cow<'_, str> {
    tokens(pointer).last().unwrap_or(Cow::Borrowed(""))
}

/// What follows `holder` in a pointer to the same or to something below it; `None` for one that leads
/// elsewhere.
pub(crate) fn below<'p>(pointer: &'p str, holder: &str) -> Option<&'p str> {
    let rest = pointer.strip_prefix(holder)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The pointer that a local reference (`#/components/schemas/Token`) stands for, percent-decoded
/// (RFC 6901 section 6); `None` for a reference that leaves the document.
#[must_use]
pub fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decoded(fragment)?;
    (pointer.is_empty() || pointer.starts_with('/')).then_some(pointer)
}

/// The text with its percent-encoding undone (RFC 3986 section 2.1); `None` where that is malformed, or
/// what comes of it is no UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            // A sign is no digit, though a number may begin with one.
            if digits.starts_with('+') {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{join, of_reference, tokens};

    #[test]
    fn escapes_survive_a_round_trip() {
        let pointer = join(&join("", "a/b"), "m~n");
        assert_eq!(pointer, "/a~1b/m~0n");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["a/b", "m~n"]);
    }

    #[test]
    fn references_are_percent_decoded() {
        assert_eq!(
            of_reference("#/components/schemas/A%20B").as_deref(),
            Some("/components/schemas/A B")
        );
        assert_eq!(of_reference("other.json#/A"), None);
        assert_eq!(of_reference("#/a%zz"), None);
        assert_eq!(of_reference("#/a%+f"), None);
    }
}
