//! The walk's memory: what was found where, and which operation reaches it.
//!
//! Each operation and each pair of components is a node that holds the changes found in its own
//! text. A change is reported once, with every operation from which its node can be reached.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::change::Change;
use super::equality::Equality;
use super::{Area, Class, Options, Rule};
use crate::document::Document;
use crate::pointer;
use crate::schema::{self, Travel};

/// Which way a message goes, seen from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Flow {
    /// The client sends by the base, the server accepts by the revision.
    Request,
    /// The server sends by the revision, the client accepts by the base.
    Response,
}

/// The schema that accepts everything: what no schema means.
pub(super) static ANYTHING: Value = Value::Bool(true);

impl Flow {
    /// Which properties what flows this way carries.
    pub(super) fn travel(self) -> Travel {
        match self {
            Self::Request => Travel::Request,
            Self::Response => Travel::Response,
        }
    }

    /// The area of what flows this way.
    pub(super) fn area(self) -> Area {
        match self {
            Self::Request => Area::Request,
            Self::Response => Area::Response,
        }
    }

    /// The direction of what a server sends to its client's own address: webhooks, callbacks.
    pub(super) fn inverted(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

/// A place in one of the documents.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) pointer: String,
    pub(super) value: &'a Value,
}

impl<'a> At<'a> {
    /// The member `key`, when there is one.
    pub(super) fn get(&self, key: &str) -> Option<At<'a>> {
        self.value.get(key).map(|value| At {
            pointer: pointer::join(&self.pointer, key),
            value,
        })
    }

    /// Whether the member `flag` is there and true.
    pub(super) fn is_set(&self, flag: &str) -> bool {
        self.value.get(flag) == Some(&Value::Bool(true))
    }

    /// The members of an object, in order; none of anything else.
    pub(super) fn members(&self) -> Vec<(&'a str, At<'a>)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| {
                let pointer = pointer::join(&self.pointer, key);
                (key.as_str(), At { pointer, value })
            })
            .collect()
    }

    /// The members of the object under `key`; none when there is no such object.
    pub(super) fn members_of(&self, key: &str) -> Vec<(&'a str, At<'a>)> {
        self.get(key).map(|at| at.members()).unwrap_or_default()
    }

    /// The items of the array under `key`; none when there is no such array.
    pub(super) fn items_of(&self, key: &str) -> Vec<At<'a>> {
        self.get(key).map(|at| at.items()).unwrap_or_default()
    }

    /// The items of an array, in order; none of anything else.
    pub(super) fn items(&self) -> Vec<At<'a>> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(index, value)| At {
                pointer: pointer::join(&self.pointer, &index.to_string()),
                value,
            })
            .collect()
    }
}

/// The same place in both documents.
#[derive(Debug, Clone)]
pub(super) struct Both<'a> {
    pub(super) base: At<'a>,
    pub(super) revision: At<'a>,
}

