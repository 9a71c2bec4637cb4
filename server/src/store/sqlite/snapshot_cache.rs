//! Cached reads of the file, until the next commit that may have changed them.
//!
//! They belong to one [`CommitMark`]. The thread that writes carries them over from the mark before its commit to the mark after
//! it, without what the commit changed. After a commit of another process, such as an operator's shell, the mark is different
//! and nothing is cached.

use parking_lot::RwLock;
use uuid::Uuid;

use super::super::cached_reads::{self, CachedReads, Changes};
use super::super::listing::{ListTokens, Page};
use super::super::records::CallerToken;
use super::commit_watch::{CommitMark, CommitWatch};

/// The cached reads.
#[derive(Debug, Default)]
pub(super) struct SnapshotCache(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    reads: CachedReads<CommitMark>,
    /// Whether the thread that writes is about to carry them over.
    committing: bool,
}

impl SnapshotCache {
    /// Returns the token with this `jti` as the file has it at this mark, if that is cached.
    pub(super) fn token(&self, at: CommitMark, jti: Uuid) -> Option<CallerToken> {
        self.0.read().reads.token(&at, jti).cloned()
    }

    /// Returns what the file answers to this listing at this mark, if that is cached.
    pub(super) fn page(&self, at: CommitMark, list: &ListTokens) -> Option<Page> {
        self.0.read().reads.page(&at, list).cloned()
    }

    /// Adds a token that was read in a transaction that began at this mark or later.
    pub(super) fn add_token(
        &self,
        watch: &CommitWatch,
        at: CommitMark,
        jti: Uuid,
        token: &CallerToken,
    ) {
        let mut state = self.0.write();
        if state.accepts(watch, at) {
            state.reads.add_token(&at, jti, token.clone());
        }
    }

    /// Adds a page that was read in a transaction that began at this mark or later, if it is small.
    pub(super) fn add_page(
        &self,
        watch: &CommitWatch,
        at: CommitMark,
        list: &ListTokens,
        page: &Page,
    ) {
        if !cached_reads::is_small(page) {
            return;
        }
        let mut state = self.0.write();
        if state.accepts(watch, at) {
            state.reads.add_page(&at, list, page);
        }
    }

    /// Prepares for a commit of ours, which other threads see before [`committed`](Self::committed) is called.
    pub(super) fn committing(&self) {
        self.0.write().committing = true;
    }

    /// Carries the cached reads over a commit of ours, which lies between these two marks with no other commit between them.
    /// `changes` has `None` for a write that may have changed anything.
    pub(super) fn committed(
        &self,
        before: Option<CommitMark>,
        after: Option<CommitMark>,
        changes: Option<&[Changes]>,
    ) {
        let mut state = self.0.write();
        state.committing = false;
        let carried = match (before, after, changes) {
            (Some(before), Some(after), Some(changes)) => {
                state.reads.carry_over(&before, after, changes)
            }
            (_, _, _) => false,
        };
        if !carried {
            state.reads.restart(None);
        }
    }

    /// Drops everything after a commit whose changes, or whose success, are unknown.
    pub(super) fn lost(&self) {
        let mut state = self.0.write();
        state.committing = false;
        state.reads.restart(None);
    }
}

impl State {
    /// Returns whether what was read since `at` can be cached with the rest, which it replaces if it is newer.
    ///
    /// The transaction may have begun later than `at` was read, after another commit. What it read is cached all the same while the
    /// rest belongs to `at`: it is at least as new, and a commit of another process is never carried over.
    fn accepts(&mut self, watch: &CommitWatch, at: CommitMark) -> bool {
        if self.reads.are_of(&at) {
            return true;
        }
        if self.committing || watch.mark() != Some(at) {
            return false;
        }
        self.reads.restart(Some(at));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::SqliteFile;
    use super::*;
    use crate::store::TokenDigest;
    use crate::timestamp::Timestamp;

    /// A test from outside cannot commit between a read and its caching, which takes some microseconds.
    #[tokio::test]
    async fn what_was_read_before_a_commit_is_not_cached_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteFile::new(folder.path().join("tokens.db"));
        let other = file.connect().await.unwrap();
        let commit = |sql: &str| other.execute_batch(sql).unwrap();
        commit("CREATE TABLE t (x)");
        let watch = CommitWatch::start(&file).unwrap();
        let mark = || watch.mark().unwrap();
        let id = Uuid::nil();
        let found = CallerToken {
            token_id: id,
            user_id: id,
            business_id: id,
            digest: TokenDigest::from_stored(&[0; 32]).unwrap(),
            expires_at: Timestamp::now(),
            last_used_at: None,
            revoked: false,
        };

        let cache = SnapshotCache::default();
        let before = mark();
        commit("INSERT INTO t VALUES (1)");
        cache.add_token(&watch, before, id, &found);
        assert!(cache.token(before, id).is_none());
        assert!(cache.token(mark(), id).is_none());

        let before = mark();
        cache.add_token(&watch, before, id, &found);
        assert!(cache.token(before, id).is_some());
        commit("INSERT INTO t VALUES (2)");
        assert!(cache.token(mark(), id).is_none());

        // A reader that is late does not drop what others have cached.
        cache.add_token(&watch, mark(), id, &found);
        cache.add_token(&watch, before, id, &found);
        assert!(cache.token(mark(), id).is_some());
    }
}
