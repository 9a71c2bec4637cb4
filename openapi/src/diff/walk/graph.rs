//! The walk's memory: what was found where, and which operation reaches it.
//!
//! Each operation and each pair of components is a node that holds the changes found in its own
//! text. A change is reported once, with every operation from which its node can be reached.

mod outcome;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::diff::change::Change;
use crate::diff::options::Options;
use crate::diff::rules::{Class, Rule};
use crate::diff::walk::equality::Equality;
use crate::diff::walk::node::{Node, Pair, follow};
use crate::document::Document;
use crate::schema::{self, Direction};

pub(crate) type VertexId = usize;

/// A pair of components by their pointers, and the way in which what they describe goes.
type PairId = (String, String, Direction);

fn pair_id(pair: &Pair<'_>, direction: Direction) -> PairId {
    let (base, revision) = (&pair.base.pointer, &pair.revision.pointer);
    (base.clone(), revision.clone(), direction)
}

#[derive(Default)]
struct Vertex<'a> {
    operation: Option<String>,
    /// The part of both documents that is walked: where nothing is said, its parent's.
    place: Option<Pair<'a>>,
    changes: Vec<Change>,
    /// Stands for what was found below, where none of that is as grave.
    stands_in: Option<Change>,
    /// The pairs that its changes come from: where those are walked as well, they tell.
    comes_from: Vec<PairId>,
    children: HashSet<VertexId>,
}

/// One comparison under way.
pub(crate) struct Walk<'a> {
    pub(crate) base: &'a Document,
    pub(crate) revision: &'a Document,
    pub(crate) options: Options,
    equality: Equality,
    equality_of_assertions: Equality,
    vertices: Vec<Vertex<'a>>,
    pairs: HashMap<PairId, VertexId>,
    current: VertexId,
    /// How many pairs are being walked one within another.
    nested: usize,
    /// Pairs whose turn is yet to come, by their nodes.
    waiting: VecDeque<(VertexId, Turn<'a>)>,
}

/// The walk of a pair that waits.
type Turn<'a> = Box<dyn FnOnce(&mut Walk<'a>) + 'a>;

/// The most pairs of schemas that are walked one within another.
const DEEPEST: usize = 50;

