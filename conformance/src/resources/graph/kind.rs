//! The sorts of things that the paths of a contract name, and the operations on them.

use openapi::Validator;

use super::links::Expression;
use super::paths::Slot;

/// The last parts of paths that create something beside the collection itself, such as `POST /users/register`.
const CREATING: [&str; 6] = ["create", "new", "add", "register", "signup", "sign-up"];

/// A sort of things that a path names, such as `/orders/{order_id}`.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The path as far as the parameter, with `{}` for each parameter: paths of one contract name one parameter differently.
    pub(crate) key: String,
    /// The name of its parameter in the first path that has it.
    pub(crate) parameter: String,
    /// What one of them is called: `order`.
    pub(crate) noun: String,
    /// The schema of the parameter, where it has one that can be compiled.
    pub(super) validator: Option<Validator>,
    /// The operations whose answers give the parameter's value, best first.
    pub(crate) creators: Vec<Creator>,
    /// `GET` of the collection.
    pub(crate) list: Option<usize>,
    /// `GET` of one.
    pub(crate) read: Option<usize>,
    /// `PUT` of one.
    pub(crate) put: Option<usize>,
    /// `PATCH` of one.
    pub(crate) patch: Option<usize>,
    /// `DELETE` of one.
    pub(crate) delete: Option<usize>,
}

/// An operation that creates a thing, and how its id is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Creator {
    /// The index of the operation.
    pub(crate) operation: usize,
    /// How the id is found.
    pub(crate) how: How,
    /// Whether what it names is new. A link may lead to something that was there: the customer of a new order.
    pub(crate) is_new: bool,
}

/// How the id of a created thing is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum How {
    /// By a link of the contract.
    Link(Expression),
    /// By `Location`, or by name and shape in the answer.
    Answer,
    /// It is chosen by the client: `PUT` of one creates it.
    Named,
}

/// What the graph knows of an operation.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) slots: Vec<Slot>,
    pub(super) references: Vec<Reference>,
}

/// A member or a query parameter that names a thing of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Its name.
    pub(crate) name: String,
    /// The index of the kind.
    pub(crate) kind: usize,
}

impl Kind {
    /// Returns the key of the collection that holds it: `/orders` of `/orders/{}`.
    pub(crate) fn collection(&self) -> &str {
        self.key.strip_suffix("/{}").unwrap_or_default()
    }

    /// Returns whether some operation creates, lists, reads, changes or deletes one.
    pub(crate) fn is_thing(&self) -> bool {
        let Kind {
            creators,
            list,
            read,
            put,
            patch,
            delete,
            ..
        } = self;
        !creators.is_empty()
            || [list, read, put, patch, delete]
                .iter()
                .any(|one| one.is_some())
    }

    /// Finds the operations on the collection and on one of its members.
    pub(super) fn find_operations(&mut self, nodes: &[Node]) {
        let find = |method: &str, path: &str| {
            let is = |node: &Node| node.method == method && node.path == path;
            nodes.iter().position(is)
        };
        let collection = self.collection().to_owned();
        self.list = find("GET", &collection);
        self.read = find("GET", &self.key);
        self.put = find("PUT", &self.key);
        self.patch = find("PATCH", &self.key);
        self.delete = find("DELETE", &self.key);
        let beside = CREATING.iter().map(|last| format!("{collection}/{last}"));
        let creators = std::iter::once(collection.clone()).chain(beside);
        self.creators = creators
            .filter_map(|path| find("POST", &path))
            .map(|operation| Creator {
                operation,
                how: How::Answer,
                is_new: true,
            })
            .collect();
    }
}

/// Returns the index of the kind with a key.
pub(super) fn position(kinds: &[Kind], key: &str) -> Option<usize> {
    kinds.iter().position(|kind| kind.key == key)
}

/// Returns the kinds that an operation creates, each with how the id is found.
pub(super) fn created_by(kinds: &[Kind], operation: usize) -> impl Iterator<Item = (usize, &How)> {
    (kinds.iter().enumerate()).filter_map(move |(index, kind)| {
        let mut creators = kind.creators.iter();
        let creator = creators.find(|creator| creator.operation == operation)?;
        Some((index, &creator.how))
    })
}
