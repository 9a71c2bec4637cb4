//! The traversal of a document: every object that may be a reference, a schema or another part of
//! OpenAPI. It skips data (examples, enums) and maps whose keys the author chooses.

use serde_json::{Map, Value};

use super::slot::Slot;
use crate::pointer;

/// The path to the visited object: the keys and indices that lead to it.
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    token: Token<'p>,
    /// What the specification has in this place.
    pub(super) slot: Slot<'p>,
}

#[derive(Clone, Copy)]
enum Token<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    fn root(slot: Slot<'p>) -> Self {
        Self {
            parent: None,
            token: Token::Index(0),
            slot,
        }
    }

    fn below(&'p self, token: Token<'p>, slot: Slot<'p>) -> Self {
        Self {
            parent: Some(self),
            token,
            slot,
        }
    }

    /// Returns the JSON pointer to the visited object.
    pub(super) fn pointer(&self) -> String {
        let Some(parent) = self.parent else {
            return String::new();
        };
        match self.token {
            Token::Key(key) => pointer::join(&parent.pointer(), key),
            Token::Index(index) => pointer::join(&parent.pointer(), &index.to_string()),
        }
    }
}

/// Calls `visit` with each object in `value` that has one of the keys, `value` included: an object
/// earlier than the objects inside it.
pub(super) fn objects<'a>(
    value: &'a Value,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'_>, &'a Value),
) {
    walk(value, &Path::root(Slot::ANY), keys, visit);
}

fn walk<'a>(
    value: &'a Value,
    path: &Path<'_>,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'_>, &'a Value),
) {
    match value {
        Value::Object(object) => {
            if object.keys().any(|key| keys.contains(&key.as_str())) && counts(path.slot, object) {
                visit(path, value);
            }
            for (key, member) in object {
                if holds_more(member)
                    && let Some(slot) = path.slot.of_member(key, member)
                {
                    walk(member, &path.below(Token::Key(key), slot), keys, visit);
                }
            }
        }
        Value::Array(items) => {
            let slot = path.slot.of_item();
            for (index, item) in items.iter().enumerate() {
                if holds_more(item) {
                    walk(item, &path.below(Token::Index(index), slot), keys, visit);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Calls `visit` with each object in `value` that has one of the keys, to change it: an object after the
/// objects inside it.
pub(super) fn objects_mut(
    value: &mut Value,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'_>, &mut Map<String, Value>),
) {
    objects_mut_in(value, Slot::ANY, keys, visit);
}

/// Does what [`objects_mut`] does with a value in `slot`.
pub(super) fn objects_mut_in(
    value: &mut Value,
    slot: Slot<'_>,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'_>, &mut Map<String, Value>),
) {
    walk_mut(value, &Path::root(slot), keys, visit);
}

fn walk_mut(
    value: &mut Value,
    path: &Path<'_>,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'_>, &mut Map<String, Value>),
) {
    match value {
        Value::Object(object) => {
            let mut wanted = false;
            for (key, member) in object.iter_mut() {
                wanted |= keys.contains(&key.as_str());
                if holds_more(member)
                    && let Some(slot) = path.slot.of_member(key, member)
                {
                    walk_mut(member, &path.below(Token::Key(key), slot), keys, visit);
                }
            }
            if wanted && counts(path.slot, object) {
                visit(path, object);
            }
        }
        Value::Array(items) => {
            let slot = path.slot.of_item();
            for (index, item) in items.iter_mut().enumerate() {
                if holds_more(item) {
                    walk_mut(item, &path.below(Token::Index(index), slot), keys, visit);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn holds_more(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_))
}

/// Returns whether the keys of an object are those of the specification. In a map they are the author's, except that a
/// text under `$ref` makes it a reference: a property that is called `$ref` has a schema.
fn counts(slot: Slot<'_>, object: &Map<String, Value>) -> bool {
    !slot.holds_names() || object.get("$ref").is_some_and(Value::is_string)
}
