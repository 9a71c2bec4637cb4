//! Alternatives of a `oneOf` that stay exclusive though the whole is not proven.

use crate::diff::schema::unions::traits::Traits;
use crate::diff::schema::unions::{Branches, LIMIT};
use crate::diff::walk::{Pair, Walk};
use crate::relation::is_included;
use crate::schema::Direction;

impl<'a> Branches<'a> {
    /// Returns whether a value that is sent is in at most one of the receiver's alternatives, if it is in only one of the
    /// sender's: each of the others excludes it, or accepts nothing that its counterpart refused.
    pub(crate) fn stay_exclusive(&self, walk: &mut Walk<'a>, direction: Direction) -> bool {
        let is_request = direction == Direction::Request;
        let (sender, receiver) = match direction {
            Direction::Request => (walk.base, walk.revision),
            Direction::Response => (walk.revision, walk.base),
        };
        let (sent_only, received_only) = match direction {
            Direction::Request => (&self.removed, &self.added),
            Direction::Response => (&self.added, &self.removed),
        };
        let mut sent = Vec::new();
        let mut received = Vec::new();
        for pair in &self.pairs {
            let (old, new) = (&pair.base, &pair.revision);
            let (from, to) = if is_request { (old, new) } else { (new, old) };
            sent.push(Traits::of(sender, from));
            received.push((Traits::of(receiver, to), Some(pair)));
        }
        sent.extend(sent_only.iter().map(|branch| Traits::of(sender, branch)));
        received.extend(
            received_only
                .iter()
                .map(|branch| (Traits::of(receiver, branch), None)),
        );
        received.iter().enumerate().all(|(index, (to, pair))| {
            let mut others = sent.iter().enumerate();
            others.all(|(other, from)| (pair.is_some() && other == index) || from.excludes(to))
                || pair.is_some_and(|pair| is_narrowed(walk, pair, direction))
        })
    }
}

/// Returns whether the sender's schema is proven to accept all that the receiver's accepts.
fn is_narrowed(walk: &mut Walk<'_>, pair: &Pair<'_>, direction: Direction) -> bool {
    walk.same_assertions(pair)
        || (walk.sides_within(pair.base.value, pair.revision.value, direction, LIMIT))
            .is_some_and(|(sender, receiver)| is_included(&receiver, &sender))
}