/// What two documents hold under one name.
pub(super) enum Matched<'a> {
    Both(Both<'a>),
    Removed(At<'a>),
    Added(At<'a>),
}

impl<'a> Both<'a> {
    /// What both hold under `key`; `None` when neither has it.
    pub(super) fn get(&self, key: &str) -> Option<Matched<'a>> {
        match (self.base.get(key), self.revision.get(key)) {
            (Some(base), Some(revision)) => Some(Matched::Both(Both { base, revision })),
            (Some(base), None) => Some(Matched::Removed(base)),
            (None, Some(revision)) => Some(Matched::Added(revision)),
            (None, None) => None,
        }
    }

    /// The members of two objects, matched by name: the base's in its order, then what was added.
    pub(super) fn members(&self) -> Vec<(&'a str, Matched<'a>)> {
        let mut members = Vec::new();
        for (key, base) in self.base.members() {
            let matched = match self.revision.get(key) {
                Some(revision) => Matched::Both(Both { base, revision }),
                None => Matched::Removed(base),
            };
            members.push((key, matched));
        }
        for (key, revision) in self.revision.members() {
            if self.base.value.get(key).is_none() {
                members.push((key, Matched::Added(revision)));
            }
        }
        members
    }
}

type NodeId = usize;

#[derive(Default)]
struct Node {
    operation: Option<String>,
    changes: Vec<Change>,
    /// Stands for what was found below, where none of that is as grave.
    stands_in: Option<Change>,
    children: HashSet<NodeId>,
}

/// One comparison under way.
pub(super) struct Walk<'a> {
    pub(super) base: &'a Document,
    pub(super) revision: &'a Document,
    pub(super) options: Options,
    equality: Equality,
    equality_of_assertions: Equality,
    nodes: Vec<Node>,
    pairs: HashMap<(String, String, Flow), NodeId>,
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
    pub(super) fn new(base: &'a Document, revision: &'a Document, options: Options) -> Self {
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
    pub(super) fn same(&mut self, both: &Both<'_>) -> bool {
        self.same_values(both.base.value, both.revision.value)
    }

    /// Whether a value of the base and one of the revision are equal in every class.
    pub(super) fn same_values(&mut self, base: &Value, revision: &Value) -> bool {
        self.equality
            .holds((self.base, base), (self.revision, revision))
    }

    /// Whether both schemas accept the same, by text and apart from what only a reader sees.
    pub(super) fn same_assertions(&mut self, both: &Both<'_>) -> bool {
        let (base, revision) = (both.base.value, both.revision.value);
        self.equality_of_assertions
            .holds((self.base, base), (self.revision, revision))
    }

    /// Records a change in the node that is being walked.
    pub(super) fn record(&mut self, change: Change) {
        self.nodes[self.current].changes.push(change);
    }

    /// Records a change that has no witness.
    pub(super) fn note(&mut self, rule: Rule, class: Class, location: &At<'_>, message: String) {
        self.record(Change {
            rule,
            class,
            location: location.pointer.clone(),
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
    pub(super) fn decide(
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
    pub(super) fn sides(&self, base: &Value, revision: &Value, flow: Flow) -> (Value, Value) {
        let base = schema::bundle_value(self.base, base, flow.travel());
        let revision = schema::bundle_value(self.revision, revision, flow.travel());
        match flow {
            Flow::Request => (base, revision),
            Flow::Response => (revision, base),
        }
    }

    /// As [`Self::sides`]; `None` when one of them is made of more than `limit` nodes.
    pub(super) fn sides_within(
        &self,
        both: &Both<'_>,
        flow: Flow,
        limit: usize,
    ) -> Option<(Value, Value)> {
        let (base, revision) = (both.base.value, both.revision.value);
        let base = schema::bundle_within(self.base, base, flow.travel(), limit)?;
        let revision = schema::bundle_within(self.revision, revision, flow.travel(), limit)?;
        Some(match flow {
            Flow::Request => (base, revision),
            Flow::Response => (revision, base),
        })
    }

    /// The change recorded last, to be completed.
    pub(super) fn last(&mut self) -> Option<&mut Change> {
        self.nodes[self.current].changes.last_mut()
    }

    /// Walks an operation in a node of its own; its name goes to all that is reached from it.
    pub(super) fn operation(&mut self, name: String, walk: impl FnOnce(&mut Self)) {
        let node = self.admit(Node {
            operation: Some(name),
            ..Node::default()
        });
        self.within(node, walk);
    }

    /// Walks a pair of components, unless that was done or is being done.
    pub(super) fn pair(&mut self, both: &Both<'a>, flow: Flow, walk: impl FnOnce(&mut Self)) {
        let key = (
            both.base.pointer.clone(),
            both.revision.pointer.clone(),
            flow,
        );
        if let Some(&node) = self.pairs.get(&key) {
            self.nodes[self.current].children.insert(node);
            return;
        }
        let node = self.admit(Node::default());
        self.pairs.insert(key, node);
        self.within(node, walk);
    }

    /// As [`Self::pair`], for what refers to more of its kind without end: a chain of components may be
    /// as long as the document, the stack is not, so that what is nested too deeply waits its turn.
    pub(super) fn pair_in_turn(
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

    fn admit(&mut self, node: Node) -> NodeId {
        let id = self.nodes.len();
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
    pub(super) fn followed(&self, both: &Both<'a>) -> Both<'a> {
        Both {
            base: follow(self.base, &both.base),
            revision: follow(self.revision, &both.revision),
        }
    }

    /// Walks parts of which it is known that together they make `change`, which is reported unless
    /// the walk finds something as grave in one of them.
    pub(super) fn with_stand_in(&mut self, change: Change, walk: impl FnOnce(&mut Self)) {
        let node = self.admit(Node {
            stands_in: Some(change),
            ..Node::default()
        });
        self.within(node, walk);
    }

    /// Puts stand-ins among the changes where nothing as grave was found below.
    fn settle(&mut self) {
        // Those within others come after them.
        for id in (0..self.nodes.len()).rev() {
            let Some(change) = self.nodes[id].stands_in.take() else {
                continue;
            };
            if self.gravest_below(id) < Some(change.class) {
                self.nodes[id].changes.push(change);
            }
        }
    }

    fn gravest_below(&self, node: NodeId) -> Option<Class> {
        let mut seen = HashSet::from([node]);
        let mut pending = vec![node];
        let mut gravest = None;
        while let Some(id) = pending.pop() {
            let node = &self.nodes[id];
            gravest = gravest.max(node.changes.iter().map(|change| change.class).max());
            pending.extend(
                node.children
                    .iter()
                    .copied()
                    .filter(|&child| seen.insert(child)),
            );
        }
        gravest
    }

    /// Walks what both places hold or refer to: in a node of its own where both refer.
    pub(super) fn through_references(
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
            walk(self, &target);
        }
    }

    /// Every change once, in the order found, each with the operations that reach it.
    pub(super) fn into_changes(mut self) -> Vec<Change> {
        self.walk_waiting();
        self.settle();
        let with_changes: Vec<NodeId> = (0..self.nodes.len())
            .filter(|&node| !self.nodes[node].changes.is_empty())
            .collect();
        let mut parents: Vec<Vec<NodeId>> = vec![Vec::new(); self.nodes.len()];
        for (id, node) in self.nodes.iter().enumerate() {
            for &child in &node.children {
                parents[child].push(id);
            }
        }
        let mut changes = Vec::new();
        for id in with_changes {
            let operations = self.operations_above(id, &parents);
            for mut change in std::mem::take(&mut self.nodes[id].changes) {
                change.operations.clone_from(&operations);
                changes.push(change);
            }
        }
        changes
    }

    fn operations_above(&self, node: NodeId, parents: &[Vec<NodeId>]) -> Vec<String> {
        let mut seen = HashSet::from([node]);
        let mut pending = vec![node];
        let mut found = Vec::new();
        while let Some(node) = pending.pop() {
            if self.nodes[node].operation.is_some() {
                found.push(node);
                continue;
            }
            pending.extend(
                parents[node]
                    .iter()
                    .copied()
                    .filter(|&parent| seen.insert(parent)),
            );
        }
        // Nodes of operations are numbered in the document's order.
        found.sort_unstable();
        let mut names: Vec<String> = found
            .into_iter()
            .filter_map(|node| self.nodes[node].operation.clone())
            .collect();
        names.dedup();
        names
    }
}

pub(super) fn follow<'a>(document: &'a Document, place: &At<'a>) -> At<'a> {
    let is_reference = place.value.get("$ref").is_some_and(Value::is_string);
    if !is_reference {
        return place.clone();
    }
    let pointer = document.follow(&place.pointer);
    match document.at(&pointer) {
        Some(value) => At { pointer, value },
        None => place.clone(),
    }
}
