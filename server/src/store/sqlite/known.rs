//! What was read of the file, for as long as it still says the same.
//!
//! All of it is of one [`Moment`], and is given to nobody who asks at another. The one thread that writes takes it along from the
//! moment before its commit to the moment behind it, less what the commit changed, which it knows; a commit of anybody else, an
//! operator with a shell, is a moment that nothing is known of.

use parking_lot::RwLock;
use uuid::Uuid;

use super::super::facts::{self, Changes, Facts};
use super::super::records::{Authentication, ListTokens, Page};
use super::wal_index::{Moment, WalIndex};

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// When all of it was so; nothing is known at `None`.
    at: Option<Moment>,
    /// Whether the thread that writes is about to take it along.
    committing: bool,
    facts: Facts,
}

impl Known {
    /// What the file says of the token with this `jti` at this moment, if that is known.
    pub(super) fn authentication(&self, at: Moment, jti: Uuid) -> Option<Authentication> {
        let state = self.0.read();
        if state.at != Some(at) {
            return None;
        }
        state.facts.authentication(jti).cloned()
    }

    /// What the file answers to this listing at this moment, if that is known.
    pub(super) fn page(&self, at: Moment, list: &ListTokens) -> Option<Page> {
        let state = self.0.read();
        if state.at != Some(at) {
            return None;
        }
        state.facts.page(list).cloned()
    }

    /// Takes note of what was read in a transaction that began at this moment or later.
    pub(super) fn learn_authentication(
        &self,
        index: &WalIndex,
        at: Moment,
        jti: Uuid,
        found: &Authentication,
    ) {
        let mut state = self.0.write();
        if state.is_now(index, at) {
            state.facts.add_authentication(jti, found.clone());
        }
    }

    /// Takes note of a page that was read in a transaction that began at this moment or later, if it is small.
    pub(super) fn learn_page(&self, index: &WalIndex, at: Moment, list: &ListTokens, page: &Page) {
        if !facts::is_small(page) {
            return;
        }
        let mut state = self.0.write();
        if state.is_now(index, at) {
            state.facts.add_page(list, page);
        }
    }

    /// A commit of ours is about to be seen.
    pub(super) fn committing(&self) {
        self.0.write().committing = true;
    }

    /// A commit of ours has ended, between these two moments, and nobody else's lies between them. What it did not change is
    /// known as it was.
    pub(super) fn committed<'a>(
        &self,
        before: Option<Moment>,
        after: Option<Moment>,
        changes: impl Iterator<Item = &'a Changes>,
    ) {
        let mut state = self.0.write();
        state.committing = false;
        if after.is_none() || state.at != before {
            state.forget();
            return;
        }
        state.at = after;
        for change in changes {
            state.facts.apply(change);
        }
    }

    /// A commit has ended, and nothing is known of what it changed, or whether it did.
    pub(super) fn lost(&self) {
        let mut state = self.0.write();
        state.committing = false;
        state.forget();
    }
}

impl State {
    /// Whether what was read since `at` is what the file says now, and can be kept with the rest.
    ///
    /// The transaction may have begun later than it was asked for. While the index says what it said before, there was no commit
    /// that it could have seen.
    fn is_now(&mut self, index: &WalIndex, at: Moment) -> bool {
        if index.now() != Some(at) {
            return false;
        }
        if self.at != Some(at) {
            if self.committing {
                return false;
            }
            self.forget();
            self.at = Some(at);
        }
        true
    }

    fn forget(&mut self) {
        self.at = None;
        self.facts.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::SqliteFile;
    use super::*;
    use crate::store::TokenDigest;
    use crate::timestamp::Timestamp;

    /// From outside nobody can commit between a read and what is made of it, which takes some microseconds.
    #[tokio::test]
    async fn what_was_read_before_a_commit_is_not_learnt_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteFile::new(folder.path().join("tokens.db"));
        let other = file.connect().await.unwrap();
        let commit = |sql: &str| other.execute_batch(sql).unwrap();
        commit("CREATE TABLE t (x)");
        let index = WalIndex::of(&file).unwrap();
        let moment = || index.now().unwrap();
        let id = Uuid::nil();
        let found = Authentication {
            token_id: id,
            user_id: id,
            business_id: id,
            digest: TokenDigest::from_stored(&[0; 32]).unwrap(),
            expires_at: Timestamp::now(),
            last_used_at: None,
            revoked: false,
        };

        let known = Known::default();
        let before = moment();
        commit("INSERT INTO t VALUES (1)");
        known.learn_authentication(&index, before, id, &found);
        assert!(known.authentication(before, id).is_none());
        assert!(known.authentication(moment(), id).is_none());

        let before = moment();
        known.learn_authentication(&index, before, id, &found);
        assert!(known.authentication(before, id).is_some());
        commit("INSERT INTO t VALUES (2)");
        assert!(known.authentication(moment(), id).is_none());

        // A reader that is late does not take from the others what they know.
        known.learn_authentication(&index, moment(), id, &found);
        known.learn_authentication(&index, before, id, &found);
        assert!(known.authentication(moment(), id).is_some());
    }
}
