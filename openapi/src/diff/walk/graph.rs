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
use crate::document::Document;
use crate::schema;

pub(crate) use super::place::{At, Both, Flow, follow};

pub(crate) type NodeId = usize;

/// A pair of components by their pointers, and the way in which what they describe goes.
type PairId = (String, String, Flow);

fn pair_id(both: &Both<'_>, flow: Flow) -> PairId {
    let (base, revision) = (&both.base.pointer, &both.revision.pointer);
    (base.clone(), revision.clone(), flow)
}

#[derive(Default)]
struct Node<'a> {
    operation: Option<String>,
    /// The part of both documents that is walked: where nothing is said, its parent's.
    place: Option<Both<'a>>,
    changes: Vec<Change>,
    /// Stands for what was found below, where none of that is as grave.
    stands_in: Option<Change>,
    /// The pairs that its changes come from: where those are walked as well, they tell.
    comes_from: Vec<PairId>,
    children: HashSet<NodeId>,
}

/// One comparison under way.
pub(crate) struct Walk<'a> {
    pub(crate) base: &'a Document,
    pub(crate) revision: &'a Document,
    pub(crate) options: Options,
    equality: Equality,
    equality_of_assertions: Equality,
    nodes: Vec<Node<'a>>,
    pairs: HashMap<PairId, NodeId>,
    current: NodeId,
    /// How many pairs are being walked one within another.
    nested: usize,
    /// Pairs whose turn is yet to come, by their nodes.
    waiting: VecDeque<(NodeId, Turn<'a>)>,
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
            nodes: vec![Node::default()],
            pairs: HashMap::new(),
            current: 0,
            nested: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Whether both places are equal in every class.
    pub(crate) fn same(&mut self, both: &Both<'_>) -> bool {
        self.same_values(both.base.value, both.revision.value)
    }

    /// Whether a value of the base and one of the revision are equal in every class.
    pub(crate) fn same_values(&mut self, base: &Value, revision: &Value) -> bool {
        self.equality
            .holds((self.base, base), (self.revision, revision))
    }

    /// Whether both schemas accept the same, by text and apart from what only a reader sees.
    pub(crate) fn same_assertions(&mut self, both: &Both<'_>) -> bool {
        let (base, revision) = (both.base.value, both.revision.value);
        self.equality_of_assertions
            .holds((self.base, base), (self.revision, revision))
    }

    /// Records a change in the node that is being walked.
    pub(crate) fn record(&mut self, change: Change) {
        self.nodes[self.current].changes.push(change);
    }

    /// How many changes were recorded in the node that is being walked.
    pub(crate) fn recorded(&self) -> usize {
        self.nodes[self.current].changes.len()
    }

    /// The changes that were recorded there after so many.
    pub(crate) fn recorded_since(&self, before: usize) -> &[Change] {
        &self.nodes[self.current].changes[before..]
    }

    /// Takes back those of them that `is_void`.
    pub(crate) fn forget_since(&mut self, before: usize, is_void: impl Fn(&Change) -> bool) {
        let changes = &mut self.nodes[self.current].changes;
        let since = changes.split_off(before);
        changes.extend(since.into_iter().filter(|change| !is_void(change)));
    }

    /// Records a change that has no witness.
    pub(crate) fn note(&mut self, rule: Rule, class: Class, location: &At<'_>, message: String) {
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
        location: &At<'_>,
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
    pub(crate) fn sides(&self, base: &Value, revision: &Value, flow: Flow) -> (Value, Value) {
        let base = schema::bundle_value(self.base, base, Some(flow.direction()));
        let revision = schema::bundle_value(self.revision, revision, Some(flow.direction()));
        match flow {
            Flow::Request => (base, revision),
            Flow::Response => (revision, base),
        }
    }

    /// As [`Self::sides`]; `None` when one of them is made of more than `limit` nodes.
    pub(crate) fn sides_within(
        &self,
        both: &Both<'_>,
        flow: Flow,
        limit: usize,
    ) -> Option<(Value, Value)> {
        let (base, revision) = (both.base.value, both.revision.value);
        let base = schema::bundle_within(self.base, base, Some(flow.direction()), limit)?;
        let revision =
            schema::bundle_within(self.revision, revision, Some(flow.direction()), limit)?;
        Some(match flow {
            Flow::Request => (base, revision),
            Flow::Response => (revision, base),
        })
    }

    /// The change recorded last, to be completed.
    pub(crate) fn last(&mut self) -> Option<&mut Change> {
        self.nodes[self.current].changes.last_mut()
    }

    /// Walks an operation in a node of its own; its name goes to all that is reached from it. `place`
    /// is where both documents have it.
    pub(crate) fn operation(
        &mut self,
        name: String,
        place: Option<Both<'a>>,
        walk: impl FnOnce(&mut Self),
    ) {
        let node = self.admit(Node {
            operation: Some(name),
            place,
            ..Node::default()
        });
        self.within(node, walk);
    }

    /// Walks a pair of components, unless that was done or is being done.
    pub(crate) fn pair(&mut self, both: &Both<'a>, flow: Flow, walk: impl FnOnce(&mut Self)) {
        let key = pair_id(both, flow);
        if let Some(&node) = self.pairs.get(&key) {
            self.nodes[self.current].children.insert(node);
            return;
        }
        let node = self.admit(Node {
            place: Some(both.clone()),
            ..Node::default()
        });
        self.pairs.insert(key, node);
        self.within(node, walk);
    }

    /// As [`Self::pair`], for what refers to more of its kind without end: a chain of components may be
    /// as long as the document, the stack is not, so that what is nested too deeply waits its turn.
    pub(crate) fn pair_in_turn(
        &mut self,
        both: &Both<'a>,
        flow: Flow,
        walk: impl FnOnce(&mut Self) + 'a,
    ) {
        if self.nested == DEEPEST {
            let mut waiting = None;
            self.pair(both, flow, |inner| waiting = Some(inner.current));
            if let Some(node) = waiting {
                self.waiting.push_back((node, Box::new(walk)));
            }
            return;
        }
        self.nested += 1;
        self.pair(both, flow, walk);
        self.nested -= 1;
    }

    /// Walks what waits its turn.
    fn walk_waiting(&mut self) {
        while let Some((node, walk)) = self.waiting.pop_front() {
            self.within(node, walk);
        }
    }

    fn admit(&mut self, mut node: Node<'a>) -> NodeId {
        let id = self.nodes.len();
        if node.place.is_none() {
            node.place.clone_from(&self.nodes[self.current].place);
        }
        self.nodes.push(node);
        self.nodes[self.current].children.insert(id);
        id
    }

    fn within(&mut self, node: NodeId, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.current, node);
        walk(self);
        self.current = outer;
    }

    /// Both places with the references there followed.
    pub(crate) fn followed(&self, both: &Both<'a>) -> Both<'a> {
        Both {
            base: follow(self.base, &both.base),
            revision: follow(self.revision, &both.revision),
        }
    }

    /// Walks parts of which it is known that together they make `change`, which is reported unless
    /// the walk finds something as grave in one of them.
    pub(crate) fn with_stand_in(&mut self, change: Change, walk: impl FnOnce(&mut Self)) {
        let node = self.admit(Node {
            stands_in: Some(change),
            ..Node::default()
        });
        self.within(node, walk);
    }

    /// Records what comes of differences in what is referred to, and of nothing else: where those
    /// are walked by themselves, they are not told twice.
    pub(crate) fn blaming_references(
        &mut self,
        referred: &[Both<'a>],
        flow: Flow,
        record: impl FnOnce(&mut Self),
    ) {
        let mut comes_from = Vec::new();
        for both in referred {
            if !self.same(both) {
                comes_from.push(pair_id(&self.followed(both), flow));
            }
        }
        let node = self.admit(Node {
            comes_from,
            ..Node::default()
        });
        self.within(node, record);
    }

    /// Walks what both places hold or refer to, in a node of its own, which is one for all that refer
    /// to it where both refer.
    pub(crate) fn through_references(
        &mut self,
        both: &Both<'a>,
        flow: Flow,
        walk: impl FnOnce(&mut Self, &Both<'a>),
    ) {
        if self.same(both) {
            return;
        }
        let target = self.followed(both);
        let refers = |place: &At<'_>, end: &At<'_>| place.pointer != end.pointer;
        if refers(&both.base, &target.base) && refers(&both.revision, &target.revision) {
            self.pair(&target, flow, |inner| walk(inner, &target));
        } else {
            let node = self.admit(Node {
                place: Some(target.clone()),
                ..Node::default()
            });
            self.within(node, |inner| walk(inner, &target));
        }
    }
}
