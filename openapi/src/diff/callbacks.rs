//! Callbacks: operations that the server calls, at an address that an earlier request named.

use serde_json::Value;

use super::graph::{At, Both, Flow, Matched, Walk};
use super::operation::{self, Place, Role};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations};
use crate::document::METHODS;

pub(super) fn compare<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>) {
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
            matched => annotations::field(
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
    for (method, matched) in items.members() {
        if !METHODS.contains(&method) {
            // Those two hold for the operations, and are compared there.
            if !matches!(method, "parameters" | "servers") {
                let subject = format!("the callback `{expression}`");
                annotations::field(walk, method, &matched, Area::Callback, &subject);
            }
            continue;
        }
        let name = format!("{} {expression}", method.to_uppercase());
        match matched {
            Matched::Both(both) => operation::compare(walk, &both, &place, Role::Callback),
            Matched::Removed(at) => callback_gone(walk, &at, &name),
            Matched::Added(at) => callback_new(walk, &at, &name),
        }
    }
}
