//! The users of the profile: where their own tokens worked in this run, and whether they are refused since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::profile::Role;

/// What a run knows about the users' own tokens.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// The operations at which a token was accepted.
    worked: Mutex<BTreeSet<(Role, String)>>,
    /// Why a token counts as refused.
    refused: Mutex<BTreeMap<Role, String>>,
}

impl Users {
    /// Records that a user's own token was accepted at an operation.
    pub(super) fn worked_at(&self, role: Role, operation: String) {
        let mut worked = (self.worked.lock()).unwrap_or_else(PoisonError::into_inner);
        worked.insert((role, operation));
    }

    /// Returns whether an operation accepted the user's own token earlier.
    pub(super) fn has_worked_at(&self, role: Role, operation: String) -> bool {
        let worked = (self.worked.lock()).unwrap_or_else(PoisonError::into_inner);
        worked.contains(&(role, operation))
    }

    /// Records that a user's own token is refused from now on.
    pub(super) fn refuse(&self, role: Role) {
        let worked = (self.worked.lock()).unwrap_or_else(PoisonError::into_inner);
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
        let mut refused = (self.refused.lock()).unwrap_or_else(PoisonError::into_inner);
        refused.entry(role).or_insert(why);
    }

    /// Returns why a user's own token counts as refused.
    pub(super) fn refusal(&self, role: Role) -> Option<String> {
        let refused = (self.refused.lock()).unwrap_or_else(PoisonError::into_inner);
        refused.get(&role).cloned()
    }
}
