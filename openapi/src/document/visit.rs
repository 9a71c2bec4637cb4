//! The one way through a document: every object that may be a reference, a schema or another part of
//! OpenAPI; no data, and no map whose members the writer names.

use serde_json::{Map, Value};

use crate::{keywords, pointer};

/// Where a visit is, as the keys and indices that led there.
#[derive(Default)]
pub(super) struct Path<'a>(Vec<Token<'a>>);

enum Token<'a> {
    Key(&'a str),
    Index(usize),
}

impl Path<'_> {
    /// The JSON pointer to the object at hand.
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

/// Calls `visit` with each object below `value` that holds one of the keys, `value` included; an
/// object before those within it.
pub(super) fn objects<'a>(
    value: &'a Value,
    keys: &[&str],
    visit: &mut impl FnMut(&Path<'a>, &'a Value),
) {
    within(value, false, keys, &mut Path::default(), visit);
}

fn within<'a>(
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
                if let Some(named) = inside(named, key, member) {
                    path.0.push(Token::Key(key));
                    within(member, named, keys, path, visit);
                    path.0.pop();
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.0.push(Token::Index(index));
                within(item, false, keys, path, visit);
                path.0.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// As [`objects`], to be changed; an object after those within it.
pub(super) fn objects_mut(
    value: &mut Value,
    keys: &[&str],
    visit: &mut impl FnMut(&mut Map<String, Value>),
) {
    within_mut(value, false, keys, visit);
}

fn within_mut(
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
                if let Some(named) = inside(named, key, member) {
                    within_mut(member, named, keys, visit);
                }
            }
            if wanted && !named {
                visit(object);
            }
        }
        Value::Array(items) => {
            for item in items {
                within_mut(item, false, keys, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a member is gone into, and if so whether its own members are named by the writer; `named`
/// says that of the object that holds it.
fn inside(named: bool, key: &str, member: &Value) -> Option<bool> {
    let holds_more = matches!(member, Value::Object(_) | Value::Array(_));
    if !holds_more || (!named && keywords::holds_data(key)) {
        return None;
    }
    Some(!named && keywords::holds_names(key))
}
