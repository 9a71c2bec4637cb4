//! JSON pointers (RFC 6901) as strings: `/paths/~1api~1tokens/post`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Escapes a reference token for a pointer (RFC 6901 section 3).
#[must_use]
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Returns the pointer to the member `token` of the value at `pointer`.
#[must_use]
pub fn join(pointer: &str, token: &str) -> String {
    let token = escape(token);
    let mut joined = String::with_capacity(pointer.len() + token.len() + 1);
    joined.push_str(pointer);
    joined.push('/');
    joined.push_str(&token);
    joined
}

/// Returns the pointer to the value that `tokens` lead to from the value at `pointer`.
#[must_use]
pub fn join_all<'t>(pointer: &str, tokens: impl IntoIterator<Item = &'t str>) -> String {
    tokens
        .into_iter()
        .fold(pointer.to_owned(), |pointer, token| join(&pointer, token))
}

/// Returns the reference tokens of `pointer`, unescaped, outermost first. The root pointer `""` has none.
pub fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        if token.contains('~') {
            Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(token)
        }
    })
}

/// Returns the value that `pointer` points at, from `value` on.
pub(crate) fn find<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    tokens(pointer).try_fold(value, |value, token| match value {
        Value::Object(members) => members.get(token.as_ref()),
        Value::Array(items) => items.get(index(&token)?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// Returns the index that a token is (RFC 6901 section 4).
fn index(token: &str) -> Option<usize> {
    let is_written_so = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| is_written_so)
}

/// Returns the last reference token of `pointer`, unescaped; empty for the root.
#[must_use]
pub fn last(pointer: &str) -> Cow<'_, str> {
    tokens(pointer).last().unwrap_or(Cow::Borrowed(""))
}

/// Returns the rest of a pointer after `holder`, if it points at the same value or into it.
pub(crate) fn below<'p>(pointer: &'p str, holder: &str) -> Option<&'p str> {
    let rest = pointer.strip_prefix(holder)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Returns the pointer of a local reference (`#/components/schemas/Token`), percent-decoded (RFC 6901 section 6);
/// `None` for a reference that leaves the document.
#[must_use]
pub fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decoded(fragment)?;
    (pointer.is_empty() || pointer.starts_with('/')).then_some(pointer)
}

/// Decodes a percent-encoded text (RFC 3986 section 2.1); `None` where an escape is malformed, or the result is not
/// UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    // `percent_decode_str` keeps malformed escapes as they are.
    let mut after_percent = text.split('%').skip(1);
    let is_well_formed = after_percent.all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    is_well_formed.then_some(())?;
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
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
