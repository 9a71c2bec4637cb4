//! Callbacks: operations that the server calls, at an address that an earlier request named.

use serde_json::Value;

use crate::diff::operation::paths::path_item::{Place, Role, stands_beside_operations};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{Matched, Node, Pair, Walk, fields};
use crate::document::{Method, operations_of};
use crate::schema::Direction;

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
                    Matched::Removed(node) => callback_gone(walk, &node, name),
                    Matched::Added(node) => callback_new(walk, &node, name),
                }
            }
        }
        Matched::Removed(node) => {
            for (name, node) in node.members() {
                callback_gone(walk, &node, name);
            }
        }
        Matched::Added(node) => {
            for (name, node) in node.members() {
                callback_new(walk, &node, name);
            }
        }
    }
}

/// The addresses of one callback, each with a path item.
fn expressions<'a>(walk: &mut Walk<'a>, callback: &Pair<'a>, name: &str) {
    for (expression, matched) in callback.members() {
        match matched {
            Matched::Pair(items) if !expression.starts_with("x-") => {
                walk.through_references(&items, Direction::Request, |walk, items| {
                    operations(walk, items, expression);
                });
            }
            Matched::Removed(node) if !expression.starts_with("x-") => {
                callback_gone(walk, &node, &format!("{name} {expression}"));
            }
            Matched::Added(node) if !expression.starts_with("x-") => {
                callback_new(walk, &node, &format!("{name} {expression}"));
            }
            matched => fields::field(
                walk,
                expression,
                &matched,
                Area::Callback,
                &format!("the callback `{name}`"),
            ),
        }
    }
}

fn callback_gone(walk: &mut Walk<'_>, node: &Node<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Removed);
    let message = format!("the callback `{name}` is gone: the client is no longer called");
    walk.decide(rule, node, message, Some(Value::from(name)));
}

fn callback_new(walk: &mut Walk<'_>, node: &Node<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Added);
    walk.decide(rule, node, format!("the callback `{name}` is new"), None);
}

/// The operations of one callback: path items as under `paths`, but called by the server.
fn operations<'a>(walk: &mut Walk<'a>, items: &Pair<'a>, expression: &'a str) {
    let place = Place {
        items: items.clone(),
        templates: (expression, expression),
    };
    let [base, revision] = [&items.base, &items.revision].map(|item| {
        let operations = operations_of(item.value);
        let operations = operations.map(|(method, value)| {
            let pointer = method.pointer(&item.pointer);
            (method, Node { pointer, value })
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
            None => callback_gone(walk, node, &name(*method)),
        }
    }
    for (method, node) in &revision {
        if !base.iter().any(|(other, _)| other == method) {
            callback_new(walk, node, &name(*method));
        }
    }
    for (key, matched) in items.members() {
        if stands_beside_operations(key) {
            let subject = format!("the callback at `{expression}`");
            fields::field(walk, key, &matched, Area::Callback, &subject);
        }
    }
}
