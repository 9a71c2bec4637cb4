//! Where credentials come from. A profile names them; it never holds them.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use super::{Profile, ProfileError, Role, locate};

/// How the message about an inline credential begins.
pub(super) const INLINE: &str = "a credential may not stand in the profile itself";

/// How the message about a credential from nowhere, or from two places, begins.
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

            // The value is a credential, in all likelihood: it must not be quoted in the message.
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

/// The environment variable by which reports and their command lines name a user's credential: the profile's own where
/// it names one, so that what is printed runs as it is; `env` is that name.
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
    /// The environment variable, if it is one.
    #[must_use]
    pub fn env(&self) -> Option<&str> {
        match self {
            Source::Env(name) => Some(name),
            Source::File(_) => None,
        }
    }
}

/// A user with the token and the business to act in.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The token.
    pub token: SecretString,
    /// The business, if the profile gives it: it does where the contract has the revoke operation.
    pub business_id: Option<Uuid>,
    /// The user's e-mail address, if the profile gives it.
    pub email: Option<String>,
}

/// The users whom the suite acts as.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who may revoke.
    pub operator: Identity,
    /// Who may not revoke the operator's tokens.
    pub member: Option<Identity>,
    /// Who belongs to another business.
    pub outsider: Option<Identity>,
    /// A token of the operator that has expired.
    pub expired: Option<SecretString>,
}

impl Credentials {
    /// Returns the user of a role, where the profile names one.
    pub(crate) fn of(&self, role: Role) -> Option<&Identity> {
        match role {
            Role::Operator => Some(&self.operator),
            Role::Member => self.member.as_ref(),
            Role::Outsider => self.outsider.as_ref(),
        }
    }

    /// Fetches the credentials that a profile names; `text` is the profile's text, for the lines in messages.
    ///
    /// # Errors
    /// When a variable is not set, a file cannot be read, or what they hold cannot be sent in a header.
    pub fn resolve(
        profile: &Profile,
        path: &Path,
        text: &str,
    ) -> Result<Credentials, ProfileError> {
        let identity = |table: &str,
                        source: &toml::Spanned<Source>,
                        business_id: Option<Uuid>,
                        email: &Option<String>| {
            let place = locate::place_of(text, table, "token");
            let token = fetch(source.get_ref(), path, place)?;
            Ok::<_, ProfileError>(Identity {
                token,
                business_id,
                email: email.clone(),
            })
        };
        let operator = &profile.operator;
        let expired = operator.expired_token.as_ref().map(|source| {
            let place = locate::place_of(text, "operator", "expired_token");
            fetch(source.get_ref(), path, place)
        });
        Ok(Credentials {
            expired: expired.transpose()?,
            operator: identity(
                "operator",
                &operator.token,
                operator.business_id,
                &operator.email,
            )?,
            member: (profile.member.as_ref())
                .map(|member| {
                    identity("member", &member.token, operator.business_id, &member.email)
                })
                .transpose()?,
            outsider: (profile.outsider.as_ref())
                .map(|outsider| {
                    identity(
                        "outsider",
                        &outsider.token,
                        outsider.business_id,
                        &outsider.email,
                    )
                })
                .transpose()?,
        })
    }
}

fn fetch(source: &Source, profile: &Path, place: String) -> Result<SecretString, ProfileError> {
    let wrong = |problem: String, remedy: String| ProfileError {
        file: profile.to_owned(),
        place,
        problem,
        remedy,
    };
    let (name, token) = match source {
        Source::Env(name) => match std::env::var(name) {
            Ok(token) => (format!("the environment variable {name}"), token),
            Err(std::env::VarError::NotPresent) => {
                let problem = format!("the environment variable {name} is not set");
                return Err(wrong(
                    problem,
                    "Set it to the token, or name another variable or a file.".to_owned(),
                ));
            }
            Err(std::env::VarError::NotUnicode(_)) => {
                let problem = format!("the environment variable {name} is not UTF-8");
                return Err(wrong(
                    problem,
                    "Set it to the token, which is ASCII.".to_owned(),
                ));
            }
        },
        Source::File(file) => {
            let file = profile.parent().unwrap_or(Path::new("")).join(file);
            match std::fs::read_to_string(&file) {
                Ok(token) => (format!("the file {}", file.display()), token),
                Err(error) => {
                    let problem = format!("the file {} cannot be read: {error}", file.display());
                    let remedy =
                        "Write the token into it; the path is relative to the profile's folder."
                            .to_owned();
                    return Err(wrong(problem, remedy));
                }
            }
        }
    };
    let token = SecretString::from(token.trim());
    // Short values would make redaction blank out ordinary text, and are no credentials.
    if token.expose_secret().len() < 8
        || !token
            .expose_secret()
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
    {
        let problem = format!(
            "{name} holds no token: a token is at least 8 printable ASCII characters, no spaces"
        );
        return Err(wrong(
            problem,
            "Put the bare token there, without `Bearer`.".to_owned(),
        ));
    }
    Ok(token)
}
