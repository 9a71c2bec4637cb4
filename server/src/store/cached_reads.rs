//! Reads of one snapshot of the database that are asked for again and again: the tokens of callers, and small pages.
//!
//! Nothing here says how long a snapshot is current: the caller proves that first, and then asks for the reads of that snapshot.

use quick_cache::unsync::Cache;
use uuid::Uuid;

use super::listing::{ListTokens, Page};
use super::records::CallerToken;

/// The most cached tokens, of some 200 bytes each.
const MAX_TOKENS: usize = 16_384;

/// The most users with cached pages.
const MAX_USERS: usize = 4096;

/// The most cached pages of one user: clients may ask for any number.
const MAX_PAGES_PER_USER: usize = 2;

/// The most tokens of a cached page, of some 500 bytes each: as many active tokens as a user may have.
const MAX_PAGE_TOKENS: usize = 10;

/// What a transaction changed of what can be cached.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Tokens, by their `jti`.
    pub(super) jtis: Vec<Uuid>,
    /// Users whose pages are different now.
    pub(super) users: Vec<Uuid>,
}

/// Cached reads, all of one snapshot. They are only returned to a caller that names this snapshot.
#[derive(Debug)]
pub(super) struct CachedReads<Snapshot> {
    /// `None` when nothing is cached.
    snapshot: Option<Snapshot>,
    /// By `jti`.
    tokens: Cache<Uuid, CallerToken>,
    /// By user, since a write changes all pages of a user.
    pages: Cache<Uuid, Vec<(ListTokens, Page)>>,
}

impl<Snapshot> Default for CachedReads<Snapshot> {
    fn default() -> Self {
        Self {
            snapshot: None,
            tokens: Cache::new(MAX_TOKENS),
            pages: Cache::new(MAX_USERS),
        }
    }
}

impl<Snapshot: PartialEq> CachedReads<Snapshot> {
    /// Returns the snapshot that the cached reads belong to.
    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// Returns whether the cached reads belong to this snapshot.
    pub(super) fn are_of(&self, snapshot: &Snapshot) -> bool {
        self.snapshot.as_ref() == Some(snapshot)
    }

    /// Returns the token with this `jti` as it was at this snapshot.
    pub(super) fn token(&self, at: &Snapshot, jti: Uuid) -> Option<&CallerToken> {
        self.tokens.get(&jti).filter(|_| self.are_of(at))
    }

    /// Returns the answer to this listing at this snapshot.
    pub(super) fn page(&self, at: &Snapshot, list: &ListTokens) -> Option<&Page> {
        let of_user = self.pages.get(&list.user_id).filter(|_| self.are_of(at))?;
        let (_, page) = of_user.iter().find(|(cached, _)| cached == list)?;
        Some(page)
    }

    /// Adds a token that was read at this snapshot, if the cached reads belong to it.
    pub(super) fn add_token(&mut self, at: &Snapshot, jti: Uuid, token: CallerToken) {
        if self.are_of(at) {
            self.tokens.insert(jti, token);
        }
    }

    /// Adds a page that was read at this snapshot, if the cached reads belong to it and the page [is small](is_small).
    pub(super) fn add_page(&mut self, at: &Snapshot, list: &ListTokens, page: &Page) {
        if !self.are_of(at) || !is_small(page) {
            return;
        }
        let mut of_user = match self.pages.remove(&list.user_id) {
            Some((_, of_user)) => of_user,
            None => Vec::with_capacity(1),
        };
        // Two requests may have read the same page at the same time.
        of_user.retain(|(cached, _)| cached != list);
        if of_user.len() >= MAX_PAGES_PER_USER {
            of_user.remove(0);
        }
        of_user.push((list.clone(), page.clone()));
        self.pages.insert(list.user_id, of_user);
    }

    /// Moves the cached reads from one snapshot to another, without what was changed between the two. Returns whether they
    /// belonged to the first one.
    pub(super) fn carry_over<'a>(
        &mut self,
        from: &Snapshot,
        to: Snapshot,
        changes: impl IntoIterator<Item = &'a Changes>,
    ) -> bool {
        if !self.are_of(from) {
            return false;
        }
        for Changes { jtis, users } in changes {
            for jti in jtis {
                self.tokens.remove(jti);
            }
            for user in users {
                self.pages.remove(user);
            }
        }
        self.snapshot = Some(to);
        true
    }

    /// Drops everything. What is added from now on belongs to this snapshot; without one, nothing can be added.
    pub(super) fn restart(&mut self, snapshot: Option<Snapshot>) {
        self.snapshot = snapshot;
        self.tokens.clear();
        self.pages.clear();
    }
}

