//! The tokens of a run that may live on: those whose creation got no answer, and why others could not be revoked.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use uuid::Uuid;

use super::listed as list;
use crate::event::LeftBehind;
use crate::profile::Role;
use crate::wire::Response;

/// A token whose creation got no whole answer, or a server error. Nobody knows its id; its name is in the list of the deployment if
/// it has one.
#[derive(Debug, Clone)]
pub(crate) struct LostToken {
    pub(crate) owner: Role,
    pub(super) name: String,
    pub(super) case: &'static str,
    /// Whether no other token has its name, so that it may be revoked.
    pub(crate) is_ours: bool,
    /// Whether the requests to revoke it are reserved.
    pub(crate) is_reserved: bool,
    /// The fault that its answer shows.
    pub(super) fault: &'static str,
    /// Whether it probably lives: after a server error there mostly is no token.
    pub(super) is_likely: bool,
    /// Its id, once the list showed it.
    pub(super) id: Option<String>,
}

/// What kept a token from being revoked, in the words of a case that meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) cause: Option<String>,
    pub(crate) fault: Option<String>,
}

/// The lost tokens of a run, and the first thing that kept one from being revoked.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    tokens: Mutex<Vec<LostToken>>,
    pub(super) unrevoked: Mutex<Option<Met>>,
}

impl LostToken {
    /// Finds the token in an answer that lists tokens, among those that the run does not know. `None` where the answer cannot be read; without an id, it does not live.
    pub(crate) fn find(
        &mut self,
        list_items: Option<&str>,
        listed: &Response,
        is_known: impl Fn(&str) -> bool,
    ) -> Option<Option<String>> {
        let tokens = list::tokens(list_items, listed.json()?)?;
        let is_live = |token: &&Value| {
            let id = token["id"].as_str().unwrap_or_default();
            token["name"] == self.name && token["revoked_at"].is_null() && !is_known(id)
        };
        let token = tokens.iter().find(is_live);
        self.id = token.and_then(|token| token["id"].as_str().map(str::to_owned));
        Some(self.id.clone())
    }
}

impl Lost {
    fn tokens(&self) -> MutexGuard<'_, Vec<LostToken>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes and returns the lost tokens of a case; with `None`, of all cases.
    pub(crate) fn take(&self, case: Option<&str>) -> Vec<LostToken> {
        let is_wanted = |lost: &mut LostToken| case.is_none_or(|case| lost.case == case);
        self.tokens().extract_if(.., is_wanted).collect()
    }

    /// Enters a lost token, or one that could not be sought or revoked.
    pub(crate) fn keep(&self, lost: LostToken) {
        self.tokens().push(lost);
    }

    /// Counts the lost tokens of a case and a user that the list shows, so that they live.
    pub(super) fn living(&self, case: &str, owner: Role) -> usize {
        let tokens = self.tokens();
        let lives =
            |lost: &&LostToken| lost.case == case && lost.owner == owner && lost.id.is_some();
        tokens.iter().filter(lives).count()
    }

    /// Returns the fault that a lost token shows, if there is one.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.tokens().first().map(|lost| lost.fault)
    }

    /// Returns the lost tokens that live, or may live, for a person to revoke.
    pub(crate) fn left_behind(&self) -> Vec<LeftBehind> {
        let tokens = self.tokens();
        let left = tokens.iter().filter_map(|lost| {
            let name = &lost.name;
            let (token_id, reason) = match &lost.id {
                Some(id) if !lost.is_ours => (
                    id.as_str(),
                    format!("the answer to a creation was lost, and it may be its token, by the name `{name}`"),
                ),
                Some(id) => (
                    id.as_str(),
                    "the answer to its creation was lost, and the deployment did not answer its revocation with 201".to_owned(),
                ),
                None if lost.is_likely => (
                    "unknown",
                    format!("the answer to its creation was lost, so it may live, by the name `{name}`"),
                ),
                None => return None,
            };
            Some(LeftBehind {
                token_id: token_id.to_owned(),
                owner: lost.owner.name().to_owned(),
                reason,
            })
        });
        left.collect()
    }
}

/// Returns whether a name is one that the suite gave to one token alone.
pub(super) fn is_unique(name: &str) -> bool {
    let id = name.strip_prefix("conformance/");
    let id = id.and_then(|rest| rest.rsplit('/').next());
    id.is_some_and(|id| id.parse::<Uuid>().is_ok())
}
