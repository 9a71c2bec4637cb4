//! The walk and its graph: what was found where, and which operation reaches it.
//!
//! Each operation and each pair of components is a vertex with the findings in its own text. A finding is reported
//! once, with every operation from which its vertex can be reached.

mod bounds;
mod outcome;
mod references;
mod schemas;
mod sides;

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::message::Message;
use crate::diff::options::Options;
use crate::diff::rules::{Class, Rule};
use crate::diff::sides::Sides;
use crate::diff::walk::deprecation::stability;
use crate::diff::walk::equality::Equality;
use crate::diff::walk::finding::Finding;
use crate::diff::walk::node::{Matched, Pair};
use crate::document::Document;
use crate::hashed::{HashMap, HashSet};
use crate::relation::Relation;
use crate::schema::Direction;

use bounds::Bound;
use schemas::Schemas;

pub(crate) type VertexId = usize;

/// A pair of components by their pointers, and the direction of the messages that they describe.
type PairId = (String, String, Direction);

fn pair_id(pair: &Pair<'_>, direction: Direction) -> PairId {
    let (base, revision) = (&pair.base.pointer, &pair.revision.pointer);
    (base.clone(), revision.clone(), direction)
}

#[derive(Default)]
struct Vertex<'a> {
    operation: Option<String>,
    /// Whether it is an operation that the base does not call stable yet.
    may_change: bool,
    /// The part of both documents that is walked; the parent's where none is given.
    place: Option<Pair<'a>>,
    /// The references through which it was first reached.
    references: Option<Pair<'a>>,
    findings: Vec<Finding>,
    /// The change to report if nothing as grave is found below.
    stand_in: Option<Change>,
    /// The pairs that the findings come from: where those are walked as well, they report the cause.
    comes_from: Vec<PairId>,
    /// What is reached from here, and what differences there mean here at most.
    children: BTreeMap<VertexId, Bound>,
}

/// One comparison in progress.
pub(crate) struct Walk<'a> {
    pub(crate) base: &'a Document,
    pub(crate) revision: &'a Document,
    pub(crate) options: Options,
    equality: Equality,
    equality_of_assertions: Equality,
    schemas: Schemas<'a>,
    vertices: Vec<Vertex<'a>>,
    pairs: HashMap<PairId, VertexId>,
    /// The pairs of schemas that are being compared, one within another.
    in_progress: HashSet<PairId>,
    /// The schemas of each document that were searched for contradictions.
    pub(crate) searched: [HashSet<String>; 2],
    /// The flows and scopes of security schemes, by their pointers, whose changes are reported where they are demanded.
    pub(crate) told: HashSet<String>,
    current: VertexId,
    /// What differences in what is referred to mean at most where the walk is.
    bound: Bound,
    /// How many pairs are being walked one within another.
    nested: usize,
    /// Pairs that were too deeply nested and are walked at the end, by their vertices.
    waiting: VecDeque<(VertexId, Deferred<'a>)>,
}

/// The walk of a pair that waits.
type Deferred<'a> = Box<dyn FnOnce(&mut Walk<'a>) + 'a>;

/// The most pairs of schemas that are walked one within another.
const DEEPEST: usize = 50;

