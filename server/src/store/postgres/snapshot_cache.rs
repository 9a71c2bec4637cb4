//! Cached reads of the database, for as long as its snapshot is the same.
//!
//! They belong to one [`Snapshot`], and a request only gets them after a read of the primary on its behalf saw the same
//! snapshot: neither a time nor a notification proves that they are current. They are carried over to a later snapshot,
//! without what was changed in between, if all [changes](Changes) in between are known.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use uuid::Uuid;

use super::super::cached_reads::{CachedReads, Changes};
use super::super::listing::{ListTokens, Page};
use super::super::records::CallerToken;
use super::snapshot::Snapshot;

/// Tokens that were read at one snapshot, by their `jti`.
#[derive(Debug)]
pub(super) struct ReadTokens {
    pub(super) snapshot: Arc<Snapshot>,
    /// Those that exist.
    pub(super) tokens: HashMap<Uuid, CallerToken>,
}

/// The cached reads.
#[derive(Debug, Default)]
pub(super) struct SnapshotCache(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    reads: CachedReads<Arc<Snapshot>>,
    /// Whether the last read of tokens saw the same snapshot. While others commit all the time it does not, and asking for
    /// cached tokens first would only cost a second statement.
    lasts: bool,
    /// Whether a cached token was asked for since the reads were last carried over, which costs a statement.
    was_used: AtomicBool,
}

impl SnapshotCache {
    /// Returns the cached ones of these tokens, if there are any and their snapshot may still be the current one.
    pub(super) fn tokens(&self, jtis: &[Uuid]) -> Option<ReadTokens> {
        let state = self.0.read();
        let snapshot = state.reads.snapshot().filter(|_| state.lasts)?;
        let cached = |jti: &Uuid| Some((*jti, state.reads.token(snapshot, *jti)?.clone()));
        let tokens: HashMap<_, _> = jtis.iter().filter_map(cached).collect();
        if tokens.is_empty() {
            return None;
        }
        state.was_used.store(true, Ordering::Relaxed);
        Some(ReadTokens {
            snapshot: Arc::clone(snapshot),
            tokens,
        })
    }

    /// Returns the snapshot of the cached reads, if it is another one than `now` and carrying them over is worth a statement.
    pub(super) fn outdated(&self, now: &Arc<Snapshot>) -> Option<Arc<Snapshot>> {
        let state = self.0.read();
        let worth = state.was_used.load(Ordering::Relaxed) && !state.reads.are_of(now);
        state.reads.snapshot().filter(|_| worth).cloned()
    }

    /// Carries the cached reads over from one snapshot to another, between which no more than this was changed.
    pub(super) fn carry_over(&self, from: &Arc<Snapshot>, to: &Arc<Snapshot>, changes: &Changes) {
        let mut state = self.0.write();
        if state.reads.carry_over(from, Arc::clone(to), [changes]) {
            state.was_used = AtomicBool::new(false);
        }
    }

    /// Returns what the database answers to this listing at this snapshot, if that is cached.
    pub(super) fn page(&self, at: &Arc<Snapshot>, list: &ListTokens) -> Option<Page> {
        self.0.read().reads.page(at, list).cloned()
    }

    /// Adds tokens that were read now, and drops what belongs to another snapshot.
    pub(super) fn add_tokens(&self, read: &ReadTokens) {
        let ReadTokens { snapshot, tokens } = read;
        let mut state = self.0.write();
        state.lasts = state.reads.are_of(snapshot);
        if !state.lasts {
            state.reads.restart(Some(Arc::clone(snapshot)));
            state.was_used = AtomicBool::new(false);
        }
        for (jti, token) in tokens {
            state.reads.add_token(snapshot, *jti, token.clone());
        }
    }

    /// Adds a page that was read at this snapshot or later, unless the cached reads are of another one by now.
    pub(super) fn add_page(&self, at: &Arc<Snapshot>, list: &ListTokens, page: &Page) {
        self.0.write().reads.add_page(at, list, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Direction, SortBy};

    /// A test from outside cannot commit between a read and its caching, which takes some microseconds.
    #[test]
    fn page_that_was_read_before_a_commit_is_not_cached_after_it() {
        let snapshot = |text: &str| Arc::new(Snapshot::parse(text).unwrap());
        let read = |snapshot: &Arc<Snapshot>| ReadTokens {
            snapshot: Arc::clone(snapshot),
            tokens: HashMap::new(),
        };
        let list = ListTokens {
            business_id: Uuid::nil(),
            user_id: Uuid::nil(),
            include_revoked: false,
            sort_by: SortBy::Name,
            descending: false,
            cursor: None,
            direction: Direction::Next,
            limit: 1,
            count_total: false,
        };
        let page = list.page(Vec::new(), None);
        let (before, after) = (snapshot("a 5 10:10:"), snapshot("a 5 11:11:"));

        let cache = SnapshotCache::default();
        cache.add_tokens(&read(&before));
        cache.add_page(&before, &list, &page);
        assert!(cache.page(&before, &list).is_some());
        assert!(cache.page(&after, &list).is_none());
        cache.add_tokens(&read(&after));
        cache.add_page(&before, &list, &page);
        assert!(cache.page(&before, &list).is_none());
        assert!(cache.page(&after, &list).is_none());
    }
}
