//! Disposable tokens: minted before a case, revoked after it, and never more at a time than the deployment's owner allows.

mod made;
mod mint;
mod pool;
mod supply;

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use secrecy::ExposeSecret;
use uuid::Uuid;

pub use pool::Pool;
pub use supply::{Command, Supply};

use crate::deployment::Deployment;
use crate::deployment::ledger::Token;
use crate::deployment::pace::Errand;
use crate::deployment::places::{Lease, Places};
use crate::profile::Role;
use crate::wire::{Caller, NoAnswer, Response};

/// The number of tokens that are cleaned up at the same time.
const AT_A_TIME: usize = 8;

/// The disposable tokens of a run.
#[derive(Debug)]
pub(crate) struct Fixtures {
    deployment: Arc<Deployment>,
    supply: Supply,
    places: Places,
}

impl Fixtures {
    /// Creates the fixtures of a deployment whose tokens come from `supply`.
    pub(crate) fn new(deployment: Arc<Deployment>, supply: Supply) -> Fixtures {
        if let Supply::Pool(pool) = &supply {
            let mut count = 0;
            pool.for_each(|token| {
                count += 1;
                let name = format!("POOL_TOKEN_{count}");
                deployment
                    .secrets
                    .register(token.secret.expose_secret(), &name);
            });
        }
        Fixtures {
            places: Places::new(deployment.profile.fixtures.max_live),
            deployment,
            supply,
        }
    }

    /// Waits for free places. Callers ask in the order operator, member, outsider, all of a user's at once, so that
    /// no two of them wait for each other.
    pub(crate) async fn lease(&self, wanted: [(Role, u32); 3]) -> Lease {
        self.places.lease(wanted).await
    }

    /// Returns whether disposable tokens can be obtained.
    pub(crate) fn has_supply(&self) -> bool {
        !matches!(self.supply, Supply::Nothing)
    }

    /// Returns whether the tokens come from a pool, which may be used up in the middle of a run.
    pub(crate) fn may_run_dry(&self) -> bool {
        matches!(self.supply, Supply::Pool(_))
    }

    /// Revokes the live tokens of a case, and looks whether each token is refused that no case has seen refused since its
    /// revocation; with `None`, those of all cases.
    pub(crate) async fn clean_up(&self, case: Option<&'static str>) {
        let tokens = stream::iter(self.deployment.ledger.unfinished(case));
        let finish = |(token, is_revoked): (Arc<Token>, bool)| async move {
            self.finish(case.unwrap_or("clean-up"), &token, is_revoked)
                .await;
        };
        tokens.for_each_concurrent(AT_A_TIME, finish).await;
    }

    /// Revokes a token if it is not revoked, and looks whether it is refused. The deployment records both in the ledger.
    async fn finish(&self, case: &'static str, token: &Token, is_revoked: bool) {
        let deployment = &self.deployment;
        let Some(identity) = deployment.credentials.of(token.owner) else {
            return;
        };
        let caller = Caller::of(&deployment.contract, identity);
        let send = |purpose: &str, request| {
            deployment.send_for(Errand::CleanUp, case, purpose.to_owned(), request)
        };
        let used = caller.with_token(token.secret.expose_secret());
        if !is_revoked {
            let purpose = "clean up: revoke a disposable token";
            let answer = send(purpose, caller.revoke(&token.id)).await;
            // The user's own token may be refused since, or this answer alone is wrong. A token may always revoke itself.
            let refused = |response: Response| matches!(response.status, 401 | 403 | 404);
            if answer.outcome.is_ok_and(refused) {
                let purpose = "clean up: revoke a disposable token with itself";
                send(purpose, used.revoke(&token.id)).await;
            }
        }
        let used = match deployment.profile.companions.list {
            true => used.list(""),
            false => used.revoke(&Uuid::new_v4().to_string()),
        };
        let answer = send("clean up: see whether the token still works", used).await;
        if !matches!(answer.outcome, Err(NoAnswer::Connect(_))) {
            deployment.ledger.mark_asked(token);
        }
        // It may have been revoked already: the 201 was lost, or the request spelled the id in another way, and the
        // deployment refuses a second revocation.
        if answer.outcome.is_ok_and(|response| response.status == 401) {
            let path = deployment.contract.revoke_path(&token.id);
            deployment.found_refused(&path, token);
        }
    }
}
