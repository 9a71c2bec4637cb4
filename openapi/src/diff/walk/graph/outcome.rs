//! The result of a finished walk: which findings are reported, and which operations they reach.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::change::Change;
use crate::diff::rules::Class;
use crate::diff::sides::{Side, Sides};
use crate::diff::walk::causes::{self, Placed};
use crate::diff::walk::deprecation::stability;
use crate::diff::walk::finding::Finding;
use crate::diff::walk::graph::bounds::Bound;
use crate::diff::walk::graph::{PairId, VertexId, Walk};
use crate::diff::walk::node::Pair;
use crate::document::Document;
use crate::hashed::{HashMap, HashSet};
use crate::pointer;

impl Walk<'_> {
    /// Returns every cause once, in the order found, each with the operations that it reaches.
    pub(crate) fn into_changes(mut self) -> Vec<Change> {
        self.walk_waiting();
        self.report_stand_ins();
        self.leave_to_references();
        let mut parents: Vec<Vec<(VertexId, Bound)>> = vec![Vec::new(); self.vertices.len()];
        for (id, vertex) in self.vertices.iter().enumerate() {
            for (&child, &bound) in &vertex.children {
                parents[child].push((id, bound));
            }
        }
        let bounds = self.reached_from(0);
        let root = Pair::of_documents(self.base, self.revision);
        let mut placed = Vec::new();
        for id in 0..self.vertices.len() {
            if self.vertices[id].findings.is_empty() {
                continue;
            }
            let bound = bounds.get(&id).copied().unwrap_or(Bound::Free);
            let mut operations = BTreeMap::new();
            let place = self.vertices[id].place.clone();
            let place = place.unwrap_or_else(|| root.clone());
            let references = self.changed_references(id);
            for mut finding in std::mem::take(&mut self.vertices[id].findings) {
                finding.change = bound.limited(finding.change);
                let least = Bound::for_change(&finding.change);
                let operations = operations
                    .entry(least)
                    .or_insert_with(|| self.operations_above(id, &parents, least));
                let sides = &mut finding.change.sides;
                self.locate(sides, &place);
                if let Some(references) = &references {
                    self.blame(references, sides, &place);
                }
                finding.edit = finding
                    .edit
                    .or_else(|| self.edit_of_a_shared_text(&finding.change));
                placed.push(Placed {
                    finding,
                    place: place.clone(),
                    operations: operations.clone(),
                });
            }
        }
        let named = |cause: Placed<'_>| {
            let mut change = cause.finding.change;
            let vertices = cause.operations.iter();
            let names = vertices.filter_map(|&vertex| self.vertices[vertex].operation.clone());
            change.operations = names.collect();
            change.operations.dedup();
            let mut operations = cause.operations.iter();
            let is_allowed = operations.all(|&vertex| self.vertices[vertex].may_change);
            if is_allowed && !change.operations.is_empty() {
                change = stability::lowered(change, self.options.promised_from);
            }
            change
        };
        let causes = causes::merged(placed, &root);
        causes.into_iter().map(named).collect()
    }

    /// Finds what would contain the change on the side that lacks it, unless that is known: in the part of both
    /// documents in which the change was found.
    fn locate(&self, sides: &mut Sides, place: &Pair<'_>) {
        let (there, from, other, document) = match (&sides.base, &sides.revision) {
            (Some(base), None) => (base, &place.base, &place.revision, self.revision),
            (None, Some(revision)) => (revision, &place.revision, &place.base, self.base),
            (Some(_), Some(_)) | (None, None) => return,
        };
        let mut holder = sides.holder.take();
        if let Some(object) = &holder
            && let Some((list, _)) = there.rsplit_once('/')
        {
            let list = pointer::join(object, &pointer::last(list));
            holder = document.at(&list).map(|_| list).or(holder);
        }
        let mut below = pointer::below(there, &from.pointer).unwrap_or_default();
        while let Some((outer, _)) = below.rsplit_once('/')
            && holder.is_none()
        {
            below = outer;
            let pointer = format!("{}{outer}", other.pointer);
            holder = document.at(&pointer).map(|_| pointer);
        }
        sides.holder = Some(holder.unwrap_or_else(|| other.pointer.clone()));
    }

    /// Returns the references that lead to a vertex, if they name different components.
    fn changed_references(&self, vertex: VertexId) -> Option<(String, String)> {
        let references = self.vertices[vertex].references.as_ref()?;
        let target = |document: &Document, reference: &str| {
            let reference = document.at(reference)?.get("$ref")?.as_str()?;
            pointer::of_reference(reference)
        };
        let mut base = references.base.pointer.clone();
        let mut revision = references.revision.pointer.clone();
        // A component may be only a reference, and it may be that one that was changed.
        loop {
            let old = target(self.base, &base)?;
            let new = target(self.revision, &revision)?;
            if old != new {
                return Some((base, revision));
            }
            (base, revision) = (old, new);
        }
    }

    /// Names the references as the place of a change that no edit of the components themselves made.
    fn blame(&self, references: &(String, String), sides: &mut Sides, components: &Pair<'_>) {
        let [old, new] = [&components.base, &components.revision].map(|node| &node.pointer);
        let was_there = self.base.at(new);
        let is_blamed = match sides.side() {
            Side::Revision => was_there == Some(components.revision.value),
            // Where it was removed, the component still has it.
            Side::Base => was_there.is_some() || self.revision.at(old).is_some(),
        };
        if is_blamed {
            sides.references = Some(references.clone());
        }
    }

    /// Returns the edit of a text that stands in several places, if the change is in one.
    fn edit_of_a_shared_text(&self, change: &Change) -> Option<String> {
        let location = &change.location;
        let [base, revision] = [self.base, self.revision].map(|side| side.shared_text_at(location));
        base.zip(revision)
            .map(|(base, revision)| format!("{base} {revision}"))
    }

    /// Returns the operations that reach a vertex within that bound, in the document's order, which is the order of their
    /// vertices.
    fn operations_above(
        &self,
        vertex: VertexId,
        parents: &[Vec<(VertexId, Bound)>],
        least: Bound,
    ) -> BTreeSet<VertexId> {
        let mut seen = HashSet::from_iter([vertex]);
        let mut pending = vec![vertex];
        let mut operations = BTreeSet::new();
        while let Some(vertex) = pending.pop() {
            if self.vertices[vertex].operation.is_some() {
                operations.insert(vertex);
                continue;
            }
            let above = parents[vertex].iter();
            let above = above.filter(|(_, bound)| *bound >= least);
            pending.extend(above.filter_map(|&(id, _)| seen.insert(id).then_some(id)));
        }
        operations
    }

    /// Turns stand-ins into findings where nothing as grave was found below.
    fn report_stand_ins(&mut self) {
        // Those within others have greater ids.
        for id in (0..self.vertices.len()).rev() {
            let Some(change) = self.vertices[id].stand_in.take() else {
                continue;
            };
            if self.gravest_below(id) < Some(change.class) {
                self.vertices[id].findings.push(change.into());
            }
        }
    }

    fn gravest_below(&self, vertex: VertexId) -> Option<Class> {
        let reached = self.reached_from(vertex).into_iter();
        let classes = reached.flat_map(|(id, bound)| {
            let findings = self.vertices[id].findings.iter();
            findings.map(move |finding| bound.limit(&finding.change))
        });
        classes.max()
    }

    /// Returns what is reached from a vertex, itself included, each with its bound.
    fn reached_from(&self, vertex: VertexId) -> HashMap<VertexId, Bound> {
        let mut bounds = HashMap::from_iter([(vertex, Bound::Free)]);
        let mut pending = vec![(vertex, Bound::Free)];
        while let Some((id, bound)) = pending.pop() {
            for (&child, &edge) in &self.vertices[id].children {
                let bound = bound.min(edge);
                if bounds.get(&child).is_none_or(|known| *known < bound) {
                    bounds.insert(child, bound);
                    pending.push((child, bound));
                }
            }
        }
        bounds
    }

    /// Removes the findings that the pairs they come from report. Those pairs must report something exactly as grave.
    /// The direction does not matter to a text.
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
                let classes = vertices.iter().map(|&vertex| self.gravest_below(vertex));
                classes.flatten().max()
            });
            let is_reported = |finding: &Finding| match finding.change.class {
                Class::Docs => is_read,
                // What the whole sends less is what left it.
                Class::Additive => {
                    matches!(gravest, Some(Class::Additive | Class::Warning))
                }
                class @ (Class::Warning | Class::Unproven | Class::Breaking) => {
                    gravest == Some(class)
                }
            };
            let (reported, kept): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.vertices[id].findings)
                    .into_iter()
                    .partition(is_reported);
            self.vertices[id].findings = kept;
            if reported
                .iter()
                .any(|finding| finding.change.class != Class::Docs)
            {
                let below = walked.into_iter().flatten();
                self.vertices[id]
                    .children
                    .extend(below.map(|child| (child, Bound::Free)));
            }
        }
    }
}
