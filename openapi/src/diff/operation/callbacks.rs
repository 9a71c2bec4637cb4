//! Callbacks: operations that the server calls, at an address that an earlier request named.

use serde_json::Value;

use crate::diff::operation::paths::path_item::{Place, Role, stands_beside_operations};
use crate::diff::rules::{Action, Area, Kind, Rule};
use crate::diff::walk::{At, Both, Flow, Matched, Walk, fields};
use crate::document::{Method, operations_of};

pub(crate) fn compare<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>) {
    match matched {
        Matched::Both(both) => {
            for (name, matched) in both.members() {
                match matched {
                    // Callbacks have operations, which may have the same callbacks.
                    Matched::Both(both) => {
                        walk.through_references(&both, Flow::Request, |walk, both| {
                            expressions(walk, both, name);
                        });
                    }
                    Matched::Removed(at) => callback_gone(walk, &at, name),
                    Matched::Added(at) => callback_new(walk, &at, name),
                }
            }
        }
        Matched::Removed(at) => {
            for (name, at) in at.members() {
                callback_gone(walk, &at, name);
            }
        }
        Matched::Added(at) => {
            for (name, at) in at.members() {
                callback_new(walk, &at, name);
            }
        }
    }
}

/// The addresses of one callback, each with a path item.
fn expressions<'a>(walk: &mut Walk<'a>, callback: &Both<'a>, name: &str) {
    for (expression, matched) in callback.members() {
        match matched {
            Matched::Both(items) if !expression.starts_with("x-") => {
                walk.through_references(&items, Flow::Request, |walk, items| {
                    operations(walk, items, expression);
                });
            }
            Matched::Removed(at) if !expression.starts_with("x-") => {
                callback_gone(walk, &at, &format!("{name} {expression}"));
            }
            Matched::Added(at) if !expression.starts_with("x-") => {
                callback_new(walk, &at, &format!("{name} {expression}"));
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

fn callback_gone(walk: &mut Walk<'_>, at: &At<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Removed);
    let message = format!("the callback `{name}` is gone: the client is no longer called");
    walk.decide(rule, at, message, Some(Value::from(name)));
}

fn callback_new(walk: &mut Walk<'_>, at: &At<'_>, name: &str) {
    let rule = Rule::new(Area::Callback, Kind::Whole, Action::Added);
    walk.decide(rule, at, format!("the callback `{name}` is new"), None);
}

/// The operations of one callback: path items as under `paths`, but called by the server.
fn operations<'a>(walk: &mut Walk<'a>, items: &Both<'a>, expression: &'a str) {
    let place = Place {
        items: items.clone(),
        templates: (expression, expression),
    };
    let [base, revision] = [&items.base, &items.revision].map(|item| {
        let operations = operations_of(item.value);
        let operations = operations.map(|(method, value)| {
            let pointer = method.pointer(&item.pointer);
            (method, At { pointer, value })
        });
        operations.collect::<Vec<_>>()
    });
    let name = |method: Method<'_>| format!("{} {expression}", method.name.to_uppercase());
    for (method, at) in &base {
        match revision.iter().find(|(other, _)| other == method) {
            Some((_, other)) => {
                let both = Both {
                    base: at.clone(),
                    revision: other.clone(),
                };
                walk.compare_operations(&both, &place, Role::Callback);
            }
            None => callback_gone(walk, at, &name(*method)),
        }
    }
    for (method, at) in &revision {
        if !base.iter().any(|(other, _)| other == method) {
            callback_new(walk, at, &name(*method));
        }
    }
    for (key, matched) in items.members() {
        if stands_beside_operations(key) {
            let subject = format!("the callback at `{expression}`");
            fields::field(walk, key, &matched, Area::Callback, &subject);
        }
    }
}
