//! The traversal of a document: every object that may be a reference, a schema or another part of
//! OpenAPI. It skips data (examples, enums) and maps whose keys the author chooses.

use serde_json::{Map, Value};

use crate::{keywords, pointer};

/// The path to the visited object: the keys and indices that lead to it.
#[derive(Default)]
pub(super) struct Path<'a>(Vec<Token<'a>>);

enum Token<'a> {
    Key(&'a str),
    Index(usize),
}

impl Path<'_> {
    /// Returns the JSON pointer to the visited object.
    pub(super) fn pointer(&self) -> String {
        let mut path = String::new();
        for token in &self.0 {
            path = match token {
                Token::Key(key) => pointer::join(&path, key),
                Token::Index(index) => pointer::join(&path, &index.to_string()),
            };
        }
        path
    }
}

/// Calls `visit` with each object in `value` that has one of the keys, `value` included: an object
/// earlier than the objects inside it.
pub(super) fn objects<'a>(
    value: &'a Value,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'a>, &'a Value),
) {
    walk(value, false, keys, &mut Path::default(), visit);
}

fn walk<'a>(
    value: &'a Value,
    named: bool,
    keys: &[&str],
    path: &mut Path<'a>,
    visit: &mut impl FnMut(&Path<'a>, &'a Value),
) {
    match value {
        Value::Object(object) => {
            if !named && keys.iter().any(|key| object.contains_key(*key)) {
                visit(path, value);
            }
            for (key, member) in object {
                if let Some(named) = entered(named, key, member) {
                    path.0.push(Token::Key(key));
                    walk(member, named, keys, path, visit);
                    path.0.pop();
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.0.push(Token::Index(index));
                walk(item, false, keys, path, visit);
                path.0.pop();
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
    visit: &mut impl FnMut(&mut Map<String, Value>),
) {
    walk_mut(value, false, keys, visit);
}

fn walk_mut(
    value: &mut Value,
    named: bool,
    keys: &[&str],
    visit: &mut impl FnMut(&mut Map<String, Value>),
) {
    match value {
        Value::Object(object) => {
            let mut wanted = false;
            for (key, member) in object.iter_mut() {
                wanted |= keys.contains(&key.as_str());
                if let Some(named) = entered(named, key, member) {
                    walk_mut(member, named, keys, visit);
                }
            }
            if wanted && !named {
                visit(object);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk_mut(item, false, keys, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns `None` for a member that is skipped, and otherwise whether the author chooses the keys of its
/// members; `named` says the same of the object that holds it.
fn entered(named: bool, key: &str, member: &Value) -> Option<bool> {
    let holds_more = matches!(member, Value::Object(_) | Value::Array(_));
    if !holds_more || (!named && keywords::holds_data(key)) {
        return None;
    }
    Some(!named && keywords::holds_names(key))
}
