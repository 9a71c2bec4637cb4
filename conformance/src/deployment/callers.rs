//! The callers of a contract's operations: which credentials a request of a user carries.

use secrecy::ExposeSecret;

use super::Deployment;
use crate::contract::security::{Alternative, Placed, Scheme, Security};
use crate::profile::{Credentials, Profile, Role, variable};
use crate::redact::Secrets;
use crate::wire::Caller;

impl Deployment {
    /// Returns a user of the profile as a caller of an operation: with the credentials of the first alternative of the
    /// operation's security for which the profile has them all. A request of the caller accepts what the operation documents.
    ///
    /// # Errors
    /// When the profile lacks a credential, with what it would have to give.
    pub(crate) fn caller_for(&self, role: Role, operation: usize) -> Result<Caller<'_>, String> {
        let documented = &self.contract.operations()[operation];
        let identity = self.credentials.of(role);
        let table = self.profile.callers.of(role);
        let known = identity.map(|identity| Caller::of(&self.contract, identity));
        let companions = documented.operation.path == self.contract.tokens_path();
        if self.contract.revoke_operation() == Some(operation) || companions {
            return known.ok_or_else(|| unnamed(role));
        }
        let anonymous = Caller::anonymous(&self.contract).in_business_of(known.as_ref());
        let caller = match (&documented.security, known) {
            (Security::Undeclared, Some(known)) => known,
            (Security::Undeclared, None) if table.is_some() || role == Role::Operator => anonymous,
            (Security::AnyOf(alternatives), known)
                if known.is_some() || table.is_some() || role == Role::Operator =>
            {
                let mut found = alternatives.iter().filter(|one| !one.is_empty());
                match found.find_map(|one| self.placed(role, one)) {
                    Some(placed) => anonymous.with(placed),
                    None if documented.security.demanded().is_none() => anonymous,
                    None => return Err(self.lacking(role, alternatives)),
                }
            }
            (Security::Undeclared | Security::AnyOf(_), _) => return Err(unnamed(role)),
        };
        Ok(caller.accepting(documented.accepts()))
    }

    /// Returns the credentials of a user for all schemes of an alternative; `None` where one is missing.
    pub(crate) fn placed(&self, role: Role, alternative: &Alternative) -> Option<Vec<Placed>> {
        let mut placed = Vec::new();
        for name in alternative {
            placed.extend(self.credential(role, name)?);
        }
        Some(placed)
    }

    /// Returns the credential of a user for a scheme as a request carries it, or nothing for a scheme whose requests carry
    /// none; `None` where the profile has no value for it.
    fn credential(&self, role: Role, name: &str) -> Option<Option<Placed>> {
        let scheme = self.contract.schemes().get(name)?;
        if *scheme == Scheme::MutualTls {
            return Some(None);
        }
        if let Some(value) = self.credentials.wallet.value(role, name) {
            let placed = scheme.placed(value.secret.expose_secret(), value.prefix.as_deref());
            return placed.map(Some);
        }
        // The older tables name a bearer token without saying for which scheme.
        let token = &self.credentials.of(role)?.token;
        let bearer = Scheme::Token {
            word: "Bearer".to_owned(),
        };
        let is_header = scheme
            .place()
            .is_some_and(|(_, name)| name == "authorization");
        let takes = is_header && *scheme != Scheme::Basic;
        takes.then(|| bearer.placed(token.expose_secret(), None))
    }

    /// Says which credentials a caller of an operation lacks.
    fn lacking(&self, role: Role, alternatives: &[Alternative]) -> String {
        let user = role.name();
        let missing = |alternative: &Alternative| {
            let names = alternative.iter();
            let names = names.filter(|name| self.credential(role, name).is_none());
            let words = names.map(|name| match self.contract.schemes().get(name) {
                Some(Scheme::Unsupported { kind }) => {
                    format!("{name}, which this suite does not support ({kind})")
                }
                Some(_) => format!("[callers.{user}.security.{name}]"),
                None => format!("{name}, which the contract does not declare"),
            });
            words.collect::<Vec<_>>().join(" and ")
        };
        let missing: Vec<String> = alternatives.iter().map(missing).collect();
        format!(
            "the profile has no credential of the {user} for it: give {}",
            missing.join(", or ")
        )
    }
}

/// Says that the profile has no such user.
fn unnamed(role: Role) -> String {
    let user = role.name();
    format!("the profile names no {user}: give [callers.{user}]")
}

/// Registers the credentials of a profile as secrets, each by the environment variable that reports show in its place.
pub(super) fn register(
    secrets: &Secrets,
    profile: &Profile,
    credentials: &Credentials,
    schemes: &std::collections::BTreeMap<String, Scheme>,
) {
    let tokens = [
        profile.operator.as_ref().map(|operator| &operator.token),
        profile.member.as_ref().map(|member| &member.token),
        profile.outsider.as_ref().map(|outsider| &outsider.token),
    ];
    for (role, source) in Role::ALL.into_iter().zip(tokens) {
        if let Some(identity) = credentials.of(role) {
            let env = source.and_then(|source| source.get_ref().env());
            secrets.register(identity.token.expose_secret(), &variable(role.name(), env));
        }
    }
    if let Some(expired) = &credentials.expired {
        let source = profile.operator.as_ref();
        let source = source.and_then(|operator| operator.expired_token.as_ref());
        let env = source.and_then(|source| source.get_ref().env());
        secrets.conceal(expired.expose_secret(), &variable("expired_operator", env));
    }
    for (role, name) in credentials.wallet.names() {
        register_value(secrets, credentials, schemes, (role, name));
    }
}

/// Registers a caller's credential as a secret, in every form in which a request carries it.
fn register_value(
    secrets: &Secrets,
    credentials: &Credentials,
    schemes: &std::collections::BTreeMap<String, Scheme>,
    (role, name): (Role, &str),
) {
    let (Some(value), Some(scheme)) = (credentials.wallet.value(role, name), schemes.get(name))
    else {
        return;
    };
    let (secret, variable) = (value.secret.expose_secret(), value.variable.as_str());
    secrets.register(secret, variable);
    if *scheme == Scheme::Basic {
        let placed = scheme.placed(secret, Some(""));
        if let Some(placed) = placed {
            // A command of the shell, so that a printed command line runs as is.
            let encoded = format!("(printf %s \"${variable}\" | base64 | tr -d '\\n')");
            secrets.register(placed.text.trim_start(), &encoded);
        }
        if let Some((_, password)) = secret.split_once(':') {
            secrets.register(password, &format!("{{{variable}#*:}}"));
        }
    }
    if let Some(placed) = scheme.placed(secret, value.prefix.as_deref())
        && placed.location == crate::case::sample::Location::Query
    {
        let encoded = format!("(printf %s \"${variable}\" | jq -sRr @uri)");
        secrets.register(&placed.text, &encoded);
    }
}
