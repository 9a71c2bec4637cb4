//! When tokens were last used: noted in memory on the request's path, written in batches beside it.
//!
//! What is not written yet when the process dies is lost, which for this one column is a fair price: no request waits for a
//! disk because its caller was authenticated.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::store::Store;
use crate::timestamp::Timestamp;

/// How often uses are written.
const PERIOD: Duration = Duration::from_secs(1);

/// The uses since the last batch, by `jti`.
#[derive(Debug, Default)]
pub(crate) struct LastUsed(Mutex<HashMap<Uuid, Timestamp>>);

impl LastUsed {
    /// Notes that a token was used.
    pub(crate) fn note(&self, jti: Uuid, at: Timestamp) {
        // A map of the latest uses is whole after every statement, so a panic elsewhere does not spoil it.
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(jti, at);
    }

    async fn write(&self, store: &Store) {
        let uses = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if uses.is_empty() {
            return;
        }
        if let Err(error) = store.record_uses(&uses).await {
            tracing::warn!(%error, tokens = uses.len(), "last uses of tokens could not be written and are dropped");
        }
    }

    /// Writes what was noted, every second until `stop` comes, and a last time then.
    pub(crate) async fn keep_writing(&self, store: &Store, stop: impl Future<Output = ()>) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = std::pin::pin!(stop);
        loop {
            // Only the waiting is interrupted, never a write.
            let stopped = tokio::select! {
                _ = ticks.tick() => false,
                () = &mut stop => true,
            };
            self.write(store).await;
            if stopped {
                return;
            }
        }
    }
}