impl<'a> Walk<'a> {
    pub(crate) fn new(base: &'a Document, revision: &'a Document, options: Options) -> Self {
        Self {
            base,
            revision,
            options,
            equality: Equality::new(options.component_names),
            equality_of_assertions: Equality::of_assertions(),
            vertices: vec![Vertex::default()],
            pairs: HashMap::new(),
            current: 0,
            nested: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Whether both places are equal in every class.
    pub(crate) fn same(&mut self, pair: &Pair<'_>) -> bool {
        self.same_values(pair.base.value, pair.revision.value)
    }

    /// Whether a value of the base and one of the revision are equal in every class.
    pub(crate) fn same_values(&mut self, base: &Value, revision: &Value) -> bool {
        self.equality
            .holds((self.base, base), (self.revision, revision))
    }

    /// Whether both schemas accept the same, by text and apart from what only a reader sees.
    pub(crate) fn same_assertions(&mut self, pair: &Pair<'_>) -> bool {
        let (base, revision) = (pair.base.value, pair.revision.value);
        self.equality_of_assertions
            .holds((self.base, base), (self.revision, revision))
    }

    /// Records a change in the node that is being walked.
    pub(crate) fn record(&mut self, change: Change) {
        self.vertices[self.current].changes.push(change);
    }

    /// How many changes were recorded in the node that is being walked.
    pub(crate) fn recorded(&self) -> usize {
        self.vertices[self.current].changes.len()
    }

    /// The changes that were recorded there after so many.
    pub(crate) fn recorded_since(&self, before: usize) -> &[Change] {
        &self.vertices[self.current].changes[before..]
    }

    /// Takes back those of them that `is_void`.
    pub(crate) fn forget_since(&mut self, before: usize, is_void: impl Fn(&Change) -> bool) {
        let changes = &mut self.vertices[self.current].changes;
        let since = changes.split_off(before);
        changes.extend(since.into_iter().filter(|change| !is_void(change)));
    }

    /// Records a change that has no witness.
    pub(crate) fn note(&mut self, rule: Rule, class: Class, location: &Node<'_>, message: String) {
        self.record(Change {
            rule,
            class,
            location: location.pointer.clone(),
            more_places: Vec::new(),
            operations: Vec::new(),
            message,
            witness: None,
            witness_schema: None,
            base: None,
            revision: None,
            waived: None,
        });
    }

    /// Records a difference between messages: breaking where a message that worked and no longer
    /// does is given, additive where there is none.
    pub(crate) fn decide(
        &mut self,
        rule: Rule,
        location: &Node<'_>,
        message: String,
        breaks: Option<Value>,
    ) {
        let class = if breaks.is_some() {
            Class::Breaking
        } else {
            Class::Additive
        };
        self.note(rule, class, location, message);
        if let Some(change) = self.last() {
            change.witness = breaks;
        }
    }

    /// A schema of the base and one of the revision, each on its own, as the sender's and the
    /// receiver's of what flows this way.
    pub(crate) fn sides(
        &self,
        base: &Value,
        revision: &Value,
        direction: Direction,
    ) -> (Value, Value) {
        let base = schema::bundle_value(self.base, base, Some(direction));
        let revision = schema::bundle_value(self.revision, revision, Some(direction));
        match direction {
            Direction::Request => (base, revision),
            Direction::Response => (revision, base),
        }
    }

    /// As [`Self::sides`]; `None` when one of them is made of more than `limit` nodes.
    pub(crate) fn sides_within(
        &self,
        pair: &Pair<'_>,
        direction: Direction,
        limit: usize,
    ) -> Option<(Value, Value)> {
        let (base, revision) = (pair.base.value, pair.revision.value);
        let base = schema::bundle_within(self.base, base, Some(direction), limit)?;
        let revision = schema::bundle_within(self.revision, revision, Some(direction), limit)?;
        Some(match direction {
            Direction::Request => (base, revision),
            Direction::Response => (revision, base),
        })
    }

    /// The change recorded last, to be completed.
    pub(crate) fn last(&mut self) -> Option<&mut Change> {
        self.vertices[self.current].changes.last_mut()
    }

    /// Walks an operation in a node of its own; its name goes to all that is reached from it. `place`
    /// is where both documents have it.
    pub(crate) fn in_operation(
        &mut self,
        name: String,
        place: Option<Pair<'a>>,
        walk: impl FnOnce(&mut Self),
    ) {
        let vertex = self.admit(Vertex {
            operation: Some(name),
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
        let key = pair_id(pair, direction);
        if let Some(&vertex) = self.pairs.get(&key) {
            self.vertices[self.current].children.insert(vertex);
            return;
        }
        let vertex = self.admit(Vertex {
            place: Some(pair.clone()),
            ..Vertex::default()
        });
        self.pairs.insert(key, vertex);
        self.within(vertex, walk);
    }

    /// As [`Self::in_pair`], for what refers to more of its kind without end: a chain of components may be
    /// as long as the document, the stack is not, so that what is nested too deeply waits its turn.
    pub(crate) fn in_pair_in_turn(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self) + 'a,
    ) {
        if self.nested == DEEPEST {
            let mut waiting = None;
            self.in_pair(pair, direction, |inner| waiting = Some(inner.current));
            if let Some(vertex) = waiting {
                self.waiting.push_back((vertex, Box::new(walk)));
            }
            return;
        }
        self.nested += 1;
        self.in_pair(pair, direction, walk);
        self.nested -= 1;
    }

    /// Walks what waits its turn.
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
        self.vertices[self.current].children.insert(id);
        id
    }

    fn within(&mut self, vertex: VertexId, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.current, vertex);
        walk(self);
        self.current = outer;
    }

    /// Both places with the references there followed.
    pub(crate) fn followed(&self, pair: &Pair<'a>) -> Pair<'a> {
        Pair {
            base: follow(self.base, &pair.base),
            revision: follow(self.revision, &pair.revision),
        }
    }

    /// Walks parts of which it is known that together they make `change`, which is reported unless
    /// the walk finds something as grave in one of them.
    pub(crate) fn with_stand_in(&mut self, change: Change, walk: impl FnOnce(&mut Self)) {
        let vertex = self.admit(Vertex {
            stands_in: Some(change),
            ..Vertex::default()
        });
        self.within(vertex, walk);
    }

    /// Records what comes of differences in what is referred to, and of nothing else: where those
    /// are walked by themselves, they are not told twice.
    pub(crate) fn blaming_references(
        &mut self,
        referred: &[Pair<'a>],
        direction: Direction,
        record: impl FnOnce(&mut Self),
    ) {
        let mut comes_from = Vec::new();
        for pair in referred {
            if !self.same(pair) {
                comes_from.push(pair_id(&self.followed(pair), direction));
            }
        }
        let vertex = self.admit(Vertex {
            comes_from,
            ..Vertex::default()
        });
        self.within(vertex, record);
    }

    /// Walks what both places hold or refer to, in a node of its own, which is one for all that refer
    /// to it where both refer.
    pub(crate) fn through_references(
        &mut self,
        pair: &Pair<'a>,
        direction: Direction,
        walk: impl FnOnce(&mut Self, &Pair<'a>),
    ) {
        if self.same(pair) {
            return;
        }
        let target = self.followed(pair);
        let refers = |place: &Node<'_>, end: &Node<'_>| place.pointer != end.pointer;
        if refers(&pair.base, &target.base) && refers(&pair.revision, &target.revision) {
            self.in_pair(&target, direction, |inner| walk(inner, &target));
        } else {
            let vertex = self.admit(Vertex {
                place: Some(target.clone()),
                ..Vertex::default()
            });
            self.within(vertex, |inner| walk(inner, &target));
        }
    }
}
