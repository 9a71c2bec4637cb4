//! The uses of revoked tokens: each is counted, and one for each token and hour is logged and recorded in the audit trail.
//!
//! They are noted in memory, so that the refusal takes no longer than any other one, and written once a second.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use quick_cache::unsync::Cache;
use uuid::Uuid;

use crate::every_second::EverySecond;
use crate::redact;
use crate::store::{Actor, Store};
use crate::telemetry::metrics::METRICS;
use crate::timestamp::Timestamp;

/// The time after which the use of the same token is recorded again.
const AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// The most tokens whose uses are written at a time. The uses of more tokens are only counted.
const MAX_WAITING: usize = 256;

/// The most tokens of which it is remembered that a use was recorded.
const MAX_RECENT: usize = 16_384;

/// The uses that wait to be written, and the tokens whose use was recorded.
#[derive(Debug)]
pub(crate) struct RefusedUses(Mutex<State>);

#[derive(Debug)]
struct State {
    /// By `jti`.
    waiting: HashMap<Uuid, Actor>,
    /// When a use of the token was last noted, by `jti`.
    recent: Cache<Uuid, Timestamp>,
}

impl Default for RefusedUses {
    fn default() -> Self {
        Self(Mutex::new(State {
            waiting: HashMap::new(),
            recent: Cache::new(MAX_RECENT),
        }))
    }
}

impl RefusedUses {
    /// Notes the use of a revoked token, as if its user were the actor.
    pub(crate) fn note(&self, actor: Actor, at: Timestamp) {
        METRICS.revoked_token_uses.inc();
        let mut state = self.0.lock();
        let is_recent = state.recent.get(&actor.jti).copied();
        if is_recent.is_some_and(|recent| at.is_within(AGAIN_AFTER, recent))
            || state.waiting.len() >= MAX_WAITING
        {
            return;
        }
        state.recent.insert(actor.jti, at);
        state.waiting.insert(actor.jti, actor);
    }

    async fn write(&self, store: &Store) {
        let waiting = std::mem::take(&mut self.0.lock().waiting);
        if waiting.is_empty() {
            return;
        }
        let uses: Vec<Actor> = waiting.into_values().collect();
        let reasons = match store.record_refused_uses(uses.clone()).await {
            Ok(reasons) => reasons,
            Err(error) => {
                tracing::warn!(%error, "uses of revoked tokens could not be recorded in the audit trail");
                let mut state = self.0.lock();
                for actor in &uses {
                    state.recent.remove(&actor.jti);
                }
                HashMap::new()
            }
        };
        for actor in uses {
            let reason = reasons.get(&actor.jti).map(|reason| redact::text(reason));
            let client = actor.remote_address.map(|address| address.to_string());
            tracing::warn!(
                jti = %actor.jti,
                token_id = %actor.token_id,
                user_id = %actor.user_id,
                reason,
                client,
                "a revoked token was used"
            );
        }
    }

    /// Writes what waits every second until `stop` completes, and then the rest.
    pub(crate) async fn keep_writing(&self, store: &Store, stop: impl Future<Output = ()>) {
        let mut seconds = EverySecond::until(stop);
        while !seconds.is_last().await {
            self.write(store).await;
        }
        self.write(store).await;
    }
}
