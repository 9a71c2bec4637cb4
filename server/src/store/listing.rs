//! Listings of one user's tokens, in pages.

use uuid::Uuid;

use super::records::TokenRecord;
use crate::timestamp::Timestamp;

/// What a listing is sorted by; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SortBy {
    CreatedAt,
    ExpiresAt,
    Name,
}

/// A place in a listing: the sort key and id of one of its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) key: SortKey,
    pub(crate) id: Uuid,
}

/// The value that a token is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SortKey {
    Instant(Timestamp),
    Text(String),
}

/// The direction in which a page lies from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Next,
    Prev,
}

/// A page of one user's tokens in one business.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListTokens {
    pub(crate) business_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) include_revoked: bool,
    pub(crate) sort_by: SortBy,
    pub(crate) descending: bool,
    pub(crate) cursor: Option<Place>,
    pub(crate) direction: Direction,
    pub(crate) limit: u32,
    pub(crate) count_total: bool,
}

impl ListTokens {
    /// Returns whether tokens are read in descending order: a page before the cursor is read in the opposite order.
    pub(super) fn reads_descending(&self) -> bool {
        self.descending != (self.direction == Direction::Prev)
    }

    /// Builds the page of `tokens`, which were read in that order, one more than asked for if there is one.
    pub(super) fn page(&self, mut tokens: Vec<TokenRecord>, total: Option<u64>) -> Page {
        let more = tokens.len() > self.limit as usize;
        tokens.truncate(self.limit as usize);
        self.page_of(tokens, more, total)
    }

    /// Builds the page of `tokens`, which were read in that order. `more` says whether there are more of them.
    pub(super) fn page_of(
        &self,
        mut tokens: Vec<TokenRecord>,
        more: bool,
        total: Option<u64>,
    ) -> Page {
        // On the other side lies at least the token of the cursor.
        let passed = self.cursor.is_some();
        let (has_next, has_prev) = match self.direction {
            Direction::Next => (more, passed),
            Direction::Prev => {
                tokens.reverse();
                (passed, more)
            }
        };
        Page {
            tokens,
            has_next,
            has_prev,
            total,
        }
    }
}

/// The answer to [`ListTokens`], in the listing's order whichever way it was read.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) tokens: Vec<TokenRecord>,
    pub(crate) has_next: bool,
    pub(crate) has_prev: bool,
    pub(crate) total: Option<u64>,
}
