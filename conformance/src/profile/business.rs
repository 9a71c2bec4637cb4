//! The business of a user, as its id or as the environment variable that holds it.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::origin::{Origin, ProfileError};

/// A business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Business {
    /// Its id.
    Id(Uuid),
    /// The environment variable that holds its id.
    Env {
        /// The name of the variable.
        env: String,
    },
}

impl Business {
    /// Returns the id; `key` is its table and its key in the profile.
    ///
    /// # Errors
    /// When the variable is not set, or holds no UUID.
    pub(super) fn resolve(
        &self,
        origin: Origin<'_>,
        key: (&str, &str),
    ) -> Result<Uuid, ProfileError> {
        match self {
            Business::Id(id) => Ok(*id),
            Business::Env { env } => {
                let text = std::env::var(env).unwrap_or_default();
                text.trim().parse().map_err(|_| {
                    let problem = format!("the environment variable {env} holds no UUID");
                    origin.error_in(key, problem, "Set it to the id of the business.")
                })
            }
        }
    }
}

// Written by hand, since the message of an untagged enum says nothing about the mistake.
impl<'de> Deserialize<'de> for Business {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BusinessVisitor;

        impl<'de> Visitor<'de> for BusinessVisitor {
            type Value = Business;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a UUID or { env = \"NAME\" }")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Business, E> {
                let id = text
                    .parse()
                    .map_err(|error| E::custom(format_args!("UUID parsing failed: {error}")));
                id.map(Business::Id)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Business, A::Error> {
                let key: Option<String> = map.next_key()?;
                if key.as_deref() != Some("env") {
                    return Err(A::Error::custom("name the variable: { env = \"NAME\" }"));
                }
                let env = map.next_value()?;
                match map.next_key::<String>()? {
                    None => Ok(Business::Env { env }),
                    Some(_) => Err(A::Error::custom(
                        "name only the variable: { env = \"NAME\" }",
                    )),
                }
            }
        }

        deserializer.deserialize_any(BusinessVisitor)
    }
}
