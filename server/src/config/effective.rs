//! `server config`: the configuration in effect, as a file that would set it, with where each value came from.

use std::fmt::Write as _;

use super::layers::{Effective, Origin, Origins};

/// What stands in the place of a password.
const REDACTED: &str = "***";

/// The configuration in effect as TOML. Passwords in URLs are left out.
pub fn effective(origins: &Origins) -> String {
    let mut text = String::from(
        "# The configuration in effect: defaults < file (--config) < environment < flags. Passwords are left out.\n",
    );
    for Effective { key, value, origin } in origins.effective() {
        let origin = match origin {
            Origin::Environment(name) if value.is_none() => {
                writeln!(
                    text,
                    "# {key} is not used: the environment variable {name} holds what it would"
                )
                .expect("a String takes everything");
                continue;
            }
            Origin::Default => "default".to_owned(),
            Origin::File(path, line) => format!("{}:{line}", path.display()),
            Origin::Environment(name) => format!("environment {name}"),
            Origin::Flag => "flag".to_owned(),
        };
        let written = match value {
            Some(value) => format!("{key} = {}  # {origin}", toml_value(&redacted(&value))),
            None => format!("# {key} is not set"),
        };
        writeln!(text, "{written}").expect("a String takes everything");
    }
    text
}

/// A number as such, and anything else as a string.
fn toml_value(text: &str) -> String {
    let plain = text
        .parse::<i64>()
        .is_ok_and(|number| number.to_string() == text)
        || text
            .parse::<f64>()
            .is_ok_and(|number| number.is_finite() && format!("{number:?}") == text);
    if plain {
        text.to_owned()
    } else {
        toml::Value::from(text).to_string()
    }
}

/// Leaves out the password of a URL, in its authority (RFC 3986, section 3.2.1) and in a parameter `password`, as
/// PostgreSQL's URLs may have it.
pub(super) fn redacted(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (authority, rest) = match rest.find(['/', '?', '#']) {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, _)) => format!("{user}:{REDACTED}@{host}"),
            None => format!("{user}@{host}"),
        },
        None => authority.to_owned(),
    };
    let rest = match rest.split_once('?') {
        Some((path, query)) => {
            let parameters = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, _)) if name.eq_ignore_ascii_case("password") => {
                    format!("{name}={REDACTED}")
                }
                Some(_) | None => pair.to_owned(),
            });
            format!("{path}?{}", parameters.collect::<Vec<_>>().join("&"))
        }
        None => rest.to_owned(),
    };
    format!("{scheme}://{authority}{rest}")
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn passwords_of_urls_are_left_out() {
        for (url, shown) in [
            ("sqlite:tokens.db", "sqlite:tokens.db"),
            (
                "postgres://dz:s3@cret@db:5432/dz",
                "postgres://dz:***@db:5432/dz",
            ),
            (
                "postgres://db/dz?user=dz&password=s3cret",
                "postgres://db/dz?user=dz&password=***",
            ),
            ("postgres://dz@db/dz", "postgres://dz@db/dz"),
        ] {
            assert_eq!(redacted(url), shown);
        }
    }
}
