//! Values of the two documents with their pointers, alone and in pairs.

use std::borrow::Cow;

use serde_json::Value;

use crate::diff::sides::{Side, Sides};
use crate::document::{Document, LONGEST_CHAIN, dangles};
use crate::pointer;

/// The schema that accepts everything: what the absence of a schema means.
pub(crate) static ANYTHING: Value = Value::Bool(true);

/// A value in one of the documents, and the pointer to it.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) side: Side,
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Node<'a> {
    /// Returns the whole document.
    pub(crate) fn of_document(document: &'a Document, side: Side) -> Self {
        Self {
            side,
            pointer: String::new(),
            value: document.value(),
        }
    }

    /// Returns the schema that accepts everything, with this node's pointer.
    pub(crate) fn anything(&self) -> Self {
        Self {
            side: self.side,
            pointer: self.pointer.clone(),
            value: &ANYTHING,
        }
    }

    /// Returns the member `key`, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| Self {
            side: self.side,
            pointer: pointer::join(&self.pointer, key),
            value,
        })
    }

    /// Returns the member `key` if it is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.value.get(key).and_then(Value::as_str)
    }

    /// Returns the name of the component that a reference leads to, if this is one.
    pub(crate) fn referred_name(&self) -> Option<Cow<'a, str>> {
        self.text("$ref").map(pointer::last)
    }

    /// Returns whether this is a reference with nothing beside it.
    pub(crate) fn is_bare_reference(&self) -> bool {
        self.text("$ref").is_some()
            && self
                .value
                .as_object()
                .is_some_and(|object| object.len() == 1)
    }

    /// Returns the text of a field that every object of its kind has; `?` where it is missing.
    pub(crate) fn text_of(&self, field: &str) -> &'a str {
        self.text(field).unwrap_or("?")
    }

    /// Returns whether this is a reference of a base that cannot be followed.
    pub(crate) fn dangles(&self) -> bool {
        dangles(self.value)
    }

    /// Returns whether the member `flag` exists and is true.
    pub(crate) fn is_set(&self, flag: &str) -> bool {
        self.value.get(flag) == Some(&Value::Bool(true))
    }

    /// Returns the members of an object, in order; none of anything else.
    pub(crate) fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members
            .map(|(key, value)| {
                let pointer = pointer::join(&self.pointer, key);
                let side = self.side;
                let member = Self {
                    side,
                    pointer,
                    value,
                };
                (key.as_str(), member)
            })
            .collect()
    }

    /// Returns the members of the object under `key`; none when there is no such object.
    pub(crate) fn members_of(&self, key: &str) -> Vec<(&'a str, Self)> {
        self.get(key).map(|node| node.members()).unwrap_or_default()
    }

    /// Returns the items of an array, in order; none of anything else.
    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(index, value)| Self {
                side: self.side,
                pointer: pointer::join(&self.pointer, &index.to_string()),
                value,
            })
            .collect()
    }

    /// Returns the items of the array under `key`; none when there is no such array.
    pub(crate) fn items_of(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|node| node.items()).unwrap_or_default()
    }
}

/// Returns the node at the end of the chain of references from `node`, or the node itself where it is not a reference.
/// What is beside a reference on the way does not count: that is right for each reference but those of schemas.
pub(crate) fn follow<'a>(document: &'a Document, node: &Node<'a>) -> Node<'a> {
    if node.text("$ref").is_none() {
        return node.clone();
    }
    let pointer = document.follow(&node.pointer);
    match document.at(&pointer) {
        Some(value) => Node {
            side: node.side,
            pointer,
            value,
        },
        None => node.clone(),
    }
}

/// Returns the schema that the reference of a schema leads to, or the schema itself where it has none. A reference with
/// something beside it is a schema of its own, and is not followed further.
pub(crate) fn follow_schema<'a>(document: &'a Document, schema: &Node<'a>) -> Node<'a> {
    let mut links = links(document, schema).skip(1);
    let mut end = links.next().unwrap_or_else(|| schema.clone());
    while end.is_bare_reference()
        && let Some(next) = links.next()
    {
        end = next;
    }
    end
}

