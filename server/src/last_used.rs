//! When tokens were last used: noted in memory on the request's path, written in batches beside it.
//!
//! What is not written yet when the process dies is lost, which for this one column is a fair price: no request waits for a
//! disk because its caller was authenticated. And what is on record is exact to a minute: a write for every use would cost
//! the database more than all that it is asked, and each one makes SQLite's readers read their pages anew. Nor are all written at
//! once: behind a start every token in use has a use to write, and revocations would wait for them.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::store::Store;
use crate::timestamp::Timestamp;

/// How often uses are written.
const PERIOD: Duration = Duration::from_secs(1);

/// How many uses a period may write, whatever waits.
const FEW: usize = 1000;

/// The part of those that wait that it may write where that is more: of however many, half are written in some twenty seconds.
const PART: usize = 30;

/// How old the use on record has to be for a later one to be worth a write.
const EXACT_TO: Duration = Duration::from_secs(60);

/// The uses that wait to be written, by `jti`.
#[derive(Debug, Default)]
pub(crate) struct LastUsed(Mutex<HashMap<Uuid, Timestamp>>);

impl LastUsed {
    /// Notes that a token was used, unless a use is `on_record` that is about as late.
    pub(crate) fn note(&self, jti: Uuid, at: Timestamp, on_record: Option<Timestamp>) {
        if on_record.is_some_and(|last| at.is_within(EXACT_TO, last)) {
            return;
        }
        self.0.lock().insert(jti, at);
    }

    /// How many one period may write.
    fn share(&self) -> usize {
        FEW.max(self.0.lock().len() / PART)
    }

    /// Takes this many of those that wait, or all.
    fn take(&self, most: usize) -> HashMap<Uuid, Timestamp> {
        let mut waiting = self.0.lock();
        if waiting.len() <= most {
            return std::mem::take(&mut *waiting);
        }
        waiting.extract_if(|_, _| true).take(most).collect()
    }

    async fn write(store: &Store, uses: HashMap<Uuid, Timestamp>) {
        if uses.is_empty() {
            return;
        }
        if let Err(error) = store.record_uses(&uses).await {
            tracing::warn!(%error, tokens = uses.len(), "last uses of tokens could not be written and are dropped");
        }
    }

    /// Writes some of what was noted every second until `stop` comes, and all of it then.
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
            if stopped {
                return Self::write(store, self.take(usize::MAX)).await;
            }
            Self::write(store, self.take(self.share())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_noted_when_the_one_on_record_is_older_than_a_minute() {
        let noted = |on_record: Option<i64>| {
            let uses = LastUsed::default();
            let at = Timestamp::from_micros(1_000_000_000);
            uses.note(Uuid::nil(), at, on_record.map(Timestamp::from_micros));
            uses.0.into_inner().contains_key(&Uuid::nil())
        };
        assert!(noted(None));
        assert!(noted(Some(1_000_000_000 - 60_000_000)));
        assert!(!noted(Some(1_000_000_000 - 59_999_999)));
        // Of another replica, whose clock is ahead of ours.
        assert!(!noted(Some(1_000_000_001)));
    }

    #[test]
    fn many_uses_are_written_some_at_a_time_and_none_is_lost_or_waits_for_ever() {
        let uses = LastUsed::default();
        let at = Timestamp::from_micros(1);
        let mut waiting: std::collections::HashSet<_> = (0..100_000).map(Uuid::from_u128).collect();
        for jti in &waiting {
            uses.note(*jti, at, None);
        }
        let mut periods = 0;
        while !waiting.is_empty() {
            let some = uses.take(uses.share());
            assert!((1..=waiting.len().div_ceil(PART).max(FEW)).contains(&some.len()));
            for jti in some.keys() {
                assert!(waiting.remove(jti), "it is written once");
            }
            periods += 1;
        }
        assert!(periods <= 70, "{periods}");
        assert!(uses.take(usize::MAX).is_empty());
    }
}
