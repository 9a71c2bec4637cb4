//! The output of `server config`: the configuration in effect, as a configuration file, and where each value came from.

use std::fmt::Write as _;

use super::layers::{Effective, Origin, Origins};
use crate::redact;

/// Returns the configuration in effect as TOML. Passwords in URLs are left out.
pub fn effective(origins: &Origins) -> String {
    let mut text = String::from(
        "# The configuration in effect: defaults < file (--config) < environment < flags. Passwords are left out.\n",
    );
    for Effective { key, value, origin } in origins.effective() {
        let origin = match origin {
            Origin::Environment(name) if value.is_none() => {
                writeln!(
                    text,
                    "# {key} is not used: the environment variable {name} holds the keys"
                )
                .expect("a String takes everything");
                continue;
            }
            Origin::Default => "default".to_owned(),
            Origin::File(path, line) => format!("{}:{line}", path.display()),
            Origin::Environment(name) => format!("environment {name}"),
            Origin::Flag => "flag".to_owned(),
        };
        let line = match value {
            Some(value) => format!("{key} = {}  # {origin}", toml_value(&redact::url(&value))),
            None => format!("# {key} is not set"),
        };
        writeln!(text, "{line}").expect("a String takes everything");
    }
    text
}

/// Returns a number as is, and any other text as a TOML string.
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
