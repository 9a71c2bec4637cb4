//! The credentials that a profile names, with their values.

use std::env::VarError;

use secrecy::SecretString;
use uuid::Uuid;

use super::Profile;
use super::business::Business;
use super::origin::{Origin, ProfileError};
use super::party::Party;
use super::role::Role;
use super::source::Source;

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

/// The users that the suite acts as.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user who may revoke.
    pub operator: Identity,
    /// A user who may not revoke the operator's tokens.
    pub member: Option<Identity>,
    /// A user of another business.
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

    /// Fetches the credentials that a profile names.
    ///
    /// # Errors
    /// When a variable is not set, a file cannot be read, or what they hold cannot be sent in a header.
    pub(crate) fn resolve(
        profile: &Profile,
        origin: Origin<'_>,
    ) -> Result<Credentials, ProfileError> {
        let identity = |table: &str,
                        source: &toml::Spanned<Source>,
                        (user, business): (&str, &Option<Business>),
                        email: &Option<String>| {
            Ok::<_, ProfileError>(Identity {
                token: fetch(source.get_ref(), origin, (table, "token"))?,
                business_id: (business.as_ref())
                    .map(|business| business.resolve(origin, (user, "business_id")))
                    .transpose()?,
                email: email.clone(),
            })
        };
        let operator = &profile.operator;
        let expired = operator.expired_token.as_ref();
        let expired = expired
            .map(|source| fetch(source.get_ref(), origin, ("operator", "expired_token")))
            .transpose()?;
        let member = profile.member.as_ref();
        let member = member.map(|member| {
            identity(
                "member",
                &member.token,
                ("operator", &operator.business_id),
                &member.email,
            )
        });
        let outsider = profile.outsider.as_ref().map(|outsider| {
            let Party {
                token,
                business_id,
                email,
                ..
            } = outsider;
            identity("outsider", token, ("outsider", business_id), email)
        });
        Ok(Credentials {
            expired,
            operator: identity(
                "operator",
                &operator.token,
                ("operator", &operator.business_id),
                &operator.email,
            )?,
            member: member.transpose()?,
            outsider: outsider.transpose()?,
        })
    }
}

/// Fetches the token from a source, which the key of a table names.
fn fetch(
    source: &Source,
    origin: Origin<'_>,
    key: (&str, &str),
) -> Result<SecretString, ProfileError> {
    let wrong = |problem: String, remedy: &str| origin.error_in(key, problem, remedy);
    let (name, token) = match source {
        Source::Env(variable) => {
            let name = format!("the environment variable {variable}");
            let token = std::env::var(variable).map_err(|error| {
                let (why, remedy) = match error {
                    VarError::NotPresent => (
                        "not set",
                        "Set it to the token, or name another variable or a file.",
                    ),
                    VarError::NotUnicode(_) => {
                        ("not UTF-8", "Set it to the token, which is ASCII.")
                    }
                };
                wrong(format!("{name} is {why}"), remedy)
            })?;
            (name, token)
        }
        Source::File(file) => {
            let file = origin.beside(file);
            let name = format!("the file {}", file.display());
            let token = std::fs::read_to_string(&file).map_err(|error| {
                wrong(
                    format!("{name} cannot be read: {error}"),
                    "Write the token into it; the path is relative to the profile's folder.",
                )
            })?;
            (name, token)
        }
    };
    let token = token.trim();
    // A short value is not a credential, and redaction would blank out ordinary text.
    if token.len() < 8 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong(
            format!(
                "{name} holds no token: a token is at least 8 printable ASCII characters, no spaces"
            ),
            "Put the bare token there, without `Bearer`.",
        ));
    }
    Ok(SecretString::from(token))
}
