//! What came of a walk, when it is over: what is told, what tells of it already, whom it reaches.

use crate::diff::change::Change;
use crate::diff::rules::Class;
use crate::diff::walk::causes;
use crate::diff::walk::causes::Found;
use crate::diff::walk::graph::{PairId, VertexId, Walk};
use crate::diff::walk::node::Pair;
use std::collections::{BTreeSet, HashSet};

impl Walk<'_> {
    /// Every cause once, in the order found, each with the operations that it reaches.
    pub(crate) fn into_changes(mut self) -> Vec<Change> {
        self.walk_waiting();
        self.settle();
        self.leave_to_references();
        let with_changes: Vec<VertexId> = (0..self.vertices.len())
            .filter(|&vertex| !self.vertices[vertex].changes.is_empty())
            .collect();
        let mut parents: Vec<Vec<VertexId>> = vec![Vec::new(); self.vertices.len()];
        for (id, vertex) in self.vertices.iter().enumerate() {
            for &child in &vertex.children {
                parents[child].push(id);
            }
        }
        let root = Pair::of_documents(self.base, self.revision);
        let mut found = Vec::new();
        for id in with_changes {
            let operations = self.operations_above(id, &parents);
            let place = self.vertices[id]
                .place
                .clone()
                .unwrap_or_else(|| root.clone());
            for change in std::mem::take(&mut self.vertices[id].changes) {
                found.push(Found {
                    change,
                    place: place.clone(),
                    operations: operations.clone(),
                });
            }
        }
        let named = |cause: Found<'_>| {
            let mut change = cause.change;
            let names = cause
                .operations
                .iter()
                .filter_map(|&vertex| self.vertices[vertex].operation.clone());
            change.operations = names.collect();
            change.operations.dedup();
            change
        };
        let causes = causes::together(found, &root);
        causes.into_iter().map(named).collect()
    }

    /// The operations that reach a node, in the document's order, in which their nodes are numbered.
    fn operations_above(&self, vertex: VertexId, parents: &[Vec<VertexId>]) -> BTreeSet<VertexId> {
        let mut seen = HashSet::from([vertex]);
        let mut pending = vec![vertex];
        let mut found = BTreeSet::new();
        while let Some(vertex) = pending.pop() {
            if self.vertices[vertex].operation.is_some() {
                found.insert(vertex);
                continue;
            }
            pending.extend(
                parents[vertex]
                    .iter()
                    .copied()
                    .filter(|&parent| seen.insert(parent)),
            );
        }
        found
    }

    /// Puts stand-ins among the changes where nothing as grave was found below.
    fn settle(&mut self) {
        // Those within others come after them.
        for id in (0..self.vertices.len()).rev() {
            let Some(change) = self.vertices[id].stands_in.take() else {
                continue;
            };
            if self.gravest_below(id) < Some(change.class) {
                self.vertices[id].changes.push(change);
            }
        }
    }

    fn gravest_below(&self, vertex: VertexId) -> Option<Class> {
        let mut seen = HashSet::from([vertex]);
        let mut pending = vec![vertex];
        let mut gravest = None;
        while let Some(id) = pending.pop() {
            let vertex = &self.vertices[id];
            gravest = gravest.max(vertex.changes.iter().map(|change| change.class).max());
            pending.extend(
                vertex
                    .children
                    .iter()
                    .copied()
                    .filter(|&child| seen.insert(child)),
            );
        }
        gravest
    }

    /// Takes out what is told by the pairs that it comes from. They must not be blamed for more than
    /// that: what they tell has to be as grave, and no graver. A text is read in whichever direction.
    fn leave_to_references(&mut self) {
        for id in 0..self.vertices.len() {
            let pairs = std::mem::take(&mut self.vertices[id].comes_from);
            if pairs.is_empty() {
                continue;
            }
            let known = |pair: &PairId| self.pairs.get(pair).copied();
            let is_read = pairs.iter().all(|pair| {
                let (base, revision, direction) = pair;
                let other_way = (base.clone(), revision.clone(), direction.reversed());
                known(pair).or_else(|| known(&other_way)).is_some()
            });
            let walked: Option<Vec<VertexId>> = pairs.iter().map(known).collect();
            let gravest = walked.as_ref().and_then(|vertices| {
                vertices
                    .iter()
                    .filter_map(|&vertex| self.gravest_below(vertex))
                    .max()
            });
            let is_told = |change: &Change| match change.class {
                Class::Docs => is_read,
                Class::Additive | Class::Unproven | Class::Breaking => {
                    gravest == Some(change.class)
                }
            };
            let (told, kept): (Vec<Change>, Vec<Change>) =
                std::mem::take(&mut self.vertices[id].changes)
                    .into_iter()
                    .partition(is_told);
            self.vertices[id].changes = kept;
            if told.iter().any(|change| change.class != Class::Docs) {
                self.vertices[id]
                    .children
                    .extend(walked.into_iter().flatten());
            }
        }
    }
}
