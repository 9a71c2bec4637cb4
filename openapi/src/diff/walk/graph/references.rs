//! The walk through references: what several places refer to is walked once.

use crate::diff::walk::graph::{Vertex, Walk, pair_id};
use crate::diff::walk::node::{Node, Pair, follow, follow_schema};
use crate::schema::Direction;

impl<'a> Walk<'a> {
    /// Returns both nodes with their references followed.
    pub(crate) fn followed(&self, pair: &Pair<'a>) -> Pair<'a> {
        Pair {
            base: follow(self.base, &pair.base),
            revision: follow(self.revision, &pair.revision),
        }
    }

    /// Returns the schemas that both schemas refer to.
    pub(crate) fn followed_schemas(&self, pair: &Pair<'a>) -> Pair<'a> {
        Pair {
            base: follow_schema(self.base, &pair.base),
            revision: follow_schema(self.revision, &pair.revision),
        }
    }

    /// Records findings that come from differences in the schemas that are referred to, and from nothing else: where
    /// those are walked by themselves, the findings are not reported twice.
    pub(crate) fn blaming_references(
        &mut self,
        references: &[Pair<'a>],
        direction: Direction,
        record: impl FnOnce(&mut Self),
    ) {
        let mut comes_from = Vec::new();
        for pair in references {
            if !self.same(pair) {
                comes_from.push(pair_id(&self.followed_schemas(pair), direction));
            }
        }
        let vertex = self.admit(Vertex {
            comes_from,
            ..Vertex::default()
        });
        self.within(vertex, record);
    }

    /// Walks what both nodes contain or refer to, in a separate vertex. Where both refer, all that refer to the same
    /// pair share that vertex.
    pub(crate) fn through_references(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self, &Pair<'a>),
    ) {
        self.through(pair, &self.followed(pair), direction, walk);
    }

    /// Walks the schemas that both schemas refer to as [`Self::through_references`] does.
    pub(crate) fn through_schema_references(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self, &Pair<'a>),
    ) {
        self.through(pair, &self.followed_schemas(pair), direction, walk);
    }

    fn through(
        &mut self,
        pair: &Pair<'a>,
        target: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self, &Pair<'a>),
    ) {
        if self.same(pair) {
            return;
        }
        let refers = |from: &Node<'_>, to: &Node<'_>| from.pointer != to.pointer;
        if refers(&pair.base, &target.base) && refers(&pair.revision, &target.revision) {
            self.in_pair_of(Some(pair), target, direction, |inner| walk(inner, target));
        } else {
            let vertex = self.admit(Vertex {
                place: Some(target.clone()),
                ..Vertex::default()
            });
            self.within(vertex, |inner| walk(inner, target));
        }
    }
}
