//! Places in the two documents, and which way what stands there goes.

use serde_json::Value;

use crate::document::Document;
use crate::pointer;

/// The schema that accepts everything: what no schema means.
pub(crate) static ANYTHING: Value = Value::Bool(true);

/// A place in one of the documents.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// The member `key`, when there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).map(|value| Node {
            pointer: pointer::join(&self.pointer, key),
            value,
        })
    }

    /// Returns the text of a field that every object of its kind has; `?` where it is missing.
    pub(crate) fn text_of(&self, field: &str) -> &'a str {
        let text = self.value.get(field).and_then(Value::as_str);
        text.unwrap_or("?")
    }

    /// Whether the member `flag` is there and true.
    pub(crate) fn is_set(&self, flag: &str) -> bool {
        self.value.get(flag) == Some(&Value::Bool(true))
    }

    /// The members of an object, in order; none of anything else.
    pub(crate) fn members(&self) -> Vec<(&'a str, Node<'a>)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| {
                let pointer = pointer::join(&self.pointer, key);
                (key.as_str(), Node { pointer, value })
            })
            .collect()
    }

    /// The members of the object under `key`; none when there is no such object.
    pub(crate) fn members_of(&self, key: &str) -> Vec<(&'a str, Node<'a>)> {
        self.get(key).map(|node| node.members()).unwrap_or_default()
    }

    /// The items of the array under `key`; none when there is no such array.
    pub(crate) fn items_of(&self, key: &str) -> Vec<Node<'a>> {
        self.get(key).map(|node| node.items()).unwrap_or_default()
    }

    /// The items of an array, in order; none of anything else.
    pub(crate) fn items(&self) -> Vec<Node<'a>> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(index, value)| Node {
                pointer: pointer::join(&self.pointer, &index.to_string()),
                value,
            })
            .collect()
    }
}

/// The same place in both documents.
#[derive(Debug, Clone)]
pub(crate) struct Pair<'a> {
    pub(crate) base: Node<'a>,
    pub(crate) revision: Node<'a>,
}

/// What two documents hold under one name.
pub(crate) enum Matched<'a> {
    Pair(Pair<'a>),
    Removed(Node<'a>),
    Added(Node<'a>),
}

impl<'a> Matched<'a> {
    /// What is there, on one side or both; `None` when on neither.
    pub(crate) fn of(base: Option<Node<'a>>, revision: Option<Node<'a>>) -> Option<Self> {
        match (base, revision) {
            (Some(base), Some(revision)) => Some(Self::Pair(Pair { base, revision })),
            (Some(base), None) => Some(Self::Removed(base)),
            (None, Some(revision)) => Some(Self::Added(revision)),
            (None, None) => None,
        }
    }

    /// Both schemas: the one that a holder lacks accepts everything.
    pub(crate) fn or_anything(self, holder: &Pair<'a>) -> Pair<'a> {
        let anything = |holder: &Node<'a>| Node {
            pointer: holder.pointer.clone(),
            value: &ANYTHING,
        };
        match self {
            Self::Pair(pair) => pair,
            Self::Removed(base) => Pair {
                revision: anything(&holder.revision),
                base,
            },
            Self::Added(revision) => Pair {
                base: anything(&holder.base),
                revision,
            },
        }
    }
}

impl<'a> Pair<'a> {
    /// The whole of both documents.
    pub(crate) fn of_documents(base: &'a Document, revision: &'a Document) -> Self {
        let whole = |document: &'a Document| Node {
            pointer: String::new(),
            value: document.value(),
        };
        Self {
            base: whole(base),
            revision: whole(revision),
        }
    }

    /// What both hold under `key`; `None` when neither has it.
    pub(crate) fn get(&self, key: &str) -> Option<Matched<'a>> {
        Matched::of(self.base.get(key), self.revision.get(key))
    }

    /// The members of two objects, matched by name: the base's in its order, then what was added.
    pub(crate) fn members(&self) -> Vec<(&'a str, Matched<'a>)> {
        let mut members = Vec::new();
        for (key, base) in self.base.members() {
            let matched = match self.revision.get(key) {
                Some(revision) => Matched::Pair(Pair { base, revision }),
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

pub(crate) fn follow<'a>(document: &'a Document, place: &Node<'a>) -> Node<'a> {
    let is_reference = place.value.get("$ref").is_some_and(Value::is_string);
    if !is_reference {
        return place.clone();
    }
    let pointer = document.follow(&place.pointer);
    match document.at(&pointer) {
        Some(value) => Node { pointer, value },
        None => place.clone(),
    }
}
