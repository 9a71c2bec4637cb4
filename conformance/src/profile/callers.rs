//! The callers of a profile: the credentials of each user by the security scheme of the contract.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use openapi::Operation;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::Profile;
use super::origin::{Origin, ProfileError};
use super::role::Role;
use super::source::{Asking, Credential, NoValue, Source, variable_of};
use crate::contract::Contract;

/// The callers of the operations of a contract.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Callers {
    /// The caller of every ordinary request, who may use each operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<CallerTable>,
    /// A caller of the same tenant without the right to use some operations. Without one, the cases about insufficient
    /// permissions are not derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<CallerTable>,
    /// A caller of another tenant. Without one, the cases about tenants are not derived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outsider: Option<CallerTable>,
}

/// A caller.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallerTable {
    /// The caller's credentials, by the name of the scheme in `components.securitySchemes` of the contract.
    #[schemars(with = "BTreeMap<String, Credential>")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub security: BTreeMap<String, toml::Spanned<Credential>>,
    /// Operations that the caller may use, by method and path or by `operationId`. Of a member they are operations that
    /// document 403 for others, of an outsider those whose path names nothing of a tenant.
    #[schemars(with = "Vec<String>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<toml::Spanned<String>>,
}

impl CallerTable {
    /// Returns whether the profile says that the caller may use an operation.
    #[must_use]
    pub fn may_use(&self, operation: &Operation) -> bool {
        (self.may.iter()).any(|named| is_named(operation, named.get_ref()))
    }
}

fn is_named(operation: &Operation, name: &str) -> bool {
    operation.to_string() == name || operation.id.as_deref() == Some(name)
}

impl Callers {
    /// Returns the table of a role.
    #[must_use]
    pub fn of(&self, role: Role) -> Option<&CallerTable> {
        match role {
            Role::Operator => self.operator.as_ref(),
            Role::Member => self.member.as_ref(),
            Role::Outsider => self.outsider.as_ref(),
        }
    }

    /// Returns whether there is no caller.
    pub(super) fn is_empty(&self) -> bool {
        Role::ALL.iter().all(|role| self.of(*role).is_none())
    }

    /// Lists the credentials, each with its role and its scheme.
    fn credentials(&self) -> impl Iterator<Item = (Role, &str, &toml::Spanned<Credential>)> {
        Role::ALL.into_iter().flat_map(|role| {
            let table = self.of(role).into_iter();
            table.flat_map(move |table| {
                let schemes = table.security.iter();
                schemes.map(move |(scheme, credential)| (role, scheme.as_str(), credential))
            })
        })
    }

    /// Checks that the contract has each scheme that a credential is for.
    ///
    /// # Errors
    /// For the first that it has not.
    pub(super) fn check_for(
        &self,
        contract: &Contract,
        origin: Origin<'_>,
    ) -> Result<(), ProfileError> {
        for role in Role::ALL {
            let may = self.of(role).map_or(&[][..], |table| &table.may);
            let is_unknown = |named: &&toml::Spanned<String>| {
                let operations = contract.operations().iter();
                !operations
                    .clone()
                    .any(|one| is_named(&one.operation, named.get_ref()))
            };
            if let Some(named) = may.iter().find(is_unknown) {
                return Err(origin.error_at(
                    named.span().start,
                    &format!("callers.{}.may", role.name()),
                    format!("the contract has no operation {:?}", named.get_ref()),
                    "Write the method and the path as the contract has them, such as \"GET /orders/{id}\", or the operationId.",
                ));
            }
        }
        for (role, scheme, credential) in self.credentials() {
            if contract.schemes().contains_key(scheme) {
                continue;
            }
            let names: Vec<&str> = contract.schemes().keys().map(String::as_str).collect();
            let remedy = match names.is_empty() {
                true => "It declares none in components.securitySchemes.".to_owned(),
                false => format!("It has {}.", names.join(", ")),
            };
            return Err(origin.error_at(
                credential.span().start,
                &key(role, scheme),
                "the contract has no such security scheme",
                remedy,
            ));
        }
        Ok(())
    }
}

/// The credentials of the callers, with their values.
#[derive(Debug, Default)]
pub struct Wallet {
    held: BTreeMap<(Role, String), Held>,
}

/// A credential and its value.
#[derive(Debug)]
struct Held {
    credential: Credential,
    folder: PathBuf,
    timeout: Duration,
    value: RwLock<SecretString>,
    /// The number of times in a row that asking again gave nothing new.
    fruitless: AtomicU32,
    /// Held while the source is asked again.
    asking: Mutex<()>,
}

/// The number of times in a row after which a source is not asked again.
const FRUITLESS: u32 = 3;

