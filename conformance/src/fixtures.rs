//! Disposable tokens: minted before a case, revoked after it, and never more at a time than the deployment's owner allows.

mod clean_up;
mod made;
mod mint;
mod pool;
mod supply;

use std::sync::Arc;

use secrecy::ExposeSecret;

pub use pool::Pool;
pub use supply::{Command, Supply};

use crate::case::Needs;
use crate::deployment::Deployment;
use crate::deployment::places::{Full, Lease, Places, Wanted};
use crate::profile::Role;

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
    pub(crate) async fn lease(&self, needs: Needs) -> Result<Lease, Full> {
        let wanted = |role, count| Wanted {
            role,
            count,
            all: needs.all_places && role == Role::Operator,
        };
        let wanted = [
            wanted(Role::Operator, needs.own + needs.room),
            wanted(Role::Member, needs.members),
            wanted(Role::Outsider, needs.foreign),
        ];
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

    /// Takes back the places of a case after its clean-up. Its tokens that live on keep theirs.
    pub(crate) fn take_back(&self, case: &str, lease: Lease) {
        let living = |role| self.deployment.living(case, role);
        self.places.take_back(lease, living);
    }
}
