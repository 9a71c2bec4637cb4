//! The users of the profile: where their own tokens worked in this run, and whether they are refused since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use secrecy::ExposeSecret;

use super::Deployment;
use crate::profile::Role;
use crate::wire::Request;

/// What a run knows about the users' own tokens.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// The operations at which a token was accepted.
    worked: Mutex<BTreeSet<(Role, String)>>,
    /// Why a token counts as refused.
    refused: Mutex<BTreeMap<Role, String>>,
}

impl Deployment {
    /// Returns the user of the profile whose own token is the credential of a request.
    pub(crate) fn user_of(&self, request: &Request) -> Option<Role> {
        let mut given = (request.headers.iter()).filter(|(name, _)| name == "authorization");
        let (first, second) = (given.next(), given.next());
        let token = first
            .filter(|_| second.is_none())?
            .1
            .strip_prefix("Bearer ")?;
        let is = |role: &Role| {
            let identity = self.credentials.of(*role);
            identity.is_some_and(|identity| identity.token.expose_secret() == token)
        };
        Role::ALL.into_iter().find(is)
    }

    /// Learns from the status of an answer that the user's own token, which the request used, works there.
    pub(super) fn learn_user(&self, request: &Request, status: u16) {
        if !matches!(status, 200..=299 | 404) {
            return;
        }
        if let Some(role) = self.user_of(request) {
            let operation = self.operation_of(request.method.as_str(), &request.path);
            let mut worked = (self.users.worked.lock()).unwrap_or_else(PoisonError::into_inner);
            worked.insert((role, operation));
        }
    }

    /// Returns whether the operation of a request accepted the user's own token earlier.
    pub(crate) fn has_worked(&self, role: Role, request: &Request) -> bool {
        let operation = self.operation_of(request.method.as_str(), &request.path);
        let worked = (self.users.worked.lock()).unwrap_or_else(PoisonError::into_inner);
        worked.contains(&(role, operation))
    }

    /// Records that a user's own token is refused from now on.
    pub(crate) fn found_refused_user(&self, role: Role) {
        let worked = (self.users.worked.lock()).unwrap_or_else(PoisonError::into_inner);
        let has_worked = worked.iter().any(|(user, _)| *user == role);
        let name = role.name();
        let why = match has_worked {
            true => format!(
                "the {name}'s own token is refused since the middle of the run: it expired, somebody revoked it, or the deployment revoked it with another token"
            ),
            false => format!(
                "the {name}'s own token is refused (is it expired, revoked, or another deployment's?)"
            ),
        };
        let mut refused = (self.users.refused.lock()).unwrap_or_else(PoisonError::into_inner);
        refused.entry(role).or_insert(why);
    }

    /// Returns why a user's own token counts as refused.
    pub(crate) fn refused_user(&self, role: Role) -> Option<String> {
        let refused = (self.users.refused.lock()).unwrap_or_else(PoisonError::into_inner);
        refused.get(&role).cloned()
    }
}
