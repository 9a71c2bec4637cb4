//! Components by themselves: those that no message needs, and the texts of security schemes.

use std::collections::HashSet;

use serde_json::Value;

use super::graph::{At, Both, Walk};
use super::rule::{Action, Area, Kind};
use super::{Class, Rule, annotations};
use crate::document::Document;
use crate::pointer;

const SECURITY_SCHEMES: &str = "/components/securitySchemes";

/// Components that nothing reaches in either document; they affect no message.
pub(super) fn compare(walk: &mut Walk<'_>, root: &Both<'_>) {
    let used = [reached(walk.base), reached(walk.revision)];
    let mut seen = HashSet::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for (section, members) in root
        .base
        .members_of("components")
        .iter()
        .chain(&root.revision.members_of("components"))
    {
        if section.starts_with("x-") {
            continue;
        }
        for (name, _) in members.members() {
            let pointer = pointer::join_all("/components", [section, name]);
            if seen.insert(pointer.clone()) {
                names.push((pointer, format!("{section}/{name}")));
            }
        }
    }
    for (pointer, name) in names {
        if used.iter().any(|used| used.contains(&pointer)) {
            security_scheme_texts(walk, &pointer, &name);
            continue;
        }
        let (action, value) = match (walk.base.at(&pointer), walk.revision.at(&pointer)) {
            (Some(base), Some(revision)) if walk.same_values(base, revision) => continue,
            (Some(_), Some(revision)) => (Action::Changed, revision),
            (Some(base), None) => (Action::Removed, base),
            (None, Some(revision)) => (Action::Added, revision),
            (None, None) => continue,
        };
        let at = At { pointer, value };
        let message = format!(
            "the component `{name}`, which no message needs, was {}",
            action.name()
        );
        walk.note(
            Rule::new(Area::Component, Kind::Whole, action),
            Class::Docs,
            &at,
            message,
        );
    }
}

/// What a security scheme demands is compared where it is demanded; what it tells a reader, here.
fn security_scheme_texts(walk: &mut Walk<'_>, pointer: &str, name: &str) {
    if !pointer.starts_with(SECURITY_SCHEMES) {
        return;
    }
    let (Some(base), Some(revision)) = (walk.base.at(pointer), walk.revision.at(pointer)) else {
        return;
    };
    let at = |value| At {
        pointer: pointer.to_owned(),
        value,
    };
    let both = Both {
        base: at(base),
        revision: at(revision),
    };
    for (key, matched) in both.members() {
        if !matches!(key, "type" | "in" | "name" | "scheme" | "openIdConnectUrl") {
            annotations::one(
                walk,
                &matched,
                Area::Component,
                Kind::Text,
                &format!("`{key}` of the component `{name}`"),
            );
        }
    }
}

/// The pointers of everything that the operations and webhooks refer to, directly or not, and of
/// the security schemes that are demanded anywhere.
fn reached(document: &Document) -> HashSet<String> {
    let mut reached: HashSet<String> = demanded(document.value().get("security")).collect();
    let mut references: HashSet<&str> = HashSet::new();
    let mut pending: Vec<&Value> = ["paths", "webhooks"]
        .iter()
        .filter_map(|section| document.value().get(section))
        .collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                for (key, member) in object {
                    if key == "security" {
                        reached.extend(demanded(Some(member)));
                    }
                    if key == "$ref"
                        && let Value::String(reference) = member
                        && references.insert(reference)
                        && let Some(target) = pointer::of_reference(reference)
                        && let Some(value) = document.at(&target)
                    {
                        reached.insert(target);
                        pending.push(value);
                    }
                    if matches!(member, Value::Object(_) | Value::Array(_)) {
                        pending.push(member);
                    }
                }
            }
            Value::Array(items) => pending.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    reached
}

/// The pointers of the schemes that a list of security requirements names.
fn demanded(requirements: Option<&Value>) -> impl Iterator<Item = String> {
    let requirements = requirements.and_then(Value::as_array).into_iter().flatten();
    let names = requirements
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys);
    names.map(|name| pointer::join(SECURITY_SCHEMES, name))
}