/// Returns `node`, and then what each reference leads to.
pub(crate) fn links<'a>(
    document: &'a Document,
    node: &Node<'a>,
) -> impl Iterator<Item = Node<'a>> + use<'a> {
    let side = node.side;
    std::iter::successors(Some(node.clone()), move |link| {
        let pointer = pointer::of_reference(link.text("$ref")?)?;
        let value = document.at(&pointer)?;
        Some(Node {
            side,
            pointer,
            value,
        })
    })
    .take(LONGEST_CHAIN)
}

/// A node of the base and its counterpart of the revision.
#[derive(Debug, Clone)]
pub(crate) struct Pair<'a> {
    pub(crate) base: Node<'a>,
    pub(crate) revision: Node<'a>,
}

impl<'a> Pair<'a> {
    /// Returns the whole of both documents.
    pub(crate) fn of_documents(base: &'a Document, revision: &'a Document) -> Self {
        Self {
            base: Node::of_document(base, Side::Base),
            revision: Node::of_document(revision, Side::Revision),
        }
    }

    /// Returns what both nodes have under `key`; `None` when neither has it, or the base has a dangling reference.
    pub(crate) fn get(&self, key: &str) -> Option<Matched<'a>> {
        let base = self.base.get(key);
        if base.as_ref().is_some_and(Node::dangles) {
            return None;
        }
        Matched::of(base, self.revision.get(key))
    }

    /// Returns whether the flag is set in the base, and whether in the revision.
    pub(crate) fn are_set(&self, flag: &str) -> (bool, bool) {
        (self.base.is_set(flag), self.revision.is_set(flag))
    }

    /// Returns the members of two objects, matched by name: the base's in its order without dangling references, then
    /// what was added.
    pub(crate) fn members(&self) -> Vec<(&'a str, Matched<'a>)> {
        let mut members = Vec::new();
        for (key, base) in self.base.members() {
            if base.dangles() {
                continue;
            }
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

/// What two documents have under one name.
pub(crate) enum Matched<'a> {
    Pair(Pair<'a>),
    Removed(Node<'a>),
    Added(Node<'a>),
}

impl<'a> Matched<'a> {
    /// Returns what exists on one side or both; `None` when on neither.
    pub(crate) fn of(base: Option<Node<'a>>, revision: Option<Node<'a>>) -> Option<Self> {
        match (base, revision) {
            (Some(base), Some(revision)) => Some(Self::Pair(Pair { base, revision })),
            (Some(base), None) => Some(Self::Removed(base)),
            (None, Some(revision)) => Some(Self::Added(revision)),
            (None, None) => None,
        }
    }

    /// Returns both schemas: one that `holder` lacks accepts everything.
    pub(crate) fn or_anything(self, holder: &Pair<'a>) -> Pair<'a> {
        match self {
            Self::Pair(pair) => pair,
            Self::Removed(base) => Pair {
                revision: holder.revision.anything(),
                base,
            },
            Self::Added(revision) => Pair {
                base: holder.base.anything(),
                revision,
            },
        }
    }
}

impl From<&Node<'_>> for Sides {
    fn from(node: &Node<'_>) -> Self {
        Self::of(node.side, &node.pointer)
    }
}

impl From<&Pair<'_>> for Sides {
    fn from(pair: &Pair<'_>) -> Self {
        let pointer = |node: &Node<'_>| {
            let is_absent = std::ptr::eq(node.value, &raw const ANYTHING);
            (!is_absent).then(|| node.pointer.clone())
        };
        let (base, revision) = (pointer(&pair.base), pointer(&pair.revision));
        let absent = match (&base, &revision) {
            (Some(_), None) => Some(&pair.revision),
            (None, _) => Some(&pair.base),
            (Some(_), Some(_)) => None,
        };
        Self {
            holder: absent.map(|node| node.pointer.clone()),
            base,
            revision,
            references: None,
        }
    }
}

impl From<&Matched<'_>> for Sides {
    fn from(matched: &Matched<'_>) -> Self {
        match matched {
            Matched::Pair(pair) => pair.into(),
            Matched::Removed(node) | Matched::Added(node) => node.into(),
        }
    }
}

/// Returns the place of something that only one side has, in what contains it on both.
pub(crate) fn within(node: &Node<'_>, holders: &Pair<'_>) -> Sides {
    let holder = match node.side {
        Side::Base => &holders.revision,
        Side::Revision => &holders.base,
    };
    Sides {
        holder: Some(holder.pointer.clone()),
        ..node.into()
    }
}