impl<'a> Walk<'a> {
    pub(crate) fn new(base: &'a Document, revision: &'a Document, options: Options) -> Self {
        Self {
            base,
            revision,
            options,
            // The name of a component is that of its element in XML.
            equality: Equality::new(
                options.component_names || base.may_have_xml() || revision.may_have_xml(),
            ),
            equality_of_assertions: Equality::of_assertions(),
            schemas: Schemas::new(base, revision),
            vertices: vec![Vertex::default()],
            pairs: HashMap::default(),
            in_progress: HashSet::default(),
            searched: Default::default(),
            told: HashSet::default(),
            current: 0,
            bound: Bound::Free,
            nested: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Returns whether both nodes are equal in every class.
    pub(crate) fn same(&mut self, pair: &Pair<'_>) -> bool {
        self.same_values(pair.base.value, pair.revision.value)
    }

    /// Returns whether a value of the base and one of the revision are equal in every class.
    pub(crate) fn same_values(&mut self, base: &Value, revision: &Value) -> bool {
        self.equality
            .holds((self.base, base), (self.revision, revision))
    }

    /// Returns whether what both documents have at a pointer is equal in every class.
    pub(crate) fn same_at(&mut self, pointer: &str) -> bool {
        let (base, revision) = (self.base, self.revision);
        self.equality
            .targets_match(base, pointer.to_owned(), revision, pointer.to_owned())
    }

    /// Returns whether the assertions of both schemas are equal by text; annotations are ignored.
    pub(crate) fn same_assertions(&mut self, pair: &Pair<'_>) -> bool {
        let (base, revision) = (pair.base.value, pair.revision.value);
        self.equality_of_assertions
            .holds((self.base, base), (self.revision, revision))
    }

    /// Records a finding in the current vertex.
    pub(crate) fn record(&mut self, finding: impl Into<Finding>) {
        self.vertices[self.current].findings.push(finding.into());
    }

    /// Returns how many findings the current vertex has.
    pub(crate) fn recorded(&self) -> usize {
        self.vertices[self.current].findings.len()
    }

    /// Returns the changes that were recorded in the current vertex after the first `count`.
    pub(crate) fn recorded_since(&self, count: usize) -> impl Iterator<Item = &Change> {
        let since = &self.vertices[self.current].findings[count..];
        since.iter().map(|finding| &finding.change)
    }

    /// Removes from those the changes that are void.
    pub(crate) fn forget_since(&mut self, count: usize, is_void: impl Fn(&Change) -> bool) {
        let findings = &mut self.vertices[self.current].findings;
        let since = findings.split_off(count).into_iter();
        findings.extend(since.filter(|finding| !is_void(&finding.change)));
    }

    /// Records a change that has no witness.
    pub(crate) fn note(
        &mut self,
        rule: Rule,
        class: Class,
        at: impl Into<Sides>,
        message: Message,
    ) {
        self.record(Change::new(rule, class, at, message));
    }

    /// Records a change of messages: breaking with a message that worked and no longer does, additive without one.
    pub(crate) fn decide(
        &mut self,
        rule: Rule,
        at: impl Into<Sides>,
        message: Message,
        witness: Option<Value>,
    ) {
        let class = if witness.is_some() {
            Class::Breaking
        } else {
            Class::Additive
        };
        self.record(Change {
            witness,
            ..Change::new(rule, class, at, message)
        });
    }

    /// Walks an operation in a vertex of its own; everything reached from it is reported with its name.
    pub(crate) fn in_operation(
        &mut self,
        name: String,
        operation: &Matched<'a>,
        walk: impl FnOnce(&mut Self),
    ) {
        let (base, place) = match operation {
            Matched::Pair(pair) => (Some(&pair.base), Some(pair.clone())),
            Matched::Removed(node) => (Some(node), None),
            Matched::Added(_) => (None, None),
        };
        let vertex = self.admit(Vertex {
            operation: Some(name),
            may_change: base
                .is_some_and(|base| stability::may_change(base, self.options.promised_from)),
            place,
            ..Vertex::default()
        });
        self.within(vertex, walk);
    }

    /// Walks a pair of components, unless that was done or is being done.
    pub(crate) fn in_pair(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self),
    ) {
        self.in_pair_of(None, pair, direction, walk);
    }

    /// Walks the pair that references lead to, unless that was done or is being done.
    fn in_pair_of(
        &mut self,
        references: Option<&Pair<'a>>,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self),
    ) {
        let key = pair_id(pair, direction);
        if let Some(&vertex) = self.pairs.get(&key) {
            self.link(vertex);
            return;
        }
        let vertex = self.admit(Vertex {
            place: Some(pair.clone()),
            references: references.cloned(),
            ..Vertex::default()
        });
        self.pairs.insert(key, vertex);
        self.within(vertex, walk);
    }

    /// Returns whether the components at a pointer of both documents were walked as a pair.
    pub(crate) fn has_walked(&self, pointer: &str) -> bool {
        [Direction::Request, Direction::Response]
            .into_iter()
            .any(|direction| {
                let id = (pointer.to_owned(), pointer.to_owned(), direction);
                self.pairs.contains_key(&id)
            })
    }

    /// Compares a pair, unless that is being done: what it contains may lead back to it.
    pub(crate) fn once_at_a_time(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        compare: impl FnOnce(&mut Self),
    ) {
        let id = pair_id(pair, direction);
        if self.in_progress.insert(id.clone()) {
            compare(self);
            self.in_progress.remove(&id);
        }
    }

    /// Walks the pair that references lead to as [`Self::in_pair`] does, or later where it is nested too deeply: a
    /// chain of components may be as long as the document, but the stack may not.
    pub(crate) fn in_pair_in_turn(
        &mut self,
        references: &Pair<'a>,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self) + 'a,
    ) {
        if self.nested == DEEPEST {
            let mut waiting = None;
            let note = |inner: &mut Self| waiting = Some(inner.current);
            self.in_pair_of(Some(references), pair, direction, note);
            if let Some(vertex) = waiting {
                self.waiting.push_back((vertex, Box::new(walk)));
            }
            return;
        }
        self.nested += 1;
        self.in_pair_of(Some(references), pair, direction, walk);
        self.nested -= 1;
    }

    /// Walks the pairs that wait.
    fn walk_waiting(&mut self) {
        while let Some((vertex, walk)) = self.waiting.pop_front() {
            self.within(vertex, walk);
        }
    }

    fn admit(&mut self, mut vertex: Vertex<'a>) -> VertexId {
        let id = self.vertices.len();
        if vertex.place.is_none() {
            vertex.place.clone_from(&self.vertices[self.current].place);
        }
        self.vertices.push(vertex);
        self.link(id);
        id
    }

    fn within(&mut self, vertex: VertexId, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.current, vertex);
        let bound = std::mem::replace(&mut self.bound, Bound::Free);
        walk(self);
        self.current = outer;
        self.bound = bound;
    }

    /// Walks what two wholes of this relation refer to.
    pub(crate) fn within_wholes(&mut self, relation: &Relation, walk: impl FnOnce(&mut Self)) {
        let bound = self.bound.min(Bound::of(relation));
        let outer = std::mem::replace(&mut self.bound, bound);
        walk(self);
        self.bound = outer;
    }

    /// Records that a vertex is reached from the current one.
    fn link(&mut self, vertex: VertexId) {
        let children = &mut self.vertices[self.current].children;
        let known = children.entry(vertex).or_insert(self.bound);
        *known = self.bound.max(*known);
    }

    /// Walks parts that together are known to make `change`, which is reported unless the walk finds something as
    /// grave in one of them.
    pub(crate) fn with_stand_in(&mut self, change: Change, walk: impl FnOnce(&mut Self)) {
        let vertex = self.admit(Vertex {
            stand_in: Some(change),
            ..Vertex::default()
        });
        self.within(vertex, walk);
    }
}
