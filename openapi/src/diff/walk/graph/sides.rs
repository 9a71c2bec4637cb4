//! The schemas of both documents as those of a sender and a receiver, each self-contained.

use std::rc::Rc;

use serde_json::Value;

use crate::diff::walk::graph::Walk;
use crate::diff::walk::node::Pair;
use crate::diff::walk::witness::{Whole, WholeId};
use crate::schema::{Bundle, Direction};

impl<'a> Walk<'a> {
    /// Returns a schema of the base and one of the revision, each self-contained, as those of the sender and the
    /// receiver of messages in this direction.
    pub(crate) fn sides(
        &self,
        base: &Value,
        revision: &Value,
        direction: Direction,
    ) -> (Rc<Bundle>, Rc<Bundle>) {
        let bundlers = self.schemas.in_direction(direction);
        let base = bundlers.base.bundle(base);
        let revision = bundlers.revision.bundle(revision);
        match direction {
            Direction::Request => (base, revision),
            Direction::Response => (revision, base),
        }
    }

    /// Returns what [`Self::sides`] does; `None` when one of the schemas has more than `limit` nodes.
    pub(crate) fn sides_within(
        &self,
        base: &Value,
        revision: &Value,
        direction: Direction,
        limit: usize,
    ) -> Option<(Rc<Bundle>, Rc<Bundle>)> {
        let bundlers = self.schemas.in_direction(direction);
        let base = bundlers.base.bundle_within(base, limit)?;
        let revision = bundlers.revision.bundle_within(revision, limit)?;
        Some(match direction {
            Direction::Request => (base, revision),
            Direction::Response => (revision, base),
        })
    }

    /// Returns what both sides say of a whole message; `None` where one of its schemas is not valid.
    pub(crate) fn whole(&self, pair: &Pair<'a>, direction: Direction) -> Option<Rc<Whole>> {
        self.schemas.wholes.get(WholeId::of(pair, direction), |_| {
            let (base, revision) = (pair.base.value, pair.revision.value);
            Whole::of(self.sides(base, revision, direction)).map(Rc::new)
        })
    }
}