/// A credential as a request may use it.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// The value now.
    pub(crate) secret: SecretString,
    /// The word in front of it, if the profile gives one.
    pub(crate) prefix: Option<String>,
    /// The environment variable by which reports name it.
    pub(crate) variable: String,
}

impl Wallet {
    /// Fetches the credentials that a profile names for its callers.
    ///
    /// # Errors
    /// When a source gives none.
    pub(super) fn resolve(
        profile: &Profile,
        origin: Origin<'_>,
    ) -> Result<Arc<Wallet>, ProfileError> {
        let mut held = BTreeMap::new();
        for (role, scheme, credential) in profile.callers.credentials() {
            let one = Held {
                credential: credential.get_ref().clone(),
                folder: origin.folder().to_owned(),
                timeout: profile.timeouts.exchange(),
                value: RwLock::default(),
                fruitless: AtomicU32::new(0),
                asking: Mutex::default(),
            };
            one.fetch(role, scheme).map_err(|(problem, remedy)| {
                let key = key(role, scheme);
                origin.error_at(credential.span().start, &key, problem, remedy)
            })?;
            held.insert((role, scheme.to_owned()), one);
        }
        Ok(Arc::new(Wallet { held }))
    }

    /// Returns a caller's credential for a scheme.
    pub(crate) fn value(&self, role: Role, scheme: &str) -> Option<Value> {
        let held = self.held.get(&(role, scheme.to_owned()))?;
        let secret = held.value.read().unwrap_or_else(PoisonError::into_inner);
        let source = &held.credential.source;
        Some(Value {
            secret: secret.clone(),
            prefix: held.credential.prefix.clone(),
            variable: variable_of(source.env(), || caller_variable(role, scheme)),
        })
    }

    /// Lists the roles and schemes of the credentials that are asked for again when the deployment refuses them.
    pub(crate) fn renewable(&self) -> impl Iterator<Item = (Role, &str)> {
        let held = self.held.iter().filter(|(_, held)| {
            matches!(held.credential.source, Source::Command(_))
                && held.fruitless.load(Ordering::Relaxed) < FRUITLESS
        });
        held.map(|((role, scheme), _)| (*role, scheme.as_str()))
    }

    /// Asks again for a credential whose value the deployment refused; returns whether there is another value since.
    pub(crate) fn renew(&self, role: Role, scheme: &str, refused: &SecretString) -> bool {
        let Some(held) = self.held.get(&(role, scheme.to_owned())) else {
            return false;
        };
        let _one = held.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = || {
            let value = held.value.read().unwrap_or_else(PoisonError::into_inner);
            value.expose_secret() != refused.expose_secret()
        };
        // Another request has asked for it meanwhile.
        if is_other() {
            return true;
        }
        let renewed = held.fetch(role, scheme).is_ok() && is_other();
        match renewed {
            true => held.fruitless.store(0, Ordering::Relaxed),
            false => {
                held.fruitless.fetch_add(1, Ordering::Relaxed);
            }
        }
        renewed
    }

    /// Lists the roles and schemes of all credentials.
    pub(crate) fn names(&self) -> impl Iterator<Item = (Role, &str)> {
        (self.held.keys()).map(|(role, scheme)| (*role, scheme.as_str()))
    }
}

impl Held {
    /// Fetches the value from its source and keeps it.
    fn fetch(&self, role: Role, scheme: &str) -> Result<(), NoValue> {
        let source = &self.credential.source;
        let value = source.fetch(Asking {
            folder: &self.folder,
            role,
            scheme,
            timeout: self.timeout,
        })?;
        let is_sendable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if value.is_empty() || !value.bytes().all(is_sendable) {
            return Err((
                format!(
                    "{} holds no credential that can be sent: printable ASCII characters on one line",
                    source.name(&self.folder)
                ),
                "Put the bare credential there; for HTTP basic, the user's name and password with a colon between them.",
            ));
        }
        *self.value.write().unwrap_or_else(PoisonError::into_inner) = value.into();
        Ok(())
    }
}

/// Returns the dotted key of a credential.
fn key(role: Role, scheme: &str) -> String {
    format!("callers.{}.security.{scheme}", role.name())
}

/// Returns the environment variable by which reports name a credential that comes from none.
pub(crate) fn caller_variable(role: Role, scheme: &str) -> String {
    let word = |character: char| match character.is_ascii_alphanumeric() {
        true => character.to_ascii_uppercase(),
        false => '_',
    };
    let scheme: String = scheme.chars().map(word).collect();
    format!("{}_{scheme}", role.name().to_ascii_uppercase())
}
