//! Callbacks: operations that the server calls, at an address that an earlier request gave.

use serde_json::Value;

use crate::diff::message::message;
use crate::diff::operation::paths::path_item::{Place, Role, is_beside_operations};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::{Method, operations_of};
use crate::schema::Direction;

/// Compares the callbacks of an operation.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>) {
    match matched {
        Matched::Pair(pair) => {
            for (name, matched) in pair.members() {
                match matched {
                    // Callbacks have operations, which may have the same callbacks.
                    Matched::Pair(pair) => {
                        walk.through_references(&pair, Direction::Request, |walk, pair| {
                            expressions(walk, pair, name);
                        });
                    }
                    Matched::Removed(node) => removed(walk, &node, name),
                    Matched::Added(node) => added(walk, &node, name),
                }
            }
        }
        Matched::Removed(node) => {
            for (name, node) in node.members() {
                removed(walk, &node, name);
            }
        }
        Matched::Added(node) => {
            for (name, node) in node.members() {
                added(walk, &node, name);
            }
        }
    }
}

/// Compares the addresses of one callback, each of which has a path item.
fn expressions<'a>(walk: &mut Walk<'a>, callback: &Pair<'a>, name: &str) {
    for (expression, matched) in callback.members() {
        match matched {
            Matched::Pair(items) if !expression.starts_with("x-") => {
                walk.through_references(&items, Direction::Request, |walk, items| {
                    operations(walk, items, expression);
                });
            }
            Matched::Removed(node) if !expression.starts_with("x-") => {
                removed(walk, &node, &format!("{name} {expression}"));
            }
            Matched::Added(node) if !expression.starts_with("x-") => {
                added(walk, &node, &format!("{name} {expression}"));
            }
            matched => {
                let subject = message!("the callback `{}`", name);
                fields::field(walk, expression, &matched, Area::Callback, &subject);
            }
        }
    }
}

fn removed(walk: &mut Walk<'_>, node: &Node<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Removed);
    let message = message!(
        "the callback `{}` was removed: the client is no longer called",
        name
    );
    walk.decide(rule, node, message, Some(Value::from(name)));
}

fn added(walk: &mut Walk<'_>, node: &Node<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Added);
    let message = message!("the callback `{}` is new", name);
    walk.decide(rule, node, message, None);
}

/// Compares the operations of one callback: path items as under `paths`, but called by the server.
fn operations<'a>(walk: &mut Walk<'a>, items: &Pair<'a>, expression: &'a str) {
    let place = Place {
        items: items.clone(),
        templates: (expression, expression),
    };
    let [base, revision] = [&items.base, &items.revision].map(|item| {
        let operations = operations_of(item.value);
        let operations = operations.map(|(method, value)| {
            let pointer = method.pointer(&item.pointer);
            let side = item.side;
            let node = Node {
                side,
                pointer,
                value,
            };
            (method, node)
        });
        operations.collect::<Vec<_>>()
    });
    let name = |method: Method<'_>| format!("{} {expression}", method.name.to_uppercase());
    for (method, node) in &base {
        match revision.iter().find(|(other, _)| other == method) {
            Some((_, other)) => {
                let pair = Pair {
                    base: node.clone(),
                    revision: other.clone(),
                };
                walk.compare_operations(&pair, &place, Role::Callback);
            }
            None => removed(walk, node, &name(*method)),
        }
    }
    for (method, node) in &revision {
        if !base.iter().any(|(other, _)| other == method) {
            added(walk, node, &name(*method));
        }
    }
    let subject = message!("the callback at `{}`", expression);
    for (key, matched) in items.members() {
        if is_beside_operations(key) {
            fields::field(walk, key, &matched, Area::Callback, &subject);
        }
    }
}
