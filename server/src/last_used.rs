//! When tokens were last used: noted in memory on the request's path, written in batches beside it.
//!
//! Uses that are not written yet are lost when the process dies, which is acceptable for this one column: no request waits for a
//! disk because its caller was authenticated. What is stored is exact to a minute: a write for every use would cost the database
//! more than all its reads, and each one makes SQLite's readers read their pages again. Nor are all written at once: after a start
//! every token in use has a use to write, and revocations would wait for them.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use crate::every_second::EverySecond;
use crate::store::{Store, TokenUse};
use crate::timestamp::Timestamp;

/// The number of uses that may be written in one period, however few wait.
const FEW: usize = 1000;

/// The part of the waiting uses that may be written in one period where that is more: half of any number are written in some
/// twenty seconds.
const PART: usize = 30;

/// The age of the stored use from which on a later one is worth a write.
const EXACT_TO: Duration = Duration::from_secs(60);

/// The uses that wait to be written, by `jti`.
#[derive(Debug, Default)]
pub(crate) struct LastUsed(Mutex<HashMap<Uuid, TokenUse>>);

impl LastUsed {
    /// Notes the use of a token, unless the `stored` use is about as late.
    pub(crate) fn note(&self, jti: Uuid, last: TokenUse, stored: Option<Timestamp>) {
        if stored.is_some_and(|stored| last.at.is_within(EXACT_TO, stored)) {
            return;
        }
        self.0.lock().insert(jti, last);
    }

    /// Returns how many uses one period may write.
    fn share(&self) -> usize {
        FEW.max(self.0.lock().len() / PART)
    }

    /// Takes this many of the waiting uses, or all.
    fn take(&self, most: usize) -> HashMap<Uuid, TokenUse> {
        let mut waiting = self.0.lock();
        if waiting.len() <= most {
            return std::mem::take(&mut *waiting);
        }
        waiting.extract_if(|_, _| true).take(most).collect()
    }

    async fn write(store: &Store, uses: HashMap<Uuid, TokenUse>) {
        if uses.is_empty() {
            return;
        }
        if let Err(error) = store.record_uses(&uses).await {
            tracing::warn!(%error, tokens = uses.len(), "last uses of tokens could not be written and are dropped");
        }
    }

    /// Writes some of the waiting uses every second until `stop` completes, and then all of them.
    pub(crate) async fn keep_writing(&self, store: &Store, stop: impl Future<Output = ()>) {
        let mut seconds = EverySecond::until(stop);
        while !seconds.is_last().await {
            Self::write(store, self.take(self.share())).await;
        }
        Self::write(store, self.take(usize::MAX)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_noted_when_the_stored_one_is_older_than_a_minute() {
        let noted = |stored: Option<i64>| {
            let uses = LastUsed::default();
            let last = TokenUse {
                owner: Uuid::nil(),
                at: Timestamp::from_micros(1_000_000_000),
            };
            uses.note(Uuid::nil(), last, stored.map(Timestamp::from_micros));
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
        let last = TokenUse {
            owner: Uuid::nil(),
            at: Timestamp::from_micros(1),
        };
        let mut waiting: std::collections::HashSet<_> = (0..100_000).map(Uuid::from_u128).collect();
        for jti in &waiting {
            uses.note(*jti, last, None);
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
