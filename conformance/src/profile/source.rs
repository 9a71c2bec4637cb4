//! The sources of credentials. A profile names credentials and never holds them.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The beginning of the message about an inline credential.
pub(super) const INLINE: &str = "a credential must not be in the profile itself";

/// The beginning of the message about a credential with no source or with two.
pub(super) const ONE: &str = "name exactly one of `env` and `file`";

/// The place that holds a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// The environment variable of this name.
    Env(String),
    /// The file at this path, relative to the profile's folder; white space around its content is dropped.
    File(PathBuf),
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SourceVisitor;

        impl<'de> Visitor<'de> for SourceVisitor {
            type Value = Source;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("{ env = \"NAME\" } or { file = \"path\" }")
            }

            // The value is most likely a credential, so the message must not quote it.
            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Source, E> {
                Err(E::custom(INLINE))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Source, A::Error> {
                let source = match map.next_key::<String>()?.as_deref() {
                    Some("env") => Source::Env(map.next_value()?),
                    Some("file") => Source::File(map.next_value()?),
                    Some(_) | None => return Err(A::Error::custom(ONE)),
                };
                match map.next_key::<String>()? {
                    None => Ok(source),
                    Some(_) => Err(A::Error::custom(ONE)),
                }
            }
        }

        deserializer.deserialize_any(SourceVisitor)
    }
}

/// Returns the environment variable by which reports name a user's credential: `env`, the profile's own, where it is
/// valid, so that a printed command line runs as is.
#[must_use]
pub(crate) fn variable(user: &str, env: Option<&str>) -> String {
    let is_name = |name: &&str| {
        let mut bytes = name.bytes();
        let first = bytes.next();
        first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match env.filter(is_name) {
        Some(name) => name.to_owned(),
        None => format!("{}_TOKEN", user.to_ascii_uppercase()),
    }
}

impl Source {
    /// Returns the environment variable, if it is one.
    #[must_use]
    pub fn env(&self) -> Option<&str> {
        match self {
            Source::Env(name) => Some(name),
            Source::File(_) => None,
        }
    }
}
