//! Callbacks: operations that the server calls, at an address that an earlier request named.

use serde_json::Value;

use super::graph::{At, Both, Matched, Walk};
use super::operation::{self, Place, Role};
use super::rule::{Action, Area, Kind};
use super::{Rule, annotations};
use crate::document::METHODS;

pub(super) fn compare<'a>(walk: &mut Walk<'a>, matched: &Matched<'a>) {
    match matched {
        Matched::Both(both) => {
            for (name, matched) in both.members() {
                match matched {
                    Matched::Both(both) => {
                        let both = walk.followed(&both);
                        for (expression, matched) in both.members() {
                            match matched {
                                Matched::Both(items) if !expression.starts_with("x-") => {
                                    if !walk.same(&items) {
                                        operations(walk, &items, expression);
                                    }
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
    let items = walk.followed(items);
    let place = Place {
        items: items.clone(),
        templates: (expression, expression),
    };
    for (method, matched) in items.members() {
        if !METHODS.contains(&method) {
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
