//! The credentials that a profile names, with their values.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::Profile;
use super::business::Business;
use super::callers::Wallet;
use super::given::Given;
use super::origin::{Origin, ProfileError};
use super::party::Party;
use super::role::Role;
use super::source::{Asking, Source};

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
    /// The user who may revoke; with an empty token where the profile names none.
    pub operator: Identity,
    /// A user who may not revoke the operator's tokens.
    pub member: Option<Identity>,
    /// A user of another business.
    pub outsider: Option<Identity>,
    /// A token of the operator that has expired.
    pub expired: Option<SecretString>,
    /// The values for requests that environment variables gave.
    pub given: Vec<Given>,
    /// The credentials of the callers, by security scheme.
    pub wallet: Arc<Wallet>,
}

impl Identity {
    /// Returns whether the profile names the user.
    fn is_named(&self) -> bool {
        !self.token.expose_secret().is_empty()
    }
}

impl Credentials {
    /// Returns the user of a role, where the profile names one.
    pub(crate) fn of(&self, role: Role) -> Option<&Identity> {
        match role {
            Role::Operator => Some(&self.operator).filter(|operator| operator.is_named()),
            Role::Member => self.member.as_ref(),
            Role::Outsider => self.outsider.as_ref(),
        }
    }

    /// Fetches the credentials that a profile names, and puts the values of environment variables in place of their names.
    ///
    /// # Errors
    /// When a variable is not set, a file cannot be read, or what they hold cannot be sent in a header.
    pub(crate) fn resolve(
        profile: &mut Profile,
        origin: Origin<'_>,
    ) -> Result<Credentials, ProfileError> {
        let given = profile.fill_in(origin)?;
        let profile = &*profile;
        let asking = (origin, profile.timeouts.exchange());
        let identity = |role: Role,
                        source: &toml::Spanned<Source>,
                        (user, business): (&str, &Option<Business>),
                        email: &Option<String>| {
            Ok::<_, ProfileError>(Identity {
                token: fetch(source.get_ref(), asking, (role.name(), "token"))?,
                business_id: (business.as_ref())
                    .map(|business| business.resolve(origin, (user, "business_id")))
                    .transpose()?,
                email: email.clone(),
            })
        };
        let operator = profile.operator.as_ref();
        let business = operator.map_or(&None, |operator| &operator.business_id);
        let expired = operator.and_then(|operator| operator.expired_token.as_ref());
        let expired = expired
            .map(|source| fetch(source.get_ref(), asking, ("operator", "expired_token")))
            .transpose()?;
        let member = profile.member.as_ref();
        let member = member.map(|member| {
            identity(
                Role::Member,
                &member.token,
                ("operator", business),
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
            identity(Role::Outsider, token, ("outsider", business_id), email)
        });
        let operator = operator.map(|operator| {
            identity(
                Role::Operator,
                &operator.token,
                ("operator", &operator.business_id),
                &operator.email,
            )
        });
        let nobody = Identity {
            token: SecretString::default(),
            business_id: None,
            email: None,
        };
        Ok(Credentials {
            expired,
            given,
            operator: operator.transpose()?.unwrap_or(nobody),
            member: member.transpose()?,
            outsider: outsider.transpose()?,
            wallet: Wallet::resolve(profile, origin)?,
        })
    }
}

/// Fetches the token from a source, which the key of a table names.
fn fetch(
    source: &Source,
    (origin, timeout): (Origin<'_>, Duration),
    key: (&str, &str),
) -> Result<SecretString, ProfileError> {
    let wrong = |problem: String, remedy: &str| origin.error_in(key, problem, remedy);
    let role = Role::ALL.into_iter().find(|role| role.name() == key.0);
    let token = source
        .fetch(Asking {
            folder: origin.folder(),
            role: role.unwrap_or_default(),
            scheme: "",
            timeout,
        })
        .map_err(|(problem, remedy)| wrong(problem, remedy))?;
    // A short value is not a credential, and redaction would blank out ordinary text.
    if token.len() < 8 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong(
            format!(
                "{} holds no token: a token is at least 8 printable ASCII characters, no spaces",
                source.name(origin.folder())
            ),
            "Put the bare token there, without `Bearer`.",
        ));
    }
    Ok(SecretString::from(token))
}