/// Returns whether a page is small enough to be cached.
pub(super) fn is_small(page: &Page) -> bool {
    page.tokens.len() <= MAX_PAGE_TOKENS
}

#[cfg(test)]
mod tests {
    use super::super::digest::TokenDigest;
    use super::super::listing::{Direction, SortBy};
    use super::*;
    use crate::timestamp::Timestamp;

    fn token(user: Uuid) -> CallerToken {
        CallerToken {
            token_id: user,
            user_id: user,
            business_id: user,
            digest: TokenDigest::from_stored(&[0; 32]).unwrap(),
            expires_at: Timestamp::from_micros(0),
            last_used_at: None,
            revoked: false,
        }
    }

    fn first_page(user: Uuid, limit: u32) -> ListTokens {
        ListTokens {
            business_id: user,
            user_id: user,
            include_revoked: false,
            sort_by: SortBy::Name,
            descending: false,
            cursor: None,
            direction: Direction::Next,
            limit,
            count_total: false,
        }
    }

    #[test]
    fn reads_are_only_returned_at_their_snapshot() {
        let id = Uuid::nil();
        let (list, mut reads) = (first_page(id, 1), CachedReads::default());
        let page = list.page(Vec::new(), None);

        reads.add_token(&1, id, token(id));
        assert!(reads.token(&1, id).is_none(), "of no snapshot");
        reads.restart(Some(1));
        reads.add_token(&1, id, token(id));
        reads.add_page(&1, &list, &page);
        reads.add_token(&2, Uuid::max(), token(id));
        assert!(reads.token(&1, id).is_some() && reads.page(&1, &list).is_some());
        assert!(reads.token(&2, id).is_none() && reads.page(&2, &list).is_none());
        assert!(reads.token(&1, Uuid::max()).is_none());

        reads.restart(Some(2));
        assert!(reads.token(&2, id).is_none() && reads.page(&2, &list).is_none());
    }

    #[test]
    fn reads_are_carried_over_without_what_was_changed() {
        let [changed, same] = [1, 2].map(Uuid::from_u128);
        let mut reads = CachedReads::default();
        reads.restart(Some(1));
        for user in [changed, same] {
            let list = first_page(user, 1);
            reads.add_token(&1, user, token(user));
            reads.add_page(&1, &list, &list.page(Vec::new(), None));
        }
        let changes = Changes {
            jtis: vec![changed],
            users: vec![changed],
        };
        assert!(!reads.carry_over(&0, 2, [&changes]), "of another snapshot");
        assert!(reads.carry_over(&1, 2, [&changes]));
        assert!(reads.token(&1, same).is_none());
        assert!(reads.token(&2, same).is_some());
        assert!(reads.page(&2, &first_page(same, 1)).is_some());
        assert!(reads.token(&2, changed).is_none());
        assert!(reads.page(&2, &first_page(changed, 1)).is_none());
    }

    #[test]
    fn reads_beyond_the_most_evict_others_one_by_one() {
        let mut reads = CachedReads::default();
        reads.restart(Some(1));
        let users = || (0..=MAX_TOKENS as u128 + 100).map(Uuid::from_u128);
        for user in users() {
            reads.add_token(&1, user, token(user));
            let list = first_page(user, 1);
            reads.add_page(&1, &list, &list.page(Vec::new(), None));
        }
        assert_eq!(reads.tokens.len(), MAX_TOKENS);
        assert_eq!(reads.pages.len(), MAX_USERS);
        let cached = users().filter(|user| reads.token(&1, *user).is_some());
        assert_eq!(cached.count(), MAX_TOKENS);
    }

    #[test]
    fn pages_of_one_user_replace_the_oldest_one() {
        let user = Uuid::nil();
        let mut reads = CachedReads::default();
        reads.restart(Some(1));
        for limit in 1..=3 {
            let list = first_page(user, limit);
            reads.add_page(&1, &list, &list.page(Vec::new(), None));
        }
        let cached = [1, 2, 3].map(|limit| reads.page(&1, &first_page(user, limit)).is_some());
        assert_eq!(cached, [false, true, true]);
    }
}
