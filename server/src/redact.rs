//! Forms of a value that are safe to show, for values that a client sent or an operator configured.
//!
//! A validation error echoes the client's value, and a log line names who the client claims to be. Neither may copy a credential
//! that was sent in the wrong field, and no message may show the password of a URL.

use serde_json::{Map, Value};

/// The replacement of a text that looks like a credential.
const REDACTED: &str = "[redacted]";

/// The replacement of a URL's password.
const PASSWORD: &str = "***";

/// The most characters of one string that are shown.
const MAX_CHARACTERS: usize = 64;

/// The most members of an object and the most elements of an array that are shown.
const MAX_MEMBERS: usize = 8;

/// The most levels of nesting that are shown.
const MAX_DEPTH: usize = 3;

/// Returns a short form of `text` that is safe to show: its first 64 characters, or `[redacted]` if it seems to hold a token of
/// this service, a JWT or a bearer credential.
pub(crate) fn text(text: &str) -> String {
    if holds_credential(text) {
        return REDACTED.to_owned();
    }
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns a short form of a JSON value that is safe to show: every string in it as by [`text`], at most eight members of each
/// container, at most three levels deep.
pub(crate) fn value(value: &Value) -> Value {
    nested(value, 0)
}

fn nested(value: &Value, depth: usize) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(string) => Value::String(text(string)),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => Value::String("…".to_owned()),
        Value::Array(elements) => Value::Array(
            elements
                .iter()
                .take(MAX_MEMBERS)
                .map(|element| nested(element, depth + 1))
                .collect(),
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .take(MAX_MEMBERS)
                .map(|(name, member)| (text(name), nested(member, depth + 1)))
                .collect::<Map<_, _>>(),
        ),
    }
}

/// Returns whether a text holds our token prefix, the beginning of a JWT's header (`{"` in base64url), or the `Bearer`
/// authentication scheme.
pub(crate) fn holds_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("dz_") || text.contains("eyJ") || lower.contains("bearer ")
}

/// Returns the text without the password of a URL, both in its authority (RFC 3986, section 3.2.1) and in a parameter whose name
/// resembles `password`, which PostgreSQL's URLs may have. Any other text is returned as is.
///
/// A password that holds `/`, `?`, `#` or `@` should be percent-encoded. A URL where it is not is refused, and so most likely
/// to be shown: therefore everything up to the last `@` before the parameters counts as user and password.
pub(crate) fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (location, parameters) = rest.split_at(parameters_at(rest));
    let location = match location.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:{PASSWORD}@{host}"),
            None => format!("{user}@{host}"),
        },
        None => location.to_owned(),
    };
    let parameters = parameters.split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        // Also `sslpassword`, `pasword` and `pwd`.
        if lower.contains("pas") || lower.contains("pw") {
            format!("{name}={PASSWORD}")
        } else {
            pair.to_owned()
        }
    });
    let parameters = parameters.collect::<Vec<_>>().join("&");
    format!("{scheme}://{location}{parameters}")
}

/// Returns where the parameters begin: at the first `?` that is followed by a name and `=`, or at the end.
fn parameters_at(rest: &str) -> usize {
    rest.match_indices('?')
        .map(|(at, _)| at)
        .find(|at| {
            let name = rest[at + 1..].split_once('=').map(|(name, _)| name);
            name.is_some_and(|name| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
            })
        })
        .unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn passwords_of_urls_are_left_out() {
        for (whole, shown) in [
            ("sqlite:tokens.db", "sqlite:tokens.db"),
            ("mysql://db/tokens", "mysql://db/tokens"),
            (
                "postgres://dz:s3@cret@db:5432/dz",
                "postgres://dz:***@db:5432/dz",
            ),
            (
                "postgres://db/dz?user=dz&password=s3cret",
                "postgres://db/dz?user=dz&password=***",
            ),
            (
                "postgres://db/dz?PassWord=s3cret&user=ada@acme.example",
                "postgres://db/dz?PassWord=***&user=ada@acme.example",
            ),
            (
                "postgres://db/dz?pasword=s3cret&sslpassword=s3cret",
                "postgres://db/dz?pasword=***&sslpassword=***",
            ),
            ("postgres://dz@db/dz", "postgres://dz@db/dz"),
            // These passwords are not percent-encoded.
            ("postgres://dz:s3/cr?e#t@db/dz", "postgres://dz:***@db/dz"),
            ("postgres://dz:s3@c?ret@db/dz", "postgres://dz:***@db/dz"),
            (
                "postgres://dz:12/s3cret@db/dz?sslmode=require",
                "postgres://dz:***@db/dz?sslmode=require",
            ),
        ] {
            assert_eq!(url(whole), shown);
        }
    }
}
