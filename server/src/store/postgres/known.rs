//! What was read of the database, for as long as it still says the same.
//!
//! All of it is of one [`Moment`], and is given to nobody whose own read of the primary was not of the same: no time and no
//! notification makes it good, only that read does. From one moment it is taken along to the next, less what was [changed](Changes)
//! between them, if all of that is known.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use uuid::Uuid;

use super::super::facts::Facts;
use super::super::records::{Authentication, ListTokens, Page};
use super::changes::Changes;
use super::moment::Moment;

/// Tokens that were read, by their `jti`.
#[derive(Debug)]
pub(super) struct Read {
    /// The moment that they are of.
    pub(super) at: Arc<Moment>,
    /// Those that there are.
    pub(super) found: HashMap<Uuid, Authentication>,
}

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Known(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// When all of it was so.
    at: Option<Arc<Moment>>,
    /// Whether it was still so when tokens were last read. While others commit all the time it is not, and what is known would
    /// only be asked about before it is read anyway.
    lasts: bool,
    /// Whether any of it has been asked for since it was last taken along, which has to be worth a statement.
    was_asked_for: AtomicBool,
    facts: Facts,
}

impl Known {
    /// What is known of these tokens, if anything is that may still be so.
    pub(super) fn authentications(&self, jtis: &[Uuid]) -> Option<Read> {
        let state = self.0.read();
        let at = state.at.clone().filter(|_| state.lasts)?;
        let known = |jti: &Uuid| Some((*jti, state.facts.authentication(*jti)?.clone()));
        let found: HashMap<_, _> = jtis.iter().filter_map(known).collect();
        if found.is_empty() {
            return None;
        }
        state.was_asked_for.store(true, Ordering::Relaxed);
        Some(Read { at, found })
    }

    /// The moment that something is known of which it may be worth to take along to this one.
    pub(super) fn behind(&self, now: &Arc<Moment>) -> Option<Arc<Moment>> {
        let state = self.0.read();
        let worth = state.was_asked_for.load(Ordering::Relaxed) && !state.is_of(now);
        state.at.clone().filter(|_| worth)
    }

    /// Takes what is known along from one moment to another: between the two no more than this was changed.
    pub(super) fn take_along(&self, from: &Arc<Moment>, to: &Arc<Moment>, changes: &Changes) {
        let mut state = self.0.write();
        if !state.is_of(from) {
            return;
        }
        for jti in &changes.jtis {
            state.facts.forget_token(*jti);
        }
        for user in &changes.users {
            state.facts.forget_pages(*user);
        }
        state.at = Some(Arc::clone(to));
        state.was_asked_for = AtomicBool::new(false);
    }

    /// What the database answered to this listing at this moment, if that is known.
    pub(super) fn page(&self, at: &Arc<Moment>, list: &ListTokens) -> Option<Page> {
        let state = self.0.read();
        state.facts.page(list).filter(|_| state.is_of(at)).cloned()
    }

    /// Takes note of tokens that were read now.
    pub(super) fn learn(&self, read: &Read) {
        let mut state = self.0.write();
        state.lasts = state.is_of(&read.at);
        if !state.lasts {
            state.facts.forget();
            state.at = Some(Arc::clone(&read.at));
            state.was_asked_for = AtomicBool::new(false);
        }
        for (jti, found) in &read.found {
            state.facts.add_authentication(*jti, found.clone());
        }
    }

    /// Takes note of a page that was read at this moment or later, unless what is known is of another one by now.
    pub(super) fn learn_page(&self, at: &Arc<Moment>, list: &ListTokens, page: &Page) {
        let mut state = self.0.write();
        if state.is_of(at) {
            state.facts.add_page(list, page);
        }
    }
}

impl State {
    fn is_of(&self, at: &Arc<Moment>) -> bool {
        self.at.as_ref() == Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Direction, SortBy};

    /// From outside nobody can commit between a read and what is made of it, which takes some microseconds.
    #[test]
    fn page_that_was_read_before_a_commit_is_not_known_behind_it() {
        let moment = |text: &str| Arc::new(Moment::read(text).unwrap());
        let read = |at: &Arc<Moment>| Read {
            at: Arc::clone(at),
            found: HashMap::new(),
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
        let (before, behind) = (moment("a 5 10:10:"), moment("a 5 11:11:"));

        let known = Known::default();
        known.learn(&read(&before));
        known.learn_page(&before, &list, &page);
        assert!(known.page(&before, &list).is_some());
        assert!(known.page(&behind, &list).is_none());
        known.learn(&read(&behind));
        known.learn_page(&before, &list, &page);
        assert!(known.page(&before, &list).is_none());
        assert!(known.page(&behind, &list).is_none());
    }
}
