//! What was read of the database and may be asked for again: the tokens of those who call, and small pages.
//!
//! None of it says how long it holds. Whoever keeps facts keeps the moment of the database that they are of with them.

use std::collections::HashMap;

use uuid::Uuid;

use super::records::{Authentication, ListTokens, Page};

/// The most tokens, of some 200 bytes each.
const MOST_TOKENS: usize = 16_384;

/// The most users of whom there are pages.
const MOST_USERS: usize = 4096;

/// The most pages of one user: clients may ask for any number.
const PAGES_OF_USER: usize = 2;

/// The most tokens of a page that is worth keeping, of some 500 bytes each: as many as a user may have that are active.
const SMALL: usize = 10;

/// What a write changes.
#[derive(Debug)]
pub(super) enum Changes {
    /// Nothing that can be a fact: a line of the audit trail.
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

/// The facts of one moment.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// By `jti`.
    authentications: HashMap<Uuid, Authentication>,
    /// By user, since a write changes all that a user has.
    pages: HashMap<Uuid, Vec<(ListTokens, Page)>>,
}

impl Facts {
    /// What there is of the token with this `jti`.
    pub(super) fn authentication(&self, jti: Uuid) -> Option<&Authentication> {
        self.authentications.get(&jti)
    }

    /// The answer to this listing.
    pub(super) fn page(&self, list: &ListTokens) -> Option<&Page> {
        let of_user = self.pages.get(&list.user_id)?;
        let (_, page) = of_user.iter().find(|(kept, _)| kept == list)?;
        Some(page)
    }

    /// Adds a token, by its `jti`.
    pub(super) fn add_authentication(&mut self, jti: Uuid, found: Authentication) {
        if self.authentications.len() >= MOST_TOKENS {
            self.authentications.clear();
        }
        self.authentications.insert(jti, found);
    }

    /// Adds a page, if it is [worth keeping](is_small).
    pub(super) fn add_page(&mut self, list: &ListTokens, page: &Page) {
        if !is_small(page) {
            return;
        }
        if self.pages.len() >= MOST_USERS {
            self.pages.clear();
        }
        let of_user = self.pages.entry(list.user_id).or_default();
        // Two may have read it at the same time.
        of_user.retain(|(kept, _)| kept != list);
        if of_user.len() >= PAGES_OF_USER {
            of_user.remove(0);
        }
        of_user.push((list.clone(), page.clone()));
    }

    /// Drops what a write changes.
    pub(super) fn apply(&mut self, change: &Changes) {
        match change {
            Changes::Nothing => {}
            Changes::Pages { user } => self.forget_pages(*user),
            Changes::Token { jti, user } => {
                self.forget_token(*jti);
                self.forget_pages(*user);
            }
            Changes::Tokens(jtis) => {
                for jti in jtis {
                    match self.authentications.remove(jti) {
                        Some(kept) => {
                            self.pages.remove(&kept.user_id);
                        }
                        // Whose token it is could only be read.
                        None => self.pages.clear(),
                    }
                }
            }
            Changes::Everything => self.forget(),
        }
    }

    /// Drops the token with this `jti`.
    pub(super) fn forget_token(&mut self, jti: Uuid) {
        self.authentications.remove(&jti);
    }

    /// Drops the pages of this user.
    pub(super) fn forget_pages(&mut self, user: Uuid) {
        self.pages.remove(&user);
    }

    /// Drops all.
    pub(super) fn forget(&mut self) {
        self.authentications.clear();
        self.pages.clear();
    }
}

/// Whether a page is worth keeping.
pub(super) fn is_small(page: &Page) -> bool {
    page.tokens.len() <= SMALL
}
