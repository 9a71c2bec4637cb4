//! What was read of the file, for as long as it still says the same.
//!
//! All of it is of one [`Moment`], and is given to nobody who asks at another. The one thread that writes takes it along from the
//! moment before its commit to the moment behind it, less what the commit changed, which it knows; a commit of anybody else, an
//! operator with a shell, is a moment that nothing is known of.

use std::collections::HashMap;

use parking_lot::RwLock;
use uuid::Uuid;

use super::super::{Authentication, ListTokens, Page};
use super::wal_index::{Moment, WalIndex};

/// The most tokens that are known, of some 200 bytes each.
const MOST_TOKENS: usize = 16_384;

/// The most users of whom pages are known.
const MOST_USERS: usize = 4096;

/// The most pages of one user that are known: clients may ask for any number.
const PAGES_OF_USER: usize = 2;

/// The most tokens of a page that is worth knowing, of some 500 bytes each: as many as a user may have that are active.
const SMALL: usize = 10;

/// What a write changes of what may be known.
#[derive(Debug)]
pub(super) enum Changes {
    /// Nothing: a line of the audit trail.
    Nothing,
    /// The pages of this user.
    Pages { user: Uuid },
    /// This token of this user.
    Token { jti: Uuid, user: Uuid },
    /// These tokens, by their `jti`.
    Tokens(Vec<Uuid>),
    /// Whatever it may be.
    Everything,
}

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// When all of it was so; nothing is known at `None`.
    at: Option<Moment>,
    /// Whether the thread that writes is about to take it along.
    committing: bool,
    authentications: HashMap<Uuid, Authentication>,
    /// By user, since a write changes all that a user has.
    pages: HashMap<Uuid, Vec<(ListTokens, Page)>>,
}

impl Known {
    /// What the file says of the token with this `jti` at this moment, if that is known.
    pub(super) fn authentication(&self, at: Moment, jti: Uuid) -> Option<Authentication> {
        let state = self.0.read();
        if state.at != Some(at) {
            return None;
        }
        state.authentications.get(&jti).cloned()
    }

    /// What the file answers to this listing at this moment, if that is known.
    pub(super) fn page(&self, at: Moment, list: &ListTokens) -> Option<Page> {
        let state = self.0.read();
        if state.at != Some(at) {
            return None;
        }
        let of_user = state.pages.get(&list.user_id)?;
        let (_, page) = of_user.iter().find(|(known, _)| known == list)?;
        Some(page.clone())
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
            if state.authentications.len() >= MOST_TOKENS {
                state.authentications.clear();
            }
            state.authentications.insert(jti, found.clone());
        }
    }

    /// Takes note of a page that was read in a transaction that began at this moment or later, if it is small.
    pub(super) fn learn_page(&self, index: &WalIndex, at: Moment, list: &ListTokens, page: &Page) {
        if page.tokens.len() > SMALL {
            return;
        }
        let mut state = self.0.write();
        if state.is_now(index, at) {
            if state.pages.len() >= MOST_USERS {
                state.pages.clear();
            }
            let of_user = state.pages.entry(list.user_id).or_default();
            // Two may have read it at the same time.
            of_user.retain(|(known, _)| known != list);
            if of_user.len() >= PAGES_OF_USER {
                of_user.remove(0);
            }
            of_user.push((list.clone(), page.clone()));
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
            state.apply(change);
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

    fn apply(&mut self, change: &Changes) {
        match change {
            Changes::Nothing => {}
            Changes::Pages { user } => {
                self.pages.remove(user);
            }
            Changes::Token { jti, user } => {
                self.authentications.remove(jti);
                self.pages.remove(user);
            }
            Changes::Tokens(jtis) => {
                for jti in jtis {
                    match self.authentications.remove(jti) {
                        Some(known) => {
                            self.pages.remove(&known.user_id);
                        }
                        // Whose token it is could only be read.
                        None => self.pages.clear(),
                    }
                }
            }
            Changes::Everything => self.forget(),
        }
    }

    fn forget(&mut self) {
        self.at = None;
        self.authentications.clear();
        self.pages.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::SqliteFile;
    use super::*;
    use crate::timestamp::Timestamp;
    use crate::token::TokenDigest;

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
