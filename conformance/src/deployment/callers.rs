//! The callers of a contract's operations: which credentials a request of a user carries.

use std::sync::Arc;

use super::Deployment;
use super::credentials::{held, token_variable};
use crate::contract::security::{Alternative, Credential, Scheme, Security};
use crate::profile::Role;
use crate::wire::{Caller, Request};

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
                match found.find_map(|one| self.credentials_for(role, one)) {
                    Some(found) => {
                        anonymous.with(found.iter().filter_map(Credential::placed).collect())
                    }
                    // A deployment that refuses this is not reached, and the report says what the profile has to give.
                    None if documented.security.demanded().is_none() || role == Role::Operator => {
                        anonymous
                    }
                    None => return Err(self.lacking(role, alternatives)),
                }
            }
            (Security::Undeclared | Security::AnyOf(_), _) => return Err(unnamed(role)),
        };
        Ok(caller.accepting(documented.accepts()))
    }

    /// Says which credentials of the operator the profile would have to give for an operation; `None` where it has enough.
    pub(crate) fn missing_credentials(&self, operation: usize) -> Option<String> {
        let alternatives = self.contract.operations()[operation].security.demanded()?;
        let has = |one| self.credentials_for(Role::Operator, one).is_some();
        (!alternatives.iter().any(has)).then(|| self.lacking(Role::Operator, alternatives))
    }

    /// Returns the credentials of a user for the schemes of an alternative whose requests carry one; `None` where one is missing.
    pub(crate) fn credentials_for(
        &self,
        role: Role,
        alternative: &Alternative,
    ) -> Option<Vec<Credential>> {
        let mut found = Vec::new();
        for name in alternative {
            found.extend(self.credential(role, name)?);
        }
        Some(found)
    }

    /// Returns the credential of a user for a scheme, or nothing for a scheme whose requests carry none; `None` where the
    /// profile has no value for it.
    pub(crate) fn credential(&self, role: Role, name: &str) -> Option<Option<Credential>> {
        let scheme = self.contract.schemes().get(name)?;
        match scheme {
            Scheme::MutualTls => return self.profile.tls.cert.is_some().then_some(None),
            Scheme::Unsupported { .. } => return None,
            Scheme::ApiKey { .. } | Scheme::Basic | Scheme::Token { .. } => {}
        }
        if let Some(held) = held(&self.credentials, self.contract.schemes(), role, name) {
            return Some(Some(held));
        }
        // The older tables name a bearer token without saying for which scheme.
        let identity = self.credentials.of(role)?;
        let is_header = scheme
            .place()
            .is_some_and(|(_, name)| name == "authorization");
        (is_header && *scheme != Scheme::Basic).then(|| {
            Some(Credential {
                name: name.to_owned(),
                scheme: Scheme::Token {
                    word: "Bearer".to_owned(),
                },
                secret: identity.token.clone(),
                prefix: None,
                variable: token_variable(&self.profile, role),
            })
        })
    }

    /// Returns a request with a credential of today in place of one that the deployment refused: of those that the request
    /// carries, the first whose command gives another value. `None` where there is none.
    pub(super) async fn renewed(&self, request: &Request) -> Option<Request> {
        let wallet = &self.credentials.wallet;
        for (role, name) in wallet.renewable() {
            let Some(old) = held(&self.credentials, self.contract.schemes(), role, name) else {
                continue;
            };
            let Some(placed) = old.placed().filter(|placed| request.carries(placed)) else {
                continue;
            };
            let (wallet, scheme, value) = (Arc::clone(wallet), name.to_owned(), old.secret.clone());
            let asking = move || wallet.renew(role, &scheme, &value);
            if !tokio::task::spawn_blocking(asking)
                .await
                .unwrap_or_default()
            {
                continue;
            }
            let new = held(&self.credentials, self.contract.schemes(), role, name)?;
            new.register(&self.secrets);
            return Some(Request {
                is_ordinary: request.is_ordinary,
                ..request.clone().carrying(&[placed], &[new.placed()?])
            });
        }
        None
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
                Some(Scheme::MutualTls) => "`cert` in [tls]".to_owned(),
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
